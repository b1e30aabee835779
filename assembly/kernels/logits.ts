/**
 * Divergences between softmax(a/T) and softmax(b/T), straight from the logits; f32 rows are widened and summed in f64.
 *
 * Method  w = e^((a − a*)/T), * the largest of a; δ = ((b − a) − (b* − a*))/T, differences error-free; c = Σwδ/Σw, d = δ − c.
 *         KL = log1p(Σw·(eᵈ − 1 − d)/Σw). Every term is ≥ 0 and nothing cancels, for equal, shifted or nearly equal logits either.
 *         Jensen–Shannon by the terms of logitTerms.ts.
 *         Gradients of KL: ∂a = −w·d, ∂b = w·(eᵈ⁻ᴷᴸ − 1) = (w·(eᵈ − 1 − d) + w·(d − s))/(1 + s) with s = e^KL − 1, w over Σw, all times `gradientFactor`:
 *         nothing cancels but d − s where ∂b itself is near 0.
 *         Of Jensen–Shannon: ∂a = ½·p·(l − Σp·l) with l = log(p/m), p − m = (p − q)/2 handed in; ∂b likewise with log(q/m).
 *         A class that is −∞ in both rows drops out. Rows masked differently or spread beyond 300 are left to the twin (NaN).
 * Error   relative; u = the rounding of one logit over T. f64: 32·2⁻⁵³ + 2u; f32: 2⁻²², Jensen–Shannon 2⁻²⁰ (the inputs are taken as exact).
 * Source  derived in NUMERICS, section 3.
 */
import { pairBytes, pairDot, pairSum, storeRowOf } from '../simd/pairs';
import { log1pOf } from '../math/log';
import { combine, excessSum, storeSlopes, weighRow } from '../math/logitRows';
import { WEIGHTS, grow, halfRatios, termSum } from '../math/logitTerms';
import { JENSEN_SHANNON } from '../math/terms';

const LN2: f64 = 0.6931471805599453;
const LOG2E: f64 = 1.4426950408889634;

/** Stores v − w, both over their sums and times `times`, of KL = log1p(s); it takes the place of the terms. */
function differ(w: usize, d: usize, terms: usize, cols: i32, c: f64, s: f64, times: f64): void {
  const each = times / (1 + s);
  combine(w, d, cols, c + s * LOG2E, each * LN2, terms, each, terms);
}

/** The gradients of KL = log1p(s), of stored rows with w summing to z. */
function klGradient(double: bool, w: usize, d: usize, terms: usize, cols: i32, z: f64, c: f64, s: f64, factor: f64, ofA: usize, ofB: usize): void {
  const each = factor / z;
  if (ofB != 0) {
    differ(w, d, terms, cols, c, s, each);
    storeRowOf(double, terms, cols, ofB);
  }
  if (ofA != 0) storeSlopes(double, w, d, cols, c, -each * LN2, ofA);
}

/** Stores ½·w·(l − Σw·l)·factor over z, the sum of w, l being a row of logarithms. */
function pull(double: bool, w: usize, logs: usize, cols: i32, z: f64, factor: f64, to: usize): void {
  storeSlopes(double, w, logs, cols, pairDot(w, logs, cols) / z, (0.5 * factor) / z, to);
}

export function logits_kl_rows(
  double: bool, a: usize, aStep: usize, b: usize, bStep: usize, rows: i32, cols: i32, temperature: f64, factor: f64, scratch: usize, out: usize, ofA: usize, ofB: usize,
): void {
  const w = scratch, d = w + pairBytes(cols), last = d + pairBytes(cols), size = <usize>cols << (double ? 3 : 2);
  // Without gradients the terms may take the place of w, and of the first of d, which is read by then.
  const terms = (ofA | ofB) != 0 ? last : w;
  for (let r = 0; r < rows; r++, a += aStep, b += bStep, out += 8) {
    let value = NaN;
    if (weighRow(double, a, b, cols, temperature, w, d) >= 0) {
      const z = pairSum(w, cols), c = pairDot(w, d, cols) / z, s = excessSum(double, w, d, cols, c, terms) / z;
      value = log1pOf(s);
      if (terms != w) klGradient(double, w, d, terms, cols, z, c, s, factor, ofA, ofB);
    }
    store<f64>(out, value == value ? value : NaN);
    if (ofA != 0) ofA += size;
    if (ofB != 0) ofB += size;
  }
}

export function logits_jensen_shannon_rows(
  double: bool, a: usize, aStep: usize, b: usize, bStep: usize, rows: i32, cols: i32, temperature: f64, factor: f64, scratch: usize, out: usize, ofA: usize, ofB: usize,
): void {
  const each = pairBytes(cols), w = scratch + WEIGHTS, d = w + each, v = d + each, kept = v + each, size = <usize>cols << (double ? 3 : 2);
  for (let r = 0; r < rows; r++, a += aStep, b += bStep, out += 8) {
    const spread = weighRow(double, a, b, cols, temperature, w, d);
    let value = NaN;
    if (spread >= 0) {
      const z = pairSum(w, cols), c = pairDot(w, d, cols) / z;
      grow(double, w, d, v, cols, c);
      const s = pairSum(d, cols) / z;
      const lanes = double ? Infinity : spread, sum = termSum(lanes, JENSEN_SHANNON, 0.5, w, cols, s, scratch);
      value = min(max(sum / z, 0), LN2);
      if ((ofA | ofB) != 0) {
        halfRatios(lanes, sum, w, cols, s, scratch, kept, d);
        if (ofA != 0) pull(double, w, kept, cols, z, factor, ofA);
        if (ofB != 0) pull(double, v, d, cols, z * (1 + s), factor, ofB);
      }
    }
    store<f64>(out, value == value ? value : NaN);
    if (ofA != 0) ofA += size;
    if (ofB != 0) ofB += size;
  }
}
