/** Thresholds of in-distribution rows, block by block, with templates of a part of them where the score needs some. */
import { anyWhole, argumentError, checkOptions, oneOf, openShare, type OptionRules, unchecked } from '../input/options.js';
import { type RowsLike, toMatrix } from '../input/tensor.js';
import { SCORE_RULES, type ScoreOptions, scoreAll, sumUp } from './blocks.js';
import { type Detector, type Side, SIDES } from './detector.js';
import { checkClasses, needsTemplates, type Templates, TemplateSums } from './scores.js';
import { Split } from './split.js';
import { thresholdAt } from './threshold.js';

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

const CALIBRATION_RULES: OptionRules = {
  ...SCORE_RULES,
  side: oneOf(...SIDES),
  rate: openShare,
  level: openShare,
  seed: anyWhole,
  core: unchecked,
};

/**
 * `calibrate` block by block: `add` rows, then `detector`. Keeps 16 bytes a row. For the scores that compare with templates, where these are not given,
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
   * @throws {SurprisalError} as `oodScores`; rows before the one at fault may have been counted · ERR_SHAPE for another number of classes than in the rows
   *                          before, and after the first `add`
   */
  learn(rows: RowsLike): this {
    if (this.#learning === undefined) return this;
    const { sums, split, again } = this.#learning;
    if (again.rows > 0) throw argumentError('ERR_SHAPE', 'rows', 'all rows to be learned from before the first is added', again.rows);
    sumUp(sums, toMatrix('rows', rows), this.#options, split);
    return this;
  }

  /** @throws {SurprisalError} as `oodScores` · ERR_SHAPE for another number of classes than in the rows before */
  add(rows: RowsLike): this {
    const source = toMatrix('rows', rows);
    checkClasses(source, this.#classes, 'in the rows before');
    const isLearned = this.#learning !== undefined && this.#learning.split.rows > 0;
    const templates = this.#templates ?? (isLearned ? this.#learning?.sums.templates() : undefined);
    const { value, key } = scoreAll(source, { ...this.#options, templates });
    // From the first rows on that are counted: after rows that were refused there may be more to learn from.
    this.#templates = templates;
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
