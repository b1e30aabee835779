import type { Random } from './random.js';

/**
 * Draws from a finite distribution in constant time: a column is picked, and it or its alias is taken. One draw of 32 bits decides both, so each outcome's
 * probability is right to within 2⁻³².
 *
 * Source A. J. Walker, ACM Trans. Math. Softw. 3 (1977); M. D. Vose, IEEE Trans. Softw. Eng. 17 (1991)
 */
export class AliasTable {
  readonly #keep: Float64Array;
  readonly #alias: Int32Array;
  readonly #scale: number;

  /** @param weights not negative, not all 0; they need not sum to 1 */
  constructor(weights: ArrayLike<number>) {
    const size = weights.length;
    let total = 0;
    for (let i = 0; i < size; i++) total += weights[i] as number;
    const share = new Float64Array(size);
    this.#keep = new Float64Array(size).fill(1);
    this.#alias = new Int32Array(size);
    this.#scale = size * 2 ** -32;
    // Two stacks in one array: columns below their share from the left, the others from the right. A bootstrap makes tables by the thousand.
    const stacks = new Int32Array(size);
    let [small, large] = [0, size];
    for (let i = 0; i < size; i++) {
      share[i] = ((weights[i] as number) * size) / total;
      this.#alias[i] = i;
      stacks[(share[i] as number) < 1 ? small++ : --large] = i;
    }
    while (small > 0 && large < size) {
      const less = stacks[--small] as number;
      const more = stacks[large] as number;
      this.#keep[less] = share[less] as number;
      this.#alias[less] = more;
      share[more] = (share[more] as number) - (1 - (share[less] as number));
      if ((share[more] as number) >= 1) continue;
      stacks[small++] = more;
      large++;
    }
  }

  draw(random: Random): number {
    const x = random.bits() * this.#scale;
    const column = Math.floor(x);
    return x - column < (this.#keep[column] as number) ? column : (this.#alias[column] as number);
  }
}
