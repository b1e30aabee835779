/**
 * Drift: does what comes in still look like what the model was made for? A baseline is fitted once and is a small JSON; a monitor counts rows and says, a feature a line, how far
 * they are and whether that is more than chance, at a false-alarm rate that holds for all features together.
 */
import { contributions, klDivergence, type Matrix, populationStabilityIndex, type Vector } from '../index.js';
import { formatNumber } from '../report/format.js';
import { gTestOf, weightedSamples } from './composition/gTest.js';
import { MEASURES } from './composition/measures.js';
import { makePair, type Pair, shares } from './composition/pair.js';
import { intervalOf } from './composition/uncertainty.js';
import { type Baseline, type BaselineOptions, cellNames, checkBaseline, fitCells, type Row } from './drift/baseline.js';
import { Counters, type WindowOptions } from './drift/counters.js';
import { fromLogRatios, knn, type SampleEstimate } from './drift/samples.js';
import type { CounterState } from './drift/state.js';
import { chiSquareUpperQuantile } from './statistics/chiSquare.js';
import type { Interval } from './statistics/intervals.js';
import { holm } from './statistics/multiplicity.js';
import {
  argumentError,
  checkNumber,
  checkObject,
  checkOptions,
  openShare,
  optionError,
  type OptionRules,
  positive,
  whole,
} from './input/options.js';

export type { Baseline, BaselineFeature, BaselineOptions, FeatureOptions, Row } from './drift/baseline.js';
export type { Binning } from './drift/bins.js';
export type { SampleEstimate } from './drift/samples.js';
export type { CounterState } from './drift/state.js';
export type { Interval } from './statistics/intervals.js';

/**
 * Fits a baseline: cells for each feature, and how often the baseline's rows fall into them.
 *
 * @param rows    objects {feature: value}; numbers make a numeric feature, anything else a categorical one; null, undefined, NaN and '' are missing
 * @param options binning ('quantile' when left out), bins (10), categories (50), features: the same by name, with kind and edges
 * @returns       plain JSON
 *
 * Edge cases  missing values are a cell of their own; so are categories beyond the most frequent, and those that come later · values that repeat share a cell · outer cells are open
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

export interface Thresholds {
  /** What KL, Jensen–Shannon and PSI of equal distributions exceed with the false-alarm probability, at these sizes and cells. */
  readonly kl: number;
  readonly js: number;
  readonly psi: number;
}

/** A cell that adds to a feature's drift. */
export interface CellReport {
  readonly cell: string;
  /** Shares. */
  readonly baseline: number;
  readonly window: number;
  /** What it adds to the Jensen–Shannon divergence, in nats. */
  readonly js: number;
}

export interface FeatureReport {
  readonly feature: string;
  readonly kind: 'numeric' | 'categorical';
  /** D(window‖baseline) and back, Jensen–Shannon, and the population stability index; Infinity where one side has a cell that the other lacks (js stays finite). */
  readonly kl: number;
  readonly klReverse: number;
  readonly js: number;
  readonly psi: number;
  /** 95 % interval for js. */
  readonly interval: Interval;
  /** Two-sample G-test of the counts; of a decaying window's weighted counts as if of `size` rows. */
  readonly g: number;
  readonly df: number;
  readonly pValue: number;
  /** By Holm's method over all features: compare it with the false-alarm rate. */
  readonly adjusted: number;
  readonly drifted: boolean;
  readonly thresholds: Thresholds;
  readonly top: readonly CellReport[];
}

export interface DriftReport {
  /** Rows that were seen, what they are worth (sliding, decaying), and rows of the baseline. */
  readonly rows: number;
  readonly size: number;
  readonly baselineRows: number;
  readonly falseAlarmRate: number;
  readonly alarm: boolean;
  /** Strongest evidence first. */
  readonly features: readonly FeatureReport[];
  readonly sentence: string;
}

const RULES: OptionRules = {
  falseAlarmRate: openShare,
  replicates: whole(1),
  seed: whole(0),
  top: whole(0),
  window: whole(1),
  halfLife: positive,
};

/** Monte-Carlo samples of a feature, unless more are asked for: a second or so. */
const MOST = 1e5;

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
  readonly #settings: Readonly<Record<'falseAlarmRate' | 'seed' | 'top' | 'replicates', number>>;

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
    const { size, weights } = this.#counters;
    if (this.#counters.rows === 0) throw argumentError('ERR_EMPTY', 'window', 'one row or more', 0);
    const { falseAlarmRate, seed, replicates } = this.#settings;
    const { features, rows } = this.#baseline;
    // Holm's first step compares with rate/features: small differences of many rare cells need as many samples to be told apart from chance.
    const enough = Math.max(replicates, Math.min(MOST, Math.ceil((20 * features.length) / falseAlarmRate)));
    const found = features.map((feature, f) => {
      const pair = makePair(this.#counters.counts(f), Float64Array.from(feature.counts), false);
      const settings = { replicates: enough, seed: seed + f };
      const test = weights === undefined ? gTestOf(pair, settings) : weightedSamples(pair.x, pair.y, weights, settings);
      return { feature, pair, test };
    });
    const adjusted = holm(found.map(({ test }) => test.pValue));
    const reports = found.map(({ feature, pair, test }, f) => {
      const settings = { method: 'inversion', estimator: 'plugin', level: 0.95, replicates, seed } as const;
      const { x, y } = pair;
      return {
        feature: feature.name,
        kind: feature.kind,
        kl: klDivergence(x, y),
        klReverse: klDivergence(y, x),
        js: MEASURES.js.single(x, y),
        psi: populationStabilityIndex(x, y),
        interval: intervalOf(pair, MEASURES.js, settings),
        g: test.g,
        df: test.df,
        pValue: test.pValue,
        adjusted: adjusted[f] as number,
        drifted: (adjusted[f] as number) <= falseAlarmRate,
        thresholds: driftThresholds({ n: size, m: rows, cells: test.df + 1, features: features.length, falseAlarmRate }),
        top: topCells(pair, cellNames(feature), this.#settings.top),
      };
    });
    reports.sort((a, b) => a.pValue - b.pValue || b.g - b.df - (a.g - a.df));
    const drifted = reports.filter((report) => report.drifted);
    return {
      rows: this.#counters.rows,
      size,
      baselineRows: rows,
      falseAlarmRate,
      alarm: drifted.length > 0,
      features: reports,
      sentence: sentenceOf(drifted, features.length),
    };
  }
}

function topCells({ x, y, columns }: Pair, names: readonly string[], top: number): CellReport[] {
  const [p, q] = [shares(x), shares(y)];
  const middle = p.map((share, i) => (share + (q[i] as number)) / 2);
  const [a, b] = [contributions(p, middle, { kind: 'nonNegative' }), contributions(q, middle, { kind: 'nonNegative' })];
  return Array.from(columns, (column, i) => ({
    cell: names[column] ?? '',
    baseline: q[i] as number,
    window: p[i] as number,
    js: ((a[i] as number) + (b[i] as number)) / 2,
  }))
    .filter(({ js }, i) => js > 0 && (columns[i] as number) >= 0)
    .sort((one, other) => other.js - one.js)
    .slice(0, top);
}

function sentenceOf(drifted: readonly FeatureReport[], features: number): string {
  if (drifted.length === 0) return `None of ${features} features has drifted beyond chance.`;
  const percent = (share: number) => `${formatNumber(100 * share, 3)} %`;
  const told = drifted.slice(0, 3).map(({ feature, top: [cell], adjusted }) => {
    const change = cell === undefined ? '' : `: ${cell.cell} went from ${percent(cell.baseline)} to ${percent(cell.window)}`;
    return `${feature}${change} (p = ${formatNumber(adjusted, 2)})`;
  });
  const rest = drifted.length > 3 ? ` and ${drifted.length - 3} more` : '';
  return `${drifted.length} of ${features} features drifted: ${told.join('; ')}${rest}.`;
}

/**
 * Thresholds from what they depend on: with equal distributions 2(n + m)·JS is about χ², so a fixed 0.1 or 0.2 means another false-alarm rate at every size.
 *
 * @param design n and m rows, cells with any count, features that are looked at together, falseAlarmRate
 * @returns      {kl, js, psi}: what each exceeds with that probability (Bonferroni over features)
 *
 * Units       nats
 * Accuracy    that of χ²: a few per cent of the rate from 10 expected rows a cell on; `DriftMonitor` tests smaller counts by Monte Carlo
 * Source      B. Yurdakul, J. Naranjo, J. Risk Model Validation 14 (2020): PSI is about χ²·(1/n + 1/m)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_DOMAIN
 * @example
 * driftThresholds({ n: 200, m: 200, cells: 10, features: 1, falseAlarmRate: 0.05 }).psi; // 0.169: 0.1 would cry wolf
 */
export function driftThresholds(design: {
  readonly n: number;
  readonly m: number;
  readonly cells: number;
  readonly features?: number | undefined;
  readonly falseAlarmRate: number;
}): Thresholds {
  checkObject('design', design, 'n, m, cells and falseAlarmRate');
  const { n, m, cells, features = 1, falseAlarmRate } = design;
  for (const [name, value] of Object.entries({ n, m, cells, features })) checkNumber(name, value, 'a finite number ≥ 1', (x) => x >= 1);
  checkNumber('falseAlarmRate', falseAlarmRate, 'a number above 0 and below 1', (x) => x > 0 && x < 1);
  const psi = chiSquareUpperQuantile(falseAlarmRate / features, cells - 1) * (1 / n + 1 / m);
  return { kl: psi / 2, js: psi / 8, psi };
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
