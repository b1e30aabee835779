/** One call on two short vectors: what a call costs, and from which length on the module beats its twin (why src/backend/select.ts hands it no short calls). */
import { createCore, klDivergence } from 'surprisal';
import type { Floats } from '../src/types.js';
import * as exact from '../test/oracle/discrete.js';
import { toNumber } from '../test/oracle/fixed.js';
import { type Case, type Contender, PLAIN, type Shape, TWIN, WASM } from './case.js';
import { probabilities } from './data.js';

/** Calls in a pass, and the pairs that they take in turn. */
const CALLS = 20_000;
const PAIRS = 64;

function plain(p: Floats, q: Floats): number {
  let s = 0;
  for (let i = 0; i < p.length; i++) {
    const x = p[i] as number;
    if (x > 0) s += x * Math.log(x / (q[i] as number));
  }
  return s;
}

/** One result for each of the rows, call by call. */
function calling(name: string, prepare: () => (p: Floats, q: Floats) => number, normalised: boolean): Contender {
  return {
    name,
    prepare: ({ p, q }, { rows, cols }: Shape) => {
      const call = prepare();
      const out = new Float64Array(rows);
      const pairs = Array.from(
        { length: PAIRS },
        (_, i) => [p, q].map((array) => (array as Floats).slice(i * cols, (i + 1) * cols)) as [Floats, Floats],
      );
      return () => {
        for (let r = 0; r < rows; r++) {
          const [x, y] = pairs[r % PAIRS] as [Floats, Floats];
          out[r] = call(x, y);
        }
        return out;
      };
    },
    exact: ({ p, q }) => [toNumber((normalised ? exact.kl : exact.klAsGiven)(p as Floats, q as Floats))],
  };
}

const onBackend = (backend: 'auto' | 'wasm' | 'js') => () => {
  const options = { core: createCore({ backend }) };
  return (p: Floats, q: Floats) => klDivergence(p, q, options);
};

export const cases: readonly Case[] = [4, 8, 16, 24, 32, 64, 256, 1024].map((cols) => ({
  name: `calls of KL on vectors f64 of ${cols}`,
  rows: CALLS,
  cols,
  dtype: 'f64',
  data: (rng, shape) => probabilities(rng, { ...shape, rows: Math.min(PAIRS, shape.rows) }),
  contenders: [
    calling(PLAIN, () => plain, false),
    calling(WASM, onBackend('wasm'), true),
    calling(TWIN, onBackend('js'), true),
    calling('as chosen', onBackend('auto'), true),
  ],
  targets: [],
}));
