import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bhattacharyyaDistance,
  chernoffDivergence,
  createCore,
  generalizedJensenShannonDivergence,
  generalizedKlDivergence,
  hellingerDistance,
  itakuraSaitoDivergence,
  jensenShannonDivergence,
  klDivergence,
  logits,
  matrix,
  neymanChiSquare,
  pearsonChiSquare,
  populationStabilityIndex,
  renyiDivergence,
  skewKlDivergence,
  squaredHellinger,
  totalVariation,
  triangularDiscrimination,
  tsallisDivergence,
} from '../../src/index.js';
import { affinityTerm, klAsGiven, logOf, sumOfTerms } from '../oracle/discrete.js';
import { divide, type Fixed, fixed, logRatio, multiply, ONE, relativeError, toNumber } from '../oracle/fixed.js';
import { seedOr } from '../support/rng.js';

/** Divergences by one term each: against 320-bit arithmetic, and by the theorems that tie them together. */
const settings = { seed: seedOr(20261128), numRuns: 200 };
const check = <T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void =>
  fc.assert(
    fc.property(arbitrary, (value) => {
      predicate(value);
    }),
    settings,
  );

type Pair = [number[], number[]];
type Divergence = (p: number[] | Float32Array, q: number[] | Float32Array) => number;

const positive = fc.tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -20, max: 20 })).map(([m, k]) => m * 2 ** k);
const mass = fc.oneof({ weight: 4, arbitrary: positive }, { weight: 1, arbitrary: fc.constant(0) });
const pairsOf = (entry: fc.Arbitrary<number>) =>
  fc
    .integer({ min: 1, max: 70 })
    .chain((n) => fc.tuple(fc.array(entry, { minLength: n, maxLength: n }), fc.array(entry, { minLength: n, maxLength: n })))
    .filter((rows) => rows.every((row) => row.some((x) => x > 0))) as fc.Arbitrary<Pair>;
const pairs = pairsOf(positive);
const sparsePairs = pairsOf(mass);
const nearPairs = fc
  .tuple(pairsOf(positive), fc.integer({ min: 1, max: 15 }), fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })))
  .map(([[p], digits, noise]): Pair => {
    const source = noise[Symbol.iterator]();
    return [p, p.map((x) => x * (1 + 10 ** -digits * (source.next().value as number)))];
  });

const affinity = (p: readonly number[], q: readonly number[], a: number): Fixed => sumOfTerms(p, q, (x, y) => affinityTerm(x, y, a));

/** Within n·32·2⁻⁵³ of the truth, times what rows of different sums add: 1 + 1/√KL. */
function expectExact(actual: number, exact: Fixed, kl: number, n = 1): void {
  const allowed = n * 32 * 2 ** -53 * (1 + 1 / Math.sqrt(kl));
  expect(relativeError(actual, exact), `${actual} for ${toNumber(exact)}`).toBeLessThanOrEqual(kl > 0 ? allowed : 0);
}

const alpha = (a: number) => ({ alpha: a });
const weight = (w: number) => ({ weight: w });
const NAMED: Readonly<Record<string, Divergence>> = {
  totalVariation,
  squaredHellinger,
  hellingerDistance,
  pearsonChiSquare,
  neymanChiSquare,
  triangularDiscrimination,
  populationStabilityIndex,
  bhattacharyyaDistance,
  'chernoffDivergence 0.3': (p, q) => chernoffDivergence(p, q, alpha(0.3)),
  'skewKlDivergence 0.1': (p, q) => skewKlDivergence(p, q, weight(0.1)),
  'generalizedJensenShannonDivergence 0.2': (p, q) => generalizedJensenShannonDivergence(p, q, weight(0.2)),
  ...Object.fromEntries(
    [0, 1e-9, 0.25, 0.5, 0.9, 1 - 1e-12, 1, 1 + 1e-12, 1.5, 2, 5, Infinity].flatMap((a): [string, Divergence][] => [
      [`renyiDivergence ${a}`, (p, q) => renyiDivergence(p, q, alpha(a))],
      ...(a < Infinity ? [[`tsallisDivergence ${a}`, (p, q) => tsallisDivergence(p, q, alpha(a))] as [string, Divergence]] : []),
    ]),
  ),
};
const SYMMETRIC = ['totalVariation', 'squaredHellinger', 'hellingerDistance', 'triangularDiscrimination', 'populationStabilityIndex'];

describe('law 1', () => {
  it.each(Object.entries(NAMED))(
    '%s is never negative, and exactly 0 for equal rows and for multiples by powers of two',
    (_name, divergence) => {
      check(sparsePairs, ([p, q]) => {
        expect(divergence(p, q)).toBeGreaterThanOrEqual(0);
        expect(divergence(Float32Array.from(p), Float32Array.from(q))).toBeGreaterThanOrEqual(0);
        expect(divergence(p, p)).toBe(0);
        expect(divergence(Float32Array.from(q), Float32Array.from(q))).toBe(0);
        expect(
          divergence(
            p,
            p.map((x) => x * 64),
          ),
        ).toBe(0);
      });
      check(nearPairs, ([p, q]) => expect(divergence(p, q)).toBeGreaterThanOrEqual(0));
    },
  );

  it.each(Object.entries(NAMED))('%s does not grow where classes are merged', (_name, divergence) => {
    const merged = (row: readonly number[]): number[] => [(row[0] as number) + (row[1] ?? 0), ...row.slice(2)];
    check(sparsePairs, ([p, q]) => {
      const before = divergence(p, q);
      // Rounding of the merged entries moves what is of the size of √D by ε.
      expect(divergence(merged(p), merged(q))).toBeLessThanOrEqual(before * (1 + 2 ** -45) + 2 ** -47 * Math.sqrt(before));
    });
  });

  it.each(SYMMETRIC)('%s is symmetric', (name) => {
    const divergence = NAMED[name] as Divergence;
    check(sparsePairs, ([p, q]) => {
      const d = divergence(p, q);
      const back = divergence(q, p);
      // Rows on different scales leave ε of an entry, and what is of first order in it feels that.
      expect(d === back || Math.abs(d - back) <= 2 ** -47 * (d + Math.sqrt(d)) + 2 ** -52, `${d} and ${back}`).toBe(true);
    });
  });
});

describe('accuracy, against 320 bits', () => {
  const both = fc.oneof(pairs, nearPairs);
  it('skew divergences of rows as given are the generalised ones, up to the weight 1', () => {
    const at = (weight: number) => skewKlDivergence([1, 3], [2, 0.5], { weight, normalize: false });
    expect(at(1)).toBe(generalizedKlDivergence([1, 3], [2, 0.5]));
    expect(at(1 - 1e-9)).toBeCloseTo(at(1), 7);
    const ends = (weight: number) => generalizedJensenShannonDivergence([1, 3], [2, 0.5], { weight, endpoints: 'kl', normalize: false });
    expect([ends(0), ends(1)]).toEqual([generalizedKlDivergence([1, 3], [2, 0.5]), generalizedKlDivergence([2, 0.5], [1, 3])]);
  });

  it('total variation, triangular, χ² both ways', () => {
    check(both, ([p, q]) => {
      const kl = klDivergence(p, q);
      const size = (x: Fixed) => (x < 0n ? -x : x);
      expectExact(totalVariation(p, q), sumOfTerms(p, q, (x, y) => size(x - y)) / 2n, kl);
      expectExact(
        triangularDiscrimination(p, q),
        sumOfTerms(p, q, (x, y) => divide(multiply(x - y, x - y), x + y)),
        kl,
      );
      expectExact(
        pearsonChiSquare(p, q),
        sumOfTerms(p, q, (x, y) => divide(multiply(x - y, x - y), y)),
        kl,
      );
      expectExact(
        neymanChiSquare(p, q),
        sumOfTerms(p, q, (x, y) => divide(multiply(x - y, x - y), x)),
        kl,
      );
    });
  });

  it.each([0.3, 0.5, 0.9, 1.5, 2, 3])('Rényi and Tsallis of order %s', (a) => {
    fc.assert(
      fc.property(both, ([p, q]) => {
        const kl = klDivergence(p, q);
        if (kl < 1e-20) return; // 320 bits less twice the digits of S − 1
        const S = affinity(p.slice(0, 12), q.slice(0, 12), a);
        const [x, y] = [p.slice(0, 12), q.slice(0, 12)];
        const near = klDivergence(x, y);
        if (near < 1e-20) return;
        const n = Math.max(1, a / 2);
        expectExact(tsallisDivergence(x, y, alpha(a)), divide(S - ONE, fixed(a) - ONE), near, n);
        expectExact(renyiDivergence(x, y, alpha(a)), divide(logOf(S), fixed(a) - ONE), near, n);
      }),
      { ...settings, numRuns: 40 },
    );
  });

  // 1 − α rounds such orders away: by itself it is 1 below 2⁻⁵⁴, and another function.
  it.each([1 / 65, 1e-3, 1e-9, 1e-12, 1.5e-16, 1e-17, 1e-300])(
    'Rényi and Tsallis of order %s, of classes that p lacks and of logits',
    (a) => {
      const full = sparsePairs.map(([p, q]): Pair => [p, q.map((y) => y || 0.5)]);
      fc.assert(
        fc.property(full, ([x, y]) => {
          const [p, q] = [x.slice(0, 12), y.slice(0, 12)];
          if (!p.includes(0) || p.every((mass) => mass === 0)) return;
          const S = affinity(p, q, a);
          expectExact(tsallisDivergence(p, q, alpha(a)), divide(S - ONE, fixed(a) - ONE), 1);
          expectExact(renyiDivergence(p, q, alpha(a)), divide(logOf(S), fixed(a) - ONE), 1);
          const [logP, logQ] = [p.map(Math.log), q.map(Math.log)]; // rounded, which moves D by what is of the size of √D
          for (const name of ['tsallisDivergence', 'renyiDivergence'] as const) {
            const [same, wanted] = [logits[name](logP, logQ, alpha(a)), { tsallisDivergence, renyiDivergence }[name](p, q, alpha(a))];
            expect(Math.abs(same - wanted), `${same} for ${wanted}`).toBeLessThanOrEqual(2 ** -46 * (wanted + Math.sqrt(wanted)));
          }
        }),
        { ...settings, numRuns: 20 },
      );
      expect(renyiDivergence([1, 0], [0, 1], alpha(a))).toBe(Infinity);
      expect(logits.renyiDivergence([0, -Infinity], [-Infinity, 0], alpha(a))).toBe(Infinity);
      expect(Math.abs(tsallisDivergence([1, 0], [0, 1], alpha(a)) * (1 - a) - 1)).toBeLessThanOrEqual(2 ** -51);
      // Nothing lacks: α·D(q‖p) in first order, to every digit of α.
      const [p, q, K] = [[0.2, 0.8], [0.5, 0.5], klDivergence([0.5, 0.5], [0.2, 0.8])];
      expect(Math.abs(renyiDivergence(p, q, alpha(a)) / a / K - 1)).toBeLessThanOrEqual(a + 2 ** -48);
    },
  );

  it('Itakura–Saito', () => {
    check(both, ([p, q]) => {
      let sum = 0n;
      for (let i = 0; i < p.length; i++)
        sum += divide(fixed(p[i] as number), fixed(q[i] as number)) - ONE - logRatio(p[i] as number, q[i] as number);
      expect(relativeError(itakuraSaitoDivergence(p, q), sum)).toBeLessThanOrEqual(32 * 2 ** -53);
    });
  });
});

describe('what ties them together', () => {
  const close = (a: number, b: number, steps = 64, floor = 0) =>
    a === b || expect(Math.abs(a - b), `${a} and ${b}`).toBeLessThanOrEqual(steps * 2 ** -53 * Math.max(a, b) + floor);

  it('Rényi is KL at 1 and does not jump there; grows with α; is log max at ∞ and −log of the shared mass at 0', () => {
    check(sparsePairs, ([p, q]) => {
      const kl = klDivergence(p, q);
      close(renyiDivergence(p, q, alpha(1)), kl, 64, 2 ** -47 * Math.sqrt(kl));
      if (kl < Infinity && kl > 0) {
        const below = renyiDivergence(p, q, alpha(1 - 2 ** -40));
        expect(Math.abs(below - kl)).toBeLessThanOrEqual(2 ** -25 * Math.max(kl, kl * kl, 1e-3));
      }
      const orders = [0, 0.25, 0.5, 0.75, 1, 2, 8, Infinity].map((a) => renyiDivergence(p, q, alpha(a)));
      for (let i = 1; i < orders.length; i++) {
        const [less, more] = [orders[i - 1] as number, orders[i] as number];
        expect(less).toBeLessThanOrEqual(more * (1 + 2 ** -45) + 2 ** -45 * Math.sqrt(more) + 2 ** -52);
      }
      const [P, Q] = [p.reduce((s, x) => s + x, 0), q.reduce((s, x) => s + x, 0)];
      const most = Math.log(Math.max(...p.map((x, i) => (x === 0 ? 0 : x / P / ((q[i] as number) / Q)))));
      close(orders[7] as number, Math.max(0, most), 64, 1e-13);
    });
  });

  it('at ½ Tsallis is 2·H² and Rényi 2·Bhattacharyya; at 2 Tsallis is χ²; Chernoff is (1 − α)·Rényi', () => {
    check(sparsePairs, ([p, q]) => {
      expect(tsallisDivergence(p, q, alpha(0.5))).toBe(2 * squaredHellinger(p, q));
      expect(renyiDivergence(p, q, alpha(0.5))).toBe(2 * bhattacharyyaDistance(p, q));
      expect(tsallisDivergence(p, q, alpha(2))).toBe(pearsonChiSquare(p, q));
      close(chernoffDivergence(p, q, alpha(0.75)), 0.25 * renyiDivergence(p, q, alpha(0.75)));
      expect(chernoffDivergence(p, q, alpha(0.5))).toBe(bhattacharyyaDistance(p, q));
    });
  });

  it('Jensen–Shannon is the generalised one at ½; its ends tend to KL; the skew divergence is KL at 1', () => {
    check(sparsePairs, ([p, q]) => {
      expect(generalizedJensenShannonDivergence(p, q, weight(0.5))).toBe(jensenShannonDivergence(p, q));
      expect(generalizedJensenShannonDivergence(p, q, weight(0))).toBe(0);
      expect(generalizedJensenShannonDivergence(p, q, weight(1))).toBe(0);
      expect(generalizedJensenShannonDivergence(p, q, { weight: 0, endpoints: 'kl' })).toBe(klDivergence(p, q));
      expect(generalizedJensenShannonDivergence(p, q, { weight: 1, endpoints: 'kl' })).toBe(klDivergence(q, p));
      expect(skewKlDivergence(p, q, weight(1))).toBe(klDivergence(p, q));
      expect(skewKlDivergence(p, q, weight(0))).toBe(0);
      const skew = (x: number[], y: number[], w: number) => skewKlDivergence(x, y, weight(w));
      const js = generalizedJensenShannonDivergence(p, q, weight(0.2));
      close(js, 0.2 * skew(p, q, 0.8) + 0.8 * skew(q, p, 0.2), 128, 2 ** -47 * Math.sqrt(js));
    });
    check(nearPairs, ([p, q]) => {
      const kl = klDivergence(p, q);
      close(generalizedJensenShannonDivergence(p, q, weight(2 ** -40)) * 2 ** 40, kl, 64, kl * 1e-9 + 2 ** -47 * Math.sqrt(kl));
    });
  });

  it('bounds: H² ≤ TV ≤ √2·H, 2·TV² ≤ KL ≤ log(1 + χ²), Δ/2 ≤ TV', () => {
    check(pairs, ([p, q]) => {
      const [tv, h2, kl] = [totalVariation(p, q), squaredHellinger(p, q), klDivergence(p, q)];
      const more = 1 + 1e-12;
      expect(h2).toBeLessThanOrEqual(tv * more);
      expect(tv).toBeLessThanOrEqual(Math.sqrt(2) * hellingerDistance(p, q) * more);
      expect(2 * tv * tv).toBeLessThanOrEqual(kl * more);
      expect(kl).toBeLessThanOrEqual(Math.log1p(pearsonChiSquare(p, q)) * more + 1e-12);
      expect(triangularDiscrimination(p, q) / 2).toBeLessThanOrEqual(tv * more);
    });
  });
});

describe('special values', () => {
  it('zeros: what is bounded reaches its bound where nothing is shared, what is not is Infinity', () => {
    const [p, q] = [
      [1, 0],
      [0, 1],
    ];
    expect(totalVariation(p, q)).toBe(1);
    expect(squaredHellinger(p, q)).toBe(1);
    expect(triangularDiscrimination(p, q)).toBe(2);
    expect(skewKlDivergence(p, q, { weight: 0.5, base: 2 })).toBe(1);
    expect(tsallisDivergence(p, q, alpha(0.25))).toBeCloseTo(1 / 0.75, 15);
    for (const a of [0, 0.25, 0.5, 1, 2, Infinity]) expect(renyiDivergence(p, q, alpha(a))).toBe(Infinity);
    expect(pearsonChiSquare([1, 1], [1, 0])).toBe(Infinity);
    expect(neymanChiSquare([1, 0], [1, 1])).toBe(Infinity);
    expect(pearsonChiSquare([1, 0], [1, 1])).toBe(1);
    expect(populationStabilityIndex([1, 0], [1, 1])).toBe(Infinity);
    expect(renyiDivergence([1, 0, 0], [1, 1, 2], alpha(0))).toBe(Math.log(4));
  });

  it('little in common: −log S keeps its digits where 1 − S has none left', () => {
    const d = bhattacharyyaDistance([1, 2 ** -60], [2 ** -60, 1]);
    expect(d).toBeCloseTo(29 * Math.LN2, 13);
    expect(renyiDivergence([1, 1e-20], [1e-20, 1], alpha(0.75))).toBeCloseTo(-Math.log(1e-15 + 1e-5) / 0.25 / 1, 10);
  });

  it('beyond the range: S of Rényi may overflow where its logarithm does not', () => {
    expect(renyiDivergence([1, 1], [1e-200, 1], alpha(5))).toBeCloseTo(Math.log(1e200) + (Math.log(0.5 ** 5) + 0) / 4, 10);
    expect(tsallisDivergence([1, 1], [1e-200, 1], alpha(5))).toBe(Infinity);
    // also where no term does, but their sum
    const [p, q] = [new Array<number>(64).fill(900), new Array<number>(64).fill(1e-302)];
    expect(renyiDivergence(p, q, { alpha: 2, normalize: false })).toBeCloseTo(Math.log(64 * 900 ** 2) - Math.log(1e-302), 10);
    expect(itakuraSaitoDivergence(p.fill(1e308), q.fill(1))).toBe(Infinity);
    expect(pearsonChiSquare([1, 1e-250], [1, 1e-300])).toBeCloseTo(1e-200, 210);
  });

  it('below the range: S of entries as given may vanish where its logarithm does not, on any backend', () => {
    for (const backend of ['wasm', 'js'] as const) {
      const core = createCore({ backend });
      for (const [Floats, digits] of [
        [Float64Array, 2 ** -50],
        [Float32Array, 2 ** -20],
      ] as const) {
        // Two like entries: log S = log 2 + α·log p + (1 − α)·log q.
        for (const [x, y, order] of [
          [1e-3, 1, 13.9],
          [1e-3, 1, 20],
          [1e-12, 5, 4],
          [1e-19, 5e-3, 5],
          [1e-3, 1, 120],
          [1e-20, 1, 16],
          [1e-30, 1e-36, 0.25],
        ] as const) {
          const [p, q] = [Floats.of(x, x), Floats.of(y, y)];
          const exact = (Math.LN2 + order * Math.log(p[0] as number) + (1 - order) * Math.log(q[0] as number)) / (order - 1);
          const got = renyiDivergence(p, q, { alpha: order, normalize: false, core });
          expect(Math.abs(got / exact - 1), `${backend} ${Floats.name} ${x} ${y} ${order}: ${got}, expected ${exact}`).toBeLessThanOrEqual(
            digits,
          );
        }
        expect(renyiDivergence(Floats.of(1, 0), Floats.of(0, 1), { alpha: 0.3, normalize: false, core })).toBe(Infinity);
      }
      // Almost nothing of q where p is: 4.78e-322 of 4.67e26.
      const shared = renyiDivergence([3, 2, 0], [1.4e-322, 3.36e-322, 4.67e26], { alpha: 0, core });
      expect(shared).toBeCloseTo(Math.log(4.67e26) - Math.log(1.4e-322 + 3.36e-322), 9);
    }
  });

  it('subnormal and huge rows give what their scaled selves give', () => {
    const [p, q] = [
      [3, 5, 8],
      [4, 4, 8],
    ];
    const scaled = (row: number[], by: number) => row.map((x) => x * by);
    for (const [name, divergence] of Object.entries(NAMED)) {
      for (const by of [2 ** -1070, 2 ** 1018]) {
        const d = divergence(scaled(p, by), scaled(q, by));
        expect(Math.abs(d - divergence(p, q)), name).toBeLessThanOrEqual(2 ** -46 * d);
      }
    }
  });

  it('both backends, and rows in a batch, give the same bits', () => {
    const [js, wasm] = [createCore({ backend: 'js' }), createCore({ backend: 'wasm' })];
    check(fc.tuple(sparsePairs, sparsePairs), ([[p], [q]]) => {
      const n = Math.min(p.length, q.length);
      const [x, y] = [p.slice(0, n), q.slice(0, n)];
      if (!(x.some((v) => v > 0) && y.some((v) => v > 0))) return;
      for (const a of [0, 0.75, 2, 3, Infinity]) {
        const d = renyiDivergence(x, y, { alpha: a, core: js });
        expect(renyiDivergence(x, y, { alpha: a, core: wasm })).toBe(d);
        const batch = renyiDivergence(matrix(Float64Array.from([...x, ...y, ...x]), 3, n), y, { alpha: a, core: wasm });
        expect([...batch]).toEqual([d, 0, d]);
      }
    });
  });
});

describe('what is refused', () => {
  const refused = (run: () => unknown, code: string) => expect(run).toThrow(expect.objectContaining({ code }));
  it('orders and shares outside their range, an order left out', () => {
    const [p, q] = [[1], [1]];
    for (const a of [-1, Number.NaN, undefined]) refused(() => renyiDivergence(p, q, { alpha: a as number }), 'ERR_OPTION');
    refused(() => renyiDivergence(p, q, undefined as never), 'ERR_OPTION');
    refused(() => tsallisDivergence(p, q, alpha(Infinity)), 'ERR_OPTION');
    for (const a of [0, 1]) refused(() => chernoffDivergence(p, q, alpha(a)), 'ERR_OPTION');
    for (const w of [-0.1, 1.1]) {
      refused(() => skewKlDivergence(p, q, weight(w)), 'ERR_OPTION');
      refused(() => generalizedJensenShannonDivergence(p, q, weight(w)), 'ERR_OPTION');
    }
    refused(() => generalizedJensenShannonDivergence(p, q, { weight: 0, endpoints: 'both' as never }), 'ERR_OPTION');
  });
  it('names the argument as it was given, also where it is exchanged', () => {
    expect(() => neymanChiSquare([1, 2], [1, -2])).toThrow(expect.objectContaining({ argument: 'q', column: 1 }));
    expect(() => renyiDivergence([1, -2], [1, 2], alpha(0.25))).toThrow(expect.objectContaining({ argument: 'p', column: 1 }));
    expect(() => itakuraSaitoDivergence([1, 2], [1, 0])).toThrow(expect.objectContaining({ argument: 'q', column: 1, code: 'ERR_DOMAIN' }));
  });
});

it('as given, Rényi of order 1 is KL as given', () => {
  const [p, q] = [
    [0.5, 0.4],
    [0.25, 0.7],
  ];
  const exact = toNumber(klAsGiven(p, q));
  expect(renyiDivergence(p, q, { alpha: 1, normalize: false })).toBeCloseTo(exact, 15);
  expect(tsallisDivergence(p, q, { alpha: 2, normalize: false })).toBeCloseTo(0.25 / 0.25 + 0.16 / 0.7 - 1, 14);
});

it.each([2 ** -30, 1e-12, 1e-17])(
  'skew KL of weight %d keeps its digits beside a class that q lacks: ½·w² of [½, ½] against [1, 0]',
  (w) => {
    // −½·log(1 + w) − ½·log(1 − w) = ½·w²·(1 + ½·w² + …)
    for (const backend of ['wasm', 'js'] as const) {
      const value = skewKlDivergence([0.5, 0.5], [1, 0], { weight: w, core: createCore({ backend }) });
      expect(Math.abs(value / (0.5 * w * w * (1 + 0.5 * w * w)) - 1)).toBeLessThanOrEqual(32 * 2 ** -53);
    }
  },
);

it('Rényi of a huge order, its sum beyond the range, keeps the digits of near-equal rows', () => {
  // A share of 2⁻⁴⁰ that is 2⁻²² less, a share of 2⁻³⁰ that has it: against 80 digits.
  const rest = 1 - 2 ** -30 - 2 ** -40;
  const p = [2 ** -40, 2 ** -30, rest];
  const q = [2 ** -40 * (1 - 2 ** -22), 2 ** -30 + 2 ** -62, rest];
  for (const [order, exact] of [
    [1e10, 2.3564601880075941e-7],
    [2 ** 33, 2.3519088943896794e-7],
  ] as const) {
    for (const scale of [1, 2 ** -1000]) {
      const value = renyiDivergence(
        p.map((x) => x * scale),
        q,
        alpha(order),
      );
      expect(Math.abs(value / exact - 1)).toBeLessThanOrEqual(32 * 2 ** -53);
    }
  }
});

it('as given, sums beyond all numbers leave a finite logarithm: orders below 1 too', () => {
  const huge = new Float64Array(4).fill(1.5e308);
  // log Σ p = log 4 + log 1.5e308
  const exact = Math.log(4) + Math.log(1.5) + 308 * Math.LN10;
  const near = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThanOrEqual(4 * 2 ** -52);
  for (const backend of ['wasm', 'js'] as const) {
    const options = { normalize: false, core: createCore({ backend }) };
    near(renyiDivergence(huge, huge, { ...options, alpha: 0.4 }), -exact / 0.6);
    near(chernoffDivergence(huge, huge, { ...options, alpha: 0.4 }), -exact);
    near(bhattacharyyaDistance(huge, huge, options), -exact);
  }
});
