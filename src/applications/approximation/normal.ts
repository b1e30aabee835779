/** Binomial beside normal. */
import { binomial } from '../../families/index.js';
import { logBand } from '../../families/math/normalBands.js';
import { normalLogTail } from '../statistics/normal.js';
import { bounded, checkShare, checkTrials, type Distances, distances, logMassOf, UNIT } from './distances.js';

const LEAST_MEAN = 2 ** -1000;

/**
 * Binomial(n, p) beside the normal distribution of its mean and variance, on bins: k stands for (k − ½, k + ½], 0 and n for all beyond.
 *
 * @param n trials
 * @param p probability of success
 * @returns {kl, totalVariation, errorBound, bounds}
 *
 * Units       nats; total variation from 0 to 1
 * Edge cases  p to 0: KL goes to 1/8, as k = 1 is 1/(2·√(n·p)) deviations away
 * Accuracy    KL: errorBound; total variation: 1e-11 of itself up to 10⁶ trials, for p = ½, where it falls as 1/n, 2e-10
 * Source      the continuity correction of A. de Moivre's limit
 *
 * @throws {SurprisalError} ERR_DOMAIN
 * @example
 * binomialNormal(100, 0.5).totalVariation; // 0.00076…
 */
export function binomialNormal(n: number, p: number): Distances {
  checkTrials(n);
  checkShare('p', p);
  // Of many successes the failures are counted: 1 − p is exact there, and n·p, rounded, would be seen beside n − k.
  if (p > 0.5) return binomialNormal(n, 1 - p);
  // The squares of bins in units of a smaller deviation are beyond the range. There k = 1 has n·p and the bin's log ratio is 1/(8n·p); what else there is, is below 1e-297.
  if (n * p < LEAST_MEAN) return bounded({ kl: 1 / 8, totalVariation: n * p, errorBound: UNIT });
  const deviation = Math.sqrt(n * p * (1 - p));
  const logP = logMassOf(binomial({ n, p }));
  const middle = Math.min(n, Math.round(n * p));
  const ratio = (k: number) => logP(k) - logBin(k, n, n * p, deviation);
  const walk = {
    middle,
    to: n,
    reach: 8 * deviation + 8,
    logP,
    ratio: ratio(middle),
    step: (k: number) => ratio(k + 1) - ratio(k),
    outside: 0,
  };
  return bounded(distances({ ...walk, off: 96 * UNIT }));
}

/** log of the normal mass of a bin. */
function logBin(k: number, n: number, mean: number, deviation: number): number {
  const z = (k - mean) / deviation;
  const half = 0.5 / deviation;
  if (k === 0) return normalLogTail(-z - half);
  if (k === n) return normalLogTail(z - half);
  return logBand(z, half);
}
