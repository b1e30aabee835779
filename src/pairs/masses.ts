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
 * Error of l. ĉ's entries have 24 bits, and are brought to the mass of q by a factor of 24 bits, c = ĉ·m: exactly (assembly/kernels/contributions.ts). What they are
 * off by then, η = Σ(q − c)/Σc, is at most 2⁻²³, so that q − c − c·η keeps its digits however unlike the masses were; over that it is 16·2⁻⁵³ of l. η itself is off by
 * 13·2⁻⁵³·Σ|q̂ − ĉ|, and Σ|q̂ − ĉ| ≤ 2·min(max|l|, max l), or by what is left where that is 0: 2⁻⁷¹. A cell below FLOOR, 2⁻⁷¹/2⁻⁴⁵, is computed again.
 *
 * Error of a cell. f32: blocks of 64 products in f32, their sums in f64; each term meets at most 63 additions, and is rounded as a product, as p̂, and as l:
 * ≤ 66·2⁻²⁴ of the scale if all roundings agreed. f64: one sum over the columns, p̂ and l, ≤ (columns + 29)·2⁻⁵³ of it and 26·2⁻⁵³·min(max|l|, 2·max l) by η.
 * KL(p‖ĉ) ≤ KL(p‖q) + max l is in the cell as well, with its kernel's 2⁻²⁰ or 2⁻⁴⁸ of itself, and two roundings. Over r that is 2⁻¹⁴·⁶ and (columns + 90)·2⁻⁴⁵ of the
 * value (of Jeffreys, twice the columns): what is certain. Roundings of unrelated terms add up at random: measured, to less than a third of 2⁻²² and 4·2⁻⁵³ of the
 * scale, 2⁻¹⁹ and 2⁻⁴³ of the value. Those of rows of few different values agree more: 2⁻¹⁷·⁹, and 2⁻³⁹·⁹ at 512 columns, were seen. To promise 2⁻¹⁹ in every case
 * r would have to be 2.6 in f32: every cell would be computed again.
 */
import { packedLength, QUAD, TILE } from '../backend/pack.js';
import { checkBatch } from '../check.js';
import type { Core } from '../core.js';
import { floatsOf } from '../floats.js';
import type { Dtype } from '../types.js';
import type { ProductForm, RowKernel, Rows } from './cells.js';
import { meanShares, type Packing, packLogs, packShares } from './massRows.js';

/** r: the share of its scale above which a cell is not computed again. 2⁻²²/2⁻¹⁹ and 2⁻⁵¹/2⁻⁴³ as above. */
const SHARE: Readonly<Record<Dtype, number>> = { f64: 2 ** -8, f32: 2 ** -3 };

/** Up to here every cell is computed again: 2⁻⁷¹/2⁻⁴⁵ as above. */
const FLOOR = 2 ** -26;

export type MassMeasure = 'kl' | 'crossEntropy' | 'jeffreys';

/** The product that stands for a row kernel. Its rows have passed: masses, none of them all zero, of f64 where the product is; `given` is ĉ, above 0 everywhere. */
export function massForm(measure: MassMeasure, exact: RowKernel, given: Float64Array | undefined, dtype: Dtype, core: Core): ProductForm {
  const [P, Q] = [exact.p[0] as Rows, exact.q[0] as Rows];
  const { cols } = P;
  const both = measure === 'jeffreys';
  const mean = centerOf(given !== undefined ? [{ data: given, rows: 1, cols }] : both ? [P, Q] : [Q], cols);
  const center = P.data instanceof Float32Array ? Float32Array.from(mean) : mean; // both sides are of one kind

  const against = (kernel: 'klRows' | 'crossEntropyRows', of: Rows): Float64Array => {
    const into = new Float64Array(of.rows);
    core.kernels[kernel](checkBatch(['p', 'q'], [of, center]), [1], into);
    return into;
  };
  /** Packs logarithms of rows; where the cells of each are not in doubt, from their size. */
  const packWithDoubt = (of: Rows, first: number, count: number, packing: Packing, doubt: Float64Array) => {
    packLogs(of, first, count, center, core, packing, doubt);
    for (let i = first; i < first + count; i++) doubt[i] = FLOOR + (SHARE[dtype] / (1 - SHARE[dtype])) * (doubt[i] as number);
  };
  const width = both ? 2 * cols : cols;
  const right = floatsOf(dtype, packedLength(Q.rows, width, TILE[dtype]));
  const [doubtP, doubtQ] = [new Float64Array(P.rows), new Float64Array(Q.rows)];
  const packingQ = { into: right, width, group: TILE[dtype] };
  packWithDoubt(Q, 0, Q.rows, packingQ, doubtQ);
  if (both) packShares(Q, 0, Q.rows, { ...packingQ, from: cols });
  return {
    rows: P.rows,
    others: Q.rows,
    width,
    dtype,
    left: (first, count, into) => {
      const packing = { into, width, group: QUAD };
      packShares(P, first, count, packing);
      if (both) packWithDoubt(P, first, count, { ...packing, from: cols }, doubtP);
    },
    right,
    start: against(measure === 'crossEntropy' ? 'crossEntropyRows' : 'klRows', P),
    offset: both ? against('klRows', Q) : new Float64Array(Q.rows),
    doubtP,
    doubtQ,
    isInfinite: supports(P, Q, both),
    exact,
  };
}

/** The mean of all rows, rounded to f32: it is the same beside rows of either dtype. None of its entries is 0, or a subnormal of f32. */
function centerOf(all: readonly Rows[], cols: number): Float64Array {
  return meanShares(all, cols).map((x) => Math.fround(Math.max(x, 2 ** -120)));
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
