/** Families whose Cramér rate is a closed form: a divergence of the core between the tilted member, which has mean x, and the member itself. */
import { crossDifference, logRatio, ratioExcess, relativeEntropy, sumRest } from '../../families/math/excess.js';
import { gaussian, generalizedKlDivergence, itakuraSaitoDivergence, klDivergence } from '../../index.js';
import { argumentError, checkNumber, optionError } from '../input/options.js';

export type Family =
  | { readonly family: 'bernoulli'; readonly p: number }
  | { readonly family: 'binomial'; readonly n: number; readonly p: number }
  | { readonly family: 'geometric'; readonly p: number }
  | { readonly family: 'poisson'; readonly rate: number }
  | { readonly family: 'gaussian'; readonly mean: number; readonly std: number }
  | { readonly family: 'exponential'; readonly rate: number }
  | { readonly family: 'gamma'; readonly shape: number; readonly rate: number };

/** What a family needs for its rate function at x. */
export interface Cramer {
  /** I(x), ≥ 0; Infinity where no tilt has mean x. */
  readonly rate: number;
  /** The tilt θ with mean x: I′(x). */
  readonly tilt: number;
  /** Variance of the tilted member. */
  readonly variance: number;
  /** Distance of neighbouring values; 0 where there is a density. */
  readonly span: number;
}

const NOWHERE: Cramer = { rate: Infinity, tilt: NaN, variance: 0, span: 0 };

/** The mean of one variable. */
export function meanOf(of: Family): number {
  switch (of.family) {
    case 'bernoulli':
      return of.p;
    case 'binomial':
      return of.n * of.p;
    case 'geometric':
      return (1 - of.p) / of.p;
    case 'poisson':
      return of.rate;
    case 'gaussian':
      return of.mean;
    case 'exponential':
      return 1 / of.rate;
    case 'gamma':
      return of.shape / of.rate;
  }
}

/**
 * Whether what came differs so little from each expected number that the rate is taken of the difference, which knows the parameters as they are: a rate is of second
 * order in it, so a mean or a share that is off by 10⁻¹⁶ of itself would spoil the rate 10⁻¹⁰ beside it by 10⁻⁶. Farther away the core's divergences keep more digits.
 */
function isClose(difference: number, ...expected: readonly number[]): boolean {
  return Math.abs(difference) < 0.2 * Math.min(...expected);
}

/** Rate, tilt and tilted variance at x. */
export function cramerOf(of: Family, x: number): Cramer {
  checkFamily(of);
  checkNumber('x', x);
  switch (of.family) {
    case 'bernoulli':
      return binomial(x, 1, of.p);
    case 'binomial':
      return binomial(x, of.n, of.p);
    case 'geometric':
      return geometric(x, of.p);
    case 'poisson':
      if (x < 0) return NOWHERE;
      return { rate: generalizedKlDivergence([x], [of.rate]), tilt: x === 0 ? -Infinity : logRatio(x, of.rate), variance: x, span: 1 };
    case 'gaussian': {
      const { mean, std } = of;
      const rate = gaussian.klDivergence({ mean: [x], std: [std] }, { mean: [mean], std: [std] });
      return { rate, tilt: (x - mean) / std / std, variance: std * std, span: 0 };
    }
    case 'exponential':
      return gamma(x, 1, of.rate);
    case 'gamma':
      return gamma(x, of.shape, of.rate);
  }
}

/** Successes and failures of n draws beside n·p and n·(1 − p) expected. */
function binomial(x: number, n: number, p: number): Cramer {
  if (x < 0 || x > n) return NOWHERE;
  const [rest, q] = [n - x, 1 - p];
  const more = crossDifference(1, x, n, p);
  const rate = isClose(more, n * p, n * q)
    ? relativeEntropy(x, n * p, more) + relativeEntropy(rest, n * q, -more)
    : n * klDivergence([x / n, rest / n], [p, q]);
  const tilt = x === 0 ? -Infinity : x === n ? Infinity : logRatio(x, n * p, more) - logRatio(rest, n * q, -more);
  return { rate, tilt, variance: x * (rest / n), span: 1 };
}

/** Failures before the first success: 1 + x trials a success, in each a failure with probability 1 − p. */
function geometric(x: number, p: number): Cramer {
  if (x < 0) return NOWHERE;
  const [trials, q] = [1 + x, 1 - p];
  // 1 − (1 + x)·p, by which the successes expected are fewer than the one that came; 1 − p is a sum of two doubles.
  const fewer = crossDifference(q, 1, x, p) + sumRest(1, -p);
  const rate = isClose(fewer, trials * q, trials * p)
    ? relativeEntropy(x, trials * q, -fewer) + relativeEntropy(1, trials * p, fewer)
    : trials * klDivergence([x / trials, 1 / trials], [q, p]);
  return { rate, tilt: x === 0 ? -Infinity : logRatio(x, trials * q, -fewer), variance: x * trials, span: 1 };
}

/** I(x) = k·(y − 1 − log y) with y = x over the mean: Itakura and Saito's divergence. */
function gamma(x: number, shape: number, rate: number): Cramer {
  if (x <= 0) return NOWHERE;
  const more = crossDifference(x, rate, 1, shape);
  const excess = isClose(more, shape) ? ratioExcess(x * rate, shape, more) : itakuraSaitoDivergence([x], [shape / rate]);
  return { rate: shape * excess, tilt: more / x, variance: (x * x) / shape, span: 0 };
}

/** @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_DOMAIN */
export function checkFamily(of: Family): void {
  if (typeof of !== 'object' || of === null)
    throw argumentError('ERR_KIND', 'family', "an object such as {family: 'poisson', rate: 3}", of);
  const positive = (name: string, value: number) => checkNumber(name, value, 'a finite number > 0', (x) => x > 0);
  const share = (p: number) => checkNumber('p', p, 'a number above 0 and below 1', (x) => x > 0 && x < 1);
  const { family } = of;
  if (family === 'gaussian') checkNumber('mean', of.mean);
  if (family === 'gaussian') positive('std', of.std);
  else if (family === 'bernoulli' || family === 'geometric' || family === 'binomial') share(of.p);
  else if (family === 'poisson' || family === 'exponential' || family === 'gamma') positive('rate', of.rate);
  else throw optionError('family', family, 'bernoulli, binomial, geometric, poisson, gaussian, exponential or gamma');
  if (family === 'gamma') positive('shape', of.shape);
  if (family === 'binomial') checkNumber('n', of.n, 'a whole number ≥ 1', (n) => Number.isSafeInteger(n) && n >= 1);
}
