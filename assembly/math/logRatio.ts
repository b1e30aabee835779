/**
 * log(x/y) and φ(x, y) = x·log(x/y) − x + y without forming x/y: no table, no branch.
 *
 * Method  k is the integer that brings y' = y·2ᵏ within [2/3, 3/2] of x (from the difference of the bit patterns: no log2);
 *         d = x − y' is exact (Sterbenz), s = d/(x + y'), |s| ≤ 0.2, log(x/y) = 2·atanh(s) + k·ln2,
 *         2·atanh(s) = 2s + s·z·R(z), z = s². Because 2·x·s = d + d·s, nothing cancels for k = 0:
 *         φ = s·(d + x·z·R(z)) + (x·(k·ln2) + (y − y')).
 * Domain  x, y positive and normal, |k| ≤ 1022: kernels scale or mask everything else before they come here.
 * Error   log(x/y) 2.5 ULP. φ: k = 0, 3.5 ULP; |k| = 1, where x·ln2 and y − y' cancel to 0.038·x, 20 ULP; |k| = 2 and 3, 8 ULP; beyond, 4 ULP. ≥ 0 but for k = ±1 rounding.
 * Source  derived in NUMERICS, section 1; coefficients by derive/polynomials.mjs.
 */
import { constant, one, zero } from '../simd/lanes';

/** R in 2·atanh(s) = 2s + s·z·R(z) on z ≤ 0.0401, error times s·z: of f64 (z² + N1·z + N0)/(D3·z³ + … + D0), 2⁻⁵⁰·⁹; of f32 3 coefficients, 2⁻²⁰·⁹. */
const N0: usize = memory.data<f64>([5.0612831883514104], 8);
const N1: usize = memory.data<f64>([-5.17825695965913], 8);
const D0: usize = memory.data<f64>([7.59192478252712], 8);
const D1: usize = memory.data<f64>([-12.32254030901314], 8);
const D2: usize = memory.data<f64>([5.639842138117122], 8);
const D3: usize = memory.data<f64>([-0.6334584214981112], 8);
const S0: usize = memory.data<f32>([0.6666671633720398], 4);
const S1: usize = memory.data<f32>([0.39978909492492676], 4);
const S2: usize = memory.data<f32>([0.29959195852279663], 4);

/** Half an exponent step and the exponent mask of each width; ln2 over the exponent's position. */
const HALF_64: usize = memory.data<u64>([0x0008000000000000], 8);
const HALF_32: usize = memory.data<u32>([0x00400000], 4);
const EXPONENT_64: usize = memory.data<u64>([0xfff0000000000000], 8);
const EXPONENT_32: usize = memory.data<u32>([0xff800000], 4);
const LN2_64: usize = memory.data<f64>([6.610366635894254e-7], 8); // ln2·2⁻²⁰
const LN2_32: usize = memory.data<f32>([8.262958294867817e-8], 4); // ln2·2⁻²³

/** N0, N1, D0 … D3 of f64 by their number, the coefficients of f32, in every lane. */
@inline export function tailNumber<T>(i: i32): v128 {
  if (sizeof<T>() == 4) return v128.load32_splat(i == 0 ? S0 : i == 1 ? S1 : S2);
  return v128.load64_splat(i == 0 ? N0 : i == 1 ? N1 : i == 2 ? D0 : i == 3 ? D1 : i == 4 ? D2 : D3);
}

/** Numerator and denominator of R in f64, their numbers handed in: a loop that stores would load them again in each turn. */
@inline export function tailNumerator(z: v128, n0: v128, n1: v128): v128 {
  return f64x2.add(f64x2.mul(z, z), f64x2.add(n0, f64x2.mul(n1, z)));
}
@inline export function tailDenominator(z: v128, d0: v128, d1: v128, d2: v128, d3: v128): v128 {
  const low = f64x2.add(d0, f64x2.mul(d1, z)), high = f64x2.add(d2, f64x2.mul(d3, z));
  return f64x2.add(low, f64x2.mul(high, f64x2.mul(z, z)));
}

/** R(z) from these, of f32 the first three: in f64 a quotient, five operations less than a polynomial, and the divider has little else to do. */
@inline export function atanhTailBy<T>(z: v128, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.div(tailNumerator(z, c0, c1), tailDenominator(z, c2, c3, c4, c5));
  return f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(c2, z), c1), z), c0);
}

/** z ↦ R(z). */
@inline export function atanhTail<T>(z: v128): v128 {
  return atanhTailBy<T>(z, tailNumber<T>(0), tailNumber<T>(1), tailNumber<T>(2), tailNumber<T>(3), tailNumber<T>(4), tailNumber<T>(5));
}

/** What `exponentStepBy` and `stepTimes` take: half an exponent step, the exponent's mask, ln2 over its position. */
@inline export function stepNumber<T>(i: i32): v128 {
  return constant<T>(i == 0 ? HALF_64 : i == 1 ? EXPONENT_64 : LN2_64, i == 0 ? HALF_32 : i == 1 ? EXPONENT_32 : LN2_32);
}

/** k in the exponent's own position. Add it to y's bits for y·2ᵏ; low words of f64 lanes are 0. */
@inline export function exponentStepBy(x: v128, y: v128, half: v128, mask: v128): v128 {
  // High words suffice for f64: a borrow from the low word moves the rounding by one unit of 2⁻²⁰.
  return v128.and(i32x4.add(i32x4.sub(x, y), half), mask);
}
@inline export function exponentStep<T>(x: v128, y: v128): v128 {
  return exponentStepBy(x, y, stepNumber<T>(0), stepNumber<T>(1));
}

/** k from `exponentStep`'s result, as it stands, times a factor: one rounding. */
@inline export function stepTimes<T>(step: v128, factor: v128): v128 {
  if (sizeof<T>() == 4) return f32x4.mul(f32x4.convert_i32x4_s(step), factor);
  const k = i8x16.shuffle(step, step, 4, 5, 6, 7, 12, 13, 14, 15, 4, 5, 6, 7, 12, 13, 14, 15);
  return f64x2.mul(f64x2.convert_low_i32x4_s(k), factor);
}
/** k·ln2. */
@inline export function stepLn2<T>(step: v128): v128 {
  return stepTimes<T>(step, stepNumber<T>(2));
}

/** All ones in the lanes where `exponentStep` gave k = 0. */
@inline export function unshifted<T>(step: v128): v128 {
  return sizeof<T>() == 8 ? i64x2.eq(step, zero()) : i32x4.eq(step, zero());
}

/** φ(x, y), see the top of this file, where x − y is known as `given`; out of line. Of many entries: phiLoops.ts. */
export function phiPair<T>(x: v128, y: v128, given: v128): v128 {
  const step = exponentStep<T>(x, y), near = i32x4.add(y, step), d = v128.bitselect(given, v128.sub<T>(x, near), unshifted<T>(step));
  const s = v128.div<T>(d, v128.add<T>(x, near)), z = v128.mul<T>(s, s);
  const close = v128.mul<T>(s, v128.add<T>(d, v128.mul<T>(v128.mul<T>(x, z), atanhTail<T>(z))));
  return v128.add<T>(close, v128.add<T>(v128.mul<T>(x, stepLn2<T>(step)), v128.sub<T>(y, near)));
}

/** And of one pair of f64. */
export function phiOne(x: f64, y: f64, d: f64): f64 {
  return f64x2.extract_lane(phiPair<f64>(f64x2.splat(x), f64x2.splat(y), f64x2.splat(d)), 0);
}

const TINY_64: f64 = 3.8725919148493183e-121; // 2⁻⁴⁰⁰
const TINY_32: f64 = 8.673617379884035e-19; // 2⁻⁶⁰
const INFINITY_64: usize = memory.data<f64>([Infinity], 8);
const INFINITY_32: usize = memory.data<f32>([Infinity], 4);
const SCALE_64: usize = memory.data<u64>([0x6570000000000000], 8); // 2⁶⁰⁰
const SCALE_32: usize = memory.data<u32>([0x5f800000], 4); // 2⁶⁴
const LIFT_32: usize = memory.data<u32>([0x20000000], 4); // 64 in the exponent's position
export const LEAST_32: usize = memory.data<u32>([0x20800000], 4); // 2⁻⁶²: the smallest normal number, scaled
const ZERO_64: usize = memory.data<u64>([0x1f70000000000000], 8); // 2⁻⁵²⁰
const ZERO_32: usize = memory.data<u32>([0x10000000], 4); // 2⁻⁹⁵

/** Whether a smallest entry is large enough for terms of unscaled entries: then no φ is subnormal. */
@inline export function isDense<T>(least: f64): bool {
  return least >= (sizeof<T>() == 8 ? TINY_64 : TINY_32);
}

const LIGHTEST_64: f64 = 3.054936363499605e-151; // 2⁻⁵⁰⁰
const HEAVIEST_64: f64 = 2.037035976334486e90; // 2³⁰⁰
const LIGHTEST_32: f64 = 8.271806125530277e-25; // 2⁻⁸⁰
const HEAVIEST_32: f64 = 1099511627776; // 2⁴⁰

/** Whether a row's sum lets its entries be scaled without overflow or loss. */
@inline export function isOrdinary<T>(sum: f64): bool {
  return sizeof<T>() == 8 ? sum >= LIGHTEST_64 && sum <= HEAVIEST_64 : sum >= LIGHTEST_32 && sum <= HEAVIEST_32;
}

/** The like of the sums of two rows at once: all ones in the lanes where both P and Q do. (A NaN may be passed over.) */
@inline export function areOrdinary(double: bool, P: v128, Q: v128): v128 {
  const least = f64x2.splat(double ? LIGHTEST_64 : LIGHTEST_32), most = f64x2.splat(double ? HEAVIEST_64 : HEAVIEST_32);
  return v128.and(f64x2.ge(f64x2.pmin(P, Q), least), f64x2.le(f64x2.pmax(P, Q), most));
}

export function isOrdinaryOf(double: bool, sum: f64): bool {
  return double ? isOrdinary<f64>(sum) : isOrdinary<f32>(sum);
}

/** Whether P/Q may multiply entries of q on top of the guard's scale. */
@inline export function isModerate<T>(ratio: f64): bool {
  return sizeof<T>() == 8 ? ratio >= 4.909093465297727e-91 && ratio <= 2.037035976334486e90 : ratio >= 9.094947017729282e-13 && ratio <= 1048576; // 2^±300; 2⁻⁴⁰, 2²⁰
}

/**
 * x times the guard's scale, x ≥ 0 and finite: exact. f32 goes by its exponents, as a product with a subnormal number takes a hundred cycles: a subnormal x
 * comes out with the exponent of the smallest normal number and its leading bit too many, t = (2⁻⁶² + x·2⁶⁴)/2, which t + (t − 2⁻⁶²) mends.
 */
@inline export function scaled<T>(x: v128): v128 {
  return scaledBy<T>(x, scaleNumber<T>(), v128.load32_splat(LEAST_32), zero());
}
/** The like with its numbers handed in: `scaleNumber`, and for f32 LEAST_32 and 0. */
@inline export function scaledBy<T>(x: v128, scale: v128, least: v128, none: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.mul(x, scale);
  const t = i32x4.add(x, scale);
  return f32x4.add(t, f32x4.pmin(f32x4.sub(t, least), none));
}
@inline export function scaleNumber<T>(): v128 {
  return constant<T>(SCALE_64, LIFT_32);
}

/** The factor of guarded entries, as lanes; and its inverse. */
@inline export function guardScale<T>(): v128 {
  return constant<T>(SCALE_64, SCALE_32);
}
@inline export function unscaleFactor<T>(): f64 {
  return sizeof<T>() == 8 ? 2.409919865102884e-181 : 5.421010862427522e-20;
}

/**
 * What a zero counts as among scaled entries: 2⁻⁵²⁰ (f32 2⁻⁹⁵), far below a normal one. φ(0, y) comes out as y exactly for normal q, and φ(0, 0) as 0. (A subnormal q
 * beside p = 0 errs by an eighth at most: of 2⁻¹²⁶ against sums of 2⁻⁸⁰ and more.) y = 0 < x, which is Infinity, is the caller's to see. Cheaper than masks, measured
 * 1.2×, and no smaller: x·z·R must not be subnormal.
 */
@inline export function guardedZero<T>(): v128 {
  return constant<T>(ZERO_64, ZERO_32);
}
/** A scaled entry, a zero as what it counts as. */
@inline export function raised<T>(x: v128): v128 {
  return v128.pmax<T>(x, guardedZero<T>());
}

@inline export function infinity<T>(): v128 {
  return constant<T>(INFINITY_64, INFINITY_32);
}

/** A term t with Infinity where y = 0 < x, and NaN where an entry is below 0. */
@inline export function mended<T>(t: v128, x: v128, y: v128): v128 {
  const hole = v128.and(v128.eq<T>(y, zero()), v128.gt<T>(x, zero()));
  const negative = v128.or(v128.lt<T>(x, zero()), v128.lt<T>(y, zero()));
  return v128.or(v128.bitselect(infinity<T>(), t, hole), negative);
}
