/** Slopes of entropy and means of families on the whole line. */
import { normalDensity } from '../applications/statistics/normal.js';
import { digamma, erf } from '../applications/statistics/special.js';
import type { Expectations } from './family.js';
import { EULER, trigammaRestDifference } from './math/gamma.js';
import { entireExponentialIntegral } from './math/integrals.js';
import { massOf, orInfinite, type Slopes } from './movement.js';

/** Of location m and scale s: E x and E (x − c)² by both, with E x = m + shift·s and a variance of spread·s². */
const byPlace = (e: Expectations, s: number, shift: number, spread: number): readonly [Expectations, Expectations] => [
  { mean: 1, square: (c, unit = 1) => (2 * (((e.mean as number) - c) / unit)) / unit },
  { mean: shift, square: (c, unit = 1) => (2 * ((((e.mean as number) - c) / unit) * shift + spread * (s / unit))) / unit },
];

/** 1 − (b/unit)². */
const besideOne = (b: number, unit: number) => ((unit - b) / unit) * (1 + b / unit);

/** 1/u − cot u, u = π·s/unit: its series where the two cancel, and near π by what is left of that. */
function cotangentGap(s: number, unit: number): number {
  const u = (Math.PI * s) / unit;
  const z = u * u;
  if (z > 2.5) return 1 / u + 1 / Math.tan((Math.PI * (unit - s)) / unit);
  if (z > 0.04) return 1 / u - 1 / Math.tan(u);
  return u * (1 / 3 + z * (1 / 45 + z * (2 / 945 + z * (1 / 4725 + z * (2 / 93555 + (z * 1382) / 638512875)))));
}

/** Of each family. */
export const REAL: Readonly<Record<string, Slopes>> = {
  normal: {
    move: (e, m, s) => {
      const [byMean, byStd] = byPlace(e, s, 0, 1);
      const mass = massOf(e);
      const z = (c: number) => (m - c) / s;
      return [
        { entropy: 0, means: { ...byMean, absolute: (c) => erf(z(c) / Math.SQRT2), exponential: (unit, c) => -mass(unit, c) / unit } },
        {
          entropy: 1 / s,
          means: { ...byStd, absolute: (c) => 2 * normalDensity(z(c)), exponential: (unit, c) => (s / unit / unit) * mass(unit, c) },
        },
      ];
    },
    more: (e, m, s) => ({
      sign: (c) => erf((m - c) / s / Math.SQRT2),
      tilted: (unit, c) => massOf(e)(unit, c) * (m - c - s * (s / unit)),
    }),
  },
  laplace: {
    move: (e, m, b) => {
      const [byLocation, byScale] = byPlace(e, b, 0, 2);
      const mass = massOf(e);
      const u = (c: number) => Math.abs(m - c) / b;
      return [
        {
          entropy: 0,
          means: { ...byLocation, absolute: (c) => Math.sign(m - c) * -Math.expm1(-u(c)), exponential: (unit, c) => -mass(unit, c) / unit },
        },
        {
          entropy: 1 / b,
          means: {
            ...byScale,
            absolute: (c) => (1 + u(c)) * Math.exp(-u(c)),
            exponential: (unit, c) => (mass(unit, c) * 2 * (b / unit / unit)) / besideOne(b, unit),
          },
        },
      ];
    },
    more: (e, m, b) => ({
      sign: (c) => Math.sign(m - c) * -Math.expm1(-Math.abs(m - c) / b),
      tilted: (unit, c) => massOf(e)(unit, c) * (m - c - (2 * b * (b / unit)) / besideOne(b, unit)),
    }),
  },
  gumbel: {
    move: (e, m, b) => {
      const [byLocation, byScale] = byPlace(e, b, EULER, Math.PI ** 2 / 6);
      const mass = massOf(e);
      const z = (c: number) => Math.exp(-(c - m) / b);
      return [
        { entropy: 0, means: { ...byLocation, absolute: (c) => 1 - 2 * Math.exp(-z(c)), exponential: (unit, c) => -mass(unit, c) / unit } },
        {
          entropy: 1 / b,
          means: {
            ...byScale,
            absolute: (c) => 2 * entireExponentialIntegral((m - c) / b) - (2 * Math.expm1(-z(c)) * (c - m)) / b - EULER,
            exponential: (unit, c) => (digamma(1 + b / unit) * mass(unit, c)) / unit,
          },
        },
      ];
    },
    more: (e, m, b) => ({
      sign: (c) => 1 - 2 * Math.exp(-Math.exp(-(c - m) / b)),
      tilted: (unit, c) => massOf(e)(unit, c) * (m - c - b * digamma(1 + b / unit)),
    }),
  },
  logistic: {
    move: (e, m, s) => {
      const [byLocation, byScale] = byPlace(e, s, 0, Math.PI ** 2 / 3);
      const y = (c: number) => (m - c) / (2 * s);
      const mass = massOf(e);
      return [
        { entropy: 0, means: { ...byLocation, absolute: (c) => Math.tanh(y(c)), exponential: (unit, c) => -mass(unit, c) / unit } },
        {
          entropy: 1 / s,
          means: {
            ...byScale,
            absolute: (c) => orInfinite(e.absolute?.(c)) / s - 2 * y(c) * Math.tanh(y(c)),
            exponential: (unit, c) => (mass(unit, c) * Math.PI * cotangentGap(s, unit)) / unit,
          },
        },
      ];
    },
    more: (e, m, s) => ({
      sign: (c) => Math.tanh((m - c) / (2 * s)),
      tilted: (unit, c) => massOf(e)(unit, c) * (m - c - Math.PI * s * cotangentGap(s, unit)),
    }),
  },
  studentT: {
    move: (e, v, _, s) => {
      const [byLocation, byScale] = byPlace(e, s, 0, v / (v - 2));
      const byDegrees: Expectations = { mean: 0, square: (_, unit = 1) => -2 * (s / unit / (v - 2)) ** 2 };
      const entropy = ((v + 1) / 4) * trigammaRestDifference((v + 1) / 2, v / 2, 0.5); // reciprocals leave −1/(2ν), which log ν has with the other sign
      return [
        { entropy, means: byDegrees },
        { entropy: 0, means: byLocation },
        { entropy: 1 / s, means: byScale },
      ];
    },
    more: () => ({}),
  },
};
