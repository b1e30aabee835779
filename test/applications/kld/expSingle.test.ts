import { expect, it } from 'vitest';
import { expSingle } from '../../../src/applications/kld/expSingle.js';
import { createRng } from '../../support/rng.js';

it('e^x in float32 is the rounding of the double', () => {
  const rng = createRng(1);
  let differences = 0;
  for (let i = 0; i < 1e6; i++) {
    const x = Math.fround(-110 + 200 * rng.fine());
    if (expSingle(x) !== Math.fround(Math.exp(x))) differences++;
  }
  // 3e-12 before rounding moves one result in 2⁻²⁵/3e-12, which is 10 000, across the border between two floats.
  expect(differences).toBeLessThan(200);
});

it('its ends: 0, Infinity, NaN, and 1 of 0', () => {
  expect([-Infinity, -200, -104, 0, 88.7, 89.5, Infinity, NaN].map(expSingle)).toEqual([
    0,
    0,
    0,
    1,
    Math.fround(Math.exp(88.7)),
    Infinity,
    Infinity,
    NaN,
  ]);
});
