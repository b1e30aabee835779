/** Random members of every family with a density, and the pairs of them that have a closed form: what the property tests and the nightly go over. */
import * as families from '../../src/families/index.js';
import type { Rng } from '../support/rng.js';

type Maker = (rng: Rng) => families.AnyDistribution;

/** Log-uniform from a to b. */
const scale = (rng: Rng, a: number, b: number) => a * (b / a) ** rng.fine();
const place = (rng: Rng) => 2 * rng.normal();

export const DENSITIES: Readonly<Record<string, Maker>> = {
  uniform: (rng) => {
    const low = 0.45 * rng.fine();
    return families.uniform({ low, high: low + 0.05 + 0.5 * rng.fine() });
  },
  beta: (rng) => families.beta({ alpha: scale(rng, 0.7, 20), beta: scale(rng, 0.7, 20) }),
  continuousBernoulli: (rng) => families.continuousBernoulli({ p: 0.01 + 0.98 * rng.fine() }),
  exponential: (rng) => families.exponential({ rate: scale(rng, 0.1, 10) }),
  gamma: (rng) => families.gamma({ shape: scale(rng, 0.7, 30), rate: scale(rng, 0.2, 5) }),
  inverseGamma: (rng) => families.inverseGamma({ shape: scale(rng, 2.5, 20), scale: scale(rng, 0.3, 5) }),
  chi: (rng) => families.chi({ degreesOfFreedom: scale(rng, 1, 30) }),
  chiSquare: (rng) => families.chiSquare({ degreesOfFreedom: scale(rng, 1.5, 30) }),
  weibull: (rng) => families.weibull({ shape: scale(rng, 0.8, 6), scale: scale(rng, 0.3, 3) }),
  pareto: (rng) => families.pareto({ minimum: scale(rng, 0.3, 3), shape: scale(rng, 2.2, 20) }),
  logNormal: (rng) => families.logNormal({ logMean: rng.normal(), logStd: scale(rng, 0.1, 1.2) }),
  halfNormal: (rng) => families.halfNormal({ scale: scale(rng, 0.2, 5) }),
  normal: (rng) => families.normal({ mean: place(rng), std: scale(rng, 0.2, 4) }),
  laplace: (rng) => families.laplace({ location: place(rng), scale: scale(rng, 0.2, 4) }),
  gumbel: (rng) => families.gumbel({ location: place(rng), scale: scale(rng, 0.3, 3) }),
  logistic: (rng) => families.logistic({ location: place(rng), scale: scale(rng, 0.2, 3) }),
  studentT: (rng) => families.studentT({ degreesOfFreedom: scale(rng, 2.5, 50), location: place(rng), scale: scale(rng, 0.2, 4) }),
  cauchy: (rng) => families.cauchy({ location: place(rng), scale: scale(rng, 0.2, 4) }),
};

export const CIRCLE: Readonly<Record<string, Maker>> = {
  vonMises: (rng) => families.vonMises({ mean: 3 * (2 * rng.fine() - 1), concentration: scale(rng, 0.05, 100) }),
};

export const MASSES: Readonly<Record<string, Maker>> = {
  bernoulli: (rng) => families.bernoulli({ p: rng.fine() }),
  binomial: (rng) => families.binomial({ n: 12, p: rng.fine() }),
  poisson: (rng) => families.poisson({ rate: scale(rng, 0.1, 50) }),
  geometric: (rng) => families.geometric({ p: 0.02 + 0.98 * rng.fine() }),
  negativeBinomial: (rng) => families.negativeBinomial({ r: 2.5, p: 0.05 + 0.9 * rng.fine() }),
  categorical: (rng) => families.categorical({ probabilities: Float64Array.from({ length: 6 }, () => rng.fine()) }),
};

/** Pairs of names on one space: of all densities, of all masses, and on the circle. */
export const PAIRS: readonly (readonly [p: string, q: string])[] = [DENSITIES, MASSES, CIRCLE].flatMap((group) =>
  Object.keys(group).flatMap((p) => Object.keys(group).map((q) => [p, q] as const)),
);

/** A closed form beside the sum or quadrature of the same pair, for random members; what is wrong, or undefined. */
export function checkPair(rng: Rng, p: string, q: string): string | undefined {
  const all = { ...DENSITIES, ...MASSES, ...CIRCLE };
  const [left, right] = [(all[p] as Maker)(rng), (all[q] as Maker)(rng)];
  const closed = families.kl(left, right);
  const told = `${JSON.stringify(left)} ‖ ${JSON.stringify(right)}`;
  if (!(closed.value >= 0)) return `${told}: ${closed.value}`;
  if (closed.value === Infinity) return closed.why === undefined ? `${told}: ∞ does not say why` : undefined;
  if (closed.method !== 'closed-form') return undefined;
  const other = families.kl(left, right, { method: p in MASSES ? 'sum' : 'quadrature' });
  if (other.method === 'monte-carlo') return undefined;
  const gap = Math.abs(closed.value - other.value);
  return gap <= closed.errorBound + other.errorBound
    ? undefined
    : `${told}: ${closed.value} ± ${closed.errorBound}, ${other.value} ± ${other.errorBound}`;
}
