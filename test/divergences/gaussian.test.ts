import { describe, expect, it } from 'vitest';
import { csr, gaussian, matrix } from '../../src/index.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';

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

  it('full covariances of f32 beside the standard normal are computed as beside an identity: its symmetry, dtype and bits', () => {
    const p = { mean: Float32Array.of(0, 1), covariance: Float32Array.of(2, 0.1, 0.1000001, 2) };
    const identity = { mean: new Float32Array(2), covariance: Float32Array.of(1, 0, 0, 1) };
    expect(gaussian.klDivergence(p, gaussian.standard, { core })).toBe(gaussian.klDivergence(p, identity, { core }));
    const out = { gradient: { 'p.covariance': new Float32Array(4) } };
    const { gradient } = gaussian.klDivergenceWithGradient(p, gaussian.standard, { core, out });
    expect(gradient['p.mean']).toBeInstanceOf(Float32Array);
  });

  it('law 4: a matrix of univariate parameters whose sizes do not fit is refused', () => {
    const mean = { data: new Float64Array(4), rows: 5, cols: 7 };
    const refused = errorOf(() => gaussian.univariateKlDivergence({ mean, std: 1 }, gaussian.standard, { core }));
    expect(refused).toMatchObject({ code: 'ERR_SHAPE', argument: 'p.mean' });
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

  describe('full covariances', () => {
    const identity = [1, 0, 0, 1];
    /** ½·(tr(Σ₁⁻¹Σ₀) − 2 − log ¾ + …) of Σ₀ = [1 ½; ½ 1] against I, means 1 apart in each variable. */
    const answer = 0.5 * (2 - Math.log(0.75));

    it('answers that can be derived by hand, from covariances and from factors', () => {
      const p = { mean: [1, 0], covariance: [1, 0.5, 0.5, 1] };
      close(gaussian.klDivergence(p, { mean: [0, 1], covariance: identity }, options), answer);
      close(
        gaussian.klDivergence({ mean: [1, 0], cholesky: [1, 0, 0.5, Math.sqrt(0.75)] }, { mean: [0, 1], cholesky: identity }, options),
        answer,
      );
      close(gaussian.klDivergence({ mean: [1, 1], covariance: p.covariance }, gaussian.standard, options), answer);
      close(gaussian.klDivergence({ mean: [1, 1], cholesky: [1, 0, 0.5, Math.sqrt(0.75)] }, gaussian.standard, options), answer);
      expect(gaussian.klDivergence(p, p, options)).toBe(0);
      close(gaussian.klDivergence(p, { mean: [0, 1], covariance: identity }, { core, base: 2 }), answer / LN2);
    });

    it('matrices give a number a row: rows of d², or rows of d below each other; one covariance serves every row', () => {
      const mean = matrix(Float64Array.of(1, 0, 0, 0, 2, 1), 3, 2);
      const data = Float64Array.of(1, 0.5, 0.5, 1, 1, 0, 0, 1, 2, 1, 1, 2);
      const q = { mean: [0, 1], covariance: identity };
      const rows = gaussian.klDivergence({ mean, covariance: matrix(data, 3, 4) }, q, options);
      close(rows[0], answer);
      expect(rows[1]).toBe(0.5);
      expect(gaussian.klDivergence({ mean, covariance: matrix(data, 6, 2) }, q, options)).toEqual(rows);
      const shared = matrix(Float64Array.from(identity), 2, 2);
      expect(
        gaussian.klDivergence({ mean, covariance: matrix(data, 6, 2) }, { mean: [0, 1], covariance: shared } as never, options),
      ).toEqual(rows);
      expect(gaussian.klDivergence({ mean: [1, 0], covariance: shared } as never, q, options)).toBe(1);
      const single = gaussian.klDivergence(
        { mean: matrix(Float32Array.from(mean.data), 3, 2), covariance: matrix(Float32Array.from(data), 3, 4) },
        gaussian.standard,
        options,
      );
      close(single[1], 0);
      close(single[0], 0.5 * (1 - Math.log(0.75)));
    });

    it('law 4: one error with a code of its own, the argument, row, pivot and value; out is untouched', () => {
      const mean = matrix(new Float64Array(6), 3, 2);
      const bad = matrix(Float64Array.of(1, 0, 0, 1, 2, 3, 3, 2, 1, 0, 0, 1), 3, 4);
      const out = new Float64Array(3).fill(-1);
      const q = { mean: [0, 0], covariance: identity };
      const indefinite = errorOf(() => gaussian.klDivergence({ mean, covariance: bad }, q, { core, out }));
      expect(indefinite).toMatchObject({ code: 'ERR_COVARIANCE', argument: 'p.covariance', row: 1, column: 1, value: -2.5 });
      expect(indefinite.message).toBe('"p.covariance" row 1, pivot 1 expected a positive definite matrix: every pivot > 0, got -2.5');
      expect([...out]).toEqual([-1, -1, -1]);
      const p = { mean: [0, 0], covariance: identity };
      const fault = (covariance: number[]) => errorOf(() => gaussian.klDivergence(p, { mean: [0, 0], covariance }, options));
      expect(fault([1, 0, 0, 0])).toMatchObject({ code: 'ERR_COVARIANCE', argument: 'q.covariance', column: 1, value: 0 });
      expect(fault([1, 0, 0, 0])).not.toHaveProperty('row');
      expect(fault([1, 0.5, 0.25, 1])).toMatchObject({ code: 'ERR_COVARIANCE', argument: 'q.covariance', column: 2, value: 0.25 });
      expect(fault([1, 0.5, 0.25, 1]).message).toContain('entry [1, 0] expected a symmetric matrix');
      expect(fault([1, 0, 0, Number.NaN])).toMatchObject({ code: 'ERR_DOMAIN', argument: 'q.covariance', column: 3 });
      const factor = (cholesky: number[]) =>
        errorOf(() => gaussian.klDivergence({ mean: [0, 0], cholesky }, { mean: [0, 0], cholesky: identity }, options));
      expect(factor([1, 0, 1, 0])).toMatchObject({ code: 'ERR_COVARIANCE', argument: 'p.cholesky', column: 1, value: 0 });
      expect(factor([1, 0.5, 0, 1])).toMatchObject({ code: 'ERR_COVARIANCE', argument: 'p.cholesky', column: 1, value: 0.5 });
      expect(factor([1, 0.5, 0, 1]).message).toContain('a lower triangle');
    });

    it('kinds of scale and shapes that do not fit are refused', () => {
      const p = { mean: [0, 0], covariance: identity };
      const refused = (q: object) => errorOf(() => gaussian.klDivergence(p, q as never, options));
      expect(refused({ mean: [0, 0], cholesky: identity })).toMatchObject({ code: 'ERR_OPTION', argument: 'q', value: 'cholesky' });
      expect(refused({ mean: [0, 0], variance: [1, 1] })).toMatchObject({ code: 'ERR_OPTION', argument: 'q' });
      expect(refused({ mean: [0, 0], covariance: [1, 0, 0] })).toMatchObject({ code: 'ERR_SHAPE', argument: 'q.covariance' });
      expect(refused({ mean: [0, 0, 0], covariance: identity })).toMatchObject({ code: 'ERR_SHAPE', argument: 'q.mean' });
      expect(errorOf(() => gaussian.univariateKlDivergence(p as never, gaussian.standard, options))).toMatchObject({ code: 'ERR_OPTION' });
      const sparse = csr({ data: [1], indices: [0], indptr: [0, 1], cols: 2 });
      for (const call of [gaussian.univariateKlDivergence, gaussian.klDivergence] as ((...given: unknown[]) => unknown)[])
        expect(errorOf(() => call({ mean: [0, 0], variance: sparse }, gaussian.standard, options))).toMatchObject({
          code: 'ERR_KIND',
          argument: 'p.variance',
        });
      expect(refused({ mean: [0, 0], covariance: { data: new Float64Array(4), rows: 2n, cols: 2 } })).toMatchObject({
        argument: 'q.covariance.rows',
      });
    });
  });
});
