/** Annealing: the weight of the regulariser over training steps. */
import { checkGiven, checkNames, checkPositive, checkShare, checkWhole, optionError } from '../statistics/options.js';

export type Schedule = (step: number) => number;

interface Common {
  /** The weight before the rise; 0 when left out. */
  readonly from?: number | undefined;
  /** The weight after it; 1 when left out. */
  readonly to?: number | undefined;
}

const range = ({ from = 0, to = 1 }: Common) => {
  for (const [name, value] of [['from', from] as const, ['to', to] as const])
    if (!(typeof value === 'number' && value >= 0 && value < Infinity)) throw optionError(name, value, 'a finite number ≥ 0');
  return (share: number) => from + (to - from) * share;
};

/**
 * Rises in a straight line over the first `steps` steps, then stays.
 *
 * @example
 * linearSchedule({ steps: 100 })(25); // 0.25
 */
export function linearSchedule(options: Common & { readonly steps: number }): Schedule {
  checkNames(options, ['from', 'to', 'steps']);
  checkGiven(options, 'steps', 'a whole number ≥ 1');
  checkWhole('steps', options.steps, 1);
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
  checkNames(options, ['from', 'to', 'period', 'rise']);
  checkGiven(options, 'period', 'a whole number ≥ 1');
  const { period, rise = 0.5 } = options;
  checkWhole('period', period, 1);
  checkShare('rise', rise);
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
  checkNames(options, ['from', 'to', 'midpoint', 'width']);
  checkGiven(options, 'midpoint', 'a finite number');
  checkGiven(options, 'width', 'a finite number > 0');
  const { midpoint, width } = options;
  checkPositive('width', width);
  if (!Number.isFinite(midpoint)) throw optionError('midpoint', midpoint, 'a finite number');
  const at = range(options);
  return (step) => at(1 / (1 + Math.exp((midpoint - step) / width)));
}
