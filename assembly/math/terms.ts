/**
 * The terms of divergences between rows of equal mass: of x, y > 0 and d = x − y, each ≥ 0, 0 for d = 0, homogeneous of degree 1.
 *
 *   KL               φ(x, y)                                  Tsallis, α → 1
 *   JEFFREYS         d·log(x/y)
 *   JENSEN_SHANNON   π·φ(x, m) + ϖ·φ(y, m), m = πx + ϖy, ϖ = 1 − π; x − m = ϖd and y − m = −πd handed in; f32 at π = ½: evenMixture.ts
 *   SKEW             φ(x, m), m = ϖx + πy, x − m = πd
 *   TOTAL_VARIATION  |d|/2
 *   TRIANGULAR       d²/(x + y)
 *   PEARSON          d²/y                                     Tsallis, α = 2
 *   HELLINGER        (√x − √y)²/2 as d²/(√x + √y)²/2         half of Tsallis, α = ½
 *   POWER            Tsallis: (αx + βy − x^α·y^β)/β, β = 1 − α, α ≥ ½
 *   ITAKURA_SAITO    φ(x, y)/x = y/x − 1 − log(y/x)           (of degree 0; of q and p, that is)
 * and, which are no divergences,
 *   GIVEN            x·log(x/y)
 *   AFFINITY         x^α·y^β
 *   SUPPORT          0: what is left of q where p has nothing          Tsallis, α = 0
 *   COVERED          y, the rest of that
 *   RATIO            log(x/y), of which the largest is wanted
 *
 * Where x or y is 0 a term is y·atZeroX or x·atZeroY: no term is asked for it. Of such a divergence between distributions their sum is the largest value.
 *
 * POWER   With t = log(x/y) and w = −βt: [φ(x, y) − x·(e^w − 1 − w)/β], which does not cancel where α > 1, and by less than 4 where |w| ≤ 0.6;
 *         beyond, for α < 1, as it is written above. e^w from k and t₀ of t = t₀ + k·ln2, with β in two parts: as exact as t₀ is, not as w.
 * Error   4 ULP; 20 where the arguments are nearly a factor 2 apart, as φ; POWER and AFFINITY |β|/2 more.
 * Source  NUMERICS, section 2; derived there.
 */
import { constant, one, zero } from '../simd/lanes';
import { LN2_64, LOG2E_32, LOG2E_64, MAGIC_32, MAGIC_64 } from './constants';
import { em1mxShort } from './exp';
import { exponentStepBy, guardedZero, phiOne, stepTimes, stepNumber } from './logRatio';
import { LOG, LOG_TIMES, PHI, PHI_AND_REST, PIECE, phis } from './phiLoops';

export const KL: i32 = 0;
export const JEFFREYS: i32 = 1;
export const JENSEN_SHANNON: i32 = 2;
export const SKEW: i32 = 3;
export const TOTAL_VARIATION: i32 = 4;
export const TRIANGULAR: i32 = 5;
export const PEARSON: i32 = 6;
export const HELLINGER: i32 = 7;
export const POWER: i32 = 8;
export const ITAKURA_SAITO: i32 = 9;
export const GIVEN: i32 = 10;
export const AFFINITY: i32 = 11;
export const SUPPORT: i32 = 12;
export const COVERED: i32 = 13;
export const RATIO: i32 = 14;

/** The term of a kind of divergence, as contract.ts numbers them. */
export function termOfKind(kind: f64): i32 {
  switch (<i32>kind) {
    case 0: return KL;
    case 1: return JEFFREYS;
    case 2: return TOTAL_VARIATION;
    case 3: return TRIANGULAR;
    case 4: return PEARSON;
  }
  return HELLINGER;
}

/** And of an order of Tsallis', not 0, 1 or ∞. */
export function termOfOrder(order: f64): i32 {
  return order == 0.5 ? HELLINGER : order == 2 ? PEARSON : POWER;
}

/** Whether what is summed is Σ x^α·y^(1−α), 1 and less where a divergence is 0 and more. */
@inline export function isAffinity(op: i32): bool {
  return op == AFFINITY || op == COVERED;
}

/** φ(1, y). */
function toRest(y: f64): f64 {
  return phiOne(1, y, 1 - y);
}

/** What a term is y times, where x is 0. */
export function atZeroX(op: i32, order: f64): f64 {
  if (op == JEFFREYS) return Infinity;
  if (op == JENSEN_SHANNON) return (1 - order) * (toRest(1 - order) + order);
  if (op == SKEW) return order;
  if (op == TOTAL_VARIATION || op == HELLINGER) return 0.5;
  return op == GIVEN || op == RATIO || isAffinity(op) ? 0 : 1;
}

/** What a term is x times, where y is 0. */
export function atZeroY(op: i32, order: f64): f64 {
  if (op == JENSEN_SHANNON) return order * (toRest(order) + (1 - order));
  if (op == SKEW) return order < 1 ? phiOne(1, 1 - order, order) : Infinity;
  if (op == TRIANGULAR) return 1;
  if (op == TOTAL_VARIATION || op == HELLINGER) return 0.5;
  if (op == POWER && order < 1) return order / (1 - order);
  return op == SUPPORT || (isAffinity(op) && order < 1) ? 0 : Infinity;
}

/** What stands in for x and y where a term is not wanted: below every scaled entry. */
@inline export function neutral<T>(): v128 {
  return guardedZero<T>();
}

/** From the place of a term to that of another that is made with it: past the tile and what is kept of a row. */
export const OTHER: usize = 4416;

/** What is done to the entries at x, y and t (d at first), one vector at a time; `op` is constant where this is inlined. a is the order, b = 1 − a. */
@inline function step<T>(op: i32, at: usize, y: usize, t: usize, a: v128, b: v128): void {
  const x = v128.load(at), w = v128.load(y), d = v128.load(t);
  let v = d;
  if (op == JENSEN_SHANNON) v = v128.add<T>(v128.mul<T>(a, v128.load(t, OTHER)), v128.mul<T>(b, d)); // of its two
  if (op == TOTAL_VARIATION) v = v128.mul<T>(v128.splat<T>(<T>0.5), v128.abs<T>(d));
  // a: whether x is added
  if (op == PEARSON) v = v128.mul<T>(d, v128.div<T>(d, v128.add<T>(v128.and(x, a), w)));
  if (op == HELLINGER) {
    // One root: √x + √y = √M·(1 + √(m/M)), M the larger.
    const most = v128.pmax<T>(x, w), rest = v128.add<T>(one<T>(), v128.sqrt<T>(v128.div<T>(v128.pmin<T>(x, w), most)));
    v = v128.mul<T>(v128.mul<T>(v128.splat<T>(<T>0.5), d), v128.div<T>(d, v128.mul<T>(most, v128.mul<T>(rest, rest))));
  }
  if (op == ITAKURA_SAITO) v = v128.div<T>(d, x); // of KL
  if (op == COVERED) v = v128.andnot(w, v128.eq<T>(x, neutral<T>()));
  v128.store(t, v);
}

@inline function each<T>(op: i32, x: usize, y: usize, t: usize, n: i32, a: v128, b: v128): void {
  const end = t + <usize>n * sizeof<T>();
  do {
    step<T>(op, x, y, t, a, b);
    x += 16;
    y += 16;
    t += 16;
  } while (t < end);
}

@inline function all(yes: bool): v128 {
  return i32x4.splat(yes ? -1 : 0);
}

/** Terms of n entries, in place of the differences at t; may change a tile OTHER bytes behind it, and `side`. */
export function fill<T>(op: i32, order: f64, x: usize, y: usize, t: usize, n: i32, side: usize): void {
  const a = v128.splat<T>(<T>order), b = v128.splat<T>(<T>(1 - order));
  if (op == KL || op == ITAKURA_SAITO || op == SKEW) {
    phis<T>(PHI, op == SKEW, b, a, a, x, y, t, n, x, t, t, side);
    if (op == ITAKURA_SAITO) each<T>(ITAKURA_SAITO, x, y, t, n, a, b);
  } else if (op == JEFFREYS || op == GIVEN) phis<T>(LOG_TIMES, false, a, a, a, x, y, t, n, op == GIVEN ? x : t, t, t, side);
  else if (op == RATIO) phis<T>(LOG, false, a, a, a, x, y, t, n, x, t, t, side);
  else if (op == JENSEN_SHANNON) {
    phis<T>(PHI, true, a, b, b, x, y, t, n, x, t + OTHER, t, side);
    phis<T>(PHI, true, b, a, v128.neg<T>(a), y, x, t, n, y, t, t, side);
    each<T>(JENSEN_SHANNON, x, y, t, n, a, b);
  }
  else if (op == TOTAL_VARIATION) each<T>(TOTAL_VARIATION, x, y, t, n, a, b);
  else if (op == TRIANGULAR || op == PEARSON) each<T>(PEARSON, x, y, t, n, all(op == TRIANGULAR), b);
  else if (op == HELLINGER) each<T>(HELLINGER, x, y, t, n, a, b);
  else if (op == COVERED) each<T>(COVERED, x, y, t, n, a, b);
  else if (op == SUPPORT) memory.fill(t, 0, <usize>n * sizeof<T>());
  else {
    const high = v128.and(b, constant<T>(HIGH_64, HIGH_32)), low = v128.sub<T>(b, high), inverse = v128.div<T>(one<T>(), b);
    phis<T>(PHI_AND_REST, false, a, a, a, x, y, t, n, x, t, t + OTHER, side);
    powers<T>(op == AFFINITY, x, y, t, n, a, b, high, low, inverse, side);
  }
}

/** Up to here e^w − 1 − w is taken for itself. */
const SHORT_64: usize = memory.data<f64>([0.6], 8);
const SHORT_32: usize = memory.data<f32>([0.6], 4);
const FIELD_STEP_64: usize = memory.data<f64>([9.5367431640625e-7], 8); // 2⁻²⁰
const FIELD_STEP_32: usize = memory.data<f32>([1.1920928955078125e-7], 4); // 2⁻²³
const LN2_32: usize = memory.data<f32>([0.6931471824645996], 4);
/** So many bits of a mantissa that such a number times an exponent is exact. */
const HIGH_64: usize = memory.data<u64>([0xfffffffffffff000], 8);
const HIGH_32: usize = memory.data<u32>([0xfffffe00], 4);
/** Exponents that scale to 0 and to Infinity. */
const LEAST_64: usize = memory.data<f64>([-1023], 8);
const LEAST_32: usize = memory.data<f32>([-127], 4);
const MOST_64: usize = memory.data<f64>([1024], 8);
const MOST_32: usize = memory.data<f32>([128], 4);

/** 2ⁿ from n's low bits. */
@inline function powerOfTwo<T>(n: v128): v128 {
  return sizeof<T>() == 8 ? i64x2.add(one<T>(), i64x2.shl(n, 52)) : i32x4.add(one<T>(), i32x4.shl(n, 23));
}

/**
 * Terms of POWER or AFFINITY, from t₀ and φ. e^w = 2ⁿ·eʳ, n = 0 where w is small; in two loops, as no core would look from one vector's chain of steps to the next
 * (measured): the first leaves r, n's bits and w at `side`.
 */
function powers<T>(
  affinity: bool, x: usize, y: usize, t: usize, count: i32, order: v128, beta: v128, high: v128, low: v128, inverse: v128, side: usize,
): void {
  const ln2 = constant<T>(LN2_64, LN2_32), magic = constant<T>(MAGIC_64, MAGIC_32), half = stepNumber<T>(0), mask = stepNumber<T>(1), field = constant<T>(FIELD_STEP_64, FIELD_STEP_32);
  const short = constant<T>(SHORT_64, SHORT_32), log2e = constant<T>(LOG2E_64, LOG2E_32), least = constant<T>(LEAST_64, LEAST_32), most = constant<T>(MOST_64, MOST_32);
  const whole = <usize>count * sizeof<T>();
  for (let o: usize = 0; o < whole; o += PIECE) {
    const stop = min(whole, o + PIECE);
    let i = o, at = side;
    do {
      const t0 = v128.load(t + i, OTHER), k = stepTimes<T>(exponentStepBy(v128.load(x + i), v128.load(y + i), half, mask), field);
      const w = v128.neg<T>(v128.mul<T>(beta, v128.add<T>(t0, v128.mul<T>(k, ln2))));
      const isLong = v128.gt<T>(v128.abs<T>(w), short);
      const bits = v128.add<T>(v128.pmin<T>(v128.pmax<T>(v128.mul<T>(w, log2e), least), most), magic);
      const n = v128.and(v128.sub<T>(bits, magic), isLong);
      const turns = v128.add<T>(v128.add<T>(v128.mul<T>(high, k), n), v128.mul<T>(low, k));
      v128.store(at, v128.neg<T>(v128.add<T>(v128.mul<T>(beta, t0), v128.mul<T>(turns, ln2))));
      v128.store(at, v128.and(bits, isLong), PIECE);
      v128.store(at, w, 2 * PIECE);
      i += 16;
      at += 16;
    } while (i < stop);
    i = o;
    at = side;
    do {
      const r = v128.load(at), bits = v128.load(at, PIECE), own = v128.load(x + i), m = em1mxShort<T>(r);
      const grown = v128.mul<T>(powerOfTwo<T>(bits), v128.add<T>(one<T>(), v128.add<T>(r, m)));
      let v: v128;
      if (affinity) v = v128.andnot(v128.mul<T>(own, grown), v128.eq<T>(own, neutral<T>()));
      else {
        const isLong = sizeof<T>() == 8 ? i64x2.ne(bits, zero()) : i32x4.ne(bits, zero());
        const excess = v128.bitselect(v128.sub<T>(v128.sub<T>(grown, one<T>()), v128.load(at, 2 * PIECE)), m, isLong);
        const close = v128.sub<T>(v128.load(t + i), v128.mul<T>(own, v128.mul<T>(excess, inverse)));
        const apart = v128.sub<T>(v128.add<T>(v128.mul<T>(order, own), v128.mul<T>(beta, v128.load(y + i))), v128.mul<T>(own, grown));
        v = v128.bitselect(v128.mul<T>(apart, inverse), close, v128.and(isLong, v128.gt<T>(beta, zero())));
      }
      v128.store(t + i, v);
      i += 16;
      at += 16;
    } while (i < stop);
  }
}
