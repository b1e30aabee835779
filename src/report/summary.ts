import { Distribution, quantile, type Sorted } from './distribution.js';

/** The quantiles that a summary gives, in percent. */
export const QUANTILES = [1, 5, 25, 50, 75, 95, 99] as const;

/** One of the largest rows. */
export interface LargeRow {
  readonly row: number;
  readonly id?: string | undefined;
  readonly score: number;
}

/** What a column of scores looks like. Everything but `rows`, `infinite` and `largest` is over the finite scores, NaN when there are none. */
export interface Summary {
  readonly rows: number;
  /** Rows whose score is Infinity: mass where the reference has none. */
  readonly infinite: number;
  readonly mean: number;
  /** Sample standard deviation, with n − 1. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** At QUANTILES. */
  readonly quantiles: readonly number[];
  /** False when there were so many rows that the quantiles are rounded to 0.1 %. */
  readonly exact: boolean;
  /** Largest first; of equal scores the earlier row first. */
  readonly largest: readonly LargeRow[];
  readonly sorted: Sorted;
}

/** Takes scores block by block, in memory that does not grow with their number beyond a bound. */
export class Summarizer {
  readonly #top: number;
  readonly #distribution = new Distribution();
  readonly #largest: LargeRow[] = [];
  /** What a score must be above to be among the largest. */
  #least: number;
  #rows = 0;
  #infinite = 0;
  #mean = 0;
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;

  /** @param top how many of the largest rows to keep */
  constructor(top: number) {
    this.#top = top;
    this.#least = top === 0 ? Infinity : -Infinity;
  }

  add(scores: Float64Array, ids?: readonly string[]): void {
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] as number;
      if (score > this.#least) this.#keep(score, this.#rows, ids?.[i]);
      this.#rows++;
      if (score === Infinity) {
        this.#infinite++;
        continue;
      }
      // Welford: the mean moves towards each value, so nothing cancels.
      const step = score - this.#mean;
      this.#mean += step / (this.#rows - this.#infinite);
      this.#squares += step * (score - this.#mean);
      if (score < this.#min) this.#min = score;
      if (score > this.#max) this.#max = score;
      this.#distribution.add(score);
    }
  }

  #keep(score: number, row: number, id: string | undefined): void {
    let [place, end] = [0, this.#largest.length]; // by halves: the list may be long
    while (place < end) {
      const middle = (place + end) >>> 1;
      if (score > (this.#largest[middle] as LargeRow).score) end = middle;
      else place = middle + 1;
    }
    this.#largest.splice(place, 0, { row, id, score });
    if (this.#largest.length > this.#top) this.#largest.pop();
    if (this.#largest.length === this.#top) this.#least = (this.#largest.at(-1) as LargeRow).score;
  }

  summary(): Summary {
    const finite = this.#rows - this.#infinite;
    const sorted = this.#distribution.sorted();
    return {
      rows: this.#rows,
      infinite: this.#infinite,
      mean: finite === 0 ? NaN : this.#mean,
      sd: finite < 2 ? NaN : Math.sqrt(this.#squares / (finite - 1)),
      min: finite === 0 ? NaN : this.#min,
      max: finite === 0 ? NaN : this.#max,
      quantiles: QUANTILES.map((percent) => quantile(sorted, percent / 100)),
      exact: this.#distribution.exact,
      largest: this.#largest,
      sorted,
    };
  }
}
