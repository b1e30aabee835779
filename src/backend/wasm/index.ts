/**
 * The SIMD backend: one binder turns every registry line into a kernel that copies rows in, calls the module, and copies results out. What lies in the
 * module's memory already (`allocate`) is neither copied in nor out. A batch goes through in chunks of rows, so that it stays in cache between the copy and the kernel, and so that the first call on a fresh module soon runs
 * optimised code (a running wasm function is never replaced by its optimised version: only the next call is).
 */
import { Narrow, WIDER } from '../../rows/narrow.js';
import type { Dtype, Floats } from '../../types.js';
import {
  ASIDE_ENTRIES,
  type Backend,
  type Entries,
  type Gradients,
  gradientWidthsOf,
  KERNELS,
  type Kernel,
  type KernelName,
  type KernelSpec,
  type SharedMemory,
  widthOf,
} from '../contract.js';
import { type Exports, exportOf, type KernelExport, kindOf, scratchEntries, takesScratch } from './abi.js';
import { ALIGN_BYTES, Arena, BYTES, CHUNK_BYTES, createMemory, roomFor } from './arena.js';
import { moduleBytes } from './bytes.js';
import { Heap } from './heap.js';
import { instantiate, sharing } from './instantiate.js';
import { bindPlain, FINITE } from './plain.js';
import { bindProducts } from './products.js';
import { createRooms } from './rooms.js';

/** A row of a call, inputs and result, may take this much: two of four million f64. What no row has reached is reserved, and no memory yet. */
const ARENA_BYTES = 80 * 2 ** 20;

/** Entries that the module widens at once. */
const WIDENED_AT_ONCE = 8;

/** Entries of a part of a row: whole blocks. */
const PART = 16384;

/** Plans that a kernel keeps, one for each number of columns and what lies in the memory already. */
const MOST_PLANS = 512;

/** Up to this many results are copied out, and narrow entries in, by a loop: making views costs more. */
const SMALL_COPY = 32;

export interface WasmOptions {
  /** Takes what the module does not: rows that exceed the arena, and rows out of the lanes' range. The bits are equal (law 2). */
  readonly twins: Backend;
  readonly arenaBytes?: number;
  /** A memory that threads share: a new one, or that of another thread's core. Left out, the memory is nobody else's. */
  readonly memory?: 'shared' | SharedMemory | undefined;
}

/** Compiles and starts the module. Throws where wasm is refused. */
export function createWasmBackend({ twins, arenaBytes = ARENA_BYTES, memory: wanted }: WasmOptions): Backend {
  const joined = typeof wanted === 'object' ? wanted : undefined;
  const memory = (joined?.memory as WebAssembly.Memory | undefined) ?? createMemory(arenaBytes, wanted === 'shared');
  const exports = instantiate(wanted === undefined ? moduleBytes() : sharing(moduleBytes()), memory);
  const arena = new Arena(memory, joined?.arena ?? exports('heap_base')(), arenaBytes);
  // One thread alone hands out what lies above the arena: the one that made the memory.
  const heap = joined === undefined ? new Heap(memory, arena.end) : undefined;
  const bound = new Map<string, Kernel<Entries>>();
  return {
    name: 'wasm',
    products: {
      f64: bindProducts('f64', exports, arena, twins.products.f64),
      f32: bindProducts('f32', exports, arena, twins.products.f32),
    },
    aside: (length) => (length <= ASIDE_ENTRIES ? arena.aside() : undefined),
    isPlain: bindPlain(exports, arena),
    allocate: heap === undefined ? twins.allocate : createRooms(memory, heap),
    ...(heap !== undefined && wanted === 'shared' && { share: () => ({ memory, arena: heap.take(arena.size) }) }),
    kernel(name, dtype) {
      const key = `${name} ${dtype}`;
      const known = bound.get(key);
      if (known !== undefined) return known;
      const kernel = bind(name, dtype, exports, arena, twins);
      bound.set(key, kernel);
      return kernel;
    },
  };
}

/** Where the buffers of one shape of call lie. */
interface Plan {
  readonly cols: number;
  readonly steps: readonly number[];
  /** Which gradients are written: bit k for the k-th. */
  readonly wanted: number;
  /** Which buffers lie in the memory already and take nothing of the arena: a bit for each input, each gradient and the result, in this order. */
  readonly here: number;
  /** Entries of each input, and of each gradient, in a row. */
  readonly widths: readonly number[];
  readonly gradientWidths: readonly number[];
  /** Rows in a chunk; 0 where not even one fits. */
  readonly chunk: number;
  /** Arguments of the export; rows and parameters are filled in for each call. */
  readonly args: number[];
  readonly outIsHere: boolean;
  /** Which argument points to each buffer (inputs, gradients, result), and its bytes from one row to the next. */
  readonly pointers: readonly { readonly argument: number; readonly rowBytes: number }[];
  /** First element of each input and of the result, in elements of their own type. */
  readonly at: readonly number[];
  readonly out: number;
  /** Of each gradient, 0 where it is not wanted. */
  readonly gradients: readonly number[];
}

function bind(name: KernelName, dtype: Dtype, exports: Exports, arena: Arena, twins: Backend): Kernel<Entries> {
  const spec: KernelSpec = KERNELS[name];
  const run: KernelExport = exportOf(exports, name);
  const arePlain = exports('plain_rows');
  const rowsAt = 1 + 2 * Object.keys(spec.inputs).length;
  const perRow = spec.output === 'row';
  let plan: Plan | undefined;
  const plans = new Map<number, Plan>();

  /** Sparse and ragged rows come with another number of columns each time, and back again. */
  const planFor = (steps: readonly number[], cols: number, wanted: number, here: number): Plan => {
    const key = here * 2 ** 32 + cols;
    const known = plans.get(key);
    if (known !== undefined && known.wanted === wanted && sameSteps(known.steps, steps)) return known;
    const made = makePlan(spec, dtype, arena, steps, cols, wanted, here);
    if (plans.size >= MOST_PLANS) plans.clear();
    plans.set(key, made);
    return made;
  };

  /** Bits of what lies in the memory already. */
  const findHere = (inputs: readonly Entries[], out: Floats, gradients: Gradients | undefined): number => {
    let here = 0;
    for (let k = 0; k < inputs.length; k++) {
      const input = inputs[k] as Entries;
      if (!(input instanceof Narrow) && arena.holds(input)) here |= 1 << k;
    }
    if (gradients !== undefined) {
      for (let k = 0; k < gradients.length; k++) {
        const to = gradients[k];
        if (to !== undefined && arena.holds(to)) here |= 1 << (inputs.length + k);
      }
    }
    return arena.holds(out) ? here | (1 << (inputs.length + spec.gradients.length)) : here;
  };

  /** Whether none of `count` results is NaN: at a glance where all are finite, else one by one. */
  const isAnswered = (results: Floats, first: number, count: number): boolean => {
    const end = first + count;
    return (count > SMALL_COPY && arePlain(1, 8 * first, 8 * count, 8 * end, ...FINITE) !== 0) || nextLeft(results, first, end, 1) === end;
  };

  const bringIn = (memory: Floats, at: number, from: Entries, start: number, count: number) => {
    if (!(from instanceof Narrow)) copyIn(memory, at, from, start, count);
    else if (count > SMALL_COPY) widenIn(exports, arena, dtype, at, from, start, count);
    else from.write(start, count, memory, at);
  };

  const runRows: Kernel<Entries> = (inputs, steps, rows, cols, params, out, gradients) => {
    const wanted = gradients === undefined ? 0 : bitsOf(gradients);
    if (wanted !== 0 && spec.gradientsByTwin === true) {
      return twins.kernel(name, dtype)(inputs, steps, rows, cols, params, out, gradients);
    }
    const here = findHere(inputs, out, gradients);
    if (plan === undefined || plan.cols !== cols || plan.wanted !== wanted || plan.here !== here || !sameSteps(plan.steps, steps)) {
      plan = planFor(steps, cols, wanted, here);
    }
    const { chunk, args, at, widths, gradientWidths } = plan;
    if (chunk === 0) {
      return twins.kernel(name, dtype)(inputs, steps, rows, cols, params, out, gradients);
    }
    const memory = dtype === 'f64' ? arena.f64() : arena.f32();
    for (let i = 0; i < spec.params.length; i++) args[rowsAt + 2 + i] = params[i] as number;
    for (let k = 0; k < inputs.length; k++) {
      if (steps[k] === 0 && (here & (1 << k)) === 0) bringIn(memory, at[k] as number, inputs[k] as Entries, 0, widths[k] as number);
    }
    const buffers = here === 0 ? undefined : [...inputs, ...spec.gradients.map((_, k) => gradients?.[k]), out];
    let isComplete = perRow;
    for (let start = 0; start < rows; start += chunk) {
      const count = Math.min(chunk, rows - start);
      for (let k = 0; k < inputs.length; k++) {
        const step = steps[k] as number;
        if (step !== 0 && (here & (1 << k)) === 0) bringIn(memory, at[k] as number, inputs[k] as Entries, start * step, count * step);
      }
      if (buffers !== undefined) pointTo(buffers, plan, start);
      args[rowsAt] = count;
      run(...args);
      if (perRow) {
        // Looked through while they are in cache.
        const first = plan.outIsHere ? out.byteOffset / 8 + start : plan.out;
        isComplete &&= isAnswered(arena.f64(), first, count);
        if (!plan.outIsHere) copyOut(arena.f64(), plan.out, out, start, count);
      } else if (!plan.outIsHere) copyOut(memory, plan.out, out, start * cols, count * cols);
      if (gradients === undefined) continue;
      for (let k = 0; k < gradients.length; k++) {
        const to = gradients[k];
        const width = gradientWidths[k] as number;
        if (to !== undefined && (here & (1 << (inputs.length + k))) === 0)
          copyOut(memory, plan.gradients[k] as number, to, start * width, count * width);
      }
    }
    if (!isComplete)
      answerRest(twins.kernel(name, dtype), inputs, steps, rows, cols, params, out, perRow ? 1 : cols, gradients, gradientWidths);
    return isComplete;
  };
  if (spec.parts !== true) return runRows;

  /** The value of a row by its parts; NaN where it is needed as a whole. */
  const valueByParts = (inputs: readonly Entries[], from: number, cols: number): number => {
    const { args, at, out, chunk } = planFor([PART, PART], PART, 0, 0);
    const memory = dtype === 'f64' ? arena.f64() : arena.f32();
    args[rowsAt] = 1;
    let value = chunk === 0 ? NaN : 0;
    for (let start = 0; start < cols && !Number.isNaN(value); start += PART) {
      const count = Math.min(PART, cols - start);
      for (let k = 0; k < inputs.length; k++) bringIn(memory, at[k] as number, inputs[k] as Entries, from + start, count);
      args[rowsAt + 1] = count;
      args[rowsAt + 2] = start === 0 ? 2 : 3;
      run(...args);
      value = arena.f64()[out] as number;
    }
    args[rowsAt + 1] = PART;
    return value;
  };

  /** Rows longer than a part stay in cache between the copy and the kernel, and may exceed the arena. */
  return (inputs, steps, rows, cols, params, out) => {
    const isApart = params[0] === 1 && cols > PART && (rows === 1 || !steps.includes(0));
    if (!isApart || findHere(inputs, out, undefined) !== 0) return runRows(inputs, steps, rows, cols, params, out);
    for (let row = 0; row < rows; row++) out[row] = valueByParts(inputs, row * cols, cols);
    if (nextLeft(out, 0, rows, 1) === rows) return true;
    answerRest(runRows, inputs, steps, rows, cols, params, out, 1, undefined, []);
    return undefined;
  };
}

/** Sets the pointers of what lies in the memory already to row `start`. */
function pointTo(buffers: readonly (Entries | undefined)[], { here, args, pointers }: Plan, start: number): void {
  for (const [b, { argument, rowBytes }] of pointers.entries()) {
    if ((here & (1 << b)) !== 0) args[argument] = (buffers[b] as Floats).byteOffset + start * rowBytes;
  }
}

/** Lets the twin answer the rows that the module left NaN: those out of the lanes' range, and those that are invalid and stay NaN. */
function answerRest(
  twin: Kernel<Entries>,
  inputs: readonly Entries[],
  steps: readonly number[],
  rows: number,
  cols: number,
  params: readonly number[],
  out: Floats,
  width: number,
  gradients: Gradients | undefined,
  gradientWidths: readonly number[],
): void {
  for (let first = nextLeft(out, 0, rows, width); first < rows; first = nextLeft(out, first, rows, width)) {
    let end = first + 1;
    while (end < rows && Number.isNaN(out[end * width])) end++;
    const from = inputs.map((input, k) => {
      const step = steps[k] as number;
      return step === 0 ? input : input.subarray(first * step, end * step);
    });
    const into = gradients?.map((gradient, k) => {
      const step = gradientWidths[k] as number;
      return gradient?.subarray(first * step, end * step);
    });
    twin(from, steps, end - first, cols, params, out.subarray(first * width, end * width), into);
    first = end;
  }
}

/** The first row from `row` on that starts with NaN; `rows` where none does. One loop over both types takes 2 ns a row. */
function nextLeft(out: Floats, row: number, rows: number, width: number): number {
  let at = row * width;
  const end = rows * width;
  // The same twice, for a type each.
  if (out instanceof Float64Array) while (at < end && !Number.isNaN(out[at])) at += width;
  else while (at < end && !Number.isNaN(out[at])) at += width;
  return at / width;
}

function copyIn(memory: Floats, at: number, from: Floats, start: number, count: number): void {
  memory.set(from.length === count ? from : from.subarray(start, start + count), at);
}

/** Narrow entries go to the end of their buffer, and are widened from there step by step until they fill it. */
function widenIn(exports: Exports, arena: Arena, dtype: Dtype, at: number, from: Narrow, start: number, count: number): void {
  const padded = Math.ceil(count / WIDENED_AT_ONCE) * WIDENED_AT_ONCE;
  const end = (at + padded) * BYTES[dtype];
  const { data } = from;
  const isHere = arena.holds(data);
  let pointer = isHere ? data.byteOffset + start * data.BYTES_PER_ELEMENT : end - padded * data.BYTES_PER_ELEMENT;
  if (!isHere) arena.bytes().set(from.bytes(start, count), pointer);
  for (let { storage } = from; storage !== dtype; ) {
    const wider = WIDER[storage] as Dtype;
    const to = end - padded * BYTES[wider];
    exports('widen')(kindOf(storage), pointer, to, count);
    [storage, pointer] = [wider, to];
  }
}

function copyOut(memory: Floats, at: number, to: Floats, start: number, count: number): void {
  if (count > SMALL_COPY) {
    to.set(memory.subarray(at, at + count), start);
    return;
  }
  for (let i = 0; i < count; i++) to[start + i] = memory[at + i] as number;
}

function makePlan(
  spec: KernelSpec,
  dtype: Dtype,
  arena: Arena,
  steps: readonly number[],
  cols: number,
  wanted: number,
  here: number,
): Plan {
  const size = BYTES[dtype];
  const isWanted = spec.gradients.map((_, k) => (wanted & (1 << k)) !== 0);
  const scratchBytes = scratchEntries(spec, cols) * 8;
  const widths = Object.values(spec.inputs).map((domain) => widthOf(domain, cols));
  const gradientWidths = gradientWidthsOf(spec, cols);
  /** Of the buffers in the arena, or of all. */
  const sizesFor = (rows: number, all = false) =>
    [
      ...steps.map((step, k) => (step === 0 ? 1 : rows) * (widths[k] as number) * size),
      ...isWanted.map((is, k) => (is ? rows * (gradientWidths[k] as number) * size : 0)),
      spec.output === 'row' ? rows * 8 : rows * cols * size,
      scratchBytes,
    ].map((bytes, b) => (all || (here & (1 << b)) === 0 ? bytes : 0));
  const total = (sizes: readonly number[]) => sizes.reduce((sum, bytes) => sum + bytes, 0);
  const room = (rows: number) => total(sizesFor(rows).map(roomFor));
  const eachOf = (all: boolean) => Math.max(1, total(sizesFor(1, all)) - total(sizesFor(0, all)));
  const fixed = room(0) + ALIGN_BYTES * (steps.length + isWanted.length + 2); // rows of odd lengths may each round up to a vector more
  // Of what is not copied a chunk takes no more: a row that is read twice is in cache the second time, and the first call soon runs optimised code.
  const fitting = Math.floor(Math.min((CHUNK_BYTES + scratchBytes - fixed) / eachOf(true), (arena.capacity - fixed) / eachOf(false)));
  // An even number: kernels may take two rows side by side.
  const chunk = fitting >= 2 ? fitting & ~1 : fitting === 1 || room(1) <= arena.capacity ? 1 : 0;
  const pointers = arena.layOut(sizesFor(chunk));
  const scratch = pointers.pop() as number;
  const out = pointers.pop() as number;
  const targets = pointers.splice(steps.length).map((pointer, k) => (isWanted[k] ? pointer : 0));
  const args = [Number(dtype === 'f64'), ...pointers.flatMap((pointer, k) => [pointer, (steps[k] as number) * size])];
  args.push(chunk, cols, ...spec.params.map(() => 0));
  if (takesScratch(spec)) args.push(scratch);
  const outAt = args.length;
  args.push(out, ...(spec.gradientsByTwin === true ? [] : targets));
  return {
    cols,
    steps: steps.slice(),
    widths,
    gradientWidths,
    wanted,
    here,
    outIsHere: here >>> (steps.length + isWanted.length) !== 0,
    pointers: [
      ...steps.map((step, k) => ({ argument: 1 + 2 * k, rowBytes: step * size })),
      ...isWanted.map((_, k) => ({ argument: outAt + 1 + k, rowBytes: (gradientWidths[k] as number) * size })),
      { argument: outAt, rowBytes: spec.output === 'row' ? 8 : cols * size },
    ],
    chunk,
    args,
    at: pointers.map((p) => p / size),
    out: out / (spec.output === 'row' ? 8 : size),
    gradients: targets.map((p) => p / size),
  };
}

function bitsOf(gradients: Gradients): number {
  let bits = 0;
  for (let k = 0; k < gradients.length; k++) if (gradients[k] !== undefined) bits |= 1 << k;
  return bits;
}

function sameSteps(a: readonly number[], b: readonly number[]): boolean {
  for (let k = 0; k < a.length; k++) {
    if (a[k] !== b[k]) return false;
  }
  return true;
}
