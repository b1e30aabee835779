/**
 * KL divergences between diagonal Gaussians as a matrix product, with m the mean of all means:
 *
 *   2·KL_ij = Σ_d [(v_id + (μ_id − m_d)²)·1/w_jd − 2·(μ_id − m_d)·(ν_jd − m_d)/w_jd]  −  Σ_d log v_id − D  +  Σ_d [log w_jd + (ν_jd − m_d)²/w_jd]
 *
 * In f64 whatever the inputs are: its terms are as large as the variances differ.
 */
import { exp } from '../backend/js/math/exp.js';
import { log } from '../backend/js/math/log.js';
import { packedLength, packRow, TILE } from '../backend/pack.js';
import type { DiagonalScale } from '../check.js';
import { floatsOf } from '../floats.js';
import type { ProductForm, RowKernel, Rows } from './cells.js';

/** The rounding of a value beside Σ|terms|, 8·2⁻⁵³, and the relative error that a cell may have without being computed again. */
const ROUNDING = 2 ** -50;
const TOLERANCE = 2 ** -33;

export interface Diagonals {
  readonly mean: Rows;
  readonly scale: Rows;
  readonly kind: DiagonalScale;
}

/** Variance and its logarithm. */
const READ: Readonly<Record<DiagonalScale, (x: number) => readonly [variance: number, logVariance: number]>> = {
  variance: (x) => [x, log(x)],
  logVariance: (x) => [exp(x), x],
  std: (x) => [x * x, 2 * log(x)],
};

/** Both sides of one kind, their entries passed. */
export function gaussianForm(p: Diagonals, q: Diagonals, kernel: RowKernel['kernel']): ProductForm {
  const { cols, rows } = p.mean;
  const others = q.mean.rows;
  const read = READ[p.kind];
  const middle = new Float64Array(cols);
  for (let i = 0; i < others * cols; i++) middle[i % cols] = (middle[i % cols] as number) + (q.mean.data[i] as number) / others;
  const width = 2 * cols;
  const right = floatsOf('f64', packedLength(others, width, TILE.f64));
  const offset = new Float64Array(others);
  const largest = new Float64Array(width);
  const row = new Float64Array(width);
  let mostOffset = 0;
  for (let j = 0; j < others; j++) {
    let sum = 0;
    let size = 0;
    for (let d = 0; d < cols; d++) {
      const [variance, logVariance] = read(q.scale.data[j * cols + d] as number);
      const away = (q.mean.data[j * cols + d] as number) - (middle[d] as number);
      row[d] = -0.5 / variance;
      row[cols + d] = away / variance;
      const square = (away * away) / variance;
      sum += (logVariance + square) / 2;
      size += Math.abs(logVariance) + square;
    }
    offset[j] = sum;
    mostOffset = Math.max(mostOffset, size);
    for (let k = 0; k < width; k++) largest[k] = Math.max(largest[k] as number, Math.abs(row[k] as number));
    packRow(row, 0, width, right, j, TILE.f64);
  }
  const start = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = -cols / 2;
    for (let d = 0; d < cols; d++) sum -= read(p.scale.data[i * cols + d] as number)[1] / 2;
    start[i] = sum;
  }
  const left: ProductForm['left'] = (i, into) => {
    let size = cols + mostOffset;
    for (let d = 0; d < cols; d++) {
      const [variance, logVariance] = read(p.scale.data[i * cols + d] as number);
      const away = (p.mean.data[i * cols + d] as number) - (middle[d] as number);
      into[d] = variance + away * away;
      into[cols + d] = away;
      size += Math.abs(logVariance) + (into[d] as number) * (largest[d] as number) + Math.abs(away) * (largest[cols + d] as number);
    }
    return (ROUNDING / TOLERANCE) * size;
  };
  const exact = { kernel, params: [], p: [p.mean, p.scale], q: [q.mean, q.scale] };
  return { rows, others, width, dtype: 'f64', left, right, start, offset, exact };
}
