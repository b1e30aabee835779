import { expect, it } from 'vitest';
import { packedLength, QUAD, TILE } from '../../src/backend/pack.js';
import { allocate, createBackends, DTYPES } from '../support/backends.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const { wasm, js } = createBackends();

type Wide = Float64Array<ArrayBuffer>;

/** Values of every size, with zeros and some that overflow together. */
function fill(length: number, dtype: 'f64' | 'f32', rng: ReturnType<typeof createRng>) {
  const array = allocate(dtype, length);
  for (let i = 0; i < length; i++) array[i] = rng.uniform() < 0.1 ? 0 : rng.normal() * 10 ** (4 * rng.normal());
  return array;
}

for (const dtype of DTYPES) {
  it(`products of rows: the module and its twin give the same bits, ${dtype} (seed ${seed})`, () => {
    const rng = createRng(seed);
    for (let round = 0; round < 60; round++) {
      const [quads, tiles, cols] = [1 + rng.below(5), 1 + rng.below(40), 1 + rng.below(round < 50 ? 70 : 700)];
      const p = fill(packedLength(quads * QUAD, cols, QUAD), dtype, rng);
      const q = fill(packedLength(tiles * TILE[dtype], cols, TILE[dtype]), dtype, rng);
      const [rows, others] = [quads * QUAD - rng.below(QUAD), tiles * TILE[dtype] - rng.below(TILE[dtype])];
      const from = rng.below(others);
      const start = Float64Array.from({ length: quads * QUAD }, () => rng.normal());
      const offset = Float64Array.from({ length: tiles * TILE[dtype] }, () => rng.normal());
      const doubtQ = offset.map((x) => x / 8);
      const [a, b] = [wasm, js].map((backend) => {
        const out = allocate(round % 2 === 0 ? 'f64' : 'f32', rows * others + 1).fill(-1);
        const doubtP = new Float64Array(quads * QUAD).fill(-2);
        backend.products[dtype](p, q, quads, tiles, cols, {
          start,
          offset,
          doubtP,
          doubtQ,
          out,
          at: 1,
          stride: others,
          rows,
          from,
          to: others,
        });
        return { out, doubtP };
      });
      expect(a).toEqual(b);
    }
  });
}

for (const dtype of DTYPES) {
  it(`rows with a cell in doubt are found, and no others, by the bounds of row and column, ${dtype} (seed ${seed})`, () => {
    const rng = createRng(seed);
    const normals = (length: number) => allocate(dtype, length).map(() => rng.normal());
    const wide = (length: number) => Float64Array.from({ length }, () => rng.normal());
    for (let round = 0; round < 20; round++) {
      const [quads, tiles, cols] = [1 + rng.below(4), 1 + rng.below(20), 1 + rng.below(70)];
      const [rows, others] = [QUAD * quads, TILE[dtype] * tiles];
      const [p, q] = [normals(rows * cols), normals(others * cols)];
      const [start, offset, doubtQ] = [wide(rows), wide(others), wide(others).map((x) => 3 * x)];
      const run = (backend: typeof wasm, doubtP: Float64Array<ArrayBuffer>) => {
        const out = allocate(round % 2 === 0 ? 'f64' : 'f32', rows * others);
        const cells = { start, offset, doubtP, doubtQ, out, at: 0, stride: others, rows, from: 0, to: others };
        backend.products[dtype](p, q, quads, tiles, cols, cells);
        return out;
      };
      const cells = run(js, new Float64Array(rows).fill(-Infinity));
      const least = Array.from({ length: rows }, (_, i) => Math.min(...doubtQ.map((x, j) => (cells[i * others + j] as number) - x)));
      for (const backend of [wasm, js]) {
        const doubtP = Float64Array.from(least, (x, i) => x + (i % 2 === 0 ? -1e-3 : 1e-3));
        run(backend, doubtP);
        expect(Array.from(doubtP, (x) => x === Infinity)).toEqual(least.map((_, i) => i % 2 === 1));
      }
    }
  });
}

it('rows that exceed the arena go to the twin', () => {
  const small = createBackends(4096);
  const cols = 1000;
  const p = Float64Array.from({ length: QUAD * cols }, (_, i) => i % 7);
  const q = Float64Array.from({ length: TILE.f64 * cols }, (_, i) => i % 5);
  const [a, b] = [small.wasm, small.js].map((backend) => {
    const [start, offset, doubtP, doubtQ] = [1, 2, 3, 4].map(() => new Float64Array(4)) as [Wide, Wide, Wide, Wide];
    const out = new Float64Array(16);
    backend.products.f64(p, q, 1, 1, cols, { start, offset, doubtP, doubtQ, out, at: 0, stride: 4, rows: 4, from: 0, to: 4 });
    return out;
  });
  expect(a).toEqual(b);
  expect(a?.[0]).toBeLessThan(0);
});
