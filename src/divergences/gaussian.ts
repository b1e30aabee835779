/**
 * Divergences between Gaussians: with diagonal covariance, given by means and variances, log-variances or standard deviations; with full covariance, given
 * by means and covariances or their Cholesky factors. Meant to be imported as a whole: `import { gaussian } from 'surprisal'`.
 */
import type { KernelName } from '../backend/contract.js';
import { evaluate, type RowOptions } from '../call.js';
import {
  asSquares,
  type Batch,
  checkBatch,
  checkOptions,
  checkParameters,
  checkSameScale,
  DIAGONAL_SCALES,
  type DiagonalScale,
  dimensionsOf,
  entriesOf,
  type FullScale,
  isFull,
  isMatrix,
  isRecord,
  type Parameters,
  readEntries,
  SCALES,
} from '../check.js';
import type { Matrix, Vector } from '../types.js';

/** A mean and one kind of scale, each of the same shape. */
export type Diagonal<Value> =
  | { readonly mean: Value; readonly variance: Value }
  | { readonly mean: Value; readonly logVariance: Value }
  | { readonly mean: Value; readonly std: Value };

/** A mean and a full covariance, d × d, or its Cholesky factor (lower, 0 above the diagonal): d·d entries beside d. */
export type Full<Value> = { readonly mean: Value; readonly covariance: Value } | { readonly mean: Value; readonly cholesky: Value };

/** The standard normal N(0, I), of as many dimensions as the other side has. */
export interface StandardNormal {
  readonly name: 'standard-normal';
}

/** N(0, I) as the second argument: the usual prior of a variational autoencoder. */
export const standard: StandardNormal = /* @__PURE__ */ Object.freeze({ name: 'standard-normal' });

export type GaussianOptions = RowOptions;

/** A Gaussian of either form. */
export type Gaussian<Value> = Diagonal<Value> | Full<Value>;

/** A function of two Gaussians: vectors give a number; matrices one number a row; vectors beside matrices serve every row. */
export interface GaussianFunction {
  (p: Gaussian<Vector>, q: Gaussian<Vector> | StandardNormal, options?: GaussianOptions): number;
  (p: Gaussian<Matrix>, q: Gaussian<Matrix> | Gaussian<Vector> | StandardNormal, options?: GaussianOptions): Float64Array;
  (p: Gaussian<Vector | Matrix>, q: Gaussian<Vector | Matrix> | StandardNormal, options?: GaussianOptions): number | Float64Array;
}

/** A function of univariate Gaussians, elementwise: numbers give a number; a number beside arrays serves every element. */
export interface UnivariateFunction {
  (p: Diagonal<number>, q: Diagonal<number> | StandardNormal, options?: GaussianOptions): number;
  (p: Diagonal<Vector | Matrix>, q: Diagonal<number | Vector | Matrix> | StandardNormal, options?: GaussianOptions): Float64Array;
  (
    p: Diagonal<number | Vector | Matrix>,
    q: Diagonal<number | Vector | Matrix> | StandardNormal,
    options?: GaussianOptions,
  ): number | Float64Array;
}

const OPTIONS = ['base', 'out', 'core'];
const NO_PARAMS: readonly number[] = [];
const PAIR_KERNELS: Readonly<Record<DiagonalScale, KernelName>> = {
  variance: 'gaussianVarianceKlRows',
  logVariance: 'gaussianLogVarianceKlRows',
  std: 'gaussianStdKlRows',
};
const PRIOR_KERNELS: Readonly<Record<DiagonalScale, KernelName>> = {
  variance: 'priorVarianceKlRows',
  logVariance: 'priorLogVarianceKlRows',
  std: 'priorStdKlRows',
};
const FULL_KERNELS: Readonly<Record<FullScale, KernelName>> = {
  covariance: 'gaussianCovarianceKlRows',
  cholesky: 'gaussianCholeskyKlRows',
};
/** Which of mean, scale, mean, scale are matrices. */
const SQUARES = [false, true, false, true];

function isStandard(q: unknown): boolean {
  return isRecord(q) && q['name'] === standard.name;
}

/** Hands the arrays of both sides, with the names that messages use, to `toBatch`. */
function diagonal<Value>(
  left: Parameters<Value, DiagonalScale>,
  q: unknown,
  options: GaussianOptions | undefined,
  toBatch: (names: readonly string[], values: readonly Value[]) => Batch,
): number | Float64Array {
  const names = ['p.mean', `p.${left.kind}`];
  const values = [left.mean, left.scale];
  if (isStandard(q)) return evaluate(PRIOR_KERNELS[left.kind], toBatch(names, values), NO_PARAMS, options);
  const right = checkParameters<Value, DiagonalScale>('q', q, DIAGONAL_SCALES);
  checkSameScale(left, right);
  names.push('q.mean', `q.${right.kind}`);
  values.push(right.mean, right.scale);
  return evaluate(PAIR_KERNELS[left.kind], toBatch(names, values), NO_PARAMS, options);
}

function full(left: Parameters<Vector | Matrix, FullScale>, q: unknown, options: GaussianOptions | undefined): number | Float64Array {
  const { kind, mean } = left;
  const d = dimensionsOf(mean);
  const right = isStandard(q) ? standardLike(kind, d) : checkParameters<Vector | Matrix, FullScale | DiagonalScale>('q', q, SCALES);
  checkSameScale(left, right);
  const names = ['p.mean', `p.${kind}`, 'q.mean', `q.${kind}`];
  const squares = [asSquares(`p.${kind}`, left.scale, d), asSquares(`q.${kind}`, right.scale, d)] as const;
  return evaluate(FULL_KERNELS[kind], checkBatch(names, [mean, squares[0], right.mean, squares[1]], SQUARES), NO_PARAMS, options);
}

/** N(0, I) in d dimensions: the identity is its own Cholesky factor, and bytes are widened to the dtype of p. */
function standardLike(kind: FullScale, d: number): Parameters<Vector, FullScale> {
  const identity = new Uint8Array(d * d);
  for (let i = 0; i < d; i++) identity[i * d + i] = 1;
  return { mean: new Uint8Array(d), scale: identity, kind };
}

/**
 * Kullback–Leibler divergence between Gaussians,
 * D(p‖q) = ½·[ tr(Σ₁⁻¹Σ₀) − d − log(|Σ₀|/|Σ₁|) + (μ₀ − μ₁)ᵀΣ₁⁻¹(μ₀ − μ₁) ]; for diagonal covariances ½·Σₖ [ σ₀²/σ₁² − 1 − log(σ₀²/σ₁²) + (μ₀ − μ₁)²/σ₁² ].
 *
 * @param p       {mean, variance}, {mean, logVariance} or {mean, std}: vectors, or matrices of rows; not modified. Full: {mean, covariance} or
 *                {mean, cholesky}, Σ = L·Lᵀ with L lower and 0 above the diagonal
 * @param q       the same kind of scale; or `gaussian.standard`, N(0, I)
 * @param options base, out, core
 * @returns       a number for vectors, else one number a row, summed over the dimensions
 *
 * Shapes      mean and scale of p and q: rows × cols, or cols · result: rows
 *             full: mean rows × d, covariance or factor rows × d², or rows·d × d; or d and d², or d × d, which serves every row
 * Units       nats, or `base`; 0 (equal) to Infinity
 * Edge cases  equal parameters give exactly 0 · a variance of 0 is refused: its divergence is not defined; so is a singular covariance
 *             · covariances may be unsymmetric by 2⁻³⁰ of √(ΣᵢᵢΣⱼⱼ) (f32: 2⁻¹³): the upper triangle is read
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are; times cond(Σ) from full covariances, √cond(Σ) from factors —
 *             npm run conformance
 * Source      closed form; the forms without cancellation are derived in assembly/kernels/gaussian.ts and multivariate.ts
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_OUT · ERR_OPTION (two kinds of scale) ·
 *         ERR_COVARIANCE (with row, the failing pivot as column, and its value; for an entry across the diagonal its place among the d·d)
 * @example
 * gaussian.klDivergence({ mean: [1, 0], variance: [1, 1] }, gaussian.standard); // 0.5
 * gaussian.klDivergence({ mean: [1, 0], covariance: [1, 0, 0, 1] }, gaussian.standard); // 0.5
 */
export const klDivergence: GaussianFunction = ((p: unknown, q: unknown, options?: GaussianOptions) => {
  checkOptions(options, OPTIONS);
  const left = checkParameters<Vector | Matrix, FullScale | DiagonalScale>('p', p, SCALES);
  return isFull(left) ? full(left, q, options) : diagonal(left as Parameters<Vector | Matrix, DiagonalScale>, q, options, checkBatch);
}) as GaussianFunction;

/**
 * Kullback–Leibler divergence between univariate Gaussians, element by element,
 * D(p‖q) = ½·[ σ₀²/σ₁² − 1 − log(σ₀²/σ₁²) + (μ₀ − μ₁)²/σ₁² ].
 *
 * @param p       {mean, variance}, {mean, logVariance} or {mean, std}: numbers, vectors, or matrices taken as their entries
 * @param q       the same kind of scale; or `gaussian.standard`, N(0, 1)
 * @param options base, out, core
 * @returns       a number where all are numbers, else one number an element
 *
 * Shapes      vectors and matrices all of n entries; a number serves them all · result: n
 * Units       nats, or `base`; 0 (equal) to Infinity
 * Edge cases  as {@link klDivergence}
 * Accuracy    as {@link klDivergence}
 * Source      closed form; equal variances leave μ²/(2σ²)
 *
 * @throws {SurprisalError} as {@link klDivergence}; the row of an ERR_DOMAIN is the element
 * @example
 * gaussian.univariateKlDivergence({ mean: 1, std: 1 }, { mean: 0, std: 1 }); // 0.5
 */
export const univariateKlDivergence: UnivariateFunction = ((p: unknown, q: unknown, options?: GaussianOptions) => {
  checkOptions(options, OPTIONS);
  return diagonal(checkParameters<number | Vector | Matrix, DiagonalScale>('p', p, DIAGONAL_SCALES), q, options, elementwise);
}) as UnivariateFunction;

/** Every element is a row of one column; a number is one row that serves them all. */
function elementwise(names: readonly string[], values: readonly (number | Vector | Matrix)[]): Batch {
  const inputs = values.map((value) => (typeof value === 'number' ? [value] : isMatrix(value) ? entriesOf(value) : value));
  const isArray = (_: unknown, k: number) => typeof values[k] !== 'number';
  const arrays = inputs.filter(isArray);
  if (arrays.length === 0) return checkBatch(names, inputs);
  const batch = checkBatch(names.filter(isArray), arrays);
  const steps = values.map((value) => (typeof value === 'number' ? 0 : 1));
  return { names, steps, rows: batch.cols, cols: 1, isLazy: false, single: false, ...readEntries(inputs) };
}
