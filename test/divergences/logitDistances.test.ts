import { describe, expect, it } from 'vitest';
import type { Floats } from '../../src/types.js';
import { allocate, generalizedJensenShannonDivergence, logits, type Matrix, matrix, skewKlDivergence } from '../../src/index.js';
import { divide, exp, fixed, type Fixed, logOfRatio, multiply, ONE, toNumber } from '../oracle/fixed.js';
import { probabilities } from '../oracle/logits.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import { createRng } from '../support/rng.js';

const SEED = 20261129;
const U = 2 ** -53;

const abs = (x: Fixed) => (x < 0n ? -x : x);
const sumOf = (p: Fixed[], q: Fixed[], term: (x: Fixed, y: Fixed) => Fixed) => p.reduce((sum, x, i) => sum + term(x, q[i] as Fixed), 0n);
const square = (x: Fixed) => multiply(x, x);
/** √(x·y) as x·e^(½·log(y/x)). */
const mean = (x: Fixed, y: Fixed) => multiply(x, exp(logOfRatio(y, x) / 2n));

const oracle: Record<string, (p: Fixed[], q: Fixed[]) => Fixed> = {
  totalVariation: (p, q) => sumOf(p, q, (x, y) => abs(x - y)) / 2n,
  squaredHellinger: (p, q) => sumOf(p, q, (x, y) => x + y - 2n * mean(x, y)) / 2n,
  jeffreysDivergence: (p, q) => sumOf(p, q, (x, y) => multiply(x - y, logOfRatio(x, y))),
  pearsonChiSquare: (p, q) => sumOf(p, q, (x, y) => divide(square(x - y), y)),
  neymanChiSquare: (p, q) => sumOf(p, q, (x, y) => divide(square(x - y), x)),
  bhattacharyyaDistance: (p, q) => -logOfRatio(sumOf(p, q, mean), ONE),
  renyi2: (p, q) =>
    logOfRatio(
      sumOf(p, q, (x, y) => divide(square(x), y)),
      ONE,
    ),
  triangular: (p, q) => sumOf(p, q, (x, y) => divide(square(x - y), x + y)),
  skew: (p, q) => sumOf(p, q, (x, y) => multiply(x, logOfRatio(x, (3n * x + y) / 4n))),
  // β = ¼: m = (p + 3q)/4
  generalized: (p, q) =>
    sumOf(p, q, (x, y) => multiply(x, logOfRatio(x, (x + 3n * y) / 4n)) + 3n * multiply(y, logOfRatio(y, (x + 3n * y) / 4n))) / 4n,
  distance: (p, q) => sumOf(p, q, (x, y) => multiply(x, logOfRatio(2n * x, x + y)) + multiply(y, logOfRatio(2n * y, x + y))) / 2n,
  skewLittle: (p, q) => sumOf(p, q, (x, y) => multiply(x, logOfRatio(x, x + (y - x) / 1024n))),
  tsallis2: (p, q) => sumOf(p, q, (x, y) => divide(square(x - y), y)),
  tsallisHalf: (p, q) => sumOf(p, q, (x, y) => x + y - 2n * mean(x, y)),
  tsallisQuarter: (p, q) => (4n * (ONE - sumOf(p, q, (x, y) => multiply(y, exp(logOfRatio(x, y) / 4n))))) / 3n,
  chernoff: (p, q) =>
    -logOfRatio(
      sumOf(p, q, (x, y) => multiply(y, exp(logOfRatio(x, y) / 4n))),
      ONE,
    ),
  renyi1: (p, q) => sumOf(p, q, (x, y) => multiply(x, logOfRatio(x, y))),
  renyiInfinity: (p, q) => p.map((x, i) => logOfRatio(x, q[i] as Fixed)).sort((x, y) => (x < y ? 1 : -1))[0] as Fixed,
  renyiHalf: (p, q) => -2n * logOfRatio(sumOf(p, q, mean), ONE),
};
const answers = (a: Floats, b: Floats): Record<string, number> => ({
  totalVariation: logits.totalVariation(a, b),
  squaredHellinger: logits.squaredHellinger(a, b),
  jeffreysDivergence: logits.jeffreysDivergence(a, b),
  pearsonChiSquare: logits.pearsonChiSquare(a, b),
  neymanChiSquare: logits.neymanChiSquare(a, b),
  bhattacharyyaDistance: logits.bhattacharyyaDistance(a, b),
  renyi2: logits.renyiDivergence(a, b, { alpha: 2 }),
  triangular: logits.triangularDiscrimination(a, b),
  skew: logits.skewKlDivergence(a, b, { weight: 0.25 }),
  generalized: logits.generalizedJensenShannonDivergence(a, b, { weight: 0.25 }),
  distance: logits.jensenShannonDistance(a, b) ** 2,
  skewLittle: logits.skewKlDivergence(a, b, { weight: 2 ** -10 }),
  tsallis2: logits.tsallisDivergence(a, b, { alpha: 2 }),
  tsallisHalf: logits.tsallisDivergence(a, b, { alpha: 0.5 }),
  tsallisQuarter: logits.tsallisDivergence(a, b, { alpha: 0.25 }),
  chernoff: logits.chernoffDivergence(a, b, { alpha: 0.25 }),
  renyi1: logits.renyiDivergence(a, b, { alpha: 1 }),
  renyiInfinity: logits.renyiDivergence(a, b, { alpha: Infinity }),
  renyiHalf: logits.renyiDivergence(a, b, { alpha: 0.5 }),
});

describe('further divergences of logits (src/divergences/logitDistances.ts)', () => {
  // Logits are exact here; the roundings of z − top, at most 4 in size, stay below 4u each, and of δ, which is error-free, below ε|δ|.
  it.each([30, 1, 1e-2, 1e-6, 1e-12])(`answers of rows that are %s apart have their digits: seed ${SEED}`, (gap) => {
    const rng = createRng(SEED);
    for (let n = 0; n < 12; n++) {
      const a = Float64Array.from({ length: 9 }, () => 4 * rng.uniform() - 2);
      const b = a.map((x) => x + gap * (rng.uniform() - 0.5) + 0.75);
      const [p, q] = [probabilities(a), probabilities(b)];
      const got = answers(a, b);
      for (const [name, of] of Object.entries(oracle)) {
        const want = toNumber(of(p, q));
        expect(Math.abs((got[name] as number) - want) / want, `${name} ${want}`).toBeLessThanOrEqual(72 * U);
      }
    }
  });

  it.each([30, 1, 1e-2, 1e-4])(`of f32 rows that are %s apart to 2⁻²⁰: seed ${SEED}`, (gap) => {
    const rng = createRng(SEED);
    for (let n = 0; n < 12; n++) {
      const a = Float32Array.from({ length: 67 }, () => 4 * rng.uniform() - 2);
      const b = a.map((x) => x + gap * (rng.uniform() - 0.5) + 0.75);
      const [p, q] = [probabilities(Float64Array.from(a)), probabilities(Float64Array.from(b))];
      const got = answers(a, b);
      for (const [name, of] of Object.entries(oracle)) {
        const want = toNumber(of(p, q));
        expect(Math.abs((got[name] as number) - want) / want, `${name} ${want}`).toBeLessThanOrEqual(2 ** -20);
      }
    }
  });

  // From −64 on terms are summed in f64, and where their sum would leave the range of f32: there one class alone differs, by steps of its last bit.
  it.each([-20, -40, -60, -63.9, -64.1, -80, -120])(`of f32 rows that reach down to %s to 2⁻²⁰: seed ${SEED}`, (low) => {
    const rng = createRng(SEED);
    for (let n = 0; n < 12; n++) {
      const a = Float32Array.from({ length: 37 }, (_, i) => (i === 20 ? low : i === 5 ? 0 : 0.9 * low * rng.uniform()));
      const step = 2 ** (Math.floor(Math.log2(-low)) - 23);
      const b = n % 2 === 0 || low < -80 ? a.slice().reverse() : a.map((x, i) => (i === 20 ? x + (n + 1) * step : x));
      const [p, q] = [probabilities(Float64Array.from(a)), probabilities(Float64Array.from(b))];
      const got = answers(a, b);
      for (const [name, of] of Object.entries(oracle)) {
        const want = toNumber(of(p, q));
        expect(Math.abs((got[name] as number) - want) / want, `${name} ${want}, row ${n}`).toBeLessThanOrEqual(2 ** -20);
      }
    }
  });

  it('equal rows, and rows that differ by a constant that addition takes exactly, give exactly 0', () => {
    const a = Float64Array.of(0.5, -1.25, 3, -Infinity);
    for (const value of Object.values(
      answers(
        a,
        a.map((x) => x + 8),
      ),
    ))
      expect(value).toBe(0);
  });

  it('masks are probabilities of 0', () => {
    const [left, right, both] = [
      [0, -Infinity],
      [-Infinity, 0],
      [0, 0],
    ] as const;
    expect(answers(Float64Array.from(left), Float64Array.from(right))).toEqual({
      totalVariation: 1,
      squaredHellinger: 1,
      jeffreysDivergence: Infinity,
      pearsonChiSquare: Infinity,
      neymanChiSquare: Infinity,
      bhattacharyyaDistance: Infinity,
      renyi2: Infinity,
      triangular: 2,
      skew: -Math.log(0.75),
      generalized: 0.25 * Math.log(4) + 0.75 * Math.log(4 / 3),
      distance: Math.sqrt(Math.LN2) ** 2,
      skewLittle: -Math.log1p(-(2 ** -10)),
      tsallis2: Infinity,
      tsallisHalf: 2,
      tsallisQuarter: 4 / 3,
      chernoff: Infinity,
      renyi1: Infinity,
      renyiInfinity: Infinity,
      renyiHalf: Infinity,
    });
    expect(logits.renyiDivergence(left, right, { alpha: 0 })).toBe(Infinity);
    expect(logits.tsallisDivergence(left, right, { alpha: 0 })).toBe(1);
    expect(logits.renyiDivergence(left, both, { alpha: 0 })).toBe(Math.LN2);
    expect(logits.renyiDivergence(both, left, { alpha: 0 })).toBe(0);
    expect(logits.tsallisDivergence(left, both, { alpha: 0 })).toBe(0.5);
    expect(logits.skewKlDivergence(both, left, { weight: 1 })).toBe(Infinity);
    expect(logits.skewKlDivergence(both, left, { weight: 0 })).toBe(0);
    expect(logits.skewKlDivergence(left, both, { weight: 1 })).toBeCloseTo(Math.LN2, 15);
    expect(logits.totalVariation(left, both)).toBe(0.5);
    expect(logits.pearsonChiSquare(left, both)).toBe(1);
    expect(logits.neymanChiSquare(left, both)).toBe(Infinity);
    expect(logits.renyiDivergence(left, both, { alpha: 2 })).toBeCloseTo(Math.LN2, 15);
    expect(logits.renyiDivergence(left, both, { alpha: 0.5 })).toBeCloseTo(Math.LN2, 15);
    expect(logits.renyiDivergence(left, both, { alpha: 0.25, base: 2 })).toBeCloseTo(1, 14);
  });

  it('generalised Jensen–Shannon at its ends is its limit, or KL; between, what it is over probabilities; PSI is Jeffreys', () => {
    const [a, b, one] = [
      [0, 1, 2],
      [2, 0, 1],
      [0, -Infinity, -Infinity],
    ];
    const of = logits.generalizedJensenShannonDivergence;
    expect(of(a, b, { weight: 0 })).toBe(0);
    expect(of(a, b, { weight: 1, endpoints: 'limit' })).toBe(0);
    expect(of(a, b, { weight: 0, endpoints: 'kl' })).toBe(logits.klDivergence(a, b));
    expect(of(a, one, { weight: 1, endpoints: 'kl' })).toBe(logits.klDivergence(one, a));
    expect(logits.populationStabilityIndex(a, b)).toBe(logits.jeffreysDivergence(a, b));
    for (const weight of [1e-12, 0.3, 1 - 1e-12]) {
      for (const other of [b, one, [-60, 0, -30]]) {
        const [p, q] = [logits.softmax(a), logits.softmax(other)];
        const near = (got: number, want: number) => expect(Math.abs(got - want) / want, `${got} for ${want}`).toBeLessThanOrEqual(64 * U);
        near(of(a, other, { weight }), generalizedJensenShannonDivergence(p, q, { weight }));
        if (other !== one) near(logits.skewKlDivergence(a, other, { weight }), skewKlDivergence(p, q, { weight }));
      }
    }
    // D(p ‖ m) of a class that q lacks: p·(−α − log(1 − α)), α²/2 in first order.
    expect(logits.skewKlDivergence([0, 0], [0, -Infinity], { weight: 1e-12 }) / 5e-25).toBeCloseTo(1, 11);
    expect(errorOf(() => of(a, b, { weight: 0.5, endpoints: 'both' as never }))).toMatchObject({
      code: 'ERR_OPTION',
      argument: 'endpoints',
    });
    expect(errorOf(() => of(a, b, { wieght: 0.5 } as never)).message).toMatch(/unknown option "wieght": expected one of weight/);
    expect(errorOf(() => logits.renyiDivergence(a, b, { order: 2 } as never)).message).toMatch(/unknown option "order"/);
    expect(errorOf(() => of(a, [0, Number.NaN, 0], { weight: 1, endpoints: 'kl' }))).toMatchObject({ argument: 'b', column: 1 });
  });

  /** Everything that has terms. */
  const ALL: Record<string, (a: number[], b: number[], temperature?: number) => number> = {
    ...Object.fromEntries(
      (['totalVariation', 'squaredHellinger', 'jeffreysDivergence', 'pearsonChiSquare', 'neymanChiSquare', 'triangularDiscrimination', 'bhattacharyyaDistance'] as const).map((name) => [name, (a, b, temperature) => logits[name](a, b, { temperature })]), // biome-ignore format: one line
    ),
    jensenShannonDivergence: (a, b, temperature) => logits.jensenShannonDivergence(a, b, { temperature }),
    ...Object.fromEntries([0, 0.01, 0.5, 0.9, 2, Infinity].map((alpha) => [`rényi ${alpha}`, (a, b, temperature) => logits.renyiDivergence(a, b, { alpha, temperature })])), // biome-ignore format: one line
    ...Object.fromEntries([0, 0.01, 0.5, 0.9, 2].map((alpha) => [`tsallis ${alpha}`, (a, b, temperature) => logits.tsallisDivergence(a, b, { alpha, temperature })])), // biome-ignore format: one line
    ...Object.fromEntries([0, 0.3, 1 - 1e-12].map((weight) => [`skew ${weight}`, (a, b, temperature) => logits.skewKlDivergence(a, b, { weight, temperature })])), // biome-ignore format: one line
    ...Object.fromEntries([0, 1e-12, 0.3, 1].map((weight) => [`generalised ${weight}`, (a, b, temperature) => logits.generalizedJensenShannonDivergence(a, b, { weight, temperature })])), // biome-ignore format: one line
  };

  it.each([-1e4, -1e9, -1e30, -3.4028234663852886e38])('a class that one side has at %s is as good as masked', (mask) => {
    for (const [name, of] of Object.entries(ALL)) {
      if (/jeffreys|pearson|neyman|(rényi|tsallis) (2|Inf|0$)/.test(name)) continue; // infinite for a mask, or about masks themselves
      for (const [a, b, c] of [
        [
          [0, 1, 2],
          [0.1, 1, mask],
          [0.1, 1, -Infinity],
        ],
        [
          [0.1, mask, 1],
          [2, 1, 0],
          [2, 1, 0],
        ],
      ] as const) {
        const masked = a.map((x) => (x === mask ? -Infinity : x));
        const [got, want] = [of([...a], [...b]), of(masked, [...c])];
        expect(Math.abs(got - want), `${name}: ${got} for ${want}`).toBeLessThanOrEqual(1e-11 * want);
      }
    }
  });

  it('law 1 up to the end of the range: never negative, never NaN, exactly 0 for equal rows', () => {
    const values = [0, 1, -1, 50, -50, 700, -700, 745, 1e5, -1e5, 1e300, -1e300, 1.7e308, -1.7e308, -Infinity, -Infinity, 1e-300, 5e-324];
    const rng = createRng(SEED);
    const draw = () => Array.from({ length: 1 + rng.below(4) }, () => values[rng.below(values.length)] as number);
    for (let n = 0; n < 600; n++) {
      const a = draw();
      const b = a.map(() => values[rng.below(values.length)] as number);
      if (![a, b].every((row) => row.some((x) => x > -Infinity))) continue;
      const temperature = [1, 1, 1e-3, 1e3, 1e-149, 1e149][rng.below(6)];
      for (const [name, of] of Object.entries(ALL)) {
        expect(of(a, b, temperature), `${name} of ${a} and ${b} at ${temperature}`).toBeGreaterThanOrEqual(0);
        expect(of(a, a, temperature), `${name} of ${a} at ${temperature}`).toBe(0);
      }
    }
    expect(logits.pearsonChiSquare([0, -700, -720], [0, -700, -720])).toBe(0);
    for (const temperature of [1e-200, 1e200])
      expect(errorOf(() => logits.distillationLoss([0, 1], [1, 0], { temperature })).argument).toBe('temperature');
  });

  it('far rows keep what a softmax loses: p²/q where q is below the least number', () => {
    expect(logits.pearsonChiSquare([0, -300], [0, -900]) / Math.exp(300)).toBeCloseTo(1, 12);
  });

  it('far rows keep the digits of Rényi, where Σ p^α·q^(1−α) cancels beside 1 or is beyond the range', () => {
    const near = (got: number, want: number) => expect(Math.abs(got - want) / want).toBeLessThanOrEqual(16 * U);
    near(logits.renyiDivergence([0, -1000], [-1000, 0], { alpha: 0.5 }), 1000 - 2 * Math.LN2);
    near(logits.bhattacharyyaDistance([0, -1000], [-1000, 0]), 500 - Math.LN2);
    near(logits.renyiDivergence([0, -Infinity], [-1000, 0], { alpha: 0 }), 1000);
    near(logits.renyiDivergence([0, -1000], [-1000, 0], { alpha: Infinity }), 1000);
    near(logits.renyiDivergence([0, -Infinity], [0, -40], { alpha: 0 }), Math.log1p(Math.exp(-40)));
    near(logits.skewKlDivergence([0, -1000], [-1000, 0], { weight: 0.5 }), Math.LN2);
    near(logits.renyiDivergence([0, -Infinity, -300], [0, -Infinity, -1500], { alpha: 2 }), 900);
  });

  it.each([2 ** -40, 2 ** -8, 0.25, 0.75, 1 - 2 ** -40, 1 + 2 ** -40, 1.5])(
    `far rows keep the digits of order %s, where its terms nearly cancel: seed ${SEED}`,
    (alpha) => {
      const rng = createRng(SEED);
      for (let n = 0; n < 8; n++) {
        const [a, b] = [0, 1].map(() => Float64Array.from({ length: 9 }, () => 12 * rng.uniform() - 6)) as [Float64Array, Float64Array];
        const [p, q] = [probabilities(a), probabilities(b)];
        const S = sumOf(p, q, (x, y) => multiply(x, exp(multiply(ONE - fixed(alpha), logOfRatio(y, x)))));
        const [tsallis, renyi] = [divide(S - ONE, fixed(alpha) - ONE), divide(logOfRatio(S, ONE), fixed(alpha) - ONE)].map(toNumber);
        for (const [name, got, want] of [
          ['tsallis', logits.tsallisDivergence(a, b, { alpha }), tsallis as number],
          ['renyi', logits.renyiDivergence(a, b, { alpha }), renyi as number],
        ] as const) {
          // z − top is at most 12 in size: two roundings of 8u each beside those of near rows.
          expect(Math.abs(got - want) / want, `${name} ${want}`).toBeLessThanOrEqual(88 * U);
        }
      }
    },
  );

  // Exact: 3⁻¹ and powers of e by mpmath, 60 digits. Of both rows the classes that decide are below every number.
  const low = { temperature: 0.01 };
  it.each<readonly [string, number, number, number]>([
    ['Pearson', logits.pearsonChiSquare([0, -750], [0, -1600]), 2.688117141816135e43, 850],
    ['Neyman', logits.neymanChiSquare([0, -1600], [0, -750]), 2.688117141816135e43, 850],
    ['Tsallis, 2', logits.tsallisDivergence([0, -750], [0, -1600], { alpha: 2 }), 2.688117141816135e43, 850],
    ['Rényi, 2', logits.renyiDivergence([0, -750], [0, -1600], { alpha: 2 }), 100, 850],
    ['Rényi, 5', logits.renyiDivergence([0, -8], [0, -11], { ...low, alpha: 5 }), 100, 850],
    ['Rényi, ∞', logits.renyiDivergence([0, -750], [0, -1600], { alpha: Infinity }), 850, 1],
    ['Rényi, ½', logits.renyiDivergence([0, -20, -8], [-20, 0, -8], { ...low, alpha: 0.5 }), 1600, 1],
    ['Chernoff', logits.chernoffDivergence([0, -20, -8], [-20, 0, -8], { ...low, alpha: 0.5 }), 800, 1],
    ['Bhattacharyya', logits.bhattacharyyaDistance([0, -20, -8], [-20, 0, -8], low), 800, 1],
  ])('classes that are below all numbers in both rows count where they decide: %s', (_, value, expected, steps) => {
    // `steps`: an exponential has the rounding of its argument, as an absolute error.
    expect(Math.abs(value / expected - 1)).toBeLessThanOrEqual(32 * 2 ** -53 * steps);
  });

  it('a class that one row alone masks is missing however small it is in the other', () => {
    for (const Row of [Float32Array, Float64Array]) {
      const [a, b] = [Row.of(0, -1e4), Row.of(0, -Infinity)];
      const ways = [logits.jeffreysDivergence, logits.pearsonChiSquare, logits.klDivergence];
      expect(ways.map((way) => way(a, b))).toEqual([Infinity, Infinity, Infinity]);
      expect(logits.neymanChiSquare(b, a)).toBe(Infinity);
      for (const alpha of [2, Infinity]) expect(logits.renyiDivergence(a, b, { alpha })).toBe(Infinity);
      expect(logits.tsallisDivergence(a, b, { alpha: 2 })).toBe(Infinity);
      // The other way it is a class of which nothing is expected.
      expect([logits.pearsonChiSquare(b, a), logits.renyiDivergence(b, a, { alpha: 2 }), logits.jensenShannonDivergence(b, a)]).toEqual([
        0, 0, 0,
      ]);
    }
  });

  it('rows as rows, one for all, f32 as f64 of the same numbers, out, temperature, root and base', () => {
    const a = matrix(Float32Array.of(1, 2, 3, 4, 0, 1), 2, 3);
    const out = new Float64Array(2);
    expect(logits.totalVariation(a, [0, 0, 0], { out, temperature: 2 })).toBe(out);
    expect(out[1]).toBe(logits.totalVariation([2, 0, 0.5], [0, 0, 0]));
    expect(logits.hellingerDistance([1, 2], [2, 1])).toBe(Math.sqrt(logits.squaredHellinger([1, 2], [2, 1])));
    expect(logits.jeffreysDivergence([1, 2], [2, 1], { base: 2 })).toBeCloseTo(logits.jeffreysDivergence([1, 2], [2, 1]) / Math.LN2, 15);
  });

  it.each(CORES)('resident rows and results are those of arrays, on %s; what is disposed is refused', (_name, core) => {
    const rng = createRng(SEED);
    const [rows, cols] = [7, 5];
    const data = () => Float32Array.from({ length: rows * cols }, () => 3 * rng.normal());
    const [a, b] = [data(), data()];
    const [A, B] = [allocate(rows, cols, 'f32', { core }), allocate(rows, cols, 'f32', { core })];
    const out = allocate(rows, 1, 'f64', { core });
    A.data.set(a);
    B.data.set(b);
    const calls: [string, (x: Matrix, y: Matrix, more: object) => unknown][] = [
      ['totalVariation', logits.totalVariation],
      ['jeffreysDivergence', logits.jeffreysDivergence],
      ['neymanChiSquare', logits.neymanChiSquare],
      ['skewKlDivergence', (x, y, more) => logits.skewKlDivergence(x, y, { weight: 0.3, ...more })],
      ['skew of weight 1', (x, y, more) => logits.skewKlDivergence(x, y, { weight: 1, ...more })],
      ['renyi ∞', (x, y, more) => logits.renyiDivergence(x, y, { alpha: Infinity, ...more })],
      ['renyi below ½', (x, y, more) => logits.renyiDivergence(x, y, { alpha: 0.2, ...more })],
      ['tsallis', (x, y, more) => logits.tsallisDivergence(x, y, { alpha: 3, ...more })],
    ];
    for (const [name, of] of calls) {
      const expected = [...(of(matrix(a, rows, cols), matrix(b, rows, cols), { core }) as Float64Array)];
      expect([...(of(A, B, { core }) as Float64Array)], name).toEqual(expected);
      expect([...(of(A, matrix(b, rows, cols), { core, out }) as Float64Array)], name).toEqual(expected);
      expect([...out.data], name).toEqual(expected);
      const grown = allocate(2 ** 12, 2 ** 6, 'f64', { core }); // the memory may move
      expect([...(of(A, B, { core }) as Float64Array)], name).toEqual(expected);
      grown.dispose();
    }
    expect([...A.data, ...B.data]).toEqual([...a, ...b]);
    B.dispose();
    for (const [name, of] of calls)
      expect(
        errorOf(() => of(A, B, { core })),
        name,
      ).toMatchObject({ code: 'ERR_DISPOSED' });
    out.dispose();
    for (const [name, of] of calls)
      expect(
        errorOf(() => of(A, A, { core, out })),
        name,
      ).toMatchObject({ code: 'ERR_DISPOSED' });
    A.dispose();
  });

  it('many calls over resident rows leave the memory where it is, and disposed rows are given anew', () => {
    const [, core] = CORES[0] as (typeof CORES)[number];
    const first = allocate(64, 64, 'f64', { core });
    const { byteLength } = first.data.buffer;
    const at = first.data.byteOffset;
    for (let i = 0; i < 300; i++) logits.skewKlDivergence(first, first, { weight: 0.5, core });
    first.dispose();
    for (let i = 0; i < 300; i++) {
      const again = allocate(64, 64, 'f64', { core });
      logits.renyiDivergence(again, again, { alpha: 2, core });
      expect([again.data.byteOffset, again.data.buffer.byteLength]).toEqual([at, byteLength]);
      again.dispose();
    }
  });

  it('bad rows and orders are refused by name, out untouched', () => {
    const out = Float64Array.of(7, 7);
    const b = matrix([0, 0, 0, NaN], 2, 2);
    expect(errorOf(() => logits.neymanChiSquare(matrix([0, 0, 0, 0], 2, 2), b, { out }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'b',
      row: 1,
      column: 1,
    });
    expect([...out]).toEqual([7, 7]);
    const refused = { code: 'ERR_OPTION', argument: 'alpha' };
    for (const alpha of [-1, NaN]) expect(errorOf(() => logits.renyiDivergence([0], [0], { alpha }))).toMatchObject(refused);
    for (const alpha of [-1, Infinity]) expect(errorOf(() => logits.tsallisDivergence([0], [0], { alpha }))).toMatchObject(refused);
    for (const alpha of [0, 1]) expect(errorOf(() => logits.chernoffDivergence([0], [0], { alpha }))).toMatchObject(refused);
    expect(errorOf(() => logits.skewKlDivergence([0], [0], { weight: 2 }))).toMatchObject({ code: 'ERR_OPTION', argument: 'weight' });
    expect(errorOf(() => logits.renyiDivergence([0], [0], { alpha: 1, beta: 2 } as never))).toMatchObject({ argument: 'beta' });
  });
});
