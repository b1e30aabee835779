/**
 * Divergences of rows that go by equal masses. With η = Σ(p − q)/Q:
 *   q̃ = q·(1 + η), so that Σq̃ = P;   d = (p − q) − q·η, so that p − q̃ = d without cancellation.
 * Then D(p̂ ‖ q̂) = Σ term(p, q̃, d)/P for each divergence of terms.ts: sums of non-negative terms with nothing to subtract, and p̂ and q̂ are never formed.
 * As given, η = 0 and nothing is divided.
 *
 * Where P/Q is not within [¾, 3/2], a power of two brings it there first: Σ(p − q), or d, would lose the smaller side otherwise, and of rows that differ by a
 * power of two and little else nothing is lost.
 *
 * Three ways, chosen by the row alone:
 *   dense    every entry large enough: terms of the entries as they are. Short rows of divergences share a tile: their terms are made in one loop.
 *   guarded  entries times 2⁶⁴ (f32) or 2⁶⁰⁰ (f64), so that no intermediate is subnormal; zeros are left out of the loop and added up beside it.
 *   twin     sums or terms out of the lanes' range: NaN here, and the backend asks the twin, which takes mantissas and exponents.
 *
 * One body serves f64 and f32 rows (`double` says which): what goes over entries is specialised, what goes over rows is not.
 *
 * Error   each term as in terms.ts; q̃'s rounding does not enter d. 5 ULP of the row, however close p̂ and q̂.
 * Source  NUMERICS, section 2.
 */
import { addWide, firstLanes, highHalves, lanes, lowHalves, one, smallest, splatOf, sumPair, zero } from '../simd/lanes';
import { extremes } from '../simd/pairs';
import { BLOCK, sumError } from '../simd/sum';
import { GROUP, addBlocks, clearSum, leastOf, rowSum, sumAt } from '../simd/tile';
import { evenTerms } from './evenMixture';
import { log1pOf, logOf } from './log';
import { guardScale, isDense, isModerate, isOrdinaryOf, unscaleFactor } from './logRatio';
import { singleRows } from './singleRows';
import { AFFINITY, COVERED, GIVEN, HELLINGER, ITAKURA_SAITO, JENSEN_SHANNON, KL, MIXTURE, RATIO, SUPPORT, atZeroX, atZeroY, fill, isAffinity, neutral } from './terms';

export { GIVEN, KL } from './terms';

/** Entries of a tile. */
export const TILE: i32 = 256;
const TILE_BYTES: usize = 256 * 8 + 64;

/** Scratch: x where it is not p itself; q̃; d, and the terms in its place; a running sum; what is known of a row; then what is free for a kernel's own. */
export const Y: usize = TILE_BYTES;
export const D: usize = 2 * TILE_BYTES;
export const STATE: usize = 3 * TILE_BYTES;
export const FACTS: usize = STATE + 16;
const MASKS: usize = FACTS + 80;
/** What entries of q are multiplied by, and η, in every lane of the rows' type: see layFactors. */
export const SCALE: usize = MASKS + 64;
export const SHRINK: usize = SCALE + 16;
/** From a mask of a row's last step to where the step is copied: x, then y. */
const END: usize = SHRINK + 16 - MASKS;
export const FREE: usize = MASKS + END + 128;
/** Facts of the rows of a group, past all that terms.ts takes: they end within the TILES of contract.ts. */
const ROWS: usize = D + MIXTURE + TILE_BYTES + 64;
const FACT_BYTES: usize = 32;
/** Facts: P, Σ(p − q), the least entries of both; η and the power of two for q; the masses at zeros of q and of p, and what they are multiplied by. Masks: see layMasks. */
export const LEAST: usize = FACTS + 16;
export const ETA: usize = FACTS + 32;
export const FACTOR: usize = FACTS + 40;
export const LONE_X: usize = FACTS + 48;
const AT_LONE_X: usize = FACTS + 64;

const CLOSE: f64 = 0.6666666666666667;
const FOUR_THIRDS: f64 = 1.3333333333333333;

export const TWIN: i32 = 0;
export const DENSE: i32 = 1;
const GUARDED: i32 = 2;

/** Lays out the masks of a row's last step of four vectors. */
function layMasks<T>(cols: i32, masks: usize): void {
  const L = lanes<T>(), last = cols & (4 * L - 1);
  for (let k = 0; k < 4; k++) v128.store(masks + (<usize>k << 4), firstLanes<T>(max(0, min(L, last - k * L))));
}

/** a under the mask, and the least of `least` and it: a lane that is masked compares as NaN, which pmin passes over. */
@inline function lowered<T>(least: v128, a: v128, mask: v128): v128 {
  return v128.pmin<T>(least, v128.or(a, v128.not(mask)));
}

/** What is known of a row after one pass over it: P and Σ(p − q), the least entries of both. */
function survey<T>(p: usize, q: usize, cols: i32, masks: usize, facts: usize): void {
  const L = lanes<T>();
  let hi = zero(), lo = zero(), least = one<T>(), leastQ = one<T>();
  for (let left = cols; left > 0; left -= BLOCK) {
    let sum = zero(), difference = zero();
    for (let m = min(left, BLOCK); m > 0; m -= 4 * L, p += 64, q += 64) {
      if (m < 4 * L) {
        // The last step of a row goes on from a copy, zeros behind its end.
        for (const end = masks + 64; masks < end; masks += 16, p += 16, q += 16) {
          const mask = v128.load(masks), x = v128.load(p), y = v128.load(q);
          least = lowered<T>(least, x, mask);
          leastQ = lowered<T>(leastQ, y, mask);
          v128.store(masks, v128.and(x, mask), END);
          v128.store(masks, v128.and(y, mask), END + 64);
        }
        p = masks + (END - 64);
        q = masks + END;
      }
      const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = v128.load(p, 48);
      const y0 = v128.load(q), y1 = v128.load(q, 16), y2 = v128.load(q, 32), y3 = v128.load(q, 48);
      if (m >= 4 * L) {
        // In a tree: one after the other they would be the longest chain of the loop. A NaN that hides an entry is seen in the sum.
        least = v128.pmin<T>(least, v128.pmin<T>(v128.pmin<T>(x0, x1), v128.pmin<T>(x2, x3)));
        leastQ = v128.pmin<T>(leastQ, v128.pmin<T>(v128.pmin<T>(y0, y1), v128.pmin<T>(y2, y3)));
      }
      sum = addWide<T>(sum, v128.add<T>(v128.add<T>(x0, x1), v128.add<T>(x2, x3)));
      const d0 = v128.add<T>(v128.sub<T>(x0, y0), v128.sub<T>(x1, y1)), d1 = v128.add<T>(v128.sub<T>(x2, y2), v128.sub<T>(x3, y3));
      difference = addWide<T>(difference, v128.add<T>(d0, d1));
    }
    const block = sumPair(sum, difference), h = f64x2.add(hi, block);
    lo = f64x2.add(lo, sumError(hi, block, h));
    hi = h;
  }
  v128.store(facts, f64x2.add(hi, lo));
  store<f64>(facts, smallest<T>(least), 16);
  store<f64>(facts, smallest<T>(leastQ), 24);
}

/**
 * Puts what q is multiplied by where loops load it: an engine makes vectors of numbers anew in each turn, and a conversion to f32 among them waits for the turn
 * before (measured: twice the time).
 */
function layFactors(double: bool, factor: f64, eta: f64, scratch: usize): void {
  v128.store(scratch, splatOf(double, factor), SCALE);
  v128.store(scratch, splatOf(double, eta), SHRINK);
}

/** q̃ and d of rows end to end, each with its η where its facts have it. */
function spread<T>(p: usize, q: usize, qStep: usize, rows: i32, size: usize, scratch: usize, facts: usize, y: usize, d: usize): void {
  const scale = v128.load(scratch, SCALE);
  for (; rows > 0; rows--, facts += FACT_BYTES, p += size, q += qStep, y += size, d += size) {
    const eta = v128.load(facts, 16), growth = v128.add<T>(one<T>(), eta);
    for (let i: usize = 0; i < size; i += 16) {
      const b = v128.mul<T>(v128.load(q + i), scale);
      v128.store(y + i, v128.mul<T>(b, growth));
      v128.store(d + i, v128.sub<T>(v128.sub<T>(v128.load(p + i), b), v128.mul<T>(b, eta)));
    }
  }
}

function spreadRows(double: bool, p: usize, q: usize, qStep: usize, rows: i32, size: usize, scratch: usize, facts: usize, y: usize, d: usize): void {
  if (double) spread<f64>(p, q, qStep, rows, size, scratch, facts, y, d);
  else spread<f32>(p, q, qStep, rows, size, scratch, facts, y, d);
}

/** q̃ and d of `size` bytes of a row. */
function spreadOf(double: bool, p: usize, q: usize, size: usize, scratch: usize, y: usize, d: usize): void {
  spreadRows(double, p, q, 0, 1, size, scratch, scratch + SHRINK - 16, y, d);
}

/** The like of a block, guarded: scaled, neutral in place of zeros, x beside them; adds up the masses that stand alone. */
function guard<T>(p: usize, q: usize, n: i32, scratch: usize, at: usize): void {
  const shrink = v128.load(scratch, SHRINK), growth = v128.add<T>(one<T>(), shrink);
  const scale = guardScale<T>(), scaleQ = v128.mul<T>(scale, v128.load(scratch, SCALE));
  let x = scratch + at, loneX = zero(), loneY = zero();
  for (; n > 0; n -= lanes<T>(), p += 16, q += 16, x += 16) {
    const inside = firstLanes<T>(min(n, lanes<T>()));
    const a = v128.mul<T>(v128.and(v128.load(p), inside), scale), b = v128.mul<T>(v128.and(v128.load(q), inside), scaleQ);
    const noA = v128.eq<T>(a, zero()), noB = v128.eq<T>(b, zero()), masked = v128.or(noA, noB), grown = v128.mul<T>(b, growth);
    v128.store(x, v128.bitselect(neutral<T>(), a, masked));
    v128.store(x, v128.bitselect(neutral<T>(), grown, masked), Y);
    v128.store(x, v128.andnot(v128.sub<T>(v128.sub<T>(a, b), v128.mul<T>(b, shrink)), masked), D);
    loneX = addWide<T>(loneX, v128.and(a, noB));
    loneY = addWide<T>(loneY, v128.and(grown, noA));
  }
  v128.store(scratch, f64x2.add(v128.load(scratch, LONE_X), sumPair(loneX, loneY)), LONE_X);
}

/** The like of a tile. */
export function guardBlocks(double: bool, p: usize, q: usize, n: i32, scratch: usize): void {
  for (let b = 0; b < n; b += BLOCK) {
    const at = <usize>b << (double ? 3 : 2);
    if (double) guard<f64>(p + at, q + at, min(BLOCK, n - b), scratch, at);
    else guard<f32>(p + at, q + at, min(BLOCK, n - b), scratch, at);
  }
}

/** Adds the n terms at t to the running sum, or returns the largest of them and `most`. */
export function gather(double: bool, op: i32, t: usize, n: i32, most: f64, state: usize): f64 {
  if (op == RATIO) return max(most, f64x2.extract_lane(double ? extremes<f64>(t, n) : extremes<f32>(t, n), 1));
  if (double) addBlocks<f64>(t, n, state);
  else addBlocks<f32>(t, n, state);
  return most;
}

/** Whether evenMixture.ts has the terms. */
@inline function isEven(double: bool, op: i32, order: f64): bool {
  return op == JENSEN_SHANNON && order == 0.5 && !double;
}

/** Terms of n entries in place of d. */
function terms(double: bool, op: i32, order: f64, x: usize, n: i32, scratch: usize): void {
  if (double) fill<f64>(op, order, x, scratch + Y, scratch + D, n);
  else fill<f32>(op, order, x, scratch + Y, scratch + D, n);
}

/** Which way a row goes, from what is known of it; finds η and the power of two. */
export function admit(double: bool, op: i32, normalize: bool, p: usize, q: usize, cols: i32, scratch: usize): i32 {
  const state = scratch + STATE, P = load<f64>(scratch + FACTS), leastP = load<f64>(scratch + LEAST), leastQ = load<f64>(scratch + LEAST, 8);
  let E = load<f64>(scratch + FACTS, 8), Q = P - E, eta: f64 = 0, factor: f64 = 1;
  const isNear = Q >= CLOSE * P && Q <= FOUR_THIRDS * P, least = min(leastP, leastQ);
  if (!isNear) Q = rowSum(double, q, cols, state);
  if (!(isOrdinaryOf(double, P) && isOrdinaryOf(double, Q))) return TWIN;
  if (!(least >= 0) || (op == ITAKURA_SAITO && least == 0)) return TWIN;
  if (normalize) {
    if (!isNear) {
      const ratio = P / Q;
      if (!(double ? isModerate<f64>(ratio) : isModerate<f32>(ratio))) return TWIN;
      factor = reinterpret<f64>(reinterpret<u64>(ratio * FOUR_THIRDS) & 0x7ff0000000000000);
      Q *= factor;
      clearSum(state);
      layFactors(double, factor, 0, scratch);
      for (let c = 0; c < cols; c += TILE) {
        const n = min(TILE, cols - c), from = <usize>c << (double ? 3 : 2);
        spreadOf(double, p + from, q + from, <usize>n << (double ? 3 : 2), scratch, scratch, scratch + D);
        gather(double, KL, scratch + D, n, 0, state);
      }
      E = sumAt(state);
    }
    eta = E / Q;
  }
  store<f64>(scratch + ETA, eta);
  store<f64>(scratch + FACTOR, factor);
  layFactors(double, factor, eta, scratch);
  const dense = min(leastP, leastQ * factor);
  return (double ? isDense<f64>(dense) : isDense<f32>(dense)) ? DENSE : GUARDED;
}

/** The sum of a row's terms (RATIO: the largest), NaN where it is out of range. */
function total(double: bool, way: i32, op: i32, order: f64, p: usize, q: usize, cols: i32, scratch: usize): f64 {
  const tile = scratch + D, state = scratch + STATE, even = isEven(double, op, order);
  if (way == TWIN) return NaN;
  let most = -Infinity, lone: f64 = 0;
  clearSum(state);
  v128.store(scratch + LONE_X, zero());
  for (let c = 0; c < cols; c += TILE) {
    const n = min(TILE, cols - c), from = <usize>c << (double ? 3 : 2);
    const x = way == DENSE ? p + from : scratch, size = <usize>n << (double ? 3 : 2);
    if (way == DENSE) {
      if (!even) spreadOf(double, x, q + from, size, scratch, scratch + Y, tile);
    } else {
      guardBlocks(double, p + from, q + from, n, scratch);
      // 0 where there is none: Infinity times 0 would be NaN.
      const masses = v128.load(scratch + LONE_X), t = v128.and(f64x2.mul(masses, v128.load(scratch + AT_LONE_X)), f64x2.gt(masses, zero()));
      lone = f64x2.extract_lane(t, 0) + f64x2.extract_lane(t, 1);
      if (lone == Infinity) return lone;
    }
    if (even) evenTerms(way == DENSE, x, q + from, size, v128.load(scratch, SCALE), v128.load(scratch, SHRINK), scratch + Y, tile);
    else terms(double, op, order, x, n, scratch);
    most = gather(double, op, tile, n, most, state);
  }
  if (op == RATIO) return most;
  // A ratio is of degree 0: scaled entries have the same.
  const isWhole = way == DENSE || op == ITAKURA_SAITO;
  const sum = isWhole ? sumAt(state) : (sumAt(state) + lone) * (double ? unscaleFactor<f64>() : unscaleFactor<f32>());
  return sum < Infinity ? sum : NaN;
}

/** The divergence from the sum of its terms and P. What is no divergence may be negative, or more than one is. */
function conclude(way: i32, op: i32, sum: f64, mass: f64, normalize: bool, scratch: usize): f64 {
  const v = op == RATIO || !normalize ? sum : sum / mass;
  // Where some entries are neutral, the largest ratio is known only if it is above theirs.
  if (op == RATIO && !normalize && way == GUARDED && v <= 0) return NaN;
  if (op == GIVEN || isAffinity(op) || (op == RATIO && !normalize) || v != v) return v;
  const most = load<f64>(scratch + AT_LONE_X) + load<f64>(scratch + AT_LONE_X, 8);
  return v < 0 ? 0 : normalize && v > most ? most : v; // rounding or not
}

function settle(op: i32, order: f64, scratch: usize): void {
  store<f64>(scratch + AT_LONE_X, atZeroY(op, order));
  store<f64>(scratch + AT_LONE_X, atZeroX(op, order), 8);
}

/** What `survey` needs of the number of columns. */
export function layMasksOf(double: bool, cols: i32, scratch: usize): void {
  if (double) layMasks<f64>(cols, scratch + MASKS);
  else layMasks<f32>(cols, scratch + MASKS);
}

function surveyInto(double: bool, p: usize, q: usize, cols: i32, scratch: usize, facts: usize): void {
  if (double) survey<f64>(p, q, cols, scratch + MASKS, facts);
  else survey<f32>(p, q, cols, scratch + MASKS, facts);
}

export function surveyOf(double: bool, p: usize, q: usize, cols: i32, scratch: usize): void {
  surveyInto(double, p, q, cols, scratch, scratch + FACTS);
}

/** The divergence of one row from P = Σp and E = Σ(p − q), or NaN where the twin is needed. */
export function equalMass(double: bool, op: i32, p: usize, q: usize, cols: i32, normalize: bool, P: f64, E: f64, scratch: usize): f64 {
  store<f64>(scratch + FACTS, P);
  store<f64>(scratch + FACTS, E, 8);
  store<f64>(scratch + LEAST, leastOf(double, p, cols));
  store<f64>(scratch + LEAST, leastOf(double, q, cols), 8);
  settle(op, 1, scratch);
  const way = admit(double, op, normalize, p, q, cols, scratch);
  return conclude(way, op, total(double, way, op, 1, p, q, cols, scratch), P, normalize, scratch);
}

/** What becomes of the sums: themselves, or of an order's: Tsallis or Rényi. */
export const PLAIN: i32 = 0;
export const TSALLIS: i32 = 1;
export const RENYI: i32 = 2;

/** Tsallis or Rényi of a row from what its terms come to. */
function entropic(double: bool, use: i32, op: i32, order: f64, v: f64, p: usize, q: usize, cols: i32, scratch: usize): f64 {
  if (op == KL || op == GIVEN || op == RATIO) return v;
  const rest = order - 1;
  if (isAffinity(op)) return v == 1 ? 0 : (use == TSALLIS ? v - 1 : logOf(v)) / rest;
  if (op == HELLINGER) v *= 2;
  if (use == TSALLIS || !(v > 0)) return v;
  const less = rest * v;
  if (less < -0.5) {
    // Little in common: of 1 + less nothing would be left.
    const direct = op == SUPPORT ? COVERED : AFFINITY;
    surveyOf(double, p, q, cols, scratch);
    settle(direct, order, scratch);
    const sum = total(double, admit(double, direct, true, p, q, cols, scratch), direct, order, p, q, cols, scratch);
    settle(op, order, scratch);
    return logOf(sum / load<f64>(scratch + FACTS)) / rest;
  }
  return less == Infinity && v < Infinity ? NaN : log1pOf(less) / rest;
}

/** Sums of rows that are taken together: ordinary in f32 too, with room for what rounding does. */
const LIGHTEST: f64 = 1e-21;
const HEAVIEST: f64 = 1e11;

/** Past the facts, from the first on, of rows that are plainly dense. */
function plainEnd(double: bool, normalize: bool, facts: usize, end: usize): usize {
  // As given, masses may differ; not so much that rounding could move one of them past what is ordinary.
  const nearest = normalize ? CLOSE : 0.001, farthest = normalize ? FOUR_THIRDS : 1000;
  for (; facts < end; facts += FACT_BYTES) {
    const P = load<f64>(facts), Q = P - load<f64>(facts, 8), least = min(load<f64>(facts, 16), load<f64>(facts, 24));
    if (!(Q >= P * nearest && Q <= P * farthest && min(P, Q) >= LIGHTEST && max(P, Q) <= HEAVIEST)) break;
    if (!(double ? isDense<f64>(least) : isDense<f32>(least))) break;
  }
  return facts;
}

/** Rows that lie end to end, fill no more than a tile and are plainly dense: what is done once for each is done for two together. */
function denseRows(
  double: bool, op: i32, order: f64, p: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: bool, scratch: usize, facts: usize, out: usize,
): void {
  const size = <usize>cols << (double ? 3 : 2), tile = scratch + D, state = scratch + STATE, last = facts + (<usize>rows - 1) * FACT_BYTES;
  const given = i32x4.splat(normalize ? -1 : 0);
  // η in the place of the least entries. An odd row stands beside itself.
  for (let f = facts; f <= last; f += 2 * FACT_BYTES) {
    const g = min(f + FACT_BYTES, last), first = v128.load(f), second = v128.load(g), E = highHalves(first, second);
    const eta = v128.and(f64x2.div(E, f64x2.sub(lowHalves(first, second), E)), given);
    v128.store(f, splatOf(double, f64x2.extract_lane(eta, 0)), 16);
    v128.store(g, splatOf(double, f64x2.extract_lane(eta, 1)), 16);
  }
  if (isEven(double, op, order)) {
    for (let f = facts, t = tile; f <= last; f += FACT_BYTES, p += size, q += qStep, t += size) {
      evenTerms(true, p, q, size, one<f32>(), v128.load(f, 16), t - (D - Y), t);
    }
  } else {
    layFactors(double, 1, 0, scratch);
    spreadRows(double, p, q, qStep, rows, size, scratch, facts, scratch + Y, tile);
    terms(double, op, order, p, rows * cols, scratch);
  }
  for (let f = facts, t = tile; f <= last; f += FACT_BYTES, t += size) {
    clearSum(state);
    gather(double, op, t, cols, 0, state);
    store<f64>(f, sumAt(state), 8);
  }
  const most = f64x2.splat(normalize ? load<f64>(scratch + AT_LONE_X) + load<f64>(scratch + AT_LONE_X, 8) : Infinity);
  for (let f = facts; f <= last; f += 2 * FACT_BYTES, out += 16) {
    const first = v128.load(f), second = v128.load(min(f + FACT_BYTES, last)), sum = highHalves(first, second);
    let v = normalize ? f64x2.div(sum, lowHalves(first, second)) : sum;
    v = v128.or(f64x2.pmin(f64x2.pmax(v, zero()), most), f64x2.ge(sum, f64x2.splat(Infinity)));
    v128.store64_lane(out, v, 0);
    if (f < last) v128.store64_lane(out, v, 1, 8);
  }
}

/** Rows of one divergence; NaN where the twin is needed. */
export function termRows(
  double: bool, use: i32, op: i32, order: f64, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: bool, scratch: usize, out: usize,
): void {
  if (double && cols == 1 && !normalize && (op == KL || op == ITAKURA_SAITO)) {
    singleRows(op == ITAKURA_SAITO, p, pStep, q, qStep, rows, scratch, out);
    return;
  }
  const isShort = cols <= TILE && pStep == <usize>cols << (double ? 3 : 2) && op != GIVEN && op != RATIO && !isAffinity(op);
  settle(op, order, scratch);
  layMasksOf(double, cols, scratch);
  for (let group = isShort ? min(TILE / max(cols, 1), GROUP) : 1; rows > 0; rows -= group) {
    group = min(group, rows);
    const end = scratch + ROWS + <usize>group * FACT_BYTES;
    for (let f = scratch + ROWS, a = p, b = q; f < end; f += FACT_BYTES, a += pStep, b += qStep) surveyInto(double, a, b, cols, scratch, f);
    for (let f = scratch + ROWS; f < end; ) {
      let next = isShort ? plainEnd(double, normalize, f, end) : f;
      if (next != f) denseRows(double, op, order, p, q, qStep, <i32>((next - f) / FACT_BYTES), cols, normalize, scratch, f, out);
      else {
        v128.store(scratch, v128.load(f), FACTS);
        v128.store(scratch, v128.load(f, 16), LEAST);
        const way = admit(double, op, normalize, p, q, cols, scratch);
        store<f64>(out, conclude(way, op, total(double, way, op, order, p, q, cols, scratch), load<f64>(scratch + FACTS), normalize, scratch));
        next = f + FACT_BYTES;
      }
      for (; f < next; f += FACT_BYTES, p += pStep, q += qStep, out += 8) {
        let v = load<f64>(out);
        if (use != PLAIN) v = entropic(double, use, op, order, v, p, q, cols, scratch);
        store<f64>(out, v == v ? v : NaN);
      }
    }
  }
}

/** The like for a divergence that stands for itself. */
export function equalMassRows<T>(
  op: i32, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: bool, scratch: usize, out: usize,
): void {
  termRows(sizeof<T>() == 8, PLAIN, op, 0.5, p, pStep, q, qStep, rows, cols, normalize, scratch, out);
}
