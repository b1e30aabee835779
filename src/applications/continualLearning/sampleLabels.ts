/** Labels drawn from a model's own predictions: what the true Fisher information is sampled at. */
import { type Core, entropy, type Floats, logits } from '../../index.js';
import {
  anyWhole,
  argumentError,
  checkBeside,
  checkOptions,
  oneOf,
  type OptionRules,
  positive,
  required,
  unchecked,
} from '../input/options.js';
import { relocated, rowsFrom } from '../input/relocated.js';
import { type FloatRows, type RowsLike, sliceRows, toFloats, toMatrix } from '../input/tensor.js';
import { Random } from '../statistics/random.js';

export interface SampleOptions {
  /** Of the draws: the same seed and outputs give the same labels. Each batch wants a seed of its own, or its draws repeat those of another. */
  readonly seed: number;
  /** What the outputs are; 'logits' when left out. */
  readonly as?: 'logits' | 'probabilities' | undefined;
  /** Divides the logits; 1 when left out, which is the model's own distribution. Probabilities have none. */
  readonly temperature?: number | undefined;
  readonly core?: Core | undefined;
}

const RULES: OptionRules = { seed: required(anyWhole), as: oneOf('logits', 'probabilities'), temperature: positive, core: unchecked };

/** Entries that go through together. */
const BLOCK_ENTRIES = 2 ** 17;

/**
 * One label a row, drawn from the model's predictive distribution: y ~ p(y|x). Gradients of log p(y|x) at these, in `FisherDiagonal.add`, estimate the true Fisher information without a pass
 * for each class; at the labels of the data they give the empirical one instead.
 *
 * @param outputs the model's outputs, inputs × classes
 * @param options seed, as, temperature, core
 *
 * Shapes      outputs: rows × cols, or cols · result: rows
 * Edge cases  a class of probability 0 (a logit of −∞) is never drawn · several draws of one input: call it with several seeds
 * Accuracy    each class to within 2⁻⁵² and the rounding of a row's softmax, in the outputs' own precision
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * fisher.add(gradientsAt(inputs, sampleLabels(outputs, { seed: batch })));
 */
export function sampleLabels(outputs: RowsLike, options: SampleOptions): Int32Array {
  checkOptions(options, RULES);
  checkBeside(options, 'temperature', "as: 'logits'", options.as !== 'probabilities');
  const { seed, as = 'logits', temperature = 1, core } = options;
  const source = toMatrix('outputs', outputs);
  const { rows, cols } = source;
  if (rows === 0 || cols === 0) throw argumentError('ERR_EMPTY', 'outputs', 'at least one row and one column', `${rows} × ${cols}`);
  const labels = new Int32Array(rows);
  const random = new Random(seed);
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / cols));
  for (let start = 0; start < rows; start += step) {
    const block = toFloats(sliceRows(source, start, Math.min(step, rows - start)));
    const masses = relocated(() => massesOf(block, as, temperature, core), rowsFrom('outputs', start));
    for (let row = 0; row < block.rows; row++) labels[start + row] = draw(masses, row * block.cols, block.cols, random.uniform());
  }
  return labels;
}

function massesOf(block: FloatRows, as: 'logits' | 'probabilities', temperature: number, core?: Core): Floats {
  if (as === 'logits') return logits.softmax(block, { temperature, core }).data as Floats;
  entropy(block, { core }); // which refuses rows that are no distributions
  return block.data;
}

/**
 * The class where the running sum first exceeds the share u of the row's. Entries are taken over the largest, so that the sum is from 1 to the number of classes; u·total is then below it
 * for every u < 1, and the class that is found has mass.
 */
function draw(masses: Floats, at: number, cols: number, u: number): number {
  let top = 0;
  for (let k = at; k < at + cols; k++) top = Math.max(top, masses[k] as number);
  let total = 0;
  for (let k = at; k < at + cols; k++) total += (masses[k] as number) / top;
  const wanted = u * total;
  let [sum, label] = [0, -1];
  while (sum <= wanted) sum += (masses[at + ++label] as number) / top;
  return label;
}
