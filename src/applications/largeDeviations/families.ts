/** Families whose Cramér rate is a closed form: a divergence of the core between the tilted member, which has mean x, and the member itself. */
import { gaussian, generalizedKlDivergence, itakuraSaitoDivergence, klDivergence } from '../../index.js';
import { argumentError, checkNumber, optionError } from '../statistics/options.js';

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

/** log(x/y), by their difference where they are close. */
function logRatio(x: number, y: number): number {
  const d = (x - y) / y;
  return Math.abs(d) < 0.5 ? Math.log1p(d) : Math.log(x / y);
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

/** Rate, tilt and tilted variance at x. */
export function cramerOf(of: Family, x: number): Cramer {
  checkFamily(of);
  checkNumber('x', x);
  switch (of.family) {
    case 'bernoulli':
      return bernoulli(x, of.p);
    case 'binomial': {
      const { rate, tilt, variance, span } = bernoulli(x / of.n, of.p);
      return { rate: of.n * rate, tilt, variance: of.n * variance, span };
    }
    case 'geometric': {
      // Failures before the first success: 1 + x trials a success, and in each a failure with probability 1 − p.
      if (x < 0) return NOWHERE;
      const failed = x / (1 + x);
      const rate = (1 + x) * klDivergence([failed, 1 / (1 + x)], [1 - of.p, of.p]);
      return { rate, tilt: x === 0 ? -Infinity : logRatio(failed, 1 - of.p), variance: x * (1 + x), span: 1 };
    }
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

function bernoulli(x: number, p: number): Cramer {
  if (x < 0 || x > 1) return NOWHERE;
  const rate = klDivergence([x, 1 - x], [p, 1 - p]);
  const tilt = x === 0 ? -Infinity : x === 1 ? Infinity : logRatio(x, p) - logRatio(1 - x, 1 - p);
  return { rate, tilt, variance: x * (1 - x), span: 1 };
}

/** I(x) = k·(y − 1 − log y) with y = x over the mean: Itakura and Saito's divergence. */
function gamma(x: number, shape: number, rate: number): Cramer {
  if (x <= 0) return NOWHERE;
  const mean = shape / rate;
  return { rate: shape * itakuraSaitoDivergence([x], [mean]), tilt: (rate * (x - mean)) / x, variance: (x * x) / shape, span: 0 };
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
