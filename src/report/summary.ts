import { Distribution, quantile, type Sorted } from './distribution.js';
import { Leading } from './leading.js';

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

/** Squares of more leave the range, in sums of as many as there may be; they are those of numbers so much smaller. */
const HUGE = 2 ** 480;
const SMALLER = 2 ** -560;

/** Takes scores block by block, in memory that does not grow with their number beyond a bound. */
export class Summarizer {
  readonly #distribution = new Distribution();
  readonly #largest: Leading<LargeRow>;
  #rows = 0;
  #infinite = 0;
  /** Their mean is the sum of both. */
  #mean = 0;
  #rest = 0;
  /** Of what is off the mean, times the scale. */
  #squares = 0;
  #scale = 1;
  #min = Infinity;
  #max = -Infinity;

  /** @param top how many of the largest rows to keep */
  constructor(top: number) {
    this.#largest = new Leading(top);
  }

  add(scores: Float64Array, ids?: readonly string[]): void {
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] as number;
      if (score > this.#largest.least) this.#largest.add(score, { row: this.#rows, id: ids?.[i], score });
      this.#rows++;
      if (score === Infinity) {
        this.#infinite++;
        continue;
      }
      this.#move(score);
      if (score < this.#min) this.#min = score;
      if (score > this.#max) this.#max = score;
      this.#distribution.add(score);
    }
  }

  /** Welford: the mean moves towards each value, so nothing cancels; what its additions round off is carried along. */
  #move(score: number): void {
    const step = score - this.#mean - this.#rest;
    const moved = this.#rest + step / (this.#rows - this.#infinite);
    const mean = this.#mean + moved;
    const added = mean - this.#mean;
    this.#rest = this.#mean - (mean - added) + (moved - added);
    this.#mean = mean;
    if (this.#scale === 1 && Math.abs(step) > HUGE) {
      this.#scale = SMALLER;
      this.#squares *= SMALLER;
      this.#squares *= SMALLER; // the square of it would be 0
    }
    this.#squares += step * this.#scale * ((score - mean) * this.#scale);
  }

  summary(): Summary {
    const finite = this.#rows - this.#infinite;
    const sorted = this.#distribution.sorted();
    return {
      rows: this.#rows,
      infinite: this.#infinite,
      mean: finite === 0 ? NaN : this.#mean,
      sd: finite < 2 ? NaN : Math.sqrt(this.#squares / (finite - 1)) / this.#scale,
      min: finite === 0 ? NaN : this.#min,
      max: finite === 0 ? NaN : this.#max,
      quantiles: QUANTILES.map((percent) => quantile(sorted, percent / 100)),
      exact: this.#distribution.exact,
      largest: this.#largest.items(),
      sorted,
    };
  }
}
