/** The report of groups of samples. */
import { jensenShannonDistance } from '../../index.js';
import { holm } from '../statistics/multiplicity.js';
import { optionError } from '../input/options.js';
import { contributionsOfPair, type ColumnReport, countsReport, type Divergences, type Intervals, tell } from './countsReport.js';
import { type Estimator, smooth } from './estimators.js';
import { type GTest, samples as gTestOfSamples } from './gTest.js';
import { type GroupSummary, meansInterval, type MeansMethod, partitionOf, type Samples, samplesOf, summariesOf } from './groups.js';
import type { Interval } from '../statistics/intervals.js';
import { MEASURES, type MeasureName } from './measures.js';
import { DEFAULTS, defined, type GroupOptions } from './settings.js';
import { referenceOf } from './table.js';
import { formatP } from './words.js';

/** One group against the reference. */
export interface GroupComparison extends Divergences {
  readonly group: string;
  readonly reference: string;
  readonly intervals: { readonly [Name in keyof Intervals]: Interval | undefined };
  /** NaN where the design allows no test. */
  readonly pValue: number;
  /** By Holm's method over all comparisons. */
  readonly adjusted: number;
  readonly contributions: readonly ColumnReport[];
  readonly sentence: string;
}

export interface GroupsReport {
  readonly unit: 'sample' | 'observation';
  readonly level: number;
  readonly groups: readonly Omit<GroupSummary, 'mean'>[];
  /** All groups at once: what of the divergence among samples is between groups. Where the unit is the observation, `test` is a G-test. */
  readonly overall: {
    readonly total: number;
    readonly between: number;
    readonly pValue: number;
    /** The smallest p-value that this design allows; 0 for a G-test. */
    readonly smallest: number;
    readonly permutations: number;
    readonly exact: boolean;
    readonly test?: GTest | undefined;
  };
  readonly comparisons: readonly GroupComparison[];
  /** What to bear in mind. */
  readonly caveats: readonly string[];
  readonly sentence: string;
}

/** Why observations of replicated samples do not go into one test. */
export function refusePooling(samples: number, groups: number, replicated: boolean, { as, pool }: GroupOptions): void {
  if (as === 'proportions') throw optionError('unit', 'observation', "'sample': proportions without their N have no observations to count");
  if (!replicated || pool === true) return;
  const expected = `'sample': pooling ${samples} samples into ${groups} would count every observation as independent, and differences among samples of one group as evidence; say pool: true if that is meant`;
  throw optionError('unit', 'observation', expected);
}

export function pool(rows: readonly Float64Array[], labels: readonly string[], groups: readonly string[]): Float64Array[] {
  return groups.map((group) => {
    const total = new Float64Array((rows[0] as Float64Array).length);
    for (const [i, row] of rows.entries())
      if (labels[i] === group) for (const [j, count] of row.entries()) total[j] = (total[j] as number) + count;
    return total;
  });
}

export function byObservation(
  rows: readonly Float64Array[],
  groups: readonly string[],
  names: readonly string[],
  pooled: boolean,
  options: GroupOptions,
): GroupsReport {
  const settings = { ...DEFAULTS, ...defined(options) };
  const { columns } = samplesOf(rows, groups, groups);
  const kept = rows.map((row) => Float64Array.from(columns, (i) => row[i] as number));
  const test = gTestOfSamples(kept, settings);
  const total = test.g / (2 * kept.reduce((all, row) => all + row.reduce((a, b) => a + b, 0), 0));
  const reference = referenceOf(groups, options.reference);
  const { as: _as, reference: _reference, unit: _unit, pool: _pool, permutations: _permutations, ...rest } = options;
  const found = groups.flatMap((group, i) =>
    i === reference
      ? []
      : [{ group, ...countsReport(rows[i] as Float64Array, rows[reference] as Float64Array, { ...rest, columns: names }) }],
  );
  const adjusted = holm(found.map((one) => one.test.pValue));
  const comparisons = found.map(({ group, kl, klReverse, js, jsDistance, intervals, contributions, sentence, test: one }, i) => ({
    group,
    reference: groups[reference] as string,
    ...{ kl, klReverse, js, jsDistance, intervals, pValue: one.pValue, adjusted: adjusted[i] as number },
    contributions,
    sentence: `${group} against ${groups[reference]}: ${sentence}`,
  }));
  const caveats = [
    pooled
      ? 'Samples are pooled, as asked for: every observation counts as independent, so p-values and intervals are too sure where samples of one group differ.'
      : 'One sample a group: the test says whether counts differ beyond counting error, and nothing about other samples of these groups.',
  ];
  const overall = { total, between: total, pValue: test.pValue, smallest: 0, permutations: 0, exact: false, test };
  const summaries = groups.map((name) => ({ name, samples: 1, within: 0, effectiveSize: NaN, overdispersion: NaN, correlation: NaN }));
  return { unit: 'observation', level: settings.level, groups: summaries, overall, comparisons, caveats, sentence: sentences(comparisons) };
}

/** What has no meaning where samples are the unit. */
function refuseOfSamples(samples: Samples, { as, estimator, interval }: GroupOptions): void {
  if (interval === 'dirichlet')
    throw optionError(
      'interval',
      interval,
      "'inversion', 'delta', 'bca' or 'percentile' where samples are the unit: a Dirichlet posterior knows counting error alone (unit: 'observation' with pool: true has it)",
    );
  if (estimator === undefined || estimator === 'plugin') return;
  if (estimator !== 'miller-madow') {
    if (as !== 'proportions') return;
    throw optionError('estimator', estimator, "'plugin' or 'miller-madow' for proportions: what is added to counts needs counts");
  }
  const lone = samples.groups.find((_, group) => samples.labels.filter((label) => label === group).length < 2);
  if (lone !== undefined)
    throw optionError('estimator', estimator, `'plugin', or two samples or more in "${lone}": the bias follows from how samples scatter`);
}

/** The samples with what the estimator adds to each one's counts. */
function smoothed(rows: readonly Float64Array[], estimator: Estimator): Float64Array[] {
  const width = (rows[0] as Float64Array).length;
  const widths = new Float64Array(width).fill(1);
  return rows.map((row) => smooth(row, { widths, width }, estimator));
}

export function bySample(
  rows: readonly Float64Array[],
  labels: readonly string[],
  groups: readonly string[],
  names: readonly string[],
  blocks: Int32Array | undefined,
  options: GroupOptions,
): GroupsReport {
  const settings = { ...DEFAULTS, permutations: 9999, ...defined(options) };
  const plain = samplesOf(rows, labels, groups);
  refuseOfSamples(plain, options);
  // What samples scatter is told of the counts as they are; what they are compared by is as the estimator has it.
  const told = summariesOf(plain, options.as !== 'proportions');
  const isPlain = settings.estimator === 'plugin' || settings.estimator === 'miller-madow';
  const samples = isPlain ? plain : samplesOf(smoothed(rows, settings.estimator), labels, groups);
  const summaries = isPlain ? told : summariesOf(samples, false);
  const { total, between, test } = partitionOf(samples, blocks, settings);
  const reference = referenceOf(samples.groups, options.reference);
  const rowsOf = (group: number) => samples.shares.filter((_, i) => samples.labels[i] === group);
  const measured = samples.groups.flatMap((group, g) => {
    if (g === reference) return [];
    const sides = [g, reference].map((index) => {
      const { mean, effectiveSize } = summaries[index] as GroupSummary;
      return { mean, size: effectiveSize, rows: rowsOf(index) };
    });
    const [one, other] = sides as [(typeof sides)[0], (typeof sides)[0]];
    const compare = (name: MeasureName, a: typeof one, b: typeof one) => {
      const plugin = MEASURES[name].single(a.mean, b.mean);
      const bias = settings.estimator === 'miller-madow' && plugin < Infinity ? MEASURES[name].bias(a.mean, b.mean, a.size, b.size) : 0;
      const method = settings.interval as MeansMethod;
      return {
        value: Math.max(0, plugin - bias),
        bias,
        interval: meansInterval(name, [a.rows, b.rows], [a.size, b.size], { ...settings, method, bias }),
      };
    };
    const [kl, klReverse, js] = [compare('kl', one, other), compare('kl', other, one), compare('js', one, other)];
    const divergences = {
      kl: kl.value,
      klReverse: klReverse.value,
      js: js.value,
      jsDistance: settings.estimator === 'miller-madow' ? Math.sqrt(js.value) : jensenShannonDistance(one.mean, other.mean),
    };
    const intervals = { kl: kl.interval, klReverse: klReverse.interval, js: js.interval };
    const pairTest = samples.groups.length === 2 ? test : partitionOf(...only(samples, [reference, g], blocks), settings).test;
    const contributions = contributionsOfPair(one.mean, other.mean, samples.columns, names);
    const bias = { kl: kl.bias, js: js.bias };
    return [{ group, divergences, bias, intervals, pairTest, contributions }];
  });
  const adjusted = holm(measured.map(({ pairTest }) => pairTest.pValue));
  const comparisons = measured.map(({ group, divergences, bias, intervals, pairTest, contributions }, i) => {
    const measure = Number.isFinite(divergences.kl) ? 'kl' : 'js';
    const words = `${formatP(pairTest.pValue)} by relabelling samples`;
    const sentence = tell(contributions, measure, divergences[measure], bias[measure], intervals[measure], settings.level, words);
    const against = samples.groups[reference] as string;
    return {
      group,
      reference: against,
      ...divergences,
      intervals,
      pValue: pairTest.pValue,
      adjusted: adjusted[i] as number,
      contributions: contributions.slice(0, settings.top),
      sentence: `${group} against ${against}: ${sentence}`,
    };
  });
  const caveats: string[] = [];
  if (summaries.some((group) => group.samples < 2))
    caveats.push('A group has one sample: how far its samples differ is not known, so there is no interval.');
  if (test.smallest > 0.05) caveats.push(`With so few samples no data could give a p-value below ${test.smallest.toPrecision(2)}.`);
  const { pValue, smallest, permutations, exact } = test;
  return {
    unit: 'sample',
    level: settings.level,
    groups: told.map(({ mean: _, ...summary }) => summary),
    overall: { total, between, pValue, smallest, permutations, exact },
    comparisons,
    caveats,
    sentence: sentences(comparisons),
  };
}

/** The samples of two groups, and their blocks. */
export function only(samples: Samples, pair: readonly [number, number], blocks: Int32Array | undefined): [Samples, Int32Array | undefined] {
  const kept = Array.from(samples.labels.keys()).filter((i) => pair.includes(samples.labels[i] as number));
  const pick = <T>(from: ArrayLike<T>) => kept.map((i) => from[i] as T);
  const labels = Int32Array.from(kept, (i) => pair.indexOf(samples.labels[i] as number));
  const groups = pair.map((group) => samples.groups[group] as string);
  return [
    { shares: pick(samples.shares), totals: pick(samples.totals), labels, groups },
    blocks === undefined ? undefined : Int32Array.from(pick(blocks)),
  ];
}

export function sentences(comparisons: readonly { readonly sentence: string }[]): string {
  return comparisons.map(({ sentence }) => sentence).join(' ');
}
