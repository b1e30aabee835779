/**
 * KL divergence of rows.
 *
 *   normalize = 1: D(p̂ ‖ q̂) = (Σφ(p, q) − φ(P, Q))/P, P = Σp, Q = Σq, φ(P, Q) with its difference Σ(p − q) summed by itself; ≥ 0.
 *   normalize = 0: Σ p·log(p/q), entries as given, relatively accurate term by term; may be negative (equalMass.ts).
 *
 * p = 0 adds q (as given: 0); p > 0 with q = 0 gives Infinity; an entry negative, NaN or infinite, or a row that sums to 0, gives NaN.
 *
 * Three ways, chosen by speed where they agree bit by bit and by the row alone where they do not:
 *   dense    every entry ≥ DENSE: terms of the entries as they are.
 *   guarded  zeros masked, entries times 2⁶⁴ (f32) or 2⁶⁰⁰ (f64) so that no intermediate is subnormal. Powers of two are exact: a dense row gives the same bits.
 *   twin     sums outside the ordinary range: NaN here, and the backend asks the twin, which takes mantissas and exponents.
 * Where P and Q are so far apart that Σφ and φ(P, Q) would cancel (a factor 2 or more), q is brought to the mass of p: equalMass.ts.
 *
 * member_kl_rows: a row is the distributions of several members end to end; (1/M)·Σ D(p̂_m ‖ p̄), p̄ their mean (means.ts), as D of the row from the mean
 * repeated. 0 where they are not of equal mass, to rounding: that is not answered here.
 *
 * Error   f64: 7e-16 relative on ordinary rows, at most 32·2⁻⁵³; f32: 2⁻²⁰.
 * Source  NUMERICS, sections 1 and 2.
 */
import { highHalves, lowHalves, zero } from '../simd/lanes';
import { GROUP, TILE } from '../simd/tile';
import { GIVEN, KL, PLAIN, termRows } from '../math/equalMass';
import { DENSE, fillTile, unscaleOf } from '../math/klTile';
import { areOrdinary, phiPair } from '../math/logRatio';
import { FREE } from '../math/massTile';
import { layMeans } from '../math/means';
import { ALL, groupSumsOf, longSums } from '../math/rowSums';

const SERIES_0: usize = memory.data<f64>([0.6666666666666666], 8);
const SERIES_1: usize = memory.data<f64>([0.4], 8);
const SERIES_2: usize = memory.data<f64>([0.2857142857142857], 8);
const NEAR: f64 = 1e-6;

/** Scratch that is not for rows of KL alone: the TILES of contract.ts. */
const SHARED: usize = 3940 * 8;

/** φ(P, Q) from z = s² and s = E/(P + Q), by its series: for z < NEAR. */
@inline function excessNear(P: v128, E: v128, s: v128, z: v128): v128 {
  const tail = f64x2.add(v128.load64_splat(SERIES_0), f64x2.mul(z, f64x2.add(v128.load64_splat(SERIES_1), f64x2.mul(z, v128.load64_splat(SERIES_2)))));
  return f64x2.mul(s, f64x2.add(E, f64x2.mul(f64x2.mul(P, z), tail)));
}

/** Where P is ordinary with room to spare and Q is within a thousandth of it. */
@inline function isPlain(wide: bool, P: v128, z: v128): v128 {
  const inRange = v128.and(f64x2.ge(P, f64x2.splat(wide ? 1e-140 : 1e-24)), f64x2.le(P, f64x2.splat(wide ? 1e80 : 1e11)));
  return v128.and(inRange, f64x2.lt(z, f64x2.splat(NEAR)));
}

/** (Σφ − φ(P, Q))/P, not below 0. */
@inline function closed(F: v128, excess: v128, P: v128): v128 {
  return f64x2.pmax(f64x2.div(f64x2.sub(F, excess), P), zero());
}

/** Where φ(P, Q) leaves enough of Σφ. */
@inline function isLess(excess: v128, F: v128): v128 {
  return f64x2.le(excess, f64x2.mul(f64x2.splat(0.5), F));
}

/** The values of `count` rows from their sums, Σφ times `unscale`, two at once; whether none is NaN. Beside the last of an odd number stands what is left of another group, and is not looked at. */
function closeRows(wide: bool, count: i32, unscale: f64, fp: usize, sumE: usize, out: usize): bool {
  const end = out + 8 * <usize>count;
  let isWhole = true;
  for (let at = out; at < end; at += 16, fp += 32, sumE += 16) {
    const first = v128.load(fp), second = v128.load(fp, 16), E = v128.load(sumE), F = f64x2.mul(lowHalves(first, second), f64x2.splat(unscale)), P = highHalves(first, second);
    const s = f64x2.div(E, f64x2.add(P, f64x2.sub(P, E))), z = f64x2.mul(s, s), excess = excessNear(P, E, s, z), v = closed(F, excess, P);
    if (at + 8 < end && v128.all_true<u64>(v128.and(isPlain(wide, P, z), isLess(excess, F)))) v128.store(at, v);
    else isWhole = closePair(wide, F, P, E, excess, z, at, end) && isWhole;
  }
  return isWhole;
}

/** Those that are NaN, as many at a time as follow each other. */
function answerOthers(wide: bool, p: usize, pStep: usize, q: usize, qStep: usize, cols: i32, scratch: usize, out: usize, end: usize): void {
  for (let count = 1; out < end; out += 8 * <usize>count, p += <usize>count * pStep, q += <usize>count * qStep) {
    count = 1;
    if (!isNaN(load<f64>(out))) continue;
    while (out + 8 * <usize>count < end && isNaN(load<f64>(out + 8 * <usize>count))) count++;
    termRows(wide, PLAIN, KL, 1, p, pStep, q, qStep, count, cols, true, scratch, out);
  }
}

/** The values of any two rows, or of one; NaN where q must be brought to the mass of p, as Σφ and φ(P, Q) would cancel, or the twin is needed. Whether there is none. */
function closePair(wide: bool, F: v128, P: v128, E: v128, near: v128, z: v128, at: usize, end: usize): bool {
  const Q = f64x2.sub(P, E), excess = v128.bitselect(near, phiPair<f64>(P, Q, E), f64x2.lt(z, f64x2.splat(NEAR)));
  const isClose = v128.and(f64x2.ge(Q, f64x2.mul(P, f64x2.splat(0.5))), f64x2.le(Q, f64x2.add(P, P)));
  const holds = v128.and(isLess(excess, F), v128.and(isClose, areOrdinary(wide, P, Q))), v = v128.or(closed(F, excess, P), v128.not(holds));
  v128.store64_lane(at, v, 0);
  if (at + 8 < end) v128.store64_lane(at, v, 1, 8);
  return i64x2.all_true(holds);
}

function klRows(wide: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, scratch: usize, out: usize): void {
  const size = <usize>cols << (wide ? 3 : 2);
  // Rows that lie end to end share tiles, four at least; one row for all, on either side, is repeated so that it does, too.
  const flat = 4 * cols <= TILE && (pStep == size || qStep == size), once = pStep == 0 ? p : q;
  const group = flat ? min(TILE / max(cols, 1), GROUP) : GROUP;
  // Scratch: a tile and what phiLoops.ts takes, which end before FREE, in the place of what equalMass.ts has there; the sums of a group; the repeated reference behind all that.
  const fp = scratch + FREE, sumE = fp + GROUP * 16, blocks = sumE + GROUP * 8, repeated = scratch + SHARED;
  if (flat && (pStep == 0 || qStep == 0)) {
    for (let i = 0; i < group; i++) memory.copy(repeated + <usize>i * size, once, size);
  }
  let filled = DENSE;
  for (; rows > 0; rows -= group) {
    const count = min(group, rows);
    let unscale: f64 = 1;
    if (flat) {
      const x = pStep == 0 ? repeated : p, y = qStep == 0 ? repeated : q, n = count * cols;
      filled = wide ? fillTile<f64>(filled, x, y, n, scratch) : fillTile<f32>(filled, x, y, n, scratch);
      unscale = wide ? unscaleOf<f64>(filled) : unscaleOf<f32>(filled);
      groupSumsOf(wide, ALL, count, scratch, p, pStep, q, qStep, cols, blocks, fp, sumE);
    } else {
      for (let r: usize = 0; r < <usize>count; r++) longSums(wide, true, scratch, p + r * pStep, q + r * qStep, cols, blocks, fp + (r << 4), sumE + (r << 3));
    }
    if (!closeRows(wide, count, unscale, fp, sumE, out)) answerOthers(wide, p, pStep, q, qStep, cols, scratch, out, out + 8 * <usize>count);
    p += <usize>count * pStep;
    q += <usize>count * qStep;
    out += <usize>count * 8;
  }
}

/** What `normalize` says of a row that comes in parts. */
const FIRST_PART: f64 = 2;

/** The value of a row's parts up to this one; NaN where the row is needed as a whole. */
function klPart(wide: bool, isFirst: bool, p: usize, q: usize, cols: i32, scratch: usize, out: usize): void {
  const fp = scratch + FREE, sumE = fp + GROUP * 16, blocks = sumE + GROUP * 8;
  longSums(wide, isFirst, scratch, p, q, cols, blocks, fp, sumE);
  closeRows(wide, 1, 1, fp, sumE, out);
}

export function kl_rows(wide: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  if (normalize > 1) klPart(wide, normalize == FIRST_PART, p, q, cols, scratch, out);
  else if (normalize != 0) klRows(wide, p, pStep, q, qStep, rows, cols, scratch, out);
  else termRows(wide, PLAIN, GIVEN, 0.5, p, pStep, q, qStep, rows, cols, false, scratch, out);
}

/** Bytes of scratch that `klRows` takes. */
const KL_SCRATCH: usize = SHARED + 1032 * 8;

export function member_kl_rows(wide: bool, p: usize, pStep: usize, rows: i32, cols: i32, members: f64, scratch: usize, out: usize): void {
  const asked = <i32>members, parts = cols % asked == 0 ? asked : 1, width = cols / parts, means = scratch + KL_SCRATCH, size = <usize>cols << (wide ? 3 : 2);
  for (let group = max(1, TILE / max(cols, 1)); rows > 0; rows -= group) {
    const count = min(group, rows);
    for (let r: usize = 0; r < <usize>count; r++) {
      if (wide) layMeans<f64>(p + r * pStep, parts, width, means + r * size);
      else layMeans<f32>(p + r * pStep, parts, width, means + r * size);
    }
    klRows(wide, p, pStep, means, size, count, cols, scratch, out);
    p += <usize>count * pStep;
    out += <usize>count * 8;
  }
}
