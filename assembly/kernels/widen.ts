/**
 * Widening of narrow entries: float16 and bfloat16 to f32; f32 and integers to f64. Every step is exact.
 *
 * Some entries are read before their results are written, so `to` may lie before `from` in one buffer in which both end together: entries are widened where
 * they were put. n is rounded up to eights; so far past their ends both are touched, and four bytes further `from` is read.
 *
 * Edge cases  float16 and bfloat16 keep their subnormals, zeros of either sign, infinities and NaN
 * Error       none
 * Source      IEEE 754-2019, 3.4; a subnormal of float16 as 2⁻¹⁴·(1 + m/1024) − 2⁻¹⁴ = m·2⁻²⁴: F. Giesen, "Half to float done quick" (2012)
 */

import { highHalf } from '../simd/lanes';

/** What the entries are. */
const F16 = 0, BF16 = 1, F32 = 2, I16 = 3, U16 = 4, I8 = 5, U8 = 6, I32 = 7, U32 = 8;

const SIGN: usize = memory.data<u32>([0x80000000]);
const REST: usize = memory.data<u32>([0x0fffe000]);
const REBIAS: usize = memory.data<u32>([0x70000000]); // 224 binades: the exponent of infinity, 31, becomes that of f32, 255
const SCALE: usize = memory.data<u32>([0x07800000]); // 2⁻¹¹², back from there
const LEAST: usize = memory.data<u32>([0x38800000]); // 2⁻¹⁴, the least normal float16

/** float16 to f32, from four sign-extended words. y reads a subnormal as 2⁻¹⁵·(1 + m/1024): then 2y − 2⁻¹⁴ = m·2⁻²⁴ is below y, and above 2⁻¹⁴ it is not. */
@inline function half(w: v128): v128 {
  const rest = v128.and(i32x4.shl(w, 13), v128.load32_splat(REST));
  const y = f32x4.mul(i32x4.add(rest, v128.load32_splat(REBIAS)), v128.load32_splat(SCALE));
  const size = f32x4.pmin(y, f32x4.sub(f32x4.add(y, y), v128.load32_splat(LEAST)));
  return v128.or(size, v128.and(w, v128.load32_splat(SIGN)));
}

/** Four integers. */
@inline function integers(kind: i32, p: usize): v128 {
  if (kind == I16) return v128.load16x4_s(p);
  if (kind == U16) return v128.load16x4_u(p);
  if (kind == I8) return i32x4.extend_low_i16x8_s(v128.load8x8_s(p));
  if (kind == U8) return i32x4.extend_low_i16x8_u(v128.load8x8_u(p));
  return v128.load(p);
}

/** The entries up to `end`, widened; `kind` is constant where this is inlined. */
@inline function each(kind: i32, from: usize, to: usize, end: usize): void {
  do {
    let low: v128, high: v128;
    if (kind >= I16) {
      const four = integers(kind, from), last = highHalf(four);
      low = kind == U32 ? f64x2.convert_low_i32x4_u(four) : f64x2.convert_low_i32x4_s(four);
      high = kind == U32 ? f64x2.convert_low_i32x4_u(last) : f64x2.convert_low_i32x4_s(last);
      from += kind >= I32 ? 16 : kind >= I8 ? 4 : 8;
    } else {
      low = kind == F16 ? half(v128.load16x4_s(from)) : kind == BF16 ? i32x4.shl(v128.load16x4_u(from), 16) : f64x2.promote_low_f32x4(v128.load64_zero(from));
      high = kind == F16 ? half(v128.load16x4_s(from, 8)) : kind == BF16 ? i32x4.shl(v128.load16x4_u(from, 8), 16) : f64x2.promote_low_f32x4(v128.load64_zero(from, 8));
      from += 16;
    }
    v128.store(to, low);
    v128.store(to, high, 16);
    to += 32;
  } while (to < end);
}

/** n entries of a kind: the places of WIDER in src/rows/narrow.ts. A loop for each: chosen within one, the kind takes as long as KL does (measured). */
export function widen(kind: i32, from: usize, to: usize, n: i32): void {
  if (n <= 0) return;
  const end = to + ((<usize>n + 7) & ~7) * (kind >= F32 ? 8 : 4);
  if (kind == F16) each(F16, from, to, end);
  else if (kind == BF16) each(BF16, from, to, end);
  else if (kind == F32) each(F32, from, to, end);
  else if (kind == I16) each(I16, from, to, end);
  else if (kind == U16) each(U16, from, to, end);
  else if (kind == I8) each(I8, from, to, end);
  else if (kind == U8) each(U8, from, to, end);
  else if (kind == I32) each(I32, from, to, end);
  else each(U32, from, to, end);
}
