import { describe, expect, it } from 'vitest';
import { Distribution, quantile } from '../../src/report/distribution.js';
import { QUANTILES, Summarizer } from '../../src/report/summary.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261122);

/** A summary of values given in blocks. */
function summarize(values: readonly number[], { block = 7, top = 3, ids = undefined as readonly string[] | undefined } = {}) {
  const summarizer = new Summarizer(top);
  for (let i = 0; i < values.length; i += block) summarizer.add(Float64Array.from(values.slice(i, i + block)), ids?.slice(i, i + block));
  return summarizer.summary();
}

describe('a summary', () => {
  it('has the quantiles of NumPy and R, and the moments of the definition', () => {
    const rng = createRng(seed);
    const values = Array.from({ length: 1001 }, () => 1e6 + rng.normal());
    const { mean, sd, min, max, quantiles } = summarize(values);
    const shifted = values.map((value) => value - 1e6);
    const average = shifted.reduce((sum, value) => sum + value, 0) / 1001;
    expect(mean - 1e6).toBeCloseTo(average, 8);
    expect(sd).toBeCloseTo(Math.sqrt(shifted.reduce((sum, value) => sum + (value - average) ** 2, 0) / 1000), 8);
    const sorted = [...values].sort((a, b) => a - b);
    expect([min, max]).toEqual([sorted[0], sorted[1000]]);
    expect(quantiles).toEqual(QUANTILES.map((percent) => sorted[10 * percent]));
    expect(summarize([1, 2]).quantiles[3]).toBe(1.5);
  });

  it('has the moments of numbers near the end of the range, and a mean right to the last digit of many', () => {
    const huge = summarize([1, 2, 1.5e308, 1e308, 1.7e308]);
    expect(huge.mean / 1e307).toBeCloseTo(8.4, 12);
    expect(huge.sd / 1e307).toBeCloseTo(8.08084154, 7);
    const rng = createRng(seed);
    const many = Float64Array.from({ length: 300_000 }, () => 0.1 + rng.uniform() / 64);
    // In units of 2^-60 every one of them is a whole number.
    const exact = Number(many.reduce((sum, value) => sum + BigInt(value * 2 ** 60), 0n)) / 2 ** 60 / many.length;
    const summarizer = new Summarizer(0);
    summarizer.add(many);
    expect(Math.abs(summarizer.summary().mean / exact - 1)).toBeLessThan(2 ** -51);
  });

  it('keeps Infinity apart, and counts it', () => {
    expect(summarize([1, Infinity, 3, Infinity])).toMatchObject({ rows: 4, infinite: 2, mean: 2, min: 1, max: 3 });
    expect(summarize([Infinity])).toMatchObject({ infinite: 1, mean: Number.NaN, min: Number.NaN });
  });

  it('names the largest rows, ties in the order of the file', () => {
    const { largest } = summarize([1, 5, 2, 5, Infinity, 0, 9, 9, 9], { block: 2, ids: [...'abcdefghi'] });
    expect(largest).toEqual([
      { row: 4, id: 'e', score: Infinity },
      { row: 6, id: 'g', score: 9 },
      { row: 7, id: 'h', score: 9 },
    ]);
    expect(summarize([1, 2], { top: 0 }).largest).toEqual([]);
  });
});

describe('a distribution of more values than are kept', () => {
  it('answers quantiles within 2^-10 of the exact ones, of any size and sign', () => {
    const rng = createRng(seed);
    const limit = 4096;
    const values = Array.from({ length: 50_000 }, () => rng.normal() * 10 ** (rng.below(200) - 100));
    values.push(...Array.from({ length: 1000 }, () => 0));
    const bounded = new Distribution(limit);
    for (const value of values) bounded.add(value);
    const sorted = [...values].sort((a, b) => a - b);
    const found = bounded.sorted();
    expect([bounded.exact, found.total]).toEqual([false, values.length]);
    for (let rank = 0; rank < values.length; rank += 97) {
      const exact = sorted[rank] as number;
      const value = quantile(found, rank / (values.length - 1));
      if (Math.abs(value - exact) > 1.1 * 2 ** -10 * Math.abs(exact)) throw new Error(`rank ${rank}: ${value} for ${exact}`);
    }
  });
});

describe('a distribution', () => {
  const rng = createRng(seed);
  const values = Array.from({ length: 5000 }, () => Math.exp(6 * rng.normal()) * (rng.uniform() < 0.2 ? -1 : 1));
  const collect = (some: readonly number[], limit: number, bits?: number) => {
    const distribution = new Distribution(limit, bits);
    for (const value of some) distribution.add(value);
    return distribution;
  };

  it.each([
    [1e6, 21],
    [1024, 21],
    [2000, 17],
  ])('of limit %d and %d bits takes in another as if its values had come one by one', (limit, bits) => {
    const whole = collect(values, limit, bits).sorted();
    for (const cut of [0, 10, 1500, 4990, 5000]) {
      const merged = collect(values.slice(0, cut), limit, bits);
      merged.merge(collect(values.slice(cut), limit, bits));
      expect(merged.sorted()).toEqual(whole);
    }
  });

  it('of b bits has middles within 2^(11 − b)', () => {
    for (const bits of [17, 21]) {
      const { values: middles, weights } = collect(values, 0, bits).sorted();
      const sorted = Float64Array.from(values).sort();
      let at = 0;
      for (const [i, middle] of middles.entries())
        for (let n = 0; n < (weights?.[i] ?? 0); n++)
          expect(Math.abs(middle / (sorted[at++] as number) - 1)).toBeLessThanOrEqual(2 ** (11 - bits));
    }
  });
});
