import { describe, expect, it } from 'vitest';
import { compareCounts } from '../../src/applications/composition.js';
import { type GSettings, gTestOf, samples } from '../../src/applications/composition/gTest.js';
import { makePair } from '../../src/applications/composition/pair.js';
import { Multinomial } from '../../src/applications/statistics/multinomial.js';
import { Random } from '../../src/applications/statistics/random.js';
import { rejections } from '../support/calibration.js';
import { seedOr } from '../support/rng.js';

const seed = seedOr(20261129);
const settings: GSettings = { replicates: 20_000, seed };

describe(`the G-test of tables with rare columns (seed ${seed})`, () => {
  // All tables of these margins, by scipy.special.gammaln: 2.10028 and 3.13642e-5.
  it('has the exact mean of G, and the exact p-value as well as its replicates can tell', () => {
    const test = samples([Float64Array.of(27, 2, 2), Float64Array.of(8, 9, 11)], settings);
    expect(test.by).toBe('monte-carlo');
    // G has a standard deviation of about 2.1.
    expect(Math.abs(test.expected - 2.1002796530141805)).toBeLessThan((4.5 * 2.1) / Math.sqrt(settings.replicates));
    expect(test.pValue).toBeLessThan(3.14e-5 + 4.5 * Math.sqrt(3.14e-5 / settings.replicates) + 1 / settings.replicates);
  });

  // The 16 tables of the rare columns, each with the tail of χ² for the others, by scipy.stats: hypergeom and chi2.
  it('draws the rare columns alone, and needs few draws where others differ', () => {
    const test = compareCounts([5000, 4200, 900, 1, 2], [5100, 3900, 980, 2, 1], { replicates: 20_000, seed }).test;
    expect(test.by).toBe('monte-carlo');
    // Of one draw the tail has 1.78 times its mean as standard deviation; the step adds 1/128 at most.
    const ratio = test.pValue / 0.0036496179187264412;
    const spread = (4.5 * 1.78) / Math.sqrt(20_000);
    expect(ratio).toBeGreaterThan(1 - spread);
    expect(ratio).toBeLessThan((1 + spread) * (1 + 1 / 128));
  });

  it.each([1e6, 6e9, 1e15])('no count is too large: %d', (n) => {
    const started = performance.now();
    const drifted = compareCounts([n / 2, n / 2, 2], [n / 10, (9 * n) / 10, 2]).test;
    expect(drifted).toMatchObject({ pValue: 0, replicates: 1999 });
    expect(compareCounts([n / 2, n / 2, 2], [n / 2, n / 2, 3]).test.pValue).toBe(1);
    expect(compareCounts([n / 2, n / 2, 2], [1, 9, 1e-6], { known: true }).test.pValue).toBe(0);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('what is rare alone is told by a bound where replicates cannot', () => {
    // 5 of 100,000 were of a kind that 10 of 510 are.
    const rare = (x: number) => compareCounts([250, 250, x], [50_000, 50_000, 5]).test.pValue;
    expect(rare(0)).toBeGreaterThan(0.5);
    expect(rare(3)).toBeLessThanOrEqual(0.001);
    expect(rare(10)).toBeLessThan(1e-9);
    expect(rare(40)).toBeLessThan(rare(10));
    // Pooled 15 and 100,505: P(10 or more of the 15 among the 510 of one sample), hypergeometric (scipy.stats): 3.0e-20. The bound is above it.
    expect(rare(10)).toBeGreaterThan(3.03e-20);
  });

  it('more than two samples of very unequal sizes', () => {
    const equal = [
      [50, 60, 3],
      [5000, 6000, 300],
      [5e8, 6e8, 3e7],
    ];
    const p = (first: number[]) =>
      samples(
        [first, ...equal.slice(1)].map((row) => Float64Array.from(row)),
        settings,
      ).pValue;
    expect(p(equal[0] as number[])).toBe(1);
    expect(p([50, 60, 30])).toBeLessThan(1e-4);
  });

  it.each([
    ['two rare of five', [0.5, 0.4, 0.1, 1e-4, 3e-4], 1e4, 1e4],
    ['two rare of five, a small window', [0.5, 0.4, 0.1, 1e-4, 3e-4], 1e3, 1e5],
    ['at the edge of rare, and many rare ones', [12, 12, ...new Array(20).fill(5)], 124, 124],
    ['few rows of many columns', new Array(30).fill(1), 20, 40],
    ['one row', [3, 2, 1], 1, 60],
    ['known', [0.5, 0.4, 0.1, 1e-4, 3e-4], 1e4, Infinity],
  ] as const)('does not reject without reason more often than α: %s', (_, weights, n, m) => {
    const random = new Random(seed);
    const [one, other] = [new Multinomial(weights, n), m === Infinity ? undefined : new Multinomial(weights, m)];
    const pValues = Float64Array.from({ length: 400 }, (_, run) => {
      const [x, y] = [new Float64Array(weights.length), Float64Array.from(weights)];
      one.draw(random, x);
      other?.draw(random, y);
      return gTestOf(makePair(x, y, m === Infinity), { replicates: 199, seed: run }).pValue;
    });
    for (const alpha of [0.1, 0.05, 0.01]) {
      const { share, most } = rejections(pValues, alpha);
      expect(share).toBeLessThanOrEqual(most);
    }
  });
});
