/**
 * Out-of-distribution rows: how sure a classifier is of each, a threshold at a rate of false alarms from in-distribution data alone, the rows beyond it, and,
 * where it is known which rows are which, how well a score tells them apart. Every score is a confidence: low is uncertain.
 */
import type { Core, Matrix } from '../index.js';
import {
  anyWhole,
  argumentError,
  checkOptions,
  INTERVAL_RULES,
  oneOf,
  openShare,
  optionError,
  type OptionRules,
  positive,
  unchecked,
  whole,
} from './input/options.js';
import { relocated, rowsFrom } from './input/relocated.js';
import { type RowsLike, sliceRows, toMatrix } from './input/tensor.js';
import { checkDetector, type Detector, type Side, SIDES } from './ood/detector.js';
import { measure, type OodMetrics } from './ood/metrics.js';
import {
  checkClasses,
  isTemplates,
  needsTemplates,
  type Scored,
  SCORES,
  type ScoreName,
  scoreRows,
  type Templates,
  TemplateSums,
} from './ood/scores.js';
import { Split } from './ood/split.js';
import { thresholdAt } from './ood/threshold.js';

export type { RowsLike } from './input/tensor.js';
export { type Detector, type Side, SIDES } from './ood/detector.js';
export type { Measured, OodMetrics } from './ood/metrics.js';
export { needsTemplates, SCORES, type ScoreName, type Scored, type Templates, TemplateSums } from './ood/scores.js';
export type { Bound, Threshold } from './ood/threshold.js';
export type { Interval } from './statistics/intervals.js';

export interface ScoreOptions {
  /** 'kl-to-uniform' when left out. */
  readonly score?: ScoreName | undefined;
  /** Logits are divided by it; 1 when left out. */
  readonly temperature?: number | undefined;
  /** What 'kl-matching' and 'kl-matching-min' compare with: see `templatesOf`. */
  readonly templates?: Templates | undefined;
  readonly core?: Core | undefined;
}

export interface CalibrationOptions extends ScoreOptions {
  /** Of rows other than those to calibrate on; when left out, a part of these makes them. */
  readonly templates?: Templates | undefined;
  /** 'low' when left out. */
  readonly side?: Side | undefined;
  /** Share of in-distribution rows that may raise an alarm, half of it at each end where there are two; 0.05 when left out. */
  readonly rate?: number | undefined;
  /** Of intervals; 0.95 when left out. */
  readonly level?: number | undefined;
  /** Of the coins that part rows where templates are made of them; 1 when left out. */
  readonly seed?: number | undefined;
}

export interface Alarm {
  readonly row: number;
  readonly score: number;
  readonly side: 'low' | 'high';
  /** The class with the largest logit. */
  readonly predicted: number;
  /** How far beyond, on a scale that only serves to order alarms. */
  readonly beyond: number;
}

export interface Detection {
  readonly rows: number;
  /** How many rows are beyond a threshold. */
  readonly count: number;
  readonly scores: Float64Array;
  /** Those that are farthest beyond, first; at most `most` of them. */
  readonly alarms: readonly Alarm[];
}

export interface MetricOptions extends ScoreOptions {
  /** Share of in-distribution rows that is to be accepted, for the rate of false acceptances; 0.95 when left out. */
  readonly tpr?: number | undefined;
  /** Of intervals; 0.95 when left out. */
  readonly level?: number | undefined;
  /** How often rows are drawn anew; 1,000 when left out. */
  readonly replicates?: number | undefined;
  /** Of the draws; 1 when left out. */
  readonly seed?: number | undefined;
}

const SCORE_RULES: OptionRules = {
  score: oneOf(...SCORES),
  temperature: positive,
  templates: { expected: 'what templatesOf gives', accepts: isTemplates },
};
const CALIBRATION_RULES: OptionRules = {
  ...SCORE_RULES,
  side: oneOf(...SIDES),
  rate: openShare,
  level: openShare,
  seed: anyWhole,
  core: unchecked,
};
const METRIC_RULES: OptionRules = { ...SCORE_RULES, tpr: openShare, ...INTERVAL_RULES, core: unchecked };
const DETECTION_RULES: OptionRules = { most: whole(0), core: unchecked };

/** Entries that go through together. */
const BLOCK_ENTRIES = 2 ** 17;

/** Rows block by block, so that what is made of them on the way stays small. */
function* blocksOf(rows: Matrix): Generator<Matrix> {
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(1, rows.cols)));
  for (let start = 0; start < rows.rows || start === 0; start += step) yield sliceRows(rows, start, Math.min(step, rows.rows - start));
}

/**
 * Confidence of each row of logits.
 *
 * @param rows    logits: a matrix, a vector, or a tensor ({data, dims}, {data, shape}, {dataSync(), shape}, an Arrow vector of lists)
 * @param options score, temperature, templates (for kl-matching), core
 * @returns       one number a row; low is uncertain, whatever the score
 *
 * Shapes      rows: rows × cols, or cols · result: rows
 * Units       nats (kl-to-uniform, entropy, kl-matching), logits (energy, max-logit), a probability (max-softmax)
 * Edge cases  a class that was never predicted has no template: kl-matching gives −Infinity for rows that predict it
 * Accuracy    kl-to-uniform and entropy as the library's `logits.klToUniform` and `logits.entropy`, each relatively accurate near its own 0
 * Source      max-softmax: D. Hendrycks, K. Gimpel, arXiv:1610.02136 · energy: W. Liu et al., arXiv:2010.03759 · max-logit and kl-matching: D. Hendrycks et
 *             al., arXiv:1911.11132
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_OPTION
 * @example
 * oodScores([0, 0]); // Float64Array [0]: it knows nothing
 */
export function oodScores(rows: RowsLike, options: ScoreOptions = {}): Float64Array {
  checkOptions(options, { ...SCORE_RULES, core: unchecked });
  return scoreAll(toMatrix('rows', rows), options).value;
}

function scoreAll(rows: Matrix, { score = 'kl-to-uniform', temperature = 1, templates, core }: ScoreOptions): Scored {
  const [value, key, predicted] = [new Float64Array(rows.rows), new Float64Array(rows.rows), new Int32Array(rows.rows)];
  let start = 0;
  for (const block of blocksOf(rows)) {
    const found = relocated(() => scoreRows(block, { score, temperature, templates, core }), rowsFrom('rows', start));
    value.set(found.value, start);
    key.set(found.key, start);
    predicted.set(found.predicted, start);
    start += block.rows;
  }
  return { value, key, predicted };
}

/**
 * The mean softmax of the rows that are predicted to be of each class: what 'kl-matching' compares with.
 *
 * @param rows    in-distribution logits
 * @param options temperature, core
 *
 * Edge cases  a class that is never predicted has a count of 0, and zeros for its mean
 *
 * @throws {SurprisalError} as {@link oodScores}
 * @example
 * oodScores(rows, { score: 'kl-matching', templates: templatesOf(training) });
 */
export function templatesOf(rows: RowsLike, options: Pick<ScoreOptions, 'temperature' | 'core'> = {}): Templates {
  checkOptions(options, { temperature: positive, core: unchecked });
  const sums = new TemplateSums();
  sumUp(sums, toMatrix('rows', rows), options);
  return sums.templates();
}

function sumUp(
  sums: TemplateSums,
  rows: Matrix,
  { temperature = 1, core }: Pick<ScoreOptions, 'temperature' | 'core'>,
  split?: Split,
): void {
  let start = 0;
  for (const block of blocksOf(rows)) {
    relocated(() => sums.add(block, temperature, core, split), rowsFrom('rows', start));
    start += block.rows;
  }
}

/**
 * Calibrates a detector on in-distribution rows alone: alarm below (or above) the order statistic that at most `rate` of new in-distribution rows cross.
 *
 * @param rows    logits of in-distribution data that the classifier was not trained on
 * @param options score, side, rate, level, temperature, templates (of other rows), seed, core
 *
 * Edge cases  fewer than 1/rate − 1 rows set the threshold: no order statistic is low enough, and there are no alarms (a threshold of '-Infinity') ·
 *             kl-matching and kl-matching-min without `templates`: a fair coin a row, of `seed`, parts rows into those that make the templates and those that
 *             set the threshold, about half each; `templates.counts` and `rows` say how many
 * Accuracy    the rate holds in expectation for any distribution of scores, exactly so without ties, whatever the order of rows; `rate.interval` says what this
 *             sample leaves open
 *
 * @throws {SurprisalError} as {@link oodScores}
 * @example
 * const detector = calibrate(validation, { rate: 0.01 });
 * detect(detector, today).alarms;
 */
export function calibrate(rows: RowsLike, options: CalibrationOptions = {}): Detector {
  const source = toMatrix('rows', rows);
  return new Calibrator(options).learn(source).add(source).detector();
}

/**
 * {@link calibrate} block by block: `add` rows, then `detector`. Keeps 16 bytes a row. For the scores that compare with templates, where these are not given,
 * hand all rows to `learn` first, and then the same rows to `add`.
 *
 * @example
 * const calibrator = new Calibrator({ rate: 0.01 });
 * for await (const rows of blocks) calibrator.add(rows);
 * detect(calibrator.detector(), today);
 */
export class Calibrator {
  readonly #options: CalibrationOptions;
  readonly #scored: { value: number; key: number }[] = [];
  /** The same coins are thrown for the rows of `learn` and, once more, for those of `add`. */
  readonly #learning: { readonly sums: TemplateSums; readonly split: Split; readonly again: Split } | undefined;
  #templates: Templates | undefined;
  #classes: number | undefined;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor(options: CalibrationOptions = {}) {
    checkOptions(options, CALIBRATION_RULES);
    const { score, templates, seed = 1 } = options;
    this.#options = options;
    if (!needsTemplates(score)) return;
    if (templates === undefined) this.#learning = { sums: new TemplateSums(), split: new Split(seed), again: new Split(seed) };
    else this.#templates = templates;
  }

  /**
   * Makes templates of some of the rows; does nothing where the score needs none, or they were given.
   *
   * @throws {SurprisalError} as {@link oodScores}; rows before the one at fault may have been counted · ERR_SHAPE for another number of classes than in the rows
   *                          before, and after the first `add`
   */
  learn(rows: RowsLike): this {
    if (this.#learning === undefined) return this;
    const { sums, split, again } = this.#learning;
    if (again.rows > 0) throw argumentError('ERR_SHAPE', 'rows', 'all rows to be learned from before the first is added', again.rows);
    sumUp(sums, toMatrix('rows', rows), this.#options, split);
    return this;
  }

  /** @throws {SurprisalError} as {@link oodScores} · ERR_SHAPE for another number of classes than in the rows before */
  add(rows: RowsLike): this {
    const source = toMatrix('rows', rows);
    checkClasses(source, this.#classes, 'in the rows before');
    if (this.#learning !== undefined && this.#learning.split.rows > 0) this.#templates ??= this.#learning.sums.templates();
    const { value, key } = scoreAll(source, { ...this.#options, templates: this.#templates });
    for (const [i, score] of value.entries()) {
      if (this.#learning?.again.makesTemplates() !== true) this.#scored.push({ value: score, key: key[i] as number });
    }
    this.#classes = source.cols;
    return this;
  }

  /** @throws {SurprisalError} ERR_EMPTY without rows · ERR_SHAPE where `learn` and `add` were not given the same number of them */
  detector(): Detector {
    if (this.#classes === undefined) throw argumentError('ERR_EMPTY', 'rows', 'one row or more', 'none');
    if (this.#learning !== undefined && this.#learning.split.rows !== this.#learning.again.rows)
      throw argumentError('ERR_SHAPE', 'rows', `the ${this.#learning.split.rows} rows that were learned from`, this.#learning.again.rows);
    const { score = 'kl-to-uniform', temperature = 1, side = 'low', rate = 0.05, level = 0.95 } = this.#options;
    const order = [...this.#scored].sort((a, b) => a.key - b.key);
    const share = side === 'two-sided' ? rate / 2 : rate;
    const low = side === 'high' ? undefined : thresholdAt(order, share, level, -Infinity);
    const high = side === 'low' ? undefined : thresholdAt(order.reverse(), share, level, Infinity);
    const told = { score, temperature, side, rate, level, classes: this.#classes, rows: order.length };
    return { format: 'surprisal-ood', version: 1, ...told, low, high, templates: this.#templates };
  }
}

/**
 * Holds new rows against a detector.
 *
 * @param detector from {@link calibrate}, or read back from JSON
 * @param rows     logits of as many classes
 * @param options  most (alarms to list; all when left out), core
 *
 * @throws {SurprisalError} as {@link oodScores} · ERR_KIND for what is no detector · ERR_SHAPE for another number of classes
 * @example
 * detect(calibrate(validation), today).count; // rows beyond the threshold
 */
export function detect(
  detector: Detector,
  rows: RowsLike,
  options: { readonly most?: number | undefined; readonly core?: Core | undefined } = {},
): Detection {
  checkOptions(options, DETECTION_RULES);
  checkDetector(detector);
  const source = toMatrix('rows', rows);
  const { score, temperature, templates, classes } = detector;
  checkClasses(source, classes, 'the detector has');
  const { value, key, predicted } = scoreAll(source, { score, temperature, templates, core: options.core });
  const [low, high] = [Number(detector.low?.key ?? -Infinity), Number(detector.high?.key ?? Infinity)];
  const alarms: Alarm[] = [];
  for (let row = 0; row < value.length; row++) {
    const own = key[row] as number;
    const told = { row, score: value[row] as number, predicted: predicted[row] as number };
    if (own < low) alarms.push({ ...told, side: 'low', beyond: low - own });
    else if (own > high) alarms.push({ ...told, side: 'high', beyond: own - high });
  }
  return { rows: value.length, count: alarms.length, scores: value, alarms: farthest(alarms, options.most) };
}

/** The alarms that are farthest beyond, of equal ones the first rows. */
export function farthest(alarms: readonly Alarm[], most?: number): Alarm[] {
  return [...alarms].sort((a, b) => (b.beyond === a.beyond ? a.row - b.row : b.beyond - a.beyond)).slice(0, most);
}

/** Which rows are from outside: 0 and 1, also as booleans or bigints. */
export type Flags = ArrayLike<number | boolean | bigint>;

function flagOf(flag: unknown, row: number): number {
  if (flag === true || flag === 1 || flag === 1n) return 1;
  if (flag === false || flag === 0 || flag === 0n) return 0;
  throw argumentError('ERR_DOMAIN', 'outside', '0 or 1 (numbers, booleans or bigints)', flag, { row });
}

/**
 * How well a score tells rows from inside the distribution from others.
 *
 * @param rows    logits of both kinds
 * @param outside 1 or true for rows from outside, 0 or false for the others, one a row
 * @param options score, temperature, templates, tpr, level, replicates, seed, core
 *
 * Edge cases  rows of one kind alone are refused
 * Accuracy    areas as scikit-learn's roc_auc_score and average_precision_score; near-certain rows are told apart by H, not by log K − H at its ceiling
 *
 * @throws {SurprisalError} as {@link oodScores} · ERR_DOMAIN for another flag (with row)
 * @example
 * oodMetrics(logits, isOod).auroc; // { value: 0.94, interval: [0.91, 0.96] }
 */
export function oodMetrics(rows: RowsLike, outside: Flags, options: MetricOptions = {}): OodMetrics {
  return new OodMeter(options).add(rows, outside).metrics();
}

/** {@link oodMetrics} block by block: `add` rows with their flags, then `metrics`. Keeps 17 bytes a row. */
export class OodMeter {
  readonly #options: MetricOptions;
  readonly #blocks: { scored: Scored; flags: Uint8Array }[] = [];
  #classes: number | undefined;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor(options: MetricOptions = {}) {
    checkOptions(options, METRIC_RULES);
    this.#options = options;
  }

  /** @throws {SurprisalError} as {@link oodMetrics} · ERR_SHAPE for another number of classes than in the rows before */
  add(rows: RowsLike, outside: Flags): this {
    const source = toMatrix('rows', rows);
    checkClasses(source, this.#classes, 'in the rows before');
    if (outside?.length !== source.rows) throw optionError('outside', outside, `${source.rows} flags, one a row`);
    const flags = Uint8Array.from(outside as ArrayLike<number>, flagOf);
    this.#blocks.push({ scored: scoreAll(source, this.#options), flags });
    this.#classes = source.cols;
    return this;
  }

  /** @throws {SurprisalError} ERR_OPTION where rows are of one kind alone */
  metrics(): OodMetrics {
    const rows = this.#blocks.reduce((sum, { flags }) => sum + flags.length, 0);
    const [keys, values, flags] = [new Float64Array(rows), new Float64Array(rows), new Uint8Array(rows)];
    let start = 0;
    for (const block of this.#blocks) {
      keys.set(block.scored.key, start);
      values.set(block.scored.value, start);
      flags.set(block.flags, start);
      start += block.flags.length;
    }
    const share = flags.reduce((sum, flag) => sum + flag, 0);
    if (share === 0 || share === rows) throw optionError('outside', flags, 'rows of both kinds, 0 inside and 1 outside');
    const { tpr = 0.95, level = 0.95, replicates = 1000, seed = 1 } = this.#options;
    return measure(keys, values, flags, { tpr, level, replicates, seed });
  }
}
