/** Batches of univariate pairs: parameters in arrays, one divergence each, beside the textbook form in a loop. */
import { createCore } from 'surprisal';
import { digamma, logGamma } from '../src/applications/statistics/special.js';
import { klBatch, type Members } from '../src/families/index.js';
import { dirichletKl } from '../src/families/closed/dirichlet.js';
import { CLOSED } from '../src/families/closed.js';
import { BATCHED, type Case, type Contender, type Data, intoMemory, PLAIN, RESIDENT } from './case.js';

const ROWS = 1_000_000;

type Row = readonly [a: number, b: number, c: number, d: number];

interface Pair {
  readonly family: string;
  /** Kernels of the core answer, and take parameters where they lie. */
  readonly isKernel?: true;
  readonly names: readonly string[];
  readonly plain: (...row: Row) => number;
}

const PAIRS: readonly Pair[] = [
  {
    family: 'normal',
    isKernel: true,
    names: ['mean', 'std'],
    plain: (m, s, n, t) => Math.log(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - 0.5,
  },
  { family: 'poisson', isKernel: true, names: ['rate'], plain: (a, _, c) => a * Math.log(a / c) - a + c },
  { family: 'exponential', isKernel: true, names: ['rate'], plain: (a, _, c) => Math.log(a / c) + c / a - 1 },
  { family: 'bernoulli', names: ['p'], plain: (p, _, q) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)) },
  {
    family: 'gamma',
    names: ['shape', 'rate'],
    plain: (a, b, c, d) => (a - c) * digamma(a) - logGamma(a) + logGamma(c) + c * Math.log(b / d) + (a * (d - b)) / b,
  },
  {
    family: 'beta',
    names: ['alpha', 'beta'],
    plain: (a, b, c, d) =>
      logGamma(c) +
      logGamma(d) -
      logGamma(c + d) -
      logGamma(a) -
      logGamma(b) +
      logGamma(a + b) +
      (a - c) * digamma(a) +
      (b - d) * digamma(b) +
      (c - a + d - b) * digamma(a + b),
  },
];

/** The parameters of row i, b and d being whatever a family of one parameter does not look at. */
const rowOf = ({ a, b, c, d }: Data, i: number): Row => [a?.[i] as number, b?.[i] as number, c?.[i] as number, d?.[i] as number];

function plain({ plain: formula, exact }: Pair & Pick<Contender, 'exact'>): Contender {
  return {
    name: PLAIN,
    prepare: (data, { rows }) => {
      const out = new Float64Array(rows);
      return () => {
        for (let i = 0; i < rows; i++) out[i] = formula(...rowOf(data, i));
        return out;
      };
    },
    exact,
  };
}

/** Of a resident contender, parameters are brought into the memory of a core first. */
function batched({ family, names, exact }: Pair & Pick<Contender, 'exact'>, isResident = false): Contender {
  return {
    name: isResident ? RESIDENT : BATCHED,
    prepare: ({ a, b, c, d }, { rows, dtype }) => {
      const core = isResident ? createCore({ backend: 'wasm' }) : undefined;
      const out = new Float64Array(rows);
      const used = { a, c, ...(names.length === 2 && { b, d }) } as Data;
      const of = core === undefined ? used : intoMemory(used, core, dtype);
      const members = (...parameters: unknown[]) =>
        ({ family, ...Object.fromEntries(names.map((name, k) => [name, parameters[k]])) }) as Members;
      const [p, q] = [members(of.a, of.b), members(of.c, of.d)];
      return () => klBatch(p, q, { out, core });
    },
    exact,
  };
}

export const cases: readonly Case[] = PAIRS.map((pair) => {
  const form = CLOSED[pair.family];
  const exact = (row: Data) => {
    const [a, b, c, d] = rowOf(row, 0);
    return [pair.family === 'beta' ? dirichletKl([a, b], [c, d]) : (form?.value([a, b], [c, d]) ?? NaN)];
  };
  return {
    name: `pairs of ${pair.family} distributions, a million`,
    workload: `pairs-${pair.family}`,
    rows: ROWS,
    cols: 1,
    dtype: 'f64',
    data: (rng, { rows }) => {
      const data = { a: new Float64Array(rows), b: new Float64Array(rows), c: new Float64Array(rows), d: new Float64Array(rows) };
      for (let i = 0; i < rows; i++) {
        for (const array of Object.values(data)) array[i] = pair.family === 'bernoulli' ? 0.01 + 0.98 * rng.fine() : 0.2 + 5 * rng.fine();
      }
      return data;
    },
    contenders: [
      plain({ ...pair, exact }),
      batched({ ...pair, exact }),
      ...(pair.isKernel === true ? [batched({ ...pair, exact }, true)] : []),
    ],
    // Of the first four, kernels and short forms; the others are special functions on either side.
    targets: [BATCHED, ...(pair.isKernel === true ? [RESIDENT] : [])].flatMap((of) =>
      ['PyTorch', 'PyTorch, checked'].map((over) => ({ of, over, atLeast: ['gamma', 'beta'].includes(pair.family) ? 1 : 2 })),
    ),
  };
});
