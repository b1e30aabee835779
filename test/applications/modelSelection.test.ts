import { describe, expect, it } from 'vitest';
import { bootstrapWeights, comparePointwise, formatRanking, rankModels } from '../../src/applications/modelSelection.js';
import { Random } from '../../src/applications/statistics/random.js';
import { gaussian } from '../../src/index.js';
import { seedOr } from '../support/rng.js';

const seed = seedOr(20261128);

describe('the table', () => {
  const models = [
    { name: 'constant', logLikelihood: -40, k: 2 },
    { name: 'line', logLikelihood: -30, k: 3 },
    { name: 'parabola', logLikelihood: -29.5, k: 4 },
  ];

  it('ranks by differences, as it says Δ: fits whose sums with a penalty are rounded to one number', () => {
    const models = [
      { name: 'large', logLikelihood: -1e17, k: 4 },
      { name: 'small', logLikelihood: -1e17, k: 1 },
    ];
    const ranked = rankModels(models, { n: 100, criterion: 'aic' });
    expect(ranked.map(({ name, delta }) => [name, delta])).toEqual([
      ['small', 0],
      ['large', 6],
    ]);
    expect(ranked[0]?.weight).toBeCloseTo(1 / (1 + Math.exp(-3)), 14);
  });

  it('ranks, weighs and gathers a confidence set', () => {
    const table = rankModels(models, { n: 20 });
    expect(table.map(({ name }) => name)).toEqual(['line', 'parabola', 'constant']);
    expect(table[0]?.aicc).toBeCloseTo(60 + 6 + 24 / 16, 12);
    expect(table.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 14);
    expect(table[1]?.evidenceRatio).toBeCloseTo((table[0]?.weight as number) / (table[1]?.weight as number), 12);
    expect(table.map(({ inSet }) => inSet)).toEqual([true, true, false]);
    expect(table[0]?.hqic).toBeCloseTo(60 + 6 * Math.log(Math.log(20)), 12);
  });

  it('prints as such tables do', () => {
    const text = formatRanking(rankModels([...models, { name: 'huge', logLikelihood: 0, k: 19 }], { n: 20 }));
    expect(text.split('\n')).toEqual([
      '  model      K      AICc     ΔAICc  likelihood   weight  cum.      LL',
      '* line       3     67.50      0.00           1     0.75  0.75  -30.00',
      '* parabola   4     69.67      2.17        0.34     0.25     1  -29.50',
      '  constant   2     84.71     17.21     0.00018  0.00014     1  -40.00',
      '  huge      19  Infinity  Infinity           0        0     1    0.00',
    ]);
  });

  it('counts ĉ as one parameter more', () => {
    const [first] = rankModels(models, { n: 20, overdispersion: 2 });
    const qaicc = 60 / 2 + 2 * 4 + (2 * 4 * 5) / (20 - 4 - 1);
    expect(rankModels(models, { n: 20, overdispersion: 2 }).find(({ name }) => name === 'line')?.qaicc).toBeCloseTo(qaicc, 12);
    expect(first?.delta).toBe(0);
  });

  it('AICc has no meaning without observations to spare: weight 0', () => {
    const table = rankModels([...models, { name: 'huge', logLikelihood: 0, k: 19 }], { n: 20 });
    expect(table.at(-1)).toMatchObject({ name: 'huge', aicc: Infinity, weight: 0, evidenceRatio: Infinity });
  });

  it('HQIC rewards no parameter: log log n has no meaning for one or two observations', () => {
    for (const n of [1, 2]) {
      const table = rankModels(models, { n, criterion: 'hqic' });
      expect(table.every(({ hqic, weight }) => hqic === Infinity && Number.isNaN(weight))).toBe(true);
    }
    const alike = [1, 5].map((k) => ({ logLikelihood: -3, k }));
    expect(rankModels(alike, { n: 3, criterion: 'hqic' })[0]?.k).toBe(1);
  });

  it('keeps Δ where log-likelihoods are large', () => {
    const table = rankModels(
      [
        { logLikelihood: -1e12, k: 3 },
        { logLikelihood: -1e12 + 0.5, k: 3 },
      ],
      { n: 100, criterion: 'aic' },
    );
    expect(table[1]?.delta).toBe(1);
  });

  it.each([
    [() => rankModels([], { n: 3 }), /one model or more/],
    [() => rankModels([{ logLikelihood: NaN, k: 1 }], { n: 3 }), /row 0 expected a finite logLikelihood/],
    [() => rankModels([null as never], { n: 3 }), /"models" row 0 expected \{name, logLikelihood, k\}, got null/],
    [() => rankModels(models, { n: 20, overdispersion: 0.5 }), /overdispersion/],
    [() => rankModels(models, { n: 20, criterion: 'dic' as never }), /criterion/],
  ])('%s', (call, message) => expect(call).toThrow(message));
});

describe(`what AIC estimates (seed ${seed})`, () => {
  it('AIC/(2n) less its constant is, in the mean, the KL divergence of the fitted model from the truth', () => {
    const random = new Random(seed);
    const [n, runs] = [50, 400];
    const entropy = 0.5 * Math.log(2 * Math.PI * Math.E);
    let [estimated, expected] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const x = Float64Array.from({ length: n }, () => random.normal());
      const mean = x.reduce((sum, v) => sum + v, 0) / n;
      const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
      const logLikelihood = -(n / 2) * (Math.log(2 * Math.PI * variance) + 1);
      const [model] = rankModels([{ logLikelihood, k: 2 }], { n });
      estimated += ((model?.aicc as number) / (2 * n) - entropy) / runs;
      expected += gaussian.klDivergence({ mean: [0], std: [1] }, { mean: [mean], std: [Math.sqrt(variance)] }) / runs;
    }
    expect(Math.abs(estimated - expected)).toBeLessThan(4 * Math.sqrt(0.5 / n / runs));
  });
});

describe('pointwise', () => {
  const random = new Random(seed);
  const x = Float64Array.from({ length: 400 }, () => 0.3 + random.normal());
  const log = (mean: number) => x.map((v) => -((v - mean) ** 2) / 2);

  it('Vuong’s test: the difference per observation with its error', () => {
    const found = comparePointwise(log(0.3), log(0));
    expect(found.difference).toBeGreaterThan(0);
    expect(found.difference).toBeCloseTo(0.045, 1);
    expect(found.interval[0]).toBeLessThan(found.difference);
    expect(found.z).toBeCloseTo(found.difference / found.standardError, 14);
    expect(comparePointwise(log(0), log(0.3)).z).toBeCloseTo(-found.z, 12);
    expect(comparePointwise(log(0), log(0))).toMatchObject({ difference: 0, z: 0, pValue: 1 });
    expect(comparePointwise(log(0.3), log(0), { k: [3, 2] }).difference).toBeCloseTo(found.difference - Math.log(400) / 800, 14);
  });

  it('Vuong’s p-value holds where both are as far from the truth, and its interval covers', () => {
    const [runs, rates] = [2000, [0.1, 0.05, 0.01]];
    for (const n of [5, 10, 20, 50, 400]) {
      const rejected = [0, 0, 0];
      let covered = 0;
      for (let run = 0; run < runs; run++) {
        const sample = Float64Array.from({ length: n }, () => random.normal());
        const under = (mean: number) => sample.map((v) => -((v - mean) ** 2) / 2);
        const { pValue } = comparePointwise(under(0.4), under(-0.4));
        for (const [i, rate] of rates.entries()) if (pValue <= rate) rejected[i] = (rejected[i] as number) + 1;
        // KL(truth‖−0.6) − KL(truth‖0.2) = 0.16 nats.
        const { interval } = comparePointwise(under(0.2), under(-0.6));
        if (interval[0] <= 0.16 && interval[1] >= 0.16) covered++;
      }
      for (const [i, rate] of rates.entries())
        expect((rejected[i] as number) / runs).toBeLessThanOrEqual(rate + 3 * Math.sqrt((rate * (1 - rate)) / runs));
      expect(covered / runs).toBeGreaterThanOrEqual(0.93);
    }
  });

  it('is too sure of few observations where their differences are skewed, by no more than is said', () => {
    // Of N(0, 1): a Gaussian with σ = 2, and one with σ = 1 whose mean is as far off.
    const [wide, far] = [2, Math.sqrt(2 * (Math.log(2) + 1 / 8 - 1 / 2))];
    for (const [n, said] of [
      [5, 0.14],
      [20, 0.085],
      [400, 0.05],
    ] as const) {
      let rejected = 0;
      for (let run = 0; run < 2000; run++) {
        const sample = Float64Array.from({ length: n }, () => random.normal());
        const a = sample.map((v) => -((v / wide) ** 2) / 2 - Math.log(wide));
        if (
          comparePointwise(
            a,
            sample.map((v) => -((v - far) ** 2) / 2),
          ).pValue <= 0.05
        )
          rejected++;
      }
      expect(Math.abs(rejected / 2000 - said)).toBeLessThan(4 * Math.sqrt(said / 2000));
    }
  });

  it('is no test for nested models: without k it finds nothing, with k the smaller one, as often as is said', () => {
    const random = new Random(seed);
    const [n, runs] = [100, 2000];
    let [plain, smaller, larger] = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const x = Float64Array.from({ length: n }, () => random.normal());
      const mean = x.reduce((sum, one) => sum + one, 0) / n;
      const [fitted, fixed] = [mean, 0].map((at) => x.map((one) => -((one - at) ** 2) / 2)) as [Float64Array, Float64Array];
      if (comparePointwise(fitted, fixed).pValue <= 0.05) plain++;
      const { pValue, z } = comparePointwise(fitted, fixed, { k: [2, 1] });
      if (pValue <= 0.05) z < 0 ? smaller++ : larger++;
    }
    expect(plain / runs).toBeLessThan(0.003);
    // 0.65, and its error of 0.011.
    expect(Math.abs(smaller / runs - 0.65)).toBeLessThan(0.04);
    expect(larger).toBe(0);
  });

  it('a penalty alone is no difference, and k has to be two whole numbers', () => {
    const a = [-1.2, -0.9, -1.1];
    const same = comparePointwise(a, a, { k: [3, 4] });
    expect(same).toMatchObject({ difference: 0, z: 0, pValue: 1, interval: [0, 0], sentence: expect.stringMatching(/^Neither/) });
    for (const k of [[3], 3, [3, NaN], [3, 4, 5], [-1, 2], null])
      expect(() => comparePointwise(a, [-1, -1, -1], { k: k as never })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION', argument: 'k' }),
      );
  });

  it('weights over resamples sum to 1 and favour the nearer model', () => {
    const { best, weights } = bootstrapWeights([log(0.3), log(0), log(3)], { replicates: 200 });
    expect(best.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(best[0]).toBeGreaterThan(0.9);
    expect(best[2]).toBe(0);
  });

  it('models that tie share being the best, and no observations are said to be none', () => {
    expect(
      bootstrapWeights(
        [
          [-1, -2],
          [-1, -2],
          [-3, -3],
        ],
        { replicates: 64 },
      ).best,
    ).toEqual(Float64Array.of(0.5, 0.5, 0));
    expect(() => bootstrapWeights([[], []])).toThrow(expect.objectContaining({ code: 'ERR_EMPTY', argument: 'models' }));
    expect(() => bootstrapWeights([[1], []])).toThrow(expect.objectContaining({ code: 'ERR_SHAPE', row: 1 }));
  });

  it('bootstrap weights are at most 1, and 1 where there is one model', () => {
    for (const replicates of [10, 1000]) {
      const { best, weights } = bootstrapWeights([[-1, -2, -3]], { replicates });
      expect([best, weights]).toEqual([Float64Array.of(1), Float64Array.of(1)]);
    }
  });
});
