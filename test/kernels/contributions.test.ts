import { describe, expect, it } from 'vitest';
import { CONTRIBUTIONS } from '../../src/backend/contract.js';
import { checkBatch } from '../../src/check.js';
import { divide, type Fixed, fixed, logOfRatio, logRatio, toNumber } from '../oracle/fixed.js';
import { CORES } from '../support/cores.js';
import { createRng } from '../support/rng.js';

const SEED = 20_261_130;
const U = 2 ** -53;
const COLS = 65;

const total = (row: Float64Array): Fixed => row.reduce((all, x) => all + fixed(x), 0n);

describe.each(CORES)('log(q̂/ĉ) of rows over a center of 24 bits on %s', (_, core) => {
  it.each([
    ['probabilities', 1, 0, 0],
    ['near rows of counts, their masses anything', 1234567.8, 1e-4, 0],
    ['rows of a mass close to the middle between powers of two', 1.4142, 1e-6, 0],
    ['nearly equal', 3, 1e-9, 0],
    ['of no ordinary mass', 1.4, 1e-3, -700],
    ['of a large one', 1.9, 1e-3, 400],
  ])('%s: 16·2⁻⁵³ of itself and what the sums move (seed 20261130)', (_, mass, apart, exponent) => {
    const rng = createRng(SEED);
    const center = Float64Array.from({ length: COLS }, () => Math.fround(Math.exp(rng.normal()) / COLS));
    for (let trial = 0; trial < 10; trial++) {
      const row = center.map((c) => mass * (apart === 0 ? Math.exp(3 * rng.normal()) : c * (1 + apart * rng.normal())));
      for (let k = 0; k < COLS; k++) row[k] = Math.abs(row[k] as number);
      row[trial] = 0;
      const into = new Float64Array(COLS);
      core.kernels.contributionRows(checkBatch(['p', 'q'], [row.map((x) => x * 2 ** exponent), center]), [1, CONTRIBUTIONS.logRatio], into);
      const [P, C] = [total(row), total(center)];
      const share = (x: number, of: Fixed) => divide(fixed(x), of);
      const moved = row.reduce((all, x, k) => all + Math.abs(toNumber(share(x, P) - share(center[k] as number, C))), 0);
      for (let k = 0; k < COLS; k++) {
        if (k === trial) {
          expect(into[k]).toBe(0);
          continue;
        }
        const truth = logRatio(row[k] as number, center[k] as number) - logOfRatio(P, C);
        const allowed = 16 * U * Math.abs(toNumber(truth)) + 13 * U * moved + 2 ** -71;
        expect(Math.abs(toNumber(fixed(into[k] as number) - truth)), `entry ${k} of trial ${trial}`).toBeLessThanOrEqual(allowed);
      }
    }
  });
});
