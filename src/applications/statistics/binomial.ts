/** Binomial tails in the log domain, and intervals for a rate. */
import { generalizedKlDivergence } from '../../index.js';
import { stirlingRest } from './gamma.js';
import type { Interval } from './intervals.js';
import { root } from './roots.js';
import { lowerBeta, upperBeta } from './special.js';

/**
 * log P(X = k), X binomial: −D − corrections, with D = Σφ(counts, expected counts) the relative entropy of what came to what was expected, which cancels nothing.
 *
 * @param q 1 − p, where that is the one of both that is exact
 *
 * Source C. Loader, Fast and accurate computation of binomial probabilities (2000)
 */
export function binomialLogMass(k: number, n: number, p: number, q: number = 1 - p): number {
  return countsLogMass(k, n - k, p, q);
}

/** The same by successes and failures, of which one may be lost in their sum. */
function countsLogMass(k: number, rest: number, p: number, q: number): number {
  const n = k + rest;
  if (p === 0 || q === 0) return k === n * p ? 0 : -Infinity;
  if (k === 0) return n * logShare(q, p);
  if (rest === 0) return n * logShare(p, q);
  const divergence = generalizedKlDivergence([k, rest], [n * p, n * q]);
  const corrections = stirlingRest(n) - stirlingRest(k) - stirlingRest(rest);
  return corrections - divergence - Math.log((2 * Math.PI * k * rest) / n) / 2;
}

/** log p by the smaller of p and q = 1 − p, since the larger may be rounded. */
function logShare(p: number, q: number): number {
  return p < q ? Math.log(p) : Math.log1p(-q);
}

/**
 * log P(X ≥ k), X binomial(n, p): as far out as the logarithm of a double reaches.
 *
 * Accuracy  beyond the mean the first mass and a series of ratios below 1; before it 1 less the other tail
 */
export function binomialLogTail(k: number, n: number, p: number): number {
  return countsLogTail(k, n - k, p, 1 - p);
}

/** The same by k and n − k, of which one may be lost in their sum, and by p and 1 − p. */
export function countsLogTail(k: number, rest: number, p: number, q: number): number {
  if (k <= 0) return 0;
  if (rest < 0) return -Infinity;
  return k * q <= rest * p ? Math.log1p(-Math.exp(upward(rest + 1, k - 1, q, p))) : upward(k, rest, p, q);
}

/** log Σ_{j ≥ k} of masses that fall from k on: the ratio of neighbours is (n − j)/(j + 1)·p/q < 1. */
function upward(k: number, rest: number, p: number, q: number): number {
  if (rest < 0) return -Infinity;
  const odds = p / q;
  let [sum, term] = [1, 1];
  for (let [left, next] = [rest, k + 1]; left > 0 && term > 2 ** -60 * sum; left--, next++) {
    term *= (left / next) * odds;
    sum += term;
  }
  return countsLogMass(k, rest, p, q) + Math.log(sum);
}

/**
 * Clopper and Pearson's interval for a rate: covers at least `level`, whatever the rate.
 *
 * Source C. J. Clopper, E. S. Pearson, Biometrika 26 (1934)
 */
export function rateInterval(successes: number, trials: number, level = 0.95): Interval {
  const tail = (1 - level) / 2;
  const low = successes === 0 ? 0 : root((p) => lowerBeta(p, successes, trials - successes + 1) - tail, 0, 1);
  const high = successes === trials ? 1 : root((p) => tail - upperBeta(p, successes + 1, trials - successes), 0, 1);
  return [low, high];
}
