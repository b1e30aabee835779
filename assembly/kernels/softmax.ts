/**
 * What one row of logits gives: log-sum-exp, entropy, softmax and log-softmax; f32 rows are widened and summed in f64.
 *
 * Method  t = (z − z*)/T, w = eᵗ, rest = Σw without the largest's own 1; log Σw = log1p(rest).
 *         entropy = log1p(rest) + c, c = Σw·(−t)/Σw: no term is negative, and a nearly one-hot row keeps its digits.
 *         Its gradient by z/T: w·(−t − c)/Σw, times `gradientFactor`.
 * Error   relative; u = the rounding of one logit over T. f64: 32·2⁻⁵³ + 2u; f32: 2⁻²⁶, softmax 1 ULP more.
 *         Log-sum-exp and log-softmax: u on top, absolute.
 * Source  derived in NUMERICS, section 3.
 */
import { extremesOf, indexOf, pair, pairBytes, pairDot, pairSum, storePair } from '../simd/pairs';
import { log1pOf } from '../math/log';
import { storeSlopes } from '../math/logitRows';
import { layWeights, nats, perUnit, staysNormal } from '../math/weights';

const DEEPEST: usize = memory.data<f64>([1100], 8);

/** The largest of a row's extremes; NaN where it is no row of logits as far as they show. −0 counts as 0. */
@inline function largest(ends: v128): f64 {
  const top = f64x2.extract_lane(ends, 1);
  return top > -Infinity && top < Infinity ? top + 0 : NaN;
}

/** −t in units, at most 1100, where w is 0 already: 0·∞ would be NaN. A NaN stays one. */
@inline function depth<T>(z: usize, top: v128, unit: v128): v128 {
  return f64x2.pmin(f64x2.mul(f64x2.sub(top, pair<T>(z)), unit), v128.load64_splat(DEEPEST));
}

/** Stores w. `ends`: the row's extremes. */
function weigh<T>(z: usize, cols: i32, ends: v128, top: f64, temperature: f64, w: usize): void {
  const unit = perUnit<T>(temperature);
  layWeights<T>(!staysNormal<T>((f64x2.extract_lane(ends, 0) - top) * unit), z, cols, top, unit, w);
}

/** Stores −t in units. */
function layDepths<T>(z: usize, cols: i32, top: f64, temperature: f64, depths: usize): void {
  const unit = f64x2.splat(perUnit<T>(temperature)), largest = f64x2.splat(top), end = depths + pairBytes(cols);
  do {
    v128.store(depths, depth<T>(z, largest, unit));
    depths += 16;
    z += 2 * sizeof<T>();
  } while (depths < end);
}

function setLargest(double: bool, z: usize, cols: i32, top: f64, w: usize, weight: f64): void {
  const at = double ? indexOf<f64>(z, cols, top) : indexOf<f32>(z, cols, top);
  store<f64>(w + (<usize>at << 3), weight);
}

/** Σw without the largest's own 1; w of that one is left 0. */
function restSum(double: bool, z: usize, cols: i32, top: f64, w: usize): f64 {
  setLargest(double, z, cols, top, w, 0);
  return pairSum(w, cols);
}

/** Stores w/Σw. */
function divide<T>(cols: i32, w: usize, sum: f64, out: usize): void {
  const factor = f64x2.splat(1 / sum);
  const end = w + (<usize>(cols & ~1) << 3);
  for (; w < end; w += 16, out += 2 * sizeof<T>()) storePair<T>(out, f64x2.mul(v128.load(w), factor));
  if (cols & 1) store<T>(out, <T>(load<f64>(w) * f64x2.extract_lane(factor, 0)));
}

/** Stores t − log Σw. */
function logarithms<T>(z: usize, cols: i32, top: f64, temperature: f64, rest: f64, out: usize): void {
  const largest = f64x2.splat(top), factor = f64x2.splat(perUnit<f64>(temperature)), log = f64x2.splat(log1pOf(rest));
  let left = cols;
  do {
    const y = f64x2.sub(f64x2.mul(f64x2.sub(pair<T>(z), largest), factor), log);
    if (left > 1) storePair<T>(out, y);
    else store<T>(out, <T>f64x2.extract_lane(y, 0));
    left -= 2;
    z += 2 * sizeof<T>();
    out += 2 * sizeof<T>();
  } while (left > 0);
}

/** Stores w of a row, and answers the largest logit; NaN where it is no row of logits. */
function weighRow(double: bool, z: usize, cols: i32, temperature: f64, w: usize): f64 {
  const ends = extremesOf(double, z, cols), top = largest(ends);
  if (top == top) {
    if (double) weigh<f64>(z, cols, ends, top, temperature, w);
    else weigh<f32>(z, cols, ends, top, temperature, w);
  }
  return top;
}

function entropyOf(double: bool, z: usize, cols: i32, top: f64, temperature: f64, factor: f64, w: usize, ofZ: usize): f64 {
  const rest = restSum(double, z, cols, top, w), depths = w + pairBytes(cols), unit = double ? nats<f64>() : nats<f32>();
  if (double) layDepths<f64>(z, cols, top, temperature, depths);
  else layDepths<f32>(z, cols, top, temperature, depths);
  const sum = 1 + rest, c = pairDot(w, depths, cols) / sum;
  if (ofZ != 0) {
    setLargest(double, z, cols, top, w, 1);
    storeSlopes(double, w, depths, cols, c, (factor / sum) * unit, ofZ);
  }
  return log1pOf(rest) + c * unit;
}

function rowsOf(
  double: bool, isEntropy: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, factor: f64, scratch: usize, out: usize, ofZ: usize,
): void {
  for (let r = 0; r < rows; r++, z += step, out += 8) {
    const top = weighRow(double, z, cols, temperature, scratch);
    let value = NaN;
    if (top == top) {
      value = isEntropy ? entropyOf(double, z, cols, top, temperature, factor, scratch, ofZ) : top / temperature + log1pOf(restSum(double, z, cols, top, scratch));
    }
    store<f64>(out, value == value ? value : NaN);
    if (ofZ != 0) ofZ += <usize>cols << (double ? 3 : 2);
  }
}

function elementsOf(double: bool, log: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  const bytes = <usize>cols << (double ? 3 : 2);
  for (let r = 0; r < rows; r++, z += step, out += bytes) {
    const top = weighRow(double, z, cols, temperature, scratch);
    let sum = NaN;
    if (top == top) sum = log ? restSum(double, z, cols, top, scratch) : pairSum(scratch, cols);
    if (sum != sum) {
      // Every byte of a NaN may be 255.
      memory.fill(out, 255, bytes);
    } else if (log) {
      if (double) logarithms<f64>(z, cols, top, temperature, sum, out);
      else logarithms<f32>(z, cols, top, temperature, sum, out);
    } else if (double) divide<f64>(cols, scratch, sum, out);
    else divide<f32>(cols, scratch, sum, out);
  }
}

export function log_sum_exp_rows(double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  rowsOf(double, false, z, step, rows, cols, temperature, 0, scratch, out, 0);
}

export function logits_entropy_rows(
  double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, factor: f64, scratch: usize, out: usize, ofZ: usize,
): void {
  rowsOf(double, true, z, step, rows, cols, temperature, factor, scratch, out, ofZ);
}

export function softmax_rows(double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  elementsOf(double, false, z, step, rows, cols, temperature, scratch, out);
}

export function log_softmax_rows(double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  elementsOf(double, true, z, step, rows, cols, temperature, scratch, out);
}
