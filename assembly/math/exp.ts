/**
 * eˣ and eˣ − 1 − x, f64x2 and f32x4.
 *
 * Method  exp f64: x = k·ln2/128 + r, |r| ≤ 0.00271; eˣ = 2^⌊k/128⌋ · 2^(j/128) · (1 + r + r²·Q(r)), 2^(j/128) tabled in two parts.
 *         exp f32: x = k·ln2 + r, |r| ≤ 0.3467; eˣ = 2ᵏ · (1 + r + r²·Q(r)), no table.
 *         em1mx:   as exp f32, but k cut off in place of rounded, 0 up to |x| = ln2; 2ᵏ·r²·Q(r) + ((2ᵏ·r − x) + (2ᵏ − 1)), for k = 0 nothing but r²·Q(r).
 *         ln2 is split so that k times its high part is exact; k comes out of the low bits of x/ln2 + 1.5·2⁵² (2²³), ties to even.
 * Error   exp: 0.52 ULP (f64; 1 ULP where the result is subnormal), 0.97 ULP (f32, all of them tried). em1mx: 4 ULP (f64 and f32), and so is what is kept, eˣ − 1.
 * Source  Tang, "Table-driven implementation of the exponential function", ACM TOMS 15 (1989); numbers by derive/polynomials.mjs.
 */
import { HALVES_64, constant, half, highHalves, lowHalves, one, zero } from '../simd/lanes';
import { cubic } from './cubic';
import { BIAS_32, LOG2E_32, LOG2E_64, MAGIC_32, MAGIC_64, ln2Hi, ln2Lo, notANumber } from './constants';
import { TABLE } from './exp.table';

/** The bits of MAGIC_32. */
const MAGIC_BITS: usize = memory.data<u32>([0x4b400000], 4);

/** 128/ln2 and ln2/128 in two parts. */
const PER_STEP: usize = memory.data<f64>([184.6649652337873], 8);
const STEP_HI: usize = memory.data<f64>([0.0054152123475432745], 8);
const STEP_LO: usize = memory.data<f64>([5.812982117197185e-13], 8);

/** Q of the table's step (|r| ≤ 0.00271, error 2⁻⁴⁶·⁶ times r²). */
const T0: usize = memory.data<f64>([0.4999999999999906], 8);
const T1: usize = memory.data<f64>([0.16666666666666533], 8);
const T2: usize = memory.data<f64>([0.04166667686680672], 8);
const T3: usize = memory.data<f64>([0.008333334790496161], 8);
/** Q of f32 exp, after ½ (|r| ≤ 0.3467, error 2⁻²⁷·⁷ times r²). */
const S1: usize = memory.data<f32>([0.1666666716337204], 4);
const S2: usize = memory.data<f32>([0.041666463017463684], 4);
const S3: usize = memory.data<f32>([0.00833331048488617], 4);
const S4: usize = memory.data<f32>([0.001393367419950664], 4);
const S5: usize = memory.data<f32>([0.00019891017291229218], 4);
/** The numbers of eˣ − 1 − x in f32: 1/ln2, ln2 in two parts, 1.5·2²³, what `exponentBy` takes off, 1, and Q. */
const NUMBERS_32: usize = memory.data<f32>([
  1.4426950216293335, 0.693145751953125, 1.428606765330187e-6, 12582912, 12582785, 1,
  0.5, 0.16666670143604279, 0.0416666716337204, 0.008332772180438042, 0.001388832926750183, 0.00020074275380466133, 0.0000250343800871633,
], 4);

/** Q of em1mx, after ½ (|r| ≤ ln2, error 2⁻⁵⁷ and 2⁻²⁷·⁶ times r²). */
const W1: usize = memory.data<f64>([0.16666666666666663], 8);
const W2: usize = memory.data<f64>([0.041666666666666664], 8);
const W3: usize = memory.data<f64>([0.008333333333335084], 8);
const W4: usize = memory.data<f64>([0.0013888888888889982], 8);
const W5: usize = memory.data<f64>([0.00019841269838355116], 8);
const W6: usize = memory.data<f64>([0.000024801587299766713], 8);
const W7: usize = memory.data<f64>([0.00000275573213030419], 8);
const W8: usize = memory.data<f64>([2.755732052264166e-7], 8);
const W9: usize = memory.data<f64>([2.5051387673853658e-8], 8);
const W10: usize = memory.data<f64>([2.0876306777396325e-9], 8);
const W11: usize = memory.data<f64>([1.6178893292924916e-10], 8);
const W12: usize = memory.data<f64>([1.1545622086120452e-11], 8);
/** The same of f32, among NUMBERS_32. */
const V1: usize = NUMBERS_32 + 28;
const V2: usize = NUMBERS_32 + 32;
const V3: usize = NUMBERS_32 + 36;
const V4: usize = NUMBERS_32 + 40;
const V5: usize = NUMBERS_32 + 44;
const V6: usize = NUMBERS_32 + 48;

/** Where 2ᵏ and the result are normal. */
const HIGHEST_64: usize = memory.data<f64>([708], 8);
const HIGHEST_32: usize = memory.data<f32>([87], 4);
/** Beyond these, exp is +∞ and 0. */
const OVER_64: usize = memory.data<f64>([710], 8);
const OVER_32: usize = memory.data<f32>([89], 4);
const UNDER_64: usize = memory.data<f64>([-746], 8);
const UNDER_32: usize = memory.data<f32>([-104], 4);
const BIAS_64: usize = memory.data<u64>([1023], 8);
const J: usize = memory.data<u64>([127], 8);

/** x/ln2 (f64: 128·x/ln2) as an integer in the low bits. */
@inline function magic<T>(): v128 {
  return constant<T>(MAGIC_64, MAGIC_32);
}

/** 2^(k/128), f64, from n's low bits: its two parts, `isLow` the second. */
@inline function fromTable(n: v128, isLow: bool): v128 {
  const a = v128.load(TABLE + ((i32x4.extract_lane(n, 0) & 127) << 4));
  const b = v128.load(TABLE + ((i32x4.extract_lane(n, 2) & 127) << 4));
  return isLow ? highHalves(a, b) : lowHalves(a, b);
}

/** ⌊k⌋ in the exponent's own position, f64, from n's low bits. */
@inline function exponentOf(n: v128): v128 {
  return i64x2.shl(v128.andnot(n, v128.load64_splat(J)), 45);
}

/** x/ln2 + magic: the integer k (f64: in steps of 1/128) in the low bits. */
@inline function steps<T>(x: v128): v128 {
  return v128.add<T>(v128.mul<T>(x, constant<T>(PER_STEP, LOG2E_32)), magic<T>());
}

/** eʳ − 1, r being x less the k of n times ln2. */
@inline function reduced<T>(x: v128, n: v128): v128 {
  const k = v128.sub<T>(n, magic<T>());
  if (sizeof<T>() == 8) {
    const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, v128.load64_splat(STEP_HI))), f64x2.mul(k, v128.load64_splat(STEP_LO)));
    const r2 = f64x2.mul(r, r);
    const a = f64x2.add(v128.load64_splat(T0), f64x2.mul(v128.load64_splat(T1), r));
    const b = f64x2.add(v128.load64_splat(T2), f64x2.mul(v128.load64_splat(T3), r));
    return f64x2.add(r, f64x2.mul(r2, f64x2.add(a, f64x2.mul(b, r2))));
  }
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, ln2Hi<T>())), f32x4.mul(k, ln2Lo<T>()));
  const r2 = f32x4.mul(r, r);
  const a = f32x4.add(half<f32>(), f32x4.mul(v128.load32_splat(S1), r));
  const b = f32x4.add(v128.load32_splat(S2), f32x4.mul(v128.load32_splat(S3), r));
  const c = f32x4.add(v128.load32_splat(S4), f32x4.mul(v128.load32_splat(S5), r));
  const q = f32x4.add(a, f32x4.mul(r2, f32x4.add(b, f32x4.mul(c, r2))));
  return f32x4.add(r, f32x4.mul(r2, q));
}

/** e^(x − ⌊…⌋·ln2): the factor beside 2^⌊k⌋. */
@inline function significand<T>(x: v128, n: v128): v128 {
  const m = reduced<T>(x, n);
  if (sizeof<T>() == 4) return f32x4.add(one<T>(), m);
  const hi = fromTable(n, false);
  return f64x2.add(hi, f64x2.add(fromTable(n, true), f64x2.mul(hi, m)));
}

/**
 * eᵃ − 1 − a + c² + (eᵇ − 1 − b + d²), f64, c and d from `gaps` on: from eˣ − 1. Where it `isKept`, ½·(eˣ − 1) goes to `to` and behind it: 2^(k/128) − 1 is exact
 * near 0. All of it in one branch, so that what is not kept costs nothing.
 */
@inline export function excessOfTwo(a: v128, b: v128, gaps: usize, isKept: bool, to: usize): v128 {
  const c = v128.load(gaps), d = v128.load(gaps, 16), n = steps<f64>(a), o = steps<f64>(b), hi = fromTable(n, false), top = fromTable(o, false);
  const lo = f64x2.add(fromTable(n, true), f64x2.mul(hi, reduced<f64>(a, n))), rest = f64x2.add(fromTable(o, true), f64x2.mul(top, reduced<f64>(b, o)));
  const e = i64x2.add(f64x2.add(hi, lo), exponentOf(n)), g = i64x2.add(f64x2.add(top, rest), exponentOf(o));
  if (isKept) {
    keepHalf(to, hi, lo, exponentOf(n));
    keepHalf(to + 16, top, rest, exponentOf(o));
  }
  const u = f64x2.add(f64x2.sub(f64x2.sub(e, one<f64>()), a), f64x2.mul(c, c));
  return f64x2.add(u, f64x2.add(f64x2.sub(f64x2.sub(g, one<f64>()), b), f64x2.mul(d, d)));
}

/** One of NUMBERS_32, in every lane. A loop that stores holds them in registers: from memory they would come in each turn (measured: a twelfth of its time). */
@inline export function number32(i: usize): v128 {
  return v128.load32_splat(NUMBERS_32 + 4 * i);
}

/** The exponent of 2ᵏ in the low bits, f32: below 256 where k is from −127 to 128, and far from it elsewhere. */
@inline export function exponentBy(x: v128, perLn2: v128, magic: v128, biased: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.trunc(f32x4.mul(x, perLn2)), magic), biased);
}

/** eˣ − 1 − x + c² of f32, c at `gap`, n by `exponentBy`, with the numbers handed in. Where it `isKept`, ½·(eˣ − 1) goes to `to`. */
@inline export function excess32(
  x: v128, gap: usize, n: v128, isKept: bool, to: usize,
  perLn2: v128, high: v128, low: v128, unit: v128, q0: v128, q1: v128, q2: v128, q3: v128, q4: v128, q5: v128, q6: v128,
): v128 {
  const k = f32x4.trunc(f32x4.mul(x, perLn2)), r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, high)), f32x4.mul(k, low)), scale = i32x4.shl(n, 23), r2 = f32x4.mul(r, r);
  const a = f32x4.add(q0, f32x4.mul(q1, r)), b = f32x4.add(q2, f32x4.mul(q3, r)), c = f32x4.add(f32x4.add(q4, f32x4.mul(q5, r)), f32x4.mul(r2, q6));
  const curved = f32x4.mul(scale, f32x4.mul(r2, f32x4.add(a, f32x4.mul(r2, f32x4.add(b, f32x4.mul(r2, c)))))), less = f32x4.sub(scale, unit), own = v128.load(gap);
  if (isKept) v128.store(to, f32x4.mul(q0, f32x4.add(curved, f32x4.add(f32x4.mul(scale, r), less))));
  return f32x4.add(f32x4.add(curved, f32x4.add(f32x4.sub(f32x4.mul(scale, r), x), less)), f32x4.mul(own, own));
}

/** ½·(2ᵏ·(hi + lo) − 1), f64, k in the exponent's own position. */
@inline function keepHalf(to: usize, hi: v128, lo: v128, k: v128): void {
  const scale = i64x2.add(one<f64>(), k);
  v128.store(to, f64x2.mul(half<f64>(), f64x2.add(f64x2.sub(f64x2.mul(hi, scale), one<f64>()), f64x2.mul(lo, scale))));
}

/** eˣ where |x| ≤ 708 (f32: 87); elsewhere anything. */
@inline export function expNormal<T>(x: v128): v128 {
  const n = steps<T>(x);
  const s = significand<T>(x, n);
  if (sizeof<T>() == 8) return i64x2.add(s, exponentOf(n));
  return i32x4.add(s, i32x4.shl(n, 23));
}

/** eˣ. */
@inline export function exp<T>(x: v128): v128 {
  const normal = v128.le<T>(v128.abs<T>(x), constant<T>(HIGHEST_64, HIGHEST_32));
  if (i32x4.all_true(normal)) return expNormal<T>(x);
  return expFar<T>(x);
}

/** eˣ for every x, of the same bits: the scale in two factors, so that a subnormal result is rounded once. */
export function expFar<T>(x: v128): v128 {
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

/** eʳ − 1 − r, |r| ≤ ln2. */
@inline export function em1mxShort<T>(r: v128): v128 {
  const r2 = v128.mul<T>(r, r);
  if (sizeof<T>() == 8) {
    const r4 = f64x2.mul(r2, r2);
    const a = cubic(HALVES_64, W1, W2, W3, r, r2);
    const b = cubic(W4, W5, W6, W7, r, r2);
    const c = cubic(W8, W9, W10, W11, r, r2);
    const d = f64x2.add(c, f64x2.mul(r4, v128.load64_splat(W12)));
    return f64x2.mul(r2, f64x2.add(a, f64x2.mul(r4, f64x2.add(b, f64x2.mul(r4, d)))));
  }
  const a = f32x4.add(half<f32>(), f32x4.mul(v128.load32_splat(V1), r));
  const b = f32x4.add(v128.load32_splat(V2), f32x4.mul(v128.load32_splat(V3), r));
  const c = f32x4.add(f32x4.add(v128.load32_splat(V4), f32x4.mul(v128.load32_splat(V5), r)), f32x4.mul(r2, v128.load32_splat(V6)));
  return f32x4.mul(r2, f32x4.add(a, f32x4.mul(r2, f32x4.add(b, f32x4.mul(r2, c)))));
}

/** 2ᵏ·(eʳ − 1) − x, f64, curved being 2ᵏ·(eʳ − 1 − r). */
@inline function lineBeside(curved: v128, scale: v128, r: v128, x: v128): v128 {
  return f64x2.add(curved, f64x2.add(f64x2.sub(f64x2.mul(scale, r), x), f64x2.sub(scale, one<f64>())));
}

/** eᵗ − 1 − x, f64, t being x held within ±708. eᵗ − 1 goes to `to` where it `isKept`, and `beside` so far behind it: one branch for both. */
@inline export function em1mxBeside(t: v128, x: v128, beside: v128, isKept: bool, to: usize, behind: usize): v128 {
  const k = f64x2.trunc(f64x2.mul(t, v128.load64_splat(LOG2E_64))), r = f64x2.sub(f64x2.sub(t, f64x2.mul(k, ln2Hi<f64>())), f64x2.mul(k, ln2Lo<f64>()));
  const scale = i64x2.add(one<f64>(), i64x2.shl(f64x2.add(k, magic<f64>()), 52)), curved = f64x2.mul(scale, em1mxShort<f64>(r));
  if (isKept) {
    v128.store(to, lineBeside(curved, scale, r, zero()));
    v128.store(to + behind, beside);
  }
  return lineBeside(curved, scale, r, x);
}
