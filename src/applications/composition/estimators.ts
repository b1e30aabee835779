/** Estimators of a divergence from counts. */
import type { Measure } from './measures.js';
import { type Pair, sum } from './pair.js';

/**
 * plugin: counts over their sum · miller-madow: the plug-in less its bias to the first order, 0 where that is below 0 · jeffreys, laplace, perks: ½, 1, 1/K added
 * to each of K columns (posterior means of a Dirichlet prior) · james-stein: shrunk towards the uniform distribution by as much as the data say.
 */
export type Estimator = 'plugin' | 'miller-madow' | 'jeffreys' | 'laplace' | 'perks' | 'james-stein';

export const ESTIMATORS: readonly Estimator[] = ['plugin', 'miller-madow', 'jeffreys', 'laplace', 'perks', 'james-stein'];

/** What is added to each column. */
function pseudocount(estimator: Estimator, width: number): number {
  return { jeffreys: 1 / 2, laplace: 1, perks: 1 / width }[estimator as string] ?? 0;
}

/** Masses of the cells as the estimator has them, on the scale of the counts. */
export function smooth(counts: Float64Array, { widths, width }: Pick<Pair, 'widths' | 'width'>, estimator: Estimator): Float64Array {
  if (estimator === 'james-stein') return shrink(counts, widths, width);
  const alpha = pseudocount(estimator, width);
  return alpha === 0 ? counts : counts.map((count, i) => count + alpha * (widths[i] as number));
}

/**
 * Towards 1/K by λ = Σ var(p̂)/Σ(1/K − p̂)², between 0 and 1.
 *
 * Source J. Hausser, K. Strimmer, J. Mach. Learn. Res. 10 (2009)
 */
function shrink(counts: Float64Array, widths: Float64Array, width: number): Float64Array {
  const n = sum(counts);
  let [variance, distance] = [1, 0];
  for (const [i, count] of counts.entries()) {
    const p = count / n;
    variance -= p * p;
    // A cell of several columns has no counts.
    distance += (widths[i] as number) * (1 / width - p) ** 2;
  }
  const lambda = distance === 0 || n <= 1 ? 1 : Math.min(1, variance / ((n - 1) * distance));
  return counts.map((count, i) => n * ((lambda * (widths[i] as number)) / width + ((1 - lambda) * count) / n));
}

/** Both sides of a pair as the estimator has them; what is known is left as it is. */
export function smoothPair(pair: Pair, estimator: Estimator): Pair {
  const [n, m] = pair.sizes;
  const x = n === Infinity ? pair.x : smooth(pair.x, pair, estimator);
  const y = m === Infinity ? pair.y : smooth(pair.y, pair, estimator);
  return { ...pair, x, y };
}

export interface Estimate {
  readonly value: number;
  /** What Miller–Madow took off the plug-in; 0 for the others. */
  readonly bias: number;
}

export function estimate(pair: Pair, measure: Measure, estimator: Estimator): Estimate {
  const { x, y } = smoothPair(pair, estimator);
  const value = measure.single(x, y);
  if (estimator !== 'miller-madow' || value === Infinity) return { value, bias: 0 };
  const bias = measure.bias(x, y, ...pair.sizes);
  return { value: Math.max(0, value - bias), bias };
}
