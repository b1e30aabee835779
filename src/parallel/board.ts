/**
 * A call's rows in ranges, which threads take one after the other, and how far all of them are: counters in memory that every thread sees. A range costs no
 * message; workers that wait for one at every range lose what a second thread brings.
 */

import type { FloatMatrix } from '../index.js';
import type { Floats } from '../types.js';
import type { Cells } from './cells.js';
import { isValues } from './target.js';

/** Where the counters lie. Positions are ranges in the order in which they were laid out: how many were taken, how many there are, and whether more will come. */
const [TAKEN, LAID, IS_CLOSED, IS_STOPPED] = [0, 1, 2, 3];
/** Ranges that are done; how many must be for the pool to be woken; the first at fault, beyond which no other is taken. */
const [DONE, CALL_AT, FAULT] = [4, 5, 6];
/** Counted up when workers, and when the pool, should look again. What they wait for lies in several places, and must not change between the look and the sleep. */
const [FOR_WORKERS, FOR_POOL] = [7, 8];
/** The ranges that lie in slots, counted from 1; 0 for a free slot. Behind them a mark for each range: whether its results were placed, and whether they were taken. */
const FIRST_SLOT = 9;
const [IS_PLACED, IS_TAKEN] = [1, 2];

const NO_FAULT = 2 ** 31 - 1;

/** What a board is on every thread. */
export interface Plan {
  readonly counters: Int32Array;
  /** One value a row, where that is what the call comes to; the cells of each, where it is known to come to those. */
  readonly results: Floats;
  readonly cells?: Cells | undefined;
  readonly rows: number;
  /** Of a range; the last has what is left. */
  readonly rangeRows: number;
  /** Places by which rows reach the workers, each taken again when its range is done; 0 where all rows lie in place from the start. */
  readonly slots: number;
  /** Whether the pool wants to know of each range that is done. */
  readonly isWatched: boolean;
}

export interface Range {
  readonly index: number;
  readonly start: number;
  readonly count: number;
  /** The place of its rows, where they have one. */
  readonly slot: number;
}

type Wait = (counters: Int32Array, at: number, seen: number) => { readonly value: Promise<unknown> | string };

/** @param results room for one value a row, or for its cells, in memory that every thread sees */
export function planOf(rows: number, rangeRows: number, slots: number, isWatched: boolean, results: Floats, cells?: Cells): Plan {
  const counters = new Int32Array(new SharedArrayBuffer(4 * (FIRST_SLOT + slots + Math.ceil(rows / rangeRows))));
  counters[FAULT] = NO_FAULT;
  if (slots === 0) {
    counters[LAID] = Math.ceil(rows / rangeRows);
    counters[IS_CLOSED] = 1;
  }
  return { counters, results, cells, rows, rangeRows, slots, isWatched };
}

export class Board {
  readonly #plan: Plan;
  readonly #counters: Int32Array;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#counters = plan.counters;
  }

  get ranges(): number {
    return Math.ceil(this.#plan.rows / this.#plan.rangeRows);
  }

  range(index: number, slot = 0): Range {
    const { rows, rangeRows } = this.#plan;
    const start = index * rangeRows;
    return { index, start, count: Math.min(rangeRows, rows - start), slot };
  }

  get rowsDone(): number {
    return Math.min(this.#plan.rows, this.#get(DONE) * this.#plan.rangeRows);
  }

  get isStopped(): boolean {
    return this.#get(IS_STOPPED) === 1;
  }

  get isEnding(): boolean {
    return this.isStopped || this.#get(FAULT) !== NO_FAULT;
  }

  /** No range beyond this one is wanted: its own, or an earlier one's, error is that of the call. */
  isBeyondFault(index: number): boolean {
    return index > this.#get(FAULT);
  }

  /** What was taken is finished; nothing else is taken. */
  stop(): void {
    Atomics.store(this.#counters, IS_STOPPED, 1);
    this.#call(FOR_WORKERS);
    this.#call(FOR_POOL);
  }

  /** All that will be laid out was. */
  close(): void {
    Atomics.store(this.#counters, IS_CLOSED, 1);
    this.#call(FOR_WORKERS);
  }

  /** The next range; undefined when none is left, or none lies ready and the thread must not wait. */
  take(mayWait: boolean): Range | undefined {
    for (;;) {
      const seen = this.#get(FOR_WORKERS);
      const isClosed = this.#get(IS_CLOSED) === 1;
      const position = this.#get(TAKEN);
      if (this.isStopped) return undefined;
      if (position < this.#get(LAID)) {
        if (Atomics.compareExchange(this.#counters, TAKEN, position, position + 1) !== position) continue;
        const range = this.#at(position);
        return this.isBeyondFault(range.index) ? undefined : range;
      }
      if (isClosed || !mayWait) return undefined;
      Atomics.wait(this.#counters, FOR_WORKERS, seen);
    }
  }

  /** A thread is through with a range: its slot is free. */
  finish({ index, slot }: Range, isFault: boolean): void {
    const { slots, isWatched } = this.#plan;
    for (let first = this.#get(FAULT); isFault && index < first; first = this.#get(FAULT))
      Atomics.compareExchange(this.#counters, FAULT, first, index);
    if (slots > 0 && this.#get(FIRST_SLOT + slot) === index + 1) Atomics.store(this.#counters, FIRST_SLOT + slot, 0);
    const done = Atomics.add(this.#counters, DONE, 1) + 1;
    if (isWatched || isFault || done >= this.#get(CALL_AT)) this.#call(FOR_POOL);
  }

  /** Leaves one value a row, or cells that were computed there, where the thread that asks finds them without a message, which takes half a millisecond; before the range is finished. False for anything else. */
  place(range: Range, value: unknown): boolean {
    const room = this.roomOf(range);
    if (this.#plan.cells !== undefined) {
      if ((value as FloatMatrix).data.buffer !== room.buffer) return false;
    } else if (!isValues(value, range.count)) return false;
    else if (value.buffer !== room.buffer) room.set(value);
    Atomics.store(this.#counters, this.#mark(range.index), IS_PLACED);
    return true;
  }

  /** For the results of a range. */
  roomOf({ start, count }: Range): Floats {
    const { results, cells } = this.#plan;
    const width = cells?.width ?? 1;
    return results.subarray(start * width, (start + count) * width) as Floats;
  }

  /** What was placed since this was last asked for. */
  takePlaced(): (Range & { readonly value: Floats | FloatMatrix })[] {
    const { cells } = this.#plan;
    const placed: (Range & { readonly value: Floats | FloatMatrix })[] = [];
    for (let index = 0; index < this.ranges; index++) {
      if (Atomics.compareExchange(this.#counters, this.#mark(index), IS_PLACED, IS_TAKEN) !== IS_PLACED) continue;
      const range = this.range(index);
      const data = this.roomOf(range);
      placed.push({ ...range, value: cells === undefined ? data : { data, rows: range.count, cols: cells.width } });
    }
    return placed;
  }

  /** The slot for what is laid out next, if it is free. */
  freeSlot(): number | undefined {
    const slot = this.#get(LAID) % this.#plan.slots;
    return this.#get(FIRST_SLOT + slot) === 0 ? slot : undefined;
  }

  /** The rows of this range lie in that slot. */
  lay(index: number, slot: number): void {
    Atomics.store(this.#counters, FIRST_SLOT + slot, index + 1);
    Atomics.add(this.#counters, LAID, 1);
    this.#call(FOR_WORKERS);
  }

  /** Waits for a free slot. Half of them are free then, unless one is late: to wake for each would stop a worker each time. */
  async slotFreed(): Promise<void> {
    await this.done(this.#get(LAID) - (this.#plan.slots >> 1));
    for (;;) {
      // Counted before the look: what is done between the two wakes.
      const done = this.#get(DONE);
      if (this.freeSlot() !== undefined || this.isEnding) return;
      await this.done(done + 1);
    }
  }

  /** Waits until so many ranges are done, or no other will be. */
  async done(count: number): Promise<void> {
    Atomics.store(this.#counters, CALL_AT, count);
    for (;;) {
      const seen = this.#get(FOR_POOL);
      if (this.#get(DONE) >= count || this.isEnding) return;
      await changed(this.#counters, FOR_POOL, seen);
    }
  }

  #mark(index: number): number {
    return FIRST_SLOT + this.#plan.slots + index;
  }

  #at(position: number): Range {
    const { slots } = this.#plan;
    if (slots === 0) return this.range(position);
    const slot = position % slots;
    return this.range(this.#get(FIRST_SLOT + slot) - 1, slot);
  }

  #get(at: number): number {
    return Atomics.load(this.#counters, at);
  }

  #call(whom: number): void {
    Atomics.add(this.#counters, whom, 1);
    Atomics.notify(this.#counters, whom);
  }
}

/** Firefox before 145 has no waiting that leaves the thread free: it looks again a little later. */
async function changed(counters: Int32Array, at: number, seen: number): Promise<void> {
  const { waitAsync } = Atomics as unknown as { waitAsync?: Wait };
  if (waitAsync === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  else await waitAsync(counters, at, seen).value;
}
