/** Options of the composition functions: their defaults and checks. */
import type { LazyRows, Matrix, Vector } from '../../index.js';
import { oneOf, openShare, type OptionRules, unchecked, whole } from '../input/options.js';
import { ESTIMATORS, type Estimator } from './estimators.js';
import { MEASURES, type MeasureName } from './measures.js';
import { INTERVAL_METHODS, type IntervalMethod } from './uncertainty.js';

export interface EstimatorOptions {
  /** 'kl' (the default) or 'js', the Jensen–Shannon divergence. */
  readonly measure?: MeasureName | undefined;
  /** 'plugin' when left out: nothing is added to a count unless it is asked for. */
  readonly estimator?: Estimator | undefined;
  /** q is no sample but known: shares from elsewhere, with no error of their own. */
  readonly known?: boolean | undefined;
}

export interface CompositionOptions {
  readonly estimator?: Estimator | undefined;
  readonly known?: boolean | undefined;
  /** How intervals are made: 'inversion' when left out, which covers at 0 and far from it (docs/composition.md has the table). */
  readonly interval?: IntervalMethod | undefined;
  /** 0.95 when left out. */
  readonly level?: number | undefined;
  /** Of the bootstrap, the posterior and Monte-Carlo tests; 1,999 when left out. */
  readonly replicates?: number | undefined;
  /** Of the random numbers; 1 when left out. */
  readonly seed?: number | undefined;
  /** Names of the columns. */
  readonly columns?: readonly string[] | undefined;
  /** How many of the columns that add most are listed; 10 when left out. */
  readonly top?: number | undefined;
}

/** Samples in rows, and what is known of each. */
export interface CompositionTable {
  /** Counts or shares: samples × columns; sparse ones too. */
  readonly rows: Matrix | LazyRows | readonly Vector[];
  /** The group of each sample. */
  readonly groups: readonly string[];
  readonly columns?: readonly string[] | undefined;
  /** What samples belong together (a subject measured twice, a batch): labels are exchanged within it alone. */
  readonly pairs?: readonly string[] | undefined;
}

export interface GroupOptions {
  /** 'counts' (the default), or 'proportions': shares without their N have effect sizes and replicate-based tests alone. */
  readonly as?: 'counts' | 'proportions' | undefined;
  /** The group that the others are compared with; the first one when left out. */
  readonly reference?: string | undefined;
  /** 'sample' where there are replicates, else 'observation'. */
  readonly unit?: 'sample' | 'observation' | undefined;
  /** Adds the samples of a group up, for `unit: 'observation'`: each observation then counts as independent, which those of one sample seldom are. */
  readonly pool?: boolean | undefined;
  readonly estimator?: Estimator | undefined;
  readonly interval?: IntervalMethod | undefined;
  readonly level?: number | undefined;
  readonly replicates?: number | undefined;
  /** Relabellings that are drawn where there are more; 9,999 when left out. */
  readonly permutations?: number | undefined;
  readonly seed?: number | undefined;
  readonly top?: number | undefined;
}

export const DEFAULTS = { estimator: 'plugin', interval: 'inversion', level: 0.95, replicates: 1999, seed: 1, top: 10 } as const;
const COMMON_RULES = {
  estimator: oneOf(...ESTIMATORS),
  interval: oneOf(...INTERVAL_METHODS),
  level: openShare,
  replicates: whole(1),
  seed: whole(0),
  top: whole(0),
} as const;
const { estimator, replicates, seed } = COMMON_RULES;

export const measureRule = oneOf(...Object.keys(MEASURES));
export const ESTIMATOR_RULES: OptionRules = { measure: measureRule, estimator, known: unchecked };
export const BOOTSTRAP_RULES: OptionRules = { ...ESTIMATOR_RULES, replicates, seed };
export const COMPOSITION_RULES: OptionRules = { ...COMMON_RULES, known: unchecked, columns: unchecked };
export const GROUP_RULES: OptionRules = {
  as: oneOf('counts', 'proportions'),
  reference: unchecked,
  unit: oneOf('sample', 'observation'),
  pool: unchecked,
  permutations: whole(1),
  ...COMMON_RULES,
};

/** Options without those that are undefined, so that defaults take their place. */
export function defined<Options extends object>(options: Options): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
