/** Closed forms of densities on the positive half-line. */
import { logRatio, ratioExcess } from '../math/excess.js';
import { at, type ClosedForm, PLAIN } from './form.js';
import { chiForm, exponentialForm, gammaForm } from './gamma.js';
import { weibullForm } from './gumbel.js';
import { halfNormalForm, normalForm } from './normal.js';

/** Of each family. */
export const POSITIVE: Readonly<Record<string, ClosedForm>> = {
  exponential: exponentialForm,
  gamma: gammaForm,
  inverseGamma: { ...gammaForm, formula: 'a₂·IS(a₁s₂, a₂s₁) + ½·IS(a₂, a₁) + M(a₂, a₁)' },
  chi: chiForm,
  chiSquare: chiForm,
  weibull: weibullForm,
  pareto: {
    formula: 'α₂·log(m₁/m₂) + IS(α₂, α₁), m₁ ≥ m₂',
    units: PLAIN,
    value: (p, q) => at(q, 1) * logRatio(at(p, 0), at(q, 0)) + ratioExcess(at(q, 1), at(p, 1)),
    gradient: (p, q) => {
      const [m1, a1, m2, a2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
      return [a2 / m1, (a1 - a2) / a1 / a1, -a2 / m2, logRatio(m1, m2) + (a2 - a1) / a1 / a2];
    },
  },
  logNormal: normalForm,
  halfNormal: halfNormalForm,
};
