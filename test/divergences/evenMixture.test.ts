import { describe, expect, it } from 'vitest';
import { createCore, generalizedJensenShannonDivergence, jensenShannonDivergence } from '../../src/index.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261129);
const COUNT = 50_000;
const UNIT = 2 ** -24;

/** Pairs of f32 at ratios of one scale: a row of one column, taken as given, is a term. */
function pairs(far: number) {
  const rng = createRng(seed);
  const [p, q] = [new Float32Array(COUNT), new Float32Array(COUNT)];
  for (let i = 0; i < COUNT; i++) {
    p[i] = 0.5 + rng.fine();
    q[i] = (p[i] as number) * Math.exp(far * (2 * rng.fine() - 1));
  }
  return { p, q };
}
const column = (data: Float32Array | Float64Array) => ({ data, rows: COUNT, cols: 1 });

describe(`law 1: the f32 term of Jensen–Shannon, which has no logarithm, beside the f64 one, which has two, seed ${seed}`, () => {
  // Measured: 10.1 and 2.2 units over 4·10⁶ pairs. The quotient's own error is 1.5, a rounding of each of a chain's 20 operations ½.
  it.each(['wasm', 'js'] as const)('%s', (backend) => {
    const core = createCore({ backend });
    const options = { core, normalize: false } as const;
    for (const far of [1e-6, 1e-3, 0.1, 1, 5, 40]) {
      const { p, q } = pairs(far);
      const seen = jensenShannonDivergence(column(p), column(q), options) as Float64Array;
      const right = jensenShannonDivergence(column(Float64Array.from(p)), column(Float64Array.from(q)), options) as Float64Array;
      let [worst, squares] = [0, 0];
      for (let i = 0; i < COUNT; i++) {
        if (right[i] === 0) expect(seen[i]).toBe(0);
        else {
          const error = Math.abs((seen[i] as number) / (right[i] as number) - 1) / UNIT;
          worst = Math.max(worst, error);
          squares += error * error;
        }
      }
      expect(worst, `ratios to e^±${far}`).toBeLessThan(12);
      expect(Math.sqrt(squares / COUNT), `ratios to e^±${far}`).toBeLessThan(4);
    }
  });

  it('is symmetric to the bit, and what weights beside it give to what they differ', () => {
    const { p, q } = pairs(3);
    const there = jensenShannonDivergence(column(p), column(q), { normalize: false }) as Float64Array;
    expect(jensenShannonDivergence(column(q), column(p), { normalize: false })).toEqual(there);
    const beside = generalizedJensenShannonDivergence(column(p), column(q), { normalize: false, weight: 0.5 + 2 ** -20 }) as Float64Array;
    for (let i = 0; i < COUNT; i++)
      expect(Math.abs((there[i] as number) - (beside[i] as number))).toBeLessThan(40 * UNIT * (there[i] as number) + 1e-12);
  });
});
