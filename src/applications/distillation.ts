/**
 * Knowledge distillation: the loss with one policy of scale (T² and reduction are named), its gradient, how far student and teacher agree, and what the
 * teacher knows beyond its labels. Rows go through in blocks, so what is kept beside the results does not grow with them, however many classes a row has.
 */
import { type Core, type Floats, logits, type Matrix, SurprisalError } from '../index.js';
import { type DivergenceName, divergenceOf } from './distillation/divergence.js';
import { type Counted, checkLabels, countedRows, type FloatRows, type Labels, type RowValues } from './distillation/rows.js';
import { reduceToTop, spreadValues } from './distillation/topK.js';
import { checkOptions, flag, oneOf, type OptionRules, optionError, positive, share, whole } from './input/options.js';
import { type RowsLike, roomFor, sliceRows, toFloats, toMatrix } from './input/tensor.js';

export { type AgreementOptions, type AgreementReport, Agreement, type WorstRow } from './distillation/agreement.js';
export { type DarkKnowledgeOptions, type DarkKnowledgeReport, darkKnowledge, type KnowledgePair } from './distillation/darkKnowledge.js';
export type { DivergenceName } from './distillation/divergence.js';
export type { Labels } from './distillation/rows.js';
export type { RowsLike } from './input/tensor.js';
export type { Estimate } from './statistics/blockSums.js';
export type { Interval } from './statistics/intervals.js';

/** How rows become one number: their mean; their sum over the first size of a tensor (as PyTorch's 'batchmean' for [B, T, V]); their sum. */
export type Reduction = 'mean' | 'batchmean' | 'sum';

export interface DistillationOptions {
  /** Both logits are divided by it; 1 when left out. */
  readonly temperature?: number | undefined;
  /** Whether the divergence is multiplied by T², which keeps gradients of one size at every temperature; true when left out. */
  readonly squaredTemperature?: boolean | undefined;
  /** 'forward' (the default): KL(teacher ‖ student). 'reverse': KL(student ‖ teacher). 'jensen-shannon': from the mixture. */
  readonly divergence?: DivergenceName | undefined;
  /** Share of the teacher in the mixture of 'jensen-shannon', β; ½ when left out. */
  readonly weight?: number | undefined;
  /** What β = 0 and 1 mean: 'limit' (the default) is 0; 'kl' is KL(teacher ‖ student) at 0 and KL(student ‖ teacher) at 1, as some trainers have it. */
  readonly endpoints?: 'limit' | 'kl' | undefined;
  /** One class a row. Rows whose label is `ignore` are left out of everything. */
  readonly labels?: Labels | undefined;
  /** −100 when left out. */
  readonly ignore?: number | undefined;
  /** Share of the cross-entropy with the labels, at temperature 1: α·CE + (1 − α)·divergence. 0 when left out. */
  readonly alpha?: number | undefined;
  /** Classes that are out, in both models: true or 1 for each. */
  readonly classMask?: ArrayLike<boolean | number> | undefined;
  /** Only the teacher's k largest classes of each row are told apart. */
  readonly topK?: number | undefined;
  /** What becomes of the others: one class together (the default), or dropped, with both rows renormalised. */
  readonly tail?: 'bucket' | 'drop' | undefined;
  /** 'mean' when left out: over the rows that are counted. */
  readonly reduction?: Reduction | undefined;
  /** Divides the sum instead: the number of counted rows of all machines, say. */
  readonly divisor?: number | undefined;
  readonly core?: Core | undefined;
}

export interface DistillationLoss {
  /** The rows by the reduction; 0 where no row is counted. */
  readonly loss: number;
  /** Its parts, by the same reduction: the divergence with its T², and the cross-entropy. */
  readonly divergence: number;
  readonly crossEntropy: number;
  /** α·CE + (1 − α)·divergence of each row; 0 for rows that are left out. */
  readonly perRow: Float64Array;
  /** How many rows are not left out. */
  readonly counted: number;
}

export interface DistillationLossWithGradient extends DistillationLoss {
  /** By the student's logits, of the loss as reduced. */
  readonly gradient: Matrix & { readonly data: Floats };
}

/** Entries that go through together. */
const BLOCK_ENTRIES = 2 ** 17;

const RULES: OptionRules = {
  temperature: positive,
  squaredTemperature: flag,
  divergence: oneOf('forward', 'reverse', 'jensen-shannon'),
  weight: share,
  endpoints: oneOf('limit', 'kl'),
  labels: { expected: 'one class a row', accepts: (value) => typeof value === 'object' && value !== null && 'length' in value },
  ignore: { expected: 'a whole number', accepts: Number.isSafeInteger },
  alpha: share,
  classMask: {
    expected: 'true or false for each class',
    accepts: (value) => typeof value === 'object' && value !== null && 'length' in value,
  },
  topK: whole(1),
  tail: oneOf('bucket', 'drop'),
  reduction: oneOf('mean', 'batchmean', 'sum'),
  divisor: positive,
};

interface Settings extends Omit<DistillationOptions, 'labels' | 'classMask'> {
  readonly temperature: number;
  readonly divergence: DivergenceName;
  readonly weight: number;
  readonly alpha: number;
  readonly factor: number;
  readonly labels: Int32Array | undefined;
  readonly mask: Uint8Array | undefined;
  readonly core: Core | undefined;
}

/**
 * The distillation loss, α·CE + (1 − α)·T²·D(softmax(teacher/T), softmax(student/T)).
 *
 * @param teacher logits: a matrix, a vector, or a tensor ({data, dims}, {data, shape}, {dataSync(), shape}, an Arrow vector of lists)
 * @param student likewise, of the same shape
 * @param options temperature, squaredTemperature, divergence, weight, endpoints, labels, ignore, alpha, classMask, topK, tail, reduction, divisor, core
 * @returns       {loss, divergence, crossEntropy, perRow, counted}
 *
 * Shapes      teacher, student: rows × cols; [B, T, V] is B·T rows · labels: rows · classMask: cols · perRow: rows
 * Units       nats
 * Edge cases  no row counted: 0, and no gradient · a −∞ logit masks a class, as in the library's `logits.klDivergence` · a label that is masked is refused
 * Accuracy    each row as `logits.klDivergence` and `logits.jensenShannonDivergence` have it; other weights β to 32ε/min(β, 1 − β); the tail of topK and its
 *             gradient by the engine's exponential
 * Source      G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531 (2015); generalised Jensen–Shannon: R. Agarwal et al., arXiv:2306.13649 (2023)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW (a row with all classes masked) · ERR_OPTION
 * @example
 * distillationLoss([0, 0], [0, 2 * Math.log(3)], { temperature: 2 }).loss; // 0.5753641449035617
 */
export function distillationLoss(teacher: RowsLike, student: RowsLike, options: DistillationOptions = {}): DistillationLoss {
  return evaluate(teacher, student, options, undefined);
}

/**
 * {@link distillationLoss} with its gradient by the student's logits, as reduced: what an optimiser takes.
 *
 * @param out receives the gradient, rows × cols: Float32Array where both logits are of single floats, else Float64Array. Written block by block: only of use
 *            where the call returns
 *
 * Units       nats a unit of logit
 * Edge cases  0 for rows that are left out and classes that are masked
 * Accuracy    as `logits.klDivergenceWithGradient`: no cancellation for near-equal logits
 *
 * @throws {SurprisalError} as {@link distillationLoss} · ERR_OUT
 * @example
 * distillationLossWithGradient([0, 0], [0, Math.log(3)]).gradient.data; // [-0.25, 0.25]
 */
export function distillationLossWithGradient(
  teacher: RowsLike,
  student: RowsLike,
  options: DistillationOptions & { readonly out?: Floats | undefined } = {},
): DistillationLossWithGradient {
  const { out, ...rest } = options;
  return evaluate(teacher, student, rest, { out }) as DistillationLossWithGradient;
}

function evaluate(
  teacher: RowsLike,
  student: RowsLike,
  options: DistillationOptions,
  wanted: { readonly out: Floats | undefined } | undefined,
): DistillationLoss | DistillationLossWithGradient {
  checkOptions(options, RULES);
  const [t, s] = [toMatrix('teacher', teacher), toMatrix('student', student)];
  if (t.rows !== s.rows || t.cols !== s.cols) {
    const expected = `${t.rows} × ${t.cols}, as "teacher" has`;
    throw new SurprisalError('ERR_SHAPE', `"student" expected ${expected}, got ${s.rows} × ${s.cols}`, { argument: 'student', expected });
  }
  const { rows, cols } = s;
  const settings = settle(options, rows, cols);
  const counted = settings.labels === undefined ? rows : settings.labels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0);
  const perRow = new Float64Array(rows);
  const gradient = wanted === undefined ? undefined : roomFor('out', wanted.out, [t, s], rows * cols);
  const scale = 1 / divisorOf(options, counted, t);
  let [divergences, surprisals] = [0, 0];
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(1, cols)));
  for (let start = 0; start < rows || start === 0; start += step) {
    const count = Math.min(step, rows - start);
    const block = countedRows(toFloats(sliceRows(t, start, count)), toFloats(sliceRows(s, start, count)), settings, start);
    if (block.count === 0 && rows > 0) {
      gradient?.fill(0, start * cols, (start + count) * cols);
      continue;
    }
    const found = relocated(block, settings.divergence, () => evaluateBlock(block, settings, gradient !== undefined));
    for (let i = 0; i < block.count; i++) {
      const [divergence, surprisal] = [settings.factor * (found.value[i] as number), found.surprisal?.[i] ?? 0];
      divergences += divergence;
      surprisals += surprisal;
      perRow[block.row(i)] = mix(settings.alpha, surprisal, divergence);
    }
    if (gradient !== undefined) block.scatter(found.gradient as Floats, scale * found.left, gradient);
  }
  const reduced = { divergence: divergences * scale, crossEntropy: surprisals * scale };
  const result = { loss: mix(settings.alpha, reduced.crossEntropy, reduced.divergence), ...reduced, perRow, counted };
  return gradient === undefined ? result : { ...result, gradient: { data: gradient, rows, cols } };
}

/** A part of weight 0 adds nothing, not even where it is infinite. */
function mix(alpha: number, crossEntropy: number, divergence: number): number {
  return (alpha === 0 ? 0 : alpha * crossEntropy) + (alpha === 1 ? 0 : (1 - alpha) * divergence);
}

/** Values of the counted rows of a block; the gradient, times `left`, is of α·CE + (1 − α)·factor·divergence. */
function evaluateBlock(
  { teacher, student, labels }: Counted,
  settings: Settings,
  withGradient: boolean,
): RowValues & { readonly left: number; readonly surprisal?: Float64Array } {
  const { topK, tail, temperature, alpha, factor, core } = settings;
  let values: RowValues;
  if (topK !== undefined && topK < teacher.cols) {
    // Rows are looked through as they came: columns of reduced ones are others.
    logits.klDivergence(teacher, student, { core });
    const reduced = reduceToTop(teacher, student, topK, temperature, tail !== 'drop');
    values = spreadValues(divergenceOf(reduced.teacher, reduced.student, settings, withGradient), reduced);
  } else values = divergenceOf(teacher, student, settings, withGradient);
  const gradient = values.gradient;
  const share = (1 - alpha) * factor;
  if (alpha === 0 || labels === undefined) return { ...values, left: share };
  if (gradient !== undefined) for (let i = 0; i < gradient.length; i++) gradient[i] = share * (gradient[i] as number);
  const surprisal = logits.surprisal(student, labels, { core });
  if (gradient !== undefined) addCrossEntropy(student, labels, surprisal, alpha, core, gradient);
  return { value: values.value, gradient, left: 1, surprisal };
}

/** α·(softmax − one-hot): at the label v − 1 is −(1 − e^−surprisal), which keeps its digits near certainty. */
function addCrossEntropy(
  student: FloatRows,
  labels: Int32Array,
  surprisal: Float64Array,
  alpha: number,
  core: Core | undefined,
  into: Floats,
): void {
  const v = logits.softmax(student, { core }).data as Floats;
  const { cols } = student;
  for (const [row, label] of labels.entries()) {
    for (let i = 0; i < cols; i++) {
      const slope = i === label ? Math.expm1(-(surprisal[row] as number)) : (v[row * cols + i] as number);
      into[row * cols + i] = (into[row * cols + i] as number) + alpha * slope;
    }
  }
}

function settle(options: DistillationOptions, rows: number, cols: number): Settings {
  const { temperature = 1, squaredTemperature = true, endpoints, alpha = 0, core } = options;
  let { divergence = 'forward', weight = 0.5 } = options;
  if (divergence === 'jensen-shannon' && endpoints === 'kl' && (weight === 0 || weight === 1)) {
    divergence = weight === 0 ? 'forward' : 'reverse';
    weight = 0.5;
  }
  if (alpha > 0 && options.labels === undefined) throw optionError('labels', undefined, 'one class a row, as alpha is above 0');
  const factor = squaredTemperature ? temperature * temperature : 1;
  const mask = options.classMask === undefined ? undefined : readMask(options.classMask, cols);
  const labels = options.labels === undefined ? undefined : checkLabels(options.labels, rows, cols, options.ignore ?? -100, mask);
  return { ...options, temperature, divergence, weight, alpha, factor, labels, mask, core };
}

function readMask(flags: ArrayLike<boolean | number>, cols: number): Uint8Array {
  const mask = Uint8Array.from(flags, (out) => (out === true || out === 1 ? 1 : 0));
  const isFlag = (value: unknown) => value === true || value === false || value === 0 || value === 1;
  if (flags.length !== cols || !Array.from(flags).every(isFlag))
    throw optionError('classMask', flags, `true or false for each of ${cols} classes`);
  if (mask.every((out) => out === 1)) throw optionError('classMask', flags, 'a class that stays');
  return mask;
}

function divisorOf({ reduction = 'mean', divisor }: DistillationOptions, counted: number, { lead, rows }: Matrix): number {
  if (divisor !== undefined) return divisor;
  if (reduction === 'sum') return 1;
  return Math.max(1, reduction === 'mean' ? counted : (lead?.[0] ?? rows));
}

/** Errors of the library about a block, told of the whole. The first call that could refuse a row names it a or b. */
function relocated<Result>(block: Counted, divergence: DivergenceName, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SurprisalError) || error.row === undefined) throw error;
    const { code, column, value, expected } = error;
    const argument = (error.argument === 'a') === (divergence !== 'reverse') ? 'teacher' : 'student';
    const row = block.row(error.row);
    const message = error.message.replace(/^"\w+" row \d+/, `"${argument}" row ${row}`);
    throw new SurprisalError(code, message, { argument, row, column, value, expected });
  }
}
