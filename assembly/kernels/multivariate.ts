/**
 * KL divergence of rows of Gaussians with full covariances, KL(N(m₀, Σ₀) ‖ N(m₁, Σ₁)); cols is the dimension d, and a matrix is a row of d·d entries.
 *
 *   covariance  ½·[tr(Σ₁⁻¹Σ₀) − d − log(|Σ₀|/|Σ₁|) + (m₀ − m₁)ᵀΣ₁⁻¹(m₀ − m₁)]
 *   cholesky    the same with Σ = L·Lᵀ
 *
 * Equal parameters give exactly 0, nothing is negative, Infinity is a sum beyond the f64 range. NaN for a covariance that is not symmetric and positive
 * definite, a factor with a diagonal entry ≤ 0 or anything but 0 above the diagonal, and entries that are not finite.
 *
 * Error   32·2⁻⁵³·cond(Σ) (f32 entries 2⁻²⁰·cond) from covariances, of its square root from factors, relative, however close or far the two are; one dimension
 *         has the bits of gaussian.ts. How: multivariateRows.ts.
 * Source  NUMERICS, section 4.
 */
import { STD, VARIANCE } from '../math/gaussianTerm';
import { multivariateRows } from '../math/multivariateRows';

export function gaussian_covariance_kl_rows(
  double: bool, m0: usize, m0Step: usize, s0: usize, s0Step: usize, m1: usize, m1Step: usize, s1: usize, s1Step: usize,
  rows: i32, cols: i32, scratch: usize, out: usize,
): void {
  multivariateRows(VARIANCE, double, m0, m0Step, s0, s0Step, m1, m1Step, s1, s1Step, rows, cols, scratch, out);
}
export function gaussian_cholesky_kl_rows(
  double: bool, m0: usize, m0Step: usize, l0: usize, l0Step: usize, m1: usize, m1Step: usize, l1: usize, l1Step: usize,
  rows: i32, cols: i32, scratch: usize, out: usize,
): void {
  multivariateRows(STD, double, m0, m0Step, l0, l0Step, m1, m1Step, l1, l1Step, rows, cols, scratch, out);
}
