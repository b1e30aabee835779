import {
  checkBits,
  checkCount,
  checkMatrix,
  checkOptions,
  describe,
  isBitsDtype,
  isMatrix,
  isNumericArray,
  isRecord,
  kindError,
  shapeError,
} from '../check.js';
import { mismatch } from '../error.js';
import { typedArrayName } from './narrow.js';
import type { BitsDtype, BitVector, Matrix, NumberArray, NumericArray } from '../types.js';

const DTYPE = ['dtype'];

/** A tensor of another library: its flat data, and its sizes under either name. */
export interface TensorLike {
  readonly data: NumberArray;
  readonly shape?: readonly number[] | undefined;
  readonly dims?: readonly number[] | undefined;
  /** What a Uint16Array holds: 'uint16', 'float16' or 'bfloat16'. Other arrays say it themselves. */
  readonly dtype?: string | undefined;
  readonly type?: string | undefined;
}

export interface MatrixOptions {
  /** What the bits in a Uint16Array are: 'float16' or 'bfloat16'; integers where left out. */
  readonly dtype?: BitsDtype | undefined;
}

/** Data with all their sizes. */
export interface Tensor<Data extends NumericArray> {
  readonly data: Data;
  readonly shape: readonly number[];
}

/**
 * A batch of rows as a view over flat, row-major data: row i is `data[i·cols]` to `data[(i+1)·cols − 1]`.
 *
 * @param data    typed array, used in place and not copied; a plain array of numbers is copied to f64
 * @param rows    number of rows
 * @param cols    entries in a row
 * @param options dtype: 'float16' or 'bfloat16', for their bits in a Uint16Array
 *
 * Shapes      data: rows × cols · also {data, shape} and {data, dims}, as tensors of other libraries come: [rows, cols], or more sizes, of which all but
 *             the last are folded into rows: [B, T, V] is B·T rows of V. `unfold` gives results their leading sizes back. Where a tensor says its strides,
 *             as ndarrays do, they have to be those of row-major data: a transposed or sliced view is refused
 * Units       computed in f32 where every input is f32, Float16Array or bits, with the very bits that a Float32Array of the same numbers would give; in f64
 *             beside doubles, integers and plain arrays
 * Edge cases  0 rows or 0 columns make a matrix; functions that need entries refuse it with ERR_EMPTY
 *
 * @throws {SurprisalError} ERR_KIND for other data, or a dtype that does not fit them · ERR_OPTION · ERR_SHAPE where rows × cols is not the length
 * @example
 * matrix(Float32Array.of(0.1, 0.9, 0.5, 0.5), 2, 2); // two distributions over two classes
 */
export function matrix(data: NumberArray, rows: number, cols: number, options?: MatrixOptions): Matrix;
export function matrix(tensor: TensorLike): Matrix;
export function matrix(source: NumberArray | TensorLike, rows?: number, cols?: number, options?: MatrixOptions): Matrix {
  checkOptions(options, DTYPE);
  if (isRecord(source)) {
    if (rows !== undefined || cols !== undefined)
      throw kindError('data', source, 'a typed array before rows and cols, or {data, shape} alone');
    const shape = sizes(source);
    const lead = shape.slice(0, -1);
    const folded = matrix(source.data as NumberArray, product(lead), shape.at(-1) as number, { dtype: bitsOf(source) });
    return lead.length === 1 ? folded : { ...folded, lead };
  }
  const plain = { data: flat(source as NumberArray), rows: rows as number, cols: cols as number };
  const made = options?.dtype === undefined ? plain : { ...plain, dtype: options.dtype };
  checkMatrix('matrix', made);
  return made;
}

/**
 * One distribution from the bits of 16-bit floats, for engines and formats without a Float16Array. Other vectors are plain or typed arrays as they are.
 *
 * @param bits    used in place and not copied
 * @param options dtype: 'float16' or 'bfloat16'
 *
 * Shapes      n bits: a vector of n
 * Edge cases  subnormals, infinities and NaN are what they stand for; a function says which entries it refuses
 * Accuracy    exact: the answers have the bits that a Float32Array of the same numbers gives
 *
 * @throws {SurprisalError} ERR_KIND for other data or dtypes · ERR_OPTION
 * @example
 * entropy(vector(Uint16Array.of(0x3800, 0x3800), { dtype: 'float16' }), { base: 2 }); // 1 to eight digits: two halves
 */
export function vector(bits: Uint16Array, options: { readonly dtype: BitsDtype }): BitVector {
  checkOptions(options, DTYPE);
  checkBits('vector', bits, options?.dtype);
  return { data: bits, dtype: options.dtype };
}

/** What a tensor says of the bits in its Uint16Array. */
export function bitsOf(tensor: Record<string, unknown>): BitsDtype | undefined {
  const { data, dtype = tensor['type'] } = tensor;
  if (!ArrayBuffer.isView(data) || typedArrayName(data) !== 'Uint16Array' || dtype === undefined || dtype === 'uint16') return undefined;
  if (!isBitsDtype(dtype)) throw kindError('data.dtype', dtype, "'uint16', 'float16' or 'bfloat16', as a Uint16Array holds");
  return dtype;
}

/**
 * Gives results their tensor's leading sizes back: what was computed from rows folded out of [B, T, V] as [B, T], or [B, T, …] where every row has several.
 *
 * @param results one number a row, or a matrix with as many rows
 * @param like    the matrix that the rows came from
 * @returns       the same data, not copied, with its shape: {data, shape}, which `matrix` takes back
 *
 * Shapes      rows to `lead` · rows × n to [...lead, n] · a matrix that was not folded has the one leading size [rows]
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE where the rows are not as many
 * @example
 * const P = matrix({ data: new Float32Array(24).fill(1), shape: [2, 3, 4] });
 * unfold(entropy(P), P).shape; // [2, 3]
 */
export function unfold<Data extends NumericArray>(results: Data | { data: Data; rows: number; cols: number }, like: Matrix): Tensor<Data> {
  if (!isMatrix(like)) throw kindError('like', like, 'the Matrix whose rows gave the results');
  const isFlat = isNumericArray(results);
  if (!isFlat && !isMatrix(results)) throw kindError('results', results, 'one number a row in a typed array, or a Matrix');
  const rows = isFlat ? results.length : results.rows;
  if (rows !== like.rows) throw shapeError('results', rows, `${like.rows} rows, as the matrix has`, `${rows}`);
  const lead = like.lead ?? [like.rows];
  return isFlat ? { data: results as Data, shape: lead } : { data: results.data as Data, shape: [...lead, results.cols] };
}

/** The sizes of a tensor whose data lie row after row. */
function sizes(tensor: Record<string, unknown>): number[] {
  const name = tensor['shape'] === undefined ? 'dims' : 'shape';
  const value = tensor[name];
  if (!Array.isArray(value) && !isNumericArray(value)) throw kindError(`data.${name}`, value, 'sizes, [rows, cols], in "shape" or "dims"');
  if (value.length < 2) throw shapeError(`data.${name}`, value, 'two sizes at least, the last of them the classes', `${value.length}`);
  const shape = Array.from(value as ArrayLike<number>);
  const strides = (tensor['strides'] ?? tensor['stride']) as ArrayLike<number> | undefined; // @stdlib/ndarray; ndarray
  for (const [axis, size] of shape.entries()) {
    checkCount(`data.${name}[${axis}]`, size);
    const step = product(shape.slice(axis + 1));
    if (size > 1 && (strides?.[axis] ?? step) !== step)
      throw shapeError('data.strides', strides, `${step} on axis ${axis}, as row-major data have: copy the view`, `${strides}`);
  }
  return shape;
}

function product(counts: readonly number[]): number {
  return counts.reduce((all, count) => all * count, 1);
}

function flat(data: NumberArray): NumericArray {
  if (isNumericArray(data)) return data;
  if (!Array.isArray(data)) throw kindError('data', data, 'a typed array, or an array of numbers');
  const column = data.findIndex((x) => typeof x !== 'number');
  if (column < 0) return Float64Array.from(data);
  const expected = Array.isArray(data[column]) ? 'one flat array, row after row: data.flat()' : 'a number';
  const value: unknown = data[column];
  throw mismatch('ERR_KIND', { argument: 'data', column, value, expected }, describe(value), `"data"[${column}]`);
}
