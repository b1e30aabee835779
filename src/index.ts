export type { SharedMemory } from './backend/contract.js';
export type { BackendChoice, BackendInfo, CoreMemory } from './backend/select.js';
export type { FloatMatrix, RowOptions, Unitless } from './call.js';
export { allocate, backend, type Core, type CoreOptions, createCore } from './core.js';
export { type ContributionKind, type ContributionOptions, contributions } from './divergences/contributions.js';
export {
  crossEntropy,
  entropy,
  generalizedKlDivergence,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
} from './divergences/discrete.js';
export {
  type DiscreteGradientOptions,
  generalizedKlDivergenceWithGradient,
  jensenShannonDivergenceWithGradient,
  klDivergenceWithGradient,
} from './divergences/discreteGradients.js';
export {
  type GeneralizedJensenShannonOptions,
  generalizedJensenShannonDivergence,
  type SkewOptions,
  skewKlDivergence,
} from './divergences/mixtures.js';
export { type MultiwayOptions, multiwayJensenShannonDivergence } from './divergences/multiway.js';
export {
  bhattacharyyaDistance,
  chernoffDivergence,
  type OrderOptions,
  renyiDivergence,
  tsallisDivergence,
} from './divergences/orders.js';
export { itakuraSaitoDivergence } from './divergences/spectra.js';
export {
  hellingerDistance,
  neymanChiSquare,
  pearsonChiSquare,
  populationStabilityIndex,
  squaredHellinger,
  totalVariation,
  triangularDiscrimination,
} from './divergences/statistical.js';
export * as gaussian from './divergences/gaussian.js';
export * as logits from './logits.js';
export * as logProbabilities from './divergences/logProbabilities.js';
export * as pairwise from './divergences/pairwise.js';
export {
  handleZeros,
  type RowTally,
  supportViolations,
  type VectorTally,
  type ZeroOptions,
  type ZerosOfOne,
  type ZerosOfPair,
} from './divergences/zeros.js';
export {
  excessCodeLength,
  type PerplexityOptions,
  perplexity,
  type SurprisalOptions,
  surprisal,
} from './divergences/surprisal.js';
export { type ErrorCode, SurprisalError } from './error.js';
export type { GradientOptions, GradientOut, LazyGradient, PairGradientFunction, WithGradient } from './gradient.js';
export type { LazyRows, MassRows } from './rows/lazyRows.js';
export { type ClassMask, maskClasses } from './rows/masked.js';
export type { DiscreteOptions, PairFunctionOf } from './masses.js';
export { type MatrixOptions, matrix, type Tensor, type TensorLike, unfold, vector } from './rows/matrix.js';
export type { ResidentMatrix } from './rows/resident.js';
export { type CsrParts, csr, dense, type RaggedParts, ragged } from './rows/sparse.js';
export type { BackendName, BitsDtype, BitVector, Floats, Matrix, NumericArray, Vector } from './types.js';
