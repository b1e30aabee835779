/**
 * KL or Jensen–Shannon divergence of rows of masses with its gradients; f32 rows are widened, all is computed in f64.
 *
 * Method  q is brought to the mass of p as in equalMass.ts: y = q·(1 + η), d = (p − q) − q·η = p − y without cancellation. KL: m = y; Jensen–Shannon: m = (p + y)/2.
 *         l = log(p/m); KL k = −d/y, Jensen–Shannon k = log(y/m); differences handed in, so that near-equal rows keep their digits.
 *         ∂p = (l − Σp·l/P)/P, ∂q = (k − Σy·k/P)/Q, times `gradientFactor`, halved for Jensen–Shannon. As given (normalize = 0) η = 0 and P = Q = 1;
 *         KL l + 1 and −p/q, Jensen–Shannon l and k.
 * Zeros   p = 0 < q: ∂p is −∞ in truth and 0 here, likewise ∂q of Jensen–Shannon at q = 0 < p. p = q = 0: KL 0 and k = 1; Jensen–Shannon l = k = ln2.
 *         Rows of KL with q = 0 < p, rows with zeros where `boundary` asks for the infinite slopes, and entries outside 2^±250 are left to the twin (NaN).
 * Error   l and k 3 ULP; means and values 32·2⁻⁵³ of their terms' sizes.
 * Source  NUMERICS, section 2.
 */
import { one, zero } from '../simd/lanes';
import { pair, pairBytes, pairDot, pairSum, single, storeRow } from '../simd/pairs';
import { atanhTail, exponentStep, stepLn2 } from '../math/logRatio';

const LOW: f64 = 5.527147875260445e-76; // 2⁻²⁵⁰
const HIGH: f64 = 1.8092513943330656e75; // 2²⁵⁰
const FOUR_THIRDS: f64 = 1.3333333333333333;
const LN2: f64 = 0.6931471805599453;

const OUTSIDE: i32 = 0;
const ZEROS: i32 = 1;
const POSITIVE: i32 = 2;

/** Stores a row as f64, and says what it holds. The place beside an odd last entry gets 1. */
function widen<T>(from: usize, n: i32, to: usize): i32 {
  let outside = zero(), zeros = zero();
  for (let left = n; left > 0; left -= 2, from += 2 * sizeof<T>(), to += 16) {
    let x = pair<T>(from);
    if (left == 1) x = f64x2.replace_lane(one<f64>(), 0, single<T>(from));
    const none = f64x2.eq(x, zero()), inside = v128.and(f64x2.ge(x, f64x2.splat(LOW)), f64x2.le(x, f64x2.splat(HIGH)));
    outside = v128.or(outside, v128.not(v128.or(none, inside)));
    zeros = v128.or(zeros, none);
    v128.store(to, x);
  }
  return v128.any_true(outside) ? OUTSIDE : v128.any_true(zeros) ? ZEROS : POSITIVE;
}

/** φ(x, y) with x − y = d, which adds up; log(x/y) goes to `at`. Formulas of logRatio.ts. */
function excess(x: v128, y: v128, d: v128, at: usize): v128 {
  const step = exponentStep<f64>(x, y), near = i32x4.add(y, step);
  const e = v128.bitselect(d, f64x2.sub(x, near), i64x2.eq(step, zero()));
  const s = f64x2.div(e, f64x2.add(x, near)), z = f64x2.mul(s, s), tail = f64x2.mul(z, atanhTail<f64>(z)), far = stepLn2<f64>(step);
  v128.store(at, f64x2.add(f64x2.mul(s, f64x2.add(f64x2.splat(2), tail)), far));
  return f64x2.add(f64x2.mul(s, f64x2.add(e, f64x2.mul(x, tail))), f64x2.add(f64x2.mul(x, far), f64x2.sub(y, near)));
}

/** Fills l, k and the terms of the value, y in the place of q. False for a row of KL with q = 0 < p. */
function fill(jensenShannon: bool, p: usize, q: usize, cols: i32, eta: f64, normalize: bool, l: usize, k: usize, terms: usize): bool {
  const shrink = f64x2.splat(eta), half = f64x2.splat(0.5), ofNone = f64x2.splat(jensenShannon ? LN2 : 0);
  let holes = zero();
  for (let o: usize = 0; o < pairBytes(cols); o += 16) {
    const x = v128.load(p + o), raw = v128.load(q + o), drop = f64x2.mul(raw, shrink), y = f64x2.add(raw, drop);
    const xZero = f64x2.eq(x, zero()), yZero = f64x2.eq(y, zero()), none = v128.and(xZero, yZero);
    let d = f64x2.sub(f64x2.sub(x, raw), drop), m = y;
    if (jensenShannon) {
      d = f64x2.mul(d, half);
      m = f64x2.mul(f64x2.add(x, y), half);
    }
    // What is 0 stands at m: φ(0, m) = m is added, and the logarithm is 0.
    const safe = v128.bitselect(one<f64>(), m, f64x2.eq(m, zero()));
    let term = f64x2.add(excess(v128.bitselect(safe, x, xZero), safe, v128.andnot(d, xZero), l + o), v128.and(m, xZero));
    if (jensenShannon) {
      term = f64x2.add(term, f64x2.add(excess(v128.bitselect(safe, y, yZero), safe, v128.andnot(f64x2.neg(d), yZero), k + o), v128.and(m, yZero)));
      v128.store(k + o, f64x2.add(v128.load(k + o), v128.and(ofNone, none)));
    } else {
      v128.store(k + o, f64x2.sub(v128.and(f64x2.splat(normalize ? 1 : 0), none), f64x2.div(normalize ? d : x, safe)));
      holes = v128.or(holes, v128.andnot(yZero, xZero));
    }
    v128.store(l + o, f64x2.add(v128.load(l + o), v128.and(ofNone, none)));
    v128.store(q + o, y);
    v128.store(terms + o, term);
  }
  return !v128.any_true(holes);
}

/** (l − shift)·factor in the place of l; 0 where x is and the other is not, or `both`. */
function slopes(x: usize, other: usize, l: usize, cols: i32, shift: f64, factor: f64, both: bool): void {
  const less = f64x2.splat(shift), times = f64x2.splat(factor), least = f64x2.splat(both ? -1 : 0);
  for (let o: usize = 0; o < pairBytes(cols); o += 16) {
    const slope = f64x2.mul(f64x2.sub(v128.load(l + o), less), times), none = f64x2.eq(v128.load(x + o), zero());
    v128.store(l + o, v128.andnot(slope, v128.and(none, f64x2.gt(v128.load(other + o), least))));
  }
}

/** One row from its masses as f64; NaN where it is left to the twin. Gradients are left at l and k. */
function gradientRow(jensenShannon: bool, p: usize, cols: i32, normalize: bool, factor: f64): f64 {
  const size = pairBytes(cols), q = p + size, l = q + size, k = l + size, terms = k + size;
  let P: f64 = 1, Q: f64 = 1, eta: f64 = 0;
  if (normalize) {
    P = pairSum(p, cols);
    Q = pairSum(q, cols);
    const ratio = P / Q * FOUR_THIRDS;
    if (!(ratio > 0 && ratio <= f64.MAX_VALUE)) return NaN;
    // A power of two brings the masses within [¾, 3/2] of each other: exactly, so that d loses nothing where that is all they differ by.
    const near = reinterpret<f64>(reinterpret<u64>(ratio) & 0x7ff0000000000000), times = f64x2.splat(near);
    for (let o: usize = 0; o < size; o += 16) {
      const y = f64x2.mul(v128.load(q + o), times);
      v128.store(q + o, y);
      v128.store(terms + o, f64x2.sub(v128.load(p + o), y));
    }
    eta = pairSum(terms, cols) / (Q * near);
  }
  if (!fill(jensenShannon, p, q, cols, eta, normalize, l, k, terms)) return NaN;
  if (jensenShannon) factor *= 0.5;
  const byP = pairDot(p, l, cols) / P, byQ = jensenShannon ? pairDot(q, k, cols) / P : 0;
  let value = jensenShannon || normalize ? pairSum(terms, cols) / P : byP;
  if (jensenShannon) value *= 0.5;
  if (normalize) value = jensenShannon && value > LN2 ? LN2 : value < 0 ? 0 : value;
  slopes(p, q, l, cols, normalize ? byP : jensenShannon ? 0 : -1, factor / P, !jensenShannon);
  // Of KL, q = 0 is p = 0 too; and Σy·k = −Σd is 0.
  slopes(q, p, k, cols, normalize ? byQ : 0, factor / Q, false);
  return value;
}

function gradientRows<T>(
  p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, jensenShannon: f64, boundary: f64, factor: f64,
  scratch: usize, out: usize, ofP: usize, ofQ: usize,
): void {
  const size = pairBytes(cols), l = scratch + 2 * size;
  for (let r = 0; r < rows; r++, p += pStep, q += qStep, out += 8) {
    let least = POSITIVE;
    for (let k = 0; k < 2; k++) least = min(least, widen<T>(k == 0 ? p : q, cols, k == 0 ? scratch : scratch + size)); // one call: it is inlined once
    let value = NaN;
    if (least == POSITIVE || (least == ZEROS && boundary == 0)) value = gradientRow(jensenShannon != 0, scratch, cols, normalize != 0, factor);
    store<f64>(out, value == value ? value : NaN);
    if (ofP != 0) storeRow<T>(l, cols, ofP);
    if (ofQ != 0) storeRow<T>(l + size, cols, ofQ);
    if (ofP != 0) ofP += <usize>cols * sizeof<T>();
    if (ofQ != 0) ofQ += <usize>cols * sizeof<T>();
  }
}

export function divergence_gradient_rows_f64(
  p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, jensenShannon: f64, boundary: f64, factor: f64,
  scratch: usize, out: usize, ofP: usize, ofQ: usize,
): void {
  gradientRows<f64>(p, pStep, q, qStep, rows, cols, normalize, jensenShannon, boundary, factor, scratch, out, ofP, ofQ);
}

export function divergence_gradient_rows_f32(
  p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, jensenShannon: f64, boundary: f64, factor: f64,
  scratch: usize, out: usize, ofP: usize, ofQ: usize,
): void {
  gradientRows<f32>(p, pStep, q, qStep, rows, cols, normalize, jensenShannon, boundary, factor, scratch, out, ofP, ofQ);
}
