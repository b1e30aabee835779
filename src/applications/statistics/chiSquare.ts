/** χ² and what G-statistics need of it. */
import { normalQuantile } from './normal.js';
import { rootAbove } from './roots.js';
import { lowerGamma, upperGamma } from './gamma.js';

/** P(χ² > x) with `df` degrees of freedom; with none, all mass is at 0. */
export function chiSquareTail(x: number, df: number): number {
  if (x <= 0) return 1;
  if (df === 0 || x === Infinity) return 0;
  return upperGamma(df / 2, x / 2);
}

/** P(χ² ≤ x). */
export function chiSquareCdf(x: number, df: number): number {
  if (x <= 0) return df === 0 && x === 0 ? 1 : 0;
  return df === 0 || x === Infinity ? 1 : lowerGamma(df / 2, x / 2);
}

/** x with P(χ² > x) = tail. */
export function chiSquareUpperQuantile(tail: number, df: number): number {
  if (df === 0 || tail >= 1) return 0;
  // Wilson and Hilferty's cube of a normal quantile is near enough to begin at, from below.
  const cube = 1 - 2 / (9 * df) - normalQuantile(tail) * Math.sqrt(2 / (9 * df));
  const guess = df * Math.max(cube, 0) ** 3;
  const over = (x: number) => tail - chiSquareTail(x, df);
  return rootAbove(over, over(0.9 * guess) < 0 ? 0.9 * guess : 0, Math.max(0.2 * guess, 1e-3));
}
