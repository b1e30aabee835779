/** What the answers on real data are computed from, and what they are. */
import type { Library, Run } from './reference.js';

export interface Expected {
  readonly value: unknown;
  readonly rtol: number;
  readonly atol: number;
}

export type Numbers = ArrayLike<number>;

/** What the answers of one entry are computed from. */
export interface Sources {
  readonly library: Library;
  readonly options: { readonly core: Run['core'] };
  /** The array of that name, as float64. */
  array(name: string): Wide;
  readonly expected: Expected & Readonly<Record<string, unknown>>;
}

export interface Wide {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** Pairs of numbers: what the library says, and what is expected. */
export type Answers = Record<string, readonly [actual: Numbers, expected: Numbers]>;

export function matrixOf(library: Library, { data, shape }: { data: Float64Array; shape: readonly number[] }) {
  return library.matrix(data, shape[0] as number, shape[1] as number);
}

export function mean(values: Numbers): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
