import { describe, expect, it } from 'vitest';
import { disparityPenalty, type PenaltyOptions } from '../../src/applications/fairness.js';
import { klDivergence, logits, matrix, multiwayJensenShannonDivergence } from '../../src/index.js';
import { disparity as exact } from '../oracle/disparity.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const EPSILON = 2 ** -53;

/** Rows of logits, and groups of unequal sizes. */
function draw(rows: number, cols: number, groups: number, spread: number, among = 0.5, rng = createRng(seed)) {
  const labels = Array.from({ length: rows }, (_, i) => (i < groups ? i : Math.min(rng.below(groups), rng.below(groups))));
  const z = labels.map((group) => Array.from({ length: cols }, (_, c) => spread * rng.normal() + (c === group ? among : 0)));
  return { z, labels, flat: matrix(Float64Array.from(z.flat()), rows, cols) };
}

const names = (labels: readonly number[]) => labels.map((label) => `group ${label}`);

describe(`the penalty's value and gradient (seed ${seed})`, () => {
  const cases = [
    [12, 2, 2, 1, 0.5],
    [20, 4, 3, 2, 0.5],
    [30, 6, 5, 3, 2],
    // Groups that nearly agree.
    [24, 3, 2, 1e-6, 1e-6],
  ] as const;

  it.each(cases)(
    'jensen-shannon and kl of %d rows, %d classes, %d groups, spread %d: as 320 bits have it',
    (rows, cols, groups, spread, among) => {
      const { z, labels, flat } = draw(rows, cols, groups, spread, among);
      const w = logits.softmax(flat).data;
      const means = [...new Set(labels)].map((name) => {
        const own = labels.flatMap((label, i) => (label === name ? [i] : []));
        return {
          size: own.length,
          mean: Float64Array.from({ length: cols }, (_, c) => own.reduce((s, i) => s + (w[i * cols + c] as number), 0) / own.length),
        };
      });
      for (const divergence of ['jensen-shannon', 'kl'] as const) {
        const { value, gradient } = disparityPenalty(flat, names(labels), { divergence });
        const wanted = exact(z, labels, divergence);
        // Means are off by 8ε of themselves at most: a softmax by 4, its mean by as much. A value moves by its slopes times that, and a slope, a log-ratio of means, by 16ε.
        const logs = means.map(({ mean }) =>
          Math.max(...means.flatMap((other) => Array.from(mean, (x, c) => Math.abs(Math.log(x / (other.mean[c] as number)))))),
        );
        const steepest = Math.max(...logs) * (divergence === 'kl' ? 2 * Math.exp(Math.max(...logs)) : 1);
        expect(Math.abs(value - wanted.value)).toBeLessThanOrEqual(32 * EPSILON * (steepest + wanted.value));
        const unit = divergence === 'kl' ? 2 * Math.exp(Math.max(...logs)) : 1;
        for (const [i, slopes] of wanted.gradient.entries()) {
          const size = means[[...new Set(labels)].indexOf(labels[i] as number)]?.size as number;
          for (const [c, slope] of slopes.entries()) {
            const share = w[i * cols + c] as number;
            const allowed = (32 * EPSILON * share * (unit + steepest)) / size;
            expect(Math.abs((gradient.data[i * cols + c] as number) - slope)).toBeLessThanOrEqual(allowed);
          }
        }
      }
    },
  );

  it('is what its names say', () => {
    const { labels, flat } = draw(40, 3, 3, 1);
    const w = logits.softmax(flat).data;
    const mean = (name: number) => {
      const own = labels.flatMap((label, i) => (label === name ? [i] : []));
      return Array.from({ length: 3 }, (_, c) => own.reduce((s, i) => s + (w[i * 3 + c] as number), 0) / own.length);
    };
    const groups = [...new Set(labels)];
    const means = groups.map(mean);
    const sizes = groups.map((name) => labels.filter((label) => label === name).length);
    expect(disparityPenalty(flat, names(labels)).value).toBeCloseTo(multiwayJensenShannonDivergence(means, { weights: sizes }), 14);
    expect(disparityPenalty(flat, names(labels), { weights: 'equal' }).value).toBeCloseTo(multiwayJensenShannonDivergence(means), 14);
    const pairs = means.flatMap((p) => means.filter((q) => q !== p).map((q) => klDivergence(p, q)));
    expect(disparityPenalty(flat, names(labels), { divergence: 'kl' }).value).toBeCloseTo(pairs.reduce((a, b) => a + b) / pairs.length, 14);
  });

  it.each([
    {},
    { weights: 'equal' },
    { divergence: 'kl' },
    { labels: Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 'yes' : 'no')) },
    { divergence: 'kl', labels: Array.from({ length: 30 }, (_, i) => i % 2) },
  ] satisfies PenaltyOptions[])('moves as its gradient says: %o', (options) => {
    const { labels, flat } = draw(30, 3, 3, 1);
    const { gradient } = disparityPenalty(flat, names(labels), options);
    const h = 1e-5;
    for (let i = 0; i < flat.data.length; i++) {
      const at = (step: number) => {
        const moved = Float64Array.from(flat.data);
        moved[i] = (moved[i] as number) + step;
        return disparityPenalty(matrix(moved, 30, 3), names(labels), options).value;
      };
      // Third derivatives are below 1 here: h² and what rounding leaves of the difference, ε/h.
      expect(Math.abs((at(h) - at(-h)) / (2 * h) - (gradient.data[i] as number))).toBeLessThan(h * h + 8 * (EPSILON / h));
    }
  });

  it('of labels is the mean over labels, by their inputs', () => {
    const { labels, flat, z } = draw(30, 3, 2, 1);
    const y = labels.map((_, i) => (i % 3 === 0 ? 1 : 0));
    const part = (label: number) => {
      const own = y.flatMap((x, i) => (x === label ? [i] : []));
      const rows = matrix(Float64Array.from(own.flatMap((i) => z[i] as number[])), own.length, 3);
      return (
        disparityPenalty(
          rows,
          own.map((i) => labels[i] as number),
        ).value *
        (own.length / 30)
      );
    };
    expect(disparityPenalty(flat, labels, { labels: y }).value).toBeCloseTo(part(0) + part(1), 15);
  });

  it('takes a plain array as logits of the second of two classes, and keeps single floats', () => {
    const z = [0.3, -1, 2, 0.5];
    const groups = ['a', 'b', 'a', 'b'];
    const plain = disparityPenalty(z, groups);
    const rows = disparityPenalty(matrix(Float64Array.from(z.flatMap((x) => [0, x])), 4, 2), groups);
    expect(plain.value).toBe(rows.value);
    expect(plain.gradient).toMatchObject({ rows: 4, cols: 1 });
    expect([...plain.gradient.data]).toEqual([1, 3, 5, 7].map((i) => rows.gradient.data[i]));
    const single = disparityPenalty(Float32Array.from(z), groups).gradient.data;
    expect(single).toBeInstanceOf(Float32Array);
    const most = Math.max(...plain.gradient.data.map(Math.abs));
    for (const [i, slope] of single.entries())
      expect(Math.abs(slope - (plain.gradient.data[i] as number))).toBeLessThan(2 ** -20 * most * 8);
  });

  it('is exactly 0, with no gradient, where there is nothing to compare or no difference', () => {
    const { flat } = draw(6, 3, 2, 1);
    const nothing = disparityPenalty(flat, new Array(6).fill('one'));
    expect(nothing.value).toBe(0);
    expect(nothing.gradient.data.every((x) => x === 0)).toBe(true);
    const twice = matrix(Float64Array.of(...flat.data, ...flat.data), 12, 3);
    for (const divergence of ['jensen-shannon', 'kl'] as const) {
      const same = disparityPenalty(twice, [...new Array(6).fill('a'), ...new Array(6).fill('b')], { divergence });
      expect(same.value).toBe(0);
      expect(same.gradient.data.every((x) => x === 0)).toBe(true);
    }
  });

  it('leaves masked classes alone', () => {
    const z = matrix(Float64Array.of(1, 0, -Infinity, 0, 1, -Infinity), 2, 3);
    const { value, gradient } = disparityPenalty(z, ['a', 'b']);
    expect(value).toBeCloseTo(disparityPenalty(matrix(Float64Array.of(1, 0, 0, 1), 2, 2), ['a', 'b']).value, 14);
    expect([gradient.data[2], gradient.data[5]]).toEqual([0, 0]);
    expect(gradient.data.every(Number.isFinite)).toBe(true);
  });
});

it('says what is wrong, and where', () => {
  const { flat } = draw(4, 3, 2, 1);
  const bad = matrix(Float64Array.of(0, 1, 0, Number.NaN), 2, 2);
  expect(errorOf(() => disparityPenalty(bad, ['a', 'b']))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'z', row: 1, column: 1 });
  expect(errorOf(() => disparityPenalty(flat, ['a']))).toMatchObject({ code: 'ERR_SHAPE', argument: 'groups' });
  expect(errorOf(() => disparityPenalty(flat, ['a', 'b', '', 'a']))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'groups', row: 2 });
  expect(errorOf(() => disparityPenalty(flat, [1, 2, 1, 2], { labels: [1, 2] }))).toMatchObject({ code: 'ERR_SHAPE', argument: 'labels' });
  expect(errorOf(() => disparityPenalty(flat, [1, 2, 1, 2], { divergence: 'js' as never }))).toMatchObject({ code: 'ERR_OPTION' });
  expect(errorOf(() => disparityPenalty(flat, [1, 2, 1, 2], { divergence: 'kl', weights: 'equal' }))).toMatchObject({
    code: 'ERR_OPTION',
    argument: 'weights',
  });
  expect(errorOf(() => disparityPenalty(matrix(new Float64Array(2).fill(-Infinity), 1, 2), ['a']))).toMatchObject({
    code: 'ERR_ZERO_ROW',
    row: 0,
  });
});
