import { describe, expect, it } from 'vitest';
import {
  Calibrator,
  calibrate,
  type Detector,
  detect,
  oodMetrics,
  oodScores,
  SCORES,
  type Threshold,
  templatesOf,
} from '../../src/applications/ood.js';
import { klDivergence, logits, matrix } from '../../src/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, type Rng } from '../support/rng.js';

const COLS = 5;

/** Rows with one class that is likely, by so much. */
function draw(rng: Rng, rows: number, sharpness: number) {
  const data = Float64Array.from({ length: rows * COLS }, () => rng.normal());
  for (let row = 0; row < rows; row++) data[row * COLS + rng.below(COLS)] = sharpness + rng.normal();
  return matrix(data, rows, COLS);
}

const rng = createRng(8);
const inside = draw(rng, 400, 5);
const outside = draw(rng, 200, 2);
const both = matrix(Float64Array.of(...inside.data, ...outside.data), 600, COLS);
const flags = Array.from({ length: 600 }, (_, i) => i >= 400);

describe('scores are confidences', () => {
  it('by the formulas that their names say', () => {
    const T = 2;
    const w = logits.softmax(inside, { temperature: T });
    const row = (i: number) => w.data.subarray(i * COLS, (i + 1) * COLS) as Float64Array;
    const of = (score: (typeof SCORES)[number]) =>
      oodScores(inside, { score, temperature: T, templates: templatesOf(inside, { temperature: T }) });
    const entropy = logits.entropy(inside, { temperature: T });
    for (let i = 0; i < 50; i++) {
      const z = inside.data.subarray(i * COLS, (i + 1) * COLS) as Float64Array;
      expect(of('kl-to-uniform')[i]).toBeCloseTo(Math.log(COLS) - (entropy[i] as number), 13);
      expect(of('entropy')[i]).toBe(-(entropy[i] as number));
      expect(of('reverse-kl-to-uniform')[i]).toBeCloseTo(klDivergence(new Float64Array(COLS).fill(1), row(i)), 12);
      expect(of('max-softmax')[i]).toBeCloseTo(Math.max(...row(i)), 14);
      expect(of('max-logit')[i]).toBe(Math.max(...z));
      expect(of('energy')[i]).toBeCloseTo(T * Math.log(z.reduce((sum, x) => sum + Math.exp(x / T), 0)), 12);
    }
    const { means, counts } = templatesOf(inside, { temperature: T });
    expect(counts.reduce((a, b) => a + b)).toBe(400);
    for (let i = 0; i < 50; i++) {
      const divergences = Array.from({ length: COLS }, (_, k) => klDivergence(row(i), means.subarray(k * COLS, (k + 1) * COLS)));
      expect(of('kl-matching')[i]).toBeCloseTo(-(divergences[row(i).indexOf(Math.max(...row(i)))] as number), 12);
      expect(of('kl-matching-min')[i]).toBeCloseTo(-Math.min(...divergences), 12);
    }
  });

  it('that tell near-certain rows apart, where log K − H has one value for all', () => {
    const sure = matrix(Float64Array.of(50, 0, 0, 60, 0, 0, 70, 0, 0), 3, 3);
    // Within the library's own accuracy, 2u·KL with u = 2⁻⁴⁶, one rounding step of a logit of 70.
    for (const score of oodScores(sure)) expect(Math.abs(score - Math.log(3))).toBeLessThan(2 ** -45 * 1.1);
    const order = [0, 0, 1];
    for (const score of ['kl-to-uniform', 'max-softmax', 'entropy'] as const) {
      expect(oodMetrics(sure, [1, 1, 0], { score }).auroc.value).toBe(1);
      expect(oodMetrics(sure, [1, 0, 0], { score }).auroc.value).toBe(1);
      expect(oodMetrics(sure, order, { score }).auroc.value).toBe(0);
      const { low } = calibrate(sure, { score, rate: 0.3 });
      expect(detect({ ...calibrate(sure, { score, rate: 0.3 }), low } as Detector, [45, 0, 0]).count).toBe(1);
    }
  });

  it('and near-uniform rows too', () => {
    const flat = matrix(Float64Array.of(1e-9, 0, 2e-9, 0, 3e-9, 0), 3, 2);
    expect(oodMetrics(flat, [1, 1, 0]).auroc.value).toBe(1);
    expect(oodMetrics(flat, [1, 0, 0]).auroc.value).toBe(1);
  });

  it('kl-matching has no template for a class that was never predicted', () => {
    const templates = templatesOf(matrix(Float64Array.of(3, 0, 0, 0, 3, 0), 2, 3));
    expect(oodScores([0, 0, 4], { score: 'kl-matching', templates })[0]).toBe(-Infinity);
    expect(oodScores([0, 0, 4], { score: 'kl-matching-min', templates })[0]).toBeLessThan(0);
  });
});

describe('calibration', () => {
  it('keeps the rate of false alarms in expectation, at either end', () => {
    const [rate, trials, fresh] = [0.1, 300, 100];
    const seeded = createRng(3);
    for (const side of ['low', 'high', 'two-sided'] as const) {
      let alarms = 0;
      for (let trial = 0; trial < trials; trial++) {
        const detector = calibrate(draw(seeded, 49, 4), { side, rate });
        alarms += detect(detector, draw(seeded, fresh, 4)).count;
      }
      // ⌊0.1·50⌋ = 5 of 50; two-sided ⌊0.05·50⌋ = 2 of 50 at each end. The share of a trial is Beta: its deviation is below 0.045, of 300 trials 0.0026.
      const expected = side === 'two-sided' ? 4 / 50 : 5 / 50;
      expect(Math.abs(alarms / trials / fresh - expected)).toBeLessThan(4 * 0.0026);
    }
  });

  it('says what the sample leaves open: intervals that cover', () => {
    const seeded = createRng(5);
    const truth = oodScores(draw(seeded, 20000, 4)).sort();
    const quantile = truth[2000] as number;
    let [thresholds, rates] = [0, 0];
    const trials = 300;
    for (let trial = 0; trial < trials; trial++) {
      const low = calibrate(draw(seeded, 99, 4), { rate: 0.1 }).low as Threshold;
      if (low.interval[0] <= quantile && quantile <= low.interval[1]) thresholds++;
      const rate = truth.filter((score) => score < low.value).length / truth.length;
      if (low.rate.interval[0] <= rate && rate <= low.rate.interval[1]) rates++;
      expect(low.rate.expected).toBe(0.1);
    }
    // 95 % of 300, less four deviations of a binomial count.
    expect(thresholds).toBeGreaterThan(300 * 0.95 - 4 * 3.8);
    expect(rates).toBeGreaterThan(300 * 0.95 - 4 * 3.8);
  });

  it('of too few rows raises no alarm, rather than one that means nothing', () => {
    const detector = calibrate(draw(rng, 18, 4), { rate: 0.05 });
    expect(detector.low).toMatchObject({ value: -Infinity, rate: { expected: 0 } });
    expect(detect(detector, outside).count).toBe(0);
    expect(calibrate(draw(rng, 19, 4), { rate: 0.05 }).low?.value).toBeGreaterThan(-Infinity);
  });

  it('lists the rows that are farthest beyond, and survives JSON', () => {
    for (const score of SCORES) {
      const detector = JSON.parse(JSON.stringify(calibrate(inside, { score, side: 'two-sided' }))) as Detector;
      if (detector.templates !== undefined) continue; // typed arrays are no JSON
      const found = detect(detector, outside, { most: 5 });
      expect(found.rows).toBe(200);
      expect(found.alarms).toHaveLength(5);
      const scores = oodScores(outside, { score });
      for (const { row, score: value, side } of found.alarms) {
        expect(value).toBe(scores[row]);
        expect(side === 'low' ? value <= (detector.low?.value as number) : value >= (detector.high?.value as number)).toBe(true);
      }
      expect(detect(detector, outside).alarms).toHaveLength(found.count);
    }
  });
});

describe('metrics', () => {
  it('are the definitions, ties included', () => {
    const round = matrix((both.data as Float64Array).map(Math.round), 600, COLS);
    const found = oodMetrics(round, flags, { score: 'max-logit' });
    const scores = oodScores(round, { score: 'max-logit' });
    const [a, b] = [scores.slice(0, 400), scores.slice(400)];
    let wins = 0;
    for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
    expect(found.auroc.value).toBeCloseTo(wins / 400 / 200, 13);
    const precision = (mine: Float64Array, others: Float64Array, sign: number) => {
      const at = (t: number, of: Float64Array) => of.filter((x) => sign * x >= sign * t).length;
      return [...mine].reduce((sum, t) => sum + at(t, mine) / (at(t, mine) + at(t, others)), 0) / mine.length;
    };
    expect(found.auprIn.value).toBeCloseTo(precision(a, b, 1), 12);
    expect(found.auprOut.value).toBeCloseTo(precision(b, a, -1), 12);
    const threshold = [...new Set(a)].sort((x, y) => y - x).find((t) => a.filter((x) => x >= t).length >= 380) as number;
    expect(found.threshold).toBe(threshold);
    expect(found.fprAtTpr.value).toBeCloseTo(b.filter((x) => x >= threshold).length / 200, 13);
  });

  it('have intervals that are repeatable, and as wide as theory says', () => {
    const found = oodMetrics(both, flags);
    expect(oodMetrics(both, flags)).toEqual(found);
    const { value, interval } = found.auroc;
    expect(interval[0]).toBeLessThan(value);
    expect(interval[1]).toBeGreaterThan(value);
    // J. A. Hanley and B. J. McNeil (1982): an approximation, for scores that are exponential.
    const [q1, q2] = [value / (2 - value), (2 * value * value) / (1 + value)];
    const variance = (value * (1 - value) + 399 * (q1 - value * value) + 199 * (q2 - value * value)) / 400 / 200;
    expect((interval[1] - interval[0]) / (3.92 * Math.sqrt(variance))).toBeGreaterThan(0.7);
    expect((interval[1] - interval[0]) / (3.92 * Math.sqrt(variance))).toBeLessThan(1.4);
  });
});

it('says what is wrong, and where', () => {
  const big = new Float64Array(40000 * COLS);
  big[30000 * COLS + 2] = Number.NaN;
  for (const score of SCORES) {
    const options = { score, templates: templatesOf(inside) };
    expect(errorOf(() => oodScores(matrix(big, 40000, COLS), options))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'rows',
      row: 30000,
      column: 2,
    });
  }
  const code = (call: () => unknown) => errorOf(call).code;
  expect(code(() => oodScores(inside, { score: 'x' as never }))).toBe('ERR_OPTION');
  expect(code(() => oodScores(inside, { score: 'kl-matching' }))).toBe('ERR_OPTION');
  expect(code(() => calibrate(inside, { rate: 1 }))).toBe('ERR_OPTION');
  expect(code(() => new Calibrator({ score: 'kl-matching' }).add(inside))).toBe('ERR_OPTION');
  expect(code(() => calibrate(inside, { side: 'up' as never }))).toBe('ERR_OPTION');
  expect(code(() => detect(calibrate(inside), [1, 2]))).toBe('ERR_SHAPE');
  expect(code(() => oodMetrics(both, flags.slice(1)))).toBe('ERR_OPTION');
  expect(code(() => oodMetrics(both, new Array(600).fill(0)))).toBe('ERR_OPTION');
});
