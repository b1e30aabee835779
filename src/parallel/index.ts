/// <reference types="node" />
/**
 * The functions of the library over several threads, in Node (`surprisal/parallel`; browsers get browser.ts under the same name). Needs piscina, an optional peer.
 */
import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Piscina } from 'piscina';
import { SurprisalError } from '../index.js';
import { createPoolWith, type Pool, type PoolOptions } from './pool.js';
import { createRound } from './round.js';
import type { Hire } from './task.js';
import { Turns } from './turns.js';

export type { Functions, ParallelOptions } from './functions.js';
export type { Pool, PoolOptions } from './pool.js';

/**
 * Starts a pool of workers. Its functions are those of the library, with a promise of the same results: bit by bit what one thread gives, and the same errors.
 *
 * @param options threads: how many compute, the one that asks among them; as many as the machine has processors when left out, 1024 at most
 * @returns       klDivergence, entropy, …; logits, logProbabilities, gaussian, pairwise with theirs; allocate, close, threads, shared
 *
 * Shapes      as the functions have them, with one Matrix at least. Every call takes, beside its own options, signal and onProgress; `core`, and an `out`
 *             for more than one value a row or the cells of all pairs, stay with one thread. Options are a plain object. Arguments are read until the promise is settled
 * Edge cases  calls of fewer than 2²⁰ terms (2²¹ where rows are copied), rows of fewer than 4 entries, lazy rows and vectors are computed at once on the thread that asks · an abort rejects with the signal's reason;
 *             rows that a worker is at are finished and dropped · close() lets calls under way finish; the pool does not keep a process alive
 * Speed       resident matrices of the pool (`pool.allocate`) are copied to nobody; other arrays go through its shared memory, range by range
 *
 * @throws {SurprisalError} ERR_OPTION · ERR_KIND · ERR_BACKEND where piscina is not installed, or was bundled · calls: what the function throws, with the row of the whole batch; ERR_DISPOSED
 *         after close(); ERR_BACKEND where a worker has ended
 * @example
 * const pool = await createPool({ threads: 4 });
 * const values = await pool.klDivergence(P, Q, { base: 2, signal, onProgress: (done, rows) => bar.update(done / rows) });
 * await pool.close();
 */
export async function createPool(options?: PoolOptions): Promise<Pool> {
  return createPoolWith(options, availableParallelism(), hire);
}

/** How long this thread computes before it sees to what else waits for it. */
const WAY_MS = 4;

/**
 * Tasks that a worker is given before this thread has heard that the last is done: it hears that only between ranges of the next call. A worker answers when it is through with
 * those it has: results that come by message, of calls made at once, may wait for the last of them.
 */
const TASKS_AHEAD = 4;

/** piscina and this package start scripts that lie beside their own; in a bundle they do not. */
const INSTALLED =
  'surprisal and the package piscina as they are installed (npm install piscina), outside of bundles (esbuild: --packages=external)';

/** @throws {SurprisalError} ERR_BACKEND */
async function start(workers: number): Promise<Piscina> {
  try {
    const { Piscina } = await import('piscina');
    const script = new URL('./parallel-worker.js', import.meta.url);
    await access(script); // a missing one would be told of by the workers, at some call
    return new Piscina({
      filename: script.href,
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: TASKS_AHEAD,
      loadBalancer: createRound(TASKS_AHEAD),
    });
  } catch (error) {
    throw new SurprisalError('ERR_BACKEND', `surprisal/parallel expected ${INSTALLED} (${String(error)})`, { expected: INSTALLED });
  }
}

const hire: Hire = async (threads, isShared) => {
  // The thread that asks is one of them: a machine with a processor for each has none for a thread that only waits for the others.
  const workers = isShared ? Math.max(1, threads - 1) : threads;
  const pool = await start(workers);
  const turns = new Turns(WAY_MS);
  let unloaded: Error | undefined;
  /** Where piscina's own script is not there it starts no worker any more, and answers no task. */
  const heed = ({ code, message }: NodeJS.ErrnoException) => {
    if (code?.endsWith('MODULE_NOT_FOUND')) unloaded = new Error(`${message}: expected ${INSTALLED}`);
  };
  // Of a worker that had no task; without a listener it would end the process.
  pool.on('error', heed);
  return {
    workers,
    giveWay: () => turns.give(),
    async run(task, transfer) {
      if (unloaded !== undefined) throw unloaded;
      turns.start();
      try {
        return await pool.run(task, { transferList: transfer });
      } catch (error) {
        heed(error as Error);
        throw unloaded ?? error;
      }
    },
    close: () => pool.close({ force: true }),
  };
};
