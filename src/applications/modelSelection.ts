/**
 * Model selection: information criteria as what they are, estimates of the expected relative KL divergence from a truth that nobody knows; weights, evidence ratios
 * and confidence sets; and from pointwise log-likelihoods the difference of two models with its error.
 */
export { comparePointwise, type PointwiseComparison, type PointwiseOptions } from './modelSelection/pointwise.js';
export { type BootstrapWeights, bootstrapWeights } from './modelSelection/bootstrap.js';
export {
  type Criterion,
  type FittedModel,
  formatRanking,
  type RankedModel,
  rankModels,
  type SelectionOptions,
} from './modelSelection/ranking.js';
