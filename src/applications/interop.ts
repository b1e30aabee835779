/** Rows from other libraries: what `surprisal/distillation` and `surprisal/ood` take by themselves, as a matrix for every function of the core. */
import type { Matrix } from '../index.js';
import { type RowsLike, toMatrix } from './input/tensor.js';

export type { ArrowVector, DataSyncTensor, RowsLike } from './input/tensor.js';

/**
 * Rows as a matrix: typed arrays, tensors by their shape ({data, dims} of onnxruntime, {data, shape}, {dataSync(), shape} of TensorFlow.js), Apache Arrow
 * vectors of numbers or of fixed-size lists. No library is depended on.
 *
 * @param rows used in place where their memory can be; `dataSync()` is called once; Arrow vectors of several chunks are copied
 * @returns    a matrix, as `matrix` makes it: [B, T, V] is folded to B·T rows of V, and `unfold` gives results their sizes back
 *
 * Shapes      one dimension: one row · more: the last is a row
 * Edge cases  an Arrow vector with nulls, or of lists that differ in length, is refused
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE
 * @example
 * logits.klDivergence(rowsOf(teacherTensor), rowsOf(studentTensor));
 */
export function rowsOf(rows: RowsLike): Matrix {
  return toMatrix('rows', rows);
}
