/** How far a divergence from counts may be off: its variance, and intervals of five kinds. */
import { matrix } from '../../index.js';
import { bcaInterval, type Interval, normalInterval, percentileInterval } from '../statistics/intervals.js';
import { invertedInterval } from '../statistics/inversion.js';
import { Multinomial } from '../statistics/multinomial.js';
import { Random } from '../statistics/random.js';
import { type Estimator, estimate, smooth, smoothPair } from './estimators.js';
import { type Measure, within } from './measures.js';
import { nullMeanOf } from './nullMean.js';
import { type Pair, sum } from './pair.js';

/**
 * inversion: what a test would not reject; holds at 0 and far from it · delta: the estimate ± its standard error · bca, percentile: multinomial bootstrap ·
 * dirichlet: quantiles of the posterior under Jeffreys' prior.
 */
export type IntervalMethod = 'inversion' | 'delta' | 'bca' | 'percentile' | 'dirichlet';

export const INTERVAL_METHODS: readonly IntervalMethod[] = ['inversion', 'delta', 'bca', 'percentile', 'dirichlet'];

export interface IntervalSettings {
  readonly method: IntervalMethod;
  readonly estimator: Estimator;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

/** Entries of replicates that are held at a time: memory stays flat. */
const BLOCK = 2 ** 17;

/** Variance by the delta method: each observation moves the divergence by the slope of its cell. */
export function varianceOf(pair: Pair, measure: Measure, estimator: Estimator): number {
  const { x, y } = smoothPair(pair, estimator);
  const slopes = measure.slopes(x, y);
  const [n, m] = pair.sizes;
  return part(x, slopes.p, n) + part(y, slopes.q, m);
}

/** Smoothed masses sum to more than the counts do: the variance is that of the counts. */
function part(masses: Float64Array, slopes: Float64Array, size: number): number {
  if (size === Infinity) return 0;
  let squares = 0;
  for (const [i, slope] of slopes.entries()) squares += (masses[i] as number) * slope * slope;
  return (squares * sum(masses)) / size;
}

/** An interval for the divergence of a pair. */
export function intervalOf(pair: Pair, measure: Measure, settings: IntervalSettings): Interval {
  const { method, estimator, level } = settings;
  const { value } = estimate(pair, measure, estimator);
  if (value === Infinity && method !== 'inversion' && method !== 'dirichlet') return [0, Infinity];
  if (method === 'inversion') {
    const plain = estimator === 'miller-madow' ? 'plugin' : estimator;
    const smoothed = smoothPair(pair, plain);
    // Where all are in one column of several, another is as possible as half a count makes it.
    const df = cellsOf(pair) === 1 && pair.width > 1 ? 1 : nullMeanOf(pair, measure.nullTerm);
    // A column without counts has a variance, too: by the plug-in it has none.
    const variance = Math.max(varianceOf(pair, measure, plain), plain === 'plugin' ? varianceOf(pair, measure, 'jeffreys') : 0);
    const estimated = { value: measure.single(smoothed.x, smoothed.y), size: measure.size(...pair.sizes), df, variance, counted: true };
    return within(measure, invertedInterval(estimated, level));
  }
  if (method === 'delta') {
    return within(measure, normalInterval(value, Math.sqrt(varianceOf(pair, measure, estimator)), level));
  }
  const random = new Random(settings.seed);
  if (method === 'dirichlet') return percentileInterval(posteriorValues(pair, measure, settings.replicates, random), level);
  const values = bootstrapValues(pair, measure, estimator, settings.replicates, random);
  return method === 'percentile' ? percentileInterval(values, level) : bca(pair, measure, estimator, values, value, level);
}

/** Cells with mass on either side. */
export function cellsOf({ columns }: Pair): number {
  return columns.at(-1) === -1 ? columns.length - 1 : columns.length;
}

function bca(pair: Pair, measure: Measure, estimator: Estimator, values: Float64Array, value: number, level: number): Interval {
  const { x, y } = smoothPair(pair, estimator);
  const slopes = measure.slopes(x, y);
  const sides = [0, 1].filter((side) => pair.sizes[side] !== Infinity);
  const influence = sides.flatMap((side) => Array.from(side === 0 ? slopes.p : slopes.q));
  const weights = sides.flatMap((side) => Array.from(side === 0 ? pair.x : pair.y));
  return bcaInterval(values, value, influence, level, weights);
}

/** The divergence of resampled counts: both sides are drawn again, but for what is known. */
export function bootstrapValues(pair: Pair, measure: Measure, estimator: Estimator, replicates: number, random: Random): Float64Array {
  const side = (counts: Float64Array, size: number) => {
    if (size === Infinity) return onScaleOf(counts, pair);
    const multinomial = new Multinomial(counts, Math.round(size));
    return (row: Float64Array) => {
      multinomial.draw(random, row);
      if (estimator !== 'plugin') row.set(smooth(row, pair, estimator));
    };
  };
  const values = blockwise(pair, measure, replicates, side(pair.x, pair.sizes[0]), side(pair.y, pair.sizes[1]));
  if (estimator !== 'miller-madow') return values;
  const bias = measure.bias(pair.x, pair.y, ...pair.sizes);
  return values.map((value) => Math.max(0, value - bias));
}

/** What is known, on the scale of the other side's counts: rows whose sums agree take the core's shorter way. */
function onScaleOf(known: Float64Array, { sizes }: Pair): Float64Array {
  const factor = Math.min(...sizes) / sum(known);
  return known.map((mass) => mass * factor);
}

/** The divergence of draws from the posterior, a Dirichlet distribution for each side; ½ is added to each column. */
function posteriorValues(pair: Pair, measure: Measure, replicates: number, random: Random): Float64Array {
  const side = (counts: Float64Array, size: number) => {
    if (size === Infinity) return counts;
    const shapes = smooth(counts, pair, 'jeffreys');
    return (row: Float64Array) => {
      for (const [i, shape] of shapes.entries()) row[i] = random.gamma(shape);
    };
  };
  return blockwise(pair, measure, replicates, side(pair.x, pair.sizes[0]), side(pair.y, pair.sizes[1]));
}

type Side = Float64Array | ((row: Float64Array) => void);

/** Fills rows of replicates block by block and hands them to the kernel. */
function blockwise({ x }: Pair, measure: Measure, replicates: number, p: Side, q: Side): Float64Array {
  const cols = x.length;
  const rows = Math.max(1, Math.min(replicates, Math.floor(BLOCK / cols)));
  const fillers = [p, q].map((side) => (typeof side === 'function' ? new Float64Array(rows * cols) : side));
  const values = new Float64Array(replicates);
  for (let done = 0; done < replicates; done += rows) {
    const count = Math.min(rows, replicates - done);
    for (let i = 0; i < count; i++)
      for (const [s, side] of [p, q].entries())
        if (typeof side === 'function') side((fillers[s] as Float64Array).subarray(i * cols, (i + 1) * cols));
    const [P, Q] = [p, q].map((side, s) => {
      const data = fillers[s] as Float64Array;
      return typeof side === 'function' ? matrix(data.subarray(0, count * cols), count, cols) : data;
    });
    values.set(measure.of(P as never, Q as never), done);
  }
  return values;
}
