import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type KernelName, widthOf } from '../../src/backend/contract.js';
import { KERNELS } from '../../src/backend/contract.js';
import type { Dtype, Floats } from '../../src/types.js';
import * as exact from '../oracle/gaussian.js';
import { allocate, createBackends, DTYPES } from '../support/backends.js';
import { createRng, type Rng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261128);
const { wasm, js } = createBackends();
const RUNS = [wasm, js].flatMap((backend) => DTYPES.map((dtype) => [`${backend.name} ${dtype}`, backend, dtype] as const));

const COVARIANCE = 'gaussianCovarianceKlRows';
const CHOLESKY = 'gaussianCholeskyKlRows';

type Numbers = ArrayLike<number>;

interface Case {
  readonly id: string;
  readonly kind: 'full-cov' | 'full-chol';
  readonly dtype: Dtype;
  readonly cond: number;
  readonly kl: number;
  readonly [parameter: string]: number | readonly number[] | string;
}

const CASES = (JSON.parse(readFileSync(new URL('../fixtures/multivariate.json', import.meta.url), 'utf8')) as { cases: Case[] }).cases;

/** L·Lᵀ. */
function squared(l: Numbers): Float64Array {
  const d = Math.sqrt(l.length);
  const s = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) s[i * d + j] = (s[i * d + j] as number) + (l[i * d + k] as number) * (l[j * d + k] as number);
    }
  }
  return s;
}

/** A lower factor with diagonal entries from 1 to `spread`, and entries below of the size of `lean`. */
function factor(rng: Rng, d: number, spread = 2, lean = 0.5): Float64Array {
  return Float64Array.from({ length: d * d }, (_, n) => {
    const [i, j] = [Math.floor(n / d), n % d];
    return j > i ? 0 : j === i ? spread ** rng.uniform() : (lean * rng.normal()) / Math.sqrt(d);
  });
}

const normals = (rng: Rng, d: number) => Float64Array.from({ length: d }, () => rng.normal());

/** ‖S‖·‖S⁻¹‖ by Frobenius norms: at least cond(S), at most d times it. */
function conditionOf(s: Numbers): number {
  const d = Math.sqrt(s.length);
  const rows = Array.from({ length: d }, (_, i) =>
    Array.from({ length: 2 * d }, (_, j) => (j < d ? (s[i * d + j] as number) : +(j - d === i))),
  );
  for (let k = 0; k < d; k++) {
    const pivot = rows[k]?.[k] as number;
    rows[k] = (rows[k] as number[]).map((v) => v / pivot);
    for (let i = 0; i < d; i++) {
      const f = rows[i]?.[k] as number;
      if (i !== k) rows[i] = (rows[i] as number[]).map((v, j) => v - f * (rows[k]?.[j] as number));
    }
  }
  const size = (values: number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  return size(Array.from(s)) * size(rows.flatMap((row) => row.slice(d)));
}

describe.each(RUNS)(`full covariances on %s, seed ${SEED}`, (_, backend, dtype) => {
  const allowed = dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -20;
  const asDtype = (values: Numbers): Floats => {
    const row = allocate(dtype, values.length);
    row.set(values);
    return row;
  };
  /** Rows of parameters end to end. */
  const run = (name: KernelName, d: number, rows: number, parameters: readonly Numbers[], isShared = false): Float64Array => {
    const out = new Float64Array(rows);
    const widths = Object.values(KERNELS[name].inputs).map((domain) => widthOf(domain, d));
    const steps = widths.map((width, k) => (isShared && k > 1 ? 0 : width));
    backend.kernel(name, dtype)(parameters.map(asDtype), steps, rows, d, [], out);
    return out;
  };
  const kl = (name: KernelName, m0: Numbers, s0: Numbers, m1: Numbers, s1: Numbers): number =>
    run(name, m0.length, 1, [m0, s0, m1, s1])[0] as number;
  const close = (actual: number, expected: number, condition: number, what: string): void => {
    expect(Math.abs(actual - expected), `${what}: ${actual}, exactly ${expected}`).toBeLessThanOrEqual(expected * allowed * condition);
  };

  it('law 1: the reference cases', () => {
    for (const c of CASES.filter((candidate) => candidate.dtype === dtype)) {
      const isCovariance = c.kind === 'full-cov';
      const keys = isCovariance ? ['mu1', 'cov1', 'mu2', 'cov2'] : ['mu1', 'L1', 'mu2', 'L2'];
      const [m0, s0, m1, s1] = keys.map((key) => c[key] as number[]) as [number[], number[], number[], number[]];
      const actual = kl(isCovariance ? COVARIANCE : CHOLESKY, m0, s0, m1, s1);
      close(actual, c.kl, isCovariance ? c.cond : Math.sqrt(c.cond), c.id);
    }
  });

  it('law 1: relatively accurate from far to near, on both sides of the point where the ways change', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 60; n++) {
      const d = rng.pick([1, 2, 3, 4, 5, 7, 8]);
      const apart = rng.pick([1e-12, 1e-8, 1e-4, 0.01, 0.03, 0.1, 0.3, 1]);
      const l1 = asDtype(factor(rng, d, rng.pick([2, 30])));
      const l0 = asDtype(l1.map((v) => v * (1 + apart * (rng.uniform() - 0.5))));
      const m1 = asDtype(normals(rng, d));
      const m0 = asDtype(m1.map((v) => v + apart * rng.pick([0, 1]) * rng.normal()));
      const s1 = asDtype(squared(l1));
      const s0 = asDtype(squared(l0));
      const condition = conditionOf(s1);
      close(kl(CHOLESKY, m0, l0, m1, l1), exact.factors(m0, l0, m1, l1), Math.sqrt(condition), `factors, d = ${d}, ${apart} apart`);
      close(kl(COVARIANCE, m0, s0, m1, s1), exact.covariances(m0, s0, m1, s1), condition, `covariances, d = ${d}, ${apart} apart`);
    }
  });

  it('law 1: ill-conditioned, near and far', () => {
    const rng = createRng(SEED);
    for (const spread of dtype === 'f64' ? [1e2, 1e3, 1e5] : [10, 30]) {
      for (let n = 0; n < 6; n++) {
        const d = rng.pick([2, 3, 6]);
        const l1 = asDtype(factor(rng, d, spread, 3));
        const s1 = asDtype(squared(l1));
        const condition = conditionOf(s1);
        const near = asDtype(s1);
        for (let i = 0; i < d; i++) near[i * d + i] = (near[i * d + i] as number) * (1 + 1e-3 * rng.uniform());
        const l0 = asDtype(factor(rng, d, spread, 3));
        const far = asDtype(squared(l0));
        const [m0, m1] = [asDtype(normals(rng, d)), asDtype(normals(rng, d))];
        close(kl(COVARIANCE, m0, near, m0, s1), exact.covariances(m0, near, m0, s1), condition, `near, spread ${spread}`);
        const both = Math.max(condition, conditionOf(far));
        close(kl(COVARIANCE, m0, far, m1, s1), exact.covariances(m0, far, m1, s1), both, `far, spread ${spread}`);
        close(kl(CHOLESKY, m0, l0, m1, l1), exact.factors(m0, l0, m1, l1), Math.sqrt(both), `factors, spread ${spread}`);
      }
    }
  });

  it('law 1: exactly 0 for equal parameters, and never negative', () => {
    const rng = createRng(SEED);
    for (let d = 1; d <= 64; d += d < 10 ? 1 : 9) {
      const [m, l] = [asDtype(normals(rng, d)), asDtype(factor(rng, d))];
      const s = asDtype(squared(l));
      expect(kl(COVARIANCE, m, s, m, s)).toBe(0);
      expect(kl(CHOLESKY, m, l, m, l)).toBe(0);
      const step = 10 ** (-17 * rng.uniform());
      expect(
        kl(
          COVARIANCE,
          m,
          s.map((v) => v * (1 + step)),
          m,
          s,
        ),
      ).toBeGreaterThanOrEqual(0);
    }
  });

  it('one dimension has the bits of the univariate kernels', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 500; n++) {
      const apart = rng.pick([1e-12, 1e-5, 0.05, 0.3, 3]);
      const y = Math.exp(3 * rng.normal());
      const parameters = [[rng.normal()], [y * Math.exp(apart * rng.normal())], [rng.normal()], [y]];
      const univariate = new Float64Array(1);
      for (const [full, diagonal] of [
        [COVARIANCE, 'gaussianVarianceKlRows'],
        [CHOLESKY, 'gaussianStdKlRows'],
      ] as const) {
        backend.kernel(diagonal, dtype)(parameters.map(asDtype), [1, 1, 1, 1], 1, 1, [], univariate);
        expect(run(full, 1, 1, parameters)[0]).toBe(univariate[0]);
      }
    }
  });

  it('diagonal covariances agree with the kernels for diagonals', () => {
    const rng = createRng(SEED);
    const d = 12;
    const [m0, m1] = [normals(rng, d), normals(rng, d)];
    const [v0, v1] = [normals(rng, d).map(Math.exp), normals(rng, d).map(Math.exp)];
    const onDiagonal = (v: Numbers) => Float64Array.from({ length: d * d }, (_, n) => (n % (d + 1) === 0 ? (v[n / (d + 1)] as number) : 0));
    const expected = exact.variances(asDtype(m0), asDtype(v0), asDtype(m1), asDtype(v1));
    close(kl(COVARIANCE, m0, onDiagonal(v0), m1, onDiagonal(v1)), expected, 1, 'covariance');
  });

  it.each([COVARIANCE, CHOLESKY] as const)(
    'law 2: %s of a row is the same alone, in a batch, and against one row for all, bad neighbours or not',
    (name) => {
      const rng = createRng(SEED);
      for (const d of [1, 2, 3, 8, 17]) {
        const rows = 41;
        const [m0, m1] = [normals(rng, rows * d), normals(rng, rows * d)];
        const [x, y] = [new Float64Array(rows * d * d), new Float64Array(rows * d * d)];
        const first = factor(rng, d);
        for (let r = 0; r < rows; r++) {
          // Near and far rows, so that lanes disagree about the way.
          const l1 = r === 0 ? first : factor(rng, d);
          const l0 = rng.uniform() < 0.5 ? factor(rng, d) : (r % 3 === 0 ? first : l1).map((v) => v * (1 + 1e-3 * rng.uniform()));
          x.set(name === CHOLESKY ? l0 : squared(l0), r * d * d);
          y.set(name === CHOLESKY ? l1 : squared(l1), r * d * d);
        }
        x[5 * d * d] = Number.NaN;
        x[11 * d * d] = -1;
        const all = run(name, d, rows, [m0, x, m1, y]);
        const one = run(name, d, rows, [m0, x, m1.slice(0, d), y.slice(0, d * d)], true);
        for (let r = 0; r < rows; r++) {
          const row = (v: Float64Array, n: number, k = r) => v.slice(k * n, (k + 1) * n);
          expect(kl(name, row(m0, d), row(x, d * d), row(m1, d), row(y, d * d)), `row ${r}`).toBe(all[r]);
          expect(kl(name, row(m0, d), row(x, d * d), row(m1, d, 0), row(y, d * d, 0)), `row ${r} against the first`).toBe(one[r]);
        }
        expect([...all].filter(Number.isNaN).length).toBe(2);
      }
    },
  );

  it('law 2: units do not matter: scaling a variable by a power of two gives the same bits', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 40; n++) {
      const d = rng.pick([2, 3, 5]);
      const [m0, m1] = [normals(rng, d), normals(rng, d)];
      const s1 = asDtype(squared(factor(rng, d)));
      const s0 = rng.uniform() < 0.5 ? asDtype(s1.map((v) => v * 1.01)) : asDtype(squared(factor(rng, d)));
      const units = Array.from({ length: d }, () => 2 ** (rng.below(dtype === 'f64' ? 400 : 40) - (dtype === 'f64' ? 200 : 20)));
      const scaled = (s: Numbers) => Float64Array.from(s, (v, k) => v * (units[Math.floor(k / d)] as number) * (units[k % d] as number));
      const moved = (m: Numbers) => Float64Array.from(asDtype(m), (v, k) => v * (units[k] as number));
      expect(kl(COVARIANCE, moved(m0), scaled(s0), moved(m1), scaled(s1))).toBe(kl(COVARIANCE, m0, s0, m1, s1));
    }
  });

  it('ends of the range', () => {
    const [least, most] = dtype === 'f64' ? [2 ** -1000, 2 ** 1000] : [2 ** -120, 2 ** 120];
    const log = Math.log(most) - Math.log(least);
    close(kl(COVARIANCE, [0, 0], [least, 0, 0, least], [0, 0], [most, 0, 0, most]), log - 1, 1, 'a point in the wide');
    const wide = kl(COVARIANCE, [0, 0], [most, 0, 0, most], [0, 0], [least, 0, 0, least]);
    if (dtype === 'f64') expect(wide).toBe(Infinity);
    else close(wide, 2 ** 240, 1, 'the wide from a point');
    close(kl(COVARIANCE, [0, 0], [2 * least, least, least, 2 * least], [0, 0], [least, 0, 0, least]), (2 - Math.log(3)) / 2, 4, 'tiny');
    close(kl(CHOLESKY, [0, 0], [least, 0, least, least], [0, 0], [least, 0, 0, least]), 0.5, 4, 'tiny factors');
    expect(kl(COVARIANCE, [0, 0], [3 * most, most, most, 3 * most], [0, 0], [3 * most, most, most, 3 * most])).toBe(0);
  });

  it('covariances that are unsymmetric by less than they may have the bits of their upper triangles, whatever stands in the other row of a pair', () => {
    const rng = createRng(SEED);
    const ulp = dtype === 'f64' ? 2 ** -40 : 2 ** -20;
    for (const d of [2, 3, 5, 8]) {
      const draw = () => asDtype(squared(factor(rng, d)));
      const [s0, s1, t0, t1] = [draw(), draw(), draw(), draw()];
      const below = (s: Floats) => s.map((v, n) => (n % d < Math.floor(n / d) ? v * (1 + ulp * rng.pick([-1, 1, 2])) : v)) as Floats;
      const [m0, m1] = [asDtype(normals(rng, 2 * d)), asDtype(normals(rng, 2 * d))];
      const rows = (a: Floats, b: Floats) => [...a, ...b];
      const expected = run(COVARIANCE, d, 2, [m0, rows(s0, t0), m1, rows(s1, t1)]);
      expect(run(COVARIANCE, d, 2, [m0, rows(below(s0), t0), m1, rows(below(s1), t1)]), `first row, d = ${d}`).toEqual(expected);
      expect(run(COVARIANCE, d, 2, [m0, rows(s0, below(t0)), m1, rows(s1, t1)]), `second row, d = ${d}`).toEqual(expected);
    }
  });

  it('answers NaN for what is no covariance and no factor', () => {
    const identity = [1, 0, 0, 1];
    for (const bad of [
      [1, 2, 2, 1],
      [1, 1, 1, 1],
      [0, 0, 0, 1],
      [1, 0.5, 0.4, 1],
      [1, Number.NaN, Number.NaN, 1],
      [1, 0, Infinity, 1],
      [-1, 0, 0, -1],
    ]) {
      expect(kl(COVARIANCE, [0, 0], bad, [0, 0], identity), `${bad}`).toBeNaN();
      expect(kl(COVARIANCE, [0, 0], identity, [0, 0], bad), `${bad}`).toBeNaN();
    }
    for (const bad of [
      [1, 0.1, 0, 1],
      [1, 0, 0, 0],
      [-1, 0, 0, 1],
      [1, Number.NaN, 0, 1],
    ]) {
      expect(kl(CHOLESKY, [0, 0], bad, [0, 0], identity), `${bad}`).toBeNaN();
      expect(kl(CHOLESKY, [0, 0], identity, [0, 0], bad), `${bad}`).toBeNaN();
    }
    const rounded = [1, 0.5, 0.5 + 2 ** -40, 1];
    if (dtype === 'f64') expect(kl(COVARIANCE, [0, 0], rounded, [0, 0], [1, 0.5, 0.5, 1])).toBe(0);
  });
});
