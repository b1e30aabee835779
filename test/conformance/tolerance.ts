/**
 * The tolerance rule of the conformance run, in one function.
 *
 *   relative  32·2⁻⁵³ for f64 inputs; 2⁻²⁰ for f32 inputs on f32 kernels; times the condition of the row
 *   logits    divergences: KL·(relative + 2u) + u²; log-sum-exp: u more, absolute; others: relative + 2u,
 *             u = one rounding step of z/T, in the inputs' dtype
 *   as given  2ε·Σ|pᵢ·log(pᵢ/qᵢ)| may be added (ε = 2⁻⁵³ or 2⁻²⁴), because the terms have both signs
 *   exact     an answer of 0 or ±Infinity is met exactly
 *
 * One subnormal step of the result's own type is always allowed: a number below the normal range cannot be closer.
 */
import type { Dtype } from '../../src/types.js';

/** What the rule has to know about one number. */
export interface Question {
  readonly dtype: Dtype;
  readonly expected: number;
  /** Amplification that the input itself carries, ≥ 1; 1 where it is left out. */
  readonly condition?: number;
  /** Σ|terms| of a sum that is taken as given. */
  readonly absTerms?: number;
  /** One rounding step of the logits, and what is asked of them. */
  readonly logits?: { readonly u: number; readonly kind: 'divergence' | 'logSumExp' | 'other' };
  /** The result is rounded to f32 (elementwise results of f32 inputs). */
  readonly single?: boolean;
}

/** Largest |actual − expected| that passes. */
export function tolerance(question: Question): number {
  const { dtype, expected, condition = 1, absTerms = 0, logits } = question;
  if (expected === 0 || !Number.isFinite(expected)) return 0;
  const epsilon = dtype === 'f64' ? 2 ** -53 : 2 ** -24;
  const u = logits?.u ?? 0;
  const relative = (dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -20) * condition + 2 * u;
  const logitStep = logits?.kind === 'divergence' ? u * u : logits?.kind === 'logSumExp' ? u : 0;
  const subnormalStep = question.single ? 2 ** -149 : 2 ** -1074;
  return Math.abs(expected) * relative + logitStep + 2 * epsilon * absTerms + subnormalStep;
}

/**
 * Condition of a divergence of normalised rows (the end of NUMERICS.md).
 *
 *   sums on one scale, |P − Q| ≤ 2⁻²⁰·P:  Σφ(p, q)/(P·KL), where the sums differ as much as the distributions do
 *   sums on different scales:             1 + 1/√KL
 *
 * @param kl the divergence on the scale of KL: KL itself, Jeffreys/2, 4·Jensen–Shannon
 */
export function normalisedCondition(p: ArrayLike<number>, q: ArrayLike<number>, sumP: number, sumQ: number, kl: number): number {
  if (!(kl > 0) || kl === Infinity) return 1;
  if (Math.abs(sumP - sumQ) > 2 ** -20 * sumP) return 1 + 1 / Math.sqrt(kl);
  // Entries and sums are scaled together, so that P·KL and φ stay inside the range for subnormal and for huge rows.
  let phis = 0;
  for (let i = 0; i < p.length; i++) phis += relativeEntropyTerm((p[i] as number) / sumP, (q[i] as number) / sumP);
  return phis === Infinity ? 1 : Math.max(1, phis / kl);
}

/** φ(p, q) = p·log(p/q) − p + q to about 1e-8 of itself: enough for a condition. */
function relativeEntropyTerm(p: number, q: number): number {
  if (p === 0) return q;
  const x = (q - p) / p;
  return Math.abs(x) < 1e-4 ? p * x * x * (1 / 2 - x / 3 + (x * x) / 4) : p * (x - Math.log1p(x));
}

/** Gradients of a divergence between w = softmax(a/T) and v = softmax(b/T), and what they are multiplied by after the division by T. */
export interface LogitsGradientQuestion {
  readonly dtype: Dtype;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly temperature: number;
  readonly u: number;
  readonly times: number;
}

/**
 * Largest |actual − expected| of entry j of ∂KL/∂a = −w·d/T or ∂KL/∂b = w·(e^(d − KL) − 1)/T, d = δ − Σwδ, δ the difference of the rows over T less one
 * of its entries.
 *
 * The entries of δ are differences of exact inputs, so each is off by ε·|δ| at most, which is at most 2ε·max|d|; w is off by η = 32ε + 2u (f32: 2⁻²⁰ + 2u),
 * as softmax is. That moves Σwδ by η·Σw|d| (a common factor of w drops out) and its own rounding by 2ε·max|d| more, so that
 *
 *   |Δdⱼ| ≤ η·Σw|d| + 4ε·max|d|,
 *
 * and with ∂(w·d)/∂d = w and ∂(w·e^(d − KL))/∂d = v the entry is off by η·|gⱼ| + max(wⱼ, vⱼ)·|Δdⱼ|/T. Near-equal rows have a small d, and keep their digits.
 */
export function logitsGradientTolerance(question: LogitsGradientQuestion): (expected: number, j: number) => number {
  const { dtype, a, b, temperature, u, times } = question;
  const [epsilon, relative] = dtype === 'f64' ? [2 ** -53, 32 * 2 ** -53] : [2 ** -24, 2 ** -20];
  const eta = relative + 2 * u;
  const [w, v] = [softmax(a, temperature), softmax(b, temperature)];
  const both = a.map((x, j) => x > -Infinity && (b[j] as number) > -Infinity);
  const star = a.indexOf(Math.max(...a));
  const delta = a.map((x, j) => (both[j] ? ((b[j] as number) - x - ((b[star] as number) - (a[star] as number))) / temperature : 0));
  const c = delta.reduce((sum, x, j) => sum + x * (w[j] as number), 0);
  const sizes = delta.map((x, j) => (both[j] ? Math.abs(x - c) : 0));
  const mean = sizes.reduce((sum, x, j) => sum + x * (w[j] as number), 0);
  const step = eta * mean + 4 * epsilon * Math.max(...sizes);
  const least = dtype === 'f32' ? 2 ** -149 : 2 ** -1074;
  return (expected, j) => eta * Math.abs(expected) + (Math.max(w[j] as number, v[j] as number) * step * times) / temperature + least;
}

function softmax(z: readonly number[], temperature: number): number[] {
  const top = Math.max(...z);
  const weights = z.map((x) => Math.exp((x - top) / temperature));
  const sum = weights.reduce((x, y) => x + y, 0);
  return weights.map((x) => x / sum);
}

/**
 * Largest |actual − expected| of an entry of a gradient of Gaussians.
 *
 * Diagonal: 32ε relative; by the scale of the second, whose derivative is a sum that may cancel, of its larger summand. Full: 32ε·condition of the largest
 * entry, for an entry of Σ⁻¹·Δ·Σ⁻¹ is a sum of products whose sizes its own does not show. f32: 2⁻²⁰ takes the place of 32ε.
 */
export function gaussianGradientTolerance(
  dtype: Dtype,
  condition: number,
  expected: readonly number[],
  terms: readonly number[] | undefined,
): (answer: number, i: number) => number {
  const relative = (dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -20) * condition;
  const most = condition > 1 ? Math.max(...expected.map(Math.abs)) : 0;
  const least = dtype === 'f64' ? 2 ** -1074 : 2 ** -149;
  return (answer, i) => (Number.isFinite(answer) ? relative * Math.max(Math.abs(answer), most, terms?.[i] || 0) + least : 0);
}

/** Gradients of KL (or Jensen–Shannon, whose logarithms are at most half as large) between rows of masses. */
export interface MassGradientQuestion {
  readonly dtype: Dtype;
  readonly p: ArrayLike<number>;
  readonly q: ArrayLike<number>;
  readonly normalize: boolean;
  /** KL of the rows, for logarithms smaller than what doubles near 1 can tell apart. */
  readonly kl: number;
}

/**
 * Largest |actual − expected| of entry j of ∂/∂p = (l − Σp̂·l)/P and ∂/∂q = k/Q, l = log(p̂/q̂) and k = 1 − p̂/q̂; as given l + 1 and −p/q.
 *
 * All is computed in the rows' own dtype: l and k are off by `unit` = 32·2⁻⁵³ (f32: 2⁻²⁰, 16 of its rounding steps) of themselves and, because q is brought to the
 * mass of p (times 1 + η, η = Σ(p − q)/Q after a power of two), by the rounding of q·η and of the differences in η: a step of |η| + Σ|p − q|/Q each, with a factor
 * for their sum, unit·(2|η| + Σ|p̂ − q̂|) together. The mean of l adds what its terms lose.
 */
export function massGradientTolerance({
  dtype,
  p,
  q,
  normalize,
  kl,
}: MassGradientQuestion): Record<'p' | 'q', (expected: number, j: number) => number> {
  const unit = dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -20;
  const total = (x: ArrayLike<number>, scale: number) => Array.from(x).reduce((sum, v) => sum + v / scale, 0) * scale;
  // Sums of huge and of tiny entries alike.
  const [P, Q] = normalize ? [total(p, Math.max(...Array.from(p))), total(q, Math.max(...Array.from(q)))] : [1, 1];
  const ratio = P / Q;
  let off = 0;
  if (normalize && ratio > 0 && ratio < Infinity) {
    const eta = Math.abs(ratio / 2 ** Math.floor(Math.log2((ratio * 4) / 3)) - 1);
    off = 2 * eta + Array.from(p).reduce((sum, x, j) => sum + Math.abs(x / P - (q[j] as number) / Q), 0);
  }
  const logs = Array.from(p, (x, j) => {
    const y = q[j] as number;
    return x > 0 && y > 0 ? Math.abs(Math.log(x / P) - Math.log(y / Q)) : 0;
  });
  const mean = normalize ? logs.reduce((sum, l, j) => sum + ((p[j] as number) / P) * l, 2 * kl) : 1;
  const least = dtype === 'f32' ? 2 ** -149 : 2 ** -1074;
  return {
    p: (_, j) => (unit * ((logs[j] as number) + mean + off)) / P + least,
    q: (expected) => unit * (Math.abs(expected) + off / Q) + least,
  };
}
