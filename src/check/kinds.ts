/** What kind of thing an argument is, and how a message names it. */
import { SurprisalError } from '../error.js';
import { LazyRows } from '../lazyRows.js';
import type { Matrix, NumericArray, Vector } from '../types.js';

/** What a function of the facade takes in one place. */
export type Argument = Vector | Matrix | LazyRows;

export const VECTOR_KINDS = 'an array of numbers or a typed array (not of BigInt)';
export const MATRIX_KINDS = `${VECTOR_KINDS}, or a Matrix made by matrix(data, rows, cols)`;

/** True for typed arrays of numbers, those of another realm and Node's Buffer included. */
export function isNumericArray(value: unknown): value is NumericArray {
  if (value instanceof Float64Array || value instanceof Float32Array) return true;
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !typedArrayName(value).startsWith('Big');
}

export function isVector(value: unknown): value is Vector {
  return Array.isArray(value) || isNumericArray(value);
}

/** True for anything laid out as a Matrix; whether its numbers fit is for `checkMatrix`. */
export function isMatrix(value: unknown): value is Matrix {
  return isRecord(value) && 'data' in value && 'rows' in value && 'cols' in value;
}

/** True for an object that is a bag of named values: no array, no view. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** The dtype as the constructor names it: 'Float32Array', also across realms. */
export function typedArrayName(value: ArrayBufferView): string {
  return (value as unknown as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '';
}

/** Short and exact: what was got, for the end of a message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'bigint') return `the BigInt ${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${typedArrayName(value)}(${(value as Partial<NumericArray>).length ?? value.byteLength})`;
  if (value instanceof LazyRows) return `lazy rows of ${value.rows} × ${value.cols}`;
  if (isMatrix(value)) return `a Matrix of ${String(value.rows)} × ${String(value.cols)}`;
  if (isRecord(value)) return `an object with ${Object.keys(value).join(', ') || 'no keys'}`;
  return Object.is(value, -0) ? '-0' : String(value);
}

export function kindError(argument: string, value: unknown, expected: string): SurprisalError {
  return new SurprisalError('ERR_KIND', `"${argument}" expected ${expected}, got ${describe(value)}`, { argument, value, expected });
}
