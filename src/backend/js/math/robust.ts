/**
 * Rows beyond the range of the lanes (entries near 1e±300, masses on scales too far apart): one entry at a time, in f64, on mantissas and exponents,
 * so that no ratio overflows. The module leaves such rows to the twin (NaN); they are rare, and slow here (some 30 ns an entry).
 *
 * Error   each term 20 ULP at most, as in the lanes; sums by TwoSum.
 */
import type { Floats } from '../../../types.js';
import { atanhExcess, exponentOf, phi64, scale, twoAtanh } from './logRatio.js';
import { sumError } from './sums.js';

export const KL = 0;
export const JEFFREYS = 1;
export const JENSEN_SHANNON = 2;
/** KL as given, Σ p·log(p/q). */
export const GIVEN = 3;

const LN2_STEP = 6.610366635894254e-7;
const NEGLIGIBLE = 1e-290;
const FOUR_THIRDS = 1.3333333333333333;

function largestMass(p: Floats, at: number, cols: number): number {
  let m = 0;
  for (let i = 0; i < cols; i++) {
    const x = p[at + i] as number;
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) return Number.NaN;
    if (x > m) m = x;
  }
  return m;
}

/** Σ entries · 2⁻ᵉ, without the largest where `without` is its value (once). */
function massSum(p: Floats, at: number, cols: number, e: number, without: number): number {
  let s = 0;
  let c = 0;
  let skip = without > 0;
  for (let i = 0; i < cols; i++) {
    const raw = p[at + i] as number;
    if (skip && raw === without) {
      skip = false;
      continue;
    }
    const x = scale(raw, -e);
    const t = s + x;
    c += sumError(s, x, t);
    s = t;
  }
  return s + c;
}

/** KL, Jeffreys or Jensen–Shannon of one row; NaN for a row that breaks its domain. */
export function robustDivergence(op: number, p: Floats, a: number, q: Floats, b: number, cols: number, normalize: boolean): number {
  const largestP = largestMass(p, a, cols);
  const largestQ = largestMass(q, b, cols);
  if (!(largestP >= 0 && largestQ >= 0)) return Number.NaN;
  if (normalize && (largestP === 0 || largestQ === 0)) return Number.NaN;
  if (largestP === 0 && largestQ === 0) return 0;
  let ep = largestP > 0 ? exponentOf(largestP) : -1074;
  let eq = largestQ > 0 ? exponentOf(largestQ) : -1074;
  if (!normalize) ep = eq = ep > eq ? ep : eq;

  let eta = 0;
  let mass = 1;
  if (normalize) {
    let s = 0;
    let c = 0;
    for (let i = 0; i < cols; i++) {
      const x = scale(p[a + i] as number, -ep) - scale(q[b + i] as number, -eq);
      const t = s + x;
      c += sumError(s, x, t);
      s = t;
    }
    eta = (s + c) / massSum(q, b, cols, eq, 0);
    mass = massSum(p, a, cols, ep, 0);
  }

  let sum = 0;
  let low = 0;
  for (let i = 0; i < cols; i++) {
    const x = p[a + i] as number;
    const y = q[b + i] as number;
    if (x === 0 && y === 0) continue;
    const t = term(op, x, y, ep, eq, eta);
    if (t === Number.POSITIVE_INFINITY) return t;
    const next = sum + t;
    low += sumError(sum, t, next);
    sum = next;
  }
  const value = (sum + low) / mass;
  if (!normalize) return scale(value, ep);
  return value > 0 ? value : 0;
}

/** One term, in units of 2^ep. */
function term(op: number, x: number, y: number, ep: number, eq: number, eta: number): number {
  const xs = scale(x, -ep);
  const y0 = scale(y, -eq);
  const ys = y0 * (1 + eta);
  const d = xs - y0 - y0 * eta;
  if (op === JENSEN_SHANNON) {
    const m = 0.5 * (xs + ys);
    if (m < NEGLIGIBLE) return 0;
    const left = xs < NEGLIGIBLE ? m : phi64(xs, m, 0.5 * d);
    const right = ys < NEGLIGIBLE ? m : phi64(ys, m, -0.5 * d);
    return 0.5 * (left + right);
  }
  if (x === 0) return op === JEFFREYS ? Number.POSITIVE_INFINITY : op === GIVEN ? 0 : ys;
  if (y === 0) return Number.POSITIVE_INFINITY;
  const ex = exponentOf(x);
  const ey = exponentOf(y);
  const mx = scale(x, -ex);
  const my = scale(y, -ey) * (1 + eta);
  const em = exponentOf((my / mx) * FOUR_THIRDS);
  const near = scale(my, -em);
  const k = ex - ep - (ey - eq) - em;
  // Near the bottom of the range both are 0 once scaled; their mantissas are not.
  const s = k === 0 && xs > NEGLIGIBLE ? d / (xs + ys) : (mx - near) / (mx + near);
  const far = k * 1048576 * LN2_STEP;
  const ratio = twoAtanh(s) + far;
  if (op === JEFFREYS) return d * ratio;
  if (op === GIVEN) return xs * ratio;
  const atX = scale(near, ex - ep);
  const e = k === 0 ? d : xs - atX;
  return s * e + xs * atanhExcess(s) + (xs * far + (k === 0 ? 0 : ys - atX));
}

/** Σ w·log(S/x)/Σw over one row, S = Σx (as given: S = 1, no division). NaN for a row that breaks its domain. */
export function robustCrossEntropy(w: Floats, a: number, x: Floats, b: number, cols: number, normalize: boolean): number {
  const largestW = largestMass(w, a, cols);
  const largestX = largestMass(x, b, cols);
  if (!(largestW >= 0 && largestX >= 0)) return Number.NaN;
  if (normalize && (largestW === 0 || largestX === 0)) return Number.NaN;
  if (largestW === 0) return 0;
  const ew = exponentOf(largestW);
  const ex = largestX > 0 ? exponentOf(largestX) : 0;
  const top = scale(largestX, -ex);
  const rest = normalize ? massSum(x, b, cols, ex, largestX) : 0;
  const total = normalize ? top + rest : 1;
  let sum = 0;
  let low = 0;
  for (let i = 0; i < cols; i++) {
    const mass = w[a + i] as number;
    const y = x[b + i] as number;
    if (mass === 0) continue;
    if (y === 0) return Number.POSITIVE_INFINITY;
    const ey = exponentOf(y);
    const my = scale(y, -ey);
    const em = exponentOf((my / total) * FOUR_THIRDS);
    const near = scale(my, -em);
    const k = (normalize ? ex : 0) - ey - em;
    const d = normalize && k === 0 && scale(y, -ex) > 0.5 * total ? rest : total - near;
    const t = scale(mass, -ew) * (twoAtanh(d / (total + near)) + k * 1048576 * LN2_STEP);
    const next = sum + t;
    low += sumError(sum, t, next);
    sum = next;
  }
  const value = sum + low;
  return normalize ? value / massSum(w, a, cols, ew, 0) : scale(value, ew);
}
