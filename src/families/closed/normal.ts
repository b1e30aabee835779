/** Closed forms of normal distributions, and of what is made of them. */
import { logExcess, logRatio } from '../math/excess.js';
import { type Args, at, type ClosedForm, type Gradient, PLAIN } from './form.js';

/** (s₁/s₂)² − 1 − 2·log(s₁/s₂), by e = (s₁ − s₂)/s₂: e² + 2·(e − log(1 + e)). */
function squareExcess(s1: number, s2: number): number {
  const e = (s1 - s2) / s2;
  if (e < -0.3) return e * (2 + e) - 2 * logRatio(s1, s2);
  return e * e + 2 * logExcess(e);
}

/** Gaussian KL by standard deviations. */
function normalKl(p: Args, q: Args): number {
  const z = (at(p, 0) - at(q, 0)) / at(q, 1);
  return (squareExcess(at(p, 1), at(q, 1)) + z * z) / 2;
}

function normalGradient(p: Args, q: Args): Gradient {
  const [m1, s1, m2, s2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
  const z = (m1 - m2) / s2;
  const e = ((s1 - s2) / s2) * ((s1 + s2) / s2);
  return [z / s2, e / s1, -z / s2, -(e + z * z) / s2];
}

export const normalForm: ClosedForm = {
  formula: '½·[(σ₁/σ₂)² − 1 − 2·log(σ₁/σ₂) + (μ₁ − μ₂)²/σ₂²]',
  units: PLAIN,
  value: normalKl,
  gradient: normalGradient,
};

export const halfNormalForm: ClosedForm = {
  formula: '½·[(σ₁/σ₂)² − 1 − 2·log(σ₁/σ₂)]',
  units: PLAIN,
  value: (p, q) => squareExcess(at(p, 0), at(q, 0)) / 2,
  gradient: (p, q) => {
    const [s1, s2] = [at(p, 0), at(q, 0)];
    const e = ((s1 - s2) / s2) * ((s1 + s2) / s2);
    return [e / s1, -e / s2];
  },
};
