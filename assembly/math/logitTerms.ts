/**
 * Sums of terms of two rows of logits that are weighed: w and d = δ − c of logitRows.ts grow into x = w, y = w·eᵈ/(1 + s) and x − y = (w·s − w·(eᵈ − 1))/(1 + s), with
 * s = Σw·(eᵈ − 1)/Σw. Close rows keep their digits, for eᵈ − 1 has them, and s is small beside it. Σx = Σy but for rounding.
 *
 * Rows of f32 that spread no further than NARROW have terms in f32, four abreast, where nothing leaves its range: w ≥ 2⁻⁹³, and y with up to 2²⁴ classes 2⁻¹¹⁷. Of sums below
 * TINY terms may have been subnormal or 0: such rows are summed in f64.
 */
import { half, lowHalves, zero } from '../simd/lanes';
import { pair, pairBytes } from '../simd/pairs';
import { addBlocks, clearSum, sumAt } from '../simd/tile';
import { D, ROWS, SIDE, TILE, Y, rowTerms } from './massTile';
import { LOG, phis } from './phiLoops';
import { OTHER, neutral } from './terms';
import { growRow } from './weights';

/** Behind all that the terms of a tile take: a running sum, then w, w·(eᵈ − 1) and w·eᵈ. */
const STATE: usize = ROWS;
export const WEIGHTS: usize = STATE + 16;
/** Largest spread over T of rows whose terms may be f32. */
const NARROW: f64 = 64;
const TINY: f64 = 1e-26;

/** w·eᵈ goes to y, and w·(eᵈ − 1) takes the place of δ = d + c. */
export function grow(double: bool, w: usize, d: usize, y: usize, cols: i32, c: f64): void {
  if (double) growRow<f64>(w, d, cols, c, y);
  else growRow<f32>(w, d, cols, c, y);
}

/** x, y and x − y of two entries, as f64. */
@inline function pairAt(w: usize, size: usize, level: v128, times: v128, which: i32): v128 {
  if (which == 0) return v128.load(w);
  if (which == 1) return f64x2.mul(v128.load(w + 2 * size), times);
  return f64x2.mul(f64x2.sub(f64x2.mul(v128.load(w), level), v128.load(w + size)), times);
}

/** The like of a vector of T. */
@inline function vectorAt<T>(w: usize, size: usize, level: v128, times: v128, which: i32): v128 {
  const first = pairAt(w, size, level, times, which);
  if (sizeof<T>() == 8) return first;
  return lowHalves(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(pairAt(w + 16, size, level, times, which)));
}

/** n entries into the tile, from w, w·(eᵈ − 1) and w·eᵈ, each `size` bytes behind the last; neutral where w is 0. */
function lay<T>(w: usize, size: usize, n: i32, s: f64, tile: usize): void {
  const level = f64x2.splat(s), times = f64x2.splat(1 / (1 + s));
  const end = tile + <usize>n * sizeof<T>();
  do {
    const x = vectorAt<T>(w, size, level, times, 0), none = v128.eq<T>(x, zero());
    v128.store(tile, v128.bitselect(neutral<T>(), x, none));
    v128.store(tile, v128.bitselect(neutral<T>(), vectorAt<T>(w, size, level, times, 1), none), Y);
    v128.store(tile, vectorAt<T>(w, size, level, times, 2), D);
    w += 128 / sizeof<T>();
    tile += 16;
  } while (tile < end);
}

function sumOf<T>(op: i32, order: f64, w: usize, cols: i32, s: f64, scratch: usize): f64 {
  const size = pairBytes(cols);
  clearSum(scratch + STATE);
  for (; cols > 0; cols -= TILE, w += TILE * 8) {
    const n = min(TILE, cols);
    lay<T>(w, size, n, s, scratch);
    rowTerms(sizeof<T>() == 8, op, order, false, scratch, scratch, 0, 1, (<usize>n * sizeof<T>() + 15) & ~15, scratch, scratch);
    addBlocks<T>(scratch + D, n, scratch + STATE);
  }
  return sumAt(scratch + STATE);
}

/** log(x/m), m the mean of x and y, which differ by 2c·d, to f64 at `to`. */
function logsOfHalves<T>(x: usize, y: usize, c: v128, n: i32, scratch: usize, to: usize): void {
  const a = half<T>(), tile = scratch + (D + OTHER);
  phis<T>(LOG, true, a, a, c, x, y, scratch + D, n, x, tile, tile, scratch + SIDE);
  for (let o: usize = 0, size = <usize>n * 8; o < size; o += 16) v128.store(to + o, pair<T>(tile + (o >> (sizeof<T>() == 8 ? 0 : 1))));
}

function layHalves<T>(w: usize, cols: i32, s: f64, scratch: usize, ofX: usize, ofY: usize): void {
  const size = pairBytes(cols);
  for (; cols > 0; cols -= TILE, w += TILE * 8, ofX += TILE * 8, ofY += TILE * 8) {
    const n = min(TILE, cols), y = scratch + Y;
    lay<T>(w, size, n, s, scratch);
    logsOfHalves<T>(scratch, y, half<T>(), n, scratch, ofX);
    logsOfHalves<T>(y, scratch, v128.neg<T>(half<T>()), n, scratch, ofY);
  }
}

/** Of rows that have grown log(x/m) and log(y/m), m = (x + y)/2, to f64 at `ofX` and `ofY`, of which one may be the place of w·(eᵈ − 1); in f32 where `sum`, that of their terms, was. */
export function halfRatios(spread: f64, sum: f64, w: usize, cols: i32, s: f64, scratch: usize, ofX: usize, ofY: usize): void {
  if (spread <= NARROW && sum >= TINY) layHalves<f32>(w, cols, s, scratch, ofX, ofY);
  else layHalves<f64>(w, cols, s, scratch, ofX, ofY);
}

/** The sum of the terms of rows that have grown; in f32 where they spread no further than that allows. */
export function termSum(spread: f64, op: i32, order: f64, w: usize, cols: i32, s: f64, scratch: usize): f64 {
  if (spread <= NARROW) {
    const sum = sumOf<f32>(op, order, w, cols, s, scratch);
    if (sum >= TINY && sum < Infinity) return sum;
  }
  return sumOf<f64>(op, order, w, cols, s, scratch);
}
