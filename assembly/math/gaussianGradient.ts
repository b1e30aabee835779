/**
 * Gradients of the divergence of two univariate Gaussians (gaussianTerm.ts) by their parameters, entry by entry: by m₀, x, m₁ and y.
 *
 *   variances            δ/y · ½·(x − y)/(xy) · −δ/y · −½·[(x − y) + δ²]/y²
 *   standard deviations  δ/y² · (x² − y²)/(xy²) · −δ/y² · −[(x² − y²) + δ²]/y³,  x² − y² as (x − y)(x + y)
 *   log-variances        δ·e⁻ʸ · ½·(e^(x−y) − 1) · −δ·e⁻ʸ · −½·[(e^(x−y) − 1) + δ²·e⁻ʸ]
 *
 * In f64 lanes; f32 rows whose value came the quick way (gaussianQuick.ts), whose ratios and inverses are far from the ends of the range, in f32 lanes.
 * A product that vanishes is one that is then added to something larger, or the gradient itself.
 *
 * Domain  that of the terms: a row out of it is left to the twin, with its gradients.
 * Error   12ε relative, ε = 2⁻⁵³ (2⁻²⁴ in f32 lanes); by y of the larger of its two summands.
 */
import { half, one, zero } from '../simd/lanes';
import { sumError } from '../simd/sum';
import { LOG_VARIANCE, STD, TILE_BYTES } from './gaussianTerm';

/**
 * Gradients of n entries to the pointers that are not 0, f64 (`wide`) or f32 as the inputs. `isSame`: m₁ and y are one pair throughout. `isQuick`: see above.
 * `kept`: what the terms of log-variances left; of those that are quick gaussianQuick.ts has the gradients.
 */
export function gaussianGradient(
  kind: i32, wide: bool, isQuick: bool, m0: usize, x: usize, m1: usize, y: usize, isSame: bool, n: i32,
  kept: usize, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  if (isQuick && !wide) gradients<f32>(kind, false, m0, x, m1, y, isSame, n, kept, g0, gx, g1, gy);
  else gradients<f64>(kind, wide, m0, x, m1, y, isSame, n, kept, g0, gx, g1, gy);
}

/** The same in T's lanes; in those of f32 n is at least 4. */
function gradients<T>(
  kind: i32, wide: bool, m0: usize, x: usize, m1: usize, y: usize, isSame: bool, n: i32,
  kept: usize, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  const isWhole = sizeof<T>() == 4 || wide, step: usize = isWhole ? 16 : 8;
  let o: usize = 0;
  do {
    // The last four once more in place of fewer.
    if (sizeof<T>() == 4 && n < 4) o -= <usize>(4 - n) << 2;
    const same: usize = isSame ? 0 : o;
    let u: v128, v: v128, m: v128;
    if (isWhole) {
      u = v128.load(x + o);
      v = v128.load(y + same);
      m = v128.sub<T>(v128.load(m0 + o), v128.load(m1 + same));
    } else {
      u = widened(x + o);
      v = widened(y + same);
      m = f64x2.sub(widened(m0 + o), widened(m1 + same));
    }
    const d = v128.sub<T>(u, v);
    let byX: v128, byY: v128;
    if (sizeof<T>() == 8 && kind == LOG_VARIANCE) {
      const e = v128.load(kept), root = v128.load(kept, TILE_BYTES);
      kept += 16;
      byX = f64x2.add(e, f64x2.mul(sumError(u, f64x2.neg(v), d), f64x2.add(e, one<f64>())));
      m = f64x2.mul(m, root);
      byY = f64x2.mul(half<f64>(), f64x2.add(byX, f64x2.mul(m, m)));
      byX = f64x2.mul(half<f64>(), byX);
      m = f64x2.mul(m, root);
    } else {
      const inverse = v128.div<T>(one<T>(), v), shift = v128.mul<T>(m, inverse);
      byX = v128.mul<T>(d, inverse);
      m = shift;
      if (kind == STD) {
        byX = v128.mul<T>(byX, v128.add<T>(v128.mul<T>(u, inverse), one<T>()));
        m = v128.mul<T>(shift, inverse);
        byY = v128.mul<T>(shift, m);
      } else {
        byX = v128.mul<T>(half<T>(), byX);
        byY = v128.mul<T>(half<T>(), v128.mul<T>(shift, shift));
      }
      byY = v128.add<T>(v128.mul<T>(byX, inverse), byY);
      byX = v128.div<T>(byX, u);
    }
    const less = v128.sub<T>(zero(), m), lessY = v128.sub<T>(zero(), byY);
    if (isWhole && (sizeof<T>() == 4 || n > 1)) {
      if (g0) v128.store(g0 + o, m);
      if (gx) v128.store(gx + o, byX);
      if (g1) v128.store(g1 + o, less);
      if (gy) v128.store(gy + o, lessY);
    } else {
      put(wide, g0, o, m, n);
      put(wide, gx, o, byX, n);
      put(wide, g1, o, less, n);
      put(wide, gy, o, lessY, n);
    }
    n -= sizeof<T>() == 8 ? 2 : 4;
    o += step;
  } while (n > 0);
}

/** Two f32 entries as f64. */
@inline function widened(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/** Two f64, or the first where n is 1, as they are or as f32. */
function put(wide: bool, p: usize, at: usize, v: v128, n: i32): void {
  if (p == 0) return;
  const to = p + at, narrow = f32x4.demote_f64x2_zero(v);
  if (wide) v128.store64_lane(to, v, 0);
  else if (n > 1) v128.store64_lane(to, narrow, 0);
  else v128.store32_lane(to, narrow, 0);
}
