/** What applications take as rows: the library's own kinds, and tensors of other libraries by their shape. None of these libraries is depended on. */
import { type Floats, type Matrix, matrix, type NumericArray, type TensorLike, type Vector } from '../../index.js';
import { Narrow, storageOf } from '../../rows/narrow.js';
import { argumentError } from './options.js';

/** A tensor of TensorFlow.js: its data come by a call. */
export interface DataSyncTensor {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}

/** A chunk of an Apache Arrow vector. */
interface ArrowChunk {
  readonly length: number;
  readonly nullCount: number;
  readonly values?: unknown;
  readonly children?: readonly ArrowChunk[];
}

/** A vector of Apache Arrow: lists of one length (a row each), or numbers (one row). */
export interface ArrowVector {
  readonly length: number;
  readonly data: readonly unknown[];
  readonly type: unknown;
}

/** Rows as they come: a vector is one row. */
export type RowsLike = Matrix | Vector | TensorLike | DataSyncTensor | ArrowVector;

const KINDS =
  'an array of numbers, a typed array, a Matrix made by matrix(data, rows, cols) or by dense(rows) of sparse ones, a tensor ({data, dims}, {data, shape} or {dataSync(), shape}), or an Arrow vector';

/**
 * Rows of any of the kinds as a matrix.
 *
 * @param argument how errors name it
 * @param value    typed arrays, matrices and tensors with `data` are used in place; `dataSync()` is called once; an Arrow vector of one chunk is used in place
 *
 * Shapes      [B, T, V] is B·T rows of V; a tensor or vector of one dimension is one row
 *
 * @throws {SurprisalError} ERR_KIND (another kind; an Arrow vector with nulls, or of lists that differ in length) · ERR_SHAPE
 */
export function toMatrix(argument: string, value: unknown): Matrix {
  if (Array.isArray(value) && Array.isArray(value[0])) {
    const [rows, cols] = [value.length, value[0].length];
    throw argumentError(
      'ERR_KIND',
      argument,
      `one flat array and its shape: matrix(${argument}.flat(), ${rows}, ${cols})`,
      'an array of arrays',
    );
  }
  if (Array.isArray(value) || isTyped(value)) return matrix(value as NumericArray, 1, (value as ArrayLike<number>).length);
  if (typeof value === 'object' && value !== null) {
    if ('data' in value && 'rows' in value && 'cols' in value) {
      const { data, rows, cols, dtype, lead } = value as Matrix;
      const checked = matrix(data, rows, cols, { dtype });
      return lead === undefined ? checked : { ...checked, lead };
    }
    const tensor = tensorOf(value);
    if (tensor !== undefined) return matrix(tensor.shape?.length === 1 ? { ...tensor, shape: [1, ...tensor.shape] } : tensor);
    if ('data' in value && 'type' in value && Array.isArray(value.data)) return fromArrow(argument, value as ArrowVector);
    if ('data' in value && 'dtype' in value) {
      const { data, dtype } = value as { data: Uint16Array; dtype: 'float16' | 'bfloat16' };
      if (!isTyped(data)) throw argumentError('ERR_KIND', argument, KINDS, value);
      return matrix(data, 1, data.length, { dtype });
    }
  }
  throw argumentError('ERR_KIND', argument, KINDS, value);
}

/** Data and sizes of a tensor, whatever its library calls them; undefined of anything else. Tensors of classes have getters, which a copy by `...` would lose. */
export function tensorOf(value: object): TensorLike | undefined {
  if ('dataSync' in value && typeof value.dataSync === 'function') {
    const { shape } = value as DataSyncTensor;
    return { data: value.dataSync() as NumericArray, shape };
  }
  if (!('dims' in value || 'shape' in value)) return undefined;
  const { data, shape, dims, dtype, type, strides, stride } = value as TensorLike & {
    readonly strides?: unknown;
    readonly stride?: unknown;
  };
  return { data, shape: shape ?? dims, dtype: dtype ?? type, strides: strides ?? stride } as TensorLike;
}

/** What is used of an Arrow type: its number, for floats the precision (0 is float16), for lists their length and the type in them. */
interface ArrowType {
  readonly typeId: number;
  readonly precision?: number;
  readonly listSize?: number;
  readonly children?: readonly { readonly type: ArrowType }[];
}

/** Numbers of types in Arrow's own enumeration. */
const ARROW = { int: 2, float: 3, fixedSizeList: 16 } as const;

function fromArrow(argument: string, { data, type, length }: ArrowVector): Matrix {
  const { typeId, listSize = 1, children }: Partial<ArrowType> = typeof type === 'object' && type !== null ? type : {};
  const isList = typeId === ARROW.fixedSizeList;
  const own = (isList ? children?.[0]?.type : type) as ArrowType | null | undefined;
  if (own?.typeId !== ARROW.int && own?.typeId !== ARROW.float)
    throw argumentError(
      'ERR_KIND',
      argument,
      'an Arrow vector of numbers, or of lists of one length of numbers (FixedSizeList)',
      'another type',
    );
  // Of a slice, values and children begin where it does; its offset is that of the validity bits.
  const parts = (data as readonly (ArrowChunk | null)[]).map((chunk) => {
    const [values = chunk] = isList ? (chunk?.children ?? []) : [];
    if (!chunk || !values || !isTyped(values.values)) throw argumentError('ERR_KIND', argument, KINDS, chunk);
    if (chunk.nullCount > 0 || values.nullCount > 0) throw argumentError('ERR_KIND', argument, 'an Arrow vector without nulls', 'nulls');
    return values.values.subarray(0, chunk.length * listSize) as NumericArray;
  });
  const [rows, cols] = isList ? [length, listSize] : [1, length];
  const isHalf = own.typeId === ARROW.float && own.precision === 0;
  return matrix(parts.length === 1 ? (parts[0] as NumericArray) : joined(parts), rows, cols, isHalf ? { dtype: 'float16' } : {});
}

/** Chunks of one type, one after the other. */
function joined(parts: readonly NumericArray[]): NumericArray {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const Kind = (parts[0] ?? new Float64Array(0)).constructor as new (length: number) => Float64Array;
  const all = new Kind(length);
  let at = 0;
  for (const part of parts) {
    all.set(part as Float64Array, at);
    at += part.length;
  }
  return all;
}

/** Numbers in an array, or in a tensor of any shape. */
export type Values = ArrayLike<number> | RowsLike;

/** The numbers of an array or a tensor, one after the other. @throws {SurprisalError} as {@link toMatrix} */
export function valuesOf(argument: string, values: Values): ArrayLike<number> {
  if (Array.isArray(values) || (isTyped(values) && !('dtype' in values))) return values as ArrayLike<number>;
  return toRows(argument, values).data;
}

function isTyped(value: unknown): value is NumericArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Rows whose entries can be read: of other matrices a number may be 16 bits of a float, and `data[i]` is not that float. */
export type FloatRows = Matrix & { readonly data: Floats };

/**
 * Rows of any of the kinds as floats: what everything takes that reads entries itself, and does not only hand rows on to the library.
 *
 * @throws {SurprisalError} as {@link toMatrix}
 */
export function toRows(argument: string, value: unknown): FloatRows {
  return toFloats(toMatrix(argument, value));
}

/** Some rows, as a view. */
export function sliceRows({ data, cols, dtype }: Matrix, start: number, rows: number): Matrix {
  return matrix(data.subarray(start * cols, (start + rows) * cols), rows, cols, { dtype });
}

/** A matrix in floats that kernels compute on, so that its entries can be read: narrower floats as float32, integers as float64. Others are used in place. */
export function toFloats(source: Matrix): FloatRows {
  const { data, rows, cols, dtype } = source;
  if (data instanceof Float32Array || data instanceof Float64Array) return source as FloatRows;
  const storage = storageOf(data, dtype);
  const floats = storage === 'f16' || storage === 'bf16' ? new Float32Array(data.length) : new Float64Array(data.length);
  new Narrow(data, storage).write(0, data.length, floats, 0);
  return { data: floats, rows, cols };
}
