/**
 * Two rows of logits on their way to a divergence of their softmaxes: w = e^((a − a*)/T), * the largest of a, and δ = ((b − a) − (b* − a*))/T, differences
 * error-free, in units of ln2; and on their way to its slopes, as is one row in kernels/softmax.ts. Method and bounds stand in kernels/logits.ts.
 */
import { extremesOf, finiteExtremes, indexOf, pair, pairBytes, pairSum, single, storeRowOf } from '../simd/pairs';
import { sumError } from '../simd/sum';
import { layExcesses, layWeights, perBit, perUnit } from './weights';

/** Largest spread over T of a row that the lanes take: no weight and no eᵈ leaves the normal range. */
const SPREAD: f64 = 300;

/** The larger spread over T of two rows; NaN or ∞ where such a number is among the extremes. A NaN between them comes out as NaN. */
@inline function spreadOf(a: v128, b: v128, temperature: f64): f64 {
  return max(f64x2.extract_lane(a, 1) - f64x2.extract_lane(a, 0), f64x2.extract_lane(b, 1) - f64x2.extract_lane(b, 0)) / temperature;
}

/** Stores w and δ, this in units of ln2. `masked`: classes that are −∞ in both rows get w = δ = 0. */
function weigh<T>(masked: bool, a: usize, b: usize, cols: i32, top: f64, temperature: f64, w: usize, d: usize): void {
  layWeights<T>(false, a, cols, top, perUnit<T>(temperature), w);
  const bit = f64x2.splat(perBit(temperature)), largest = f64x2.splat(top), beside = f64x2.splat(single<T>(b + <usize>indexOf<T>(a, cols, top) * sizeof<T>()));
  const y = f64x2.sub(beside, largest), ey = sumError(beside, f64x2.neg(largest), y), minus = f64x2.splat(-Infinity), end = d + pairBytes(cols);
  do {
    let u = pair<T>(a), v = pair<T>(b);
    // A branch that is always taken, or never, costs less than a second loop in the module.
    if (masked) {
      const hidden = f64x2.eq(u, minus);
      u = v128.bitselect(largest, u, hidden);
      v = v128.bitselect(beside, v, hidden);
      v128.store(w, v128.andnot(v128.load(w), hidden));
    }
    const x = f64x2.sub(v, u);
    let delta = f64x2.sub(x, y);
    // Differences of f32 are as good as exact in f64.
    if (sizeof<T>() == 8) delta = f64x2.add(delta, f64x2.sub(sumError(v, f64x2.neg(u), x), ey));
    v128.store(d, f64x2.mul(delta, bit));
    w += 16;
    d += 16;
    a += 2 * sizeof<T>();
    b += 2 * sizeof<T>();
  } while (d < end);
}

/** Stores w and δ where the lanes can take the rows, and returns the larger spread; NaN where they cannot. */
export function weighRow(double: bool, a: usize, b: usize, cols: i32, temperature: f64, w: usize, d: usize): f64 {
  let ofA = extremesOf(double, a, cols), ofB = extremesOf(double, b, cols), spread = spreadOf(ofA, ofB, temperature);
  const masked = !(spread <= SPREAD);
  if (masked) {
    if (!(f64x2.extract_lane(ofA, 0) == -Infinity && f64x2.extract_lane(ofB, 0) == -Infinity)) return NaN;
    ofA = double ? finiteExtremes<f64>(a, b, cols) : finiteExtremes<f32>(a, b, cols);
    ofB = double ? finiteExtremes<f64>(b, a, cols) : finiteExtremes<f32>(b, a, cols);
    spread = spreadOf(ofA, ofB, temperature);
    if (!(spread <= SPREAD)) return NaN;
  }
  const top = f64x2.extract_lane(ofA, 1);
  if (double) weigh<f64>(masked, a, b, cols, top, temperature, w, d);
  else weigh<f32>(masked, a, b, cols, top, temperature, w, d);
  return spread;
}

/** The sum of w·(eᵈ − 1 − d) of the stored rows, which go to `terms`. */
export function excessSum(double: bool, w: usize, d: usize, cols: i32, c: f64, terms: usize): f64 {
  if (double) layExcesses<f64>(w, d, cols, c, terms);
  else layExcesses<f32>(w, d, cols, c, terms);
  return pairSum(terms, cols);
}

/** w·(d − c)·factor + terms·last; `to` may be any of the rows. */
export function combine(w: usize, d: usize, cols: i32, c: f64, factor: f64, terms: usize, last: f64, to: usize): void {
  const shift = f64x2.splat(c), times = f64x2.splat(factor), timesLast = f64x2.splat(last);
  let o: usize = 0;
  do {
    const line = f64x2.mul(f64x2.mul(v128.load(w + o), f64x2.sub(v128.load(d + o), shift)), times);
    v128.store(to + o, f64x2.add(line, f64x2.mul(v128.load(terms + o), timesLast)));
    o += 16;
  } while (o < pairBytes(cols));
}

/** Stores w·(d − c)·factor as a row of the inputs' dtype; the row of d is lost. */
export function storeSlopes(double: bool, w: usize, d: usize, cols: i32, c: f64, factor: f64, to: usize): void {
  combine(w, d, cols, c, factor, w, 0, d);
  storeRowOf(double, d, cols, to);
}
