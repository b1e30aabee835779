/** Thresholds at a rate of false alarms, from in-distribution scores alone. */
import type { Interval } from '../statistics/intervals.js';
import { root } from '../statistics/roots.js';
import { lowerBeta } from '../statistics/special.js';

/** A number that JSON keeps: it has no word for the infinite ones, which are told in letters. `Number(bound)` is the number. */
export type Bound = number | 'Infinity' | '-Infinity';

/** One end of what is taken as in-distribution. */
export interface Threshold {
  /** Alarm beyond it; 'Infinity', or '-Infinity', where the sample is too small for the rate: then there is none. */
  readonly value: Bound;
  /** What is compared: the score's key, which has no ceiling. */
  readonly key: Bound;
  /** Where the quantile of all in-distribution scores lies: covers it with at least the level, whatever their distribution. */
  readonly interval: readonly [Bound, Bound];
  /** The share of new in-distribution rows that will raise an alarm, given this sample. */
  readonly rate: { readonly expected: number; readonly interval: Interval };
}

/**
 * The threshold below which a share of at most `rate` of new rows falls, in expectation: of n scores the k-th smallest, k = ⌊rate·(n + 1)⌋.
 *
 * @param order scores in ascending order (descending for the upper end), with their keys
 *
 * Source  the share below the k-th of n is Beta(k, n − k + 1): S. S. Wilks, Ann. Math. Stat. 12 (1941); as conformal prediction: V. Vovk et al. (2005)
 */
export function thresholdAt(order: readonly { value: number; key: number }[], rate: number, level: number, none: number): Threshold {
  const n = order.length;
  // A product that is whole on paper may be a rounding short of it.
  const k = Math.floor(rate * (n + 1) * (1 + 2 ** -50));
  const never = boundOf(none);
  if (k === 0) return { value: never, key: never, interval: [never, never], rate: { expected: 0, interval: [0, 0] } };
  const tail = (1 - level) / 2;
  const at = (rank: number) => (rank < 1 ? none : rank > n ? -none : (order[rank - 1] as { value: number }).value);
  const shareBelow = (p: number) => root((x) => lowerBeta(x, k, n - k + 1) - p, 0, 1);
  const [low, high] = [rankWhere(n, rate, 1 - tail), rankWhere(n, rate, tail) + 1];
  const { value, key } = order[k - 1] as { value: number; key: number };
  const ends = [at(low), at(high)].sort((a, b) => a - b).map(boundOf) as [Bound, Bound];
  return {
    value: boundOf(value),
    key: boundOf(key),
    interval: ends,
    rate: { expected: k / (n + 1), interval: [shareBelow(tail), shareBelow(1 - tail)] },
  };
}

function boundOf(x: number): Bound {
  return Number.isFinite(x) ? x : x > 0 ? 'Infinity' : '-Infinity';
}

/** The largest rank j with P(j of n or more below the quantile) ≥ p; 0 where there is none. */
function rankWhere(n: number, rate: number, p: number): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lowerBeta(rate, middle, n - middle + 1) >= p) low = middle;
    else high = middle - 1;
  }
  return low;
}
