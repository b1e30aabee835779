/**
 * Compositions: counts or shares over named columns (cell-cycle phases, taxa, topics), before and after, in groups, with replicates. Divergences with intervals and
 * p-values, what each column adds, and a sentence. Where there are replicates they are the unit.
 */
import type { Vector } from '../index.js';
import { type DistanceMatrix, distanceMatrixOf } from './composition/clusters.js';
import { type CountsComparison, countsReport } from './composition/countsReport.js';
import { type Estimate, estimate } from './composition/estimators.js';
import { samplesOf } from './composition/groups.js';
import { byObservation, bySample, type GroupsReport, pool, refusePooling } from './composition/groupsReport.js';
import { type Level, levelsOf } from './composition/levels.js';
import { MEASURES, type MeasureName } from './composition/measures.js';
import { makePair, masses } from './composition/pair.js';
import {
  BOOTSTRAP_RULES,
  COMPOSITION_RULES,
  type CompositionOptions,
  type CompositionTable,
  DEFAULTS,
  defined,
  ESTIMATOR_RULES,
  type EstimatorOptions,
  GROUP_RULES,
  type GroupOptions,
  measureRule,
} from './composition/settings.js';
import { checkCounts, checkPaths, readRows, readTable } from './composition/table.js';
import { bootstrapValues } from './composition/uncertainty.js';
import { argumentError, checkOptions, text } from './input/options.js';
import { Random } from './statistics/random.js';

export type { ColumnReport, CountsComparison, Divergences, Intervals } from './composition/countsReport.js';
export type { GroupComparison, GroupsReport } from './composition/groupsReport.js';
export type { CompositionOptions, CompositionTable, EstimatorOptions, GroupOptions } from './composition/settings.js';
export type { DistanceMatrix } from './composition/clusters.js';
export type { Estimate, Estimator } from './composition/estimators.js';
export type { GTest } from './composition/gTest.js';
export type { GroupSummary } from './composition/groups.js';
export type { Level } from './composition/levels.js';
export type { MeasureName } from './composition/measures.js';
export type { IntervalMethod } from './composition/uncertainty.js';
export type { Interval } from './statistics/intervals.js';

/**
 * A divergence estimated from counts.
 *
 * @param p       counts of the sample in question; not modified
 * @param q       counts of the other sample, or known shares (`known: true`)
 * @param options measure ('kl' or 'js'), estimator, known
 * @returns       {value, bias}: bias is what Miller–Madow took off, 0 for the others
 *
 * Shapes      p, q: the same number of columns
 * Units       nats
 * Edge cases  plug-in: Infinity where p has what q lacks · Miller–Madow: 0 where less than 0 would be left · a known q is never smoothed
 * Accuracy    that of the core's function; what an estimator adds is exact to rounding
 * Source      Miller (1955); Jeffreys, Laplace, Perks: Dirichlet priors of ½, 1, 1/K; Hausser and Strimmer (2009)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with column and value) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * estimateDivergence([8, 9, 11], [27, 2, 2], { estimator: 'jeffreys' }).value;
 */
export function estimateDivergence(p: Vector, q: Vector, options: EstimatorOptions = {}): Estimate {
  checkOptions(options, ESTIMATOR_RULES);
  return estimate(makePair(p, q, options.known === true), MEASURES[options.measure ?? 'kl'], options.estimator ?? 'plugin');
}

/**
 * The divergence of resampled counts: `replicates` draws from the multinomial distribution of each sample, each scored by the core.
 *
 * @param p       counts; not modified
 * @param q       counts, or known shares (`known: true`)
 * @param options measure, estimator, known, replicates (1,999), seed (1)
 * @returns       one divergence a replicate, in nats
 *
 * Shapes      columns that neither has cost nothing; memory does not grow with replicates but for the result
 * Edge cases  plug-in KL is Infinity for replicates that lose a column of q which p has
 * Source      draws are exact: independent Poisson cells up to a total somewhat below, the rest one by one
 *
 * @throws {SurprisalError} as {@link estimateDivergence}
 * @example
 * bootstrapDivergence([30, 50, 20], [1, 1, 1], { known: true, replicates: 10000 }); // Float64Array of 10,000
 */
export function bootstrapDivergence(
  p: Vector,
  q: Vector,
  options: EstimatorOptions & Pick<CompositionOptions, 'replicates' | 'seed'> = {},
): Float64Array {
  checkOptions(options, BOOTSTRAP_RULES);
  const pair = makePair(p, q, options.known === true);
  checkCounts('p', pair.x);
  if (!pair.known) checkCounts('q', pair.y);
  const { estimator, replicates, seed } = { ...DEFAULTS, ...defined(options) };
  return bootstrapValues(pair, MEASURES[options.measure ?? 'kl'], estimator, replicates, new Random(seed));
}

/**
 * Compares two samples of counts, or one with what is known: divergences both ways, intervals, a G-test, and what each column adds. The unit is the
 * observation: for samples with replicates see {@link compareGroups}.
 *
 * @param p       counts in question ("after"); not modified
 * @param q       counts of the other sample ("before"), or known shares (`known: true`)
 * @param options estimator, known, interval, level, replicates, seed, columns, top
 *
 * Shapes      p, q: the same number of columns
 * Units       nats; shares of 1
 * Edge cases  KL is Infinity where p has what q lacks, and its interval ends there; Jensen–Shannon and the test are always finite · counts that agree: exactly 0, and
 *             an interval that begins there and ends where so many counts may come from
 * Accuracy    divergences: that of the core · χ² tails: 1e-13 · intervals at 95 % cover 93 % and more in every regime of docs/composition.md
 * Source      G: Sokal and Rohlf, Biometry; Williams (1976) · inversion: src/applications/statistics/inversion.ts
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (counts must be whole, and 2^53 at most) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * compareCounts([27, 2, 2], [8, 9, 11], { columns: ['G1', 'S', 'G2M'] }).sentence;
 */
export function compareCounts(p: Vector, q: Vector, options: CompositionOptions = {}): CountsComparison {
  checkOptions(options, COMPOSITION_RULES);
  return countsReport(p, q, options);
}

/**
 * Compares groups of samples. Where there are replicates they are the unit: each sample's shares weigh the same, intervals come from the scatter of samples, and
 * p-values from relabelling them. Where every group has one sample of counts, the unit is the observation, and tests are G-tests.
 *
 * @param table   rows, groups, columns, pairs
 * @param options as, reference, unit, pool, estimator, interval, level, replicates, permutations, seed, top
 *
 * Shapes      rows: samples × columns; groups, pairs: one a sample; 20,000 sparse columns are no burden
 * Units       nats
 * Edge cases  a group of one sample has no interval, and p-values as the design allows them (`smallest`); samples that agree in both groups: [D, D] · divergences are of
 *             the groups' means · with replicates an estimator goes to the counts of each sample (Miller–Madow: to the means, by their samples' scatter), and 'bca' and
 *             'percentile' draw samples again; 'dirichlet', and pseudocounts on proportions, are ERR_OPTION · the interval takes the groups as independent,
 *             so with `pairs` it is too wide rather than too narrow where subjects keep what is their own
 * Accuracy    permutation p-values: P(p ≤ α) ≤ α for any distribution where samples could have been exchanged, and nearly so where groups of three samples and more
 *             scatter differently · how nearly, and coverage: docs/composition.md
 * Source      Jensen–Shannon divergences among all samples add up from those between and within groups (Lin, 1991); relabelling: src/applications/statistics/welch.ts
 *
 * @throws {SurprisalError} ERR_OPTION where replicates would be pooled without `pool: true`, or an option has no meaning for samples, and as
 *                          {@link compareCounts}
 * @example
 * compareGroups({ rows: [[8, 2], [7, 3], [2, 8], [1, 9]], groups: ['a', 'a', 'b', 'b'] }).sentence;
 */
export function compareGroups(table: CompositionTable, options: GroupOptions = {}): GroupsReport {
  checkOptions(options, GROUP_RULES);
  const { rows, names, labels, groups, blocks } = readTable(table, options);
  const replicated = rows.length > groups.length;
  const unit = options.unit ?? (options.as === 'proportions' || (replicated && options.pool !== true) ? 'sample' : 'observation');
  if (unit === 'observation') {
    refusePooling(rows.length, groups.length, replicated, options);
    for (const [i, row] of rows.entries()) checkCounts('rows', row, i);
    return byObservation(pool(rows, labels, groups), groups, names, replicated, options);
  }
  return bySample(rows, labels, groups, names, blocks, options);
}

/**
 * Jensen–Shannon distances among samples, with the average-linkage tree and an order of its leaves that puts similar samples side by side.
 *
 * @param rows counts or shares: samples × columns, sparse ones too
 *
 * Shapes      distances: n × n, row-major · merges: n − 1
 * Units       √nats: 0 to √log 2
 * Edge cases  one sample: a distance of 0 and no merge
 * Source      Endres and Schindelin (2003); Sokal and Michener (1958)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN · ERR_ZERO_ROW
 * @example
 * distanceMatrix([[9, 1], [1, 9], [8, 2]]).order; // 1, 2, 0 or its mirror image
 */
export function distanceMatrix(rows: CompositionTable['rows']): DistanceMatrix {
  const read = readRows(rows);
  const { shares: kept } = samplesOf(read, new Array(read.length).fill(''), ['']);
  return distanceMatrixOf(kept);
}

/**
 * A divergence by levels of a taxonomy: columns are named by paths, and by the chain rule each level adds the divergence within the groups of the one above.
 *
 * @param p       counts or shares
 * @param q       likewise
 * @param paths   of the columns: 'Bacteria;Firmicutes;Clostridia'
 * @param options measure ('kl' or 'js'), separator (';')
 *
 * Units       nats; `added` sums to the last `divergence`
 * Edge cases  Infinity at one level stays Infinity below it
 * Source      T. M. Cover, J. A. Thomas, Elements of Information Theory, 2.5
 *
 * @throws {SurprisalError} as {@link estimateDivergence}; of a path that is no string ERR_DOMAIN, with its column
 * @example
 * taxonomyLevels([3, 1, 4], [2, 2, 4], ['a;x', 'a;y', 'b;z']).map(({ added }) => added); // 0, and all of it at level 2
 */
export function taxonomyLevels(
  p: Vector,
  q: Vector,
  paths: readonly string[],
  options: { readonly measure?: MeasureName | undefined; readonly separator?: string | undefined } = {},
): Level[] {
  checkOptions(options, { measure: measureRule, separator: text });
  const { separator = ';' } = options;
  const [x, y] = [masses('p', p), masses('q', q)];
  if (x.length !== y.length) throw argumentError('ERR_SHAPE', 'q', `${x.length} columns, as in "p"`, y.length);
  checkPaths(paths, x.length);
  return levelsOf(x, y, paths, separator, MEASURES[options.measure ?? 'kl']);
}
