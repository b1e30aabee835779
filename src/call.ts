/** The one way from a public function to a kernel: check, run aside, finish, hand over. */
import { ASIDE_ENTRIES, type Entries, type KernelName } from './backend/contract.js';
import { log } from './backend/js/math/log.js';
import { type Batch, checkBase, checkOut, checkSums, refuseOut } from './check.js';
import { type Core, coreOf } from './core.js';
import { SurprisalError } from './error.js';
import { floatsOf } from './floats.js';
import { arrayOf, type ResidentMatrix } from './rows/resident.js';
import type { BitVector, Floats, Matrix, SingleArray, Vector } from './types.js';

/** Options of every function that answers one number a row. */
export interface RowOptions {
  /** Unit of the result: 2 for bits, 10 for bans; nats when left out. */
  readonly base?: number | undefined;
  /** Receives one result a row and is returned (of a resident matrix: its data): complete, or untouched where an error is thrown. */
  readonly out?: Float64Array | ResidentMatrix | undefined;
  /** Where to run: see `createCore`. */
  readonly core?: Core | undefined;
}

/** Options of what has no unit that a base could set. */
export type Unitless<Options extends RowOptions> = Omit<Options, 'base'>;

/** A function of one distribution, or of each row of a batch. */
export interface RowFunction<Options, Rows = Matrix> {
  (p: Vector, options?: Options): number;
  (p: Rows, options?: Options): Float64Array;
  (p: Vector | Rows, options?: Options): number | Float64Array;
}

/** A function of two distributions: vectors give a number; of two matrices row i meets row i; a vector beside a matrix meets its every row. */
export interface PairFunction<Options, Rows = Matrix> {
  (p: Vector, q: Vector, options?: Options): number;
  (p: Rows, q: Rows | Vector, options?: Options): Float64Array;
  (p: Vector, q: Rows, options?: Options): Float64Array;
  (p: Vector | Rows, q: Vector | Rows, options?: Options): number | Float64Array;
}

/** Options of every function that answers as many numbers as it is given. */
export interface ElementOptions {
  /** Receives rows × cols results; of the kind of the result, apart from the input; complete, or untouched where an error is thrown. */
  readonly out?: Floats | ResidentMatrix | undefined;
  /** Where to run: see `createCore`. */
  readonly core?: Core | undefined;
}

/** A matrix of computed entries. */
export interface FloatMatrix extends Matrix {
  readonly data: Floats;
}

/** A function with a result for each entry: in f32 of what f32 holds, in f64 of anything else. */
export interface ElementFunction<Options> {
  (z: SingleArray | BitVector, options?: Options): Float32Array;
  (z: Exclude<Vector, SingleArray | BitVector>, options?: Options): Float64Array;
  (z: Vector, options?: Options): Floats;
  (z: Matrix, options?: Options): FloatMatrix;
  (z: Vector | Matrix, options?: Options): Floats | FloatMatrix;
}

/** A function of two distributions with a result for each entry: in f32 of what f32 holds, in f64 of anything else. */
export interface PairElementFunction<Options, Rows = Matrix> {
  (p: Vector, q: Vector, options?: Options): Floats;
  (p: Rows, q: Rows | Vector, options?: Options): FloatMatrix;
  (p: Vector, q: Rows, options?: Options): FloatMatrix;
  (p: Vector | Rows, q: Vector | Rows, options?: Options): Floats | FloatMatrix;
}

/** What is done beyond running the kernel. */
export interface Finish {
  /** What the value is multiplied by. */
  readonly times?: number;
  /** The square root of a divergence is a distance. */
  readonly root?: boolean;
  /** Rows that do not sum to 1 are refused. */
  readonly sums?: boolean;
  /** Makes the value of what the kernel answered, in nats. */
  readonly conclude?: ((results: Floats, core: Core) => void) | undefined;
}

/** Runs a kernel over a checked batch: a number where every argument is a vector, else `out` or a new array. */
export function evaluate(
  kernel: KernelName,
  batch: Batch,
  params: readonly number[],
  options: RowOptions | undefined,
  finish?: Finish,
): number | Float64Array {
  const out = outOf(batch, options);
  const core = coreOf(options?.core);
  const run = core.kernels[kernel];
  const own = batch.single || out !== undefined;
  const results = own ? (core.aside(batch.rows, 'f64') as Float64Array) : new Float64Array(batch.rows);
  run(batch, params, results);
  if (finish?.sums === true) checkSums(kernel, batch);
  finish?.conclude?.(results, core);
  return deliver(results, batch, options, out, finish);
}

/** Where results are wanted, one a row, once that and their unit have been checked. */
export function outOf(batch: Batch, options: RowOptions | undefined): Float64Array | undefined {
  const out = arrayOf(options?.out);
  checkBase(options?.base);
  if (batch.single) refuseOut(out);
  else checkOut(out, batch, batch.rows, 'f64');
  return out as Float64Array | undefined;
}

/** Results in nats, one a row, in the unit that is wanted: a number for vectors, else `out` or they themselves. */
export function deliver(
  results: Float64Array,
  { rows, single }: Batch,
  options: RowOptions | undefined,
  out: Float64Array | undefined,
  finish?: Finish,
): number | Float64Array {
  convert(results, rows, options?.base, finish);
  if (single) return results[0] as number;
  if (out === undefined) return results;
  copy(results, out, rows);
  return out;
}

/** Runs a kernel with a result for each entry over a checked batch: an array for a vector, a matrix for a matrix. */
export function evaluateElements(
  kernel: KernelName,
  batch: Batch,
  params: readonly number[],
  options: ElementOptions | undefined,
  { base, sums = false }: { readonly base?: number | undefined } & Pick<Finish, 'sums'> = {},
): Floats | FloatMatrix {
  const { rows, cols, dtype } = batch;
  const length = rows * cols;
  const out = arrayOf(options?.out);
  checkBase(base);
  checkOut(out, batch, length, dtype);
  const core = coreOf(options?.core);
  const results =
    out === undefined
      ? floatsOf(dtype, length)
      : length > ASIDE_ENTRIES && isValid(kernel, batch, params, core, sums)
        ? out
        : core.aside(length, dtype);
  core.kernels[kernel](batch, params, results);
  if (sums) checkSums(kernel, batch);
  convert(results, length, base);
  if (out !== undefined && out !== results) copy(results, out, length);
  const data = out ?? results;
  return batch.single ? data : { data: data.length === length ? data : data.subarray(0, length), rows, cols };
}

/** Entries that are looked at before more results than are kept aside are written in place. */
const BLOCK_ENTRIES = 32768;

/** Law 4: true where every row is known to have an answer, so that nothing can fail after the first has been written. */
function isValid(kernel: KernelName, batch: Batch, params: readonly number[], core: Core, sums: boolean): boolean {
  const { steps, rows, cols, dtype } = batch;
  if (!batch.asIs) return false;
  if (core.isPlain(kernel, batch)) {
    if (sums) checkSums(kernel, batch);
    return true;
  }
  const blockRows = Math.max(1, Math.floor(BLOCK_ENTRIES / cols));
  const results = core.aside(blockRows * cols, dtype);
  try {
    for (let start = 0; start < rows; start += blockRows) {
      const end = Math.min(rows, start + blockRows);
      const inputs = (batch.inputs as readonly Entries[]).map((input, k) => {
        const step = steps[k] as number;
        return step === 0 ? input : input.subarray(start * step, end * step);
      });
      core.kernels[kernel]({ ...batch, inputs, rows: end - start }, params, results);
    }
    if (sums) checkSums(kernel, batch);
    return true;
  } catch (error) {
    if (error instanceof SurprisalError) return false; // and is thrown again, with its row in the whole batch
    throw error;
  }
}

/** One unit of `base` in nats, by our own logarithm: it has the same bits everywhere (law 2). */
export function unitOf(base: number | undefined): number {
  return base === undefined ? 1 : log(base);
}

/** Nats to `base`, then times, then the root: divisions, products and square roots have the same bits everywhere (law 2). */
export function convert(results: Floats, count: number, base: number | undefined, { times = 1, root = false }: Finish = {}): void {
  if (base !== undefined) {
    const unit = unitOf(base);
    for (let i = 0; i < count; i++) results[i] = (results[i] as number) / unit;
  }
  if (times !== 1) for (let i = 0; i < count; i++) results[i] = (results[i] as number) * times;
  if (root) for (let i = 0; i < count; i++) results[i] = Math.sqrt(results[i] as number);
}

/** The first `count` entries; `from` may be longer. */
export function copy(from: Floats, to: Floats, count: number): void {
  to.set(from.length === count ? from : from.subarray(0, count));
}
