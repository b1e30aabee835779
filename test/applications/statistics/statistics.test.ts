import { describe, expect, it } from 'vitest';
import { binomialLogMass, binomialLogTail, rateInterval } from '../../../src/applications/statistics/binomial.js';
import { bootstrap } from '../../../src/applications/statistics/bootstrap.js';
import { chiSquareTail, chiSquareUpperQuantile } from '../../../src/applications/statistics/chiSquare.js';
import { bcaInterval, percentileInterval } from '../../../src/applications/statistics/intervals.js';
import { invertedInterval } from '../../../src/applications/statistics/inversion.js';
import { holm } from '../../../src/applications/statistics/multiplicity.js';
import { normalLogTail, normalQuantile, normalQuantileOfLogTail } from '../../../src/applications/statistics/normal.js';
import { permutationTest } from '../../../src/applications/statistics/permutation.js';
import { root } from '../../../src/applications/statistics/roots.js';
import { studentReach, studentTails } from '../../../src/applications/statistics/student.js';

const near = (actual: number, expected: number, relative: number) =>
  expect(Math.abs(actual - expected), `${actual}, expected ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected));

// Expected values: mpmath at 40 digits (χ²), SciPy 1.10.1 (norm.logsf, norm.ppf, binom.logpmf, betaincinv).
describe('distributions', () => {
  it.each([
    [0.001, 1, 0.97477287936996],
    [3.84, 1, 0.0500435212487051],
    [10, 3, 0.0185661354630432],
    [100, 5, 5.28514836094324e-20],
    [600, 4, 1.54960826694602e-128],
    [20500, 20000, 0.00651786348834256],
    [19000, 20000, 0.999999813754535],
    [2200, 2000, 0.00105932325392998],
    [2004000, 2000000, 0.0228040958987699],
  ])('P(χ² > %f) with %i degrees of freedom', (x, df, expected) => near(chiSquareTail(x, df), expected, 1e-13));

  it.each([
    [0.05, 1],
    [1e-10, 1],
    [0.95, 9],
    [0.001, 20000],
    [1e-200, 7],
  ])('the upper quantile of χ² at %f with %i degrees of freedom has that tail', (tail, df) =>
    near(chiSquareTail(chiSquareUpperQuantile(tail, df), df), tail, 1e-10),
  );

  it.each([
    [-8, -6.220960574271786e-16],
    [-1, -0.17275377902344988],
    [0, -0.6931471805599453],
    [0.5, -1.1759117615936185],
    [5, -15.064998393988727],
    [40, -804.6084420137538],
    [1e4, -50000010.12927891],
  ])('log P(Z > %f)', (z, expected) => near(normalLogTail(z), expected, 1e-14));

  it.each([
    [1e-300, -37.0470962993612],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.5, 0],
    [0.975, 1.959963984540054],
  ])('normal quantile of %f', (p, expected) => expect(normalQuantile(p)).toBeCloseTo(expected, p < 1e-100 ? 11 : 13));

  // SciPy 1.10.1: 2·t.sf, t.ppf.
  it.each([
    [2, 1, 0.2951672353008664],
    [0.001, 9, 0.9992239303259733],
    [3, 399, 0.0028691391789046074],
    [40, 5, 1.8411962171772952e-7],
    [10, 1e6, 1.5278610768178116e-23],
  ])('P(|T| > %d) of Student’s t with %d degrees of freedom', (t, df, expected) => near(studentTails(t, df), expected, 1e-10));

  it.each([
    [0.95, 1, 12.706204736432095],
    [0.95, 4, 2.7764451051977987],
    [0.01, 3, 0.013604054691007653],
    [0.95, 1e6, 1.9599663568141066],
  ])('Student’s t has %d within its reach at %d degrees of freedom', (level, df, expected) =>
    near(studentReach(level, df), expected, 1e-10),
  );

  it('goes on where the tail is too small for a double', () => {
    const z = normalQuantileOfLogTail(-5e7);
    near(normalLogTail(z), -5e7, 1e-14);
  });
});

describe('binomial', () => {
  /** Exact: integers of any length, and the logarithm of their ratio. */
  const exactLogTail = (k: number, n: number, numerator: bigint, denominator: bigint) => {
    let [sum, choose] = [0n, 1n];
    for (let j = 0; j <= n; j++) {
      if (j >= k) sum += choose * numerator ** BigInt(j) * (denominator - numerator) ** BigInt(n - j);
      choose = (choose * BigInt(n - j)) / BigInt(j + 1);
    }
    const all = denominator ** BigInt(n);
    if (2n * sum > all) return Math.log1p(-Math.exp(logRatio(all - sum, all)));
    return logRatio(sum, all);
  };
  const logRatio = (x: bigint, y: bigint) => {
    const bits = y.toString(2).length - x.toString(2).length + 60;
    return Math.log(Number((x << BigInt(bits)) / y)) - bits * Math.LN2;
  };

  it.each([
    [0, 10],
    [1, 10],
    [5, 10],
    [10, 10],
    [40, 200],
    [120, 200],
    [200, 200],
    [900, 1000],
  ])('log P(X ≥ %i) of %i at p = 3/10 agrees with exact integers', (k, n) => {
    const expected = exactLogTail(k, n, 3n, 10n);
    expect(Math.abs(binomialLogTail(k, n, 0.3) - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected) + 1e-13);
  });

  it('reaches 1e-300 and beyond', () => {
    near(binomialLogTail(1000, 1000, 0.5), 1000 * Math.log(0.5), 1e-15);
    near(binomialLogMass(1, 100000, 1e-5), -0.9999949999833333, 1e-13);
  });

  // mpmath at 60 digits, with p the double that it is.
  it.each([
    [1, 1e9, 1e-9, -0.45867514509609353],
    [1, 1e15, 1e-15, -0.45867514538708154],
    [2, 1e15, 3e-15, -0.22207945950008715],
    [3, 1e6, 1e-5, -0.002773146535397004],
    [10, 1e6, 1e-5, -0.6123584538459087],
    [1e6, 1e9, 0.001, -0.6928808553307495],
    [1e5, 1e15, 1e-10, -0.6923064898185897],
    [999_990, 1e6, 0.99999, -0.5394999127951845],
    [1e9, 1e9, 1 - 1e-9, -0.9999999722180685],
    [1e9 - 1, 1e9, 1 - 1e-9, -0.30685280529908904],
  ])('log P(X ≥ %d) of %d at p = %d: p and 1 − p keep their digits', (k, n, p, exact) => near(binomialLogTail(k, n, p), exact, 1e-12));

  it('Clopper and Pearson at the ends and in the middle', () => {
    expect(rateInterval(0, 10)[0]).toBe(0);
    near(rateInterval(0, 10)[1], 0.30849710781876083, 1e-12);
    near(rateInterval(3, 10)[0], 0.06673951117773447, 1e-12);
    near(rateInterval(3, 10)[1], 0.6524528500599972, 1e-12);
    expect(rateInterval(10, 10)[1]).toBe(1);
  });
});

describe('multiplicity', () => {
  it('Holm, as R’s p.adjust has it', () => {
    const p = [0.01, 0.04, 0.03, 0.005];
    expect(Array.from(holm(p)).map((x) => Number(x.toPrecision(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });
});

describe('resampling', () => {
  it('a root is where the sign changes', () => {
    near(
      root((x) => x * x - 2, 0, 2),
      Math.SQRT2,
      1e-15,
    );
    near(
      root((x) => Math.atan(x - 1e6), 0, 1e9),
      1e6,
      1e-15,
    );
  });

  it('bootstrap of a mean: its standard error, and the same interval from the same seed', () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i * 37) * 3 + i / 100);
    const mean = (at: Int32Array) => at.reduce((sum, i) => sum + (x[i] as number), 0) / at.length;
    const first = bootstrap(200, mean, { seed: 4 });
    const m = mean(Int32Array.from(x.keys()));
    const error = Math.sqrt(x.reduce((sum, v) => sum + (v - m) ** 2, 0)) / 200;
    near(first.standardError, error, 0.05);
    expect(first.interval).toEqual(bootstrap(200, mean, { seed: 4 }).interval);
    expect(first.interval[0]).toBeLessThan(m);
    expect(first.interval[1]).toBeGreaterThan(m);
  });

  it('blocks keep the error of observations that repeat each other', () => {
    const x = Float64Array.from({ length: 400 }, (_, i) => Math.sin(Math.floor(i / 20) * 37));
    const mean = (at: Int32Array) => at.reduce((sum, i) => sum + (x[i] as number), 0) / at.length;
    const [alone, blocks] = [bootstrap(400, mean), bootstrap(400, mean, { block: 20 })];
    expect(blocks.standardError).toBeGreaterThan(3 * alone.standardError);
  });

  it('BCa of a symmetric, unbiased statistic is the percentile interval', () => {
    const replicates = Float64Array.from({ length: 2001 }, (_, i) => i - 1000);
    const [low, high] = bcaInterval(replicates, 0, [1, -1], 0.9);
    const [lower, upper] = percentileInterval(replicates, 0.9);
    expect([Math.round(low), Math.round(high)]).toEqual([lower, upper]);
  });

  it('all relabellings of a small design, each once: 3 against 3 gives 1/20 at best, pairs 1/8', () => {
    const x = [1, 2, 3, 11, 12, 13];
    const labels = [0, 0, 0, 1, 1, 1];
    const difference = (l: Int32Array) => Math.abs(l.reduce((sum, label, i) => sum + (label === 1 ? 1 : -1) * (x[i] as number), 0));
    const seen = new Set<string>();
    const test = permutationTest(labels, (l) => {
      seen.add(l.join(''));
      return difference(l);
    });
    expect(test).toMatchObject({ exact: true, permutations: 20, smallest: 0.05, pValue: 0.1 });
    expect(seen.size).toBe(20);
    const paired = permutationTest(labels, difference, { blocks: [0, 1, 2, 0, 1, 2] });
    expect(paired).toMatchObject({ exact: true, permutations: 8, pValue: 0.25 });
  });

  it('drawn relabellings count the given one', () => {
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1));
    const test = permutationTest(labels, (l) => l.reduce((sum, label, i) => sum + label * i, 0), { permutations: 999 });
    expect(test).toMatchObject({ exact: false, pValue: 0.001, permutations: 1000 });
  });
});

describe('interval by inversion', () => {
  it('is that of non-central χ² where the variance is that of the null', () => {
    // SciPy: ncx2 with 4 degrees of freedom has P(≤ 20) = 0.975 and 0.025 at these.
    const variance = (2 * (20 / 200)) / 100;
    const [low, high] = invertedInterval({ value: 20 / 200, size: 100, df: 4, variance }, 0.95);
    near(low * 200, 4.080460302286235, 1e-6);
    near(high * 200, 37.76392261117368, 1e-6);
  });

  it('begins at 0 where the estimate is what chance gives, and never leaves 0', () => {
    expect(invertedInterval({ value: 0.02, size: 100, df: 4, variance: 0.0004 }, 0.95)[0]).toBe(0);
    // What agrees does not tell that its sources do, counted or not: χ²₄ of mean 4 is below it as often as that.
    const agreed = { value: 0, size: 100, df: 4, variance: 0 };
    expect(invertedInterval(agreed, 0.95)[0]).toBe(0);
    expect(invertedInterval(agreed, 0.95)[1]).toBeGreaterThan(0.05);
    expect(invertedInterval(agreed, 0.95)).toEqual(invertedInterval({ ...agreed, counted: true }, 0.95));
    expect(invertedInterval({ value: Infinity, size: 100, df: 4, variance: NaN }, 0.95)).toEqual([0, Infinity]);
  });
});
