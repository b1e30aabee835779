/** Closed forms of densities on an interval. */
import { logRatio } from '../math/excess.js';
import { tiltExcess, tiltMeanDifference, tiltMoments } from '../math/tilted.js';
import { dirichletGradient, dirichletKl } from './dirichlet.js';
import { at, type ClosedForm, PLAIN, SPECIAL } from './form.js';

/** Logit of a probability of the continuous Bernoulli distribution, and the difference of two. */
const logit = (p: number) => logRatio(p, 1 - p);
const logitDifference = (p: number, q: number) => logRatio(p, q) - logRatio(1 - p, 1 - q, q - p);

/** Of each family. */
export const BOUNDED: Readonly<Record<string, ClosedForm>> = {
  uniform: {
    formula: 'log((h₂ − l₂)/(h₁ − l₁)), [l₁, h₁] within [l₂, h₂]',
    units: PLAIN,
    value: (p, q) => {
      const d = at(q, 1) - at(p, 1) + (at(p, 0) - at(q, 0));
      return logRatio(at(q, 1) - at(q, 0), at(p, 1) - at(p, 0), d);
    },
    gradient: (p, q) => {
      const [v, w] = [at(p, 1) - at(p, 0), at(q, 1) - at(q, 0)];
      return [1 / v, -1 / v, -1 / w, 1 / w];
    },
  },
  beta: {
    formula: '(a₂ + b₂)·KL of shares + ½·[IS(a₂, a₁) + IS(b₂, b₁) − IS(a₂ + b₂, a₁ + b₁)] + M(a₂, a₁) + M(b₂, b₁) − M(a₂ + b₂, a₁ + b₁)',
    units: SPECIAL,
    value: dirichletKl,
    gradient: dirichletGradient,
  },
  continuousBernoulli: {
    formula: 'log E₁[exp(z)], z = (t₂ − t₁)·(x − E₁x), t = log(p/(1 − p)); far apart K(t₂) − K(t₁) − (t₂ − t₁)·K′(t₁)',
    units: SPECIAL,
    value: (p, q) => tiltExcess(logit(at(q, 0)), logit(at(p, 0)), logitDifference(at(q, 0), at(p, 0))),
    gradient: (p, q) => {
      const [x, y] = [at(p, 0), at(q, 0)];
      const [first, second, d] = [logit(x), logit(y), logitDifference(y, x)];
      return [(-d * tiltMoments(first).variance) / (x * (1 - x)), tiltMeanDifference(second, first, d) / (y * (1 - y))];
    },
  },
};
