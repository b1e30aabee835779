/**
 * Fairness: do a model's predictions differ between groups, by more than chance, and which way? Between all ordered pairs of groups, among inputs of one true label too; for the
 * same inputs with the attribute flipped; and as a term of a training loss. A divergence says how far groups are apart, and not whether that is unjust.
 */
import { type Core, jensenShannonDivergence, klDivergence, multiwayJensenShannonDivergence, totalVariation } from '../index.js';
import { formatNumber } from '../report/format.js';
import { effectiveSizeOf, meansInterval } from './composition/groups.js';
import { gTestOf } from './composition/gTest.js';
import { MEASURES, type MeasureName } from './composition/measures.js';
import { makePair, type Pair } from './composition/pair.js';
import { intervalOf } from './composition/uncertainty.js';
import { formatInterval, formatP } from './composition/words.js';
import { type Cell, labelsRule, type Names, shrink } from './fairness/groups.js';
import {
  type Bins,
  binsRule,
  cellsOf,
  type Level,
  type PredictionKind,
  type Predictions,
  probabilitiesOf,
  readRows,
} from './fairness/predictions.js';
import { meansPValue } from './fairness/meansPValue.js';
import type { DisparityReport, GroupComparison } from './fairness/report.js';
import { type StratumOptions, stratify } from './fairness/strata.js';
import { anyWhole, checkOptions, oneOf, openShare, optionError, type OptionRules, unchecked, whole } from './input/options.js';
import type { Interval } from './statistics/intervals.js';
import { holm } from './statistics/multiplicity.js';

export { attributeFlip, type Flip, type FlipOptions } from './fairness/flip.js';
export { intersections, type Names } from './fairness/groups.js';
export { type DisparityPenalty, disparityPenalty, type PenaltyOptions } from './fairness/penalty.js';
export type { Bins, Level, PredictionKind, Predictions } from './fairness/predictions.js';
export type { DisparityReport, GroupComparison, GroupSummary } from './fairness/report.js';
export type { RowsLike } from './input/tensor.js';
export type { Estimate } from './statistics/blockSums.js';
export type { Interval } from './statistics/intervals.js';

export interface DisparityOptions extends StratumOptions {
  /**
   * 'means' (the default): of the predictions. 'scores': the distributions of one class's probability, in bins. 'decisions': how often each class is decided for.
   */
  readonly of?: Level | undefined;
  /** 'probabilities' when left out. */
  readonly as?: PredictionKind | undefined;
  /** Of 'scores': the class whose probability it is; the last when left out. */
  readonly score?: number | undefined;
  /** Of 'scores': how many bins of equal width from 0 to 1, or their edges; 10 when left out. */
  readonly bins?: Bins | undefined;
  /** Of 'decisions': the second of two classes is decided for from this probability on; the most probable class when left out. */
  readonly threshold?: number | undefined;
  /** Of intervals; 0.95 when left out. */
  readonly level?: number | undefined;
  /** Relabellings for each p-value: of means, and of decisions and scores with rare cells; 1,999 when left out. */
  readonly permutations?: number | undefined;
  /** Of the relabellings; 1 when left out. */
  readonly seed?: number | undefined;
  readonly core?: Core | undefined;
}

const RULES: OptionRules = {
  of: oneOf('means', 'scores', 'decisions'),
  as: oneOf('probabilities', 'logits'),
  labels: labelsRule,
  score: whole(0),
  bins: binsRule,
  threshold: openShare,
  least: whole(2),
  small: oneOf('error', 'leave-out'),
  level: openShare,
  permutations: whole(1),
  seed: anyWhole,
  core: unchecked,
};

/** What each of these options is of: elsewhere it would be heeded by nothing. */
const OF: readonly (readonly ['threshold' | 'score' | 'bins', Level])[] = [
  ['threshold', 'decisions'],
  ['score', 'scores'],
  ['bins', 'scores'],
];

/**
 * Compares a model's predictions between all ordered pairs of groups, with intervals, p-values and Holm's control of how often any of them is a false alarm.
 *
 * @param predictions a row of class probabilities (or logits) for each input; or a plain array, of the second of two classes
 * @param groups      a name for each input; `intersections` makes names of several attributes
 * @param options     of, as, labels, score, bins, threshold, least, small, level, permutations, seed, core
 *
 * Shapes      predictions: inputs × classes, or inputs · groups, labels: inputs · mean: classes, or bins
 * Units       nats
 * Edge cases  threshold is of 'decisions', score and bins are of 'scores': elsewhere they are refused · KL is Infinity where a group has what the other never has (a bin,
 *             a decision), and its interval ends there; `shrunk` is finite then, unless no group scatters · groups that agree give exactly 0 · a group with fewer than
 *             `least` rows is refused, or left out by name
 * Accuracy    divergences as the library's functions have them, of compensated means · intervals and p-values of decisions and scores are those of `compareCounts` (G-test) ·
 *             p-values of means are exact where rows could be exchanged · coverage and sizes: docs/fairness.md
 * Source      M. Hardt, E. Price, N. Srebro, NeurIPS (2016): equalised odds; S. Holm, Scand. J. Stat. 6 (1979)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY (one group alone; too few rows, with the group) · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * disparity([0.9, 0.8, 0.3, 0.4], ['a', 'a', 'b', 'b']).comparisons[0].kl; // 0.5342…, KL(a ‖ b)
 */
export function disparity(predictions: Predictions, groups: Names, options: DisparityOptions = {}): DisparityReport {
  checkOptions(options, RULES);
  const { of = 'means', as = 'probabilities', bins = 10, score, threshold, level = 0.95, permutations = 1999, seed = 1, core } = options;
  for (const [name, own] of OF)
    if (options[name] !== undefined && of !== own) throw optionError(name, options[name], `to be left out, but for of: '${own}'`);
  const shares = probabilitiesOf(readRows('predictions', predictions, as), as, core);
  const rows = cellsOf(shares, { of, bins, score, threshold });
  const { kept, leftOut } = stratify(rows, groups, options);
  const strata = kept.map((cells) => {
    const shrunk = shrink(cells);
    const drawn = new Map(cells.map((cell, i) => [cell, shrunk[i] as { weight: number; mean: Float64Array }]));
    return { cells, drawn, size: cells.reduce((sum, cell) => sum + cell.rows.length, 0) };
  });
  const pValueOf = (a: Cell, b: Cell) =>
    of === 'means' ? meansPValue(a, b, { permutations, seed }) : gTestOf(pairOf(a, b), { replicates: permutations, seed }).pValue;
  const pairs = strata.flatMap(({ cells, drawn }) =>
    cells.flatMap((a, i) => cells.slice(i + 1).map((b) => ({ a, b, drawn, pValue: pValueOf(a, b) }))),
  );
  const adjusted = holm(pairs.map(({ pValue }) => pValue));
  const comparisons = pairs.flatMap(({ a, b, drawn, pValue }, i) => {
    const js = { js: jensenShannonDivergence(a.mean, b.mean, { core }), interval: intervalBetween('js', a, b, of, level) };
    const told = { pValue, adjusted: adjusted[i] as number };
    const [x, y] = [drawn.get(a)?.mean as Float64Array, drawn.get(b)?.mean as Float64Array];
    return [
      { ...ordered(a, b, x, y, js, of, level, core), ...told },
      { ...ordered(b, a, y, x, js, of, level, core), ...told },
    ];
  });
  const counted = strata.reduce((sum, { size }) => sum + size, 0);
  const between = strata.reduce((sum, { cells, size }) => sum + (size / counted) * among(cells, core), 0);
  return {
    of,
    level,
    groups: strata.flatMap(({ cells, drawn }) =>
      cells.map((cell) => ({
        group: cell.group,
        label: cell.label,
        rows: cell.rows.length,
        mean: cell.mean,
        shrinkage: drawn.get(cell)?.weight as number,
      })),
    ),
    comparisons,
    overall: { js: between, adjusted: adjusted.reduce((least, p) => Math.min(least, p), 1) },
    leftOut,
    sentence: sentenceOf(comparisons, of, level),
  };
}

function ordered(
  group: Cell,
  other: Cell,
  drawn: Float64Array,
  drawnOther: Float64Array,
  { js, interval }: { readonly js: number; readonly interval: Interval },
  of: Level,
  level: number,
  core: Core | undefined,
): Omit<GroupComparison, 'pValue' | 'adjusted'> {
  return {
    group: group.group,
    other: other.group,
    label: group.label,
    kl: klDivergence(group.mean, other.mean, { core }),
    js,
    totalVariation: totalVariation(group.mean, other.mean, { core }),
    intervals: { kl: intervalBetween('kl', group, other, of, level), js: interval },
    shrunk: { kl: klDivergence(drawn, drawnOther, { core }), js: jensenShannonDivergence(drawn, drawnOther, { core }) },
  };
}

/** Decisions and scores are counts in cells; means have the scatter of their rows. */
function intervalBetween(measure: MeasureName, a: Cell, b: Cell, of: Level, level: number): Interval {
  const settings = { method: 'inversion', level, replicates: 0, seed: 0 } as const; // nothing is drawn
  if (of !== 'means') return intervalOf(pairOf(a, b), MEASURES[measure], { ...settings, estimator: 'plugin' });
  const sizes = [effectiveSizeOf(a.rows, a.mean), effectiveSizeOf(b.rows, b.mean)] as const;
  return meansInterval(measure, [a.rows, b.rows], sizes, { ...settings, bias: 0 }) as Interval;
}

/** How many rows are in each cell of scores or decisions. */
function pairOf(a: Cell, b: Cell): Pair {
  const [x, y] = [a, b].map(({ rows, mean }) => mean.map((share) => Math.round(share * rows.length))) as [Float64Array, Float64Array];
  return makePair(x, y, false);
}

function among(cells: readonly Cell[], core: Core | undefined): number {
  return multiwayJensenShannonDivergence(
    cells.map(({ mean }) => mean),
    { weights: cells.map(({ rows }) => rows.length), core },
  );
}

const WORDS = { means: 'Mean predictions', scores: 'Scores', decisions: 'Decisions' } as const;

function sentenceOf(comparisons: readonly GroupComparison[], of: Level, level: number): string {
  const worst = comparisons.reduce((most, one) => (one.js > most.js || (one.js === most.js && one.kl > most.kl) ? one : most));
  const { group, other, label, kl, js, intervals, adjusted } = worst;
  const among = label === undefined ? '' : ` among inputs of label ${label}`;
  const labels = label === undefined ? '' : ' among inputs of each label';
  const finite = kl < Infinity;
  const shown = finite ? `KL ${formatNumber(kl, 2)} nats` : `KL Infinity, Jensen–Shannon ${formatNumber(js, 2)} nats`;
  const pairs = comparisons.length / 2;
  const test = `${formatP(adjusted)}${pairs > 1 ? ` (Holm, ${pairs} pairs)` : ''}`;
  if (js === 0) return `${WORDS[of]} of all groups agree${labels}: KL 0 nats, ${formatInterval(intervals.kl, level)}, ${test}.`;
  return `${WORDS[of]} of ${group} and ${other} are farthest apart${among}: ${shown}, ${formatInterval(finite ? intervals.kl : intervals.js, level)}, ${test}.`;
}
