/**
 * Knowledge distillation: the loss with one policy of scale (T² and reduction are named), its gradient, how far student and teacher agree, and what the
 * teacher knows beyond its labels. Rows go through in blocks, so what is kept beside the results does not grow with them, however many classes a row has.
 */
import { type Core, type Floats, logits, type Matrix } from '../index.js';
import { divergenceOf } from './distillation/divergence.js';
import { type Counted, countedRows, type FloatRows, type Labels, placeIn, type RowValues } from './distillation/rows.js';
import { batchesOf, checkLossOptions, type DistillationOptions, divisorOf, type Settings, settle } from './distillation/settings.js';
import { reduceToTop, spreadValues } from './distillation/topK.js';
import { argumentError, checkObject, optionError } from './input/options.js';
import { relocated } from './input/relocated.js';
import { areFinite } from './input/finite.js';
import { roomFor } from './input/room.js';
import { type RowsLike, sliceRows, toFloats, toMatrix } from './input/tensor.js';
import { ColumnSums } from './statistics/sum.js';

export { type AgreementOptions, type AgreementReport, Agreement, type WorstRow } from './distillation/agreement.js';
export { type DarkKnowledgeOptions, type DarkKnowledgeReport, darkKnowledge, type KnowledgePair } from './distillation/darkKnowledge.js';
export type { DivergenceName } from './distillation/divergence.js';
export type { Labels } from './distillation/rows.js';
export type { DistillationOptions, Reduction } from './distillation/settings.js';
export type { RowsLike } from './input/tensor.js';
export type { Estimate } from './statistics/blockSums.js';
export type { Interval } from './statistics/intervals.js';

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
const stepOf = (cols: number): number => Math.max(1, Math.floor(BLOCK_ENTRIES / cols));

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
 * Edge cases  no row counted: 0, and no gradient · a −∞ logit masks a class, as in the library's `logits.klDivergence` · a label that `classMask`
 *             masks is refused; one that the student masks by −∞ costs Infinity
 * Accuracy    each row as `logits.klDivergence` and `logits.jensenShannonDivergence` have it; other weights β to
 *             (32ε + 2u)/min(β, 1 − β), u as there; the bucket of topK is a log-sum by the engine's exponential, rounded as a logit
 *             is: of close models it leaves about u/√KL, relatively (9e-9 at 3.5e-15)
 * Source      G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531 (2015); generalised Jensen–Shannon: R. Agarwal et al., arXiv:2306.13649 (2023)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW (a row with all classes masked) · ERR_OPTION
 * @example
 * distillationLoss([0, 0], [0, 2 * Math.log(3)], { temperature: 2 }).loss; // 0.5753641449…
 */
export function distillationLoss(teacher: RowsLike, student: RowsLike, options: DistillationOptions = {}): DistillationLoss {
  return evaluate(teacher, student, options, undefined);
}

/**
 * {@link distillationLoss} with its gradient by the student's logits, as reduced: what an optimiser takes.
 *
 * @param out receives the gradient, rows × cols: Float32Array where both logits are of single floats, else Float64Array. It shares no byte with
 *            the logits, and is untouched where they are refused: a look comes first (where entries are not finite, an evaluation without gradients)
 *
 * Units       nats a unit of logit
 * Edge cases  0 for rows that are left out, for classes of `classMask` and for those that the student masks where the loss is finite · where the student
 *             masks by −∞ what the teacher has, forward KL is Infinity, and the gradient what it tends to: not 0 there
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
  checkObject('options', options, 'an object');
  const { out, ...rest } = options;
  return evaluate(teacher, student, rest, { out }) as DistillationLossWithGradient;
}

/**
 * {@link distillationLoss} of rows that come block by block: `add` blocks, then `result`. Keeps a few numbers, however many rows there are: a teacher and a student of 128k classes need
 * never be in memory whole. Gradients of a block are those of {@link distillationLossWithGradient} with `divisor` set to the rows of all blocks.
 *
 * @example
 * const meter = new DistillationMeter({ temperature: 2 });
 * for await (const { teacher, student } of blocks) meter.add(teacher, student);
 * meter.result().loss;
 */
export class DistillationMeter {
  readonly #options: Omit<DistillationOptions, 'labels'>;
  /** Of the divergence, and of the cross-entropy. */
  readonly #sums = new ColumnSums(2);
  #counted = 0;
  #batches = 0;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor(options: Omit<DistillationOptions, 'labels'> = {}) {
    checkLossOptions(options);
    if ('labels' in options) throw optionError('labels', options.labels, 'to come with each block');
    this.#options = options;
  }

  /**
   * Takes in the next rows; where they are refused, nothing of them has been taken in.
   *
   * @returns α·CE + (1 − α)·divergence of each of them, as `perRow` of {@link distillationLoss}
   *
   * @throws {SurprisalError} as {@link distillationLoss}, rows counted from the block's first
   */
  add(teacher: RowsLike, student: RowsLike, labels?: Labels): Float64Array {
    const rows = toMatrix('student', student);
    const { divergence, crossEntropy, counted, perRow } = distillationLoss(teacher, rows, { ...this.#options, labels, divisor: 1 });
    this.#sums.add(0, divergence);
    this.#sums.add(1, crossEntropy);
    this.#counted += counted;
    this.#batches += batchesOf(rows);
    return perRow;
  }

  /** The loss of all rows so far, by the reduction. */
  result(): Omit<DistillationLoss, 'perRow'> {
    const { alpha = 0 } = this.#options;
    const scale = 1 / divisorOf(this.#options, this.#counted, this.#batches);
    const [divergence, crossEntropy] = this.#sums.values.map((sum) => sum * scale) as unknown as [number, number];
    return { loss: mix(alpha, crossEntropy, divergence), divergence, crossEntropy, counted: this.#counted };
  }
}

function evaluate(
  teacher: RowsLike,
  student: RowsLike,
  options: DistillationOptions,
  wanted: { readonly out: Floats | undefined } | undefined,
): DistillationLoss | DistillationLossWithGradient {
  checkLossOptions(options);
  const [t, s] = [toMatrix('teacher', teacher), toMatrix('student', student)];
  if (t.rows !== s.rows || t.cols !== s.cols) {
    throw argumentError('ERR_SHAPE', 'student', `${t.rows} × ${t.cols}, as "teacher" has`, `${s.rows} × ${s.cols}`);
  }
  const { rows, cols } = s;
  if (rows === 0 || cols === 0) throw argumentError('ERR_EMPTY', 'teacher', 'at least one row and one column', `${rows} × ${cols}`);
  const settings = settle(options, rows, cols);
  const counted = settings.labels === undefined ? rows : settings.labels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0);
  const perRow = new Float64Array(rows);
  const gradient = wanted === undefined ? undefined : roomFor('out', wanted.out, { teacher: t, student: s }, rows * cols);
  if (wanted?.out !== undefined && !areAllFinite(t, s)) evaluate(t, s, options, undefined); // what is refused is so before anything is written
  const scale = 1 / divisorOf(options, counted, batchesOf(s));
  let [divergences, surprisals] = [0, 0];
  const step = stepOf(cols);
  const room = gradient && roomFor('room', undefined, { t, s }, Math.min(rows, step) * cols);
  const teacherIs = settings.divergence === 'reverse' && !isReduced(settings, cols) ? 'b' : 'a';
  for (let start = 0; start < rows; start += step) {
    const count = Math.min(step, rows - start);
    const block = countedRows(toFloats(sliceRows(t, start, count)), toFloats(sliceRows(s, start, count)), settings, start);
    if (block.count === 0) {
      gradient?.fill(0, start * cols, (start + count) * cols);
      continue;
    }
    const found = relocated(() => evaluateBlock(block, settings, room), placeIn(block, teacherIs));
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

/** Rows of finite logits are never refused; with masked classes among them they may be, or not. */
function areAllFinite(...sides: readonly Matrix[]): boolean {
  return sides.every((side) => {
    const step = stepOf(side.cols);
    for (let start = 0; start < side.rows; start += step)
      if (!areFinite(toFloats(sliceRows(side, start, Math.min(step, side.rows - start))).data)) return false;
    return true;
  });
}

/** A part of weight 0 adds nothing, not even where it is infinite. */
function mix(alpha: number, crossEntropy: number, divergence: number): number {
  return (alpha === 0 ? 0 : alpha * crossEntropy) + (alpha === 1 ? 0 : (1 - alpha) * divergence);
}

const isReduced = ({ topK }: Settings, cols: number): boolean => topK !== undefined && topK < cols;

/** Values of the counted rows of a block; the gradient, times `left`, is of α·CE + (1 − α)·factor·divergence. */
function evaluateBlock(
  { teacher, student, labels }: Counted,
  settings: Settings,
  room: Floats | undefined,
): RowValues & { readonly left: number; readonly surprisal?: Float64Array } {
  const { topK, tail, temperature, alpha, factor, core } = settings;
  let values: RowValues;
  if (isReduced(settings, teacher.cols)) {
    // Rows are looked through as they came: columns of reduced ones are others.
    logits.klDivergence(teacher, student, { core });
    const reduced = reduceToTop(teacher, student, topK as number, temperature, tail !== 'drop');
    values = spreadValues(
      divergenceOf(reduced.teacher, reduced.student, settings, room && new Float64Array(reduced.student.data.length)),
      reduced,
    );
  } else values = divergenceOf(teacher, student, settings, room);
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
