/** The functions of the library over several threads, in browsers: `surprisal/parallel` there. Module workers, and shared memory where the page is isolated. */
import { createPoolWith, type Pool, type PoolOptions } from './pool.js';
import type { Answer, Crew, Reply } from './task.js';

export type { Functions, ParallelOptions } from './functions.js';
export type { Pool, PoolOptions } from './pool.js';

/** Starts a pool of workers, as in Node (index.ts). */
export async function createPool(options?: PoolOptions): Promise<Pool> {
  return createPoolWith(options, navigator.hardwareConcurrency ?? 1, hire);
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const UNLOADED = "it has to lie beside the script that starts it, and the page's Content-Security-Policy to allow it by worker-src";

/** Each task goes to the worker that has the fewest. */
async function hire(threads: number): Promise<Crew> {
  const workers = Array.from({ length: threads }, () => {
    // As bundlers want to read it. By the name its script knows what it is: a page's tools may give workers a `process`, as Node's have.
    const worker = new Worker(new URL('./parallel-worker.js', import.meta.url), { type: 'module', name: 'surprisal' });
    const waiting = new Map<number, Waiting>();
    const state = { worker, waiting, failure: undefined as Error | undefined };
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const { resolve, reject } = waiting.get(data.id) as Waiting;
      waiting.delete(data.id);
      if ('reply' in data) resolve(data.reply);
      else reject(new Error(data.failure));
    };
    worker.onerror = (event) => {
      const failure = new Error(event.message ?? `parallel-worker.js did not load: ${UNLOADED}`);
      for (const { reject } of waiting.values()) reject(failure);
      waiting.clear();
      // A script that did not load will answer nobody.
      if (event.message === undefined) state.failure = failure;
    };
    return state;
  });
  let id = 0;
  return {
    workers: threads,
    run: (task, transfer) =>
      new Promise((resolve, reject) => {
        const { worker, waiting, failure } = workers.reduce((least, each) => (each.waiting.size < least.waiting.size ? each : least));
        if (failure !== undefined) throw failure;
        worker.postMessage({ id: ++id, task }, transfer);
        waiting.set(id, { resolve, reject });
      }),
    async close() {
      for (const { worker } of workers) worker.terminate();
    },
  };
}
