/**
 * Divergences between masses as matrix products. With ĉ any distribution that has mass wherever a row has,
 *
 *   KL(p_i ‖ q_j)  =  KL(p_i ‖ ĉ) − Σ_k p̂_ik·log(q̂_jk/ĉ_k)
 *
 * and the closer ĉ is to all of them, the smaller are the terms and their rounding: it is the mean of the rows, unless one is given.
 *
 * Scale of a cell. With l = log(q̂/ĉ), Σ p̂·|l| ≤ max|l|; and as Σ p̂·l is KL(p‖ĉ) − KL(p‖q), also Σ p̂·|l| = 2·Σ p̂·max(l, 0) − Σ p̂·l ≤ KL(p‖q) + 2·max l. Both
 * need the row of q alone; the second one forgives entries of q near 0, which make the cell as large as its terms. So a cell above r/(1 − r)·min(max|l|, 2·max l) is
 * above r·Σ p̂·|l|; for Jeffreys the two sides' are added.
 *
 * Error of a cell. f32: blocks of 64 products in f32, their sums in f64; each term meets at most 63 additions, and is rounded as a product, as p̂, and as l, whose
 * kernel is exact to 16·2⁻²⁴: ≤ 82·2⁻²⁴ of the scale if all roundings agreed. f64: one sum over the columns, ≤ (columns + 34)·2⁻⁵³. KL(p‖ĉ) ≤ KL(p‖q) + max l is in
 * the cell as well, with its kernel's 2⁻²⁰ or 2⁻⁴⁸ of itself. Over r that is 2⁻¹⁴·³ and (columns + 66)·2⁻⁴⁵ of the value (of Jeffreys, twice the columns): what is certain. Roundings of unrelated
 * terms add up at random: measured, to less than a third of 2⁻²² and 4·2⁻⁵³ of the scale, 2⁻¹⁹ and 2⁻⁴³ of the value. Those of rows of few different values agree more:
 * 2⁻¹⁷·⁹, and 2⁻³⁹·⁹ at 512 columns, were seen. To promise 2⁻¹⁹ in every case r would have to be 2.6 in f32: every cell would be computed again.
 */
import { log } from '../backend/js/math/log.js';
import { packedLength, packRow, TILE } from '../backend/pack.js';
import type { Core } from '../core.js';
import { checkBatch } from '../check.js';
import { floatsOf } from '../floats.js';
import type { Dtype, Floats } from '../types.js';
import type { ProductForm, RowKernel, Rows } from './cells.js';

/** r: the share of its scale above which a cell is not computed again. 2⁻²²/2⁻¹⁹ and 2⁻⁵¹/2⁻⁴³ as above. */
const SHARE: Readonly<Record<Dtype, number>> = { f64: 2 ** -8, f32: 2 ** -3 };

/** Entries below this are rounded to subnormals on the way: their logarithm is taken directly. */
const SMALL: Readonly<Record<Dtype, number>> = { f64: 1e-290, f32: 1e-30 };

export type MassMeasure = 'kl' | 'crossEntropy' | 'jeffreys';

/** The product that stands for a row kernel. Its rows have passed: masses, none of them all zero; `given` is ĉ, above 0 everywhere. */
export function massForm(
  measure: MassMeasure,
  { kernel, params, p, q }: RowKernel,
  given: Float64Array | undefined,
  dtype: Dtype,
  core: Core,
): ProductForm {
  const [P, Q] = [widened(p[0] as Rows, dtype), widened(q[0] as Rows, dtype)];
  const { cols } = P;
  const both = measure === 'jeffreys';
  const [sumsP, sumsQ] = [sumsOf(P), sumsOf(Q)];
  const center = centerOf(given ?? meanOf(both ? [P, Q] : [Q], both ? [sumsP, sumsQ] : [sumsQ]));
  const against = (kernel: 'klRows' | 'crossEntropyRows', of: Rows): Float64Array => {
    const into = new Float64Array(of.rows);
    core.kernels[kernel](checkBatch(['p', 'q'], [of, center.as(of.data)]), [1], into);
    return into;
  };
  const logsQ = new Logs(Q, sumsQ, center, dtype, core);
  const logsP = both ? new Logs(P, sumsP, center, dtype, core) : undefined;
  const width = both ? 2 * cols : cols;
  const right = floatsOf(dtype, packedLength(Q.rows, width, TILE[dtype]));
  const row = floatsOf(dtype, width);
  const doubtQ = new Float64Array(Q.rows);
  for (let j = 0; j < Q.rows; j++) {
    logsQ.write(j, row, 0);
    doubtQ[j] = doubtOf(row, cols, dtype);
    if (both) shares(Q, j, sumsQ, row, cols);
    packRow(row, 0, width, right, j, TILE[dtype]);
  }
  const left: ProductForm['left'] = (i, into) => {
    shares(P, i, sumsP, into, 0);
    logsP?.write(i, into, cols);
  };
  const doubtP = new Float64Array(P.rows);
  for (let i = 0; i < P.rows && logsP !== undefined; i++) {
    logsP.write(i, row, 0);
    doubtP[i] = doubtOf(row, cols, dtype);
  }
  return {
    rows: P.rows,
    others: Q.rows,
    width,
    dtype,
    left,
    right,
    start: against(measure === 'crossEntropy' ? 'crossEntropyRows' : 'klRows', P),
    offset: both ? against('klRows', Q) : new Float64Array(Q.rows),
    doubtP,
    doubtQ,
    isInfinite: supports(P, Q, both),
    exact: { kernel, params, p: [P], q: [Q] },
  };
}

/** What a row whose log-ratios these are adds to the value up to which a cell is computed again. */
function doubtOf(logs: Floats, cols: number, dtype: Dtype): number {
  let [least, most] = [0, 0];
  for (let k = 0; k < cols; k++) {
    const x = logs[k] as number;
    if (x < least) least = x;
    else if (x > most) most = x;
  }
  const share = SHARE[dtype];
  return (share / (1 - share)) * Math.min(Math.max(most, -least), 2 * most);
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

function meanOf(all: readonly Rows[], sums: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(all[0]?.cols ?? 0);
  const count = all.reduce((sum, { rows }) => sum + rows, 0);
  for (const [m, { data, rows, cols }] of all.entries()) {
    for (let i = 0; i < rows; i++) {
      const scale = 1 / ((sums[m] as Float64Array)[i] as number) / count;
      for (let k = 0, at = i * cols; k < cols; k++, at++) mean[k] = (mean[k] as number) + (data[at] as number) * scale;
    }
  }
  return mean;
}

/** Of the sum 1 but for rounding, as f32 holds it: it is the same beside rows of either dtype. */
function centerOf(masses: Float64Array): Center {
  const sum = masses.reduce((total, x) => total + x, 0);
  // No entry that has mass is rounded to 0, and none is a subnormal of f32.
  const single = Float32Array.from(masses, (x) => (x === 0 ? 0 : Math.max(x / sum, 2 ** -120)));
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
