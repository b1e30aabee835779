/** Rows of probabilities: KL and its relatives. */
import {
  crossEntropy,
  entropy,
  jeffreysDivergence,
  jensenShannonDivergence,
  jensenShannonDivergenceWithGradient,
  klDivergence,
  klDivergenceWithGradient,
  matrix,
} from 'surprisal';
import type { Dtype, Floats } from '../../src/types.js';
import * as exact from '../../test/oracle/discrete.js';
import { logOracle } from '../../test/oracle/doubleDouble.js';
import { type Fixed, toNumber } from '../../test/oracle/fixed.js';
import {
  type Case,
  caseOf,
  contendersOf,
  type Data,
  gradientCase,
  type Quantity,
  type Shape,
  type Target,
  WASM,
  workloadCase,
} from '../case.js';
import { nearEqual, probabilities, sparse, tiny } from '../data.js';

/** The loops that people write, over the same typed arrays; `step` is 0 where one row q serves all. */
type PlainLoop = (p: Floats, q: Floats, rows: number, cols: number, step: number, out: Float64Array) => void;

const plainKl: PlainLoop = (p, q, rows, cols, step, out) => {
  for (let r = 0; r < rows; r++) {
    let s = 0;
    for (let i = r * cols, j = r * step, end = i + cols; i < end; i++, j++) {
      const x = p[i] as number;
      if (x > 0) s += x * Math.log(x / (q[j] as number));
    }
    out[r] = s;
  }
};

const plainJeffreys: PlainLoop = (p, q, rows, cols, step, out) => {
  for (let r = 0; r < rows; r++) {
    let s = 0;
    for (let i = r * cols, j = r * step, end = i + cols; i < end; i++, j++) {
      const x = p[i] as number;
      const y = q[j] as number;
      s += (x - y) * Math.log(x / y);
    }
    out[r] = s;
  }
};

const plainJensenShannon: PlainLoop = (p, q, rows, cols, step, out) => {
  for (let r = 0; r < rows; r++) {
    let s = 0;
    for (let i = r * cols, j = r * step, end = i + cols; i < end; i++, j++) {
      const x = p[i] as number;
      const y = q[j] as number;
      const m = (x + y) / 2;
      if (x > 0) s += x * Math.log(x / m);
      if (y > 0) s += y * Math.log(y / m);
    }
    out[r] = s / 2;
  }
};

const plainCrossEntropy: PlainLoop = (p, q, rows, cols, step, out) => {
  for (let r = 0; r < rows; r++) {
    let s = 0;
    for (let i = r * cols, j = r * step, end = i + cols; i < end; i++, j++) {
      const x = p[i] as number;
      if (x > 0) s -= x * Math.log(q[j] as number);
    }
    out[r] = s;
  }
};

const plainEntropy: PlainLoop = (p, _q, rows, cols, _step, out) => {
  for (let r = 0; r < rows; r++) {
    let s = 0;
    for (let i = r * cols, end = i + cols; i < end; i++) {
      const x = p[i] as number;
      if (x > 0) s -= x * Math.log(x);
    }
    out[r] = s;
  }
};

type Oracle = (p: Floats, q: Floats) => Fixed;

/** The plain loop takes rows as given, the library normalises them: each is held against its own definition. */
function pairOf(
  loop: PlainLoop,
  divergence: typeof klDivergence,
  normalised: Oracle,
  asGiven: Oracle,
  onPool?: 'klDivergence' | 'jensenShannonDivergence',
): Quantity<'p' | 'q'> {
  const argumentsOf = ({ p, q }: Data<'p' | 'q'>, { rows, cols }: Shape) =>
    [matrix(p, rows, cols), q.length === cols ? q : matrix(q, rows, cols)] as const;
  return {
    plain: ({ p, q }, { rows, cols }) => {
      const out = new Float64Array(rows);
      const step = q.length === cols ? 0 : cols;
      return () => {
        loop(p, q, rows, cols, step, out);
        return out;
      };
    },
    library: (data, shape, core) => {
      const options = { core, out: new Float64Array(shape.rows) };
      const [P, Q] = argumentsOf(data, shape);
      return () => divergence(P, Q, options);
    },
    ...(onPool !== undefined && {
      onPool: (data, shape, pool) => {
        const [P, Q] = argumentsOf(data, shape);
        const options = { out: new Float64Array(shape.rows) };
        return () => pool[onPool](P, Q, options);
      },
    }),
    exact: ({ p, q }) => [toNumber(normalised(p, q))],
    exactPlain: ({ p, q }) => [toNumber(asGiven(p, q))],
  };
}

const given = exact.klAsGiven;
const middle = (p: Floats, q: Floats) => p.map((x, i) => (x + (q[i] as number)) / 2);
const ones = (p: Floats) => new Float64Array(p.length).fill(1);
const both: Oracle = (p, q) => exact.kl(p, q) + exact.kl(q, p);
const KL = pairOf(plainKl, klDivergence, exact.kl, given, 'klDivergence');
/** Rows of millions: 320 bits a term take minutes, and errors of terms that are right to 2⁻⁹⁵ vanish in the sum. */
const ONE_PAIR: Quantity<'p' | 'q'> = {
  ...KL,
  exact: ({ p, q }) => {
    const given = longKl(p, q);
    return [given / total(p) - Math.log(total(p) / total(q))];
  },
  exactPlain: ({ p, q }) => [longKl(p, q)],
};
const JEFFREYS = pairOf(plainJeffreys, jeffreysDivergence, both, (p, q) => given(p, q) + given(q, p));
const JENSEN_SHANNON = pairOf(
  plainJensenShannon,
  jensenShannonDivergence,
  exact.jensenShannon,
  (p, q) => {
    const m = middle(Float64Array.from(p), q);
    return (given(p, m) + given(q, m)) / 2n;
  },
  'jensenShannonDivergence',
);
const CROSS_ENTROPY = pairOf(
  plainCrossEntropy,
  crossEntropy,
  (p, q) => exact.kl(p, q) + exact.entropy(p),
  (p, q) => given(p, q) - given(p, ones(p)),
);
const ENTROPY: Quantity<'p'> = {
  plain: ({ p }, { rows, cols }) => {
    const out = new Float64Array(rows);
    return () => {
      plainEntropy(p, p, rows, cols, cols, out);
      return out;
    };
  },
  library: ({ p }, { rows, cols }, core) => {
    const options = { core, out: new Float64Array(rows) };
    const P = matrix(p, rows, cols);
    return () => entropy(P, options);
  },
  exact: ({ p }) => [toNumber(exact.entropy(p))],
  exactPlain: ({ p }) => [toNumber(-given(p, ones(p)))],
};

/** Both gradients; the errors shown are those of the second, entry by entry. */
function gradientOf(run: typeof klDivergenceWithGradient, jensenShannon: boolean): Pick<Quantity<'p' | 'q'>, 'library' | 'exact'> {
  return {
    library: ({ p, q }, { rows, cols }, core, isFresh) => {
      const options = isFresh ? { core } : { core, out: { value: new Float64Array(rows), gradient: { p: p.slice(), q: q.slice() } } };
      const [P, Q] = [matrix(p, rows, cols), matrix(q, rows, cols)];
      return () => run(P, Q, options).gradient.q.data;
    },
    exact: ({ p, q }) => exact.gradient(jensenShannon, p, q).q,
  };
}
const KL_GRADIENT = gradientOf(klDivergenceWithGradient, false);
const JENSEN_SHANNON_GRADIENT = gradientOf(jensenShannonDivergenceWithGradient, true);

/** Neumaier's sum of n terms. */
function compensated(n: number, term: (i: number) => number): number {
  let sum = 0;
  let rest = 0;
  for (let i = 0; i < n; i++) {
    const x = term(i);
    const next = sum + x;
    rest += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return sum + rest;
}

function total(p: Floats): number {
  return compensated(p.length, (i) => p[i] as number);
}

/** Σ p·log(p/q). */
function longKl(p: Floats, q: Floats): number {
  return compensated(p.length, (i) => {
    const [x, y] = [logOracle(p[i] as number), logOracle(q[i] as number)];
    return (p[i] as number) * (x.hi - y.hi + (x.lo - y.lo));
  });
}

const oneReference: Case['data'] = (rng, shape) => {
  const { p, q } = probabilities(rng, shape);
  return { p, q: q.slice(0, shape.cols) };
};
const alone: Case['data'] = (rng, shape): Data => ({ p: probabilities(rng, shape).p });

function casesOf(dtype: Dtype): Case[] {
  const large: Shape = { rows: 65536, cols: 128, dtype };
  const narrow: Shape = { rows: 1_000_000, cols: 10, dtype };
  const pair: Shape = { rows: 1, cols: 4_194_304, dtype };
  const smallest = dtype === 'f64' ? '1e-300' : '1e-38';
  const twin: Omit<Target, 'of' | 'over'> = dtype === 'f64' ? { atLeast: 1.3 } : { atMost: 1.2 };
  const byType = <T>(f64: T, f32: T): T => (dtype === 'f64' ? f64 : f32);
  /** Zeros and tiny values may cost 1.3 times what dense rows cost in the same rounds. */
  const besideDense = (name: string, data: Case['data']): Case => {
    const spoilt = caseOf(name, large, KL, data, [{ of: WASM, over: 'wasm, dense', atMost: 1.3 }]);
    const dense = spoilt.contenders.filter((contender) => contender.name === WASM);
    return { ...spoilt, contenders: [...spoilt.contenders, ...dense.map((c) => ({ ...c, name: 'wasm, dense', data: probabilities }))] };
  };
  return [
    gradientCase('KL rows', large, KL_GRADIENT, KL, probabilities),
    gradientCase('Jensen–Shannon rows', large, JENSEN_SHANNON_GRADIENT, JENSEN_SHANNON, probabilities),
    workloadCase(byType('W2 KL rows', 'W1 KL rows'), large, KL, probabilities, byType([2.8, 3.6], [7.5, 10.5]), twin),
    workloadCase('W3 KL rows', narrow, KL, probabilities, byType([2.8, 3.3], [5, 6.5]), twin),
    workloadCase('W4 KL, one pair,', pair, ONE_PAIR, probabilities, byType([2.8, 3.6], [7.5, 10.5])),
    besideDense('KL rows, 30 % zeros,', sparse(0.3)),
    besideDense('KL rows, 90 % zeros,', sparse(0.9)),
    besideDense(`KL rows, down to ${smallest},`, tiny),
    caseOf('KL rows, near-equal,', large, KL, nearEqual),
    workloadCase(`${byType('', 'W5 ')}KL rows, one reference,`, large, KL, oneReference, byType([3, 3.6], [9, 10.5])),
    caseOf('Jeffreys rows', large, JEFFREYS, probabilities),
    workloadCase(`${byType('', 'W12 ')}Jensen–Shannon rows`, large, JENSEN_SHANNON, probabilities, byType([2.6, 3.2], [7.5, 10])),
    caseOf('cross-entropy rows', large, CROSS_ENTROPY, probabilities),
    caseOf('entropy rows', large, ENTROPY, alone),
  ];
}

/** The same with more and more rows, and with more and more classes: how the time of an entry grows. */
export const growth: readonly Case[] = [
  ...[100, 1000, 10_000, 100_000, 1_000_000, 10_000_000].map((rows) => ({ rows, cols: 10 })),
  ...[2, 8, 32, 128, 1024, 8192, 131_072].map((cols) => ({ rows: 2 ** 22 / cols, cols })),
].map(({ rows, cols }) => ({
  name: `growth: KL rows f32 ${rows}×${cols}`,
  workload: 'W1',
  rows,
  cols,
  dtype: 'f32',
  data: probabilities,
  contenders: contendersOf(KL),
  targets: [],
}));

export const cases: readonly Case[] = [...casesOf('f64'), ...casesOf('f32')];
