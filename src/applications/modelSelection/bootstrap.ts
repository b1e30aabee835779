/** Weights of models over resampled observations. */
import type { Vector } from '../../index.js';
import { argumentError, checkOptions, whole } from '../input/options.js';
import { Random } from '../statistics/random.js';
import { logLikelihoods } from './pointwise.js';

export interface BootstrapWeights {
  /** How often each model is the best over resampled observations; models that tie share. */
  readonly best: Float64Array;
  /** Mean over resamples of the weights by the sums of log-likelihoods: pseudo-BMA with the Bayesian bootstrap. */
  readonly weights: Float64Array;
}

/**
 * Weights of models from pointwise log-likelihoods, with the sample's own luck in them.
 *
 * @param models  one array a model, of the same observations
 * @param options replicates (1,000), seed (1)
 * @returns       {best, weights}: each sums to 1
 *
 * Source      Y. Yao, A. Vehtari, D. Simpson, A. Gelman, Bayesian Anal. 13 (2018)
 *
 * @throws {SurprisalError} ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN · ERR_OPTION
 * @example
 * bootstrapWeights([[-1, -1.1, -0.9], [-2, -2.2, -1.9]]).best; // 1, 0
 */
export function bootstrapWeights(
  models: readonly Vector[],
  options: { readonly replicates?: number | undefined; readonly seed?: number | undefined } = {},
): BootstrapWeights {
  checkOptions(options, { replicates: whole(1), seed: whole(0) });
  if (!Array.isArray(models) || models.length === 0) throw argumentError('ERR_EMPTY', 'models', 'one model or more', 'none');
  const rows = models.map((model, i) => logLikelihoods(`models[${i}]`, model));
  const n = (rows[0] as Float64Array).length;
  if (n === 0) throw argumentError('ERR_EMPTY', 'models', 'one observation or more', n, { row: 0 });
  for (const [row, values] of rows.entries())
    if (values.length !== n) throw argumentError('ERR_SHAPE', 'models', `${n} observations, as in the first model`, values.length, { row });
  const { replicates = 1000, seed = 1 } = options;
  const random = new Random(seed);
  const [best, weights, draws] = [new Float64Array(rows.length), new Float64Array(rows.length), new Float64Array(n)];
  for (let r = 0; r < replicates; r++) {
    let total = 0;
    for (let i = 0; i < n; i++) {
      draws[i] = random.exponential();
      total += draws[i] as number;
    }
    const sums = rows.map((row) => (n * row.reduce((sum, value, i) => sum + value * (draws[i] as number), 0)) / total);
    const top = Math.max(...sums);
    const scaled = sums.map((sum) => Math.exp(sum - top));
    const all = scaled.reduce((sum, weight) => sum + weight, 0);
    const ties = sums.filter((sum) => sum === top).length;
    for (const [m, sum] of sums.entries()) if (sum === top) best[m] = (best[m] as number) + 1 / ties;
    for (const [m, weight] of scaled.entries()) weights[m] = (weights[m] as number) + weight / all;
  }
  // Divided once: added up, so many parts of 1 are more than 1.
  const share = (sum: number) => sum / replicates;
  return { best: best.map(share), weights: weights.map(share) };
}
