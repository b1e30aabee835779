import { describe, expect, it } from 'vitest';
import { Auditor, type AuditReport, audit } from '../../src/applications/audit.js';
import { csr, klDivergence, logits, matrix, vector } from '../../src/index.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const ROWS = 900;
const COLS = 9;

/** Logits of a model and of its quantised self, which differ in the 11th bit. */
function nearPair() {
  const rng = createRng(seed);
  const a = Float32Array.from({ length: ROWS * COLS }, () => 6 * rng.normal());
  const b = a.map((x) => x * (1 + 2 ** -11 * (rng.uniform() - 0.5)));
  return { p: matrix(a, ROWS, COLS), q: matrix(b, ROWS, COLS) };
}

const of = (report: AuditReport, name: string) => {
  const found = report.conventions.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

const part = ({ data, cols }: ReturnType<typeof matrix>, from: number, to: number) =>
  matrix(data.subarray(from * cols, to * cols), to - from, cols);

describe(`an audit (seed ${seed})`, () => {
  it('counts what each answer is, by hand', () => {
    // Equal rows; a zero in q alone; one in p alone; a regular row.
    const p = matrix([0.5, 0.5, 0.5, 0.5, 0, 1, 0.5, 0.5], 4, 2);
    const q = matrix([0.5, 0.5, 0, 1, 0.5, 0.5, 0.25, 0.75], 4, 2);
    const report = audit(p, q, { threshold: 0.5 });
    expect(report).toMatchObject({
      rows: 4,
      cols: 2,
      as: 'probabilities',
      dtype: 'f64',
      infinite: { kl: 1, jeffreys: 2, js: 0 },
      negativeAsGiven: 0,
    });
    expect(report.means.kl).toBe(Infinity);
    expect(of(report, 'loop-f64')).toMatchObject({ rows: 4, negative: 0, nan: 0, infinite: 0, finite: 0, wrong: 0, compared: 2 });
    expect(of(report, 'ml-distance-kl')).toMatchObject({ nan: 1, wrong: 1, compared: 1, decisions: { changed: 1, missed: 1, raised: 0 } });
    expect(of(report, 'ml-distance-kl').worst[0]).toEqual({ row: 2, id: undefined, answer: Number.NaN, truth: Math.LN2 });
    expect(of(report, 'philentropy-kl')).toMatchObject({ finite: 1, wrong: 1, compared: 2, unit: 'bits' });
    expect(of(report, 'philentropy-kl').worstError).toBeLessThan(1e-15);
    expect(of(report, 'evidently-psi')).toMatchObject({ finite: 2, compared: 1, decisions: { changed: 0 } });
    expect(of(report, 'ml-distance-js')).toMatchObject({ nan: 2, quantity: 'js' });
  });

  it('an answer below 0 is counted as that where the truth is Infinity too, and once', () => {
    const report = audit([1 - 1e-9, 1e-9], [1, 0], { threshold: 1 });
    const found = of(report, 'philentropy-kl');
    expect(found.worst).toMatchObject([{ truth: Infinity, answer: expect.closeTo(-1.02e-8, 10) }]);
    expect(found).toMatchObject({ negative: 1, finite: 0, infinite: 0, wrong: 1, compared: 0, decisions: { missed: 1 } });
    expect(found.verdict).toBe('1 of 1 row negative, 1 decision changes at 1');
    expect(of(report, 'numkong-kl')).toMatchObject({ negative: 0, finite: 1, wrong: 1 });
  });

  it('counts a decision as raised or missed by which of the two is above', () => {
    const seen = { raised: 0, missed: 0 };
    const near = [0.2999, 0.4, 0.55, 0.8];
    for (const [p, q] of near.flatMap((x) => [[x, x + 1e-4] as const, [x + 1e-4, x] as const])) {
      const pair = [
        [p, 1 - p],
        [q, 1 - q],
      ] as const;
      const truth = klDivergence(...pair);
      for (const threshold of [truth, truth * (1 - 2 ** -50)]) {
        for (const { quantity, mean, unit, decisions } of audit(...pair, { threshold }).conventions) {
          if (quantity !== 'kl') continue;
          const isAbove = mean * (unit === 'bits' ? Math.LN2 : 1) > threshold;
          const raised = isAbove && !(truth > threshold) ? 1 : 0;
          const missed = truth > threshold && !isAbove ? 1 : 0;
          expect(decisions).toEqual({ threshold, above: isAbove ? 1 : 0, changed: raised + missed, raised, missed });
          seen.raised += raised;
          seen.missed += missed;
        }
      }
    }
    expect(Math.min(seen.raised, seen.missed)).toBeGreaterThan(0);
  });

  it('takes units and reductions for what they are: no error, told apart', () => {
    const { p, q } = { p: [0.5, 0.5], q: [0.25, 0.75] };
    const report = audit(p, q);
    expect(of(report, 'philentropy-kl').mean).toBeCloseTo(klDivergence(p, q, { base: 2 }), 15);
    expect(of(report, 'philentropy-kl').worstError).toBeLessThan(1e-15);
    const reading = Object.fromEntries(report.readings.map(({ name, value }) => [name, value]));
    expect(reading['torch-mean']).toBeCloseTo(klDivergence(p, q) / 2, 15);
    expect(reading['torch-exchanged']).toBeCloseTo(klDivergence(q, p), 15);
    expect(report.readings.every(({ expected }) => expected === klDivergence(p, q))).toBe(true);
  });

  it('on a model and its quantised self shows what a reader should stop at, and lets be right what is right', () => {
    const { p, q } = nearPair();
    const report = audit(p, q, { as: 'logits' });
    expect(of(report, 'loop-f32').negative).toBeGreaterThan(ROWS / 10);
    expect(of(report, 'scipy-jensenshannon').nan).toBeGreaterThan(ROWS / 100);
    expect(of(report, 'loop-f64')).toMatchObject({ wrong: 0, negative: 0 });
    expect(report.own).toMatchObject({ wrong: 0, negative: 0, nan: 0 });
    expect(report.own?.worstError).toBeLessThan(2 ** -20);
    expect(report.headline).toMatch(/\d+ of 900 rows negative/);
    expect(report.headline).toMatch(/SciPy jensenshannon: NaN in \d+ of 900 rows|NumKong JS/);
    // A number by which nobody can be misled: recomputed here.
    const truth = logits.klDivergence(matrix(Float64Array.from(p.data), ROWS, COLS), matrix(Float64Array.from(q.data), ROWS, COLS));
    const [worst] = of(report, 'loop-f32').worst;
    expect(worst?.truth).toBe(truth[worst?.row as number]);
  });

  it('says so when a tool is right, and when all are', () => {
    const report = audit([0.5, 0.25, 0.25], [0.25, 0.5, 0.25]);
    for (const { name, wrong } of report.conventions) expect([name, wrong]).toEqual([name, name === 'simsimd-kl' ? 1 : 0]);
    expect(of(report, 'loop-f64').verdict).toMatch(/^right to 1[56] digits$/);
    expect(report.headline).toMatch(/Of 17 conventions 1 has wrong rows, and \d+ are right to 6 digits in every row\./);
    const equal = audit([0.5, 0.25, 0.25], [0.5, 0.25, 0.25]);
    expect(equal.headline).toMatch(/^All 17 conventions are right to 6 digits in every row\./);
    expect(new Set(equal.conventions.map(({ verdict }) => verdict))).toEqual(new Set(['right']));
  });

  it('says when rows as given have a negative sum, which is not the tools’ fault', () => {
    const p = [0.25, 0.25, 0.25, 0.25 - 5e-4];
    const report = audit(p, [0.25, 0.25, 0.25, 0.25]);
    expect(report.negativeAsGiven).toBe(1);
    expect(report.sumGap).toBeCloseTo(5e-4, 12);
    expect(of(report, 'loop-f64').negative).toBe(1);
    expect(of(report, 'scipy-entropy').negative).toBe(0);
    const twice = new Auditor()
      .add(p, p)
      .merge(new Auditor().add(p, [0.25, 0.25, 0.25, 0.25]))
      .report();
    expect([twice.rows, twice.negativeAsGiven, twice.sumGap]).toEqual([2, 1, report.sumGap]);
  });

  it('does not depend on how rows come in blocks', () => {
    const { p, q } = nearPair();
    const whole = audit(p, q, { as: 'logits', threshold: 1e-7, worst: 5 });
    for (const size of [1, 7, 250]) {
      const auditor = new Auditor({ as: 'logits', threshold: 1e-7, worst: 5 });
      for (let from = 0; from < ROWS; from += size)
        auditor.add(part(p, from, Math.min(ROWS, from + size)), part(q, from, Math.min(ROWS, from + size)));
      expect(auditor.report()).toEqual(whole);
    }
  });

  it('merges: what parts found is what the whole has, sums to rounding', () => {
    const { p, q } = nearPair();
    const options = { as: 'logits', threshold: 1e-7, worst: 4 } as const;
    const whole = audit(p, q, options);
    const cuts = [0, 1, 300, 300, 777, ROWS];
    const merged = new Auditor(options);
    for (let i = 1; i < cuts.length; i++) {
      const [from, to] = [cuts[i - 1] as number, cuts[i] as number];
      const auditor = new Auditor(options);
      if (to > from) auditor.add(part(p, from, to), part(q, from, to));
      merged.merge(auditor);
    }
    const report = merged.report();
    expect(report.conventions.map(({ mean: _, ...counts }) => counts)).toEqual(whole.conventions.map(({ mean: _, ...counts }) => counts));
    for (const [i, { mean }] of report.conventions.entries()) {
      const expected = whole.conventions[i]?.mean as number;
      if (Number.isNaN(expected)) expect(mean).toBeNaN();
      else expect(Math.abs(mean / expected - 1)).toBeLessThan(1e-12);
    }
    expect(report.own).toEqual(whole.own);
  });

  it('counts more rows than it keeps errors of, the median then to 2 %', () => {
    const rng = createRng(seed);
    const rows = 2 ** 15 + 5000;
    const p = Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 0.5 : 0.5));
    const q = new Float64Array(2 * rows);
    for (let row = 0; row < rows; row++) {
      q[2 * row] = 0.5 + 1e-4 * (0.1 + rng.uniform());
      q[2 * row + 1] = 1 - (q[2 * row] as number);
    }
    const P = matrix(p, rows, 2);
    const Q = matrix(q, rows, 2);
    const { medianError, compared } = of(audit(P, Q), 'loop-f64');
    const truth = klDivergence(P, Q);
    const errors = truth.map((value, row) => {
      const [x, y] = [0.5 * Math.log(0.5 / (q[2 * row] as number)), 0.5 * Math.log(0.5 / (q[2 * row + 1] as number))];
      return Math.abs((x + y) / value - 1);
    });
    expect(compared).toBe(rows);
    const exact = errors.sort()[rows >> 1] as number;
    expect(Math.abs(medianError / exact - 1)).toBeLessThan(0.02);
  });

  it('takes a vector for every row, tensors, counts, temperature and names of rows', () => {
    const p = matrix(Uint32Array.of(1, 3, 0, 4, 2, 2), 3, 2);
    const shared = audit(p, [1, 1], { as: 'counts' });
    const spread = audit(p, matrix([1, 1, 1, 1, 1, 1], 3, 2), { as: 'counts' });
    expect(shared).toEqual(spread);
    expect(shared.means.kl).toBeCloseTo([...klDivergence(p, [1, 1])].reduce((sum, x) => sum + x, 0) / 3, 15);
    const hot = audit([0, 2], [0, 4], { as: 'logits', temperature: 2 });
    expect(hot.means.kl).toBe(logits.klDivergence([0, 2], [0, 4], { temperature: 2 }));
    // 0.5, 0.25, 0.25 and 0.25, 0.5, 0.25 as float16.
    const bits = matrix(Uint16Array.of(0x3800, 0x3400, 0x3400), 1, 3, { dtype: 'float16' });
    const half = audit(bits, vector(Uint16Array.of(0x3400, 0x3800, 0x3400), { dtype: 'float16' }));
    expect(half).toEqual(audit(Float32Array.of(0.5, 0.25, 0.25), Float32Array.of(0.25, 0.5, 0.25)));
    expect(half.dtype).toBe('f32');
    expect(audit({ data: [0.5, 0.5, 0, 1], dims: [2, 2] }, [0.5, 0.5])).toEqual(audit(matrix([0.5, 0.5, 0, 1], 2, 2), [0.5, 0.5]));
    const named = new Auditor().add(matrix([0, 1], 1, 2), matrix([0.5, 0.5], 1, 2), ['day one']).report();
    expect(of(named, 'mathjs').worst[0]).toMatchObject({ row: 0, id: 'day one', answer: Number.NaN });
    const long = audit(matrix(new Float32Array(2 * 20_000).fill(0.5), 20_000, 2), Float32Array.of(0.5, 0.5));
    expect(long).toMatchObject({ rows: 20_000, dtype: 'f32', means: { kl: 0 } });
  });

  it('refuses bad input with one clear error that names the place', () => {
    const good = matrix([0.5, 0.5, 0.5, 0.5], 2, 2);
    const bad: [() => unknown, object][] = [
      [() => audit(good, matrix([0.5, 0.5, -0.5, 1.5], 2, 2)), { code: 'ERR_DOMAIN', argument: 'q', row: 1, column: 0, value: -0.5 }],
      [() => audit(good, matrix([0.5, 0.5, 0, 0], 2, 2)), { code: 'ERR_ZERO_ROW', argument: 'q', row: 1 }],
      [() => audit(good, [3, 4]), { code: 'ERR_DOMAIN', argument: 'q', value: 7 }],
      [() => audit(good, matrix([0.5, 0.5, 0.5, 0.498], 2, 2)), { code: 'ERR_DOMAIN', argument: 'q', row: 1, value: 0.998 }],
      [() => audit(matrix([0.5, 0.5, 30, 20], 2, 2), good), { code: 'ERR_DOMAIN', argument: 'p', row: 1, value: 50 }],
      [() => audit(good, [0.5, 0.25, 0.25]), { code: 'ERR_SHAPE', argument: 'q' }],
      [() => audit(good, matrix([0.5, 0.5], 1, 2)), { code: 'ERR_SHAPE', argument: 'q' }],
      [() => audit(matrix([0, Number.NaN], 1, 2), [0, 1], { as: 'logits' }), { code: 'ERR_DOMAIN', argument: 'p', row: 0, column: 1 }],
      [() => audit([0, 1], [0, Infinity], { as: 'logits' }), { code: 'ERR_DOMAIN', argument: 'q', column: 1 }],
      [() => audit(good, 'rows' as never), { code: 'ERR_KIND', argument: 'q' }],
      [() => audit(csr({ data: [1], indices: [0], indptr: [0, 1], cols: 2 }) as never, good), { code: 'ERR_KIND', argument: 'p' }],
      [() => audit(matrix([], 0, 2), matrix([], 0, 2)), { code: 'ERR_EMPTY' }],
      [() => audit(good, good, { as: 'gaussian' as never }), { code: 'ERR_OPTION', argument: 'as' }],
      [() => audit(good, good, { treshold: 1 } as never), { code: 'ERR_OPTION', argument: 'treshold' }],
      [() => audit(good, good, { temperature: 2 }), { code: 'ERR_OPTION', argument: 'temperature' }],
      [() => audit(good, good, { threshold: Number.NaN }), { code: 'ERR_OPTION', argument: 'threshold' }],
      [() => audit(good, good, { threshold: true as never }), { code: 'ERR_OPTION', argument: 'threshold' }],
      [() => audit(good, good, { worst: 0.5 }), { code: 'ERR_OPTION', argument: 'worst' }],
      [() => new Auditor().add(good, good).add([0.5, 0.25, 0.25], [0.5, 0.25, 0.25]), { code: 'ERR_SHAPE', argument: 'p' }],
      [() => new Auditor().add(good, good).add(Float32Array.of(0.5, 0.5), Float32Array.of(0.5, 0.5)), { code: 'ERR_SHAPE', argument: 'p' }],
      [() => new Auditor().add(good, good).merge(new Auditor().add([1], [1])), { code: 'ERR_SHAPE' }],
      [() => new Auditor().merge(audit(good, good) as never), { code: 'ERR_KIND', argument: 'other' }],
      [() => new Auditor().merge(new Auditor({ threshold: 1 }).add(good, good)), { code: 'ERR_KIND', argument: 'other' }],
      [() => new Auditor().merge(new Auditor({ as: 'counts' }).add(good, good)), { code: 'ERR_KIND', argument: 'other' }],
      [() => new Auditor().add(good, good, ['a']), { code: 'ERR_SHAPE', argument: 'ids', value: 1 }],
      [() => new Auditor().add(good, good, 'ab' as never), { code: 'ERR_KIND', argument: 'ids' }],
    ];
    for (const [work, expected] of bad) {
      let thrown: unknown;
      try {
        work();
      } catch (error) {
        thrown = error;
      }
      expect(thrown, JSON.stringify(expected)).toMatchObject({ name: 'SurprisalError', ...expected });
    }
  });

  it('names a row of the whole, not of the block in which it was looked at', () => {
    const data = new Float64Array(2 * 30_000).fill(0.5);
    data[2 * 29_000] = -1;
    const P = matrix(new Float64Array(2 * 30_000).fill(0.5), 30_000, 2);
    expect(() => audit(P, matrix(data, 30_000, 2))).toThrow(/"q" row 29000, column 0 expected a finite number ≥ 0, got -1/);
  });
});
