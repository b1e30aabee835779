/**
 * What one row of logits gives: log-sum-exp, entropy, softmax and log-softmax; f32 rows are widened and summed in f64.
 *
 * Method  t = (z − z*)/T, w = eᵗ, rest = Σw without the largest's own 1; log Σw = log1p(rest).
 *         entropy = log1p(rest) + Σw·(−t)/Σw: no term is negative, and a nearly one-hot row keeps its digits.
 * Error   relative; u = the rounding of one logit over T. f64: 32·2⁻⁵³ + 2u; f32: 2⁻²⁶, softmax 1 ULP more.
 *         Log-sum-exp and log-softmax: u on top, absolute.
 * Source  derived in NUMERICS, section 3.
 */
import { zero } from '../simd/lanes';
import { extremes, indexOf, pair, pairBytes, pairSum, storePair } from '../simd/pairs';
import { log1pOf } from '../math/log';
import { anyWeight, nats, perUnit, staysNormal } from '../math/weights';

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
  const perLogit = perUnit<T>(temperature), unit = f64x2.splat(perLogit), largest = f64x2.splat(top);
  const isDeep = !staysNormal<T>((f64x2.extract_lane(ends, 0) - top) * perLogit);
  for (const end = w + pairBytes(cols); w < end; w += 16, z += 2 * sizeof<T>()) {
    v128.store(w, anyWeight<T>(isDeep, f64x2.mul(f64x2.sub(pair<T>(z), largest), unit)));
  }
}

/** Σw·(−t) in units; the products go to `terms`, which may be w. */
function depthSum<T>(z: usize, cols: i32, top: f64, temperature: f64, w: usize, terms: usize): f64 {
  const unit = f64x2.splat(perUnit<T>(temperature)), largest = f64x2.splat(top), start = terms;
  for (const end = w + pairBytes(cols); w < end; w += 16, terms += 16, z += 2 * sizeof<T>()) {
    v128.store(terms, f64x2.mul(v128.load(w), depth<T>(z, largest, unit)));
  }
  return pairSum(start, cols);
}

/** Σw without the largest's own 1; w of that one is left 0. */
function restSum<T>(z: usize, cols: i32, top: f64, w: usize): f64 {
  store<f64>(w + (<usize>indexOf<T>(z, cols, top) << 3), 0);
  return pairSum(w, cols);
}

@inline function entropyRow<T>(z: usize, cols: i32, top: f64, temperature: f64, w: usize): f64 {
  const rest = restSum<T>(z, cols, top, w);
  return log1pOf(rest) + (depthSum<T>(z, cols, top, temperature, w, w) / (1 + rest)) * nats<T>();
}

/** Stores w/Σw. */
@inline function divide<T>(cols: i32, w: usize, sum: f64, out: usize): void {
  const factor = f64x2.splat(1 / sum);
  const end = w + (<usize>(cols & ~1) << 3);
  for (; w < end; w += 16, out += 2 * sizeof<T>()) storePair<T>(out, f64x2.mul(v128.load(w), factor));
  if (cols & 1) store<T>(out, <T>(load<f64>(w) * f64x2.extract_lane(factor, 0)));
}

/** Stores t − log Σw. */
@inline function logarithms<T>(z: usize, cols: i32, top: f64, temperature: f64, rest: f64, out: usize): void {
  const largest = f64x2.splat(top), factor = f64x2.splat(perUnit<f64>(temperature)), log = f64x2.splat(log1pOf(rest));
  for (let left = cols; left > 0; left -= 2, z += 2 * sizeof<T>(), out += 2 * sizeof<T>()) {
    const y = f64x2.sub(f64x2.mul(f64x2.sub(pair<T>(z), largest), factor), log);
    if (left > 1) storePair<T>(out, y);
    else store<T>(out, <T>f64x2.extract_lane(y, 0));
  }
}

const LOG_SUM_EXP: i32 = 0;
const ENTROPY: i32 = 1;

function rowsOf<T>(op: i32, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  for (let r = 0; r < rows; r++, z += step, out += 8) {
    const ends = extremes<T>(z, cols), top = largest(ends);
    let value = NaN;
    if (top == top) {
      weigh<T>(z, cols, ends, top, temperature, scratch);
      if (op == LOG_SUM_EXP) value = top / temperature + log1pOf(restSum<T>(z, cols, top, scratch));
      if (op == ENTROPY) value = entropyRow<T>(z, cols, top, temperature, scratch);
    }
    store<f64>(out, value == value ? value : NaN);
  }
}

function elementsOf<T>(log: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  const bytes = <usize>cols * sizeof<T>();
  for (let r = 0; r < rows; r++, z += step, out += bytes) {
    const ends = extremes<T>(z, cols), top = largest(ends);
    let sum = NaN;
    if (top == top) {
      weigh<T>(z, cols, ends, top, temperature, scratch);
      sum = log ? restSum<T>(z, cols, top, scratch) : pairSum(scratch, cols);
    }
    if (sum != sum) {
      for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(out + i, <T>NaN);
    } else if (log) logarithms<T>(z, cols, top, temperature, sum, out);
    else divide<T>(cols, scratch, sum, out);
  }
}

export function log_sum_exp_rows(double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  if (double) rowsOf<f64>(LOG_SUM_EXP, z, step, rows, cols, temperature, scratch, out);
  else rowsOf<f32>(LOG_SUM_EXP, z, step, rows, cols, temperature, scratch, out);
}

export function logits_entropy_rows(double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  if (double) rowsOf<f64>(ENTROPY, z, step, rows, cols, temperature, scratch, out);
  else rowsOf<f32>(ENTROPY, z, step, rows, cols, temperature, scratch, out);
}

export function softmax_rows(double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  if (double) elementsOf<f64>(false, z, step, rows, cols, temperature, scratch, out);
  else elementsOf<f32>(false, z, step, rows, cols, temperature, scratch, out);
}

export function log_softmax_rows(double: bool, z: usize, step: usize, rows: i32, cols: i32, temperature: f64, scratch: usize, out: usize): void {
  if (double) elementsOf<f64>(true, z, step, rows, cols, temperature, scratch, out);
  else elementsOf<f32>(true, z, step, rows, cols, temperature, scratch, out);
}
