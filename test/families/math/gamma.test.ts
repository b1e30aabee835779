import { expect, it } from 'vitest';
import { addLogGammaExcess, logGammaExcess } from '../../../src/families/math/gamma.js';
import { createRng, seedOr } from '../../support/rng.js';

const seed = seedOr(20261128);

it(`what log Γ rises above its tangent, quickly: within the error that it states (seed ${seed})`, () => {
  const rng = createRng(seed);
  let worst = 0;
  for (let i = 0; i < 50_000; i++) {
    const x = 10 ** (8 * rng.uniform() - 4);
    const y = i % 3 === 0 ? x * (1 + 0.01 * rng.normal()) : 10 ** (8 * rng.uniform() - 4);
    const sum = new Float64Array(2);
    addLogGammaExcess(sum, y, x, 1);
    const exact = logGammaExcess(y, x);
    const [value, size] = sum as unknown as [number, number];
    worst = Math.max(worst, Math.abs(value - exact) / (size * 2 ** -51 + 2 ** -48 * exact));
  }
  // The careful form's own error, 32 roundings at most, stands beside what is stated.
  expect(worst).toBeLessThan(1);
  expect(worst).toBeGreaterThan(0.01);
});

it('adds up with a sign', () => {
  const sum = new Float64Array(2);
  addLogGammaExcess(sum, 3, 2, 1);
  addLogGammaExcess(sum, 3, 2, -1);
  expect(sum[0]).toBe(0);
  expect(sum[1]).toBeGreaterThan(1);
});
