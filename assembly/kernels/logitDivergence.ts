/**
 * Divergences between p = softmax(a/T) and q = softmax(b/T), straight from the logits: sums of the terms of terms.ts.
 *
 *   measure  0 to 5 the kinds of divergence_rows, of which the first is KL here · 6 π·D(p ‖ m) + (1 − π)·D(q ‖ m), m = πp + (1 − π)q · 7 D(p ‖ (1 − π)p + πq) ·
 *            8 Tsallis and 9 Rényi of order α; α → ∞ of Rényi alone
 *
 * Method  w and δ as in logits.ts, and x, y and x − y from them in logitTerms.ts. A class that is −∞ in both rows drops out; rows masked differently or spread
 *         beyond 300, and sums beyond all numbers, are left to the twin (NaN).
 *         Orders below ½ from the other side, D_α(p, q) = α/(1 − α)·D_(1−α)(q, p), where nothing cancels.
 * Error   relative; u = the rounding of one logit over T and over the largest |log(q/p)|, 1 at most. f64: 64·2⁻⁵³ + 4u; f32: 2⁻²⁰. Orders above 1: α times that.
 * Source  NUMERICS, sections 2 and 3.
 */
import { extremes, pairBytes, pairDot, pairSum } from '../simd/pairs';
import { logOrder } from '../math/equalMass';
import { log1pOf } from '../math/log';
import { excessSum, weighRow } from '../math/logitRows';
import { WEIGHTS, grow, termSum } from '../math/logitTerms';
import { AFFINITY, HELLINGER, JENSEN_SHANNON, SKEW, atZeroX, atZeroY, termOfKind, termOfOrder } from '../math/terms';

const LN2: f64 = 0.6931471805599453;
/** What `measure` says beyond the kinds of divergence_rows. */
const MIXED: f64 = 6;
const SKEWED: f64 = 7;
const TSALLIS: f64 = 8;
const RENYI: f64 = 9;

function termOf(measure: f64, order: f64): i32 {
  if (measure == MIXED) return JENSEN_SHANNON;
  if (measure == SKEWED) return SKEW;
  return measure >= TSALLIS ? termOfOrder(order) : termOfKind(measure);
}

/** One row; NaN where it is left to the twin. */
function divergenceOf(double: bool, a: usize, b: usize, cols: i32, temperature: f64, measure: f64, order: f64, scratch: usize): f64 {
  const w = scratch + WEIGHTS, d = w + pairBytes(cols), y = d + pairBytes(cols), op = termOf(measure, order);
  const spread = weighRow(double, a, b, cols, temperature, w, d);
  if (!(spread >= 0)) return NaN;
  const z = pairSum(w, cols), c = pairDot(w, d, cols) / z;
  if (measure >= TSALLIS && (order == 0 || order == 1 || order == Infinity)) {
    const kl = log1pOf(excessSum(double, w, d, cols, c, y) / z);
    if (order == 1) return kl;
    // Rows that have the same classes, of which one at least has δ = 0; log(p/q) is at its largest where δ is least. NaN of what is no number.
    return order == 0 ? 0 * kl : max(0, (c - f64x2.extract_lane(extremes<f64>(d, cols), 0)) * LN2 + kl);
  }
  const lanes = double ? Infinity : spread;
  grow(double, w, d, y, cols, c);
  const s = pairSum(d, cols) / z, sum = termSum(lanes, op, order, w, cols, s, scratch) / z;
  if (!(sum < Infinity)) return NaN;
  const most = atZeroX(op, order) + atZeroY(op, order);
  let value = sum < 0 ? 0 : sum > most ? most : sum;
  if (measure < TSALLIS) return value;
  if (op == HELLINGER) value *= 2;
  if (measure != RENYI || value == 0) return value;
  const rest = order - 1, less = rest * value;
  if (less < -0.875) {
    // Little in common: of 1 + less no digits would be left.
    return logOrder(true, termSum(lanes, AFFINITY, order, w, cols, s, scratch) / z, rest);
  }
  return less == Infinity ? NaN : log1pOf(less) / rest;
}

export function logits_divergence_rows(
  double: bool, a: usize, aStep: usize, b: usize, bStep: usize, rows: i32, cols: i32, temperature: f64, measure: f64, weight: f64, alpha: f64, scratch: usize, out: usize,
): void {
  const flips = measure >= TSALLIS && alpha > 0 && alpha < 0.5;
  const order = measure < TSALLIS ? weight : flips ? 1 - alpha : alpha, times = flips ? alpha / order : 1;
  for (let r = 0; r < rows; r++, a += aStep, b += bStep, out += 8) {
    const value = divergenceOf(double, flips ? b : a, flips ? a : b, cols, temperature, measure, order, scratch) * times;
    store<f64>(out, value == value ? value : NaN);
  }
}
