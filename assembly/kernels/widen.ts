/**
 * Widening of narrow entries: float16, bfloat16 and integers of 8 and 16 bits to f32; f32 and integers of 32 bits to f64. Every step is exact.
 *
 * Some entries are read before their results are written, so `to` may lie before `from` in one buffer in which both end together: entries are widened where
 * they were put. n is rounded up to eights; so far past their ends both are touched, and four bytes further `from` is read.
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

/** The narrow entries of a vector's worth of results, widened: four to f32, two to f64. */
function wide(kind: i32, p: usize): v128 {
  switch (kind) {
    case F16: return half(v128.load16x4_s(p));
    case BF16: return i32x4.shl(v128.load16x4_u(p), 16);
    case I16: return f32x4.convert_i32x4_s(v128.load16x4_s(p));
    case U16: return f32x4.convert_i32x4_s(v128.load16x4_u(p));
    case I8: return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v128.load8x8_s(p)));
    case U8: return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v128.load8x8_u(p)));
    case F32: return f64x2.promote_low_f32x4(v128.load64_zero(p));
    case I32: return f64x2.convert_low_i32x4_s(v128.load64_zero(p));
  }
  return f64x2.convert_low_i32x4_u(v128.load64_zero(p));
}

/** n entries of a kind: the places of WIDER in src/rows/narrow.ts. One body for all: a branch that is foreseen costs less than what is copied. */
export function widen(kind: i32, from: usize, to: usize, n: i32): void {
  const bytes: usize = kind == I8 || kind == U8 ? 4 : 8;
  for (const end = to + ((<usize>n + 7) & ~7) * (kind >= F32 ? 8 : 4); to < end; to += 32, from += 2 * bytes) {
    const low = wide(kind, from), high = wide(kind, from + bytes);
    v128.store(to, low);
    v128.store(to, high, 16);
  }
}
