/** Two compositions over the same columns, as counts, without the columns that neither has. */
import { type Matrix, matrix, type Vector } from '../../index.js';
import { Narrow, storageOf } from '../../rows/narrow.js';
import { argumentError } from '../input/options.js';

/** x is compared with y; y is a sample as well, or known. */
export interface Pair {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Sums of x and of y; y's is Infinity where it is known. */
  readonly sizes: readonly [n: number, m: number];
  /** Where each cell stands among all columns; −1 for the one that stands for all columns which neither has. */
  readonly columns: Int32Array;
  /** How many columns a cell stands for. */
  readonly widths: Float64Array;
  /** All columns, with those that neither has. */
  readonly width: number;
  readonly known: boolean;
}

/**
 * Checks two vectors and leaves out what neither has: columns of zeros add nothing to a divergence, and for smoothed ones they are one cell that is as
 * wide as they are many (the chain rule: they all have the same ratio).
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN · ERR_ZERO_ROW
 */
export function makePair(p: Vector, q: Vector, known: boolean): Pair {
  const [x, y] = [masses('p', p), masses('q', q)];
  if (x.length !== y.length) throw argumentError('ERR_SHAPE', 'q', `${x.length} columns, as in "p"`, y.length);
  const kept: number[] = [];
  for (let i = 0; i < x.length; i++) if ((x[i] as number) > 0 || (y[i] as number) > 0) kept.push(i);
  const rest = x.length - kept.length;
  if (rest > 0) kept.push(-1);
  const columns = Int32Array.from(kept);
  const take = (from: Float64Array) => Float64Array.from(columns, (i) => (i < 0 ? 0 : (from[i] as number)));
  const widths = Float64Array.from(columns, (i) => (i < 0 ? rest : 1));
  return { x: take(x), y: take(y), sizes: [sum(x), known ? Infinity : sum(y)], columns, widths, width: x.length, known };
}

/** The pair the other way round; what is known stays known. */
export function exchanged(pair: Pair): Pair {
  const [n, m] = pair.sizes;
  return { ...pair, x: pair.y, y: pair.x, sizes: [m, n] };
}

/** A vector widened to doubles and checked. */
export function masses(argument: string, vector: Vector): Float64Array {
  const isBits = typeof vector === 'object' && vector !== null && 'dtype' in vector;
  const data = isBits ? vector.data : vector;
  if (!Array.isArray(data) && !(ArrayBuffer.isView(data) && !(data instanceof DataView)))
    throw argumentError('ERR_KIND', argument, 'an array of counts or shares', vector);
  const { data: typed, cols, dtype } = matrix(data, 1, data.length, { dtype: isBits ? vector.dtype : undefined });
  const wide = widen({ data: typed, rows: 1, cols, dtype });
  if (cols === 0) throw argumentError('ERR_EMPTY', argument, 'at least one column', 'none');
  checkMasses(argument, wide, undefined);
  return wide;
}

/** @throws {SurprisalError} ERR_DOMAIN for an entry that is no mass, ERR_ZERO_ROW for a row without any */
export function checkMasses(argument: string, row: Float64Array, index: number | undefined): void {
  for (const [column, value] of row.entries())
    if (!(value >= 0 && value < Infinity))
      throw argumentError('ERR_DOMAIN', argument, 'a finite number ≥ 0', value, { row: index, column });
  if (sum(row) === 0) throw argumentError('ERR_ZERO_ROW', argument, 'a row with some mass', 0, { row: index });
}

/** A matrix widened to doubles; its own data where it has them already. */
export function widen({ data, rows, cols, dtype }: Matrix): Float64Array {
  if (data instanceof Float64Array) return data;
  const wide = new Float64Array(rows * cols);
  new Narrow(data, storageOf(data, dtype)).write(0, wide.length, wide, 0);
  return wide;
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}

export function shares(values: Float64Array): Float64Array {
  const total = sum(values);
  return values.map((value) => value / total);
}
