/** Slopes of entropy and means of families on an interval. */
import { lowerBeta, trigamma } from '../applications/statistics/special.js';
import { logitOf } from './bounded.js';
import type { Expectations } from './family.js';
import { digammaDifference, tetragamma, trigammaRest } from './math/gamma.js';
import { tiltMeanDifference, tiltMoments } from './math/tilted.js';
import { byPowers, massOf, movedAbsolute, orInfinite, REACHED, type Slopes } from './movement.js';
import { uniformSlopes } from './uniformSlopes.js';

/** Of each family. */
export const BOUNDED: Readonly<Record<string, Slopes>> = {
  uniform: uniformSlopes,
  beta: {
    move: (e, a, b) => {
      const s = a + b;
      const power = (k: number, unit?: number) => orInfinite(k === 2 ? e.square?.(0, unit) : e.power?.(k, unit));
      const means = (by: (k: number) => number): Expectations => byPowers((k, unit) => power(k, unit) * by(k));
      /** E |x − c| by a or by b, `by` the slope of E x and `log` E log x or E log(1 − x); above c it is 1 − x below 1 − c. Undefined where doubles reach all mass at neither end. */
      const absolute = (shape: 'a' | 'b', by: number, log: number) => (c: number) => {
        if (c <= 0 || c >= 1) return c <= 0 ? by : -by;
        if (Math.max(a, b) < REACHED) return undefined;
        const isBelow = a >= REACHED && (c < a / s || b < REACHED);
        const score = (x: number) => ((shape === 'a') === isBelow ? Math.log(x) : Math.log1p(-x)) - log;
        return isBelow ? movedAbsolute('beta', [a, b], score, c, by, -1) : movedAbsolute('beta', [b, a], score, 1 - c, -by, -1);
      };
      const [first, second] = [b / s / s, -a / s / s];
      return [
        {
          entropy: 1 / a - 2 / s + (s - 2) * trigammaRest(s) - (a - 1) * trigammaRest(a),
          means: {
            ...means((k) => digammaDifference(a + k, a, k) - digammaDifference(s + k, s, k)),
            log: trigamma(a) - trigamma(s),
            logVariance: tetragamma(a) - tetragamma(s),
            logComplement: -trigamma(s),
            absolute: absolute('a', first, e.log as number),
          },
        },
        {
          entropy: 1 / b - 2 / s + (s - 2) * trigammaRest(s) - (b - 1) * trigammaRest(b),
          means: {
            ...means((k) => -digammaDifference(s + k, s, k)),
            log: -trigamma(s),
            logVariance: -tetragamma(s),
            logComplement: trigamma(b) - trigamma(s),
            absolute: absolute('b', second, e.logComplement as number),
          },
        },
      ];
    },
    more: (e, a, b) => ({
      sign: (c) => (c <= 0 ? 1 : c >= 1 ? -1 : 1 - 2 * lowerBeta(c, a, b)),
      powerLog: (k, unit) => orInfinite(e.power?.(k, unit)) * (digammaDifference(a + k, a + b + k, -b) - Math.log(unit)),
    }),
  },
  continuousBernoulli: {
    move: (e, p) => {
      const t = logitOf(p);
      const by = 1 / (p * (1 - p));
      const { mean, variance, third } = tiltMoments(t);
      /** Cov(x, (x − c)⁺), 0 < c < 1: above c it is a distribution of the same kind on [c, 1]. */
      const above = (c: number) => {
        const rest = 1 - c;
        const share = t === 0 ? rest : -Math.expm1(-t * rest) / -Math.expm1(-t);
        const on = tiltMoments(t * rest);
        return share * rest * ((c - mean) * on.mean + rest * (on.variance + on.mean ** 2));
      };
      return [
        {
          entropy: -t * variance * by,
          means: {
            mean: variance * by,
            square: (c, unit = 1) => ((third + 2 * (mean - c) * variance) * by) / unit / unit,
            absolute: (c) => (c <= 0 ? variance : c >= 1 ? -variance : 2 * above(c) - variance) * by,
            exponential: (unit, c) => massOf(e)(unit, c) * tiltMeanDifference(t - 1 / unit, t, -1 / unit) * by,
          },
        },
      ];
    },
    more: (e, p) => ({
      sign: (c) => (c <= 0 ? 1 : c >= 1 ? -1 : p === 0.5 ? 1 - 2 * c : 1 - (2 * Math.expm1(logitOf(p) * c)) / Math.expm1(logitOf(p))),
      tilted: (unit, c) => massOf(e)(unit, c) * (tiltMoments(logitOf(p) - 1 / unit).mean - c),
    }),
  },
};
