/** Options of the composition functions: their defaults and checks. */
import type { LazyRows, Matrix, Vector } from '../../index.js';
import { checkChoice, checkNames, checkShare, checkWhole } from '../statistics/options.js';
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
const OPTIONS = ['estimator', 'known', 'interval', 'level', 'replicates', 'seed', 'columns', 'top'];
const GROUP_OPTIONS = ['as', 'reference', 'unit', 'pool', 'estimator', 'interval', 'level', 'replicates', 'permutations', 'seed', 'top'];

export function checkEstimator({ measure, estimator }: EstimatorOptions): void {
  checkChoice('measure', measure, Object.keys(MEASURES));
  checkChoice('estimator', estimator, ESTIMATORS);
}

export function checkCommon(options: CompositionOptions & GroupOptions): void {
  checkEstimator(options);
  checkChoice('interval', options.interval, INTERVAL_METHODS);
  checkShare('level', options.level);
  checkWhole('replicates', options.replicates, 1);
  checkWhole('seed', options.seed, 0);
  checkWhole('top', options.top, 0);
}

export function checkComposition(options: CompositionOptions): void {
  checkNames(options, OPTIONS);
  checkCommon(options);
}

export function checkGroupOptions(options: GroupOptions): void {
  checkNames(options, GROUP_OPTIONS);
  checkCommon(options);
  checkChoice('as', options.as, ['counts', 'proportions']);
  checkChoice('unit', options.unit, ['sample', 'observation']);
  checkWhole('permutations', options.permutations, 1);
}

/** Options without those that are undefined, so that defaults take their place. */
export function defined<Options extends object>(options: Options): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
