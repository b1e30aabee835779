/** What a comparison of groups reports. */
import type { Interval } from '../statistics/intervals.js';
import type { Level } from './predictions.js';

/** A group, among inputs of one true label where there are labels. */
export interface GroupSummary {
  readonly group: string;
  readonly label: string | undefined;
  readonly rows: number;
  /** Mean prediction; shares of inputs in the bins, or with the decisions. */
  readonly mean: Float64Array;
  /** How far `shrunk` figures draw it towards the mean of all groups: 0 not at all, 1 altogether. */
  readonly shrinkage: number;
}

interface Divergences {
  /** KL(group ‖ other), in nats; Infinity where the group has what the other never has. */
  readonly kl: number;
  readonly js: number;
}

/** One group against another: every pair comes in both orders. */
export interface GroupComparison extends Divergences {
  readonly group: string;
  readonly other: string;
  readonly label: string | undefined;
  /** Half of Σ|difference|; of decisions between two classes it is the demographic parity difference. */
  readonly totalVariation: number;
  readonly intervals: { readonly kl: Interval; readonly js: Interval };
  /** Of means that are drawn towards the mean of all groups, as far as chance explains their distance: small groups are not made much of. */
  readonly shrunk: Divergences;
  /** Of means by relabelling the inputs of the two groups, of decisions and scores by the G-test; the same in both orders. */
  readonly pValue: number;
  /** By Holm's method over all pairs, and labels. */
  readonly adjusted: number;
}

export interface DisparityReport {
  readonly of: Level;
  readonly level: number;
  readonly groups: readonly GroupSummary[];
  readonly comparisons: readonly GroupComparison[];
  /** Jensen–Shannon divergence among all groups, weighed by their rows: I(prediction; group), given the label where there are labels, of the rows that are compared (what is left out does not count). And the smallest adjusted p-value. */
  readonly overall: { readonly js: number; readonly adjusted: number };
  /** Groups that were too small. */
  readonly leftOut: readonly { readonly group: string; readonly label: string | undefined; readonly rows: number }[];
  /** The pair that is farthest apart. */
  readonly sentence: string;
}
