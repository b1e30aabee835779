/** The script of a worker: for piscina its default export is the function that it calls; in browsers it answers messages. */
import * as surprisal from '../index.js';
import type { Floats } from '../types.js';
import { type Commons, isPlace, type Place, type Question, type Reply, type Task } from './task.js';

type Callable = (...args: unknown[]) => unknown;

let core: surprisal.Core | undefined;
let memory: surprisal.SharedMemory['memory'] | undefined;

/** A core of this thread's own, in the memory that the pool shares where it does. */
function coreIn(commons: Commons | undefined): surprisal.Core {
  if (core !== undefined) return core;
  const arena = commons?.arenas[Atomics.add(new Int32Array(commons.taken), 0, 1)];
  memory = commons?.arenas[0]?.memory;
  // A thread that came in another's place may find no arena left: it has a memory of its own then, and copies.
  core = surprisal.createCore(arena === undefined ? {} : { backend: 'wasm', memory: arena });
  return core;
}

function viewOf({ at, length, dtype }: Place): Floats {
  if (memory === undefined) throw new Error('a place in a memory that is not shared');
  const View = dtype === 'f64' ? Float64Array : Float32Array;
  // What another thread has added is seen here once this one has asked for it.
  if (at + length * View.BYTES_PER_ELEMENT > memory.buffer.byteLength) memory.grow(0);
  return new View(memory.buffer as ArrayBuffer, at, length);
}

/** The argument with its entries in the place of places. */
function read(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Array.isArray(value)) return value;
  if (isPlace(value)) return viewOf(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, read(part)]));
}

export default function answer({ name, args, options, commons }: Task): Reply {
  try {
    const own = coreIn(commons);
    const call = name.split('.').reduce<unknown>((from, part) => (from as Record<string, unknown>)[part], surprisal) as Callable;
    return { value: call(...args.map(read), { ...options, core: own }) };
  } catch (error) {
    if (!(error instanceof surprisal.SurprisalError)) throw error;
    const { code, message, argument, row, column, value, expected } = error;
    return { fault: { code, message, place: { argument, row, column, value: typeof value === 'number' ? value : undefined, expected } } };
  }
}

/** In a browser's worker. */
if ('WorkerGlobalScope' in globalThis && !('process' in globalThis)) {
  const scope = globalThis as unknown as { postMessage(message: unknown): void; onmessage: (event: MessageEvent<Question>) => void };
  scope.onmessage = ({ data: { id, task } }) => {
    try {
      scope.postMessage({ id, reply: answer(task) });
    } catch (error) {
      scope.postMessage({ id, failure: String(error) });
    }
  };
}
