/** The posteriors of a batch, diagonal Gaussians, and their divergences from N(0, I) in every dimension. */
import { type Core, type Floats, gaussian, type Matrix, matrix } from '../../index.js';
import { type Fault, type Place, relocated } from '../input/relocated.js';
import { type FloatRows, type RowsLike, sliceRows, toRows } from '../input/tensor.js';
import { argumentError, checkObject } from '../input/options.js';
import { ColumnSums } from '../statistics/sum.js';

/** Encoder outputs, of any kind that `rowsOf` of `surprisal/interop` takes: rows are samples, columns are latent dimensions. */
export interface EncoderOutputs {
  readonly mean: RowsLike;
  readonly logVariance: RowsLike;
}

export interface Posterior {
  readonly mean: Matrix;
  readonly logVariance: Matrix;
}

/** The same as it is computed with. */
export interface PosteriorRows extends Posterior {
  readonly mean: FloatRows;
  readonly logVariance: FloatRows;
}

/** Rows that are looked at together: memory stays flat however many there are. */
const BLOCK_ENTRIES = 2 ** 14;

export function readPosterior(outputs: EncoderOutputs): PosteriorRows {
  checkObject('outputs', outputs, 'mean and logVariance, rows each');
  const [mean, logVariance] = [toRows('mean', outputs.mean), toRows('logVariance', outputs.logVariance)];
  const shape = ({ rows, cols }: FloatRows) => `${rows} × ${cols}`;
  if (mean.rows !== logVariance.rows || mean.cols !== logVariance.cols)
    throw argumentError('ERR_SHAPE', 'logVariance', `${shape(mean)}, as "mean"`, shape(logVariance));
  if (mean.rows === 0 || mean.cols === 0) throw argumentError('ERR_EMPTY', 'mean', 'at least one row and one column', shape(mean));
  return { mean, logVariance };
}

export const rowsOfBlock = (cols: number): number => Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(1, cols)));

/** Hands out KL(q(z_d|x_n) ‖ N(0, 1)) of every sample and dimension, in blocks of rows. */
export function eachBlock(
  { mean, logVariance }: PosteriorRows,
  core: Core | undefined,
  use: (kl: Float64Array, firstRow: number, rows: number) => void,
): void {
  const step = rowsOfBlock(mean.cols);
  for (let first = 0; first < mean.rows; first += step) {
    const count = Math.min(step, mean.rows - first);
    const part = (whole: FloatRows) => sliceRows(whole, first, count);
    use(gaussian.univariateKlDivergence({ mean: part(mean), logVariance: part(logVariance) }, gaussian.standard, { core }), first, count);
  }
}

/**
 * Σ over samples of each dimension's divergence, over the number of samples. Blocks are turned, so that a dimension is a row and the kernel sums it.
 *
 * @throws {SurprisalError} ERR_DOMAIN (with row, column and value)
 */
export function meanPerDimension({ mean, logVariance }: PosteriorRows, core: Core | undefined): Float64Array {
  const { rows, cols } = mean;
  const sums = new ColumnSums(cols);
  const step = rowsOfBlock(cols);
  const [means, logVariances] = [mean, logVariance].map(({ data }) => data.slice(0, Math.min(step, rows) * cols)) as [Floats, Floats];
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const turned = { mean: turn(mean, first, count, means), logVariance: turn(logVariance, first, count, logVariances) };
    const divergences = relocated(() => gaussian.klDivergence(turned, gaussian.standard, { core }), turnedBack(first));
    for (const [d, kl] of divergences.entries()) sums.add(d, kl);
  }
  return sums.values.map((sum) => sum / rows);
}

/** Rows that are turned together: a line of the cache, which is then read once. */
const TURNED_ROWS = 16;

/** Columns of some rows as rows, in `room`. */
function turn({ data, cols }: FloatRows, first: number, count: number, room: Floats): Matrix {
  for (let from = 0; from < count; from += TURNED_ROWS) {
    const end = Math.min(count, from + TURNED_ROWS);
    for (let d = 0; d < cols; d++)
      for (let r = from, i = (first + from) * cols + d; r < end; r++, i += cols) room[d * count + r] = data[i] as number;
  }
  return matrix(room.length === count * cols ? room : room.subarray(0, count * cols), cols, count);
}

/** Where a fault of a turned block stands in the whole; the library calls the parameters p.mean and p.logVariance. */
function turnedBack(first: number): (fault: Fault) => Place | undefined {
  return ({ argument, row, column }) =>
    column === undefined ? undefined : { argument: argument?.replace('p.', ''), row: first + column, column: row };
}
