/** Slopes of entropy and means of families on the positive half-line. */
import { lowerGamma } from '../applications/statistics/gamma.js';
import { normalCdf, normalDensity } from '../applications/statistics/normal.js';
import { digamma, erf, erfcx, trigamma } from '../applications/statistics/special.js';
import { gammaMore, gammaSlopes, halved } from './gammaSlopes.js';
import { logRatio, ratioPower } from './math/excess.js';
import { digammaDifference, EULER, tetragamma, trigammaRest } from './math/gamma.js';
import { byPowers, massOf, type Movement, orInfinite, type Slopes } from './movement.js';

/** √(2/π) − u·E e^(−u|z|), z standard normal: from here on less than a 400th of either is left, and its series is taken, whose twelfth term is the last within 2⁻⁵³. */
const LEFT_LITTLE = 20;

function normalGap(u: number): number {
  if (u < LEFT_LITTLE) return Math.sqrt(2 / Math.PI) - u * erfcx(u * Math.SQRT1_2);
  const z = 1 / u / u;
  let sum = 1;
  for (let k = 23; k > 1; k -= 2) sum = 1 - k * z * sum;
  return Math.sqrt(2 / Math.PI) * z * sum;
}

/** Of each family. */
export const POSITIVE: Readonly<Record<string, Slopes>> = {
  exponential: { move: (e, r) => [gammaSlopes(e, 1, r)[1] as Movement], more: (e, r) => gammaMore(e, 1, r) },
  gamma: { move: gammaSlopes, more: gammaMore },
  chiSquare: { move: (e, v) => [halved(gammaSlopes(e, v / 2, 0.5)[0] as Movement)], more: (e, v) => gammaMore(e, v / 2, 0.5) },
  chi: {
    move: (e, v) => {
      const power = (k: number, unit?: number) => (orInfinite(e.power?.(k, unit)) * digammaDifference((v + k) / 2, v / 2, k / 2)) / 2;
      return [
        {
          entropy: 0.5 / v - ((v - 1) * trigammaRest(v / 2)) / 4,
          means: byPowers(power, { log: trigamma(v / 2) / 4, logVariance: tetragamma(v / 2) / 8 }),
        },
      ];
    },
    more: (e, v) => ({
      sign: (c) => (c <= 0 ? 1 : 1 - 2 * lowerGamma(v / 2, (c * c) / 2)),
      powerLog: (k, unit) => orInfinite(e.power?.(k, unit)) * ((digamma((v + k) / 2) + Math.LN2) / 2 - Math.log(unit)),
    }),
  },
  inverseGamma: {
    move: (e, a, b) => {
      const power = (k: number, unit?: number) => orInfinite(e.power?.(k, unit));
      return [
        {
          entropy: -1 / a - (1 + a) * trigammaRest(a),
          means: byPowers((k, unit) => (k < a ? power(k, unit) * digammaDifference(a - k, a, -k) : Infinity), {
            log: -trigamma(a),
            logVariance: tetragamma(a),
          }),
        },
        { entropy: 1 / b, means: byPowers((k, unit) => (k / b) * power(k, unit), { log: 1 / b, logVariance: 0 }) },
      ];
    },
    more: (e, a, b) => ({
      sign: (c) => (c <= 0 ? 1 : 2 * lowerGamma(a, b / c) - 1),
      powerLog: (k, unit) => (k < a ? orInfinite(e.power?.(k, unit)) * (logRatio(b, unit) - digamma(a - k)) : Infinity),
    }),
  },
  weibull: {
    move: (e, k, scale) => {
      const power = (j: number, unit?: number) => orInfinite(e.power?.(j, unit));
      return [
        {
          entropy: EULER / k / k - 1 / k,
          means: byPowers((j, unit) => (-power(j, unit) * digamma(1 + j / k) * j) / k / k, {
            log: EULER / k / k,
            logVariance: (-2 * orInfinite(e.logVariance)) / k,
          }),
        },
        { entropy: 1 / scale, means: byPowers((j, unit) => (j / scale) * power(j, unit), { log: 1 / scale, logVariance: 0 }) },
      ];
    },
    more: (_, k, scale) => ({ sign: (c) => (c <= 0 ? 1 : 2 * Math.exp(-((c / scale) ** k)) - 1) }),
  },
  pareto: {
    move: (e, m, a) => {
      const power = (k: number, unit?: number) => orInfinite(e.power?.(k, unit));
      const beyond = (c: number) => (m / c) ** (a - 1);
      const byMinimum = byPowers((k, unit) => (k / m) * power(k, unit), { log: 1 / m, logVariance: 0 });
      const byShape = byPowers((k, unit = 1) => (-k * ratioPower(m, unit, k)) / (a - k) ** 2, {
        log: -1 / a / a,
        logVariance: -2 / a ** 3,
      });
      return [
        {
          entropy: 1 / m,
          means: {
            ...byMinimum,
            absolute: (c) => (byMinimum.mean as number) - (c <= m ? 0 : 2 + (2 * (1 - a * beyond(c))) / (a - 1)),
          },
        },
        {
          entropy: -1 / a - 1 / a / a,
          means: {
            ...byShape,
            absolute: (c) =>
              (byShape.mean as number) + (c <= m ? 0 : (2 * m * ((1 - beyond(c)) / (a - 1) + beyond(c) * Math.log(m / c))) / (a - 1)),
          },
        },
      ];
    },
    more: (e, m, a) => ({
      sign: (c) => (c <= m ? 1 : 2 * (m / c) ** a - 1),
      powerLog: (k, unit) => orInfinite(e.power?.(k, unit)) * (logRatio(m, unit) + 1 / (a - k)),
    }),
  },
  logNormal: {
    move: (e, m, s) => {
      const power = (k: number, unit?: number) => orInfinite(e.power?.(k, unit));
      const above = (c: number) => (Math.log(c) - m) / s - s;
      const tail = (c: number) => power(1) * (1 - 2 * normalCdf(above(c)));
      return [
        {
          entropy: 1,
          means: byPowers((k, unit) => k * power(k, unit), { log: 1, logVariance: 0, absolute: (c) => (c <= 0 ? power(1) : tail(c)) }),
        },
        {
          entropy: 1 / s,
          means: byPowers((k, unit) => k * k * s * power(k, unit), {
            log: 0,
            logVariance: 2 * s,
            absolute: (c) => (c <= 0 ? s * power(1) : s * tail(c) + 2 * power(1) * normalDensity(above(c))),
          }),
        },
      ];
    },
    more: (e, m, s) => ({
      sign: (c) => (c <= 0 ? 1 : 1 - 2 * normalCdf((Math.log(c) - m) / s)),
      powerLog: (k, unit) => orInfinite(e.power?.(k, unit)) * (m - Math.log(unit) + k * s * s),
    }),
  },
  halfNormal: {
    move: (e, s) => {
      const power = (k: number, unit?: number) => (k / s) * orInfinite(e.power?.(k, unit));
      const exponential = (unit: number, c = 0) => (-normalGap(s / unit) * Math.exp(c / unit)) / unit;
      return [{ entropy: 1 / s, means: byPowers(power, { log: 1 / s, logVariance: 0, exponential }) }];
    },
    more: (e, s) => ({
      sign: (c) => (c <= 0 ? 1 : 1 - 2 * erf(c / s / Math.SQRT2)),
      tilted: (unit, c) => s * normalGap(s / unit) * Math.exp(c / unit) - c * massOf(e)(unit, c),
      powerLog: (k, unit) => orInfinite(e.power?.(k, unit)) * (logRatio(s, unit) + (digamma((1 + k) / 2) + Math.LN2) / 2),
    }),
  },
};
