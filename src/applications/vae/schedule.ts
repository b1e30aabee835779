/** Annealing: the weight of the regulariser over training steps. */
import { anyNumber, checkOptions, notNegative, openShare, type OptionRules, positive, required, whole } from '../input/options.js';

export type Schedule = (step: number) => number;

interface Common {
  /** The weight before the rise; 0 when left out. */
  readonly from?: number | undefined;
  /** The weight after it; 1 when left out. */
  readonly to?: number | undefined;
}

const COMMON_RULES: OptionRules = { from: notNegative, to: notNegative };

const range =
  ({ from = 0, to = 1 }: Common) =>
  (share: number) =>
    from + (to - from) * share;

/**
 * Rises in a straight line over the first `steps` steps, then stays.
 *
 * @example
 * linearSchedule({ steps: 100 })(25); // 0.25
 */
export function linearSchedule(options: Common & { readonly steps: number }): Schedule {
  checkOptions(options, { ...COMMON_RULES, steps: required(whole(1)) });
  const at = range(options);
  return (step) => at(Math.min(1, Math.max(0, step / options.steps)));
}

/**
 * Rises again and again: each cycle of `period` steps rises in a straight line over its first `rise` share and stays for the rest.
 * Source: H. Fu et al., NAACL 2019.
 *
 * @example
 * cyclicalSchedule({ period: 100, rise: 0.5 })(125); // 0.5
 */
export function cyclicalSchedule(options: Common & { readonly period: number; readonly rise?: number | undefined }): Schedule {
  checkOptions(options, { ...COMMON_RULES, period: required(whole(1)), rise: openShare });
  const { period, rise = 0.5 } = options;
  const at = range(options);
  return (step) => at(Math.min(1, (((step % period) + period) % period) / (rise * period)));
}

/**
 * Rises along 1/(1 + e^(−(step − midpoint)/width)). Source: S. Bowman et al., CoNLL 2016.
 *
 * @example
 * logisticSchedule({ midpoint: 1000, width: 100 })(1000); // 0.5
 */
export function logisticSchedule(options: Common & { readonly midpoint: number; readonly width: number }): Schedule {
  checkOptions(options, { ...COMMON_RULES, midpoint: required(anyNumber), width: required(positive) });
  const { midpoint, width } = options;
  const at = range(options);
  return (step) => at(1 / (1 + Math.exp((midpoint - step) / width)));
}
