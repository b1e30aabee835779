/** The report of two compositions: divergences, intervals, test, columns, sentence. */
import { contributions as contributionsOf, type Vector } from '../../index.js';
import { formatNumber } from '../../report/format.js';
import type { Interval } from '../statistics/intervals.js';
import { estimate, type Estimator, smoothPair } from './estimators.js';
import { type GTest, gTestOf } from './gTest.js';
import { MEASURES, type MeasureName } from './measures.js';
import { exchanged, makePair, type Pair, shares } from './pair.js';
import { type CompositionOptions, DEFAULTS, defined } from './settings.js';
import { checkColumns, checkCounts } from './table.js';
import { intervalOf } from './uncertainty.js';
import { formatP, sentenceOf } from './words.js';

/** What one column adds. */
export interface ColumnReport {
  readonly column: number;
  readonly name: string;
  /** Its shares, as the estimator has them. */
  readonly p: number;
  readonly q: number;
  /** What it adds to KL(p‖q), φ(p, q) ≥ 0: the columns add up to the divergence, Miller and Madow's before the bias is taken off. */
  readonly kl: number;
  /** What it adds to the Jensen–Shannon divergence. */
  readonly js: number;
}

export interface Divergences {
  /** D(p‖q) by the estimator; Infinity where p has what q lacks. */
  readonly kl: number;
  readonly klReverse: number;
  readonly js: number;
  /** Its square root, a distance. */
  readonly jsDistance: number;
}

export interface Intervals {
  readonly kl: Interval;
  readonly klReverse: Interval;
  readonly js: Interval;
}

export interface CountsComparison extends Divergences {
  /** Observations on either side; m is Infinity where q is known. */
  readonly n: number;
  readonly m: number;
  readonly estimator: Estimator;
  readonly level: number;
  readonly intervals: Intervals;
  readonly test: GTest;
  /** The columns that add most, by what they add to the Jensen–Shannon divergence where KL is infinite, else to KL. */
  readonly contributions: readonly ColumnReport[];
  readonly sentence: string;
}

/** Two samples of counts, or one and what is known: options have been checked. */
export function countsReport(p: Vector, q: Vector, options: CompositionOptions): CountsComparison {
  const pair = makePair(p, q, options.known === true);
  checkCounts('p', pair.x);
  if (!pair.known) checkCounts('q', pair.y);
  const names = checkColumns(options.columns, pair.width);
  const { estimator, interval, level, replicates, seed, top } = { ...DEFAULTS, ...defined(options) };
  const test = gTestOf(pair, { replicates, seed });
  const settings = { method: interval, estimator, level, replicates, seed };
  const estimates = { kl: estimate(pair, MEASURES.kl, estimator), js: estimate(pair, MEASURES.js, estimator) };
  const [kl, js] = [estimates.kl.value, estimates.js.value];
  const intervals = {
    kl: intervalOf(pair, MEASURES.kl, settings),
    klReverse: intervalOf(exchanged(pair), MEASURES.kl, settings),
    js: intervalOf(pair, MEASURES.js, settings),
  };
  const { x, y, columns } = eachColumn(smoothPair(pair, estimator));
  const contributions = contributionsOfPair(shares(x), shares(y), columns, names);
  const measure = Number.isFinite(kl) ? 'kl' : 'js';
  const { value, bias } = estimates[measure];
  return {
    n: pair.sizes[0],
    m: pair.sizes[1],
    kl,
    klReverse: estimate(exchanged(pair), MEASURES.kl, estimator).value,
    js,
    jsDistance: Math.sqrt(js),
    estimator,
    level,
    intervals,
    test,
    contributions: contributions.slice(0, top),
    sentence: tell(contributions, measure, value, bias, intervals[measure], level, testWords(test)),
  };
}

/**
 * The sentence of a comparison.
 *
 * @param contributions of all columns, whatever is listed: the sentence names the first
 * @param value         as the estimator has it
 * @param bias          what it has taken off what the columns add up to
 */
export function tell(
  contributions: readonly ColumnReport[],
  measure: MeasureName,
  value: number,
  bias: number,
  interval: Interval | undefined,
  level: number,
  test: string,
): string {
  const first = contributions[0] as ColumnReport;
  const name = measure === 'kl' ? 'KL' : 'Jensen–Shannon, as KL is infinite';
  const total = bias === 0 ? value : contributions.reduce((sum, column) => sum + column[measure], 0);
  return sentenceOf(
    { ...first, added: first[measure] },
    total,
    bias === 0 ? name : `${name}; ${formatNumber(value, 2)} without bias`,
    interval,
    level,
    test,
  );
}

export function testWords({ pValue, by }: GTest): string {
  return `${formatP(pValue)} by the G-test${by === 'chi-square' ? '' : ' (Monte Carlo)'}`;
}

/** Columns that neither has share a cell. Where an estimator gives it mass, each of them has a part. */
function eachColumn({ x, y, columns, widths, width }: Pair): Pick<Pair, 'x' | 'y' | 'columns'> {
  const rest = columns.indexOf(-1);
  if (rest < 0 || (x[rest] === 0 && y[rest] === 0)) return { x, y, columns };
  const cells = new Int32Array(width).fill(rest);
  for (const [cell, column] of columns.entries()) if (column >= 0) cells[column] = cell;
  const masses = (side: Float64Array) => Float64Array.from(cells, (cell) => (side[cell] as number) / (widths[cell] as number));
  return { x: masses(x), y: masses(y), columns: Int32Array.from(cells.keys()) };
}

/** What each column adds, those that add most first. */
export function contributionsOfPair(p: Float64Array, q: Float64Array, columns: Int32Array, names: readonly string[]): ColumnReport[] {
  const kl = contributionsOf(p, q, { kind: 'nonNegative' });
  const middle = p.map((share, i) => (share + (q[i] as number)) / 2);
  const [first, second] = [contributionsOf(p, middle, { kind: 'nonNegative' }), contributionsOf(q, middle, { kind: 'nonNegative' })];
  const reports = Array.from(columns, (column, i) => ({
    column,
    name: names[column] ?? String(column),
    p: p[i] as number,
    q: q[i] as number,
    kl: kl[i] as number,
    js: ((first[i] as number) + (second[i] as number)) / 2,
  })).filter(({ column }) => column >= 0);
  const by = kl.some((added) => added === Infinity) ? 'js' : 'kl';
  return reports.sort((a, b) => b[by] - a[by]);
}
