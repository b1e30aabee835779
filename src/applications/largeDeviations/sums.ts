/** Sums of n draws of two distributions whose likelihood ratio grows with the sum, so that the best tests are thresholds of it. */
import { countsLogTail } from '../statistics/binomial.js';
import { chiSquareUpperQuantile } from '../statistics/chiSquare.js';
import { lowerGamma, upperGamma } from '../statistics/gamma.js';
import { type Family, meanOf } from './families.js';

interface Pair {
  /** Whose sums are the larger ones. */
  readonly higher: 'p' | 'q';
  /** How much a draw adds to the variance, or to the shape: a tail is a series of some roots of that many terms. */
  readonly weight: number;
}

/** Of whole numbers: P(the lower sum ≥ c) and P(the higher sum < c) for c ≥ 1. */
export interface LatticeSums extends Pair {
  readonly above: (c: number, n: number) => number;
  readonly below: (c: number, n: number) => number;
}

/** With a density: P(the higher sum < c), where c is such that P(the lower sum ≥ c) = level. */
export interface DensitySums extends Pair {
  readonly missed: (n: number, level: number) => number;
}

type Trial = readonly [success: number, failure: number];

/** Undefined for Gaussians, whose sums are normal. */
export function familySums(p: Family, q: Family): LatticeSums | DensitySums | undefined {
  const higher = meanOf(p) > meanOf(q) ? 'p' : 'q';
  const [low, high] = higher === 'p' ? [q, p] : [p, q];
  if (low.family === 'bernoulli' && high.family === 'bernoulli') return binomialSums(higher, 1, trial(low.p), trial(high.p));
  if (low.family === 'binomial' && high.family === 'binomial') return binomialSums(higher, low.n, trial(low.p), trial(high.p));
  if (low.family === 'geometric' && high.family === 'geometric') return geometricSums(higher, trial(low.p), trial(high.p));
  if (low.family === 'poisson' && high.family === 'poisson') return poissonSums(higher, low.rate, high.rate);
  if (low.family === 'exponential' && high.family === 'exponential') return gammaSums(higher, 1, high.rate / low.rate);
  if (low.family === 'gamma' && high.family === 'gamma') return gammaSums(higher, low.shape, high.rate / low.rate);
  return undefined;
}

/** Of two lists of shares with two entries each; undefined for others, and where a draw may settle the matter. */
export function massSums(p: Float64Array, q: Float64Array): LatticeSums | undefined {
  const kept = [...p.keys()].filter((i) => (p[i] as number) > 0 || (q[i] as number) > 0);
  if (kept.length !== 2 || kept.some((i) => p[i] === 0 || q[i] === 0)) return undefined;
  // What is rarer is counted, as the share of the other may be rounded to 1.
  kept.sort((i, j) => (p[i] as number) + (q[i] as number) - (p[j] as number) - (q[j] as number));
  const [x, y] = [p, q].map((of) => kept.map((i) => of[i] as number)) as [[number, number], [number, number]];
  return x[0] > y[0] ? binomialSums('p', 1, y, x) : binomialSums('q', 1, x, y);
}

function trial(p: number): Trial {
  return [p, 1 - p];
}

function binomialSums(higher: Pair['higher'], trials: number, low: Trial, high: Trial): LatticeSums {
  return {
    higher,
    weight: trials * Math.max(low[0] * low[1], high[0] * high[1]),
    above: (c, n) => Math.exp(countsLogTail(c, n * trials - c, ...low)),
    below: (c, n) => Math.exp(countsLogTail(n * trials - c + 1, c - 1, high[1], high[0])),
  };
}

/** Failures before the n-th success: c and more where n + c − 1 trials have c failures at least, fewer where they have n successes at least. */
function geometricSums(higher: Pair['higher'], low: Trial, high: Trial): LatticeSums {
  return {
    higher,
    weight: Math.max(low[1], high[1]),
    above: (c, n) => Math.exp(countsLogTail(c, n - 1, low[1], low[0])),
    below: (c, n) => Math.exp(countsLogTail(n, c - 1, ...high)),
  };
}

function poissonSums(higher: Pair['higher'], low: number, high: number): LatticeSums {
  return { higher, weight: high, above: (c, n) => lowerGamma(c, n * low), below: (c, n) => upperGamma(c, n * high) };
}

/** @param ratio of the higher one's rate to the lower one's, below 1 */
function gammaSums(higher: Pair['higher'], shape: number, ratio: number): DensitySums {
  const missed = (n: number, level: number) => {
    const c = chiSquareUpperQuantile(level, 2 * n * shape) / 2;
    // Thresholds too small for a double are as far in both.
    return c === 0 ? 1 - level : lowerGamma(n * shape, c * ratio);
  };
  return { higher, weight: shape, missed };
}
