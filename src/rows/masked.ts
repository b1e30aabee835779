/** Classes that are out: the rows of those that are left. */
import { type Batch, checkBatch, describe, isMatrix, isNumberArray, kindError, refuseUnequal, shapeError } from '../check.js';
import { mismatch, type SurprisalError } from '../error.js';
import { floatsOf } from '../floats.js';
import { DerivedRows } from './derived.js';
import { type LazyRows, type MassRows, SparseRows } from './lazyRows.js';
import type { Dtype, Floats, Matrix, NumberArray, NumericArray, Vector } from '../types.js';

/** Which classes are out: true or 1. */
export type ClassMask = NumberArray | readonly boolean[];

/**
 * Takes classes out of distributions. What is left is a distribution over the other classes alone once a function normalises it, and K, wherever a function
 * counts classes, is the number of those left: `cols`.
 *
 * @param p    a vector, or a batch of rows; probabilities or counts, not modified
 * @param mask true or 1 for a class that is out: `cols` of them for every row, or a matrix with a mask for each row
 * @returns    for a vector a vector of the classes left; for a batch rows that are masked as they are read. With a mask for each row the rows may be of unequal
 *             length, and meet rows under the same mask
 *
 * Shapes      p: rows × cols · mask: cols, or rows × cols · result: rows × classes left (in the longest row)
 * Edge cases  nothing left is refused · a label counts the classes left, row by row: label 2 of full rows is label 1 once class 0 is out. Masses of 0 instead of a
 *             mask leave labels as they are · errors name the column of `p` · rows over a resident matrix read what it holds then; ERR_DISPOSED once it was disposed of
 * Accuracy    the bits are those of rows without the columns
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY (no class left, with the row)
 * @example
 * entropy(maskClasses([0.5, 0.25, 0.25], [1, 0, 0]), { base: 2 }); // 1
 */
export function maskClasses(p: Vector, mask: ClassMask): Floats;
export function maskClasses(p: MassRows, mask: ClassMask | Matrix): LazyRows;
export function maskClasses(p: Vector | MassRows, mask: ClassMask | Matrix): Floats | LazyRows {
  const batch = checkBatch(['p'], [p]);
  refuseUnequal('p', p);
  const rows = new MaskedRows(p, batch, ...readMask(batch, mask));
  if (batch.single) {
    const row = floatsOf(batch.dtype, rows.cols);
    rows.write(0, row, 0);
    return row;
  }
  return p instanceof SparseRows && !rows.isRagged ? withoutColumns(p, rows) : rows;
}

class MaskedRows extends DerivedRows {
  readonly cols: number;
  readonly dtype: Dtype;

  constructor(
    given: Vector | MassRows,
    source: Batch,
    readonly mask: Uint8Array,
    /** Entries of the mask from one row to the next. */
    readonly step: number,
  ) {
    super(given, source);
    this.dtype = source.dtype;
    let cols = 0;
    for (let row = 0; row < (step === 0 ? 1 : source.rows); row++) {
      const width = this.width(row);
      if (width === 0) throw nothingLeft(step === 0 ? undefined : row);
      cols = Math.max(cols, width);
    }
    this.cols = cols;
  }

  override get isRagged(): boolean {
    return this.step !== 0;
  }

  /** Classes left. */
  override width(row: number): number {
    const from = row * this.step;
    let left = 0;
    for (let i = from; i < from + this.own.length; i++) left += 1 - (this.mask[i] as number);
    return left;
  }

  override column(row: number, column: number): number {
    let at = row * this.step - 1;
    for (let left = -1; left < column; ) left += 1 - (this.mask[++at] as number);
    return super.column(row, at - row * this.step);
  }

  write(row: number, into: Floats, at: number): void {
    let to = at;
    let m = row * this.step;
    this.read(row);
    for (const x of this.own) if (this.mask[m++] === 0) into[to++] = x;
    into.fill(0, to, at + this.cols);
  }
}

/** Sparse rows without the columns that are masked; an error names those of what they were made from. */
class CutRows extends SparseRows {
  constructor(
    readonly from: SparseRows,
    readonly left: Int32Array,
    ...stored: readonly [values: NumericArray, columns: Int32Array, offsets: Int32Array]
  ) {
    super(...stored, left.length);
  }

  override column(row: number, column: number): number {
    return this.from.column(row, this.left[column] as number);
  }
}

/** Sparse rows stay sparse. */
function withoutColumns(p: SparseRows, { mask }: MaskedRows): LazyRows {
  const { values, columns, offsets } = p;
  const places = new Int32Array(mask.length);
  for (let i = 0, next = 0; i < mask.length; i++) places[i] = mask[i] === 0 ? next++ : -1;
  const from: number[] = [];
  const ends = new Int32Array(offsets.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let i = offsets[row] as number; i < (offsets[row + 1] as number); i++) {
      if ((places[columns?.[i] as number] as number) >= 0) from.push(i);
    }
    ends[row + 1] = from.length;
  }
  const kept = floatsOf(p.dtype, from.length);
  for (const [to, i] of from.entries()) kept[to] = values[i] as number;
  const at = Int32Array.from(from, (i) => places[columns?.[i] as number] as number);
  const left = Int32Array.from(mask.keys()).filter((column) => mask[column] === 0);
  return new CutRows(p, left, kept, at, ends);
}

/** The mask as bytes, and its step. */
function readMask(batch: Batch, mask: ClassMask | Matrix): [mask: Uint8Array, step: number] {
  const isMatrixOfMasks = isMatrix(mask);
  const flags: unknown = isMatrixOfMasks ? mask.data : mask;
  if (!isNumberArray(flags)) throw kindError('mask', mask, 'an array of true and false, or 1 and 0, or a Matrix of them');
  if (isMatrixOfMasks && (mask.rows !== batch.rows || mask.cols !== batch.cols)) {
    throw shapeError('mask', mask, `${batch.rows} × ${batch.cols}, as "p" has`, `${mask.rows} × ${mask.cols}`);
  }
  const length = isMatrixOfMasks ? batch.rows * batch.cols : batch.cols;
  if (flags.length !== length) throw shapeError('mask', flags.length, `${length} flags`, `${flags.length}`);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const flag: unknown = flags[i];
    if (flag !== true && flag !== false && flag !== 0 && flag !== 1) throw flagError(i, flag);
    bytes[i] = Number(flag);
  }
  return [bytes, isMatrixOfMasks ? batch.cols : 0];
}

function flagError(at: number, value: unknown): SurprisalError {
  const expected = 'true or 1 for a class that is out, false or 0 for one that stays';
  return mismatch('ERR_KIND', { argument: 'mask', value, expected }, describe(value), `"mask"[${at}]`);
}

function nothingLeft(row: number | undefined): SurprisalError {
  return mismatch('ERR_EMPTY', { argument: 'mask', row, expected: 'a class that stays' }, 'none');
}
