/**
 * KL divergences between diagonal Gaussians as a matrix product, with m the mean of all means:
 *
 *   2·KL_ij = Σ_d [(v_id + (μ_id − m_d)²)·1/w_jd − 2·(μ_id − m_d)·(ν_jd − m_d)/w_jd]  −  Σ_d log v_id − D  +  Σ_d [log w_jd + (ν_jd − m_d)²/w_jd]
 *
 * In f64 whatever the inputs are: its terms are as large as the variances differ.
 *
 * Scale of a cell, with b = ν_j − m and per dimension: |log v| and |log w| as they are; (μ − m)² ≤ 2·(μ − ν)² + 2·b², so that what is multiplied is at most
 * v/2w + 2·(μ − ν)²/w + 2.5·b²/w; and x = v/w is at most 2·(x − 1 − log x) + 0.62. Together: ≤ 4·KL + Σ|log v| + Σ(|log w| + 3.5·b²/w + 1) of its own two rows.
 *
 * Error of a cell, each term rounded at most 2·columns + 8 times: ≤ (2·columns + 8)·2⁻⁵³ of the scale, (2·columns + 8)·2⁻³⁶ of the value where it is above 2⁻¹⁷ of it,
 * if all roundings agreed. As they usually add up, 8·2⁻⁵³ and 2⁻³³.
 *
 * Nothing of that holds where a variance, a square or a product leaves the range: rows that come near its ends go to the row kernel whole.
 */
import { exp } from '../backend/js/math/exp.js';
import { log } from '../backend/js/math/log.js';
import { packedLength, placeOf, QUAD, TILE } from '../backend/pack.js';
import type { DiagonalScale } from '../check.js';
import { floatsOf } from '../floats.js';
import type { Floats } from '../types.js';
import type { ProductForm, RowKernel, Rows } from './cells.js';

/** The share of its scale above which a cell is not computed again, 2⁻⁵⁰/2⁻³³, and of what the scale is besides 4·KL. */
const SHARE = 2 ** -17 / (1 - 4 * 2 ** -17);

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

/** Both sides of one kind, their entries passed; products are taken about `given`, or the mean of q's means. */
export function gaussianForm(p: Diagonals, q: Diagonals, kernel: RowKernel['kernel'], given: Float64Array | undefined): ProductForm {
  const { cols, rows } = p.mean;
  const others = q.mean.rows;
  const read = READ[p.kind];
  const middle = given ?? meanOf(q.mean);
  const width = 2 * cols;
  const right = floatsOf('f64', packedLength(others, width, TILE.f64));
  const offset = new Float64Array(others);
  const doubtQ = new Float64Array(others);
  const row = new Float64Array(width);
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
      size += Math.abs(logVariance) + 3.5 * square + variance / variance; // 1, or NaN for a variance beyond the range
    }
    offset[j] = sum;
    doubtQ[j] = doubtOf(size, row);
    for (let k = 0, to = placeOf(j, width, TILE.f64); k < width; k++, to += TILE.f64) right[to] = row[k] as number;
  }
  const leftOf = (i: number, into: Floats, at: number, stride: number) => {
    for (let d = 0, to = at; d < cols; d++, to += stride) {
      const away = (p.mean.data[i * cols + d] as number) - (middle[d] as number);
      into[to] = read(p.scale.data[i * cols + d] as number)[0] + away * away;
      into[to + cols * stride] = away;
    }
  };
  const start = new Float64Array(rows);
  const doubtP = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = -cols / 2;
    let size = 0;
    for (let d = 0; d < cols; d++) {
      const logVariance = read(p.scale.data[i * cols + d] as number)[1];
      sum -= logVariance / 2;
      size += Math.abs(logVariance);
    }
    start[i] = sum;
    leftOf(i, row, 0, 1);
    doubtP[i] = doubtOf(size, row);
  }
  const left = (first: number, count: number, into: Floats) => {
    for (let i = 0; i < count; i++) leftOf(first + i, into, placeOf(i, width, QUAD), QUAD);
  };
  const exact = { kernel, params: [], p: [p.mean, p.scale], q: [q.mean, q.scale] };
  return { rows, others, width, dtype: 'f64', left, right, start, offset, doubtP, doubtQ, exact };
}

/** Infinity for a row whose products could leave the range, of f64 or, where they cancel, of f32: the row kernel answers for all of it. */
function doubtOf(size: number, row: Float64Array): number {
  return size < 2 ** 126 && row.every((x) => Math.abs(x) < 2 ** 500) ? SHARE * size : Infinity;
}

function meanOf({ data, rows, cols }: Rows): Float64Array {
  const mean = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let d = 0; d < cols; d++, at++) mean[d] = (mean[d] as number) + (data[at] as number) / rows;
  return mean;
}
