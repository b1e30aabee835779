/** A distribution with what its family knows of it: the one form in which sums, quadrature and Monte Carlo see it. */
import type { Random } from '../applications/statistics/random.js';
import { SurprisalError } from '../index.js';
import * as bounded from './bounded.js';
import * as discrete from './discrete.js';
import {
  argumentsOf,
  type Distribution,
  type Expectations,
  type Family,
  isMade,
  made,
  type MeansOff,
  shown,
  type Support,
} from './family.js';
import { logRatio, Total } from './math/excess.js';
import * as positive from './positive.js';
import * as real from './real.js';
import { TERM_ERROR } from './result.js';
import { poissonBinomialLogMasses, VECTOR_MAKERS, type VectorDistribution } from './vectors.js';

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

/** In closed form, and how far that may be off. */
export interface Entropy {
  readonly value: number;
  readonly error: number;
}

/** By the roundings of its terms: those of a large scale beside a small shape may leave little of one another. */
function entropyOf(terms: readonly number[]): Entropy {
  return {
    value: terms.reduce((sum, x) => sum + x, 0),
    error: terms.reduce((sum, x) => sum + TERM_ERROR * Math.abs(x), TERM_ERROR),
  };
}

export interface Law {
  readonly name: string;
  readonly support: Support;
  readonly logDensity: (x: number) => number;
  readonly draw: (random: Random) => number;
  readonly centre: readonly [middle: number, width: number];
  readonly spread?: number | undefined;
  readonly kinks: readonly number[];
  readonly entropy?: Entropy | undefined;
  readonly expectations?: Expectations | undefined;
  readonly crossEntropy?: ((e: Expectations) => readonly (number | undefined)[]) | undefined;
  readonly offBy?: ((by: MeansOff, e: Expectations) => number) | undefined;
  /** Points that carry all the mass, where they are few and known; whole numbers unless they are samples. */
  readonly points?: Float64Array | undefined;
}

/** The law of a member of a univariate family. */
export function univariateLaw(of: Family, args: readonly number[]): Law {
  const terms = of.entropy?.(...args);
  return {
    name: of.name,
    support: of.support(...args),
    logDensity: (x) => of.logDensity(x, ...args),
    draw: (random) => of.draw(random, ...args),
    centre: of.centre(...args),
    spread: of.spread?.(...args),
    kinks: of.kinks?.(...args) ?? [],
    entropy: terms && entropyOf(terms),
    expectations: of.expectations?.(...args),
    crossEntropy: of.crossEntropy === undefined ? undefined : (e) => of.crossEntropy?.(e, ...args) ?? [],
    offBy: of.offBy && ((by, e) => of.offBy?.(by, e, ...args) ?? 0),
  };
}

/** Log masses at given points, ascending; at 0, 1, … where none are given. */
function tableLaw(name: string, logs: Float64Array, points?: Float64Array): Law {
  const at = points && new Map(Array.from(points, (x, i) => [x, logs[i] as number]));
  const logMass = at === undefined ? (x: number) => logs[x] ?? -Infinity : (x: number) => at.get(x) ?? -Infinity;
  // Points without mass carry nothing that q would have to have.
  const carriers = (points ?? Float64Array.from(logs, (_, i) => i)).filter((x) => logMass(x) > -Infinity);
  const [from, to] = [carriers[0] as number, carriers.at(-1) as number];
  const entropy = new Total();
  for (const x of carriers) entropy.add(Math.exp(logMass(x)) * -logMass(x));
  return {
    name,
    support: { kind: 'masses', from, to },
    logDensity: logMass,
    draw: (random) => {
      let left = random.uniform();
      for (const x of carriers) {
        left -= Math.exp(logMass(x));
        if (left <= 0) return x;
      }
      return to;
    },
    centre: [Math.floor((from + to) / 2), to - from + 1],
    kinks: [],
    entropy: entropyOf([entropy.value]),
    points: carriers,
  };
}

/** Logarithms of masses, each over their sum. */
function logShares(masses: Float64Array): Float64Array {
  const total = new Total();
  for (const x of masses) total.add(x);
  return masses.map((x) => (x === 0 ? -Infinity : logRatio(x, total.value)));
}

/** What is known of a distribution on numbers; undefined for those on vectors and matrices. */
export function lawOf(distribution: AnyDistribution): Law | undefined {
  const value = distribution as VectorDistribution;
  switch (value.family) {
    case 'categorical':
      return tableLaw(value.family, logShares(value.probabilities));
    case 'poissonBinomial':
      return tableLaw(value.family, poissonBinomialLogMasses(value.probabilities));
    case 'samples':
      return tableLaw(value.family, logShares(value.shares), value.values);
    case 'multinomial':
    case 'dirichlet':
    case 'multivariateNormal':
    case 'wishart':
      return undefined;
  }
  const of = FAMILIES.get(distribution.family) as Family;
  return univariateLaw(of, argumentsOf(of, distribution));
}

/** Where a distribution on the line lies; undefined for those that cannot be moved. */
function placeOf(distribution: AnyDistribution): number | undefined {
  const name = FAMILIES.get(distribution.family)?.places?.[0];
  return name === undefined ? undefined : (distribution as unknown as Record<string, number>)[name];
}

/** Whether a parameter is in units of x. */
export const isLength = ({ places, scale }: Family, name: string) => name === scale || places?.includes(name) === true;

/** By which lengths become smaller: quadrature goes as far as a density does. */
export const SMALLER = 2 ** -256;

/**
 * Two on the line whose places are farther apart than the range of doubles, with lengths that are so much smaller, which changes no divergence; undefined for any others,
 * and where a length would lose digits.
 */
export function smaller(p: AnyDistribution, q: AnyDistribution): readonly [AnyDistribution, AnyDistribution] | undefined {
  const [from, to] = [placeOf(p), placeOf(q)];
  if (from === undefined || to === undefined || Number.isFinite(from - to)) return undefined;
  let isExact = true;
  const pair = [p, q].map((one) => {
    const of = FAMILIES.get(one.family) as Family;
    const entries = Object.entries(one as unknown as Record<string, number>).map(([name, x]) => {
      if (!isLength(of, name)) return [name, x] as const;
      isExact &&= (x * SMALLER) / SMALLER === x;
      return [name, x * SMALLER] as const;
    });
    return made(Object.fromEntries(entries));
  }) as unknown as [AnyDistribution, AnyDistribution];
  return isExact ? pair : undefined;
}

/** The laws of two distributions, both moved to where p lies at 0 if they can be: there doubles tell apart what they do not far out. */
export function lawsBesideZero(p: AnyDistribution, q: AnyDistribution): readonly [Law, Law] | undefined {
  const by = placeOf(p);
  if (by === undefined || by === 0 || placeOf(q) === undefined) return undefined;
  const [left, right] = [p, q].map((one) => {
    const of = FAMILIES.get(one.family) as Family;
    const args = Object.keys(of.parameters).map((name) => {
      const value = (one as unknown as Record<string, number>)[name] as number;
      return of.places?.includes(name) === true ? value - by : value;
    });
    return univariateLaw(of, args);
  }) as [Law, Law];
  return Number.isFinite(left.centre[0]) && Number.isFinite(right.centre[0]) ? [left, right] : undefined;
}

type Maker = (given: object) => AnyDistribution;

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ...CONSTRUCTORS.map((make) => [make.of.name, make as unknown as Maker] as const),
  ...Object.entries(VECTOR_MAKERS as unknown as Readonly<Record<string, Maker>>),
]);

/**
 * What a constructor of this sub-path made, or the same from a plain object, by structuredClone or as JSON: made anew, so that parameters are checked.
 */
export function asDistribution(argument: string, value: unknown): AnyDistribution {
  const name = (value as { family?: unknown } | null | undefined)?.family;
  const make = typeof name === 'string' ? MAKERS.get(name) : undefined;
  if (make !== undefined) return isMade(value as object) ? (value as AnyDistribution) : make(value as object);
  const expected = 'a distribution made by surprisal/families, as in normal({ mean: 0, std: 1 })';
  const got = typeof name === 'string' ? `one of family ${JSON.stringify(name)} that is none here` : shown(value);
  throw new SurprisalError('ERR_KIND', `"${argument}" expected ${expected}, got ${got}`, { argument, value, expected });
}
