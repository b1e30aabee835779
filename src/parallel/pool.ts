/** A pool: calls go to its workers in ranges of rows, and results come back in order. Bits do not depend on the division (law 2). */
import { type Core, createCore, type ResidentMatrix, SurprisalError } from '../index.js';
import type { Dtype } from '../types.js';
import { onAbort, type Signal } from './abort.js';
import { FUNCTIONS, type Functions } from './functions.js';
import { splitOptions, threadsOf } from './options.js';
import { Gate } from './gate.js';
import { functionOf } from './outcome.js';
import { callPosted } from './posted.js';
import type { DividedCall } from './results.js';
import { Rooms } from './rooms.js';
import { callShared, coreFor, isInPlace, type Together } from './shared.js';
import { cellsOf } from './cells.js';
import { type Division, divide, holdDisposed, type Kind, leavesOf, mapData, rowsOf } from './split.js';
import { targetOf } from './target.js';
import type { Crew, Hire } from './task.js';

export interface PoolOptions {
  /** How many compute, in Node the one that asks among them; as many as the machine has processors when left out, and 1024 at most. */
  readonly threads?: number | undefined;
}

/** The functions of the library over several threads. */
export interface Pool extends Functions {
  readonly threads: number;
  /** True where the workers share the memory of resident matrices; elsewhere rows are posted to them as copies. */
  readonly shared: boolean;
  /** A matrix in the memory of the pool: its rows are copied to nobody. See `allocate`. */
  allocate(rows: number, cols: number, dtype?: Dtype): ResidentMatrix;
  /** Lets calls that are under way finish, and ends the workers. */
  close(): Promise<void>;
}

/** Calls of fewer terms stay on this thread: they take three milliseconds or less, of which waking a worker and hearing of it cost half of one. */
const ALONE_TERMS = 2 ** 20;
/** And of fewer where rows are copied for the workers: this thread spends as much on a copy as on half of the terms. */
export const ALONE_COPIED_TERMS = 2 ** 21;

/** So do rows of fewer entries: results are then nearly as many. Rows of four, pairs of two columns and univariate ones, gain 1.3 to 1.7 times on two threads. */
const LEAST_ROW = 4;

/** Calls that copy rows or cells at a time: one alone leaves the workers idle at its ends. Two hundred at once, of two batches of 18 MB, took 8 s and 3.3 GB, and take 2.4 s and 0.2 GB. */
const MOST_COPYING = 2;

/** Workers beyond these have a memory of their own, and copy: arenas take 88 MB each of the 4 GB that a memory has. */
const MOST_ARENAS = 24;

/** @param available threads where the options name none */
export async function createPoolWith(options: PoolOptions | undefined, available: number, hire: Hire): Promise<Pool> {
  const threads = threadsOf(options, available);
  const shared = sharedCore();
  const workers = new Workers(threads, await hire(threads, shared !== undefined), shared);
  const bind = (group: string, functions: Readonly<Record<string, readonly Kind[]>>) =>
    Object.fromEntries(
      Object.entries(functions).map(([name, kinds]) => [name, (...args: unknown[]) => workers.call(group + name, kinds, args)]),
    );
  const pool = {
    ...bind('', FUNCTIONS['']),
    logits: bind('logits.', FUNCTIONS.logits),
    logProbabilities: bind('logProbabilities.', FUNCTIONS.logProbabilities),
    gaussian: bind('gaussian.', FUNCTIONS.gaussian),
    pairwise: bind('pairwise.', FUNCTIONS.pairwise),
    threads,
    shared: workers.shared,
    allocate: (rows: number, cols: number, dtype?: Dtype) => workers.allocate(rows, cols, dtype),
    close: () => workers.close(),
  };
  const { asyncDispose } = Symbol as { asyncDispose?: symbol };
  if (asyncDispose !== undefined) Object.defineProperty(pool, asyncDispose, { value: pool.close });
  return pool as unknown as Pool;
}

/** A memory that threads share, or undefined where the runtime or the page has none. */
function sharedCore(): Core | undefined {
  if (typeof SharedArrayBuffer === 'undefined' || (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false)
    return undefined;
  try {
    return createCore({ backend: 'wasm', memory: 'shared' });
  } catch {
    return undefined;
  }
}

class Workers {
  readonly core: Core;
  readonly #crew: Crew;
  readonly #threads: number;
  /** Undefined where threads share no memory. */
  readonly #together: Together | undefined;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #copying = new Gate(MOST_COPYING);
  #closing: Promise<void> | undefined;

  constructor(threads: number, crew: Crew, shared: Core | undefined) {
    this.#threads = threads;
    this.#crew = { ...crew, run: (task, transfer) => crew.run(task, transfer).catch(workerFailed) };
    this.core = shared ?? createCore();
    if (shared !== undefined) {
      const arenas = Array.from({ length: Math.min(crew.workers, MOST_ARENAS) }, () => shared.share());
      const commons = { arenas, taken: new SharedArrayBuffer(4) };
      this.#together = { crew: this.#crew, core: shared, own: createCore(), commons, rooms: new Rooms(shared) };
    }
  }

  get shared(): boolean {
    return this.#together !== undefined;
  }

  allocate(rows: number, cols: number, dtype?: Dtype): ResidentMatrix {
    this.#refuseIfClosed();
    return this.core.allocate(rows, cols, dtype);
  }

  async call(name: string, kinds: readonly Kind[], given: readonly unknown[]): Promise<unknown> {
    this.#refuseIfClosed();
    const args = kinds.map((_, k) => given[k]);
    const split = splitOptions(given[kinds.length]);
    if (split === undefined) return functionOf(name)(...args, given[kinds.length]);
    const { signal, onProgress, options } = split;
    if (signal?.aborted) throw signal.reason;
    const { out, ...others } = options;
    const isFor1 = this.#threads === 1 || options['core'] !== undefined;
    const division = isFor1 ? undefined : divide(args, kinds, options);
    const alone = () =>
      functionOf(name)(...args, { ...options, core: options['core'] === undefined ? this.#coreFor(division) : options['core'] });
    const cells = division?.isPairs === true && !kinds.includes('neighbours') ? cellsOf(division, out) : undefined;
    const target = out === undefined || division === undefined ? undefined : targetOf(out, args, division, cells);
    const isCopied = division !== undefined && !(this.shared && isInPlace(division.args));
    const isAlone = division === undefined || (out !== undefined && target === undefined);
    if (isAlone || !isWorthIt(division, isCopied) || !isPostable(division, others)) {
      const results = alone();
      if (onProgress !== undefined) {
        const rows = rowsOf(args, kinds) ?? countOf(results);
        onProgress(rows, rows);
        if (signal?.aborted) throw signal.reason;
      }
      return results;
    }
    const isRowByRow = !(
      kinds.includes('labels') ||
      kinds.includes('groups') ||
      kinds.includes('entries') ||
      division.isPairs ||
      name.startsWith('logProbabilities.') ||
      options['normalize'] === 'require'
    );
    const run = () => this.#divided({ name, ...division, options: others, cells, signal, onProgress, alone, isRowByRow, target }, args);
    const running = isCopied || cells !== undefined ? this.#copying.through(run) : run();
    this.#underWay.add(running);
    try {
      return await unlessAborted(running, signal);
    } finally {
      running.catch(() => {}).finally(() => this.#underWay.delete(running));
    }
  }

  async #divided(call: DividedCall, given: readonly unknown[]): Promise<unknown> {
    // It may have waited.
    if (call.signal?.aborted) throw call.signal.reason;
    try {
      const results = await (this.#together === undefined ? callPosted(call, this.#crew) : callShared(call, this.#together));
      if (!holdDisposed(given)) return results;
    } catch (error) {
      // Arrays that were taken away meanwhile have no length: a view of memory that has grown is made anew, of others the function says what it finds.
      const isTaken = leavesOf(call.args).some(({ data }) => data.length === 0);
      // Nor does one thread need the room that copies for others would take.
      const isFull = error instanceof SurprisalError && error.code === 'ERR_MEMORY';
      if (!isTaken && !isFull && !holdDisposed(given)) throw error;
    }
    // Of matrices that were disposed of, the memory may have been another's meanwhile, and so may a fault: the function refuses them by name.
    return call.alone();
  }

  #refuseIfClosed(): void {
    if (this.#closing === undefined) return;
    throw new SurprisalError('ERR_DISPOSED', 'this pool was closed: make another with createPool()', { argument: 'pool' });
  }

  #coreFor(division: Division | undefined): Core {
    return this.#together === undefined ? this.core : coreFor(division?.args ?? [], this.#together);
  }

  /** Whoever asks, and asks again, waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#crew.close();
    this.#together?.rooms.dispose();
    this.#together?.own.dispose();
    this.core.dispose();
  }
}

/** Results of one value a row, or such beside gradients; a number is one. */
function countOf(results: unknown): number {
  if (ArrayBuffer.isView(results)) return (results as Float64Array).length;
  return typeof results === 'object' && results !== null && 'value' in results ? countOf(results.value) : 1;
}

/** One range is not divided. */
function isWorthIt({ rows, rowEntries, rowTerms, leastRows }: Division, isCopied: boolean): boolean {
  return rows >= 2 * leastRows && rowEntries >= LEAST_ROW && rows * rowTerms >= (isCopied ? ALONE_COPIED_TERMS : ALONE_TERMS);
}

async function unlessAborted<Result>(running: Promise<Result>, signal: Signal | undefined): Promise<Result> {
  if (signal === undefined) return running;
  let release = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(signal.reason);
    // By the progress that this thread's first rows made, before anything is waited for.
    if (signal.aborted) stop();
    release = onAbort(signal, stop);
  });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    release();
  }
}

/** Functions and symbols are none of what a message takes: they are the function's to refuse. */
function isPostable({ args }: Division, options: object): boolean {
  try {
    structuredClone([options, mapData(args, () => undefined)]);
    return true;
  } catch {
    return false;
  }
}

function workerFailed(error: unknown): never {
  const expected = 'workers that answer';
  const message = `surprisal/parallel expected ${expected}, but one failed (${error instanceof Error ? error.message : String(error)})`;
  throw new SurprisalError('ERR_BACKEND', message, { expected });
}
