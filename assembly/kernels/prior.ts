/**
 * KL divergence of rows of diagonal Gaussians from the standard normal, KL(N(m, diag) ‖ N(0, I)), summed over the columns.
 *
 *   variance      Σ ½·[v − 1 − log v + m²]
 *   std           the same with v = s²
 *   log variance  Σ ½·[eˡ − 1 − l + m²]
 *
 * Edge cases, error and source as in gaussian.ts.
 */
import { gaussianRows } from '../math/gaussianRows';
import { LOG_VARIANCE, STD, VARIANCE } from '../math/gaussianTerm';

export function prior_variance_kl_rows(double: bool, m: usize, mStep: usize, v: usize, vStep: usize, rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize): void {
  gaussianRows(VARIANCE, true, double, m, mStep, v, vStep, 0, 0, 0, 0, rows, cols, scratch, out, g0, gx, 0, 0);
}
export function prior_std_kl_rows(double: bool, m: usize, mStep: usize, s: usize, sStep: usize, rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize): void {
  gaussianRows(STD, true, double, m, mStep, s, sStep, 0, 0, 0, 0, rows, cols, scratch, out, g0, gx, 0, 0);
}
export function prior_log_variance_kl_rows(double: bool, m: usize, mStep: usize, l: usize, lStep: usize, rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize): void {
  gaussianRows(LOG_VARIANCE, true, double, m, mStep, l, lStep, 0, 0, 0, 0, rows, cols, scratch, out, g0, gx, 0, 0);
}
