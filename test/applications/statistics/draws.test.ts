import { describe, expect, it } from 'vitest';
import { chiSquareTail } from '../../../src/applications/statistics/chiSquare.js';
import { binomial, hypergeometric } from '../../../src/applications/statistics/draws.js';
import { Random } from '../../../src/applications/statistics/random.js';
import { logGamma } from '../../../src/applications/statistics/special.js';
import { seedOr } from '../../support/rng.js';

const seed = seedOr(20261128);
const RUNS = 20_000;
/** One test in 10⁵ fails by chance for another seed than the default. */
const LEAST = 1e-5;

const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** P of Pearson's statistic over the values of which ten and more are expected; the others are one. */
function pOf(draws: readonly number[], logMass: (k: number) => number, most: number): number {
  const seen = new Map<number, number>();
  for (const k of draws) seen.set(k, (seen.get(k) ?? 0) + 1);
  let [statistic, cells, restSeen, restExpected] = [0, 0, draws.length, draws.length];
  const add = (count: number, expected: number) => {
    statistic += (count - expected) ** 2 / expected;
    cells++;
  };
  for (let k = 0; k <= most; k++) {
    const expected = RUNS * Math.exp(logMass(k));
    if (expected < 10) continue;
    add(seen.get(k) ?? 0, expected);
    restSeen -= seen.get(k) ?? 0;
    restExpected -= expected;
  }
  if (restExpected > 1) add(restSeen, restExpected);
  else expect(restSeen).toBeLessThan(20);
  return cells === 1 ? 1 : chiSquareTail(statistic, cells - 1);
}

describe(`single counts (seed ${seed})`, () => {
  it.each([
    [1, 50, 100],
    [19, 200, 400],
    [200, 19, 400],
    [40, 90, 100],
    [95, 90, 100],
    [65, 300, 2000],
    [300, 900, 1000],
    [5000, 2000, 20_000],
  ])('hypergeometric: %d marked, %d drawn of %d', (marked, drawn, all) => {
    const random = new Random(seed);
    const draws = Array.from({ length: RUNS }, () => hypergeometric(random, marked, drawn, all));
    const [least, most] = [Math.max(0, marked + drawn - all), Math.min(marked, drawn)];
    expect(draws.every((k) => k >= least && k <= most)).toBe(true);
    const logMass = (k: number) =>
      k < least ? -Infinity : logChoose(marked, k) + logChoose(all - marked, drawn - k) - logChoose(all, drawn);
    expect(pOf(draws, logMass, most)).toBeGreaterThan(LEAST);
  });

  it.each([
    [1, 0.3],
    [10, 0.9],
    [50, 0.5],
    [3000, 0.001],
    [3000, 0.4],
  ])('binomial: %d of probability %d', (n, p) => {
    const random = new Random(seed);
    const draws = Array.from({ length: RUNS }, () => binomial(random, n, p));
    const logMass = (k: number) => logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p);
    expect(pOf(draws, logMass, n)).toBeGreaterThan(LEAST);
  });

  it('of billions: mean and variance', () => {
    const random = new Random(seed);
    for (const [marked, drawn, all] of [
      [1e9, 1e6, 6e9],
      [4, 3e9, 6e9],
      [1e5, 1e6, 1e15],
    ] as const) {
      const mean = (marked * drawn) / all;
      const variance = (mean * (1 - marked / all) * (all - drawn)) / (all - 1);
      let [sum, squares, runs] = [0, 0, 2000];
      for (let i = 0; i < runs; i++) {
        const k = hypergeometric(random, marked, drawn, all);
        sum += (k - mean) / runs;
        squares += (k - mean) ** 2 / runs;
      }
      expect(Math.abs(sum)).toBeLessThan(4.5 * Math.sqrt(variance / runs));
      // The fourth moment of so rare a count is about its variance more than that of a normal variable.
      expect(Math.abs(squares - variance)).toBeLessThan(4.5 * Math.sqrt((2 * variance ** 2 + variance) / runs));
    }
  });

  it('what is certain is certain', () => {
    const random = new Random(seed);
    expect([hypergeometric(random, 0, 5, 10), hypergeometric(random, 5, 0, 10), hypergeometric(random, 7, 10, 10)]).toEqual([0, 0, 7]);
    expect([binomial(random, 0, 0.5), binomial(random, 9, 0), binomial(random, 9, 1)]).toEqual([0, 0, 9]);
  });
});
