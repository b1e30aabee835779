/** Rows that are not stored in full: only where they hold something, or of unequal length. */
import { readRows } from './blocks.js';
import type { FloatMatrix } from '../call.js';
import {
  checkBatch,
  checkBits,
  checkColumns,
  checkCount,
  checkIndices,
  checkOffsets,
  isBitVector,
  isNumberArray,
  isRecord,
  kindError,
  MOST_COLUMNS,
  shapeError,
  VECTOR_KINDS,
} from '../check.js';
import { type LazyRows, type MassRows, SparseRows } from './lazyRows.js';
import { matrix } from './matrix.js';
import { Narrow, storageOf } from './narrow.js';
import type { BitsDtype, NumericArray, Vector } from '../types.js';

/** Compressed sparse rows, named as SciPy names them. */
export interface CsrParts {
  /** What is stored, row after row. */
  readonly data: Vector;
  /** What the bits in a Uint16Array are: 'float16' or 'bfloat16'; integers where left out. */
  readonly dtype?: BitsDtype | undefined;
  /** The column of each entry of `data`: ascending within a row, each once. */
  readonly indices: Int32Array | Uint32Array | readonly number[];
  /** Where each row begins in `data`, and where the last one ends: rows + 1 offsets. */
  readonly indptr: Int32Array | Uint32Array | readonly number[];
  /** Columns of the table. */
  readonly cols: number;
}

/** Rows of unequal length, end to end. */
export interface RaggedParts {
  /** Entries, row after row. */
  readonly data: Vector;
  /** As in `csr`. */
  readonly dtype?: BitsDtype | undefined;
  /** Where each row begins in `data`, and where the last one ends: rows + 1 offsets. */
  readonly offsets: Int32Array | Uint32Array | readonly number[];
}

/**
 * A batch of sparse rows in compressed form: probabilities or counts of which most are 0, as tables of species or words are.
 *
 * @param parts data, indices, indptr, cols; typed arrays are used in place and not copied, but for 16-bit floats
 * @returns     rows for every function that takes a Matrix of masses
 *
 * Shapes      data, indices: one for each stored entry · indptr: rows + 1 · the batch: rows × cols
 * Edge cases  a stored 0 is a 0 · a row without mass is refused by the function that normalises it · unsorted or repeated columns are refused
 * Accuracy    sparse rows among themselves go without the columns that none of them stores, in ascending order: the bits are those of such dense rows, the
 *             values those of the full rows within twice the function's bound. Beside a matrix or a vector: the bits of full rows
 * Speed       rows of 20,000 columns, 90 % of them 0: 3 times that of full rows, 99 %: 12 times (bench/sparse.bench.ts); memory is that of a block
 * Source      the layout of scipy.sparse.csr_array and of AnnData
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE (a column out of range or order, offsets that go down or do not fit: with the row)
 * @example
 * const P = csr({ data: [3, 1, 2], indices: [0, 4, 2], indptr: [0, 2, 3], cols: 5 });
 * entropy(P, { base: 2 }); // Float64Array [0.8112781244591328, 0]
 */
export function csr(parts: CsrParts): LazyRows {
  if (!isRecord(parts)) throw kindError('csr', parts, 'an object with data, indices, indptr and cols');
  const values = valuesOf(parts);
  const columns = checkIndices('indices', parts.indices);
  const offsets = checkIndices('indptr', parts.indptr);
  checkCount('cols', parts.cols);
  if (parts.cols > MOST_COLUMNS) throw shapeError('cols', parts.cols, `at most ${MOST_COLUMNS}`, `${parts.cols}`);
  if (columns.length !== values.length) {
    throw shapeError('indices', columns.length, `${values.length} columns, one for each entry of data`, `${columns.length}`);
  }
  checkOffsets('indptr', offsets, values.length);
  checkColumns('indices', columns, offsets, parts.cols);
  return new SparseRows(values, columns, offsets, parts.cols);
}

/**
 * A batch of rows of unequal length, end to end: row i is `data[offsets[i]]` to `data[offsets[i + 1] − 1]`.
 *
 * @param parts data, offsets; typed arrays are used in place and not copied
 * @returns     rows for every function that takes a Matrix of masses; they meet rows of the same lengths alone
 *
 * Shapes      data: entries · offsets: rows + 1, from 0 to the number of entries
 * Edge cases  a row without entries has no mass, and is refused by the function that normalises it
 * Accuracy    each row has the bits that it has alone
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE (offsets that go down or do not fit: with the row)
 * @example
 * entropy(ragged({ data: [1, 1, 1, 1, 1, 1], offsets: [0, 2, 6] }), { base: 2 }); // Float64Array [1, 2]
 */
export function ragged(parts: RaggedParts): LazyRows {
  if (!isRecord(parts)) throw kindError('ragged', parts, 'an object with data and offsets');
  const values = valuesOf(parts);
  const offsets = checkIndices('offsets', parts.offsets);
  checkOffsets('offsets', offsets, values.length);
  let cols = 0;
  for (let row = 0; row + 1 < offsets.length; row++) cols = Math.max(cols, (offsets[row + 1] as number) - (offsets[row] as number));
  return new SparseRows(values, undefined, offsets, cols);
}

/**
 * Writes lazy rows out as a Matrix: sparse rows with their zeros, ragged ones with zeros behind them.
 *
 * @param rows what csr, ragged, maskClasses or handleZeros made
 *
 * @example
 * dense(csr({ data: [3, 1], indices: [0, 2], indptr: [0, 1, 2], cols: 3 })).data; // Float64Array [3, 0, 0, 0, 0, 1]
 */
export function dense(rows: MassRows): FloatMatrix {
  const batch = checkBatch(['rows'], [rows]);
  return { data: readRows(batch), rows: batch.rows, cols: batch.cols };
}

/** Rows are written out a block at a time, so that 16-bit floats may as well be widened at once. */
function valuesOf(parts: Record<string, unknown>): NumericArray {
  const given = parts['data'];
  const { dtype: named } = parts;
  const { data, dtype } = isBitVector(given) ? given : { data: given, dtype: named as BitsDtype | undefined };
  if (named !== undefined) checkBits('data', data, named);
  if (!isNumberArray(data)) throw kindError('data', data, VECTOR_KINDS);
  const made = matrix(data, 1, data.length, { dtype });
  if (made.dtype === undefined) return made.data;
  const wide = new Float32Array(data.length);
  new Narrow(made.data, storageOf(made.data, made.dtype)).write(0, data.length, wide, 0);
  return wide;
}
