/** Binomial beside normal. */
import { binomial } from '../../families/index.js';
import { crossDifference } from '../../families/math/excess.js';
import { logBand } from '../../families/math/normalBands.js';
import { normalLogTail } from '../statistics/normal.js';
import { bounded, checkShare, checkTrials, type Distances, distances, logMassOf, ofLogs, UNIT } from './distances.js';

const LEAST_MEAN = 2 ** -1000;

/**
 * Binomial(n, p) beside the normal distribution of its mean and variance, on bins: k stands for (k − ½, k + ½], 0 and n for all beyond.
 *
 * @param n trials
 * @param p probability of success
 * @returns {kl, totalVariation, errorBound, totalVariationErrorBound, bounds}
 *
 * Units       nats; total variation from 0 to 1
 * Edge cases  p to 0: KL goes to 1/8, as k = 1 is 1/(2·√(n·p)) deviations away, and total variation to n·p · p of 0 or 1 is refused: no normal distribution
 *             has variance 0
 * Accuracy    errorBound, and totalVariationErrorBound, some 7e-15: beside the distance that is little until n is large, 2e-11 at 1,000 trials of p = 0.48, 4e-7
 *             at 10⁷ of 0.4999 (seen: 1e-13 and 1e-10) — test/applications/approximation.test.ts
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
  if (n * p < LEAST_MEAN) {
    const totalVariationErrorBound = UNIT * n * p + Number.MIN_VALUE;
    return bounded({ kl: 1 / 8, totalVariation: n * p, errorBound: UNIT, totalVariationErrorBound });
  }
  const deviation = Math.sqrt(n * p * (1 - p));
  const logP = logMassOf(binomial({ n, p }));
  const middle = Math.min(n, Math.round(n * p));
  const logQ = (k: number) => logBin(k, n, p, deviation);
  const ratio = (k: number) => logP(k) - logQ(k);
  const found = distances({
    middle,
    from: 0,
    to: n,
    reach: 8 * deviation + 8,
    logP,
    logQ,
    ratio: ratio(middle),
    next: ratio,
    outside: 0,
    outsideOff: 0,
    off: 96 * UNIT,
    offAt: (_, t, log) => ofLogs(t, log),
  });
  return bounded(found);
}

/** log of the normal mass of a bin. A rounded mean would move all bins: at 10⁷ trials and p = 0.4999 by a millionth of total variation. */
function logBin(k: number, n: number, p: number, deviation: number): number {
  const z = crossDifference(k, 1, n, p) / deviation;
  const half = 0.5 / deviation;
  if (k === 0) return normalLogTail(-z - half);
  if (k === n) return normalLogTail(z - half);
  return logBand(z, half);
}
