/**
 * The same quantities from logits: unnormalised log-probabilities, whose softmax is taken inside the kernel and never stored. −Infinity masks a class.
 * Meant to be imported as a whole: `import { logits } from 'surprisal'`.
 */
import type { KernelName } from '../backend/contract.js';
import { log } from '../backend/js/math/log.js';
import { readRows } from '../rows/blocks.js';
import {
  type ElementFunction,
  type ElementOptions,
  evaluate,
  evaluateElements,
  type Finish,
  type PairFunction,
  type RowFunction,
  type RowOptions,
  type Unitless,
  unitOf,
} from '../call.js';
import { type Batch, checkBase, checkBatch, checkOptions, checkTemperature, optionError } from '../check.js';
import type { Core } from '../core.js';
import {
  evaluateWithGradient,
  GRADIENT_OPTIONS,
  type GradientOptions,
  type PairGradientFunction,
  type RowGradientFunction,
} from '../gradient.js';
import { evaluateLabels, evaluatePerplexity, fromLogits, type LabelOptions, type Labels } from '../labels.js';
import type { Floats, Matrix, Vector } from '../types.js';

export interface LogitsOptions extends RowOptions {
  /** Every logit is divided by it before the softmax; 1 when left out. */
  readonly temperature?: number | undefined;
}

export interface UniformOptions extends LogitsOptions {
  /** Which classes the uniform distribution is over: 'all' of them (the default), or those 'unmasked' in the row. */
  readonly classes?: 'all' | 'unmasked' | undefined;
}

export interface LogSumExpOptions extends Unitless<LogitsOptions> {}

export interface SoftmaxOptions extends ElementOptions {
  /** Every logit is divided by it before the softmax; 1 when left out. */
  readonly temperature?: number | undefined;
}

export interface TemperatureOption {
  /** Every logit is divided by it before the softmax; 1 when left out. */
  readonly temperature?: number | undefined;
}

const OPTIONS = ['temperature', 'base', 'out', 'core'];
const WITH_GRADIENT = ['temperature', ...GRADIENT_OPTIONS];
const NO_BASE = ['temperature', 'out', 'core'];
const PAIR = ['a', 'b'] as const;
const MODELS = ['teacher', 'student'] as const;
const ONE = ['z'] as const;
const BESIDE_UNIFORM = ['z', 'uniform'] as const;
/** The factor of gradients that nobody asked for. */
const NO_FACTOR = 0;

function call(
  kernel: KernelName,
  names: readonly string[],
  values: (Vector | Matrix)[],
  options: LogitsOptions | undefined,
  allowed: readonly string[],
  isLoss = false,
  root = false,
): number | Float64Array {
  checkOptions(options, allowed);
  checkTemperature(options?.temperature);
  const temperature = options?.temperature ?? 1;
  const times = isLoss ? temperature * temperature : 1;
  return evaluate(kernel, checkBatch(names, values), [temperature, NO_FACTOR], options, { times, root });
}

/** z with the logits of the uniform distribution, one row of them for all: zeros of as many classes. */
function besideUniform(z: Vector | Matrix): (Vector | Matrix)[] {
  const { cols, dtype } = checkBatch(ONE, [z]);
  return [z, dtype === 'f32' ? new Float32Array(cols) : new Float64Array(cols)];
}

function pair(kernel: KernelName, names: readonly string[] = PAIR, isLoss = false, root = false): PairFunction<LogitsOptions> {
  const run = (a: Vector | Matrix, b: Vector | Matrix, options?: LogitsOptions) =>
    call(kernel, names, [a, b], options, OPTIONS, isLoss, root);
  return run as PairFunction<LogitsOptions>;
}

/**
 * The derivative by a logit is 1/T of that by the logit over T; a loss of T² times the divergence leaves T of it.
 *
 * @param lessThan takes what the kernel answered from a constant, so that slopes change their sign
 */
function gradient(
  kernel: KernelName,
  names: readonly string[],
  values: (Vector | Matrix)[],
  options: (TemperatureOption & GradientOptions<string>) | undefined,
  isLoss: boolean,
  by: readonly string[] = names,
  lessThan?: Finish['conclude'],
) {
  checkOptions(options, WITH_GRADIENT);
  checkTemperature(options?.temperature);
  checkBase(options?.base);
  const temperature = options?.temperature ?? 1;
  const factor = (isLoss ? temperature : 1 / temperature) / unitOf(options?.base);
  const times = isLoss ? temperature * temperature : 1;
  const params = [temperature, lessThan === undefined ? factor : -factor];
  return evaluateWithGradient(kernel, checkBatch(names, values), params, by, options, { times, conclude: lessThan });
}

function pairGradient<Name extends string>(
  kernel: KernelName,
  names: readonly Name[],
  isLoss = false,
): PairGradientFunction<Name, TemperatureOption> {
  const run = (a: Vector | Matrix, b: Vector | Matrix, options?: TemperatureOption & GradientOptions<Name>) =>
    gradient(kernel, names, [a, b], options, isLoss);
  return run as PairGradientFunction<Name, TemperatureOption>;
}

function one<Options extends LogitsOptions>(kernel: KernelName, allowed: readonly string[]): RowFunction<Options> {
  const run = (z: Vector | Matrix, options?: Options) => call(kernel, ONE, [z], options, allowed);
  return run as RowFunction<Options>;
}

function map(kernel: KernelName): ElementFunction<SoftmaxOptions> {
  const run = (z: Vector | Matrix, options?: SoftmaxOptions) => {
    checkOptions(options, NO_BASE);
    checkTemperature(options?.temperature);
    return evaluateElements(kernel, checkBatch(ONE, [z]), [options?.temperature ?? 1], options);
  };
  return run as ElementFunction<SoftmaxOptions>;
}

/**
 * Kullback–Leibler divergence between the softmaxes of two rows of logits, D(w‖v) with w = softmax(a/T), v = softmax(b/T).
 *
 * @param a       logits of the reference (the teacher): a vector, or a matrix of rows; not modified
 * @param b       logits of the approximation (the student); a vector beside a matrix serves every row
 * @param options temperature (T), base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      a, b: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal up to a constant) to Infinity. The distillation loss is T² times this
 * Edge cases  a masked (−Infinity) alone: b's mass there counts as lost · b masked where a is not: Infinity · masked in both adds nothing
 * Accuracy    KL·(32ε + 2u) + u², ε = 2⁻⁵³ (f32: 2⁻²⁴), u one rounding step of the largest logit over T — npm run conformance
 * Source      derived in assembly/kernels/logits.ts: log1p Σ wᵢ·(e^dᵢ − 1 − dᵢ), every term ≥ 0
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (NaN or Infinity) · ERR_ZERO_ROW (all masked) · ERR_OUT · ERR_OPTION
 * @example
 * logits.klDivergence([0, 0], [0, Math.log(3)]); // 0.1438410362…: [½, ½] from [¼, ¾]
 */
export const klDivergence: PairFunction<LogitsOptions> = /* @__PURE__ */ pair('logitsKlRows');

/**
 * {@link klDivergence} with its gradients by the logits, in one pass: ∂/∂aⱼ = −wⱼ·dⱼ/T and ∂/∂bⱼ = (vⱼ − wⱼ)/T, dⱼ = log(vⱼ/wⱼ) + D(w‖v).
 *
 * @param a       logits of the reference, as in {@link klDivergence}
 * @param b       logits of the approximation
 * @param options temperature (T), withRespectTo (['a'], ['b'] or both; both when left out), base, out ({value, gradient: {a, b}}), core
 * @returns       {value, gradient: {a, b}}: a number and arrays for vectors, else one value a row and matrices
 *
 * Shapes      a, b: rows × cols, or cols · value: rows · gradients: rows × cols, for one vector beside a matrix too: row i by that vector
 * Units       nats (or `base`) a unit of logit
 * Edge cases  always finite · masked in both: 0 · a masked alone: 0 for a, vⱼ/T for b · b masked alone (the value is Infinity): 0 for all of a, and for b
 *             (v − w)/T, which is where it goes when a mask is a large negative logit · equal rows give exactly 0
 * Accuracy    entry j: |gⱼ|·(32ε + 2u) + max(wⱼ, vⱼ)/T·((32ε + 2u)·Σw|d| + 4ε·max|d|): no cancellation for near-equal logits — npm run conformance.
 *             Weights below 2.3e-308 have fewer digits: 5e-324·(1 + (1 + max|d|)/T) beside it; f32 entries are stored to 1.4e-45
 * Source      derived in assembly/kernels/logits.ts
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.klDivergenceWithGradient([0, 0], [0, Math.log(3)], { withRespectTo: ['b'] }).gradient.b; // [-0.25, 0.25]
 */
export const klDivergenceWithGradient: PairGradientFunction<'a' | 'b', TemperatureOption> = /* @__PURE__ */ pairGradient(
  'logitsKlRows',
  PAIR,
);

/**
 * Distillation loss, T²·D(softmax(teacher/T) ‖ softmax(student/T)): the factor keeps gradients of one size at every temperature.
 *
 * @param teacher logits of the teacher: a vector, or a matrix of rows
 * @param student logits of the student, likewise
 * @param options temperature (T; 1 when left out), base, out, core
 * @returns       a number for vectors, else one number a row: nothing is averaged
 *
 * Shapes      teacher, student: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 to Infinity
 * Edge cases  as {@link klDivergence} with a = teacher, b = student
 * Accuracy    as {@link klDivergence}, times T²
 * Source      G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network, arXiv:1503.02531 (2015)
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.distillationLoss([0, 0], [0, 2 * Math.log(3)], { temperature: 2 }); // 0.5753641449…
 */
export const distillationLoss: PairFunction<LogitsOptions> = /* @__PURE__ */ pair('logitsKlRows', MODELS, true);

/**
 * {@link distillationLoss} with its gradients by the logits, in one pass: by the student's, T·(vⱼ − wⱼ) with w and v the softmaxes of teacher/T and student/T.
 *
 * @param teacher logits of the teacher, as in {@link distillationLoss}
 * @param student logits of the student
 * @param options temperature (T), withRespectTo (['student'] is what training needs; both when left out), base, out ({value, gradient}), core
 * @returns       {value, gradient: {teacher, student}}, as in {@link klDivergenceWithGradient}
 *
 * Shapes      teacher, student: rows × cols, or cols · value: rows · gradients: rows × cols
 * Units       nats (or `base`) a unit of logit
 * Edge cases  as {@link klDivergenceWithGradient}
 * Accuracy    as {@link klDivergenceWithGradient}, times T²
 * Source      derived in assembly/kernels/logits.ts
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.distillationLossWithGradient(teacher, student, { temperature: 4, withRespectTo: ['student'] }).gradient.student;
 */
export const distillationLossWithGradient: PairGradientFunction<'teacher' | 'student', TemperatureOption> = /* @__PURE__ */ pairGradient(
  'logitsKlRows',
  MODELS,
  true,
);

/**
 * Jensen–Shannon divergence between the softmaxes of two rows of logits, ½·D(w‖m) + ½·D(v‖m) with m = (w + v)/2.
 *
 * @param a       first logits, as in {@link klDivergence}
 * @param b       second logits; exchanging them changes nothing but the last bits
 * @param options temperature, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      a, b: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 to log 2
 * Edge cases  always finite: a masked class is a probability of 0
 * Accuracy    as {@link klDivergence}; f32: relative error ≤ 2⁻²⁰
 * Source      J. Lin, IEEE Trans. Inf. Theory 37 (1991)
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.jensenShannonDivergence([0, -Infinity], [-Infinity, 0], { base: 2 }); // 1
 */
export const jensenShannonDivergence: PairFunction<LogitsOptions> = /* @__PURE__ */ pair('logitsJensenShannonRows');

/**
 * Jensen–Shannon distance between the softmaxes of two rows of logits: the root of {@link jensenShannonDivergence}, with its arguments and errors.
 *
 * @example
 * logits.jensenShannonDistance([0, -Infinity], [-Infinity, 0], { base: 2 }); // 1
 */
export const jensenShannonDistance: PairFunction<LogitsOptions> = /* @__PURE__ */ pair('logitsJensenShannonRows', PAIR, false, true);

/**
 * {@link jensenShannonDivergence} with its gradients by the logits, in one pass: ∂/∂aⱼ = ½·wⱼ·(log(wⱼ/mⱼ) − D(w‖m))/T, by b likewise.
 *
 * @param a       first logits, as in {@link jensenShannonDivergence}
 * @param b       second logits; exchanging both exchanges the gradients
 * @param options temperature (T), withRespectTo (['a'], ['b'] or both; both when left out), base, out ({value, gradient: {a, b}}), core
 * @returns       {value, gradient: {a, b}}, as in {@link klDivergenceWithGradient}
 *
 * Shapes      a, b: rows × cols, or cols · value: rows · gradients: rows × cols
 * Units       nats (or `base`) a unit of logit
 * Edge cases  always finite: 0 by a logit that is masked · equal rows give exactly 0
 * Accuracy    as {@link klDivergenceWithGradient}
 * Source      derived in assembly/kernels/logits.ts
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.jensenShannonDivergenceWithGradient([0, 0], [0, Math.log(3)], { withRespectTo: ['b'] }).gradient.b; // [-0.055…, 0.055…]
 */
export const jensenShannonDivergenceWithGradient: PairGradientFunction<'a' | 'b', TemperatureOption> = /* @__PURE__ */ pairGradient(
  'logitsJensenShannonRows',
  PAIR,
);

/**
 * Shannon entropy of a softmax, H(w) = −Σₖ wₖ·log wₖ with w = softmax(z/T).
 *
 * @param z       logits: a vector, or a matrix of rows
 * @param options temperature, base, out, core
 * @returns       a number for a vector, else one number a row
 *
 * Shapes      z: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 to log(cols)
 * Edge cases  a masked class adds 0 · one class alone gives exactly 0
 * Accuracy    relative error ≤ 32ε plus one rounding step of the largest logit over T — npm run conformance
 * Source      definition
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.entropy([5, 5, 5, 5], { base: 2 }); // 2
 */
export const entropy: RowFunction<LogitsOptions> = /* @__PURE__ */ one('logitsEntropyRows', OPTIONS);

/**
 * Divergence of a softmax from the uniform distribution, D(w‖1/K) = log K − H(w): large where the model is sure, near 0 where it knows nothing.
 *
 * @param z       logits: a vector, or a matrix of rows
 * @param options temperature, base, classes ('all' or 'unmasked'), out, core
 * @returns       a number for a vector, else one number a row
 *
 * Shapes      z: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (all logits equal) to log K
 * Edge cases  K counts every class, masked (−Infinity) ones too; with `classes: 'unmasked'` those of the row that are left alone
 * Accuracy    relatively accurate also near 0, where log K − H would cancel: as {@link klDivergence}; f32 rows above ⅛·log K are taken as log K − H, within
 *             2⁻²³ — npm run conformance
 * Source      an out-of-distribution score; the case b = 0 of {@link klDivergence}
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.klToUniform([0, -Infinity], { base: 2 }); // 1
 */
export const klToUniform: RowFunction<UniformOptions> = ((z: Vector | Matrix, options?: UniformOptions) => {
  checkOptions(options, ['classes', ...OPTIONS]);
  const { classes = 'all', ...rest } = options ?? {};
  if (classes !== 'all' && classes !== 'unmasked') throw optionError('classes', classes, "'all' or 'unmasked'");
  if (classes === 'unmasked') return call('logitsKlRows', BESIDE_UNIFORM, [z, uniformOf(z)], rest, OPTIONS);
  const beside = checkBatch(BESIDE_UNIFORM, besideUniform(z));
  checkTemperature(rest.temperature);
  const params = [rest.temperature ?? 1, NO_FACTOR];
  if (beside.dtype === 'f64') return evaluate('logitsKlRows', beside, params, rest);
  const conclude = (results: Floats, core: Core) => lessThanUniform(results, beside, params, core);
  return evaluate('logitsEntropyRows', checkBatch(ONE, [z]), params, rest, { conclude });
}) as RowFunction<UniformOptions>;

/** Of log K, what a divergence from the uniform distribution takes to be got as log K − H: no more than three of f32's spare bits cancel. */
const FAR_FROM_UNIFORM = 1 / 8;

/** Divergences from the uniform distribution in the place of entropies, each by its own row's size: the way that does not cancel takes half as long again. */
function lessThanUniform(results: Floats, beside: Batch, params: readonly number[], core: Core): void {
  const { rows, cols } = beside;
  const most = log(cols);
  let isFar = true;
  for (let r = 0; r < rows; r++) {
    results[r] = most - (results[r] as number);
    isFar &&= (results[r] as number) >= FAR_FROM_UNIFORM * most;
  }
  if (isFar) return;
  const near = new Float64Array(rows);
  core.kernels.logitsKlRows(beside, params, near);
  for (let r = 0; r < rows; r++) if (!((results[r] as number) >= FAR_FROM_UNIFORM * most)) results[r] = near[r] as number;
}

/** Logits that are equal wherever z is not masked. */
function uniformOf(z: Vector | Matrix): Vector | Matrix {
  const batch = checkBatch(ONE, [z]);
  const { rows, cols, single } = batch;
  const data = readRows(batch);
  for (let i = 0; i < data.length; i++) data[i] = data[i] === -Infinity ? -Infinity : 0;
  return single ? data : { data, rows, cols };
}

/**
 * {@link klToUniform} with its gradient by the logits, in one pass: ∂/∂zⱼ = wⱼ·(log wⱼ + H(w))/T.
 *
 * @param z       logits: a vector, or a matrix of rows
 * @param options temperature (T), base, out ({value, gradient: {z}}), core
 * @returns       {value, gradient: {z}}: a number and an array for a vector, else one value a row and a matrix
 *
 * Shapes      z: rows × cols, or cols · value: rows · gradient: rows × cols
 * Units       nats (or `base`) a unit of logit
 * Edge cases  a masked class has 0 · all logits equal give exactly 0
 * Accuracy    the value's as of {@link klToUniform}, with its bits; the gradient's as of {@link klDivergenceWithGradient} — npm run conformance
 * Source      the case b = 0 of {@link klDivergenceWithGradient}; minus this is the gradient of the entropy
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.klToUniformWithGradient([0, Math.log(3)]).gradient.z; // [-0.20598980412527…, 0.20598980412527…]
 */
export const klToUniformWithGradient: RowGradientFunction<'z', TemperatureOption> = ((
  z: Vector | Matrix,
  options?: TemperatureOption & GradientOptions<'z'>,
) => {
  const both = besideUniform(z);
  if (both[1] instanceof Float64Array) return gradient('logitsKlRows', BESIDE_UNIFORM, both, options, false, ONE);
  const lessThan = (values: Floats, core: Core) =>
    lessThanUniform(values, checkBatch(BESIDE_UNIFORM, both), [options?.temperature ?? 1, NO_FACTOR], core);
  return gradient('logitsEntropyRows', ONE, [z], options, false, ONE, lessThan);
}) as RowGradientFunction<'z', TemperatureOption>;

/**
 * Logarithm of the sum of exponentials, log Σₖ exp(zₖ/T), without overflow.
 *
 * @param z       logits: a vector, or a matrix of rows
 * @param options temperature, out, core
 * @returns       a number for a vector, else one number a row
 *
 * Shapes      z: rows × cols, or cols · result: rows
 * Units       nats
 * Edge cases  a masked class adds 0 to the sum · all masked is refused
 * Accuracy    one rounding step of the largest logit over T, plus 32ε relative — npm run conformance
 * Source      definition, with the maximum taken out
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.logSumExp([1000, 1000]); // 1000.6931471805599
 */
export const logSumExp: RowFunction<LogSumExpOptions> = /* @__PURE__ */ one('logSumExpRows', NO_BASE);

/**
 * Probabilities of a row of logits, exp(zₖ/T) / Σⱼ exp(zⱼ/T).
 *
 * @param z       logits: a vector, or a matrix of rows
 * @param options temperature, out, core
 * @returns       a typed array for a vector, a matrix for a matrix; f32 for a Float32Array, else f64
 *
 * Shapes      z: rows × cols, or cols · result: the same
 * Units       probabilities
 * Edge cases  a masked class gets exactly 0 · all masked is refused · `out` is complete, or untouched where an error is thrown
 * Accuracy    relative error ≤ 32ε plus one rounding step of the largest logit over T — npm run conformance
 * Source      definition, with the maximum taken out
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.softmax([0, 0]); // Float64Array [0.5, 0.5]
 */
export const softmax: ElementFunction<SoftmaxOptions> = /* @__PURE__ */ map('softmaxRows');

/**
 * Log-probabilities of a row of logits, zₖ/T − log Σⱼ exp(zⱼ/T).
 *
 * @param z       logits: a vector, or a matrix of rows
 * @param options temperature, out, core
 * @returns       a typed array for a vector, a matrix for a matrix; f32 for a Float32Array, else f64
 *
 * Shapes      z: rows × cols, or cols · result: the same
 * Units       nats, ≤ 0
 * Edge cases  a masked class stays −Infinity · all masked is refused · `out` is complete, or untouched where an error is thrown
 * Accuracy    one rounding step of the largest logit over T, plus 32ε relative — npm run conformance
 * Source      definition, with the maximum taken out
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * logits.logSoftmax([0, 0]); // Float64Array [-0.6931471805599453, -0.6931471805599453]
 */
export const logSoftmax: ElementFunction<SoftmaxOptions> = /* @__PURE__ */ map('logSoftmaxRows');

export interface LogitsSurprisalOptions extends LabelOptions, TemperatureOption {}

/** Labels beside rows of logits: a vector takes one and gives a number, a matrix takes one a row and gives as many. */
export interface LogitsSurprisalFunction {
  (z: Vector, label: number | Labels, options?: LogitsSurprisalOptions): number;
  (z: Matrix, labels: Labels, options?: LogitsSurprisalOptions): Float64Array;
}

function labelled(z: Vector | Matrix, options: LogitsSurprisalOptions | undefined, allowed: readonly string[]) {
  checkOptions(options, allowed);
  checkTemperature(options?.temperature);
  return { batch: checkBatch(ONE, [z]), fill: fromLogits(options?.temperature ?? 1, options) };
}

/**
 * Surprisal of what came about, −log softmax(z/T)[label]: the cross-entropy loss of a classifier, row by row.
 *
 * @param z       logits: a vector, or a matrix of rows
 * @param labels  the class that came about: one number for a vector, one a row for a matrix, from 0
 * @param options temperature (T), base, ignore (the label of rows to leave out; −100 in PyTorch), out, core
 * @returns       a number for a vector, else one number a row: nothing is averaged
 *
 * Shapes      z: rows × cols, or cols · labels: rows · result: rows
 * Units       nats, or `base`; 0 (it was certain) to Infinity
 * Edge cases  a masked class that came about gives Infinity · a row whose label is `ignore` gives 0, and logits.perplexity does not count it
 * Accuracy    of the largest logit's class log1p of the others' weights, 8ε relative however near it is to 0, and one rounding step of the logits over T; else one rounding step of the difference of logits
 * Source      definition
 *
 * @throws {SurprisalError} as {@link klDivergence}; ERR_DOMAIN (a label that is no class, with row and value) · ERR_SHAPE (not one label a row)
 * @example
 * logits.surprisal([40, 0], 0); // 4.248354255291589e-18
 */
export const surprisal: LogitsSurprisalFunction = ((z: Vector | Matrix, labels: number | Labels, options?: LogitsSurprisalOptions) => {
  const { batch, fill } = labelled(z, options, ['temperature', 'base', 'ignore', 'out', 'core']);
  return evaluateLabels(batch, labels, fill, options);
}) as LogitsSurprisalFunction;

/**
 * Perplexity of a model on what came about, exp of the mean {@link surprisal} of the labels in nats.
 *
 * @param z       logits, row by row
 * @param labels  what came about, as in {@link surprisal}
 * @param options temperature (T), ignore, core
 * @returns       one number for all rows
 *
 * Shapes      z: rows × cols, or cols · labels: rows
 * Units       classes; 1 (all was certain) to Infinity
 * Edge cases  rows whose label is `ignore` are not counted; none left is refused (ERR_EMPTY)
 * Accuracy    relative error ≤ 16·2⁻⁵³·(1 + log of the result) plus one rounding step of the largest logit over T
 * Source      definition
 *
 * @throws {SurprisalError} as {@link surprisal}
 * @example
 * logits.perplexity(matrix([0, 0, 0, 0], 2, 2), [0, 1]); // 2
 */
export function perplexity(
  z: Vector | Matrix,
  labels: number | Labels,
  options?: Pick<LogitsSurprisalOptions, 'temperature' | 'ignore' | 'core'>,
): number {
  const { batch, fill } = labelled(z, options, ['temperature', 'ignore', 'core']);
  return evaluatePerplexity(batch, labels, fill, options);
}
