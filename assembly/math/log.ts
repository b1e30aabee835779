/**
 * log x (f64x2 and f32x4) and log(1 + x) (f64x2).
 *
 * Method  x = 2ᵏ·(1 + f), 1 + f in [√½, √2); s = f/(2 + f), h = f²/2, z = s², R as in logRatio;
 *         log(1 + f) = f − (h − s·(h + z·R(z))); k·ln2 in two parts, the high one exact. log1p adds what 1 + x loses, over 1 + x.
 * Error   0.9 ULP (log f64 and log1p; 0.87 is the largest met among 10⁷), 0.91 ULP (log f32, all of them tried); subnormal x included.
 * Source  fdlibm, e_log.c and s_log1p.c (Sun Microsystems, 1993); coefficients by derive/polynomials.mjs.
 */
import { constant, half, one, zero } from '../simd/lanes';
import { BIAS_32, ln2Hi, ln2Lo, notANumber } from './constants';
import { atanhTail } from './logRatio';

const TWO_64: usize = memory.data<f64>([2], 8);
const TWO_32: usize = memory.data<f32>([2], 4);

/** The bits of √½ (f64: its high word), the way from there to the bits of 1, and the mantissa's mask. */
const ROOT_64: usize = memory.data<u64>([0x3fe6a09e00000000], 8);
const ROOT_32: usize = memory.data<u32>([0x3f3504f3], 4);
const TO_ONE_64: usize = memory.data<u64>([0x00095f6200000000], 8);
const TO_ONE_32: usize = memory.data<u32>([0x004afb0d], 4);
const MANTISSA_64: usize = memory.data<u64>([0x000fffffffffffff], 8);
const MANTISSA_32: usize = memory.data<u32>([0x007fffff], 4);
/** 2⁵² and 2⁵² + 1023: an exponent field under the bits of the first, less the second, is k as f64. */
const FIELD: usize = memory.data<f64>([4503599627370496], 8);
const FIELD_BIAS: usize = memory.data<f64>([4503599627371519], 8);

/** The normal range; 2⁵⁴ (2²⁵), which lifts a subnormal into it. */
const SMALLEST_64: usize = memory.data<u64>([0x0010000000000000], 8);
const SMALLEST_32: usize = memory.data<u32>([0x00800000], 4);
const LARGEST_64: usize = memory.data<u64>([0x7fefffffffffffff], 8);
const LARGEST_32: usize = memory.data<u32>([0x7f7fffff], 4);
const LIFT_64: usize = memory.data<f64>([18014398509481984], 8);
const LIFT_32: usize = memory.data<f32>([33554432], 4);
const LIFTED_64: usize = memory.data<f64>([54], 8);
const LIFTED_32: usize = memory.data<f32>([25], 4);
const MINUS_INFINITY_64: usize = memory.data<u64>([0xfff0000000000000], 8);
const MINUS_INFINITY_32: usize = memory.data<u32>([0xff800000], 4);
/** log1p takes f = x between √½ − 1 and √2 − 1, bounds included nowhere. */
const ROOTS_BELOW: usize = memory.data<f64>([-0.29289], 8);
const ROOTS_ABOVE: usize = memory.data<f64>([0.41421], 8);

/** log x. */
@inline export function log<T>(x: v128): v128 {
  if (i32x4.all_true(isNormal<T>(x))) return logNormal<T>(x, zero());
  return logFar<T>(x);
}

/** log(1 + x), f64x2; log1p(−1) = −∞, NaN below. */
@inline export function log1p(x: v128): v128 {
  const u = f64x2.add(one<f64>(), x);
  // What 1 + x lost, over u: of either order, the one whose differences are exact.
  const ofOne = f64x2.sub(one<f64>(), f64x2.sub(u, x)), ofX = f64x2.sub(x, f64x2.sub(u, one<f64>()));
  const lost = v128.bitselect(ofOne, ofX, f64x2.ge(u, v128.load64_splat(TWO_64)));
  const bits = i64x2.add(u, v128.load64_splat(TO_ONE_64));
  const middle = v128.and(f64x2.gt(x, v128.load64_splat(ROOTS_BELOW)), f64x2.lt(x, v128.load64_splat(ROOTS_ABOVE)));
  const k = v128.andnot(exponent<f64>(bits), middle);
  const f = v128.bitselect(x, f64x2.sub(mantissa<f64>(bits), one<f64>()), middle);
  const y = assemble<f64>(f, k, v128.andnot(f64x2.div(lost, u), middle));
  if (i32x4.all_true(isNormal<f64>(u))) return y;
  return v128.bitselect(y, logFar<f64>(u), isNormal<f64>(u));
}

@inline function isNormal<T>(x: v128): v128 {
  const smallest = constant<T>(SMALLEST_64, SMALLEST_32);
  const largest = constant<T>(LARGEST_64, LARGEST_32);
  return v128.and(v128.ge<T>(x, smallest), v128.le<T>(x, largest));
}

/** log x + shift·ln2 for x positive and normal. */
@inline export function logNormal<T>(x: v128, shift: v128): v128 {
  const to = constant<T>(TO_ONE_64, TO_ONE_32);
  const bits = sizeof<T>() == 8 ? i64x2.add(x, to) : i32x4.add(x, to);
  return assemble<T>(v128.sub<T>(mantissa<T>(bits), one<T>()), v128.add<T>(exponent<T>(bits), shift), zero());
}

/** k from x's bits moved by TO_ONE. */
@inline function exponent<T>(bits: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.sub(v128.or(i64x2.shr_u(bits, 52), v128.load64_splat(FIELD)), v128.load64_splat(FIELD_BIAS));
  return f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(bits, 23), v128.load32_splat(BIAS_32)));
}

/** x/2ᵏ from x's bits moved by TO_ONE. */
@inline function mantissa<T>(bits: v128): v128 {
  if (sizeof<T>() == 8) return i64x2.add(v128.and(bits, v128.load64_splat(MANTISSA_64)), v128.load64_splat(ROOT_64));
  return i32x4.add(v128.and(bits, v128.load32_splat(MANTISSA_32)), v128.load32_splat(ROOT_32));
}

/** log(1 + f) + k·ln2 + lost. */
@inline function assemble<T>(f: v128, k: v128, lost: v128): v128 {
  const h = v128.mul<T>(half<T>(), v128.mul<T>(f, f));
  const s = v128.div<T>(f, v128.add<T>(constant<T>(TWO_64, TWO_32), f));
  const z = v128.mul<T>(s, s);
  const low = v128.add<T>(v128.mul<T>(s, v128.add<T>(h, v128.mul<T>(z, atanhTail<T>(z)))), v128.add<T>(v128.mul<T>(k, ln2Lo<T>()), lost));
  return v128.sub<T>(v128.mul<T>(k, ln2Hi<T>()), v128.sub<T>(v128.sub<T>(h, low), f));
}

/** log x for every x. */
function logFar<T>(x: v128): v128 {
  const low = v128.lt<T>(x, constant<T>(SMALLEST_64, SMALLEST_32));
  const lifted = v128.bitselect(v128.mul<T>(x, constant<T>(LIFT_64, LIFT_32)), x, low);
  const y = logNormal<T>(lifted, v128.neg<T>(v128.and(constant<T>(LIFTED_64, LIFTED_32), low)));
  // +∞ and NaN stay themselves, 0 gives −∞, less gives NaN.
  const top = v128.bitselect(y, x, v128.le<T>(x, constant<T>(LARGEST_64, LARGEST_32)));
  const bottom = v128.bitselect(constant<T>(MINUS_INFINITY_64, MINUS_INFINITY_32), top, v128.eq<T>(x, zero()));
  return v128.bitselect(bottom, notANumber<T>(), v128.ge<T>(x, zero()));
}

/** log x of two numbers, for the last step of rows. */
export function logPair(x: v128): v128 {
  return log<f64>(x);
}

/** And of one. */
export function logOf(x: f64): f64 {
  return f64x2.extract_lane(logPair(f64x2.splat(x)), 0);
}


/** log(1 + x) of one number. */
export function log1pOf(x: f64): f64 {
  return f64x2.extract_lane(log1p(f64x2.splat(x)), 0);
}
