/** The posteriors of a batch, diagonal Gaussians, and their divergences from N(0, I) in every dimension. */
import { type Core, type Floats, gaussian, type Matrix, matrix } from '../../index.js';
import { areFinite } from '../input/finite.js';
import { type Fault, relocated } from '../input/relocated.js';
import { roomFor } from '../input/room.js';
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

const rowsOfBlock = (cols: number): number => Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(1, cols)));

export type UseBlock = (kl: Float64Array, slopes: Floats, firstRow: number, count: number) => void;

/** Hands out KL(q(z_d|x_n) ‖ N(0, 1)) of every sample and dimension, with its derivatives by the log-variances, in blocks of rows. */
export function eachBlock({ mean, logVariance }: PosteriorRows, core: Core | undefined, use: UseBlock): void {
  const { rows, cols } = mean;
  const step = rowsOfBlock(cols);
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const block = { mean: sliceRows(mean, first, count), logVariance: sliceRows(logVariance, first, count) };
    const options = { core, withRespectTo: ['p.logVariance'] as const };
    const { value, gradient } = gaussian.univariateKlDivergenceWithGradient(block, gaussian.standard, options);
    use(value, gradient['p.logVariance'], first, count);
  }
}

/**
 * Refuses parameters that are not finite: after it nothing fails any more.
 *
 * @throws {SurprisalError} ERR_DOMAIN (with row, column and value)
 */
export function checkFinite({ mean, logVariance }: PosteriorRows, core: Core | undefined): void {
  if (areFinite(mean.data) && areFinite(logVariance.data)) return;
  const named = ({ argument, row, column }: Fault) => ({ argument: argument?.replace('p.', ''), row, column });
  relocated(() => gaussian.klDivergence({ mean, logVariance }, gaussian.standard, { core }), named);
}

/** Where derivatives go, and what they are multiplied by. */
export interface Slopes {
  readonly by: number;
  readonly mean: Floats;
  readonly logVariance: Floats;
}

/**
 * Σ over samples of each dimension's divergence, over the number of samples; with the derivatives of the samples' own, where they are wanted. Blocks of
 * log-variances are turned, so that a dimension is a row and the kernel sums it; what means add, m²/2, needs no kernel.
 *
 * @param posterior finite: see {@link checkFinite}
 */
export function meanPerDimension({ mean, logVariance }: PosteriorRows, core: Core | undefined, slopes?: Slopes): Float64Array {
  const { rows, cols } = mean;
  const sums = new ColumnSums(cols);
  const step = Math.min(rows, rowsOfBlock(cols));
  const room = logVariance.data.slice(0, step * cols);
  const zeros = mean.data.slice(0, step * cols).fill(0);
  const turnedSlopes = slopes && roomFor('slopes', undefined, { mean, logVariance }, step * cols);
  const value = new Float64Array(cols);
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const part = (whole: Floats) => (count === step ? whole : whole.subarray(0, count * cols));
    const means = matrix(part(zeros), cols, count);
    turn(logVariance, first, count, room);
    addSquares(mean, first, count, sums, slopes);
    const turned = { mean: means, logVariance: matrix(part(room), cols, count) };
    if (turnedSlopes === undefined) gaussian.klDivergence(turned, gaussian.standard, { core, out: value });
    else {
      const out = { value, gradient: { 'p.logVariance': part(turnedSlopes) } };
      gaussian.klDivergenceWithGradient(turned, gaussian.standard, { core, withRespectTo: ['p.logVariance'], out });
      turnBack(turnedSlopes, slopes as Slopes, first, count, cols);
    }
    addTo(sums, value);
  }
  return sums.values.map((sum) => sum / rows);
}

/** A loop of its own: one inside the loop over blocks would have that one compiled anew in the middle of every call. */
function addTo(sums: ColumnSums, values: Float64Array): void {
  for (let d = 0; d < values.length; d++) sums.add(d, values[d] as number);
}

/** Columns of some rows as rows, in `room`. Four at once, since the loop is what takes time; beyond the last row that one once more. */
function turn({ data, cols }: FloatRows, first: number, count: number, room: Floats): void {
  for (let r = 0; r < count; r += 4) {
    const [r1, r2, r3] = nextRows(r, count);
    for (let d = 0, i = (first + r) * cols, j = r; d < cols; d++, i++, j += count) {
      room[j] = data[i] as number;
      room[j + r1] = data[i + r1 * cols] as number;
      room[j + r2] = data[i + r2 * cols] as number;
      room[j + r3] = data[i + r3 * cols] as number;
    }
  }
}

/** Their derivatives, back in their places. */
function turnBack(turned: Floats, { by, logVariance }: Slopes, first: number, count: number, cols: number): void {
  for (let r = 0; r < count; r += 4) {
    const [r1, r2, r3] = nextRows(r, count);
    for (let d = 0, i = (first + r) * cols, j = r; d < cols; d++, i++, j += count) {
      logVariance[i] = by * (turned[j] as number);
      logVariance[i + r1 * cols] = by * (turned[j + r1] as number);
      logVariance[i + r2 * cols] = by * (turned[j + r2] as number);
      logVariance[i + r3 * cols] = by * (turned[j + r3] as number);
    }
  }
}

/** How far the three rows after row r are from it, of `count`. */
const nextRows = (r: number, count: number) => [1, 2, 3].map((k) => Math.min(k, count - 1 - r)) as [number, number, number];

/** Rows whose squares are added up without compensation. */
const STRIP_ROWS = 32;

/** m²/2 of each column; and the derivatives, which are the means. */
function addSquares({ data, cols }: FloatRows, first: number, count: number, sums: ColumnSums, slopes: Slopes | undefined): void {
  const squares = new Float64Array(cols);
  const { mean: to, by = 0 } = slopes ?? {};
  for (let r = 0; r < count; r += 4) {
    const [r1, r2, r3] = nextRows(r, count);
    const [is1, is2, is3] = [r1 === 1, r2 === 2, r3 === 3];
    for (let d = 0, i = (first + r) * cols; d < cols; d++, i++) {
      const m0 = data[i] as number;
      const m1 = data[i + r1 * cols] as number;
      const m2 = data[i + r2 * cols] as number;
      const m3 = data[i + r3 * cols] as number;
      squares[d] = (squares[d] as number) + (m0 * m0 + (is1 ? m1 * m1 : 0) + ((is2 ? m2 * m2 : 0) + (is3 ? m3 * m3 : 0)));
      if (to === undefined) continue;
      to[i] = by * m0;
      to[i + r1 * cols] = by * m1;
      to[i + r2 * cols] = by * m2;
      to[i + r3 * cols] = by * m3;
    }
    if ((r + 4) % STRIP_ROWS !== 0 && r + 4 < count) continue;
    for (let d = 0; d < cols; d++) sums.add(d, (squares[d] as number) / 2);
    squares.fill(0);
  }
}
