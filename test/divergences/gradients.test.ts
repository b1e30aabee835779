import { describe, expect, it } from 'vitest';
import {
  csr,
  dense,
  gaussian,
  generalizedKlDivergence,
  generalizedKlDivergenceWithGradient,
  jensenShannonDivergence,
  jensenShannonDivergenceWithGradient,
  klDivergence,
  klDivergenceWithGradient,
  logits,
  maskClasses,
  matrix,
  ragged,
} from '../../src/index.js';
import type { Floats, Matrix, Vector } from '../../src/types.js';
import { logitsGradientTolerance } from '../conformance/tolerance.js';
import * as exact from '../oracle/logits.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261128);

/** Central differences of f at x, with steps that leave half of the digits. */
function differences(f: (x: Float64Array) => number, x: Float64Array, step = 1e-5): number[] {
  return Array.from(x, (_, j) => {
    const at = (h: number) => f(x.map((y, i) => (i === j ? y + h : y)));
    return (at(step) - at(-step)) / (2 * step);
  });
}

function expectNear(actual: Floats, expected: readonly number[], allowed: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [j, y] of expected.entries()) expect(Math.abs((actual[j] as number) - y), `entry ${j}`).toBeLessThanOrEqual(allowed);
}

describe.each(CORES)(`gradients on %s, seed ${SEED}`, (_, core) => {
  const rng = createRng(SEED);
  const row = (cols: number, size = 2) => Float64Array.from({ length: cols }, () => size * rng.normal());

  it('are the slopes that differences show', () => {
    for (const temperature of [0.7, 1, 4]) {
      for (const base of [undefined, 2]) {
        const options = { core, temperature, base };
        const [a, b] = [row(7), row(7)];
        const kl = logits.klDivergenceWithGradient(a, b, options).gradient;
        expectNear(
          kl.a,
          differences((x) => logits.klDivergence(x, b, options), a),
          1e-8,
        );
        expectNear(
          kl.b,
          differences((x) => logits.klDivergence(a, x, options), b),
          1e-8,
        );
        const js = logits.jensenShannonDivergenceWithGradient(a, b, options).gradient;
        expectNear(
          js.a,
          differences((x) => logits.jensenShannonDivergence(x, b, options), a),
          1e-8,
        );
        expectNear(
          js.b,
          differences((x) => logits.jensenShannonDivergence(a, x, options), b),
          1e-8,
        );
        const loss = logits.distillationLossWithGradient(a, b, options).gradient;
        expectNear(
          loss.teacher,
          differences((x) => logits.distillationLoss(x, b, options), a),
          1e-7,
        );
        expectNear(
          loss.student,
          differences((x) => logits.distillationLoss(a, x, options), b),
          1e-7,
        );
        expectNear(
          logits.klToUniformWithGradient(a, options).gradient.z,
          differences((x) => logits.klToUniform(x, options), a),
          1e-8,
        );
      }
    }
  });

  it('of Jensen–Shannon by logits keep their digits: of close rows and far ones, f64 and f32', () => {
    for (const dtype of ['f64', 'f32'] as const) {
      for (const apart of [1e-6, 1e-3, 1, 8]) {
        // Spread so far that of f32 rows some go in f32 lanes and some in f64 ones.
        for (const size of [0.3, 6, 30]) {
          const floats = (x: Float64Array) => (dtype === 'f32' ? Float32Array.from(x) : x);
          const [a, step] = [floats(row(19, size)), row(19, apart)];
          const b = floats(Float64Array.from(a, (x, i) => x + (step[i] as number)));
          const { gradient } = logits.jensenShannonDivergenceWithGradient(a, b, { core });
          const expected = exact.jensenShannonGradient(a, b);
          const u = 2 ** -53 * Math.max(...a.map(Math.abs), ...b.map(Math.abs)); // the rounding of a logit
          const question = { dtype, a: Array.from(a), b: Array.from(b), temperature: 1, u, times: 1 };
          const allowed = logitsGradientTolerance(question);
          for (const name of ['a', 'b'] as const) {
            for (const [j, y] of expected[name].entries()) {
              const error = Math.abs((gradient[name][j] as number) - y);
              expect(error, `${dtype}, ${apart} apart, size ${size}: ∂${name}[${j}] = ${y}`).toBeLessThanOrEqual(allowed(y, j));
            }
          }
        }
      }
    }
  });

  it('of KL to uniform of f32 rows have the bits of its value beside them, near and far from uniform, and their digits', () => {
    for (const temperature of [1, 2.5]) {
      const sizes = [1e-5, 0.1, 1, 8, 300];
      const rows = sizes.map((size) => Float32Array.from(row(19, size)));
      rows.push(Float32Array.from({ length: 19 }, () => 3));
      const z = { data: Float32Array.from(rows.flatMap((x) => Array.from(x))), rows: rows.length, cols: 19 };
      const options = { core, temperature, base: 2 };
      const { value, gradient } = logits.klToUniformWithGradient(z, options);
      expect(value).toEqual(logits.klToUniform(z, options));
      const uniform = new Float64Array(19);
      for (const [r, x] of rows.entries()) {
        const scaled = Float64Array.from(x, (y) => y / temperature);
        const [times, u] = [1 / (temperature * Math.LN2), 2 ** -52 * Math.max(...scaled.map(Math.abs))];
        const expected = exact.klGradient(scaled, uniform).a;
        const allowed = logitsGradientTolerance({ dtype: 'f32', a: Array.from(scaled), b: Array.from(uniform), temperature: 1, u, times });
        for (const [j, y] of expected.entries()) {
          const error = Math.abs((gradient.z.data[r * 19 + j] as number) - y * times);
          expect(error, `row ${r}, T = ${temperature}: ∂z[${j}] = ${y * times}`).toBeLessThanOrEqual(allowed(y * times, j));
        }
      }
      expect(gradient.z.data.subarray(-19).every((y) => y === 0)).toBe(true);
    }
  });

  it('are the slopes that differences show, by masses', () => {
    const mass = () => Float64Array.from({ length: 6 }, () => 0.2 + rng.uniform());
    for (const normalize of [true, false]) {
      for (const base of [undefined, 2]) {
        const options = { core, normalize, base };
        const [p, q] = [mass(), mass()];
        for (const [gradient, value] of [
          [klDivergenceWithGradient(p, q, options), klDivergence],
          [jensenShannonDivergenceWithGradient(p, q, options), jensenShannonDivergence],
          [generalizedKlDivergenceWithGradient(p, q, options), generalizedKlDivergence],
        ] as const) {
          expect(Math.abs(gradient.value - value(p, q, options))).toBeLessThanOrEqual(32 * 2 ** -53 * (1 + Math.abs(gradient.value)));
          const byP = differences((x) => value(x, q, options), p);
          const byQ = differences((x) => value(p, x, options), q);
          expectNear(gradient.gradient.p, byP, 1e-8);
          expectNear(gradient.gradient.q, byQ, 1e-8);
        }
      }
    }
  });

  it('by p of an entry that neither has is 0, Infinity where that is asked for, on every way', () => {
    const q = [9, 0, 6, 5];
    for (const atZero of ['zero', 'infinite'] as const) {
      // The last go entry by entry: too small, and of too unlike masses for lanes of f32.
      for (const p of [
        [3, 0, 1, 2],
        [3e-310, 0, 1e-310, 2e-310],
        Float32Array.of(3e7, 0, 1e7, 2e7),
        Float32Array.of(3e-40, 0, 1e-40, 2e-40),
      ]) {
        for (const normalize of [true, false]) {
          const { gradient } = klDivergenceWithGradient(p, p instanceof Float32Array ? Float32Array.from(q) : q, {
            core,
            atZero,
            normalize,
          });
          expect(gradient.p[1], `${atZero} ${normalize} ${p}`).toBe(atZero === 'zero' ? 0 : Infinity);
          expect(gradient.q[1]).toBeCloseTo(normalize ? 1 / 20 : 0, 8);
        }
      }
    }
  });

  it('of masses come with their errors', () => {
    const call =
      (p: readonly number[], options: object = {}) =>
      () =>
        klDivergenceWithGradient(p, [1, 1], { core, ...options });
    expect(errorOf(call([1, -1]))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', column: 1 });
    expect(errorOf(call([0, 0]))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'p' });
    expect(errorOf(call([1, 1], { atZero: 'none' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'atZero' });
    expect(errorOf(call([1, 1], { normalize: 'require' }))).toMatchObject({ code: 'ERR_DOMAIN' });
    const data = Float64Array.of(1, -1);
    const sparse = csr({ data, indices: [0, 4], indptr: [0, 1, 2], cols: 5 });
    const lazy =
      (options: object = {}) =>
      () =>
        klDivergenceWithGradient(sparse, [1, 1, 1, 1, 1], { core, ...options });
    expect(errorOf(lazy())).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', row: 1, column: 4 });
    data[1] = 1;
    expect(errorOf(lazy({ out: { gradient: { p: data } } }))).toMatchObject({ code: 'ERR_OUT', argument: 'out.gradient.p' });
    expect(errorOf(lazy({ out: { gradient: { p: new Float64Array(1) } } }))).toMatchObject({ code: 'ERR_OUT' });
  });

  it.each([
    ['KL', klDivergenceWithGradient],
    ['Jensen–Shannon', jensenShannonDivergenceWithGradient],
    ['generalised KL', generalizedKlDivergenceWithGradient],
  ] as const)('of sparse rows are those of full rows, at the entries that are stored: %s', (_, run) => {
    for (const [rows, cols] of [
      [7, 50],
      [40, 1000], // several blocks
    ] as const) {
      const sparse = () => {
        const indptr = [0];
        const indices: number[] = [];
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < cols; c++) if (c === 3 || rng.uniform() < 0.2) indices.push(c);
          indptr.push(indices.length);
        }
        const data = Float64Array.from(indices, () => (rng.uniform() < 0.1 ? 0 : rng.uniform()));
        for (let r = 0; r < rows; r++) data[indptr[r] as number] = 1;
        return { data, indices, indptr, cols };
      };
      const [a, b] = [sparse(), sparse()];
      const [P, Q] = [csr(a), csr(b)];
      const full = run(dense(P), dense(Q), { core });
      const lazy = run(P, Q, { core });
      expect(lazy.value).toEqual(full.value);
      for (const [side, { indices, indptr }] of [
        ['p', a],
        ['q', b],
      ] as const) {
        const at = indptr.slice(1).flatMap((end, r) => indices.slice(indptr[r], end).map((c) => r * cols + c));
        expect(lazy.gradient[side].data).toEqual(Float64Array.from(at, (i) => full.gradient[side].data[i] as number));
        expect(lazy.gradient[side]).toMatchObject({ rows, cols, indices: Int32Array.from(indices), indptr: Int32Array.from(indptr) });
      }
      const out = { value: new Float64Array(rows), gradient: { p: new Float64Array(a.data.length + 1).fill(9) } };
      const given = run(P, Q, { core, out, withRespectTo: ['p'] });
      expect(given.gradient.p.data).toEqual(lazy.gradient.p.data);
      expect(out.gradient.p[a.data.length]).toBe(9);
      // One reference row, and a full side: its gradient has every column.
      const reference = dense(Q)
        .data.slice(0, cols)
        .map((x) => x + 0.01);
      const beside = run(P, reference, { core });
      const besideFull = run(dense(P), reference, { core });
      expect(beside.gradient.q.data).toEqual(besideFull.gradient.q.data);
      expect(beside.gradient.q.indptr).toBeUndefined();
    }
  });

  it('of ragged and masked rows are those of each row alone', () => {
    const offsets = [0, 3, 4, 9];
    const [x, y] = [0, 1].map(() => Float32Array.from({ length: 9 }, () => 0.1 + rng.uniform())) as [Float32Array, Float32Array];
    const { value, gradient } = klDivergenceWithGradient(ragged({ data: x, offsets }), ragged({ data: y, offsets }), { core });
    for (let r = 0; r < 3; r++) {
      const [start, end] = offsets.slice(r, r + 2) as [number, number];
      const alone = klDivergenceWithGradient(x.subarray(start, end), y.subarray(start, end), { core });
      expect(value[r]).toBe(alone.value);
      expect(gradient.p.data.subarray(start, end)).toEqual(alone.gradient.p);
      expect(gradient.q.data.subarray(start, end)).toEqual(alone.gradient.q);
    }
    expect(Array.from(gradient.q.offsets as Int32Array)).toEqual(offsets);
    const mask = matrix([0, 1, 0, 0, 0, 0, 1, 1, 0], 3, 3);
    const [P, Q] = [maskClasses(matrix(x, 3, 3), mask), maskClasses(matrix(y, 3, 3), mask)];
    const masked = jensenShannonDivergenceWithGradient(P, Q, { core });
    expect(masked.gradient.q).toMatchObject({ rows: 3, cols: 3 });
    for (let r = 0; r < 3; r++) {
      const left = [0, 1, 2].filter((c) => mask.data[3 * r + c] === 0).map((c) => 3 * r + c);
      const row = (of: Float32Array) => Float32Array.from(left, (i) => of[i] as number);
      const alone = jensenShannonDivergenceWithGradient(row(x), row(y), { core });
      const padded = Float32Array.from({ length: 3 }, (_, c) => alone.gradient.q[c] ?? 0);
      expect(masked.gradient.q.data.slice(3 * r, 3 * r + 3)).toEqual(padded);
    }
  });

  it('keep their digits where the logits are nearly equal', () => {
    // v − w to first order: w·(h − Σwh), h = b − a, exact here; rounding of softmaxes alone would leave nothing of 1e-12.
    const a = Float64Array.of(0, 0, 0, 0);
    const h = 2 ** -40;
    const { gradient } = logits.klDivergenceWithGradient(a, [h, 0, 0, 0], { core });
    expectNear(gradient.b, [(3 / 16) * h, -h / 16, -h / 16, -h / 16], h * h);
    expectNear(gradient.a, [(-3 / 16) * h, h / 16, h / 16, h / 16], h * h);
  });

  it('come in the shape and dtype of the inputs, and only those that were asked for', () => {
    const [a, b] = [row(6), row(6)];
    const A = matrix(Float32Array.from(a), 2, 3);
    const B = matrix(Float32Array.from(b), 2, 3);
    const both = logits.klDivergenceWithGradient(A, B, { core });
    expect(both.value).toEqual(logits.klDivergence(A, B, { core }));
    expect(both.gradient.a).toMatchObject({ rows: 2, cols: 3 });
    expect(both.gradient.a.data).toBeInstanceOf(Float32Array);
    const one = logits.klDivergenceWithGradient(A, B, { core, withRespectTo: ['b'] });
    expect(Object.keys(one.gradient)).toEqual(['b']);
    expect(one.gradient.b).toEqual(both.gradient.b);
    // A row alone, and a vector that serves every row: the derivative of each row's value.
    const vector = logits.klDivergenceWithGradient(A.data.slice(3), B.data.slice(3), { core });
    expect(vector.gradient.a).toEqual(both.gradient.a.data.slice(3));
    expect(vector.value).toBe(both.value[1]);
    const shared = logits.klDivergenceWithGradient(A, B.data.slice(3), { core });
    expect(shared.gradient.b).toMatchObject({ rows: 2, cols: 3 });
    expect(shared.gradient.b.data.slice(3)).toEqual(both.gradient.b.data.slice(3));
    // Integers and plain arrays are widened, over several blocks too.
    const many = Int8Array.from({ length: 30_000 }, (_, i) => (i * 7919) % 11);
    const wide = Float64Array.from(many);
    const [M, W] = [matrix(many, 3000, 10), matrix(wide, 3000, 10)];
    const reference: Vector = [0, 1, 0, 2, 0, 3, 0, 1, 2, 1];
    expect(logits.klDivergenceWithGradient(M, reference, { core })).toEqual(logits.klDivergenceWithGradient(W, reference, { core }));
  });

  it('law 4: so is an out too large to be kept aside, and it is written in place', () => {
    const [rows, cols] = [1100, 1000];
    const rng = createRng(SEED);
    const a = Float32Array.from({ length: rows * cols }, () => rng.normal());
    const b = a.map((x) => x + 0.1);
    b[3] = 1;
    const out = { value: new Float64Array(rows).fill(7), gradient: { a: new Float32Array(rows * cols).fill(7) } };
    const run = () => logits.klDivergenceWithGradient(matrix(a, rows, cols), matrix(b, rows, cols), { withRespectTo: ['a'], out, core });
    a[rows * cols - 1] = NaN;
    expect(errorOf(run)).toMatchObject({ code: 'ERR_DOMAIN', argument: 'a', row: rows - 1, column: cols - 1 });
    expect(out.value.every((x) => x === 7) && out.gradient.a.every((x) => x === 7)).toBe(true);
    a[rows * cols - 1] = 0;
    const result = run();
    expect(result.gradient.a.data).toBe(out.gradient.a);
    const last = logits.klDivergenceWithGradient(a.subarray((rows - 1) * cols), b.subarray((rows - 1) * cols), { core });
    expect(out.gradient.a.subarray((rows - 1) * cols)).toEqual(last.gradient.a);
    expect(out.value[rows - 1]).toBe(last.value);
  });

  it('law 4: masses and Gaussians too large to be kept aside are looked at before anything is written', () => {
    const [rows, cols] = [2100, 500];
    const length = rows * cols;
    const last = length - 1;
    const rng = createRng(SEED);
    const positive = () => Float32Array.from({ length }, () => 0.1 + rng.uniform());
    const [x, y, mean] = [positive(), positive(), positive()];
    const [X, Y, M] = [x, y, mean].map((data) => matrix(data, rows, cols)) as [Matrix, Matrix, Matrix];
    const ofMasses = (out?: object) => klDivergenceWithGradient(X, Y, { core, ...out });
    const ofGaussians = (out?: object) => gaussian.klDivergenceWithGradient({ mean: M, variance: X }, gaussian.standard, { core, ...out });
    const room = () => new Float32Array(length).fill(7);
    const runs = [
      [ofMasses, { value: new Float64Array(rows).fill(7), gradient: { p: room(), q: room() } }],
      [ofGaussians, { value: new Float64Array(rows).fill(7), gradient: { 'p.mean': room(), 'p.variance': room() } }],
    ] as const;
    const spoiled: readonly (readonly [run: 0 | 1, array: Float32Array, from: number, bad: number, code: string])[] = [
      [0, x, last, -1e-9, 'ERR_DOMAIN'],
      [0, y, last, NaN, 'ERR_DOMAIN'],
      [0, x, length - cols, 0, 'ERR_ZERO_ROW'],
      [1, x, last, 0, 'ERR_DOMAIN'],
      [1, mean, last, -Infinity, 'ERR_DOMAIN'],
    ];
    for (const [run, array, from, bad, code] of spoiled) {
      const [call, out] = runs[run];
      const good = array.slice(from);
      array.fill(bad, from, code === 'ERR_ZERO_ROW' ? length : from + 1);
      expect(
        errorOf(() => call({ out })),
        `${bad} at ${from}`,
      ).toMatchObject({ code, row: Math.floor(from / cols) });
      expect([out.value, ...Object.values(out.gradient)].every((results) => results.every((v) => v === 7))).toBe(true);
      array.set(good, from);
    }
    // A second look finds these rows in order.
    const bytes = ({ gradient }: { gradient: Readonly<Record<string, { readonly data: Floats }>> }) =>
      Buffer.concat(Object.values(gradient).map(({ data }) => new Uint8Array(data.buffer)));
    x[last] = y[3] = -0;
    mean.fill(0);
    expect(bytes(ofMasses({ out: runs[0][1] })).equals(bytes(ofMasses()))).toBe(true);
    x[last] = 1e-40;
    expect(bytes(ofGaussians({ out: runs[1][1] })).equals(bytes(ofGaussians()))).toBe(true);
  });

  it('law 4: out is complete, or untouched', () => {
    const [A, B] = [matrix(row(3000), 300, 10), matrix(row(3000), 300, 10)];
    const expected = logits.klDivergenceWithGradient(A, B, { core });
    const out = { value: new Float64Array(300), gradient: { a: new Float64Array(3001).fill(-1), b: new Float64Array(3000) } };
    const result = logits.klDivergenceWithGradient(A, B, { core, out });
    expect(result).toEqual(expected);
    expect(result.value).toBe(out.value);
    expect(result.gradient.a.data.buffer).toBe(out.gradient.a.buffer);
    expect(out.gradient.a[3000]).toBe(-1);
    const f32 = { gradient: { b: new Float32Array(3000) } };
    const [a32, b32] = [A, B].map(({ data }) => matrix(Float32Array.from(data), 300, 10)) as [typeof A, typeof A];
    const narrow = logits.klDivergenceWithGradient(a32, b32, { core, withRespectTo: ['b'], out: f32 });
    expect(narrow).toEqual(logits.klDivergenceWithGradient(a32, b32, { core, withRespectTo: ['b'] }));

    const spoilt = matrix((A.data as Float64Array).slice(), 300, 10);
    spoilt.data[2995] = Number.NaN;
    const before = structuredClone(out);
    const place = { code: 'ERR_DOMAIN', argument: 'a', row: 299, column: 5 };
    expect(errorOf(() => logits.klDivergenceWithGradient(spoilt, B, { core, out }))).toMatchObject(place);
    expect(out).toEqual(before);
  });

  it('law 4: what is not a set of results, or not an input, is refused', () => {
    const [A, B] = [matrix(row(6), 2, 3), matrix(row(6), 2, 3)];
    const call = (options: object) => () => logits.klDivergenceWithGradient(A, B, { core, ...options });
    const room = () => new Float64Array(6);
    const shared = room();
    expect(errorOf(call({ withRespectTo: ['c'] }))).toMatchObject({ code: 'ERR_OPTION', argument: 'withRespectTo' });
    expect(errorOf(call({ withRespectTo: [] }))).toMatchObject({ code: 'ERR_OPTION', argument: 'withRespectTo' });
    expect(errorOf(call({ withRespectTo: 'a' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'withRespectTo' });
    expect(errorOf(call({ out: room() }))).toMatchObject({ code: 'ERR_OUT', argument: 'out' });
    expect(errorOf(call({ out: { a: room() } }))).toMatchObject({ code: 'ERR_OUT', argument: 'out' });
    expect(errorOf(call({ withRespectTo: ['a'], out: { gradient: { b: room() } } }))).toMatchObject({ code: 'ERR_OUT', argument: 'out' });
    expect(errorOf(call({ out: { gradient: { b: new Float64Array(5) } } }))).toMatchObject({ code: 'ERR_OUT', argument: 'out.gradient.b' });
    expect(errorOf(call({ out: { gradient: { b: new Float32Array(6) } } }))).toMatchObject({ code: 'ERR_OUT', argument: 'out.gradient.b' });
    expect(errorOf(call({ out: { gradient: { b: B.data } } }))).toMatchObject({ code: 'ERR_OUT', argument: 'out.gradient.b' });
    expect(errorOf(call({ out: { value: shared, gradient: { b: shared } } }))).toMatchObject({
      code: 'ERR_OUT',
      argument: 'out.gradient.b',
    });
    const vectors = () => logits.klDivergenceWithGradient([0, 1], [1, 0], { core, out: { value: room() } });
    expect(errorOf(vectors)).toMatchObject({ code: 'ERR_OUT', argument: 'out.value' });
  });
});
