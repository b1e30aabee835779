/**
 * Divergences between Gaussians with diagonal covariance, given by means and variances, log-variances or standard deviations.
 * Meant to be imported as a whole: `import { gaussian } from 'surprisal'`.
 */
import type { KernelName } from '../backend/contract.js';
import { evaluate, type RowOptions } from '../call.js';
import {
  type Batch,
  checkBatch,
  checkOptions,
  checkParameters,
  checkSameScale,
  entriesOf,
  isMatrix,
  isRecord,
  readEntries,
  type Scale,
} from '../check.js';
import type { Matrix, Vector } from '../types.js';

/** A mean and one kind of scale, each of the same shape. */
export type Diagonal<Value> =
  | { readonly mean: Value; readonly variance: Value }
  | { readonly mean: Value; readonly logVariance: Value }
  | { readonly mean: Value; readonly std: Value };

/** The standard normal N(0, I), of as many dimensions as the other side has. */
export interface StandardNormal {
  readonly name: 'standard-normal';
}

/** N(0, I) as the second argument: the usual prior of a variational autoencoder. */
export const standard: StandardNormal = /* @__PURE__ */ Object.freeze({ name: 'standard-normal' });

export type GaussianOptions = RowOptions;

/** A function of two Gaussians: vectors give a number; matrices one number a row; vectors beside matrices serve every row. */
export interface GaussianFunction {
  (p: Diagonal<Vector>, q: Diagonal<Vector> | StandardNormal, options?: GaussianOptions): number;
  (p: Diagonal<Matrix>, q: Diagonal<Matrix> | Diagonal<Vector> | StandardNormal, options?: GaussianOptions): Float64Array;
  (p: Diagonal<Vector | Matrix>, q: Diagonal<Vector | Matrix> | StandardNormal, options?: GaussianOptions): number | Float64Array;
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
const PAIR_KERNELS: Readonly<Record<Scale, KernelName>> = {
  variance: 'gaussianVarianceKlRows',
  logVariance: 'gaussianLogVarianceKlRows',
  std: 'gaussianStdKlRows',
};
const PRIOR_KERNELS: Readonly<Record<Scale, KernelName>> = {
  variance: 'priorVarianceKlRows',
  logVariance: 'priorLogVarianceKlRows',
  std: 'priorStdKlRows',
};

function isStandard(q: unknown): boolean {
  return isRecord(q) && q['name'] === standard.name;
}

/** Reads both sides and hands their arrays, with the names that messages use, to `toBatch`. */
function call<Value>(
  p: unknown,
  q: unknown,
  options: GaussianOptions | undefined,
  toBatch: (names: readonly string[], values: readonly Value[]) => Batch,
): number | Float64Array {
  checkOptions(options, OPTIONS);
  const left = checkParameters<Value>('p', p);
  const names = ['p.mean', `p.${left.kind}`];
  const values = [left.mean, left.scale];
  if (isStandard(q)) return evaluate(PRIOR_KERNELS[left.kind], toBatch(names, values), NO_PARAMS, options);
  const right = checkParameters<Value>('q', q);
  checkSameScale(left, right);
  names.push('q.mean', `q.${right.kind}`);
  values.push(right.mean, right.scale);
  return evaluate(PAIR_KERNELS[left.kind], toBatch(names, values), NO_PARAMS, options);
}

/**
 * Kullback–Leibler divergence between Gaussians with diagonal covariance,
 * D(p‖q) = ½·Σₖ [ σ₀²/σ₁² − 1 − log(σ₀²/σ₁²) + (μ₀ − μ₁)²/σ₁² ].
 *
 * @param p       {mean, variance}, {mean, logVariance} or {mean, std}: vectors, or matrices of rows; not modified
 * @param q       the same kind of scale; or `gaussian.standard`, N(0, I)
 * @param options base, out, core
 * @returns       a number for vectors, else one number a row, summed over the dimensions
 *
 * Shapes      mean and scale of p and q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity
 * Edge cases  equal parameters give exactly 0 · a variance of 0 is refused: its divergence is not defined
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are — npm run conformance
 * Source      closed form; the form without cancellation is derived in assembly/kernels/gaussian.ts
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_OUT · ERR_OPTION (two kinds of scale)
 * @example
 * gaussian.klDivergence({ mean: [1, 0], variance: [1, 1] }, gaussian.standard); // 0.5
 */
export const klDivergence: GaussianFunction = ((p: unknown, q: unknown, options?: GaussianOptions) =>
  call<Vector | Matrix>(p, q, options, checkBatch)) as GaussianFunction;

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
export const univariateKlDivergence: UnivariateFunction = ((p: unknown, q: unknown, options?: GaussianOptions) =>
  call<number | Vector | Matrix>(p, q, options, elementwise)) as UnivariateFunction;

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
