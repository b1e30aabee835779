/** KL of diagonal Gaussians in 320-bit fixed point, straight from the closed form; parameters of moderate size. */
import { divide, exp, type Fixed, fixed, logOfRatio, multiply, ONE, toNumber } from './fixed.js';

type Numbers = ArrayLike<number>;

/** ½·[v₀/v₁ − 1 − log(v₀/v₁) + d²/v₁]. */
export function term(v0: Fixed, v1: Fixed, d: Fixed): Fixed {
  return (divide(v0, v1) - ONE - logOfRatio(v0, v1) + divide(multiply(d, d), v1)) / 2n;
}

function total(count: number, value: (i: number) => Fixed): number {
  let sum = 0n;
  for (let i = 0; i < count; i++) sum += value(i);
  return toNumber(sum);
}

const at = (row: Numbers, i: number): Fixed => fixed(row[i] as number);

export function variances(m0: Numbers, v0: Numbers, m1: Numbers, v1: Numbers): number {
  return total(m0.length, (i) => term(at(v0, i), at(v1, i), at(m0, i) - at(m1, i)));
}

export function deviations(m0: Numbers, s0: Numbers, m1: Numbers, s1: Numbers): number {
  const square = (x: Fixed) => multiply(x, x);
  return total(m0.length, (i) => term(square(at(s0, i)), square(at(s1, i)), at(m0, i) - at(m1, i)));
}

/** ½·Σ[μ² + eˡ − 1 − l]. */
export function priorLogVariance(mean: Numbers, logVariance: Numbers): number {
  return total(mean.length, (i) => (multiply(at(mean, i), at(mean, i)) + exp(at(logVariance, i)) - ONE - at(logVariance, i)) / 2n);
}

/** ½·Σ[eᵈ − 1 − d + (μ₀−μ₁)²·e^(−l₁)], d = l₀ − l₁. */
export function logVariances(m0: Numbers, l0: Numbers, m1: Numbers, l1: Numbers): number {
  return total(m0.length, (i) => {
    const [d, gap] = [at(l0, i) - at(l1, i), at(m0, i) - at(m1, i)];
    return (exp(d) - ONE - d + multiply(multiply(gap, gap), exp(-at(l1, i)))) / 2n;
  });
}

/** ½·[tr(Σ₁⁻¹Σ₀) − d − log(|Σ₀|/|Σ₁|) + δᵀΣ₁⁻¹δ] by plain elimination; matrices row by row, of moderate size and condition. */
export function covariances(m0: Numbers, s0: Numbers, m1: Numbers, s1: Numbers): number {
  const d = m0.length;
  const gap = Array.from({ length: d }, (_, i) => at(m0, i) - at(m1, i));
  return toNumber(fullDivergence(gap, squareOf(s0, d), squareOf(s1, d)));
}

/** The same from lower Cholesky factors. */
export function factors(m0: Numbers, l0: Numbers, m1: Numbers, l1: Numbers): number {
  const d = m0.length;
  const gap = Array.from({ length: d }, (_, i) => at(m0, i) - at(m1, i));
  return toNumber(fullDivergence(gap, squared(squareOf(l0, d)), squared(squareOf(l1, d))));
}

/** L·Lᵀ. */
export function squared(l: readonly Fixed[][]): Fixed[][] {
  return l.map((x) => l.map((y) => x.reduce((sum, v, k) => sum + multiply(v, y[k] as Fixed), 0n)));
}

/** A matrix row by row. */
export function squareOf(matrix: Numbers, d: number): Fixed[][] {
  return Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => at(matrix, i * d + j)));
}

/** From μ₀ − μ₁, Σ₀ and Σ₁, which need not be symmetric in the last place. */
export function fullDivergence(gap: readonly Fixed[], s0: readonly Fixed[][], s1: readonly Fixed[][]): Fixed {
  // [Σ₁ | Σ₀ | δ] is eliminated to [I | Σ₁⁻¹Σ₀ | Σ₁⁻¹δ].
  const d = gap.length;
  const rows = s1.map((row, i) => [...row, ...(s0[i] as Fixed[]), gap[i] as Fixed]);
  let value = 0n;
  for (let k = 0; k < d; k++) {
    const row = rows[k] as Fixed[];
    const pivot = row[k] as Fixed;
    value += logOfRatio(pivot, ONE) - ONE;
    rows[k] = row.map((v) => divide(v, pivot));
    for (let i = 0; i < d; i++) {
      const factor = (rows[i] as Fixed[])[k] as Fixed;
      if (i !== k) rows[i] = (rows[i] as Fixed[]).map((v, j) => v - multiply(factor, (rows[k] as Fixed[])[j] as Fixed));
    }
  }
  for (let i = 0; i < d; i++) value += (rows[i]?.[d + i] as Fixed) + multiply(gap[i] as Fixed, rows[i]?.[2 * d] as Fixed);
  const rest = s0.map((row) => [...row]);
  for (let k = 0; k < d; k++) {
    const row = rest[k] as Fixed[];
    value -= logOfRatio(row[k] as Fixed, ONE);
    for (let i = k + 1; i < d; i++) {
      const factor = divide((rest[i] as Fixed[])[k] as Fixed, row[k] as Fixed);
      rest[i] = (rest[i] as Fixed[]).map((v, j) => v - multiply(factor, row[j] as Fixed));
    }
  }
  return value / 2n;
}
