import { describe, expect, it } from 'vitest';
import { formatCount, formatNumber, formatRate, formatTime } from '../../src/report/format.js';
import { bar, drawHistogram, histogram } from '../../src/report/histogram.js';

const sorted = (values: readonly number[]) => ({ values: Float64Array.from(values).sort(), total: values.length });

describe('a histogram', () => {
  it('ends with the largest number, and not beyond it', () => {
    for (const values of [
      [1e308, 1.2e308, 1.79e308],
      [1e-3, 1, 1.79e308],
      [1e300, 1.79e308],
    ]) {
      const { edges, counts } = histogram(sorted(values));
      expect(edges.at(-1)).toBe(Number.MAX_VALUE);
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(values.length);
    }
  });

  it('has round edges and counts every value once', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) ** 2);
    const { edges, counts, scale } = histogram(sorted(values));
    expect(scale).toBe('linear');
    expect(edges).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(counts).toEqual(
      edges.slice(1).map((to, i) => values.filter((x) => x >= (edges[i] as number) && (x < to || (to === 1 && x === 1))).length),
    );
  });

  it('turns logarithmic where values are far apart, with zeros on a line of their own', () => {
    const values = [...Array.from({ length: 100 }, (_, i) => 10 ** (-i / 10)), 0, 0];
    const shown = histogram(sorted(values));
    expect(shown).toMatchObject({ scale: 'log', zeros: 2 });
    expect(shown.counts.reduce((sum, n) => sum + n, 0)).toBe(100);
    expect(drawHistogram(shown, 3, 60).at(0)).toMatch(/^ +0 │.* 2$/);
    expect(drawHistogram(shown, 3, 60).at(-1)).toMatch(/^ *Infinity │.* 3$/);
  });

  it.each([
    ['one value', [0.5]],
    ['equal values', [2, 2, 2]],
    ['zeros alone', [0, 0]],
    ['negative values', [-3, -1e-9, 5]],
    ['tiny values', [5e-324, 1e-300, 1]],
    ['huge values', [1, 1e308]],
    ['values one rounding step apart', [1, 1 + 2 ** -52]],
  ])('of %s draws lines of the width asked for', (_name, values) => {
    const shown = histogram(sorted(values));
    expect(shown.counts.reduce((sum, n) => sum + n, shown.zeros)).toBe(values.length);
    const lines = drawHistogram(shown, 0, 70);
    expect(lines.length).toBeLessThan(25);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(70);
  });

  it('of nothing draws only what is infinite', () => {
    expect(drawHistogram(histogram(sorted([])), 2, 40)).toHaveLength(1);
    expect(drawHistogram(histogram(sorted([])), 0, 40)).toEqual([]);
  });

  it('shows every count that is not 0', () => {
    expect([bar(0, 10, 8), bar(1e-9, 10, 8), bar(5, 10, 8), bar(10, 10, 8)]).toEqual(['', '▏', '████', '████████']);
  });
});

describe('numbers for people', () => {
  it('are short and lose no scale', () => {
    expect([0, 0.42361749, 12.3456, 1234567, 1.5e-7, -0.0001236, 2e12, Infinity].map((x) => formatNumber(x))).toEqual([
      '0',
      '0.4236',
      '12.35',
      '1234567',
      '1.5e-7',
      '-0.0001236',
      '2e12',
      'Infinity',
    ]);
    expect([formatCount(1234567), formatRate(12_345_678), formatTime(0.00123), formatTime(12.345), formatTime(190)]).toEqual([
      '1,234,567',
      '12.3 M',
      '1.2 ms',
      '12.3 s',
      '3 min 10 s',
    ]);
  });
});
