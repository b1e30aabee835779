/** Counts of a window, a row at a time: all rows, the last so many, or with a weight that halves. */
import { argumentError } from '../statistics/options.js';
import { type Baseline, cellFinder, cellsOf, type Row } from './baseline.js';

export interface WindowOptions {
  /** Only the last so many rows count. */
  readonly window?: number | undefined;
  /** A row's weight halves after so many more. */
  readonly halfLife?: number | undefined;
}

/** Counters as plain data: they travel between workers and machines. */
export interface CounterState {
  readonly rows: number;
  readonly weights: readonly [sum: number, squares: number];
  readonly counts: readonly (readonly number[])[];
  /** The cells of the rows in a sliding window, oldest first. */
  readonly recent?: readonly (readonly number[])[] | undefined;
}

/** Weights are brought back to 1 before they leave the range of doubles. */
const LARGE = 2 ** 500;

export class Counters {
  readonly #names: readonly string[];
  readonly #cells: readonly ((value: unknown) => number)[];
  readonly #counts: readonly Float64Array[];
  readonly #window: number | undefined;
  readonly #growth: number;
  readonly #recent: Int32Array;
  #rows = 0;
  /** Rows in the sliding window, and where the next one goes. */
  #kept = 0;
  #next = 0;
  #weight = 1;
  #sum = 0;
  #squares = 0;

  constructor({ features }: Baseline, { window, halfLife }: WindowOptions) {
    this.#names = features.map(({ name }) => name);
    this.#cells = features.map(cellFinder);
    this.#counts = features.map((feature) => new Float64Array(cellsOf(feature)));
    this.#window = window;
    // Newer rows weigh more: the same as older ones weighing less, without touching every count.
    this.#growth = halfLife === undefined ? 1 : 2 ** (1 / halfLife);
    this.#recent = new Int32Array((window ?? 0) * features.length);
  }

  /** Rows that were seen. */
  get rows(): number {
    return this.#rows;
  }

  /** As many rows of equal weight as the window is worth. */
  get size(): number {
    return this.#squares === 0 ? 0 : (this.#sum * this.#sum) / this.#squares;
  }

  /** Rows are looked at before one is counted. */
  add(rows: readonly Row[]): void {
    for (const [at, row] of rows.entries())
      if (typeof row !== 'object' || row === null) throw argumentError('ERR_KIND', 'rows', 'objects {feature: value}', row, { row: at });
    for (const row of rows) this.#count(row);
  }

  #count(row: Row): void {
    this.#take(this.#cells.map((cell, f) => cell(row[this.#names[f] as string])));
  }

  #take(cells: readonly number[]): void {
    const width = cells.length;
    if (this.#window !== undefined) {
      const at = this.#next * width;
      if (this.#kept < this.#window) this.#kept++;
      else {
        for (let f = 0; f < width; f++) this.#bump(f, this.#recent[at + f] as number, -1);
        this.#sum--;
        this.#squares--;
      }
      this.#recent.set(cells, at);
      this.#next = (this.#next + 1) % this.#window;
    }
    for (const [f, cell] of cells.entries()) this.#bump(f, cell, this.#weight);
    this.#sum += this.#weight;
    this.#squares += this.#weight * this.#weight;
    this.#rows++;
    this.#weight *= this.#growth;
    if (this.#weight > LARGE) this.#rescale();
  }

  #bump(feature: number, cell: number, by: number): void {
    const counts = this.#counts[feature] as Float64Array;
    counts[cell] = (counts[cell] as number) + by;
  }

  #rescale(): void {
    for (const counts of this.#counts) for (const [i, count] of counts.entries()) counts[i] = count / this.#weight;
    this.#sum /= this.#weight;
    this.#squares /= this.#weight * this.#weight;
    this.#weight = 1;
  }

  /** Whole counts of a feature, worth `size` rows: of weighted rows rounded. */
  counts(feature: number): Float64Array {
    const counts = this.#counts[feature] as Float64Array;
    if (this.#growth === 1) return counts.slice();
    return counts.map((count) => Math.round((count * this.size) / this.#sum));
  }

  /**
   * Takes in what another one of the same baseline and options has seen. In a sliding window its rows come after those here; decaying counts are added as they
   * stand, the last row of either as the newest.
   */
  merge(other: CounterState): void {
    checkState(other, this.#counts);
    if ((this.#window === undefined) !== (other.recent === undefined)) {
      const expected =
        this.#window === undefined ? 'counters without a sliding window, as here' : 'counters with a sliding window, as here';
      throw argumentError('ERR_KIND', 'other', expected, 'others');
    }
    if (other.recent !== undefined) {
      for (const cells of other.recent) this.#take(cells);
      this.#rows += other.rows - other.recent.length;
      return;
    }
    this.#rescale();
    for (const [f, counts] of other.counts.entries()) for (const [cell, count] of counts.entries()) this.#bump(f, cell, count);
    this.#sum += other.weights[0];
    this.#squares += other.weights[1];
    this.#rows += other.rows;
  }

  state(): CounterState {
    this.#rescale();
    const width = this.#counts.length;
    const first = this.#kept === this.#window ? this.#next : 0;
    const recent = Array.from({ length: this.#kept }, (_, i) => {
      const at = ((first + i) % (this.#window as number)) * width;
      return Array.from(this.#recent.subarray(at, at + width));
    });
    const counts = this.#counts.map((values) => Array.from(values));
    return { rows: this.#rows, weights: [this.#sum, this.#squares], counts, recent: this.#window === undefined ? undefined : recent };
  }

  reset(): void {
    for (const counts of this.#counts) counts.fill(0);
    [this.#rows, this.#kept, this.#next, this.#weight, this.#sum, this.#squares] = [0, 0, 0, 1, 0, 0];
  }
}

/** @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_DOMAIN: nothing of a state that has come from elsewhere is taken as it is */
function checkState(state: CounterState, own: readonly Float64Array[]): void {
  const { rows, weights, counts, recent } = (state ?? {}) as Partial<CounterState>;
  const isCount = (x: unknown) => typeof x === 'number' && x >= 0 && x < Infinity;
  if (!isCount(rows) || !Array.isArray(weights) || !weights.every(isCount) || weights.length !== 2 || !Array.isArray(counts))
    throw argumentError('ERR_KIND', 'other', 'what state() gives', state);
  const fits = (list: unknown, f: number) => Array.isArray(list) && list.length === own[f]?.length;
  if (counts.length !== own.length || !counts.every(fits))
    throw argumentError('ERR_SHAPE', 'other', 'counters of the same baseline', `${counts.length} features`);
  for (const [row, list] of (counts as readonly number[][]).entries())
    if (!list.every(isCount))
      throw argumentError(
        'ERR_DOMAIN',
        'other',
        'counts ≥ 0',
        list.find((x) => !isCount(x)),
        { row },
      );
  const isCell = (cell: unknown, f: number) => Number.isInteger(cell) && (cell as number) >= 0 && (cell as number) < (own[f]?.length ?? 0);
  for (const [row, cells] of (recent ?? []).entries())
    if (cells.length !== own.length || !cells.every(isCell))
      throw argumentError('ERR_DOMAIN', 'other', 'a cell a feature in "recent"', cells, { row });
}
