/**
 * Batches of which some rows are lazy: they are written out a block at a time, and each block goes through the kernel.
 *
 * Sparse rows alone, of which one number each is wanted, are written without the columns that none of them stores: a class that has no mass anywhere adds
 * nothing. Their bits are those of dense rows of the columns stored by any of them, ascending, and depend on nothing else: rows are not filled up, but go
 * together where they are equally long. Beside a dense argument, which stores every column, the bits are those of dense rows.
 */
import type { Entries, Gradients, Kernel } from '../backend/contract.js';
import { type Batch, entryError } from '../check.js';
import { floatsOf } from '../floats.js';
import { LazyRows, SparseRows } from './lazyRows.js';
import { Narrow } from './narrow.js';
import type { Dtype, Floats } from '../types.js';

/** Entries in a block of each input; one row at least. */
const BLOCK_ENTRIES = 16384;

export class BlockRunner {
  /** One block for each input and dtype. They stay: the steady state allocates nothing. */
  readonly #blocks: Record<Dtype, Floats[]> = { f64: [], f32: [] };

  /** Of the rows of a block, how many columns each of them uses; made for the first sparse rows. */
  #lengths: Int32Array | undefined;

  run(kernel: Kernel<Entries>, batch: Batch, params: readonly number[], into: Floats, width: number, gradients?: Gradients): void {
    const [p, q, ...more] = batch.inputs;
    const isRows = width === 1 && gradients === undefined;
    // What a row without columns stores are its first ones: no row with columns is merged with it.
    const isAlike = q === undefined || (q instanceof SparseRows && q.isRagged === (p as LazyRows).isRagged);
    if (isRows && p instanceof SparseRows && more.length === 0 && isAlike) {
      this.#runSparse(kernel, batch, p, q as SparseRows | undefined, params, into);
    } else this.#runDense(kernel, batch, params, into, width, gradients);
  }

  #runDense(kernel: Kernel<Entries>, batch: Batch, params: readonly number[], into: Floats, width: number, gradients?: Gradients): void {
    const { inputs, steps, rows, cols, dtype } = batch;
    // Rows of unequal length go one by one, so that each has the bits that it has alone, where their results do not have to stand in a matrix.
    const ragged = width === 1 ? inputs.find((input): input is LazyRows => input instanceof LazyRows && input.isRagged) : undefined;
    const blockRows = ragged === undefined ? Math.max(1, Math.floor(BLOCK_ENTRIES / cols)) : 1;
    const blocks = inputs.map((_, k) => this.#room(dtype, k, Math.min(rows, blockRows) * cols));
    const slopes = gradients?.map((gradient, k) => gradient && this.#room(dtype, inputs.length + k, Math.min(rows, blockRows) * cols));
    for (let start = 0; start < rows; start += blockRows) {
      const count = Math.min(blockRows, rows - start);
      for (const [k, block] of blocks.entries()) {
        if (steps[k] === 0 && start > 0) continue;
        for (let row = 0; row < (steps[k] === 0 ? 1 : count); row++) readRow(batch, k, start + row, block, row * cols);
      }
      const used = ragged === undefined ? cols : Math.max(1, ragged.width(start));
      kernel(blocks, steps, count, used, params, into.subarray(start * width), slopes);
      for (const [k, gradient] of (gradients ?? []).entries()) {
        for (let row = 0; gradient !== undefined && row < count; row++)
          putRow(inputs[k], start + row, slopes?.[k] as Floats, row * used, used, gradient, cols);
      }
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
    this.#lengths ??= new Int32Array(BLOCK_ENTRIES);
    const lengths = this.#lengths;
    const steps = batch.steps.slice();
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
      for (let row = 0; row < count; row++) lengths[row] = mergeRow(p, q, start + row, blocks, row * stride);
      for (let first = 0, end = 1; first < count; first = end++) {
        while (end < count && lengths[end] === lengths[first]) end++;
        const width = Math.max(1, lengths[first] as number);
        const run = blocks.map((block) => closeUp(block, first * stride, end - first, stride, width, lengths[first] as number));
        steps.fill(width);
        kernel(run, steps, end - first, width, params, into.subarray(start + first));
      }
      start += count;
    }
  }

  #room(dtype: Dtype, k: number, length: number): Floats {
    const blocks = this.#blocks[dtype];
    let block = blocks[k];
    if (block === undefined || block.length < length) {
      const entries = Math.max(length, BLOCK_ENTRIES);
      block = floatsOf(dtype, entries);
      blocks[k] = block;
    }
    return block;
  }
}

/** All rows of the first input, as numbers. */
export function readRows(batch: Batch, dtype = batch.dtype): Floats {
  const { rows, cols } = batch;
  const data = floatsOf(dtype, rows * cols);
  for (let row = 0; row < rows; row++) readRow(batch, 0, row, data, row * cols);
  return data;
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
    if (typeof x !== 'number') throw entryError(batch, k, row, column, x, 'a number');
    into[at + column] = x;
  }
}

function copyStored(p: SparseRows, row: number, into: Floats, at: number): number {
  into.set(p.values.subarray(p.offsets[row], p.offsets[row + 1]), at);
  return p.stored(row);
}

/** Writes a row of the columns that either side stores; returns how many. */
function mergeRow(p: SparseRows, q: SparseRows | undefined, row: number, blocks: readonly Floats[], at: number): number {
  const [left, right] = blocks as [Floats, Floats];
  if (q === undefined) return copyStored(p, row, left, at);
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
  // A step writes the smaller of the next columns on both sides, without a branch: which side comes next cannot be foretold.
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

/** Entries of the gradient by an input: of sparse rows as many as they store. */
export function gradientLength(input: unknown, rows: number, width: number): number {
  return input instanceof SparseRows ? input.values.length : rows * width;
}

/** Hands over the slopes of one row, which are `used` from `at` on: of sparse rows those of the entries that are stored, else `cols` with zeros behind them. */
function putRow(input: unknown, row: number, slopes: Floats, at: number, used: number, gradient: Floats, cols: number): void {
  if (!(input instanceof SparseRows)) {
    gradient.set(slopes.subarray(at, at + used), row * cols);
    gradient.fill(0, row * cols + used, (row + 1) * cols);
    return;
  }
  const start = input.offsets[row] as number;
  for (let i = 0; i < input.stored(row); i++) gradient[start + i] = slopes[at + (input.columns?.[start + i] ?? i)] as number;
}

/** Rows from `at` on, `stride` apart, as rows of `width`: of as many entries as they have, or of one zero where they have none. */
function closeUp(block: Floats, at: number, count: number, stride: number, width: number, length: number): Floats {
  if (length === 0) block.fill(0, at, at + count);
  else if (width < stride)
    for (let row = 1; row < count; row++) block.copyWithin(at + row * width, at + row * stride, at + row * stride + width);
  return block.subarray(at, at + count * width);
}
