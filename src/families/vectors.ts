/** Distributions whose parameters are arrays: categorical, multinomial, Poisson-binomial, Dirichlet, multivariate normal, Wishart, and samples. */
import type { NumberArray } from '../types.js';
import { COUNT, type Domain, domainError, firstOutside, isWithin, NOT_NEGATIVE, POSITIVE, REAL, SHARE } from './family.js';

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

/** A normal vector: by its standard deviations, or by its covariance, d × d, row after row. */
export interface MultivariateNormal {
  readonly family: 'multivariateNormal';
  readonly mean: Float64Array;
  readonly std?: Float64Array;
  readonly covariance?: Float64Array;
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
  const isArray = Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values);
  if (!isArray || values.length < least) throw domainError(argument, values, `an array of ${least} numbers or more`);
  const copy = Float64Array.from(values as ArrayLike<number>);
  const column = firstOutside(copy, domain);
  if (column >= 0) throw domainError(`${argument}[${column}]`, copy[column], domain.expected);
  return copy;
}

function shares(argument: string, values: NumberArray): Float64Array {
  const copy = read(argument, values, NOT_NEGATIVE);
  if (!copy.some((x) => x > 0)) throw domainError(argument, 0, 'a sum above 0');
  return copy;
}

function check(argument: string, value: number, domain: Domain): number {
  if (!isWithin(value, domain)) throw domainError(argument, value, domain.expected);
  return value;
}

const freeze = <T extends object>(value: T): T => Object.freeze(value) as T;

export function categorical({ probabilities }: { readonly probabilities: NumberArray }): Categorical {
  return freeze({ family: 'categorical', probabilities: shares('categorical.probabilities', probabilities) });
}

export function multinomial({ n, probabilities }: { readonly n: number; readonly probabilities: NumberArray }): Multinomial {
  return freeze({
    family: 'multinomial',
    n: check('multinomial.n', n, COUNT),
    probabilities: shares('multinomial.probabilities', probabilities),
  });
}

export function poissonBinomial({ probabilities }: { readonly probabilities: NumberArray }): PoissonBinomial {
  return freeze({ family: 'poissonBinomial', probabilities: read('poissonBinomial.probabilities', probabilities, SHARE) });
}

export function dirichlet({ concentration }: { readonly concentration: NumberArray }): Dirichlet {
  return freeze({ family: 'dirichlet', concentration: read('dirichlet.concentration', concentration, POSITIVE, 2) });
}

type NormalScale =
  | { readonly std: NumberArray }
  | { readonly variance: NumberArray }
  | { readonly covariance: NumberArray }
  | { readonly factor: NumberArray; readonly diagonal: NumberArray };

/**
 * A normal vector with independent entries (`std` or `variance`), of full `covariance` (d·d entries), or of low rank: F·Fᵀ + diag(D), `factor` F d × r row
 * after row and `diagonal` D, which is put together to a full covariance.
 */
export function multivariateNormal(given: { readonly mean: NumberArray } & NormalScale): MultivariateNormal {
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
  if ('std' in given) return freeze({ family: 'multivariateNormal', mean, std: part('std', given.std, POSITIVE) });
  if ('variance' in given)
    return freeze({ family: 'multivariateNormal', mean, std: part('variance', given.variance, POSITIVE).map(Math.sqrt) });
  if ('covariance' in given) {
    const covariance = read('multivariateNormal.covariance', given.covariance, REAL);
    return freeze({
      family: 'multivariateNormal',
      mean,
      covariance: sized('covariance', covariance, covariance.length === d * d, `${d} × ${d} entries`),
    });
  }
  const diagonal = part('diagonal', given.diagonal, POSITIVE);
  const factor = read('multivariateNormal.factor', given.factor, REAL);
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
  return freeze({ family: 'multivariateNormal', mean, covariance });
}

export function wishart({ degreesOfFreedom, scale }: { readonly degreesOfFreedom: number; readonly scale: NumberArray }): Wishart {
  const entries = read('wishart.scale', scale, REAL);
  const dimensions = Math.round(Math.sqrt(entries.length));
  if (dimensions ** 2 !== entries.length) throw domainError('wishart.scale', entries.length, 'd × d entries');
  const above = {
    expected: `a finite number above ${dimensions - 1}, the dimensions less 1`,
    low: (dimensions - 1) * (1 + 2 ** -52) || Number.MIN_VALUE,
    high: Number.MAX_VALUE,
  };
  return freeze({
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
  return freeze({ family: 'samples', size: sorted.length, values: Float64Array.from(distinct), shares });
}

/** Masses at 0 … n of a Poisson-binomial distribution: trial by trial; every entry is a sum of positive terms. */
export function poissonBinomialMasses(probabilities: Float64Array): Float64Array {
  const masses = new Float64Array(probabilities.length + 1);
  masses[0] = 1;
  for (const [n, p] of probabilities.entries()) {
    for (let k = n + 1; k > 0; k--) masses[k] = (masses[k] as number) * (1 - p) + (masses[k - 1] as number) * p;
    masses[0] = (masses[0] as number) * (1 - p);
  }
  return masses;
}
