/** Gaussians as arguments: a mean and one kind of scale, or the standard normal. */
import { mismatch } from '../error.js';
import type { Matrix, Vector } from '../types.js';
import { describe, isBitVector, isMatrix, isNumberArray, isRecord, kindError } from './kinds.js';
import { checkMatrix, entriesOf } from './shape.js';

/** The kinds of scale, as they are named: of a diagonal, and of all directions together. */
export const DIAGONAL_SCALES = ['variance', 'logVariance', 'std'] as const;
export const FULL_SCALES = ['covariance', 'cholesky'] as const;
export const SCALES = [...DIAGONAL_SCALES, ...FULL_SCALES] as const;
export type DiagonalScale = (typeof DIAGONAL_SCALES)[number];
export type FullScale = (typeof FULL_SCALES)[number];
export type Scale = DiagonalScale | FullScale;

export interface Parameters<Value, Kind extends Scale = Scale> {
  readonly mean: Value;
  readonly scale: Value;
  readonly kind: Kind;
}

/**
 * Reads a mean and one of the kinds of scale that are accepted.
 *
 * @param more what else is accepted in this place
 */
export function checkParameters<Value, Kind extends Scale>(
  argument: string,
  value: unknown,
  scales: readonly Kind[],
  more = '',
): Parameters<Value, Kind> {
  const expected = `an object with mean and one of ${scales.join(', ')}${more}`;
  if (!isRecord(value)) throw kindError(argument, value, expected);
  const kind = scales.find((name) => value[name] !== undefined);
  const other = Object.keys(value).find((name) => name !== 'mean' && name !== kind && value[name] !== undefined);
  if (value['mean'] === undefined || kind === undefined || other !== undefined)
    throw mismatch('ERR_OPTION', { argument, value, expected }, describe(value));
  return { mean: value['mean'] as Value, scale: value[kind] as Value, kind };
}

/** Entries of a mean in a row; 0 for what is none, of which `checkBatch` speaks. */
export function dimensionsOf(mean: Vector | Matrix): number {
  return isMatrix(mean) ? mean.cols : isNumberArray(mean) ? mean.length : isBitVector(mean) ? mean.data.length : 0;
}

export function isFull<Value>(parameters: Parameters<Value>): parameters is Parameters<Value, FullScale> {
  return FULL_SCALES.includes(parameters.kind as FullScale);
}

/**
 * Matrices of d × d as kernels read them, d·d entries in a row. A Matrix may also have them below each other, B·d rows of d, as {data, shape: [B, d, d]} comes;
 * one alone, d rows of d, serves every row.
 */
export function asSquares(argument: string, value: Vector | Matrix, d: number): Vector | Matrix {
  if (!isMatrix(value)) return value;
  checkMatrix(argument, value);
  if (value.cols !== d || d === 1 || value.rows % d !== 0) return value;
  return value.rows === d ? entriesOf(value) : { ...value, data: value.data, rows: value.rows / d, cols: d * d };
}

/** Kernels take one kind of scale for both. */
export function checkSameScale(p: Parameters<unknown>, q: Parameters<unknown>): void {
  if (p.kind === q.kind) return;
  const expected = `"${p.kind}", as in "p": give both the same kind of scale`;
  throw mismatch('ERR_OPTION', { argument: 'q', value: q.kind, expected }, `"${q.kind}"`);
}
