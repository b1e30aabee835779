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
    const share = Float64Array.from(weights, (weight) => (weight * size) / total);
    this.#keep = new Float64Array(size).fill(1);
    this.#alias = Int32Array.from(share, (_, i) => i);
    this.#scale = size * 2 ** -32;
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < size; i++) ((share[i] as number) < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop() as number;
      const more = large.at(-1) as number;
      this.#keep[less] = share[less] as number;
      this.#alias[less] = more;
      share[more] = (share[more] as number) - (1 - (share[less] as number));
      if ((share[more] as number) < 1) small.push(large.pop() as number);
    }
  }

  draw(random: Random): number {
    const x = random.bits() * this.#scale;
    const column = Math.floor(x);
    return x - column < (this.#keep[column] as number) ? column : (this.#alias[column] as number);
  }
}
