/** The divergences of a pair, with what their statistics need: each from the core's function of that name. */
import {
  jensenShannonDivergence,
  jensenShannonDivergenceWithGradient,
  klDivergence,
  klDivergenceWithGradient,
  type Matrix,
  type Vector,
} from '../../index.js';
import type { Interval } from '../statistics/intervals.js';
import type { CellTerm } from './nullMean.js';
import { shares } from './pair.js';

export interface Measure {
  /** One value a row of p. */
  of(p: Matrix, q: Matrix | Vector): Float64Array;
  single(x: Float64Array, y: Float64Array): number;
  /** Derivatives by the counts: the influence of one more observation in each cell. */
  slopes(x: Float64Array, y: Float64Array): { readonly p: Float64Array; readonly q: Float64Array };
  /** No divergence is larger. */
  readonly largest: number;
  /** The size for which 2·size·D̂ is about χ² where both are the same. */
  size(n: number, m: number): number;
  /** Terms of 2·size·D̂, or of a statistic that agrees with it near 0 and is always finite. */
  readonly nullTerm: CellTerm;
  /** What D̂ has too much of in the mean, to the first order in 1/n and 1/m. */
  bias(x: Float64Array, y: Float64Array, n: number, m: number): number;
}

/** An interval's part that the divergence can be in. */
export function within({ largest }: Measure, [low, high]: Interval): Interval {
  return [Math.min(Math.max(0, low), largest), Math.min(Math.max(0, high), largest)];
}

/** N·M/(N + M); N where the other is known. */
export function harmonic(n: number, m: number): number {
  return n === Infinity ? m : m === Infinity ? n : (n * m) / (n + m);
}

/** x·log(x/y) − x + y: never negative, and over cells with the same sums on both sides KL. */
function relative(x: number, y: number): number {
  return x === 0 ? y : x * Math.log(x / y) - x + y;
}

const kl: Measure = {
  of: (p, q) => klDivergence(p, q),
  single: (x, y) => klDivergence(x, y),
  slopes: (x, y) => klDivergenceWithGradient(x, y).gradient as { p: Float64Array; q: Float64Array },
  largest: Infinity,
  size: harmonic,
  // KL itself is infinite now and then: this is G.
  nullTerm: (p, q, n, m) => {
    if (m === Infinity) return 2 * n * relative(p, q);
    const pooled = (n * p + m * q) / (n + m);
    return 2 * (n * relative(p, pooled) + m * relative(q, pooled));
  },
  bias: (x, y, n, m) => {
    const [p, q] = [shares(x), shares(y)];
    let [occupied, ratios] = [0, 0];
    for (const [i, share] of p.entries()) {
      if (share > 0) occupied++;
      if ((q[i] as number) > 0) ratios += share / (q[i] as number);
    }
    return (n === Infinity ? 0 : (occupied - 1) / (2 * n)) + (m === Infinity ? 0 : (ratios - 1) / (2 * m));
  },
};

const js: Measure = {
  of: (p, q) => jensenShannonDivergence(p, q),
  single: (x, y) => jensenShannonDivergence(x, y),
  slopes: (x, y) => jensenShannonDivergenceWithGradient(x, y).gradient as { p: Float64Array; q: Float64Array },
  largest: Math.LN2,
  size: (n, m) => 4 * harmonic(n, m),
  nullTerm: (p, q, n, m) => 4 * harmonic(n, m) * (relative(p, (p + q) / 2) + relative(q, (p + q) / 2)),
  bias: (x, y, n, m) => {
    const [p, q] = [shares(x), shares(y)];
    let bias = 0;
    for (const [i, a] of p.entries()) {
      const b = q[i] as number;
      if (a + b > 0) bias += (b * (1 - a)) / (a + b) / (4 * n) + (a * (1 - b)) / (a + b) / (4 * m);
    }
    return bias;
  },
};

export const MEASURES = { kl, js } as const;
export type MeasureName = keyof typeof MEASURES;
