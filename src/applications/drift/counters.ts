/** Counts of a window, a row at a time: all rows, the last so many, or with a weight that halves. */
import type { WeightedRows } from '../statistics/tables.js';
import { type Baseline, checkRow, ownValue, type Row } from './baseline.js';
import { cellFinder, cellsOf, fingerprintOf, otherCellsOf } from './features.js';
import { checkState, type CounterState } from './state.js';
import { weightedRows } from './weights.js';

export interface WindowOptions {
  /** Only the last so many rows count. */
  readonly window?: number | undefined;
  /** A row's weight halves after so many more. */
  readonly halfLife?: number | undefined;
}

/** The last row's weight is brought back to 1 before weights and their squares leave the range of doubles. */
const LARGE = 2 ** 400;

export class Counters {
  readonly #names: readonly string[];
  readonly #find: readonly ((value: unknown, row: number) => number)[];
  readonly #counts: readonly Float64Array[];
  readonly #window: number | undefined;
  readonly #halfLife: number | undefined;
  readonly #growth: number;
  readonly #cells: string;
  readonly #recent: Int32Array;
  #rows = 0;
  /** Rows in the sliding window, and where the next one goes. */
  #kept = 0;
  #next = 0;
  /** Of the last row; sums of weights and of their squares. */
  #weight = 1;
  #sum = 0;
  #squares = 0;

  constructor({ features }: Baseline, { window, halfLife }: WindowOptions) {
    this.#names = features.map(({ name }) => name);
    this.#find = features.map((feature) => cellFinder(feature, otherCellsOf(feature)));
    this.#counts = features.map((feature) => new Float64Array(cellsOf(feature) + otherCellsOf(feature) - 1));
    this.#cells = fingerprintOf(features);
    this.#window = window;
    this.#halfLife = halfLife;
    // Newer rows weigh more: the same as older ones weighing less, without touching every count.
    this.#growth = halfLife === undefined ? 1 : 2 ** (1 / halfLife);
    this.#recent = new Int32Array((window ?? 0) * features.length);
  }

  /** Rows that were seen. */
  get rows(): number {
    return this.#rows;
  }

  /** As many rows of equal weight as the window is worth: (Σw)²/Σw², never below 1 but for rounding. */
  get size(): number {
    return this.#rows === 0 ? 0 : Math.max(1, this.#sum * (this.#sum / this.#squares));
  }

  /** What the weights of rows are like; undefined where all are the same. */
  get weights(): WeightedRows | undefined {
    return this.#halfLife === undefined ? undefined : weightedRows(this.#sum / this.#weight, this.size, this.#halfLife);
  }

  /** All rows find their cells before one is counted. */
  add(rows: readonly Row[]): void {
    const found = rows.map((row, at) => {
      checkRow(row, at);
      return this.#find.map((cell, f) => cell(ownValue(row, this.#names[f] as string), at));
    });
    for (const cells of found) this.#take(cells);
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
    this.#weight *= this.#growth;
    if (this.#weight > LARGE) this.#rescale();
    for (const [f, cell] of cells.entries()) this.#bump(f, cell, this.#weight);
    this.#sum += this.#weight;
    this.#squares += this.#weight * this.#weight;
    this.#rows++;
  }

  #bump(feature: number, cell: number, by: number): void {
    const counts = this.#counts[feature] as Float64Array;
    counts[cell] = (counts[cell] as number) + by;
  }

  #rescale(): void {
    for (const counts of this.#counts) for (const [i, count] of counts.entries()) counts[i] = count / this.#weight;
    this.#sum /= this.#weight;
    this.#squares = this.#squares / this.#weight / this.#weight;
    this.#weight = 1;
  }

  /** Counts of a feature, worth `size` rows together: whole ones where all rows weigh the same. */
  counts(feature: number): Float64Array {
    const counts = this.#counts[feature] as Float64Array;
    if (this.#halfLife === undefined) return counts.slice();
    const scale = this.size / this.#sum;
    return counts.map((count) => count * scale);
  }

  /**
   * Takes in what another one of the same baseline and options has seen. In a sliding window its rows come after those here; decaying counts are added as they
   * stand, the last row of either as the newest.
   */
  merge(other: CounterState): void {
    const isSliding = this.#window !== undefined;
    checkState(other, { lengths: this.#counts.map(({ length }) => length), cells: this.#cells, halfLife: this.#halfLife, isSliding });
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
    return {
      cells: this.#cells,
      halfLife: this.#halfLife,
      rows: this.#rows,
      weights: [this.#sum, this.#squares],
      counts: this.#counts.map((values) => Array.from(values)),
      recent: this.#window === undefined ? undefined : recent,
    };
  }

  reset(): void {
    for (const counts of this.#counts) counts.fill(0);
    [this.#rows, this.#kept, this.#next, this.#weight, this.#sum, this.#squares] = [0, 0, 0, 1, 0, 0];
  }
}
