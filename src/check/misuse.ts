/** Numbers of another kind in the place of masses: what a refused row looks like, and which function takes such rows. */
import type { KernelName } from '../backend/contract.js';

/** How far from 1 the sum of a row of probabilities may be: rounding to a few decimals, not another kind of number. */
export const SUM_TOLERANCE = 1e-3;

/** The function that takes logits. Most kernels serve several functions, and `logits` has them by the same names. */
function takerOf(kernel: KernelName): string {
  return kernel === 'klRows'
    ? 'logits.klDivergence'
    : 'the function of this name in "logits" (where there is none, to logits.softmax first)';
}

/** And in bfloat16: rounding its entries may move the sum by half a unit of eight bits. */
export const COARSE_SUM_TOLERANCE = 2 ** -8;

export function isNearOne(sum: number, tolerance = SUM_TOLERANCE): boolean {
  return Math.abs(sum - 1) <= tolerance;
}

/** The end of the message for a row with a negative entry: log-probabilities are known by the sum of their exponentials. '' for one that is only just below 0. */
export function adviceOnNegative(kernel: KernelName, row: readonly number[]): string {
  const taker = takerOf(kernel);
  const isLog = row.every((x) => x <= 0) && isNearOne(row.reduce((sum, x) => sum + Math.exp(x), 0));
  if (isLog) return `: these look like log-probabilities, which go as they are to ${taker}`;
  const isRounding = row.every((x) => x > -SUM_TOLERANCE) && isNearOne(row.reduce((sum, x) => sum + x, 0));
  return isRounding ? '' : `: if these are logits, they go to ${taker}`;
}

/** The end of the message for a row of masses that had to sum to 1. */
export function adviceOnSum(kernel: KernelName, row: readonly number[]): string {
  const divided = 'leave "normalize" out, and rows are divided by their sums';
  if (row.every(Number.isInteger)) return `: for counts, ${divided}`;
  return `: for masses, ${divided}; logits go to ${takerOf(kernel)}`;
}
