import { describe, expect, it } from 'vitest';
import {
  DriftMonitor,
  type DriftOptions,
  driftThresholds,
  fitBaseline,
  knnKlDivergence,
  monteCarloKlDivergence,
  type Row,
} from '../../src/applications/drift.js';
import { Random } from '../../src/applications/statistics/random.js';
import { matrix } from '../../src/index.js';
import { seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const CITIES = ['Oslo', 'Lima', 'Pune', 'Kobe'];

/** Age and income are numbers, city a name; income may be missing. `shift` moves the age. */
function draw(n: number, random: Random, shift = 0): Row[] {
  return Array.from({ length: n }, () => ({
    age: 40 + 12 * random.normal() + shift,
    income: random.uniform() < 0.1 ? null : random.gamma(3),
    city: CITIES[Math.min(3, Math.floor(4 * random.uniform() ** 1.5))],
  }));
}

describe('a baseline', () => {
  const rows = draw(2000, new Random(seed));
  const baseline = fitBaseline(rows);

  it('is plain JSON, and the monitor from it is the same', () => {
    const again = JSON.parse(JSON.stringify(baseline));
    expect(again).toEqual(baseline);
    expect(JSON.stringify(baseline).length).toBeLessThan(2000);
    const report = new DriftMonitor(again).update(rows).check();
    expect(report.features.map(({ js, pValue }) => [js, pValue])).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it('has cells of about equal counts, missing values as one of their own, and other categories', () => {
    const [age, income, city] = baseline.features;
    expect(age?.counts.slice(0, 10).every((count) => count === 200)).toBe(true);
    expect(income?.counts.at(-1)).toBe(rows.filter((row) => row['income'] === null).length);
    expect(city).toMatchObject({ kind: 'categorical' });
    const report = new DriftMonitor(baseline).update(draw(500, new Random(1)).map((row) => ({ ...row, city: 'Rome' }))).check();
    expect(report.features[0]).toMatchObject({ feature: 'city', drifted: true, kl: Infinity });
    expect(report.features[0]?.top[0]).toMatchObject({ cell: '(other)', baseline: 0, window: 1 });
    expect(report.sentence).toMatch(/^1 of 3 features drifted: city: \(other\) went from 0 % to 100 %/);
  });

  it('bins by name', () => {
    const edges = (binning: 'freedman-diaconis' | 'doane') => {
      const [age] = fitBaseline(rows, { binning }).features;
      return age?.kind === 'numeric' ? age.edges.length : 0;
    };
    expect(edges('doane')).toBeGreaterThan(8);
    expect(edges('freedman-diaconis')).toBeGreaterThan(20);
    const fixed = fitBaseline(rows, { features: { age: { binning: 'fixed', edges: [18, 65] } } }).features[0];
    expect(fixed).toMatchObject({ edges: [18, 65] });
    // Values that repeat share a cell.
    expect(fitBaseline([...Array(50)].map((_, i) => ({ x: i < 45 ? 0 : i }))).features[0]).toMatchObject({ edges: expect.any(Array) });
  });

  it.each([
    [() => fitBaseline([]), /one row or more/],
    [() => fitBaseline(rows, { features: { agee: {} } }), /agee/],
    [() => fitBaseline(rows, { binning: 'fixed' }), /ascending finite numbers/],
    [() => fitBaseline([{ x: 1 }, { x: 'a' }], { features: { x: { kind: 'numeric' } } }), /row 1 expected a number for "x"/],
    [() => new DriftMonitor({ format: 'other' } as never), /baseline made by fitBaseline/],
    [() => new DriftMonitor({ ...baseline, version: 2 } as never), /surprisal-drift 2/],
    [() => new DriftMonitor({ ...baseline, features: [null] } as never), /row 0 expected a feature with a name/],
    [() => new DriftMonitor({ ...baseline, features: [{ ...baseline.features[0], edges: [1, 1] }] } as never), /rising edges/],
    [() => new DriftMonitor(baseline, { window: 10, halfLife: 3 }), /halfLife/],
    [() => new DriftMonitor(baseline).check(), /one row or more/],
  ])('%s', (call, message) => expect(call).toThrow(message));
});

describe('counters', () => {
  const baseline = fitBaseline(draw(1000, new Random(seed)));
  const rows = draw(900, new Random(seed + 1), 5);
  const monitor = (options?: DriftOptions) => new DriftMonitor(baseline, options);

  it('merge as if one had seen all, also through JSON', () => {
    const whole = monitor().update(rows).check();
    const parts = [rows.slice(0, 300), rows.slice(300, 500), rows.slice(500)].map((part) =>
      JSON.parse(JSON.stringify(monitor().update(part).state())),
    );
    const merged = monitor();
    for (const part of parts) merged.merge(part);
    expect(merged.check()).toEqual(whole);
    expect(() => monitor().merge({ rows: 1, weights: [1, 1], counts: [[1]] })).toThrow(/counters of the same baseline/);
  });

  it('slide: the last rows alone', () => {
    const sliding = monitor({ window: 200 }).update(rows);
    expect(sliding.check().features).toEqual(monitor().update(rows.slice(-200)).check().features);
    const [a, b] = [monitor({ window: 200 }).update(rows.slice(0, 500)), monitor({ window: 200 }).update(rows.slice(500))];
    expect(a.merge(b).check().features).toEqual(sliding.check().features);
  });

  it('slide: windows of other lengths merge too', () => {
    const short = monitor({ window: 10 }).update(rows.slice(0, 300));
    const merged = monitor({ window: 200 }).merge(short).update(rows.slice(300, 550));
    expect(merged.check().features).toEqual(monitor().update(rows.slice(350, 550)).check().features);
    expect(merged.check().rows).toBe(550);
    expect(() => monitor().merge(short)).toThrow(/without a sliding window/);
  });

  it('count a batch whole or not at all, and take no state that is none', () => {
    const seen = monitor().update(rows.slice(0, 50));
    const before = seen.state();
    expect(() => seen.update([...rows.slice(0, 5), null as never])).toThrow(/"rows" row 5 expected objects/);
    const bad = (change: object) => () => seen.merge({ ...before, ...change });
    expect(bad({ counts: before.counts.map((counts) => counts.map(() => -1)) })).toThrow(/"other" row 0 expected counts/);
    expect(bad({ weights: [NaN, 1] })).toThrow(/what state\(\) gives/);
    expect(() => seen.merge(undefined as never)).toThrow(/what state\(\) gives/);
    expect(() => monitor({ window: 5 }).merge({ ...before, recent: [[0, 99, 0]] })).toThrow(/a cell a feature/);
    expect(seen.state()).toEqual(before);
  });

  it('decay: worth about 2.9 half-lives of rows, and what is old no longer counts', () => {
    const decaying = monitor({ halfLife: 100 }).update(rows);
    expect(decaying.check().size).toBeGreaterThan(280);
    expect(decaying.check().size).toBeLessThan(292);
    decaying.update(draw(5000, new Random(3)));
    expect(decaying.check().alarm).toBe(false);
    expect(decaying.reset().update(rows).check().rows).toBe(900);
  });
});

describe(`alarms (seed ${seed})`, () => {
  it('are as frequent as they say while nothing drifts, where 0.1 for PSI is off by a multiple; and are given for what drifts', () => {
    const [runs, n, rate] = [300, 300, 0.1];
    const random = new Random(seed);
    let [alarms, folklore, found] = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const baseline = fitBaseline(draw(n, random));
      const report = new DriftMonitor(baseline, { falseAlarmRate: rate, replicates: 199 }).update(draw(n, random)).check();
      if (report.alarm) alarms++;
      if (report.features.some(({ psi }) => psi > 0.1)) folklore++;
      if (
        run < 20 &&
        new DriftMonitor(baseline, { falseAlarmRate: rate }).update(draw(n, random, 6)).check().features[0]?.feature === 'age'
      )
        found++;
    }
    const spread = 3 * Math.sqrt((rate * (1 - rate)) / runs);
    expect(alarms / runs).toBeLessThan(rate + spread);
    expect(alarms / runs).toBeGreaterThan(0.8 * rate - spread);
    expect(folklore / runs).toBeGreaterThan(1.5 * rate);
    expect(found).toBeGreaterThanOrEqual(19);
  });

  it('thresholds follow sizes, cells and features', () => {
    const at = (n: number, features = 1) => driftThresholds({ n, m: n, cells: 10, features, falseAlarmRate: 0.05 });
    expect(at(200).psi).toBeCloseTo(0.16919, 5); // χ²(9) at 5 %: 16.919
    expect(at(2000).psi).toBeCloseTo(0.016919, 6);
    expect(at(200).js * 8).toBe(at(200).psi);
    expect(at(200, 50).psi).toBeCloseTo(0.27877, 4); // χ²(9) at 0.1 %
  });
});

describe(`from samples (seed ${seed})`, () => {
  it('nearest neighbours find the divergence of two Gaussians', () => {
    const random = new Random(seed);
    const cloud = (n: number, mean: number) =>
      matrix(
        Float64Array.from({ length: 2 * n }, () => mean + random.normal()),
        n,
        2,
      );
    const [x, y] = [cloud(800, 0), cloud(900, 1)];
    for (const k of [1, 5]) {
      const { value, standardError } = knnKlDivergence(x, y, { k });
      expect(Math.abs(value - 1)).toBeLessThan(4 * standardError + 0.05);
    }
    expect(() => knnKlDivergence(matrix([1, 1, 1], 3, 1), matrix([1, 2], 2, 1))).toThrow(/row 0 expected fewer than 1 other rows/);
    expect(() => knnKlDivergence(matrix([1, 2, 3], 3, 1), matrix([2, 5], 2, 1))).toThrow(/row 1 expected fewer than 1 rows of "y"/);
  });

  it('k1, k2, k3 agree within their errors, and k3 scatters least', () => {
    const random = new Random(seed);
    const logs = Float64Array.from({ length: 20_000 }, () => {
      const x = random.normal();
      return ((x - 0.1) ** 2 - x * x) / 2;
    });
    const { k1, k2, k3 } = monteCarloKlDivergence(logs);
    for (const { value, standardError } of [k1, k2, k3]) expect(Math.abs(value - 0.005)).toBeLessThan(4.5 * standardError + 1e-4);
    expect(k3.standardError).toBeLessThan(k1.standardError / 5);
  });
});
