/** Active learning: what an ensemble would learn from the label of each candidate, and which to ask for. `surprisal/active-learning`. */
export { betaBinomialGain, linearGaussianGain } from './activeLearning/designs.js';
export type { Ensemble, EnsembleLike, EnsembleOptions } from './activeLearning/ensemble.js';
export { bald, type CommitteeScores, committeeScores, expectedLabelEffect, type LabelEffectOptions } from './activeLearning/scores.js';
export { type Chosen, diverseBatch, TopK } from './activeLearning/selection.js';
