/** Groups of samples, whose replicates are the unit: what differs between groups is weighed against what differs within them. */
import { klDivergence, multiwayJensenShannonDivergence } from '../../index.js';
import { deviation } from '../statistics/bootstrap.js';
import { bcaInterval, type Interval, normalInterval, percentileInterval } from '../statistics/intervals.js';
import { invertedInterval } from '../statistics/inversion.js';
import { normalQuantile } from '../statistics/normal.js';
import { type PermutationTest, permutationTest } from '../statistics/permutation.js';
import { Random } from '../statistics/random.js';
import { studentReach } from '../statistics/student.js';
import { welchStatistic } from '../statistics/welch.js';
import { MEASURES, type MeasureName, within } from './measures.js';
import { shares, sum } from './pair.js';
import type { IntervalMethod } from './uncertainty.js';

/** Samples as shares over columns that some sample has, and the group of each. */
export interface Samples {
  readonly shares: readonly Float64Array[];
  /** Sums of the rows; what was counted, where these are counts. */
  readonly totals: readonly number[];
  readonly labels: Int32Array;
  readonly groups: readonly string[];
}

export interface GroupSummary {
  readonly name: string;
  readonly samples: number;
  /** Mean of the samples' shares: each sample weighs the same. */
  readonly mean: Float64Array;
  /** Mean divergence of the samples from their mean, in nats: how much they differ among themselves. */
  readonly within: number;
  /** As many independent observations as would give the mean this scatter; NaN for one sample. */
  readonly effectiveSize: number;
  /** How many times larger the scatter is than that of multinomial counts of these totals: 1 without dispersion. NaN where that is not known. */
  readonly overdispersion: number;
  /** Intra-class correlation ρ of the Dirichlet-multinomial with that overdispersion; NaN where that is not known. */
  readonly correlation: number;
}

/** The summary of each group, by moments. */
export function summariesOf(samples: Samples, areCounts: boolean): GroupSummary[] {
  return samples.groups.map((name, group) => {
    const rows = samples.shares.filter((_, i) => samples.labels[i] === group);
    const totals = samples.totals.filter((_, i) => samples.labels[i] === group);
    const mean = meanOf(rows);
    const within = klDivergenceMean(rows, mean);
    const effectiveSize = effectiveSizeOf(rows, mean);
    // Multinomial counts of totals Nⱼ give the mean a scatter as (Σ 1/Nⱼ)⁻¹·n² observations do.
    const multinomial = rows.length ** 2 / sum(totals.map((total) => 1 / total));
    const overdispersion = areCounts ? multinomial / effectiveSize : NaN;
    const typical = multinomial / rows.length;
    const correlation = areCounts ? Math.max(0, (overdispersion - 1) / (typical - 1)) : NaN;
    return { name, samples: rows.length, mean, within, effectiveSize, overdispersion, correlation };
  });
}

/** Scatter that rounding leaves where shares are the same, relative to the squares of the mean: four units in the last place of each. */
const ROUNDING = (4 * Number.EPSILON) ** 2;

/** As many independent observations as would give the mean of these rows its scatter; NaN for one row, Infinity for rows that are all the same. */
export function effectiveSizeOf(rows: readonly Float64Array[], mean: Float64Array): number {
  if (rows.length < 2) return NaN;
  const [scatter, squares] = scatterOf(rows, mean);
  return scatter <= ROUNDING * squares ? Infinity : ((1 - squares) * rows.length) / scatter;
}

/** Σ of the columns' sample variances, and Σ of the mean's squares, each without what chance adds. */
function scatterOf(rows: readonly Float64Array[], mean: Float64Array): [scatter: number, squares: number] {
  let [scatter, squares] = [0, 0];
  for (const [i, value] of mean.entries()) {
    let column = 0;
    for (const row of rows) column += ((row[i] as number) - value) ** 2;
    scatter += column / (rows.length - 1);
    squares += value * value;
  }
  return [scatter, squares - scatter / rows.length];
}

function klDivergenceMean(rows: readonly Float64Array[], mean: Float64Array): number {
  return sum(rows.map((row) => klDivergence(row, mean))) / rows.length;
}

export function meanOf(rows: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array((rows[0] as Float64Array).length);
  for (const row of rows) for (const [i, value] of row.entries()) mean[i] = (mean[i] as number) + value / rows.length;
  return mean;
}

export interface Partition {
  /** Jensen–Shannon divergence among all samples, each of the same weight; in nats. */
  readonly total: number;
  /** Of it among the groups' means; the rest is within groups. */
  readonly between: number;
  readonly test: PermutationTest;
}

/** What of the samples' divergence lies between groups, and how often a relabelling of samples (within blocks) sets their means as far apart, for what groups scatter. */
export function partitionOf(
  { shares: rows, labels, groups }: Samples,
  blocks: Int32Array | undefined,
  settings: { permutations: number; seed: number },
): Partition {
  const members = groups.map((_, group) => rows.filter((_row, i) => labels[i] === group));
  const sizes = members.map(({ length }) => length);
  const test = permutationTest(labels, welchStatistic(rows, groups.length, blocks), { ...settings, blocks });
  return {
    total: multiwayJensenShannonDivergence([...rows]),
    between: multiwayJensenShannonDivergence(members.map(meanOf), { weights: sizes }),
    test: { ...test, smallest: test.smallest * mirrorImages(labels, sizes, blocks) },
  };
}

/** In how many ways groups of equal size can change their names: relabellings that put as much between groups, whatever the data. */
function mirrorImages(labels: Int32Array, sizes: readonly number[], blocks: Int32Array | undefined): number {
  const balanced = (block: number) => {
    const inside = sizes.map((_, group) => labels.filter((label, i) => label === group && blocks?.[i] === block).length);
    return inside.every((count) => count === inside[0]);
  };
  if (blocks !== undefined && !Array.from(new Set(blocks)).every(balanced)) return 1;
  let images = 1;
  for (const [i, size] of sizes.entries()) images *= sizes.slice(0, i + 1).filter((other) => other === size).length;
  return images;
}

/** How an interval between the means of groups is made: of the ways for counts, those that know scatter from samples. */
export type MeansMethod = Exclude<IntervalMethod, 'dirichlet'>;

export interface MeansSettings {
  readonly method: MeansMethod;
  /** Taken off the estimate by Miller and Madow's estimator. */
  readonly bias: number;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

/**
 * Interval for a divergence between the means of two groups, from the scatter of their samples: by inversion, each mean with as many observations as its
 * samples' scatter is worth, and the variance that the samples' own slopes give; or by that variance alone (delta), or by drawing samples again (percentile, bca).
 *
 * Edge cases  a group of one sample has no scatter, and there is no interval: undefined · samples that agree in both groups leave no doubt: [D̂, D̂]
 */
export function meansInterval(
  measure: MeasureName,
  groups: readonly [readonly Float64Array[], readonly Float64Array[]],
  sizes: readonly [number, number],
  { method, bias, level, replicates, seed }: MeansSettings,
): Interval | undefined {
  const [a, b] = groups;
  if (a.length < 2 || b.length < 2) return undefined;
  const { single, slopes, size } = MEASURES[measure];
  const means = [meanOf(a), meanOf(b)] as const;
  const value = single(...means);
  if (value === Infinity) return [0, Infinity];
  const slope = slopes(...means);
  const along = (rows: readonly Float64Array[], by: Float64Array) =>
    rows.map((row) => row.reduce((total, share, i) => total + share * (by[i] as number), 0));
  const [x, y] = [along(a, slope.p), along(b, slope.q)];
  const scatters = [deviation(x) ** 2 / a.length, deviation(y) ** 2 / b.length] as const;
  const freedoms = [a.length - 1, b.length - 1] as const;
  const variance = (scatters[0] + scatters[1]) / caution(scatters, freedoms, level);
  const above = (end: number) => Math.max(0, end);
  if (method === 'inversion') {
    if (sizes.every((group) => group === Infinity)) return [value, value];
    const cells = means[0].filter((share, i) => share + (means[1][i] as number) > 0).length;
    const df = Math.max(1, Math.min(cells - 1, effectiveDf(groups, means)));
    const worth = size(...sizes) * caution([1 / sizes[0], 1 / sizes[1]], freedoms, level);
    return within(MEASURES[measure], invertedInterval({ value, size: worth, df, variance }, level));
  }
  const estimate = above(value - bias);
  if (method === 'delta') return within(MEASURES[measure], normalInterval(estimate, Math.sqrt(variance), level));
  const random = new Random(seed);
  const again = (rows: readonly Float64Array[]) => meanOf(rows.map(() => rows[random.below(rows.length)] as Float64Array));
  const values = Float64Array.from({ length: replicates }, () => above(single(again(a), again(b)) - bias));
  if (method === 'percentile') return percentileInterval(values, level);
  const centred = (projections: readonly number[]) =>
    projections.map((t) => (t - sum(projections) / projections.length) / projections.length);
  return bcaInterval(values, estimate, [...centred(x), ...centred(y)], level);
}

/**
 * The scatter of few samples is itself uncertain: by what a variance is divided so that the normal distribution reaches as far as Student's t does, with Welch's degrees of freedom
 * (those of the group that scatters most, where one does).
 *
 * Source B. L. Welch, Biometrika 34 (1947)
 */
function caution([u, v]: readonly [number, number], [n, m]: readonly [number, number], level: number): number {
  const freedom = u + v === 0 ? n + m : (u + v) ** 2 / (u ** 2 / n + v ** 2 / m);
  return (normalQuantile((1 + level) / 2) / studentReach(level, freedom)) ** 2;
}

/** Directions in which samples scatter, as Satterthwaite counts them: (trace of their covariance)² over the sum of its squares. */
function effectiveDf(groups: readonly (readonly Float64Array[])[], means: readonly Float64Array[]): number {
  const rows = groups.flatMap((group, g) =>
    group.map((row) =>
      row.map(
        (share, i) => (share - (means[g]?.[i] as number)) / Math.sqrt(((means[0]?.[i] as number) + (means[1]?.[i] as number)) / 2 || 1),
      ),
    ),
  );
  const [first] = rows as [Float64Array];
  // Products of samples, or of columns, whichever are fewer: both have the same trace, and the same sum of squares.
  const fewer = rows.length <= first.length ? rows : Array.from(first, (_, i) => Float64Array.from(rows, (row) => row[i] as number));
  let [trace, squares] = [0, 0];
  for (const [i, a] of fewer.entries()) {
    for (const b of fewer.slice(i)) {
      const product = a.reduce((total, x, j) => total + x * (b[j] as number), 0);
      if (a === b) trace += product;
      squares += (a === b ? 1 : 2) * product * product;
    }
  }
  return squares === 0 ? Infinity : (trace * trace) / squares;
}

/** Rows of counts or shares as samples, without columns that none has. */
export function samplesOf(
  rows: readonly Float64Array[],
  labels: readonly string[],
  groups: readonly string[],
): Samples & { columns: Int32Array } {
  const some = new Uint8Array((rows[0] as Float64Array).length);
  for (const row of rows) for (const [i, value] of row.entries()) if (value > 0) some[i] = 1;
  const columns = Int32Array.from(some.keys()).filter((i) => some[i] === 1);
  const kept = rows.map((row) => shares(Float64Array.from(columns, (i) => row[i] as number)));
  return { shares: kept, totals: rows.map(sum), labels: Int32Array.from(labels, (label) => groups.indexOf(label)), groups, columns };
}
