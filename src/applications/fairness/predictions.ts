/** Predictions as they come, and what of them is compared. */
import { type Core, type Floats, logits, type Matrix, matrix } from '../../index.js';
import { argumentError, optionError, type OptionRule } from '../input/options.js';
import { type RowsLike, toFloats, toMatrix } from '../input/tensor.js';

/** A row of class probabilities or logits for each input; of two classes also one number an input, which belongs to the second. */
export type Predictions = RowsLike;

export type PredictionKind = 'probabilities' | 'logits';

/** What of predictions is compared between groups: their means, the distributions of one class's probability, or the classes that are decided for. */
export type Level = 'means' | 'scores' | 'decisions';

/** Edges of bins, or how many of equal width from 0 to 1; 1,000 at most. */
export type Bins = number | readonly number[];

const isEdges = (edges: readonly unknown[]): boolean =>
  edges.length > 1 && edges.every((edge, i) => typeof edge === 'number' && (i === 0 || edge > (edges[i - 1] as number)));

/** Every input takes a row of as many. */
const MOST_BINS = 1_000;

export const binsRule: OptionRule = {
  expected: 'a whole number from 2 to 1,000, or edges of as many bins that rise and hold 0 and 1 between them',
  accepts: (value) =>
    Array.isArray(value)
      ? isEdges(value) && value[0] <= 0 && value.at(-1) >= 1 && value.length <= MOST_BINS + 1
      : Number.isSafeInteger(value) && (value as number) >= 2 && (value as number) <= MOST_BINS,
};

/** Whether predictions are one number an input: an array, {data, dtype} of 16-bit floats, a tensor of one dimension, an Arrow vector of numbers. */
export function isPlain(predictions: Predictions): boolean {
  if (Array.isArray(predictions) || ArrayBuffer.isView(predictions)) return true;
  if (typeof predictions !== 'object' || predictions === null) return false;
  const { shape, dims, type, length } = predictions as {
    shape?: ArrayLike<number>;
    dims?: ArrayLike<number>;
    type?: unknown;
    length?: number;
  };
  const sizes = shape ?? dims;
  if (sizes !== undefined) return sizes.length === 1;
  if ('dtype' in predictions && !('rows' in predictions)) return true; // the bits of halves, as {data, dtype}
  return typeof type === 'object' && length !== undefined && toMatrix('predictions', predictions).cols === length && length > 1;
}

/** Rows of floats, one an input. */
export type Rows = Matrix & { readonly data: Floats };

/**
 * Predictions as rows of floats that stand for probabilities or logits; a plain array becomes rows of two classes.
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW
 */
export function readRows(argument: string, predictions: Predictions, as: PredictionKind): Rows {
  const given = toMatrix(argument, predictions);
  const rows = isPlain(predictions) ? pairsOf(argument, given, as) : toFloats(given);
  if (rows.cols < 2) throw argumentError('ERR_SHAPE', argument, 'two classes or more', rows.cols);
  checkRows(argument, rows, as);
  return rows;
}

/** One number an input, of the second class, as rows of both. */
function pairsOf(argument: string, given: Matrix, as: PredictionKind): Rows {
  const { data } = toFloats(given);
  const pairs = data instanceof Float32Array ? new Float32Array(2 * data.length) : new Float64Array(2 * data.length);
  for (const [row, value] of data.entries()) {
    if (as === 'probabilities' && !(value >= 0 && value <= 1))
      throw argumentError('ERR_DOMAIN', argument, 'a probability, 0 to 1', value, { row });
    pairs[2 * row] = as === 'logits' ? 0 : 1 - value;
    pairs[2 * row + 1] = value;
  }
  return matrix(pairs, data.length, 2) as Rows;
}

function checkRows(argument: string, { data, rows, cols }: Rows, as: PredictionKind): void {
  if (rows === 0) throw argumentError('ERR_EMPTY', argument, 'at least one row', 'none');
  const isLogit = as === 'logits';
  for (let row = 0; row < rows; row++) {
    let some = false;
    for (let column = 0; column < cols; column++) {
      const value = data[row * cols + column] as number;
      // −∞ masks a class.
      if (!(value < Infinity && (isLogit || value >= 0)))
        throw argumentError('ERR_DOMAIN', argument, isLogit ? 'a finite number, or −Infinity' : 'a finite number ≥ 0', value, {
          row,
          column,
        });
      some ||= isLogit ? value > -Infinity : value > 0;
    }
    if (!some) throw argumentError('ERR_ZERO_ROW', argument, 'a row with some mass', 'none', { row });
  }
}

/** Rows as probabilities that sum to 1. */
export function probabilitiesOf(source: Rows, as: PredictionKind, core: Core | undefined): Float64Array[] {
  const { rows, cols } = source;
  const shares = as === 'logits' ? (logits.softmax(source, { core }).data as Floats) : source.data;
  return Array.from({ length: rows }, (_, row) => {
    const own = Float64Array.from(shares.subarray(row * cols, (row + 1) * cols));
    const total = own.reduce((sum, share) => sum + share, 0);
    return total === 1 ? own : own.map((share) => share / total);
  });
}

export interface LevelSettings {
  readonly of: Level;
  readonly bins: Bins;
  /** Class whose probability is the score. */
  readonly score: number | undefined;
  /** The second of two classes is decided for from this probability on. */
  readonly threshold: number | undefined;
}

/** What of each row is compared, as a distribution: itself, or a 1 in the cell of its score or decision. */
export function cellsOf(rows: readonly Float64Array[], settings: LevelSettings): readonly Float64Array[] {
  if (settings.of === 'means') return rows;
  const cols = (rows[0] as Float64Array).length;
  if (settings.of === 'decisions') {
    const decide = decision(cols, settings.threshold);
    return rows.map((row) => unit(decide(row), cols));
  }
  const { score = cols - 1, bins } = settings;
  if (score >= cols) throw optionError('score', score, `a class, 0 to ${cols - 1}`);
  const edges = typeof bins === 'number' ? Array.from({ length: bins + 1 }, (_, i) => i / bins) : bins;
  return rows.map((row) => unit(binOf(row[score] as number, edges), edges.length - 1));
}

/** The class that is decided for: of the largest probability, of equal ones the first; or by a threshold on the second of two. */
export function decision(cols: number, threshold: number | undefined): (row: Float64Array) => number {
  if (threshold === undefined) return (row) => row.indexOf(row.reduce((most, share) => Math.max(most, share), 0));
  if (cols !== 2) throw optionError('threshold', threshold, `to be left out where there are ${cols} classes`);
  return (row) => ((row[1] as number) >= threshold ? 1 : 0);
}

/** Bin i holds edges[i] ≤ x < edges[i + 1], the last one its upper edge too. */
function binOf(x: number, edges: readonly number[]): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

function unit(cell: number, cols: number): Float64Array {
  const row = new Float64Array(cols);
  row[cell] = 1;
  return row;
}
