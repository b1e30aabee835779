/**
 * Two threads beside one: what they gain from which size on (why src/parallel/pool.ts keeps short calls), and what they can gain here: on a plain loop, and on the
 * same kernel over rows that stay in each thread's caches.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createCore, klDivergence, matrix } from 'surprisal';
import type { Dtype, Floats } from '../src/types.js';
import * as exact from '../test/oracle/discrete.js';
import { toNumber } from '../test/oracle/fixed.js';
import { type Case, type Contender, type Data, intoMemory } from './case.js';
import { probabilities } from './data.js';
import { openPool } from './pool.js';

const ONE = 'one thread';
const TWO = 'two threads';
const [ONE_RESIDENT, TWO_RESIDENT] = [`${ONE}, resident`, `${TWO}, resident`];
const [ONE_IN_CACHE, TWO_IN_CACHE] = [`${ONE}, in cache`, `${TWO}, in cache`];

const answers: Contender['exact'] = ({ p, q }) => [toNumber(exact.kl(p as Floats, q as Floats))];

function onOne(name: string, isResident: boolean): Contender {
  return {
    name,
    prepare: ({ p, q }, { rows, cols, dtype }) => {
      const core = createCore({ backend: 'wasm' });
      const data = isResident ? intoMemory({ p, q } as Data, core, dtype) : { p, q };
      const [P, Q] = [matrix(data.p as Floats, rows, cols), matrix(data.q as Floats, rows, cols)];
      return () => klDivergence(P, Q, { core });
    },
    exact: answers,
  };
}

function onPool(name: string, threads: number, isResident: boolean): Contender {
  return {
    name,
    prepare: async ({ p, q }, { rows, cols, dtype }) => {
      const pool = await openPool(threads);
      const data = isResident ? intoMemory({ p, q } as Data, pool, dtype) : { p, q };
      const [P, Q] = [matrix(data.p as Floats, rows, cols), matrix(data.q as Floats, rows, cols)];
      return () => pool.klDivergence(P, Q);
    },
    exact: answers,
  };
}

const LOOP = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (n) => {
    let sum = 0;
    for (let i = 1; i < n; i++) sum += Math.log(i) / i;
    parentPort.postMessage(sum * 0);
  });`;

const KERNEL = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.library).then(({ allocate, klDivergence }) => {
    const [P, Q] = [0, 1].map((k) => {
      const made = allocate(64, workerData.cols, workerData.dtype);
      made.data.forEach((_, i) => { made.data[i] = 1 + ((i * 7 + k) % 64); });
      return made;
    });
    const out = new Float64Array(64);
    parentPort.on('message', (n) => {
      for (let done = 0; done < n; done += P.data.length) klDivergence(P, Q, { out });
      parentPort.postMessage(0);
    });
  });`;

/** The same work without a result, whole on one thread or in halves on two. */
function plain(name: string, script: string, threads: number): Contender {
  return {
    name,
    prepare: (_, { rows, cols, dtype }) => {
      const workerData = { library: new URL('../../index.js', import.meta.url).href, cols, dtype };
      const workers = Array.from({ length: threads }, () => new Worker(script, { eval: true, workerData }));
      const out = new Float64Array(rows);
      return async () => {
        await Promise.all(
          workers.map((worker) => {
            worker.postMessage((rows * cols) / threads);
            return once(worker, 'message');
          }),
        );
        return out;
      };
    },
    data: () => ({}),
    exact: () => [0],
  };
}

const SIZES: readonly (readonly [rows: number, dtype: Dtype])[] = [
  [1024, 'f32'],
  [2048, 'f32'],
  [8192, 'f32'],
  [65536, 'f32'],
  [1024, 'f64'],
  [65536, 'f64'],
];

/** From this many rows on two threads have 10 ms of work, and should gain what they gain on work that meets nothing outside the caches. */
const LONG = 65536;

/** The processor's time counts every thread's; and time that a neighbour takes is lost to two as to one. */
const isByWall = true;

export const cases: readonly Case[] = [
  {
    name: 'threads: what two of them gain on a plain loop here',
    rows: 4096,
    cols: 1024,
    dtype: 'f32',
    data: () => ({}),
    isByWall,
    contenders: [plain(ONE, LOOP, 1), plain(TWO, LOOP, 2)],
    targets: [{ of: TWO, over: ONE, atLeast: 1.8 }],
  },
  ...SIZES.map(([rows, dtype]): Case => {
    const pairs = [[TWO, ONE], [TWO_RESIDENT, ONE_RESIDENT], ...(rows < LONG ? [] : ([[TWO_IN_CACHE, ONE_IN_CACHE]] as const))] as const;
    const inCache = [plain(ONE_IN_CACHE, KERNEL, 1), plain(TWO_IN_CACHE, KERNEL, 2)];
    return {
      name: `threads: KL rows ${dtype} ${rows}×128`,
      rows,
      cols: 128,
      dtype,
      data: probabilities,
      isByWall,
      contenders: [
        onOne(ONE, false),
        onPool(TWO, 2, false),
        onOne(ONE_RESIDENT, true),
        onPool(TWO_RESIDENT, 2, true),
        ...(rows < LONG ? [] : inCache),
      ],
      targets: pairs.map(([of, over]) => ({ of, over, atLeast: rows < LONG ? 1 : 1.8 })),
    };
  }),
];

/** The same rows on 1, 2, 4 … threads, up to those of the machine; beside them plain compute, which says what a thread more is worth here. */
const COUNTS = [1, 2, 4, 8, 16, 32].filter((count) => count <= Math.max(2, availableParallelism()));

export const growth: readonly Case[] = COUNTS.map((count) => ({
  name: `growth: KL rows f32 65536×128, threads ${count}`,
  rows: 65536,
  cols: 128,
  dtype: 'f32',
  data: probabilities,
  isByWall,
  contenders: [onPool('pool', count, false), onPool('pool, resident', count, true), plain('plain compute', LOOP, count)],
  targets: [],
}));
