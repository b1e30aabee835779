import { describe, expect, it } from 'vitest';
import { gaussian, matrix } from '../../src/index.js';
import { CORES } from '../support/cores.js';

const LN2 = Math.LN2;

function close(actual: number | undefined, expected: number): void {
  expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(8 * 2 ** -52 * Math.abs(expected));
}

describe.each(CORES)('Gaussians on %s', (_, core) => {
  const options = { core };
  /** ½·(¼ − 1 + log 4 + 9/4): from N(1, 1) to N(−2, 4). */
  const expected = 0.75 + LN2;

  it('answers that can be derived by hand, by each kind of scale', () => {
    close(gaussian.univariateKlDivergence({ mean: 1, variance: 1 }, { mean: -2, variance: 4 }, options), expected);
    close(gaussian.univariateKlDivergence({ mean: 1, std: 1 }, { mean: -2, std: 2 }, options), expected);
    close(gaussian.univariateKlDivergence({ mean: 1, logVariance: 0 }, { mean: -2, logVariance: 2 * LN2 }, options), expected);
    close(gaussian.klDivergence({ mean: [1, 1], variance: [1, 1] }, { mean: [-2, -2], variance: [4, 4] }, options), 2 * expected);
    close(gaussian.univariateKlDivergence({ mean: 3, std: 2 }, { mean: 0, std: 2 }, options), 9 / 8);
  });

  it('the standard normal as prior', () => {
    close(gaussian.klDivergence({ mean: [1, 0], variance: [1, 1] }, gaussian.standard, options), 0.5);
    close(gaussian.klDivergence({ mean: [0], std: [2] }, gaussian.standard, options), 1.5 - LN2);
    close(gaussian.klDivergence({ mean: [0], logVariance: [2 * LN2] }, gaussian.standard, options), 1.5 - LN2);
    expect(gaussian.klDivergence({ mean: [0, 0], logVariance: [0, 0] }, gaussian.standard, options)).toBe(0);
    close(gaussian.univariateKlDivergence({ mean: 2, variance: 1 }, gaussian.standard, { core, base: 2 }), 2 / LN2);
  });

  it('law 1: exactly 0 for equal parameters', () => {
    const p = { mean: [0.3, -7], variance: [0.1, 12] };
    expect(gaussian.klDivergence(p, p, options)).toBe(0);
    expect(gaussian.univariateKlDivergence(p, p, options)).toEqual(new Float64Array(2));
  });

  it('matrices give a number a row; vectors beside them serve every row', () => {
    const mean = matrix(Float64Array.of(1, 1, 0, 0), 2, 2);
    const variance = matrix(Float64Array.of(1, 1, 1, 1), 2, 2);
    const rows = gaussian.klDivergence({ mean, variance }, { mean: [-2, -2], variance: [4, 4] }, options);
    expect(rows).toHaveLength(2);
    close(rows[0], 2 * expected);
    const out = new Float64Array(2);
    expect(gaussian.klDivergence({ mean, variance }, gaussian.standard, { core, out })).toBe(out);
    expect([...out]).toEqual([1, 0]);
    const sharedVariance = gaussian.klDivergence({ mean, variance: [1, 1] } as never, gaussian.standard, options);
    expect(sharedVariance).toEqual(out);
  });

  it('elementwise: one number an element, numbers serving them all', () => {
    const mean = Float32Array.from({ length: 300 }, (_, i) => i / 64);
    const result = gaussian.univariateKlDivergence({ mean, variance: new Float32Array(300).fill(1) }, gaussian.standard, options);
    expect(result).toEqual(Float64Array.from(mean, (m) => m ** 2 / 2));
    const mixed = gaussian.univariateKlDivergence({ mean: [1, 2, 3], std: 1 } as never, { mean: 0, std: 1 }, options);
    expect(mixed).toEqual(Float64Array.of(0.5, 2, 4.5));
    const asMatrix = { mean: matrix(mean, 3, 100), variance: matrix(new Float32Array(300).fill(1), 3, 100) };
    expect(gaussian.univariateKlDivergence(asMatrix, gaussian.standard, options)).toEqual(result);
  });
});
