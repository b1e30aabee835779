/**
 * Sums of rows of p and q with their terms beside them: [Σ terms, Σp] and Σ(p − q), in the order of simd/sum.ts.
 *
 * Error   each sum one rounding of f64 and the blocks' own; Σ(p − q) by itself, so that it keeps its digits where p and q are close
 */
import { addWide, lanes, sumBoth, sumPair, zero } from '../simd/lanes';
import { BLOCK, sumError } from '../simd/sum';
import { TILE, maskOf, stepDifference, stepSum, tailDifference, tailSum, vectorsOf } from '../simd/tile';
import { DENSE, fillTile, unscaleOf } from './klTile';

/** What is summed: a branch that is always taken, or never, costs less than another loop in the module. What is not asked for is stored as 0. */
export const TERMS: i32 = 1;
export const MASSES: i32 = 2;
export const ALL: i32 = 3;

/** Blocks of a tile, and of a row's end. */
const MOST_BLOCKS: usize = 17;

/** Adds whole steps of four vectors to the row's sums and stores them: [F, P] at fp, E at sumE. A short step follows where `count` vectors of it are left. */
@inline function sumSteps<T>(asked: i32, t: usize, p: usize, q: usize, cols: i32, count: i32, mask: v128, fp: usize, sumE: usize): void {
  let f = zero(), s = zero(), e = zero();
  const end = p + <usize>(cols & -stepOf<T>()) * sizeof<T>();
  for (; p < end; p += 64, q += 64, t += 64) {
    if (asked & TERMS) f = addWide<T>(f, stepSum<T>(t));
    if (asked & MASSES) {
      s = addWide<T>(s, stepSum<T>(p));
      e = addWide<T>(e, stepDifference<T>(p, q));
    }
  }
  if (count > 0) {
    if (asked & TERMS) f = addWide<T>(f, tailSum<T>(t, count, mask));
    if (asked & MASSES) {
      s = addWide<T>(s, tailSum<T>(p, count, mask));
      e = addWide<T>(e, tailDifference<T>(p, q, count, mask));
    }
  }
  v128.store(fp, sumPair(f, s));
  v128.store64_lane(sumE, sumBoth(e), 0);
}

/** Entries of a whole step. */
@inline function stepOf<T>(): i32 {
  return 4 * lanes<T>();
}

/** Sums of `rows` rows of at most a block, their terms at t. */
function sumRows<T>(asked: i32, rows: i32, t: usize, tStep: usize, p: usize, pStep: usize, q: usize, qStep: usize, cols: i32, fp: usize, sumE: usize): void {
  const rest = cols & (stepOf<T>() - 1), count = vectorsOf<T>(rest), mask = maskOf<T>(rest);
  const end = fp + 16 * <usize>rows;
  do {
    sumSteps<T>(asked, t, p, q, cols, count, mask, fp, sumE);
    fp += 16;
    sumE += 8;
    t += tStep;
    p += pStep;
    q += qStep;
  } while (fp < end);
}

/** Adds a block's sum to a running one, whose high part stands at `hi`. */
@inline function addBlock(block: v128, hi: v128, lo: usize): v128 {
  const h = f64x2.add(hi, block);
  v128.store(lo, f64x2.add(v128.load(lo), sumError(hi, block, h)));
  return h;
}

/** High and low part; an infinite term leaves NaN in the low one. */
@inline function whole(hi: v128, lo: v128): v128 {
  const sum = f64x2.add(hi, lo);
  return v128.bitselect(sum, hi, f64x2.eq(sum, sum));
}

/**
 * Sums of a row that shares its tile with no other, from those of its blocks, which are made as if they were rows, a tile of them at a time. Its terms are made here, and their
 * scale is gone from what is stored. To `blocks` go [F, P] and E of each, and behind them the running sums, from which the next part of a row goes on; all parts but the last
 * are whole blocks.
 */
function sumLong<T>(isFirst: bool, t: usize, p: usize, q: usize, cols: i32, blocks: usize, fp: usize, sumE: usize): void {
  const bytes: usize = <usize>BLOCK * sizeof<T>(), differences = blocks + MOST_BLOCKS * 16, state = differences + MOST_BLOCKS * 8;
  if (isFirst) memory.fill(state, 0, 64);
  let filled = DENSE;
  let hi = v128.load(state), lo = v128.load(state, 16), eHi = v128.load(state, 32), eLo = v128.load(state, 48);
  for (let c = 0; c < cols; c += TILE) {
    const n = min(TILE, cols - c), count = n / BLOCK, size = <usize>count * bytes, rest = n % BLOCK;
    filled = fillTile<T>(filled, p, q, n, t);
    const factor = f64x2.replace_lane(f64x2.splat(1), 0, unscaleOf<T>(filled));
    if (count) sumRows<T>(ALL, count, t, bytes, p, bytes, q, bytes, BLOCK, blocks, differences);
    if (rest) sumRows<T>(ALL, 1, t + size, 0, p + size, 0, q + size, 0, rest, blocks + (<usize>count << 4), differences + (<usize>count << 3));
    for (let at = blocks, e = differences, end = blocks + ((<usize>count + <usize>(rest != 0)) << 4); at < end; at += 16, e += 8) {
      const block = f64x2.mul(v128.load(at), factor), difference = v128.load64_zero(e);
      const h = f64x2.add(hi, block), g = f64x2.add(eHi, difference);
      lo = f64x2.add(lo, sumError(hi, block, h));
      eLo = f64x2.add(eLo, sumError(eHi, difference, g));
      hi = h;
      eHi = g;
    }
    const step = <usize>n * sizeof<T>();
    p += step;
    q += step;
  }
  v128.store(state, hi);
  v128.store(state, lo, 16);
  v128.store(state, eHi, 32);
  v128.store(state, eLo, 48);
  v128.store(fp, whole(hi, lo));
  v128.store64_lane(sumE, f64x2.add(eHi, eLo), 0);
}

/** Sums of `rows` rows, their terms end to end at t: blocks that stand below each other are summed together, so that no row waits for its own. */
function groupSums<T>(asked: i32, rows: i32, t: usize, p: usize, pStep: usize, q: usize, qStep: usize, cols: i32, blocks: usize, fp: usize, sumE: usize): void {
  const size = <usize>cols * sizeof<T>(), last = fp + (<usize>rows << 4), differences = blocks + MOST_BLOCKS * 16, lows = differences + MOST_BLOCKS * 8;
  sumRows<T>(asked, rows, t, size, p, pStep, q, qStep, min(cols, BLOCK), fp, sumE);
  if (cols <= BLOCK) return;
  // A loop: what the engine calls for a few bytes takes longer than they do.
  for (let lo = lows, end = lows + (<usize>rows << 5); lo < end; lo += 16) v128.store(lo, zero());
  for (let c = BLOCK; c < cols; c += BLOCK) {
    const from = <usize>c * sizeof<T>();
    sumRows<T>(asked, rows, t + from, size, p + from, pStep, q + from, qStep, min(BLOCK, cols - c), blocks, differences);
    for (let at = fp, e = sumE, block = blocks, difference = differences, lo = lows; at < last; at += 16, e += 8, block += 16, difference += 8, lo += 32) {
      v128.store(at, addBlock(v128.load(block), v128.load(at), lo));
      v128.store64_lane(e, addBlock(v128.load64_zero(difference), v128.load64_zero(e), lo + 16), 0);
    }
  }
  for (let at = fp, e = sumE, lo = lows; at < last; at += 16, e += 8, lo += 32) {
    v128.store(at, whole(v128.load(at), v128.load(lo)));
    store<f64>(e, load<f64>(e) + load<f64>(lo, 16));
  }
}

/** The same of f64 or f32, as `double` says. */
export function groupSumsOf(
  double: bool, asked: i32, rows: i32, t: usize, p: usize, pStep: usize, q: usize, qStep: usize, cols: i32, blocks: usize, fp: usize, sumE: usize,
): void {
  if (double) groupSums<f64>(asked, rows, t, p, pStep, q, qStep, cols, blocks, fp, sumE);
  else groupSums<f32>(asked, rows, t, p, pStep, q, qStep, cols, blocks, fp, sumE);
}

/** All sums of a row by itself, or of its parts up to this one, its terms made in a tile at t. */
export function longSums(double: bool, isFirst: bool, t: usize, p: usize, q: usize, cols: i32, blocks: usize, fp: usize, sumE: usize): void {
  if (double) sumLong<f64>(isFirst, t, p, q, cols, blocks, fp, sumE);
  else sumLong<f32>(isFirst, t, p, q, cols, blocks, fp, sumE);
}
