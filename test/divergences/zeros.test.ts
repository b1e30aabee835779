import { describe, expect, it } from 'vitest';
import {
  allocate,
  csr,
  dense,
  handleZeros,
  klDivergence,
  type Matrix,
  matrix,
  ragged,
  supportViolations,
  type ZeroOptions,
} from '../../src/index.js';
import { errorOf } from '../support/errors.js';

const SOME: readonly ZeroOptions[] = [
  {},
  { method: 'strict' },
  { method: 'pseudocount' },
  { method: 'multiplicative' },
  { method: 'denominator' },
  { method: 'clip' },
  { method: 'floor' },
];
const P = matrix(Float64Array.of(3, 1, 0, 2, 2, 4, 0, 0, 5), 3, 3);
const Q = matrix(Float64Array.of(4, 0, 0, 1, 1, 2, 1, 0, 1), 3, 3);
const rows = (x: unknown) => dense(x as Matrix).data;

describe('supportViolations', () => {
  it('counts the zeros of q where p has mass, and their share of it: a number each, or one a row', () => {
    expect(supportViolations([0.5, 0.25, 0.25], [1, 0, 0])).toEqual({ count: 2, mass: 0.5 });
    expect(supportViolations([1, 0], [1, 1])).toEqual({ count: 0, mass: 0 });
    expect(supportViolations(P, Q)).toEqual({ count: Uint32Array.of(1, 0, 0), mass: Float64Array.of(0.25, 0, 0) });
    expect(supportViolations(P, [0, 1, 1])).toEqual({ count: Uint32Array.of(1, 1, 0), mass: Float64Array.of(0.75, 0.25, 0) });
  });

  it('is why a divergence is Infinity: in those rows, and in no others', () => {
    const { count } = supportViolations(P, Q);
    expect([...klDivergence(P, Q)].map((d) => d === Infinity)).toEqual([...count].map((n) => n > 0));
  });

  it('sparse rows too; what is no mass is refused in its place', () => {
    const sparse = csr({ data: [3, 1, 5], indices: [0, 700, 1], indptr: [0, 2, 3], cols: 1000 });
    const other = csr({ data: [1, 1], indices: [0, 1], indptr: [0, 1, 2], cols: 1000 });
    expect(supportViolations(sparse, other)).toEqual({ count: Uint32Array.of(1, 0), mass: Float64Array.of(0.25, 0) });
    expect(errorOf(() => supportViolations(P, [1, Number.NaN, 1]))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'q', column: 1 });
    expect(errorOf(() => supportViolations([0, 0], [1, 1]))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'p' });
  });
});

describe('handleZeros, method by method', () => {
  it('strict is the default: nothing is changed, and what is infinite is said', () => {
    const { p, q, touched, violations } = handleZeros(P, Q);
    expect(p).toBe(P);
    expect(q).toBe(Q);
    const none = { count: new Uint32Array(3), mass: new Float64Array(3) };
    expect(touched).toEqual({ p: none, q: none });
    expect(violations).toEqual(supportViolations(P, Q));
  });

  it('error refuses a zero in q where p has mass, with its place; of one argument any zero', () => {
    const error = errorOf(() => handleZeros(P, Q, { method: 'error' }));
    expect(error).toMatchObject({ code: 'ERR_DOMAIN', argument: 'q', row: 0, column: 1, value: 0 });
    expect(error.message).toBe('"q" row 0, column 1 expected mass where "p" has some, got 0');
    expect(handleZeros([1, 0], [1, 0], { method: 'error' }).p).toEqual([1, 0]);
    expect(errorOf(() => handleZeros(P, { method: 'error' }))).toMatchObject({ argument: 'p', row: 0, column: 2 });
    expect(handleZeros(ragged({ data: [1, 1, 1], offsets: [0, 1, 3] }), { method: 'error' }).touched.p.count).toEqual(new Uint32Array(2));
  });

  it('pseudocount adds alpha to every entry as it is given: the mass is its share of the new total', () => {
    const { p, q, touched, violations } = handleZeros([3, 1, 0, 0], [4, 0, 1, 1], { method: 'pseudocount', alpha: 0.5 });
    expect(p).toEqual(Float64Array.of(3.5, 1.5, 0.5, 0.5));
    expect(q).toEqual(Float64Array.of(4.5, 0.5, 1.5, 1.5));
    expect(touched).toEqual({ p: { count: 2, mass: 2 / 6 }, q: { count: 1, mass: 2 / 8 } });
    expect(violations).toEqual({ count: 1, mass: 0.25 });
    expect(handleZeros([0, 0], { method: 'pseudocount' }).p).toEqual(Float64Array.of(0.5, 0.5));
  });

  it('multiplicative: zeros become delta, ratios between the others stay, the row sums to 1', () => {
    const { p, touched } = handleZeros([2, 6, 0, 0], { method: 'multiplicative', delta: 1 / 16 });
    expect(p).toEqual(Float64Array.of(7 / 32, 21 / 32, 1 / 16, 1 / 16));
    expect(touched.p).toEqual({ count: 2, mass: 1 / 8 });
    expect(handleZeros([2, 6, 0, 0], { method: 'multiplicative' }).p).toEqual(p);
    const error = errorOf(() => handleZeros(P, { method: 'multiplicative', delta: 0.5 }));
    expect(error).toMatchObject({ code: 'ERR_OPTION', argument: 'delta', row: 2 });
  });

  it('denominator fills zeros of q alone', () => {
    const { p, q, touched } = handleZeros([1, 1, 2], [3, 0, 1], { method: 'denominator', epsilon: 1e-5 });
    expect(p).toEqual([1, 1, 2]);
    expect(q).toEqual(Float64Array.of(0.75, 1e-5, 0.25));
    expect(touched.p).toEqual({ count: 0, mass: 0 });
    expect(touched.q).toEqual({ count: 1, mass: 1e-5 / (1 + 1e-5) });
  });

  it('clip raises what is below epsilon, floor fills zeros alone', () => {
    const row = [0.99999999, 1e-8, 0];
    const clipped = handleZeros(row, { method: 'clip' });
    expect(clipped.p).toEqual(Float64Array.of(0.99999999, 1e-7, 1e-7));
    expect(clipped.touched.p.count).toBe(2);
    expect(clipped.touched.p.mass).toBeCloseTo(1.9e-7, 12);
    expect(handleZeros([3, 1, 0], { method: 'floor' }).p).toEqual(Float64Array.of(0.75, 0.25, 1e-4));
    expect(handleZeros([0.99999999, 1e-8, 0], { method: 'floor' }).touched.p.count).toBe(1);
  });

  it('gives the numbers of the tools: Keras, philentropy, evidently, scikit-bio', () => {
    const [p, q] = [
      [0.5, 0.5, 0],
      [0.5, 0, 0.5],
    ];
    const given = (options: ZeroOptions) => {
      const handled = handleZeros(p as number[], q as number[], options);
      return klDivergence(handled.p, handled.q, { normalize: false });
    };
    expect(given({ method: 'clip' })).toBeCloseTo(0.5 * Math.log(0.5 / 1e-7) + 1e-7 * Math.log(1e-7 / 0.5), 13);
    expect(given({ method: 'denominator' })).toBeCloseTo(0.5 * Math.log(0.5 / 1e-5), 13);
    expect(given({ method: 'floor' })).toBeCloseTo(0.5 * Math.log(0.5 / 1e-4) + 1e-4 * Math.log(1e-4 / 0.5), 13);
    const m = 4 / 9;
    expect(given({ method: 'multiplicative' })).toBeCloseTo(m * Math.log(m * 9) + (1 / 9) * Math.log(1 / 9 / m), 13);
  });
});

describe('handleZeros, every method', () => {
  it.each(SOME)('%j: inputs stay as they are, and a batch is its rows', (options) => {
    const [p, q] = [P.data.slice(), Q.data.slice()];
    const handled = handleZeros(P, Q, options);
    expect([P.data, Q.data]).toEqual([p, q]);
    for (let r = 0; r < 3; r++) {
      const one = handleZeros(P.data.slice(3 * r, 3 * r + 3), Q.data.slice(3 * r, 3 * r + 3), options);
      expect(rows(handled.p).slice(3 * r, 3 * r + 3)).toEqual(one.p);
      expect(rows(handled.q).slice(3 * r, 3 * r + 3)).toEqual(one.q);
      for (const tally of ['count', 'mass'] as const) {
        expect(handled.touched.p[tally][r]).toBe(one.touched.p[tally]);
        expect(handled.touched.q[tally][r]).toBe(one.touched.q[tally]);
        expect(handled.violations[tally][r]).toBe(one.violations[tally]);
      }
      expect(klDivergence(handled.p, handled.q)[r]).toBe(klDivergence(one.p, one.q));
    }
  });

  it.each(SOME)('%j: streams, with a vector that serves every row, sparse and ragged rows', (options) => {
    const wide = { data: [3, 1, 5, 2], indices: [0, 7000, 1, 2], indptr: [0, 2, 4], cols: 9000 };
    const reference = Float64Array.from({ length: 9000 }, (_, i) => (i % 3 === 0 ? 0 : i));
    const sparse = handleZeros(csr(wide), reference, options);
    const full = handleZeros(dense(csr(wide)), reference, options);
    expect(sparse.touched).toEqual(full.touched);
    expect(sparse.violations).toEqual(full.violations);
    expect(klDivergence(sparse.p, sparse.q)).toEqual(klDivergence(full.p, full.q));
    // What is behind a shorter row is no zero of it.
    const uneven = handleZeros(ragged({ data: [1, 1, 0, 4, 0], offsets: [0, 2, 5] }), options);
    const alone = handleZeros([0, 4, 0], options);
    expect(rows(uneven.p).slice(3)).toEqual(Float64Array.from(alone.p as number[]));
    expect(uneven.touched.p.count[0]).toBe(0);
    expect(rows(uneven.p)[2]).toBe(0);
  });

  it.each(SOME.slice(3))('%j: a row without mass is refused', (options) => {
    expect(errorOf(() => handleZeros(P, [0, 0, 0], options))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'q' });
    expect(errorOf(() => handleZeros([0, 0, 0], options))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'p' });
  });

  it.each(SOME)('%j: what is no mass is refused', (options) => {
    const bad = matrix([1, 1, 1, 1, -1, 1], 2, 3);
    expect(errorOf(() => handleZeros(bad, options))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', row: 1, column: 1, value: -1 });
    expect(errorOf(() => handleZeros([1, 1, 1], bad, options))).toMatchObject({ argument: 'q', row: 1, column: 1 });
  });

  it.each([
    [{ method: 'smooth' }, 'method'],
    [{ method: 'pseudocount', epsilon: 1 }, 'epsilon'],
    [{ method: 'pseudocount', alpha: 0 }, 'alpha'],
    [{ method: 'clip', epsilon: -1 }, 'epsilon'],
    [{ method: 'floor', floor: Number.NaN }, 'floor'],
    [{ method: 'multiplicative', delta: '1' }, 'delta'],
    [{ method: 'pseudocount', alpha: '1' }, 'alpha'],
    [{ method: 'pseudocount', alpha: true }, 'alpha'],
    [{ method: 'floor', floor: '0.5' }, 'floor'],
    [{ method: 'denominator', epsilon: [0.1] }, 'epsilon'],
    [{ method: 'strict', alpha: 1 }, 'alpha'],
  ])('%j is refused', (options, argument) => {
    expect(errorOf(() => handleZeros([1, 0], [1, 1], options as ZeroOptions))).toMatchObject({ code: 'ERR_OPTION', argument });
    expect(errorOf(() => handleZeros([1, 0], options as ZeroOptions))).toMatchObject({ code: 'ERR_OPTION', argument });
  });

  it('options of p alone stand behind it, or behind a q that is left out; not in both places', () => {
    const filled = handleZeros([1, 0], { method: 'pseudocount', alpha: 1 });
    const call = handleZeros as (p: unknown, q: unknown, options: unknown) => unknown;
    expect(call([1, 0], undefined, { method: 'pseudocount', alpha: 1 })).toEqual(filled);
    expect(errorOf(() => call([1, 0], { method: 'strict' }, { method: 'clip' }))).toMatchObject({ code: 'ERR_KIND', argument: 'q' });
  });
});

describe('rows that are filled anew after their zeros were handled', () => {
  const METHODS = ['pseudocount', 'multiplicative', 'denominator', 'clip', 'floor'] as const;

  it.each(METHODS)('%s: are looked at again, and what is no mass is refused by place and value, never filled in (law 4)', (method) => {
    for (const [column, value] of [
      [0, Number.NaN],
      [1, -0.25],
      [2, Infinity],
    ] as const) {
      const resident = allocate(2, 3);
      resident.data.fill(1);
      const { q } = handleZeros(resident, resident, { method });
      resident.data[3 + column] = value;
      const out = new Float64Array(2).fill(7);
      const error = errorOf(() => klDivergence(matrix([1, 1, 1, 1, 1, 1], 2, 3), q, { out }));
      expect(error).toMatchObject({ code: 'ERR_DOMAIN', argument: 'q', row: 1, column, value });
      expect(out).toEqual(new Float64Array(2).fill(7));
      resident.dispose();
    }
  });

  it.each(METHODS)('%s: a row that has become empty is one', (method) => {
    const data = new Float64Array(2).fill(1);
    const { q } = handleZeros(matrix(data, 1, 2), matrix(data, 1, 2), { method });
    data.fill(0);
    if (method === 'pseudocount') expect(rows(q)).toEqual(new Float64Array(2).fill(0.5));
    else expect(errorOf(() => rows(q))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'q', row: 0 });
  });
});

describe('handleZeros at the ends of the range', () => {
  const touch = (row: number[], options: ZeroOptions) => {
    const { p, touched } = handleZeros(row, options);
    return { p: [...(p as Float64Array)], ...touched.p };
  };
  const ninth = 1 / 9;

  it('multiplicative: rows sum to 1 whatever their sum is', () => {
    for (const most of [5e-324, 1e-310, 1, 1.7e308]) {
      expect(touch([most, 0, 0], { method: 'multiplicative' })).toEqual({ p: [1 - 2 * ninth, ninth, ninth], count: 2, mass: 2 * ninth });
    }
  });

  it('what is filled is what is counted, shares that underflow too', () => {
    const row = [1e10, 5e-324, 0];
    expect(touch(row, { method: 'multiplicative' })).toEqual({ p: [1 - 2 * ninth, ninth, ninth], count: 2, mass: 2 * ninth });
    expect(touch(row, { method: 'floor', floor: 0.25 })).toMatchObject({ p: [1, 0.25, 0.25], count: 2, mass: 1 / 3 });
    expect(touch(row, { method: 'denominator', epsilon: 0.25 })).toMatchObject({ p: [1, 0.25, 0.25], count: 2, mass: 1 / 3 });
    expect(touch(row, { method: 'clip', epsilon: 0.25 })).toMatchObject({ p: [1, 0.25, 0.25], count: 2, mass: 1 / 3 });
  });

  it('the share that was put there is a number for any figure', () => {
    expect(touch([1, 0, 0], { method: 'pseudocount', alpha: 1e308 })).toMatchObject({ count: 2, mass: 1 });
    expect(touch([1, 0, 0], { method: 'clip', epsilon: 1e308 })).toMatchObject({ count: 3, mass: 1 });
    expect(touch([1, 0, 0], { method: 'floor', floor: 1e308 })).toMatchObject({ count: 2, mass: 1 });
    expect(touch([1, 2, 0], { method: 'denominator', epsilon: 1e-300 })).toMatchObject({ count: 1, mass: 1e-300 });
  });
});
