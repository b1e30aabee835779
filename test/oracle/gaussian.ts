/** KL of diagonal Gaussians in 320-bit fixed point, straight from the closed form; parameters of moderate size. */
import { divide, exp, type Fixed, fixed, logOfRatio, multiply, ONE, toNumber } from './fixed.js';

type Numbers = ArrayLike<number>;

/** ½·[v₀/v₁ − 1 − log(v₀/v₁) + d²/v₁]. */
function term(v0: Fixed, v1: Fixed, d: Fixed): Fixed {
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
