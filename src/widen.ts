/** Entries that kernels do not read as they are: integers, plain arrays, f32 beside f64. They are widened to f64, exactly, a block of rows at a time. */
import type { Gradients, Kernel } from './backend/contract.js';
import { type Batch, entryError } from './check.js';
import type { Floats, Vector } from './types.js';

/** Entries in a block of each input, so that widening a large batch takes little memory; one row at least. */
const BLOCK_ENTRIES = 8192;

export class Widener {
  /** One block for each input. They stay: the steady state allocates nothing. */
  readonly #blocks: Float64Array[] = [];

  /** Runs a kernel over the batch, block by block; a row's bits do not depend on its block (law 2). */
  run(kernel: Kernel, batch: Batch, params: readonly number[], into: Floats, width: number, gradients?: Gradients): void {
    const { inputs, steps, rows, cols } = batch;
    const blockRows = Math.max(1, Math.floor(BLOCK_ENTRIES / cols));
    const block = new Array<Floats>(inputs.length);
    for (let start = 0; start < rows; start += blockRows) {
      const count = Math.min(blockRows, rows - start);
      for (let k = 0; k < inputs.length; k++) {
        if (steps[k] !== 0) block[k] = this.#widen(batch, k, start, count);
        else if (start === 0) block[k] = this.#widen(batch, k, 0, 1);
      }
      const rest = gradients?.map((gradient) => gradient?.subarray(start * cols));
      kernel(block, steps, count, cols, params, start === 0 ? into : into.subarray(start * width), rest);
    }
  }

  #widen(batch: Batch, k: number, start: number, count: number): Floats {
    const { cols } = batch;
    const input = batch.inputs[k] as Vector;
    const from = start * cols;
    const length = count * cols;
    if (input instanceof Float64Array) return input.length === length ? input : input.subarray(from, from + length);
    let block = this.#blocks[k];
    if (block === undefined || block.length < length) {
      block = new Float64Array(Math.max(length, Math.min(BLOCK_ENTRIES, 2 * length)));
      this.#blocks[k] = block;
    }
    if (ArrayBuffer.isView(input)) {
      block.set(input.length === length ? input : input.subarray(from, from + length));
      return block;
    }
    for (let i = 0; i < length; i++) {
      const x = input[from + i];
      if (typeof x !== 'number') {
        const expected = Array.isArray(x) ? 'a number (rows of a batch go into matrix(data, rows, cols))' : 'a number';
        throw entryError(batch, k, start + Math.floor(i / cols), i % cols, expected);
      }
      block[i] = x;
    }
    return block;
  }
}
