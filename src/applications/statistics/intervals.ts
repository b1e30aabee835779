/** Confidence intervals from replicates of a statistic. */
import { quantile } from '../../report/distribution.js';
import { normalCdf, normalQuantile } from './normal.js';

/** From low to high; the level is stated where it is made. */
export type Interval = readonly [low: number, high: number];

/** The middle `level` of the replicates. */
export function percentileInterval(replicates: Float64Array, level: number): Interval {
  const sorted = { values: Float64Array.from(replicates).sort(), total: replicates.length };
  return [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
}

/**
 * Bias-corrected and accelerated bootstrap interval.
 *
 * @param replicates the statistic of each resample
 * @param estimate   the statistic of the sample
 * @param influence  each observation's influence on the statistic, up to a common factor: jackknife values (their mean less each), or a derivative
 * @param weights    how many observations have each influence; 1 when left out
 *
 * Edge cases  every replicate on one side of the estimate: that end of the replicates
 * Source      B. Efron, J. Am. Stat. Assoc. 82 (1987)
 */
export function bcaInterval(
  replicates: Float64Array,
  estimate: number,
  influence: ArrayLike<number>,
  level: number,
  weights?: ArrayLike<number>,
): Interval {
  const sorted = { values: Float64Array.from(replicates).sort(), total: replicates.length };
  let below = 0;
  for (const value of replicates) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  // Half a replicate keeps the shift finite where all are on one side.
  const share = Math.min(Math.max(below, 0.5), replicates.length - 0.5) / replicates.length;
  const shift = normalQuantile(share);
  let [squares, cubes] = [0, 0];
  for (let i = 0; i < influence.length; i++) {
    const x = influence[i] as number;
    const weight = weights?.[i] ?? 1;
    squares += weight * x * x;
    cubes += weight * x * x * x;
  }
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  const at = (p: number) => {
    const z = shift + normalQuantile(p);
    return quantile(sorted, normalCdf(shift + z / (1 - acceleration * z)));
  };
  return [at((1 - level) / 2), at((1 + level) / 2)];
}

/** Estimate ± its standard error times the normal quantile. */
export function normalInterval(estimate: number, standardError: number, level: number): Interval {
  const reach = normalQuantile((1 + level) / 2) * standardError;
  return [estimate - reach, estimate + reach];
}
