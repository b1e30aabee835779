/** Rows that come one after the other: sums over blocks of neighbours, from which means, and functions of them, get intervals by drawing blocks anew. */
import { quantile } from '../../report/distribution.js';
import { bootstrap } from './bootstrap.js';
import type { Interval } from './intervals.js';
import { normalQuantile } from './normal.js';

/** A number with its interval; NaN at both ends where there is one block alone. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

export interface BlockOptions {
  /** Rows of a block, which are not taken as independent of each other. */
  readonly block: number;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

/** Blocks beyond this many are joined two by two. */
const MOST_BLOCKS = 1000;

/** Sums of named values. Memory does not grow with the rows. */
export class BlockSums<Name extends string> {
  readonly #names: readonly Name[];
  readonly #options: BlockOptions;
  /** Rows of a block now. */
  #size: number;
  #blocks: Float64Array[] = [];
  #rows = 0;

  constructor(names: readonly Name[], options: BlockOptions) {
    this.#names = names;
    this.#options = options;
    this.#size = options.block;
  }

  get rows(): number {
    return this.#rows;
  }

  add(values: Readonly<Record<Name, number>>): void {
    if (this.#rows % this.#size === 0) this.#startBlock();
    const sums = this.#blocks.at(-1) as Float64Array;
    for (const [k, name] of this.#names.entries()) sums[k] = (sums[k] as number) + values[name];
    this.#rows++;
  }

  #startBlock(): void {
    if (this.#blocks.length === MOST_BLOCKS) {
      this.#blocks = this.#blocks.filter((block, i) => i % 2 === 0 && add(block, this.#blocks[i + 1] as Float64Array));
      this.#size *= 2;
    }
    this.#blocks.push(new Float64Array(this.#names.length));
  }

  /**
   * A function of sums, with its interval.
   *
   * @param statistic of the sum of each name, and of the number of rows
   */
  estimate(statistic: (of: (name: Name) => number, rows: number) => number): Estimate {
    const totals = new Float64Array(this.#names.length);
    const of = (name: Name) => totals[this.#names.indexOf(name)] as number;
    const last = this.#rows - (this.#blocks.length - 1) * this.#size;
    const ofBlocks = (indices: Int32Array): number => {
      totals.fill(0);
      let rows = 0;
      for (const i of indices) {
        add(totals, this.#blocks[i] as Float64Array);
        rows += i === this.#blocks.length - 1 ? last : this.#size;
      }
      return statistic(of, rows);
    };
    const { level, replicates, seed } = this.#options;
    const { estimate, interval } = bootstrap(this.#blocks.length, ofBlocks, { level, replicates, seed });
    return { value: estimate, interval: this.#blocks.length < 2 || Number.isNaN(estimate) ? [NaN, NaN] : interval };
  }

  mean(name: Name): Estimate {
    return this.estimate((of, rows) => of(name) / rows);
  }

  /**
   * A quantile of values that were added in this order, with the quantiles at the ends of its share's interval: the share of rows below it varies from block
   * to block.
   *
   * @param sorted the values in ascending order
   *
   * Source  R. S. Woodruff, J. Am. Stat. Assoc. 47 (1952)
   */
  quantile(values: ArrayLike<number>, sorted: Float64Array, share: number): Estimate {
    const all = { values: sorted, total: sorted.length };
    const value = quantile(all, share);
    const blocks = this.#blocks.length;
    let squares = 0;
    for (let from = 0; from < values.length; from += this.#size) {
      const to = Math.min(values.length, from + this.#size);
      let below = 0;
      for (let i = from; i < to; i++) if ((values[i] as number) <= value) below++;
      squares += (below - share * (to - from)) ** 2;
    }
    const error = Math.sqrt((squares * blocks) / (blocks - 1)) / values.length;
    const reach = normalQuantile((1 + this.#options.level) / 2) * error;
    const at = (p: number) => (Number.isNaN(p) ? NaN : quantile(all, Math.min(1, Math.max(0, p))));
    return { value, interval: [at(share - reach), at(share + reach)] };
  }
}

function add(totals: Float64Array, sums: Float64Array): true {
  for (let k = 0; k < totals.length; k++) totals[k] = (totals[k] as number) + (sums[k] as number);
  return true;
}
