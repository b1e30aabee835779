/** Inputs that a kernel does not read as they are: copied into arrays that it reads, a block of rows at a time. */
import { type Entries, type Gradients, gradientWidthsOf, type Kernel, type KernelSpec } from '../backend/contract.js';
import { type Batch, entryError } from '../check.js';
import type { Floats } from '../types.js';

/** Entries in a block of each input, so that a large batch takes little memory; one row at least. */
const BLOCK_ENTRIES = 8192;

/** A call over inputs of which some are `Ready` for its kernel. */
export interface Call<Input> {
  readonly inputs: readonly Input[];
  readonly steps: readonly number[];
  readonly rows: number;
  readonly cols: number;
}

/** Says which inputs are ready, and copies those that are not. */
export interface Copier<Of extends Call<unknown>, Ready extends Entries> {
  readonly Block: Float64ArrayConstructor | Float32ArrayConstructor;
  isReady(input: Of['inputs'][number]): input is Ready;
  /** Copies `count` rows of input k, from row `start` on. */
  copy(call: Of, k: number, start: number, count: number, block: Floats): void;
}

export class Widener<Of extends Call<unknown>, Ready extends Entries> {
  /** One block for each input. They stay: the steady state allocates nothing. */
  readonly #blocks: Floats[] = [];
  readonly #copier: Copier<Of, Ready>;

  constructor(copier: Copier<Of, Ready>) {
    this.#copier = copier;
  }

  /** Runs a kernel over the call, block by block; a row's bits do not depend on its block (law 2). */
  run(kernel: Kernel<Ready | Floats>, spec: KernelSpec, call: Of, params: readonly number[], into: Floats, gradients?: Gradients): void {
    const { inputs, steps, rows, cols } = call;
    const width = spec.output === 'row' ? 1 : cols;
    const gradientWidths = gradientWidthsOf(spec, cols);
    const blockRows = Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(cols, ...steps)));
    const block = new Array<Ready | Floats>(inputs.length);
    for (let start = 0; start < rows; start += blockRows) {
      const count = Math.min(blockRows, rows - start);
      for (let k = 0; k < inputs.length; k++) {
        if (steps[k] !== 0) block[k] = this.#read(call, k, start, count);
        else if (start === 0) block[k] = this.#read(call, k, 0, 1);
      }
      const rest = gradients?.map((gradient, k) => gradient?.subarray(start * (gradientWidths[k] as number)));
      kernel(block, steps, count, cols, params, start === 0 ? into : into.subarray(start * width), rest);
    }
  }

  #read(call: Of, k: number, start: number, count: number): Ready | Floats {
    const input = call.inputs[k];
    const width = widthIn(call, k);
    const from = start * width;
    const length = count * width;
    if (this.#copier.isReady(input)) return input.length === length ? input : (input.subarray(from, from + length) as Ready);
    let block = this.#blocks[k];
    if (block === undefined || block.length < length) {
      block = new this.#copier.Block(Math.max(length, Math.min(BLOCK_ENTRIES, 2 * length)));
      this.#blocks[k] = block;
    }
    this.#copier.copy(call, k, start, count, block);
    return block;
  }
}

/** Entries of input k in a row: a reference row is all of it. */
export function widthIn(call: Call<unknown>, k: number): number {
  return (call.steps[k] as number) || (call.inputs[k] as Entries).length;
}

/** Plain arrays of numbers are doubles already; anything else in them is refused. */
export const plainArrays: Copier<Batch, Entries> = {
  Block: Float64Array,
  isReady: (input): input is Entries => !Array.isArray(input),
  copy(batch, k, start, count, block) {
    const cols = widthIn(batch, k);
    const input = batch.inputs[k] as readonly number[];
    const from = start * cols;
    for (let i = 0; i < count * cols; i++) {
      const x = input[from + i];
      if (typeof x !== 'number') {
        const expected = Array.isArray(x) ? 'a number (rows of a batch go into matrix(data, rows, cols))' : 'a number';
        throw entryError(batch, k, start + Math.floor(i / cols), i % cols, x, expected);
      }
      block[i] = x;
    }
  },
};
