import { describe, expect, it } from 'vitest';
import {
  type AnyDistribution,
  bernoulli,
  beta,
  binomial,
  categorical,
  cauchy,
  chi,
  chiSquare,
  continuousBernoulli,
  crossEntropy,
  dirichlet,
  entropy,
  exponential,
  gamma,
  geometric,
  gumbel,
  inverseGamma,
  kl,
  klBatch,
  klWithGradient,
  laplace,
  multinomial,
  multivariateNormal,
  negativeBinomial,
  normal,
  pareto,
  poisson,
  poissonBinomial,
  type Result,
  samples,
  studentT,
  uniform,
  vonMises,
  weibull,
  wishart,
} from '../../src/families/index.js';
import { gaussian } from '../../src/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';
import { CIRCLE, checkInvariance, checkPair, DENSITIES, MASSES, PAIRS, VECTOR_CHECKS } from './pairs.js';

const value = (p: AnyDistribution, q: AnyDistribution) => kl(p, q).value;
const seed = seedOr(6);
const expectNear = (actual: number, expected: number, relative: number) =>
  expect(Math.abs(actual - expected) / expected, `${actual}, expected ${expected}`).toBeLessThanOrEqual(relative);

describe('law 1: right by construction', () => {
  it(`every closed form agrees with sum or quadrature at random parameters, and is never negative (seed ${seed})`, () => {
    const rng = createRng(seed);
    const wrong = PAIRS.flatMap(([p, q]) => Array.from({ length: 4 }, () => checkPair(rng, p, q)).filter((text) => text !== undefined));
    expect(wrong).toEqual([]);
  });

  it(`scaled, shifted and reflected pairs agree, and vectors with what they are on numbers (seed ${seed})`, () => {
    const rng = createRng(seed);
    const moved = PAIRS.flatMap(([p, q]) => Array.from({ length: 2 }, () => checkInvariance(rng, p, q)));
    const vectors = Object.values(VECTOR_CHECKS).flatMap((check) => Array.from({ length: 4 }, () => check(rng)));
    expect([...moved, ...vectors].filter((text) => text !== undefined)).toEqual([]);
  });

  it('equal parameters give exactly 0, for every family and every way', () => {
    const rng = createRng(seed);
    for (const make of Object.values({ ...DENSITIES, ...CIRCLE, ...MASSES })) {
      const p = make(rng);
      expect(kl(p, Object.freeze({ ...p }) as AnyDistribution)).toEqual({ value: 0, method: 'closed-form', errorBound: 0 });
    }
    expect(value(dirichlet({ concentration: [1, 2] }), dirichlet({ concentration: [1, 2] }))).toBe(0);
    const scale = [2, 0.3, 0.3, 1];
    expect(value(wishart({ degreesOfFreedom: 4, scale }), wishart({ degreesOfFreedom: 4, scale }))).toBe(0);
  });

  it('parameters that differ in their last digits keep theirs: to second order, the divergence is half of Fisher’s information times the square', () => {
    const h = 2 ** -40;
    expectNear(value(gamma({ shape: 3, rate: 2 }), gamma({ shape: 3, rate: 2 + 2 * h })), (3 * h * h) / 2, 1e-11);
    expectNear(value(poisson({ rate: 2 ** 990 }), poisson({ rate: 2 ** 990 * (1 + h) })), (2 ** 990 * h * h) / 2, 1e-11);
    expectNear(value(vonMises({ concentration: 1e-3 }), vonMises({ concentration: 1e-3 + h })), (h * h) / 4, 1e-6);
    expectNear(value(continuousBernoulli({ p: 0.5 }), continuousBernoulli({ p: 0.5 + h })), (16 * h * h) / 24, 1e-11);
    expectNear(value(weibull({ shape: 2, scale: 1 }), weibull({ shape: 2, scale: 1 + h })), (4 * h * h) / 2, 1e-11);
  });

  it('scaling both sides changes nothing, nor does reflecting', () => {
    const base = value(normal({ mean: 1, std: 2 }), laplace({ location: 0.5, scale: 1 }));
    expect(value(normal({ mean: -1, std: 2 }), laplace({ location: -0.5, scale: 1 }))).toBe(base);
    expectNear(value(normal({ mean: 16, std: 32 }), laplace({ location: 8, scale: 16 })), base, 1e-14);
    expectNear(
      value(exponential({ rate: 3e-200 }), exponential({ rate: 5e-200 })),
      value(exponential({ rate: 3 }), exponential({ rate: 5 })),
      1e-14,
    );
    const [p, q] = [beta({ alpha: 2, beta: 5 }), beta({ alpha: 3, beta: 4 })];
    expectNear(value(beta({ alpha: 5, beta: 2 }), beta({ alpha: 4, beta: 3 })), value(p, q), 1e-14);
  });

  it('squares of scales beyond the range of doubles stay within it beside one of their size', () => {
    const pairs: readonly ((s: number) => readonly [AnyDistribution, AnyDistribution])[] = [
      (s) => [laplace({ scale: s }), normal({ std: 2 * s })],
      (s) => [studentT({ degreesOfFreedom: 5, location: s, scale: s }), normal({ std: 2 * s })],
      (s) => [uniform({ low: -s, high: 3 * s }), normal({ mean: s, std: 2 * s })],
      (s) => [uniform({ low: -s, high: 3 * s }), laplace({ location: s, scale: 2 * s })],
      (s) => [exponential({ rate: 1 / s }), normal({ mean: s, std: 2 * s })],
      (s) => [gamma({ shape: 3, rate: 1 / s }), normal({ std: 2 * s })],
      (s) => [weibull({ shape: 3, scale: s }), normal({ std: 2 * s })],
      (s) => [pareto({ minimum: s, shape: 3 }), normal({ std: 2 * s })],
      (s) => [inverseGamma({ shape: 3, scale: s }), normal({ std: 2 * s })],
    ];
    for (const pair of pairs) {
      const expected = value(...pair(1));
      for (const s of [1e-300, 1e-160, 1e160, 1e300]) expect(value(...pair(s)), `${pair}, ${s}`).toBeCloseTo(expected, 11);
    }
  });

  it('parameters of 1e±300 are no trouble', () => {
    for (const x of [1e-300, 1e300]) {
      expectNear(value(normal({ std: x }), normal({ std: 2 * x })), Math.LN2 - 0.375, 1e-14);
      expectNear(value(exponential({ rate: x }), exponential({ rate: 2 * x })), 1 - Math.LN2, 1e-14);
      expectNear(value(cauchy({ scale: x }), cauchy({ scale: 2 * x })), Math.log(9 / 8), 1e-14);
    }
    expect(kl(exponential({ rate: 1e-300 }), exponential({ rate: 1e300 }))).toEqual({
      value: Infinity,
      method: 'closed-form',
      errorBound: 0,
      why: 'the divergence is beyond the range of doubles',
    });
  });
});

describe('where peers are wrong', () => {
  it('Uniform(0, 1) beside Beta(1, 1), NaN in PyTorch, is 0', () => {
    expect(value(uniform(), beta({ alpha: 1, beta: 1 }))).toBe(0);
  });

  it('continuous Bernoulli beside the uniform distribution of the same support is finite, either way, and never negative', () => {
    const p = continuousBernoulli({ p: 0.3 });
    expect(value(p, uniform())).toBeGreaterThan(0);
    expect(value(uniform(), p)).toBeGreaterThan(0);
    expectNear(value(continuousBernoulli({ p: 0.5 }), continuousBernoulli({ p: 0.5 - 1e-9 })), (16e-18 / 24) * 1, 1e-6);
  });

  it('Student’s t beside a normal distribution, and the other way', () => {
    const t = studentT({ degreesOfFreedom: 5 });
    expectNear(value(t, normal({ mean: 0.7, std: 1.5 })), 0.17616022815770038, 1e-14);
    expect(kl(normal({ mean: 0.7, std: 1.5 }), studentT({ degreesOfFreedom: 3 }))).toMatchObject({ method: 'quadrature' });
    expect(kl(studentT({ degreesOfFreedom: 2 }), normal()).why).toMatch(/too heavy/);
  });

  it('categories that p does not have add nothing; those that q does not have are named', () => {
    expect(value(categorical({ probabilities: [0, 1, 1] }), categorical({ probabilities: [1, 1, 1] }))).toBeCloseTo(Math.log(1.5), 15);
    const found = kl(categorical({ probabilities: [1, 1, 1] }), categorical({ probabilities: [1, 0, 1] }));
    expect(found).toMatchObject({ value: Infinity, supportViolation: { from: 1, to: 1 } });
    expect(found.why).toMatch(/mass at 1, where q has none/);
  });

  it('binomials of different n: a sum, and Infinity where p counts higher', () => {
    expect(kl(binomial({ n: 10, p: 0.3 }), binomial({ n: 13, p: 0.36 }))).toMatchObject({ method: 'sum' });
    expect(kl(binomial({ n: 13, p: 0.3 }), binomial({ n: 10, p: 0.36 }))).toMatchObject({
      value: Infinity,
      supportViolation: { from: 11, to: 13 },
    });
  });

  it('gradients of Bernoulli at the ends of a range are what they are, and no NaN', () => {
    const { gradient } = klWithGradient(bernoulli({ p: 0 }), bernoulli({ p: 0.25 }));
    expect(gradient.p).toEqual({ p: -Infinity });
    expect(gradient.q['p']).toBeCloseTo(1 / 0.75, 15);
  });

  it('the seven pairs beside Laplace that PyTorch leaves out have closed forms', () => {
    for (const name of ['beta', 'continuousBernoulli', 'exponential', 'gamma', 'gumbel', 'pareto', 'uniform']) {
      const p = (DENSITIES[name] as (typeof DENSITIES)[string])(createRng(seed));
      expect(kl(p, laplace({ location: 0.5 })).method).toBe('closed-form');
    }
  });
});

describe('edges', () => {
  it('p = 0 and 1, rate 0', () => {
    expect(value(bernoulli({ p: 0 }), bernoulli({ p: 0.5 }))).toBe(Math.LN2);
    expect(value(bernoulli({ p: 1 }), bernoulli({ p: 0.5 }))).toBe(Math.LN2);
    expect(value(bernoulli({ p: 0.5 }), bernoulli({ p: 0 }))).toBe(Infinity);
    expect(value(poisson({ rate: 0 }), poisson({ rate: 3 }))).toBe(3);
    expect(value(poisson({ rate: 3 }), poisson({ rate: 0 }))).toBe(Infinity);
    expect(value(geometric({ p: 1 }), geometric({ p: 0.25 }))).toBeCloseTo(Math.log(4), 15);
  });

  it('touching and disjoint supports', () => {
    expect(kl(uniform({ low: 0, high: 1 }), uniform({ low: 1, high: 2 })).supportViolation).toEqual({ from: 0, to: 1 });
    expect(kl(pareto({ minimum: 1, shape: 2 }), pareto({ minimum: 2, shape: 2 })).supportViolation).toEqual({ from: 1, to: 2 });
    expect(kl(normal(), exponential({ rate: 1 })).why).toBe("p has mass in (−∞, 0), where q has none: q's support is [0, ∞)");
  });

  it('the violation is named from the first point that q does not have', () => {
    const three = categorical({ probabilities: [1, 1, 1] });
    const places: readonly (readonly [AnyDistribution, AnyDistribution, number, number])[] = [
      [poisson({ rate: 3 }), binomial({ n: 10, p: 0.3 }), 11, Infinity],
      [binomial({ n: 20, p: 0.3 }), binomial({ n: 10, p: 0.3 }), 11, 20],
      [poisson({ rate: 3 }), bernoulli({ p: 0.3 }), 2, Infinity],
      [poisson({ rate: 3 }), bernoulli({ p: 1 }), 0, 0],
      [three, bernoulli({ p: 0.3 }), 2, 2],
      [samples([1, 2.5, 3.5]), samples([1, 2]), 2.5, 3.5],
    ];
    for (const [p, q, from, to] of places) expect(kl(p, q).supportViolation, `${p.family} ‖ ${q.family}`).toEqual({ from, to });
    expect(kl(poisson({ rate: 3 }), binomial({ n: 10, p: 0.3 })).why).toMatch(/^p has mass in \[11, ∞\)/);
    expect(kl(uniform({ low: 0, high: 3 }), uniform({ low: 0, high: 2 })).why).toMatch(/^p has mass in \(2, 3\]/);
    expect(kl(uniform({ low: 0, high: 1 }), uniform({ low: 2, high: 3 })).why).toMatch(/^p has mass in \[0, 1\]/);
    // A category without mass is no mass that q would lack.
    expect(value(categorical({ probabilities: [1, 1, 0] }), bernoulli({ p: 0.5 }))).toBe(0);
  });

  // Digits by mpmath. G of the large parameter and of the sum agree in all digits but a few; of the last three, the rounded sums of parameters hid the shares.
  const THIN: readonly (readonly [a1: number, b1: number, a2: number, b2: number, exact: number])[] = [
    [1e-20, 3, 1e-20, 2, 1.0506593315177356e-21],
    [1e-15, 3, 1e-15, 2, 1.0506593315177352e-16],
    [1e-12, 5, 1e-12, 1, 1.1980415103842579e-12],
    [1e-10, 0.05, 1e-10, 2, 7.62067465950565e-8],
    [1e-5, 1e5, 1e-5, 2e5, 3.068553194254711e-6],
    [1e-6, 0.05, 1e-6, 2, 0.0007620520661883121],
    [1e-6, 4e16, 7e-6, 19000, 4.054287479389642],
    [1e-9, 3e-16, 1e17, 3, 3.0009990997002695e19],
    [1.5e6, 3e6, 1500000.001, 3000000.002, 1.1111112455322697e-19],
    [2e10, 5e15, 20000000003, 5000000000000001, 2.2499850000077498e-10],
    [1e18, 4e18, 1.00000001e18, 4.00000003e18, 2.49999997875],
  ];
  it.each(THIN)(
    'beta keeps its digits where one parameter is small beside the other, or both are large: %d, %d ‖ %d, %d',
    (a1, b1, a2, b2, exact) => {
      expectNear(value(beta({ alpha: a1, beta: b1 }), beta({ alpha: a2, beta: b2 })), exact, 1e-13);
      expectNear(value(beta({ alpha: b1, beta: a1 }), beta({ alpha: b2, beta: a2 })), exact, 1e-13);
      const batch = klBatch({ family: 'beta', alpha: [a1, b1], beta: [b1, a1] }, { family: 'beta', alpha: [a2, b2], beta: [b2, a2] });
      for (const got of batch) expectNear(got, exact, 1e-13);
    },
  );

  it('products of numbers beyond the range leave no NaN and nothing below 0', () => {
    const infinite: readonly (readonly [AnyDistribution, AnyDistribution])[] = [
      [inverseGamma({ shape: 0.5, scale: 1e-30 }), weibull({ shape: 12, scale: 1 })],
      [inverseGamma({ shape: 0.5, scale: 1 }), weibull({ shape: 12, scale: 1e30 })],
      [pareto({ minimum: 0.01, shape: 0.5 }), normal({ std: 1e160 })],
      [gamma({ shape: 1e-310, rate: 1 }), chiSquare({ degreesOfFreedom: 0.5 })],
    ];
    for (const [p, q] of infinite) expect(value(p, q), `${p.family} ‖ ${q.family}`).toBe(Infinity);
    // Digits by mpmath.
    expectNear(value(vonMises({ concentration: 0 }), vonMises({ mean: 1, concentration: 1e308 })), 1e308, 1e-13);
    expectNear(value(vonMises({ concentration: 1e308 }), vonMises({ concentration: 1.5e308 })), 0.04726744594591779, 1e-13);
    expectNear(value(beta({ alpha: 0.84, beta: 1e308 }), beta({ alpha: 0.645, beta: 12 })), 455.04457888047165, 1e-13);
    expectNear(value(poisson({ rate: 1e308 }), poisson({ rate: 1.5e308 })), 9.45348918918356e306, 1e-14);
    expectNear(value(gamma({ shape: 3, rate: 1e-30 }), weibull({ shape: 12, scale: 1e30 })), 43589145585.51683, 1e-13);
    // −h(p) + log π − log s + E log x²
    const thin = kl(normal(), cauchy({ scale: 1e-200 }));
    expect(
      Math.abs(thin.value - (200 * Math.LN10 + Math.log(Math.PI) - 0.5 - Math.log(2 * Math.PI) / 2 - 0.5772156649015329 - Math.LN2)),
    ).toBeLessThanOrEqual(thin.errorBound);
    expect(value(gumbel({ location: -1e80, scale: 1e187 }), gumbel({ scale: 1e-275 }))).toBe(Infinity);
    expect(errorOf(() => beta({ alpha: 1e308, beta: 1e308 }))).toMatchObject({ code: 'ERR_DOMAIN' });
  });

  it('a density beside masses, and a sample beside both', () => {
    expect(value(normal(), poisson({ rate: 1 }))).toBe(Infinity);
    expect(value(samples([0.5, 1]), normal())).toBe(Infinity);
    expect(kl(samples([0, 1, 1, 2]), poisson({ rate: 1 })).method).toBe('sum');
    expect(value(samples([0.5, 1]), poisson({ rate: 1 }))).toBe(Infinity);
    expect(crossEntropy(samples([1, 3]), normal({ mean: 2, std: 1 })).value).toBeCloseTo(0.5 + Math.log(2 * Math.PI) / 2, 14);
  });

  it('a long sum, and one whose second tail is far longer than the first', () => {
    expect(kl(poisson({ rate: 1e6 }), geometric({ p: 1e-6 })).method).toBe('sum');
    expectNear(
      value(negativeBinomial({ r: 1, p: 0.3 }), geometric({ p: 0.2 })),
      value(geometric({ p: 0.3 }), geometric({ p: 0.2 })),
      1e-15,
    );
  });

  // Digits by mpmath, sums of 60 digits. Between such p and q there is nothing of either, or q is spread so thinly that no point of it is anything.
  const FAR: readonly (readonly [AnyDistribution, AnyDistribution, number])[] = [
    [bernoulli({ p: 0.3 }), poisson({ rate: 60 }), 58.16083232927848],
    [bernoulli({ p: 0.3 }), binomial({ n: 30, p: 0.9 }), 66.78716190006698],
    [binomial({ n: 10, p: 0.3 }), poisson({ rate: 50 }), 38.58926502529642],
    [binomial({ n: 10, p: 0.3 }), poisson({ rate: 200 }), 184.43038194193676],
    [binomial({ n: 10, p: 0.3 }), binomial({ n: 100, p: 0.9 }), 210.21769710721676],
    [binomial({ n: 20, p: 0.9 }), poisson({ rate: 1 }), 35.77779668837091],
    [poisson({ rate: 3 }), negativeBinomial({ r: 200, p: 0.5 }), 125.08742905013959],
    [poisson({ rate: 200 }), negativeBinomial({ r: 3, p: 0.9 }), 446.8519414250606],
    [poisson({ rate: 3 }), negativeBinomial({ r: 2, p: 1e-8 }), 33.62884818283322],
    [poisson({ rate: 3 }), negativeBinomial({ r: 2, p: 1e-17 }), 75.07537982672604],
    [poisson({ rate: 3 }), geometric({ p: 1e-20 }), 44.12023166173235],
    [negativeBinomial({ r: 2, p: 0.1 }), negativeBinomial({ r: 3, p: 1e-19 }), 122.67110294426504],
    [negativeBinomial({ r: 3.5, p: 0.5 }), negativeBinomial({ r: 12, p: 0.02 }), 38.78519102919169],
  ];
  it.each(FAR)('far apart, or thinly spread: %o ‖ %o', (p, q, exact) => {
    const { value: got, errorBound, method } = kl(p, q);
    expect(method).toBe('sum');
    expect(Math.abs(got - exact), `${got}, expected ${exact}`).toBeLessThanOrEqual(errorBound + exact * 2 ** -52);
  });

  it('vectors: multinomial, multivariate normal of every form, Poisson-binomial', () => {
    const probabilities = [0.2, 0.8];
    const other = { n: 5, probabilities: [0.5, 0.5] };
    expectNear(
      value(multinomial({ n: 5, probabilities }), multinomial(other)),
      value(binomial({ n: 5, p: 0.2 }), binomial({ n: 5, p: 0.5 })),
      1e-14,
    );
    expect(value(multinomial({ n: 4, probabilities }), multinomial(other))).toBe(Infinity);
    const full = multivariateNormal({ mean: [1, 0], covariance: [2, 0.5, 0.5, 1] });
    const lowRank = multivariateNormal({ mean: [1, 0], factor: [1, 0.5], diagonal: [1, 0.75] });
    expect(value(full, lowRank)).toBe(0);
    const unit = multivariateNormal({ mean: [0, 0], std: [1, 1] });
    expect(value(full, unit)).toBe(gaussian.klDivergence({ mean: [1, 0], covariance: [2, 0.5, 0.5, 1] }, gaussian.standard));
    expect(value(poissonBinomial({ probabilities: [0.3, 0.3, 0.3] }), binomial({ n: 3, p: 0.3 }))).toBeLessThan(1e-30);
  });

  it('entropy and cross-entropy: closed forms agree with sums and quadrature', () => {
    const rng = createRng(seed);
    for (const [name, make] of Object.entries({ ...DENSITIES, ...CIRCLE, ...MASSES })) {
      const p = make(rng);
      const [first, second] = [entropy(p), entropy(p, { method: name in MASSES ? 'sum' : 'quadrature' })];
      expect(Math.abs(first.value - second.value), name).toBeLessThanOrEqual(first.errorBound + second.errorBound);
    }
    const [p, q] = [gamma({ shape: 2, rate: 1 }), exponential({ rate: 2 })];
    expectNear(crossEntropy(p, q).value, entropy(p).value + value(p, q), 1e-14);
  });

  // Digits by mpmath. Terms of a·log a are taken off before they are rounded: of 10³⁰ nothing else would be left.
  const LARGE: readonly (readonly [AnyDistribution, number])[] = [
    [gamma({ shape: 10, rate: 1 }), 2.53605417848098],
    [gamma({ shape: 12.5, rate: 1 }), 2.654597522274957],
    [gamma({ shape: 1e6, rate: 1 }), 8.326693478853393],
    [gamma({ shape: 1e30, rate: 1 }), 35.95771492811536],
    [inverseGamma({ shape: 1e4, scale: 1 }), -12.396505357259612],
    [inverseGamma({ shape: 1e12, scale: 1 }), -40.027593140687486],
    [chi({ degreesOfFreedom: 25 }), 1.0654261063575285],
    [chi({ degreesOfFreedom: 2e6 }), 1.072364859591325],
    [chiSquare({ degreesOfFreedom: 2e12 }), 15.234449091168614 + Math.LN2],
    [beta({ alpha: 20, beta: 30 }), -1.261978167919611],
    [beta({ alpha: 1e8, beta: 1e8 }), -8.831122612111429],
    [beta({ alpha: 1e6, beta: 3 }), -11.96793604759693],
    [beta({ alpha: 0.001, beta: 1e8 }), -1011.087498213462],
  ];
  it.each(LARGE)('entropies of large parameters stay within their bound: %o', (p, exact) => {
    const { value: got, errorBound, method } = entropy(p);
    expect(method).toBe('closed-form');
    expect(Math.abs(got - exact), `${got}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
  });

  it('the entropy of multinomial counts is the sum over all of them', () => {
    const shares = [0.2, 0.5, 0.3];
    const [n, other] = [7, [0.3, 0.3, 0.4]];
    const log = (k: number): number => (k < 2 ? 0 : Math.log(k) + log(k - 1));
    let [h, cross] = [0, 0];
    for (let a = 0; a <= n; a++) {
      for (let b = 0; a + b <= n; b++) {
        const counts = [a, b, n - a - b];
        const of = (p: readonly number[]) => counts.reduce((sum, k, i) => sum + k * Math.log(p[i] as number) - log(k), log(n));
        h -= Math.exp(of(shares)) * of(shares);
        cross -= Math.exp(of(shares)) * of(other);
      }
    }
    const [p, q] = [multinomial({ n, probabilities: shares }), multinomial({ n, probabilities: other })];
    expectNear(entropy(p).value, h, 1e-14);
    expectNear(crossEntropy(p, q).value, cross, 1e-14);
    expect(Math.abs(entropy(p).value - h)).toBeLessThanOrEqual(entropy(p).errorBound);
    expect(entropy(p).method).toBe('sum');
    expect(entropy(multinomial({ n: 1, probabilities: [1, 0, 1] })).value).toBeCloseTo(Math.LN2, 15);
    expectNear(entropy(multinomial({ n: 1e6, probabilities: [0.3, 0.7] })).value, entropy(binomial({ n: 1e6, p: 0.3 })).value, 1e-9);
    expect(crossEntropy(p, multinomial({ n: 8, probabilities: other })).value).toBe(Infinity);
    expect(errorOf(() => entropy(p, { method: 'quadrature' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'method' });
  });

  it('every family has an entropy and a cross-entropy', () => {
    const rng = createRng(seed);
    const vectors: AnyDistribution[] = [
      categorical({ probabilities: [1, 2] }),
      multinomial({ n: 3, probabilities: [1, 2] }),
      poissonBinomial({ probabilities: [0.1, 0.6] }),
      dirichlet({ concentration: [1, 2] }),
      multivariateNormal({ mean: [0, 1], std: [1, 2] }),
      multivariateNormal({ mean: [0, 1], factor: [1, 0.5], diagonal: [1, 0.75] }),
      wishart({ degreesOfFreedom: 3, scale: [2, 0.3, 0.3, 1] }),
      samples([1, 2, 2]),
    ];
    for (const p of [...vectors, ...Object.values({ ...DENSITIES, ...CIRCLE, ...MASSES }).map((make) => make(rng))]) {
      const [h, cross] = [entropy(p), crossEntropy(p, p)];
      expect(Math.abs(h.value - cross.value), p.family).toBeLessThanOrEqual(h.errorBound + cross.errorBound);
    }
  });

  it.each([
    [beta({ alpha: 5.68, beta: 0.703 }), beta({ alpha: 3.5, beta: 7.34 })],
    [beta({ alpha: 1.24, beta: 0.864 }), continuousBernoulli({ p: 0.85 })],
    [inverseGamma({ shape: 4.189793775575637, scale: 1.2079721417302216 }), gamma({ shape: 0.8037680860990882, rate: 3.335317243009676 })],
    [continuousBernoulli({ p: 0.49850443438567 }), laplace({ location: 0.9668882782021158, scale: 1.2241034935971518 })],
  ])('what doubles cannot tell near an end is in the error of quadrature: %o, %o', (p, q) => {
    const [closed, other] = [kl(p, q), kl(p, q, { method: 'quadrature' })];
    expect(Math.abs(closed.value - other.value)).toBeLessThanOrEqual(closed.errorBound + other.errorBound);
  });

  /** How often the two ways agree within what both say, and how often quadrature says that it comes to no number. */
  function compare(pairs: Iterable<readonly [AnyDistribution, AnyDistribution]>) {
    let [agreed, refused] = [0, 0];
    for (const [p, q] of pairs) {
      const closed = kl(p, q);
      let other: Result;
      try {
        other = kl(p, q, { method: 'quadrature' });
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_OPTION', argument: 'method' });
        refused++;
        continue;
      }
      const message = JSON.stringify([p, q, closed, other]);
      expect(Math.abs(closed.value - other.value), message).toBeLessThanOrEqual(closed.errorBound + other.errorBound);
      agreed++;
    }
    return { agreed, refused };
  }

  it('quadrature of a mean that lies beyond doubles says so: Pareto beside Weibull distributions of nearly its power', () => {
    const { agreed } = compare(
      [0.01, 0.1, 1, 5, 50, 1000].flatMap((k) =>
        [3e-13, 3e-11, 3e-8, 1e-5, 1e-3, 0.1, 1].flatMap((rest) =>
          [1e-3, 1, 1e3].map((scale) => [pareto({ minimum: 1, shape: k + rest }), weibull({ scale, shape: k })] as const),
        ),
      ),
    );
    expect(agreed).toBeGreaterThan(40);
  });

  it('quadrature of close distributions with heavy tails: what their difference lacks beyond doubles is not small as the difference is', () => {
    const { agreed } = compare([
      [
        inverseGamma({ shape: 0.02640624878364362, scale: 2.7959241635852874 }),
        inverseGamma({ shape: 0.029657344523221833, scale: 1.064770835193741 }),
      ],
      [
        inverseGamma({ shape: 0.047189229371995225, scale: 1.0817072940717238 }),
        inverseGamma({ shape: 0.04363245958862874, scale: 1.0989009466837993 }),
      ],
      [
        weibull({ shape: 0.037812393768281494, scale: 0.2958842680385555 }),
        weibull({ shape: 0.03959555216283745, scale: 0.29737411118499335 }),
      ],
    ]);
    expect(agreed).toBe(3);
  });

  it('quadrature gives what its mass lacks at one end the log ratios of that end', () => {
    const { value, errorBound } = kl(weibull({ shape: 0.038, scale: 1 }), laplace({ location: 0, scale: 1 }), { method: 'quadrature' });
    expect(errorBound / value).toBeLessThan(1e-12); // by those of the other end, 1e31: 2e5
  });

  it('quadrature on the circle: close means beyond a turn keep the digits of their difference', () => {
    const { agreed } = compare(
      [4.1995898354798555, -4.5, 40, 3e5, -3e8].map((mean) => [
        vonMises({ mean, concentration: 61.87852635948646 }),
        vonMises({ mean: mean * (1 + 1.1e-9), concentration: 61.87852586067196 }),
      ]),
    );
    expect(agreed).toBe(5);
  });

  it('quadrature where a power has not settled says so: log terms still raise it, and a power of x lowers it beyond doubles', () => {
    const { refused } = compare([
      [
        inverseGamma({ shape: 0.010143957709122808, scale: 8.59389667838768e-188 }),
        weibull({ shape: 0.01, scale: 3.2555374102293286e-186 }),
      ],
      [pareto({ minimum: 4.537527060753141e-224, shape: 0.010130579034528806 }), weibull({ shape: 0.01, scale: 5.670849063315002e-227 })],
    ]);
    expect(refused).toBe(2);
  });

  it('quadrature on the circle: means far out, densities that differ by less than they are rounded', () => {
    const { agreed, refused } = compare(
      [1e-19, 1e-9, 1e-3, 1, 1e8].flatMap((k) =>
        [1, 1 + 1e-12, 3].flatMap((times) =>
          [0, 0.3, 10, 1e12, 1e24].map(
            (mean) => [vonMises({ mean, concentration: k }), vonMises({ mean: 1e24, concentration: k * times })] as const,
          ),
        ),
      ),
    );
    expect({ agreed, refused }).toEqual({ agreed: 75, refused: 0 });
  });

  it('Monte Carlo is seeded and says its standard error', () => {
    const [p, q] = [normal(), studentT({ degreesOfFreedom: 3 })];
    const options = { method: 'monte-carlo', draws: 20_000, seed: 3 } as const;
    const drawn = kl(p, q, options);
    expect(kl(p, q, options)).toEqual(drawn);
    expect(Math.abs(drawn.value - value(p, q))).toBeLessThan(4 * (drawn.standardError ?? 0));
  });
});

describe('law 4: bad input gets one clear error', () => {
  it('names the parameter, its value and what was expected', () => {
    expect(errorOf(() => gamma({ shape: -1, rate: 2 }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'gamma.shape',
      value: -1,
      expected: 'a finite number > 0',
    });
    expect(errorOf(() => gamma({ shape: 1 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'gamma.rate' });
    expect(errorOf(() => gamma({ shape: 1, rate: 1, scale: 1 }))).toMatchObject({ code: 'ERR_OPTION', argument: 'gamma.scale' });
    expect(errorOf(() => normal({ sigma: 1 } as object))).toMatchObject({ code: 'ERR_OPTION', argument: 'normal.sigma' });
    expect(errorOf(() => uniform({ low: 1, high: 1 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'uniform' });
    expect(errorOf(() => exponential({ scale: 1e-320 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'exponential.scale' });
    expect(errorOf(() => categorical({ probabilities: [0.5, -1] }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'categorical.probabilities[1]',
    });
    expect(errorOf(() => kl({ family: 'norml', mean: 0, std: 1 } as never, normal()))).toMatchObject({ code: 'ERR_KIND', argument: 'p' });
    expect(errorOf(() => kl(normal(), vonMises({ concentration: 1 })))).toMatchObject({ code: 'ERR_KIND', argument: 'q' });
    expect(errorOf(() => kl(normal(), normal(), { method: 'sum' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'method' });
    expect(errorOf(() => entropy(normal(), { method: 'sum' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'method' });
    expect(errorOf(() => crossEntropy(normal(), normal(), { method: 'sum' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'method' });
    expect(errorOf(() => klWithGradient(normal(), studentT({ degreesOfFreedom: 3 })))).toMatchObject({ code: 'ERR_KIND', argument: 'q' });
  });
});
