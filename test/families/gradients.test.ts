import { expect, it } from 'vitest';
import * as families from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';
import { CIRCLE, DENSITIES, MASSES, PAIRS } from './pairs.js';

const seed = seedOr(6);
const MAKERS = { ...DENSITIES, ...MASSES, ...CIRCLE };

/** Weights of central differences of order 12, at 1 … 6 steps. */
const STENCIL = [6 / 7, -15 / 56, 5 / 63, -1 / 56, 1 / 385, -1 / 5544];

type Parameters = Readonly<Record<string, number>>;
interface Pair {
  readonly p: families.AnyDistribution;
  readonly q: families.AnyDistribution;
}

/** ∂KL by one parameter of one side, and how far rounding of the divergences may put it off. */
function difference(pair: Pair, side: 'p' | 'q', name: string, share: number): [slope: number, off: number] {
  const at = (pair[side] as unknown as Parameters)[name] as number;
  const isShare = name === 'p';
  const isPlace = name === 'location' || name === 'mean' || name === 'logMean';
  const step = share * (isShare ? Math.min(at, 1 - at) : isPlace ? Math.max(1, Math.abs(at)) : at);
  let [slope, off] = [0, 0];
  for (const [i, weight] of STENCIL.entries()) {
    for (const sign of [1, -1]) {
      const moved = Object.freeze({ ...pair[side], [name]: at + sign * (i + 1) * step });
      const { p, q } = { ...pair, [side]: moved } as Pair;
      const { value, errorBound } = families.kl(p, q);
      slope += (sign * weight * value) / step;
      off += (Math.abs(weight) * errorBound) / step;
    }
  }
  return [slope, off];
}

/** Near a pole a long step is too long, and a short one loses digits of the divergence: one of these has to agree. */
const STEPS = [1e-2, 2e-3, 4e-4];

it(`gradients agree with differences of order 12, within one family and of two (seed ${seed})`, () => {
  const rng = createRng(seed);
  const make = (name: string) => (MAKERS[name] as (typeof MAKERS)[string])(rng);
  const wrong: string[] = [];
  const without = new Set<string>();
  let checked = 0;
  for (const [first, second] of PAIRS) {
    for (let run = 0; run < 3; run++) {
      const pair: Pair = { p: make(first), q: make(second) };
      const { value, method } = families.kl(pair.p, pair.q);
      if (method !== 'closed-form' || value === Infinity || first === 'categorical') continue;
      let gradient: ReturnType<typeof families.klWithGradient>['gradient'];
      try {
        ({ gradient } = families.klWithGradient(pair.p, pair.q));
      } catch {
        without.add(`${first} ‖ ${second}`);
        continue;
      }
      for (const side of ['p', 'q'] as const) {
        for (const [name, slope] of Object.entries(gradient[side]) as [string, number][]) {
          const found = STEPS.map((share) => difference(pair, side, name, share));
          checked++;
          const isRight = ([expected, off]: readonly [number, number]) =>
            Math.abs(slope - expected) <= 1e-12 * (1 + value + Math.abs(expected)) + off;
          if (!found.some(isRight)) wrong.push(`${first} ‖ ${second}, ${side}.${name}: ${slope}, differences ${found.join(' · ')}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(1200);
  expect([...without].sort()).toEqual([]);
});

it('what has no gradient in closed form says so, and an infinite divergence has NaN', () => {
  expect(errorOf(() => families.klWithGradient(families.normal(), families.studentT({ degreesOfFreedom: 3 })))).toMatchObject({
    code: 'ERR_KIND',
    argument: 'q',
  });
  expect(families.klWithGradient(families.normal(), families.exponential({ rate: 1 })).gradient).toEqual({
    p: { mean: NaN, std: NaN },
    q: { rate: NaN },
  });
});

const { beta, chi, gamma, gumbel, halfNormal, inverseGamma, laplace, logNormal, normal, studentT, vonMises, weibull } = families;

/** Digits by mpmath, 60 to 120. */
const SLOPES: readonly (readonly [string, families.AnyDistribution, families.AnyDistribution, 'p' | 'q', string, number])[] = [
  // Large shapes that nearly agree: what ψ has beyond the logarithm is a multiple of their difference.
  ['close', gamma({ shape: 659.714917059132, rate: 49212.44802401668 }), gamma({ shape: 659.7149170591316, rate: 49212.44802401788 }), 'q', 'shape', -2.491227892369401e-14],
  // log Γ(1 + r) of next to no r.
  ['shapes far apart', weibull({ shape: 3000, scale: 2 }), weibull({ shape: 0.003, scale: 1.5 }), 'p', 'scale', 1.2942615537766632e-6],
  ['scales far apart', gumbel({ location: 0.3, scale: 0.001 }), gumbel({ location: 0.2, scale: 1000 }), 'p', 'location', 1.0057215712392732e-7],
  // 1/b₂ is ten million times what is left.
  ['narrow and far away', laplace({ scale: 10 }), laplace({ location: 1000, scale: 1e-6 }), 'p', 'scale', -0.1],
  // A power of the ratio of concentrations is beyond the range.
  ['sharp', vonMises({ mean: 0.5, concentration: 1e50 }), vonMises({ mean: 1.25, concentration: 1e5 }), 'q', 'concentration', 0.268306131113679],
  // Mass that is nearer to an end than doubles tell apart was left out.
  ['mass at 1', beta({ alpha: 700, beta: 0.0375 }), laplace({ location: 0.4, scale: 0.0625 }), 'p', 'alpha', 0.0014307017091280542],
  ['mass at 1', beta({ alpha: 700, beta: 0.0375 }), laplace({ location: 0.4, scale: 0.0625 }), 'p', 'beta', -686.9658238190403],
  ['mass at 0', beta({ alpha: 0.0375, beta: 0.5 }), laplace({ location: 0.4, scale: 0.0625 }), 'p', 'alpha', -686.5388032029381],
  ['mass at 0', gamma({ shape: 0.03125, rate: 0.125 }), laplace({ location: 2, scale: 2.5 }), 'p', 'shape', -994.2537994808245],
  // Trigammas less reciprocals: what is left of 1/ν is 1/ν².
  ['many degrees of freedom', studentT({ degreesOfFreedom: 1e6 }), normal({ std: 1.5 }), 'p', 'degreesOfFreedom', 5.555542777719444e-13],
  // The location over the scale is 10⁷ times the slope.
  ['a location far out', gamma({ shape: 0.15, rate: 64 }), gumbel({ location: -2400, scale: 0.01 }), 'p', 'rate', 0.011962890625],
  // E log x is 0, and E x² or E 1/x may be 0 in doubles: the slope by q was 0 then.
  ['a mean of 0', logNormal({ logMean: 0, logStd: 1 }), gamma({ shape: 2, rate: 1 }), 'q', 'shape', 0.42278433509846713],
  ['a mean of 0', logNormal({ logMean: 0, logStd: 1 }), chi({ degreesOfFreedom: 4 }), 'q', 'degreesOfFreedom', 0.5579657578292062],
  ['a mean of 0', logNormal({ logMean: -666, logStd: 0.5 }), halfNormal({ scale: 4 }), 'q', 'scale', 0.25],
  ['a mean of 0', logNormal({ logMean: 1000, logStd: 0.5 }), inverseGamma({ shape: 3, scale: 2 }), 'q', 'scale', -1.5],
  // Squares are beyond the range, those in units of q's scale are not.
  ['far out', inverseGamma({ shape: 3, scale: 2e294 }), halfNormal({ scale: 1e294 }), 'q', 'scale', -1e-294],
  // √(2/π) and what is taken off it agree to five digits.
  ['a wide half', halfNormal({ scale: 8 }), gumbel({ location: 0.75, scale: 0.0125 }), 'p', 'scale', -1.77965506051332e22],
  ['a wide half', halfNormal({ scale: 8 }), gumbel({ location: 0.75, scale: 0.0125 }), 'q', 'scale', -6.720010876786286e26],
  ['a wide half', halfNormal({ scale: 21 }), gumbel({ location: 1, scale: 1 }), 'p', 'scale', 0.7453805119824092],
  // |x − c|·score is a hundred times what it comes to.
  ['far from the location', gamma({ shape: 7350, rate: 0.125 }), laplace({ location: 12160, scale: 2.5 }), 'p', 'shape', 3.1999319666184274],
]; // biome-ignore format: a table

it.each(SLOPES)('keep their digits, %s: %o ‖ %o, %s.%s', (_, p, q, side, name, exact) => {
  const slope = families.klWithGradient(p, q).gradient[side][name] as number;
  expect(Math.abs(slope - exact), `${slope}, expected ${exact}`).toBeLessThanOrEqual(1e-12 * Math.abs(exact));
});

it('mean distances of beta distributions whose mass doubles reach at neither end have no slope', () => {
  expect(errorOf(() => families.klWithGradient(beta({ alpha: 0.03, beta: 0.04 }), laplace({ location: 0.5 })))).toMatchObject({
    code: 'ERR_KIND',
  });
});

const { multivariateNormal, wishart } = families;

/** With h added to these entries: to both that stand for one of a symmetric matrix. */
const moved = (x: readonly number[], at: readonly number[], h: number) => x.map((y, i) => (at.includes(i) ? y + h : y));

type Members = readonly [p: families.AnyDistribution, q: families.AnyDistribution];
const COVARIANCE = [2, 0.5, 0.5, 1];
const OTHER = wishart({ degreesOfFreedom: 5.5, scale: [1, 0.2, 0.2, 3] });
const full = multivariateNormal({ mean: [1, 0], covariance: COVARIANCE });
const byStd = (std = [1.3, 0.6]) => multivariateNormal({ mean: [0, 1], std });
const lowRank = (factor = [0.7, -0.4], diagonal = [1, 2]) => multivariateNormal({ mean: [1, 0], factor, diagonal });

const ENTRIES: readonly (readonly [string, 'p' | 'q', readonly number[], (h: number, at: readonly number[]) => Members])[] = [
  ['std', 'p', [0], (h, at) => [byStd(moved([1.3, 0.6], at, h)), full]],
  ['std', 'q', [1], (h, at) => [full, byStd(moved([1.3, 0.6], at, h))]],
  ['factor', 'q', [1], (h, at) => [byStd(), lowRank(moved([0.7, -0.4], at, h))]],
  ['diagonal', 'p', [1], (h, at) => [lowRank(undefined, moved([1, 2], at, h)), byStd()]],
  ['scale', 'p', [1, 2], (h, at) => [wishart({ degreesOfFreedom: 3, scale: moved(COVARIANCE, at, h) }), OTHER]],
  ['scale', 'q', [3], (h, at) => [OTHER, wishart({ degreesOfFreedom: 3, scale: moved(COVARIANCE, at, h) })]],
];

it.each(ENTRIES)('by entries of matrices, whatever the other side is given by: %s of %s, at %o', (name, side, at, members) => {
  const slopes = families.klWithGradient(...members(0, at)).gradient[side][name] as Float64Array;
  const slope = at.reduce((sum, i) => sum + (slopes[i] as number), 0);
  const step = 1e-2;
  const value = (h: number) => families.kl(...members(h, at)).value;
  const expected = STENCIL.reduce((sum, weight, i) => sum + (weight * (value((i + 1) * step) - value(-(i + 1) * step))) / step, 0);
  expect(Math.abs(slope - expected)).toBeLessThanOrEqual(1e-11);
});

it('slopes far out: the sign of x − m is 1 on all of an interval, and ½/σ² may be beyond the range', () => {
  const { gradient } = families.klWithGradient(families.uniform({ low: 2.9, high: 4.9 }), families.laplace({ location: 1e16, scale: 14 }));
  expect(gradient.q.location).toBe(1 / 14);
  const far = families.klWithGradient(families.halfNormal({ scale: 1e-150 }), families.chi({ degreesOfFreedom: 0.5 }));
  expect((far.gradient.p.scale as number) / -5e149).toBeCloseTo(1, 12);
});
