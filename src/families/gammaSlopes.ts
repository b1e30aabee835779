/** Slopes of entropy and means of gamma distributions, by shape and rate. */
import { lowerGamma } from '../applications/statistics/gamma.js';
import { digamma, trigamma } from '../applications/statistics/special.js';
import type { Expectations } from './family.js';
import { digammaDifference, tetragamma, trigammaRest } from './math/gamma.js';
import { byPowers, massOf, type More, type Movement, movedAbsolute, orInfinite, REACHED } from './movement.js';

export function gammaSlopes(e: Expectations, a: number, r: number): readonly Movement[] {
  const power = (k: number, unit?: number) => orInfinite(e.power?.(k, unit));
  const mass = massOf(e);
  const byRate = byPowers((k, unit) => (-k / r) * power(k, unit), {
    log: -1 / r,
    logVariance: 0,
    exponential: (unit, c) => (mass(unit, c) * a) / (r * (r * unit + 1)),
    absolute: (c) => (-a / r / r) * (c <= 0 ? 1 : 1 - 2 * lowerGamma(a + 1, r * c)),
  });
  const byShape = byPowers((k, unit) => power(k, unit) * digammaDifference(a + k, a, k), {
    log: trigamma(a),
    logVariance: tetragamma(a),
    exponential: (unit, c) => mass(unit, c) * -Math.log1p(1 / (r * unit)),
    absolute: (c) => {
      const by = power(1) / a;
      const side = c < a / r && a >= REACHED ? -1 : 1;
      return c <= 0 ? by : movedAbsolute('gamma', [a, r], (x) => Math.log(x) - (e.log as number), c, by, side);
    },
  });
  return [
    { entropy: 1 / a + (1 - a) * trigammaRest(a), means: byShape },
    { entropy: -1 / r, means: byRate },
  ];
}

export const gammaMore = (e: Expectations, a: number, r: number): More => ({
  sign: (c) => (c <= 0 ? 1 : 1 - 2 * lowerGamma(a, r * c)),
  tilted: (unit, c) => massOf(e)(unit, c) * (a / (r + 1 / unit) - c),
  powerLog: (k, unit) => orInfinite(e.power?.(k, unit)) * (digamma(a + k) - Math.log(r) - Math.log(unit)),
});

/** Halved: of ν where a gamma distribution has the shape ν/2. */
export function halved({ entropy, means }: Movement): Movement {
  const by = <In extends unknown[]>(of: ((...x: In) => number | undefined) | undefined) => of && ((...x: In) => orNothing(of(...x)));
  const orNothing = (x: number | undefined) => (x === undefined ? undefined : x / 2);
  const { mean, log, logVariance, square, absolute, power, exponential } = means;
  return {
    entropy: entropy / 2,
    means: {
      mean: (mean as number) / 2,
      log: (log as number) / 2,
      logVariance: (logVariance as number) / 2,
      square: by(square) as never,
      absolute: by(absolute) as never,
      power: by(power) as never,
      exponential: by(exponential) as never,
    },
  };
}
