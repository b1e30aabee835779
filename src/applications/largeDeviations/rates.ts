/** Cramér's rates: of a family's mean, and of a sample's. */
import type { Vector } from '../../index.js';
import { type Cramer, cramerOf, type Family } from './families.js';
import { numbers } from './masses.js';
import { sampleCramer } from './sample.js';

/**
 * Cramér's rate I(x): the mean of n independent draws is near x with probability e^(−n·I(x)) to the first order.
 *
 * @param family {family: 'bernoulli' | 'binomial' | 'geometric' | 'poisson' | 'gaussian' | 'exponential' | 'gamma', and its parameters}
 * @param x      a value of the mean
 * @returns      {rate, tilt, variance, span}: I(x), its derivative, and variance and spacing of the tilted member
 *
 * Units       nats a draw
 * Edge cases  outside the support: rate Infinity · at the mean exactly 0 (of a mean that is no double: what its rounding leaves) · geometric counts failures from 0
 * Accuracy    rate: 32·2⁻⁵³, however close x is to the mean (a divergence of the core, or beside the mean the same form of the unrounded difference; largest of
 *             1,037 rates at 60 digits: 26); tilt: 4·2⁻⁵³
 * Source      H. Cramér (1938)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_DOMAIN
 * @example
 * cramerRate({ family: 'poisson', rate: 3 }, 6).rate; // 1.158…
 */
export function cramerRate(family: Family, x: number): Cramer {
  return cramerOf(family, x);
}

/**
 * Cramér's rate of what was observed: the empirical distribution of a sample, tilted until its mean is x.
 *
 * @param sample values; not modified
 * @param x      a value of the mean
 * @returns      as {@link cramerRate}, and q: the weight of each value under the tilt
 *
 * Edge cases  beyond the sample's range: Infinity; at its ends −log of the share of values there
 * Accuracy    1e-14 of itself, a hundredth of a standard deviation from the mean and farther; nearer 2e-16 over that distance, since q is rounded. What the values
 *             have in common (10⁹, say) costs no digit
 *
 * @throws {SurprisalError} ERR_KIND · ERR_EMPTY · ERR_DOMAIN (with column)
 * @example
 * cramerRateOfSample([0, 0, 1], 1).rate; // log 3
 */
export function cramerRateOfSample(sample: Vector, x: number): Cramer & { readonly q: Float64Array } {
  return sampleCramer(numbers('sample', sample), x);
}
