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

type Read = (from: Floats, at: number, variances: Float64Array, logVariances: Float64Array) => void;

/** Of a row its variances and their logarithms. */
const READ: Readonly<Record<DiagonalScale, Read>> = {
  variance: (from, at, variances, logVariances) => {
    for (let d = 0; d < variances.length; d++) {
      const v = from[at + d] as number;
      variances[d] = v;
      logVariances[d] = log(v);
    }
  },
  logVariance: (from, at, variances, logVariances) => {
    for (let d = 0; d < variances.length; d++) {
      const l = from[at + d] as number;
      logVariances[d] = l;
      variances[d] = exp(l);
    }
  },
  std: (from, at, variances, logVariances) => {
    for (let d = 0; d < variances.length; d++) {
      const s = from[at + d] as number;
      variances[d] = s * s;
      logVariances[d] = 2 * log(s);
    }
  },
};

/** A row of either side: what it brings to products, to their sum, and to the doubt about it. */
class Row {
  readonly products: Float64Array;
  readonly #variances: Float64Array;
  readonly #logVariances: Float64Array;
  readonly #middle: Float64Array;
  readonly #read: Read;
  sum = 0;
  doubt = 0;

  constructor(middle: Float64Array, kind: DiagonalScale) {
    const cols = middle.length;
    this.products = new Float64Array(2 * cols);
    [this.#variances, this.#logVariances] = [new Float64Array(cols), new Float64Array(cols)];
    [this.#middle, this.#read] = [middle, READ[kind]];
  }

  /** v + (μ − m)², and μ − m. */
  left({ mean, scale }: Diagonals, i: number): void {
    const [row, variances, logVariances, middle, means] = [this.products, this.#variances, this.#logVariances, this.#middle, mean.data];
    const cols = middle.length;
    this.#read(scale.data, i * cols, variances, logVariances);
    let sum = -cols / 2;
    let size = 0;
    for (let d = 0, at = i * cols; d < cols; d++, at++) {
      const away = (means[at] as number) - (middle[d] as number);
      row[d] = (variances[d] as number) + away * away;
      row[cols + d] = away;
      const logVariance = logVariances[d] as number;
      sum -= logVariance / 2;
      size += Math.abs(logVariance);
    }
    this.#conclude(sum, size);
  }

  /** −½/w, and (ν − m)/w: a product with 1/w each. */
  right({ mean, scale }: Diagonals, j: number): void {
    const [row, variances, logVariances, middle, means] = [this.products, this.#variances, this.#logVariances, this.#middle, mean.data];
    const cols = middle.length;
    this.#read(scale.data, j * cols, variances, logVariances);
    let sum = 0;
    let size = 0;
    for (let d = 0, at = j * cols; d < cols; d++, at++) {
      const inverse = 1 / (variances[d] as number);
      const logVariance = logVariances[d] as number;
      const away = (means[at] as number) - (middle[d] as number);
      row[d] = -0.5 * inverse;
      row[cols + d] = away * inverse;
      const square = away * away * inverse;
      sum += (logVariance + square) / 2;
      size += Math.abs(logVariance) + 3.5 * square + (variances[d] as number) * inverse; // 1, or NaN for a variance beyond the range
    }
    this.#conclude(sum, size);
  }

  #conclude(sum: number, size: number): void {
    this.sum = sum;
    this.doubt = doubtOf(size, this.products);
  }

  pack(into: Floats, at: number, stride: number): void {
    const row = this.products;
    for (let k = 0, to = at; k < row.length; k++, to += stride) into[to] = row[k] as number;
  }
}

/** Both sides of one kind, their entries passed; products are taken about `given`, or the mean of q's means. */
export function gaussianForm(p: Diagonals, q: Diagonals, kernel: RowKernel['kernel'], given: Float64Array | undefined): ProductForm {
  const { cols, rows } = p.mean;
  const others = q.mean.rows;
  const row = new Row(given ?? meanOf(q.mean), p.kind);
  const width = 2 * cols;
  const right = floatsOf('f64', packedLength(others, width, TILE.f64));
  const [offset, doubtQ] = [new Float64Array(others), new Float64Array(others)];
  for (let j = 0; j < others; j++) {
    row.right(q, j);
    [offset[j], doubtQ[j]] = [row.sum, row.doubt];
    row.pack(right, placeOf(j, width, TILE.f64), TILE.f64);
  }
  const [start, doubtP] = [new Float64Array(rows), new Float64Array(rows)];
  const left = (first: number, count: number, into: Floats) => {
    for (let i = 0; i < count; i++) {
      row.left(p, first + i);
      [start[first + i], doubtP[first + i]] = [row.sum, row.doubt];
      row.pack(into, placeOf(i, width, QUAD), QUAD);
    }
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
