/** Many draws from one multinomial distribution, as a bootstrap needs them. */
import { AliasTable } from './alias.js';
import type { Random } from './random.js';

/** Means up to which a Poisson variable has a table: 17 standard deviations wide, so 1,100 entries at most. */
const TABLED = 4096;
/** From so many draws a cell on, cells are drawn instead of the draws. */
const DENSE = 4;

/** A Poisson variable of one mean: its values from `least` on, by alias. */
interface PoissonTable {
  readonly least: number;
  readonly table: AliasTable;
}

/**
 * A multinomial distribution with fixed probabilities, drawn exactly: cells are independent Poisson variables of a total somewhat below the wanted one,
 * and what is missing is drawn one by one (given their total, Poisson variables are multinomial; a total above the wanted one, of probability 1/700, is
 * drawn again). Cells of equal weight share a table, so a table of counts needs as many as it has different counts.
 */
export class Multinomial {
  readonly #size: number;
  readonly #single: AliasTable;
  readonly #cells: readonly (PoissonTable | number)[] | undefined;

  /**
   * @param weights not negative, not all 0; counts or probabilities
   * @param draws   how many go to a sample
   */
  constructor(
    weights: ArrayLike<number>,
    readonly draws: number,
  ) {
    this.#size = weights.length;
    this.#single = new AliasTable(weights);
    const total = draws - 3 * Math.sqrt(draws);
    if (draws < DENSE * weights.length || total < draws / 2) return;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i] as number;
    const tables = new Map<number, PoissonTable | number>();
    this.#cells = Array.from(weights, (weight) => {
      const known = tables.get(weight);
      if (known !== undefined) return known;
      const mean = (total * weight) / sum;
      const made = mean > 0 && mean <= TABLED ? poissonTable(mean) : mean;
      tables.set(weight, made);
      return made;
    });
  }

  /** Writes one sample to `out`, `weights.length` counts from `at` on. */
  draw(random: Random, out: Float64Array, at = 0): void {
    let drawn = 0;
    if (this.#cells === undefined) out.fill(0, at, at + this.#size);
    else {
      do {
        drawn = 0;
        for (let i = 0; i < this.#size; i++) {
          const cell = this.#cells[i] as PoissonTable | number;
          const count = typeof cell === 'number' ? (cell === 0 ? 0 : random.poisson(cell)) : cell.least + cell.table.draw(random);
          out[at + i] = count;
          drawn += count;
        }
      } while (drawn > this.draws);
    }
    for (; drawn < this.draws; drawn++) {
      const cell = at + this.#single.draw(random);
      out[cell] = (out[cell] as number) + 1;
    }
  }
}

/** Values outside 8.5 standard deviations have a probability below 2⁻⁵⁰ together. */
function poissonTable(mean: number): PoissonTable {
  const mode = Math.floor(mean);
  const reach = 8.5 * Math.sqrt(mean) + 12;
  const least = Math.max(0, Math.floor(mode - reach));
  const weights = new Float64Array(Math.ceil(mode + reach) - least + 1);
  weights[mode - least] = 1;
  for (let k = mode; k > least; k--) weights[k - 1 - least] = ((weights[k - least] as number) * k) / mean;
  for (let k = mode + 1; k - least < weights.length; k++) weights[k - least] = ((weights[k - 1 - least] as number) * mean) / k;
  return { least, table: new AliasTable(weights) };
}
