/**
 * KL divergence of rows of diagonal Gaussians, KL(N(m₀, diag) ‖ N(m₁, diag)), summed over the columns; one column is a univariate pair a row.
 *
 *   variance      Σ ½·[v₀/v₁ − 1 − log(v₀/v₁) + (m₀ − m₁)²/v₁]
 *   std           the same with v = s²
 *   log variance  Σ ½·[e^(l₀−l₁) − 1 − (l₀ − l₁) + (m₀ − m₁)²·e^(−l₁)]
 *
 * Equal parameters give exactly 0, nothing is negative, Infinity is a sum beyond the f64 range. A row with a variance or standard deviation that is not
 * positive and finite, or any other entry that is not finite, gives NaN.
 *
 * Error   f64 32·2⁻⁵³, f32 2⁻²⁰, relative, however close or far the two are (measured 17·2⁻⁵³ and 2⁻²¹). How: gaussianTerm.ts, gaussianQuick.ts.
 * Source  NUMERICS, sections 4 and 7.
 */
import { gaussianRows } from '../math/gaussianRows';
import { LOG_VARIANCE, STD, VARIANCE } from '../math/gaussianTerm';

export function gaussian_variance_kl_rows(
  double: bool, m0: usize, m0Step: usize, v0: usize, v0Step: usize, m1: usize, m1Step: usize, v1: usize, v1Step: usize,
  rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  gaussianRows(VARIANCE, false, double, m0, m0Step, v0, v0Step, m1, m1Step, v1, v1Step, rows, cols, scratch, out, g0, gx, g1, gy);
}
export function gaussian_std_kl_rows(
  double: bool, m0: usize, m0Step: usize, s0: usize, s0Step: usize, m1: usize, m1Step: usize, s1: usize, s1Step: usize,
  rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  gaussianRows(STD, false, double, m0, m0Step, s0, s0Step, m1, m1Step, s1, s1Step, rows, cols, scratch, out, g0, gx, g1, gy);
}
export function gaussian_log_variance_kl_rows(
  double: bool, m0: usize, m0Step: usize, l0: usize, l0Step: usize, m1: usize, m1Step: usize, l1: usize, l1Step: usize,
  rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize, g1: usize, gy: usize,
): void {
  gaussianRows(LOG_VARIANCE, false, double, m0, m0Step, l0, l0Step, m1, m1Step, l1, l1Step, rows, cols, scratch, out, g0, gx, g1, gy);
}
