import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  entropy,
  gaussian,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
  logits,
  matrix,
} from '../src/index.js';
import { seedOr } from './support/rng.js';

/** Theorems about divergences, which hold for every input: rounding is allowed for where two different sums are compared. */
const settings = { seed: seedOr(20261122), numRuns: 300 };
const check = <T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void =>
  fc.assert(
    fc.property(arbitrary, (value) => {
      predicate(value);
    }),
    settings,
  );

/** Positive masses over sixty binades, and sometimes 0. */
const positive = fc.tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -30, max: 30 })).map(([m, k]) => m * 2 ** k);
const mass = fc.oneof({ weight: 5, arbitrary: positive }, { weight: 1, arbitrary: fc.constant(0) });

/** Vectors of one length, each with some mass. */
const vectors = (count: number, entry: fc.Arbitrary<number> = positive, maxLength = 70) =>
  fc
    .integer({ min: 1, max: maxLength })
    .chain((n) => fc.tuple(...Array.from({ length: count }, () => fc.array(entry, { minLength: n, maxLength: n }))))
    .filter((rows) => rows.every((row) => row.some((x) => x > 0))) as fc.Arbitrary<number[][]>;

const pairs = vectors(2).map(([p, q]) => [p, q] as [number[], number[]]);
const sparsePairs = vectors(2, mass).map(([p, q]) => [p, q] as [number[], number[]]);

/** Two vectors, close together on every scale from 1e-1 to 1e-15. */
const nearPairs = fc
  .tuple(vectors(1), fc.integer({ min: 1, max: 15 }), fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })))
  .map(([[p], digits, noise]) => {
    const source = noise[Symbol.iterator]();
    return [p, (p as number[]).map((x) => x * (1 + 10 ** -digits * (source.next().value as number)))] as [number[], number[]];
  });

/** |a − b| within n rounding steps of the larger, beside `floor`. */
function expectClose(a: number, b: number, steps: number, floor = 0): void {
  if (a === b) return;
  const allowed = steps * 2 ** -53 * Math.max(Math.abs(a), Math.abs(b)) + floor;
  expect(Math.abs(a - b), `${a} and ${b}`).toBeLessThanOrEqual(allowed);
}

/** Two computations of one divergence d: each may be off by 32ε·(d + √d), as rows on different scales are. */
function expectSame(a: number, b: number): void {
  expectClose(a, b, 64, 2 ** -47 * Math.sqrt(Math.max(a, b)));
}

const DIVERGENCES = { klDivergence, jeffreysDivergence, jensenShannonDivergence };
const total = (row: readonly number[]): number => row.reduce((sum, x) => sum + x, 0);
const normalised = (row: readonly number[]): number[] => row.map((x) => x / total(row));

describe('law 1: never negative, 0 for equal inputs', () => {
  for (const [name, divergence] of Object.entries(DIVERGENCES)) {
    it(`${name} is never negative`, () => {
      check(sparsePairs, ([p, q]) => expect(divergence(p, q)).toBeGreaterThanOrEqual(0));
      check(nearPairs, ([p, q]) => expect(divergence(p, q)).toBeGreaterThanOrEqual(0));
      check(nearPairs, ([p, q]) => expect(divergence(Float32Array.from(p), Float32Array.from(q))).toBeGreaterThanOrEqual(0));
    });

    it(`${name} is exactly 0 for equal inputs`, () => {
      check(vectors(1, mass), ([p]) => {
        expect(divergence(p as number[], p as number[])).toBe(0);
        expect(divergence(Float32Array.from(p as number[]), Float32Array.from(p as number[]))).toBe(0);
      });
    });

    it(`${name} of a vector and a power of two times itself is exactly 0`, () => {
      check(vectors(1, mass), ([p]) =>
        expect(
          divergence(
            p as number[],
            (p as number[]).map((x) => x * 1024),
          ),
        ).toBe(0),
      );
    });
  }

  it('entropy lies between 0 and log n; cross-entropy is at least 0', () => {
    check(vectors(1, mass), ([p]) => {
      const h = entropy(p as number[]);
      expect(h).toBeGreaterThanOrEqual(0);
      expect(h).toBeLessThanOrEqual(Math.log((p as number[]).length) * (1 + 2 ** -50));
    });
    check(sparsePairs, ([p, q]) => expect(crossEntropy(p, q)).toBeGreaterThanOrEqual(0));
  });

  it('Gaussian and logits divergences are never negative, and 0 for equal inputs', () => {
    const triple = vectors(4, fc.double({ min: -20, max: 20, noNaN: true }));
    check(triple, ([a, b, c, d]) => {
      const [p, q] = [
        { mean: a as number[], logVariance: b as number[] },
        { mean: c as number[], logVariance: d as number[] },
      ];
      expect(gaussian.klDivergence(p, q)).toBeGreaterThanOrEqual(0);
      expect(gaussian.klDivergence(p, gaussian.standard)).toBeGreaterThanOrEqual(0);
      expect(gaussian.klDivergence(p, p)).toBe(0);
      expect(logits.klDivergence(a as number[], b as number[])).toBeGreaterThanOrEqual(0);
      expect(logits.klDivergence(a as number[], a as number[])).toBe(0);
      expect(logits.klToUniform(a as number[])).toBeGreaterThanOrEqual(0);
    });
  });
});

describe('theorems', () => {
  it('data processing: merging classes never increases KL, Jeffreys or Jensen–Shannon', () => {
    const merged = (row: readonly number[], at: number): number[] => {
      const kept = row.filter((_, i) => i !== at && i !== at + 1);
      return [...kept, (row[at] as number) + (row[at + 1] ?? 0)];
    };
    check(fc.tuple(sparsePairs, fc.nat()), ([[p, q], n]) => {
      const at = n % p.length;
      for (const divergence of Object.values(DIVERGENCES)) {
        // The merged entries are rounded, which moves the answer by about ε·√D beside its own rounding.
        const before = divergence(p, q);
        const after = divergence(merged(p, at), merged(q, at));
        expect(after).toBeLessThanOrEqual(before * (1 + 2 ** -46) + 2 ** -48 * Math.sqrt(before));
      }
    });
  });

  it('chain rule: D(p‖q) = D of the groups + Σ weight · D within a group', () => {
    check(fc.tuple(pairs, fc.nat()), ([[p, q], n]) => {
      const cut = 1 + (n % p.length);
      if (cut === p.length) return;
      const groups = (row: readonly number[]) => [total(row.slice(0, cut)), total(row.slice(cut))];
      const weights = normalised(groups(p)) as [number, number];
      const within = [klDivergence(p.slice(0, cut), q.slice(0, cut)), klDivergence(p.slice(cut), q.slice(cut))] as [number, number];
      const sum = klDivergence(groups(p), groups(q)) + weights[0] * within[0] + weights[1] * within[1];
      expectClose(klDivergence(p, q), sum, 128, 2 ** -46 * Math.sqrt(sum));
    });
  });

  it('additivity: the divergence of product distributions is the sum of the divergences', () => {
    const product = (a: readonly number[], b: readonly number[]) => a.flatMap((x) => b.map((y) => x * y));
    check(fc.tuple(vectors(2, positive, 12), vectors(2, positive, 12)), ([[p1, q1], [p2, q2]]) => {
      const [p, q] = [product(p1 as number[], p2 as number[]), product(q1 as number[], q2 as number[])];
      const sum = klDivergence(p1 as number[], q1 as number[]) + klDivergence(p2 as number[], q2 as number[]);
      expectClose(klDivergence(p, q), sum, 128, 2 ** -46 * Math.sqrt(sum));
      expectClose(entropy(p), entropy(p1 as number[]) + entropy(p2 as number[]), 128);
    });
  });

  it('cross-entropy = entropy + KL', () => {
    check(sparsePairs, ([p, q]) => expectSame(crossEntropy(p, q), entropy(p) + klDivergence(p, q)));
  });

  it('Jensen–Shannon is at most log 2 and symmetric; its root obeys the triangle inequality', () => {
    check(vectors(3, mass), ([p, q, r]) => {
      const js = jensenShannonDivergence(p as number[], q as number[]);
      expect(js).toBeLessThanOrEqual(Math.LN2 * (1 + 2 ** -50));
      expectSame(js, jensenShannonDivergence(q as number[], p as number[]));
      const direct = jensenShannonDistance(p as number[], r as number[]);
      const over = jensenShannonDistance(p as number[], q as number[]) + jensenShannonDistance(q as number[], r as number[]);
      expect(direct).toBeLessThanOrEqual(over * (1 + 2 ** -46) + 2 ** -50);
    });
  });

  it('Jeffreys is KL both ways, and symmetric', () => {
    check(sparsePairs, ([p, q]) => {
      const jeffreys = jeffreysDivergence(p, q);
      expectSame(jeffreys, klDivergence(p, q) + klDivergence(q, p));
      expectSame(jeffreys, jeffreysDivergence(q, p));
    });
  });

  it('Pinsker: D ≥ 2·TV²', () => {
    check(pairs, ([p, q]) => {
      const [x, y] = [normalised(p), normalised(q)];
      const tv = x.reduce((sum, xi, i) => sum + Math.abs(xi - (y[i] as number)), 0) / 2;
      expect(klDivergence(p, q) * (1 + 1e-12) + 1e-15).toBeGreaterThanOrEqual(2 * tv * tv);
    });
  });
});

describe('what may be changed without changing the answer', () => {
  it('the order of classes, up to rounding', () => {
    check(fc.tuple(sparsePairs, fc.nat()), ([[p, q], n]) => {
      const turned = (row: readonly number[]) => [...row.slice(n % row.length), ...row.slice(0, n % row.length)].reverse();
      for (const divergence of Object.values(DIVERGENCES)) expectSame(divergence(turned(p), turned(q)), divergence(p, q));
    });
  });

  it('the scale of a normalised row: powers of two to the last bit on both sides, any factor up to rounding', () => {
    check(fc.tuple(sparsePairs, fc.integer({ min: -200, max: 200 }), positive), ([[p, q], k, factor]) => {
      const scaled = (row: readonly number[], by: number) => row.map((x) => x * by);
      for (const divergence of [...Object.values(DIVERGENCES), crossEntropy]) {
        const d = divergence(p, q);
        expect(divergence(scaled(p, 2 ** k), scaled(q, 2 ** k))).toBe(d);
        expectSame(divergence(scaled(p, factor), q), d);
      }
    });
  });

  it('a constant added to logits, up to the rounding of the logits', () => {
    check(fc.tuple(vectors(2, fc.integer({ min: -2000, max: 2000 })), fc.integer({ min: -4096, max: 4096 })), ([[a, b], c]) => {
      // Sixteenths of integers plus an integer are exact, so the shifted logits are the same distribution.
      const [x, y] = [(a as number[]).map((z) => z / 16), (b as number[]).map((z) => z / 16)];
      const moved = x.map((z) => z + c);
      expectClose(logits.klDivergence(moved, y), logits.klDivergence(x, y), 4096, 2 ** -100);
    });
  });

  it('affine maps of a Gaussian: D(N(sμ₀ + t, sσ₀) ‖ N(sμ₁ + t, sσ₁)) is unchanged, for exact s and t', () => {
    const whole = fc.integer({ min: -1000, max: 1000 });
    const arbitrary = fc.tuple(vectors(2, whole), vectors(2, fc.integer({ min: 1, max: 1000 })), fc.integer({ min: -40, max: 40 }), whole);
    check(arbitrary, ([[m0, m1], [s0, s1], k, t]) => {
      const n = Math.min((m0 as number[]).length, (s0 as number[]).length);
      const take = (row: number[] | undefined, f: (x: number) => number = (x) => x) => (row as number[]).slice(0, n).map(f);
      const map = (x: number) => (x + t) * 2 ** k;
      const scale = (x: number) => x * 2 ** k;
      const d = gaussian.klDivergence({ mean: take(m0), std: take(s0) }, { mean: take(m1), std: take(s1) });
      const moved = gaussian.klDivergence({ mean: take(m0, map), std: take(s0, scale) }, { mean: take(m1, map), std: take(s1, scale) });
      expect(moved).toBe(d);
    });
  });

  it('the base: D in base b is D/log b', () => {
    check(fc.tuple(sparsePairs, fc.constantFrom(2, 10, 1.5, 256)), ([[p, q], base]) => {
      for (const divergence of [...Object.values(DIVERGENCES), crossEntropy]) {
        expectClose(divergence(p, q, { base }), divergence(p, q) / Math.log(base), 8);
      }
    });
  });

  it('the batch: a row alone, in a matrix, and against a reference row gives the same bits', () => {
    check(fc.tuple(vectors(6, mass), fc.nat(2)), ([rows, which]) => {
      const [p, q] = [rows.slice(0, 3), rows.slice(3)];
      const cols = (p[0] as number[]).length;
      const divergence = Object.values(DIVERGENCES)[which] as typeof klDivergence;
      const [P, Q] = [matrix(p.flat(), 3, cols), matrix(q.flat(), 3, cols)];
      const alone = p.map((row, i) => divergence(row, q[i] as number[]));
      expect([...divergence(P, Q)]).toEqual(alone);
      expect([...divergence(P, q[0] as number[])]).toEqual(p.map((row) => divergence(row, q[0] as number[])));
    });
  });
});
