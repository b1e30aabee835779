/** What kind of thing an argument is, and how a message names it. */
import { mismatch, type SurprisalError } from '../error.js';
import { LazyRows } from '../rows/lazyRows.js';
import { BITS, STORAGES, typedArrayName } from '../rows/narrow.js';
import type { BitsDtype, BitVector, Matrix, NumberArray, NumericArray, Vector } from '../types.js';

/** What a function of the facade takes in one place. */
export type Argument = Vector | Matrix | LazyRows;

export const VECTOR_KINDS = 'an array of numbers or a typed array (not of BigInt)';
export const BITS_KINDS = `a Uint16Array of the bits of 'float16' or 'bfloat16'`;
export const MATRIX_KINDS = `${VECTOR_KINDS}, or a Matrix made by matrix(data, rows, cols)`;

/** True for typed arrays of numbers, those of another realm and Node's Buffer included. */
export function isNumericArray(value: unknown): value is NumericArray {
  if (value instanceof Float64Array || value instanceof Float32Array) return true;
  return ArrayBuffer.isView(value) && Object.hasOwn(STORAGES, typedArrayName(value));
}

/** True for an array of numbers, typed or plain. */
export function isNumberArray(value: unknown): value is NumberArray {
  return Array.isArray(value) || isNumericArray(value);
}

/** True for anything laid out as a BitVector; whether its parts fit is for `checkBits`. */
export function isBitVector(value: unknown): value is BitVector {
  return isRecord(value) && 'data' in value && 'dtype' in value && !('rows' in value || 'shape' in value || 'dims' in value);
}

/** True for one of the names that bits may have. */
export function isBitsDtype(dtype: unknown): dtype is BitsDtype {
  return typeof dtype === 'string' && Object.hasOwn(BITS, dtype);
}

/** Bits have a name, and an array of their width. */
export function checkBits(argument: string, data: unknown, dtype: unknown): asserts data is Uint16Array {
  if (!isBitsDtype(dtype)) throw kindError(`${argument}.dtype`, dtype, `'float16' or 'bfloat16'`);
  if (!ArrayBuffer.isView(data) || typedArrayName(data) !== 'Uint16Array') throw kindError(`${argument}.data`, data, BITS_KINDS);
}

/** True for anything laid out as a Matrix; whether its numbers fit is for `checkMatrix`. */
export function isMatrix(value: unknown): value is Matrix {
  return isRecord(value) && 'data' in value && 'rows' in value && 'cols' in value;
}

/** True for an object that is a bag of named values: no array, no view. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Short and exact: what was got, for the end of a message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'bigint') return `the BigInt ${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${typedArrayName(value)}(${(value as Partial<NumericArray>).length ?? value.byteLength})`;
  if (value instanceof LazyRows) return `lazy rows of ${value.rows} × ${value.cols}`;
  if (isBitVector(value) && isBitsDtype(value.dtype)) return `${value.data.length} entries of ${value.dtype}`;
  if (isMatrix(value)) return `a Matrix of ${String(value.rows)} × ${String(value.cols)}`;
  if (isRecord(value)) return `an object with ${Object.keys(value).join(', ') || 'no keys'}`;
  return Object.is(value, -0) ? '-0' : String(value);
}

export function kindError(argument: string, value: unknown, expected: string): SurprisalError {
  return mismatch('ERR_KIND', { argument, value, expected }, describe(value));
}
