/** The standard normal distribution, with the digits of its tails. */
import { erfcx } from './special.js';

const SQRT_HALF = Math.SQRT1_2;
const LOG_SQRT_TAU = Math.log(2 * Math.PI) / 2;

/** log P(Z > z): relatively accurate however far out; −∞ at ∞. */
export function normalLogTail(z: number): number {
  if (z < -1) return Math.log1p(-Math.exp(normalLogTail(-z)));
  return z === Infinity ? -Infinity : Math.log(erfcx(z * SQRT_HALF) / 2) - (z * z) / 2;
}

/** P(Z > z). */
export function normalTail(z: number): number {
  return z < 0 ? 1 - normalTail(-z) : z === Infinity ? 0 : (erfcx(z * SQRT_HALF) * Math.exp((-z * z) / 2)) / 2;
}

/** P(Z ≤ z). */
export function normalCdf(z: number): number {
  return normalTail(-z);
}

/** The density at z. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2 - LOG_SQRT_TAU);
}

/** z with log P(Z > z) = logTail: for tails too small for a double, too. */
export function normalQuantileOfLogTail(logTail: number): number {
  if (logTail > -Math.LN2) return -normalQuantileOfLogTail(Math.log(-Math.expm1(logTail)));
  if (logTail === -Infinity) return Infinity;
  // The logarithm of the tail is concave, so Newton from the left never leaves it; its derivative is −√(2/π)/erfcx(z/√2).
  let z = 0;
  for (let i = 0; i < 100; i++) {
    const step = (normalLogTail(z) - logTail) * erfcx(z * SQRT_HALF) * Math.sqrt(Math.PI / 2);
    z += step;
    if (Math.abs(step) <= 2 ** -52 * Math.abs(z)) break;
  }
  return z;
}

/** z with P(Z ≤ z) = p. */
export function normalQuantile(p: number): number {
  return p < 0.5 ? -normalQuantileOfLogTail(Math.log(p)) : normalQuantileOfLogTail(Math.log1p(-p));
}
