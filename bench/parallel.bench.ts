/** Two workers beside one thread: what they gain from which size on (why src/parallel/pool.ts keeps short calls), and what two threads of plain compute gain here. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createCore, klDivergence, matrix } from 'surprisal';
import type * as parallel from '../src/parallel/index.js';
import type { Dtype, Floats } from '../src/types.js';
import * as exact from '../test/oracle/discrete.js';
import { toNumber } from '../test/oracle/fixed.js';
import type { Case, Contender } from './case.js';
import { probabilities } from './data.js';

const ONE = 'one thread';
const TWO = 'two workers';
const RESIDENT = 'two workers, resident';

const answers: Contender['exact'] = ({ p, q }) => [toNumber(exact.kl(p as Floats, q as Floats))];

const one: Contender = {
  name: ONE,
  prepare: ({ p, q }, { rows, cols }) => {
    const options = { core: createCore({ backend: 'wasm' }), out: new Float64Array(rows) };
    const [P, Q] = [matrix(p as Floats, rows, cols), matrix(q as Floats, rows, cols)];
    return () => klDivergence(P, Q, options);
  },
  exact: answers,
};

function onPool(name: string, workers: number, isResident: boolean): Contender {
  return {
    name,
    prepare: async ({ p, q }, { rows, cols, dtype }) => {
      // As it was built, with its workers' script beside it; this file lies in build/dev/bench by now.
      const { createPool }: typeof parallel = await import(new URL('../../parallel.js', import.meta.url).href);
      const pool = await createPool({ threads: workers });
      const [P, Q] = [p as Floats, q as Floats].map((data) => {
        if (!isResident) return matrix(data, rows, cols);
        const here = pool.allocate(rows, cols, dtype);
        here.data.set(data);
        return here;
      }) as [ReturnType<typeof matrix>, ReturnType<typeof matrix>];
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

/** The same loop, whole on one thread or in halves on two. */
function plainLoop(name: string, threads: number): Contender {
  return {
    name,
    prepare: (_, { rows, cols }) => {
      const workers = Array.from({ length: threads }, () => new Worker(LOOP, { eval: true }));
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

export const cases: readonly Case[] = [
  {
    name: 'threads: what two of them gain on a plain loop here',
    rows: 4096,
    cols: 1024,
    dtype: 'f32',
    data: () => ({}),
    contenders: [plainLoop(ONE, 1), plainLoop('two threads', 2)],
    targets: [{ of: 'two threads', over: ONE, atLeast: 1.8 }],
  },
  ...SIZES.map(
    ([rows, dtype]): Case => ({
      name: `threads: KL rows ${dtype} ${rows}×128`,
      rows,
      cols: 128,
      dtype,
      data: probabilities,
      contenders: [one, onPool(TWO, 2, false), onPool(RESIDENT, 2, true)],
      targets: [TWO, RESIDENT].map((of) => ({ of, over: ONE, atLeast: rows === 65536 ? 1.8 : 1 })),
    }),
  ),
];

/** The same rows on 1, 2, 4 … threads, up to those of the machine; beside them plain compute, which says what a thread more is worth here. */
const COUNTS = [1, 2, 4, 8, 16, 32].filter((count) => count <= Math.max(2, availableParallelism()));

export const growth: readonly Case[] = COUNTS.map((count) => ({
  name: `growth: KL rows f32 65536×128, threads ${count}`,
  rows: 65536,
  cols: 128,
  dtype: 'f32',
  data: probabilities,
  contenders: [
    onPool('pool', count, false),
    onPool('pool, resident', count, true),
    { ...plainLoop('plain compute', count), data: () => ({}) },
  ],
  targets: [],
}));
