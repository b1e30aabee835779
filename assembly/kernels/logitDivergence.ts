/**
 * Divergences between p = softmax(a/T) and q = softmax(b/T), straight from the logits: the terms of terms.ts in f64.
 *
 *   measure  0 Jeffreys · 1 total variation · 2 triangular discrimination · 3 Pearson χ² · 4 squared Hellinger ·
 *            5 π·D(p ‖ m) + (1 − π)·D(q ‖ m), m = πp + (1 − π)q · 6 D(p ‖ (1 − π)p + πq) · 7 Tsallis and 8 Rényi of order α; α → ∞ of Rényi alone
 *
 * Method  w, δ, c and KL as in logits.ts; log(q/p) = t = δ − c − KL, of which x = w, y = w·eᵗ and x − y = −w·(eᵗ − 1) are made: close rows keep their digits, for
 *         nothing is subtracted that is not an error-free difference of logits. Σx = Σy but for rounding. A class that is −∞ in both rows drops out; rows masked
 *         differently or spread beyond 300, and sums beyond all numbers, are left to the twin (NaN).
 *         Orders below ½ from the other side, D_α(p, q) = α/(1 − α)·D_(1−α)(q, p), where nothing cancels.
 * Error   relative; u = the rounding of one logit over T and over the largest |log(q/p)|, 1 at most. f64: 64·2⁻⁵³ + 4u; f32: 2⁻²⁰. Orders above 1: α times that.
 * Source  NUMERICS, sections 2 and 3.
 */
import { zero } from '../simd/lanes';
import { extremes, pairBytes, pairDot, pairSum } from '../simd/pairs';
import { addBlocks, clearSum, sumAt } from '../simd/tile';
import { log1pOf, logOf } from '../math/log';
import { excessSum, weighRow } from '../math/logitRows';
import { isDense } from '../math/logRatio';
import { D, TILE, Y } from '../math/massTile';
import {
  AFFINITY, HELLINGER, JEFFREYS, JENSEN_SHANNON, MIXTURE, PEARSON, POWER, SKEW, TOTAL_VARIATION, TRIANGULAR, atZeroX, atZeroY, fill, neutral,
} from '../math/terms';
import { moved } from '../math/weights';

const LN2: f64 = 0.6931471805599453;
const LOG2E: f64 = 1.4426950408889634;
const TSALLIS: f64 = 7;
const RENYI: f64 = 8;
/** Behind all that the terms of a tile take: a running sum, then the rows. */
const STATE: usize = D + MIXTURE + 512 * 8 + 64;
const ROWS: usize = STATE + 16;

function termOf(measure: f64, order: f64): i32 {
  switch (<i32>measure) {
    case 0: return JEFFREYS;
    case 1: return TOTAL_VARIATION;
    case 2: return TRIANGULAR;
    case 3: return PEARSON;
    case 4: return HELLINGER;
    case 5: return JENSEN_SHANNON;
    case 6: return SKEW;
  }
  return order == 0.5 ? HELLINGER : order == 2 ? PEARSON : POWER;
}

/** x, y and x − y of n entries into the tile; neutral where w is 0. */
function lay<T>(w: usize, d: usize, n: i32, shift: f64, tile: usize): void {
  const less = f64x2.splat(shift);
  for (const end = w + pairBytes(n); w < end; w += 16, d += 16, tile += 16) {
    const x = v128.load(w), none = f64x2.eq(x, zero());
    moved<T>(x, f64x2.sub(v128.load(d), less), tile + Y, tile + D);
    v128.store(tile, v128.bitselect(neutral<f64>(), x, none));
    v128.store(tile, v128.bitselect(neutral<f64>(), v128.load(tile, Y), none), Y);
  }
}

/** The sum of the terms of weighed rows; t = δ − shift, in units of ln2. */
function total(double: bool, op: i32, order: f64, w: usize, d: usize, cols: i32, shift: f64, scratch: usize): f64 {
  clearSum(scratch + STATE);
  for (; cols > 0; cols -= TILE, w += TILE * 8, d += TILE * 8) {
    const n = min(TILE, cols);
    if (double) lay<f64>(w, d, n, shift, scratch);
    else lay<f32>(w, d, n, shift, scratch);
    fill<f64>(op, order, scratch, scratch + Y, scratch + D, n);
    addBlocks<f64>(scratch + D, n, scratch + STATE);
  }
  return sumAt(scratch + STATE);
}

/** One row; NaN where it is left to the twin. */
function divergenceOf(double: bool, a: usize, b: usize, cols: i32, temperature: f64, measure: f64, order: f64, scratch: usize): f64 {
  const w = scratch + ROWS, d = w + pairBytes(cols), op = termOf(measure, order);
  if (!weighRow(double, a, b, cols, temperature, w, d)) return NaN;
  const z = pairSum(w, cols), c = pairDot(w, d, cols) / z;
  const kl = log1pOf(excessSum(double, w, d, cols, c, d + pairBytes(cols)) / z), shift = c + kl * LOG2E;
  if (measure >= TSALLIS) {
    if (order == 1) return kl;
    // Rows that have the same classes, of which one at least has δ = 0; log(p/q) is at its largest where δ is least.
    if (order == 0) return 0 * kl; // NaN of what is no number
    if (order == Infinity) return max(0, (shift - f64x2.extract_lane(extremes<f64>(d, cols), 0)) * LN2);
  }
  const sum = total(double, op, order, w, d, cols, shift, scratch) / z;
  if (!(sum < Infinity)) return NaN;
  const most = atZeroX(op, order) + atZeroY(op, order);
  let value = sum < 0 ? 0 : sum > most ? most : sum;
  if (measure < TSALLIS) return value;
  if (op == HELLINGER) value *= 2;
  if (measure != RENYI || value == 0) return value;
  const rest = order - 1, less = rest * value;
  if (less < -0.5) {
    // Little in common: of 1 + less nothing would be left.
    const S = total(double, AFFINITY, order, w, d, cols, shift, scratch) / z;
    return isDense<f64>(S) ? logOf(S) / rest : NaN;
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
