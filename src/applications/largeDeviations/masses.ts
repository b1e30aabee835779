/** Masses and numbers as they are handed over. */
import type { Vector } from '../../index.js';
import { argumentError } from '../input/options.js';
import type { Family } from './families.js';

export function isFamily(value: Vector | Family): value is Family {
  return typeof value === 'object' && value !== null && 'family' in value;
}

export function pairOf(p: Vector, q: Vector): [Float64Array, Float64Array] {
  const [x, y] = [masses('p', p), masses('q', q)];
  if (x.length !== y.length) throw argumentError('ERR_SHAPE', 'q', `${x.length} entries, as in "p"`, y.length);
  return [x, y];
}

export function masses(argument: string, vector: Vector): Float64Array {
  const entries = numbers(argument, vector);
  if (entries.length === 0) throw argumentError('ERR_EMPTY', argument, 'at least one entry', 'none');
  for (const [column, mass] of entries.entries())
    if (!(mass >= 0 && mass < Infinity)) throw argumentError('ERR_DOMAIN', argument, 'a finite number ≥ 0', mass, { column });
  if (entries.every((mass) => mass === 0)) throw argumentError('ERR_ZERO_ROW', argument, 'some mass', 0);
  return entries;
}

export function shares(entries: Float64Array): Float64Array {
  const total = entries.reduce((sum, mass) => sum + mass, 0);
  return entries.map((mass) => mass / total);
}

export function isArray(value: unknown): boolean {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

export function numbers(argument: string, vector: Vector): Float64Array {
  if (isArray(vector)) return Float64Array.from(vector as ArrayLike<number>);
  throw argumentError('ERR_KIND', argument, 'an array of numbers', vector);
}
