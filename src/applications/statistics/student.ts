/** Student's t distribution: of a mean over its standard error, as few observations estimate it. */
import { normalQuantile } from './normal.js';
import { rootAbove } from './roots.js';
import { lowerBeta } from './special.js';

/** P(|T| > t), T with df degrees of freedom, t ≥ 0. */
export function studentTails(t: number, df: number): number {
  return t === Infinity ? 0 : lowerBeta(df / (df + t * t), df / 2, 0.5);
}

/** t with P(|T| ≤ t) = level. */
export function studentReach(level: number, df: number): number {
  // Tails are heavier than the normal distribution's, at any df.
  const least = normalQuantile((1 + level) / 2);
  return rootAbove((t) => 1 - level - studentTails(t, df), least, least);
}
