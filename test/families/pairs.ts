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

type Numbers = Readonly<Record<string, number>>;
type Change = (parameters: Numbers, factor: number, shift: number) => Numbers;

const byPlace =
  (place: string, size: string): Change =>
  (a, factor, shift) => ({ ...a, [place]: factor * (a[place] as number) + shift, [size]: Math.abs(factor) * (a[size] as number) });
const bySize =
  (...sizes: readonly string[]): Change =>
  (a, factor) => ({ ...a, ...Object.fromEntries(sizes.map((name) => [name, factor * (a[name] as number)])) });
const byRate: Change = (a, factor) => ({ ...a, rate: (a['rate'] as number) / factor });

/** What factor·x + shift is, by family: on the line any factor, of maxima and on the half-line a positive one and no shift. */
const SYMMETRIC: Readonly<Record<string, Change>> = {
  normal: byPlace('mean', 'std'),
  laplace: byPlace('location', 'scale'),
  logistic: byPlace('location', 'scale'),
  studentT: byPlace('location', 'scale'),
  cauchy: byPlace('location', 'scale'),
};
const LINE: Readonly<Record<string, Change>> = { ...SYMMETRIC, gumbel: byPlace('location', 'scale') };
const SCALED: Readonly<Record<string, Change>> = {
  exponential: byRate,
  gamma: byRate,
  inverseGamma: bySize('scale'),
  weibull: bySize('scale'),
  pareto: bySize('minimum'),
  logNormal: (a, factor) => ({ ...a, logMean: (a['logMean'] as number) + Math.log(factor) }),
  halfNormal: bySize('scale'),
};

/** A pair beside the same one scaled, shifted and, where that is its own kind, reflected; what is wrong, or undefined. */
export function checkInvariance(rng: Rng, p: string, q: string): string | undefined {
  const isIn = (group: object) => p in group && q in group;
  const group = isIn(LINE) ? LINE : isIn(SCALED) ? SCALED : undefined;
  if (group === undefined) return undefined;
  const [factor, shift] = [scale(rng, 0.1, 10) * (isIn(SYMMETRIC) && rng.fine() < 0.5 ? -1 : 1), place(rng)];
  const pair = [p, q].map((name) => (DENSITIES[name] as Maker)(rng)) as [families.AnyDistribution, families.AnyDistribution];
  const moved = pair.map((one) => {
    const changed = (group[one.family] as Change)(one as unknown as Numbers, factor, group === LINE ? shift : 0);
    return Object.freeze({ ...changed, family: one.family });
  }) as unknown as typeof pair;
  return agree(families.kl(...pair), families.kl(...moved), JSON.stringify([pair, moved]), 2 ** -50 * sensitivity(moved));
}

/** By how much of itself a relative change of every parameter moves a divergence: large near a pole. 0 where no gradient is known. */
function sensitivity(pair: readonly [families.AnyDistribution, families.AnyDistribution]): number {
  if (families.kl(...pair).method !== 'closed-form') return 0;
  const { gradient } = families.klWithGradient(...pair);
  const moves = [gradient.p, gradient.q].flatMap((slopes, side) =>
    Object.entries(slopes).map(([name, slope]) => Math.abs((slope as number) * ((pair[side] as unknown as Numbers)[name] as number))),
  );
  return moves.reduce((sum, x) => sum + (Number.isNaN(x) ? 0 : x), 0);
}

function agree(a: families.Result, b: families.Result, told: string, moved = 0): string | undefined {
  if (a.value === b.value) return undefined;
  // Moved parameters are rounded: a few units of each, beside what both say of themselves.
  const off = a.errorBound + b.errorBound + 2 ** -46 * (1 + a.value) + moved;
  return Math.abs(a.value - b.value) <= off ? undefined : `${told}: ${a.value} ± ${a.errorBound}, ${b.value} ± ${b.errorBound}`;
}

/** Distributions on vectors and matrices beside what they are in one dimension, or in other coordinates. */
export const VECTOR_CHECKS: Readonly<Record<string, (rng: Rng) => string | undefined>> = {
  dirichlet: (rng) => {
    const [a, b] = [0, 1].map(() => [scale(rng, 0.8, 20), scale(rng, 0.8, 20)]) as [[number, number], [number, number]];
    const as = ([alpha, beta]: [number, number]) => families.beta({ alpha, beta });
    const found = families.kl(families.dirichlet({ concentration: a }), families.dirichlet({ concentration: b }));
    return agree(found, families.kl(as(a), as(b), { method: 'quadrature' }), `dirichlet ${a} ‖ ${b}`);
  },
  multinomial: (rng) => {
    const [n, p, q] = [1 + Math.floor(30 * rng.fine()), 0.01 + 0.98 * rng.fine(), 0.01 + 0.98 * rng.fine()];
    const as = (x: number) => families.multinomial({ n, probabilities: [x, 1 - x] });
    const other = families.kl(families.binomial({ n, p }), families.binomial({ n, p: q }), { method: 'sum' });
    return agree(families.kl(as(p), as(q)), other, `multinomial ${n}, ${p} ‖ ${q}`);
  },
  wishart: (rng) => {
    const [a, b] = [0, 1].map(() => [scale(rng, 0.5, 20), scale(rng, 0.2, 5)]) as [[number, number], [number, number]];
    const as = ([degreesOfFreedom, v]: [number, number]) => families.wishart({ degreesOfFreedom, scale: [v] });
    const gamma = ([n, v]: [number, number]) => families.gamma({ shape: n / 2, rate: 1 / (2 * v) });
    return agree(families.kl(as(a), as(b)), families.kl(gamma(a), gamma(b), { method: 'quadrature' }), `wishart ${a} ‖ ${b}`);
  },
  multivariateNormal: (rng) => {
    const side = () => ({ mean: [place(rng), place(rng)] as const, std: [scale(rng, 0.3, 3), scale(rng, 0.3, 3)] as const });
    const [p, q] = [side(), side()];
    const [cos, sin] = [Math.cos(rng.fine()), Math.sin(rng.fine())];
    const turn = ({ mean: [x, y], std: [s, t] }: ReturnType<typeof side>) => {
      const [a, b] = [cos / Math.hypot(cos, sin), sin / Math.hypot(cos, sin)];
      const [v, w] = [s * s, t * t];
      const off = a * b * (v - w);
      return families.multivariateNormal({
        mean: [a * x - b * y, b * x + a * y],
        covariance: [a * a * v + b * b * w, off, off, b * b * v + a * a * w],
      });
    };
    const one = (i: 0 | 1) =>
      families.kl(families.normal({ mean: p.mean[i], std: p.std[i] }), families.normal({ mean: q.mean[i], std: q.std[i] }));
    const [first, second] = [one(0), one(1)];
    const both = { ...first, value: first.value + second.value, errorBound: first.errorBound + second.errorBound };
    return agree(families.kl(turn(p), turn(q)), both, `multivariateNormal ${JSON.stringify([p, q])}`);
  },
};
