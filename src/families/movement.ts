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
  /** E (x − c)·e^(−(x − c)/unit). */
  readonly tilted?: (unit: number, c: number) => number;
  /** E (x/unit)ᵏ·log(x/unit), unit as of `power`. */
  readonly powerLog?: (k: number, unit: number) => number;
}

export interface Slopes {
  readonly move: (e: Expectations, ...args: number[]) => readonly Movement[];
  readonly more: (e: Expectations, ...args: number[]) => More;
}

export const orInfinite = (x: number | undefined) => x ?? NaN;

/** E e^(−(x − c)/unit). */
export const massOf = (e: Expectations) => (unit: number, c?: number) => orInfinite(e.exponential?.(unit, c));

/** Means of xᵏ that move together: E x is one of them, and E (x − c)² = E x² − 2c·E x + c² is made of two. */
export function byPowers(power: (k: number, unit?: number) => number, rest: Expectations = {}): Expectations {
  const mean = power(1);
  const square = (c: number, unit = 1) => power(2, unit) - (c === 0 ? 0 : 2 * (c / unit) * power(1, unit));
  return { mean, square, power, absolute: (c) => (c <= 0 ? mean : undefined), ...rest };
}

/** Doubles reach all mass beside 0 of densities that go as x^(a − 1), a from here on: below 1e-300 there is less than 2⁻⁵³ of it. */
export const REACHED = 0.06;

/**
 * E |x − c| by a parameter that moves the density by f·score: a derivative of an incomplete function by its shape, which is a mean times score and is integrated, to
 * the roundings of quadrature. `by` is the slope of E x, and |x − c| = 2·(x − c)⁺ − (x − c) = 2·(c − x)⁺ + (x − c), so that one side of c is enough: above (1) or below (−1).
 * The one away from the mass cancels least; and no mass may lie nearer to its end than doubles tell apart.
 */
export function movedAbsolute(
  of: string,
  args: readonly number[],
  score: (x: number) => number,
  c: number,
  by: number,
  side: 1 | -1,
): number {
  const law = univariateLaw(FAMILIES.get(of) as Family, args);
  return 2 * meanOverDensity(law, (x) => Math.max(0, side * (x - c)) * score(x), [c], false).value - side * by;
}
