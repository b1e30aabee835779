/**
 * A divergence between every row of one matrix and every row of another, where the algebra makes it a matrix product:
 *
 *   value_ij = start_i + offset_j − Σ_k left_ik·right_jk
 *
 * The product's rounding error is absolute. A cell that is not large beside it is computed again by the row kernel, which keeps its digits, is 0 for equal
 * rows and is never negative: that is done up to the value `doubtP_i + doubtQ_j`. It comes from the cell's own two rows, so that no other row changes a bit.
 */
import type { KernelName } from '../backend/contract.js';
import { packedLength, QUAD, TILE } from '../backend/pack.js';
import type { Core } from '../core.js';
import { convert } from '../call.js';
import { checkBatch } from '../check.js';
import { floatsOf } from '../floats.js';
import type { Dtype, Floats } from '../types.js';

/** Rows of floats, one after the other. */
export interface Rows {
  readonly data: Floats;
  readonly rows: number;
  readonly cols: number;
}

export interface ProductForm {
  readonly rows: number;
  readonly others: number;
  /** Columns of the product, and what it is computed in. */
  readonly width: number;
  readonly dtype: Dtype;
  /** Packs left_i of `count` rows from `first` on, in quads. */
  left(first: number, count: number, into: Floats): void;
  /** Packed in tiles. */
  readonly right: Floats;
  readonly start: Float64Array;
  readonly offset: Float64Array;
  /** `left` may write start_i and doubtP_i. */
  readonly doubtP: Float64Array;
  readonly doubtQ: Float64Array;
  /** True where row i has mass that row j has not. Left out where no cell can be infinite so. */
  readonly isInfinite?: ((i: number, j: number) => boolean) | undefined;
  /** The row kernel, with its parameters, and its inputs: those of side p by i, those of side q by j. */
  readonly exact: RowKernel;
}

export interface RowKernel {
  readonly kernel: KernelName;
  readonly params: readonly number[];
  readonly p: readonly Rows[];
  readonly q: readonly Rows[];
}

/** Writes rows of cells: `count` rows from `first`, of each the cells from `from` to `to`; cell j of the i-th of them goes to `at + i·stride + j`. */
export interface PairRows {
  readonly rows: number;
  readonly others: number;
  write(first: number, count: number, into: Floats, at: number, from: number, to: number, stride: number): void;
}

/** Pairs that are computed again together, and entries of a side of theirs: of wide rows fewer. */
const AGAIN = 256;
const AGAIN_ENTRIES = 2 ** 17;

/** Rows up to this length are copied entry by entry: making a view takes as long. */
const SHORT_ROW = 32;

/** Cells of a block of rows; four rows at least. */
const BLOCK_CELLS = 2 ** 17;
const MOST_ROWS = 64;
/** Entries of packed rows that wait for their products, where they are not kept. */
const PACKED_ENTRIES = 2 ** 21;

/** Rows that are worth computing together. */
export function blockRows(others: number): number {
  return Math.max(QUAD, Math.min(MOST_ROWS, QUAD * Math.floor(BLOCK_CELLS / (QUAD * others))));
}

/** @param keeps whether rows are asked for again: they come in order at first, and stay packed */
export function byProducts(form: ProductForm, core: Core, keeps?: boolean): PairRows {
  const { rows, others, width, dtype, right } = form;
  const tile = TILE[dtype];
  const wide = QUAD * Math.max(1, Math.floor(PACKED_ENTRIES / (QUAD * width)));
  const most = keeps ? MOST_ROWS : Math.min(blockRows(others), QUAD * Math.ceil(rows / QUAD), wide);
  const room = floatsOf(dtype, packedLength(keeps ? rows : most, width, QUAD));
  let kept = 0;
  const tiles = Math.ceil(others / tile);
  const start = new Float64Array(most);
  const doubtP = new Float64Array(most);
  const [offset, doubtQ] = [new Float64Array(tiles * tile), new Float64Array(tiles * tile)];
  offset.set(form.offset);
  doubtQ.set(form.doubtQ);
  const again = new Again(form.exact, core);

  const writeBlock = (first: number, count: number, into: Floats, at: number, from: number, end: number, stride: number) => {
    const packed = keeps ? room.subarray(first * width) : room;
    if (first >= kept) {
      if (keeps) kept = first + count;
      else packed.fill(0, 0, packedLength(count, width, QUAD));
      form.left(first, count, packed);
    }
    start.set(form.start.subarray(first, first + count));
    doubtP.set(form.doubtP.subarray(first, first + count));
    const skipped = Math.floor(from / tile);
    const column = skipped * tile;
    core.products[dtype](packed, right.subarray(column * width), Math.ceil(count / QUAD), Math.ceil(end / tile) - skipped, width, {
      start,
      offset: offset.subarray(column),
      doubtP,
      doubtQ: doubtQ.subarray(column),
      out: into,
      at: at + column,
      stride,
      rows: count,
      from: from - column,
      to: end - column,
    });
    for (let i = 0; i < count; i++) {
      const row = first + i;
      const to = at + i * stride;
      if (form.isInfinite !== undefined) for (let j = from; j < end; j++) if (form.isInfinite(row, j)) into[to + j] = Infinity;
      if (doubtP[i] !== Infinity) continue;
      const bound = form.doubtP[row] as number;
      for (let j = from; j < end; j++) {
        if (!((into[to + j] as number) > bound + (doubtQ[j] as number))) again.add(row, j, into, to + j);
      }
    }
    again.finish(into);
  };

  return {
    rows,
    others,
    write(first, count, into, at, from, to, stride) {
      for (let done = 0; done < count; done += most)
        writeBlock(first + done, Math.min(most, count - done), into, at + done * stride, from, to, stride);
    },
  };
}

/** Pairs that the row kernel answers, some at a time. */
export class Again {
  /** Entries of each input, until `finish`: they may move or go between two blocks, and asking for them costs as much as a third of a pair. */
  #data: readonly Floats[] = [];
  readonly #exact: RowKernel;
  readonly #core: Core;
  readonly #inputs: readonly { readonly of: Rows; readonly isQ: boolean; readonly entries: Floats }[];
  readonly #places: Float64Array;
  readonly #results: Float64Array;
  #count = 0;

  constructor(exact: RowKernel, core: Core) {
    this.#exact = exact;
    this.#core = core;
    const [{ cols }] = exact.p as readonly [Rows];
    const most = Math.max(1, Math.min(AGAIN, Math.floor(AGAIN_ENTRIES / cols)));
    this.#places = new Float64Array(most);
    this.#results = new Float64Array(most);
    const room = (of: Rows, isQ: boolean) => ({
      of,
      isQ,
      entries: floatsOf(of.data instanceof Float64Array ? 'f64' : 'f32', most * of.cols),
    });
    this.#inputs = [...exact.p.map((of) => room(of, false)), ...exact.q.map((of) => room(of, true))];
  }

  /** Pair (i, j), whose value belongs to `into[place]`. */
  add(i: number, j: number, into: Floats, place: number): void {
    if (this.#count === 0) this.#data = this.#inputs.map(({ of }) => of.data);
    let k = 0;
    for (const { of, isQ, entries } of this.#inputs) {
      const { cols } = of;
      const data = this.#data[k++] as Floats;
      const [from, to] = [(isQ ? j : i) * cols, this.#count * cols];
      if (cols > SHORT_ROW) entries.set(data.subarray(from, from + cols), to);
      else for (let n = 0; n < cols; n++) entries[to + n] = data[from + n] as number;
    }
    this.#places[this.#count++] = place;
    if (this.#count === this.#places.length) this.finish(into);
  }

  finish(into: Floats): void {
    const rows = this.#count;
    if (rows === 0) return;
    this.#count = 0;
    const matrices = this.#inputs.map(({ of, entries }) => ({ data: entries.subarray(0, rows * of.cols) as Floats, rows, cols: of.cols }));
    const batch = checkBatch(
      matrices.map((_, k) => `${k}`),
      matrices,
    );
    this.#core.kernels[this.#exact.kernel](batch, this.#exact.params, this.#results);
    for (let k = 0; k < rows; k++) into[this.#places[k] as number] = this.#results[k] as number;
  }
}

/** What becomes of a value in nats. */
export interface Unit {
  readonly base?: number | undefined;
  readonly root?: boolean | undefined;
}

/** The same pairs in their unit, rounded once: cells wait in f64. */
export function inUnit(pairs: PairRows, { base, root = false }: Unit): PairRows {
  if (base === undefined && !root) return pairs;
  return {
    ...pairs,
    write(first, count, into, at, from, to, stride) {
      const width = to - from;
      const cells = new Float64Array(count * width);
      pairs.write(first, count, cells, -from, from, to, width);
      convert(cells, cells.length, base, { root });
      for (let i = 0; i < count; i++) into.set(cells.subarray(i * width, (i + 1) * width), at + i * stride + from);
    },
  };
}

/** Divergences that are no matrix product: the row kernel, each row of p against all rows of q. */
export function byRows({ kernel, params, p, q }: RowKernel, core: Core): PairRows {
  const [P, Q] = [p[0] as Rows, q[0] as Rows];
  const results = new Float64Array(Q.rows);
  return {
    rows: P.rows,
    others: Q.rows,
    write(first, count, into, at, from, to, stride) {
      const rest = { data: Q.data.subarray(from * Q.cols, to * Q.cols), rows: to - from, cols: Q.cols };
      for (let i = 0; i < count; i++) {
        const start = (first + i) * P.cols;
        core.kernels[kernel](checkBatch(['p', 'q'], [P.data.subarray(start, start + P.cols), rest]), params, results);
        for (let j = from; j < to; j++) into[at + i * stride + j] = results[j - from] as number;
      }
    },
  };
}
