import { describe, expect, it } from 'vitest';
import {
  cyclicalSchedule,
  latentReport,
  linearSchedule,
  logisticSchedule,
  type Regulariser,
  rateCurve,
  regulariser,
} from '../../src/applications/vae.js';
import { createCore, gaussian, matrix, SurprisalError } from '../../src/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);

/** An encoder whose first dimensions follow the input, with the others at the prior. */
function encoder(rows: number, cols: number, alive: number, spread: number) {
  const rng = createRng(seed);
  const mean = Float64Array.from({ length: rows * cols }, (_, i) => (i % cols < alive ? spread * rng.normal() : 0));
  const variance = Float64Array.from({ length: rows * cols }, (_, i) => (i % cols < alive ? Math.max(1 - spread ** 2, 0.01) : 1));
  return { mean: matrix(mean, rows, cols), logVariance: matrix(variance.map(Math.log), rows, cols) };
}

/** Derivative of the loss by one entry of the mean and of the log-variance, by central differences. */
function slopes(at: ReturnType<typeof encoder>, i: number, options: Parameters<typeof regulariser>[1], h = 1e-5) {
  return (['mean', 'logVariance'] as const).map((name) => {
    const loss = (by: number) => {
      const data = Float64Array.from(at[name].data);
      data[i] = (data[i] as number) + by;
      return regulariser({ ...at, [name]: matrix(data, at.mean.rows, at.mean.cols) }, options).loss;
    };
    return (loss(h) - loss(-h)) / (2 * h);
  });
}

describe(`the regulariser of a VAE (seed ${seed})`, () => {
  const posterior = encoder(7, 4, 3, 0.8);

  it('is the sum over dimensions and the mean over the batch of the core divergence, times β', () => {
    const rows = gaussian.klDivergence(posterior, gaussian.standard);
    const mean = rows.reduce((sum, x) => sum + x, 0) / rows.length;
    const { loss, rate, perDimension } = regulariser(posterior, { beta: 3 });
    expect(rate / mean).toBeCloseTo(1, 14);
    expect(loss).toBe(3 * rate);
    expect(perDimension.reduce((sum, x) => sum + x, 0) / rate).toBeCloseTo(1, 14);
    expect(perDimension[3]).toBe(0);
  });

  for (const [name, options] of Object.entries({
    β: { beta: 2.5 },
    'capacity above': { beta: 10, capacity: 0.1 },
    'capacity below': { beta: 10, capacity: 50 },
    'free bits of dimensions': { freeBits: 0.3 },
    'free bits of groups': { freeBits: 0.5, groups: [0, 0, 1, 1] },
    'free bits of samples': { freeBits: 0.2, freeBitsOver: 'sample' as const },
    'free bits of samples and groups': { freeBits: 0.6, freeBitsOver: 'sample' as const, groups: [1, 0, 1, 0] },
  })) {
    it(`has the gradient that differences show: ${name}`, () => {
      const { gradient } = regulariser(posterior, options);
      for (let i = 0; i < 28; i += 3) {
        const [byMean, byLogVariance] = slopes(posterior, i, options) as [number, number];
        // Central differences: h²·f‴/6 and rounding 2⁻⁵³·|f|/h, both below 1e-9 here.
        expect(Math.abs((gradient.mean[i] as number) - byMean)).toBeLessThan(1e-8);
        expect(Math.abs((gradient.logVariance[i] as number) - byLogVariance)).toBeLessThan(1e-8);
      }
    });
  }

  it('writes gradients where it is told to, in the type of the parameters', () => {
    const single = {
      mean: matrix(Float32Array.from(posterior.mean.data), 7, 4),
      logVariance: matrix(Float32Array.from(posterior.logVariance.data), 7, 4),
    };
    const out = { mean: new Float32Array(28), logVariance: new Float32Array(28) };
    const { gradient } = regulariser(single, { beta: 2, out });
    expect(gradient.mean).toBe(out.mean);
    for (const [i, slope] of out.mean.entries())
      expect(Math.abs(slope - (2 * (single.mean.data[i] as number)) / 7)).toBeLessThanOrEqual(2 ** -22 * Math.abs(slope));
    expect(() => regulariser(single, { out: { ...out, mean: new Float64Array(28) } })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT' }),
    );
  });

  for (const rows of [1, 2, 3, 5, 31, 300]) {
    it(`adds up dimensions and writes slopes of ${rows} samples, more than a block of them or fewer than go together`, () => {
      const [cols, rng] = [rows === 300 ? 70 : 3, createRng(seed)];
      const draw = () => matrix(Float64Array.from({ length: rows * cols }, rng.normal), rows, cols);
      const outputs = { mean: draw(), logVariance: draw() };
      const kl = gaussian.univariateKlDivergence(outputs, gaussian.standard);
      const backends = (['wasm', 'js'] as const).map((backend) => createCore({ backend }));
      for (const options of [{ beta: 2 }, { beta: 2, freeBits: 0, freeBitsOver: 'sample' as const }]) {
        const [found, other] = backends.map((core) => regulariser(outputs, { ...options, core })) as [Regulariser, Regulariser];
        expect(found).toEqual(other);
        for (let d = 0; d < cols; d++) {
          const expected = kl.reduce((sum, x, i) => sum + (i % cols === d ? x : 0), 0) / rows;
          expect(Math.abs((found.perDimension[d] as number) / expected - 1)).toBeLessThan(2 ** -53 * (32 + rows));
        }
        for (let i = 0; i < rows * cols; i++) {
          const [m, l] = [outputs.mean.data[i] as number, outputs.logVariance.data[i] as number];
          expect(Math.abs((found.gradient.mean[i] as number) - (2 * m) / rows)).toBeLessThanOrEqual(2 ** -51 * Math.abs(m));
          expect(Math.abs((found.gradient.logVariance[i] as number) / (Math.expm1(l) / rows) - 1)).toBeLessThan(32 * 2 ** -53);
        }
      }
    });
  }

  it('gradients may go where the parameters are, not into each other, and nowhere where an entry is refused', () => {
    for (const options of [{}, { freeBits: 0.2 }, { freeBits: 0.2, freeBitsOver: 'sample' as const }]) {
      const own = { mean: Float64Array.from(posterior.mean.data), logVariance: Float64Array.from(posterior.logVariance.data) };
      const inPlace = { mean: matrix(own.mean, 7, 4), logVariance: matrix(own.logVariance, 7, 4) };
      expect(regulariser(inPlace, { ...options, out: own })).toEqual(regulariser(posterior, options));
      const out = { mean: new Float64Array(28).fill(5), logVariance: new Float64Array(28).fill(5) };
      const bad = Float64Array.from(posterior.logVariance.data).fill(Number.POSITIVE_INFINITY, 27);
      const broken = { ...posterior, logVariance: matrix(bad, 7, 4) };
      expect(errorOf(() => regulariser(broken, { ...options, out }))).toMatchObject({ code: 'ERR_DOMAIN', row: 6, column: 3 });
      expect([...out.mean, ...out.logVariance].every((x) => x === 5)).toBe(true);
      expect(errorOf(() => regulariser(posterior, { ...options, out: { ...out, logVariance: out.mean } }))).toMatchObject({
        code: 'ERR_OUT',
        argument: 'out.logVariance',
      });
    }
  });

  it('gradients never go where a parameter is still to be read, and an out or groups that are none are refused', () => {
    const both = new Float64Array(30_000).fill(1);
    const outputs = { mean: matrix(both.subarray(0, 20_000), 20_000, 1), logVariance: matrix(new Float64Array(20_000), 20_000, 1) };
    const [mean, logVariance] = [new Float64Array(20_000), new Float64Array(20_000)];
    const refused = (out: unknown) => errorOf(() => regulariser(outputs, { out: out as never }));
    expect(refused({ mean: both.subarray(10_000), logVariance })).toMatchObject({ code: 'ERR_OUT', argument: 'out.mean' });
    expect(refused({ mean, logVariance: both.subarray(10_000) })).toMatchObject({ code: 'ERR_OUT', argument: 'out.logVariance' });
    // Each other's place is read, too.
    expect(refused({ mean: outputs.logVariance.data, logVariance })).toMatchObject({ code: 'ERR_OUT', argument: 'out.mean' });
    expect(both.every((x) => x === 1)).toBe(true);
    for (const out of [{ mu: mean, logVariance }, 5, null, 'x']) expect(refused(out)).toMatchObject({ code: 'ERR_OUT', argument: 'out' });
    for (const wrong of [null, 5, 'x'.repeat(20_000), Array(20_000).fill(0)])
      expect(refused({ mean: wrong, logVariance })).toMatchObject({ code: 'ERR_OUT', argument: 'out.mean' });
    for (const groups of [null, '0101', 5])
      expect(errorOf(() => regulariser(posterior, { freeBits: 1, groups: groups as never }))).toMatchObject({
        code: 'ERR_KIND',
        argument: 'groups',
      });
  });

  it('of a β of 0 leaves nothing, not even of a divergence beyond the floats', () => {
    const far = { mean: matrix([1, -1], 1, 2), logVariance: matrix([800, 0], 1, 2) };
    for (const options of [{}, { capacity: 3 }, { freeBits: 1 }, { freeBits: 1, freeBitsOver: 'sample' as const }]) {
      const { loss, rate, gradient } = regulariser(far, { ...options, beta: 0 });
      expect([loss, rate, ...gradient.mean, ...gradient.logVariance]).toEqual([0, Infinity, 0, 0, 0, 0]);
    }
  });

  it('free bits of groups depend on the partition and not on its numbers', () => {
    const loss = (groups: number[], freeBitsOver: 'batch' | 'sample') =>
      regulariser(posterior, { freeBits: 0.5, freeBitsOver, groups }).loss;
    for (const over of ['batch', 'sample'] as const) {
      expect(loss([0, 0, 3, 3], over)).toBe(loss([0, 0, 1, 1], over));
      expect(loss([2, 2, 1, 1], over)).toBe(loss([0, 0, 1, 1], over));
    }
  });

  it('says which option or entry is wrong', () => {
    expect(errorOf(() => regulariser(posterior, { beta: -1 }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'beta' });
    expect(errorOf(() => regulariser(posterior, { capacity: 1, freeBits: 1 }))).toMatchObject({ code: 'ERR_OPTION', argument: 'capacity' });
    expect(errorOf(() => regulariser(posterior, { freeBitsOver: 'sample' }))).toMatchObject({
      code: 'ERR_OPTION',
      argument: 'freeBitsOver',
    });
    expect(errorOf(() => latentReport(posterior, { seed: Number.NaN }))).toMatchObject({ code: 'ERR_OPTION', argument: 'seed' });
    expect(errorOf(() => regulariser(posterior, { groups: [0, 0, 0, 0] }))).toMatchObject({ code: 'ERR_OPTION', argument: 'groups' });
    expect(errorOf(() => regulariser(posterior, { freeBits: 1, groups: [0, 9, 0, 0] }))).toMatchObject({ argument: 'groups', column: 1 });
    const broken = {
      mean: posterior.mean,
      logVariance: matrix(Float64Array.from(posterior.logVariance.data).fill(Number.NaN, 9, 10), 7, 4),
    };
    const none = { mean: matrix([], 0, 4), logVariance: matrix([], 0, 4) };
    for (const use of [regulariser, latentReport])
      expect(errorOf(() => use(none))).toMatchObject({ code: 'ERR_EMPTY', argument: 'mean', message: expect.stringMatching(/0 × 4/) });
    for (const use of [regulariser, latentReport])
      expect(errorOf(() => use(broken))).toMatchObject({
        code: 'ERR_DOMAIN',
        argument: 'logVariance',
        row: 2,
        column: 1,
        value: Number.NaN,
        message: expect.stringMatching(/^"logVariance" row 2, column 1 /),
      });
    expect(errorOf(() => regulariser({ ...posterior, mean: matrix([0], 1, 1) }))).toBeInstanceOf(SurprisalError);
  });
});

describe('schedules', () => {
  it('rise as they say', () => {
    const [line, cycle, curve] = [
      linearSchedule({ steps: 10, to: 4 }),
      cyclicalSchedule({ period: 10, rise: 0.5, from: 1, to: 3 }),
      logisticSchedule({ midpoint: 5, width: 2 }),
    ];
    expect([0, 5, 10, 99].map(line)).toEqual([0, 2, 4, 4]);
    expect([0, 2.5, 5, 9, 10, 12.5].map(cycle)).toEqual([1, 2, 3, 3, 1, 2]);
    expect(curve(5)).toBe(0.5);
    expect(curve(1e9)).toBe(1);
    expect(() => cyclicalSchedule({ period: 0 })).toThrow(/period/);
    for (const schedule of [linearSchedule, cyclicalSchedule, logisticSchedule]) expect(() => schedule({} as never)).toThrow(/expected/);
  });
});

describe(`a report on the latent space (seed ${seed})`, () => {
  it('calls an encoder at the prior collapsed, and its q(z) the prior', () => {
    const report = latentReport(encoder(200, 3, 0, 0), { seed });
    expect(report).toMatchObject({ collapse: 'whole', unlikePrior: false, dead: [0, 1, 2], rate: 0, aggregateAtLeast: 0 });
    // Every component is the prior: each draw's estimate is 0 but for rounding.
    expect(Math.abs(report.mutualInformation.value)).toBeLessThan(1e-12);
    expect(report.verdicts[0]).toMatch(/collapse/);
  });

  it('calls codes far outside the prior unlike it', () => {
    const report = latentReport(encoder(300, 3, 3, 6), { seed });
    expect(report).toMatchObject({ collapse: 'none', unlikePrior: true, dead: [] });
    // Codes that hardly overlap tell which input they came from.
    expect(report.mutualInformation.value).toBeGreaterThan(Math.log(300) - 0.5);
    expect(report.mutualInformation.value).toBeLessThanOrEqual(Math.log(300) + 1e-12);
  });

  it('splits the rate into mutual information and aggregate divergence, within the errors it states', () => {
    const report = latentReport(encoder(400, 4, 2, 0.9), { seed, draws: 4000 });
    const { mutualInformation: mutual, aggregate, rate } = report;
    const error = mutual.standardError + aggregate.standardError;
    expect(Math.abs(mutual.value + aggregate.value - rate)).toBeLessThan(4 * error);
    expect(aggregate.value).toBeGreaterThan(report.aggregateAtLeast - 4 * aggregate.standardError);
    expect(report.dead).toEqual([2, 3]);
  });

  it('finds the total correlation of codes that move together: −½·log(1 − ρ²), as of a Gaussian', () => {
    const rng = createRng(seed);
    const [rows, variance] = [1500, 0.2];
    const along = Float64Array.from({ length: rows }, () => Math.sqrt(1 - variance) * rng.normal());
    const mean = Float64Array.from({ length: 2 * rows }, (_, i) => along[i >> 1] as number);
    const logVariance = new Float64Array(2 * rows).fill(Math.log(variance));
    const report = latentReport({ mean: matrix(mean, rows, 2), logVariance: matrix(logVariance, rows, 2) }, { seed, draws: 1500 });
    const spread = report.meanVariance[0] as number;
    const expected = -0.5 * Math.log(1 - (spread / (spread + variance)) ** 2); // 0.51
    const { value, standardError } = report.totalCorrelation;
    // A hundredth for what 1,500 rows, a mixture, differ from their Gaussian.
    expect(Math.abs(value - expected)).toBeLessThan(4 * standardError + 0.01);
  });

  describe('as β → 0', () => {
    const [a, b] = [
      [0, 1, 2],
      [2, 0, 1.5],
    ];
    const means = matrix([...(a as number[]), ...(b as number[])], 2, 3);
    const at = (logVariance: number) => ({ mean: means, logVariance: matrix(new Float64Array(6).fill(logVariance), 2, 3) });

    // Two means in three dimensions: S = v·I + u·uᵀ with u half their difference, det S = v²·(v + u·u).
    const ofU = [1, 0.5, 0.25].reduce((sum, u) => sum + u * u, 0);
    const ofMean = [1, 0.5, 1.75].reduce((sum, m) => sum + m * m, 0);
    for (const logVariance of [0, -5, -30, -40, -80, -700, -1400]) {
      it(`log-variances of ${logVariance} have an aggregate`, () => {
        const report = latentReport(at(logVariance), { seed });
        const v = Math.exp(logVariance);
        const expected = (3 * v + ofU + ofMean - 3 - 2 * logVariance - Math.log(v + ofU)) / 2;
        expect(Math.abs(report.aggregateAtLeast / expected - 1)).toBeLessThan(2 ** -48);
        const { aggregate, mutualInformation } = report;
        expect(Math.abs(mutualInformation.value + aggregate.value - report.rate)).toBeLessThan(
          5 * (aggregate.standardError + mutualInformation.standardError) + 1e-12,
        );
        // Far narrower than they are apart: a code says which of the two it is of.
        if (logVariance <= -30) expect(Math.abs(mutualInformation.value - Math.LN2)).toBeLessThan(1e-12);
      });
    }

    it('and means that depend on each other are told as near as they can be: see the report’s accuracy', () => {
      const rng = createRng(seed);
      const one = Float64Array.from({ length: 40 }, () => rng.normal());
      const mean = matrix(
        Float64Array.from({ length: 80 }, (_, i) => one[i >> 1] as number),
        40,
        2,
      );
      const spread = latentReport({ mean, logVariance: matrix(new Float64Array(80), 40, 2) }, { draws: 2 }).meanVariance[0] as number;
      const middle = one.reduce((sum, x) => sum + x, 0) / 40;
      for (const logVariance of [-20, -40, -60]) {
        const v = Math.exp(logVariance);
        const { aggregateAtLeast } = latentReport(
          { mean, logVariance: matrix(new Float64Array(80).fill(logVariance), 40, 2) },
          { draws: 2 },
        );
        const expected = v + spread + middle ** 2 - 1 - (logVariance + Math.log(v + 2 * spread)) / 2;
        // Rounding across the means adds at most (16·2⁻⁵³)² of their squares to the variance v there, of which the logarithm is halved.
        const across = (2 ** -98 * (spread + middle ** 2)) / v / 2;
        expect(Math.abs(aggregateAtLeast - expected)).toBeLessThan(2 ** -46 * expected + across);
      }
    });

    it('names the entry that no float can tell of', () => {
      for (const logVariance of [-2000, 800])
        expect(errorOf(() => latentReport(at(logVariance)))).toMatchObject({
          code: 'ERR_DOMAIN',
          argument: 'logVariance',
          row: 0,
          column: 0,
          value: logVariance,
        });
      const far = { mean: matrix([0, 1, 0, -1e200], 2, 2), logVariance: matrix([0, 0, 0, 0], 2, 2) };
      expect(errorOf(() => latentReport(far))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'mean', row: 1, column: 1 });
    });
  });

  it('draws a rate curve in the order of β', () => {
    const curve = rateCurve(
      [
        { beta: 4, posterior: encoder(50, 2, 0, 0) },
        { beta: 1, posterior: encoder(50, 2, 2, 0.9) },
      ],
      { seed, draws: 100 },
    );
    expect(curve.map(({ beta }) => beta)).toEqual([1, 4]);
    expect(errorOf(() => rateCurve([{ beta: Number.NaN, posterior: encoder(50, 2, 0, 0) }]))).toMatchObject({ argument: 'points[0].beta' });
    expect((curve[0] as { rate: number }).rate).toBeGreaterThan((curve[1] as { rate: number }).rate);
  });
});
