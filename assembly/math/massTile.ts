/**
 * A tile of entries of p and q, q brought to the mass of p: what equalMass.ts and shortRows.ts make their terms from. Formulas and bounds stand in equalMass.ts.
 */
import { addWide, firstLanes, lanes, one, splatOf, sumPair, zero } from '../simd/lanes';
import { extremesOf } from '../simd/pairs';
import { BLOCK } from '../simd/sum';
import { addBlocks } from '../simd/tile';
import { closeEven, layEven } from './evenMixture';
import { guardScale } from './logRatio';
import { SIDE_BYTES } from './phiLoops';
import { JENSEN_SHANNON, OTHER, RATIO, fill, neutral } from './terms';

/** Entries of a tile. */
export const TILE: i32 = 512;
const TILE_BYTES: usize = 512 * 8 + 64;

/** Scratch: x where it is not p itself; q̃; d, and the terms in its place; a running sum; what is known of a row; then what is free until terms are made (terms.ts has a tile there). */
export const Y: usize = TILE_BYTES;
export const D: usize = 2 * TILE_BYTES;
export const STATE: usize = 3 * TILE_BYTES;
export const FACTS: usize = STATE + 16;
export const MASKS: usize = FACTS + 80;
/** What entries of q are multiplied by, and η, in every lane of the rows' type: see layFactors. */
export const SCALE: usize = MASKS + 64;
export const SHRINK: usize = SCALE + 16;
/** From a mask of a row's last step to where the step is copied: x, then y. */
export const END: usize = SHRINK + 16 - MASKS;
export const FREE: usize = MASKS + END + 128;
/** What phiLoops.ts takes, past all that terms.ts has; behind it what shortRows.ts keeps of a group's rows: it ends within the TILES of contract.ts. */
export const SIDE: usize = D + OTHER + TILE_BYTES + 64;
export const ROWS: usize = SIDE + SIDE_BYTES;
/** Facts: P, Σ(p − q), the least entries of both; η and the power of two for q; the masses at zeros of q and of p, and what they are multiplied by. Masks: see layMasks in equalMass.ts. */
export const LEAST: usize = FACTS + 16;
export const ETA: usize = FACTS + 32;
export const FACTOR: usize = FACTS + 40;
export const LONE_X: usize = FACTS + 48;
export const AT_LONE_X: usize = FACTS + 64;

/** P/Q is brought within [¾, 3/2]. */
export const CLOSE: f64 = 0.6666666666666667;
export const FOUR_THIRDS: f64 = 1.3333333333333333;

/** The power of two that is nearest to a ratio: of masses that are equal but for rounding 1, from either side. */
@inline export function nearestPower(ratio: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(ratio * FOUR_THIRDS) & 0x7ff0000000000000);
}

/**
 * Puts what q is multiplied by where loops load it: an engine makes vectors of numbers anew in each turn, and a conversion to f32 among them waits for the turn
 * before (measured: twice the time).
 */
export function layFactors(double: bool, factor: f64, eta: f64, scratch: usize): void {
  v128.store(scratch, splatOf(double, factor), SCALE);
  v128.store(scratch, splatOf(double, eta), SHRINK);
}

/** q̃ and d of rows end to end, each with its η, in every lane, in a row of these. */
function spread<T>(p: usize, q: usize, qStep: usize, rows: i32, size: usize, scratch: usize, etas: usize, y: usize, d: usize): void {
  const scale = v128.load(scratch, SCALE);
  for (; rows > 0; rows--, etas += 16, p += size, q += qStep, y += size, d += size) {
    const eta = v128.load(etas), growth = v128.add<T>(one<T>(), eta);
    let i: usize = 0;
    do {
      const b = v128.mul<T>(v128.load(q + i), scale);
      v128.store(y + i, v128.mul<T>(b, growth));
      v128.store(d + i, v128.sub<T>(v128.sub<T>(v128.load(p + i), b), v128.mul<T>(b, eta)));
      i += 16;
    } while (i < size);
  }
}

function spreadRows(double: bool, p: usize, q: usize, qStep: usize, rows: i32, size: usize, scratch: usize, etas: usize, y: usize, d: usize): void {
  if (double) spread<f64>(p, q, qStep, rows, size, scratch, etas, y, d);
  else spread<f32>(p, q, qStep, rows, size, scratch, etas, y, d);
}

/** q̃ and d of `size` bytes of a row. */
export function spreadOf(double: bool, p: usize, q: usize, size: usize, scratch: usize, y: usize, d: usize): void {
  spreadRows(double, p, q, 0, 1, size, scratch, scratch + SHRINK, y, d);
}

/** The like of a block, guarded: scaled, neutral in place of zeros, x beside them; adds up the masses that stand alone. */
function guard<T>(p: usize, q: usize, n: i32, scratch: usize, at: usize): void {
  const shrink = v128.load(scratch, SHRINK), growth = v128.add<T>(one<T>(), shrink);
  const scale = guardScale<T>(), scaleQ = v128.mul<T>(scale, v128.load(scratch, SCALE));
  let x = scratch + at, loneX = zero(), loneY = zero();
  do {
    const inside = firstLanes<T>(min(n, lanes<T>()));
    const a = v128.mul<T>(v128.and(v128.load(p), inside), scale), b = v128.mul<T>(v128.and(v128.load(q), inside), scaleQ);
    const noA = v128.eq<T>(a, zero()), noB = v128.eq<T>(b, zero()), masked = v128.or(noA, noB), grown = v128.mul<T>(b, growth);
    v128.store(x, v128.bitselect(neutral<T>(), a, masked));
    v128.store(x, v128.bitselect(neutral<T>(), grown, masked), Y);
    v128.store(x, v128.andnot(v128.sub<T>(v128.sub<T>(a, b), v128.mul<T>(b, shrink)), masked), D);
    loneX = addWide<T>(loneX, v128.and(a, noB));
    loneY = addWide<T>(loneY, v128.and(grown, noA));
    n -= lanes<T>();
    p += 16;
    q += 16;
    x += 16;
  } while (n > 0);
  v128.store(scratch, f64x2.add(v128.load(scratch, LONE_X), sumPair(loneX, loneY)), LONE_X);
}

/** The like of up to a tile, from `to` on. */
export function guardBlocks(double: bool, p: usize, q: usize, n: i32, scratch: usize, to: usize): void {
  for (let b = 0; b < n; b += BLOCK) {
    const at = <usize>b << (double ? 3 : 2);
    if (double) guard<f64>(p + at, q + at, min(BLOCK, n - b), scratch, to + at);
    else guard<f32>(p + at, q + at, min(BLOCK, n - b), scratch, to + at);
  }
}

/** What the masses that stand alone come to. 0 where there is none: Infinity times 0 would be NaN. */
export function loneOf(scratch: usize): f64 {
  const masses = v128.load(scratch + LONE_X), t = v128.and(f64x2.mul(masses, v128.load(scratch + AT_LONE_X)), f64x2.gt(masses, zero()));
  return f64x2.extract_lane(t, 0) + f64x2.extract_lane(t, 1);
}

/** Adds the n terms at t to the running sum, or returns the largest of them and `most`. */
export function gather(double: bool, op: i32, t: usize, n: i32, most: f64, state: usize): f64 {
  if (op == RATIO) return max(most, f64x2.extract_lane(extremesOf(double, t, n), 1));
  if (double) addBlocks<f64>(t, n, state);
  else addBlocks<f32>(t, n, state);
  return most;
}

/**
 * Terms of rows end to end into the tile, each row with its η, in every lane, in a row of these: of entries at x and of q times SCALE where they are dense, else of
 * what `guardBlocks` left.
 */
export function rowTerms(
  double: bool, op: i32, order: f64, isDense: bool, x: usize, q: usize, qStep: usize, rows: i32, size: usize, scratch: usize, etas: usize,
): void {
  const y = scratch + Y, t = scratch + D, whole = <usize>rows * size;
  if (op == JENSEN_SHANNON && order == 0.5 && !double) {
    const scale = v128.load(scratch, SCALE);
    for (let o: usize = 0; o < whole; o += size, q += qStep, etas += 16) layEven(isDense, x + o, q, size, scale, v128.load(etas), y + o, t + o);
    closeEven(y, t, whole);
    return;
  }
  if (isDense) spreadRows(double, x, q, qStep, rows, size, scratch, etas, y, t);
  if (double) fill<f64>(op, order, x, y, t, <i32>(whole >> 3), scratch + SIDE);
  else fill<f32>(op, order, x, y, t, <i32>(whole >> 2), scratch + SIDE);
}
