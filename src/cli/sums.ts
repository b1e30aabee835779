import { sliceRows, toFloats, toMatrix } from '../applications/input/tensor.js';
import { formatNumber } from '../report/format.js';
import type { StepBlocks } from './blocks.js';

/** How far from 1 a row of probabilities may sum: rounding to a few decimals, not another kind of number. */
const TOLERANCE = 1e-3;

/** Rows that are looked at. */
const ROWS = 1000;

/**
 * What to say of rows that are scored as probabilities and are none, as the sums of the first ones show: counts, logits that happen to be positive, an id among the
 * columns. They are divided by their sums all the same.
 *
 * @param advice how the command takes other kinds of numbers
 */
export function notesOnSums({ p, q }: Pick<StepBlocks, 'p' | 'q'>, advice: string): string[] {
  return Object.entries({ P: p, Q: q }).flatMap(([side, operand]) => {
    if (operand === undefined || typeof operand === 'string') return [];
    const given = toMatrix(side, operand);
    const { data, rows, cols } = toFloats(sliceRows(given, 0, Math.min(ROWS, given.rows)));
    const sums = Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let i = row * cols; i < (row + 1) * cols; i++) sum += data[i] as number;
      return sum;
    }).sort();
    const [least, most] = [sums[0] as number, sums[rows - 1] as number];
    if (Math.max(1 - least, most - 1) <= TOLERANCE) return [];
    const range = least === most ? formatNumber(most) : `${formatNumber(least)} to ${formatNumber(most)}`;
    return `Rows of ${side} sum to ${range}, not to 1, and were divided by their sums: ${advice}.`;
  });
}
