import { describe, expect, it } from 'vitest';
import {
  csr,
  generalizedKlDivergence,
  generalizedKlDivergenceWithGradient,
  jensenShannonDivergence,
  jensenShannonDivergenceWithGradient,
  klDivergence,
  klDivergenceWithGradient,
  logits,
  matrix,
} from '../../src/index.js';
import type { Floats, Vector } from '../../src/types.js';
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
          expect(Math.abs(gradient.value - value(p, q, options))).toBeLessThanOrEqual(32 * 2 ** -53 * (1 + gradient.value));
          const byP = differences((x) => value(x, q, options), p);
          const byQ = differences((x) => value(p, x, options), q);
          expectNear(gradient.gradient.p, byP, 1e-8);
          expectNear(gradient.gradient.q, byQ, 1e-8);
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
    const sparse = csr({ data: [1, 1], indices: Int32Array.of(0, 1), indptr: Int32Array.of(0, 1, 2), cols: 2 });
    const lazy = () => klDivergenceWithGradient(sparse as never, [1, 1], { core });
    expect(errorOf(lazy)).toMatchObject({ code: 'ERR_KIND' });
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
