/** A distribution with what its family knows of it: the one form in which sums, quadrature and Monte Carlo see it. */
import type { Random } from '../applications/statistics/random.js';
import { SurprisalError } from '../index.js';
import * as bounded from './bounded.js';
import * as discrete from './discrete.js';
import { argumentsOf, type Distribution, type Expectations, type Family, type Support } from './family.js';
import * as positive from './positive.js';
import * as real from './real.js';
import { poissonBinomialMasses, type VectorDistribution } from './vectors.js';

const { bernoulli, binomial, geometric, negativeBinomial, poisson } = discrete;
const { chi, chiSquare, exponential, gamma, halfNormal, inverseGamma, logNormal, pareto, weibull } = positive;
const { cauchy, gumbel, laplace, logistic, normal, studentT, vonMises } = real;
const { beta, continuousBernoulli, uniform } = bounded;

/** The constructor of every univariate family. */
export const CONSTRUCTORS = [
  bernoulli, binomial, poisson, geometric, negativeBinomial,
  uniform, beta, continuousBernoulli,
  exponential, gamma, inverseGamma, chi, chiSquare, weibull, pareto, logNormal, halfNormal,
  normal, laplace, gumbel, logistic, studentT, cauchy, vonMises,
] as const; // biome-ignore format: groups of families

/** Every univariate family by its name. */
export const FAMILIES: ReadonlyMap<string, Family> = new Map(CONSTRUCTORS.map(({ of }) => [of.name, of as unknown as Family]));

/** Anything that this sub-path makes. */
export type AnyDistribution = Distribution<string, never> | VectorDistribution;

export interface Law {
  readonly name: string;
  readonly support: Support;
  readonly logDensity: (x: number) => number;
  readonly draw: (random: Random) => number;
  readonly centre: readonly [middle: number, width: number];
  readonly kinks: readonly number[];
  readonly entropy?: number | undefined;
  readonly expectations?: Expectations | undefined;
  readonly crossEntropy?: ((e: Expectations) => readonly (number | undefined)[]) | undefined;
  /** Points that carry all the mass, where they are few and known; whole numbers unless they are samples. */
  readonly points?: Float64Array | undefined;
}

/** The law of a member of a univariate family. */
export function univariateLaw(of: Family, args: readonly number[]): Law {
  return {
    name: of.name,
    support: of.support(...args),
    logDensity: (x) => of.logDensity(x, ...args),
    draw: (random) => of.draw(random, ...args),
    centre: of.centre(...args),
    kinks: of.kinks?.(...args) ?? [],
    entropy: of.entropy?.(...args),
    expectations: of.expectations?.(...args),
    crossEntropy: of.crossEntropy === undefined ? undefined : (e) => of.crossEntropy?.(e, ...args) ?? [],
  };
}

/** Mass at given points, ascending. */
function tableLaw(name: string, points: Float64Array, masses: ArrayLike<number>): Law {
  let total = 0;
  for (let i = 0; i < masses.length; i++) total += masses[i] as number;
  const at = new Map(Array.from(points, (x, i) => [x, (masses[i] as number) / total]));
  const share = (x: number) => at.get(x) ?? 0;
  // Points without mass carry nothing that q would have to have.
  const carriers = points.filter((x) => share(x) > 0);
  const [from, to] = [carriers[0] as number, carriers.at(-1) as number];
  return {
    name,
    support: { kind: 'masses', from, to },
    logDensity: (x) => Math.log(share(x)),
    draw: (random) => {
      let left = random.uniform();
      for (const x of points) {
        left -= share(x);
        if (left <= 0) return x;
      }
      return to;
    },
    centre: [Math.floor((from + to) / 2), to - from + 1],
    kinks: [],
    entropy: points.reduce((sum, x) => sum - (share(x) === 0 ? 0 : share(x) * Math.log(share(x))), 0),
    points: carriers,
  };
}

const indices = (count: number) => Float64Array.from({ length: count }, (_, i) => i);

/** What is known of a distribution on numbers; undefined for those on vectors and matrices. */
export function lawOf(distribution: AnyDistribution): Law | undefined {
  const value = distribution as VectorDistribution;
  switch (value.family) {
    case 'categorical':
      return tableLaw(value.family, indices(value.probabilities.length), value.probabilities);
    case 'poissonBinomial':
      return tableLaw(value.family, indices(value.probabilities.length + 1), poissonBinomialMasses(value.probabilities));
    case 'samples':
      return tableLaw(value.family, value.values, value.shares);
    case 'multinomial':
    case 'dirichlet':
    case 'multivariateNormal':
    case 'wishart':
      return undefined;
  }
  const of = FAMILIES.get(distribution.family) as Family;
  return univariateLaw(of, argumentsOf(of, distribution));
}

/** Refuses what no constructor of this sub-path made. */
export function checkDistribution(argument: string, value: unknown): asserts value is AnyDistribution {
  const name = (value as { family?: unknown } | null | undefined)?.family;
  const known = ['categorical', 'multinomial', 'poissonBinomial', 'dirichlet', 'multivariateNormal', 'wishart', 'samples'];
  if (typeof name === 'string' && (FAMILIES.has(name) || known.includes(name)) && Object.isFrozen(value)) return;
  const expected = 'a distribution made by surprisal/families, as in normal({ mean: 0, std: 1 })';
  throw new SurprisalError('ERR_KIND', `"${argument}" expected ${expected}, got ${JSON.stringify(value)}`, { argument, value, expected });
}
