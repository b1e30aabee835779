import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  type Core,
  csr,
  gaussian,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
  type Matrix,
  maskClasses,
  matrix,
  pairwise,
  ragged,
  SurprisalError,
} from '../../src/index.js';
import { kl as exactKl } from '../oracle/discrete.js';
import { toNumber } from '../oracle/fixed.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);

interface Shape {
  readonly rows: number;
  readonly cols: number;
  readonly single?: boolean;
  /** Share of zeros. */
  readonly zeros?: number;
}

function draw({ rows, cols, single = false, zeros = 0 }: Shape, salt = 0): Matrix {
  const rng = createRng(seed + salt);
  const data = single ? new Float32Array(rows * cols) : new Float64Array(rows * cols);
  for (let i = 0; i < data.length; i++) data[i] = i % cols > 0 && rng.uniform() < zeros ? 0 : Math.exp(rng.normal());
  return matrix(data, rows, cols);
}

/** Every second row is a row of P, moved by `by` of itself at most. */
function near(P: Matrix, by: number): Matrix {
  const rng = createRng(seed + 1);
  const data = (P.data as Float64Array).slice();
  for (let i = 0; i < data.length; i++)
    if (Math.floor(i / P.cols) % 2 === 0) data[i] = (data[i] as number) * (1 + by * (2 * rng.uniform() - 1));
  return matrix(data, P.rows, P.cols);
}

const row = ({ data, cols }: Matrix, i: number) => data.subarray(i * cols, (i + 1) * cols) as Float64Array;

/** Cells by the row function, one after the other. */
function byRows(of: (p: Float64Array, q: Float64Array) => number, P: Matrix, Q: Matrix): Float64Array {
  return Float64Array.from({ length: P.rows * Q.rows }, (_, c) => of(row(P, Math.floor(c / Q.rows)), row(Q, c % Q.rows)));
}

function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = actual.length === expected.length ? 0 : Number.NaN;
  for (let i = 0; i < actual.length; i++) {
    const [x, y] = [actual[i] as number, expected[i] as number];
    const error = x === y ? 0 : Math.abs(x / y - 1);
    if (!(error <= most)) most = error;
  }
  return most;
}

/** What a cell may be off by: 2⁻¹⁹ and 2⁻⁴³ by design (src/pairs/masses.ts), and the row kernel's own 2⁻²⁰ and 32·2⁻⁵³. */
const allowed = (single: boolean) => (single ? 2 ** -19 + 2 ** -20 : 2 ** -43 + 2 ** -48);

const MEASURES = [
  ['kl', pairwise.klDivergence, klDivergence],
  ['jeffreys', pairwise.jeffreysDivergence, jeffreysDivergence],
  ['crossEntropy', pairwise.crossEntropy, crossEntropy],
  ['jensenShannon', pairwise.jensenShannonDivergence, jensenShannonDivergence],
  ['jensenShannonDistance', pairwise.jensenShannonDistance, jensenShannonDistance],
] as const;

for (const [backend, core] of CORES) {
  describe(`all pairs on ${backend} (seed ${seed})`, () => {
    for (const [name, all, one] of MEASURES) {
      for (const single of [false, true]) {
        it(`${name}, ${single ? 'f32' : 'f64'}: as the rows one by one, at every size around the tiles`, () => {
          for (const [rows, others, cols] of [
            [1, 1, 1],
            [1, 9, 2],
            [4, 8, 64],
            [5, 7, 65],
            [66, 13, 3],
            [9, 70, 129],
          ] as const) {
            const [P, Q] = [draw({ rows, cols, single }), draw({ rows: others, cols, single }, 2)];
            const { data, rows: n, cols: m } = all(P, Q, { core });
            expect([n, m]).toEqual([rows, others]);
            expect(data).toBeInstanceOf(single ? Float32Array : Float64Array);
            expect(worst(data, byRows(one, P, Q))).toBeLessThan(allowed(single));
          }
        });

        it(`${name}, ${single ? 'f32' : 'f64'}: keeps the digits of close rows, and is exactly 0 for equal ones`, () => {
          const P = draw({ rows: 12, cols: 40, single });
          for (const by of [1e-2, 1e-5, single ? 1e-6 : 1e-9]) {
            const Q = near(P, by);
            expect(worst(all(P, Q, { core }).data, byRows(one, P, Q))).toBeLessThan(allowed(single));
          }
          const { data } = all(P, P, { core });
          if (name !== 'crossEntropy') for (let i = 0; i < 12; i++) expect(data[13 * i]).toBe(0);
          expect(data.every((x) => x >= 0)).toBe(true);
        });
      }

      it(`${name}: zeros are infinite where they have to be`, () => {
        const [P, Q] = [draw({ rows: 23, cols: 35, zeros: 0.02 }), draw({ rows: 30, cols: 35, zeros: 0.03 }, 5)];
        const expected = byRows(one, P, Q);
        expect(expected.includes(Infinity)).toBe(name !== 'jensenShannon' && name !== 'jensenShannonDistance');
        expect(expected.some((x) => x < Infinity)).toBe(true);
        expect(worst(all(P, Q, { core }).data, expected)).toBeLessThan(allowed(false));
      });
    }

    it('counts of any size, a column without any mass, and subnormal entries', () => {
      const P = matrix([1e6, 0, 3, 2, 0, 1, 5e-324, 0, 1e-300], 3, 3);
      const Q = matrix([7, 0, 1e9, 1e-310, 0, 2, 1, 0, 1], 3, 3);
      expect(worst(pairwise.klDivergence(P, Q, { core }).data, byRows(klDivergence, P, Q))).toBeLessThan(allowed(false));
      const single = (m: Matrix) =>
        matrix(
          Float32Array.from(m.data, (x) => (x === 0 ? 0 : Math.max(x, 1e-44))),
          m.rows,
          m.cols,
        );
      const [p, q] = [single(P), single(Q)];
      expect(worst(pairwise.klDivergence(p, q, { core }).data, byRows(klDivergence, p, q))).toBeLessThan(allowed(true));
    });

    it('concentrated counts of unlike masses: within what is certain, 0 for proportional rows, the nearest as the row kernel has them', () => {
      const rng = createRng(seed);
      const [half, cols] = [6, 5];
      for (let round = 0; round < 100; round++) {
        const data = new Float64Array(2 * half * cols);
        for (let i = 0; i < half * cols; i++) data[i] = i % cols === 0 ? 1e6 + rng.below(9e6) : rng.below(4);
        for (let i = 0; i < half * cols; i++) data[half * cols + i] = 3 * (data[i] as number);
        const P = matrix(data, 2 * half, cols);
        const Q = matrix(data.slice(), 2 * half, cols);
        // The oracle's 320 bits leave 1e-90 of what is 0.
        const kl = (p: Float64Array, q: Float64Array) => Math.max(0, toNumber(exactKl(p, q)) - 1e-80);
        const exact = byRows((p, q) => (p.some((x, k) => x > 0 && q[k] === 0) ? Infinity : kl(p, q)), P, Q);
        expect(worst(pairwise.klDivergence(P, Q, { core }).data, exact)).toBeLessThan((cols + 90) * 2 ** -45);
        for (const [measure, all, one] of MEASURES.slice(0, 3)) {
          const cells = byRows(one, P, Q);
          const { data } = all(P, Q, { core });
          expect(worst(data, cells)).toBeLessThan((2 * cols + 90) * 2 ** -45);
          for (let i = 0; i < half && measure !== 'crossEntropy'; i++) expect(data[i * 2 * half + half + i]).toBe(0);
          const { indices } = pairwise.nearest(P, Q, 3, { measure, core });
          for (let i = 0; i < 2 * half; i++) {
            const of = cells.subarray(2 * half * i, 2 * half * (i + 1));
            const order = [...of.keys()].sort((a, b) => (of[a] === of[b] ? a - b : (of[a] as number) < (of[b] as number) ? -1 : 1));
            expect([...indices.subarray(3 * i, 3 * i + 3)]).toEqual(order.slice(0, 3));
          }
        }
      }
      const zero = (all: (typeof MEASURES)[number][1], m: Matrix) => expect(all(m, undefined, { core }).data[0]).toBe(0);
      for (const m of [matrix([3, 0, 3, 3e-17], 2, 2), matrix([0.7, 0, 0.7, 7e-15], 2, 2), matrix(Float32Array.of(3, 0, 3, 3e-20), 2, 2)]) {
        for (const [, all] of MEASURES.slice(0, 2)) zero(all, m);
      }
      const Q = matrix([0.7, 6.999999999999999e-21, 3, 3e-17, 5, 5e-16], 3, 2);
      const found = pairwise.nearest(matrix([0.7, 7e-18], 1, 2), Q, 1, { measure: 'jeffreys', core });
      expect([found.indices[0], found.values[0]]).toEqual([1, 0]);
    });

    it('shares that underflow, and rows whose sums leave the range: as the rows one by one', () => {
      const big = matrix([1e308, 1e308, 5e307, 1, 2, 3, 1e30, 1, 1e-300], 3, 3);
      const small = matrix([1e308, 2e307, 1.5e308, 3, 1, 1, 3, 5e-324, 2, 1e-310, 3e-310, 2e-310, 1, 1e-300, 1e-290], 5, 3);
      for (const [, all, one] of MEASURES.slice(0, 3)) {
        for (const [P, Q] of [
          [big, small],
          [small, big],
          [small, matrix(small.data.slice(), 5, 3)],
        ] as const) {
          expect(worst(all(P, Q, { core }).data, byRows(one, P, Q))).toBeLessThan(allowed(false));
        }
      }
    });

    it('long rows, some far from 1: as the rows one by one', () => {
      const cols = 2 * 1024 + 65;
      const [P, Q] = [draw({ rows: 5, cols }), draw({ rows: 9, cols, zeros: 0.1 }, 3)];
      const [toP, toQ] = [2 ** 500, 2 ** -700];
      for (let k = 0; k < cols; k++) {
        (P.data as Float64Array)[2 * cols + k] = (P.data[2 * cols + k] as number) * toP;
        (Q.data as Float64Array)[4 * cols + k] = (Q.data[4 * cols + k] as number) * toQ;
      }
      for (const [, all, one] of MEASURES.slice(0, 3)) {
        for (const [a, b] of [
          [P, Q],
          [Q, P],
        ] as const) {
          expect(worst(all(a, b, { core }).data, byRows(one, a, b))).toBeLessThan((cols + 90) * 2 ** -45);
        }
      }
    });

    it('f64 products of f32 rows keep the digits of f32 in clusters, whose rows are far from the mean and near each other', () => {
      const centers = draw({ rows: 4, cols: 128 });
      const clustered = (salt: number): Matrix => {
        const rng = createRng(seed + salt);
        const data = Float32Array.from(
          { length: 32 * 128 },
          (_, i) => (centers.data[i % (4 * 128)] as number) ** 2 * Math.exp(0.2 * rng.normal()),
        );
        return matrix(data, 32, 128);
      };
      const [P, Q] = [clustered(21), clustered(22)];
      const wide = ({ data, rows, cols }: Matrix) => matrix(Float64Array.from(data as Float32Array), rows, cols);
      const { data } = pairwise.klDivergence(P, Q, { core, products: 'f64' });
      expect(worst(data, byRows(klDivergence, wide(P), wide(Q)))).toBeLessThan(2 ** -24 + 2 ** -42);
    });

    it('sparse rows, integers, base and out', () => {
      const sparse = csr({ data: [1, 3, 2, 2], indices: [0, 2, 1, 2], indptr: [0, 2, 4], cols: 4 });
      const full = matrix(Int32Array.of(1, 0, 3, 0, 0, 2, 2, 0), 2, 4);
      const out = new Float64Array(6);
      const { data } = pairwise.jensenShannonDivergence(sparse, full, { base: 2, out, core });
      expect(data.buffer).toBe(out.buffer);
      expect(
        worst(
          data,
          byRows((p, q) => jensenShannonDivergence(p, q, { base: 2 }), full, full),
        ),
      ).toBeLessThan(allowed(false));
      expect(out[5]).toBe(0);
      expect(pairwise.klDivergence(full, sparse, { core }).data).toEqual(Float64Array.of(0, Infinity, Infinity, 0));
    });

    it('one batch with itself is the batch with its copy', () => {
      for (const [, all] of MEASURES) {
        const P = draw({ rows: 75, cols: 9 });
        const copy = matrix(P.data.slice(), P.rows, P.cols);
        const self = all(P, undefined, { core });
        // What is copied across the diagonal is the cell of the other order: equal but for the kernel's rounding.
        expect(worst(self.data, all(P, copy, { core }).data)).toBeLessThan(allowed(false));
      }
    });

    it('blocks, one after the other, are the whole', () => {
      const [P, Q] = [draw({ rows: 150, cols: 17, single: true }), draw({ rows: 33, cols: 17, single: true }, 3)];
      for (const [measure, all] of MEASURES) {
        const whole = all(P, Q, { core }).data;
        let seen = 0;
        for (const { first, values } of pairwise.blocks(P, Q, { measure, core })) {
          expect(first).toBe(seen);
          expect(values.data).toEqual(whole.subarray(first * 33, (first + values.rows) * 33));
          seen += values.rows;
        }
        expect(seen).toBe(150);
      }
    });

    it('blocks of one batch with itself are the whole, and so exactly symmetric, whatever its numbers', () => {
      for (const [rows, cols, zeros] of [
        [1, 3, 0],
        [5, 65, 0.1],
        [64, 4, 0],
        [135, 35, 0.02],
        [203, 3, 0.1],
      ] as const) {
        const [f64, f32] = [draw({ rows, cols, zeros }), draw({ rows, cols, zeros, single: true })];
        for (const { data } of [f64, f32]) (data as Float64Array).copyWithin((rows - 1) * cols, 0, cols); // a cell that is answered by the row kernel
        const counts = Uint16Array.from(f64.data, (x, i) => 9 * x + (i % cols === 0 ? 1 : 0));
        for (const P of [f64, f32, matrix({ data: counts, shape: [rows, cols] })])
          for (const [measure, all] of MEASURES) {
            const whole = all(P, undefined, { core, base: 2 });
            const cells = Array.from(pairwise.blocks(P, undefined, { measure, core, base: 2 }), ({ values }) => [...values.data]).flat();
            expect(cells).toEqual([...whole.data]);
          }
      }
    });

    it('blocks of many Gaussians are the whole, in the memory of one block', () => {
      const rng = createRng(seed);
      const mean = matrix(Float32Array.from({ length: 200 * 3 }, rng.normal), 200, 3);
      const p = {
        mean,
        std: matrix(
          Float32Array.from({ length: 200 * 3 }, () => Math.exp(rng.normal())),
          200,
          3,
        ),
      };
      const whole = pairwise.gaussianKlDivergence(p, undefined, { core, base: 2 }).data;
      const rooms = new Set<ArrayBufferLike>();
      let seen = 0;
      for (const { first, values } of pairwise.gaussianBlocks(p, undefined, { core, base: 2 })) {
        expect(first).toBe(seen);
        expect(values.data).toEqual(whole.subarray(first * 200, (first + values.rows) * 200));
        rooms.add(values.data.buffer);
        seen += values.rows;
      }
      expect([seen, rooms.size]).toEqual([200, 1]);
    });

    it('rows of two values, whose terms are all rounded alike, stay within what is certain (src/pairs/masses.ts)', () => {
      const rng = createRng(seed);
      const [rows, cols] = [20, 192];
      const make = () => {
        const data = new Float32Array(rows * cols);
        for (let i = 0; i < rows; i++) {
          const high = Math.exp(3 * (2 * rng.uniform() - 1));
          const from = 1 + rng.below(cols - 1);
          for (let k = 0; k < cols; k++) data[i * cols + k] = k < from ? 1 : high;
        }
        return matrix(data, rows, cols);
      };
      const wide = ({ data }: Matrix) => matrix(Float64Array.from(data as Float32Array), rows, cols);
      const [P, Q] = [make(), make()];
      const exact = byRows(klDivergence, wide(P), wide(Q));
      expect(worst(pairwise.klDivergence(P, Q, { core }).data, exact)).toBeLessThan(2 ** -14.6);
      expect(worst(pairwise.klDivergence(wide(P), wide(Q), { core }).data, exact)).toBeLessThan((cols + 90) * 2 ** -45);
    });

    it('with a center, cells depend on their own two rows alone, however P and Q are split; without one, on its last digits', () => {
      for (const single of [false, true]) {
        const P = draw({ rows: 9, cols: 33, single });
        // The last row of Q is far from all others: it moves the mean, and what it doubts must not make others doubtful.
        const Q = draw({ rows: 14, cols: 33, single }, 4);
        for (let k = 0; k < 33; k++) Q.data[13 * 33 + k] = k === 5 ? 1 : 1e-20;
        const center = new Array(33).fill(1);
        const part = (m: Matrix, from: number, to: number) => matrix(m.data.slice(from * 33, to * 33) as Float64Array, to - from, 33);
        for (const [, all] of MEASURES) {
          const whole = all(P, Q, { core, center }).data;
          const split = all(part(P, 3, 8), part(Q, 2, 13), { core, center }).data;
          const same = Array.from(split, (_, c) => whole[(3 + Math.floor(c / 11)) * 14 + 2 + (c % 11)]);
          expect([...split]).toEqual(same);
          expect(worst(all(part(P, 3, 8), part(Q, 2, 13), { core }).data, same as number[])).toBeLessThan(2 * allowed(single));
        }
        // Threads may take a part of P each.
        for (const all of [
          pairwise.klDivergence,
          pairwise.crossEntropy,
          pairwise.jensenShannonDivergence,
          pairwise.jensenShannonDistance,
        ]) {
          expect(all(part(P, 3, 8), Q, { core }).data).toEqual(all(P, Q, { core }).data.slice(3 * 14, 8 * 14));
        }
      }
      const rng = createRng(seed);
      const make = (rows: number) => ({
        mean: Float64Array.from({ length: rows * 4 }, () => 3 + rng.normal()),
        std: Float64Array.from({ length: rows * 4 }, () => Math.exp(rng.normal())),
      });
      const rows = ({ mean, std }: ReturnType<typeof make>, from: number, to: number) => ({
        mean: matrix(mean.slice(from * 4, to * 4), to - from, 4),
        std: matrix(std.slice(from * 4, to * 4), to - from, 4),
      });
      const [p, q] = [make(7), make(20)];
      q.std[2] = 1e-12;
      const center = [3, 3, 3, 3];
      const whole = pairwise.gaussianKlDivergence(rows(p, 0, 7), rows(q, 0, 20), { core, center }).data;
      const { data } = pairwise.gaussianKlDivergence(rows(p, 1, 6), rows(q, 5, 20), { core, center });
      expect([...data]).toEqual(Array.from(data, (_, c) => whole[(1 + Math.floor(c / 15)) * 20 + 5 + (c % 15)]));
    });

    it('the nearest are those of the row kernel, in its order, with ties by index', () => {
      const P = draw({ rows: 40, cols: 12, single: true });
      const Q = near(P, 1e-4);
      (Q.data as Float32Array).copyWithin(12 * 5, 0, 12); // row 5 is row 0
      for (const [measure, , one] of MEASURES) {
        const { indices, values } = pairwise.nearest(P, Q, 3, { measure, core });
        for (let i = 0; i < P.rows; i++) {
          const cells = Array.from({ length: Q.rows }, (_, j) => one(row(P, i), row(Q, j)));
          const order = [...cells.keys()].sort((a, b) => (cells[a] as number) - (cells[b] as number) || a - b).slice(0, 3);
          expect([...indices.subarray(3 * i, 3 * i + 3)]).toEqual(order);
          expect([...values.subarray(3 * i, 3 * i + 3)]).toEqual(order.map((j) => cells[j]));
        }
      }
      expect(pairwise.nearest(P, undefined, 1, { core }).indices.every((j, i) => i !== j)).toBe(true);
    });

    it('nearest in the unit that is wanted: ties are those of the values, and products in f64 give values of f64', () => {
      const P = draw({ rows: 4, cols: 6 });
      const copies = new Float64Array(40 * 6);
      // Distances to P's first row that differ in the last bits of the divergence, or not at all once the root is taken.
      for (let i = 0; i < copies.length; i++)
        copies[i] = (P.data[i % 6] as number) * (i % 6 === 2 ? 1.5 - Math.floor(i / 6) * 2 ** -52 : 1);
      const Q = matrix(copies, 40, 6);
      for (const [measure, base] of [
        ['jensenShannonDistance', undefined],
        ['kl', 10],
        ['jeffreys', 2],
      ] as const) {
        const { indices, values } = pairwise.nearest(P, Q, 40, { measure, base, core });
        for (let n = 1; n < 40; n++) {
          expect(values[n]).toBeGreaterThanOrEqual(values[n - 1] as number);
          if (values[n] === values[n - 1]) expect(indices[n]).toBeGreaterThan(indices[n - 1] as number);
        }
      }
      const [p, q] = [draw({ rows: 3, cols: 5, single: true }), draw({ rows: 8, cols: 5, single: true }, 6)];
      const wide = (m: Matrix) => matrix(Float64Array.from(m.data as Float32Array), m.rows, m.cols);
      for (const measure of ['kl', 'jeffreys', 'crossEntropy', 'jensenShannon', 'jensenShannonDistance'] as const) {
        expect(pairwise.nearest(p, q, 2, { measure, core, products: 'f64' })).toEqual(
          pairwise.nearest(wide(p), wide(q), 2, { measure, core }),
        );
      }
    });

    it('Jensen–Shannon with products in f64: of f32 rows that of their f64, rounded once', () => {
      const [p, q] = [draw({ rows: 9, cols: 37, single: true }), draw({ rows: 13, cols: 37, single: true }, 7)];
      const wide = (m: Matrix) => matrix(Float64Array.from(m.data as Float32Array), m.rows, m.cols);
      const expected = Float32Array.from(pairwise.jensenShannonDivergence(wide(p), wide(q), { core }).data);
      expect(pairwise.jensenShannonDivergence(p, q, { core, products: 'f64' }).data).toEqual(expected);
      const [block] = pairwise.blocks(p, q, { core, measure: 'jensenShannon', products: 'f64' });
      expect(block?.values.data).toEqual(expected);
      expect(pairwise.jensenShannonDivergence(p, q, { core, products: 'f32' }).data).not.toEqual(expected);
    });

    it('distances of f32 rows are rounded after the root: they keep their digits where the divergence is below the range of f32', () => {
      const [P, Q] = [matrix(Float32Array.of(1, 0), 1, 2), matrix(Float32Array.of(1, 1e-38, 1, 1e-40, 1, 1e-44), 3, 2)];
      const { data } = pairwise.jensenShannonDistance(P, Q, { core });
      expect(worst(data, byRows(jensenShannonDistance, P, Q))).toBeLessThan(2 ** -24);
      expect(data[2]).toBeGreaterThan(0);
    });

    it('a vector of means or scales serves every row of a Gaussian, as it does pair by pair', () => {
      const [rows, vector] = [draw({ rows: 9, cols: 3 }), Float64Array.of(0.5, 2, 1)];
      const many = matrix(
        Float64Array.from({ length: 27 }, (_, i) => vector[i % 3] as number),
        9,
        3,
      );
      const [q, out] = [{ mean: draw({ rows: 7, cols: 3 }, 3), std: draw({ rows: 7, cols: 3 }, 4) }, new Float64Array(63)];
      for (const [given, written] of [
        [
          { mean: rows, std: vector },
          { mean: rows, std: many },
        ],
        [
          { mean: vector, std: rows },
          { mean: many, std: rows },
        ],
      ] as unknown as readonly (readonly [pairwise.GaussianRows, pairwise.GaussianRows])[]) {
        const { data } = pairwise.gaussianKlDivergence(given, q, { core, out });
        expect(data).toEqual(pairwise.gaussianKlDivergence(written, q, { core }).data);
        expect(pairwise.gaussianKlDivergence(q, given, { core })).toEqual(pairwise.gaussianKlDivergence(q, written, { core }));
        expect(pairwise.nearestGaussians(given, undefined, 2, { core })).toEqual(
          pairwise.nearestGaussians(written, undefined, 2, { core }),
        );
      }
    });

    it('Gaussians near the ends of the range, in f64 and f32: as the rows one by one', () => {
      const check = (mean: Matrix, kind: string, scale: Matrix) => {
        const rows = { mean, [kind]: scale } as unknown as pairwise.GaussianRows;
        const of = (i: number) => ({ mean: row(mean, i), [kind]: row(scale, i) }) as never;
        const n = mean.rows;
        const round = mean.data instanceof Float32Array ? Math.fround : (x: number) => x;
        const expected = Float64Array.from({ length: n * n }, (_, c) => round(gaussian.klDivergence(of(Math.floor(c / n)), of(c % n))));
        expect(worst(pairwise.gaussianKlDivergence(rows, undefined, { core }).data, expected)).toBeLessThan(2 ** -23);
        const { values } = pairwise.nearestGaussians(rows, undefined, 1, { core });
        for (let i = 0; i < n; i++) {
          const rest = expected.subarray(n * i, n * (i + 1)).filter((_, j) => j !== i);
          expect(round(values[i] as number)).toBe(Math.min(...rest));
        }
      };
      check(matrix([0, 0, 1, 0], 4, 1), 'logVariance', matrix([-720, -721, 720, 5], 4, 1));
      check(matrix([0, 0, 1e-150], 3, 1), 'variance', matrix([1e-310, 3e-310, 1e300], 3, 1));
      check(matrix([0, 1, 1e154, 1e155], 4, 1), 'std', matrix([1e150, 1e170, 1e155, 1e155], 4, 1));
      check(matrix([0, 1, 0], 3, 1), 'std', matrix([1e-170, 1e-169, 1], 3, 1));
      const m = 3e15;
      check(matrix(Float32Array.of(0, m, m * 1.5, m * 0.3), 4, 1), 'variance', matrix(new Float32Array(4).fill(1e-30), 4, 1));
    });

    for (const scale of ['variance', 'logVariance', 'std'] as const) {
      it(`Gaussians by ${scale}: as the rows one by one, close and far`, () => {
        const rng = createRng(seed);
        const make = (rows: number, by: number) => {
          const mean = Float64Array.from({ length: rows * 5 }, () => 100 + by * rng.normal());
          const spread = Float64Array.from({ length: rows * 5 }, () => Math.exp(by * rng.normal()));
          return { mean: matrix(mean, rows, 5), [scale]: matrix(scale === 'logVariance' ? spread.map(Math.log) : spread, rows, 5) };
        };
        for (const by of [2, 1e-3]) {
          const [p, q] = [make(21, by), make(34, by)] as unknown as [pairwise.GaussianRows, pairwise.GaussianRows];
          const { data } = pairwise.gaussianKlDivergence(p, q, { core });
          const of = (rows: pairwise.GaussianRows, i: number) =>
            ({ mean: row(rows.mean, i), [scale]: row((rows as never)[scale], i) }) as unknown as {
              mean: Float64Array;
              variance: Float64Array;
            };
          const expected = Float64Array.from({ length: 21 * 34 }, (_, c) =>
            gaussian.klDivergence(of(p, Math.floor(c / 34)), of(q, c % 34)),
          );
          expect(worst(data, expected)).toBeLessThan(2 ** -33);
          const { indices } = pairwise.nearestGaussians(p, q, 1, { core });
          for (let i = 0; i < 21; i++) {
            const cells = expected.subarray(34 * i, 34 * (i + 1));
            expect(indices[i]).toBe(cells.indexOf(Math.min(...cells)));
          }
          expect(pairwise.gaussianKlDivergence(p, undefined, { core }).data[0]).toBe(0);
          const streamed = new Float64Array(21 * 34);
          for (const { first, values } of pairwise.gaussianBlocks(p, q, { core })) streamed.set(values.data, first * 34);
          expect(streamed).toEqual(data);
        }
      });
    }
  });
}

it(`the backends give the same bits (seed ${seed})`, () => {
  const [P, Q] = [draw({ rows: 70, cols: 130, single: true, zeros: 0.001 }), draw({ rows: 41, cols: 130, single: true, zeros: 0.001 }, 9)];
  for (const [, all] of MEASURES) {
    const [first, ...others] = CORES.map(([, core]) => all(P, Q, { core, products: 'f32' }).data);
    for (const other of others) expect(other).toEqual(first);
  }
});

describe('bad input', () => {
  const [P, Q] = [draw({ rows: 3, cols: 4 }), draw({ rows: 2, cols: 4 }, 1)];

  it('is told by argument and place, and out is untouched', () => {
    const bad = matrix(
      Float64Array.from(Q.data, (x, i) => (i === 6 ? -1 : x)),
      2,
      4,
    );
    const out = new Float64Array(6).fill(7);
    expect(errorOf(() => pairwise.klDivergence(P, bad, { out }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'Q',
      row: 1,
      column: 2,
      value: -1,
    });
    expect(errorOf(() => pairwise.klDivergence(bad, P, { out }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'P', row: 1 });
    expect(out.every((x) => x === 7)).toBe(true);
    expect(errorOf(() => pairwise.klDivergence(P, matrix([1, 2], 1, 2)))).toMatchObject({ code: 'ERR_SHAPE', argument: 'Q' });
    expect(errorOf(() => pairwise.klDivergence([1, 2] as never, Q))).toMatchObject({ code: 'ERR_SHAPE', argument: 'P' });
    expect(errorOf(() => pairwise.klDivergence(P, Q, { out: new Float64Array(5) }))).toMatchObject({ code: 'ERR_OUT' });
    expect(errorOf(() => pairwise.klDivergence(P, Q, { out: P.data as Float64Array }))).toMatchObject({ code: 'ERR_OUT' });
    expect(errorOf(() => pairwise.klDivergence(P, Q, { normalize: false as never }))).toMatchObject({
      code: 'ERR_OPTION',
      argument: 'normalize',
    });
    expect(errorOf(() => pairwise.klDivergence(P, Q, { normalize: 'require' }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'P' });
    expect(errorOf(() => pairwise.klDivergence(P, Q, { products: 'f16' as never }))).toMatchObject({
      code: 'ERR_OPTION',
      argument: 'products',
    });
    for (const center of [
      [1, 2, 3],
      [1, 2, 3, 0],
      [1, 2, 3, Infinity],
    ])
      for (const [, all] of MEASURES) expect(errorOf(() => all(P, Q, { center }))).toMatchObject({ argument: 'center' });
    for (const k of [3, 0, 1.5, NaN, '2'])
      expect(errorOf(() => pairwise.nearest(P, Q, k as number))).toMatchObject({ code: 'ERR_OPTION', argument: 'k', value: k });
    for (const measure of ['tv', 'toString', 'hasOwnProperty'] as never[]) {
      expect(errorOf(() => [...pairwise.blocks(P, Q, { measure })])).toMatchObject({ code: 'ERR_OPTION', argument: 'measure' });
      expect(errorOf(() => pairwise.nearest(P, Q, 1, { measure }))).toMatchObject({ code: 'ERR_OPTION', argument: 'measure' });
    }
    const flat = { mean: P, variance: matrix(new Float64Array(12), 3, 4) };
    expect(errorOf(() => pairwise.gaussianBlocks(flat).next())).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.variance', row: 0 });
    expect(errorOf(() => pairwise.gaussianKlDivergence(flat))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.variance', row: 0 });
    expect(errorOf(() => pairwise.gaussianKlDivergence({ mean: P, std: P }, gaussian.standard as never))).toMatchObject({
      argument: 'q',
      expected: 'an object with mean and one of variance, logVariance, std',
    });
    expect(errorOf(() => pairwise.gaussianKlDivergence({ mean: P, std: P }, { mean: Q, variance: Q }))).toBeInstanceOf(SurprisalError);
  });

  it('rows that are few and wide take no room for many', () => {
    const [cols, Own] = [60_000, globalThis.Float64Array];
    let longest = 0;
    const counting = new Proxy(Own, {
      construct(target, args: [number], made) {
        if (typeof args[0] === 'number') longest = Math.max(longest, args[0]);
        return Reflect.construct(target, args, made) as object;
      },
    });
    const P = matrix(new Own(2 * cols).fill(1), 2, cols);
    const [[, core]] = CORES as [[string, Core]];
    globalThis.Float64Array = counting;
    try {
      expect([...pairwise.klDivergence(P, undefined, { core }).data]).toEqual([0, 0, 0, 0]);
      expect([...pairwise.nearest(P, undefined, 1, { core }).indices]).toEqual([1, 0]);
    } finally {
      globalThis.Float64Array = Own;
    }
    expect(longest).toBeGreaterThan(2 * cols);
    expect(longest).toBeLessThan(16 * cols); // packed, a few rows fill up with zeros
  });

  it('f32 cells in another unit are rounded once', () => {
    const P = draw({ rows: 40, cols: 16, single: true });
    const wide = matrix(Float64Array.from(P.data as Float32Array), 40, 16);
    for (const base of [2, 10]) {
      const cells = pairwise.klDivergence(P, undefined, { products: 'f64', base }).data;
      const exact = pairwise.klDivergence(wide, undefined, { base }).data;
      const off = Math.max(...Array.from(exact, (x, i) => (x === 0 ? 0 : Math.abs((cells[i] as number) / x - 1))));
      expect(off).toBeLessThanOrEqual(2 ** -24 + 2 ** -40);
      const streamed = [...pairwise.blocks(P, undefined, { products: 'f64', base })].flatMap(({ values }) => [...values.data]);
      expect(streamed).toEqual([...cells]);
    }
  });

  it('refuses rows of unequal length, whose columns are different classes, and an `out` that is the center too', () => {
    const rows = ragged({ data: [1, 1, 1, 1, 1], offsets: [0, 2, 5] });
    const masked = maskClasses(matrix([1, 2, 3, 4, 5, 6], 2, 3), matrix([1, 0, 0, 0, 0, 1], 2, 3));
    const expected = { code: 'ERR_SHAPE', argument: 'P' };
    for (const given of [rows, masked]) {
      expect(errorOf(() => pairwise.klDivergence(given))).toMatchObject(expected);
      expect(errorOf(() => pairwise.nearest(given, undefined, 1))).toMatchObject(expected);
      expect(errorOf(() => [...pairwise.blocks(given)])).toMatchObject(expected);
    }
    const center = Float64Array.of(1, 2, 3, 4);
    const P = matrix([1, 2, 3, 4, 5, 6, 7, 8], 2, 4);
    expect(errorOf(() => pairwise.klDivergence(P, undefined, { center, out: center }))).toMatchObject({ code: 'ERR_OUT' });
    expect([...center]).toEqual([1, 2, 3, 4]);
  });
});
