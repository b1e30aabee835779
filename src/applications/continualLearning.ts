/** Continual learning: Fisher information, elastic weight consolidation, and what it approximates. `surprisal/continual-learning`. */
export { FisherDiagonal, normalizeImportance } from './continualLearning/fisher.js';
export { ewcPenalty, OnlineEwc, type Penalty, type Task } from './continualLearning/penalty.js';
export { type SampleOptions, sampleLabels } from './continualLearning/sampleLabels.js';
export { type PredictiveOptions, type PredictiveReport, predictiveReport } from './continualLearning/predictive.js';
