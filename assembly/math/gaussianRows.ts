/**
 * Rows of diagonal Gaussians: the divergence of each column (gaussianTerm.ts) summed over the row. Three ways, each where the one before declines:
 *
 *   quick    rows of 16 columns and more, in T's lanes: the product form (variances, standard deviations), or eˣ − 1 − x from a plain exponential
 *   precise  terms in f64 lanes into a tile, summed from there; short rows lie end to end in a tile
 *   twin     bad input, and values near the ends of the f64 range: NaN here, and the backend asks the twin
 *
 * Which one answers depends on the row alone, so that the bits do too.
 */
import { largest, one, smallest, zero } from '../simd/lanes';
import { pairSum } from '../simd/pairs';
import { addBlocks, clearSum, sumAt } from '../simd/tile';
import { DECLINED, ONES_32, ONES_64, QUICK_ROWS, ZEROS, quickLogRows, quickRatioRows } from './gaussianQuick';
import { gaussianGradient } from './gaussianGradient';
import { tailNumber } from './logRatio';
import { LARGEST_GAP, LARGEST_LOG, LOG_VARIANCE, SMALLEST, STD, TILE, TILE_BYTES, closeRatio, isUsable, layRatio, logTerm, unitOf } from './gaussianTerm';

/** Rows below this many columns go end to end: what a quick row costs at its end would be more than it saves. */
const QUICK_COLUMNS: i32 = 16;

/** Scratch: a tile of terms, a staged tile for each input, two tiles of what the terms of log-variances leave to their gradients, the running sum. */
const KEPT: usize = 5 * TILE_BYTES;
const STATE: usize = 7 * TILE_BYTES;
/** What the other terms' first half leaves stands in the tile and in the place of `kept`. */
const NEAR: usize = KEPT;
const REST: usize = KEPT + TILE_BYTES;
/** Where the last entries of a tile are copied. */
const EDGE: usize = STATE + 16;

/** The kernels' body. `wide`: inputs are f64. `prior`: N(0, I) takes the place of m1 and y, which are not looked at. g…: gradients, 0 where not wanted. */
export function gaussianRows(
  kind: i32, prior: bool, wide: bool, m0: usize, m0Step: usize, x: usize, xStep: usize, m1: usize, m1Step: usize, y: usize, yStep: usize,
  rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  const size: usize = wide ? 8 : 4, isAsked = (g0 | gx | g1 | gy) != 0;
  const unit = kind == LOG_VARIANCE ? ZEROS : wide ? ONES_64 : ONES_32;
  if (prior) {
    m1 = ZEROS;
    y = unit;
  }
  const isShort = cols < QUICK_COLUMNS, group = isShort ? TILE / max(1, cols) : QUICK_ROWS, kept = isAsked ? scratch + KEPT : 0;
  let isStaged = false;
  for (let r = 0; r < rows; ) {
    const count = min(group, rows - r);
    isStaged = isShort && count > 1 && preciseGroup(kind, prior, wide, m0, m0Step, x, xStep, m1, m1Step, y, yStep, count, cols, isStaged, scratch, out, kept);
    const isTried = !isShort && (prior || kind != LOG_VARIANCE);
    if (isTried && kind == LOG_VARIANCE) quickLogRows(wide, m0, m0Step, x, xStep, count, cols, scratch, out, g0, gx);
    else if (isTried) quickRatioRows(kind == STD, prior, wide, m0, m0Step, x, xStep, m1, m1Step, y, yStep, count, cols, scratch, out);
    // Rows that follow each other in every input are one long row.
    const apart = isAsked && (m0Step == 0 || xStep == 0 || (!prior && (m1Step == 0 || yStep == 0))), each = isStaged && !apart ? count : 1;
    for (let done = 0; done < count; done += each) {
      let isQuick = false;
      if (!isStaged) {
        let v = isTried ? load<f64>(out) : DECLINED;
        isQuick = v >= 0;
        if (!isQuick) v = preciseRow(kind, prior, wide, m0, x, m1, y, cols, scratch, kept, g0, gx, g1, gy);
        store<f64>(out, v);
      }
      if (isAsked) {
        const entries = each * cols, bytes = <usize>entries * size;
        // What is not done yet.
        if (isStaged || (isQuick && kind != LOG_VARIANCE)) {
          gaussianGradient(kind, wide, isQuick, m0, x, m1, y, prior, entries, kept + 8 * <usize>(done * cols), g0, gx, g1, gy);
        }
        g0 = moved(g0, bytes);
        gx = moved(gx, bytes);
        g1 = moved(g1, bytes);
        gy = moved(gy, bytes);
      }
      m0 += <usize>each * m0Step;
      x += <usize>each * xStep;
      m1 += <usize>each * m1Step;
      y += <usize>each * yStep;
      out += 8 * <usize>each;
    }
    r += count;
  }
}

/** A place further on; 0 stays 0. */
@inline function moved(g: usize, by: usize): usize {
  return g ? g + by : 0;
}

/** Short rows, together at most a tile: false where one of them is out of the terms' domain. Inputs that are one row for all stay staged for the next group, which is no larger: whether they are. */
function preciseGroup(
  kind: i32, prior: bool, wide: bool, m0: usize, m0Step: usize, x: usize, xStep: usize, m1: usize, m1Step: usize, y: usize, yStep: usize,
  rows: i32, cols: i32, isStaged: bool, scratch: usize, out: usize, kept: usize,
): bool {
  const a = staged(wide, m0, m0Step, rows, cols, isStaged, scratch + TILE_BYTES);
  const b = staged(wide, x, xStep, rows, cols, isStaged, scratch + 2 * TILE_BYTES);
  const c = prior ? ZEROS : staged(wide, m1, m1Step, rows, cols, isStaged, scratch + 3 * TILE_BYTES);
  const d = prior ? y : staged(wide, y, yStep, rows, cols, isStaged, scratch + 4 * TILE_BYTES);
  const to = cols == 1 ? out : scratch;
  if (!fill(kind, prior, a, b, c, d, rows * cols, to, scratch, kept)) return false;
  if (cols != 1) for (let r = 0; r < rows; r++) store<f64>(out + 8 * <usize>r, pairSum(to + 8 * <usize>(r * cols), cols));
  return true;
}

/** One row of any length, and its gradients where `kept` is not 0. */
function preciseRow(
  kind: i32, prior: bool, wide: bool, m0: usize, x: usize, m1: usize, y: usize, cols: i32, scratch: usize,
  kept: usize, g0: usize, gx: usize, g1: usize, gy: usize,
): f64 {
  const size: usize = wide ? 8 : 4;
  const state = scratch + STATE;
  clearSum(state);
  for (let start = 0; start < cols; start += TILE) {
    const n = min(TILE, cols - start);
    const o = <usize>start * size, same: usize = prior ? 0 : o;
    const a = staged(wide, m0 + o, 8, 1, n, false, scratch + TILE_BYTES);
    const b = staged(wide, x + o, 8, 1, n, false, scratch + 2 * TILE_BYTES);
    const c = prior ? ZEROS : staged(wide, m1 + o, 8, 1, n, false, scratch + 3 * TILE_BYTES);
    const d = prior ? y : staged(wide, y + o, 8, 1, n, false, scratch + 4 * TILE_BYTES);
    if (!fill(kind, prior, a, b, c, d, n, scratch, scratch, kept)) return NaN;
    addBlocks<f64>(scratch, n, state);
    if (kept) {
      gaussianGradient(
        kind, wide, false, m0 + o, x + o, m1 + same, y + same, prior, n, kept, moved(g0, o), moved(gx, o), moved(g1, o), moved(gy, o),
      );
    }
  }
  return sumAt(state);
}

/** Where rows · cols entries of an input lie end to end as f64: where they are, or copied. */
function staged(wide: bool, p: usize, step: usize, rows: i32, cols: i32, isStaged: bool, to: usize): usize {
  const repeated = step == 0;
  if (wide && !repeated) return p;
  if (repeated && isStaged) return to;
  if (repeated) {
    let at = to;
    for (let r = 0; r < rows; r++) {
      for (let c: usize = 0; c < <usize>cols; c++, at += 8) store<f64>(at, wide ? load<f64>(p + 8 * c) : <f64>load<f32>(p + 4 * c));
    }
  } else {
    for (let i: usize = 0; i < <usize>(rows * cols); i += 2) v128.store(to + 8 * i, f64x2.promote_low_f32x4(v128.load64_zero(p + 4 * i)));
  }
  return to;
}

/** Terms of n entries, at most a tile; whether they hold for all of them. */
function fill(kind: i32, prior: bool, m0: usize, x: usize, m1: usize, y: usize, n: i32, to: usize, scratch: usize, kept: usize): bool {
  if (prior) y = kind == LOG_VARIANCE ? ZEROS : ONES_64;
  const whole = n & ~3, left = n - whole, from = <usize>whole << 3, tile = scratch + from, edge = scratch + EDGE;
  if (!terms(kind, prior, m0, x, m1, y, whole, to, scratch, kept)) return false;
  if (left == 0) return true;
  // The last ones go on from a copy, with the last of all in the place of those that are missing.
  const same: usize = prior ? 0 : from;
  for (let i: usize = 0; i < 32; i += 8) {
    const o = min(i, (<usize>left - 1) << 3);
    store<f64>(edge + i, load<f64>(m0 + from + o));
    store<f64>(edge + i, load<f64>(x + from + o), 32);
    store<f64>(edge + i, load<f64>(m1 + same + o), 64);
    store<f64>(edge + i, load<f64>(y + same + o), 96);
  }
  if (!terms(kind, false, edge, edge + 32, edge + 64, edge + 96, 4, tile, tile, kept ? kept + from : 0)) return false;
  if (to != scratch) memory.copy(to + from, tile, <usize>left << 3);
  return true;
}

/** The like of a multiple of four, which may be none. */
function terms(kind: i32, prior: bool, m0: usize, x: usize, m1: usize, y: usize, n: i32, to: usize, at: usize, kept: usize): bool {
  if (n == 0) return true;
  const move = prior ? 0 : 32;
  if (kind == LOG_VARIANCE) return fillLogs(m0, x, m1, y, move, n, to, kept);
  return layRatios(kind == STD, m0, x, m1, y, move, n, at) && closeRatios(kind == STD, n, at, to);
}

/** Two vectors at once here and below: the chain of one is longer than a core looks ahead. */
function fillLogs(m0: usize, x: usize, m1: usize, y: usize, move: usize, n: i32, to: usize, kept: usize): bool {
  const isKept = kept != 0;
  let most = zero(), mostGap = zero(), words = zero();
  do {
    const b = v128.load(x), d = v128.load(y), f = v128.load(x, 16), h = v128.load(y, 16);
    const t = logTerm(v128.load(m0), b, v128.load(m1), d, isKept, kept), u = logTerm(v128.load(m0, 16), f, v128.load(m1, 16), h, isKept, kept + 16);
    mostGap = f64x2.pmax(mostGap, f64x2.pmax(f64x2.abs(f64x2.sub(b, d)), f64x2.abs(f64x2.sub(f, h))));
    most = f64x2.pmax(most, f64x2.pmax(f64x2.abs(d), f64x2.abs(h)));
    words = i32x4.max_u(words, i32x4.max_u(t, u));
    v128.store(to, t);
    v128.store(to, u, 16);
    n -= 4;
    m0 += 32;
    x += 32;
    m1 += move;
    y += move;
    to += 32;
    kept += 32;
  } while (n > 0);
  return i64x2.all_true(isUsable(words)) && largest<f64>(mostGap) <= LARGEST_GAP && largest<f64>(most) <= LARGEST_LOG;
}

function layRatios(std: bool, m0: usize, x: usize, m1: usize, y: usize, move: usize, n: i32, at: usize): bool {
  let least = one<f64>();
  do {
    const b = v128.load(x), d = v128.load(y), v = f64x2.div(one<f64>(), d);
    const f = v128.load(x, 16), h = v128.load(y, 16), w = f64x2.div(one<f64>(), h);
    layRatio(std, false, f64x2.sub(v128.load(m0), v128.load(m1)), b, d, v, f64x2.sub(b, d), at, at + NEAR, at + REST);
    layRatio(std, false, f64x2.sub(v128.load(m0, 16), v128.load(m1, 16)), f, h, w, f64x2.sub(f, h), at + 16, at + (NEAR + 16), at + (REST + 16));
    least = f64x2.pmin(least, f64x2.pmin(f64x2.pmin(b, v), f64x2.pmin(f, w)));
    n -= 4;
    m0 += 32;
    x += 32;
    m1 += move;
    y += move;
    at += 32;
  } while (n > 0);
  return smallest<f64>(least) >= SMALLEST;
}

function closeRatios(std: bool, n: i32, at: usize, to: usize): bool {
  const unit = unitOf(std), n0 = tailNumber<f64>(0), n1 = tailNumber<f64>(1), d0 = tailNumber<f64>(2), d1 = tailNumber<f64>(3), d2 = tailNumber<f64>(4), d3 = tailNumber<f64>(5);
  let words = zero();
  do {
    const t = closeRatio(unit, at, at + NEAR, at + REST, n0, n1, d0, d1, d2, d3);
    const u = closeRatio(unit, at + 16, at + (NEAR + 16), at + (REST + 16), n0, n1, d0, d1, d2, d3);
    words = i32x4.max_u(words, i32x4.max_u(t, u));
    v128.store(to, t);
    v128.store(to, u, 16);
    n -= 4;
    at += 32;
    to += 32;
  } while (n > 0);
  return i64x2.all_true(isUsable(words));
}
