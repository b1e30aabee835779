/** Rounding to f32 by arithmetic is Math.fround wherever f32 is normal: products, quotients and sums of f32, ties, and doubles beside ties. */
import { expect, test } from 'vitest';
import { single } from '../../src/backend/js/math/single.js';
import { createRng } from '../support/rng.js';

const SEED = 20261128;

test(`single is Math.fround, seed ${SEED}`, () => {
  const rng = createRng(SEED);
  const mantissa = () => 1 + Math.floor(rng.uniform() * 2 ** 23) * 2 ** -23;
  const entry = () => (rng.uniform() < 0.5 ? -1 : 1) * mantissa() * 2 ** Math.floor(rng.uniform() * 120 - 60);
  const differ: number[] = [];
  for (let i = 0; i < 1e6; i++) {
    const x = entry();
    const y = entry();
    const close = Math.fround(x * (0.75 + rng.uniform() / 2));
    const tie = (mantissa() + 2 ** -24) * 2 ** Math.floor(rng.uniform() * 120 - 60);
    const beside = [tie * (1 + 2 ** -52), tie * (1 - 2 ** -53)];
    for (const v of [x * y, x / y, x + y, x + close, x - close, tie, -tie, ...beside]) {
      if (!Object.is(single(v), Math.fround(v))) differ.push(v);
    }
  }
  expect(differ).toEqual([]);
  expect([single(0), single(-0)]).toEqual([0, -0]);
});
