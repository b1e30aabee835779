/**
 * Divergences between Gaussians: with diagonal covariance, given by means and variances, log-variances or standard deviations; with full covariance, given
 * by means and covariances or their Cholesky factors. Meant to be imported as a whole: `import { gaussian } from 'surprisal'`.
 */
import { DIAGONAL_KERNELS, type KernelName } from '../backend/contract.js';
import { evaluate, type FloatMatrix, type RowOptions } from '../call.js';
import {
  asSquares,
  type Batch,
  checkBatch,
  checkMatrix,
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
  type Scale,
  SCALES,
} from '../check.js';
import { evaluateWithGradient, GRADIENT_OPTIONS, type GradientOptions, type WithGradient } from '../gradient.js';
import type { Floats, Matrix, Vector } from '../types.js';

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

/** Names of the gradients: by the mean and the scale of either side. */
export type GradientName<Side extends 'p' | 'q', Kind extends Scale> = `${Side}.mean` | `${Side}.${Kind}`;

type Given<Kind extends Scale, Value> = { readonly mean: Value } & { readonly [K in Kind]: Value };

interface GradientFunctionOf<Kind extends Scale> {
  <Wanted extends GradientName<'p', Kind>>(
    p: Given<Kind, Vector>,
    q: StandardNormal,
    options?: GradientOptions<GradientName<'p', Kind>, Wanted>,
  ): WithGradient<number, Floats, Wanted>;
  <Wanted extends GradientName<'p', Kind>>(
    p: Given<Kind, Matrix>,
    q: StandardNormal,
    options?: GradientOptions<GradientName<'p', Kind>, Wanted>,
  ): WithGradient<Float64Array, FloatMatrix, Wanted>;
  <Wanted extends GradientName<'p' | 'q', Kind>>(
    p: Given<Kind, Vector>,
    q: Given<Kind, Vector>,
    options?: GradientOptions<GradientName<'p' | 'q', Kind>, Wanted>,
  ): WithGradient<number, Floats, Wanted>;
  <Wanted extends GradientName<'p' | 'q', Kind>>(
    p: Given<Kind, Matrix>,
    q: Given<Kind, Matrix | Vector>,
    options?: GradientOptions<GradientName<'p' | 'q', Kind>, Wanted>,
  ): WithGradient<Float64Array, FloatMatrix, Wanted>;
}

/** A function of two Gaussians with the gradients by their parameters: vectors give a number and arrays; else one value a row, and matrices. */
export type GaussianGradientFunction = GradientFunctionOf<'variance'> &
  GradientFunctionOf<'logVariance'> &
  GradientFunctionOf<'std'> &
  GradientFunctionOf<'covariance'> &
  GradientFunctionOf<'cholesky'>;

interface UnivariateGradientOf<Kind extends DiagonalScale> {
  <Wanted extends GradientName<'p', Kind>>(
    p: Given<Kind, number>,
    q: StandardNormal,
    options?: GradientOptions<GradientName<'p', Kind>, Wanted>,
  ): WithGradient<number, number, Wanted>;
  <Wanted extends GradientName<'p', Kind>>(
    p: Given<Kind, Vector | Matrix>,
    q: StandardNormal,
    options?: GradientOptions<GradientName<'p', Kind>, Wanted>,
  ): WithGradient<Float64Array, Floats, Wanted>;
  <Wanted extends GradientName<'p' | 'q', Kind>>(
    p: Given<Kind, number>,
    q: Given<Kind, number>,
    options?: GradientOptions<GradientName<'p' | 'q', Kind>, Wanted>,
  ): WithGradient<number, number, Wanted>;
  <Wanted extends GradientName<'p' | 'q', Kind>>(
    p: Given<Kind, number | Vector | Matrix>,
    q: Given<Kind, number | Vector | Matrix>,
    options?: GradientOptions<GradientName<'p' | 'q', Kind>, Wanted>,
  ): WithGradient<Float64Array, Floats, Wanted>;
}

/** As {@link UnivariateFunction}, with the gradients by what was given. */
export type UnivariateGradientFunction = UnivariateGradientOf<'variance'> &
  UnivariateGradientOf<'logVariance'> &
  UnivariateGradientOf<'std'>;

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
const WITH_GRADIENT: readonly string[] = GRADIENT_OPTIONS;
const NO_PARAMS: readonly number[] = [];
const FULL_KERNELS: Readonly<Record<FullScale, KernelName>> = {
  covariance: 'gaussianCovarianceKlRows',
  cholesky: 'gaussianCholeskyKlRows',
};
/** Which of mean, scale, mean, scale are matrices. */
const SQUARES = [false, true, false, true];

/** What else q may be. */
const OR_STANDARD = ', or gaussian.standard';

function isStandard(q: unknown): boolean {
  return isRecord(q) && q['name'] === standard.name;
}

/** What runs: a kernel over the arrays of both sides. */
interface Call {
  readonly kernel: KernelName;
  readonly batch: Batch;
  /** Of the gradients that can be asked for: none by the parameters of the standard normal. */
  readonly names: readonly string[];
}

/** Hands the arrays of both sides, with the names that messages use, to `toBatch`. */
function diagonal<Value>(
  left: Parameters<Value, DiagonalScale>,
  q: unknown,
  toBatch: (names: readonly string[], values: readonly Value[]) => Batch,
): Call {
  const names = ['p.mean', `p.${left.kind}`];
  const values = [left.mean, left.scale];
  if (isStandard(q)) return { kernel: DIAGONAL_KERNELS[left.kind].prior, batch: toBatch(names, values), names };
  const right = checkParameters<Value, DiagonalScale>('q', q, DIAGONAL_SCALES, OR_STANDARD);
  checkSameScale(left, right);
  names.push('q.mean', `q.${right.kind}`);
  values.push(right.mean, right.scale);
  return { kernel: DIAGONAL_KERNELS[left.kind].pair, batch: toBatch(names, values), names };
}

function full(left: Parameters<Vector | Matrix, FullScale>, q: unknown): Call {
  const { kind, mean } = left;
  const d = dimensionsOf(mean);
  const isPrior = isStandard(q);
  const right = isPrior ? standardLike(kind, d) : checkParameters<Vector | Matrix, FullScale | DiagonalScale>('q', q, SCALES, OR_STANDARD);
  checkSameScale(left, right);
  const names = ['p.mean', `p.${kind}`, 'q.mean', `q.${kind}`];
  const squares = [asSquares(`p.${kind}`, left.scale, d), asSquares(`q.${kind}`, right.scale, d)] as const;
  const batch = checkBatch(names, [mean, squares[0], right.mean, squares[1]], SQUARES);
  return { kernel: FULL_KERNELS[kind], batch, names: isPrior ? names.slice(0, 2) : names };
}

/** Reads both sides, of either form. */
function read(p: unknown, q: unknown): Call {
  const left = checkParameters<Vector | Matrix, FullScale | DiagonalScale>('p', p, SCALES);
  return isFull(left) ? full(left, q) : diagonal(left as Parameters<Vector | Matrix, DiagonalScale>, q, checkBatch);
}

/** N(0, I) in d dimensions: the identity is its own Cholesky factor, and f32 is widened where p is. */
function standardLike(kind: FullScale, d: number): Parameters<Vector, FullScale> {
  const identity = new Float32Array(d * d);
  for (let i = 0; i < d; i++) identity[i * d + i] = 1;
  return { mean: new Float32Array(d), scale: identity, kind };
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
  const { kernel, batch } = read(p, q);
  return evaluate(kernel, batch, NO_PARAMS, options);
}) as GaussianFunction;

/**
 * {@link klDivergence} with its gradients by the parameters of both sides. Diagonal: in one pass; full covariances: after it.
 *
 * @param p       as in {@link klDivergence}
 * @param q       as in {@link klDivergence}; `gaussian.standard` has no gradients
 * @param options withRespectTo (names as 'p.mean' and 'q.logVariance'; all when left out), base, out ({value, gradient: {'p.mean': …}}), core
 * @returns       {value, gradient: {'p.mean', 'p.variance', 'q.mean', 'q.variance'}}, named as the parameters are: a number and arrays for vectors, else one
 *                value a row and matrices
 *
 * Shapes      value: rows · gradients: rows × cols, rows × d² of covariances and factors, for one vector beside a matrix too: row i by that vector
 * Units       nats (or `base`) a unit of the parameter
 * Edge cases  equal parameters give exactly 0 · covariance: its entries count as independent, and the gradient is symmetric · cholesky: 0 above the diagonal
 * Accuracy    diagonal: 16·2⁻⁵³ relative (by the scale of q: of the larger of its two summands); full: 32·2⁻⁵³·cond(Σ) of the largest entry (factors: its root)
 * Source      closed forms, in assembly/math/gaussianGradient.ts and in src/backend/js/math/multivariateGradient.ts
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * gaussian.klDivergenceWithGradient({ mean: [1, 0], logVariance: [0, 0] }, gaussian.standard).gradient['p.mean']; // [1, 0]
 */
export const klDivergenceWithGradient: GaussianGradientFunction = ((p: unknown, q: unknown, options?: GradientOptions<string>) => {
  checkOptions(options, WITH_GRADIENT);
  const { kernel, batch, names } = read(p, q);
  return evaluateWithGradient(kernel, batch, NO_PARAMS, names, options);
}) as GaussianGradientFunction;

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
  const left = checkParameters<number | Vector | Matrix, DiagonalScale>('p', p, DIAGONAL_SCALES);
  const { kernel, batch } = diagonal(left, q, elementwise);
  return evaluate(kernel, batch, NO_PARAMS, options);
}) as UnivariateFunction;

/**
 * {@link univariateKlDivergence} with its gradients by the parameters of both sides, element by element.
 *
 * @param p       as in {@link univariateKlDivergence}
 * @param q       as there; `gaussian.standard` has no gradients
 * @param options withRespectTo (names as 'p.mean' and 'q.std'; all when left out), base, out ({value, gradient: {'p.mean': …}}), core
 * @returns       {value, gradient: {'p.mean', 'p.std', 'q.mean', 'q.std'}}: numbers where all are numbers, else arrays of one an element; by a number that serves
 *                all elements too, element i by it
 *
 * Shapes      value and each gradient: n
 * Units       nats (or `base`) a unit of the parameter
 * Edge cases  equal parameters give exactly 0
 * Accuracy    as {@link klDivergenceWithGradient}
 * Source      as {@link klDivergenceWithGradient}
 *
 * @throws {SurprisalError} as {@link univariateKlDivergence}
 * @example
 * gaussian.univariateKlDivergenceWithGradient({ mean: 1, std: 1 }, gaussian.standard).gradient['p.mean']; // 1
 */
export const univariateKlDivergenceWithGradient: UnivariateGradientFunction = ((
  p: unknown,
  q: unknown,
  options?: GradientOptions<string>,
) => {
  checkOptions(options, WITH_GRADIENT);
  const left = checkParameters<number | Vector | Matrix, DiagonalScale>('p', p, DIAGONAL_SCALES);
  const { kernel, batch, names } = diagonal(left, q, elementwise);
  const { value, gradient } = evaluateWithGradient(kernel, batch, NO_PARAMS, names, options);
  const flat = (result: Floats | FloatMatrix) => ('data' in result ? result.data : result[0]);
  return { value, gradient: Object.fromEntries(Object.entries(gradient).map(([name, result]) => [name, flat(result)])) };
}) as UnivariateGradientFunction;

/** Every element is a row of one column; a number is one row that serves them all. */
function elementwise(names: readonly string[], values: readonly (number | Vector | Matrix)[]): Batch {
  const inputs = values.map((value, k) => {
    if (typeof value === 'number') return [value];
    if (!isMatrix(value)) return value;
    checkMatrix(names[k] as string, value);
    return entriesOf(value);
  });
  const isArray = (_: unknown, k: number) => typeof values[k] !== 'number';
  const arrays = inputs.filter(isArray);
  if (arrays.length === 0) return checkBatch(names, inputs);
  const { cols: rows, isLazy } = checkBatch(names.filter(isArray), arrays);
  const steps = values.map((value) => (typeof value === 'number' ? 0 : 1));
  return { names, steps, rows, cols: 1, isLazy, single: false, ...readEntries(inputs) };
}
