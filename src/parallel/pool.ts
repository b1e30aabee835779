/** A pool: calls go to its workers in tasks of some rows each, and results come back in order. Bits do not depend on the division (law 2). */
import * as surprisal from '../index.js';
import { type Core, createCore, type ResidentMatrix, SurprisalError } from '../index.js';
import type { Dtype, Floats, NumericArray } from '../types.js';
import { FUNCTIONS, type Functions, type ParallelOptions } from './functions.js';
import { collect, type Division, divide, type Kind } from './split.js';
import type { Commons, Crew, Fault } from './task.js';

export interface PoolOptions {
  /** How many workers; one for each of the machine's processors when left out. */
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

/** Calls of fewer entries stay on this thread: they take less than a millisecond. Not tuned: no machine was at hand on which two plain threads gain 1.8×. */
export const ALONE_ENTRIES = 2 ** 18;

/** Entries of a task, at most: little enough to stay in a second-level cache between the copy and the kernel. */
const TASK_ENTRIES = 2 ** 18;

/** Tasks that wait for each worker, so that none waits for this thread. */
const AHEAD = 2;

/** Rooms of this size or more start on a cache line of their own. */
const LINE_BYTES = 64;

export async function createPoolWith(threads: number, hire: (threads: number) => Promise<Crew>): Promise<Pool> {
  if (!Number.isInteger(threads) || threads < 1) {
    const expected = 'a whole number ≥ 1';
    throw new SurprisalError('ERR_OPTION', `option "threads" expected ${expected}, got ${String(threads)}`, {
      argument: 'threads',
      value: threads,
      expected,
    });
  }
  const workers = new Workers(threads, await hire(threads));
  const bind = (group: string, functions: Readonly<Record<string, readonly Kind[]>>) =>
    Object.fromEntries(
      Object.entries(functions).map(([name, kinds]) => [name, (...args: unknown[]) => workers.call(group + name, kinds, args)]),
    );
  const pool = {
    ...bind('', FUNCTIONS['']),
    logits: bind('logits.', FUNCTIONS.logits),
    logProbabilities: bind('logProbabilities.', FUNCTIONS.logProbabilities),
    gaussian: bind('gaussian.', FUNCTIONS.gaussian),
    threads,
    shared: workers.shared,
    allocate: (rows: number, cols: number, dtype?: Dtype) => workers.core.allocate(rows, cols, dtype),
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
  readonly #commons: Commons | undefined;
  /** Rooms in the shared memory that no task uses, by which rows reach the workers. They stay: fresh pages cost more than what is computed on them. */
  readonly #rooms: ResidentMatrix[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(threads: number, crew: Crew) {
    this.#threads = threads;
    this.#crew = crew;
    const shared = sharedCore();
    this.core = shared ?? createCore();
    if (shared !== undefined) {
      const arenas = Array.from({ length: threads }, () => shared.share());
      this.#commons = { arenas, taken: new SharedArrayBuffer(4) };
    }
  }

  get shared(): boolean {
    return this.#commons !== undefined;
  }

  async call(name: string, kinds: readonly Kind[], given: readonly unknown[]): Promise<unknown> {
    if (this.#isClosed)
      throw new SurprisalError('ERR_DISPOSED', 'this pool was closed: make another with createPool()', { argument: 'pool' });
    const args = given.slice(0, kinds.length);
    const { signal, onProgress, ...options } = (given[kinds.length] ?? {}) as ParallelOptions & object;
    signal?.throwIfAborted();
    const division = this.#threads > 1 && !('out' in options) ? divide(args, kinds) : undefined;
    if (division === undefined || division.rows * division.rowEntries < ALONE_ENTRIES) {
      const run = name.split('.').reduce<unknown>((from, part) => (from as Record<string, unknown>)[part], surprisal);
      const results = (run as (...all: unknown[]) => unknown)(...args, { ...options, core: this.core });
      if (division !== undefined) onProgress?.(division.rows, division.rows);
      return results;
    }
    const running = this.#spread(name, division, options, signal, onProgress);
    this.#underWay.add(running);
    try {
      return await unlessAborted(running, signal);
    } finally {
      running.catch(() => {}).finally(() => this.#underWay.delete(running));
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    await this.#crew.close();
    for (const room of this.#rooms) room.dispose();
    this.core.dispose();
  }

  async #spread(
    name: string,
    { rows, rowEntries, part }: Division,
    options: object,
    signal: AbortSignal | undefined,
    onProgress: ParallelOptions['onProgress'],
  ): Promise<unknown> {
    const lanes = this.#threads * AHEAD;
    const tasks = Math.min(rows, Math.max(lanes, Math.ceil((rows * rowEntries) / TASK_ENTRIES)));
    const taskRows = Math.ceil(rows / tasks);
    const whole = new Map<NumericArray, unknown>();
    const faults: { start: number; fault: Fault }[] = [];
    const isAborted = () => signal?.aborted === true;
    let results: unknown;
    let next = 0;
    let done = 0;
    const held: ResidentMatrix[] = [];
    /** One array for all tasks. */
    const keep = (data: NumericArray) => {
      if (!whole.has(data)) {
        const sender = new Sender(this.core, this.#commons, this.#rooms);
        whole.set(data, sender.send(data, data.byteLength));
        held.push(...sender.rooms);
      }
      return whole.get(data);
    };
    const lane = async () => {
      const sender = new Sender(this.core, this.#commons, this.#rooms);
      try {
        while (next < rows && faults.length === 0 && !isAborted()) {
          const start = next;
          const count = Math.min(taskRows, rows - start);
          next += count;
          sender.begin();
          const args = part(start, count, (data) => sender.send(data, taskRows * rowEntries * 8), keep);
          const reply = await this.#crew.run({ name, args, options, commons: this.#commons }, sender.transfer);
          if ('fault' in reply) {
            faults.push({ start, fault: reply.fault });
            return;
          }
          results = collect(results, reply.value, rows, start, count);
          done += count;
          if (!isAborted()) onProgress?.(done, rows);
        }
      } finally {
        this.#rooms.push(...sender.rooms);
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(lanes, tasks) }, lane));
    } finally {
      this.#rooms.push(...held);
    }
    // Rows are given out in order: those before a fault are done or at fault themselves, and the first of all is the one that a single thread would name.
    const first = faults.sort((a, b) => a.start - b.start)[0];
    if (first !== undefined) throw errorOf(first.fault, first.start);
    return results;
  }
}

/** Brings arrays to the workers: as they are where the memory is shared, by a room in it, or as copies. */
class Sender {
  readonly rooms: ResidentMatrix[] = [];
  transfer: ArrayBuffer[] = [];
  readonly #core: Core;
  readonly #commons: Commons | undefined;
  readonly #idle: ResidentMatrix[];
  #used = 0;

  constructor(core: Core, commons: Commons | undefined, idle: ResidentMatrix[]) {
    this.#core = core;
    this.#commons = commons;
    this.#idle = idle;
  }

  /** The next task's arrays take the place of the last one's. */
  begin(): void {
    this.#used = 0;
    this.transfer = [];
  }

  /** @param most bytes of all arrays of a task */
  send(data: NumericArray, most: number): unknown {
    const memory = this.#commons?.arenas[0]?.memory;
    const isFloats = data instanceof Float64Array || data instanceof Float32Array;
    if (memory !== undefined && isFloats) {
      return data.buffer === memory.buffer ? placeOf(data) : this.#stage(data, most);
    }
    if (typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer) return data;
    const copy = new Uint8Array(data.byteLength);
    copy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.transfer.push(copy.buffer as ArrayBuffer);
    const View = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => unknown>)[data[Symbol.toStringTag]];
    return View === undefined ? data : new View(copy.buffer as ArrayBuffer);
  }

  #stage(data: Floats, most: number): unknown {
    const end = this.#used + data.byteLength;
    let room = this.rooms[0];
    if (room === undefined || room.data.byteLength < end) {
      const bytes = Math.max(most, end) + 8 * LINE_BYTES;
      const found = this.#idle.findIndex(({ cols }) => cols * 8 >= bytes);
      room = found >= 0 ? (this.#idle.splice(found, 1)[0] as ResidentMatrix) : this.#core.allocate(1, Math.ceil(bytes / 8));
      this.rooms.unshift(room);
      this.#used = 0;
    }
    const { buffer, byteOffset } = room.data;
    const View = data instanceof Float64Array ? Float64Array : Float32Array;
    const staged = new View(buffer as ArrayBuffer, byteOffset + this.#used, data.length);
    staged.set(data);
    this.#used = Math.ceil((this.#used + data.byteLength) / LINE_BYTES) * LINE_BYTES;
    return placeOf(staged);
  }
}

function placeOf(data: Floats): unknown {
  return { at: data.byteOffset, length: data.length, dtype: data instanceof Float64Array ? 'f64' : 'f32' };
}

/** The error of some rows, as one of all. */
function errorOf({ code, message, place }: Fault, start: number): SurprisalError {
  if (place.row === undefined) return new SurprisalError(code, message, place);
  const row = place.row + start;
  return new SurprisalError(code, message.replace(`row ${place.row}`, `row ${row}`), { ...place, row });
}

async function unlessAborted<Result>(running: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return running;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
