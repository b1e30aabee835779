/** Distributions whose parameters are arrays: categorical, multinomial, Poisson-binomial, Dirichlet, multivariate normal, Wishart, and samples. */
import type { NumberArray } from '../types.js';
import {
  checkObject,
  COUNT,
  type Domain,
  domainError,
  firstOutside,
  isNumbers,
  isWithin,
  made,
  NOT_NEGATIVE,
  optionError,
  POSITIVE,
  REAL,
  SHARE,
  unknownParameter,
} from './family.js';
import { binade, Total } from './math/excess.js';

/** Outcomes 0, 1, … K − 1 with these probabilities; they are divided by their sum. */
export interface Categorical {
  readonly family: 'categorical';
  readonly probabilities: Float64Array;
}

/** Counts of n draws from a categorical distribution. */
export interface Multinomial {
  readonly family: 'multinomial';
  readonly n: number;
  readonly probabilities: Float64Array;
}

/** Successes in trials of unequal probabilities. */
export interface PoissonBinomial {
  readonly family: 'poissonBinomial';
  readonly probabilities: Float64Array;
}

/** Probabilities with density ∝ Π xᵢ^(αᵢ − 1). */
export interface Dirichlet {
  readonly family: 'dirichlet';
  readonly concentration: Float64Array;
}

/** A normal vector: by its standard deviations, or by its covariance, d × d, row after row; that of a low rank with what it was put together from. */
export interface MultivariateNormal {
  readonly family: 'multivariateNormal';
  readonly mean: Float64Array;
  readonly std?: Float64Array;
  readonly covariance?: Float64Array;
  readonly factor?: Float64Array;
  readonly diagonal?: Float64Array;
}

/** Scatter matrices of `degreesOfFreedom` normal vectors of covariance `scale`, d × d, row after row. */
export interface Wishart {
  readonly family: 'wishart';
  readonly degreesOfFreedom: number;
  readonly dimensions: number;
  readonly scale: Float64Array;
}

/** The empirical distribution of numbers: mass at each distinct value, in ascending order. */
export interface Samples {
  readonly family: 'samples';
  readonly size: number;
  readonly values: Float64Array;
  readonly shares: Float64Array;
}

export type VectorDistribution = Categorical | Multinomial | PoissonBinomial | Dirichlet | MultivariateNormal | Wishart | Samples;

/** A copy of the entries, each within the domain. */
function read(argument: string, values: NumberArray, domain: Domain, least = 1): Float64Array {
  if (!(Array.isArray(values) || isNumbers(values)) || values.length < least)
    throw domainError(argument, values, `an array of ${least} numbers or more`);
  // Not by conversion: null would be 0, and true 1.
  const other = Array.isArray(values) ? values.findIndex((x) => typeof x !== 'number') : -1;
  if (other >= 0) throw domainError(`${argument}[${other}]`, values[other], domain.expected);
  const copy = Float64Array.from(values as ArrayLike<number>);
  const column = firstOutside(copy, domain);
  if (column >= 0) throw domainError(`${argument}[${column}]`, copy[column], domain.expected);
  return copy;
}

/** The entries of what is divided by its sum, or made of it. */
function summable(argument: string, values: NumberArray, domain: Domain, least: number): Float64Array {
  const copy = read(argument, values, domain, least);
  const sum = copy.reduce((total, x) => total + x, 0);
  if (!(sum > 0 && sum < Infinity)) throw domainError(argument, sum, 'a sum above 0 and within the range of doubles');
  return copy;
}

const shares = (argument: string, values: NumberArray) => summable(argument, values, NOT_NEGATIVE, 1);

function check(argument: string, value: number, domain: Domain): number {
  if (!isWithin(value, domain)) throw domainError(argument, value, domain.expected);
  return value;
}

/** Refuses what is no object, and names that are none of these; a member spread with its family is an object like any other. */
function checkGiven(family: VectorDistribution['family'], given: object, names: readonly string[]): void {
  checkObject(family, given, names.join(', '));
  for (const [key, value] of Object.entries(given))
    if (!names.includes(key) && !(key === 'family' && value === family)) throw unknownParameter(family, key, value, names.join(', '));
}

export function categorical(given: { readonly probabilities: NumberArray }): Categorical {
  checkGiven('categorical', given, ['probabilities']);
  return made({ family: 'categorical', probabilities: shares('categorical.probabilities', given.probabilities) });
}

export function multinomial(given: { readonly n: number; readonly probabilities: NumberArray }): Multinomial {
  checkGiven('multinomial', given, ['n', 'probabilities']);
  return made({
    family: 'multinomial',
    n: check('multinomial.n', given.n, COUNT),
    probabilities: shares('multinomial.probabilities', given.probabilities),
  });
}

export function poissonBinomial(given: { readonly probabilities: NumberArray }): PoissonBinomial {
  checkGiven('poissonBinomial', given, ['probabilities']);
  return made({ family: 'poissonBinomial', probabilities: read('poissonBinomial.probabilities', given.probabilities, SHARE) });
}

export function dirichlet(given: { readonly concentration: NumberArray }): Dirichlet {
  checkGiven('dirichlet', given, ['concentration']);
  return made({ family: 'dirichlet', concentration: summable('dirichlet.concentration', given.concentration, POSITIVE, 2) });
}

/** What may say how far a normal vector spreads: one of these. */
const SCALES = [['std'], ['variance'], ['covariance'], ['factor', 'diagonal']] as const;

type NormalScale =
  | { readonly std: NumberArray }
  | { readonly variance: NumberArray }
  | { readonly covariance: NumberArray }
  | { readonly factor: NumberArray; readonly diagonal: NumberArray };

/**
 * A normal vector with independent entries (`std` or `variance`), of full `covariance` (d·d entries), or of low rank: F·Fᵀ + diag(D), `factor` F d × r row
 * after row and `diagonal` D, which is put together to a full covariance. One of these, and no two.
 */
export function multivariateNormal(given: { readonly mean: NumberArray } & NormalScale): MultivariateNormal {
  checkGiven('multivariateNormal', given, ['mean', ...SCALES.flat()]);
  const has = (name: string) => (given as Readonly<Record<string, unknown>>)[name] !== undefined;
  const [first, second] = SCALES.filter((names) => names.some(has));
  if (first === undefined || second !== undefined)
    throw optionError(
      'multivariateNormal',
      (second ?? SCALES[0])[0],
      undefined,
      `one of ${SCALES.map((names) => names.join(' with ')).join(', ')}`,
    );
  const mean = read('multivariateNormal.mean', given.mean, REAL);
  const d = mean.length;
  const sized = (argument: string, values: Float64Array, fits: boolean, expected: string) => {
    if (!fits) throw domainError(`multivariateNormal.${argument}`, values.length, expected);
    return values;
  };
  const part = (name: string, values: NumberArray, domain: Domain) => {
    const array = read(`multivariateNormal.${name}`, values, domain);
    return sized(name, array, array.length === d, `${d} entries, as in "mean"`);
  };
  if ('std' in given && first[0] === 'std') return made({ family: 'multivariateNormal', mean, std: part('std', given.std, POSITIVE) });
  if ('variance' in given && first[0] === 'variance')
    return made({ family: 'multivariateNormal', mean, std: part('variance', given.variance, POSITIVE).map(Math.sqrt) });
  if ('covariance' in given && first[0] === 'covariance') {
    const covariance = read('multivariateNormal.covariance', given.covariance, REAL);
    return made({
      family: 'multivariateNormal',
      mean,
      covariance: sized('covariance', covariance, covariance.length === d * d, `${d} × ${d} entries`),
    });
  }
  const low = given as { readonly factor: NumberArray; readonly diagonal: NumberArray };
  const diagonal = part('diagonal', low.diagonal, POSITIVE);
  const factor = read('multivariateNormal.factor', low.factor, REAL);
  sized('factor', factor, factor.length % d === 0, `a multiple of ${d} entries`);
  const rank = factor.length / d;
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      let sum = i === j ? (diagonal[i] as number) : 0;
      for (let k = 0; k < rank; k++) sum += (factor[i * rank + k] as number) * (factor[j * rank + k] as number);
      covariance[i * d + j] = sum;
    }
  }
  return made({ family: 'multivariateNormal', mean, covariance, factor, diagonal });
}

export function wishart(given: { readonly degreesOfFreedom: number; readonly scale: NumberArray }): Wishart {
  checkGiven('wishart', given, ['degreesOfFreedom', 'scale', 'dimensions']); // the last of a member that is spread
  const { degreesOfFreedom, scale } = given;
  const entries = read('wishart.scale', scale, REAL);
  const dimensions = Math.round(Math.sqrt(entries.length));
  if (dimensions ** 2 !== entries.length) throw domainError('wishart.scale', entries.length, 'd × d entries');
  const above = {
    expected: `a finite number above ${dimensions - 1}, the dimensions less 1`,
    low: dimensions === 1 ? Number.MIN_VALUE : dimensions - 1 + binade(dimensions - 1) * 2 ** -52,
    high: Number.MAX_VALUE,
  };
  return made({
    family: 'wishart',
    degreesOfFreedom: check('wishart.degreesOfFreedom', degreesOfFreedom, above),
    dimensions,
    scale: entries,
  });
}

/** The empirical distribution of a sample. */
export function samples(values: NumberArray): Samples {
  const sorted = read('samples', values, REAL).sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const x of sorted) {
    if (distinct.length > 0 && distinct.at(-1) === x) counts[counts.length - 1] = (counts.at(-1) as number) + 1;
    else {
      distinct.push(x);
      counts.push(1);
    }
  }
  const shares = Float64Array.from(counts, (n) => n / sorted.length);
  return made({ family: 'samples', size: sorted.length, values: Float64Array.from(distinct), shares });
}

/** The same from what it holds. */
function samplesAgain(given: Samples): Samples {
  checkGiven('samples', given, ['size', 'values', 'shares']);
  const size = check('samples.size', given.size, COUNT);
  const [values, shares] = [read('samples.values', given.values, REAL), read('samples.shares', given.shares, SHARE)];
  if (values.some((x, i) => i > 0 && x <= (values[i - 1] as number))) throw domainError('samples.values', values, 'ascending numbers');
  const counts = shares.map((x) => Math.round(x * size));
  const isWhole = counts.every((n, i) => n > 0 && n / size === shares[i]) && counts.reduce((sum, n) => sum + n, 0) === size;
  if (shares.length !== values.length || !isWhole)
    throw domainError('samples.shares', shares, 'multiples of 1/size, one a value, whose sum is 1');
  return made({ family: 'samples', size, values, shares });
}

/** Each from an object that holds what it holds itself. */
export const VECTOR_MAKERS = {
  categorical,
  multinomial,
  poissonBinomial,
  dirichlet,
  multivariateNormal: ({ covariance, ...given }: MultivariateNormal) =>
    multivariateNormal((given.factor === undefined ? { ...given, covariance } : given) as { readonly mean: NumberArray } & NormalScale),
  wishart,
  samples: samplesAgain,
} as const;

/** Masses at 0 … n of a Poisson-binomial distribution, `fails` what `probabilities` leave: trial by trial; every entry is a sum of positive terms. */
function massesOf(probabilities: Float64Array, fails: Float64Array): Float64Array {
  const masses = new Float64Array(probabilities.length + 1);
  masses[0] = 1;
  for (const [n, p] of probabilities.entries()) {
    const fail = fails[n] as number;
    for (let k = n + 1; k > 0; k--) masses[k] = (masses[k] as number) * fail + (masses[k - 1] as number) * p;
    masses[0] = (masses[0] as number) * fail;
  }
  return masses;
}

/** Below this a mass may have been made of masses that had lost digits, or were nothing. */
const SEEN = 1e-200;

/**
 * Log masses at 0 … n of a Poisson-binomial distribution; −∞ where trials that are certain leave none. Those beyond the range of doubles come from the same trials
 * with all odds multiplied by e^t, which has its middle there: P(k) = P_t(k)·e^(−tk)·Π (1 − pᵢ)/(1 − pᵢ,ₜ).
 */
export function poissonBinomialLogMasses(probabilities: Float64Array): Float64Array {
  const logs = new Float64Array(probabilities.length + 1).fill(-Infinity);
  const open = probabilities.filter((p) => p > 0 && p < 1);
  const certain = probabilities.reduce((count, p) => count + (p === 1 ? 1 : 0), 0);
  const odds = open.map((p) => Math.log(p) - Math.log1p(-p));
  const missing = () => {
    let from = 0;
    while (from <= open.length && (logs[certain + from] as number) > -Infinity) from++;
    let to = from;
    while (to < open.length && logs[certain + to + 1] === -Infinity) to++;
    return from > open.length ? undefined : Math.round((from + to) / 2);
  };
  const fill = (t: number, tilted: Float64Array, fails: Float64Array) => {
    const scale = new Total();
    for (const x of t === 0 ? [] : odds) scale.add(softplus(x + t) - softplus(x));
    for (const [k, mass] of massesOf(tilted, fails).entries())
      if (mass > SEEN && logs[certain + k] === -Infinity) logs[certain + k] = Math.log(mass) - t * k + scale.value;
  };
  fill(
    0,
    open,
    open.map((p) => 1 - p),
  );
  for (let middle = missing(); middle !== undefined; middle = missing()) {
    const t = tiltOf(odds, middle);
    fill(
      t,
      odds.map((x) => 1 / (1 + Math.exp(-x - t))),
      odds.map((x) => 1 / (1 + Math.exp(x + t))),
    );
  }
  return logs;
}

/** log(1 + eˣ): −log of what log odds of x leave. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** By which all log odds rise for `mean` successes to be expected, by halving: half a success from either end, where it would be infinite. */
function tiltOf(odds: Float64Array, mean: number): number {
  const goal = Math.min(Math.max(mean, 0.5), odds.length - 0.5);
  let [low, high] = [-800 - Math.max(...odds), 800 - Math.min(...odds)];
  for (let step = 0; step < 64; step++) {
    const t = (low + high) / 2;
    if (odds.reduce((sum, x) => sum + 1 / (1 + Math.exp(-x - t)), 0) < goal) low = t;
    else high = t;
  }
  return (low + high) / 2;
}
