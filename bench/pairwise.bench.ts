/** All pairs: every row of p against every row of q. */
import { allocate, createCore, klDivergence, type Matrix, matrix, pairwise } from 'surprisal';
import type { Pool } from 'surprisal/parallel';
import type { Floats } from '../src/types.js';
import { type Case, type Contender, PLAIN, RESIDENT, WASM } from './case.js';
import { probabilities } from './data.js';
import { openPool } from './pool.js';

const ROWS = 2048;
const COLS = 128;

const plain: Contender['prepare'] = ({ p, q }, { rows, cols }) => {
  const [P, Q] = [p as Floats, q as Floats];
  const out = new Float64Array(rows * ROWS);
  return () => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < ROWS; j++) {
        let s = 0;
        for (let a = i * cols, b = j * cols, end = a + cols; a < end; a++, b++) {
          const x = P[a] as number;
          if (x > 0) s += x * Math.log(x / (Q[b] as number));
        }
        out[i * ROWS + j] = s;
      }
    }
    return out;
  };
};

const library =
  (products: 'f32' | 'f64', isResident = false): Contender['prepare'] =>
  ({ p, q }, { rows, cols }) => {
    const core = createCore({ backend: 'wasm' });
    const options = { core, products, out: new Float32Array(rows * ROWS) };
    const make = (data: Floats, n: number) => {
      if (!isResident) return matrix(data, n, cols);
      const room = allocate(n, cols, 'f32', { core });
      room.data.set(data);
      return room;
    };
    const [P, Q] = [make(p as Floats, rows), make(q as Floats, ROWS)];
    return () => pairwise.klDivergence(P, Q, options).data;
  };

/** The row function in f64, which its own tests hold against 320 bits: 16 thousand cells of a sample would take minutes there. */
const exact: Contender['exact'] = ({ p, q }) => {
  const wide = Float64Array.from(q as Floats);
  return Array.from(klDivergence(Float64Array.from(p as Floats), matrix(wide, ROWS, COLS)));
};

/** So many rows that two threads have a tenth of a second of work each. */
const MANY = 8192;
const NEAREST = 5;

type Masses = ReturnType<typeof probabilities>;
type Pairwise = Pick<typeof pairwise, 'klDivergence' | 'nearest'>;
type Cells = (pairs: Pairwise | Pool['pairwise'], P: Matrix, Q: Matrix) => Promise<Floats>;

const whole: Cells = async (pairs, P, Q) => (await pairs.klDivergence(P, Q)).data;
/** Memory that calls before have used; a sample's rows take a part of it. */
const into = (): Cells => {
  let out: Float32Array | undefined;
  return async (pairs, P, Q) => {
    out ??= new Float32Array(MANY * ROWS);
    return (await pairs.klDivergence(P, Q, { out })).data;
  };
};
const nearest: Cells = async (pairs, P, Q) => (await pairs.nearest(P, Q, NEAREST)).values;
const exactNearest: Contender['exact'] = (row) => [...exact(row)].sort((a, b) => a - b).slice(0, NEAREST);

const onThreads =
  (threads: 1 | 2, cells: Cells): Contender['prepare'] =>
  async ({ p, q }, { rows, cols }) => {
    const pairs = threads === 1 ? pairwise : (await openPool(threads)).pairwise;
    const [P, Q] = [matrix(p as Floats, rows, cols), matrix(q as Floats, ROWS, cols)];
    return () => cells(pairs, P, Q);
  };

const threadsCase = (name: string, cells: Cells, truth: Contender['exact']): Case => ({
  name: `threads: ${name}, KL f32 ${MANY}×${ROWS}×${COLS}`,
  rows: MANY,
  cols: COLS,
  dtype: 'f32',
  perEntry: ROWS,
  whole: ['q'],
  isByWall: true,
  data: (rng, { rows }) => {
    const [{ p }, { q }] = [MANY, ROWS].map((count) => probabilities(rng, { rows: count, cols: COLS, dtype: 'f32' })) as [Masses, Masses];
    return { p: p.subarray(0, rows * COLS), q };
  },
  contenders: [
    { name: 'one thread', prepare: onThreads(1, cells), exact: truth },
    { name: 'two threads', prepare: onThreads(2, cells), exact: truth },
  ],
  targets: [{ of: 'two threads', over: 'one thread', atLeast: 1.8 }],
});

export const cases: readonly Case[] = [
  threadsCase('all pairs', whole, exact),
  threadsCase('all pairs into out', into(), exact),
  threadsCase(`${NEAREST} nearest`, nearest, exactNearest),
  {
    name: `W11 all pairs KL f32 ${ROWS}×${ROWS}×${COLS}`,
    rows: ROWS,
    cols: COLS,
    dtype: 'f32',
    perEntry: ROWS,
    whole: ['q'],
    data: (rng, { rows }) => {
      const { p, q } = probabilities(rng, { rows: ROWS, cols: COLS, dtype: 'f32' });
      return { p: p.subarray(0, rows * COLS), q };
    },
    contenders: [
      { name: PLAIN, prepare: plain, exact },
      { name: WASM, prepare: library('f32'), exact },
      { name: RESIDENT, prepare: library('f32', true), exact },
      { name: 'wasm, f64 products', prepare: library('f64'), exact },
    ],
    targets: [
      { of: WASM, over: PLAIN, atLeast: 140 },
      { of: 'wasm, f64 products', over: PLAIN, atLeast: 100 },
    ],
  },
];
