/** The first two moments of q(z) = meanₙ q(z|xₙ), the aggregate of a batch of posteriors. */
import type { PosteriorRows } from './posterior.js';

export interface Moments {
  readonly mean: Float64Array;
  /** Variance over the samples of each dimension's mean. */
  readonly meanVariance: Float64Array;
  /** Lower factor of the covariance of q(z): the means' own, with each dimension's mean variance on the diagonal. */
  readonly cholesky: Float64Array;
}

/**
 * The factor grows from the standard deviations, a row of differences at a time, by plane rotations. The covariance itself is never formed: where variances are
 * small beside the spread of fewer means than dimensions, it would lose them to rounding and have no factor at all. Differences from the running mean are as many
 * as the means span, one fewer than samples, which those from the whole mean are not.
 */
export function momentsOf({ mean: { data, rows, cols }, logVariance }: PosteriorRows): Moments {
  const mean = new Float64Array(cols);
  const meanVariance = new Float64Array(cols);
  const upper = new Float64Array(cols * cols);
  const deviations = deviationsOf(logVariance);
  for (let d = 0; d < cols; d++) upper[d * (cols + 1)] = deviations[d] as number;
  const difference = new Float64Array(cols);
  for (let n = 0; n < rows; n++) {
    const scale = Math.sqrt(n / ((n + 1) * rows));
    for (let d = 0; d < cols; d++) {
      const from = (data[n * cols + d] as number) - (mean[d] as number);
      mean[d] = (mean[d] as number) + from / (n + 1);
      difference[d] = scale * from;
      meanVariance[d] = (meanVariance[d] as number) + (difference[d] as number) ** 2;
    }
    takeIn(upper, difference);
  }
  const cholesky = upper.map((_, i) => upper[(i % cols) * cols + Math.floor(i / cols)] as number);
  return { mean, meanVariance, cholesky };
}

/** Square root of the mean variance of each dimension, over its largest, so that none underflows. */
function deviationsOf({ data, rows, cols }: PosteriorRows['logVariance']): Float64Array {
  return Float64Array.from({ length: cols }, (_, d) => {
    let most = -Infinity;
    for (let i = d; i < data.length; i += cols) most = Math.max(most, data[i] as number);
    let sum = 0;
    for (let i = d; i < data.length; i += cols) sum += Math.exp((data[i] as number) - most);
    return Math.exp(most / 2) * Math.sqrt(sum / rows);
  });
}

/** RᵀR + rᵀr in place of RᵀR, R upper with a positive diagonal; the row r is used up. */
function takeIn(upper: Float64Array, row: Float64Array): void {
  const { length: d } = row;
  for (let j = 0; j < d; j++) {
    if (row[j] === 0) continue;
    const [a, b] = [upper[j * (d + 1)] as number, row[j] as number];
    const r = Math.hypot(a, b);
    const [c, s] = [a / r, b / r];
    for (let k = j, i = j * (d + 1); k < d; k++, i++) {
      const [x, y] = [upper[i] as number, row[k] as number];
      upper[i] = c * x + s * y;
      row[k] = c * y - s * x;
    }
    upper[j * (d + 1)] = r;
  }
}
