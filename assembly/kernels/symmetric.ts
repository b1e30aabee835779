/**
 * Divergences of rows that go by equal masses: Jeffreys, Jensen–Shannon, and the generalised KL divergence.
 *
 * With q̃ and d of equalMass.ts (q brought to the mass P of p; d = p − q̃) and m = (p + q̃)/2:
 *   Jeffreys        D(p̂ ‖ q̂) + D(q̂ ‖ p̂) = Σ d·log(p/q̃)/P
 *   Jensen–Shannon  ½·Σ[φ(p, m) + φ(q̃, m)]/P, the differences p − m = d/2 and q̃ − m = −d/2 handed in; in [0, ln 2]
 *   generalised KL  Σφ(p, q̃; d)/P; as given Σ p·log(p/q) − p + q, which needs no equal masses
 * normalize = 0 takes η = 0 and P = 1. No term is negative, none cancels, and p̂ and q̂ are never formed.
 *
 * An entry that only one side has: Jeffreys Infinity, Jensen–Shannon ½·log 2 of its share. Invalid rows give NaN, as in kl.ts.
 * Sums out of the lanes' range are left to the twin (NaN).
 *
 * Error   f64 5·2⁻⁵³ seen, 32·2⁻⁵³ allowed; f32 3·2⁻²⁴ and 2⁻²⁰.
 * Source  NUMERICS, section 2.
 */
import { JEFFREYS, JENSEN_SHANNON, KL, equalMassRows } from '../math/equalMass';

export function jeffreys_rows_f64(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  equalMassRows<f64>(JEFFREYS, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
export function jeffreys_rows_f32(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  equalMassRows<f32>(JEFFREYS, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
export function jensen_shannon_rows_f64(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  equalMassRows<f64>(JENSEN_SHANNON, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
export function jensen_shannon_rows_f32(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  equalMassRows<f32>(JENSEN_SHANNON, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
export function generalized_kl_rows_f64(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  equalMassRows<f64>(KL, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
export function generalized_kl_rows_f32(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  equalMassRows<f32>(KL, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}
