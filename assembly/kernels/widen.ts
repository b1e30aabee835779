/**
 * Widening of narrow entries: float16, bfloat16 and integers of 8 and 16 bits to f32; f32 and integers of 32 bits to f64. Every step is exact.
 *
 * Some entries are read before their results are written, so `to` may lie before `from` in one buffer in which both end together: entries are widened where
 * they were put. n is rounded up to eights; so far past their ends both are touched.
 *
 * Edge cases  float16 and bfloat16 keep their subnormals, zeros of either sign, infinities and NaN
 * Error       none
 * Source      IEEE 754-2019, 3.4; a subnormal of float16 as 2⁻¹⁴·(1 + m/1024) − 2⁻¹⁴ = m·2⁻²⁴: F. Giesen, "Half to float done quick" (2012)
 */

/** What the entries are. */
const F16 = 0, BF16 = 1, I16 = 2, U16 = 3, I8 = 4, U8 = 5, F32 = 6, I32 = 7, U32 = 8;

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

/** Four narrow entries as f32. */
@inline function single(kind: i32, p: usize): v128 {
  if (kind == F16) return half(v128.load16x4_s(p));
  if (kind == BF16) return i32x4.shl(v128.load16x4_u(p), 16);
  if (kind == I16) return f32x4.convert_i32x4_s(v128.load16x4_s(p));
  if (kind == U16) return f32x4.convert_i32x4_s(v128.load16x4_u(p));
  const bytes = v128.load32_zero(p);
  if (kind == I8) return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes)));
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)));
}

/** Two entries of four bytes as f64. */
@inline function double(kind: i32, p: usize): v128 {
  const v = v128.load64_zero(p);
  if (kind == F32) return f64x2.promote_low_f32x4(v);
  return kind == I32 ? f64x2.convert_low_i32x4_s(v) : f64x2.convert_low_i32x4_u(v);
}

@inline function widen(kind: i32, from: usize, to: usize, n: i32): void {
  for (; n > 0; n -= kind >= F32 ? 4 : 8) {
    if (kind >= F32) {
      const low = double(kind, from), high = double(kind, from + 8);
      v128.store(to, low);
      v128.store(to, high, 16);
    } else {
      const low = single(kind, from), high = single(kind, from + (kind >= I8 ? 4 : 8));
      v128.store(to, low);
      v128.store(to, high, 16);
    }
    from += kind >= F32 ? 16 : kind >= I8 ? 8 : 16;
    to += 32;
  }
}

export function widen_f16_f32(from: usize, to: usize, n: i32): void {
  widen(F16, from, to, n);
}
export function widen_bf16_f32(from: usize, to: usize, n: i32): void {
  widen(BF16, from, to, n);
}
export function widen_i16_f32(from: usize, to: usize, n: i32): void {
  widen(I16, from, to, n);
}
export function widen_u16_f32(from: usize, to: usize, n: i32): void {
  widen(U16, from, to, n);
}
export function widen_i8_f32(from: usize, to: usize, n: i32): void {
  widen(I8, from, to, n);
}
export function widen_u8_f32(from: usize, to: usize, n: i32): void {
  widen(U8, from, to, n);
}
export function widen_f32_f64(from: usize, to: usize, n: i32): void {
  widen(F32, from, to, n);
}
export function widen_i32_f64(from: usize, to: usize, n: i32): void {
  widen(I32, from, to, n);
}
export function widen_u32_f64(from: usize, to: usize, n: i32): void {
  widen(U32, from, to, n);
}
