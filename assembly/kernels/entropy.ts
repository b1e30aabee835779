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
import { one, zero } from '../simd/lanes';
import { TILE, TILE_BYTES, addBlocks, clearSum, rowLargest, rowLeast, rowSum, sumAt } from '../simd/tile';
import { guardScale, infinity, isOrdinary, logRatio, unscaleFactor } from '../math/logRatio';

/** Sum of the entries that are not above `half`. */
function restSum<T>(x: usize, cols: i32, half: v128, tile: usize, state: usize): f64 {
  clearSum(state);
  for (let c = 0; c < cols; c += TILE, x += TILE * sizeof<T>()) {
    const n = min(TILE, cols - c);
    const end = <usize>n * sizeof<T>();
    for (let i: usize = 0; i < end; i += 16) {
      const a = v128.load(x + i);
      v128.store(tile + i, v128.andnot(a, v128.gt<T>(a, half)));
    }
    addBlocks<T>(tile, n, state);
  }
  return sumAt(state);
}

/** A row more certain than this has rest/S below the range of f32; in f64 the answer itself is subnormal then. */
@inline function leastRest<T>(): f64 {
  return sizeof<T>() == 8 ? 0 : 7.888609052210118e-31; // 2⁻¹⁰⁰
}

function crossEntropyRows<T>(
  w: usize, wStep: usize, x: usize, xStep: usize, rows: i32, cols: i32, normalize: bool, scratch: usize, out: usize,
): void {
  const tile = scratch, state = scratch + TILE_BYTES;
  for (let r = 0; r < rows; r++, w += wStep, x += xStep, out += 8) {
    const W = rowSum<T>(w, cols, state), S = w == x ? W : rowSum<T>(x, cols, state);
    if (!(isOrdinary<T>(W) && isOrdinary<T>(S) && W > 0 && S > 0 && rowLeast<T>(w, cols) >= 0 && rowLeast<T>(x, cols) >= 0)) {
      store<f64>(out, NaN); // left to the twin
      continue;
    }
    const half = normalize ? <T>(0.5 * S) : <T>Infinity;
    const halves = v128.splat<T>(half);
    const others = rowLargest<T>(x, cols) > <f64>half ? restSum<T>(x, cols, halves, tile, state) : 0;
    if (others > 0 && others < S * leastRest<T>()) {
      store<f64>(out, NaN); // left to the twin
      continue;
    }
    const rest = v128.splat<T>(<T>(others / unscaleFactor<T>()));
    const total = v128.mul<T>(v128.splat<T>(normalize ? <T>S : <T>1), guardScale<T>());
    clearSum(state);
    for (let c = 0; c < cols; c += TILE) {
      const n = min(TILE, cols - c);
      const end = <usize>n * sizeof<T>(), from = <usize>c * sizeof<T>();
      for (let i: usize = 0; i < end; i += 16) {
        const raw = v128.load(x + from + i);
        const a = v128.mul<T>(v128.load(w + from + i), guardScale<T>()), b = v128.mul<T>(raw, guardScale<T>());
        const aZero = v128.eq<T>(a, zero()), bZero = v128.eq<T>(b, zero());
        const y = v128.bitselect(total, b, bZero);
        const d = v128.bitselect(rest, v128.sub<T>(total, y), v128.gt<T>(raw, halves));
        const t = v128.mul<T>(a, logRatio<T>(total, y, d));
        v128.store(tile + i, v128.add<T>(t, v128.and(v128.andnot(bZero, aZero), infinity<T>())));
      }
      addBlocks<T>(tile, n, state);
    }
    const v = sumAt(state) * unscaleFactor<T>();
    const value = normalize ? v / W : v;
    store<f64>(out, value == value ? value : NaN);
  }
}

export function cross_entropy_rows_f64(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  crossEntropyRows<f64>(p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
export function cross_entropy_rows_f32(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  crossEntropyRows<f32>(p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
export function entropy_rows_f64(p: usize, pStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  crossEntropyRows<f64>(p, pStep, p, pStep, rows, cols, normalize != 0, scratch, out);
}
export function entropy_rows_f32(p: usize, pStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  crossEntropyRows<f32>(p, pStep, p, pStep, rows, cols, normalize != 0, scratch, out);
}
