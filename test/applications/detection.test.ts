import { describe, expect, it } from 'vitest';
import {
  bpskErrorRate,
  detect,
  detectionProbability,
  detectOverSnr,
  errorRateInterval,
  rocCurve,
  samplesToDecide,
} from '../../src/applications/detection.js';
import { chiSquareTail, chiSquareUpperQuantile } from '../../src/applications/statistics/chiSquare.js';
import { Random } from '../../src/applications/statistics/random.js';
import { errorOf } from '../support/errors.js';
import { seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const NOISE = { mean: 0, std: 1 };
const Q1 = 0.15865525393145707;

describe('equal variances', () => {
  it('has the closed forms', () => {
    const found = detect(NOISE, { mean: 2, std: 1 });
    expect(found.kl).toBe(2);
    expect(found).toMatchObject({ klReverse: 2, jeffreys: 4, dPrime: 2, lambda: 0.5 });
    expect(found.bhattacharyya).toBeCloseTo(0.5, 15);
    expect(found.chernoff).toBeCloseTo(0.5, 15);
    expect(found.bayesError).toBeCloseTo(Q1, 15);
    expect(found.auc).toBeCloseTo(0.9213503964748574, 14); // Φ(√2)
    expect(found.region).toEqual({ inside: true, from: 1, to: Infinity });
    expect(detect({ mean: 5, std: 3 }, { mean: -1, std: 3 }).bayesError).toBeCloseTo(Q1, 15);
  });

  it('goes on where the error underflows', () => {
    expect(detect(NOISE, { mean: 100, std: 1 }).logBayesError).toBeCloseTo(-1254.831361, 5);
    // Of 60 digits: even priors, and two tails with unequal variances and priors.
    const logOf = (mean: number, std: number, prior: number) => detect(NOISE, { mean, std }, { prior }).logBayesError;
    expect(detect(NOISE, { mean: 74, std: 1 }).bayesError).toBeGreaterThan(1e-300);
    expect(detect(NOISE, { mean: 74, std: 1 }).bayesError).toBeLessThan(1e-299);
    for (const [mean, std, prior, exact] of [
      [74, 1, 0.5, -689.0305855768906],
      [52, 1, 0.5, -342.1785089299278],
      [30, 2, 0.3, -53.51888457487539],
      [120, 3, 0.01, -457.2186579152182],
      [60, 0.5, 0.2, -804.6572028451698],
    ] as const)
      expect(Math.abs(logOf(mean, std, prior) / exact - 1)).toBeLessThan(1e-13);
  });

  it('priors and costs move the threshold, and never raise the risk', () => {
    const signal = { mean: 1, std: 1 };
    const rare = detect(NOISE, signal, { prior: 0.01 });
    expect(rare.region.from).toBeCloseTo(0.5 + Math.log(99), 13);
    expect(rare.bayesError).toBeLessThan(0.01);
    const dear = detect(NOISE, signal, { prior: 0.01, costs: { falseAlarm: 1, miss: 99 } });
    expect(dear.region.from).toBeCloseTo(0.5, 13);
    expect(dear.risk).toBeLessThan(0.99 * rare.falseAlarm + 0.99 * rare.miss);
  });

  it('no difference leaves the priors', () => {
    expect(detect(NOISE, NOISE, { prior: 0.3 })).toMatchObject({ kl: 0, chernoff: 0, bayesError: expect.closeTo(0.3, 14), auc: 0.5 });
  });
});

describe(`unequal variances, against simulation (seed ${seed})`, () => {
  it.each([
    [{ mean: 0, std: 2 }, 0.5],
    [{ mean: 1, std: 2 }, 0.5],
    [{ mean: 1, std: 0.4 }, 0.2],
    [{ mean: -0.5, std: 3 }, 0.7],
  ])('%o, prior %d', (signal, prior) => {
    const found = detect(NOISE, signal, { prior });
    const random = new Random(seed);
    const ratio = (x: number) => -((((x - signal.mean) / signal.std) ** 2 - x * x) / 2) - Math.log(signal.std);
    const threshold = Math.log((1 - prior) / prior);
    const n = 40_000;
    let [alarms, misses, larger] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const [x, y] = [random.normal(), signal.mean + signal.std * random.normal()];
      if (ratio(x) > threshold) alarms++;
      if (ratio(y) <= threshold) misses++;
      if (ratio(y) > ratio(x)) larger++;
    }
    const near = (actual: number, expected: number) => expect(Math.abs(actual / n - expected)).toBeLessThan(4.5 * Math.sqrt(expected / n));
    near(alarms, found.falseAlarm);
    near(misses, found.miss);
    near(larger, found.auc);
    expect(found.bayesError).toBeCloseTo((1 - prior) * found.falseAlarm + prior * found.miss, 14);
    expect(found.bayesError).toBeLessThanOrEqual(Math.min(prior, 1 - prior));
  });

  it('variances that are all but equal have what equal ones have', () => {
    for (const std of [1 + 1e-7, 1 - 1e-7, 1 + 1e-12, 1 - 1e-15])
      for (const mean of [1, -3]) {
        const [close, equal] = [detect(NOISE, { mean, std }), detect(NOISE, { mean, std: 1 })];
        const reach = 4 * Math.abs(std - 1) + 1e-13;
        expect(Math.abs(close.auc - equal.auc)).toBeLessThan(reach);
        expect(Math.abs(close.logBayesError - equal.logBayesError)).toBeLessThan(reach);
        for (const rate of [0.01, 1e-6]) {
          const ratio = detectionProbability(NOISE, { mean, std }, rate) / detectionProbability(NOISE, { mean, std: 1 }, rate);
          expect(Math.abs(ratio - 1)).toBeLessThan(10 * reach);
        }
      }
  });

  // mpmath at 50 digits.
  it.each([
    [0, 1000, 5.094865729506068, 3.1073045492108458],
    [0, 0.001, 5.094865729506068, 3.1073045492108458],
    [1, 0.5, 0.3382766972923805, 0.31157177565710487],
    [1e-6, 1.0000001, 1.274999872529203e-13, 1.2749998725291996e-13],
    [3, 30, 1.950030882446617, 1.357077572998335],
    [0.001, 1.7, 0.06931737826148701, 0.06731692727147179],
  ])('mean %d, σ %d: Chernoff and Bhattacharyya keep their digits', (mean, std, chernoff, bhattacharyya) => {
    for (const found of [detect(NOISE, { mean, std }), detect({ mean, std }, NOISE)]) {
      expect(Math.abs(found.chernoff / chernoff - 1)).toBeLessThanOrEqual(32 * 2 ** -53);
      expect(Math.abs(found.bhattacharyya / bhattacharyya - 1)).toBeLessThanOrEqual(32 * 2 ** -53);
    }
    expect(detect(NOISE, { mean, std }).lambda).toBeCloseTo(1 - detect({ mean, std }, NOISE).lambda, 14);
  });

  it.each([
    [0, 0.5, 1e-6, 1.999999999998429e-6],
    [1, 0.5, 1e-6, 3.8954680820912494e-6],
    [1, 0.5, 0.1, 0.3724036013930343],
    [2, 0.01, 0.001, 0.645671640752186],
    [0.5, 2, 1e-6, 0.018517212346061258],
    [5, 0.2, 1e-12, 2.2586350887346377e-6],
    [1, 1.5, 1e-30, 1.5183358420325967e-12],
    [2, 0.97, 0.01, 0.36826912758110597],
  ])('mean %d, σ %d, false alarms %d: narrow regions keep their digits', (mean, std, rate, exact) => {
    expect(Math.abs(detectionProbability(NOISE, { mean, std }, rate) / exact - 1)).toBeLessThan(std < 0.1 ? 2e-12 : 2e-14);
  });

  // erf(r/√2) by mpmath at 40 digits; the regions are |x| < r, as wide as a band may be that is integrated.
  it.each([
    [0.6913317681674033, 0.9998333194421293, 0.682608821783854],
    [0.624068412584578, 0.8944271909999157, 0.6289066304773024],
  ])('prior %d: a band of about one standard deviation either way has its mass to rounding', (prior, r, exact) => {
    const { region, falseAlarm } = detect(NOISE, { mean: 0, std: 0.5 }, { prior });
    expect(Math.abs(region.to / r - 1)).toBeLessThanOrEqual(2 ** -52);
    expect(Math.abs(falseAlarm / exact - 1)).toBeLessThanOrEqual(8 * 2 ** -53);
  });

  // mpmath at 60 digits, of the doubles as they are: a signal that is a sliver, and variances that differ in the last digit.
  it.each([
    [
      0, 0.5856202822947585, 5.251974251664982, 2.5724518876343435e-5, 1e10, 1.454500207604243e-21, 9.858853485486208e-34,
      -48.67277179174874,
    ],
    [0, 0.7485226698407995, 7.485226698407996e-10, 0.7485226698408, 1, 0.4999997631130253, 0.5000002364880324, -0.6931471809588876],
    [1e6, 6.596317076982776, 1000012.1824073882, 0.0007594453118550618, 1, 7.748154540408016e-5, 3.447727913656528e-6, -10.115082134202645],
  ])('noise %d ± %d, signal %d ± %d, misses at %d: errors keep their digits', (m0, s0, m1, s1, cost, falseAlarm, miss, log) => {
    const found = detect({ mean: m0, std: s0 }, { mean: m1, std: s1 }, { costs: { falseAlarm: 1, miss: cost } });
    expect(Math.abs(found.falseAlarm / falseAlarm - 1)).toBeLessThan(5e-14);
    expect(Math.abs(found.miss / miss - 1)).toBeLessThan(1e-13);
    expect(Math.abs(found.logBayesError / log - 1)).toBeLessThan(4e-15);
  });

  it('a false-alarm rate may be as small as a double: of equal means and a narrow signal the rate over σ detects', () => {
    for (const rate of [1e-20, 1e-60, 1e-100, 1e-250])
      expect(Math.abs(detectionProbability(NOISE, { mean: 0, std: 0.5 }, rate) / (2 * rate) - 1)).toBeLessThan(1e-13);
  });

  it('the best test at a rate beats a threshold at that rate', () => {
    const signal = { mean: 0.5, std: 2 };
    for (const { falseAlarm, detection } of rocCurve(NOISE, signal, [0.001, 0.05, 0.5])) expect(detection).toBeGreaterThan(falseAlarm);
    expect(detectionProbability(NOISE, signal, 0.05)).toBeGreaterThan(0.32); // x > 1.645 detects 28 %
  });
});

describe('grids, samples and rates', () => {
  it('BPSK: Q(√(2·SNR)), in the log domain', () => {
    const { rate, logRate } = bpskErrorRate([0, 9.587852, 40]);
    expect(rate[0]).toBeCloseTo(0.07864960352514258, 14);
    expect((rate[1] as number) / 1e-5).toBeCloseTo(1, 3);
    expect(rate[2]).toBe(0);
    expect(logRate[2]).toBeCloseTo(-10005.87, 1);
  });

  it('a grid has what single calls have', () => {
    const table = detectOverSnr([-Infinity, 6, 20], { falseAlarm: 0.01 });
    expect(table.bayesError[0]).toBe(0.5);
    const mean = 10 ** 0.3;
    expect(table.kl[1]).toBeCloseTo((mean * mean) / 2, 13);
    expect(table.detection[1]).toBeCloseTo(detectionProbability(NOISE, { mean, std: 1 }, 0.01), 13);
    expect(detectOverSnr([0], { samples: 4 }).dPrime[0]).toBe(2);
  });

  it('samples to decide: ((z + z)/d′)² for equal variances', () => {
    expect(samplesToDecide(NOISE, { mean: 0.5, std: 1 }, { falseAlarm: 0.01, miss: 0.01 }).fixed).toBe(87);
    expect(samplesToDecide(NOISE, NOISE, { falseAlarm: 0.01, miss: 0.01 }).fixed).toBe(Infinity);
  });

  // Brute force over n with SciPy's noncentral χ² (ncx2): sums of (x − middle)², the middle being where the likelihood ratio turns.
  it.each([
    [0, 1.2, 0.01, 0.01, 327],
    [0, 1.5, 0.01, 0.01, 67],
    [0, 3, 0.01, 0.01, 11],
    [0, 0.1, 1e-6, 1e-6, 12],
    [0, 0.8, 0.001, 0.2, 170],
    [0, 1.2, 0.2, 0.001, 250],
    [0, 0.8, 0.7, 0.01, 26],
    [0.1, 0.8, 1e-6, 1e-6, 811],
    [0.5, 3, 0.01, 0.01, 10],
    [0.5, 0.95, 0.2, 0.001, 56],
    [2, 0.5, 0.2, 0.001, 2],
    [0.1, 1.05, 0.001, 0.001, 2676],
  ])('samples to decide, mean %d, σ %d, false alarms %d, misses %d: the least number', (mean, std, falseAlarm, miss, least) => {
    const signal = { mean, std };
    expect(samplesToDecide(NOISE, signal, { falseAlarm, miss }).fixed).toBe(least);
    expect(samplesToDecide(signal, NOISE, { falseAlarm: miss, miss: falseAlarm }).fixed).toBe(least);
    expect(samplesToDecide({ mean: 7, std: 3 }, { mean: 7 - 3 * mean, std: 3 * std }, { falseAlarm, miss }).fixed).toBe(least);
  });

  it(`samples to decide: of equal means they are the least by χ² (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let run = 0; run < 40; run++) {
      const [std, falseAlarm, miss] = [
        Math.exp(random.normal() / 2),
        10 ** -(0.5 + 3 * random.uniform()),
        10 ** -(0.5 + 3 * random.uniform()),
      ];
      const { fixed } = samplesToDecide(NOISE, { mean: 0, std }, { falseAlarm, miss });
      const missed = (n: number) =>
        std > 1
          ? 1 - chiSquareTail(chiSquareUpperQuantile(falseAlarm, n) / std ** 2, n)
          : chiSquareTail(chiSquareUpperQuantile(1 - falseAlarm, n) / std ** 2, n);
      if (fixed > 1e5) continue;
      expect(missed(fixed), `σ ${std}, ${falseAlarm}, ${miss}: ${fixed}`).toBeLessThanOrEqual(miss);
      if (fixed > 1) expect(missed(fixed - 1)).toBeGreaterThan(miss);
    }
  });

  it('samples to decide: all but equal variances need what equal ones do, and the ends of the range are no obstacle', () => {
    for (const levels of [
      { falseAlarm: 0.01, miss: 0.01 },
      { falseAlarm: 1e-300, miss: 0.5 },
      { falseAlarm: 0.999, miss: 1e-4 },
    ])
      for (const std of [1 - 2 ** -53, 1 + 1e-12])
        expect(samplesToDecide(NOISE, { mean: 0.01, std }, levels).fixed).toBe(
          samplesToDecide(NOISE, { mean: 0.01, std: 1 }, levels).fixed,
        );
    for (const std of [1e-300, 1e300]) expect(samplesToDecide(NOISE, { mean: 0, std }, { falseAlarm: 0.01, miss: 0.01 }).fixed).toBe(1);
    expect(samplesToDecide(NOISE, { mean: 1e170, std: 2 }, { falseAlarm: 1e-300, miss: 1e-300 }).fixed).toBe(1);
    expect(samplesToDecide(NOISE, { mean: 0, std: 1 + 2 ** -52 }, { falseAlarm: 0.01, miss: 0.01 }).fixed).toBeGreaterThan(1e31);
  });

  it('levels that guesses reach need no data', () => {
    expect(samplesToDecide(NOISE, { mean: 0.1, std: 1 }, { falseAlarm: 0.9, miss: 0.9 }).fixed).toBe(1);
    expect(samplesToDecide(NOISE, { mean: 0, std: 1.2 }, { falseAlarm: 0.2, miss: 0.8 }).fixed).toBe(1);
  });

  it('an error rate that was measured', () => {
    expect(errorRateInterval(0, 1000)).toEqual([0, expect.closeTo(0.003682, 6)]);
    expect(() => errorRateInterval(5, 4)).toThrow(/"errors" expected a whole number from 0 to 4/);
    expect(() => detect(NOISE, { mean: 1, std: 0 })).toThrow(/"signal.std" expected a finite number > 0/);
    expect(() => bpskErrorRate([NaN])).toThrow(/"snr" column 0/);
  });
});

describe('what is handed over', () => {
  const signal = { mean: 2, std: 1 };

  it('rates and decibels come in arrays and tensors', () => {
    const curve = rocCurve(NOISE, signal, [0.5, 0.25]);
    expect(curve).toHaveLength(2);
    const half = { data: Uint16Array.of(0x3800, 0x3400), dtype: 'float16' } as const; // ½ and ¼
    for (const rates of [
      Float32Array.of(0.5, 0.25),
      half,
      { data: [0.5, 0.25], dims: [2] },
      { data: Float64Array.of(0.5, 0.25), rows: 2, cols: 1 },
    ])
      expect(rocCurve(NOISE, signal, rates)).toEqual(curve);
    expect(rocCurve(NOISE, signal, [])).toEqual([]);
    const one = { data: Uint16Array.of(0x3c00), dtype: 'float16' } as const;
    expect(bpskErrorRate(one)).toEqual(bpskErrorRate([1]));
    expect(detectOverSnr(one)).toEqual(detectOverSnr([1]));
  });

  it('anything else is an error, with its place', () => {
    for (const rates of [0.05, '0.05', null, {}, new Set([0.1])])
      expect(errorOf(() => rocCurve(NOISE, signal, rates as never))).toMatchObject({ code: 'ERR_KIND', argument: 'falseAlarms' });
    for (const rate of [2, -0.1, Number.NaN])
      expect(errorOf(() => rocCurve(NOISE, signal, [0.1, rate]))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'falseAlarms', column: 1 });
    for (const rate of ['0.5', null, 1n])
      expect(errorOf(() => rocCurve(NOISE, signal, [0.1, rate] as never))).toMatchObject({ code: 'ERR_KIND', column: 1, value: rate });
    expect(errorOf(() => bpskErrorRate(3 as never))).toMatchObject({ code: 'ERR_KIND', argument: 'snr' });
  });

  it('costs have names and are numbers', () => {
    const fault = (costs: unknown) => errorOf(() => detect(NOISE, signal, { costs: costs as never }));
    expect(fault({ missed: 3 })).toMatchObject({ code: 'ERR_OPTION', argument: 'missed' });
    for (const costs of [null, 3, { miss: '3' }, { miss: 0 }, { falseAlarm: Infinity }])
      expect(fault(costs)).toMatchObject({ code: 'ERR_OPTION', argument: 'costs' });
    expect(detect(NOISE, signal, { costs: { miss: 3 } as never })).toEqual(detect(NOISE, signal, { costs: { falseAlarm: 1, miss: 3 } }));
    const unknown = [{ costs: { missed: 1 } }, { sample: 3 }];
    for (const options of unknown) expect(errorOf(() => detectOverSnr([], options as never)).code).toBe('ERR_OPTION');
  });
});
