/**
 * Divergences of rows: one engine (equalMass.ts) and a term each (terms.ts).
 *
 *   divergence_rows     kind 0 generalised KL · 1 Jeffreys · 2 total variation · 3 triangular discrimination · 4 Pearson χ² · 5 squared Hellinger
 *   mixture_rows        skew = 0: π·D(p̂ ‖ m) + (1 − π)·D(q̂ ‖ m), m = πp̂ + (1 − π)q̂: Jensen–Shannon at π = ½; in [0, H(π)]
 *                       skew = 1: D(p̂ ‖ (1 − π)p̂ + πq̂)
 *   power_rows          S = Σ p̂^α·q̂^(1−α), α = 0 or ≥ ½: Tsallis (S − 1)/(α − 1), with `logarithm` Rényi log S/(α − 1);
 *                       α → 1 KL, α → ∞ (Rényi alone) log max p̂/q̂
 *   itakura_saito_rows  Σ p/q − 1 − log(p/q) of positive entries as they are
 *
 * normalize = 0 takes entries as given. S is then summed as it stands, and what is made of it may be negative, as KL may.
 * Invalid rows give NaN, as in kl.ts; sums and terms out of the lanes' range are left to the twin (NaN). Generalised KL and Itakura–Saito of one f64 column
 * have a way of their own (singleRows.ts).
 *
 * Error   f64 5·2⁻⁵³ seen, 32·2⁻⁵³ allowed; f32 3·2⁻²⁴ and 2⁻²⁰; Tsallis of orders above 2: α/2 times that.
 * Source  NUMERICS, section 2.
 */
import { PLAIN, RENYI, TSALLIS, termRows } from '../math/equalMass';
import { AFFINITY, COVERED, GIVEN, ITAKURA_SAITO, JENSEN_SHANNON, KL, RATIO, SKEW, SUPPORT, termOfKind, termOfOrder } from '../math/terms';

/** What is summed for an order. */
function powerOf(order: f64, normalize: bool): i32 {
  if (order == Infinity) return RATIO;
  if (order == 0) return normalize ? SUPPORT : COVERED;
  if (order == 1) return normalize ? KL : GIVEN;
  if (!normalize) return AFFINITY;
  return termOfOrder(order);
}

export function divergence_rows(
  double: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, kind: f64, scratch: usize, out: usize,
): void {
  termRows(double, PLAIN, termOfKind(kind), 0, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}

export function mixture_rows(
  double: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, weight: f64, skew: f64, scratch: usize, out: usize,
): void {
  termRows(double, PLAIN, skew != 0 ? SKEW : JENSEN_SHANNON, weight, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}

export function power_rows(
  double: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, order: f64, logarithm: f64, scratch: usize, out: usize,
): void {
  const op = powerOf(order, normalize != 0);
  termRows(double, logarithm != 0 ? RENYI : TSALLIS, op, order, p, pStep, q, qStep, rows, cols, normalize != 0, scratch, out);
}

export function itakura_saito_rows(double: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, scratch: usize, out: usize): void {
  termRows(double, PLAIN, ITAKURA_SAITO, 0, q, qStep, p, pStep, rows, cols, false, scratch, out);
}
