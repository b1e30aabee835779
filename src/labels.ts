/** Surprisal of labels, row by row, from masses and from logits: what functions of both kinds share. */
import { exp } from './backend/js/math/exp.js';
import { log, log1p } from './backend/js/math/log.js';
import { exponentOf, LN2, scale } from './backend/js/math/logRatio.js';
import { pairSum, wholeSum } from './backend/js/math/pairs.js';
import { largestMass } from './backend/js/math/sums.js';
import { readRow } from './rows/blocks.js';
import { deliver, outOf, type RowOptions } from './call.js';
import { type Batch, checkBatch, checkIgnore, checkLabels, type Labels, rowError } from './check.js';
import { coreOf } from './core.js';
import { mismatch, SurprisalError } from './error.js';

/** Options of functions that take labels. */
export interface LabelOptions extends RowOptions {
  /** The label of rows to leave out: their surprisal is 0, and a mean does not count them. None when left out. */
  readonly ignore?: number | undefined;
}

/** Entries of logits that are worked on at a time. */
const BLOCK_ENTRIES = 16384;

/** Fills `into` with the surprisal, in nats, of the labels of rows from `start` on; a row whose label is −1 gets 0. */
type Fill = (batch: Batch, labels: Int32Array, into: Float64Array) => void;

/** −log of the mass of each label over the row's sum, or of the mass as given. */
export function fromMasses(normalize: boolean): Fill {
  return (batch, labels, into) => {
    const row = new Float64Array(batch.cols);
    for (let r = 0; r < batch.rows; r++) {
      readRow(batch, 0, r, row, 0);
      const top = largestMass(row, 0, batch.cols);
      if (!(top >= 0 && (top > 0 || !normalize))) throw rowError('entropyRows', batch, ['mass'], r, normalize);
      const label = labels[r] as number;
      into[r] = label < 0 ? 0 : normalize ? ofMass(row, label, top) : 0 - log(row[label] as number);
    }
  };
}

/** Rows whose largest entry lies between these are summed as they are; others near 1, for a sum may neither overflow nor be subnormal. */
const SMALL = 1.1479437019748901e-41; // 2⁻¹³⁶
const LARGE = 8.711228593176025e40; // 2¹³⁶
/** What is above has all its digits, brought near 1 too. */
const LEAST = 1e-290;

/** log(P/pⱼ): of an entry above the others together as log1p(rest/pⱼ), so that near certainty keeps its digits. */
function ofMass(row: Float64Array, label: number, top: number): number {
  const mass = row[label] as number;
  if (mass === 0) return Infinity;
  const e = top >= SMALL && top <= LARGE ? 0 : exponentOf(top);
  row[label] = 0;
  if (e !== 0) for (let i = 0; i < row.length; i++) row[i] = scale(row[i] as number, -e);
  const rest = pairSum(row, row.length);
  const near = scale(mass, -e);
  if (rest <= near) return log1p(rest / near);
  // Of a quotient there is one rounding; logarithms that are added cancel where it is small.
  const quotient = (rest + near) / near;
  if (near > LEAST && quotient < Infinity) return log(quotient);
  const own = exponentOf(mass);
  return log((rest + near) / scale(mass, -own)) + (e - own) * LN2;
}

/** −log softmax of each label: log-softmax of the largest logit is log1p of the others' sum, which keeps its digits near certainty. */
export function fromLogits(temperature: number, options: LabelOptions | undefined): Fill {
  return (batch, labels, into) => {
    const { rows, cols } = batch;
    const core = coreOf(options?.core);
    const blockRows = Math.min(rows, Math.max(1, Math.floor(BLOCK_ENTRIES / cols)));
    const block = new Float64Array(blockRows * cols);
    for (let start = 0; start < rows; start += blockRows) {
      const count = Math.min(blockRows, rows - start);
      for (let r = 0; r < count; r++) readRow(batch, 0, start + r, block, r * cols);
      const logs = core.aside(count * cols, 'f64');
      try {
        core.kernels.logSoftmaxRows(checkBatch(['z'], [{ data: block.subarray(0, count * cols), rows: count, cols }]), [temperature], logs);
      } catch (error) {
        if (!(error instanceof SurprisalError) || error.row === undefined) throw error;
        throw rowError('logSoftmaxRows', batch, ['logit'], start + error.row, true);
      }
      for (let r = 0; r < count; r++) {
        const label = labels[start + r] as number;
        into[start + r] = label < 0 ? 0 : 0 - (logs[r * cols + label] as number);
      }
    }
  };
}

/** One surprisal a row, in the unit that the options ask for. */
export function evaluateLabels(batch: Batch, labels: unknown, fill: Fill, options: LabelOptions | undefined): number | Float64Array {
  // Labels are read too.
  const read = { names: [...batch.names, 'labels'], inputs: [...batch.inputs, labels as Batch['inputs'][number]] };
  const out = outOf({ ...batch, ...read }, options);
  coreOf(options?.core);
  checkIgnore(options?.ignore);
  const results = new Float64Array(batch.rows);
  fill(batch, checkLabels(labels, batch, options?.ignore), results);
  return deliver(results, batch, options, out);
}

/** e to the mean surprisal of the rows that are not left out. */
export function evaluatePerplexity(
  batch: Batch,
  labels: unknown,
  fill: Fill,
  options: Pick<LabelOptions, 'ignore' | 'core'> | undefined,
): number {
  coreOf(options?.core);
  checkIgnore(options?.ignore);
  const read = checkLabels(labels, batch, options?.ignore);
  const counted = read.reduce((count, label) => count + (label < 0 ? 0 : 1), 0);
  if (counted === 0) {
    const expected = `a label other than ${options?.ignore}`;
    throw mismatch('ERR_EMPTY', { argument: 'labels', value: labels, expected }, 'none');
  }
  const results = new Float64Array(batch.rows);
  fill(batch, read, results);
  return exp(wholeSum(results, batch.rows) / counted);
}

export type { Labels };
