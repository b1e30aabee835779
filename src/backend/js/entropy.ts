/** Twin of assembly/kernels/entropy.ts. Formulas and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { fround } from './math/bits.js';
import { isOrdinary32, isOrdinary64, logRatio32, logRatio64, SCALE_32, SCALE_64, UNSCALE_32, UNSCALE_64 } from './math/logRatio.js';
import { robustCrossEntropy } from './math/robust.js';
import { blockSum32, blockSum64, leastOf, Running, rowSum32, rowSum64 } from './math/sums.js';

const BLOCK = 64;
const LEAST_REST_32 = 7.888609052210118e-31; // 2⁻¹⁰⁰

const terms64 = new Float64Array(BLOCK);
const terms32 = new Float32Array(BLOCK);
const running = new Running();

function largestOf(a: Floats, from: number, n: number): number {
  let most = 0;
  for (let i = from; i < from + n; i++) {
    if ((a[i] as number) > most) most = a[i] as number;
  }
  return most;
}

/** Sum of the entries that are not above `half`. */
function restSum64(x: Float64Array, from: number, cols: number, half: number): number {
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) terms64[i] = (x[from + c + i] as number) > half ? 0 : (x[from + c + i] as number);
    running.add(blockSum64(terms64, 0, n));
  }
  return running.value;
}

function restSum32(x: Float32Array, from: number, cols: number, half: number): number {
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) terms32[i] = (x[from + c + i] as number) > half ? 0 : (x[from + c + i] as number);
    running.add(blockSum32(terms32, 0, n));
  }
  return running.value;
}

function row64(w: Float64Array, a: number, x: Float64Array, b: number, cols: number, normalize: boolean): number {
  const W = rowSum64(w, a, cols);
  const S = rowSum64(x, b, cols);
  if (!(isOrdinary64(W) && isOrdinary64(S) && W > 0 && S > 0 && leastOf(w, a, cols) >= 0 && leastOf(x, b, cols) >= 0)) {
    return robustCrossEntropy(w, a, x, b, cols, normalize);
  }
  const half = normalize ? 0.5 * S : Infinity;
  const others = largestOf(x, b, cols) > half ? restSum64(x, b, cols, half) : 0;
  const rest = others / UNSCALE_64;
  const total = (normalize ? S : 1) * SCALE_64;
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) {
      const mass = (w[a + c + i] as number) * SCALE_64;
      const raw = x[b + c + i] as number;
      const y = raw * SCALE_64;
      if (y === 0) terms64[i] = mass === 0 ? 0 : Infinity;
      else terms64[i] = mass * logRatio64(total, y, raw > half ? rest : total - y);
    }
    running.add(blockSum64(terms64, 0, n));
  }
  const v = running.value * UNSCALE_64;
  return normalize ? v / W : v;
}

function row32(w: Float32Array, a: number, x: Float32Array, b: number, cols: number, normalize: boolean): number {
  const W = rowSum32(w, a, cols);
  const S = rowSum32(x, b, cols);
  if (!(isOrdinary32(W) && isOrdinary32(S) && W > 0 && S > 0 && leastOf(w, a, cols) >= 0 && leastOf(x, b, cols) >= 0)) {
    return robustCrossEntropy(w, a, x, b, cols, normalize);
  }
  const half = normalize ? fround(0.5 * S) : Infinity;
  const others = largestOf(x, b, cols) > half ? restSum32(x, b, cols, half) : 0;
  if (others > 0 && others < S * LEAST_REST_32) return robustCrossEntropy(w, a, x, b, cols, normalize);
  const rest = fround(others / UNSCALE_32);
  const total = fround((normalize ? fround(S) : 1) * SCALE_32);
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) {
      const mass = fround((w[a + c + i] as number) * SCALE_32);
      const raw = x[b + c + i] as number;
      const y = fround(raw * SCALE_32);
      if (y === 0) terms32[i] = mass === 0 ? 0 : Infinity;
      else terms32[i] = mass * logRatio32(total, y, raw > half ? rest : fround(total - y));
    }
    running.add(blockSum32(terms32, 0, n));
  }
  const v = running.value * UNSCALE_32;
  return normalize ? v / W : v;
}

const cross =
  (row: (w: never, a: number, x: never, b: number, cols: number, normalize: boolean) => number, last: number): Kernel =>
  (inputs, steps, rows, cols, params, out) => {
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[last] as number);
      out[r] = row(inputs[0] as never, a, inputs[last] as never, b, cols, params[0] !== 0);
    }
  };

export const entropy = {
  crossEntropyRows: { f64: cross(row64, 1), f32: cross(row32, 1) },
  entropyRows: { f64: cross(row64, 0), f32: cross(row32, 0) },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
