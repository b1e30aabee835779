/** What the means of a distribution do when one of its parameters moves, and what families' slopes are put together from. */
import type { Expectations, Family } from './family.js';
import { FAMILIES, univariateLaw } from './law.js';
import { meanOverDensity } from './quadrature.js';

/** Of p: one entry a parameter. */
export interface Movement {
  readonly entropy: number;
  /** Derivatives of the means, under the means' own names. */
  readonly means: Expectations;
}

/** Means that slopes ask for beyond those of cross-entropies. */
export interface More {
  /** E sign(x − c). */
  readonly sign?: (c: number) => number;
  /** E (x − c)·e^(t·(x − c)). */
  readonly tilted?: (t: number, c: number) => number;
  /** E xᵏ·log x. */
  readonly powerLog?: (k: number) => number;
}

export interface Slopes {
  readonly move: (e: Expectations, ...args: number[]) => readonly Movement[];
  readonly more: (e: Expectations, ...args: number[]) => More;
}

export const orInfinite = (x: number | undefined) => x ?? NaN;

/** E e^(t·(x − c)). */
export const massOf = (e: Expectations) => (t: number, c?: number) => orInfinite(e.exponential?.(t, c));

/** E (x − c)² = E x² − 2c·E x + c². */
const squareBy = (second: number, mean: number) => (c: number) => second - 2 * c * mean;

/** Means of xᵏ that move together: E x is one of them, and E (x − c)² is made of two. */
export function byPowers(power: (k: number) => number, rest: Expectations = {}): Expectations {
  const mean = power(1);
  return { mean, square: squareBy(power(2), mean), power, absolute: (c) => (c <= 0 ? mean : undefined), ...rest };
}

/**
 * E |x − c| by a parameter that moves the density by f·score: a derivative of an incomplete function by its shape, which is the mean of |x − c|·score and is
 * integrated, to the roundings of quadrature.
 */
export function movedAbsolute(of: string, args: readonly number[], score: (x: number) => number, c: number): number {
  const law = univariateLaw(FAMILIES.get(of) as Family, args);
  return meanOverDensity(law, (x) => Math.abs(x - c) * score(x), [c], false).value;
}
