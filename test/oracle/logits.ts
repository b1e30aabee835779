/** Divergences of softmaxes in 320-bit fixed point, straight from their definitions; finite logits of moderate size. */
import { divide, exp, type Fixed, fixed, logOfRatio, multiply, ONE, toNumber } from './fixed.js';

/** Probabilities, and the logarithm of the sum of exponentials. */
function normalise(z: ArrayLike<number>): { weights: Fixed[]; logSum: Fixed; values: Fixed[] } {
  const values = Array.from(z, fixed);
  let top = values[0] as Fixed;
  for (const value of values) if (value > top) top = value;
  const powers = values.map((value) => exp(value - top));
  const sum = powers.reduce((a, b) => a + b);
  return { weights: powers.map((power) => divide(power, sum)), logSum: top + logOfRatio(sum, ONE), values };
}

/** Σ w·(log w − log v). */
export function kl(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [w, v] = [normalise(a), normalise(b)];
  let sum = v.logSum - w.logSum;
  for (const [i, weight] of w.weights.entries()) sum += multiply(weight, (w.values[i] as Fixed) - (v.values[i] as Fixed));
  return toNumber(sum);
}

/** log K + Σ w·log w. */
export function klToUniform(z: ArrayLike<number>): number {
  return kl(z, new Float64Array(z.length));
}

/** The softmax as it is; in numbers below. */
export function probabilities(z: ArrayLike<number>): Fixed[] {
  return normalise(z).weights;
}

export function softmax(z: ArrayLike<number>): number[] {
  return probabilities(z).map(toNumber);
}

/** (KL(w ‖ m) + KL(v ‖ m))/2 with m = (w + v)/2. */
export function jensenShannon(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [w, v] = [normalise(a).weights, normalise(b).weights];
  let sum = 0n;
  for (const [i, p] of w.entries()) {
    const q = v[i] as Fixed;
    sum += multiply(p, logOfRatio(2n * p, p + q)) + multiply(q, logOfRatio(2n * q, p + q));
  }
  return toNumber(sum / 2n);
}

/** −Σ w·log w. */
export function entropy(z: ArrayLike<number>): number {
  const { weights, logSum, values } = normalise(z);
  return toNumber(weights.reduce((sum, weight, i) => sum - multiply(weight, values[i] as Fixed), logSum));
}

export function logSumExp(z: ArrayLike<number>): number {
  return toNumber(normalise(z).logSum);
}

/** ∂KL/∂a = w·(log(w/v) − KL) and ∂KL/∂b = v − w. */
export function klGradient(a: ArrayLike<number>, b: ArrayLike<number>): { a: number[]; b: number[] } {
  const [w, v] = [normalise(a), normalise(b)];
  const logs = w.weights.map((_, i) => (w.values[i] as Fixed) - w.logSum - ((v.values[i] as Fixed) - v.logSum));
  const mean = logs.reduce((sum, log, i) => sum + multiply(w.weights[i] as Fixed, log), 0n);
  return {
    a: w.weights.map((weight, i) => toNumber(multiply(weight, (logs[i] as Fixed) - mean))),
    b: w.weights.map((weight, i) => toNumber((v.weights[i] as Fixed) - weight)),
  };
}

/** ½·w·(log(w/m) − KL(w ‖ m)), and likewise for b. */
export function jensenShannonGradient(a: ArrayLike<number>, b: ArrayLike<number>): { a: number[]; b: number[] } {
  const [w, v] = [normalise(a).weights, normalise(b).weights];
  const half = (x: Fixed[], y: Fixed[]) => {
    const logs = x.map((p, i) => logOfRatio(2n * p, p + (y[i] as Fixed)));
    const mean = logs.reduce((sum, log, i) => sum + multiply(x[i] as Fixed, log), 0n);
    return x.map((p, i) => toNumber(multiply(p, (logs[i] as Fixed) - mean) / 2n));
  };
  return { a: half(w, v), b: half(v, w) };
}
