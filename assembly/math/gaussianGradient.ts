/**
 * Gradients of the divergence of two univariate Gaussians (gaussianTerm.ts) by their parameters, entry by entry: by m₀, x, m₁ and y.
 *
 *   variances            δ/y · ½·(x − y)/(xy) · −δ/y · −½·[(x − y) + δ²]/y²
 *   standard deviations  δ/y² · (x² − y²)/(xy²) · −δ/y² · −[(x² − y²) + δ²]/y³,  x² − y² as (x − y)(x + y)
 *   log-variances        δ·e⁻ʸ · ½·(e^(x−y) − 1) · −δ·e⁻ʸ · −½·[(e^(x−y) − 1) + δ²·e⁻ʸ]
 *
 * f32 entries near 1 are computed in f32 lanes, but for pairs of log-variances, whose values take longer anyway; which way an entry goes depends on it alone.
 *
 * Domain  that of the terms: a row out of it is left to the twin, with its gradients.
 * Error   12·2⁻⁵³ (in f32 lanes 12·2⁻²⁴) relative; by y of the larger of its two summands.
 */
import { firstLanes, one, zero } from '../simd/lanes';
import { sumError } from '../simd/sum';
import { em1mxNormal, expNormal } from './exp';
import { HALF, LOG_VARIANCE, STD } from './gaussianTerm';

/** f32 lanes take variances and standard deviations within 2^±30 and differences of means up to 2³⁰, and log-variances within ±64: what leaves the range is infinite. */
const LOWEST: usize = memory.data<f32>([9.313225746154785e-10], 4);
const HIGHEST: usize = memory.data<f32>([1073741824], 4);
const HIGHEST_LOG: usize = memory.data<f32>([64], 4);
const HALF_32: usize = memory.data<f32>([0.5], 4);

/** Gradients of n entries to the pointers that are not 0, f64 (`wide`) or f32 as the inputs. `isSame`: m₁ and y are one pair throughout, of N(0, 1). */
export function gaussianGradient(
  kind: i32, wide: bool, m0: usize, x: usize, m1: usize, y: usize, isSame: bool, n: i32, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  if (wide || (kind == LOG_VARIANCE && !isSame)) return inPairs(kind, wide, m0, x, m1, y, isSame, n, g0, gx, g1, gy);
  const half = v128.load32_splat(HALF_32), isLog = kind == LOG_VARIANCE;
  const lowest = v128.load32_splat(LOWEST), highest = v128.load32_splat(isLog ? HIGHEST_LOG : HIGHEST);
  for (let o: usize = 0; n > 0; n -= 4, o += 16) {
    const same: usize = isSame ? 0 : o, u = v128.load(x + o), v = v128.load(y + same);
    let m = f32x4.sub(v128.load(m0 + o), v128.load(m1 + same)), byX: v128, byY: v128, taken: v128;
    if (isLog) {
      byX = f32x4.mul(half, em1mxNormal<f32>(u, zero()));
      byY = byX; // nobody asks for it: N(0, 1) is given
      taken = f32x4.le(f32x4.abs(u), highest);
    } else {
      const inverse = f32x4.div(one<f32>(), v), shift = f32x4.mul(m, inverse);
      const largest = f32x4.pmax(f32x4.pmax(u, v), f32x4.abs(m));
      taken = v128.and(v128.and(f32x4.ge(u, lowest), f32x4.ge(v, lowest)), f32x4.le(largest, highest));
      byX = f32x4.mul(f32x4.sub(u, v), inverse);
      if (kind == STD) {
        byX = f32x4.mul(byX, f32x4.add(f32x4.mul(u, inverse), one<f32>()));
        m = f32x4.mul(shift, inverse);
        byY = f32x4.add(f32x4.mul(byX, inverse), f32x4.mul(m, shift));
      } else {
        byX = f32x4.mul(half, byX);
        m = shift;
        byY = f32x4.add(f32x4.mul(byX, inverse), f32x4.mul(f32x4.mul(half, m), m));
      }
      byX = f32x4.div(byX, u);
    }
    // The others first, in pairs: what is taken here is then written over.
    if (v128.any_true(v128.andnot(firstLanes<f32>(min(n, 4)), taken))) {
      inPairs(
        kind, false, m0 + o, x + o, m1 + same, y + same, isSame, min(n, 4), g0 ? g0 + o : 0, gx ? gx + o : 0, g1 ? g1 + o : 0, gy ? gy + o : 0,
      );
    }
    putTaken(g0, o, m, taken, n);
    putTaken(gx, o, byX, taken, n);
    putTaken(g1, o, f32x4.sub(zero(), m), taken, n);
    putTaken(gy, o, f32x4.sub(zero(), byY), taken, n);
  }
}

/** The lanes of v that are taken, n at most, to `at` beyond p. */
function putTaken(p: usize, at: usize, v: v128, taken: v128, n: i32): void {
  if (p == 0) return;
  const to = p + at;
  v = v128.bitselect(v, v128.load(to), taken);
  if (n >= 4) return v128.store(to, v);
  if (n > 1) v128.store64_lane(to, v, 0);
  if (n == 3) v128.store32_lane(to, v, 2, 8);
  if (n == 1) v128.store32_lane(to, v, 0);
}

/** The same in f64 lanes. */
function inPairs(
  kind: i32, wide: bool, m0: usize, x: usize, m1: usize, y: usize, isSame: bool, n: i32, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  const step: usize = wide ? 16 : 8, half = v128.load64_splat(HALF);
  for (let o: usize = 0; n > 0; n -= 2, o += step) {
    const same: usize = isSame ? 0 : o, u = two(wide, x + o), v = two(wide, y + same), d = f64x2.sub(u, v);
    let m = f64x2.sub(two(wide, m0 + o), two(wide, m1 + same)), byX: v128, byY: v128;
    if (kind == LOG_VARIANCE) {
      const e = em1mxNormal<f64>(d, zero());
      let t = one<f64>();
      if (!isSame) t = expNormal<f64>(f64x2.neg(f64x2.mul(v, half))); // of N(0, 1) it is 1
      byX = f64x2.add(e, f64x2.mul(sumError(u, f64x2.neg(v), d), f64x2.add(e, one<f64>())));
      m = f64x2.mul(m, t);
      byY = f64x2.mul(half, f64x2.add(byX, f64x2.mul(m, m)));
      byX = f64x2.mul(half, byX);
      m = f64x2.mul(m, t);
    } else {
      const inverse = f64x2.div(one<f64>(), v), shift = f64x2.mul(m, inverse);
      byX = f64x2.mul(d, inverse);
      if (kind == STD) {
        byX = f64x2.mul(byX, f64x2.add(f64x2.mul(u, inverse), one<f64>()));
        byY = f64x2.mul(f64x2.add(byX, f64x2.mul(shift, shift)), inverse);
        m = f64x2.mul(shift, inverse);
      } else {
        byX = f64x2.mul(half, byX);
        byY = f64x2.mul(f64x2.add(byX, f64x2.mul(half, f64x2.mul(shift, m))), inverse);
        m = shift;
      }
      byX = f64x2.div(byX, u);
    }
    put(wide, g0, o, m, n);
    put(wide, gx, o, byX, n);
    put(wide, g1, o, f64x2.sub(zero(), m), n);
    put(wide, gy, o, f64x2.sub(zero(), byY), n);
  }
}

/** Two entries from p, widened. */
@inline function two(wide: bool, p: usize): v128 {
  return wide ? v128.load(p) : f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/** Two entries, or the last one of n = 1, to `at` beyond p. */
@inline function put(wide: bool, p: usize, at: usize, v: v128, n: i32): void {
  if (p == 0) return;
  const to = p + at;
  if (wide) {
    if (n > 1) v128.store(to, v);
    else v128.store64_lane(to, v, 0);
  } else if (n > 1) v128.store64_lane(to, f32x4.demote_f64x2_zero(v), 0);
  else v128.store32_lane(to, f32x4.demote_f64x2_zero(v), 0);
}
