/** Twin of assembly/simd/{sum,tile}.ts: row sums in the lanes' order: blocks of 64, steps of 8 (f64) or 16 (f32) entries, TwoSum across blocks. */
import { fround } from './bits.js';

const BLOCK = 64;

/** The rounding error of s = a + b. */
export function sumError(a: number, b: number, s: number): number {
  const bb = s - a;
  return a - (s - bb) + (b - bb);
}

/** A sum of block sums in index order, compensated. */
export class Running {
  #hi = 0;
  #lo = 0;
  clear(): void {
    this.#hi = 0;
    this.#lo = 0;
  }
  add(block: number): void {
    const h = this.#hi + block;
    this.#lo += sumError(this.#hi, block, h);
    this.#hi = h;
  }
  get value(): number {
    const sum = this.#hi + this.#lo;
    return sum === sum ? sum : this.#hi; // an infinite term leaves NaN in the low part
  }
}

/** Sum of n entries of a from `from`. */
export function rowSum64(a: Float64Array, from: number, n: number): number {
  if (n <= BLOCK) return blockSum64(a, from, n);
  let hi = 0;
  let lo = 0;
  for (let i = 0; i < n; i += BLOCK) {
    const block = blockSum64(a, from + i, Math.min(BLOCK, n - i));
    const h = hi + block;
    lo += sumError(hi, block, h);
    hi = h;
  }
  return hi + lo;
}

export function rowSum32(a: Float32Array, from: number, n: number): number {
  if (n <= BLOCK) return blockSum32(a, from, n);
  let hi = 0;
  let lo = 0;
  for (let i = 0; i < n; i += BLOCK) {
    const block = blockSum32(a, from + i, Math.min(BLOCK, n - i));
    const h = hi + block;
    lo += sumError(hi, block, h);
    hi = h;
  }
  return hi + lo;
}

export function blockSum64(a: Float64Array, from: number, n: number): number {
  let even = 0;
  let odd = 0;
  const end = from + n;
  for (let i = from; i < end; i += 8) {
    even += lane64(a, i, end);
    odd += lane64(a, i + 1, end);
  }
  return even + odd;
}

export function blockSum32(a: Float32Array, from: number, n: number): number {
  let even = 0;
  let odd = 0;
  const end = from + n;
  for (let i = from; i < end; i += 16) {
    even += lane32(a, i, end) + lane32(a, i + 2, end);
    odd += lane32(a, i + 1, end) + lane32(a, i + 3, end);
  }
  return even + odd;
}

/** One lane of a step of four f64 vectors from i; what lies at `end` or beyond counts as zero. */
export function lane64(a: Float64Array, i: number, end: number): number {
  if (i + 6 < end) return (a[i] as number) + (a[i + 2] as number) + ((a[i + 4] as number) + (a[i + 6] as number));
  if (i >= end) return 0;
  const first = i + 2 < end ? (a[i] as number) + (a[i + 2] as number) : (a[i] as number);
  return i + 4 < end ? first + (a[i + 4] as number) : first;
}

/** The same of f32 vectors. */
function lane32(a: Float32Array, i: number, end: number): number {
  if (i >= end) return 0;
  const first = i + 4 < end ? fround((a[i] as number) + (a[i + 4] as number)) : (a[i] as number);
  if (i + 8 >= end) return first;
  return fround(first + (i + 12 < end ? fround((a[i + 8] as number) + (a[i + 12] as number)) : (a[i + 8] as number)));
}

/** Differences of one block. */
const block64 = new Float64Array(BLOCK);
const block32 = new Float32Array(BLOCK);
const differences = new Running();

/** Sum of the n differences of a from `at` and b from `bt`. */
export function rowDifference64(a: Float64Array, at: number, b: Float64Array, bt: number, n: number): number {
  differences.clear();
  for (let c = 0; c < n; c += BLOCK) {
    const m = Math.min(BLOCK, n - c);
    for (let i = 0; i < m; i++) block64[i] = (a[at + c + i] as number) - (b[bt + c + i] as number);
    differences.add(blockSum64(block64, 0, m));
  }
  return differences.value;
}

export function rowDifference32(a: Float32Array, at: number, b: Float32Array, bt: number, n: number): number {
  differences.clear();
  for (let c = 0; c < n; c += BLOCK) {
    const m = Math.min(BLOCK, n - c);
    for (let i = 0; i < m; i++) block32[i] = (a[at + c + i] as number) - (b[bt + c + i] as number);
    differences.add(blockSum32(block32, 0, m));
  }
  return differences.value;
}

/** The smallest of n entries, NaN passed over. */
export function leastOf(a: Float32Array | Float64Array, from: number, n: number): number {
  let least = 1;
  for (let i = from; i < from + n; i++) {
    if ((a[i] as number) < least) least = a[i] as number;
  }
  return least;
}

/** Largest entry; NaN where one is no mass. */
export function largestMass(x: Float32Array | Float64Array, from: number, n: number): number {
  let most = 0;
  for (let i = from; i < from + n; i++) {
    const v = x[i] as number;
    if (!(v >= 0 && v < Infinity)) return NaN;
    if (v > most) most = v;
  }
  return most;
}
