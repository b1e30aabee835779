/**
 * Drift: does what comes in still look like what the model was made for? A baseline is fitted once and is a small JSON; a monitor counts rows and says, a feature a line, how far
 * they are and whether that is more than chance, at a false-alarm rate that holds for all features together.
 */
import { klDivergence, type Matrix, populationStabilityIndex, type Vector } from '../index.js';
import { gTestOf, weightedSamples } from './composition/gTest.js';
import { MEASURES } from './composition/measures.js';
import { makePair, shares } from './composition/pair.js';
import { cellsOf, intervalOf } from './composition/uncertainty.js';
import { type Baseline, type BaselineOptions, checkBaseline, fitCells, type Row } from './drift/baseline.js';
import { Counters, type WindowOptions } from './drift/counters.js';
import { cellNames, shownCounts, testedCounts } from './drift/features.js';
import { type DriftReport, sentenceOf, topCells } from './drift/report.js';
import { fromLogRatios, knn, type SampleEstimate } from './drift/samples.js';
import type { CounterState } from './drift/state.js';
import { driftThresholds } from './drift/thresholds.js';
import { argumentError, checkOptions, openShare, optionError, type OptionRules, positive, whole } from './input/options.js';
import { holm } from './statistics/multiplicity.js';

export type { Baseline, BaselineOptions, FeatureOptions, Row } from './drift/baseline.js';
export type { Binning } from './drift/bins.js';
export type { BaselineFeature } from './drift/features.js';
export type { CellReport, DriftReport, FeatureReport } from './drift/report.js';
export type { SampleEstimate } from './drift/samples.js';
export type { CounterState } from './drift/state.js';
export { driftThresholds, type Thresholds } from './drift/thresholds.js';
export type { Interval } from './statistics/intervals.js';

/**
 * Fits a baseline: cells for each feature, and how often the baseline's rows fall into them.
 *
 * @param rows    objects {feature: value}; numbers make a numeric feature, anything else a categorical one; null, undefined, NaN and '' are missing
 * @param options binning ('quantile' when left out), bins (10), categories (50), features: the same by name, with kind and edges
 * @returns       plain JSON
 *
 * Edge cases  missing values are a cell of their own; so are, in reports, categories beyond the most frequent, and those that come later; the test counts these by a hash of their text, as cells
 *             that the baseline's rows have chosen would alarm too often (docs/drift.md) · values that repeat share a cell · outer cells are open
 *             · in a monitor a text where numbers were counts as the number that it says ('3.5', '1e3'), and is missing where it says none, as true, [] and dates are
 *
 * @throws {SurprisalError} ERR_EMPTY · ERR_KIND (with row) · ERR_OPTION, also for an option that would not be heeded: bins beside edges or 'doane', edges for categories
 * @example
 * const baseline = fitBaseline(rows, { features: { age: { binning: 'fixed', edges: [18, 30, 65] } } });
 */
export function fitBaseline(rows: readonly Row[], options: BaselineOptions = {}): Baseline {
  return fitCells(rows, options);
}

export interface DriftOptions extends WindowOptions {
  /** P(an alarm) while nothing drifts, over all features of one check; 0.01 when left out. */
  readonly falseAlarmRate?: number | undefined;
  /** Monte-Carlo samples where counts are too small for χ²; more where many features need smaller p-values, up to 100,000. 1,999 when left out. */
  readonly replicates?: number | undefined;
  /** 1 when left out. */
  readonly seed?: number | undefined;
  /** Contributing cells that are listed for each feature; 3 when left out. */
  readonly top?: number | undefined;
}

const RULES: OptionRules = {
  falseAlarmRate: openShare,
  replicates: whole(1),
  seed: whole(0),
  top: whole(0),
  window: whole(1),
  halfLife: positive,
};

/**
 * Counts rows against a baseline: `update` as they come, `check` when you want to know.
 *
 * Counters `merge` across workers (`state()` is JSON), slide (`window` rows) or decay (`halfLife` rows); memory does not grow with rows.
 *
 * @example
 * const monitor = new DriftMonitor(JSON.parse(text), { falseAlarmRate: 0.01, window: 5000 });
 * monitor.update({ age: 31, country: 'NO' });
 * if (monitor.check().alarm) page();
 */
export class DriftMonitor {
  readonly #baseline: Baseline;
  readonly #counters: Counters;
  readonly #settings: CheckSettings;

  /** @throws {SurprisalError} ERR_KIND where the baseline is none of this version · ERR_DOMAIN where its counts are not whole or not those of its rows · ERR_OPTION */
  constructor(baseline: Baseline, options: DriftOptions = {}) {
    checkBaseline(baseline);
    checkOptions(options, RULES);
    if (options.window !== undefined && options.halfLife !== undefined)
      throw optionError('halfLife', options.halfLife, 'to be left out beside window');
    const { falseAlarmRate = 0.01, replicates = 1999, seed = 1, top = 3 } = options;
    this.#settings = { falseAlarmRate, replicates, seed, top };
    this.#baseline = baseline;
    this.#counters = new Counters(baseline, options);
  }

  /**
   * Counts a row, or many.
   *
   * @throws {SurprisalError} ERR_KIND (with row) where one is no object, or a category has no text: nothing is counted then
   */
  update(rows: Row | readonly Row[]): this {
    this.#counters.add(Array.isArray(rows) ? rows : [rows as Row]);
    return this;
  }

  /**
   * Takes in the counts of another monitor of the same baseline and options, or its `state()`: in a sliding window its rows come after those here; decaying counts
   * are added as they stand.
   *
   * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_DOMAIN (nothing is taken then)
   */
  merge(other: DriftMonitor | CounterState): this {
    this.#counters.merge(other instanceof DriftMonitor ? other.state() : other);
    return this;
  }

  /** The counts, as JSON for `merge` elsewhere. */
  state(): CounterState {
    return this.#counters.state();
  }

  /** Forgets all rows; the baseline stays. */
  reset(): this {
    this.#counters.reset();
    return this;
  }

  /**
   * What the rows so far say.
   *
   * @throws {SurprisalError} ERR_EMPTY where there are none
   */
  check(): DriftReport {
    if (this.#counters.rows === 0) throw argumentError('ERR_EMPTY', 'window', 'one row or more', 0);
    return reportOf(this.#baseline, this.#counters, this.#settings);
  }
}

type CheckSettings = Readonly<Record<'falseAlarmRate' | 'seed' | 'top' | 'replicates', number>>;

/** Monte-Carlo samples of a feature, unless more are asked for: a second or so. */
const MOST = 1e5;

/** Tests all features, and tells how far each is from its baseline. */
function reportOf(baseline: Baseline, counters: Counters, { falseAlarmRate, seed, replicates, top }: CheckSettings): DriftReport {
  const { features, rows } = baseline;
  const { size, weights } = counters;
  // Holm's first step compares with rate/features: small differences of many rare cells need as many samples to be told apart from chance.
  const enough = Math.max(replicates, Math.min(MOST, Math.ceil((20 * features.length) / falseAlarmRate)));
  const found = features.map((feature, f) => {
    const counts = counters.counts(f);
    const { window, baseline: before } = testedCounts(feature, counts);
    const pair = makePair(window, before, false);
    const settings = { replicates: enough, seed: seed + f };
    const test = weights === undefined ? gTestOf(pair, settings) : weightedSamples(pair.x, pair.y, weights, settings);
    return { feature, counts, pair, test };
  });
  const adjusted = holm(found.map(({ test }) => test.pValue));
  const reports = found.map(({ feature, counts, pair, test }, f) => {
    const settings = { method: 'inversion', estimator: 'plugin', level: 0.95, replicates, seed } as const;
    const shown = makePair(shownCounts(counts, feature.counts.length), Float64Array.from(feature.counts), false);
    const { x, y } = shown;
    // New categories are as many cells as there are; where some are cut off, the test's cells are others.
    const told = 'others' in feature ? shown : pair;
    return {
      feature: feature.name,
      kind: feature.kind,
      kl: klDivergence(x, y),
      klReverse: klDivergence(y, x),
      js: MEASURES.js.single(x, y),
      psi: populationStabilityIndex(x, y),
      interval: intervalOf(told, MEASURES.js, settings),
      g: test.g,
      df: test.df,
      pValue: test.pValue,
      adjusted: adjusted[f] as number,
      drifted: (adjusted[f] as number) <= falseAlarmRate,
      thresholds: driftThresholds({ n: size, m: rows, cells: cellsOf(told), features: features.length, falseAlarmRate }),
      top: topCells(shares(x), shares(y), shown.columns, cellNames(feature), top),
    };
  });
  reports.sort((a, b) => a.pValue - b.pValue || b.g - b.df - (a.g - a.df));
  const drifted = reports.filter((report) => report.drifted);
  return {
    rows: counters.rows,
    size,
    baselineRows: rows,
    falseAlarmRate,
    alarm: drifted.length > 0,
    features: reports,
    sentence: sentenceOf(drifted, features.length),
  };
}

/**
 * KL divergence of p from q from draws of both, without densities: k nearest neighbours.
 *
 * @param x draws of p: rows × dimensions
 * @param y draws of q
 * @param k neighbours; 1 when left out
 * @returns {value, standardError}: the estimate may be below 0, and is then told as it is
 *
 * Units       nats
 * Edge cases  rows of x that stand k times and more have no density: ERR_DOMAIN names the first
 * Accuracy    consistent; its bias falls slowly with dimensions. The error is that of the mean, taken as if terms were independent
 * Source      F. Pérez-Cruz, Proc. ISIT (2008); Q. Wang, S. R. Kulkarni, S. Verdú, IEEE Trans. Inf. Theory 55 (2009)
 *
 * @throws {SurprisalError} ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN · ERR_OPTION
 * @example
 * knnKlDivergence(matrix(x, 500, 2), matrix(y, 500, 2), { k: 5 }).value;
 */
export function knnKlDivergence(x: Matrix, y: Matrix, options: { readonly k?: number | undefined } = {}): SampleEstimate {
  checkOptions(options, { k: whole(1) });
  return knn(x, y, options.k ?? 1);
}

/**
 * KL divergence of p from q by Monte Carlo, from log p(x) − log q(x) of draws x of p: three unbiased or nearly unbiased means with their errors.
 *
 * @param logRatios one a draw
 * @returns         k1: mean of l; k2: of l²/2 (biased, small where p and q are close); k3: of e^(−l) − 1 + l, unbiased, never negative, mostly the least scattered
 *
 * Units       nats
 * Source      J. Schulman, Approximating KL divergence (2020)
 *
 * @throws {SurprisalError} ERR_EMPTY · ERR_DOMAIN (with column)
 * @example
 * monteCarloKlDivergence([0.1, -0.05, 0.2]).k3.value;
 */
export function monteCarloKlDivergence(logRatios: Vector): Record<'k1' | 'k2' | 'k3', SampleEstimate> {
  return fromLogRatios(logRatios);
}
