/** A call on workers that share nothing with the pool: rows are posted to them as copies, a range at a time. */
import type { NumericArray } from '../types.js';
import { partOf } from './outcome.js';
import { type DividedCall, Results } from './results.js';
import { mapData } from './split.js';
import type { Crew } from './task.js';

/** Entries of a range, at most. */
const RANGE_ENTRIES = 2 ** 18;

/** Ranges that wait for each worker, so that none waits for this thread. */
const AHEAD = 2;

export async function callPosted(call: DividedCall, crew: Crew): Promise<unknown> {
  const { name, rows, rowEntries, options, signal, onProgress } = call;
  const lanes = crew.workers * AHEAD;
  const ranges = Math.min(rows, Math.max(lanes, Math.ceil((rows * rowEntries) / RANGE_ENTRIES)));
  const rangeRows = Math.ceil(rows / ranges);
  const results = new Results(rows);
  let isFailed = false;
  const isEnding = () => isFailed || signal?.aborted === true;
  let next = 0;
  let done = 0;
  const lane = async () => {
    while (next < rows && !results.hasFault && !isEnding()) {
      const start = next;
      const count = Math.min(rangeRows, rows - start);
      next += count;
      const transfer: ArrayBuffer[] = [];
      const range = { index: 0, start, count, slot: 0 };
      const args = mapData(call.args, (data, width) => {
        const copy = partOf(data, width, range).slice() as NumericArray;
        transfer.push(copy.buffer as ArrayBuffer);
        return copy;
      });
      const { outcomes } = await crew.run({ name, args, options, over: { ...range, start: 0 }, commons: undefined }, transfer);
      for (const outcome of outcomes) results.add({ ...outcome, start });
      done += count;
      if (!results.hasFault && !isEnding()) onProgress?.(done, rows);
    }
  };
  const failed = () => {
    isFailed = true;
  };
  const running = Array.from({ length: Math.min(lanes, ranges) }, lane);
  for (const each of running) each.catch(failed);
  await Promise.all(running);
  return results.all();
}
