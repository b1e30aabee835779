/** The diagonal of the Fisher information, from gradients of each sample's log-likelihood. */
import { type FloatRows, type RowsLike, toRows, type Values, valuesOf } from '../input/tensor.js';
import { argumentError, checkOptions, oneOf, optionError } from '../input/options.js';
import { ColumnSums } from '../statistics/sum.js';

/**
 * Accumulates F_j = meanₙ E_y[(∂ log p(y|xₙ)/∂θ_j)²], batch after batch; memory is two numbers a parameter.
 *
 * Which Fisher it is depends on the y that the gradients were taken at:
 *   true, exactly     `addExact`: every class, weighted by the model's own probability of it
 *   true, by sampling `add`: one y a sample, drawn from the model by `sampleLabels`
 *   empirical         `add`: the label of the data. It is another matrix: at a well-fitted sample it is near 0 where the true one is not
 *
 * Gradients are of one sample each: the square of a batch's mean gradient, which several libraries take, is smaller by about the batch's size.
 *
 * Edge cases  before the first sample `value` is all 0
 * Accuracy    sums are compensated: relative error ≤ 4·2⁻⁵³ of each entry
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_DOMAIN (with row, column and value)
 * @example
 * const fisher = new FisherDiagonal(2);
 * fisher.add(matrix([1, 0, 3, 2], 2, 2)); // two samples' gradients
 * fisher.value; // [5, 2]
 */
export class FisherDiagonal {
  readonly #sums: ColumnSums;
  #samples = 0;

  constructor(readonly parameters: number) {
    if (!(Number.isSafeInteger(parameters) && parameters > 0)) throw optionError('parameters', parameters, 'a whole number > 0');
    this.#sums = new ColumnSums(parameters);
  }

  /** Samples seen so far. */
  get samples(): number {
    return this.#samples;
  }

  /** A row a sample: the gradient of log p(y|x) at one y. */
  add(gradients: RowsLike): this {
    const read = this.#read('gradients', gradients);
    for (let row = 0; row < read.rows; row++) this.#addRow(read, row, 1);
    this.#samples += read.rows;
    return this;
  }

  /**
   * One sample, exactly: a row a class with the gradient of log p(y|x), and the model's probabilities of the classes.
   *
   * @throws {SurprisalError} also where the probabilities do not sum to 1 within 1e-6
   */
  addExact(gradients: RowsLike, probabilities: Values): this {
    const read = this.#read('gradients', gradients);
    const weights = Array.from(valuesOf('probabilities', probabilities));
    if (weights.length !== read.rows)
      throw argumentError('ERR_SHAPE', 'probabilities', `${read.rows} entries, one a row of "gradients"`, weights.length);
    for (const [column, value] of weights.entries())
      if (!(value >= 0 && value <= 1)) throw argumentError('ERR_DOMAIN', 'probabilities', 'a number from 0 to 1', value, { column });
    const total = weights.reduce((sum, x) => sum + x, 0);
    if (!(Math.abs(total - 1) <= 1e-6)) throw argumentError('ERR_DOMAIN', 'probabilities', 'a sum of 1 within 1e-6', total);
    for (const [row, weight] of weights.entries()) this.#addRow(read, row, weight);
    this.#samples++;
    return this;
  }

  /** The mean over the samples, a number a parameter. */
  get value(): Float64Array {
    return this.#sums.values.map((sum) => (this.#samples === 0 ? 0 : sum / this.#samples));
  }

  #addRow({ data, cols }: FloatRows, row: number, weight: number): void {
    if (weight === 0) return; // a square beyond the floats times 0 would be NaN
    for (let j = 0, i = row * cols; j < cols; j++, i++) this.#sums.add(j, weight * (data[i] as number) ** 2);
  }

  /** Everything is looked through before the first sum changes. */
  #read(argument: string, given: RowsLike): FloatRows {
    const read = toRows(argument, given);
    const { data, rows, cols } = read;
    if (cols !== this.parameters) throw argumentError('ERR_SHAPE', argument, `${this.parameters} columns, one a parameter`, cols);
    for (let i = 0; i < rows * cols; i++) {
      const value = data[i] as number;
      if (!Number.isFinite(value))
        throw argumentError('ERR_DOMAIN', argument, 'a finite number', value, { row: Math.floor(i / cols), column: i % cols });
    }
    return read;
  }
}

/**
 * Importance of tasks on one scale, so that one λ serves them all: divided by its mean, or by its largest entry.
 *
 * @throws {SurprisalError} ERR_OPTION · ERR_EMPTY · ERR_DOMAIN where an entry is negative or not finite, or all are 0
 * @example
 * normalizeImportance([1, 3]); // [0.5, 1.5]
 */
export function normalizeImportance(fisher: Values, options: { readonly by?: 'mean' | 'max' } = {}): Float64Array {
  checkOptions(options, { by: oneOf('mean', 'max') });
  const { by = 'mean' } = options;
  const entries = Float64Array.from(valuesOf('fisher', fisher));
  for (const [column, value] of entries.entries())
    if (!(value >= 0 && value < Infinity)) throw argumentError('ERR_DOMAIN', 'fisher', 'a finite number ≥ 0', value, { column });
  if (!entries.some((x) => x > 0)) throw argumentError(entries.length === 0 ? 'ERR_EMPTY' : 'ERR_DOMAIN', 'fisher', 'an entry > 0', 'none');
  const scale = by === 'max' ? entries.reduce((most, x) => Math.max(most, x), 0) : meanOfAny(entries);
  return entries.map((x) => x / scale);
}

/** The mean; of entries whose sum is beyond the floats by their shares of it. */
function meanOfAny(entries: Float64Array): number {
  const sum = entries.reduce((total, x) => total + x, 0);
  return sum < Infinity ? sum / entries.length : entries.reduce((total, x) => total + x / entries.length, 0);
}
