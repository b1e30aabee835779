/**
 * Gradients of the divergence of two univariate Gaussians (gaussianTerm.ts) by their parameters, entry by entry: by m₀, x, m₁ and y.
 *
 *   variances            δ/y · ½·(x − y)/(xy) · −δ/y · −½·[(x − y) + δ²]/y²
 *   standard deviations  δ/y² · (x² − y²)/(xy²) · −δ/y² · −[(x² − y²) + δ²]/y³,  x² − y² as (x − y)(x + y)
 *   log-variances        δ·e⁻ʸ · ½·(e^(x−y) − 1) · −δ·e⁻ʸ · −½·[(e^(x−y) − 1) + δ²·e⁻ʸ]
 *
 * Domain  that of the terms: a row out of it is left to the twin, with its gradients.
 * Error   12·2⁻⁵³ relative; by y of the larger of its two summands.
 */
import { one, zero } from '../simd/lanes';
import { sumError } from '../simd/sum';
import { em1mxNormal, expNormal } from './exp';
import { HALF, LOG_VARIANCE, STD } from './gaussianTerm';

/** Gradients of n entries to the pointers that are not 0, f64 (`wide`) or f32 as the inputs. `isSame`: m₁ and y are one pair throughout. */
export function gaussianGradient(
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
