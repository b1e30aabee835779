/**
 * Divergences between p = softmax(a/T) and q = softmax(b/T), straight from the logits: the terms of terms.ts in f64.
 *
 *   measure  0 to 5 the kinds of divergence_rows, of which the first is KL here · 6 π·D(p ‖ m) + (1 − π)·D(q ‖ m), m = πp + (1 − π)q · 7 D(p ‖ (1 − π)p + πq) ·
 *            8 Tsallis and 9 Rényi of order α; α → ∞ of Rényi alone
 *
 * Method  w, δ, c and d = δ − c as in logits.ts; with e^KL = 1 + s, s = Σw·(eᵈ − 1)/Σw, it is x = w, y = w·eᵈ/(1 + s) and x − y = (w·s − w·(eᵈ − 1))/(1 + s):
 *         close rows keep their digits, for eᵈ − 1 has them, and s is small beside it. Σx = Σy but for rounding. A class that is −∞ in both rows drops out; rows masked
 *         differently or spread beyond 300, and sums beyond all numbers, are left to the twin (NaN).
 *         Orders below ½ from the other side, D_α(p, q) = α/(1 − α)·D_(1−α)(q, p), where nothing cancels.
 * Error   relative; u = the rounding of one logit over T and over the largest |log(q/p)|, 1 at most. f64: 64·2⁻⁵³ + 4u; f32: 2⁻²⁰. Orders above 1: α times that.
 * Source  NUMERICS, sections 2 and 3.
 */
import { zero } from '../simd/lanes';
import { extremes, pairBytes, pairDot, pairSum } from '../simd/pairs';
import { addBlocks, clearSum, sumAt } from '../simd/tile';
import { logOrder } from '../math/equalMass';
import { log1pOf } from '../math/log';
import { excessSum, weighRow } from '../math/logitRows';
import { D, ROWS, TILE, Y } from '../math/massTile';
import { AFFINITY, HELLINGER, JENSEN_SHANNON, SKEW, atZeroX, atZeroY, fill, neutral, termOfKind, termOfOrder } from '../math/terms';
import { moved } from '../math/weights';

const LN2: f64 = 0.6931471805599453;
/** What `measure` says beyond the kinds of divergence_rows. */
const MIXED: f64 = 6;
const SKEWED: f64 = 7;
const TSALLIS: f64 = 8;
const RENYI: f64 = 9;
/** Behind all that the terms of a tile take: a running sum, then w, δ and y. */
const STATE: usize = ROWS;
const WEIGHTS: usize = STATE + 16;

function termOf(measure: f64, order: f64): i32 {
  if (measure == MIXED) return JENSEN_SHANNON;
  if (measure == SKEWED) return SKEW;
  return measure >= TSALLIS ? termOfOrder(order) : termOfKind(measure);
}

/** w·eᵈ goes to y, and w·(eᵈ − 1) takes the place of δ = d + c. */
function grow<T>(w: usize, d: usize, y: usize, cols: i32, c: f64): void {
  const less = f64x2.splat(c);
  for (const end = w + pairBytes(cols); w < end; w += 16, d += 16, y += 16) moved<T>(v128.load(w), f64x2.sub(v128.load(d), less), y, d);
}

/** x, y and x − y of n entries into the tile, from w, w·(eᵈ − 1) and w·eᵈ, e^KL = 1 + s; neutral where w is 0. */
function lay(w: usize, g: usize, y: usize, n: i32, s: f64, tile: usize): void {
  const level = f64x2.splat(s), times = f64x2.splat(1 / (1 + s));
  for (const end = w + pairBytes(n); w < end; w += 16, g += 16, y += 16, tile += 16) {
    const x = v128.load(w), none = f64x2.eq(x, zero());
    v128.store(tile, v128.bitselect(neutral<f64>(), x, none));
    v128.store(tile, v128.bitselect(neutral<f64>(), f64x2.mul(v128.load(y), times), none), Y);
    v128.store(tile, f64x2.mul(f64x2.sub(f64x2.mul(x, level), v128.load(g)), times), D);
  }
}

/** The sum of the terms of rows that have grown. */
function total(op: i32, order: f64, w: usize, cols: i32, s: f64, scratch: usize): f64 {
  const size = pairBytes(cols);
  clearSum(scratch + STATE);
  for (; cols > 0; cols -= TILE, w += TILE * 8) {
    const n = min(TILE, cols);
    lay(w, w + size, w + 2 * size, n, s, scratch);
    fill<f64>(op, order, scratch, scratch + Y, scratch + D, n);
    addBlocks<f64>(scratch + D, n, scratch + STATE);
  }
  return sumAt(scratch + STATE);
}

/** One row; NaN where it is left to the twin. */
function divergenceOf(double: bool, a: usize, b: usize, cols: i32, temperature: f64, measure: f64, order: f64, scratch: usize): f64 {
  const w = scratch + WEIGHTS, d = w + pairBytes(cols), y = d + pairBytes(cols), op = termOf(measure, order);
  if (!weighRow(double, a, b, cols, temperature, w, d)) return NaN;
  const z = pairSum(w, cols), c = pairDot(w, d, cols) / z;
  if (measure >= TSALLIS && (order == 0 || order == 1 || order == Infinity)) {
    const kl = log1pOf(excessSum(double, w, d, cols, c, y) / z);
    if (order == 1) return kl;
    // Rows that have the same classes, of which one at least has δ = 0; log(p/q) is at its largest where δ is least. NaN of what is no number.
    return order == 0 ? 0 * kl : max(0, (c - f64x2.extract_lane(extremes<f64>(d, cols), 0)) * LN2 + kl);
  }
  if (double) grow<f64>(w, d, y, cols, c);
  else grow<f32>(w, d, y, cols, c);
  const s = pairSum(d, cols) / z, sum = total(op, order, w, cols, s, scratch) / z;
  if (!(sum < Infinity)) return NaN;
  const most = atZeroX(op, order) + atZeroY(op, order);
  let value = sum < 0 ? 0 : sum > most ? most : sum;
  if (measure < TSALLIS) return value;
  if (op == HELLINGER) value *= 2;
  if (measure != RENYI || value == 0) return value;
  const rest = order - 1, less = rest * value;
  if (less < -0.875) {
    // Little in common: of 1 + less no digits would be left.
    return logOrder(true, total(AFFINITY, order, w, cols, s, scratch) / z, rest);
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
