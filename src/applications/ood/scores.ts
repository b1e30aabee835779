/** Confidence of each row of logits by name: low is uncertain for every one of them. */
import { type Core, klDivergence, logits, type Matrix, matrix } from '../../index.js';
import { argumentError, optionError } from '../input/options.js';
import { relocated, rowsFrom } from '../input/relocated.js';
import { type RowsLike, toFloats, toMatrix } from '../input/tensor.js';
import type { Split } from './split.js';

/**
 * 'kl-to-uniform': KL(softmax ‖ uniform) = log K − H · 'entropy': −H · 'reverse-kl-to-uniform': KL(uniform ‖ softmax) · 'max-softmax': the largest probability ·
 * 'max-logit' · 'energy': T·log Σ e^(z/T), which is the energy with its sign turned · 'kl-matching': −KL(softmax ‖ template of the predicted class) ·
 * 'kl-matching-min': −min over classes of it.
 */
export const SCORES = [
  'kl-to-uniform',
  'entropy',
  'reverse-kl-to-uniform',
  'max-softmax',
  'max-logit',
  'energy',
  'kl-matching',
  'kl-matching-min',
] as const;
export type ScoreName = (typeof SCORES)[number];

/** Whether a score compares with the templates of `templatesOf`. */
export function needsTemplates(score: ScoreName | undefined): boolean {
  return score === 'kl-matching' || score === 'kl-matching-min';
}

/** What a class's rows look like in the mean: K × K probabilities, a row a class, zeros where no row was of it. Plain data, as JSON keeps it. */
export interface Templates {
  readonly classes: number;
  readonly means: readonly number[];
  /** Rows that each is the mean of. */
  readonly counts: readonly number[];
}

/** JSON comes from anywhere. */
export function isTemplates(value: unknown): value is Templates {
  const { classes, means, counts } = (value ?? {}) as Partial<Templates>;
  const isFilled = (list: unknown, length: number) =>
    Array.isArray(list) && list.length === length && list.every((x) => Number.isFinite(x) && x >= 0);
  return Number.isSafeInteger(classes) && isFilled(means, (classes as number) ** 2) && isFilled(counts, classes as number);
}

/**
 * Refuses rows of another number of classes than there should be; undefined stands for any.
 *
 * @throws {SurprisalError} ERR_SHAPE
 */
export function checkClasses({ cols }: Matrix, classes: number | undefined, owner: string): void {
  if (classes !== undefined && cols !== classes) throw argumentError('ERR_SHAPE', 'rows', `${classes} classes, as ${owner}`, cols);
}

/**
 * Refuses rows of which a score says nothing: those without entries, and one class, whose softmax is 1 whatever its logit is.
 *
 * @throws {SurprisalError} ERR_EMPTY · ERR_SHAPE
 */
export function checkScorable({ rows, cols }: Matrix, score: ScoreName): void {
  if (rows === 0 || cols === 0) throw argumentError('ERR_EMPTY', 'rows', 'at least one row and one column', `${rows} × ${cols}`);
  if (cols === 1 && score !== 'max-logit' && score !== 'energy')
    throw argumentError('ERR_SHAPE', 'rows', `two classes or more for '${score}'`, cols);
}

/** Scores, and keys that order rows as the scores do where these run into a ceiling or a floor: a probability of 1 − 1e-20 is told from one of 1 − 1e-30. */
export interface Scored {
  readonly value: Float64Array;
  readonly key: Float64Array;
  /** The class with the largest logit. */
  readonly predicted: Int32Array;
}

export interface ScoreSettings {
  readonly score: ScoreName;
  readonly temperature: number;
  readonly templates?: Templates | undefined;
  readonly core?: Core | undefined;
}

export function scoreRows(rows: Matrix, { score, temperature, templates, core }: ScoreSettings): Scored {
  const options = { temperature, core };
  const predicted = predict(rows);
  const plain = (value: Float64Array): Scored => ({ value, key: value, predicted });
  switch (score) {
    case 'kl-to-uniform':
    case 'entropy': {
      const [kl, entropy] = [logits.klToUniform(rows, options), logits.entropy(rows, options)];
      const key = kl.map((value, i) => twoEnded(value, entropy[i] as number));
      return { value: score === 'entropy' ? entropy.map((value) => 0 - value) : kl, key, predicted };
    }
    case 'reverse-kl-to-uniform': {
      const uniform = toFloats(rows).data instanceof Float32Array ? new Float32Array(rows.cols) : new Float64Array(rows.cols);
      return plain(logits.klDivergence(uniform, rows, options));
    }
    case 'max-softmax': {
      const surprisal = logits.surprisal(rows, predicted, options);
      return { value: surprisal.map((value) => Math.exp(-value)), key: surprisal.map((value) => 0 - value), predicted };
    }
    case 'max-logit': {
      logits.logSumExp(rows, options); // which looks the rows through
      const { data, cols } = toFloats(rows);
      return plain(Float64Array.from(predicted, (place, row) => data[row * cols + place] as number));
    }
    case 'energy':
      return plain(logits.logSumExp(rows, options).map((value) => temperature * value));
    default:
      return plain(matching(rows, predicted, score === 'kl-matching', templates, options));
  }
}

/**
 * An order of rows by log K − H that keeps its digits at both ends: by log K − H itself below the middle, by H above it; both as logarithms of their share of
 * log K / 2.
 */
function twoEnded(kl: number, entropy: number): number {
  const half = (kl + entropy) / 2;
  return kl < half ? Math.log(kl / half) : -Math.log(entropy / half);
}

function predict(rows: Matrix): Int32Array {
  const { data, cols } = toFloats(rows);
  const predicted = new Int32Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    let place = 0;
    for (let i = 1; i < cols; i++) if ((data[row * cols + i] as number) > (data[row * cols + place] as number)) place = i;
    predicted[row] = place;
  }
  return predicted;
}

/** A class without a template was never predicted: its rows are as far away as can be. */
function matching(
  rows: Matrix,
  predicted: Int32Array,
  byPrediction: boolean,
  templates: Templates | undefined,
  options: { temperature: number; core: Core | undefined },
): Float64Array {
  if (templates?.classes !== rows.cols) throw optionError('templates', templates, `those of ${rows.cols} classes, made by templatesOf`);
  const p = logits.softmax(wide(rows), options);
  const best = new Float64Array(rows.rows).fill(-Infinity);
  for (let k = 0; k < rows.cols; k++) {
    if (templates.counts[k] === 0) continue;
    const divergences = klDivergence(p, templates.means.slice(k * rows.cols, (k + 1) * rows.cols), { core: options.core });
    for (const [row, divergence] of divergences.entries()) {
      if (!byPrediction || predicted[row] === k) best[row] = Math.max(best[row] as number, 0 - divergence);
    }
  }
  return best;
}

/** `templatesOf` block by block: `add` rows, then `templates`. */
export class TemplateSums {
  #classes: number | undefined;
  #sums = new Float64Array(0);
  #counts = new Float64Array(0);

  /**
   * @param split which of the rows count; all when left out
   * @throws {SurprisalError} as `oodScores` · ERR_SHAPE for another number of classes than in the rows before
   */
  add(given: RowsLike, temperature: number, core?: Core | undefined, split?: Split | undefined): void {
    const rows = toMatrix('rows', given);
    const { cols } = rows;
    checkScorable(rows, 'kl-matching');
    checkClasses(rows, this.#classes, 'in the rows before');
    const { data } = relocated(() => logits.softmax(wide(rows), { temperature, core }), rowsFrom('rows', 0));
    if (this.#classes === undefined) {
      this.#classes = cols;
      [this.#sums, this.#counts] = [new Float64Array(cols * cols), new Float64Array(cols)];
    }
    for (const [row, place] of predict(rows).entries()) {
      if (split?.makesTemplates() === false) continue;
      this.#counts[place] = (this.#counts[place] as number) + 1;
      for (let i = 0; i < cols; i++) {
        this.#sums[place * cols + i] = (this.#sums[place * cols + i] as number) + (data[row * cols + i] as number);
      }
    }
  }

  templates(): Templates {
    const classes = this.#classes ?? 0;
    const counts = [...this.#counts];
    const means = Array.from(this.#sums, (sum, i) => sum / Math.max(1, counts[Math.floor(i / classes)] as number));
    return { classes, means, counts };
  }
}

function wide(rows: Matrix): Matrix {
  const { data, rows: count, cols } = toFloats(rows);
  return matrix(data instanceof Float64Array ? data : Float64Array.from(data), count, cols);
}
