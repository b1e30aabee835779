/** Binomial, and unequal trials, beside Poisson. */
import { binomial, poisson, poissonBinomial } from '../../families/index.js';
import { logExcess, logRatio } from '../../families/math/excess.js';
import type { NumberArray } from '../../types.js';
import { checkNames, checkNumber } from '../input/options.js';
import { lowerGamma } from '../statistics/gamma.js';
import { bounded, checkShare, checkTrials, type Distances, distances, logMassOf, UNIT } from './distances.js';

/**
 * Binomial(n, p) beside Poisson(rate).
 *
 * @param n       trials
 * @param p       probability of success
 * @param options rate: n·p when left out
 * @returns       {kl, totalVariation, errorBound, bounds}
 *
 * Units       nats; total variation from 0 to 1
 * Edge cases  bounds.leCam only where the rate is n·p
 * Accuracy    errorBound; 1e-13 relative for KL down to p = 1e-9 — test/applications/approximation.test.ts
 * Source      log-ratios of neighbouring masses differ by log((n − k)/(n(1 − p))), an exact ratio, so none is a difference of log factorials
 *             · A. D. Barbour, P. Hall, Math. Proc. Camb. Phil. Soc. 95 (1984), for the factor min(1, 1/λ) of Le Cam's bound
 *
 * @throws {SurprisalError} ERR_DOMAIN · ERR_OPTION
 * @example
 * binomialPoisson(100, 0.02).kl; // 0.000101…
 */
export function binomialPoisson(n: number, p: number, options: { readonly rate?: number | undefined } = {}): Distances {
  checkTrials(n);
  checkShare('p', p);
  checkNames(options, ['rate']);
  const { rate = n * p } = options;
  checkNumber('rate', rate, 'a finite number ≥ 0', (x) => x >= 0);
  if (rate === 0) return bounded({ kl: Infinity, totalVariation: -Math.expm1(n * Math.log1p(-p)), errorBound: 0 });
  const middle = Math.floor(n * p);
  const shift = logRatio(n * p, rate);
  const logP = logMassOf(binomial({ n, p }));
  // Of large log masses little is left where the two nearly agree, and of the sum that is left there little where n is large.
  const ratio =
    n * p * p > 50 ? logP(middle) - logMassOf(poisson({ rate }))(middle) : nearRatio(n, p, middle) + (rate - n * p) + middle * shift;
  const found = distances({
    middle,
    to: n,
    reach: 8 * Math.sqrt(n * p) + 8,
    logP,
    ratio,
    // The difference by the smaller of the two products, the larger one's rounding would be seen beside what is left of n.
    step: (k) => (k >= n ? 0 : logRatio(n - k, n * (1 - p), p < 0.5 ? n * p - k : n - k - n * (1 - p)) + shift),
    outside: lowerGamma(n + 1, rate),
    off: 16 * UNIT * (Math.abs(shift) * 8 * Math.sqrt(n * p) + Math.min(1, 16 * Math.sqrt(p / n) + 64 / n)),
  });
  return bounded(found, rate === n * p ? Math.min(1, 1 / rate) * n * p * p : undefined);
}

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
 * @returns             {kl, totalVariation, errorBound, bounds}
 *
 * Units       nats; total variation from 0 to 1
 * Accuracy    errorBound; masses come trial by trial, n²/2 steps
 * Source      L. Le Cam, Pacific J. Math. 10 (1960)
 *
 * @throws {SurprisalError} ERR_DOMAIN
 * @example
 * poissonBinomialPoisson([0.01, 0.02, 0.1]).bounds.leCam; // 0.0105
 */
export function poissonBinomialPoisson(probabilities: NumberArray): Distances {
  const exact = poissonBinomial({ probabilities });
  let [rate, squares] = [0, 0];
  for (const p of exact.probabilities) {
    rate += p;
    squares += p * p;
  }
  if (rate === 0) return bounded({ kl: 0, totalVariation: 0, errorBound: 0 }, 0);
  const [logP, logQ] = [logMassOf(exact), logMassOf(poisson({ rate }))];
  // At 0 and 1, where nearly all mass is if probabilities are small: Σ log(1 − pᵢ) + λ, and with Σ pᵢ/(1 − pᵢ) over λ, by what is left of the first order.
  const open = exact.probabilities.filter((p) => p > 0 && p < 1);
  const most = exact.probabilities.filter((p) => p > 0).length;
  const certain = most - open.length;
  const none = open.reduce((sum, p) => sum - logExcess(-p), 0);
  const near = certain > 0 ? [] : [none, none + Math.log1p(open.reduce((sum, p) => sum + (p / (1 - p)) * p, 0) / rate)];
  const ratio = (k: number) => (logP(k) === -Infinity ? 0 : (near[k] ?? logP(k) - logQ(k)));
  // Outcomes below the number of certain successes, and above that of possible ones, have no mass: there q's counts.
  let outside = lowerGamma(most + 1, rate);
  for (let k = 0; k < certain; k++) outside += Math.exp(logQ(k));
  const middle = Math.min(most, Math.max(certain, Math.floor(rate)));
  const found = distances({
    middle,
    to: most,
    reach: most,
    logP,
    ratio: ratio(middle),
    step: (k) => ratio(k + 1) - ratio(k),
    outside,
    off: 96 * UNIT,
  });
  return bounded(found, Math.min(1, 1 / rate) * squares);
}
