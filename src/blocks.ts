/**
 * Batches of which some rows are lazy: they are written out a block at a time, and each block goes through the kernel.
 *
 * Sparse rows alone, of which one number each is wanted, are written without the columns that none of them stores: a class that has no mass anywhere adds
 * nothing. Their bits are those of dense rows of the columns stored by any of them, ascending; a row's bits depend neither on its block nor on the zeros behind
 * it (law 2). Beside a dense argument, which stores every column, they are those of dense rows.
 */
import type { Entries, Gradients, Kernel } from './backend/contract.js';
import { type Batch, entryError } from './check.js';
import { LazyRows, SparseRows } from './lazyRows.js';
import { Narrow } from './narrow.js';
import type { Dtype, Floats } from './types.js';

/** Entries in a block of each input; one row at least. */
const BLOCK_ENTRIES = 16384;

export class BlockRunner {
  /** One block for each input and dtype. They stay: the steady state allocates nothing. */
  readonly #blocks: Record<Dtype, Floats[]> = { f64: [], f32: [] };

  /** Of the rows of a block, how many columns each of them uses. */
  readonly #lengths = new Int32Array(BLOCK_ENTRIES);

  run(kernel: Kernel<Entries>, batch: Batch, params: readonly number[], into: Floats, width: number, gradients?: Gradients): void {
    const [p, q, ...more] = batch.inputs;
    const isRows = width === 1 && gradients === undefined;
    if (isRows && p instanceof SparseRows && more.length === 0 && (q === undefined || q instanceof SparseRows)) {
      this.#runSparse(kernel, batch, p, q, params, into);
    } else this.#runDense(kernel, batch, params, into, width, gradients);
  }

  #runDense(kernel: Kernel<Entries>, batch: Batch, params: readonly number[], into: Floats, width: number, gradients?: Gradients): void {
    const { inputs, steps, rows, cols, dtype } = batch;
    const blockRows = Math.max(1, Math.floor(BLOCK_ENTRIES / cols));
    const blocks = inputs.map((_, k) => this.#room(dtype, k, Math.min(rows, blockRows) * cols));
    for (let start = 0; start < rows; start += blockRows) {
      const count = Math.min(blockRows, rows - start);
      for (const [k, block] of blocks.entries()) {
        if (steps[k] === 0 && start > 0) continue;
        for (let row = 0; row < (steps[k] === 0 ? 1 : count); row++) readRow(batch, k, start + row, block, row * cols);
      }
      const rest = gradients?.map((gradient) => gradient?.subarray(start * cols));
      kernel(blocks, steps, count, cols, params, into.subarray(start * width), rest);
    }
  }

  #runSparse(
    kernel: Kernel<Entries>,
    batch: Batch,
    p: SparseRows,
    q: SparseRows | undefined,
    params: readonly number[],
    into: Floats,
  ): void {
    const { rows, cols, dtype } = batch;
    /** What a row may store, at most. */
    const most = (row: number) => Math.min(cols, p.stored(row) + (q === undefined ? 0 : q.stored(row)));
    for (let start = 0; start < rows; ) {
      let count = 0;
      let stride = 1;
      while (start + count < rows) {
        const longest = Math.max(stride, most(start + count));
        if (count > 0 && (count + 1) * longest > BLOCK_ENTRIES) break;
        stride = longest;
        count++;
      }
      const blocks = batch.inputs.map((_, k) => this.#room(dtype, k, count * stride));
      const width = mergeRows(p, q, start, count, stride, blocks, this.#lengths);
      for (const block of blocks) closeUp(block, count, stride, width, this.#lengths);
      const steps = batch.steps.map(() => width);
      kernel(blocks, steps, count, width, params, into.subarray(start));
      start += count;
    }
  }

  #room(dtype: Dtype, k: number, length: number): Floats {
    const blocks = this.#blocks[dtype];
    let block = blocks[k];
    if (block === undefined || block.length < length) {
      const entries = Math.max(length, BLOCK_ENTRIES);
      block = dtype === 'f64' ? new Float64Array(entries) : new Float32Array(entries);
      blocks[k] = block;
    }
    return block;
  }
}

/** Writes one row of an input, as numbers. */
export function readRow(batch: Batch, k: number, row: number, into: Floats, at: number): void {
  const { cols } = batch;
  const input = batch.inputs[k] as Batch['inputs'][number];
  if (input instanceof LazyRows) {
    input.write(row, into, at);
    return;
  }
  const from = row * (batch.steps[k] as number);
  if (input instanceof Narrow) {
    input.write(from, cols, into, at);
    return;
  }
  if (ArrayBuffer.isView(input)) {
    into.set(input.length === cols ? input : input.subarray(from, from + cols), at);
    return;
  }
  for (let column = 0; column < cols; column++) {
    const x = input[from + column];
    if (typeof x !== 'number') throw entryError(batch, k, row, column, 'a number');
    into[at + column] = x;
  }
}

/** Writes rows of the columns that either side stores, `stride` apart, and their lengths; returns the largest of these, at least 1. */
function mergeRows(
  p: SparseRows,
  q: SparseRows | undefined,
  start: number,
  count: number,
  stride: number,
  blocks: readonly Floats[],
  lengths: Int32Array,
): number {
  const [left, right] = blocks as [Floats, Floats];
  let longest = 1;
  for (let row = 0; row < count; row++) {
    const at = row * stride;
    const length = q === undefined ? copyStored(p, start + row, left, at) : mergeRow(p, q, start + row, left, right, at);
    lengths[row] = length;
    longest = Math.max(longest, length);
  }
  return longest;
}

function copyStored(p: SparseRows, row: number, into: Floats, at: number): number {
  into.set(p.values.subarray(p.offsets[row], p.offsets[row + 1]), at);
  return p.stored(row);
}

/** One step writes the smaller of the next columns on both sides; without a branch, for which side comes next cannot be foretold. */
function mergeRow(p: SparseRows, q: SparseRows, row: number, left: Floats, right: Floats, at: number): number {
  if (p.columns === undefined || q.columns === undefined) {
    copyStored(p, row, left, at);
    return copyStored(q, row, right, at);
  }
  const { values: x, columns: a } = p;
  const { values: y, columns: b } = q;
  let i = p.offsets[row] as number;
  let j = q.offsets[row] as number;
  const endP = p.offsets[row + 1] as number;
  const endQ = q.offsets[row + 1] as number;
  let to = at;
  while (i < endP && j < endQ) {
    const onLeft = (a[i] as number) | 0;
    const onRight = (b[j] as number) | 0;
    const takesP = 1 + ((onRight - onLeft) >> 31);
    const takesQ = 1 + ((onLeft - onRight) >> 31);
    // An Infinity beside takes 0 makes a NaN here: its row is refused for it anyway.
    left[to] = (x[i] as number) * takesP;
    right[to] = (y[j] as number) * takesQ;
    i += takesP;
    j += takesQ;
    to++;
  }
  for (; i < endP; i++, to++) {
    left[to] = x[i] as number;
    right[to] = 0;
  }
  for (; j < endQ; j++, to++) {
    left[to] = 0;
    right[to] = y[j] as number;
  }
  return to - at;
}

/** Moves rows that are `stride` apart to `width`, with zeros behind the shorter ones. */
function closeUp(block: Floats, count: number, stride: number, width: number, lengths: Int32Array): void {
  for (let row = 0; row < count; row++) {
    const from = row * stride;
    const to = row * width;
    const length = lengths[row] as number;
    if (from !== to) block.copyWithin(to, from, from + length);
    if (length < width) block.fill(0, to + length, to + width);
  }
}
