/** Rows of logits: further divergences between two softmaxes, beside a softmax of both and the usual loop, and beside KL of the same rows. */
import { createCore, logits, matrix } from 'surprisal';
import type { Core } from '../../src/core.js';
import type { Dtype, Floats, Matrix } from '../../src/types.js';
import { affinityTerm } from '../../test/oracle/discrete.js';
import { divide, type Fixed, logOfRatio, multiply, ONE, toNumber } from '../../test/oracle/fixed.js';
import { probabilities } from '../../test/oracle/logits.js';
import { type Case, type Contender, contendersOf, type Quantity, type Shape, WASM } from '../case.js';
import { pairOf, plainSoftmaxRow } from './logits.bench.js';

interface Divergence {
  /** Of two probabilities, as people write it. */
  readonly plain: (p: number, q: number) => number;
  readonly library: (a: Matrix, b: Matrix, options: { readonly core: Core; readonly out: Float64Array }) => Float64Array;
  readonly term: (p: Fixed, q: Fixed) => Fixed;
  /** Made of the sums. */
  readonly last?: readonly [plain: (sum: number) => number, exact: (sum: Fixed) => Fixed];
  /** Times that of KL. */
  readonly atMost: number;
}

const abs = (x: Fixed) => (x < 0n ? -x : x);

const DIVERGENCES: Readonly<Record<string, Divergence>> = {
  'total variation': {
    plain: (p, q) => Math.abs(p - q) / 2,
    library: (a, b, options) => logits.totalVariation(a, b, options),
    term: (p, q) => abs(p - q) / 2n,
    atMost: 1.6,
  },
  'squared Hellinger': {
    plain: (p, q) => (Math.sqrt(p) - Math.sqrt(q)) ** 2 / 2,
    library: (a, b, options) => logits.squaredHellinger(a, b, options),
    term: (p, q) => (p + q - 2n * affinityTerm(p, q, 0.5)) / 2n,
    atMost: 1.6,
  },
  Jeffreys: {
    plain: (p, q) => (p - q) * Math.log(p / q),
    library: (a, b, options) => logits.jeffreysDivergence(a, b, options),
    term: (p, q) => multiply(p - q, logOfRatio(p, q)),
    atMost: 1.6,
  },
  'Pearson χ²': {
    plain: (p, q) => (p - q) ** 2 / q,
    library: (a, b, options) => logits.pearsonChiSquare(a, b, options),
    term: (p, q) => divide(multiply(p - q, p - q), q),
    atMost: 1.6,
  },
  'Jensen–Shannon': {
    plain: (p, q) => (p * Math.log((2 * p) / (p + q)) + q * Math.log((2 * q) / (p + q))) / 2,
    library: (a, b, options) => logits.jensenShannonDivergence(a, b, options),
    term: (p, q) => (multiply(p, logOfRatio(2n * p, p + q)) + multiply(q, logOfRatio(2n * q, p + q))) / 2n,
    atMost: 1.6,
  },
  'skew ¼': {
    plain: (p, q) => p * Math.log(p / (0.75 * p + 0.25 * q)),
    library: (a, b, options) => logits.skewKlDivergence(a, b, { ...options, weight: 0.25 }),
    term: (p, q) => multiply(p, logOfRatio(4n * p, 3n * p + q)),
    atMost: 1.6,
  },
  'Rényi 1.5': {
    plain: (p, q) => p ** 1.5 / Math.sqrt(q),
    library: (a, b, options) => logits.renyiDivergence(a, b, { ...options, alpha: 1.5 }),
    term: (p, q) => affinityTerm(p, q, 1.5),
    last: [(sum) => Math.log(sum) / 0.5, (sum) => 2n * logOfRatio(sum, ONE)],
    atMost: 4,
  },
};

function quantityOf({ plain, library, term, last }: Divergence): Quantity<'a' | 'b'> {
  return {
    plain: ({ a, b }, { rows, cols }) => {
      const out = new Float64Array(rows);
      const [p, q] = [new Float64Array(cols), new Float64Array(cols)];
      return () => {
        for (let r = 0; r < rows; r++) {
          plainSoftmaxRow(a, r * cols, cols, p, 0);
          plainSoftmaxRow(b, r * cols, cols, q, 0);
          let sum = 0;
          for (let i = 0; i < cols; i++) sum += plain(p[i] as number, q[i] as number);
          out[r] = last?.[0](sum) ?? sum;
        }
        return out;
      };
    },
    library: ({ a, b }, { rows, cols }, core) => {
      const options = { core, out: new Float64Array(rows) };
      const [A, B] = [matrix(a, rows, cols), matrix(b, rows, cols)];
      return () => library(A, B, options);
    },
    exact: ({ a, b }) => {
      const [p, q] = [probabilities(a), probabilities(b)];
      const sum = p.reduce((all, x, i) => all + term(x, q[i] as Fixed), 0n);
      return [toNumber(last?.[1](sum) ?? sum)];
    },
  };
}

const KL = 'wasm, KL';

function casesOf(dtype: Dtype): Case[] {
  const shape: Shape = { rows: 16384, cols: 1000, dtype };
  /** KL of the same rows in the same rounds. */
  const kl: Contender = {
    name: KL,
    prepare: (data, { rows, cols }) => {
      const options = { core: createCore({ backend: 'wasm' }), out: new Float64Array(rows) };
      const [A, B] = [matrix(data.a as Floats, rows, cols), matrix(data.b as Floats, rows, cols)];
      return () => logits.klDivergence(A, B, options);
    },
    exact: ({ a, b }) => {
      const [p, q] = [probabilities(a as Floats), probabilities(b as Floats)];
      return [toNumber(p.reduce((all, x, i) => all + multiply(x, logOfRatio(x, q[i] as Fixed)), 0n))];
    },
  };
  return Object.entries(DIVERGENCES).map(([name, divergence]) => ({
    name: `logits ${name} ${dtype} ${shape.rows}×${shape.cols}`,
    ...shape,
    data: pairOf(3),
    contenders: [...contendersOf(quantityOf(divergence)), kl],
    targets: [{ of: WASM, over: KL, atMost: divergence.atMost }],
  }));
}

export const cases: readonly Case[] = [...casesOf('f32'), ...casesOf('f64')];
