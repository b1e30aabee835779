/** Twin of assembly/kernels/kl.ts: the same terms, sums and decisions, one row at a time. Formulas and bounds stand there. */
import type { Kernel } from '../contract.js';
import {
  assemble32,
  assemble64,
  isOrdinary32,
  isOrdinary64,
  LN2_32,
  logRatio32,
  logRatio64,
  POWERS,
  phi32,
  phi64,
  SCALE_32,
  SCALE_64,
  step32,
  step64,
  TINY_32,
  TINY_64,
  tail32,
  UNSCALE_32,
  UNSCALE_64,
  ZERO_32,
  ZERO_64,
} from './math/logRatio.js';
import { equalMass32, equalMass64 } from './math/equalMass.js';
import { KL, robustDivergence } from './math/robust.js';
import { blockSum32, blockSum64, Running } from './math/sums.js';

const fround = Math.fround;
const BLOCK = 64;

/** Terms, entries and differences of one block. */
const terms64 = new Float64Array(BLOCK);
const terms32 = new Float32Array(BLOCK);
const difference64 = new Float64Array(BLOCK);
const difference32 = new Float32Array(BLOCK);
const sumF = new Running();
const sumP = new Running();
const sumE = new Running();

const klRows64: Kernel = (inputs, steps, rows, cols, params, out) => {
  const [p, q] = inputs as [Float64Array, Float64Array];
  const normalize = params[0] !== 0;
  const bitsP = new Int32Array(p.buffer, p.byteOffset, 2 * p.length);
  const bitsQ = new Int32Array(q.buffer, q.byteOffset, 2 * q.length);
  for (let r = 0; r < rows; r++) {
    const a = r * (steps[0] as number);
    const b = r * (steps[1] as number);
    sumF.clear();
    sumP.clear();
    sumE.clear();
    for (let c = 0; c < cols; c += BLOCK) {
      const n = Math.min(BLOCK, cols - c);
      const dense = normalize && densePhi64(p, q, bitsP, bitsQ, a + c, b + c, n);
      if (!dense) guarded64(normalize, p, q, a + c, b + c, n);
      for (let i = 0; i < n; i++) difference64[i] = (p[a + c + i] as number) - (q[b + c + i] as number);
      sumF.add(dense ? blockSum64(terms64, 0, n) : blockSum64(terms64, 0, n) * UNSCALE_64);
      sumP.add(blockSum64(p, a + c, n));
      sumE.add(blockSum64(difference64, 0, n));
    }
    const P = sumP.value;
    const E = sumE.value;
    let v = isOrdinary64(P) && isOrdinary64(P - E) ? close(normalize, sumF.value, P, E) : Number.NaN;
    if (Number.isNaN(v) && normalize) v = equalMass64(KL, p, a, q, b, cols, true, P, E);
    if (Number.isNaN(v)) v = robustDivergence(KL, p, a, q, b, cols, normalize);
    out[r] = v;
  }
};

const klRows32: Kernel = (inputs, steps, rows, cols, params, out) => {
  const [p, q] = inputs as [Float32Array, Float32Array];
  const normalize = params[0] !== 0;
  const bitsP = new Int32Array(p.buffer, p.byteOffset, p.length);
  const bitsQ = new Int32Array(q.buffer, q.byteOffset, q.length);
  for (let r = 0; r < rows; r++) {
    const a = r * (steps[0] as number);
    const b = r * (steps[1] as number);
    sumF.clear();
    sumP.clear();
    sumE.clear();
    for (let c = 0; c < cols; c += BLOCK) {
      const n = Math.min(BLOCK, cols - c);
      const dense = normalize && densePhi32(p, q, bitsP, bitsQ, a + c, b + c, n);
      if (!dense) guarded32(normalize, p, q, a + c, b + c, n);
      for (let i = 0; i < n; i++) difference32[i] = (p[a + c + i] as number) - (q[b + c + i] as number);
      sumF.add(dense ? blockSum32(terms32, 0, n) : blockSum32(terms32, 0, n) * UNSCALE_32);
      sumP.add(blockSum32(p, a + c, n));
      sumE.add(blockSum32(difference32, 0, n));
    }
    const P = sumP.value;
    const E = sumE.value;
    let v = isOrdinary32(P) && isOrdinary32(P - E) ? close(normalize, sumF.value, P, E) : Number.NaN;
    if (Number.isNaN(v) && normalize) v = equalMass32(KL, p, a, q, b, cols, true, P, E);
    if (Number.isNaN(v)) v = robustDivergence(KL, p, a, q, b, cols, normalize);
    out[r] = v;
  }
};

/** φ of n entries into terms64; false where one is too small (or no mass) for unscaled terms. */
function densePhi64(p: Float64Array, q: Float64Array, bitsP: Int32Array, bitsQ: Int32Array, a: number, b: number, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const x = p[a + i] as number;
    const y = q[b + i] as number;
    if (!(x >= TINY_64 && y >= TINY_64 && x <= LARGEST && y <= LARGEST)) return false;
    const step = step64(bitsP[2 * (a + i) + 1] as number, bitsQ[2 * (b + i) + 1] as number);
    const near = y * (POWERS[(step >> 20) + 1022] as number);
    terms64[i] = assemble64(x, y, step, near, x - near);
  }
  return true;
}

/** Above this a row is not ordinary, and POWERS need not reach. */
const LARGEST = 2.037035976334486e90;

/**
 * The same in f32, software-pipelined: entry i is finished while entry i + 1 starts, so that the long chain of roundings of one overlaps the other's.
 * (V8 rounds by converting to f32 and back: 8 cycles a step.)
 */
function densePhi32(p: Float32Array, q: Float32Array, bitsP: Int32Array, bitsQ: Int32Array, a: number, b: number, n: number): boolean {
  let x = p[a] as number;
  let y = q[b] as number;
  if (!(x >= TINY_32 && y >= TINY_32)) return false;
  let k = step32(bitsP[a] as number, bitsQ[b] as number) >> 23;
  let near = y * (POWERS[k + 1022] as number);
  let d = x - near;
  let s = fround(d / fround(x + near));
  let far = fround(fround(x * (LN2_32[k + 256] as number)) + fround(y - near));
  const last = n - 1;
  for (let i = 0; i < last; i++) {
    const x1 = p[a + i + 1] as number;
    y = q[b + i + 1] as number;
    if (!(x1 >= TINY_32 && y >= TINY_32)) return false;
    k = step32(bitsP[a + i + 1] as number, bitsQ[b + i + 1] as number) >> 23;
    near = y * (POWERS[k + 1022] as number);
    const d1 = x1 - near;
    const z = fround(s * s);
    const s1 = fround(d1 / fround(x1 + near));
    const tail = tail32(z);
    const far1 = fround(fround(x1 * (LN2_32[k + 256] as number)) + fround(y - near));
    terms32[i] = fround(s * fround(d + fround(fround(x * z) * tail))) + far;
    x = x1;
    d = d1;
    s = s1;
    far = far1;
  }
  const z = fround(s * s);
  terms32[last] = fround(s * fround(d + fround(fround(x * z) * tail32(z)))) + far;
  return true;
}

/** Guarded terms of n entries, scaled: φ, or x·log(x/y) as given. */
function guarded64(normalize: boolean, p: Float64Array, q: Float64Array, a: number, b: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const x = (p[a + i] as number) * SCALE_64;
    const y = (q[b + i] as number) * SCALE_64;
    if (!(x >= 0 && y >= 0)) terms64[i] = Number.NaN;
    else if (y === 0) terms64[i] = x === 0 ? 0 : Number.POSITIVE_INFINITY;
    else if (normalize) terms64[i] = phi64(x < ZERO_64 ? ZERO_64 : x, y);
    else terms64[i] = x === 0 ? 0 : x * logRatio64(x, y);
  }
}

function guarded32(normalize: boolean, p: Float32Array, q: Float32Array, a: number, b: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const x = fround((p[a + i] as number) * SCALE_32);
    const y = fround((q[b + i] as number) * SCALE_32);
    if (!(x >= 0 && y >= 0)) terms32[i] = Number.NaN;
    else if (y === 0) terms32[i] = x === 0 ? 0 : Number.POSITIVE_INFINITY;
    else if (normalize) terms32[i] = phi32(x < ZERO_32 ? ZERO_32 : x, y);
    else terms32[i] = x === 0 ? 0 : x * logRatio32(x, y);
  }
}

/** The row's value from its sums, or NaN where the row needs more. */
function close(normalize: boolean, F: number, P: number, E: number): number {
  if (!normalize) return F;
  const Q = P - E;
  if (!(Q >= 0.5 * P && Q <= 2 * P && P > 0)) return Number.NaN;
  const s = E / (P + Q);
  const z = s * s;
  // φ(P, Q); by its series where P and Q are close, which is nearly always
  const excess = z < 1e-6 ? s * (E + P * z * (0.6666666666666666 + z * (0.4 + z * 0.2857142857142857))) : phi64(P, Q, E);
  if (!(excess <= 0.5 * F)) return Number.NaN; // they would cancel
  const v = (F - excess) / P;
  return v < 0 ? 0 : v;
}

export const kl = { klRows: { f64: klRows64, f32: klRows32 } } satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
