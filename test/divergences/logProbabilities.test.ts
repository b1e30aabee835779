import { describe, expect, it } from 'vitest';
import { logits, logProbabilities, matrix, vector } from '../../src/index.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';

describe.each(CORES)('log-probabilities on %s', (_, core) => {
  const a = logits.logSoftmax(Float64Array.of(0.3, -1, 2, 0.5), { core });
  const b = logits.logSoftmax(Float64Array.of(0.2, -1, 2.5, 0.4), { core });

  it('have the bits of the same rows as logits', () => {
    expect(logProbabilities.klDivergence(a, b, { core })).toBe(logits.klDivergence(a, b, { core }));
    expect(logProbabilities.jensenShannonDivergence(a, b, { core, base: 2 })).toBe(logits.jensenShannonDivergence(a, b, { core, base: 2 }));
    expect(logProbabilities.entropy(a, { core })).toBe(logits.entropy(a, { core }));
    expect(logProbabilities.klToUniform(a, { core })).toBe(logits.klToUniform(a, { core }));
    expect(logProbabilities.surprisal(a, 2, { core })).toBe(logits.surprisal(a, 2, { core }));
    const batch = matrix(Float32Array.from([...a, ...b]), 2, 4);
    expect(logProbabilities.klDivergence(batch, b, { core })).toEqual(logits.klDivergence(batch, b, { core }));
  });

  it('pass where rounding left them a little off, and −∞ is a probability of 0', () => {
    expect(logProbabilities.entropy([1e-9, -Infinity], { core })).toBe(0);
    expect(logProbabilities.klDivergence([Math.log(0.5), Math.log(0.5)], [0, -Infinity], { core })).toBe(Infinity);
  });

  it('of 16 bits pass within what rounding makes of log K', () => {
    for (const [dtype, shift, digits] of [
      ['bfloat16', 16, 2 ** -8],
      ['float16', 13, 2 ** -11],
    ] as const) {
      for (const cols of [2, 10, 1000, 32000]) {
        const word = new Uint32Array(Float32Array.of(Math.log(cols)).buffer)[0] as number;
        const rounded = (word + (1 << (shift - 1))) >>> shift;
        const bits = dtype === 'bfloat16' ? rounded | 0x8000 : 0x8000 | (rounded - (112 << 10));
        const row = vector(new Uint16Array(cols).fill(bits), { dtype });
        const expected = Math.log(cols);
        expect(Math.abs(logProbabilities.entropy(row, { core }) - expected), `${dtype} ${cols}`).toBeLessThanOrEqual(1e-6 * expected);
        const off = vector(new Uint16Array(cols).fill(bits + Math.ceil(0.01 / digits)), { dtype });
        expect(errorOf(() => logProbabilities.entropy(off, { core }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p' });
      }
    }
  });

  it('law 4: logits and probabilities are refused with their row, and told where they belong', () => {
    const out = Float64Array.of(7, 7);
    const rows = matrix(Float64Array.from([...a, 0.3, -1, 2, 0.5]), 2, 4);
    const refused = errorOf(() => logProbabilities.klDivergence(rows, b, { core, out }));
    expect(refused).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', row: 1, column: 0, value: 0.3 });
    expect(refused.message).toContain('the function of this name in "logits"');
    expect(Array.from(out)).toEqual([7, 7]);
    const negative = errorOf(() => logProbabilities.entropy([-3, -4], { core }));
    expect(negative).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p' });
    expect(negative.message).toContain('the function of this name in "logits"');
    expect(errorOf(() => logProbabilities.surprisal([0.2, 0.8], 0, { core }))).toMatchObject({ code: 'ERR_DOMAIN', column: 0 });
    expect(errorOf(() => logProbabilities.klDivergence(a, [Number.NaN, 0, 0, 0], { core }))).toMatchObject({ argument: 'q', column: 0 });
    expect(errorOf(() => logProbabilities.entropy(a, { core, temperature: 2 } as never))).toMatchObject({ code: 'ERR_OPTION' });
  });
});
