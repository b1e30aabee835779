import { describe, expect, it } from 'vitest';
import { entropy, excessCodeLength, klDivergence, logits, maskClasses, matrix, perplexity, ragged, surprisal } from '../../src/index.js';
import { fixed, logOfRatio, toNumber } from '../oracle/fixed.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import { createRng } from '../support/rng.js';

function close(actual: number, expected: number, units = 8): void {
  expect(Math.abs(actual - expected), `${actual} and ${expected}`).toBeLessThanOrEqual(units * 2 ** -53 * Math.abs(expected));
}

describe.each(CORES)('surprisal on %s', (_, core) => {
  it('of probabilities and of counts', () => {
    expect(surprisal([0.5, 0.25, 0.25], 1, { core, base: 2 })).toBe(2);
    close(surprisal([1, 3], 0, { core }), 1.3862943611198906);
    close(surprisal([1, 3], 1, { core }), 0.28768207245178096);
    expect(surprisal([1, 3], 0, { core, normalize: false })).toBe(0);
    expect(surprisal([1, 0], 1, { core })).toBe(Infinity);
    expect(surprisal([1, 0], 0, { core })).toBe(0);
    // p̂ nearly 1: the others' mass, not 1 less itself.
    close(surprisal([1, 1e-20], 0, { core }), 1e-20);
    // Sums beyond the range, and entries that only exponents tell apart.
    close(surprisal([1.5e308, 1.5e308, 1.5e308], 2, { core }), 1.0986122886681098);
    close(surprisal([5e-324, 1e308], 0, { core }), 1453.6362805635474, 64);
    close(surprisal([5e-324, 5e-324], 0, { core }), Math.LN2);
  });

  it('of logits: near certainty, far from it, masks, temperature', () => {
    close(logits.surprisal([40, 0], 0, { core }), 4.248354255291589e-18);
    close(logits.surprisal([40, 0], 1, { core }), 40);
    close(logits.surprisal([0, 80], 1, { core, temperature: 2 }), 4.248354255291589e-18);
    expect(logits.surprisal([0, -Infinity], 1, { core })).toBe(Infinity);
    const z = matrix(
      Float32Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 13),
      500,
      100,
    );
    const labels = Int32Array.from({ length: 500 }, (_, row) => (row * 37) % 100);
    const all = logits.surprisal(z, labels, { core });
    const soft = logits.softmax(z, { core }).data;
    for (const [row, value] of all.entries())
      expect(Math.abs(value + Math.log(soft[row * 100 + (labels[row] as number)] as number))).toBeLessThan(1e-6);
    const alone = z.data.slice(4200, 4300);
    expect(logits.surprisal(alone, labels[42] as number, { core })).toBe(all[42]);
  });

  it('labels to ignore give 0 and are not counted', () => {
    const p = matrix(Float64Array.of(0.5, 0.5, 0.25, 0.75, 0.9, 0.1), 3, 2);
    const labels = [0, -100, 0];
    expect(Array.from(surprisal(p, labels, { core, ignore: -100, base: 2 }), (x) => x > 0)).toEqual([true, false, true]);
    close(perplexity(p, labels, { core, ignore: -100 }), Math.sqrt(2 / 0.9), 32);
    expect(errorOf(() => perplexity(p, [7, 7, 7], { core, ignore: 7 }))).toMatchObject({ code: 'ERR_EMPTY', argument: 'labels' });
    close(logits.perplexity(matrix(new Float64Array(8), 2, 4), [3, 1], { core }), 4, 16);
    close(perplexity(matrix(Float64Array.of(0.5, 0.5, 0.25, 0.75), 2, 2), [0, 0], { core }), Math.sqrt(8), 32);
  });

  it('perplexity is Infinity where an outcome had the probability 0', () => {
    const options = { ignore: -1 };
    expect([perplexity([0, 1], 0), perplexity(matrix([0.5, 0.5, 0, 1], 2, 2), [0, 0])]).toEqual([Infinity, Infinity]);
    expect([logits.perplexity([-Infinity, 0], 0), logits.perplexity(matrix([0, 0, -Infinity, 0], 2, 2), [0, 0])]).toEqual([
      Infinity,
      Infinity,
    ]);
    expect(perplexity(matrix([0.5, 0.5, 0, 1], 2, 2), [0, -1], options)).toBeCloseTo(2, 14);
  });

  it('keeps its digits of counts of any size (seed 20261129)', () => {
    const rng = createRng(20261129);
    for (let trial = 0; trial < 500; trial++) {
      const row = Array.from({ length: 3 }, () => Math.ceil(2 ** (50 * rng.uniform())));
      const total = row.reduce((sum, x) => sum + fixed(x), 0n);
      for (const [label, count] of row.entries()) {
        const exact = toNumber(logOfRatio(total, fixed(count)));
        expect(Math.abs(surprisal(row, label, { core }) / exact - 1), `${row}, ${label}`).toBeLessThanOrEqual(8 * 2 ** -53);
      }
    }
  });

  it('its mean under p is the entropy, and what q adds is the excess code length', () => {
    const [p, q] = [
      [0.1, 0.2, 0.7],
      [0.3, 0.3, 0.4],
    ];
    const mean = (of: readonly number[]) => p.reduce((sum, x, label) => sum + x * surprisal(of, label, { core }), 0);
    close(mean(p), entropy(p, { core }), 32);
    close(mean(q) - mean(p), klDivergence(p, q, { core }), 256);
    expect(excessCodeLength(p, q, { core })).toBe(klDivergence(p, q, { core, base: 2 }));
  });

  it('law 4: `out` is apart from the labels as it is from the rows', () => {
    const labels = Float64Array.of(0, 1);
    const P = matrix([0.5, 0.5, 0.25, 0.75], 2, 2);
    for (const call of [surprisal, logits.surprisal] as (typeof surprisal)[])
      expect(errorOf(() => call(P, labels, { out: labels }))).toMatchObject({
        code: 'ERR_OUT',
        message: expect.stringContaining('"labels"'),
      });
    expect(labels).toEqual(Float64Array.of(0, 1));
  });

  it('law 4: what is no label, and no row, is refused with its place', () => {
    const p = matrix(new Float64Array(6).fill(0.5), 3, 2);
    const call =
      (labels: unknown, options: object = {}, rows = p) =>
      () =>
        surprisal(rows, labels as number[], { core, ...options });
    expect(errorOf(call([0, 1, 2]))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'labels', row: 2, value: 2 });
    expect(errorOf(call([0, 0.5, 1]))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'labels', row: 1 });
    for (const label of [undefined, null]) expect(errorOf(call([0, label as never, 1]))).toMatchObject({ code: 'ERR_KIND', row: 1 });
    expect(errorOf(call([0, -100, 1]))).toMatchObject({ code: 'ERR_DOMAIN', row: 1, value: -100 });
    expect(errorOf(call([0, 1]))).toMatchObject({ code: 'ERR_SHAPE', argument: 'labels' });
    expect(errorOf(call(1))).toMatchObject({ code: 'ERR_KIND', argument: 'labels' });
    expect(errorOf(call([0, 1, 1], { ignore: 0.5 }))).toMatchObject({ code: 'ERR_OPTION', argument: 'ignore' });
    expect(errorOf(call([0, 1, 1], { normalize: 'require' }, matrix(Float64Array.of(1, 0, 0, 1, 1, 1), 3, 2)))).toMatchObject({ row: 2 });
    const bad = matrix(Float64Array.of(1, 0, 0, 1, 1, -1), 3, 2);
    expect(errorOf(call([0, 1, 1], {}, bad))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', row: 2, column: 1 });
    const empty = matrix(Float64Array.of(1, 0, 0, 1, 0, 0), 3, 2);
    expect(errorOf(call([0, 1, 1], {}, empty))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'p', row: 2 });
    const z = matrix(new Float64Array(40_000), 4000, 10);
    z.data[39_995] = Number.NaN;
    const place = { code: 'ERR_DOMAIN', argument: 'z', row: 3999, column: 5 };
    expect(errorOf(() => logits.surprisal(z, new Uint8Array(4000), { core }))).toMatchObject(place);
  });
});

it('a label is a class of its own row: of rows of unequal length, none that only a longer one has', () => {
  const rows = ragged({ data: [1, 3, 1, 1, 1, 1], offsets: [0, 2, 6] });
  close(surprisal(rows, [1, 3])[1] as number, 1.3862943611198906);
  const place = { code: 'ERR_DOMAIN', argument: 'labels', row: 0, value: 2 };
  expect(errorOf(() => surprisal(rows, [2, 3]))).toMatchObject({ ...place, expected: expect.stringContaining('0 to 1') });
  expect(errorOf(() => perplexity(rows, [2, 3], { ignore: 3 }))).toMatchObject(place);
  const masked = maskClasses(matrix([1, 2, 3, 1, 2, 3], 2, 3), matrix([0, 1, 0, 0, 0, 0], 2, 3));
  expect(errorOf(() => surprisal(masked, [2, 2]))).toMatchObject(place);
  close(surprisal(masked, [1, 2])[1] as number, Math.LN2);
});
