/**
 * Out-of-distribution rows: how sure a classifier is of each, a threshold at a rate of false alarms from in-distribution data alone, the rows beyond it, and,
 * where it is known which rows are which, how well a score tells them apart. Every score is a confidence: low is uncertain.
 */
import type { Core } from '../index.js';
import { checkOptions, type OptionRules, positive, unchecked, whole } from './input/options.js';
import { type RowsLike, toMatrix } from './input/tensor.js';
import { SCORE_RULES, type ScoreOptions, scoreAll, sumUp } from './ood/blocks.js';
import { type CalibrationOptions, Calibrator } from './ood/calibrator.js';
import { checkDetector, type Detector } from './ood/detector.js';
import { type Flags, type MetricOptions, OodMeter } from './ood/meter.js';
import type { OodMetrics } from './ood/metrics.js';
import { checkClasses, type Templates, TemplateSums } from './ood/scores.js';

export type { RowsLike } from './input/tensor.js';
export type { ScoreOptions } from './ood/blocks.js';
export { type CalibrationOptions, Calibrator } from './ood/calibrator.js';
export { type Detector, type Side, SIDES } from './ood/detector.js';
export { type Flags, type MetricOptions, OodMeter } from './ood/meter.js';
export type { Measured, OodMetrics } from './ood/metrics.js';
export { needsTemplates, SCORES, type ScoreName, type Scored, type Templates, TemplateSums } from './ood/scores.js';
export type { Bound, Threshold } from './ood/threshold.js';
export type { Interval } from './statistics/intervals.js';

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

const DETECTION_RULES: OptionRules = { most: whole(0), core: unchecked };

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
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE (also for one class, which only energy and max-logit take) · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_OPTION
 * @example
 * oodScores([0, 0]); // Float64Array [0]: it knows nothing
 */
export function oodScores(rows: RowsLike, options: ScoreOptions = {}): Float64Array {
  checkOptions(options, { ...SCORE_RULES, core: unchecked });
  return scoreAll(toMatrix('rows', rows), options).value;
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

/**
 * Calibrates a detector on in-distribution rows alone: alarm below (or above) the order statistic that at most `rate` of new in-distribution rows cross.
 *
 * @param rows    logits of in-distribution data that the classifier was not trained on
 * @param options score, side, rate, level, temperature, templates (of other rows), seed, core
 *
 * Edge cases  fewer than 1/rate − 1 rows set the threshold (2/rate − 1 where there are two ends): no order statistic is low enough, and there are no alarms (a threshold of '-Infinity') ·
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

/**
 * How well a score tells rows from inside the distribution from others.
 *
 * @param rows    logits of both kinds
 * @param outside 1 or true for rows from outside, 0 or false for the others, one a row
 * @param options score, temperature, templates, tpr, level, replicates, seed, core
 *
 * Edge cases  rows of one kind alone are refused · where a score tells all rows apart the AUROC's interval ends at 1 and begins below it; the others, which come from draws, are
 *             [1, 1] or [0, 0], as nothing varies
 * Accuracy    95 % intervals of the AUROC cover 94 % and more from 10 rows of either kind on, of the others 94 % of 200 rows and less of fewer: docs/ood.md · areas as scikit-learn's roc_auc_score and average_precision_score; near-certain rows are told apart by H, not by log K − H at its ceiling
 *
 * @throws {SurprisalError} as {@link oodScores} · ERR_DOMAIN for another flag (with row)
 * @example
 * oodMetrics(logits, isOod).auroc; // { value: 0.94, interval: [0.91, 0.96] }
 */
export function oodMetrics(rows: RowsLike, outside: Flags, options: MetricOptions = {}): OodMetrics {
  return new OodMeter(options).add(rows, outside).metrics();
}
