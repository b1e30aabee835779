/**
 * Divergences between softmax(a/T) and softmax(b/T), straight from the logits; f32 rows are widened and summed in f64.
 *
 * Method  w = e^((a − a*)/T), * the largest of a; δ = ((b − a) − (b* − a*))/T, differences error-free; c = Σwδ/Σw, d = δ − c.
 *         KL = log1p(Σw·(eᵈ − 1 − d)/Σw). Every term is ≥ 0 and nothing cancels, for equal, shifted or nearly equal logits either.
 *         Jensen–Shannon = ½·Σ[p·log(p/m) + q·log(q/m)] with p = w/Σw and log(q/p) = d − KL.
 *         Gradients of KL: ∂a = −w·d, ∂b = w·(eᵈ⁻ᴷᴸ − 1) = (w·(eᵈ − 1 − d) + w·(d − s))/(1 + s) with s = e^KL − 1, w over Σw, all times `gradientFactor`:
 *         nothing cancels but d − s where ∂b itself is near 0.
 *         Of Jensen–Shannon: ∂a = ½·p·(Σp·l − l) with l = log(m/p) = log1p(g/2p), g = q − p as ∂b of KL has it; ∂b likewise with log(m/q).
 *         A class that is −∞ in both rows drops out. Rows masked differently or spread beyond 300 are left to the twin (NaN).
 * Error   relative; u = the rounding of one logit over T. f64: 32·2⁻⁵³ + 2u; f32: 2⁻²² (the inputs are taken as exact).
 * Source  derived in NUMERICS, section 3.
 */
import { one, zero } from '../simd/lanes';
import { pairBytes, pairDot, pairSum, storeRowOf } from '../simd/pairs';
import { jensen } from '../math/jensen';
import { log1pOf, log1pCalled } from '../math/log';
import { excessSum, weighRow } from '../math/logitRows';

/** What a weight of 0 counts as in a divisor. */
const LEAST: f64 = 9.332636185032189e-302; // 2⁻¹⁰⁰⁰
const LN2: f64 = 0.6931471805599453;
const LOG2E: f64 = 1.4426950408889634;

/** Σ of both halves' terms of the stored rows, from c and their KL; the terms go to `terms`, and e^(−|log(q/p)|) to `kept`. */
function jensenSum(w: usize, d: usize, cols: i32, c: f64, kl: f64, terms: usize, kept: usize): f64 {
  const shift = f64x2.splat(c), less = f64x2.splat(kl), ln2 = f64x2.splat(LN2);
  for (let o: usize = 0; o < pairBytes(cols); o += 16) {
    const t = f64x2.sub(f64x2.mul(f64x2.sub(v128.load(d + o), shift), ln2), less);
    v128.store(terms + o, jensen(v128.load(w + o), t, kept + o));
  }
  return pairSum(terms, cols);
}

/** w·(d − c)·factor + terms·last; `to` may be any of the rows. */
function combine(w: usize, d: usize, cols: i32, c: f64, factor: f64, terms: usize, last: f64, to: usize): void {
  const shift = f64x2.splat(c), times = f64x2.splat(factor), timesLast = f64x2.splat(last);
  for (let o: usize = 0; o < pairBytes(cols); o += 16) {
    const line = f64x2.mul(f64x2.mul(v128.load(w + o), f64x2.sub(v128.load(d + o), shift)), times);
    v128.store(to + o, f64x2.add(line, f64x2.mul(v128.load(terms + o), timesLast)));
  }
}

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
  if (ofA == 0) return;
  combine(w, d, cols, c, -each * LN2, w, 0, terms);
  storeRowOf(double, terms, cols, ofA);
}

/** From w, d and v − w (over one sum): log(m/w) takes the place of d, v of the differences, log(m/v) goes to `last`. `kept`: see jensenSum. */
function halfRatios(w: usize, d: usize, differences: usize, cols: i32, c: f64, kl: f64, last: usize, kept: usize): void {
  const shift = f64x2.splat(c), less = f64x2.splat(kl), ln2 = f64x2.splat(LN2);
  for (let o: usize = 0; o < pairBytes(cols); o += 16) {
    const p = v128.load(w + o), g = v128.load(differences + o);
    const t = f64x2.sub(f64x2.mul(f64x2.sub(v128.load(d + o), shift), ln2), less);
    const above = f64x2.gt(t, zero()), e = v128.load(kept + o);
    const q = f64x2.mul(f64x2.div(p, v128.bitselect(e, one<f64>(), above)), v128.bitselect(one<f64>(), e, above));
    const top = f64x2.pmax(f64x2.pmax(p, q), f64x2.splat(LEAST));
    const both = log1pCalled(f64x2.mul(f64x2.div(f64x2.abs(g), top), f64x2.splat(-0.5)));
    v128.store(d + o, f64x2.add(both, v128.and(t, above)));
    v128.store(differences + o, q);
    v128.store(last + o, f64x2.sub(both, v128.andnot(t, above)));
  }
}

/** Stores ½·w·(Σw·l − l)·factor over z, l being a row of logarithms. */
function pull(double: bool, w: usize, logs: usize, cols: i32, z: f64, factor: f64, to: usize): void {
  combine(w, logs, cols, pairDot(w, logs, cols) / z, (-0.5 * factor) / z, w, 0, logs);
  storeRowOf(double, logs, cols, to);
}

export function logits_kl_rows(
  double: bool, a: usize, aStep: usize, b: usize, bStep: usize, rows: i32, cols: i32, temperature: f64, factor: f64, scratch: usize, out: usize, ofA: usize, ofB: usize,
): void {
  const w = scratch, d = w + pairBytes(cols), last = d + pairBytes(cols), size = <usize>cols << (double ? 3 : 2);
  // Without gradients the terms may take the place of w.
  const terms = (ofA | ofB) != 0 ? last : w;
  for (let r = 0; r < rows; r++, a += aStep, b += bStep, out += 8) {
    let value = NaN;
    if (weighRow(double, a, b, cols, temperature, w, d)) {
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
  const w = scratch, d = w + pairBytes(cols), terms = d + pairBytes(cols), last = terms + pairBytes(cols), kept = last + pairBytes(cols), size = <usize>cols << (double ? 3 : 2);
  for (let r = 0; r < rows; r++, a += aStep, b += bStep, out += 8) {
    let value = NaN;
    if (weighRow(double, a, b, cols, temperature, w, d)) {
      const z = pairSum(w, cols), c = pairDot(w, d, cols) / z, s = excessSum(double, w, d, cols, c, terms) / z, kl = log1pOf(s);
      value = (0.5 * jensenSum(w, d, cols, c, kl, last, kept)) / z;
      if (value > LN2) value = LN2;
      if ((ofA | ofB) != 0) {
        differ(w, d, terms, cols, c, s, 1);
        halfRatios(w, d, terms, cols, c, kl, last, kept);
        if (ofA != 0) pull(double, w, d, cols, z, factor, ofA);
        if (ofB != 0) pull(double, terms, last, cols, z, factor, ofB);
      }
    }
    store<f64>(out, value == value ? value : NaN);
    if (ofA != 0) ofA += size;
    if (ofB != 0) ofB += size;
  }
}
