import { describe, expect, it } from 'vitest';
import {
  type Baseline,
  type BaselineFeature,
  type BaselineOptions,
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
import { errorOf } from '../support/errors.js';
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

/** A baseline of two rows, as a file could have it. */
function of(change: object): Baseline {
  const { features, ...rest } = fitBaseline([{ a: 'x' }, { a: 'y' }]);
  return { ...rest, features: [{ ...(features[0] as BaselineFeature), ...change } as BaselineFeature] };
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

  it.each(['quantile', 'freedman-diaconis', 'doane'] as const)('%s: edges rise and are finite, whatever the numbers', (binning) => {
    const columns = {
      nanoseconds: (i: number) => 1.7e18 + 256 * ((i * i) % 7),
      huge: (i: number) => [-1.7e308, 1.7e308, 0, 1, 5][i % 5] as number,
      tiny: (i: number) => 5e-324 * (i % 9),
      same: () => 3,
      wide: (i: number) => 10 ** ((i % 600) - 300),
    };
    const rows = Array.from({ length: 1000 }, (_, i) => Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, of(i)])));
    const baseline = fitBaseline(rows, { binning });
    for (const { pValue } of new DriftMonitor(baseline).update(rows).check().features) expect(pValue).toBe(1);
    for (const feature of baseline.features) {
      const edges = feature.kind === 'numeric' ? feature.edges : [];
      expect(edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number)))).toBe(true);
    }
  });

  it.each([
    [() => 7, 8, '> 7'],
    [() => 7, 6, '< 7'],
    [(i: number) => (i % 20 === 0 ? i : 0), 5, '> 0'],
    [(i: number) => (i % 20 === 0 ? i : 0), -1, '< 0'],
    [(i: number) => [-1, 1][i % 40] ?? 0, 2, '> 0'],
    [(i: number) => -(i % 20 === 0 ? i : 0), 5, '> 0'],
  ])('a value that nearly all rows have does not hide what lies beyond: %#', (value, to, cell) => {
    const baseline = fitBaseline(Array.from({ length: 1000 }, (_, i) => ({ x: value(i) })));
    const monitor = () => new DriftMonitor(JSON.parse(JSON.stringify(baseline)), { falseAlarmRate: 1e-4 });
    expect(
      monitor()
        .update(Array.from({ length: 400 }, (_, i) => ({ x: value(i) })))
        .check().alarm,
    ).toBe(false);
    const { features } = monitor()
      .update(Array.from({ length: 400 }, (_, i) => ({ x: i % 4 === 0 ? to : value(i) })))
      .check();
    expect([features[0]?.drifted, features[0]?.top[0]?.cell]).toEqual([true, cell]);
  });

  it('what is said of one feature goes before what is said of all', () => {
    const edges = (options: BaselineOptions) => {
      const [age] = fitBaseline(rows, options).features;
      return age?.kind === 'numeric' ? age.edges : [];
    };
    expect(edges({ binning: 'doane', features: { age: { edges: [30] } } })).toEqual([30]);
    expect(edges({ bins: 4, features: { age: { edges: [30] } } })).toEqual([30]);
    expect(edges({ binning: 'doane', features: { age: { bins: 4 } } })).toEqual(edges({ bins: 4 }));
    expect(edges({ bins: 4 })).toHaveLength(3);
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
    [() => fitBaseline([{ a: 1 }, null as never]), /"rows" row 1 expected objects/],
    [() => fitBaseline([{ a: 1 }, 5 as never]), /"rows" row 1 expected objects/],
    [() => fitBaseline(rows, { features: { age: { binning: 'quantile', edges: [18] } } }), /"edges".*beside binning 'quantile'/],
    [() => fitBaseline(rows, { features: { age: { edges: [18], bins: 5 } } }), /"bins".*beside edges/],
    [() => fitBaseline(rows, { features: { city: { edges: [18] } } }), /"edges".*"city": it has categories/],
    [() => fitBaseline(rows, { features: { age: { kind: 'number' as never } } }), /"kind"/],
    [() => fitBaseline(rows, { binning: 'doane', bins: 7 }), /"bins".*beside binning 'doane'/],
    [() => fitBaseline(rows, { features: { age: { edges: '18,65' as never } } }), /ascending finite numbers/],
    [() => fitBaseline(rows, { categories: -1 }), /"categories" expected a whole number ≥ 1/],
    [() => fitBaseline(rows, { categories: 'abc' as never }), /"categories" expected a whole number ≥ 1/],
    [() => new DriftMonitor(of({ counts: [0.9, 0.1, 0, 0] })), /whole count ≥ 0 for each of its cells, 2 in all/],
    [() => new DriftMonitor(of({ counts: ['1', '1', '0', '0'] })), /whole count/],
    [() => new DriftMonitor(of({ counts: [2, 1, 0, 0] })), /2 in all/],
    [() => new DriftMonitor(of({ others: [1] })), /2 in all/],
    [() => new DriftMonitor(of({ others: 'x' })), /2 in all/],
    [() => new DriftMonitor({ ...fitBaseline([{ a: 'x' }]), rows: undefined as never }), /a whole number of rows/],
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
    expect(() => monitor().merge({ ...merged.state(), counts: [[1]] })).toThrow(/counters of the same baseline/);
  });

  it('slide: the last rows alone', () => {
    const sliding = monitor({ window: 200 }).update(rows);
    expect(sliding.check().features).toEqual(monitor().update(rows.slice(-200)).check().features);
    const [a, b] = [monitor({ window: 200 }).update(rows.slice(0, 500)), monitor({ window: 200 }).update(rows.slice(500))];
    expect(a.merge(b).check().features).toEqual(sliding.check().features);
  });

  it.each([3, 50])('merge and slide with categories that the baseline lacks, %d of them kept', (categories) => {
    const some = (n: number, from: number) => Array.from({ length: n }, (_, i) => ({ a: `${from + ((i * i) % 17)}`, b: i % 3 }));
    const other = fitBaseline(some(300, 0), { categories });
    const [early, late] = [some(120, 5), some(150, 9)];
    const monitor = (options?: DriftOptions) => new DriftMonitor(JSON.parse(JSON.stringify(other)), options);
    const merged = monitor()
      .update(early)
      .merge(JSON.parse(JSON.stringify(monitor().update(late).state())));
    expect(merged.check()).toEqual(
      monitor()
        .update([...early, ...late])
        .check(),
    );
    const sliding = monitor({ window: 100 }).update(early).update(late);
    expect(sliding.check().features).toEqual(monitor().update(late.slice(-100)).check().features);
    expect(monitor().update(early).reset().update(late).check()).toEqual(monitor().update(late).check());
  });

  it.each([{}, { window: 100 }, { halfLife: 40 }])(
    'a baseline of before, without the hash of its other categories, is tested by the cells that its report shows: %o',
    (options) => {
      const some = (n: number, from: number) => Array.from({ length: n }, (_, i) => ({ a: `${from + ((i * i) % 17)}`, b: i % 3 }));
      const fitted = fitBaseline(some(300, 0), { categories: 3 });
      const features = fitted.features.map((feature) => ({ ...feature, others: undefined }));
      const before: Baseline = JSON.parse(JSON.stringify({ ...fitted, features }));
      // With what was cut off as a category like others, its cells are those of the report.
      const named = (row: Row) => ({
        ...row,
        a: fitted.features[0]?.kind === 'categorical' && fitted.features[0].categories.includes(`${row.a}`) ? row.a : '(other)',
      });
      const shown = fitBaseline(some(300, 0).map(named));
      const late = some(150, 2);
      const check = (baseline: Baseline, rows: readonly Row[]) =>
        new DriftMonitor(baseline, options)
          .update(rows)
          .check()
          .features.find(({ feature }) => feature === 'a');
      const found = check(before, late);
      const wanted = check(shown, late.map(named));
      expect(found?.df).toBe(3);
      for (const told of ['g', 'js', 'psi'] as const) expect(found?.[told]).toBeCloseTo(wanted?.[told] as number, 12);
      expect(found).toMatchObject({ df: wanted?.df, thresholds: wanted?.thresholds });
      expect(check(fitted, late)?.df).not.toBe(3);
    },
  );

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
    expect(bad({ counts: before.counts.map((counts) => counts.map(() => -1)) })).toThrow(/"other" row 0 expected whole counts/);
    expect(bad({ weights: [NaN, 1] })).toThrow(/what state\(\) gives/);
    expect(() => seen.merge(undefined as never)).toThrow(/what state\(\) gives/);
    expect(seen.state()).toEqual(before);
    const sliding = monitor({ window: 5 }).update(rows.slice(0, 3));
    const kept = sliding.state();
    expect(() => sliding.merge({ ...kept, recent: [[0, 99, 0]] })).toThrow(/a cell a feature/);
    expect(() => sliding.merge({ ...kept, recent: {} as never })).toThrow(/with a sliding window/);
    expect(() => sliding.merge({ ...kept, recent: [[0, 0, 0]] })).toThrow(/weights of 1 rows/);
    expect(sliding.state()).toEqual(kept);
  });

  it('take only what has been counted the same way', () => {
    const plain = monitor().update(rows.slice(0, 50));
    const before = plain.state();
    const decaying = monitor({ halfLife: 7 }).update(rows.slice(0, 50));
    expect(() => plain.merge(decaying)).toThrow(/counters that do not decay/);
    expect(() => decaying.merge(plain)).toThrow(/halfLife 7/);
    expect(() => decaying.merge(monitor({ halfLife: 8 }).update(rows[0] as Row))).toThrow(/halfLife 7, as here, got halfLife 8/);
    // As many features and cells, but others.
    const named = fitBaseline(rows.map(({ age, ...row }) => ({ years: age, ...row })));
    expect(() => plain.merge(new DriftMonitor(named).update(rows[0] as Row))).toThrow(/the same features and cells/);
    const elsewhere = fitBaseline(draw(1000, new Random(seed), 20));
    expect(() => plain.merge(new DriftMonitor(elsewhere))).toThrow(/the same features and cells/);
    expect(() => plain.merge({ ...before, weights: [1, 1] })).toThrow(/weights of 50 rows/);
    expect(() => plain.merge({ ...before, rows: 51, weights: [51, 51] })).toThrow(/row 0 expected counts that sum to 51/);
    const own = decaying.state();
    expect(() => decaying.merge({ ...own, weights: [2 * own.weights[0], own.weights[1]] })).toThrow(/weights of 50 rows|counts that sum/);
    expect(decaying.merge(JSON.parse(JSON.stringify(own))).check().rows).toBe(100);
    expect(plain.state()).toEqual(before);
  });

  it('a row that has no text for a category leaves nothing behind', () => {
    const monitor = new DriftMonitor(fitBaseline([{ a: 'x' }, { a: 'y' }]));
    expect(errorOf(() => monitor.update([{ a: 'x' }, { a: Object.create(null) }]))).toMatchObject({ code: 'ERR_KIND', row: 1 });
    expect(monitor.state().rows).toBe(0);
  });

  it('numbers as texts count as tables are read; what is no number is missing', () => {
    const monitor = new DriftMonitor(fitBaseline([{ a: 1 }, { a: 4 }], { features: { a: { edges: [2.5] } } }));
    for (const a of ['3', ' 3.5 ', '1e3', 3n, Infinity]) monitor.update({ a });
    for (const a of ['0', '-1', -0]) monitor.update({ a });
    for (const a of ['', ' ', '\t', 'x', '0x10', '3 4', true, false, [], [3], {}, new Date(3), Symbol('3'), null, undefined, NaN])
      monitor.update({ a });
    monitor.update({});
    expect(monitor.state().counts).toEqual([[3, 5, 17]]);
  });

  it('a feature named as what every object has is its own', () => {
    const baseline = fitBaseline([{ constructor: 'x' }, {}]);
    expect(baseline.features[0]).toMatchObject({ categories: ['x'], counts: [1, 0, 1] });
    expect(new DriftMonitor(baseline).update({}).state().counts[0]?.slice(0, 3)).toEqual([0, 0, 1]);
  });

  it('decay: worth about 2.9 half-lives of rows, and what is old no longer counts', () => {
    const decaying = monitor({ halfLife: 100 }).update(rows);
    expect(decaying.check().size).toBeGreaterThan(280);
    expect(decaying.check().size).toBeLessThan(292);
    decaying.update(draw(5000, new Random(3)));
    expect(decaying.check().alarm).toBe(false);
    expect(decaying.reset().update(rows).check().rows).toBe(900);
  });

  it('decay: one row is one row, at every half-life, and as often as it is looked at', () => {
    const few = fitBaseline([{ a: 'x' }, { a: 'y' }]);
    for (const halfLife of [5e-324, 1e-4, 0.001, 0.3, ...Array.from({ length: 60 }, (_, i) => i + 1), 1e9]) {
      const monitor = new DriftMonitor(few, { halfLife, replicates: 9, falseAlarmRate: 0.9 }).update({ a: 'x' });
      monitor.state();
      expect(monitor.check().size).toBe(1);
      expect(monitor.update({ a: 'y' }).state().weights[0]).toBeLessThanOrEqual(2);
      expect(monitor.check().size).toBeLessThanOrEqual(2);
    }
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

  it('are given where a rare cell is of no account, at every rate, in good time', () => {
    // x falls from 50 % to 10 %, two values are missing on either side; and a category that was never there takes a tenth.
    const of = (n: number, tenths: number) => Array.from({ length: n }, (_, i) => ({ a: i < 2 ? null : i % 10 < tenths ? 'x' : 'y' }));
    const baseline = fitBaseline(of(20_000, 5));
    expect(new DriftMonitor(baseline).update(of(20_000, 10)).check().sentence).toMatch(/y went from 50 % to 0 % \(p < 1e-300\)/);
    for (const falseAlarmRate of [0.01, 1e-9]) {
      const monitor = (options?: DriftOptions) => new DriftMonitor(baseline, { falseAlarmRate, ...options });
      expect(monitor().update(of(20_000, 1)).check().alarm).toBe(true);
      expect(monitor().update(of(20_000, 5)).check().alarm).toBe(false);
      const other = of(2000, 5).map((row, i) => (i % 10 === 7 ? { a: 'z' } : row));
      expect(monitor().update(other).check().alarm).toBe(true);
      expect(monitor({ halfLife: 300 }).update(other).check().alarm).toBe(true);
    }
  });

  it.each([
    [40, 20, 300, 2000],
    [20, 50, 100, 500],
    [6, 2, 50, 200],
  ])('are no more frequent in a decaying window: %d cells, half-life %d', (cells, halfLife, n, m) => {
    const random = new Random(seed);
    const some = (count: number) => Array.from({ length: count }, () => ({ a: `${random.below(cells)}` }));
    const [runs, rate] = [200, 0.1];
    let [alarms, covered] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const monitor = new DriftMonitor(fitBaseline(some(m)), { falseAlarmRate: rate, halfLife, replicates: 199, seed: run });
      const { alarm, features } = monitor.update(some(n)).check();
      if (alarm) alarms++;
      if (features[0]?.interval[0] === 0) covered++;
    }
    expect(alarms / runs).toBeLessThan(rate + 3 * Math.sqrt((rate * (1 - rate)) / runs));
    expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
  });

  // Cells that the baseline's rows choose, as one for all that they have missed, or the most frequent ones: 27 % and 66 % of such checks had p ≤ 5 %.
  it.each([
    [40, 60, 60],
    [1000, 2000, 500],
  ])('are no more frequent where the baseline lacks categories, or keeps some: %d, %d rows and %d', (categories, n, m) => {
    const random = new Random(seed);
    const some = (count: number) => Array.from({ length: count }, () => ({ a: `${random.below(categories)}` }));
    const [runs, rate] = [200, 0.05];
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const monitor = new DriftMonitor(fitBaseline(some(n)), { falseAlarmRate: rate, replicates: 199, seed: run });
      if (monitor.update(some(m)).check().alarm) alarms++;
    }
    expect(alarms / runs).toBeLessThan(rate + 3 * Math.sqrt((rate * (1 - rate)) / runs));
  });

  it.each([
    ['all', 20],
    ['some', 300],
  ])('are given for a category that is new, or more frequent, where %s categories are kept', (_, categories) => {
    const random = new Random(seed);
    const some = (count: number) => Array.from({ length: count }, () => ({ a: `${Math.floor(categories * random.uniform() ** 3)}` }));
    const baseline = fitBaseline(some(2000));
    expect(baseline.features[0]).toHaveProperty('categories.length', Math.min(50, categories));
    const report = (share: number, to: string) =>
      new DriftMonitor(baseline, { falseAlarmRate: 1e-4 })
        .update(some(1000).map((row) => (random.uniform() < share ? { a: to } : row)))
        .check();
    expect(report(0, '').alarm).toBe(false);
    expect(report(0.1, 'new').features[0]).toMatchObject({ drifted: true, top: [{ cell: '(other)' }, {}, {}] });
    expect(report(0.15, '5').features[0]).toMatchObject({ drifted: true, top: [{ cell: '5' }, {}, {}] });
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
