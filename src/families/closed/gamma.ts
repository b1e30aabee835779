/** Closed forms of gamma distributions and their kin. */
import { crossDifference, farBinades, hasAllDigits, logRatio, ratioExcess } from '../math/excess.js';
import { binetExcess, digammaDifference, digammaRestDifference, logGammaExcess, trigammaRest, trigammaTimes } from '../math/gamma.js';
import { type Args, at, type ClosedForm, type Gradient, PLAIN, restOf, SPECIAL } from './form.js';

/**
 * Gamma by shape a and rate b. With the means s = (a₁/b₁)/(a₂/b₂), KL = a₂·IS(s, 1) + ½·IS(a₂, a₁) + μ's excess: the textbook form
 * (a₁ − a₂)ψ(a₁) − log Γ(a₁)/Γ(a₂) + a₂·log(b₁/b₂) + a₁(b₂ − b₁)/b₁ with φ(a₂, a₁) taken from log Γ's excess and put into the rates' part.
 */
function gammaKl(p: Args, q: Args): number {
  const [a1, b1, a2, b2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
  return productExcess(a1, b2, a2, b1, restOf(q) - restOf(p)) + ratioExcess(a2, a1) / 2 + binetExcess(a2, a1);
}

/** c·IS(a·b·(1 + rest), c·d), the products not rounded where they nearly agree. */
function productExcess(a: number, b: number, c: number, d: number, rest: number): number {
  const [x, y] = [(a / c) * (b / d), 1];
  if (x < 0.5 || x > 2) return x > 1e-300 && x < Infinity ? c * (x - 1 - logRatio(x, y)) : farProductExcess(a, b, c, d);
  const [u, v] = farBinades(c, d);
  // By the product: after one of the two alone the difference may be below the range.
  const difference = crossDifference(a / u, b / v, c / u, d / v) / ((c / u) * (d / v));
  return c * ratioExcess(x, y, difference + x * rest);
}

/** The ratio of the products is beyond the range of doubles; c times it need not be. */
function farProductExcess(a: number, b: number, c: number, d: number): number {
  const product = hasAllDigits(b / d) ? a * (b / d) : (a / d) * b;
  const logs = Math.log(a) - Math.log(c) + (Math.log(b) - Math.log(d));
  return product < Infinity ? product - c * (1 + logs) : Infinity;
}

function gammaGradient(p: Args, q: Args): Gradient {
  const [a1, b1, a2, b2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
  const cross = crossDifference(a1, b2, a2, b1);
  return [
    cross / a1 / b1 + (a1 - a2) * trigammaRest(a1),
    -cross / b1 / b1,
    logRatio(a2 / b2, a1 / b1, -cross / b1 / b2) + digammaRestDifference(a2, a1),
    cross / b1 / b2,
  ];
}

export const gammaForm: ClosedForm = {
  formula: 'a₂·IS(a₁r₂, a₂r₁) + ½·IS(a₂, a₁) + M(a₂, a₁)',
  units: SPECIAL,
  value: gammaKl,
  gradient: gammaGradient,
};

export const exponentialForm: ClosedForm = {
  formula: 'IS(r₂, r₁)',
  units: PLAIN,
  value: (p, q) => ratioExcess(at(q, 0), at(p, 0)),
  gradient: (p, q) => {
    const [a, b] = [at(p, 0), at(q, 0)];
    return [(a - b) / a / a, (b - a) / a / b];
  },
};

/** KL = log Γ's excess at half the degrees of freedom. */
export const chiForm: ClosedForm = {
  formula: 'G(ν₂/2, ν₁/2)',
  units: SPECIAL,
  value: (p, q) => logGammaExcess(at(q, 0) / 2, at(p, 0) / 2),
  gradient: (p, q) => [trigammaTimes((at(p, 0) - at(q, 0)) / 4, at(p, 0) / 2), digammaDifference(at(q, 0) / 2, at(p, 0) / 2) / 2],
};
