/** Named distributions, and KL between any two of them with its method and its error. */
export { type BatchOptions, klBatch, type Members } from './batch.js';
export { beta, continuousBernoulli, uniform } from './bounded.js';
export { bernoulli, binomial, geometric, negativeBinomial, poisson } from './discrete.js';
export type { Distribution } from './family.js';
export { klWithGradient, type ResultWithGradient } from './gradient.js';
export { crossEntropy, entropy, kl } from './kl.js';
export type { AnyDistribution } from './law.js';
export type { KlOptions } from './options.js';
export { type Basis, type FamilyName, type Pair, pairs } from './pairs.js';
export { chi, chiSquare, exponential, gamma, halfNormal, inverseGamma, logNormal, pareto, weibull } from './positive.js';
export { cauchy, gumbel, laplace, logistic, normal, studentT, vonMises } from './real.js';
export {
  type Categorical,
  categorical,
  type Dirichlet,
  dirichlet,
  type Multinomial,
  type MultivariateNormal,
  multinomial,
  multivariateNormal,
  type PoissonBinomial,
  poissonBinomial,
  type Samples,
  samples,
  type VectorDistribution,
  type Wishart,
  wishart,
} from './vectors.js';
export type { Method, Result } from './result.js';
