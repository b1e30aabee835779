import { isSingle, storageOf } from './narrow.js';
import type { Dtype, Floats, Matrix, NumericArray } from '../types.js';

/**
 * Rows that are written out as a kernel asks for them, a block at a time, so that memory stays flat: sparse, ragged, masked, or with their zeros handled.
 * They stand wherever a Matrix of probabilities or counts does. Made by `csr`, `ragged`, `maskClasses` and `handleZeros`; `dense` makes a Matrix of them.
 */
export abstract class LazyRows {
  abstract readonly rows: number;
  /** Entries in a row; in the longest one, where rows are of unequal length. */
  abstract readonly cols: number;
  abstract readonly dtype: Dtype;

  /** What is read as rows are written: arrays, and other rows. */
  abstract readonly parts: readonly unknown[];

  /** False where an array that is read has been transferred, or cut, since. */
  abstract readonly isWhole: boolean;

  /** Writes the `cols` entries of a row from `at` on; a shorter row is followed by zeros. */
  abstract write(row: number, into: Floats, at: number): void;

  /** Entries of one row. */
  width(_row: number): number {
    return this.cols;
  }

  /** True where rows may be of unequal length: then only rows of the same lengths may meet them. */
  get isRagged(): boolean {
    return false;
  }

  /** Where an entry stands in what the rows were made from: the column that an error names. */
  column(_row: number, column: number): number {
    return column;
  }
}

/** A batch of probabilities or counts, written out or not. */
export type MassRows = Matrix | LazyRows;

/** Whole numbers, as SciPy and Arrow store columns and offsets. */
export type Indices = Int32Array | Uint32Array;

/** Rows of which only some columns are stored: of row i those at `offsets[i]` to `offsets[i + 1] − 1`, ascending. Everything else is 0. */
export class SparseRows extends LazyRows {
  readonly rows: number;

  constructor(
    readonly values: NumericArray,
    /** The column of each value; undefined where each row stores its first ones, and is as long as they are many. */
    readonly columns: Indices | undefined,
    readonly offsets: Indices,
    readonly cols: number,
  ) {
    super();
    this.rows = offsets.length - 1;
  }

  get parts(): readonly unknown[] {
    return [this.values, this.columns, this.offsets];
  }

  get dtype(): Dtype {
    return isSingle(storageOf(this.values)) ? 'f32' : 'f64';
  }

  get isWhole(): boolean {
    const end = this.offsets[this.rows] as number; // undefined, and not within any length, of offsets that are gone
    return end <= this.values.length && end <= (this.columns ?? this.values).length;
  }

  override get isRagged(): boolean {
    return this.columns === undefined;
  }

  override width(row: number): number {
    return this.isRagged ? this.stored(row) : this.cols;
  }

  /** Columns that a row stores. */
  stored(row: number): number {
    return (this.offsets[row + 1] as number) - (this.offsets[row] as number);
  }

  write(row: number, into: Floats, at: number): void {
    const { values, columns } = this;
    const start = this.offsets[row] as number;
    const end = this.offsets[row + 1] as number;
    if (columns === undefined) {
      into.set(values.subarray(start, end), at);
      into.fill(0, at + end - start, at + this.cols);
      return;
    }
    into.fill(0, at, at + this.cols);
    for (let i = start; i < end; i++) into[at + (columns[i] as number)] = values[i] as number;
  }
}
