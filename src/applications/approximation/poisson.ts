/** Binomial, and unequal trials, beside Poisson. */
import { binomial, poisson, poissonBinomial } from '../../families/index.js';
import { crossDifference, logExcess, logRatio, Total } from '../../families/math/excess.js';
import type { NumberArray } from '../../types.js';
import { checkNames, checkNumber } from '../input/options.js';
import { lowerGamma } from '../statistics/gamma.js';
import { bounded, checkProbability, checkTrials, type Distances, distances, logMassOf, ofLogs, UNIT } from './distances.js';

/**
 * Binomial(n, p) beside Poisson(rate).
 *
 * @param n       trials
 * @param p       probability of success
 * @param options rate: n·p when left out
 * @returns       {kl, totalVariation, errorBound, totalVariationErrorBound, bounds}
 *
 * Units       nats; total variation from 0 to 1
 * Edge cases  p = 0 and p = 1: a point at 0 or n, beside Poisson off by what that has elsewhere · rate 0: KL ∞ unless p is 0 · bounds.leCam only where the rate
 *             is n·p
 * Accuracy    errorBound, totalVariationErrorBound; 1e-13 relative for KL down to p = 1e-9 — test/applications/approximation.test.ts
 * Source      log-ratios of neighbouring masses differ by log((n − k)/(n(1 − p))), an exact ratio, so none is a difference of log factorials
 *             · A. D. Barbour, P. Hall, Math. Proc. Camb. Phil. Soc. 95 (1984), for the factor min(1, 1/λ) of Le Cam's bound
 *
 * @throws {SurprisalError} ERR_DOMAIN · ERR_OPTION
 * @example
 * binomialPoisson(100, 0.02).kl; // 0.000101…
 */
export function binomialPoisson(n: number, p: number, options: { readonly rate?: number | undefined } = {}): Distances {
  checkTrials(n);
  checkProbability(p);
  checkNames(options, ['rate']);
  const { rate = n * p } = options;
  checkNumber('rate', rate, 'a finite number ≥ 0', (x) => x >= 0);
  const leCam = rate === n * p ? Math.min(1, 1 / rate) * n * p * p : undefined;
  if (p === 0 || p === 1) return besideCertain(n * p, rate, leCam);
  if (rate === 0) {
    const totalVariation = -Math.expm1(n * Math.log1p(-p));
    return bounded({ kl: Infinity, totalVariation, errorBound: 0, totalVariationErrorBound: 4 * UNIT * totalVariation });
  }
  const middle = Math.floor(n * p);
  const outside = lowerGamma(n + 1, rate);
  // Of two rates that nearly agree the rounding of n·p would be seen.
  const apart = rate === n * p ? 0 : crossDifference(n, p, rate, 1);
  const shift = logRatio(n * p, rate, apart);
  // Both the binomial's outcomes and those of another rate.
  const spread = Math.min(n, Math.abs(apart) + 8 * Math.sqrt(Math.max(n * p, rate)));
  const [logP, logQ] = [logMassOf(binomial({ n, p })), logMassOf(poisson({ rate }))];
  // Of large log masses little is left where the two nearly agree, and of the sum that is left there little where n is large.
  const isFar = n * p * p > 50;
  const ratio = isFar ? logP(middle) - logQ(middle) : nearRatio(n, p, middle) - apart + middle * shift;
  // A step is off by its own rounding and by that of n·p beside n; the sum of them, by one rounding each.
  const moved = 4 * (Math.abs(apart) + middle * Math.abs(shift));
  const ofRatio = isFar ? ofLogs(ratio, logP(middle)) : UNIT * (8 * n * p * p + moved);
  const ofStep = UNIT * (8 * p + 4 * Math.abs(shift) + Math.abs(ratio));
  // The difference by the smaller of the two products, the larger one's rounding would be seen beside what is left of n.
  const step = (k: number) => logRatio(n - k, n * (1 - p), p < 0.5 ? n * p - k : n - k - n * (1 - p)) + shift;
  const found = distances({
    middle,
    from: 0,
    to: n,
    reach: spread + 8,
    logP,
    logQ,
    ratio,
    next: (k, t, from) => (k > from ? t + step(from) : t - step(k)),
    outside,
    outsideOff: ofOutside(outside, n),
    off: 16 * UNIT * (Math.abs(shift) * spread + Math.min(1, 16 * Math.sqrt(p / n) + 64 / n)),
    offAt: (k, t) => ofRatio + Math.abs(k - middle) * (ofStep + UNIT * Math.abs(t)),
  });
  return bounded(found, leCam);
}

/** A count that is certain, beside Poisson: its one log mass says both. */
function besideCertain(count: number, rate: number, leCam?: number): Distances {
  const kl = -logMassOf(poisson({ rate }))(count);
  const errorBound = kl < Infinity ? ofLogs(0, kl) : 0;
  const totalVariation = -Math.expm1(-kl);
  return bounded(
    { kl, totalVariation, errorBound, totalVariationErrorBound: Math.exp(-kl) * errorBound + 2 * UNIT * totalVariation },
    leCam,
  );
}

/** How far the mass outside 0 … n may be off beside itself: above n it is a series of some √n terms, each the one before times a rounded factor. */
const ofOutside = (outside: number, n: number) => (outside === 0 ? 0 : UNIT * (64 - 4 * Math.log(outside) + 4 * Math.sqrt(n)));

/** log(n!/((n − k)!·nᵏ)) + (n − k)·log(1 − p) + n·p, with log(1 − x) = −x − e(x) and the first order taken out. */
function nearRatio(n: number, p: number, k: number): number {
  let excess = 0;
  for (let j = 1; j < k; j++) excess += logExcess(-j / n);
  return k * (p - (k - 1) / (2 * n)) - (n - k) * logExcess(-p) - excess;
}

/**
 * Successes in unequal trials beside Poisson(Σpᵢ): Le Cam's setting.
 *
 * @param probabilities of each trial
 * @returns             {kl, totalVariation, errorBound, totalVariationErrorBound, bounds}
 *
 * Units       nats; total variation from 0 to 1
 * Accuracy    errorBound, totalVariationErrorBound; masses come trial by trial, n²/2 steps
 * Source      L. Le Cam, Pacific J. Math. 10 (1960)
 *
 * @throws {SurprisalError} ERR_DOMAIN
 * @example
 * poissonBinomialPoisson([0.01, 0.02, 0.1]).bounds.leCam; // 0.0105
 */
export function poissonBinomialPoisson(probabilities: NumberArray): Distances {
  const exact = poissonBinomial({ probabilities });
  const [sum, squares] = [new Total(), new Total()];
  for (const p of exact.probabilities) {
    sum.add(p);
    squares.add(p * p);
  }
  const rate = sum.value;
  if (rate === 0) return besideCertain(0, 0, 0);
  const [logP, logQ] = [logMassOf(exact), logMassOf(poisson({ rate }))];
  // At 0 and 1, where nearly all mass is if probabilities are small: Σ log(1 − pᵢ) + λ, and with Σ pᵢ/(1 − pᵢ) over λ, by what is left of the first order.
  const open = exact.probabilities.filter((p) => p > 0 && p < 1);
  const most = exact.probabilities.filter((p) => p > 0).length;
  const certain = most - open.length;
  const none = open.reduce((sum, p) => sum - logExcess(-p), 0);
  const near = certain > 0 ? [] : [none, none + Math.log1p(open.reduce((sum, p) => sum + (p / (1 - p)) * p, 0) / rate)];
  const ratio = (k: number) => near[k] ?? logP(k) - logQ(k);
  // Outcomes below the number of certain successes, and above that of possible ones, have no mass: there q's counts.
  let outside = lowerGamma(most + 1, rate);
  for (let k = 0; k < certain; k++) outside += Math.exp(logQ(k));
  const middle = Math.min(most, Math.max(certain, Math.floor(rate)));
  // A mass has gone through as many sums of two rounded products as there are trials.
  const ofTrials = UNIT * 3 * open.length;
  const found = distances({
    middle,
    from: certain,
    to: most,
    reach: most,
    logP,
    logQ,
    ratio: ratio(middle),
    next: ratio,
    outside,
    outsideOff: ofOutside(outside, most),
    off: 96 * UNIT,
    offAt: (k, t, log) =>
      k in near ? (8 * UNIT + ofTrials) * (2 * Math.abs(none) + Math.abs(t)) : ofTrials + UNIT * Math.abs(k - rate) + ofLogs(t, log),
  });
  return bounded(found, Math.min(1, 1 / rate) * squares.value);
}
