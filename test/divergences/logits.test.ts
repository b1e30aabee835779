import { describe, expect, it } from 'vitest';
import { klDivergence, logits, matrix } from '../../src/index.js';
import * as exact from '../oracle/logits.js';
import { CORES } from '../support/cores.js';

const LN2 = Math.LN2;
const LN3 = 1.0986122886681098;
const KL = 0.14384103622589045;

function close(actual: number, expected: number, units = 8): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(units * 2 ** -52 * Math.abs(expected));
}

describe.each(CORES)('logits on %s', (_, core) => {
  const options = { core };

  it('answers that can be derived by hand', () => {
    close(logits.klDivergence([0, 0], [0, LN3], options), KL, 32);
    close(logits.klDivergence([7, 7], [100, 100 + LN3], options), KL, 2000); // a logit of 101 is itself rounded to 1e-14
    close(logits.jensenShannonDivergence([0, -Infinity], [-Infinity, 0], options), LN2);
    close(logits.entropy([3, 3, 3, 3], { core, base: 2 }), 2);
    close(logits.klToUniform([0, -Infinity], options), LN2);
    close(logits.logSumExp([1000, 1000], options), 1000 + LN2);
    close(logits.logSumExp([LN3, LN3], { core, temperature: 0.5 }), 2 * LN3 + LN2);
  });

  it('law 1: exactly 0 for equal logits and for a constant apart; masks', () => {
    expect(logits.klDivergence([1, 2, 3], [1, 2, 3], options)).toBe(0);
    expect(logits.klDivergence([1, 2, 3], [3, 4, 5], options)).toBe(0);
    expect(logits.klToUniform([5, 5, 5], options)).toBe(0);
    expect(logits.entropy([5, -Infinity], options)).toBe(0);
    expect(logits.klDivergence([0, 0], [0, -Infinity], options)).toBe(Infinity);
    close(logits.klDivergence([0, -Infinity], [0, 0], options), LN2);
    close(logits.klDivergence([0, 1, -Infinity], [0, 2, -Infinity], options), logits.klDivergence([0, 1], [0, 2], options));
  });

  it('uniform over the classes that are left, when asked for: as if the others were not there', () => {
    const z = matrix(Float32Array.of(0, 1, -Infinity, 2, -Infinity, 2), 2, 3);
    const left = logits.klToUniform(z, { core, classes: 'unmasked' });
    close(left[0] as number, logits.klToUniform(Float32Array.of(0, 1), options), 2 ** 30); // 2⁻²²
    expect(left[1]).toBe(0);
    expect(logits.klToUniform([5, -Infinity], { core, classes: 'unmasked' })).toBe(0);
    expect(logits.klToUniform([5, 1], { core, classes: 'unmasked' })).toBe(logits.klDivergence([5, 1], [0, 0], options));
  });

  it('uniform: rows of f32 keep their digits on both sides of where log K − H is taken, each by itself', () => {
    const [cols, scales] = [50, [0, 1e-6, 1e-4, 1e-2, 0.3, 0.9, 1, 1.1, 2, 9]];
    const z = Float32Array.from({ length: cols * scales.length }, (_, i) => (scales[Math.floor(i / cols)] as number) * Math.sin(1 + 7 * i));
    const batch = logits.klToUniform(matrix(z, scales.length, cols), options);
    const sides = Array.from(batch, (value) => value >= Math.log(cols) / 8);
    expect(new Set(sides).size).toBe(2);
    for (const [r, value] of batch.entries()) {
      const row = z.subarray(r * cols, (r + 1) * cols);
      close(value, exact.klToUniform(row), 2 ** 29);
      expect(logits.klToUniform(row, options)).toBe(value);
    }
  });

  it('temperature divides the logits', () => {
    close(logits.klDivergence([0, 0], [0, 4 * LN3], { core, temperature: 4 }), KL, 32);
    expect(logits.entropy([0, 8], { core, temperature: 8 })).toBe(logits.entropy([0, 1], options));
  });

  it('softmax and log-softmax keep shape and dtype', () => {
    expect(logits.softmax([0, 0], options)).toEqual(Float64Array.of(0.5, 0.5));
    expect(logits.softmax(Float32Array.of(0, 0, -Infinity), options)).toEqual(Float32Array.of(0.5, 0.5, 0));
    expect(logits.softmax(Int8Array.of(3, 3), options)).toEqual(Float64Array.of(0.5, 0.5));
    expect(logits.softmax(Int32Array.of(3, 3), options)).toEqual(Float64Array.of(0.5, 0.5));
    const [a, b] = logits.logSoftmax([0, -Infinity], options);
    expect([a, b]).toEqual([0, -Infinity]);
    const z = matrix(
      Float32Array.from({ length: 600 }, (_, i) => (i * 7919) % 13),
      6,
      100,
    );
    const soft = logits.softmax(z, options);
    expect(soft).toMatchObject({ rows: 6, cols: 100 });
    expect(soft.data).toBeInstanceOf(Float32Array);
    for (let row = 0; row < 6; row++) {
      const its = z.data.subarray(100 * row, 100 * (row + 1)) as Float32Array;
      expect(soft.data.subarray(100 * row, 100 * (row + 1))).toEqual(logits.softmax(its, options));
    }
    const out = new Float32Array(700).fill(-1);
    const into = logits.softmax(z, { core, out });
    expect(into.data).toEqual(soft.data);
    expect(into.data.buffer).toBe(out.buffer);
    expect(out[600]).toBe(-1);
  });

  it('agrees with the divergence of the probabilities', () => {
    const a = Float64Array.from({ length: 50 }, (_, i) => ((i * 37) % 11) - 5);
    const b = Float64Array.from({ length: 50 }, (_, i) => ((i * 53) % 7) - 3);
    const direct = klDivergence(logits.softmax(a, options), logits.softmax(b, options), options);
    close(logits.klDivergence(a, b, options), direct, 64);
  });
});
