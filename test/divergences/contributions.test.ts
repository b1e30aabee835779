import { describe, expect, it } from 'vitest';
import {
  contributions,
  csr,
  dense,
  entropy,
  type FloatMatrix,
  generalizedKlDivergence,
  klDivergence,
  type Matrix,
  matrix,
  ragged,
  unfold,
} from '../../src/index.js';
import type { Dtype, Floats } from '../../src/types.js';
import { divide, type Fixed, fixed, logRatio, multiply, toNumber } from '../oracle/fixed.js';
import { allocate } from '../support/backends.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import { createRng, type Rng } from '../support/rng.js';

const SEED = 20_261_128;
const EPSILON = { f64: 2 ** -53, f32: 2 ** -24 };

/** Rows of probabilities: apart, near-equal, with zeros; each sums to 1 within rounding. */
function probabilities(rng: Rng, dtype: Dtype, cols: number, near: number, share: number): [Floats, Floats] {
  const [p, q] = [allocate(dtype, cols), allocate(dtype, cols)];
  let [P, Q] = [0, 0];
  for (let i = 0; i < cols; i++) {
    p[i] = i > 0 && rng.uniform() < share ? 0 : Math.exp(3 * rng.normal());
    q[i] = near === 0 ? Math.exp(3 * rng.normal()) : Math.max(1e-3, p[i] as number) * (1 + near * (2 * rng.fine() - 1));
    if (i > 0 && p[i] === 0 && rng.uniform() < 0.5) q[i] = 0;
    P += p[i] as number;
    Q += q[i] as number;
  }
  return [p.map((x) => x / P), q.map((x) => x / Q)];
}

const total = (row: ArrayLike<number>): Fixed => Array.from(row).reduce((all, x) => all + fixed(x), 0n);

/** p̂·log(p̂/q̂) in 320 bits, and φ(p̂, q̂). */
function exact(p: Floats, q: Floats, k: number): { signed: Fixed; nonNegative: Fixed } {
  const [P, Q] = [total(p), total(q)];
  const [x, y] = [divide(fixed(p[k] as number), P), divide(fixed(q[k] as number), Q)];
  if (x === 0n) return { signed: 0n, nonNegative: y };
  const signed = multiply(x, logRatio(p[k] as number, q[k] as number) - log(P, Q));
  return { signed, nonNegative: signed - x + y };
}

/** log(a/b) of sums that are close to each other: by its series. */
function log(a: Fixed, b: Fixed): Fixed {
  const s = divide(a - b, a + b);
  const z = multiply(s, s);
  let [power, all] = [s, 0n];
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    all += (2n * power) / k;
    power = multiply(power, z);
  }
  return all;
}

const CASES = [
  [2, 0, 0],
  [7, 0, 0.3],
  [64, 1e-2, 0],
  [65, 1e-6, 0.5],
  [100, 1e-10, 0],
  [500, 1e-13, 0],
  [1000, 0, 0.9],
] as const;

describe.each(CORES)('contributions on %s', (_, core) => {
  it.each(CASES)(
    '%d classes, %d apart, %d zeros: every entry has its digits, and either kind adds up to the divergence',
    (cols, near, share) => {
      const rng = createRng(SEED + cols);
      for (const dtype of ['f64', 'f32'] as const) {
        for (let trial = 0; trial < (cols > 64 ? 2 : 20); trial++) {
          const [p, q] = probabilities(rng, dtype, cols, near, share);
          const signed = contributions(p, q, { core });
          const nonNegative = contributions(p, q, { core, kind: 'nonNegative' });
          expect(nonNegative.every((x) => x >= 0)).toBe(true);
          const [own, u] = dtype === 'f64' ? [44 * EPSILON.f64, EPSILON.f64] : [2 * EPSILON.f32, EPSILON.f64];
          // Σ(p − q) is off by 12u of Σ|p − q| at most (blocks of 64, the division), and every q̃ with it.
          const shift = 12 * u * Array.from(p).reduce((all, x, k) => all + Math.abs(x - (q[k] as number)), 0);
          const check = (value: number, digits: Fixed, moved: number) => {
            const allowed = own * Math.abs(toNumber(digits)) + shift * moved + (dtype === 'f64' ? 2 ** -1074 : 2 ** -149);
            expect(Math.abs(toNumber(fixed(value) - digits)), `${dtype} seed ${SEED + cols}`).toBeLessThanOrEqual(allowed);
          };
          for (let k = 0; k < cols; k++) {
            const truth = exact(p, q, k);
            check(signed[k] as number, truth.signed, p[k] as number);
            check(nonNegative[k] as number, truth.nonNegative, Math.abs((p[k] as number) - (q[k] as number)));
          }
          // Sums of f32 rows differ by ε: KL of f32 has its digits where that is less than what they are apart.
          if (dtype === 'f32' && near > 0 && near < 1e-3) continue;
          const divergence = klDivergence(p, q, { core });
          const relative = dtype === 'f64' ? 100 * EPSILON.f64 : 2 ** -19;
          const apart = (row: Floats) => Math.abs(toNumber(total(row) - fixed(divergence)));
          expect(apart(signed)).toBeLessThanOrEqual(relative * toNumber(total(signed.map(Math.abs))));
          expect(apart(nonNegative)).toBeLessThanOrEqual(relative * divergence);
        }
      }
    },
  );

  it('answers that can be derived by hand', () => {
    const bits = { core, base: 2 };
    const signed = contributions([0.5, 0.5], [0.25, 0.75], bits);
    expect(signed[0]).toBe(0.5);
    expect(signed[1]).toBeCloseTo(0.5 * Math.log2(2 / 3), 15);
    expect(contributions([1, 0], [0.5, 0.5], { core, kind: 'nonNegative' })[1]).toBe(0.5);
    expect(contributions([1, 0], [0.5, 0.5], { core })[1]).toBe(0);
    expect(contributions([1, 1, 0], [1, 0, 0], { core })).toEqual(Float64Array.of(0.5 * Math.log(0.5), Infinity, 0));
    expect(contributions([3, 5, 9], [3, 5, 9], { core })).toEqual(new Float64Array(3));
    expect(contributions([3, 5, 9], [6, 10, 18], { core, kind: 'nonNegative' })).toEqual(new Float64Array(3));
  });

  it('as given: signed ones sum to KL as given, non-negative ones to the generalised KL', () => {
    const [p, q] = [Float64Array.of(1, 2, 0, 7), Float64Array.of(2, 2, 3, 1)];
    const given = { core, normalize: false } as const;
    const sumOf = (kind: 'signed' | 'nonNegative') => Array.from(contributions(p, q, { ...given, kind })).reduce((a, b) => a + b);
    expect(sumOf('signed')).toBeCloseTo(klDivergence(p, q, given), 14);
    expect(sumOf('nonNegative')).toBeCloseTo(generalizedKlDivergence(p, q, { core }), 14);
    expect(contributions([0, 0], [1, 2], { ...given, kind: 'nonNegative' })).toEqual(Float64Array.of(1, 2));
  });

  it('counts against probabilities, and rows far out of the lanes’ range', () => {
    const answers = (p: number[], q: number[]) => contributions(p, q, { core });
    const reference = answers([0.3, 0.7], [0.6, 0.4]);
    for (const [a, b] of [
      [1e6, 1],
      [1e-290, 1e290],
      [5e-324 * 2 ** 40, 1e300],
    ] as const) {
      const values = answers([3 * a, 7 * a], [0.6 * b, 0.4 * b]);
      for (let k = 0; k < 2; k++) expect(values[k] as number).toBeCloseTo(reference[k] as number, a < 1e-300 ? 9 : 14);
    }
    // An entry 10⁻⁶⁰⁸ of its row: log(p̂/q̂) ≈ 308·2·log 10, in either kind.
    const wide = contributions([1, 1], [1e308, 1e-300], { core });
    expect(wide[1]).toBeCloseTo(0.5 * Math.log(0.5) + 0.5 * 608 * Math.LN10, 9);
    const positive = contributions([1, 1], [1e308, 1e-300], { core, kind: 'nonNegative' });
    expect(positive[1]).toBeCloseTo(0.5 * Math.log(0.5) + 0.5 * 608 * Math.LN10 - 0.5, 9);
    expect(contributions([1e308, 1e-300], [1, 1], { core, kind: 'nonNegative' })[1]).toBe(0.5);
  });

  it('matrices, one reference, sparse and ragged rows, leading dimensions', () => {
    const P = matrix(Float64Array.of(1, 2, 0, 4, 3, 3), 2, 3);
    const Q = matrix(Float64Array.of(1, 1, 1, 1, 0, 1), 2, 3);
    const rows = (of: (r: number) => Floats) => Float64Array.of(...of(0), ...of(1));
    const row = ({ data }: Matrix, r: number) => Float64Array.from(data).slice(3 * r, 3 * r + 3);
    const made = contributions(P, Q, { core });
    expect(made).toEqual({ data: rows((r) => contributions(row(P, r), row(Q, r), { core })), rows: 2, cols: 3 });
    expect(contributions(P, [1, 2, 3], { core }).data).toEqual(rows((r) => contributions(row(P, r), [1, 2, 3], { core })));
    const sparse = csr({ data: [1, 2, 4, 3, 3], indices: [0, 1, 0, 1, 2], indptr: [0, 2, 5], cols: 3 });
    expect(dense(sparse)).toEqual(P);
    expect(contributions(sparse, Q, { core })).toEqual(made);
    const uneven = ragged({ data: [1, 1, 1, 2, 5], offsets: [0, 2, 5] });
    expect([...contributions(uneven, ragged({ data: [1, 3, 1, 1, 1], offsets: [0, 2, 5] }), { core }).data.slice(0, 3)]).toEqual([
      ...contributions([1, 1], [1, 3], { core }),
      0,
    ]);
    const deep = matrix({ data: P.data, shape: [2, 1, 3] });
    expect(unfold(contributions(deep, Q, { core }), deep).shape).toEqual([2, 1, 3]);
  });

  it('out: complete, or untouched after an error', () => {
    const P = matrix(Float64Array.of(1, 2, 3, 4), 2, 2);
    const out = new Float64Array(4).fill(-7);
    const bad = matrix(Float64Array.of(1, 2, 3, -4), 2, 2);
    expect(errorOf(() => contributions(P, bad, { core, out }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'q', row: 1, column: 1 });
    const required = { core, out, normalize: 'require' } as const;
    expect(errorOf(() => contributions(P, P, required))).toMatchObject({ argument: 'p', row: 0, value: 3 });
    expect(out).toEqual(new Float64Array(4).fill(-7));
    const made = contributions(P, [1, 1], { core, out, base: 2 }) as FloatMatrix;
    expect(made.data).toBe(out);
    expect(out[0]).toBe(contributions([1, 2], [1, 1], { core, base: 2 })[0]);
    expect(errorOf(() => contributions(P, P, { core, kind: 'positive' as never }))).toMatchObject({ code: 'ERR_OPTION', argument: 'kind' });
    expect(errorOf(() => contributions([0, 0], [1, 1], { core }))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'p' });
    expect(errorOf(() => contributions(P, P, { core, base: 1 }))).toMatchObject({ code: 'ERR_OPTION', argument: 'base' });
    expect(entropy([1, 1], { core })).toBeGreaterThan(0);
  });

  it('rows near the top of the range, two units in the last place apart, keep their digits: the same rows further down', () => {
    const p = [3.1687629151468474e307, 4.912592923579116e307, 3.3431993830793846e304];
    const q = [3.168762915146848e307, 4.912592923579118e307, 3.3431993830793856e304];
    const down = (row: readonly number[]) => row.map((x) => x * 2 ** -1000);
    for (const kind of ['signed', 'nonNegative'] as const) {
      for (const [x, y] of [
        [p, q],
        [q, p],
      ] as const) {
        const lower = contributions(down(x), down(y), { core, kind });
        // Each within 44ε of itself and 12ε·Σ|p̂ − q̂|, of which the least entry is a 10⁴th.
        for (const [i, value] of contributions(x, y, { core, kind }).entries())
          expect(Math.abs(value / (lower[i] as number) - 1)).toBeLessThanOrEqual(2 ** -37);
      }
    }
  });

  it.each([0.25, 0.5, 2, 4])('of masses %d times the other’s but for last places, entries keep their digits', (factor) => {
    const rng = createRng(SEED);
    for (let trial = 0; trial < 20; trial++) {
      const p = Float64Array.from({ length: 6 }, () => Math.exp(rng.normal()));
      // From 0 to 4 units in the last place above p, times the factor: ratios of masses just below and just above a power of two.
      const near = p.map((x) => x * (1 + 2 * EPSILON.f64 * Math.floor(5 * rng.uniform())));
      const far = near.map((x) => x * factor);
      for (const kind of ['signed', 'nonNegative'] as const) {
        expect(contributions(p, far, { core, kind }), `seed ${SEED}`).toEqual(contributions(p, near, { core, kind }));
        expect(contributions(far, p, { core, kind }), `seed ${SEED}`).toEqual(contributions(near, p, { core, kind }));
      }
    }
  });
});
