import { describe, expect, it } from 'vitest';
import { phi32, phi64, step32Of, stepOf } from '../../src/backend/js/math/logRatio.js';
import { phi } from '../oracle/discrete.js';
import { relativeError } from '../oracle/fixed.js';
import { createRng, seedOr } from '../support/rng.js';
import { neighbour32, neighbour64, ulp } from '../support/ulp.js';

const SEED = seedOr(20261122);

/** The bounds that assembly/math/logRatio.ts states, in ULP of the result, by k: 0; ±1; ±2 and ±3; beyond. The kernels have the twins' bits. */
const boundFor = (k: number): number => [3.5, 20, 8, 8][Math.abs(k)] ?? 4;

const WIDTHS = {
  f64: { phi: phi64, exponent: (x: number, y: number) => stepOf(x, y) >> 20, neighbour: neighbour64, round: (x: number) => x },
  f32: { phi: phi32, exponent: (x: number, y: number) => step32Of(x, y) >> 23, neighbour: neighbour32, round: Math.fround },
};

describe(`law 1: φ over dense pairs, against 320-bit arithmetic, seed ${SEED}`, () => {
  for (const dtype of ['f64', 'f32'] as const) {
    const { phi: twin, exponent, neighbour, round } = WIDTHS[dtype];
    const check = (x: number, y: number): void => {
      const actual = twin(x, y);
      const exact = phi(x, y);
      if (exact === 0n) {
        expect(actual, `φ(${x}, ${y})`).toBe(0);
        return;
      }
      const k = exponent(x, y);
      // In ULP of the result: the last place of its binade.
      const error = (relativeError(actual, exact) * Math.abs(actual)) / ulp(actual, dtype);
      if (!(error <= boundFor(k))) expect.fail(`φ(${x}, ${y}) = ${actual}: ${error.toFixed(2)} ULP, k = ${k}`);
    };

    it(`${dtype}: ratios around 1, around powers of two and where k changes, to the last bit`, () => {
      const ratios = [
        1,
        2 / 3,
        3 / 4,
        4 / 3,
        3 / 2,
        1 / 2,
        2,
        Math.SQRT1_2,
        Math.SQRT2,
        1 / 4,
        4,
        3,
        1 / 3,
        2 ** -10,
        2 ** 10,
        2 ** -40,
        2 ** 40,
      ];
      const steps = [0, 1, 2, 3, 5, 10, 100, 1000, 30_000, 1_000_000];
      for (const ratio of ratios) {
        for (const x of [1, 1.2345, 1.5, 1.75, 2, 0.3, 3e-5, 7e8].map(round)) {
          for (const step of steps) {
            check(x, neighbour(round(x * ratio), step));
            check(x, neighbour(round(x * ratio), -step));
          }
        }
      }
    });

    it(`${dtype}: 10,000 ratios in each of [1/4, 4], [2/3, 3/2] and 1 ± 10⁻ⁿ`, () => {
      const rng = createRng(SEED);
      for (let i = 0; i < 10_000; i++) {
        const x = round(1 + rng.fine());
        check(x, round(x * 4 ** (2 * rng.fine() - 1)));
        check(x, round(x * 1.5 ** (2 * rng.fine() - 1)));
        check(x, round(x * (1 + (2 * rng.fine() - 1) * 10 ** (-(dtype === 'f64' ? 15 : 7) * rng.fine()))));
      }
    });
  }
});
