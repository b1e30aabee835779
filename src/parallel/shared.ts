/** A call on workers that share memory with the pool: each gets one message, and takes ranges of rows from a board until none is left. So does the thread that asks, where it may. */
import type { Core, ResidentMatrix } from '../index.js';
import type { NumericArray } from '../types.js';
import { Board, type Range, planOf } from './board.js';
import { outcomeOf, partOf } from './outcome.js';
import { type DividedCall, Results } from './results.js';
import { placeOf, put, type Rooms, toLines } from './rooms.js';
import { type Arguments, dataOf, mapData } from './split.js';
import type { Commons, Crew, Source } from './task.js';

/** Entries of a range, at most: those in hand stay in caches between the copy and the kernel, and threads end within a fraction of a millisecond of each other. */
const RANGE_ENTRIES = 2 ** 18;

/** Ranges for each thread, at least, so that one that was held up leaves more to the others. */
const RANGES_EACH = 4;

/** Ranges for each worker whose rows are copied ahead of it, and bytes that they all may take: rows of millions want fewer. */
const SLOTS_EACH = 4;
const SLOT_BYTES = 2 ** 28;

/** An array whose rows are copied range by range. */
interface Staged {
  readonly data: NumericArray;
  readonly width: number;
  readonly room: ResidentMatrix;
  readonly stride: number;
}

/** What the threads of a pool have in common. */
export interface Together {
  readonly crew: Crew;
  /** In the memory that they share. */
  readonly core: Core;
  /** This thread's own: copies go into ordinary memory a third faster than into shared. */
  readonly own: Core;
  readonly commons: Commons;
  readonly rooms: Rooms;
}

/** On the thread that asks: what lies in the shared memory is not copied. */
export function coreFor(args: Arguments<NumericArray>, { core, own, commons }: Together): Core {
  const memory = commons.arenas[0]?.memory.buffer;
  return dataOf(args).some(({ buffer }) => buffer === memory) ? core : own;
}

export async function callShared(call: DividedCall, together: Together): Promise<unknown> {
  const { crew, commons, rooms } = together;
  const { name, rows, rowEntries, options, signal, onProgress } = call;
  const { workers, giveWay } = crew;
  const memory = commons.arenas[0]?.memory.buffer;
  const least = (workers + (giveWay === undefined ? 0 : 1)) * RANGES_EACH;
  const ranges = Math.min(rows, Math.max(least, Math.ceil((rows * rowEntries) / RANGE_ENTRIES)));
  const rangeRows = Math.ceil(rows / ranges);
  const slots = Math.max(1, Math.min(ranges, workers * SLOTS_EACH, Math.floor(SLOT_BYTES / (rangeRows * rowEntries * 8))));
  const core = coreFor(call.args, together);
  const held: ResidentMatrix[] = [];
  const staged: Staged[] = [];
  const sources = new Map<NumericArray, Source>();
  const sourceOf = (data: NumericArray, width: number): Source => {
    if (data.buffer === memory) return placeOf(data);
    if (data.buffer instanceof SharedArrayBuffer) return data;
    const stride = width === 0 ? data.byteLength : toLines(rangeRows * width * data.BYTES_PER_ELEMENT);
    const room = rooms.take(width === 0 ? stride : stride * slots);
    held.push(room);
    const place = placeOf(data, room.data.byteOffset);
    if (width === 0) {
      put(data, room, 0);
      return place;
    }
    staged.push({ data, width, room, stride });
    return { ...place, stride };
  };
  const placed = () =>
    mapData(call.args, (data, width) => {
      if (!sources.has(data)) sources.set(data, sourceOf(data, width));
      return sources.get(data) as Source;
    });
  let args: Arguments<Source>;
  try {
    args = placed();
  } catch (error) {
    rooms.giveBack(held);
    throw error;
  }
  const plan = planOf(rows, rangeRows, staged.length > 0 ? slots : 0, onProgress !== undefined);
  const board = new Board(plan);
  const results = new Results(rows);

  const work = async () => {
    for (let isLast = false; !isLast; ) {
      const reply = await crew.run({ name, args, options, over: plan, commons }, []);
      for (const outcome of reply.outcomes) results.add(outcome);
      isLast = reply.isLast;
    }
  };
  let told = 0;
  const tell = (done: number) => {
    if (done <= told || board.isEnding) return;
    told = done;
    onProgress?.(told, rows);
  };
  /** On this thread, from the arrays themselves. */
  const compute = async (range: Range) => {
    const outcome = outcomeOf(call, range, (data, width) => partOf(data, width, range), core);
    results.add(outcome);
    board.finish(range, 'fault' in outcome);
    tell(board.rowsDone);
    await giveWay?.();
  };
  const lay = (index: number, slot: number) => {
    const range = board.range(index);
    for (const { data, width, room, stride } of staged) put(partOf(data, width, range), room, slot * stride);
    board.lay(index, slot);
  };
  const dispatch = async () => {
    let next = staged.length > 0 ? 0 : board.ranges;
    while (next < board.ranges && !board.isEnding) {
      const slot = board.freeSlot();
      if (slot !== undefined) lay(next++, slot);
      else if (giveWay !== undefined) await compute(board.range(next++));
      else await board.slotFreed();
    }
    board.close();
    if (giveWay === undefined) return;
    for (let range = board.take(false); range !== undefined; range = board.take(false)) await compute(range);
  };
  const watch = async () => {
    while (told < rows && !board.isEnding) {
      await board.done(Math.floor(told / rangeRows) + 1);
      tell(board.rowsDone);
    }
  };

  const stop = () => board.stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const parts = [...Array.from({ length: workers }, work), dispatch()];
    if (onProgress !== undefined) parts.push(watch());
    // Who fails stops the others. A worker that comes to a board when all is settled is not waited for: where processors are few it may be late.
    for (const part of parts) part.catch(stop);
    const ends = await Promise.race([results.settled.then(() => []), Promise.allSettled(parts)]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    tell(rows);
  } finally {
    signal?.removeEventListener('abort', stop);
    rooms.giveBack(held);
  }
  return results.all();
}
