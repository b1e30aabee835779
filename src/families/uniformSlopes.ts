/** Slopes of entropy and means of uniform distributions: none of them is a difference over the width, which of a narrow one would leave next to nothing. */
import type { Expectations } from './family.js';
import { expExcess, logExcess, logRatio, ratioPower } from './math/excess.js';
import { massOf, orInfinite, type Slopes } from './movement.js';

/** Below this two terms of a series are within 2⁻⁵³ of it. */
const TINY = 1e-8;

/** (e^z − 1 − z)/z², |z| ≤ 1. */
const expShare = (z: number) => (Math.abs(z) < TINY ? 0.5 + z / 6 : expExcess(z) / z / z);

/** E v·e⁻ᵛ over v's largest value z, v uniform from 0 to z: (1 − (1 + z)·e⁻ᶻ)/z². */
const tiltShare = (z: number) => (z < 1 ? Math.exp(-z) * expShare(z) : (1 - (1 + z) * Math.exp(-z)) / z / z);

/** (log x − E log)/(x − other) of the mean from `other` to x. */
function logSlope(x: number, other: number): number {
  const u = (x - other) / other;
  if (Math.abs(u) < TINY) return (0.5 - u / 3) / other;
  return (u < Infinity ? logExcess(u) / u : 1) / (x - other);
}

/** What 1 is above E e^(−y·t), t uniform from 0 to 1. */
const belowOne = (y: number) => (y === 0 ? 0 : expExcess(-y) / y);

/** What moves with the end x while the other one stays: the slope of E f is (f(x) − E f)/(x − other). */
function moved(e: Expectations, x: number, other: number): Expectations {
  const d = x - other;
  const slope = (at: number, mean: number | undefined) => (at - orInfinite(mean)) / d;
  const middle = other + d / 2;
  const log = logSlope(x, other);
  const logWidth = e.log === undefined ? NaN : logRatio(x, other, d);
  return {
    mean: 0.5,
    square: (c, unit = 1) => (middle - c + d / 6) / unit / unit,
    absolute: (c) => (Math.sign(x - c) * Math.sign(other - c) >= 0 ? Math.sign(middle - c) / 2 : slope(Math.abs(x - c), e.absolute?.(c))),
    exponential: (unit, c = 0) => {
      const [z, at] = [d / unit, Math.exp((c - x) / unit)];
      return Math.abs(z) < 1 ? (-at * expShare(z)) / unit : slope(at, e.exponential?.(unit, c));
    },
    ...(e.log !== undefined && {
      power: (k: number, unit = 1) => {
        const [y, at] = [(k + 1) * logWidth, ratioPower(x, unit, k)];
        // E (t/x)ᵏ = (1 − belowOne(y))/(1 − belowOne(logWidth)), d = x·logWidth·(1 − belowOne(logWidth))
        const isNear = Math.max(Math.abs(y), Math.abs(logWidth)) < 1;
        return isNear ? at * (belowOne(y) - belowOne(logWidth)) * (logWidth / d) * (x / d) : slope(at, e.power?.(k, unit));
      },
      log,
      logVariance: log * (log * d) - orInfinite(e.logVariance) / d,
    }),
    ...(e.logComplement !== undefined && { logComplement: -logSlope(1 - x, 1 - other) }),
  };
}

export const uniformSlopes: Slopes = {
  move: (e, low, high) => [
    { entropy: -1 / (high - low), means: moved(e, low, high) },
    { entropy: 1 / (high - low), means: moved(e, high, low) },
  ],
  more: (e, low, high) => ({
    sign: (c) => (c <= low ? 1 : c >= high ? -1 : (high - c - (c - low)) / (high - low)),
    tilted: (unit, c) => massOf(e)(unit, c) * (low - c) + Math.exp((c - low) / unit) * (high - low) * tiltShare((high - low) / unit),
    // The slope of E (x/unit)ᵏ by k, k > 0.
    powerLog: (k, unit) => {
      const y = (k + 1) * (low > 0 ? logRatio(high, low, high - low) : Infinity);
      const share = y < 50 ? expExcess(y) / Math.expm1(y) : 1;
      return orInfinite(e.power?.(k, unit)) * (logRatio(high, unit) - share / (k + 1));
    },
  }),
};
