/** The script of a worker: for piscina its default export is the function that it calls; in browsers it answers messages. */
import * as surprisal from '../index.js';
import type { Floats, NumericArray } from '../types.js';
import { Board, type Range } from './board.js';
import { outcomeOf, partOf } from './outcome.js';
import type { Commons, Outcome, Question, Reply, Source, Task } from './task.js';
import { cellsBytes, cellsIn } from './cells.js';
import { viewNamed, viewOf } from './views.js';

/** Results of so many bytes are sent before the next range is taken: a thread keeps no more of them. */
const KEPT_BYTES = 2 ** 24;

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

function entriesOf(source: Source, width: number, range: Range): NumericArray {
  if (ArrayBuffer.isView(source)) return partOf(source, width, range);
  if (memory === undefined) throw new Error('a place in a memory that is not shared');
  const View = viewNamed(source.type);
  const at = source.at + ('stride' in source ? range.slot * source.stride : range.start * width * View.BYTES_PER_ELEMENT);
  const length = width === 0 ? source.length : range.count * width;
  // What another thread has added is seen here once this one has asked for it.
  if (at + length * View.BYTES_PER_ELEMENT > memory.buffer.byteLength) memory.grow(0);
  return new View(memory.buffer, at, length);
}

function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, part) => sum + bytesOf(part), 0) : 0;
}

/** The same over memory that a message does not copy. */
function shared(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof SharedArrayBuffer) return value;
    const { length, byteLength } = value as Floats;
    const copy = new (viewOf(value as Floats))(new SharedArrayBuffer(byteLength), 0, length) as Floats;
    copy.set(value as Floats);
    return copy;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shared(part)]));
}

export default function answer(task: Task): Reply {
  const own = coreIn(task.commons);
  const through = (range: Range, room?: Floats) => outcomeOf(task, range, (source, width) => entriesOf(source, width, range), own, room);
  const { cells, over } = task;
  if (!('counters' in over))
    return { outcomes: [through(over, cells && cellsIn(new ArrayBuffer(cellsBytes(cells, over.count)), cells, over.count))], isLast: true };
  const board = new Board(over);
  const outcomes: Outcome[] = [];
  let isPlaced = over.cells !== undefined;
  for (let kept = 0; kept < KEPT_BYTES; ) {
    const range = board.take(true);
    if (range === undefined) return { outcomes, isLast: true };
    const { count } = range;
    const outcome = through(
      range,
      isPlaced ? board.roomOf(range) : cells && cellsIn(new SharedArrayBuffer(cellsBytes(cells, count)), cells, count),
    );
    isPlaced = 'value' in outcome && board.place(range, outcome.value);
    if (!isPlaced) {
      outcomes.push('value' in outcome ? { ...outcome, value: shared(outcome.value) } : outcome);
      kept += bytesOf(outcome);
    }
    board.finish(range, 'fault' in outcome);
  }
  return { outcomes, isLast: false };
}

type Scope = { readonly name?: string; postMessage(message: unknown): void; onmessage: (event: MessageEvent<Question>) => void };

/** In a browser's worker, as browser.ts names it. */
const scope = globalThis as unknown as Scope;
if (scope.name === 'surprisal') {
  scope.onmessage = ({ data: { id, task } }) => {
    try {
      scope.postMessage({ id, reply: answer(task) });
    } catch (error) {
      scope.postMessage({ id, failure: String(error) });
    }
  };
}
