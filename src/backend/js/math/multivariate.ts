/** Twin of the core of assembly/math/multivariateRows.ts, one row at a time: method and domain stand there. */
import type { Floats } from '../../../types.js';
import { STD, termGiven } from './gaussianTerm.js';

const SMALLEST = 4.909093465297727e-91; // 2⁻³⁰⁰
const LARGEST = 2.5822498780869086e120; // 2⁴⁰⁰
const SYMMETRY_64 = 8.673617379884035e-19; // 2⁻⁶⁰
const SYMMETRY_32 = 1.4901161193847656e-8; // 2⁻²⁶

/** What a row is worked out in: upper triangles of Σ₁ (later m), of Σ₀ or T (later R), of Σ₁ as it was where it is shared; μ₀ − μ₁; two rows besides. */
export class Workspace {
  readonly d: number;
  readonly s1: Float64Array;
  readonly s0: Float64Array;
  readonly kept: Float64Array;
  readonly gap: Float64Array;
  readonly w: Float64Array;
  readonly c: Float64Array;
  constructor(d: number) {
    this.d = d;
    this.s1 = new Float64Array(d * d);
    this.s0 = new Float64Array(d * d);
    this.kept = new Float64Array(d * d);
    this.gap = new Float64Array(d);
    this.w = new Float64Array(d);
    this.c = new Float64Array(d);
  }
}

/** Copies the upper triangle of a matrix (of a factor: of its transpose); whether it is symmetric (a lower triangle). */
export function load(kind: number, from: Floats, at: number, d: number, to: Float64Array): boolean {
  const tolerance = from instanceof Float64Array ? SYMMETRY_64 : SYMMETRY_32;
  let ok = true;
  for (let i = 0; i < d; i++) {
    const row = at + i * d;
    if (kind === STD) {
      for (let j = 0; j <= i; j++) to[j * d + i] = from[row + j] as number;
      for (let j = i + 1; j < d; j++) if (from[row + j] !== 0) ok = false;
      continue;
    }
    const limit = tolerance * (from[row + i] as number);
    for (let j = 0; j < i; j++) {
      const e = (from[row + j] as number) - (to[j * d + i] as number);
      if (!(e * e <= limit * (to[j * d + j] as number))) ok = false;
    }
    for (let j = i; j < d; j++) to[i * d + j] = from[row + j] as number;
  }
  return ok;
}

/** Whether Σ₀ is near Σ₁; w is a row of scratch. */
export function isNear(s0: Float64Array, s1: Float64Array, d: number, w: Float64Array): boolean {
  let apart = 0;
  for (let i = 0; i < d; i++) {
    const y = s1[i * d + i] as number;
    const v = 1 / y;
    const e = ((s0[i * d + i] as number) - y) * v;
    w[i] = v;
    apart += e * e;
  }
  if (!(apart < 0.5)) return false;
  let size = 0;
  for (let i = 0; i < d; i++) {
    const u = w[i] as number;
    let gaps = 0;
    let squares = 0;
    for (let j = i + 1; j < d; j++) {
      const y = s1[i * d + j] as number;
      const f = (s0[i * d + j] as number) - y;
      const v = w[j] as number;
      gaps += f * f * v;
      squares += y * y * v;
    }
    apart += u * (gaps + gaps);
    size += 1 + u * (squares + squares);
  }
  const limit = 0.01 * size;
  return apart < (0.5 < limit ? 0.5 : limit);
}

/** The divergence of what lies in the workspace, Σ₁ in `raw`; NaN where a pivot or the result is out of the domain. `isKnown`: s1 was eliminated before. */
export function divergence(kind: number, space: Workspace, raw: Float64Array, isKnown: boolean): number {
  const { d, s1, s0, gap, w, c } = space;
  const isFactor = kind === STD;
  const isFar = !isFactor && !isNear(s0, raw, d, w);
  for (let i = 0; i < d; i++) {
    if (isFactor) w[i] = s0[i * d + i] as number;
    for (let n = i * d + i; n < (i + 1) * d; n++) {
      const y = raw[n] as number;
      if (!isKnown) s1[n] = y;
      if (!isFar) s0[n] = (s0[n] as number) - y;
    }
  }
  let total = 0;
  let ok = true;
  for (let k = 0; k < d; k++) {
    const row = k * d;
    const d1 = s1[row + k] as number;
    const q = s0[row + k] as number;
    const inverse1 = 1 / d1;
    const d0 = isFactor ? (w[k] as number) : isFar ? q : d1 + q;
    const inverse0 = 1 / d0;
    if (!(d0 >= SMALLEST && inverse0 >= SMALLEST && d1 >= SMALLEST && inverse1 >= SMALLEST)) ok = false;
    for (let j = k + 1; j < d; j++) {
      let m = s1[row + j] as number;
      if (!isKnown) {
        c[j] = m;
        m *= inverse1;
        s1[row + j] = m;
      }
      if (!isFactor) {
        const t = s0[row + j] as number;
        w[j] = isFar ? t * inverse0 : m + (t - m * q) * inverse0;
      }
    }
    if (!isFactor) {
      if (!isKnown) eliminate(s1, c, 0, s1, row, k, d);
      if (isFar) eliminate(s0, s0, row, w, 0, k, d);
      else eliminateNear(s0, s1, w, q, k, d);
    }
    for (let j = k + 1; j < d; j++) s0[row + j] = (s0[row + j] as number) - (s1[row + j] as number) * q;
    s0[row + k] = inverse0;
    let sum = 0;
    for (let h = 0; h < k; h++) {
      const g = s0[h * d + k] as number;
      sum += g * (isFactor ? inverse1 : (s0[h * d + h] as number)) * g;
    }
    const v = gap[k] as number;
    for (let j = k + 1; j < d; j++) gap[j] = (gap[j] as number) - v * (s1[row + j] as number);
    for (let h = 0; h < k; h++) {
      const g = s0[h * d + k] as number;
      for (let j = k + 1; j < d; j++) s0[h * d + j] = (s0[h * d + j] as number) - g * (s1[row + j] as number);
    }
    total += termGiven(kind, v, d0, d1, inverse1, isFar ? d0 - d1 : q) + 0.5 * (sum * inverse1);
  }
  return ok && total <= LARGEST ? total : NaN;
}

/** One step of elimination: row i of s less aᵢ·b, from the diagonal on. */
function eliminate(s: Float64Array, a: Float64Array, at: number, b: Float64Array, bt: number, k: number, d: number): void {
  for (let i = k + 1; i < d; i++) {
    const f = a[at + i] as number;
    for (let j = i; j < d; j++) s[i * d + j] = (s[i * d + j] as number) - f * (b[bt + j] as number);
  }
}

/** The like for T: row i less mᵢ·t + rᵢ·l, rᵢ = tᵢ − mᵢ·q. */
function eliminateNear(s: Float64Array, m: Float64Array, l: Float64Array, q: number, k: number, d: number): void {
  const row = k * d;
  for (let i = k + 1; i < d; i++) {
    const f = m[row + i] as number;
    const r = (s[row + i] as number) - f * q;
    for (let j = i; j < d; j++) s[i * d + j] = (s[i * d + j] as number) - f * (s[row + j] as number) - r * (l[j] as number);
  }
}
