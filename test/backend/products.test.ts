import { expect, it } from 'vitest';
import { packedLength, QUAD, TILE } from '../../src/backend/pack.js';
import { allocate, createBackends, DTYPES } from '../support/backends.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const { wasm, js } = createBackends();

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
      const room = () => new Float64Array(quads * QUAD * tiles * TILE[dtype]).fill(Number.NaN);
      const [a, b] = [room(), room()];
      wasm.products[dtype](p, q, quads, tiles, cols, a);
      js.products[dtype](p, q, quads, tiles, cols, b);
      expect(a).toEqual(b);
    }
  });
}

it('rows that exceed the arena go to the twin', () => {
  const small = createBackends(4096);
  const cols = 1000;
  const p = Float64Array.from({ length: QUAD * cols }, (_, i) => i % 7);
  const q = Float64Array.from({ length: TILE.f64 * cols }, (_, i) => i % 5);
  const [a, b] = [new Float64Array(16), new Float64Array(16)];
  small.wasm.products.f64(p, q, 1, 1, cols, a);
  small.js.products.f64(p, q, 1, 1, cols, b);
  expect(a).toEqual(b);
  expect(a[0]).toBeGreaterThan(0);
});
