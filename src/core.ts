/** A core: the chosen backend with its memory, and every kernel behind its checks. All state of the library lives in one. */
import {
  ASIDE_ENTRIES,
  type Backend,
  type Domain,
  type Entries,
  type Gradients,
  KERNELS,
  type Kernel,
  type KernelName,
  type KernelSpec,
  type SharedMemory,
} from './backend/contract.js';
import { type BackendChoice, type BackendInfo, type CoreMemory, selectBackend } from './backend/select.js';
import { type Batch, checkCount, checkMasses, checkOptions, isRecord, kindError, optionError, rowError } from './check.js';
import { mismatch, SurprisalError } from './error.js';
import type { Dtype, Floats } from './types.js';
import { BlockRunner } from './rows/blocks.js';
import { ResidentMatrix, type Room } from './rows/resident.js';
import { plainArrays, Widener } from './rows/widen.js';

/**
 * Runs one kernel over checked arguments and writes `into`, and the gradients that are given room. They belong to the caller alone, for a row outside its
 * domain throws after something has been written there.
 */
export type CheckedKernel = (batch: Batch, params: readonly number[], into: Floats, gradients?: Gradients) => void;

/** Where calls run: made by `createCore`, passed to any function as `{ core }`. */
export interface Core {
  /** What runs, and why: another one once the module was refused at its start. */
  readonly backend: BackendInfo;
  readonly kernels: Readonly<Record<KernelName, CheckedKernel>>;
  /** Products of every row with every row. */
  readonly products: Backend['products'];
  /** True where a quick look shows that a kernel has an answer for every row of a batch. */
  isPlain(kernel: KernelName, batch: Batch): boolean;
  /** Room for at least `length` results until the last row has passed (law 4). The next call may take the same room. */
  aside(length: number, dtype: Dtype): Floats;
  /** A matrix of zeros in this core's memory: see `allocate`. */
  allocate(rows: number, cols: number, dtype?: Dtype): ResidentMatrix;
  /**
   * For a worker that is to compute in the memory of this core, made with `{ memory: 'shared' }`: posted to it, and given to its `createCore` as `memory`.
   * Each thread needs one of its own. This thread alone allocates.
   *
   * @throws {SurprisalError} ERR_BACKEND where the memory cannot be shared
   */
  share(): SharedMemory;
  /** Lets go of the memory; what resident matrices hold stays until they are disposed of. Later calls with this core throw ERR_BACKEND. */
  dispose(): void;
}

export interface CoreOptions {
  readonly backend?: BackendChoice | undefined;
  /** 'shared' for a memory that threads share; in a worker, what `core.share()` gave. Left out, the memory is nobody else's. Backend 'js' takes none. */
  readonly memory?: CoreMemory | undefined;
}

/** From this many on, results wait in the backend's memory: fewer are not worth the look for where they lie. */
const LONG_ASIDE = 4096;

/** Every core that was made here: an object that only looks like one is refused. */
const cores = new WeakSet<Core>();

let defaultCore: Core | undefined;

/**
 * Makes a core, on the fastest backend that runs here or on a forced one.
 *
 * @param options backend: 'auto' (the default), 'wasm' or 'js'; memory: 'shared', or what `share()` of another thread's core gave; not beside 'js'
 *
 * Edge cases  'auto' falls back to JavaScript where wasm is refused, has no SIMD, or finds no memory when it is first started (after some calls), and
 *             `backend(core)` says why: `share()` throws there; a forced backend runs or throws
 * Accuracy    the backends give the same bits
 *
 * @throws {SurprisalError} ERR_BACKEND where the forced backend cannot run · ERR_OPTION
 * @example
 * klDivergence(p, q, { core: createCore({ backend: 'js' }) });
 */
export function createCore(options?: CoreOptions): Core {
  checkOptions(options, ['backend', 'memory']);
  const selected = selectBackend(options?.backend, checkMemory(options?.memory));
  const { backend } = selected;
  let live: { readonly backend: Backend; readonly kernels: Core['kernels'] } | undefined = { backend, kernels: bindKernels(backend) };
  const alive = () => {
    if (live === undefined) throw disposedError();
    return live;
  };
  let room: { readonly f64: Float64Array; readonly f32: Float32Array } | undefined;
  let large: WeakRef<Float64Array> | undefined;
  const core: Core = {
    get backend() {
      return selected.info;
    },
    get kernels() {
      return alive().kernels;
    },
    get products() {
      return alive().backend.products;
    },
    isPlain(kernel, { inputs, steps, rows, cols, dtype, asIs }) {
      const domains = Object.values<Domain>(KERNELS[kernel].inputs);
      return asIs && alive().backend.isPlain?.(domains, inputs as readonly Entries[], steps, rows, cols, dtype) === true;
    },
    aside(length, dtype) {
      // More in one that stays until the collector wants it: fresh pages cost more than results.
      if (length > ASIDE_ENTRIES) {
        let f64 = large?.deref();
        if (f64 === undefined || f64.length < length) {
          f64 = new Float64Array(length);
          large = new WeakRef(f64);
        }
        return dtype === 'f64' ? f64 : new Float32Array(f64.buffer);
      }
      const own = length < LONG_ASIDE ? undefined : alive().backend.aside?.(length);
      if (own !== undefined) return dtype === 'f64' ? own : new Float32Array(own.buffer, own.byteOffset, own.length);
      if (room === undefined || room.f64.length < length) {
        const f64 = new Float64Array(Math.min(ASIDE_ENTRIES, 2 * length + 64));
        room = { f64, f32: new Float32Array(f64.buffer) };
      }
      return room[dtype];
    },
    allocate(rows, cols, dtype = 'f64') {
      const { backend } = alive();
      checkCount('rows', rows);
      checkCount('cols', cols);
      if (dtype !== 'f64' && dtype !== 'f32') throw kindError('dtype', dtype, "'f64' or 'f32'");
      return new ResidentMatrix(rows, cols, roomFor(backend, rows, cols, dtype));
    },
    share() {
      const { backend } = alive();
      if (backend.share !== undefined) return backend.share();
      const message = "this core's memory is its own: createCore({ backend: 'wasm', memory: 'shared' }) shares";
      throw new SurprisalError('ERR_BACKEND', message, { argument: 'core' });
    },
    dispose() {
      live = undefined;
      room = undefined;
      large = undefined;
    },
  };
  cores.add(core);
  return core;
}

/**
 * Makes a matrix of zeros in the memory that kernels work on: it stands wherever a Matrix does, and is computed on without being copied first.
 *
 * @param rows    number of rows
 * @param cols    entries in a row
 * @param dtype   'f64' (when left out) or 'f32'
 * @param options core: whose memory; the default one when left out. Other cores copy it, as they do any array
 * @returns       rows, cols; data, the view that is to be filled; dispose(), which gives the memory back. Until then the memory is taken; a matrix that was
 *                dropped without it is reported by console.warn
 *
 * Edge cases  memory grows here and nowhere else, and growth detaches views: `data` gives one that is whole. On the JavaScript backend the same over an
 *             ordinary array
 * Units       one core holds 4 GB
 *
 * @throws {SurprisalError} ERR_SHAPE · ERR_KIND · ERR_MEMORY where there is no room · ERR_OPTION · ERR_BACKEND
 * @example
 * const P = allocate(65536, 128, 'f32');
 * P.data.fill(1 / 128);
 * entropy(P, { base: 2 }); // 65536 times 7, to eight digits
 * P.dispose();
 */
export function allocate(rows: number, cols: number, dtype?: Dtype, options?: { readonly core?: Core | undefined }): ResidentMatrix {
  checkOptions(options, ['core']);
  return coreOf(options?.core).allocate(rows, cols, dtype);
}

function checkMemory(memory: CoreMemory | undefined): CoreMemory | undefined {
  if (memory === undefined || memory === 'shared') return memory;
  if (isRecord(memory) && memory['memory'] instanceof WebAssembly.Memory) {
    // An arena elsewhere would write over the module's own data, or others' matrices.
    const { arena } = memory;
    if (Number.isSafeInteger(arena) && arena >= 65536 && arena % 16 === 0 && arena < memory.memory.buffer.byteLength) return memory;
  }
  throw optionError('memory', memory, "'shared', or what core.share() gave");
}

function roomFor(backend: Backend, rows: number, cols: number, dtype: Dtype): Room {
  try {
    return backend.allocate(rows, cols, dtype);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const expected = 'less than the memory has left: dispose() of what is done with, or go by blocks of rows';
    const place = { argument: 'rows', value: rows, expected };
    throw mismatch('ERR_MEMORY', place, `${rows} × ${cols} of ${dtype}`, '"rows" × "cols"');
  }
}

function disposedError(): SurprisalError {
  return new SurprisalError('ERR_BACKEND', 'this core was disposed of: make another with createCore()', { argument: 'core' });
}

/** The core of a call: the one it names, or the default one, made on first use. */
export function coreOf(core: Core | undefined): Core {
  if (core === undefined) {
    defaultCore ??= createCore();
    return defaultCore;
  }
  if (!cores.has(core)) throw optionError('core', core, 'a core made by createCore()');
  void core.kernels; // throws where it was disposed of
  return core;
}

/**
 * Says which backend runs, and why.
 *
 * @param core the default one when left out
 *
 * @throws {SurprisalError} ERR_OPTION for anything that createCore() has not made
 * @example
 * backend(); // { name: 'wasm', why: 'this runtime has WebAssembly SIMD' }
 */
export function backend(core?: Core): BackendInfo {
  return coreOf(core).backend;
}

function bindKernels(backend: Backend): Core['kernels'] {
  const widener = new Widener(plainArrays);
  const blocks = new BlockRunner();
  const names = Object.keys(KERNELS) as KernelName[];
  return Object.freeze(Object.fromEntries(names.map((name) => [name, bindKernel(backend, name, widener, blocks)]))) as Core['kernels'];
}

function bindKernel(backend: Backend, name: KernelName, widener: Widener<Batch, Entries>, blocks: BlockRunner): CheckedKernel {
  const spec: KernelSpec = KERNELS[name];
  const domains = Object.values(spec.inputs);
  const normalize = spec.params.indexOf('normalize');
  const bound: Partial<Record<Dtype, Kernel<Entries>>> = {};
  return (batch, params, into, gradients) => {
    bound[batch.dtype] ??= backend.kernel(name, batch.dtype);
    const kernel = bound[batch.dtype] as Kernel<Entries>;
    // One result a row, or a whole row of them, which is NaN from its first entry on.
    const width = spec.output === 'row' ? 1 : batch.cols;
    if (batch.isLazy) {
      checkMasses(batch, domains);
      blocks.run(kernel, batch, params, into, width, gradients);
    } else if (!batch.asIs) widener.run(kernel, spec, batch, params, into, gradients);
    else if (kernel(batch.inputs as readonly Entries[], batch.steps, batch.rows, batch.cols, params, into, gradients) === true) return;
    for (let row = 0; row < batch.rows; row++) {
      if (Number.isNaN(into[row * width])) throw rowError(name, batch, domains, row, normalize < 0 || params[normalize] !== 0);
    }
  };
}
