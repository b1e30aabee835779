/** Logits rows that the lanes do not take (masked differently, or spread beyond 300): one entry at a time, on rows already widened. The module leaves them to the twin. */
import type { Floats } from '../../../types.js';
import { pairSum, scratchRow } from './pairs.js';
import { em1mx, exp } from './exp.js';
import { log, log1p } from './log.js';

const SMALLEST_NORMAL = 2.2250738585072014e-308;
const LARGE = 1.1235582092889474e307;
const LEAST = 5e-324;

/** Largest entry; NaN where one is NaN or +∞, or all are −∞. */
function largest(x: Float64Array, n: number): number {
  let top = -Infinity;
  for (let i = 0; i < n; i++) {
    const v = x[i] as number;
    if (!(v < Infinity)) return NaN;
    if (v > top) top = v;
  }
  return top > -Infinity ? top : NaN;
}

/** Brings rows whose differences could overflow to a quarter; returns the factor. */
function calm(a: Float64Array, b: Float64Array, n: number): number {
  let top = 0;
  for (let i = 0; i < n; i++) {
    const u = Math.abs(a[i] as number);
    const v = Math.abs(b[i] as number);
    if (u > top && u < Infinity) top = u;
    if (v > top && v < Infinity) top = v;
  }
  if (!(top > LARGE)) return 1;
  for (let i = 0; i < n; i++) {
    a[i] = 0.25 * (a[i] as number);
    b[i] = 0.25 * (b[i] as number);
  }
  return 0.25;
}

/** Index of the largest entry of a among the classes finite in both; −1 where there is none. */
function leading(a: Float64Array, b: Float64Array, n: number): number {
  let star = -1;
  let top = -Infinity;
  for (let i = 0; i < n; i++) {
    if ((a[i] as number) > top && (b[i] as number) > -Infinity) {
      top = a[i] as number;
      star = i;
    }
  }
  return star;
}

/** What the subtraction d = x − y lost. */
function lost(x: number, y: number, d: number): number {
  const v = d - x;
  return x - (d - v) - (y + v);
}

/** Σ e^((z − top)/T) over the classes finite in z and, as `both` says, in the other row too or in z alone. */
function mass(z: Float64Array, other: Float64Array, both: boolean, n: number, top: number, temperature: number, w: Float64Array): number {
  for (let i = 0; i < n; i++) {
    const x = z[i] as number;
    w[i] = x > -Infinity && (other[i] as number) > -Infinity === both ? exp((x - top) / temperature) : 0;
  }
  return pairSum(w, n);
}

interface Relative {
  readonly c: number;
  readonly kl: number;
}

/** KL over the classes finite in both and, with `outside`, those masked in a alone; δ goes to d. */
function relative(
  a: Float64Array,
  b: Float64Array,
  n: number,
  star: number,
  topB: number,
  outside: boolean,
  temperature: number,
  w: Float64Array,
  d: Float64Array,
): Relative {
  const aStar = a[star] as number;
  const bStar = b[star] as number;
  const y = bStar - aStar;
  const ey = lost(bStar, aStar, y);
  const products = scratchRow(4, n);
  for (let i = 0; i < n; i++) {
    const u = a[i] as number;
    const v = b[i] as number;
    const inside = u > -Infinity && v > -Infinity;
    const x = v - u;
    const delta = inside ? (x - y + (lost(v, u, x) - ey)) / temperature : 0;
    w[i] = inside ? exp((u - aStar) / temperature) : 0;
    d[i] = Math.min(Math.max(delta, -Number.MAX_VALUE), Number.MAX_VALUE);
    products[i] = (w[i] as number) * (d[i] as number);
  }
  const z = pairSum(w, n);
  const c = pairSum(products, n) / z;
  const gTop = (topB - bStar) / temperature;
  if (!(Math.abs(c) < Infinity && gTop < Infinity)) return { c, kl: Infinity };
  const overflows = gTop - c > 700;
  for (let i = 0; i < n; i++) {
    const v = b[i] as number;
    const weight = w[i] as number;
    const x = (d[i] as number) - c;
    const g = (v - bStar) / temperature;
    w[i] = 0;
    if (!(v > -Infinity && (outside || (a[i] as number) > -Infinity))) continue;
    if (overflows) w[i] = exp(g - gTop);
    else if (weight >= SMALLEST_NORMAL && x <= 30) w[i] = weight * em1mx(x);
    else w[i] = exp(g - c) - (weight > 0 ? weight * (1 + x) : 0);
  }
  const sum = pairSum(w, n);
  return { c, kl: overflows ? gTop - c + (log(sum) - log(z)) : log1p(Math.max(sum, 0) / z) };
}

/** The result of a row that is no logits; its gradients are NaN too. */
export function refuse(n: number, at: number, ofA: Floats | undefined, ofB: Floats | undefined): number {
  ofA?.fill(NaN, at, at + n);
  ofB?.fill(NaN, at, at + n);
  return NaN;
}

/** KL(softmax(a/T) ‖ softmax(b/T)) of one row, and its gradients times `factor` from `at` on; a and b may be rescaled. */
export function guardedKl(
  a: Float64Array,
  b: Float64Array,
  n: number,
  temperature: number,
  factor: number,
  at: number,
  ofA: Floats | undefined,
  ofB: Floats | undefined,
): number {
  const tops = [largest(a, n), largest(b, n)] as const;
  if (!(tops[0] === tops[0] && tops[1] === tops[1])) return refuse(n, at, ofA, ofB);
  const scale = calm(a, b, n);
  const t = Math.max(temperature * scale, LEAST);
  const [topA, topB] = [tops[0] * scale, tops[1] * scale];
  let sums: Relative = { c: 0, kl: Infinity };
  if (!exceeds(a, b, n)) sums = relative(a, b, n, leading(a, b, n), topB, true, t, scratchRow(2, n), scratchRow(3, n));
  if (ofA !== undefined || ofB !== undefined) gradients(a, b, n, topA, topB, t, sums, factor, at, ofA, ofB);
  return sums.kl;
}

/** Whether a class of a is masked in b. */
function exceeds(a: Float64Array, b: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) if ((a[i] as number) > -Infinity && b[i] === -Infinity) return true;
  return false;
}

/** −w·d (0 where KL is infinite) and v − w, which is w·(e^(d − KL) − 1) where they are close. δ is in scratch row 3 where KL is finite. */
function gradients(
  a: Float64Array,
  b: Float64Array,
  n: number,
  topA: number,
  topB: number,
  temperature: number,
  { c, kl }: Relative,
  factor: number,
  at: number,
  ofA: Floats | undefined,
  ofB: Floats | undefined,
): void {
  const d = scratchRow(3, n);
  const w = scratchRow(2, n);
  const v = scratchRow(4, n);
  for (let i = 0; i < n; i++) {
    w[i] = exp(((a[i] as number) - topA) / temperature);
    v[i] = exp(((b[i] as number) - topB) / temperature);
  }
  const sumW = pairSum(w, n);
  const sumV = pairSum(v, n);
  for (let i = 0; i < n; i++) {
    const p = (w[i] as number) / sumW;
    const q = (v[i] as number) / sumV;
    const x = kl < Infinity ? (d[i] as number) - c : 0;
    // δ is 0 where a is masked, for want of a better.
    const near = p > 0 && kl < Infinity && Math.abs(x - kl) < 1;
    if (ofA !== undefined) ofA[at + i] = p > 0 ? 0 - p * x * factor : 0;
    if (ofB !== undefined) ofB[at + i] = (near ? p * (em1mx(x - kl) + (x - kl)) : q - p) * factor;
  }
}

/** In the room that the next row takes too. */
export interface SoftmaxPair {
  readonly p: Float64Array;
  readonly q: Float64Array;
  /** log p, of probabilities too that are below all numbers; −∞ where it is masked. */
  readonly logs: Float64Array;
  /** log(q/p); ±∞ where one is masked, 0 where both are. */
  readonly ratios: Float64Array;
}

/** The softmaxes p and q of a/T and b/T, one row, with log(q/p) from error-free differences of logits; a and b may be rescaled. Undefined where one is no logits. */
export function softmaxPair(a: Float64Array, b: Float64Array, n: number, temperature: number): SoftmaxPair | undefined {
  const scale = calm(a, b, n);
  const t = Math.max(temperature * scale, LEAST);
  const topA = largest(a, n);
  const topB = largest(b, n);
  if (!(topA === topA && topB === topB)) return undefined;
  const w = scratchRow(2, n);
  const ratios = scratchRow(3, n);
  const onlyA = mass(a, b, false, n, topA, t, w);
  const onlyB = mass(b, a, false, n, topB, t, w);
  const commonA = mass(a, b, true, n, topA, t, w);
  const commonB = mass(b, a, true, n, topB, t, w);
  const zA = onlyA + commonA;
  const zB = onlyB + commonB;
  const p = scratchRow(4, n);
  const q = scratchRow(5, n);
  const star = leading(a, b, n);
  let lambda = NaN;
  if (star >= 0) {
    let inner = -Infinity;
    for (let i = 0; i < n; i++) if ((a[i] as number) > -Infinity && (b[i] as number) > inner) inner = b[i] as number;
    const { c, kl } = relative(a, b, n, star, inner, false, t, w, ratios);
    // Far apart, c and the divergence are huge and cancel: log-ratios then come from the logits beside their sums.
    if (Math.abs(c) < 64) lambda = c + kl + log1p(onlyB / commonB) - log1p(onlyA / commonA);
  }
  const logs = scratchRow(8, n);
  for (let i = 0; i < n; i++) {
    const u = ((a[i] as number) - topA) / t;
    const v = ((b[i] as number) - topB) / t;
    const own = u - log(zA);
    const near = Math.abs(lambda) < Infinity ? (ratios[i] as number) - lambda : v - log(zB) - own;
    ratios[i] = u > -Infinity && v > -Infinity ? near : u > v ? -Infinity : u < v ? Infinity : 0;
    logs[i] = own;
    p[i] = exp(u) / zA;
    q[i] = exp(v) / zB;
  }
  return { p, q, logs, ratios };
}
