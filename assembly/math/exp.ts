/**
 * eˣ and eˣ − 1 − x, f64x2 and f32x4; eˣ − 1, f64x2.
 *
 * Method  exp f64: x = k·ln2/128 + r, |r| ≤ 0.00271; eˣ = 2^⌊k/128⌋ · 2^(j/128) · (1 + r + r²·Q(r)), 2^(j/128) tabled in two parts.
 *         exp f32: x = k·ln2 + r, |r| ≤ 0.3467; eˣ = 2ᵏ · (1 + r + r²·Q(r)), no table.
 *         em1mx:   as exp f32, k = 0 up to |x| = 0.6; 2ᵏ·r²·Q(r) + ((2ᵏ·r − x) + (2ᵏ − 1)), for k = 0 nothing but r²·Q(r).
 *         ln2 is split so that k times its high part is exact; k comes out of the low bits of x/ln2 + 1.5·2⁵² (2²³), ties to even.
 *         expm1: 2^(k/128) − 1, and 2^(k/128) times the rest.
 * Error   expm1 (f64): 3 ULP. exp: 0.52 ULP (f64; 1 ULP where the result is subnormal), 0.97 ULP (f32, all of them tried). em1mx: 4 ULP (f64 and f32).
 * Source  Tang, "Table-driven implementation of the exponential function", ACM TOMS 15 (1989); numbers by derive/polynomials.mjs.
 */
import { constant, highHalves, lowHalves, one } from '../simd/lanes';
import { cubic } from './cubic';
import { ln2Hi, ln2Lo, notANumber } from './constants';
import { TABLE } from './exp.table';

/** 1.5·2⁵² and 1.5·2²³: adding rounds to an integer and leaves it in the low bits. */
const MAGIC_64: usize = memory.data<f64>([6755399441055744], 8);
const MAGIC_32: usize = memory.data<f32>([12582912], 4);
const MAGIC_BITS: usize = memory.data<u32>([0x4b400000], 4);

/** 128/ln2 and ln2/128 in two parts. */
const PER_STEP: usize = memory.data<f64>([184.6649652337873], 8);
const STEP_HI: usize = memory.data<f64>([0.0054152123475432745], 8);
const STEP_LO: usize = memory.data<f64>([5.812982117197185e-13], 8);
/** 1/ln2. */
const LOG2E_64: usize = memory.data<f64>([1.4426950408889634], 8);
const LOG2E_32: usize = memory.data<f32>([1.4426950216293335], 4);

/** Q of the table's step (|r| ≤ 0.00271, error 2⁻⁴⁶·⁶ times r²). */
const T0: usize = memory.data<f64>([0.4999999999999906], 8);
const T1: usize = memory.data<f64>([0.16666666666666533], 8);
const T2: usize = memory.data<f64>([0.04166667686680672], 8);
const T3: usize = memory.data<f64>([0.008333334790496161], 8);
/** Q of f32 exp (|r| ≤ 0.3467, error 2⁻²⁷·⁷ times r²). */
const S0: usize = memory.data<f32>([0.5], 4);
const S1: usize = memory.data<f32>([0.1666666716337204], 4);
const S2: usize = memory.data<f32>([0.041666463017463684], 4);
const S3: usize = memory.data<f32>([0.00833331048488617], 4);
const S4: usize = memory.data<f32>([0.001393367419950664], 4);
const S5: usize = memory.data<f32>([0.00019891017291229218], 4);
/** Q of em1mx (|r| ≤ 0.6, error 2⁻⁵⁸ and 2⁻²⁷·⁸ times r²). */
const W0: usize = memory.data<f64>([0.5], 8);
const W1: usize = memory.data<f64>([0.16666666666666666], 8);
const W2: usize = memory.data<f64>([0.041666666666666664], 8);
const W3: usize = memory.data<f64>([0.008333333333333746], 8);
const W4: usize = memory.data<f64>([0.0013888888888889147], 8);
const W5: usize = memory.data<f64>([0.00019841269840352907], 8);
const W6: usize = memory.data<f64>([0.00002480158730101448], 8);
const W7: usize = memory.data<f64>([0.0000027557320097063845], 8);
const W8: usize = memory.data<f64>([2.75573197694223e-7], 8);
const W9: usize = memory.data<f64>([2.505170434747591e-8], 8);
const W10: usize = memory.data<f64>([2.087650456253673e-9], 8);
const W11: usize = memory.data<f64>([1.6148752887444734e-10], 8);
const W12: usize = memory.data<f64>([1.1526797257597357e-11], 8);
const V0: usize = memory.data<f32>([0.5], 4);
const V1: usize = memory.data<f32>([0.1666666865348816], 4);
const V2: usize = memory.data<f32>([0.0416666679084301], 4);
const V3: usize = memory.data<f32>([0.008333018980920315], 4);
const V4: usize = memory.data<f32>([0.0013888574903830886], 4);
const V5: usize = memory.data<f32>([0.0002001559332711622], 4);
const V6: usize = memory.data<f32>([0.00002497579225746449], 4);

/** Where 2ᵏ and the result are normal. */
const NORMAL_64: usize = memory.data<f64>([708], 8);
const NORMAL_32: usize = memory.data<f32>([87], 4);
const LOWEST_64: usize = memory.data<f64>([-708], 8);
const LOWEST_32: usize = memory.data<f32>([-87], 4);
/** Beyond these, exp is +∞ and 0. */
const OVER_64: usize = memory.data<f64>([710], 8);
const OVER_32: usize = memory.data<f32>([89], 4);
const UNDER_64: usize = memory.data<f64>([-746], 8);
const UNDER_32: usize = memory.data<f32>([-104], 4);
/** em1mx: k = 0 up to here; beyond the second, eˣ itself. */
const SHORT_64: usize = memory.data<f64>([0.6], 8);
const SHORT_32: usize = memory.data<f32>([0.6], 4);
const BIAS_64: usize = memory.data<u64>([1023], 8);
const BIAS_32: usize = memory.data<u32>([127], 4);
const J: usize = memory.data<u64>([127], 8);

/** x/ln2 (f64: 128·x/ln2) as an integer in the low bits. */
@inline function magic<T>(): v128 {
  return constant<T>(MAGIC_64, MAGIC_32);
}

/** 2^(k/128), f64, from n's low bits and m = eʳ − 1; the exponent not yet added. Where `isLess`, 1 less, the exponent added. */
@inline function fromTable(isLess: bool, n: v128, m: v128): v128 {
  const a = v128.load(TABLE + ((i32x4.extract_lane(n, 0) & 127) << 4));
  const b = v128.load(TABLE + ((i32x4.extract_lane(n, 2) & 127) << 4));
  const hi = lowHalves(a, b), rest = f64x2.add(highHalves(a, b), f64x2.mul(hi, m));
  if (!isLess) return f64x2.add(hi, rest);
  const scale = i64x2.add(one<f64>(), exponentOf(n));
  return f64x2.add(f64x2.sub(f64x2.mul(hi, scale), one<f64>()), f64x2.mul(rest, scale));
}

/** ⌊k⌋ in the exponent's own position, f64, from n's low bits. */
@inline function exponentOf(n: v128): v128 {
  return i64x2.shl(v128.andnot(n, v128.load64_splat(J)), 45);
}

/** x/ln2 + magic: the integer k (f64: in steps of 1/128) in the low bits. */
@inline function steps<T>(x: v128): v128 {
  return v128.add<T>(v128.mul<T>(x, constant<T>(PER_STEP, LOG2E_32)), magic<T>());
}

/** e^(x − ⌊…⌋·ln2): the factor beside 2^⌊k⌋. Of f64, where `isLess`: eˣ − 1. */
@inline function significand<T>(x: v128, n: v128, isLess: bool = false): v128 {
  const k = v128.sub<T>(n, magic<T>());
  if (sizeof<T>() == 8) {
    const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, v128.load64_splat(STEP_HI))), f64x2.mul(k, v128.load64_splat(STEP_LO)));
    const r2 = f64x2.mul(r, r);
    const a = f64x2.add(v128.load64_splat(T0), f64x2.mul(v128.load64_splat(T1), r));
    const b = f64x2.add(v128.load64_splat(T2), f64x2.mul(v128.load64_splat(T3), r));
    return fromTable(isLess, n, f64x2.add(r, f64x2.mul(r2, f64x2.add(a, f64x2.mul(b, r2)))));
  }
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, ln2Hi<T>())), f32x4.mul(k, ln2Lo<T>()));
  const r2 = f32x4.mul(r, r);
  const a = f32x4.add(v128.load32_splat(S0), f32x4.mul(v128.load32_splat(S1), r));
  const b = f32x4.add(v128.load32_splat(S2), f32x4.mul(v128.load32_splat(S3), r));
  const c = f32x4.add(v128.load32_splat(S4), f32x4.mul(v128.load32_splat(S5), r));
  const q = f32x4.add(a, f32x4.mul(r2, f32x4.add(b, f32x4.mul(c, r2))));
  return f32x4.add(one<T>(), f32x4.add(r, f32x4.mul(r2, q)));
}

/** eˣ where |x| ≤ 708 (f32: 87); elsewhere anything. */
@inline export function expNormal<T>(x: v128): v128 {
  const n = steps<T>(x);
  const s = significand<T>(x, n);
  if (sizeof<T>() == 8) return i64x2.add(s, exponentOf(n));
  return i32x4.add(s, i32x4.shl(n, 23));
}

/** eˣ − 1, f64, where |x| ≤ 708: 2^(k/128) − 1 is exact near x = 0, and 0 for k = 0. */
@inline export function expm1Normal(x: v128): v128 {
  return significand<f64>(x, steps<f64>(x), true);
}

/** eˣ. */
@inline export function exp<T>(x: v128): v128 {
  const normal = v128.le<T>(v128.abs<T>(x), constant<T>(NORMAL_64, NORMAL_32));
  if (i32x4.all_true(normal)) return expNormal<T>(x);
  return expFar<T>(x);
}

/** eˣ for every x: the scale in two factors, so that a subnormal result is rounded once. */
function expFar<T>(x: v128): v128 {
  if (sizeof<T>() == 8) {
    const t = f64x2.pmax(f64x2.pmin(x, v128.load64_splat(OVER_64)), v128.load64_splat(UNDER_64));
    const n = steps<T>(t);
    const e = i32x4.shr_s(n, 7);
    const half = i32x4.shr_s(e, 1);
    const s = f64x2.mul(significand<T>(t, n), i64x2.shl(i64x2.add(half, v128.load64_splat(BIAS_64)), 52));
    const y = f64x2.mul(s, i64x2.shl(i64x2.add(i64x2.sub(e, half), v128.load64_splat(BIAS_64)), 52));
    return v128.bitselect(y, notANumber<T>(), f64x2.eq(x, x));
  }
  const t = f32x4.pmax(f32x4.pmin(x, v128.load32_splat(OVER_32)), v128.load32_splat(UNDER_32));
  const n = steps<T>(t);
  const e = i32x4.sub(n, v128.load32_splat(MAGIC_BITS));
  const half = i32x4.shr_s(e, 1);
  const s = f32x4.mul(significand<T>(t, n), i32x4.shl(i32x4.add(half, v128.load32_splat(BIAS_32)), 23));
  const y = f32x4.mul(s, i32x4.shl(i32x4.add(i32x4.sub(e, half), v128.load32_splat(BIAS_32)), 23));
  return v128.bitselect(y, notANumber<T>(), f32x4.eq(x, x));
}

/** eˣ − 1 − x. */
@inline export function em1mx<T>(x: v128): v128 {
  const normal = v128.le<T>(v128.abs<T>(x), constant<T>(NORMAL_64, NORMAL_32));
  if (i32x4.all_true(normal)) return em1mxNormal<T>(x, x);
  return em1mxFar<T>(x);
}

/** eˣ − 1 − x for every x: above 708 (87) eˣ, far below −1 − x. */
function em1mxFar<T>(x: v128): v128 {
  const highest = constant<T>(NORMAL_64, NORMAL_32);
  const t = v128.pmax<T>(v128.pmin<T>(x, highest), constant<T>(LOWEST_64, LOWEST_32));
  const y = v128.bitselect(expFar<T>(x), em1mxNormal<T>(t, x), v128.gt<T>(x, highest));
  return v128.bitselect(y, notANumber<T>(), v128.eq<T>(x, x));
}

/** eʳ − 1 − r, |r| ≤ 0.6. */
@inline export function em1mxShort<T>(r: v128): v128 {
  const r2 = v128.mul<T>(r, r);
  if (sizeof<T>() == 8) {
    const r4 = f64x2.mul(r2, r2);
    const a = cubic(W0, W1, W2, W3, r, r2);
    const b = cubic(W4, W5, W6, W7, r, r2);
    const c = cubic(W8, W9, W10, W11, r, r2);
    const d = f64x2.add(c, f64x2.mul(r4, v128.load64_splat(W12)));
    return f64x2.mul(r2, f64x2.add(a, f64x2.mul(r4, f64x2.add(b, f64x2.mul(r4, d)))));
  }
  const a = f32x4.add(v128.load32_splat(V0), f32x4.mul(v128.load32_splat(V1), r));
  const b = f32x4.add(v128.load32_splat(V2), f32x4.mul(v128.load32_splat(V3), r));
  const c = f32x4.add(f32x4.add(v128.load32_splat(V4), f32x4.mul(v128.load32_splat(V5), r)), f32x4.mul(r2, v128.load32_splat(V6)));
  return f32x4.mul(r2, f32x4.add(a, f32x4.mul(r2, f32x4.add(b, f32x4.mul(r2, c)))));
}

/** eᵗ − 1 − x, t being x held within ±708 (f32: ±87). */
@inline export function em1mxNormal<T>(t: v128, x: v128): v128 {
  const far = v128.gt<T>(v128.abs<T>(t), constant<T>(SHORT_64, SHORT_32));
  let scale: v128, r: v128;
  if (sizeof<T>() == 8) {
    const n = f64x2.add(f64x2.mul(t, v128.load64_splat(LOG2E_64)), v128.load64_splat(MAGIC_64));
    const k = v128.and(f64x2.sub(n, v128.load64_splat(MAGIC_64)), far);
    r = f64x2.sub(f64x2.sub(t, f64x2.mul(k, ln2Hi<T>())), f64x2.mul(k, ln2Lo<T>()));
    scale = i64x2.add(one<T>(), i64x2.shl(v128.and(n, far), 52));
  } else {
    const n = f32x4.add(f32x4.mul(t, v128.load32_splat(LOG2E_32)), v128.load32_splat(MAGIC_32));
    const k = v128.and(f32x4.sub(n, v128.load32_splat(MAGIC_32)), far);
    r = f32x4.sub(f32x4.sub(t, f32x4.mul(k, ln2Hi<T>())), f32x4.mul(k, ln2Lo<T>()));
    scale = i32x4.add(one<T>(), i32x4.shl(v128.and(n, far), 23));
  }
  const m = em1mxShort<T>(r);
  return v128.add<T>(v128.mul<T>(scale, m), v128.add<T>(v128.sub<T>(v128.mul<T>(scale, r), x), v128.sub<T>(scale, one<T>())));
}
