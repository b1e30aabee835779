/** Contenders on two threads. */
import type { Pool } from 'surprisal/parallel';
import type * as parallel from '../src/parallel/index.js';
import { type Contender, intoMemory, type OnThreads } from './case.js';

export const TWO_THREADS = '2 threads';
export const TWO_RESIDENT = '2 threads, resident';

/** As it was built, with its workers' script beside it; the bench lies in build/dev/bench by the time it runs. */
export async function openPool(threads: number): Promise<Pool> {
  const { createPool }: typeof parallel = await import(new URL('../../parallel.js', import.meta.url).href);
  return createPool({ threads });
}

/** A quantity on two threads: over ordinary arrays, and over matrices of the pool. */
export function onTwoThreads({ onPool, exact }: OnThreads): Contender[] {
  if (onPool === undefined) return [];
  return [TWO_THREADS, TWO_RESIDENT].map((name) => ({
    name,
    prepare: async (data, shape) => {
      const pool = await openPool(2);
      return onPool(name === TWO_THREADS ? data : intoMemory(data, pool, shape.dtype), shape, pool);
    },
    exact,
  }));
}
