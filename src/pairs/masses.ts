/**
 * Divergences between masses as matrix products. With ĉ any distribution that has mass wherever a row has,
 *
 *   KL(p_i ‖ q_j)  =  KL(p_i ‖ ĉ) − Σ_k p̂_ik·log(q̂_jk/ĉ_k)
 *
 * and the closer ĉ is to all of them, the smaller are the terms and their rounding: it is the mean of the rows.
 */
import { log } from '../backend/js/math/log.js';
import { packedLength, packRow, TILE } from '../backend/pack.js';
import type { Core } from '../core.js';
import { checkBatch } from '../check.js';
import { floatsOf } from '../floats.js';
import type { Dtype, Floats } from '../types.js';
import type { ProductForm, RowKernel, Rows } from './cells.js';

/** The rounding of a product beside Σ|terms|: 4·2⁻⁵³, and 2⁻²² of f32. Measured, at most a third of it; the worst case grows with the columns and is never met. */
const ROUNDING: Readonly<Record<Dtype, number>> = { f64: 2 ** -51, f32: 2 ** -22 };

/** The relative error that a cell may have without being computed again. */
const TOLERANCE: Readonly<Record<Dtype, number>> = { f64: 2 ** -43, f32: 2 ** -19 };

/** Entries below this are rounded to subnormals on the way: their logarithm is taken directly. */
const SMALL: Readonly<Record<Dtype, number>> = { f64: 1e-290, f32: 1e-30 };

export type MassMeasure = 'kl' | 'crossEntropy' | 'jeffreys';

/** The product that stands for a row kernel. Its rows have passed: masses, none of them all zero. */
export function massForm(measure: MassMeasure, { kernel, params, p, q }: RowKernel, dtype: Dtype, core: Core): ProductForm {
  const [P, Q] = [widened(p[0] as Rows, dtype), widened(q[0] as Rows, dtype)];
  const { cols } = P;
  const both = measure === 'jeffreys';
  const [sumsP, sumsQ] = [sumsOf(P), sumsOf(Q)];
  const center = centerOf(both ? [P, Q] : [Q], both ? [sumsP, sumsQ] : [sumsQ]);
  const against = (kernel: 'klRows' | 'crossEntropyRows', of: Rows): Float64Array => {
    const into = new Float64Array(of.rows);
    core.kernels[kernel](checkBatch(['p', 'q'], [of, center.as(of.data)]), [1], into);
    return into;
  };
  const logsQ = new Logs(Q, sumsQ, center, dtype, core);
  const logsP = both ? new Logs(P, sumsP, center, dtype, core) : undefined;
  const width = both ? 2 * cols : cols;
  const right = floatsOf(dtype, packedLength(Q.rows, width, TILE[dtype]));
  const largest = new Float64Array(width);
  const row = floatsOf(dtype, width);
  for (let j = 0; j < Q.rows; j++) {
    logsQ.write(j, row, 0);
    if (both) shares(Q, j, sumsQ, row, cols);
    for (let k = 0; k < width; k++) largest[k] = Math.max(largest[k] as number, Math.abs(row[k] as number));
    packRow(row, 0, width, right, j, TILE[dtype]);
  }
  const left: ProductForm['left'] = (i, into) => {
    shares(P, i, sumsP, into, 0);
    logsP?.write(i, into, cols);
    let size = 0;
    for (let k = 0; k < width; k++) size += Math.abs(into[k] as number) * (largest[k] as number);
    return (ROUNDING[dtype] / TOLERANCE[dtype]) * size;
  };
  const start = against(measure === 'crossEntropy' ? 'crossEntropyRows' : 'klRows', P);
  const exact = { kernel, params, p: [P], q: [Q] };
  const offset = both ? against('klRows', Q) : new Float64Array(Q.rows);
  return { rows: P.rows, others: Q.rows, width, dtype, left, right, start, offset, isInfinite: supports(P, Q, both), exact };
}

/** What goes into a cell is to be as exact as its product: f32 rows as f64 where the product is in f64. */
function widened(rows: Rows, dtype: Dtype): Rows {
  return dtype === 'f64' && rows.data instanceof Float32Array ? { ...rows, data: Float64Array.from(rows.data) } : rows;
}

function sumsOf({ data, rows, cols }: Rows): Float64Array {
  const sums = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    let sum = 0;
    for (const end = at + cols; at < end; at++) sum += data[at] as number;
    sums[i] = sum;
  }
  return sums;
}

/** p̂: entries over their sum. */
function shares({ data, cols }: Rows, i: number, sums: Float64Array, into: Floats, at: number): void {
  const sum = sums[i] as number;
  for (let k = 0, from = i * cols; k < cols; k++, from++) into[at + k] = (data[from] as number) / sum;
}

interface Center {
  readonly shares: Float64Array;
  /** In the dtype of rows that it is compared with. */
  as(like: Floats): Floats;
}

/** The mean of all rows, of the sum 1 but for rounding, as f32 holds it: it is the same beside rows of either dtype. */
function centerOf(all: readonly Rows[], sums: readonly Float64Array[]): Center {
  const mean = new Float64Array(all[0]?.cols ?? 0);
  const count = all.reduce((sum, { rows }) => sum + rows, 0);
  for (const [m, { data, rows, cols }] of all.entries()) {
    for (let i = 0; i < rows; i++) {
      const scale = 1 / ((sums[m] as Float64Array)[i] as number) / count;
      for (let k = 0, at = i * cols; k < cols; k++, at++) mean[k] = (mean[k] as number) + (data[at] as number) * scale;
    }
  }
  // No entry that has mass is rounded to 0, and none is a subnormal of f32.
  const single = Float32Array.from(mean, (x) => (x === 0 ? 0 : Math.max(x, 2 ** -120)));
  const total = single.reduce((sum, x) => sum + x, 0);
  return {
    shares: Float64Array.from(single, (x) => x / total),
    as: (like) => (like instanceof Float32Array ? single : Float64Array.from(single)),
  };
}

/** log(q̂/ĉ), row by row: what q̂ contributes to its divergence from ĉ, over q̂. 0 where q̂ is 0: `supports` knows those. */
class Logs {
  readonly #parts: Floats;
  readonly #small: number;

  constructor(
    readonly rows: Rows,
    readonly sums: Float64Array,
    readonly center: Center,
    dtype: Dtype,
    core: Core,
  ) {
    this.#parts = floatsOf(dtype, rows.data.length);
    this.#small = SMALL[dtype];
    core.kernels.contributionRows(checkBatch(['p', 'q'], [rows, center.as(rows.data)]), [1, 1], this.#parts);
  }

  write(j: number, into: Floats, at: number): void {
    const { data, cols } = this.rows;
    const sum = this.sums[j] as number;
    for (let k = 0, from = j * cols; k < cols; k++, from++) {
      const share = (data[from] as number) / sum;
      if (share >= this.#small) into[at + k] = (this.#parts[from] as number) / share;
      else into[at + k] = share === 0 ? 0 : log(share) - log(this.center.shares[k] as number);
    }
  }
}

/** Whether row i has mass where row j has none, and the other way round too where both count; undefined where no row has a zero. */
function supports(P: Rows, Q: Rows, both: boolean): ProductForm['isInfinite'] {
  const [zerosQ, zerosP] = [zerosOf(Q), both ? zerosOf(P) : undefined];
  if (zerosQ === undefined && zerosP === undefined) return undefined;
  const forward = zerosQ === undefined ? undefined : meets(P, zerosQ);
  const backward = zerosP === undefined ? undefined : meets(Q, zerosP);
  return (i, j) => forward?.(i, j) === true || backward?.(j, i) === true;
}

/** A bit for each entry that is 0; undefined where none is. */
function zerosOf({ data, rows, cols }: Rows): { readonly bits: Int32Array; readonly words: number } | undefined {
  const words = (cols + 31) >> 5;
  const bits = new Int32Array(rows * words);
  let any = false;
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < cols; k++, at++) {
      if (data[at] !== 0) continue;
      any = true;
      const word = i * words + (k >> 5);
      bits[word] = (bits[word] as number) | (1 << (k & 31));
    }
  }
  return any ? { bits, words } : undefined;
}

function meets(of: Rows, zeros: { readonly bits: Int32Array; readonly words: number }): (i: number, j: number) => boolean {
  const own = zerosOf(of)?.bits;
  const { bits, words } = zeros;
  const last = of.cols & 31;
  const full = last === 0 ? -1 : (1 << last) - 1;
  return (i, j) => {
    for (let w = 0; w < words; w++) {
      const mass = ~(own === undefined ? 0 : (own[i * words + w] as number)) & (w === words - 1 ? full : -1);
      if ((mass & (bits[j * words + w] as number)) !== 0) return true;
    }
    return false;
  };
}
