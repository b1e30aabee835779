/**
 * Rows beyond the range of the lanes (entries near 1e±300, or masses on scales too far apart): one entry at a time, in f64, on mantissas
 * and exponents, so that no ratio overflows. Generic over the type of the input: one body serves f32 and f64. Slow (some 30 ns an entry), rare.
 *
 * Error   as the lanes: each term 20 ULP at most; sums by TwoSum.
 */
import { atanhExcess, exponentOf, phiOne, scale, twoAtanh } from './scalar';

/** Which divergence. */
export const KL: i32 = 0;
export const JEFFREYS: i32 = 1;
export const JENSEN_SHANNON: i32 = 2;

const LN2_STEP: f64 = 6.610366635894254e-7; // ln2·2⁻²⁰, as in scalar.ts
/** Below this a scaled entry no longer counts for a sum of order 1. */
const NEGLIGIBLE: f64 = 1e-290;

@inline function entry<I>(p: usize, i: i32): f64 {
  return <f64>load<I>(p + <usize>i * sizeof<I>());
}

/** The rounding error of t = s + x (TwoSum). */
@inline function error(s: f64, x: f64, t: f64): f64 {
  const b = t - s;
  return s - (t - b) + (x - b);
}

@inline function isMass(x: f64): bool {
  return x >= 0 && x < Infinity;
}

/** The largest entry, or NaN where one is negative, infinite or NaN. */
function largestMass<I>(p: usize, cols: i32): f64 {
  let m: f64 = 0;
  for (let i = 0; i < cols; i++) {
    const x = entry<I>(p, i);
    if (!isMass(x)) return NaN;
    if (x > m) m = x;
  }
  return m;
}

/** Σ entries · 2⁻ᵉ, without the largest where `without` is its value (once). */
function massSum<I>(p: usize, cols: i32, e: i32, without: f64): f64 {
  let s: f64 = 0, c: f64 = 0, skip = without > 0;
  for (let i = 0; i < cols; i++) {
    const raw = entry<I>(p, i);
    if (skip && raw == without) {
      skip = false;
      continue;
    }
    const x = scale(raw, -e), t = s + x;
    c += error(s, x, t);
    s = t;
  }
  return s + c;
}

/** KL, Jeffreys or Jensen–Shannon of one row; NaN for a row that breaks its domain. */
export function robustDivergence<I>(op: i32, p: usize, q: usize, cols: i32, normalize: bool): f64 {
  const largestP = largestMass<I>(p, cols), largestQ = largestMass<I>(q, cols);
  if (!(largestP >= 0 && largestQ >= 0)) return NaN;
  if (normalize && (largestP == 0 || largestQ == 0)) return NaN;
  if (largestP == 0 && largestQ == 0) return 0;
  let ep = largestP > 0 ? exponentOf(largestP) : -1074, eq = largestQ > 0 ? exponentOf(largestQ) : -1074;
  if (!normalize) ep = eq = max(ep, eq);

  // eta = (P − Q)/Q brings q to the mass of p; the difference is summed by itself.
  let eta: f64 = 0, mass: f64 = 1;
  if (normalize) {
    let s: f64 = 0, c: f64 = 0;
    for (let i = 0; i < cols; i++) {
      const x = scale(entry<I>(p, i), -ep) - scale(entry<I>(q, i), -eq), t = s + x;
      c += error(s, x, t);
      s = t;
    }
    eta = (s + c) / massSum<I>(q, cols, eq, 0);
    mass = massSum<I>(p, cols, ep, 0);
  }

  let sum: f64 = 0, low: f64 = 0;
  for (let i = 0; i < cols; i++) {
    const x = entry<I>(p, i), y = entry<I>(q, i);
    if (x == 0 && y == 0) continue;
    const t = term(op, x, y, ep, eq, eta, normalize);
    if (t == Infinity) return Infinity;
    const next = sum + t;
    low += error(sum, t, next);
    sum = next;
  }
  const value = (sum + low) / mass;
  if (!normalize) return scale(value, ep);
  return value > 0 ? value : 0;
}

/** One term, in units of 2^ep. */
function term(op: i32, x: f64, y: f64, ep: i32, eq: i32, eta: f64, normalize: bool): f64 {
  const xs = scale(x, -ep), y0 = scale(y, -eq), ys = y0 * (1 + eta);
  const d = xs - y0 - y0 * eta;
  if (op == JENSEN_SHANNON) {
    const m = 0.5 * (xs + ys);
    if (m < NEGLIGIBLE) return 0;
    const a = xs < NEGLIGIBLE ? m : phiOne(xs, m, 0.5 * d);
    const b = ys < NEGLIGIBLE ? m : phiOne(ys, m, -0.5 * d);
    return 0.5 * (a + b);
  }
  if (x == 0) return op == JEFFREYS ? Infinity : normalize ? ys : 0;
  if (y == 0) return Infinity;
  const ex = exponentOf(x), ey = exponentOf(y);
  const mx = scale(x, -ex), my = scale(y, -ey) * (1 + eta);
  const em = exponentOf(my / mx * 1.3333333333333333); // y's mantissa within [2/3, 3/2] of x's after this step
  const near = scale(my, -em);
  const k = ex - ep - (ey - eq) - em;
  const s = k == 0 ? d / (xs + ys) : (mx - near) / (mx + near);
  const far = <f64>k * 1048576 * LN2_STEP;
  const ratio = twoAtanh(s) + far;
  if (op == JEFFREYS) return d * ratio;
  if (!normalize) return xs * ratio;
  // φ: for k = 0 nothing cancels; elsewhere x·ratio − x + y with the same cancellation as the lanes'.
  const atX = scale(near, ex - ep);
  const e = k == 0 ? d : xs - atX;
  return s * e + xs * atanhExcess(s) + (xs * far + (k == 0 ? 0 : ys - atX));
}

/** Σ w·log(S/x)/Σw over one row, S = Σx (as given: S = 1, no division); entropy where x is w. NaN for a row that breaks its domain. */
export function robustCrossEntropy<I>(w: usize, x: usize, cols: i32, normalize: bool): f64 {
  const largestW = largestMass<I>(w, cols), largestX = largestMass<I>(x, cols);
  if (!(largestW >= 0 && largestX >= 0)) return NaN;
  if (normalize && (largestW == 0 || largestX == 0)) return NaN;
  if (largestW == 0) return 0;
  const ew = exponentOf(largestW), ex = largestX > 0 ? exponentOf(largestX) : 0;
  // In units of 2^ex: total = top + rest, with rest known apart from the top.
  const top = scale(largestX, -ex);
  const rest = normalize ? massSum<I>(x, cols, ex, largestX) : 0;
  const total = normalize ? top + rest : 1;
  let sum: f64 = 0, low: f64 = 0;
  for (let i = 0; i < cols; i++) {
    const a = entry<I>(w, i), b = entry<I>(x, i);
    if (a == 0) continue;
    if (b == 0) return Infinity;
    const eb = exponentOf(b), mb = scale(b, -eb);
    const em = exponentOf(mb / total * 1.3333333333333333);
    const near = scale(mb, -em);
    const k = (normalize ? ex : 0) - eb - em;
    const d = normalize && k == 0 && scale(b, -ex) > 0.5 * total ? rest : total - near;
    const t = scale(a, -ew) * (twoAtanh(d / (total + near)) + <f64>k * 1048576 * LN2_STEP);
    const next = sum + t;
    low += error(sum, t, next);
    sum = next;
  }
  const value = sum + low;
  return normalize ? value / massSum<I>(w, cols, ew, 0) : scale(value, ew);
}
