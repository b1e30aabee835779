/** Contenders on two threads. */
import type { Pool } from 'surprisal/parallel';
import type * as parallel from '../src/parallel/index.js';
import type { Contender, Data, OnThreads } from './case.js';
import type { Dtype } from '../src/types.js';

export const TWO_THREADS = '2 threads';
export const TWO_RESIDENT = '2 threads, resident';

/** As it was built, with its workers' script beside it; the bench lies in build/dev/bench by the time it runs. */
export async function openPool(threads: number): Promise<Pool> {
  const { createPool }: typeof parallel = await import(new URL('../../parallel.js', import.meta.url).href);
  return createPool({ threads });
}

/** The same inputs in the memory that the threads share, of which none is detached by a later one's room. */
export function intoPool(data: Data, pool: Pool, dtype: Dtype): Data {
  const made = Object.entries(data).map(([name, array]) => [name, array, pool.allocate(1, array.length, dtype)] as const);
  return Object.fromEntries(
    made.map(([name, array, room]) => {
      const view = room.data;
      view.set(array);
      return [name, view];
    }),
  );
}

/** A quantity on two threads: over ordinary arrays, and over matrices of the pool. */
export function onTwoThreads({ onPool, exact }: OnThreads): Contender[] {
  if (onPool === undefined) return [];
  return [TWO_THREADS, TWO_RESIDENT].map((name) => ({
    name,
    prepare: async (data, shape) => {
      const pool = await openPool(2);
      return onPool(name === TWO_THREADS ? data : intoPool(data, pool, shape.dtype), shape, pool);
    },
    exact,
  }));
}
