/** Families on the whole numbers. */
import { stirlingRest } from '../applications/statistics/gamma.js';
import type { Random } from '../applications/statistics/random.js';
import { COUNT, family, NOT_NEGATIVE, POSITIVE, REAL, SHARE, SUCCESS, type Support } from './family.js';
import { crossDifference, relativeEntropy, sumRest } from './math/excess.js';

const masses = (from: number, to: number): Support => ({ kind: 'masses', from, to });
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
/** The least expectation of a Poisson variable, and the like of others, that lies forty standard deviations from 0. */
const MANY = 1600;
/** Beyond ten standard deviations of a Poisson variable and thirty more there is less than 2⁻⁵³ of any of these. */
const around = (mean: number, variance: number) => [Math.floor(mean), 10 * Math.sqrt(variance) + 30] as const;

/**
 * log of (k + rest)!/(k!·rest!)·pᵏ·(1 − p)^rest, by relative entropies, which cancel nothing (C. Loader, 2000); k and rest need not be whole. p is exact and
 * 1 − p is not: k − n·p, which is rest's distance too, is not taken from a rounded n·p, whose rounding grows to the width of the distribution.
 */
function binomialForm(k: number, rest: number, p: number): number {
  if (k === 0) return rest === 0 ? 0 : rest * Math.log1p(-p);
  if (rest === 0) return k * Math.log(p);
  const less = 1 - p;
  if (p === 0 || less === 0) return -Infinity;
  const n = k + rest;
  const d = crossDifference(k, 1, n, p) - sumRest(k, rest) * p;
  const divergence = relativeEntropy(k, n * p, d) + relativeEntropy(rest, n * less, -d);
  return stirlingRest(n) - stirlingRest(k) - stirlingRest(rest) - divergence - Math.log(2 * Math.PI * k * (rest / n)) / 2;
}

/** −p·log p − (1 − p)·log(1 − p). */
export function binaryEntropy(p: number): number {
  return p === 0 || p === 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log1p(-p);
}

/** Bernoulli: 1 with probability p. */
export const bernoulli = family({
  name: 'bernoulli',
  parameters: { p: SHARE },
  aliases: { logit: ['p', REAL, sigmoid] },
  support: (p) => masses(p === 1 ? 1 : 0, p === 0 ? 0 : 1),
  logDensity: (x, p) => (x === 1 ? Math.log(p) : Math.log1p(-p)),
  entropy: (p) => [binaryEntropy(p)],
  centre: () => [0, 1],
  draw: (random, p) => (random.uniform() < p ? 1 : 0),
});

/** Binomial: successes in n trials. */
export const binomial = family({
  name: 'binomial',
  parameters: { n: COUNT, p: SHARE },
  aliases: { logit: ['p', REAL, sigmoid] },
  support: (n, p) => masses(p === 1 ? n : 0, p === 0 ? 0 : n),
  logDensity: (k, n, p) => binomialForm(k, n - k, p),
  centre: (n, p) => around(n * p, n * p * (1 - p)),
  spread: (n, p) => (n * Math.min(p, 1 - p) >= MANY ? Math.sqrt(n * p * (1 - p)) : undefined),
  draw: drawBinomial,
});

/** ½·log 2πeλ less its series in 1/λ: from here on four terms are within 2⁻⁶⁰; below, a sum is short. (The fourth by sums of 60 digits at λ = 400 … 1400.) */
function largePoissonEntropy(rate: number): readonly number[] | undefined {
  if (rate < 1e4) return undefined;
  const z = 1 / rate;
  return [(1 + Math.log(2 * Math.PI) + Math.log(rate)) / 2, -z * (1 / 12 + z * (1 / 24 + z * (19 / 360 + (z * 9) / 80)))];
}

/** Poisson: rate 0 is the point 0. */
export const poisson = family({
  name: 'poisson',
  parameters: { rate: NOT_NEGATIVE },
  aliases: { mean: ['rate', NOT_NEGATIVE, (x) => x], logRate: ['rate', REAL, Math.exp] },
  support: (rate) => masses(0, rate === 0 ? 0 : Infinity),
  entropy: largePoissonEntropy,
  logDensity: (k, rate) => (k === 0 ? -rate : -relativeEntropy(k, rate) - stirlingRest(k) - Math.log(2 * Math.PI * k) / 2),
  centre: (rate) => around(rate, rate),
  spread: (rate) => (rate >= MANY ? Math.sqrt(rate) : undefined),
  draw: (random, rate) => random.poisson(rate),
});

/** Geometric: failures before the first success. KL does not depend on whether the success is counted. */
export const geometric = family({
  name: 'geometric',
  parameters: { p: SUCCESS },
  support: (p) => masses(0, p === 1 ? 0 : Infinity),
  logDensity: (k, p) => Math.log(p) + (k === 0 ? 0 : k * Math.log1p(-p)),
  entropy: (p) => [binaryEntropy(p) / p],
  centre: (p) => [0, 30 + 40 / p],
  draw: (random, p) => (p === 1 ? 0 : Math.floor(-random.exponential() / Math.log1p(-p))),
});

/** Negative binomial: failures before success r, r > 0 not necessarily whole. */
export const negativeBinomial = family({
  name: 'negativeBinomial',
  parameters: { r: POSITIVE, p: SUCCESS },
  support: (_, p) => masses(0, p === 1 ? 0 : Infinity),
  logDensity: (k, r, p) => binomialForm(r, k, p) + (k === 0 ? 0 : Math.log(r / (r + k))),
  centre: (r, p) => {
    const mean = (r * (1 - p)) / p;
    return [Math.floor(mean), 30 + 10 * Math.sqrt(mean / p) + 40 / p];
  },
  spread: (r, p) => (r * (1 - p) >= MANY ? Math.sqrt(r * (1 - p)) / p : undefined),
  draw: (random, r, p) => random.poisson((random.gamma(r) * (1 - p)) / p),
});

/** Few trials one by one; many as a Poisson variable thinned would not be exact, so by the median of the uniform order statistics (beta splitting). */
function drawBinomial(random: Random, n: number, p: number): number {
  let [trials, chance, successes] = [n, p, 0];
  while (trials > 64) {
    const i = Math.floor(trials / 2) + 1;
    const [x, y] = [random.gamma(i), random.gamma(trials + 1 - i)];
    const median = x / (x + y);
    if (median <= chance) {
      successes += i;
      chance = (chance - median) / (1 - median);
      trials -= i;
    } else {
      chance /= median;
      trials = i - 1;
    }
  }
  for (; trials > 0; trials--) if (random.uniform() < chance) successes++;
  return successes;
}
