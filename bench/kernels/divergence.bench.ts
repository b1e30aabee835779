/** Rows of probabilities: the divergences that are one term each, beside the loops that people write and beside KL rows. */
import {
  createCore,
  generalizedJensenShannonDivergence,
  itakuraSaitoDivergence,
  klDivergence,
  matrix,
  pearsonChiSquare,
  renyiDivergence,
  skewKlDivergence,
  squaredHellinger,
  totalVariation,
  triangularDiscrimination,
} from 'surprisal';
import type { Core } from '../../src/core.js';
import type { Dtype, Floats, Matrix } from '../../src/types.js';
import { affinityTerm, logOf, sumOfTerms } from '../../test/oracle/discrete.js';
import { divide, type Fixed, fixed, multiply, ONE, toNumber } from '../../test/oracle/fixed.js';
import { againstPlain, type Case, type Contender, caseOf, contendersOf, type Quantity, type Shape, WASM } from '../case.js';
import { filled, pool, probabilities, sparse } from '../data.js';

type PlainLoop = (p: Floats, q: Floats, rows: number, cols: number, out: Float64Array) => void;

const plainTotalVariation: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) s += Math.abs((p[i] as number) - (q[i] as number));
    out[r] = s / 2;
  }
};

const plainHellinger: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) {
      const d = Math.sqrt(p[i] as number) - Math.sqrt(q[i] as number);
      s += d * d;
    }
    out[r] = s / 2;
  }
};

const plainPearson: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) {
      const d = (p[i] as number) - (q[i] as number);
      s += (d * d) / (q[i] as number);
    }
    out[r] = s;
  }
};

const plainTriangular: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) {
      const d = (p[i] as number) - (q[i] as number);
      s += (d * d) / ((p[i] as number) + (q[i] as number));
    }
    out[r] = s;
  }
};

const plainSkew: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) {
      const x = p[i] as number;
      if (x > 0) s += x * Math.log(x / (0.9 * x + 0.1 * (q[i] as number)));
    }
    out[r] = s;
  }
};

const plainWeighted: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) {
      const x = p[i] as number;
      const y = q[i] as number;
      const m = 0.25 * x + 0.75 * y;
      if (x > 0) s += 0.25 * x * Math.log(x / m);
      if (y > 0) s += 0.75 * y * Math.log(y / m);
    }
    out[r] = s;
  }
};

const plainItakuraSaito: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) {
      const ratio = (p[i] as number) / (q[i] as number);
      s += ratio - Math.log(ratio) - 1;
    }
    out[r] = s;
  }
};

const plainRenyi: PlainLoop = (p, q, rows, cols, out) => {
  for (let r = 0, i = 0; r < rows; r++) {
    let s = 0;
    for (const end = i + cols; i < end; i++) s += (p[i] as number) ** 1.5 / Math.sqrt(q[i] as number);
    out[r] = Math.log(s) / 0.5;
  }
};

type Divergence = (p: Matrix, q: Matrix, options: { core: Core; out: Float64Array }) => Float64Array;
type Term = (x: Fixed, y: Fixed) => Fixed;

/** The plain loop takes rows as given, the library normalises them: each is held against its own definition. */
function pairOf(loop: PlainLoop, divergence: Divergence, term: Term, last: (sum: Fixed) => Fixed = (sum) => sum): Quantity<'p' | 'q'> {
  return {
    plain: ({ p, q }, { rows, cols }) => {
      const out = new Float64Array(rows);
      return () => {
        loop(p, q, rows, cols, out);
        return out;
      };
    },
    library: ({ p, q }, { rows, cols }, core) => {
      const options = { core, out: new Float64Array(rows) };
      const [P, Q] = [matrix(p, rows, cols), matrix(q, rows, cols)];
      return () => divergence(P, Q, options);
    },
    exact: ({ p, q }) => [toNumber(last(sumOfTerms(p, q, term)))],
    exactPlain: ({ p, q }) => [toNumber(last(sumOfTerms(p, q, term, true)))],
  };
}

const square = (x: Fixed): Fixed => multiply(x, x);
const size = (x: Fixed): Fixed => (x < 0n ? -x : x);
const ratio = (x: Fixed, y: Fixed): Fixed => logOf(divide(x, y));
const mean = (x: Fixed, y: Fixed, share: number): Fixed => multiply(fixed(share), x) + multiply(ONE - fixed(share), y);
const entropic: Term = (x, m) => (x === 0n ? 0n : multiply(x, ratio(x, m)));

const QUANTITIES: Readonly<Record<string, Quantity<'p' | 'q'>>> = {
  'total variation': pairOf(plainTotalVariation, totalVariation, (x, y) => size(x - y) / 2n),
  'squared Hellinger': pairOf(plainHellinger, squaredHellinger, (x, y) => (x + y) / 2n - affinityTerm(x, y, 0.5)),
  'Pearson χ²': pairOf(plainPearson, pearsonChiSquare, (x, y) => (y === 0n ? 0n : divide(square(x - y), y))),
  'triangular discrimination': pairOf(plainTriangular, triangularDiscrimination, (x, y) =>
    x + y === 0n ? 0n : divide(square(x - y), x + y),
  ),
  'skew KL': pairOf(
    plainSkew,
    (p, q, options) => skewKlDivergence(p, q, { ...options, weight: 0.1 }),
    (x, y) => entropic(x, mean(y, x, 0.1)),
  ),
  'weighted Jensen–Shannon': pairOf(
    plainWeighted,
    (p, q, options) => generalizedJensenShannonDivergence(p, q, { ...options, weight: 0.25 }),
    (x, y) => mean(entropic(x, mean(x, y, 0.25)), entropic(y, mean(x, y, 0.25)), 0.25),
  ),
};
const spectra = pairOf(plainItakuraSaito, itakuraSaitoDivergence, (x, y) => divide(x, y) - ONE - ratio(x, y));
/** Of entries as they are. */
const ITAKURA_SAITO: Quantity<'p' | 'q'> = { ...spectra, exact: spectra.exactPlain as Quantity<'p' | 'q'>['exact'] };
const RENYI = pairOf(
  plainRenyi,
  (p, q, options) => renyiDivergence(p, q, { ...options, alpha: 1.5 }),
  (x, y) => affinityTerm(x, y, 1.5),
  (sum) => 2n * logOf(sum),
);

const KL = 'wasm, KL';

function casesOf(dtype: Dtype): Case[] {
  const shape: Shape = { rows: 65536, cols: 128, dtype };
  /** KL of the same rows in the same rounds. */
  const kl: Contender = {
    name: KL,
    prepare: (data, { rows, cols }) => {
      const options = { core: createCore({ backend: 'wasm' }), out: new Float64Array(rows) };
      const [p, q] = [data.p as Floats, data.q as Floats];
      const [P, Q] = [matrix(p, rows, cols), matrix(q, rows, cols)];
      return () => klDivergence(P, Q, options);
    },
    exact: ({ p, q }) => [toNumber(sumOfTerms(p as Floats, q as Floats, entropic))],
  };
  const make = (name: string, quantity: Quantity<'p' | 'q'>, atMost: number, data: Case['data'] = probabilities): Case => ({
    name: `${name} rows ${dtype} ${shape.rows}×${shape.cols}`,
    ...shape,
    data,
    contenders: [...contendersOf(quantity), kl],
    targets: [{ of: WASM, over: KL, atMost }],
  });
  return [
    ...Object.entries(QUANTITIES).map(([name, quantity]) => make(name, quantity, 1.6)),
    make('squared Hellinger, 30 % zeros,', QUANTITIES['squared Hellinger'] as Quantity<'p' | 'q'>, 1.6, sparse(0.3)),
    make('Itakura–Saito', ITAKURA_SAITO, 1.6),
    make('Rényi 1.5', RENYI, 4),
  ];
}

/** Rows of one column: every element is a divergence. */
const elements = caseOf(
  'Itakura–Saito elements,',
  { rows: 1_000_000, cols: 1, dtype: 'f64' },
  ITAKURA_SAITO,
  (rng, shape) => {
    const rate = pool(rng, () => 0.2 + 5 * rng.fine());
    return filled(shape, { p: rate, q: rate });
  },
  againstPlain(1.5),
);

export const cases: readonly Case[] = [...casesOf('f64'), ...casesOf('f32'), elements];
