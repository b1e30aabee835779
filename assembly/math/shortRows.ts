/**
 * Rows that lie end to end and fill no more than a tile together, p and q of nearly the same mass: what is done once for each row elsewhere is done for two at
 * once here, and their terms are made in one loop. The bits are those that each row has by itself. Where masses differ, equalMass.ts brings q near first, in powers
 * of two; where an entry is 0 or small, all rows are guarded, which gives a dense one the same bits unless its sum is tiny: then each goes by itself.
 */
import { highHalves, lowHalves, splatOf, zero } from '../simd/lanes';
import { BLOCK } from '../simd/sum';
import { GROUP, leastOf } from '../simd/tile';
import { isDense, unscaleFactor } from './logRatio';
import { CLOSE, D, FOUR_THIRDS, LONE_X, ROWS, SCALE, SHRINK, guardBlocks, layFactors, loneOf, rowTerms } from './massTile';
import { MASSES, TERMS, groupSumsOf } from './rowSums';
import { ITAKURA_SAITO } from './terms';

/** Sums of rows that are taken together: ordinary in f32 too, with room for what rounding does. */
const LIGHTEST: f64 = 1e-21;
const HEAVIEST: f64 = 1e11;

/** Sums from here on have the bits of a dense row whether it was guarded or not: what a term was rounded to, 2⁻¹⁰⁷⁴ (f32: 2⁻¹⁴⁹) at most, is nothing beside them. */
const TINY_64: f64 = 1e-270;
const TINY_32: f64 = 5.421010862427522e-20; // 2⁻⁶⁴

/** What became of rows: they have their values; or one has to go by itself, for its masses (P and E stand in scratch) or for what is in it. */
export const HELD: i32 = 0;
export const UNEVEN: i32 = 1;
const LEFT: i32 = 2;

/** Scratch for each row: [what stands alone in it, P]; η, then the sum of its terms; E; a power of two. */
const ETAS: usize = ROWS + GROUP * 16;
export const SUMS_E: usize = ETAS + GROUP * 16;
export const FACTORS: usize = SUMS_E + GROUP * 8;
const BLOCKS: usize = FACTORS + GROUP * 8;

/** `most`: the largest value that one has. q are the `given` rows, each times its power of two at `factors`, or 0 where all are 1. */
export function shortRows(
  double: bool, op: i32, order: f64, p: usize, q: usize, qStep: usize, given: usize, givenStep: usize, factors: usize, rows: i32, cols: i32, normalize: bool,
  most: f64, scratch: usize, out: usize,
): i32 {
  const size = <usize>cols << (double ? 3 : 2), n = rows * cols, tile = scratch + D;
  const fp = scratch + ROWS, etas = scratch + ETAS, sumE = scratch + SUMS_E, last = <usize>rows - 1;
  const least = min(leastOf(double, p, n), leastOf(double, q, qStep == 0 ? cols : n)), isGuarded = !(double ? isDense<f64>(least) : isDense<f32>(least));
  if (isGuarded && (!(least >= 0) || cols > BLOCK || op == ITAKURA_SAITO)) return LEFT;
  // As given, masses may differ; not so much that rounding could move one of them past what is ordinary.
  const nearest = f64x2.splat(normalize ? CLOSE : 0.001), farthest = f64x2.splat(normalize ? FOUR_THIRDS : 1000), kept = i32x4.splat(normalize ? -1 : 0);
  let plain = f64x2.eq(zero(), zero());
  groupSumsOf(double, MASSES, rows, tile, p, size, q, qStep, cols, scratch + BLOCKS, fp, sumE);
  // An odd row stands beside itself.
  for (let r: usize = 0; r <= last; r += 2) {
    const s = min(r + 1, last), P = highHalves(v128.load(fp + (r << 4)), v128.load(fp + (s << 4)));
    const E = lowHalves(v128.load64_splat(sumE + (r << 3)), v128.load64_splat(sumE + (s << 3))), Q = f64x2.sub(P, E);
    const isNear = v128.and(f64x2.ge(Q, f64x2.mul(P, nearest)), f64x2.le(Q, f64x2.mul(P, farthest)));
    const isHere = v128.and(f64x2.ge(f64x2.pmin(P, Q), f64x2.splat(LIGHTEST)), f64x2.le(f64x2.pmax(P, Q), f64x2.splat(HEAVIEST)));
    plain = v128.and(plain, v128.and(isNear, isHere));
    const eta = v128.and(f64x2.div(E, Q), kept);
    v128.store(etas + (r << 4), splatOf(double, f64x2.extract_lane(eta, 0)));
    v128.store(etas + (s << 4), splatOf(double, f64x2.extract_lane(eta, 1)));
  }
  if (!i64x2.all_true(plain)) return normalize ? UNEVEN : LEFT;
  layFactors(double, 1, 0, scratch);
  if (isGuarded) {
    for (let r: usize = 0; r <= last; r++, given += givenStep) {
      if (factors) v128.store(scratch, splatOf(double, load<f64>(factors + (r << 3))), SCALE);
      v128.store(scratch, v128.load(etas + (r << 4)), SHRINK);
      v128.store(scratch, zero(), LONE_X);
      guardBlocks(double, p + r * size, given, cols, scratch, r * size);
      store<f64>(fp + (r << 4), loneOf(scratch));
    }
    // All rows as one: what a vector writes behind a row would be the next one's.
    rowTerms(double, op, order, false, scratch, q, 0, 1, size * <usize>rows, scratch, etas);
  } else rowTerms(double, op, order, true, p, q, qStep, rows, size, scratch, etas);
  // Terms come in the place of η.
  groupSumsOf(double, TERMS, rows, tile, p, size, q, qStep, cols, scratch + BLOCKS, etas, sumE);
  const unscale = f64x2.splat(!isGuarded ? 1 : double ? unscaleFactor<f64>() : unscaleFactor<f32>());
  for (let r: usize = 0; r <= last; r += 2, out += 16) {
    const o = r << 4, s = min(r + 1, last) << 4, sum = lowHalves(v128.load(etas + o), v128.load(etas + s)), first = v128.load(fp + o), second = v128.load(fp + s);
    let v = f64x2.mul(f64x2.add(sum, lowHalves(first, second)), unscale);
    // Terms of a dense row by itself may have been subnormal, or 0.
    if (isGuarded && v128.any_true(v128.and(f64x2.gt(v, zero()), f64x2.lt(v, f64x2.splat(double ? TINY_64 : TINY_32))))) return LEFT;
    if (normalize) v = f64x2.div(v, highHalves(first, second));
    v = v128.or(f64x2.pmin(f64x2.pmax(v, zero()), f64x2.splat(most)), f64x2.ge(sum, f64x2.splat(Infinity)));
    v128.store64_lane(out, v, 0);
    if (r < last) v128.store64_lane(out, v, 1, 8);
  }
  return HELD;
}
