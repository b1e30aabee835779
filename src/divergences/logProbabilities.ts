/**
 * The same quantities from log-probabilities, as a log-softmax leaves them: rows of numbers ≤ 0 whose exponentials sum to 1. What is no such row is refused and
 * told where it belongs. Meant to be imported as a whole: `import { logProbabilities } from 'surprisal'`.
 */
import type { KernelName } from '../backend/contract.js';
import { log } from '../backend/js/math/log.js';
import { readRow } from '../rows/blocks.js';
import { evaluate, type PairFunction, type RowFunction, type RowOptions } from '../call.js';
import { type Batch, checkBatch, checkOptions, entryError } from '../check.js';
import { type Core, coreOf } from '../core.js';
import { SurprisalError } from '../error.js';
import { evaluateLabels, fromLogits, type LabelOptions, type Labels } from '../labels.js';
import { Narrow } from '../rows/narrow.js';
import type { Matrix, Storage, Vector } from '../types.js';

const OPTIONS = ['base', 'out', 'core'];
const PAIR = ['p', 'q'];
const ONE = ['p'];
/** T = 1, and no gradient. */
const PARAMS = [1, 0];

/** How far from 0 the logarithm of a row's sum may be: what rounding to f32 or to a few decimals leaves, not another kind of number. */
const TOLERANCE = 1e-3;
/** What rounding moves an entry by, of its size: a sum's logarithm by as much of the row's entropy, which is log K at most. */
const ROUNDINGS: Readonly<Partial<Record<Storage, number>>> = { f16: 1 / 2048, bf16: 1 / 256 };

function toleranceOf({ inputs: [input], cols }: Batch): number {
  return TOLERANCE + (input instanceof Narrow ? (ROUNDINGS[input.storage] ?? 0) * log(cols) : 0);
}

const expectedOf = (tolerance: number) =>
  `log-probabilities: numbers ≤ 0 whose exponentials sum to 1 (the logarithm of the sum within ${Number(tolerance.toPrecision(2))} of 0)`;
const ELSEWHERE = ': if these are logits, they go to the function of this name in "logits"';

/** Refuses rows that are not normalised. */
function checkRows(core: Core, name: string, value: Vector | Matrix): void {
  const batch = checkBatch([name], [value]);
  const sums = core.aside(batch.rows, 'f64');
  core.kernels.logSumExpRows(batch, PARAMS, sums);
  const tolerance = toleranceOf(batch);
  for (let row = 0; row < batch.rows; row++) {
    if (!(Math.abs(sums[row] as number) <= tolerance)) throw notNormalised(batch, row, sums[row] as number, tolerance);
  }
}

function notNormalised(batch: Batch, row: number, value: number, tolerance: number): SurprisalError {
  const expected = expectedOf(tolerance);
  const entries = new Float64Array(batch.cols);
  readRow(batch, 0, row, entries, 0);
  const column = entries.findIndex((x) => x > tolerance);
  if (column >= 0) return entryError(batch, 0, row, column, entries[column], expected, ELSEWHERE);
  const place = { argument: batch.names[0] as string, row: batch.single ? undefined : row, value, expected };
  const where = `"${place.argument}"${batch.single ? '' : ` row ${row}`}`;
  return new SurprisalError('ERR_DOMAIN', `${where} expected ${expected}, got a sum whose logarithm is ${value}${ELSEWHERE}`, place);
}

function call(kernel: KernelName, names: readonly string[], values: readonly (Vector | Matrix)[], options?: RowOptions) {
  checkOptions(options, OPTIONS);
  const batch = checkBatch(names, values);
  const core = coreOf(options?.core);
  for (const [k, value] of values.entries()) checkRows(core, names[k] as string, value);
  return evaluate(kernel, batch, PARAMS, options);
}

function pair(kernel: KernelName): PairFunction<RowOptions> {
  return ((p: Vector | Matrix, q: Vector | Matrix, options?: RowOptions) =>
    call(kernel, PAIR, [p, q], options)) as PairFunction<RowOptions>;
}

function one(kernel: KernelName): RowFunction<RowOptions> {
  return ((p: Vector | Matrix, options?: RowOptions) => call(kernel, ONE, [p], options)) as RowFunction<RowOptions>;
}

/**
 * Kullback–Leibler divergence between distributions given by their log-probabilities, Σₖ exp(pₖ)·(pₖ − qₖ).
 *
 * @param p       log-probabilities of the reference: a vector, or a matrix of rows; −Infinity where the probability is 0
 * @param q       log-probabilities of the approximation; a vector beside a matrix serves every row
 * @param options base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 to Infinity
 * Edge cases  qₖ = −∞ < pₖ gives Infinity · a row whose exponentials sum to 1 within 1e-3 (16-bit floats: and what their rounding makes of log K) passes, and is normalised exactly: a log-probability of 1e-9 is no error
 * Accuracy    as logits.klDivergence: nothing is exponentiated that is then subtracted
 * Source      definition; the kernels of logits, which normalise what rounding left
 *
 * @throws {SurprisalError} as logits.klDivergence; ERR_DOMAIN for a row that is not normalised, or an entry above 0: it says where logits go
 * @example
 * logProbabilities.klDivergence([Math.log(0.5), Math.log(0.5)], [Math.log(0.25), Math.log(0.75)]); // 0.1438410362…
 */
export const klDivergence: PairFunction<RowOptions> = /* @__PURE__ */ pair('logitsKlRows');

/**
 * Jensen–Shannon divergence between distributions given by their log-probabilities; arguments and errors as {@link klDivergence}, accuracy as
 * logits.jensenShannonDivergence.
 *
 * @example
 * logProbabilities.jensenShannonDivergence([0, -Infinity], [-Infinity, 0], { base: 2 }); // 1
 */
export const jensenShannonDivergence: PairFunction<RowOptions> = /* @__PURE__ */ pair('logitsJensenShannonRows');

/**
 * Shannon entropy of a distribution given by its log-probabilities; arguments and errors as {@link klDivergence}, accuracy as logits.entropy.
 *
 * @example
 * logProbabilities.entropy([Math.log(0.5), Math.log(0.5)], { base: 2 }); // 1
 */
export const entropy: RowFunction<RowOptions> = /* @__PURE__ */ one('logitsEntropyRows');

/**
 * Divergence from the uniform distribution, log(cols) less the entropy; arguments and errors as {@link klDivergence}, accuracy as logits.klToUniform.
 *
 * @example
 * logProbabilities.klToUniform([0, -Infinity], { base: 2 }); // 1
 */
export const klToUniform: RowFunction<RowOptions> = ((p: Vector | Matrix, options?: RowOptions) => {
  checkOptions(options, OPTIONS);
  const { cols, dtype } = checkBatch(ONE, [p]);
  checkRows(coreOf(options?.core), 'p', p);
  const uniform = dtype === 'f32' ? new Float32Array(cols) : new Float64Array(cols);
  return evaluate('logitsKlRows', checkBatch(['p', 'uniform'], [p, uniform]), PARAMS, options);
}) as RowFunction<RowOptions>;

/** Labels beside rows of log-probabilities. */
export interface LabelFunction {
  (p: Vector, label: number | Labels, options?: LabelOptions): number;
  (p: Matrix, labels: Labels, options?: LabelOptions): Float64Array;
}

/**
 * Surprisal of what came about, −pₗ for label l: labels, options and errors as logits.surprisal, rows as {@link klDivergence}.
 *
 * @example
 * logProbabilities.surprisal([Math.log(0.25), Math.log(0.75)], 0, { base: 2 }); // 2
 */
export const surprisal: LabelFunction = ((p: Vector | Matrix, labels: number | Labels, options?: LabelOptions) => {
  checkOptions(options, ['base', 'ignore', 'out', 'core']);
  const batch = checkBatch(ONE, [p]);
  checkRows(coreOf(options?.core), 'p', p);
  return evaluateLabels(batch, labels, fromLogits(1, options), options);
}) as LabelFunction;
