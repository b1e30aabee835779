/** Closed forms of densities on the whole line, and on the circle. */
import { expExcess, ratioExcess, sumRest } from '../math/excess.js';
import { besselExcess, besselMean, besselMeanDifference, besselVariance } from '../math/tilted.js';
import { at, type ClosedForm, PLAIN, SPECIAL } from './form.js';
import { gumbelForm } from './gumbel.js';
import { normalForm } from './normal.js';

/** Sine and cosine of half the angle between two, with what rounding of their difference leaves: many turns out, it would be all that is seen. */
function halfTurn(m1: number, m2: number): readonly [sine: number, cosine: number] {
  const gap = m1 / 2 - m2 / 2;
  const rest = sumRest(m1 / 2, -m2 / 2);
  const [s, c, u, v] = [Math.sin(gap), Math.cos(gap), Math.sin(rest), Math.cos(rest)];
  return [s * v + c * u, c * v - s * u];
}

/** Of each family. */
export const REAL: Readonly<Record<string, ClosedForm>> = {
  normal: normalForm,
  laplace: {
    formula: 'IS(b₁, b₂) + (b₁/b₂)·E(−|μ₁ − μ₂|/b₁)',
    units: PLAIN,
    value: (p, q) => {
      const [b1, b2] = [at(p, 1), at(q, 1)];
      return ratioExcess(b1, b2) + (b1 / b2) * expExcess(-Math.abs(at(p, 0) - at(q, 0)) / b1);
    },
    gradient: (p, q) => {
      const [b1, b2, gap] = [at(p, 1), at(q, 1), at(p, 0) - at(q, 0)];
      const u = Math.abs(gap) / b1;
      const byLocation = (Math.sign(gap) * -Math.expm1(-u)) / b2;
      const excess = expExcess(-u);
      // (1 + u)·e^(−u)/b₂ − 1/b₁; near 1 the first is taken from 1 and what is left of the two put together, farther out it may be all that is not 1.
      const byScale = u < 1 ? ((b1 - b2) / b1 + (excess + u * Math.expm1(-u))) / b2 : ((1 + u) * Math.exp(-u)) / b2 - 1 / b1;
      return [byLocation, byScale, -byLocation, ((b2 - b1) / b2 - (b1 / b2) * excess) / b2];
    },
  },
  gumbel: gumbelForm,
  cauchy: {
    formula: 'log(1 + [(s₁ − s₂)² + (μ₁ − μ₂)²]/(4s₁s₂))',
    units: PLAIN,
    value: (p, q) => {
      const [s1, s2] = [at(p, 1), at(q, 1)];
      const [e, z] = [s1 - s2, at(p, 0) - at(q, 0)];
      const excess = ((e / s1) * (e / s2) + (z / s1) * (z / s2)) / 4;
      // Beyond the range of doubles only the logarithm is within it.
      return excess < Infinity ? Math.log1p(excess) : 2 * Math.log(Math.hypot(e / 2, z / 2)) - Math.log(s1) - Math.log(s2);
    },
    gradient: (p, q) => {
      const [s1, s2, z] = [at(p, 1), at(q, 1), at(p, 0) - at(q, 0)];
      // By the length of (s₁ + s₂, z): their squares may be beyond the range.
      const n = Math.hypot(s1 + s2, z);
      const [e, u] = [((s1 - s2) / n) * ((s1 + s2) / n), z / n];
      return [(2 * u) / n, (e - u * u) / s1, (-2 * u) / n, (-e - u * u) / s2];
    },
  },
  vonMises: {
    formula: 'B(κ₂, κ₁) + 2·A(κ₁)·κ₂·sin²((μ₁ − μ₂)/2), A = I₁/I₀, B what log I₀ rises above its tangent',
    units: SPECIAL,
    value: (p, q) => {
      const [sine] = halfTurn(at(p, 0), at(q, 0));
      return besselExcess(at(q, 1), at(p, 1)) + 2 * sine * sine * besselMean(at(p, 1)) * at(q, 1);
    },
    gradient: (p, q) => {
      const [k1, k2] = [at(p, 1), at(q, 1)];
      const [sine, cosine] = halfTurn(at(p, 0), at(q, 0));
      const turned = 2 * sine * sine;
      const mean = besselMean(k1);
      const byMean = mean * k2 * (2 * sine * cosine);
      return [byMean, besselVariance(k1) * (k1 - k2 + k2 * turned), -byMean, besselMeanDifference(k2, k1) + mean * turned];
    },
  },
};
