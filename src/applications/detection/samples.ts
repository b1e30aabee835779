/** How many observations decide, and what a count of errors says. */
import { checkNumber, checkOption, checkOptions, openShare, required } from '../input/options.js';
import { rateInterval } from '../statistics/binomial.js';
import type { Interval } from '../statistics/intervals.js';
import { normalQuantile } from '../statistics/normal.js';
import { detect } from './detect.js';
import type { Normal } from './gaussians.js';
import { samplesOfUnequal } from './sums.js';

/**
 * How many independent observations decide with given error levels.
 *
 * @param noise  H₀
 * @param signal H₁
 * @param levels {falseAlarm, miss}
 * @returns      {fixed, exponent}: a whole number, and how fast the Bayes error falls, in nats an observation (Chernoff)
 *
 * Edge cases  equal Gaussians: Infinity · levels that add up to 1 and more need no data: 1
 * Accuracy    the least number at which the best test has both levels, whose error probabilities are right to 1e-11 of themselves (1e-8 for a single one); unequal
 *             variances take some 10 ms — test/applications/detection.test.ts
 * Source      equal variances: ((z₁ + z₂)/d′)²; unequal: sums of the likelihood ratio are non-central χ², whose tails are integrated along the path of steepest descent
 *
 * @throws {SurprisalError} as {@link detect}
 * @example
 * samplesToDecide({ mean: 0, std: 1 }, { mean: 0.5, std: 1 }, { falseAlarm: 0.01, miss: 0.01 }).fixed; // 87
 */
export function samplesToDecide(
  noise: Normal,
  signal: Normal,
  levels: { readonly falseAlarm: number; readonly miss: number },
): { fixed: number; exponent: number } {
  checkOptions(levels, { falseAlarm: required(openShare), miss: required(openShare) });
  const { chernoff, jeffreys } = detect(noise, signal);
  const fixed = noise.std === signal.std ? samplesOfEqual(jeffreys, levels) : samplesOfUnequal(noise, signal, levels);
  return { fixed, exponent: chernoff };
}

/** n·d′² has to be (z₁ + z₂)² at least; J is d′². */
function samplesOfEqual(jeffreys: number, { falseAlarm, miss }: { readonly falseAlarm: number; readonly miss: number }): number {
  if (falseAlarm + miss >= 1) return 1;
  const reach = -normalQuantile(falseAlarm) - normalQuantile(miss);
  return Math.max(1, Math.ceil(reach ** 2 / jeffreys));
}

/**
 * Interval for an error rate that was measured: so many errors of so many trials.
 *
 * @param errors whole number
 * @param trials whole number
 * @param level  0.95 when left out
 *
 * Edge cases  no errors: from 0; the upper end is about 3.7/trials at 95 %
 * Accuracy    covers the level at least, whatever the rate
 * Source      C. J. Clopper, E. S. Pearson, Biometrika 26 (1934)
 *
 * @throws {SurprisalError} ERR_DOMAIN · ERR_OPTION
 * @example
 * errorRateInterval(0, 1000)[1]; // 0.00368…
 */
export function errorRateInterval(errors: number, trials: number, level = 0.95): Interval {
  checkNumber('trials', trials, 'a whole number ≥ 1', (n) => Number.isSafeInteger(n) && n >= 1);
  checkNumber('errors', errors, `a whole number from 0 to ${trials}`, (k) => Number.isSafeInteger(k) && k >= 0 && k <= trials);
  checkOption('level', level, openShare);
  return rateInterval(errors, trials, level);
}
