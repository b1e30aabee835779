/**
 * Entropy and cross-entropy of rows, Σ w·log(S/x)/Σw with S = Σx; entropy is the case w = x.
 *
 * normalize = 0: −Σ w·log x, entries as given (S = 1, no division).
 * The entry above S/2, if there is one, takes log(S/x) = log1p(rest/x) with rest the sum of the others, summed without it: a nearly certain row
 * keeps its digits, a one-hot row gives exactly 0.
 *
 * w = 0 adds 0; w > 0 with x = 0 gives Infinity; invalid rows give NaN, as in kl.ts. Entries are scaled by a power of two as there.
 *
 * Error   f64 32·2⁻⁵³, f32 2⁻²⁰, relative (as given: of Σ|w·log x|).
 * Source  NUMERICS, section 2.
 */
import { one, splatOf, zero } from '../simd/lanes';
import { TILE, TILE_BYTES, addBlocks, clearSum, leastOf, rowLargest, rowSum, sumAt } from '../simd/tile';
import { guardScale, infinity, isOrdinaryOf, stepNumber, unscaleFactor } from '../math/logRatio';
import { APART, LOG_TIMES, PIECE, closePhis, layPhi } from '../math/phiLoops';

/** Adds the entries that are not above `half` to the running sum. */
function addRest<T>(x: usize, n: i32, half: v128, tile: usize, state: usize): void {
  const end = <usize>n * sizeof<T>();
  let i: usize = 0;
  do {
    const a = v128.load(x + i);
    v128.store(tile + i, v128.andnot(a, v128.gt<T>(a, half)));
    i += 16;
  } while (i < end);
  addBlocks<T>(tile, n, state);
}

/** Adds w·log(S/x), scaled; `half` is S/2, `whole` S, `rest` the sum of what is not above S/2, scaled. An x of 0 counts as half of all, and w > 0 beside it as Infinity. */
function addTerms<T>(w: usize, x: usize, n: i32, half: v128, whole: v128, rest: v128, tile: usize, state: usize): void {
  const scale = guardScale<T>(), total = v128.mul<T>(whole, scale), some = v128.mul<T>(total, v128.splat<T>(<T>0.5)), toHalf = stepNumber<T>(0), mask = stepNumber<T>(1), ln2 = stepNumber<T>(2), side = state + 16;
  const end = <usize>n * sizeof<T>();
  for (let o: usize = 0; o < end; o += PIECE) {
    const size = min(end - o, PIECE);
    let i: usize = 0;
    do {
      const raw = v128.load(x + o + i), a = v128.mul<T>(v128.load(w + o + i), scale), b = v128.mul<T>(raw, scale), isZero = v128.eq<T>(b, zero());
      const y = v128.bitselect(some, b, isZero), d = v128.bitselect(rest, v128.sub<T>(total, y), v128.gt<T>(raw, half));
      v128.store(side + i, v128.bitselect(infinity<T>(), a, v128.andnot(isZero, v128.eq<T>(a, zero()))), APART);
      layPhi<T>(LOG_TIMES, total, y, true, d, side + i, toHalf, mask, ln2);
      i += 16;
    } while (i < size);
    closePhis<T>(LOG_TIMES, side + APART, side, size, tile + o, tile + o);
  }
  addBlocks<T>(tile, n, state);
}

/** A row more certain than this has rest/S below the range of f32; in f64 the answer itself is subnormal then. */
const LEAST_REST: f64 = 7.888609052210118e-31; // 2⁻¹⁰⁰

/** One row; NaN where it is left to the twin. */
function crossEntropy(double: bool, w: usize, x: usize, cols: i32, normalize: bool, scratch: usize): f64 {
  const tile = scratch, state = scratch + TILE_BYTES, log = double ? 3 : 2, unscale = double ? unscaleFactor<f64>() : unscaleFactor<f32>();
  const W = rowSum(double, w, cols, state), S = w == x ? W : rowSum(double, x, cols, state);
  if (!(isOrdinaryOf(double, W) && isOrdinaryOf(double, S) && W > 0 && S > 0 && leastOf(double, w, cols) >= 0 && leastOf(double, x, cols) >= 0)) return NaN;
  const half = splatOf(double, normalize ? 0.5 * S : Infinity);
  clearSum(state);
  if (normalize && (double ? rowLargest<f64>(x, cols) > 0.5 * S : rowLargest<f32>(x, cols) > <f64><f32>(0.5 * S))) {
    for (let c = 0; c < cols; c += TILE) {
      const n = min(TILE, cols - c), from = x + (<usize>c << log);
      if (double) addRest<f64>(from, n, half, tile, state);
      else addRest<f32>(from, n, half, tile, state);
    }
  }
  const rest = sumAt(state);
  if (!double && rest > 0 && rest < S * LEAST_REST) return NaN;
  const whole = splatOf(double, normalize ? S : 1), others = splatOf(double, rest / unscale);
  clearSum(state);
  for (let c = 0; c < cols; c += TILE) {
    const n = min(TILE, cols - c), from = <usize>c << log;
    if (double) addTerms<f64>(w + from, x + from, n, half, whole, others, tile, state);
    else addTerms<f32>(w + from, x + from, n, half, whole, others, tile, state);
  }
  const v = sumAt(state) * unscale, value = normalize ? v / W : v;
  return value == value ? value : NaN;
}

function crossEntropyRows(
  double: bool, w: usize, wStep: usize, x: usize, xStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize,
): void {
  for (; rows > 0; rows--, w += wStep, x += xStep, out += 8) store<f64>(out, crossEntropy(double, w, x, cols, normalize != 0, scratch));
}

export function cross_entropy_rows(double: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  crossEntropyRows(double, p, pStep, q, qStep, rows, cols, normalize, scratch, out);
}
export function entropy_rows(double: bool, p: usize, pStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  crossEntropyRows(double, p, pStep, p, pStep, rows, cols, normalize, scratch, out);
}
