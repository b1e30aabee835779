/**
 * Gradients of rows that the lanes do not take: entries beyond 2^±250, an infinite value, infinite slopes that were asked for. One entry at a time in f64, on
 * exponents, so that no ratio overflows; everything follows from t = log(p/q̃), each row first brought near 1 by a power of two.
 */
import { GRADIENTS } from '../../contract.js';
import { em1mx } from './exp.js';
import { jensenOf, logMiddle } from './jensen.js';
import { exponentOf, LN2, nearestExponentOf, scale, twoAtanh } from './logRatio.js';
import { pairSum, scratchRow } from './pairs.js';
import { largestMass } from './sums.js';

/** Below this a scaled entry has lost digits. */
const NEGLIGIBLE = 1e-290;

/** x/y of positive entries in units of 2^ex and 2^ey, y times `growth`. */
function ratioOf(x: number, y: number, growth: number, ex: number, ey: number): number {
  const [eX, eY] = [exponentOf(x), exponentOf(y)];
  return scale(scale(x, -eX) / (scale(y, -eY) * growth), eX - ex - (eY - ey));
}

/** Its logarithm; d is their difference where both are near 1. */
function logOf(x: number, y: number, growth: number, ex: number, ey: number, d: number): number {
  const [eX, eY] = [exponentOf(x), exponentOf(y)];
  const mx = scale(x, -eX);
  const my = scale(y, -eY) * growth;
  const em = nearestExponentOf(my / mx);
  const near = scale(my, -em);
  const k = eX - ex - (eY - ey) - em;
  const xs = scale(x, -ex);
  const s = k === 0 && xs > NEGLIGIBLE ? d / (2 * xs - d) : (mx - near) / (mx + near);
  return twoAtanh(s) + k * LN2;
}

/** Fills l and k with the slopes of one row of masses and gives its value; NaN for a row that breaks its domain. p and q are overwritten. */
export function guardedGradients(
  divergence: number,
  p: Float64Array,
  q: Float64Array,
  l: Float64Array,
  k: Float64Array,
  n: number,
  normalize: boolean,
  boundary: boolean,
  factor: number,
): number {
  const jensenShannon = divergence === GRADIENTS.jensenShannon;
  const isExcess = normalize || divergence === GRADIENTS.generalizedKl;
  const [topP, topQ] = [largestMass(p, 0, n), largestMass(q, 0, n)];
  if (!(topP >= 0 && topQ >= 0) || (normalize && (topP === 0 || topQ === 0))) {
    l.fill(NaN, 0, n);
    k.fill(NaN, 0, n);
    return NaN;
  }
  let [eP, eQ] = [topP, topQ].map((top) => (top > 0 ? exponentOf(top) : -1074)) as [number, number];
  if (!normalize) eP = eQ = Math.max(eP, eQ);
  const ratios = scratchRow(6, n);
  const terms = scratchRow(7, n);
  const differences = scratchRow(8, n);
  const quotients = scratchRow(9, n);
  let P = 1;
  let Q = 1;
  let eta = 0;
  if (normalize) {
    for (let i = 0; i < n; i++) terms[i] = scale(p[i] as number, -eP);
    P = pairSum(terms, n);
    for (let i = 0; i < n; i++) differences[i] = scale(q[i] as number, -eQ);
    Q = pairSum(differences, n);
    const e = nearestExponentOf(P / Q);
    eQ -= e;
    Q = scale(Q, e);
    for (let i = 0; i < n; i++) differences[i] = (terms[i] as number) - scale(q[i] as number, -eQ);
    eta = pairSum(differences, n) / Q;
  }
  for (let i = 0; i < n; i++) {
    const [x, y] = [p[i] as number, q[i] as number];
    const xs = scale(x, -eP);
    const raw = scale(y, -eQ);
    const ys = raw * (1 + eta);
    const d = xs - raw - raw * eta;
    const t = x === 0 ? (y === 0 ? 0 : -Infinity) : y === 0 ? Infinity : logOf(x, y, 1 + eta, eP, eQ, d);
    ratios[i] = t;
    differences[i] = d;
    p[i] = xs;
    q[i] = ys;
    quotients[i] = x === 0 ? (y === 0 ? NaN : 0) : y === 0 ? Infinity : ratioOf(x, y, 1 + eta, eP, eQ);
    if (jensenShannon) terms[i] = (xs > ys ? xs : ys) * 0.5 * jensenOf(t);
    else if (x === 0) terms[i] = isExcess ? ys : 0;
    else if (!isExcess) terms[i] = y === 0 ? Infinity : xs * t;
    else terms[i] = y === 0 ? Infinity : t > -1 ? xs * em1mx(-t) : ys - xs + xs * t;
  }
  let value = pairSum(terms, n) / P;
  if (value !== value) value = Infinity;
  if (normalize) value = jensenShannon && value > LN2 ? LN2 : value < 0 ? 0 : value;

  for (let i = 0; i < n; i++) {
    const t = ratios[i] as number;
    const ratio = quotients[i] as number;
    const none = ratio !== ratio;
    if (jensenShannon) {
      l[i] = none ? 0.5 * LN2 : -0.5 * logMiddle(-t);
      k[i] = none ? 0.5 * LN2 : -0.5 * logMiddle(t);
    } else {
      l[i] = none ? (boundary ? Infinity : NaN) : t; // NaN: 0 in the end
      // 1 − p̂/q̂, by the difference where it is small.
      const near = Math.abs(t) < 1 && (q[i] as number) > NEGLIGIBLE;
      if (isExcess) k[i] = none ? 1 : near ? -(differences[i] as number) / (q[i] as number) : 1 - ratio;
      else k[i] = none ? 0 : -ratio;
    }
  }
  const shiftP = normalize ? mean(p, l, n) / P : jensenShannon || isExcess ? 0 : -1;
  const shiftQ = normalize && jensenShannon ? mean(q, k, n) / P : 0;
  const isLost = !jensenShannon && value === Infinity;
  for (let i = 0; i < n; i++) {
    l[i] = slope(l[i] as number, isLost && !boundary ? NaN : shiftP, factor / P, normalize ? eP : 0, boundary);
    k[i] = slope(k[i] as number, shiftQ, factor / Q, normalize ? eQ : 0, boundary);
  }
  return normalize ? value : scale(value, eP);
}

/** Σw·l over the entries whose logarithm is finite; ∞ where a weight meets an infinite one. */
function mean(w: Float64Array, l: Float64Array, n: number): number {
  const products = scratchRow(5, n);
  for (let i = 0; i < n; i++) products[i] = w[i] === 0 ? 0 : (w[i] as number) * (l[i] as number);
  const sum = pairSum(products, n);
  return sum === sum ? sum : Infinity;
}

/** (l − shift)·factor·2⁻ᵉ; what is infinite is 0 unless `boundary` asks for it. */
function slope(l: number, shift: number, factor: number, e: number, boundary: boolean): number {
  if (Math.abs(l) === Infinity) return boundary ? l : 0;
  if (shift !== shift || l !== l) return 0;
  if (shift === Infinity) return -Infinity;
  const value = (l - shift) * factor;
  return Math.abs(value) < Infinity ? scale(value, -e) : value;
}
