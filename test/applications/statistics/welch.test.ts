import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/applications/statistics/random.js';
import { welchStatistic } from '../../../src/applications/statistics/welch.js';
import { seedOr } from '../../support/rng.js';

const seed = seedOr(20261130);

const rowsOf = (random: Random, count: number, cols: number) =>
  Array.from({ length: count }, () => {
    const row = Float64Array.from({ length: cols }, () => random.gamma(0.7));
    return row.map((x) => x / row.reduce((sum, y) => sum + y, 0));
  });

/** The same from squared distances alone, as PERMANOVA's relatives have it: no means, no coordinates. */
function byDistances(rows: readonly Float64Array[], labels: Int32Array, groups: number): number {
  const pooled = (rows[0] as Float64Array).map((_, c) => rows.reduce((sum, row) => sum + (row[c] as number), 0) / rows.length);
  const squared = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, x, c) => sum + (x - (b[c] as number)) ** 2 / ((pooled[c] as number) + 1 / (2 * rows.length)), 0);
  const members = Array.from({ length: groups }, (_, g) => rows.filter((_row, i) => labels[i] === g));
  const mean = (as: readonly Float64Array[], bs: readonly Float64Array[]) =>
    as.reduce((sum, a) => sum + bs.reduce((all, b) => all + squared(a, b), 0), 0) / as.length / bs.length;
  // Mean distances within count each row with itself: half of them is the scatter about the mean, over n.
  const within = members.map((own) => mean(own, own) / 2);
  const freedom = members.reduce((sum, own) => sum + own.length - 1, 0);
  const pool = members.reduce((sum, own, g) => sum + own.length * (within[g] as number), 0) / freedom;
  const weights = members.map(({ length: n }, g) => n / (n > 1 ? ((within[g] as number) * n) / (n - 1) : pool));
  let [found, total] = [0, 0];
  for (const [g, own] of members.entries()) {
    total += weights[g] as number;
    for (let h = 0; h < g; h++) {
      const apart = mean(own, members[h] as Float64Array[]) - (within[g] as number) - (within[h] as number);
      found += (weights[g] as number) * (weights[h] as number) * apart;
    }
  }
  return found / (found + total);
}

describe(`the statistic of means (seed ${seed})`, () => {
  it.each([
    [2, [4, 9], 5],
    [3, [2, 5, 6], 4],
    [2, [3, 4], 40],
    [3, [1, 3, 4], 6],
  ])('of %d groups of %j rows over %d columns is that of their distances', (groups, sizes, cols) => {
    const random = new Random(seed);
    const labels = Int32Array.from(sizes.flatMap((size, g) => new Array<number>(size).fill(g)));
    const rows = rowsOf(random, labels.length, cols);
    const statistic = welchStatistic(rows, groups);
    for (let run = 0; run < 5; run++) {
      expect(statistic(labels)).toBeCloseTo(byDistances(rows, labels, groups), 12);
      random.shuffle(labels);
    }
  });

  it('changing the names of groups changes nothing, however far apart they are', () => {
    const rows = [1, 2, 3, 4, 5, 6].map((i) => (i < 4 ? [0.3 + 1e-9 * i, 0.7 - 1e-9 * i] : [0.6 + 3e-9 * i, 0.4 - 3e-9 * i]));
    const statistic = welchStatistic(
      rows.map((row) => Float64Array.from(row)),
      2,
    );
    const [one, other] = [Int32Array.of(0, 0, 0, 1, 1, 1), Int32Array.of(1, 1, 1, 0, 0, 0)];
    expect(statistic(one)).toBe(statistic(other));
    expect(statistic(one)).toBeGreaterThan(statistic(Int32Array.of(0, 0, 1, 0, 1, 1)));
  });

  it('what blocks have in common says nothing', () => {
    const labels = Int32Array.of(0, 1, 0, 1, 1, 0, 1, 1);
    const blocks = [0, 0, 1, 1, 1, 2, 2, 2];
    const random = new Random(seed);
    const rows = rowsOf(random, 8, 3).map((row) => row.map((x) => x / 4 + 0.25));
    // Of the same pooled mean, which weighs the columns.
    const shift = [3, 3, -4, -4, -4, 2, 2, 2];
    const moved = rows.map((row, i) => row.map((x, c) => x + 0.02 * (shift[i] as number) * (c === 2 ? -2 : 1)));
    expect(welchStatistic(moved, 2, blocks)(labels)).toBeCloseTo(welchStatistic(rows, 2, blocks)(labels), 12);
  });

  it('is 0 for rows that are the same to a rounding, and 1 where groups do not scatter and differ', () => {
    const labels = Int32Array.of(0, 0, 1, 1);
    const third = [1 / 3, 2 / 3];
    const rows = [third, [1 / 3 + 2 ** -54, 2 / 3], third, third].map((row) => Float64Array.from(row));
    expect(welchStatistic(rows, 2)(labels)).toBe(0);
    expect(
      welchStatistic(
        [third, third, [0.5, 0.5], [0.5, 0.5]].map((row) => Float64Array.from(row)),
        2,
      )(labels),
    ).toBe(1);
  });
});
