/** A call on workers that share memory with the pool: each gets one message, and takes ranges of rows from a board until none is left. So does the thread that asks, where it may. */
import type { Core } from '../index.js';
import type { NumericArray } from '../types.js';
import { onAbort } from './abort.js';
import { Board, type Range, planOf } from './board.js';
import { cellsBytes, cellsIn, KEPT_CELL_BYTES } from './cells.js';
import { outcomeOf, partOf } from './outcome.js';
import { type DividedCall, Results } from './results.js';
import type { Rooms } from './rooms.js';
import { type Arguments, leavesOf, mapData, rangeRowsOf } from './split.js';
import { Staging } from './staging.js';
import { isValues } from './target.js';
import type { Commons, Crew } from './task.js';

/** Ranges for each thread, at least, so that one that was held up leaves more to the others. */
const RANGES_EACH = 4;

/** Ranges for each worker whose rows are copied ahead of it, and bytes that they all may take: rows of millions want fewer. */
const SLOTS_EACH = 4;
const SLOT_BYTES = 2 ** 28;

/** Ranges that are done before two threads are told slower than one. */
const SURE_AFTER = 8;

/** What a range takes on average over what the quickest does. */
const USUAL = 1.1;

/** What of a copy's time is left when a range was computed in its place: a slow one is tried again after some. */
const FORGETTING = 0.9;

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

const memoryOf = ({ commons }: Together) => commons.arenas[0]?.memory.buffer;

/** Whether workers find all rows where they lie. */
export function isInPlace(args: Arguments<NumericArray>): boolean {
  return leavesOf(args).every(({ data, width }) => width === 0 || data.buffer instanceof SharedArrayBuffer);
}

/** On the thread that asks: what lies in the shared memory is not copied. */
export function coreFor(args: Arguments<NumericArray>, together: Together): Core {
  const memory = memoryOf(together);
  return leavesOf(args).some(({ data }) => data.buffer === memory) ? together.core : together.own;
}

export async function callShared(call: DividedCall, together: Together): Promise<unknown> {
  const { crew, commons, rooms } = together;
  const { name, rows, rowEntries, options, cells, signal, onProgress } = call;
  const { workers, giveWay } = crew;
  const rangeRows = rangeRowsOf(call, workers + (giveWay === undefined ? 0 : 1), RANGES_EACH);
  const fitting = Math.floor(SLOT_BYTES / (rangeRows * rowEntries * 8));
  const slots = Math.max(1, Math.min(Math.ceil(rows / rangeRows), workers * SLOTS_EACH, fitting));
  const core = coreFor(call.args, together);
  const staging = new Staging(rooms, memoryOf(together), rangeRows, slots);
  const kept = cells !== undefined && cellsBytes(cells, rows) <= KEPT_CELL_BYTES ? cells : undefined;
  const room = rooms.take(kept === undefined ? 8 * rows : cellsBytes(kept, rows));
  let release = () => {};
  const parts: Promise<void>[] = [];
  let isWritten = false;
  try {
    const args = mapData(call.args, (data, width) => staging.source(data, width));
    const { buffer, byteOffset } = room.data;
    const place = kept === undefined ? new Float64Array(buffer, byteOffset, rows) : cellsIn(buffer, kept, rows, byteOffset);
    const plan = planOf(rows, rangeRows, staging.slots, onProgress !== undefined, place, kept);
    const board = new Board(plan);
    const results = new Results(call, plan.results);

    const work = async () => {
      for (let isLast = false; !isLast; ) {
        const reply = await crew.run({ name, args, options, cells, over: plan, commons }, []);
        for (const outcome of [...board.takePlaced(), ...reply.outcomes]) results.add(outcome);
        isLast = reply.isLast;
      }
    };
    let told = 0;
    let thrown: { readonly error: unknown } | undefined;
    const tell = (done: number) => {
      if (done <= told || board.isEnding) return;
      told = done;
      try {
        onProgress?.(told, rows);
      } catch (error) {
        // Known though all rows may be through before whoever tells it has ended.
        thrown = { error };
        board.stop();
      }
    };
    /** Milliseconds that the last range took to copy, and to compute on this thread, and that the quickest took. */
    let [copying, computing, least] = [0, Infinity, Infinity];
    let isPlaced = false;
    /** On this thread, from the arrays themselves. */
    const compute = async (range: Range) => {
      const begun = performance.now();
      const place = isPlaced ? board.roomOf(range) : results.placeOf(range);
      const outcome = outcomeOf(call, range, (data, width) => partOf(data, width, range), core, place);
      isPlaced = 'value' in outcome && isValues(outcome.value, range.count);
      computing = performance.now() - begun;
      least = Math.min(least, computing);
      copying *= FORGETTING;
      results.add(outcome);
      board.finish(range, 'fault' in outcome);
      tell(board.rowsDone);
      await giveWay?.();
    };
    const dispatch = async () => {
      let next = staging.slots > 0 ? 0 : board.ranges;
      const since = performance.now();
      // While the workers wake; ranges of pairs take longer than that.
      if (giveWay !== undefined && next === 0 && !call.isPairs) await compute(board.range(next++));
      /** Where a neighbour slows what goes from one processor to another, or has the ports of both, two threads may be slower than one: then the rest is computed here. */
      const isGain = () => {
        const done = board.rowsDone / rangeRows;
        return done < SURE_AFTER || performance.now() - since < USUAL * least * done;
      };
      while (next < board.ranges && !board.isEnding) {
        const slot = giveWay === undefined || (copying < computing && isGain()) ? board.freeSlot() : undefined;
        if (slot !== undefined) {
          const begun = performance.now();
          staging.lay(board.range(next), slot);
          copying = performance.now() - begun;
          board.lay(next++, slot);
        } else if (giveWay !== undefined) await compute(board.range(next++));
        else await board.slotFreed();
      }
      board.close();
      if (giveWay !== undefined) for (let range = board.take(false); range !== undefined; range = board.take(false)) await compute(range);
      await board.done(board.ranges);
      for (const outcome of board.takePlaced()) results.add(outcome);
    };
    const watch = async () => {
      while (told < rows && !board.isEnding) {
        await board.done(Math.floor(told / rangeRows) + 1);
        tell(board.rowsDone);
      }
    };

    const stop = () => board.stop();
    if (signal !== undefined) release = onAbort(signal, stop);
    parts.push(...Array.from({ length: workers }, work), dispatch());
    if (onProgress !== undefined) parts.push(watch());
    // Who fails stops the others. A worker that comes to a board when all is settled is not waited for: where processors are few it may be late.
    for (const part of parts) part.catch(stop);
    const ends = await Promise.race([results.settled.then(() => []), Promise.allSettled(parts)]);
    isWritten = board.rowsDone === rows;
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    tell(rows);
    if (thrown !== undefined) throw thrown.error;
    if (signal?.aborted) throw signal.reason;
    return results.all();
  } finally {
    release();
    staging.giveBack();
    // Where not all was, a worker that is late may still write there what nobody will look at.
    if (isWritten) rooms.giveBack([room]);
    else void Promise.allSettled(parts).then(() => rooms.giveBack([room]));
  }
}
