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
 *   dense    every entry large enough: terms of the entries as they are. Short rows share a tile: shortRows.ts.
 *   guarded  entries times 2⁶⁴ (f32) or 2⁶⁰⁰ (f64), so that no intermediate is subnormal; zeros are left out of the loop and added up beside it.
 *   twin     sums or terms out of the lanes' range: NaN here, and the backend asks the twin, which takes mantissas and exponents.
 *
 * One body serves f64 and f32 rows (`double` says which): what goes over entries is specialised, what goes over rows is not.
 *
 * Error   each term as in terms.ts; q̃'s rounding does not enter d. 5 ULP of the row, however close p̂ and q̂.
 * Source  NUMERICS, section 2.
 */
import { addWide, firstLanes, lanes, one, smallest, sumPair, zero } from '../simd/lanes';
import { BLOCK, sumError } from '../simd/sum';
import { GROUP, clearSum, rowSum, sumAt } from '../simd/tile';
import { log1pOf, logOf } from './log';
import { isDense, isModerate, isOrdinaryOf, unscaleFactor } from './logRatio';
import {
  AT_LONE_X, CLOSE, D, END, ETA, FACTOR, FACTS, FOUR_THIRDS, LEAST, LONE_X, MASKS, ROWS, SHRINK, STATE, TILE, gather, guardBlocks, layFactors, loneOf, nearestPower, rowTerms, spreadOf,
} from './massTile';
import { FACTORS, HELD, SUMS_E, UNEVEN, shortRows } from './shortRows';
import { PHI, PHI_RATIO } from './phiLoops';
import { singleRows } from './singleRows';
import { AFFINITY, COVERED, GIVEN, HELLINGER, ITAKURA_SAITO, KL, RATIO, SUPPORT, atZeroX, atZeroY, isAffinity } from './terms';

export { GIVEN, KL } from './terms';

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
    if (left < cols) lo = f64x2.add(lo, sumError(hi, block, h));
    hi = h;
  }
  v128.store(facts, f64x2.add(hi, lo));
  store<f64>(facts, smallest<T>(least), 16);
  store<f64>(facts, smallest<T>(leastQ), 24);
}

/**
 * The power of two that brings q within [¾, 3/2] of the mass of p, 1 where it is nearly there, or where masses may differ (not `normalize`); 0 where the twin is
 * needed.
 */
function powerFor(double: bool, normalize: bool, P: f64, E: f64, q: usize, cols: i32, state: usize): f64 {
  let Q = P - E;
  const isNear = Q >= CLOSE * P && Q <= FOUR_THIRDS * P;
  if (!isNear) Q = rowSum(double, q, cols, state);
  if (!(isOrdinaryOf(double, P) && isOrdinaryOf(double, Q))) return 0;
  if (isNear || !normalize) return 1;
  const ratio = P / Q, isHere = double ? isModerate<f64>(ratio) : isModerate<f32>(ratio);
  return isHere ? nearestPower(ratio) : 0;
}

/** Which way a row goes, from what is known of it; finds η and the power of two. */
export function admit(double: bool, op: i32, normalize: bool, p: usize, q: usize, cols: i32, scratch: usize): i32 {
  const state = scratch + STATE, P = load<f64>(scratch + FACTS), leastP = load<f64>(scratch + LEAST), leastQ = load<f64>(scratch + LEAST, 8);
  const least = min(leastP, leastQ);
  let E = load<f64>(scratch + FACTS, 8), eta: f64 = 0;
  const factor = powerFor(double, normalize, P, E, q, cols, state);
  if (factor == 0 || !(least >= 0) || (op == ITAKURA_SAITO && least == 0)) return TWIN;
  if (normalize) {
    if (factor != 1) {
      clearSum(state);
      layFactors(double, factor, 0, scratch);
      for (let c = 0; c < cols; c += TILE) {
        const n = min(TILE, cols - c), from = <usize>c << (double ? 3 : 2);
        spreadOf(double, p + from, q + from, <usize>n << (double ? 3 : 2), scratch, scratch, scratch + D);
        gather(double, KL, scratch + D, n, 0, state);
      }
      E = sumAt(state);
    }
    eta = E / (P - E);
  }
  store<f64>(scratch + ETA, eta);
  store<f64>(scratch + FACTOR, factor);
  layFactors(double, factor, eta, scratch);
  const dense = min(leastP, leastQ * factor);
  return (double ? isDense<f64>(dense) : isDense<f32>(dense)) ? DENSE : GUARDED;
}

/** The sum of a row's terms (RATIO: the largest), NaN where it is out of range. */
function total(double: bool, way: i32, op: i32, order: f64, p: usize, q: usize, cols: i32, scratch: usize): f64 {
  const tile = scratch + D, state = scratch + STATE;
  if (way == TWIN) return NaN;
  let most = -Infinity, lone: f64 = 0;
  clearSum(state);
  v128.store(scratch + LONE_X, zero());
  for (let c = 0; c < cols; c += TILE) {
    const n = min(TILE, cols - c), from = <usize>c << (double ? 3 : 2);
    if (way != DENSE) {
      guardBlocks(double, p + from, q + from, n, scratch, 0);
      lone = loneOf(scratch);
      if (lone == Infinity) return lone;
    }
    const size = <usize>n << (double ? 3 : 2);
    rowTerms(double, op, order, way == DENSE, way == DENSE ? p + from : scratch, q + from, 0, 1, size, scratch, scratch + SHRINK);
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

export function surveyOf(double: bool, p: usize, q: usize, cols: i32, scratch: usize): void {
  if (double) survey<f64>(p, q, cols, scratch + MASKS, scratch + FACTS);
  else survey<f32>(p, q, cols, scratch + MASKS, scratch + FACTS);
}

/** What becomes of the sums: themselves, or of an order's: Tsallis or Rényi. */
export const PLAIN: i32 = 0;
export const TSALLIS: i32 = 1;
export const RENYI: i32 = 2;

/** log S/(α − 1); NaN where terms of S may have been subnormal, or 0, which the twin tells from none. */
export function logOrder(double: bool, S: f64, rest: f64): f64 {
  return (double ? isDense<f64>(S) : isDense<f32>(S)) ? logOf(S) / rest : NaN;
}

/** Tsallis or Rényi of a row from what its terms come to. */
function entropic(double: bool, use: i32, op: i32, order: f64, v: f64, p: usize, q: usize, cols: i32, scratch: usize): f64 {
  if (op == KL || op == GIVEN || op == RATIO) return v;
  const rest = order - 1;
  if (isAffinity(op)) return v == 1 ? 0 : use == TSALLIS ? (v - 1) / rest : logOrder(double, v, rest);
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
    return logOrder(double, sum / load<f64>(scratch + FACTS), rest);
  }
  return less == Infinity && v < Infinity ? NaN : log1pOf(less) / rest;
}

/** Rows of q, which `shortRows` found uneven, times the powers of two of `admit` end to end in the place of x, and these; false where it would leave one of them to the twin. */
function evened(double: bool, q: usize, qStep: usize, rows: i32, cols: i32, scratch: usize): bool {
  const size = <usize>cols << (double ? 3 : 2);
  for (let r: usize = 0; r < <usize>rows; r++, q += qStep) {
    const factor = powerFor(double, true, load<f64>(scratch + ROWS + (r << 4), 8), load<f64>(scratch + SUMS_E + (r << 3)), q, cols, scratch + STATE);
    if (factor == 0) return false;
    store<f64>(scratch + FACTORS + (r << 3), factor);
    layFactors(double, factor, 0, scratch);
    spreadOf(double, q, q, size, scratch, scratch + r * size, scratch + D);
  }
  return true;
}

/** Rows of one divergence; NaN where the twin is needed. */
export function termRows(
  double: bool, use: i32, op: i32, order: f64, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: bool, scratch: usize, out: usize,
): void {
  if (double && cols == 1 && !normalize && (op == KL || op == ITAKURA_SAITO)) {
    singleRows(op == KL ? PHI : PHI_RATIO, p, pStep, q, qStep, rows, scratch, out);
    return;
  }
  // Longer rows that go by the masses of KL differ too much in them.
  const size = <usize>cols << (double ? 3 : 2), isShort = cols <= (op == KL && normalize ? BLOCK : TILE) && pStep == size && op != GIVEN && op != RATIO && !isAffinity(op);
  // So many rows are tried together; half as many where one of them has to go by itself; and some again after plain ones, the more the more often that failed.
  const whole = isShort ? min(TILE / max(cols, 1), GROUP) : 1;
  let asked = whole, plain = 0, wait = 2;
  settle(op, order, scratch);
  layMasksOf(double, cols, scratch);
  while (rows > 0) {
    const count = min(asked, rows);
    if (count > 1) {
      const most = normalize ? load<f64>(scratch + AT_LONE_X) + load<f64>(scratch + AT_LONE_X, 8) : Infinity;
      const found = shortRows(double, op, order, p, q, qStep, q, qStep, 0, count, cols, normalize, most, scratch, out);
      if (found != HELD && !(found == UNEVEN && cols <= BLOCK && evened(double, q, qStep, count, cols, scratch)
        && shortRows(double, op, order, p, scratch, size, q, qStep, scratch + FACTORS, count, cols, true, most, scratch, out) == HELD)) {
        asked = count >> 1;
        plain = 0;
        if (asked == 1) wait <<= 1;
        continue;
      }
      asked = min(whole, 2 * count);
      wait = 2;
    } else {
      surveyOf(double, p, q, cols, scratch);
      const way = admit(double, op, normalize, p, q, cols, scratch);
      store<f64>(out, conclude(way, op, total(double, way, op, order, p, q, cols, scratch), load<f64>(scratch + FACTS), normalize, scratch));
      plain = way == DENSE ? plain + 1 : 0;
      if (plain == wait) asked = min(whole, 4);
    }
    rows -= count;
    for (const end = out + 8 * <usize>count; out < end; out += 8, p += pStep, q += qStep) {
      let v = load<f64>(out);
      if (use != PLAIN) v = entropic(double, use, op, order, v, p, q, cols, scratch);
      store<f64>(out, v == v ? v : NaN);
    }
  }
}
