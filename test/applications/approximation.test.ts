import { describe, expect, it } from 'vitest';
import {
  approximate,
  approximationTable,
  binomialNormal,
  binomialPoisson,
  poissonBinomialPoisson,
  smallestN,
} from '../../src/applications/approximation.js';
import { binomial, kl, poisson } from '../../src/families/index.js';
import { type Fixed, fixed, log, multiply, divide, ONE, toNumber } from '../oracle/fixed.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';
import { surprisal } from '../cli/run.js';

const seed = seedOr(61);

/** Masses of Binomial(n, p) in fixed point. */
function binomialMasses(n: number, p: number): Fixed[] {
  const [x, y] = [fixed(p), ONE - fixed(p)];
  let choose = 1n;
  return Array.from({ length: n + 1 }, (_, k) => {
    let mass = choose * ONE;
    for (let i = 0; i < n; i++) mass = multiply(mass, i < k ? x : y);
    choose = (choose * BigInt(n - k)) / BigInt(k + 1);
    return mass;
  });
}

/** KL of Binomial(n, p) beside Poisson(np) by its definition, in 320 bits: masses of Poisson by their ratios, log e^(−np) = −np. */
function exactKl(n: number, p: number): number {
  const rate = BigInt(n) * fixed(p);
  let [sum, logQ] = [0n, -rate];
  for (const [k, mass] of binomialMasses(n, p).entries()) {
    if (k > 0) logQ += logOf(divide(rate, BigInt(k) * ONE));
    if (mass > 0n) sum += multiply(mass, logOf(mass) - logQ);
  }
  return toNumber(sum);
}

/** log of a number in fixed point, by its leading double and one step of Newton's series. */
function logOf(x: Fixed): Fixed {
  const near = toNumber(x);
  const rest = divide(x, fixed(near)) - ONE; // below 2⁻⁵²
  let [sum, power] = [0n, rest];
  for (let k = 1n; k <= 8n; k++) {
    sum += (k % 2n === 1n ? power : -power) / k;
    power = multiply(power, rest);
  }
  return log(near) + sum;
}

describe('binomial beside Poisson', () => {
  it(`agrees with 320-bit sums to 1e-13, however close the two are (seed ${seed})`, () => {
    const rng = createRng(seed);
    for (const [n, p] of [
      [10, 0.3],
      [30, 0.01],
      [25, 1e-5],
      [20, 1e-9],
      [12, 0.9],
      ...Array.from({ length: 4 }, () => [5 + rng.below(30), rng.fine()]),
    ] as const) {
      const [found, expected] = [binomialPoisson(n as number, p as number), exactKl(n as number, p as number)];
      expect(Math.abs(found.kl - expected) / expected, `n = ${n}, p = ${p}: ${found.kl}, ${expected}`).toBeLessThan(1e-13);
      expect(Math.abs(found.kl - expected)).toBeLessThanOrEqual(found.errorBound);
    }
  });

  it('agrees with kl() of the families, also at another rate', () => {
    for (const [n, p, rate] of [
      [100, 0.02, 2],
      [100, 0.02, 3.24],
      [50, 0.9, 62.15],
      [7, 0.5, 3.5],
      [100_000, 0.003, 310],
    ] as const) {
      const [found, other] = [binomialPoisson(n, p, { rate }), kl(binomial({ n, p }), poisson({ rate }))];
      expect(Math.abs(found.kl - other.value)).toBeLessThanOrEqual(found.errorBound + other.errorBound);
    }
  });

  it('KL is near p²/4 for small p, whatever n', () => {
    for (const n of [1e3, 1e5, 1e7]) expect(binomialPoisson(n, 1e-4).kl / 1e-8).toBeCloseTo(0.25, 3);
  });
});

describe('the bounds hold', () => {
  it(`total variation is below each of them (seed ${seed})`, () => {
    const rng = createRng(seed);
    for (let i = 0; i < 40; i++) {
      const [n, p] = [1 + rng.below(200), 0.001 + 0.998 * rng.fine()];
      const probabilities = Array.from({ length: 1 + rng.below(60) }, () => rng.fine() ** 2);
      for (const { kl: divergence, totalVariation, bounds } of [
        binomialPoisson(n, p),
        binomialNormal(n, p),
        poissonBinomialPoisson(probabilities),
      ]) {
        expect(divergence).toBeGreaterThan(0);
        for (const bound of Object.values(bounds)) expect(totalVariation).toBeLessThanOrEqual(bound * (1 + 1e-12));
      }
    }
  });

  // Digits by mpmath: total variation and KL of what is nearly Poisson, of masses beyond the range of doubles, and of q's mass where p has none.
  it.each([
    [Array(50).fill(1e-12), 2.5168353603884405e-25, 4.99999999963e-23],
    [[1e-9, 1e-9], 3.0685281977338807e-19, 1.9999999960000004e-18],
    [Array(1000).fill(0.999), 3.0682943574614616, 0.9333216401438559],
    [[0, 1, 1, 0.3], 0.7961755823547455, 0.5315071330906253],
  ])('unequal trials: %j', (probabilities, divergence, variation) => {
    const found = poissonBinomialPoisson(probabilities as number[]);
    expect(Math.abs(found.kl - (divergence as number))).toBeLessThanOrEqual(found.errorBound);
    expect(Math.abs(found.totalVariation / (variation as number) - 1)).toBeLessThan(1e-12);
    for (const bound of Object.values(found.bounds)) expect(found.totalVariation).toBeLessThanOrEqual(bound * (1 + 1e-12));
    const without = poissonBinomialPoisson((probabilities as number[]).filter((p) => p > 0));
    expect(found).toEqual(without);
  });

  // Digits by mpmath: probabilities near 1 leave few failures, beside which a rounded n·p is seen.
  it.each([
    [3000, 0.97, 1.2691550613692555],
    [3000, 0.2, 0.011573164835437934],
    [100, 0.999999, 3.2213359192860973],
    // Nearly certain: where the Poisson distribution has its mass the binomial's is e^(−17000), and a log ratio as large says no more what the other is (3 bounds off).
    [782657, 0.9999999999999999, 7.704163547704097],
    [100000, 0.9999999999859491, 6.675381759808024],
    [12345, 0.9999999999999999, 5.629448484426773],
    [1e6, 0.01, 2.516793516823326e-5],
    [1, 1e-100, 5e-201],
  ])('binomial beside Poisson stays within its error: n = %d, p = %d', (n, p, exact) => {
    const found = binomialPoisson(n, p);
    expect(Math.abs(found.kl - exact), `${found.kl}, expected ${exact}`).toBeLessThanOrEqual(found.errorBound);
  });

  // Digits by mpmath: masses of a far rate lie beyond the binomial's, and beside a near one the rounding of n·p is seen.
  it.each([
    [3085, 0.7275, 1415, 206.21876226830528, 1.0],
    [1000, 0.01, 1000, 943.9483233164676, 1.0],
    [1000, 0.5, 5, 1807.6817082927412, 1.0],
    [100, 0.02, 3, 0.1891714793248854, 0.25349554122493545],
    [6437, 5.744362248396484e-6, 0.036968268130361734, 9.157630445265016e-10, 7.996678658781029e-6],
  ])('at another rate: n = %d, p = %d, rate %d', (n, p, rate, exact, variation) => {
    const found = binomialPoisson(n, p, { rate });
    expect(Math.abs(found.kl - exact)).toBeLessThanOrEqual(found.errorBound);
    expect(Math.abs(found.totalVariation - variation)).toBeLessThanOrEqual(found.totalVariationErrorBound);
    expect(found.errorBound).toBeLessThan(1e-10 * exact);
    expect(found.totalVariationErrorBound).toBeLessThan(1e-9 * variation);
  });

  it('equal trials are a binomial, and certain ones shift', () => {
    const [equal, same] = [poissonBinomialPoisson(Array(20).fill(0.1)), binomialPoisson(20, 0.1)];
    expect(Math.abs(equal.kl - same.kl)).toBeLessThanOrEqual(equal.errorBound + same.errorBound);
    expect(equal.totalVariation).toBeCloseTo(same.totalVariation, 13);
    expect(equal.bounds.leCam).toBeCloseTo(0.1, 14);
    expect(poissonBinomialPoisson([1]).kl).toBeCloseTo(1, 14); // −log of Poisson(1)'s mass at 1
    expect(poissonBinomialPoisson([1]).totalVariation).toBeCloseTo(1 - Math.exp(-1), 14);
    expect(poissonBinomialPoisson([0, 0])).toMatchObject({ kl: 0, totalVariation: 0 });
  });
});

describe('what is certain, or cannot be', () => {
  it('is a point beside Poisson: −log of its mass there', () => {
    for (const n of [1, 2, 60]) {
      const [all, unequal] = [binomialPoisson(n, 1), poissonBinomialPoisson(Array(n).fill(1))];
      for (const key of ['kl', 'totalVariation'] as const) expect(all[key]).toBeCloseTo(unequal[key], 13);
      expect(all.bounds.leCam).toBe(1);
      expect(binomialPoisson(n, 0)).toMatchObject({ kl: 0, totalVariation: 0, bounds: { leCam: 0, pinsker: 0 } });
    }
    expect(binomialPoisson(2, 1).kl).toBeCloseTo(2 - Math.LN2, 14); // e⁻²·2²/2!
    expect(binomialPoisson(7, 0, { rate: 3 })).toMatchObject({ kl: 3, totalVariation: -Math.expm1(-3) });
    expect(binomialPoisson(7, 1, { rate: 0 })).toMatchObject({
      kl: Infinity,
      totalVariation: 1,
      errorBound: 0,
    });
    expect(binomialPoisson(7, 0, { rate: 0 })).toMatchObject({ kl: 0, totalVariation: 0 });
    expect(approximationTable([3, 5], [0, 0.5, 1], 'poisson').data[3]).toBe(0);
  });
});

describe('total variation has a bound of its own for its error', () => {
  // Digits by mpmath (45 of them). A rounded mean n·p moved all bins, and the fourth by 1e-14.
  it.each([
    ['normal', 1465, 0.45990000000000003, 0.0005297588238668948, 2e-11],
    ['normal', 14, 0.9561, 0.10725764329197512, 1e-12],
    ['normal', 1e6, 0.4999, 8.70985841635571e-8, 1e-7],
    ['normal', 1e7, 0.4999, 1.653225206215025e-8, 1e-6],
    ['normal', 1e7, 0.3, 3.473359787728222e-5, 1e-9],
    ['poisson', 1e6, 0.999, 0.9251903310038135, 1e-10],
    ['poisson', 1e7, 0.001, 0.00024209513487306067, 1e-10],
    ['poisson', 1e7, 1e-5, 2.42308684005729e-6, 1e-11],
  ] as const)('%s, n = %d, p = %d', (by, n, p, exact, most) => {
    const { totalVariation, totalVariationErrorBound } = approximate(n, p, by);
    expect(Math.abs(totalVariation - exact)).toBeLessThanOrEqual(totalVariationErrorBound);
    expect(totalVariationErrorBound).toBeLessThan(most * exact);
  });

  it(`two ways to the same number differ by their bounds at most (seed ${seed})`, () => {
    const rng = createRng(seed);
    for (let i = 0; i < 100; i++) {
      const [n, p] = [1 + rng.below(40), i % 2 === 0 ? rng.fine() : 10 ** (-9 * rng.fine())];
      const [one, other] = [binomialPoisson(n, p), poissonBinomialPoisson(Array(n).fill(p))];
      const most = one.totalVariationErrorBound + other.totalVariationErrorBound;
      expect(Math.abs(one.totalVariation - other.totalVariation), `n = ${n}, p = ${p}`).toBeLessThanOrEqual(most);
      expect(most).toBeLessThan(1e-12 * one.totalVariation);
    }
  });
});

describe('binomial beside normal', () => {
  it('one fair coin has both halves right; skew costs what the next order of the expansion says', () => {
    expect(binomialNormal(1, 0.5).kl).toBeLessThan(1e-15);
    // KL ≈ skewness²/12 = (1 − 2p)²/(12·n·p·(1 − p))
    for (const n of [1e4, 1e6]) expect((binomialNormal(n, 0.1).kl * 12 * n * 0.09) / 0.64).toBeCloseTo(1, 1);
    expect(binomialNormal(10, 0.002).totalVariation).toBeLessThan(0.05); // bins far beyond what a tail's double holds
    expect(binomialNormal(100, 0.3).totalVariation).toBeCloseTo(binomialNormal(100, 0.7).totalVariation, 12);
  });
});

describe('binomial beside normal, against 60 digits and more', () => {
  // mpmath: masses and bins one by one.
  it.each([
    [300, 0.999999, 0.12353194566199446, 0.0002999551544633933],
    [300, 1 - 1e-12, 0.12499999645966411, 2.999933634391155e-10],
    [10_000, 0.999, 0.008794091709981543, 0.0401724031339682],
    [33, 1e-300, 0.125, 3.3e-299],
    [1, 1e-300, 0.125, 1e-300],
  ])('n = %d, p = %d: KL within its error bound, total variation to its digits', (n, p, exact, variation) => {
    const { kl: found, errorBound, totalVariation } = binomialNormal(n, p);
    expect(Math.abs(found - exact), `${found}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThan(1e-12 * exact);
    expect(Math.abs(totalVariation / variation - 1)).toBeLessThan(1e-12);
  });

  it('successes and failures are the same', () => {
    for (const p of [2 ** -50, 2 ** -20, 0.125, 0.25]) expect(binomialNormal(100, 1 - p)).toEqual(binomialNormal(100, p));
  });

  it('goes to its limit as p goes to 0, down to the smallest double', () => {
    for (const n of [1, 2, 3, 10, 1000])
      for (const p of [1e-300, 1e-305, 1e-308, 1e-309, 1e-310, Number.MIN_VALUE]) {
        const { kl: found, totalVariation, errorBound, bounds } = binomialNormal(n, p);
        expect(Math.abs(found - 1 / 8), `n = ${n}, p = ${p}`).toBeLessThanOrEqual(errorBound);
        expect(Math.abs(totalVariation - n * p)).toBeLessThanOrEqual(1e-13 * n * p);
        expect(bounds.pinsker).toBeCloseTo(0.25, 12);
      }
    // Near nothing at first, but 0.128 off where n·p = 0.38, beyond any n there is.
    expect(smallestN(0.01, { p: 1e-310 }, { upTo: 1000 })).toBeUndefined();
    expect(smallestN(0.13, { p: 1e-310 })).toBe(1);
  });
});

describe('smallest n', () => {
  it('is good, and the one before is not', () => {
    for (const epsilon of [0.05, 0.01, 0.002]) {
      const n = smallestN(epsilon, { mean: 2 }) as number;
      expect(binomialPoisson(n, 2 / n).totalVariation).toBeLessThanOrEqual(epsilon);
      expect(binomialPoisson(n - 1, 2 / (n - 1)).totalVariation).toBeGreaterThan(epsilon);
      const m = smallestN(epsilon, { p: 0.3 }, { measure: 'kl' }) as number;
      expect(binomialNormal(m, 0.3).kl).toBeLessThanOrEqual(epsilon);
      expect(m === 1 || binomialNormal(m - 1, 0.3).kl > epsilon).toBe(true);
    }
    expect(smallestN(1e-12, { p: 0.3 }, { upTo: 1000 })).toBeUndefined();
    expect(smallestN(0.9, { mean: 10 })).toBe(10); // ten trials, all successes: off by 0.875
    expect(smallestN(0.9, { mean: 10 }, { upTo: 5 })).toBeUndefined();
  });

  it.each([
    [0.2, { p: 0.1 }],
    [0.03, { p: 0.07 }],
    [0.02, { p: 0.5 }],
    [0.004, { p: 0.45 }],
    [0.05, { p: 0.9 }],
    [0.03, { mean: 7.5 }],
    [0.01, { mean: 0.4 }],
    [0.02, { mean: 1 }],
  ])('is above the last n that is not good, of all up to 1,000: %d, %o', (epsilon, fixed) => {
    for (const measure of ['totalVariation', 'kl'] as const) {
      const least = 'mean' in fixed ? Math.ceil(fixed.mean) : 1;
      const isGood = (n: number) => ('mean' in fixed ? binomialPoisson(n, fixed.mean / n) : binomialNormal(n, fixed.p))[measure] <= epsilon;
      const last = Array.from({ length: 1001 - least }, (_, i) => 1000 - i).find((n) => !isGood(n)) ?? least - 1;
      expect(last).toBeLessThan(900);
      expect(smallestN(epsilon, fixed as { p: number }, { measure })).toBe(last + 1);
    }
  });

  it(`is above the last n that is not good, whatever ε and p (seed ${seed})`, () => {
    const rng = createRng(seed);
    for (const [p, most] of [
      [0.5, 500],
      [0.4, 500],
      [0.3, 500],
      [0.05, 800],
      [0.02, 1000],
      [0.003, 4000],
    ] as const)
      for (const measure of ['totalVariation', 'kl'] as const) {
        const distance = Float64Array.from({ length: most + 1 }, (_, n) => (n === 0 ? 0 : binomialNormal(n, p)[measure]));
        const [worst, late] = [Math.max(...distance), Math.max(...distance.slice(0.8 * most))];
        for (let i = 0; i < 9; i++) {
          // Also at a value itself, where its neighbours decide.
          const epsilon = i % 3 === 0 ? (distance[1 + rng.below(most)] as number) : late * ((1.2 * worst) / late) ** rng.fine();
          if (epsilon <= late) continue;
          const last = distance.reduce((last, d, n) => (d > epsilon ? n : last), 0);
          expect(smallestN(epsilon, { p }, { measure }), `ε = ${epsilon}, p = ${p}`).toBe(last + 1);
        }
      }
  });

  // Nearly all mass at 0 on both sides is no approximation: the n where a success is expected are far off.
  it.each([
    [0.01, 1e-6, 158_650_711],
    [0.01, 2e-5, 7_932_316],
    [0.01, 5e-5, 3_172_786],
    [0.09, 0.0005, 1753],
    [0.1, 1e-6, undefined],
    [0.12, 1e-7, undefined],
  ])('few expected successes do not count: %d, p = %d', (epsilon, p, expected) => {
    const found = smallestN(epsilon, { p }, { upTo: 1e9 }) as number;
    if (expected !== undefined) expect(found).toBe(expected);
    expect(binomialNormal(found - 1, p).totalVariation).toBeGreaterThan(epsilon);
    for (let x = 0; x < 400; x++) {
      const n = Math.round(found + (x < 300 ? x / (100 * p) : (found * (x - 300)) / 50));
      if (n <= 1e9) expect(binomialNormal(n, p).totalVariation, `n = ${n}`).toBeLessThanOrEqual(epsilon);
    }
  });

  it('is the same for successes and failures', () => {
    for (const p of [2 ** -10, 0.125, 0.25])
      for (const epsilon of [0.1, 0.03, 0.01]) expect(smallestN(epsilon, { p: 1 - p })).toBe(smallestN(epsilon, { p }));
  });

  it('is none up to a number of trials if some beyond it are not good', () => {
    expect(smallestN(0.01, { p: 1e-6 })).toBeUndefined();
    expect(smallestN(0.01, { p: 1e-12 }, { upTo: 1e9 })).toBeUndefined();
    expect(smallestN(0.2, { p: 1e-12 })).toBe(1);
    expect(smallestN(0.13, { p: 1e-12 }, { measure: 'kl' })).toBe(1);
  });

  it('begins where all trials succeed: as many of them as the mean', () => {
    expect(smallestN(1, { mean: 1 })).toBe(1);
    expect(smallestN(0.75, { mean: 2 })).toBe(2);
    expect(smallestN(0.7, { mean: 2 })).toBe(3);
    expect(smallestN(0.8, { mean: 2.5 })).toBe(3);
  });

  it('the distance to Poisson falls with n at a fixed mean, so that one good n is enough', () => {
    for (const mean of [0.01, 0.5, 1, 1.9, 2, 3.7, 10, 33.3])
      for (const measure of ['totalVariation', 'kl'] as const)
        for (let n = Math.ceil(mean), last = Infinity; n < mean + 300; n++) {
          const here = binomialPoisson(n, mean / n)[measure];
          expect(here, `mean ${mean}, n = ${n}`).toBeLessThan(last);
          last = here;
        }
  });

  it('a table has n down and p across', () => {
    const table = approximationTable([10, 100], [0.1, 0.2, 0.3], 'poisson', 'kl');
    expect([table.rows, table.cols, table.data[4]]).toEqual([2, 3, binomialPoisson(100, 0.2).kl]);
  });
});

describe('law 4: bad input gets one clear error', () => {
  it('names what is wrong', () => {
    expect(errorOf(() => binomialPoisson(0, 0.1))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'n', value: 0 });
    expect(errorOf(() => binomialPoisson(3, 1.1))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', value: 1.1 });
    expect(errorOf(() => binomialPoisson(3, NaN))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', value: NaN });
    expect(errorOf(() => binomialNormal(3, 1))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', value: 1 });
    expect(errorOf(() => poissonBinomialPoisson([0.1, 2]))).toMatchObject({ code: 'ERR_DOMAIN', value: 2 });
    expect(errorOf(() => smallestN(0, { p: 0.5 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'epsilon' });
    expect(errorOf(() => smallestN(0.1, { mean: NaN }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'mean', value: NaN });
    expect(errorOf(() => smallestN(0.1, { p: 2 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', value: 2 });
    expect(errorOf(() => smallestN(0.1, { mean: 2, p: 0.1 }))).toMatchObject({ code: 'ERR_KIND', argument: 'fixed' });
    expect(errorOf(() => smallestN(0.1, { p: 0.1 }, { measure: 'tv' as 'kl' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'measure' });
    expect(errorOf(() => smallestN(0.1, { p: 0.1 }, { upTo: NaN }))).toMatchObject({ code: 'ERR_OPTION', argument: 'upTo' });
    expect(errorOf(() => smallestN(0.1, { p: 0.1 }, { upTo: 1e12 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'upTo' });
    expect(errorOf(() => binomialPoisson(3, 0.1, { rate: -1 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'rate', value: -1 });
    expect(errorOf(() => binomialPoisson(3, 0.1, { lambda: 1 } as object))).toMatchObject({ code: 'ERR_OPTION', argument: 'lambda' });
    expect(errorOf(() => approximationTable([3, 0], [0.1], 'poisson'))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'ns[1]', value: 0 });
    expect(errorOf(() => approximationTable([3], [0.1, 1], 'normal'))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'ps[1]', value: 1 });
    expect(errorOf(() => approximationTable([3], [0.1], 'gauss' as 'normal'))).toMatchObject({ code: 'ERR_OPTION', argument: 'by' });
    expect(errorOf(() => approximationTable([3], [0.1], 'normal', 'tv' as 'kl'))).toMatchObject({
      code: 'ERR_OPTION',
      argument: 'measure',
    });
    expect(errorOf(() => poissonBinomialPoisson(null as never))).toMatchObject({ code: 'ERR_DOMAIN' });
  });
});

describe('surprisal approximation', () => {
  it('prints what the library finds, for people and for programs', () => {
    const { status, stdout } = surprisal('approximation', '--n', '100', '--p', '0.02', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      n: 100,
      rate: 2,
      poisson: JSON.parse(JSON.stringify(binomialPoisson(100, 0.02))),
      enough: { poisson: smallestN(0.01, { mean: 2 }) },
    });
    const shown = surprisal('approximation', '--n', '100', '--p', '0.02').stdout;
    expect(shown).toMatch(/Binomial\(100, 0\.02\)/);
    expect(shown).toMatch(/Poisson\(2\) +0\.0001017/);
  });

  it('the command line takes any p from 1e-300 on, and its tables have the one that is given', () => {
    for (const p of ['1e-300', '0.1', '0.9999', '0.9999999999999999']) {
      const { status, stdout, stderr } = surprisal('approximation', '--n', '1000', '--p', p);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`Binomial(1,000, ${p}) beside`);
      expect(stdout).toContain(`at p = ${p}\n`);
      expect(stdout).not.toMatch(/NaN|Infinity/);
      expect(JSON.parse(surprisal('approximation', '--n', '1000', '--p', p, '--json').stdout).table.p).toContain(Number(p));
    }
    expect(surprisal('approximation', '--n', '1000', '--p', '5e-324').stderr).toMatch(/--p takes a number from 1e-300 on and below 1/);
  });

  it('says what is missing or out of range', () => {
    expect(surprisal('approximation', '--n', '100')).toMatchObject({ status: 2 });
    expect(surprisal('approximation', '--n', '1.5', '--p', '0.1').stderr).toMatch(/--n takes a whole number/);
  });
});
