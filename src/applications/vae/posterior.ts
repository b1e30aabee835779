/** The posteriors of a batch, diagonal Gaussians, and their divergences from N(0, I) in every dimension. */
import { type Core, gaussian, type Matrix, matrix } from '../../index.js';
import { argumentError } from '../statistics/options.js';
import { ColumnSums } from '../statistics/sum.js';

/** Encoder outputs: rows are samples, columns are latent dimensions. */
export interface Posterior {
  readonly mean: Matrix;
  readonly logVariance: Matrix;
}

/** Rows that are looked at together: memory stays flat however many there are. */
const BLOCK_ENTRIES = 2 ** 16;

export function checkPosterior({ mean, logVariance }: Posterior): void {
  for (const [name, value] of Object.entries({ mean, logVariance })) {
    if (typeof value === 'object' && value !== null && 'rows' in value && 'cols' in value) continue;
    throw argumentError('ERR_KIND', name, 'a matrix of samples × dimensions, made by matrix(data, rows, cols)', value);
  }
  const shape = ({ rows, cols }: Matrix) => `${rows} × ${cols}`;
  if (mean.rows !== logVariance.rows || mean.cols !== logVariance.cols)
    throw argumentError('ERR_SHAPE', 'logVariance', `${shape(mean)}, as "mean"`, shape(logVariance));
}

/** Hands out KL(q(z_d|x_n) ‖ N(0, 1)) of every sample and dimension, in blocks of rows. */
export function eachBlock(
  { mean, logVariance }: Posterior,
  core: Core | undefined,
  use: (kl: Float64Array, firstRow: number, rows: number) => void,
): void {
  const { rows, cols } = mean;
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(1, cols)));
  for (let first = 0; first < rows || first === 0; first += step) {
    const count = Math.min(step, rows - first);
    const part = (whole: Matrix) => matrix(whole.data.subarray(first * cols, (first + count) * cols), count, cols, { dtype: whole.dtype });
    const kl = gaussian.univariateKlDivergence({ mean: part(mean), logVariance: part(logVariance) }, gaussian.standard, { core });
    use(kl, first, count);
  }
}

/** Σ over samples of each dimension's divergence, over the number of samples. */
export function meanPerDimension(posterior: Posterior, core: Core | undefined): Float64Array {
  const { rows, cols } = posterior.mean;
  const sums = new ColumnSums(cols);
  eachBlock(posterior, core, (kl) => {
    for (let i = 0, d = 0; i < kl.length; i++, d = d + 1 === cols ? 0 : d + 1) sums.add(d, kl[i] as number);
  });
  return sums.values.map((sum) => sum / rows);
}
