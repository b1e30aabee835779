/** From which n on an approximation is good, and tables over n and p. */
import { argumentError, checkList, checkNumber, checkOption, checkOptions, oneOf, whole } from '../input/options.js';
import { checkProbability, checkShare, checkTrials, type Distances, MOST_TRIALS } from './distances.js';
import { binomialNormal } from './normal.js';
import { binomialPoisson } from './poisson.js';

/** What stands in: the Poisson distribution of the same mean, or the normal one of the same mean and variance. */
export type Approximation = 'poisson' | 'normal';

export type Measure = 'kl' | 'totalVariation';

const APPROXIMATIONS: readonly Approximation[] = ['poisson', 'normal'];

const MEASURES: readonly Measure[] = ['kl', 'totalVariation'];

/** The distances of one approximation. */
export function approximate(n: number, p: number, by: Approximation): Distances {
  checkOption('by', by, oneOf(...APPROXIMATIONS));
  return by === 'poisson' ? binomialPoisson(n, p) : binomialNormal(n, p);
}

export interface SmallestOptions {
  readonly measure?: Measure | undefined;
  /** The largest n to answer with; 10⁷ when left out. */
  readonly upTo?: number | undefined;
}

/** Below this many expected successes the distance to the normal distribution rises and falls; above, it falls but for ripples. */
const UNRULY = 8;

/** After so many more expected successes no ripple comes back: what was measured ends within one. */
const RIPPLED = 4;

/** n looked at for each expected success, which is how long a ripple is, where there are more. */
const POINTS = 32;

/** Of a smaller p the same is said: the n where a success is expected would be beyond the range of doubles. */
const LEAST_P = 1e-300;

/**
 * The smallest n from which on an approximation is good to ε: Poisson at a fixed mean λ, p = λ/n; normal at a fixed p.
 *
 * @param epsilon above 0
 * @param fixed   {mean} for Poisson(λ), {p} for the normal distribution
 * @param options measure: 'totalVariation' when left out; upTo
 * @returns       n such that it is good, as is every later one, also beyond upTo; undefined where that n is above upTo
 *
 * Edge cases  normal, n·p near 0: nearly all mass is at 0 on both sides, so that n are good that do not count, as later ones are not: of small p total variation
 *             is 0.128 at n·p = 0.38, wherever that is, and KL 0.125 at first
 * Accuracy    a search, no proof. Poisson: one good n is enough, as the distance falls with n (KL: Yu; total variation: in all of 28 means from 0.001 to 3,000,
 *             1,500 n of each). Normal: up to n·p = 12 all n are looked at, of p below 1/32 as many for each expected success, and the peaks between them;
 *             beyond, what falls is higher again for one expected success more at most (p from 1e-4 to ½, n·p from 5 to 3,000), and four are looked at. Of
 *             2,400 pairs of ε and p from 1e-4 to ½, each held against all n up to 3,000 or more, none differs — test/applications/approximation.test.ts
 * Source      Y. Yu, IEEE Trans. Inf. Theory 55 (2009), for the fall of KL
 *
 * @throws {SurprisalError} ERR_DOMAIN · ERR_KIND · ERR_OPTION
 * @example
 * smallestN(0.01, { mean: 2 }); // 47 trials of probability 2/47
 */
export function smallestN(
  epsilon: number,
  fixed: { readonly mean: number } | { readonly p: number },
  options: SmallestOptions = {},
): number | undefined {
  checkOptions(options, { measure: oneOf(...MEASURES), upTo: whole(1) });
  const { measure = 'totalVariation', upTo = 1e7 } = options;
  if (upTo > MOST_TRIALS) throw argumentError('ERR_DOMAIN', 'upTo', 'at most 10⁹', upTo);
  if (!(typeof epsilon === 'number' && epsilon > 0)) throw argumentError('ERR_DOMAIN', 'epsilon', 'a number > 0', epsilon);
  checkFixed(fixed);
  if ('mean' in fixed) {
    const { mean } = fixed;
    return firstGood((n) => binomialPoisson(n, mean / n)[measure] <= epsilon, Math.ceil(mean) - 1, upTo);
  }
  const p = Math.max(LEAST_P, Math.min(fixed.p, 1 - fixed.p));
  const distance = (n: number) => normalAt(n, p)[measure];
  for (let good: number | undefined = 0; good !== undefined; ) {
    const bad = lastAbove(epsilon, distance, p, good, Math.max(UNRULY, good * p) + RIPPLED);
    if (bad === undefined) return Math.max(1, good);
    good = firstGood((n) => distance(n) <= epsilon, bad, upTo);
  }
  return undefined;
}

/** The last n above `after` that is found to be farther than ε, of those with n·p up to `toMean`. */
function lastAbove(epsilon: number, distance: (n: number) => number, p: number, after: number, toMean: number): number | undefined {
  const gap = Math.max(1, Math.floor(1 / (POINTS * p)));
  const count = Math.ceil((toMean / p - after) / gap);
  const at = (i: number) => after + 1 + i * gap;
  const seen = Array.from({ length: count }, (_, i) => distance(at(i)));
  for (let i = count - 1; i >= 0; i--) {
    const here = seen[i] as number;
    if (here > epsilon) return at(i);
    const [before, next] = [seen[i - 1] ?? here, seen[i + 1] ?? here];
    // A peak between points rises above the highest by less than that does above its neighbours.
    if (gap > 1 && here >= before && here >= next && 2 * here - Math.min(before, next) > epsilon) {
      const peak = peakOf(distance, at(Math.max(0, i - 1)), at(i + 1));
      if (distance(peak) > epsilon) return peak;
    }
  }
  return undefined;
}

/** Where a function that rises and then falls is largest, by thirds. */
function peakOf(f: (n: number) => number, low: number, high: number): number {
  while (high - low > 2) {
    const third = Math.floor((high - low) / 3);
    if (f(low + third) < f(high - third)) low += third;
    else high -= third;
  }
  return low + 1;
}

/** Beyond 10⁹ trials, where p is small or n little beyond, the distance is that of n·p alone, to 1e-8 of itself. */
function normalAt(n: number, p: number): Distances {
  return n <= MOST_TRIALS ? binomialNormal(n, p) : binomialNormal(MOST_TRIALS, (n * p) / MOST_TRIALS);
}

/** The first n above `bad` of those that are good from there on, by doubling and halving; undefined above upTo. */
function firstGood(isGood: (n: number) => boolean, bad: number, upTo: number): number | undefined {
  if (bad >= upTo) return undefined;
  let [low, high] = [bad, bad + 1];
  while (!isGood(high)) {
    if (high >= upTo) return undefined;
    low = high;
    high = Math.min(upTo, 2 * high);
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isGood(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function checkFixed(fixed: { readonly mean?: number; readonly p?: number }): void {
  const isOne = typeof fixed === 'object' && fixed !== null && Object.keys(fixed).length === 1 && ('mean' in fixed || 'p' in fixed);
  if (!isOne) throw argumentError('ERR_KIND', 'fixed', '{ mean } or { p }', fixed);
  if ('mean' in fixed) checkNumber('mean', fixed.mean, 'a finite number > 0', (x) => x > 0);
  else checkShare('p', fixed.p as number);
}

/** Distances over a grid: row i is n = ns[i], column j is p = ps[j]. */
export function approximationTable(
  ns: readonly number[],
  ps: readonly number[],
  by: Approximation,
  measure: Measure = 'totalVariation',
): { readonly data: Float64Array; readonly rows: number; readonly cols: number } {
  checkList('ns', ns, 'an array of numbers of trials');
  checkList('ps', ps, 'an array of probabilities');
  checkOption('measure', measure, oneOf(...MEASURES));
  checkOption('by', by, oneOf(...APPROXIMATIONS));
  for (const [i, n] of ns.entries()) checkTrials(n, `ns[${i}]`);
  for (const [j, p] of ps.entries()) by === 'normal' ? checkShare(`ps[${j}]`, p) : checkProbability(p, `ps[${j}]`);
  const data = Float64Array.from({ length: ns.length * ps.length }, (_, i) => {
    const [n, p] = [ns[Math.floor(i / ps.length)] as number, ps[i % ps.length] as number];
    return approximate(n, p, by)[measure];
  });
  return { data, rows: ns.length, cols: ps.length };
}
