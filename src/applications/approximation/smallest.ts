/** From which n on an approximation is good, and tables over n and p. */
import { argumentError, checkList, checkNumber, checkOption, checkOptions, oneOf, whole } from '../input/options.js';
import { checkShare, type Distances, MOST_TRIALS } from './distances.js';
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
  /** Where to give up; 10⁷ when left out. */
  readonly upTo?: number | undefined;
}

/** How many n above a found one are looked at: the next ones, and some that are spread. */
const NEXT = 256;

const SPREAD = 64;

/**
 * The smallest n from which on an approximation is good to ε: Poisson at a fixed mean λ, p = λ/n; normal at a fixed p.
 *
 * @param epsilon above 0
 * @param fixed   {mean} for Poisson(λ), {p} for the normal distribution
 * @param options measure: 'totalVariation' when left out; upTo
 * @returns       n; undefined where it is above upTo
 *
 * Edge cases  that the distance falls with n is not taken for granted (on bins it ripples): n is found by doubling and halving, then the next 256 n and 64
 *             spread to 4n are looked at, and the search goes on above the last one that is not good. A search, no proof
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
  const isPoisson = 'mean' in fixed;
  const least = isPoisson ? Math.floor(fixed.mean) + 1 : 1;
  const isGood = (n: number) => (isPoisson ? binomialPoisson(n, fixed.mean / n) : binomialNormal(n, fixed.p))[measure] <= epsilon;
  for (let low = least - 1; low < upTo; ) {
    let high = low + 1;
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
    const bad = lookedAtAbove(high).find((n) => n <= upTo && !isGood(n));
    if (bad === undefined) return high;
    low = bad;
  }
  return undefined;
}

function checkFixed(fixed: { readonly mean?: number; readonly p?: number }): void {
  const isOne = typeof fixed === 'object' && fixed !== null && Object.keys(fixed).length === 1 && ('mean' in fixed || 'p' in fixed);
  if (!isOne) throw argumentError('ERR_KIND', 'fixed', '{ mean } or { p }', fixed);
  if ('mean' in fixed) checkNumber('mean', fixed.mean, 'a finite number > 0', (x) => x > 0);
  else checkShare('p', fixed.p as number);
}

/** Every n soon after, and some up to four times as many, largest first: ripples of the lattice return at once, or not at all. */
function lookedAtAbove(n: number): number[] {
  const spread = Array.from({ length: SPREAD }, (_, i) => Math.round(n * 4 ** ((i + 1) / SPREAD)));
  return [...Array.from({ length: NEXT }, (_, i) => n + 1 + i), ...spread.filter((x) => x > n + NEXT)].reverse();
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
  const data = Float64Array.from({ length: ns.length * ps.length }, (_, i) => {
    const [n, p] = [ns[Math.floor(i / ps.length)] as number, ps[i % ps.length] as number];
    return approximate(n, p, by)[measure];
  });
  return { data, rows: ns.length, cols: ps.length };
}
