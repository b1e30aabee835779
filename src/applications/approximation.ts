/**
 * How far a binomial distribution, or one of unequal trials, is from the Poisson or the normal distribution that stands in for it: exact KL and total
 * variation beside the bounds that are used in their place.
 */
import { type AnyDistribution, binomial, poisson, poissonBinomial } from '../families/index.js';
import { lawOf } from '../families/law.js';
import { excessTerm, logExcess, logRatio } from '../families/math/excess.js';
import type { NumberArray } from '../types.js';
import { logBand } from './detection/regions.js';
import { argumentError, checkList, checkNames, checkNumber, checkOption, checkOptions, oneOf, whole } from './input/options.js';
import { lowerGamma } from './statistics/gamma.js';
import { normalLogTail } from './statistics/normal.js';

/** What stands in: the Poisson distribution of the same mean, or the normal one of the same mean and variance. */
export type Approximation = 'poisson' | 'normal';
export type Measure = 'kl' | 'totalVariation';
const APPROXIMATIONS: readonly Approximation[] = ['poisson', 'normal'];
const MEASURES: readonly Measure[] = ['kl', 'totalVariation'];

export interface Distances {
  /** D(exact‖approximation), in nats. */
  readonly kl: number;
  /** ½·Σ|difference of masses|: by how much a probability of any event is off at most. */
  readonly totalVariation: number;
  /** How far `kl` may be off by rounding. */
  readonly errorBound: number;
  /** What total variation is at most, by rules that need no sum over all outcomes. */
  readonly bounds: {
    /** min(1, 1/λ)·Σpᵢ², where the Poisson rate is λ = Σpᵢ. */
    readonly leCam?: number;
    /** √(KL/2). */
    readonly pinsker: number;
    /** √(1 − e^(−KL)). */
    readonly bretagnolleHuber: number;
  };
}

const UNIT = 2 ** -53;
const MOST_TRIALS = 1e9;
const NOTHING = 2 ** -66;
const LEAST_MEAN = 2 ** -1000;

/** Outcomes from the middle outwards, each by its log mass and log ratio, until nothing is left to add. */
interface Walk {
  readonly middle: number;
  readonly to: number;
  /** Outcomes this near to the middle are all looked at. */
  readonly reach: number;
  readonly logP: (k: number) => number;
  /** log(p/q) at the middle, and its step from k to k + 1. */
  readonly ratio: number;
  readonly step: (k: number) => number;
  /** Mass of q where p has none. */
  readonly outside: number;
  /** How far a log ratio may be off beside the same for all outcomes, which drops out: both distributions sum to 1. */
  readonly off: number;
}

/** Σ (q − p + p·log(p/q)) and ½·Σ|p − q|. */
function distances({ middle, to, reach, logP, ratio, step, outside, off }: Walk): Pick<Distances, 'kl' | 'totalVariation' | 'errorBound'> {
  // A mass is e^log, off by the rounding of its log, which is at least −745.
  const ofMass = (log: number) => (40 - 4 * Math.max(log, -800)) * UNIT;
  // What is outside is not off by the same as all others.
  let [kl, gap, error] = [outside, outside, outside === 0 ? 0 : outside * (24 * UNIT + ofMass(Math.log(outside)))];
  const add = (k: number, t: number): boolean => {
    const log = logP(k);
    const mass = Math.exp(log);
    const term = excessTerm(mass, log, t);
    const difference = t < -1 ? Math.exp(log - t) - mass : -mass * -Math.expm1(-t);
    kl += term;
    gap += Math.abs(difference);
    error += Math.abs(difference) * off + term * (off + ofMass(log));
    return term <= NOTHING * kl && Math.abs(difference) <= NOTHING * gap && Math.abs(k - middle) > reach;
  };
  for (let [k, t] = [middle, ratio]; k <= to; t += step(k), k++) if (add(k, t)) break;
  for (let [k, t] = [middle, ratio]; k > 0; ) {
    k--;
    t -= step(k);
    if (add(k, t)) break;
  }
  return { kl: Math.max(0, kl), totalVariation: Math.min(1, gap / 2), errorBound: error + 8 * UNIT * kl };
}

function bounded(found: Pick<Distances, 'kl' | 'totalVariation' | 'errorBound'>, leCam?: number): Distances {
  const { kl } = found;
  const bounds = {
    ...(leCam !== undefined && { leCam: Math.min(1, leCam) }),
    pinsker: Math.sqrt(kl / 2),
    bretagnolleHuber: Math.sqrt(-Math.expm1(-kl)),
  };
  return { ...found, bounds };
}

function logMassOf(distribution: AnyDistribution): (k: number) => number {
  return (lawOf(distribution) as NonNullable<ReturnType<typeof lawOf>>).logDensity;
}

function checkShare(argument: string, value: number): void {
  if (typeof value === 'number' && value > 0 && value < 1) return;
  throw argumentError('ERR_DOMAIN', argument, 'a number above 0 and below 1', value);
}

function checkTrials(value: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= MOST_TRIALS) return;
  throw argumentError('ERR_DOMAIN', 'n', 'a whole number from 1 to 10⁹', value);
}

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
