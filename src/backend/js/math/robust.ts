/**
 * Rows beyond the range of the lanes (entries near 1e±300, masses on scales too far apart): one entry at a time, in f64, on mantissas and exponents,
 * so that no ratio overflows. The module leaves such rows to the twin (NaN); they are rare, and slow here (some 30 ns an entry).
 *
 * Error   each term 20 ULP at most, as in the lanes; sums by TwoSum.
 */
import type { Floats } from '../../../types.js';
import { em1mxShort, exp } from './exp.js';
import { log } from './log.js';
import { atanhExcess, exponentOf, LN2, nearestExponentOf, phi64, scale, times, twoAtanh } from './logRatio.js';
import { largestMass, leastOf, sumError } from './sums.js';
import {
  AFFINITY,
  atZeroX,
  atZeroY,
  COVERED,
  GIVEN,
  HELLINGER,
  highPart,
  ITAKURA_SAITO,
  isAffinity,
  JEFFREYS,
  JENSEN_SHANNON,
  KL,
  PEARSON,
  RATIO,
  SKEW,
  SUPPORT,
  TOTAL_VARIATION,
  TRIANGULAR,
} from './terms.js';

export { GIVEN, KL } from './terms.js';

const NEGLIGIBLE = 1e-290;

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

/** The divergence of one row by the terms of `op`; NaN for a row that breaks its domain. */
export function robustDivergence(
  op: number,
  p: Floats,
  a: number,
  q: Floats,
  b: number,
  cols: number,
  normalize: boolean,
  order = 0,
): number {
  const largestP = largestMass(p, a, cols);
  const largestQ = largestMass(q, b, cols);
  if (!(largestP >= 0 && largestQ >= 0)) return NaN;
  if (normalize && (largestP === 0 || largestQ === 0)) return NaN;
  if (op === ITAKURA_SAITO && !(leastOf(p, a, cols) > 0 && leastOf(q, b, cols) > 0)) return NaN;
  if (largestP === 0 && largestQ === 0) return op === RATIO ? -Infinity : 0;
  let ep = largestP > 0 ? exponentOf(largestP) : -1074;
  let eq = largestQ > 0 ? exponentOf(largestQ) : -1074;
  // The terms of GIVEN have the size of p, however large q is.
  if (!normalize) ep = eq = op === GIVEN || ep > eq ? ep : eq;

  const eta = normalize ? etaOf(p, a, q, b, cols, ep, eq) : 0;
  const mass = normalize ? massSum(p, a, cols, ep, 0) : 1;

  let sum = 0;
  let low = 0;
  let most = -Infinity;
  for (let i = 0; i < cols; i++) {
    const x = p[a + i] as number;
    const y = q[b + i] as number;
    if (x === 0 && y === 0) continue;
    const t = x === 0 || y === 0 ? lone(op, order, x, y, ep, eq, eta) : term(op, order, x, y, ep, eq, eta);
    if (t === Infinity) return t;
    if (x > 0 && t > most) most = t;
    const next = sum + t;
    low += sumError(sum, t, next);
    sum = next;
  }
  if (op === RATIO) return normalize && most < 0 ? 0 : most;
  const all = sum < Infinity ? sum + low : sum; // beyond the range the low part is NaN
  if (op === ITAKURA_SAITO) return all;
  const value = all / mass;
  if (!normalize) return scale(value, ep);
  const limit = isAffinity(op) ? Infinity : atZeroX(op, order) + atZeroY(op, order);
  return value > limit ? limit : value > 0 ? value : 0;
}

/** Σ(p − q)/Σq, p and q in units of 2^ep and 2^eq. */
function etaOf(p: Floats, a: number, q: Floats, b: number, cols: number, ep: number, eq: number): number {
  let s = 0;
  let c = 0;
  for (let i = 0; i < cols; i++) {
    const x = scale(p[a + i] as number, -ep) - scale(q[b + i] as number, -eq);
    const t = s + x;
    c += sumError(s, x, t);
    s = t;
  }
  return (s + c) / massSum(q, b, cols, eq, 0);
}

/** log Σ x^α·y^(1−α) of one row, where the sum itself is beyond the range, above or below; entries are known to be masses. */
export function robustLogAffinity(p: Floats, a: number, q: Floats, b: number, cols: number, normalize: boolean, order: number): number {
  const [ep, eq] = normalize ? [exponentOf(largestMass(p, a, cols)), exponentOf(largestMass(q, b, cols))] : [0, 0];
  const eta = normalize ? etaOf(p, a, q, b, cols, ep, eq) : 0;
  const logP = normalize ? log(massSum(p, a, cols, ep, 0)) + ep * LN2 : 0;
  const logs = new Float64Array(cols).fill(-Infinity);
  let most = -Number.MAX_VALUE; // where nothing is shared, log 0 is added to it
  for (let i = 0; i < cols; i++) {
    const x = p[a + i] as number;
    const y = q[b + i] as number;
    if (x === 0 || (y === 0 && order < 1)) continue;
    if (y === 0) return Infinity;
    const t = log(x) - logP + (order - 1) * term(RATIO, 0, x, y, ep, eq, eta);
    logs[i] = t;
    if (t > most) most = t;
  }
  let sum = 0;
  for (const t of logs) sum += exp(t - most);
  return most + log(sum);
}

/** A term where one of x and y is 0, in units of 2^ep. */
function lone(op: number, order: number, x: number, y: number, ep: number, eq: number, eta: number): number {
  const only = x === 0 ? atZeroX(op, order) : atZeroY(op, order);
  if (only === 0 || only === Infinity) return only;
  return only * (x === 0 ? scale(y, -eq) * (1 + eta) : scale(x, -ep));
}

/** One term, in units of 2^ep. */
function term(op: number, order: number, x: number, y: number, ep: number, eq: number, eta: number): number {
  const xs = scale(x, -ep);
  const y0 = scale(y, -eq);
  const ys = y0 * (1 + eta);
  const d = xs - y0 - y0 * eta;
  if (op === SUPPORT) return 0;
  if (op === COVERED) return ys;
  if (op === TOTAL_VARIATION) return 0.5 * (d < 0 ? -d : d);
  if (op === JENSEN_SHANNON || op === SKEW) {
    const rest = 1 - order;
    const m = op === SKEW ? rest * xs + order * ys : order * xs + rest * ys;
    if (m < NEGLIGIBLE) return 0;
    if (op === SKEW) return xs < NEGLIGIBLE ? m : phi64(xs, m, order * d);
    const left = xs < NEGLIGIBLE ? m : phi64(xs, m, rest * d);
    const right = ys < NEGLIGIBLE ? m : phi64(ys, m, -(order * d));
    return order * left + rest * right;
  }
  if (op === TRIANGULAR || op === HELLINGER) {
    if (xs + ys < NEGLIGIBLE) return 0;
    if (op === TRIANGULAR) return d * (d / (xs + ys));
    const r = d / (Math.sqrt(xs) + Math.sqrt(ys));
    return 0.5 * (r * r);
  }
  const ex = exponentOf(x);
  const ey = exponentOf(y);
  const mx = scale(x, -ex);
  const my = scale(y, -ey) * (1 + eta);
  const em = nearestExponentOf(my / mx);
  const near = scale(my, -em);
  const k = ex - ep - (ey - eq) - em;
  // Near the bottom of the range both are 0 once scaled; their mantissas are not.
  const s = k === 0 && xs > NEGLIGIBLE ? d / (xs + ys) : (mx - near) / (mx + near);
  const far = k * LN2;
  const t = twoAtanh(s);
  const ratio = t + far;
  if (op === RATIO) return ratio;
  if (op === JEFFREYS) return d * ratio;
  if (op === GIVEN) return xs * ratio;
  if (op === ITAKURA_SAITO) {
    // φ(x, y)/x = y/x − 1 + log(x/y)
    return k < 900 && k > -900 ? phi64(mx, scale(near, -k)) / mx : times(near / mx, -k) - 1 + ratio;
  }
  if (op === PEARSON) {
    if (k === 0) return xs > NEGLIGIBLE ? d * (d / ys) : 0;
    // x²/y where x is much the larger: x/y alone may be beyond the range.
    return k > 60 ? times((mx * mx) / near, ex - ep + k) : (xs - ys) * (times(mx / near, k) - 1);
  }
  const atX = scale(near, ex - ep);
  const e = k === 0 ? d : xs - atX;
  const phi = s * e + xs * atanhExcess(s) + (xs * far + (k === 0 ? 0 : ys - atX));
  if (op === KL) return phi;
  // POWER and AFFINITY: x·eʷ in units of 2^ep, w = −β·t
  const beta = 1 - order;
  const high = highPart(beta);
  const w = -(beta * ratio);
  const isLong = w > 0.6 || w < -0.6;
  const n = isLong ? w * 1.4426950408889634 + 6755399441055744 - 6755399441055744 : 0;
  const r = -(beta * t + (high * k + n + (beta - high) * k) * LN2);
  const m = em1mxShort(r);
  const grown = times(mx * (1 + (r + m)), ex - ep + n);
  if (op === AFFINITY) return grown;
  if (!isLong) return phi - xs * (m / beta);
  return beta > 0 ? (order * xs + beta * ys - grown) / beta : phi - (grown - xs - xs * w) / beta;
}

/** Σ w·log(S/x)/Σw over one row, S = Σx (as given: S = 1, no division). NaN for a row that breaks its domain. */
export function robustCrossEntropy(w: Floats, a: number, x: Floats, b: number, cols: number, normalize: boolean): number {
  const largestW = largestMass(w, a, cols);
  const largestX = largestMass(x, b, cols);
  if (!(largestW >= 0 && largestX >= 0)) return NaN;
  if (normalize && (largestW === 0 || largestX === 0)) return NaN;
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
    if (y === 0) return Infinity;
    const ey = exponentOf(y);
    const my = scale(y, -ey);
    const em = nearestExponentOf(my / total);
    const near = scale(my, -em);
    const k = (normalize ? ex : 0) - ey - em;
    const d = normalize && k === 0 && scale(y, -ex) > 0.5 * total ? rest : total - near;
    const t = scale(mass, -ew) * (twoAtanh(d / (total + near)) + k * LN2);
    const next = sum + t;
    low += sumError(sum, t, next);
    sum = next;
  }
  const value = sum + low;
  return normalize ? value / massSum(w, a, cols, ew, 0) : scale(value, ew);
}
