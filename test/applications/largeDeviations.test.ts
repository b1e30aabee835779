import { describe, expect, it } from 'vitest';
import {
  bahadurRao,
  binomialTail,
  chernoffInformation,
  cramerRate,
  cramerRateOfSample,
  type Family,
  sampleSize,
  sanovProjection,
  testingExponents,
} from '../../src/applications/largeDeviations.js';
import { Random } from '../../src/applications/statistics/random.js';
import { klDivergence } from '../../src/index.js';
import { seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const DIE = [1, 2, 3, 4, 5, 6];

describe('Cramér’s rate', () => {
  const families: readonly (readonly [Family, number])[] = [
    [{ family: 'bernoulli', p: 0.3 }, 0.45],
    [{ family: 'binomial', n: 7, p: 0.3 }, 3.3],
    [{ family: 'geometric', p: 0.4 }, 3],
    [{ family: 'poisson', rate: 4 }, 2.5],
    [{ family: 'gaussian', mean: 1, std: 2 }, -1],
    [{ family: 'exponential', rate: 2 }, 0.9],
    [{ family: 'gamma', shape: 3, rate: 2 }, 0.7],
  ];

  it.each(families)('%o at %d: its derivative is the tilt, and its curvature one over the tilted variance', (family, x) => {
    const h = 1e-5;
    const [below, at, above] = [cramerRate(family, x - h), cramerRate(family, x), cramerRate(family, x + h)];
    expect((above.rate - below.rate) / (2 * h) / at.tilt).toBeCloseTo(1, 6);
    expect(((above.tilt - below.tilt) / (2 * h)) * at.variance).toBeCloseTo(1, 6);
  });

  it('is exactly 0 at the mean, and keeps its digits beside it', () => {
    expect(cramerRate({ family: 'poisson', rate: 4 }, 4).rate).toBe(0);
    const { rate } = cramerRate({ family: 'gaussian', mean: 0, std: 1 }, 1e-9);
    expect(rate / 5e-19).toBeCloseTo(1, 12);
    expect(cramerRate({ family: 'bernoulli', p: 0.5 }, 1.5).rate).toBe(Infinity);
  });

  it('of a sample has nothing to do with what its values have in common', () => {
    const sample = [1, 2, 3, 5, 8];
    for (const x of [1.5, 3.75, 3.8125, 4.5, 7.75]) {
      const plain = cramerRateOfSample(sample, x);
      for (const common of [1e9, -1e12])
        expect(
          cramerRateOfSample(
            sample.map((value) => value + common),
            x + common,
          ),
        ).toEqual(plain);
    }
  });

  // mpmath at 60 digits, of the doubles as they are.
  it.each([
    [{ family: 'exponential', rate: 3 }, 0.33333333336666665, 4.99999527595637e-21],
    [{ family: 'gamma', shape: 2.5, rate: 0.7 }, 3.5714285717857144, 1.2499990648240865e-20],
    [{ family: 'binomial', n: 1000, p: 0.3 }, 299.99999997, 2.142858956650194e-18],
    [{ family: 'geometric', p: 0.3 }, 2.333333333566667, 3.5000013191330705e-21],
    [{ family: 'bernoulli', p: 0.3 }, 0.30000000003, 2.1428574974179314e-21],
  ] as const)('%o: the mean is not rounded for the rate at %d, 1e-10 beside it', (family, x, exact) => {
    expect(Math.abs(cramerRate(family, x).rate / exact - 1)).toBeLessThanOrEqual(32 * 2 ** -53);
  });

  it('of a sample is that of its empirical distribution', () => {
    const sample = [0, 0, 0, 1, 1, 0, 0, 0, 0, 1];
    expect(cramerRateOfSample(sample, 0.6).rate).toBeCloseTo(cramerRate({ family: 'bernoulli', p: 0.3 }, 0.6).rate, 13);
    expect(cramerRateOfSample(sample, 1).rate).toBeCloseTo(-Math.log(0.3), 14);
    expect(cramerRateOfSample(sample, 1.01).rate).toBe(Infinity);
    expect(cramerRateOfSample(sample, 0.3).rate).toBeCloseTo(0, 14);
  });
});

describe('Sanov’s projection', () => {
  it('contracts to Cramér’s rate: the least KL(q‖p) among q of mean x is I(x)', () => {
    for (const x of [0.05, 0.3, 0.31, 0.7, 0.99]) {
      const { rate } = sanovProjection([0.7, 0.3], [{ f: [0, 1], equals: x }]);
      expect(rate).toBeCloseTo(cramerRate({ family: 'bernoulli', p: 0.3 }, x).rate, 13);
    }
    const faces = Array.from({ length: 60 }, (_, i) => DIE[i % 6] as number);
    expect(cramerRateOfSample(faces, 4.5).rate).toBeCloseTo(sanovProjection([1, 1, 1, 1, 1, 1], [{ f: DIE, equals: 4.5 }]).rate, 13);
  });

  it('has nothing to do with the size of f', () => {
    const { rate, q } = sanovProjection([1, 1, 1, 1, 1, 1], [{ f: DIE, atLeast: 4.5 }]);
    for (const size of [1e-300, 1e-160, 1e160, 1e300]) {
      const found = sanovProjection([1, 1, 1, 1, 1, 1], [{ f: DIE.map((face) => face * size), atLeast: 4.5 * size }]);
      expect(Math.abs(found.rate / rate - 1)).toBeLessThan(1e-13);
      for (const [i, share] of q.entries()) expect(Math.abs((found.q[i] as number) - share)).toBeLessThan(1e-14);
    }
    const far = sanovProjection([1, 1], [{ f: [-1.7e308, 1.7e308], equals: 0.85e308 }]);
    expect(far.rate).toBeCloseTo(klDivergence([0.25, 0.75], [0.5, 0.5]), 14);
  });

  it('takes several constraints, of which some do not bind, and proves its answer', () => {
    const p = [4, 3, 2, 2, 1, 1];
    const even = [0, 1, 0, 1, 0, 1];
    const { q, rate, tilts, certificate } = sanovProjection(p, [
      { f: DIE, atLeast: 4 },
      { f: even, atMost: 0.4 },
      { f: DIE, atMost: 5.5 },
    ]);
    expect(certificate.gap).toBeLessThan(1e-13);
    expect(certificate.violation).toBeLessThan(1e-13);
    expect(q.reduce((sum, x, i) => sum + x * (DIE[i] as number), 0)).toBeCloseTo(4, 12);
    expect(tilts[2]).toBe(0);
    expect(tilts[0]).toBeGreaterThan(0);
    expect(tilts[1]).toBeLessThan(0);
    // Nothing that satisfies them is nearer: q mixed with any such other.
    const other = sanovProjection(
      [1, 1, 1, 1, 1, 1],
      [
        { f: DIE, equals: 4.2 },
        { f: even, equals: 0.35 },
      ],
    ).q;
    for (const share of [0.01, 0.1, 0.5])
      expect(
        klDivergence(
          q.map((x, i) => (1 - share) * x + share * (other[i] as number)),
          p,
        ),
      ).toBeGreaterThan(rate);
  });

  it(`proves what it says of any constraints: that nothing is nearer, or that nothing satisfies them (seed ${seed})`, () => {
    const random = new Random(seed);
    const some = <T>(count: number, of: () => T) => Array.from({ length: count }, of);
    let impossible = 0;
    for (let run = 0; run < 400; run++) {
      const K = 3 + random.below(8);
      const p = some(K, () => (random.uniform() < 0.1 ? 0 : random.uniform()));
      p[0] = 0.5;
      const constraints = some(1 + random.below(4), () => {
        const whole = random.uniform() < 0.5;
        const f = some(K, () => (whole ? random.below(4) : 4 * random.uniform() - 2));
        // Mostly what some q has: inside, or where it needs all of its freedom.
        const q = p.map((share) => share * random.uniform() ** 3);
        const target = q.reduce((sum, share, i) => sum + share * (f[i] as number), 0) / q.reduce((a, b) => a + b, 0);
        return { f, [['atLeast', 'atMost', 'equals'][random.below(3)] as string]: random.uniform() < 0.7 ? target : f[random.below(K)] };
      });
      const { rate, q, tilts, certificate } = sanovProjection(p, constraints);
      const gaps = constraints.map(({ f, ...of }) =>
        q.reduce((sum, share, i) => sum + share * (f[i] as number), -(Object.values(of)[0] as number)),
      );
      if (rate < Infinity) {
        expect(certificate.gap).toBeLessThan(1e-9);
        expect(certificate.violation).toBeLessThan(1e-11);
        for (const [j, gap] of gaps.entries()) {
          if (!('atMost' in (constraints[j] as object))) expect(gap).toBeGreaterThan(-1e-11);
          if (!('atLeast' in (constraints[j] as object))) expect(gap).toBeLessThan(1e-11);
        }
        continue;
      }
      impossible++;
      // Each point of the support, and so each q on it, is on the wrong side of the line that the tilts name.
      const separation = certificate.separation as Float64Array;
      for (const [j, tilt] of separation.entries()) {
        expect(tilts[j]).toBe(tilt === 0 ? 0 : Math.sign(tilt) * Infinity);
        if ('atLeast' in (constraints[j] as object)) expect(tilt).toBeGreaterThanOrEqual(0);
        if ('atMost' in (constraints[j] as object)) expect(tilt).toBeLessThanOrEqual(0);
      }
      for (const i of p.keys()) {
        if (p[i] === 0) continue;
        const side = constraints.reduce(
          (sum, { f, ...of }, j) => sum + (separation[j] as number) * ((f[i] as number) - (Object.values(of)[0] as number)),
          0,
        );
        expect(side).toBeLessThanOrEqual(1e-12 - certificate.violation);
      }
      expect(certificate.violation).toBeGreaterThan(0);
    }
    expect(impossible).toBeGreaterThan(40);
    expect(impossible).toBeLessThan(200);
  });

  it('leaves p as it is where that will do, and says where nothing will', () => {
    expect(sanovProjection([1, 2, 1], [{ f: [1, 2, 3], atLeast: 1.5 }]).rate).toBe(0);
    expect(sanovProjection([1, 2, 1], [{ f: [1, 2, 3], atLeast: 3.5 }]).rate).toBe(Infinity);
    expect(sanovProjection([1, 2, 1], [{ f: [1, 2, 3], equals: 3 }]).q).toEqual(Float64Array.of(0, 0, 1));
    expect(
      sanovProjection(
        [1, 2, 1],
        [
          { f: [1, 2, 3], atLeast: 2.5 },
          { f: [1, 2, 3], atMost: 1.5 },
        ],
      ).rate,
    ).toBe(Infinity);
    expect(() => sanovProjection([1, 2], [{ f: [1], atLeast: 1 }])).toThrow(/row 0 expected f of 2 entries/);
    for (const constraint of [{ atLeast: 1 }, { f: 3, atLeast: 1 }, { f: 'ab', equals: 1 }, null, 3])
      expect(() => sanovProjection([1, 2], [constraint as never])).toThrow(
        expect.objectContaining({ code: 'ERR_KIND', argument: 'constraints', row: 0 }),
      );
  });
});

describe('Chernoff information of two of one family', () => {
  // mpmath at 60 digits, of the doubles as they are; λ by its maximum.
  it.each([
    [{ family: 'bernoulli', p: 0.18335351702373803 }, { family: 'bernoulli', p: 0.1833535170276698 }, 1.290515512423761e-23],
    [{ family: 'binomial', n: 7, p: 0.18335351702373803 }, { family: 'binomial', n: 7, p: 0.1833535170276698 }, 7 * 1.290515512423761e-23],
    [{ family: 'geometric', p: 0.25900867632472147 }, { family: 'geometric', p: 0.25900867633007735 }, 7.213239150374663e-23],
    [{ family: 'geometric', p: 0.4618855510967972 }, { family: 'geometric', p: 0.4618855510967975 }, 1.2078960895573422e-31],
    [
      { family: 'gamma', shape: 2.5, rate: 0.3533145583116729 },
      { family: 'gamma', shape: 2.5, rate: 0.35331455833086556 },
      9.221397186455732e-22,
    ],
    [{ family: 'bernoulli', p: 1e-300 }, { family: 'bernoulli', p: 0.9 }, 2.273004119113307],
    [{ family: 'geometric', p: 0.1 }, { family: 'geometric', p: 0.999999999999 }, 2.016792824963037],
  ] as const)('%o and %o: however close, either way round', (p, q, exact) => {
    const [found, back] = [chernoffInformation(p as Family, q as Family), chernoffInformation(q as Family, p as Family)];
    expect(Math.abs(found.information / exact - 1)).toBeLessThan(1e-14);
    expect(Math.abs(back.information / exact - 1)).toBeLessThan(1e-14);
    expect(found.lambda).toBeCloseTo(1 - back.lambda, 12);
  });
});

describe('tails', () => {
  it('binomial tails: the bound below is one at both ends, and where the tail is 1', () => {
    expect(binomialTail(0, 10, 0.3)).toMatchObject({ tail: 1, chernoffBound: 1, lowerBound: 1 });
    for (let k = 0; k <= 10; k++) {
      const { tail, lowerBound } = binomialTail(k, 10, 0.3);
      expect(lowerBound, `k = ${k}`).toBeLessThanOrEqual(tail * (1 + 1e-14));
    }
  });

  it('Bahadur and Rao’s relative error falls as 1/n, where Chernoff’s bound is off by a multiple', () => {
    const errors = [50, 200, 800].map((n) => {
      const exact = binomialTail(0.7 * n, n, 0.5).logTail;
      const { logTail, logBound } = bahadurRao({ family: 'bernoulli', p: 0.5 }, 0.7, n);
      expect(Math.exp(logBound - exact)).toBeGreaterThan(Math.sqrt(n) / 2);
      return n * Math.abs(Math.expm1(logTail - exact));
    });
    expect((errors[1] as number) / (errors[0] as number)).toBeCloseTo(1, 0);
    expect((errors[2] as number) / (errors[1] as number)).toBeCloseTo(1, 1);
    expect(errors[2]).toBeLessThan(5);
  });

  // Expected values: mpmath at 40 digits, incomplete gamma and beta functions.
  it.each([
    [{ family: 'gaussian', mean: 0, std: 1 }, 0.001, 10, -0.6956734973293818, 1e-12],
    [{ family: 'bernoulli', p: 0.5 }, 0.51, 100, -0.7760824080411323, 1e-4],
    [{ family: 'bernoulli', p: 0.5 }, 0.52, 1000, -2.218941369670923, 1e-4],
    [{ family: 'exponential', rate: 1 }, 1.001, 10, -0.7837740134466109, 1e-3],
    [{ family: 'exponential', rate: 1 }, 3, 10, -11.852356955071915, 3e-3],
    [{ family: 'poisson', rate: 3 }, 3.1, 10, -0.7948510843964566, 2e-4],
    [{ family: 'poisson', rate: 3 }, 6, 10, -13.893270086876107, 2e-4],
  ] as const)('%o, mean of draws ≥ %d, %i draws: the tail is right beside the mean too', (family, x, n, exact, reach) => {
    const { logTail, logBound } = bahadurRao(family, x, n);
    expect(Math.abs(Math.expm1(logTail - exact))).toBeLessThan(reach);
    expect(logTail).toBeLessThanOrEqual(logBound);
  });

  // For x to infinity the tail of a gamma sum of shape a goes to (ax)^(a − 1)·e^(−ax)/Γ(a), of which the formula has Stirling's a!.
  it.each([
    [{ family: 'exponential', rate: 1 }, 10],
    [{ family: 'gamma', shape: 0.1, rate: 0.1 }, 1],
    [{ family: 'gamma', shape: 3, rate: 3 }, 30],
  ] as const)('far out %o is off by what Stirling’s formula leaves', (family, a) => {
    let logFactorial = 0;
    for (let i = 2; i < a; i++) logFactorial += Math.log(i);
    const exact = (a - 1) * Math.log(a * 1e6) - a * 1e6 - logFactorial;
    const error = Math.expm1(bahadurRao(family, 1e6, 10).logTail - exact);
    expect(error * 12 * a).toBeGreaterThan(0.99);
    expect(error * 12 * a).toBeLessThan(1.05);
  });

  it('is a probability below Chernoff’s bound down to the last digit beside the mean', () => {
    for (const [family, mean] of [
      [{ family: 'gaussian', mean: 1, std: 1 }, 1],
      [{ family: 'exponential', rate: 1 }, 1],
      [{ family: 'gamma', shape: 0.01, rate: 0.01 }, 1],
      [{ family: 'geometric', p: 0.5 }, 1],
    ] as const)
      for (const n of [1, 10, 1e6])
        for (let step = 2 ** -52; step < 1; step *= 4) {
          const { logTail, logBound } = bahadurRao(family, mean + step, n);
          expect(logTail, `${family.family} at 1 + ${step}, ${n} draws`).toBeLessThanOrEqual(logBound);
        }
    const [at, beside] = [2 ** -52, 1e-6].map((step) => bahadurRao({ family: 'exponential', rate: 1 }, 1 + step, 10).logTail);
    expect(at).toBeCloseTo(beside as number, 5);
  });

  it('the exact tail lies between its bounds, down to where a double has ended', () => {
    for (const [k, n, p] of [
      [8, 10, 0.5],
      [700, 1000, 0.5],
      [9_000, 10_000, 0.1],
    ] as const) {
      const { logTail, logChernoffBound, rate } = binomialTail(k, n, p);
      expect(logTail).toBeLessThan(logChernoffBound);
      expect(logTail).toBeGreaterThan(logChernoffBound - 0.5 * Math.log(8 * n * (k / n) * (1 - k / n)));
      expect(rate).toBe(klDivergence([k / n, (n - k) / n], [p, 1 - p]));
    }
  });
});

describe(`simulated (seed ${seed})`, () => {
  const random = new Random(seed);
  const bernoulli = (p: number) => (random.uniform() < p ? 1 : 0);
  /** Draws of a family; what is beside it: the member with mean x. */
  const cases: readonly (readonly [Family, (x?: number) => number, number])[] = [
    [{ family: 'bernoulli', p: 0.3 }, (x = 0.3) => bernoulli(x), 0.5],
    [{ family: 'binomial', n: 3, p: 0.3 }, (x = 0.9) => bernoulli(x / 3) + bernoulli(x / 3) + bernoulli(x / 3), 1.3],
    [{ family: 'geometric', p: 0.4 }, (x = 1.5) => Math.floor(random.exponential() / Math.log1p(1 / x)), 2.5],
    [{ family: 'poisson', rate: 2 }, (x = 2) => random.poisson(x), 2.8],
    [{ family: 'gaussian', mean: 1, std: 2 }, (x = 1) => x + 2 * random.normal(), 2],
    [{ family: 'exponential', rate: 2 }, (x = 0.5) => x * random.exponential(), 0.8],
    [{ family: 'gamma', shape: 3, rate: 2 }, (x = 1.5) => (x / 3) * random.gamma(3), 2],
  ];

  it.each(cases)('%o: rate, tilt and tail', (family, draw, x) => {
    const [n, runs] = [20, 20_000];
    const { rate, tilt } = cramerRate(family, x);
    let [tilted, squares, plain] = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      let [sum, rare] = [0, 0];
      for (let i = 0; i < n; i++) [sum, rare] = [sum + draw(), rare + draw(x)];
      if (sum >= n * x - 1e-9) plain++;
      // What is drawn from the member with mean x weighs e^(−θ·(sum − n·x) − n·I(x)): a wrong rate or tilt gives another probability.
      const weight = rare >= n * x - 1e-9 ? Math.exp(-tilt * (rare - n * x) - n * rate) : 0;
      [tilted, squares] = [tilted + weight / runs, squares + weight ** 2 / runs];
    }
    const error = Math.sqrt((squares - tilted ** 2) / runs);
    expect(Math.abs(tilted - plain / runs)).toBeLessThan(4 * Math.sqrt(tilted / runs) + 4 * error);
    expect(tilted).toBeLessThan(Math.exp(-n * rate));
    const { logTail } = bahadurRao(family, x, n);
    expect(Math.abs(tilted / Math.exp(logTail) - 1)).toBeLessThan(4 / n + (4 * error) / tilted);
  });

  it('dice that fall as asked for look like Sanov’s projection, and fall so as often as it says', () => {
    const [n, runs] = [30, 60_000];
    const { rate, q } = sanovProjection([1, 1, 1, 1, 1, 1], [{ f: DIE, atLeast: 4.3 }]);
    const [mean, counts] = [new Float64Array(6), new Float64Array(6)];
    let hits = 0;
    for (let run = 0; run < runs; run++) {
      counts.fill(0);
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const face = random.below(6);
        counts[face] = (counts[face] as number) + 1;
        sum += face + 1;
      }
      if (sum < 4.3 * n) continue;
      hits++;
      for (let i = 0; i < 6; i++) mean[i] = (mean[i] as number) + (counts[i] as number) / n;
    }
    expect(hits).toBeGreaterThan(200);
    for (let i = 0; i < 6; i++) expect(Math.abs((mean[i] as number) / hits - (q[i] as number))).toBeLessThan(1 / n);
    expect(hits / runs).toBeLessThan(Math.exp(-n * rate));
    expect(hits / runs).toBeGreaterThan(Math.exp(-n * rate) / n);
  });

  it('Wald’s test keeps its levels and takes as many draws in the mean as it says, overshoot aside', () => {
    const [p, q] = [
      { family: 'gaussian', mean: 0.25, std: 1 },
      { family: 'gaussian', mean: 0, std: 1 },
    ] as const;
    const levels = { alpha: 0.05, beta: 0.1 };
    const { sequential, fixed } = sampleSize(p, q, levels);
    const [upper, lower] = [Math.log((1 - levels.beta) / levels.alpha), Math.log(levels.beta / (1 - levels.alpha))];
    const runs = 2000;
    const walk = (mean: number) => {
      let [draws, wrong] = [0, 0];
      for (let run = 0; run < runs; run++) {
        let sum = 0;
        for (; sum < upper && sum > lower; draws++) sum += 0.25 * (mean + random.normal()) - 0.25 ** 2 / 2;
        if (mean > 0 ? sum <= lower : sum >= upper) wrong++;
      }
      return { draws: draws / runs, wrong: wrong / runs };
    };
    for (const [mean, expected, level] of [
      [0.25, sequential.ifP, levels.beta],
      [0, sequential.ifQ, levels.alpha],
    ] as const) {
      const { draws, wrong } = walk(mean);
      expect(wrong).toBeLessThan(level + 3 * Math.sqrt(level / runs));
      expect(draws / expected).toBeGreaterThan(0.95);
      expect(draws / expected).toBeLessThan(1.25);
      expect(draws).toBeLessThan(0.8 * fixed);
    }
  });
});

describe('errors of the best test fall as the exponents say, by exact binomial tails', () => {
  const [p, q] = [0.3, 0.5];
  /** log P(X ≤ k) of a binomial. */
  const below = (k: number, n: number, share: number) => binomialTail(n - k, n, 1 - share).logTail;

  it('Chernoff: the Bayes error', () => {
    const { information, lambda } = chernoffInformation({ family: 'bernoulli', p }, { family: 'bernoulli', p: q });
    expect(lambda).toBeGreaterThan(0.4);
    const rest = [100, 400, 1600].map((n) => {
      const at = Math.floor((n * Math.log((1 - p) / (1 - q))) / Math.log((q * (1 - p)) / (p * (1 - q))));
      const error = Math.log(
        0.5 * Math.exp(binomialTail(at + 1, n, p).logTail + n * information) + 0.5 * Math.exp(below(at, n, q) + n * information),
      );
      return error + 0.5 * Math.log(n);
    });
    // What is left beside n·C and ½·log n stays as it is.
    expect(Math.max(...rest) - Math.min(...rest)).toBeLessThan(0.3);
  });

  it('Stein: one error where the other is held at 5 %', () => {
    const { stein, steinReverse } = testingExponents({ family: 'bernoulli', p }, { family: 'bernoulli', p: q });
    expect(stein).toBe(klDivergence([p, 1 - p], [q, 1 - q]));
    expect(steinReverse).toBe(klDivergence([q, 1 - q], [p, 1 - p]));
    const short = [100, 400, 1600].map((n) => {
      let at = 0;
      while (binomialTail(at + 1, n, p).logTail > Math.log(0.05)) at++;
      return (stein + below(at, n, q) / n) * Math.sqrt(n);
    });
    // The rate is reached from below, as 1/√n.
    expect(short.every((gap) => gap > 0 && gap < 1.2)).toBe(true);
    expect((short[2] as number) / (short[1] as number)).toBeCloseTo(1, 0);
  });
});

describe('the fixed number by exact tails', () => {
  const pairs: Readonly<Record<string, (x: number) => Family>> = {
    bernoulli: (p) => ({ family: 'bernoulli', p }),
    binomial: (p) => ({ family: 'binomial', n: 3, p }),
    poisson: (rate) => ({ family: 'poisson', rate }),
    geometric: (p) => ({ family: 'geometric', p }),
    exponential: (rate) => ({ family: 'exponential', rate }),
    gamma: (rate) => ({ family: 'gamma', shape: 0.1, rate }),
  };

  // scipy 1.10: the first n from 1 on at which the threshold that has α has β too.
  it.each([
    ['bernoulli', 0.01, 0.001, 0.05, 0.05, 628],
    ['bernoulli', 0.001, 0.01, 0.05, 0.05, 628],
    ['bernoulli', 0.01, 0.001, 0.01, 0.2, 427],
    ['bernoulli', 0.01, 0.001, 0.2, 0.01, 662],
    ['bernoulli', 0.6, 0.5, 0.05, 0.05, 268],
    // Levels that are met to the last digit: ⅛³ and ½^10.
    ['bernoulli', 0.5, 0.125, 0.125, 0.125, 9],
    ['bernoulli', 0.9, 0.5, 0.0009765625, 0.4, 18],
    ['binomial', 0.0010245439877582757, 0.0002935234769999292, 0.001, 0.1, 6548],
    ['binomial', 0.5643735856499799, 0.44752142449907123, 0.01, 0.001, 181],
    ['poisson', 0.1566113226040281, 0.09221402024526262, 0.7, 0.01, 120],
    ['poisson', 0.3844078832584174, 0.7959755622770336, 0.1, 0.1, 24],
    ['geometric', 0.03848786658289261, 0.013166298691646787, 0.2, 0.1, 4],
    ['geometric', 0.8026460268752438, 0.6741112804458061, 0.1, 0.5, 19],
    ['exponential', 1, 1.2, 0.05, 0.05, 326],
    ['exponential', 1, 2, 0.2, 0.01, 24],
    ['exponential', 2, 1, 0.01, 0.2, 24],
    ['gamma', 1, 2, 0.05, 0.05, 230],
    ['gamma', 1, 2, 0.2, 0.01, 236],
  ] as const)('%s %d and %d, α %d, β %d: %i draws', (family, x, y, alpha, beta, n) => {
    const of = pairs[family] as (x: number) => Family;
    expect(sampleSize(of(x), of(y), { alpha, beta }).fixed).toBe(n);
    if (family === 'bernoulli') expect(sampleSize([1 - x, 0, x], [1 - y, 0, y], { alpha, beta }).fixed).toBe(n);
  });

  it(`is the first n that has both levels, whatever the pair (seed ${seed})`, () => {
    const random = new Random(seed);
    /** Masses of the sum of n from those of n − 1. */
    const folded = (sum: readonly number[], one: readonly number[]) => {
      const next = new Array<number>(sum.length + one.length - 1).fill(0);
      for (const [i, mass] of sum.entries()) for (const [j, share] of one.entries()) next[i + j] = (next[i + j] as number) + mass * share;
      return next;
    };
    const first = (low: readonly number[], high: readonly number[], ofLow: number, ofHigh: number) => {
      let [x, y] = [[1], [1]];
      for (let n = 1; ; n++) {
        [x, y] = [folded(x, low), folded(y, high)];
        let [c, above] = [x.length, 0];
        while (c > 0 && above + (x[c - 1] as number) <= ofLow) above += x[--c] as number;
        if (y.slice(0, c).reduce((sum, mass) => sum + mass, 0) <= ofHigh) return n;
      }
    };
    for (let run = 0; run < 100; run++) {
      const level = () => [0.01, 0.05, 0.1, 0.3, 0.6][random.below(5)] as number;
      const [alpha, beta] = [level(), level() / 2];
      const p = 0.05 + 0.85 * random.uniform();
      const q = random.uniform() < 0.5 ? p * (0.3 + 0.5 * random.uniform()) : 1 - (1 - p) * (0.3 + 0.5 * random.uniform());
      if (alpha + beta >= 1) continue;
      const [low, high] = [Math.min(p, q), Math.max(p, q)].map((share) => [1 - share, share]) as [number[], number[]];
      const n = p > q ? first(low, high, alpha, beta) : first(low, high, beta, alpha);
      expect(sampleSize([p, 1 - p], [q, 1 - q], { alpha, beta }).fixed, `${p} and ${q}, α ${alpha}, β ${beta}`).toBe(n);
    }
  });

  it('goes on where counts are beyond whole numbers, and where sums are too large for tails', () => {
    const levels = { alpha: 0.05, beta: 0.05 };
    const rare = (share: number) => sampleSize([1, share], [1, 3 * share], levels).fixed * share;
    // Poisson sums of rates λ and 3λ: 5.23… expected.
    const poisson = sampleSize({ family: 'poisson', rate: 1e-9 }, { family: 'poisson', rate: 3e-9 }, levels).fixed * 1e-9;
    for (const share of [1e-12, 1e-20, 1e-300]) expect(rare(share)).toBeCloseTo(poisson, 8);
    const geometric = (p: number) => sampleSize({ family: 'geometric', p }, { family: 'geometric', p: 2 * p }, levels).fixed;
    // Failures before a rare success are exponential.
    const exponential = sampleSize({ family: 'exponential', rate: 1 }, { family: 'exponential', rate: 2 }, levels).fixed;
    expect([1e-9, 1e-17, 1e-100].map(geometric)).toEqual([exponential, exponential, exponential]);
    const coins = (gap: number) => sampleSize([0.5, 0.5], [0.5 + gap, 0.5 - gap], levels).fixed * gap ** 2;
    expect(coins(2.5e-4) / coins(2.7e-4)).toBeCloseTo(1, 3);
  });
});

describe('two members of a family', () => {
  it('have the Chernoff information of their masses and densities', () => {
    const pair = (a: Family, b: Family) => chernoffInformation(a, b);
    const near = (found: ReturnType<typeof pair>, wanted: ReturnType<typeof pair>) => {
      for (const key of ['information', 'lambda', 'bhattacharyya'] as const) expect(found[key] / wanted[key]).toBeCloseTo(1, 11);
    };
    near(
      pair({ family: 'binomial', n: 1, p: 0.2 }, { family: 'binomial', n: 1, p: 0.6 }),
      pair({ family: 'bernoulli', p: 0.2 }, { family: 'bernoulli', p: 0.6 }),
    );
    near(
      pair({ family: 'gamma', shape: 1, rate: 2 }, { family: 'gamma', shape: 1, rate: 7 }),
      pair({ family: 'exponential', rate: 2 }, { family: 'exponential', rate: 7 }),
    );
    const masses = (p: number) => Array.from({ length: 400 }, (_, k) => p * (1 - p) ** k);
    near(pair({ family: 'geometric', p: 0.3 }, { family: 'geometric', p: 0.45 }), chernoffInformation(masses(0.3), masses(0.45)));
    // Twice the draws a time is twice the information, however close.
    const [one, two] = [1, 2].map((n) => pair({ family: 'binomial', n, p: 0.5 }, { family: 'binomial', n, p: 0.5 + 1e-9 }).information) as [
      number,
      number,
    ];
    expect(two / one).toBeCloseTo(2, 9);
    expect(one / (1e-18 / 8 / 0.25)).toBeCloseTo(1, 6);
    expect(pair({ family: 'gamma', shape: 2, rate: 3 }, { family: 'gamma', shape: 2, rate: 3 })).toMatchObject({
      information: 0,
      lambda: NaN,
    });
    expect(() => pair({ family: 'gamma', shape: 2, rate: 3 }, { family: 'gamma', shape: 3, rate: 3 })).toThrow(/shape.*the same for both/);
    expect(() => pair({ family: 'poisson', rate: 3 }, { family: 'geometric', p: 0.3 })).toThrow(/two of one family/);
  });

  it('need as many draws as their masses do', () => {
    const levels = { alpha: 0.01, beta: 0.05 };
    expect(sampleSize({ family: 'bernoulli', p: 0.3 }, { family: 'bernoulli', p: 0.5 }, levels)).toEqual(
      sampleSize([0.3, 0.7], [0.5, 0.5], levels),
    );
    // ((z + z)/d′)² draws for two Gaussians.
    expect(
      sampleSize({ family: 'gaussian', mean: 0.5, std: 1 }, { family: 'gaussian', mean: 0, std: 1 }, { alpha: 0.01, beta: 0.01 }).fixed,
    ).toBe(87);
    expect(testingExponents({ family: 'poisson', rate: 3 }, { family: 'poisson', rate: 4 }).stein).toBeCloseTo(3 * Math.log(3 / 4) + 1, 14);
  });

  it('have divergences of their parameters, since their means are rounded', () => {
    const near = (p: Family, q: Family, exact: number) =>
      expect(Math.abs(testingExponents(p, q).stein / exact - 1)).toBeLessThanOrEqual(32 * 2 ** -53);
    const close = 3 * (1 + 1e-10);
    near({ family: 'exponential', rate: 3 }, { family: 'exponential', rate: close }, 5.000000827070411e-21);
    near({ family: 'gamma', shape: 2, rate: 3 }, { family: 'gamma', shape: 2, rate: close }, 2 * 5.000000827070411e-21);
    const share = [0.3, 0.30000000003] as const;
    const { stein } = testingExponents({ family: 'bernoulli', p: share[0] }, { family: 'bernoulli', p: share[1] });
    near({ family: 'binomial', n: 7, p: share[0] }, { family: 'binomial', n: 7, p: share[1] }, 7 * stein);
    near({ family: 'geometric', p: share[0] }, { family: 'geometric', p: share[1] }, stein / 0.3);
    const levels = { alpha: 0.01, beta: 0.05 };
    for (const one of [
      { family: 'exponential', rate: 3 },
      { family: 'geometric', p: 0.3 },
      { family: 'gamma', shape: 0.3, rate: 7 },
      { family: 'binomial', n: 7, p: 0.3 },
    ] as const)
      expect(sampleSize(one, one, levels).fixed).toBe(Infinity);
  });
});

describe(`telling two distributions apart (seed ${seed})`, () => {
  const [p, q] = [
    [0.5, 0.3, 0.2],
    [0.35, 0.3, 0.35],
  ];

  it('Chernoff information is where both divergences from the tilted distribution are equal', () => {
    const { information, lambda } = chernoffInformation(p, q);
    const tilted = p.map((x, i) => x ** lambda * (q[i] as number) ** (1 - lambda));
    expect(klDivergence(tilted, p)).toBeCloseTo(information, 13);
    expect(klDivergence(tilted, q)).toBeCloseTo(information, 13);
    expect(testingExponents(p, q)).toMatchObject({ stein: klDivergence(p, q), steinReverse: klDivergence(q, p), information });
    expect(chernoffInformation(p, p)).toMatchObject({ information: 0, lambda: NaN });
  });

  it('what one distribution lacks settles the matter, and until it comes common support counts', () => {
    const levels = { alpha: 0.01, beta: 0.01 };
    // The rare class is the only evidence: 0.999ⁿ ≤ 1 %. One by one: it comes, or log β/(1 − α) is reached after 4,593 draws.
    const lacks = sampleSize([0.999, 0.001], [1, 0], levels);
    expect(lacks).toMatchObject({ fixed: 4603, sequential: { ifP: expect.closeTo(990, 0), ifQ: expect.closeTo(4593, 0) } });
    const { fixed, sequential } = sampleSize([1, 0], [0.999, 0.001], levels);
    expect({ fixed, ifP: sequential.ifQ, ifQ: sequential.ifP }).toEqual({ fixed: 4603, ...lacks.sequential });
    expect(sampleSize([1, 0], [0, 1], levels)).toMatchObject({ fixed: 1, sequential: { ifP: 1, ifQ: 1 } });
    // Common support of one ratio, to its rounding.
    expect(sampleSize([0.3, 0.6, 0.1], [1 / 3, 2 / 3, 0], levels).fixed).toBe(44);
    expect(sampleSize([1, 1e-310], [1, 0], levels)).toMatchObject({ fixed: Infinity, sequential: { ifQ: Infinity } });
    expect(sampleSize(p, p, levels)).toMatchObject({ fixed: Infinity, sequential: { ifP: Infinity, ifQ: Infinity } });
  });

  it.each([
    [[0.5, 0.45, 0.05, 0], [0.6, 0.4, 0, 0], { alpha: 0.05, beta: 0.05 }],
    [[0.5, 0.45, 0.05, 0], [0.6, 0.38, 0, 0.02], { alpha: 0.05, beta: 0.1 }],
    [[0.6, 0.4, 0, 0], [0.5, 0.47, 0, 0.03], { alpha: 0.02, beta: 0.1 }],
  ])('%o and %o: draws that settle the matter, by simulation', (p, q, levels) => {
    const random = new Random(seed);
    const logs = p.map((x, i) => (x === q[i] ? 0 : Math.log(x / (q[i] as number))));
    const draw = (of: readonly number[]) => {
      let [u, i] = [random.uniform(), 0];
      while (i < of.length - 1 && u >= (of[i] as number)) u -= of[i++] as number;
      return logs[i] as number;
    };
    const { fixed, sequential } = sampleSize(p, q, levels);
    const [low, high] = [Math.log(levels.beta / (1 - levels.alpha)), Math.log((1 - levels.beta) / levels.alpha)];
    const mean = (of: readonly number[]) => {
      let drawn = 0;
      for (let run = 0; run < 4000; run++) for (let sum = 0; sum > low && sum < high; drawn++) sum += draw(of);
      return drawn / 4000;
    };
    // The overshoot adds to draws of common support alone.
    for (const [of, expected] of [
      [p, sequential.ifP],
      [q, sequential.ifQ],
    ] as const) {
      expect(mean(of) / expected).toBeGreaterThan(0.96);
      expect(mean(of) / expected).toBeLessThan(1.1);
    }
    const sums = (of: readonly number[]) =>
      Float64Array.from({ length: 10_000 }, () => {
        let sum = 0;
        for (let i = 0; i < fixed; i++) sum += draw(of);
        return sum;
      }).sort();
    const threshold = sums(q)[Math.ceil((1 - levels.alpha) * 10_000) - 1] as number;
    const missed = sums(p).filter((sum) => sum <= threshold).length / 10_000;
    expect(Math.abs(missed - levels.beta)).toBeLessThan(0.15 * levels.beta + 3 * Math.sqrt(levels.beta / 10_000));
  });

  it('levels that guesses reach need no data', () => {
    const close = [
      { family: 'gaussian', mean: 0, std: 1 },
      { family: 'gaussian', mean: 0.1, std: 1 },
    ] as const;
    expect(sampleSize(...close, { alpha: 0.9, beta: 0.9 })).toMatchObject({ fixed: 1, sequential: { ifP: 1, ifQ: 1 } });
    expect(sampleSize(p, q, { alpha: 0.5, beta: 0.5 }).fixed).toBe(1);
    // Fewer and fewer as a level is let go.
    const fixed = [0.1, 0.5, 0.7, 0.89, 0.9].map((alpha) => sampleSize(...close, { alpha, beta: 0.1 }).fixed);
    expect(fixed).toEqual([...fixed].sort((a, b) => b - a));
    expect(fixed.at(-1)).toBe(1);
  });

  it('the sample size reaches its error levels, and Wald’s test needs fewer in the mean', () => {
    const levels = { alpha: 0.05, beta: 0.1 };
    const { fixed, sequential } = sampleSize(p, q, levels);
    expect(sequential.ifP).toBeLessThan(fixed);
    const logs = p.map((x, i) => Math.log(x / (q[i] as number)));
    const random = new Random(seed);
    const draw = (of: readonly number[]) => {
      let [u, i] = [random.uniform(), 0];
      while (u > (of[i] as number) && i < 2) u -= of[i++] as number;
      return logs[i] as number;
    };
    // The threshold that the same approximation gives; both errors are near their levels.
    const runs = 4000;
    const spread = (of: readonly number[]) => {
      const mean = of.reduce((sum, x, i) => sum + x * (logs[i] as number), 0);
      return Math.sqrt(of.reduce((sum, x, i) => sum + x * ((logs[i] as number) - mean) ** 2, 0));
    };
    const threshold = -fixed * klDivergence(q, p) + 1.6448536 * Math.sqrt(fixed) * spread(q);
    let [alarms, misses, drawn] = [0, 0, 0];
    const [upper, lower] = [Math.log((1 - levels.beta) / levels.alpha), Math.log(levels.beta / (1 - levels.alpha))];
    for (let run = 0; run < runs; run++) {
      let [underQ, underP] = [0, 0];
      for (let i = 0; i < fixed; i++) [underQ, underP] = [underQ + draw(q), underP + draw(p)];
      if (underQ > threshold) alarms++;
      if (underP <= threshold) misses++;
      for (let sum = 0; sum < upper && sum > lower; drawn++) sum += draw(p);
    }
    expect(alarms / runs).toBeLessThan(levels.alpha + 0.015);
    expect(misses / runs).toBeLessThan(levels.beta + 0.02);
    // The overshoot adds a few draws.
    expect(drawn / runs / sequential.ifP).toBeGreaterThan(0.95);
    expect(drawn / runs / sequential.ifP).toBeLessThan(1.25);
  });
});
