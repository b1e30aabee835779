/**
 * Lane-generic helpers: one body serves f64x2 and f32x4.
 *
 * Constants live in linear memory: V8 re-materialises a v128.const at each use, a load costs half (measured 1.4–1.8×).
 */

/** Lanes of T in a vector. */
@inline export function lanes<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** A constant in every lane: an f64 at `wide`, or an f32 at `narrow`. A splat costs no more than a load of both lanes, and half the module's data. */
@inline export function constant<T>(wide: usize, narrow: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(wide) : v128.load32_splat(narrow);
}

/** x in every lane of f64 or f32. */
export function splatOf(double: bool, x: f64): v128 {
  return double ? f64x2.splat(x) : f32x4.splat(<f32>x);
}

const ZEROS: usize = memory.data<u64>([0], 8);
@inline export function zero(): v128 {
  return v128.load64_splat(ZEROS);
}

const ONES_64: usize = memory.data<f64>([1], 8);
const ONES_32: usize = memory.data<f32>([1], 4);
@inline export function one<T>(): v128 {
  return constant<T>(ONES_64, ONES_32);
}

export const HALVES_64: usize = memory.data<f64>([0.5], 8);
const HALVES_32: usize = memory.data<f32>([0.5], 4);
@inline export function half<T>(): v128 {
  return constant<T>(HALVES_64, HALVES_32);
}

/** Sliding window: loaded `bytes` before its middle, the first `bytes` bytes are ones and the rest zero. */
const WINDOW: usize = memory.data<u64>([-1, -1, 0, 0], 16);

/** All ones in the first n lanes, 0 ≤ n ≤ lanes. */
@inline export function firstLanes<T>(n: i32): v128 {
  return v128.load(WINDOW + 16 - <usize>n * sizeof<T>());
}

/** acc + t in f64: f64x2 lanes as they are; f32x4 lanes widened, 0 + 2 and 1 + 3. */
@inline export function addWide<T>(acc: v128, t: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.add(acc, t);
  return f64x2.add(acc, f64x2.add(f64x2.promote_low_f32x4(t), f64x2.promote_low_f32x4(highHalf(t))));
}

/** The halves exchanged: the high one comes low. */
@inline export function highHalf(t: v128): v128 {
  return i8x16.shuffle(t, t, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

/** [a₀, b₀] and [a₁, b₁] of f64 lanes. */
@inline export function lowHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
@inline export function highHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

/** [a₀ + a₁, b₀ + b₁]: two horizontal sums at once. */
@inline export function sumPair(a: v128, b: v128): v128 {
  return f64x2.add(lowHalves(a, b), highHalves(a, b));
}

/** a₀ + a₁ in both lanes. */
@inline export function sumBoth(a: v128): v128 {
  return f64x2.add(a, highHalf(a));
}

/** The smallest lane as f64 (a NaN lane may be passed over). */
@inline export function smallest<T>(v: v128): f64 {
  if (sizeof<T>() == 8) return least(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
  const w = f32x4.pmin(v, highHalf(v));
  return least(<f64>f32x4.extract_lane(w, 0), <f64>f32x4.extract_lane(w, 1));
}

/** The largest lane as f64 (a NaN lane may be passed over). */
@inline export function largest<T>(v: v128): f64 {
  if (sizeof<T>() == 8) return most(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
  const w = f32x4.pmax(v, highHalf(v));
  return most(<f64>f32x4.extract_lane(w, 0), <f64>f32x4.extract_lane(w, 1));
}

@inline function least(a: f64, b: f64): f64 {
  return b < a ? b : a;
}

@inline function most(a: f64, b: f64): f64 {
  return a < b ? b : a;
}
