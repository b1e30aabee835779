/** A call on workers that share nothing with the pool: rows are posted to them as copies, a range at a time. */
import { partOf } from './outcome.js';
import { type DividedCall, Results } from './results.js';
import { mapData, rangeRowsOf } from './split.js';
import type { Crew } from './task.js';
import { viewOf } from './views.js';

/** Ranges that wait for each worker, so that none waits for this thread. */
const AHEAD = 2;

export async function callPosted(call: DividedCall, crew: Crew): Promise<unknown> {
  const { name, rows, options, cells, signal, onProgress } = call;
  const lanes = crew.workers * AHEAD;
  const rangeRows = rangeRowsOf(call, crew.workers, AHEAD);
  const results = new Results(call);
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
        const copy = new (viewOf(data))(partOf(data, width, range));
        transfer.push(copy.buffer as ArrayBuffer);
        return copy;
      });
      const { outcomes } = await crew.run({ name, args, options, cells, over: { ...range, start: 0 }, commons: undefined }, transfer);
      for (const outcome of outcomes) results.add({ ...outcome, start });
      done += count;
      if (!results.hasFault && !isEnding()) onProgress?.(done, rows);
    }
  };
  const failed = (error: unknown) => {
    isFailed = true;
    throw error;
  };
  await Promise.all(Array.from({ length: lanes }, () => lane().catch(failed)));
  if (signal?.aborted) throw signal.reason;
  return results.all();
}
