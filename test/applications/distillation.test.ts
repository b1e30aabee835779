import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  Agreement,
  DistillationMeter,
  type DistillationOptions,
  darkKnowledge,
  distillationLoss,
  distillationLossWithGradient,
} from '../../src/applications/distillation.js';
import { generalizedJensenShannonDivergence, logits, matrix } from '../../src/index.js';
import { errorOf } from '../support/errors.js';
import { PEAK, runWithGc } from '../support/memory.js';
import { createRng } from '../support/rng.js';
import { root } from '../support/sources.js';

const [ROWS, COLS] = [23, 11];
const rng = createRng(41);
const draw = (deviation: number) => Float64Array.from({ length: ROWS * COLS }, () => deviation * rng.normal());
const T = draw(3);
const S = T.map((x) => x + rng.normal());
const LABELS = Array.from({ length: ROWS }, (_, i) => (i % 7 === 3 ? -100 : rng.below(COLS)));
const [teacher, student] = [matrix(T, ROWS, COLS), matrix(S, ROWS, COLS)];
const counted = LABELS.filter((label) => label >= 0).length;
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Largest difference from the central quotient, relative to the largest slope. */
function slopeError(options: DistillationOptions, s = S): number {
  const { gradient } = distillationLossWithGradient(teacher, matrix(s, ROWS, COLS), options);
  const largest = Math.max(...gradient.data.map(Math.abs));
  const h = 1e-5;
  let worst = 0;
  for (let i = 0; i < s.length; i += 3) {
    const at = (step: number) =>
      distillationLoss(
        teacher,
        matrix(
          s.map((x, j) => (j === i ? x + step : x)),
          ROWS,
          COLS,
        ),
        options,
      ).loss;
    worst = Math.max(worst, Math.abs((at(h) - at(-h)) / (2 * h) - (gradient.data[i] as number)));
  }
  return worst / largest;
}

describe('the distillation loss', () => {
  it('is T² times the divergence of the library, in the mean over rows unless another reduction is named', () => {
    const rows = logits.distillationLoss(teacher, student, { temperature: 4 });
    const found = distillationLoss(teacher, student, { temperature: 4 });
    expect(Array.from(found.perRow)).toEqual(Array.from(rows));
    expect(found.loss).toBeCloseTo(mean(rows), 14);
    expect(distillationLoss(teacher, student, { temperature: 4, reduction: 'sum' }).loss).toBeCloseTo(mean(rows) * ROWS, 12);
    expect(distillationLoss(teacher, student, { temperature: 4, divisor: 10 }).loss).toBeCloseTo((mean(rows) * ROWS) / 10, 12);
    const tensor = (data: Float64Array) => ({ data: data.subarray(0, 20 * COLS), shape: [5, 4, COLS] });
    const batch = distillationLoss(tensor(T), tensor(S), { reduction: 'batchmean' });
    expect(batch.loss).toBeCloseTo(
      logits
        .klDivergence(teacher, student)
        .subarray(0, 20)
        .reduce((a, b) => a + b) / 5,
      13,
    );
    expect(distillationLoss(teacher, student, { temperature: 4, squaredTemperature: false }).loss).toBeCloseTo(mean(rows) / 16, 14);
  });

  it('goes both ways, and by the mixture with any weight', () => {
    expect(distillationLoss(teacher, student, { divergence: 'reverse' }).loss).toBeCloseTo(mean(logits.klDivergence(student, teacher)), 14);
    const [w, v] = [logits.softmax(teacher), logits.softmax(student)];
    for (const weight of [0.01, 0.3, 0.5, 0.9]) {
      const { perRow } = distillationLoss(teacher, student, { divergence: 'jensen-shannon', weight });
      const wanted = generalizedJensenShannonDivergence(w, v, { weight });
      // The softmax before has an ulp of the logits in it.
      for (const [i, value] of perRow.entries()) expect(Math.abs(value / (wanted[i] as number) - 1)).toBeLessThan(1e-12);
    }
    for (const weight of [0, 1]) {
      expect(distillationLoss(teacher, student, { divergence: 'jensen-shannon', weight }).loss).toBe(0);
      const kl = distillationLoss(teacher, student, { divergence: 'jensen-shannon', weight, endpoints: 'kl' }).loss;
      expect(kl).toBe(distillationLoss(teacher, student, { divergence: weight === 0 ? 'forward' : 'reverse' }).loss);
    }
  });

  it('by the mixture keeps its digits for near-equal rows, where it is 4β(1 − β) times that of β = ½', () => {
    const near = matrix(
      T.map((x) => x + 1e-8 * rng.normal()),
      ROWS,
      COLS,
    );
    const half = logits.jensenShannonDivergence(teacher, near);
    for (const weight of [0.1, 0.25, 0.75]) {
      const { perRow } = distillationLoss(teacher, near, { divergence: 'jensen-shannon', weight });
      // The next order is 1e-8 of it, times a skewness.
      for (const [i, value] of perRow.entries()) expect(value / (half[i] as number) / (4 * weight * (1 - weight)) - 1).toBeLessThan(1e-6);
      expect(distillationLoss(teacher, teacher, { divergence: 'jensen-shannon', weight }).loss).toBe(0);
    }
  });

  it.each([1e-8, 1e-3])(
    'by the mixture keeps its digits whatever constant lies between the models, and with classes masked: %s apart',
    (apart) => {
      const closest = (found: ArrayLike<number>, wanted: ArrayLike<number>) => {
        const largest = Math.max(...Array.from(wanted, Math.abs));
        return Math.max(...Array.from(found, (x, i) => Math.abs(x - (wanted[i] as number)) / largest));
      };
      // Of sums with 1000; the same less 1000 is exact, and close to the teacher.
      const far = T.map((x) => x + 1000 + apart * rng.normal());
      const near = far.map((x) => x - 1000);
      const masked = (data: Float64Array, isOut: (column: number) => boolean) => data.map((x, i) => (isOut(i % COLS) ? -Infinity : x));
      const cut = (data: Float64Array) => data.filter((_, i) => i % COLS < 9);
      const classMask = Array.from({ length: COLS }, (_, i) => i >= 9);
      for (const weight of [0.1, 0.75]) {
        const options = { divergence: 'jensen-shannon', weight } as const;
        const call = (t: Float64Array, s: Float64Array, cols = COLS, more: DistillationOptions = {}) =>
          distillationLossWithGradient(matrix(t, ROWS, cols), matrix(s, ROWS, cols), { ...options, ...more });
        const wanted = call(T, near);
        const shifted = call(T, far);
        for (const [i, value] of shifted.perRow.entries()) expect(Math.abs(value / (wanted.perRow[i] as number) - 1)).toBeLessThan(1e-12);
        expect(closest(shifted.gradient.data, wanted.gradient.data)).toBeLessThan(1e-12);
        const without = call(cut(T), cut(near), 9);
        for (const found of [
          call(T, far, COLS, { classMask }),
          call(
            masked(T, (c) => c >= 9),
            masked(far, (c) => c >= 9),
          ),
        ]) {
          for (const [i, value] of found.perRow.entries()) expect(Math.abs(value / (without.perRow[i] as number) - 1)).toBeLessThan(1e-12);
          expect(closest(cut(found.gradient.data as Float64Array), without.gradient.data)).toBeLessThan(1e-12);
        }
        // Classes that one side alone has, of little mass: as with logits of −10⁵ in place of −∞, which leave as much.
        const [t, s] = [T.map((x, i) => (i % COLS === 2 ? -70 : x)), far.map((x, i) => (i % COLS === 4 ? 930 : x))];
        const low = (data: Float64Array, column: number) => data.map((x, i) => (i % COLS === column ? -1e5 : x));
        const [one, other] = [
          call(
            masked(t, (c) => c === 4),
            masked(s, (c) => c === 2),
          ),
          call(low(t, 4), low(s, 2)),
        ];
        for (const [i, value] of one.perRow.entries()) expect(Math.abs(value / (other.perRow[i] as number) - 1)).toBeLessThan(1e-12);
      }
    },
  );

  it('by the mixture is finite where classes are masked on one side', () => {
    const mask = (data: Float64Array, every: number) =>
      matrix(
        data.map((x, i) => (i % every === 0 ? -Infinity : x)),
        ROWS,
        COLS,
      );
    const [a, b] = [mask(T, 3), mask(S, 5)];
    for (const weight of [0.3, 0.5]) {
      const { perRow } = distillationLoss(a, b, { divergence: 'jensen-shannon', weight });
      const wanted = generalizedJensenShannonDivergence(logits.softmax(a), logits.softmax(b), { weight });
      for (const [i, value] of perRow.entries()) expect(value).toBeCloseTo(wanted[i] as number, 12);
    }
  });

  it('mixes in the cross-entropy of the labels; rows with the label to ignore are left out of everything', () => {
    const found = distillationLossWithGradient(teacher, student, { temperature: 2, labels: LABELS, alpha: 0.3 });
    const kl = logits.distillationLoss(teacher, student, { temperature: 2 });
    const ce = logits.surprisal(student, LABELS, { ignore: -100 });
    const rows = kl.map((value, i) => ((LABELS[i] as number) < 0 ? 0 : 0.7 * value + 0.3 * (ce[i] as number)));
    expect(found.counted).toBe(counted);
    for (const [i, value] of found.perRow.entries()) expect(value).toBeCloseTo(rows[i] as number, 13);
    expect(found.loss).toBeCloseTo(rows.reduce((a, b) => a + b) / counted, 13);
    expect(found.loss).toBeCloseTo(0.7 * found.divergence + 0.3 * found.crossEntropy, 14);
    for (const [i, slope] of found.gradient.data.entries()) if ((LABELS[Math.floor(i / COLS)] as number) < 0) expect(slope).toBe(0);
    const none = distillationLossWithGradient(teacher, student, { labels: LABELS.map(() => 7), ignore: 7, alpha: 0.5 });
    expect([none.loss, none.counted, none.gradient.data.some((x) => x !== 0)]).toEqual([0, 0, false]);
    expect(distillationLoss(teacher, student, { labels: Array.from(LABELS, BigInt) as never }).counted).toBe(counted);
  });

  it('with classes out is the loss over the others', () => {
    const classMask = Array.from({ length: COLS }, (_, i) => i === 2 || i === 10);
    const without = (data: Float64Array) =>
      matrix(
        data.filter((_, i) => !classMask[i % COLS]),
        ROWS,
        COLS - 2,
      );
    const found = distillationLossWithGradient(teacher, student, { classMask, temperature: 3 });
    expect(found.loss).toBeCloseTo(distillationLoss(without(T), without(S), { temperature: 3 }).loss, 13);
    for (const [i, slope] of found.gradient.data.entries()) if (classMask[i % COLS]) expect(slope).toBe(0);
  });

  it('of the largest classes with the others as one is a lower bound, which all classes reach', () => {
    const whole = distillationLoss(teacher, student, { temperature: 2 });
    let before = new Float64Array(ROWS);
    for (const topK of [1, 2, 5, 10, COLS]) {
      const { perRow } = distillationLoss(teacher, student, { temperature: 2, topK });
      for (const [i, value] of perRow.entries()) {
        expect(value).toBeGreaterThanOrEqual((before[i] as number) * (1 - 1e-12));
        expect(value).toBeLessThanOrEqual((whole.perRow[i] as number) * (1 + 1e-12));
      }
      before = perRow as Float64Array<ArrayBuffer>;
    }
    const dropped = distillationLoss(teacher, student, { topK: 3, tail: 'drop' }).perRow;
    const order = [...T.subarray(0, COLS).keys()].sort((a, b) => (T[b] as number) - (T[a] as number)).slice(0, 3);
    const pick = (data: Float64Array) => order.map((i) => data[i] as number);
    expect(dropped[0]).toBeCloseTo(logits.klDivergence(pick(T), pick(S)), 14);
  });

  it.each<[string, DistillationOptions]>([
    ['forward', { temperature: 3 }],
    ['reverse', { temperature: 3, divergence: 'reverse', reduction: 'sum' }],
    ['Jensen–Shannon', { divergence: 'jensen-shannon', squaredTemperature: false, temperature: 2 }],
    ['Jensen–Shannon of weight 0.2', { divergence: 'jensen-shannon', weight: 0.2, temperature: 2 }],
    ['Jensen–Shannon of weight 0.9', { divergence: 'jensen-shannon', weight: 0.9 }],
    ['with labels', { labels: LABELS, alpha: 0.4, temperature: 4 }],
    ['of labels alone', { labels: LABELS, alpha: 1 }],
    ['of the top 3 and a tail', { topK: 3, temperature: 2 }],
    ['of the top 3, reverse, with labels', { topK: 3, divergence: 'reverse', labels: LABELS, alpha: 0.1 }],
    ['of the top 4 alone', { topK: 4, tail: 'drop' }],
  ])('has its own gradient: %s', (_what, options) => {
    // Central quotients with a step of 1e-5 are good to 1e-10 of the third derivative, and 1e-11 of rounding.
    expect(slopeError(options)).toBeLessThan(1e-8);
  });

  it('gives the same whatever the block, and in float32 what float32 holds', () => {
    const [rows, cols] = [9, 20000];
    const wide = createRng(2);
    const t = Float32Array.from({ length: rows * cols }, () => 2 * wide.normal());
    const s = t.map((x) => x + 0.1 * wide.normal());
    const labels = [1, 2, -100, 4, 5, 6, 7, -100, 19999];
    const found = distillationLossWithGradient(matrix(t, rows, cols), matrix(s, rows, cols), { labels, alpha: 0.5, temperature: 2 });
    expect(found.gradient.data).toBeInstanceOf(Float32Array);
    for (let row = 0; row < rows; row++) {
      const one = (data: Float32Array) => matrix(data.subarray(row * cols, (row + 1) * cols), 1, cols);
      const alone = distillationLossWithGradient(one(t), one(s), {
        labels: labels.slice(row, row + 1),
        alpha: 0.5,
        temperature: 2,
        divisor: 7,
      });
      expect(alone.perRow[0]).toBe(found.perRow[row]);
      expect(
        Buffer.compare(
          Buffer.from(alone.gradient.data.buffer),
          Buffer.from(found.gradient.data.slice(row * cols, (row + 1) * cols).buffer),
        ),
      ).toBe(0);
    }
    const out = new Float32Array(rows * cols).fill(9);
    expect(
      distillationLossWithGradient(matrix(t, rows, cols), matrix(s, rows, cols), { labels, alpha: 0.5, temperature: 2, out }).gradient.data,
    ).toBe(out);
    expect(Buffer.compare(Buffer.from(out.buffer), Buffer.from(found.gradient.data.buffer))).toBe(0);
  });

  it('writes no gradient where logits are still to be read, and none at all where a later row is refused', () => {
    const [rows, cols] = [400, 1000];
    const both = Float64Array.from({ length: 131_000 + rows * cols }, (_, i) => Math.sin(i));
    const [t, s] = [Float64Array.from({ length: rows * cols }, (_, i) => Math.cos(i)), both.subarray(0, rows * cols)];
    const call = (out: unknown, ofStudent = s, options: DistillationOptions = {}) =>
      distillationLossWithGradient(matrix(t, rows, cols), matrix(ofStudent, rows, cols), { ...options, out: out as Float64Array });
    for (const out of [both.subarray(131_000), s, t, null, 5, {}, Array(rows * cols).fill(0)])
      expect(errorOf(() => call(out))).toMatchObject({ code: 'ERR_OUT', argument: 'out' });
    expect(both[131_000]).toBe(Math.sin(131_000));
    const out = new Float64Array(rows * cols).fill(9);
    const last = (value: number, from = cols - 1) => Float64Array.from(s).fill(value, (rows - 1) * cols + from);
    expect(errorOf(() => call(out, last(Number.NaN)))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'student', row: 399, column: 999 });
    expect(errorOf(() => call(out, last(-Infinity, 0)))).toMatchObject({ code: 'ERR_ZERO_ROW', row: 399 });
    expect(out.every((x) => x === 9)).toBe(true);
    // A row that is left out is not looked at, and a masked class is no fault.
    const labels = Int32Array.from({ length: rows }, (_, row) => (row === rows - 1 ? -100 : 0));
    expect(call(out, last(Number.NaN), { labels }).counted).toBe(399);
    expect(call(out, last(-Infinity), { divergence: 'reverse' }).loss).toBeLessThan(1);
    expect(out.some((x) => x === 9)).toBe(false);
  });

  it.each<[string, DistillationOptions, boolean]>([
    ['mean', { temperature: 2 }, false],
    ['mean over counted rows, with labels', { temperature: 2, alpha: 0.3 }, true],
    ['sum, reverse', { reduction: 'sum', divergence: 'reverse' }, false],
    ['batchmean', { reduction: 'batchmean', divergence: 'jensen-shannon', weight: 0.3 }, false],
    ['divisor, of the top 3', { divisor: 77, topK: 3 }, true],
    ['mean of the labels alone, classes out', { alpha: 1, classMask: Array.from({ length: COLS }, (_, i) => i === 99) }, true],
  ])('block by block is that of all rows: %s', (_what, options, labelled) => {
    const whole = distillationLoss(teacher, student, labelled ? { ...options, labels: LABELS } : options);
    const meter = new DistillationMeter(options);
    const perRow: number[] = [];
    for (const [from, to] of [
      [0, 1],
      [1, 9],
      [9, ROWS],
    ] as const) {
      const cut = (data: Float64Array) => matrix(data.subarray(from * COLS, to * COLS), to - from, COLS);
      perRow.push(...meter.add(cut(T), cut(S), labelled ? LABELS.slice(from, to) : undefined));
    }
    expect(perRow).toEqual(Array.from(whole.perRow));
    const found = meter.result();
    expect(found.counted).toBe(whole.counted);
    // Three sums in place of one: rounding alone.
    for (const part of ['loss', 'divergence', 'crossEntropy'] as const)
      expect(Math.abs(found[part] - whole[part])).toBeLessThanOrEqual(ROWS * 2 ** -53 * whole[part]);
  });

  it('block by block takes nothing in of a block that is refused, and is infinite where one row is', () => {
    const meter = new DistillationMeter();
    expect(meter.result()).toEqual({ loss: 0, divergence: 0, crossEntropy: 0, counted: 0 });
    meter.add(teacher, student);
    const before = meter.result();
    expect(
      errorOf(() =>
        meter.add(
          teacher,
          matrix(
            S.map((x, i) => (i === COLS ? Number.NaN : x)),
            ROWS,
            COLS,
          ),
        ),
      ),
    ).toMatchObject({ row: 1 });
    expect(errorOf(() => meter.add(teacher, student, [1])).code).toBe('ERR_SHAPE');
    expect(meter.result()).toEqual(before);
    expect(errorOf(() => new DistillationMeter({ labels: LABELS } as never)).code).toBe('ERR_OPTION');
    expect(errorOf(() => new DistillationMeter({ alpha: 0.5 }).add(teacher, student)).code).toBe('ERR_OPTION');
    meter.add([0, 0, 0], [0, 0, -Infinity]).toString();
    expect(meter.add(teacher, student)).toHaveLength(ROWS);
    expect(meter.result().loss).toBe(Infinity);
  });

  it('says what is wrong, and where', () => {
    const spoil = (data: Float64Array, at: number) =>
      matrix(
        data.map((x, i) => (i === at ? Number.NaN : x)),
        ROWS,
        COLS,
      );
    const place = { code: 'ERR_DOMAIN', row: 12, column: 3 };
    for (const divergence of ['forward', 'reverse', 'jensen-shannon'] as const) {
      for (const more of [{}, { topK: 2 }, { labels: LABELS }]) {
        const options = { divergence, ...(divergence === 'jensen-shannon' ? { weight: 0.3 } : {}), ...more };
        const argument = (wrong: string) => ({ ...place, argument: wrong });
        expect(errorOf(() => distillationLoss(spoil(T, 12 * COLS + 3), student, options))).toMatchObject(argument('teacher'));
        expect(errorOf(() => distillationLoss(teacher, spoil(S, 12 * COLS + 3), options))).toMatchObject(argument('student'));
      }
    }
    const code = (options: object) => errorOf(() => distillationLoss(teacher, student, options)).code;
    expect(code({ labels: [1] })).toBe('ERR_SHAPE');
    // Number(null) and Number('') are 0, and an unlabelled row is no row of class 0.
    for (const value of [null, undefined, '', '1', true, Number.NaN, 0.5])
      expect(
        errorOf(() => distillationLoss(teacher, student, { labels: Array.from(LABELS, (l, i) => (i === 3 ? value : l)) as never })),
      ).toMatchObject({
        code: 'ERR_DOMAIN',
        argument: 'labels',
        row: 3,
      });
    expect(errorOf(() => distillationLoss(teacher, student, { labels: LABELS.map((l, i) => (i === 4 ? COLS : l)) }))).toMatchObject({
      code: 'ERR_DOMAIN',
      row: 4,
    });
    const masked = Array.from({ length: COLS }, (_, i) => i === LABELS[0]);
    expect(errorOf(() => distillationLoss(teacher, student, { labels: LABELS, classMask: masked }))).toMatchObject({
      code: 'ERR_DOMAIN',
      row: 0,
    });
    const wrong = [
      { temperature: 0 },
      { alpha: 0.5 },
      { alpha: 2 },
      { topK: 0 },
      { tail: 'x' },
      { tail: 'drop' },
      { weight: 0.3 },
      { weight: 0.3, divergence: 'reverse' },
      { endpoints: 'kl' },
      { ignore: 0 },
      { temprature: 2 },
      { reduction: 'none' },
      { classMask: [1] },
    ];
    for (const options of wrong) expect(code(options)).toBe('ERR_OPTION');
    for (const options of [null, 5, 'x', { constructor: 1 }]) expect(code(options as never)).toBe('ERR_OPTION');
    expect(errorOf(() => new DistillationMeter({ tail: 'bucket' })).argument).toBe('tail');
    expect(errorOf(() => distillationLossWithGradient(teacher, student, { out: new Float32Array(ROWS * COLS) })).code).toBe('ERR_OUT');
    expect(errorOf(() => distillationLoss(teacher, [1, 2])).code).toBe('ERR_SHAPE');
    expect(errorOf(() => distillationLoss(matrix([], 0, 3), matrix([], 0, 3)))).toMatchObject({ code: 'ERR_EMPTY', argument: 'teacher' });
    expect(errorOf(() => distillationLoss('x' as never, student)).code).toBe('ERR_KIND');
  });
});

/** Half a gigabyte of rows of 128,256 classes, eight at a time: kilobytes that stay, and that the process ever had more than in the first blocks; then half of it with gradients. */
const STREAM = `${PEAK}
  import { DistillationMeter, distillationLossWithGradient } from ${JSON.stringify(join(root, 'build/distillation.js'))};
  const [ROWS, COLS, BLOCKS] = [8, 128256, 64];
  const draw = (salt) => Float32Array.from({ length: ROWS * COLS }, (_, i) => (((i * 7919 + salt) % 9973) / 997) - 5);
  const [t, s, out] = [draw(1), draw(77), new Float32Array(ROWS * COLS)];
  const [teacher, student] = [t, s].map((data) => ({ data, rows: ROWS, cols: COLS }));
  const options = { temperature: 2 };
  const meter = new DistillationMeter(options);
  const used = () => { for (let i = 0; i < 3; i++) gc(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; };
  const run = (from, to, use) => { for (let i = from; i < to; i++) { t[(i * 104729) % t.length] += 1; use(); } };
  run(0, 8, () => meter.add(teacher, student));
  const [before, first] = [used(), peak()];
  run(8, BLOCKS, () => meter.add(teacher, student));
  const second = peak();
  run(0, 32, () => distillationLossWithGradient(teacher, student, { ...options, divisor: ROWS * 32, out }));
  console.log(JSON.stringify({ left: (used() - before) / 1024, grown: second - first, withGradients: peak() - first, ...meter.result() }));
`;

it('streams rows of 128,256 classes in memory that stays flat', () => {
  const { stdout, stderr } = runWithGc(STREAM);
  expect(stderr).toBe('');
  const found = JSON.parse(stdout) as Record<'left' | 'grown' | 'withGradients' | 'counted' | 'loss', number>;
  expect(found.counted).toBe(8 * 64);
  expect(found.loss).toBeGreaterThan(0);
  expect(found.left).toBeLessThan(256);
  // A pair of blocks has 8 MB: not one more is ever held. Gradients of a row have half a megabyte, and some wait for the garbage collector.
  expect(found.grown).toBeLessThan(8 * 1024);
  expect(found.withGradients).toBeLessThan(64 * 1024);
}, 60_000);

describe('agreement', () => {
  it('is what the library says, row by row, with rows to look at', () => {
    const report = new Agreement({ topK: 3, worst: 2 }).add(teacher, student, LABELS).report();
    const kept = [...LABELS.keys()].filter((i) => (LABELS[i] as number) >= 0);
    const kl = logits.klDivergence(teacher, student);
    expect(report.rows).toBe(counted);
    expect(report.kl.value).toBeCloseTo(mean(kept.map((i) => kl[i] as number)), 13);
    expect(report.kl.interval[0]).toBeLessThan(report.kl.value);
    expect(report.kl.interval[1]).toBeGreaterThan(report.kl.value);
    const [h, g] = [logits.entropy(teacher), logits.entropy(student)];
    expect(report.entropyGap.value).toBeCloseTo(mean(kept.map((i) => (g[i] as number) - (h[i] as number))), 12);
    const top = (data: Float64Array, i: number) =>
      data.subarray(i * COLS, (i + 1) * COLS).indexOf(Math.max(...data.subarray(i * COLS, (i + 1) * COLS)));
    expect(report.sameTop.value).toBeCloseTo(mean(kept.map((i) => Number(top(T, i) === top(S, i)))), 13);
    const [w, v] = [logits.softmax(teacher).data, logits.softmax(student).data];
    const gaps = kept.map((i) => (v[i * COLS + (LABELS[i] as number)] as number) - (w[i * COLS + (LABELS[i] as number)] as number));
    expect(report.deltaP?.mean.value).toBeCloseTo(mean(gaps), 12);
    expect(report.deltaP?.rms.value).toBeCloseTo(Math.sqrt(mean(gaps.map((x) => x * x))), 12);
    const worst = [...kept].sort((a, b) => (kl[b] as number) - (kl[a] as number)).slice(0, 2);
    expect(report.worst.map(({ row }) => row)).toEqual(worst);
    expect(report.worst[0]).toMatchObject({
      teacherTop: top(T, worst[0] as number),
      studentTop: top(S, worst[0] as number),
      label: LABELS[worst[0] as number],
    });
  });

  it('names the row and the side that the user gave, and has taken in nothing then', () => {
    const rows = matrix([0, 1, 0, 1, Number.NaN, 1], 3, 2);
    const sound = matrix([0, 1, 0, 1, 0, 1], 3, 2);
    const agreement = new Agreement();
    const place = { code: 'ERR_DOMAIN', row: 2, column: 0, message: expect.stringMatching(/row 2, column 0/) };
    expect(errorOf(() => agreement.add(rows, sound, [-100, 0, 1]))).toMatchObject({ ...place, argument: 'teacher' });
    expect(errorOf(() => agreement.add(sound, rows, [-100, 0, 1]))).toMatchObject({ ...place, argument: 'student' });
    expect(errorOf(() => agreement.add(matrix([0, 1, -Infinity, -Infinity], 2, 2), matrix([0, 1, 0, 1], 2, 2)))).toMatchObject({
      code: 'ERR_ZERO_ROW',
      argument: 'teacher',
      row: 1,
    });
    expect(agreement.report().rows).toBe(0);
    expect(errorOf(() => new Agreement({ ignore: 0 }).add(sound, sound))).toMatchObject({ code: 'ERR_OPTION', argument: 'ignore' });
  });

  it('does not depend on how rows are cut, and has no Δp without labels', () => {
    const cut = (data: Float64Array, from: number, to: number) => matrix(data.subarray(from * COLS, to * COLS), to - from, COLS);
    const parts = new Agreement();
    for (const [from, to] of [
      [0, 1],
      [1, 9],
      [9, ROWS],
    ] as const)
      parts.add(cut(T, from, to), cut(S, from, to));
    const whole = new Agreement().add(teacher, student).report();
    expect(parts.report()).toEqual(whole);
    expect(whole.deltaP).toBeUndefined();
    const same = new Agreement().add(teacher, teacher, LABELS).report();
    expect([same.kl.value, same.sameTop.value, same.topAgreement.value, same.deltaP?.rms.value]).toEqual([0, 1, 1, 0]);
  });
});

describe('dark knowledge', () => {
  it.each([1, 4])('splits the divergence by the chain rule, at temperature %i', (temperature) => {
    const found = darkKnowledge(teacher, student, LABELS, { temperature, pairs: COLS * COLS });
    const kl = logits.klDivergence(teacher, student, { temperature });
    for (let i = 0; i < ROWS; i++) {
      const { target, rest } = found.perRow;
      const sum = (target[i] as number) + (rest[i] as number);
      expect(sum).toBeCloseTo((LABELS[i] as number) < 0 ? 0 : (kl[i] as number), 13);
    }
    expect(found.target + found.rest).toBeCloseTo(found.kl, 13);
    expect(found.pairs.reduce((all, pair) => all + pair.kl, 0)).toBeCloseTo(found.rest, 13);
    expect(found.pairs.every(({ label, other, kl: part }) => label !== other && part > 0)).toBe(true);
    expect(darkKnowledge(teacher, student, LABELS, { temperature, pairs: 3 }).pairs).toEqual(found.pairs.slice(0, 3));
  });

  it('names the pairs of many classes as a table of all of them would', () => {
    const [rows, cols, temperature] = [60, 1500, 2];
    const wide = createRng(9);
    const labels = Array.from({ length: rows }, () => 100 * wide.below(4));
    // Each label has three classes that the teacher sees in it, and the student less.
    const seen = (row: number, k: number) => [1, 2, 3].includes(k - (labels[row] as number));
    const t = Float64Array.from({ length: rows * cols }, (_, i) => wide.normal() + (seen(Math.floor(i / cols), i % cols) ? 6 : 0));
    const s = t.map((x, i) => x + 0.1 * wide.normal() - (seen(Math.floor(i / cols), i % cols) ? 1 + wide.uniform() : 0));
    const [many, others] = [matrix(t, rows, cols), matrix(s, rows, cols)];
    const found = darkKnowledge(many, others, labels, { temperature, pairs: 8 });
    expect(found.target + found.rest).toBeCloseTo(found.kl, 13);
    const sums = new Map<string, { kl: number; teacher: number; student: number; rows: number }>();
    for (const [row, label] of labels.entries()) {
      const without = (data: Float64Array) => data.slice(row * cols, (row + 1) * cols).map((x, k) => (k === label ? -Infinity : x));
      const [w, v] = [logits.softmax(without(t), { temperature }), logits.softmax(without(s), { temperature })] as [
        Float64Array,
        Float64Array,
      ];
      const weight = 1 - ((logits.softmax(t.slice(row * cols, (row + 1) * cols), { temperature }) as Float64Array)[label] as number);
      for (const [k, p] of w.entries()) {
        const [q, key] = [v[k] as number, `${label} ${k}`];
        const sum = sums.get(key) ?? { kl: 0, teacher: 0, student: 0, rows: 0 };
        if (p > 0) sum.kl += weight * (p * Math.log(p / q) - p + q);
        sums.set(key, { kl: sum.kl, teacher: sum.teacher + p, student: sum.student + q, rows: sum.rows + 1 });
      }
    }
    const largest = [...sums].sort(([, a], [, b]) => b.kl - a.kl).slice(0, 8);
    expect(found.pairs.map(({ label, other }) => `${label} ${other}`)).toEqual(largest.map(([key]) => key));
    for (const [i, pair] of found.pairs.entries()) {
      const [, sum] = largest[i] as (typeof largest)[number];
      expect(pair.kl / (sum.kl / rows)).toBeCloseTo(1, 10);
      expect(pair.teacher / (sum.teacher / sum.rows)).toBeCloseTo(1, 12);
      expect(pair.student / (sum.student / sum.rows)).toBeCloseTo(1, 12);
    }
    expect(darkKnowledge(many, others, labels, { temperature, pairs: 0 }).pairs).toEqual([]);
  });

  it('keeps the digits of the rest where the teacher is all but certain', () => {
    const sure = [40, 1, 0, -1];
    const found = darkKnowledge(sure, [40, 0, 1, -1], [0]);
    const rest = logits.klDivergence([1, 0, -1], [0, 1, -1]);
    const mass = (Math.E + 1 + Math.exp(-1)) * Math.exp(-40);
    expect(found.restMass / mass).toBeCloseTo(1, 12);
    expect(found.rest / (mass * rest)).toBeCloseTo(1, 12);
    expect(found.target).toBe(0);
  });

  it('of a teacher that masks all but the label has no rest, whatever the student masks', () => {
    const found = darkKnowledge([0, -Infinity, -Infinity], [0, 1, -Infinity], [0]);
    expect(found).toMatchObject({ rest: 0, restUnweighted: 0, restMass: 0, pairs: [] });
    expect(found.kl).toBeCloseTo(Math.log1p(Math.E), 15);
    expect(found.target).toBe(found.kl);
    // Pairs are means over rows that have a rest, in a table and without one.
    for (const cols of [3, 1100]) {
      const wide = (...values: number[]) => [...values, ...new Array<number>(cols - 3).fill(-Infinity)];
      const [t, s] = [
        [...wide(0, -Infinity, -Infinity), ...wide(0, 1, 2)],
        [...wide(0, 1, -Infinity), ...wide(0, 2, 1)],
      ];
      const two = darkKnowledge(matrix(t, 2, cols), matrix(s, 2, cols), [0, 0]);
      const one = darkKnowledge(wide(0, 1, 2), wide(0, 2, 1), [0]);
      expect(two.pairs).toEqual(one.pairs.map((pair) => ({ ...pair, kl: pair.kl / 2 })));
      expect(two.rest).toBe(one.rest / 2);
    }
  });

  it('is infinite where the student alone masks a class of the rest, however small its mass', () => {
    for (const low of [-1, -800]) {
      const found = darkKnowledge([0, low, low], [0, 1, -Infinity], [0]);
      expect(found).toMatchObject({ kl: Infinity, rest: Infinity });
      expect(found.target).toBeLessThan(Infinity);
      expect(found.pairs[0]).toMatchObject({ label: 0, other: 2, kl: Infinity });
    }
  });

  it('names the row and the side that the user gave, whatever the block', () => {
    const [rows, cols] = [1e5, 2];
    const sound = matrix(new Float32Array(rows * cols), rows, cols);
    const spoilt = matrix(new Float32Array(rows * cols).fill(Number.NaN, rows * cols - 1), rows, cols);
    const labels = new Int32Array(rows).fill(-100, 10, 50_000);
    const place = { code: 'ERR_DOMAIN', row: rows - 1, column: 1 };
    expect(errorOf(() => darkKnowledge(matrix([], 0, 3), matrix([], 0, 3), []))).toMatchObject({ code: 'ERR_EMPTY', argument: 'teacher' });
    expect(errorOf(() => darkKnowledge(spoilt, sound, labels))).toMatchObject({ ...place, argument: 'teacher' });
    expect(errorOf(() => darkKnowledge(sound, spoilt, labels))).toMatchObject({ ...place, argument: 'student' });
  });

  it('of real digits adds up too, and names pairs of them', () => {
    const load = (name: string) => {
      const bytes = readFileSync(join(root, `examples/digits/${name}.npy`));
      return bytes.buffer.slice(bytes.byteOffset + 10 + bytes.readUInt16LE(8), bytes.byteOffset + bytes.length);
    };
    const rows = (name: string) => matrix(new Float32Array(load(name)), 466, 10);
    const labels = new Float32Array(load('digits_labels'));
    const leftOut = new Float32Array(load('digits_is_ood'));
    const kept = labels.map((label, i) => (leftOut[i] === 1 ? -100 : label));
    const found = darkKnowledge(rows('digits_teacher_logits'), rows('digits_student_logits'), kept, { temperature: 4, pairs: 5 });
    expect(found.rows).toBe(289);
    // Logits of f32: each of the three is off by 2⁻²² of itself at most.
    expect(Math.abs(found.target + found.rest - found.kl)).toBeLessThan(2 * 2 ** -22 * found.kl);
    expect(found.pairs).toHaveLength(5);
  });
});
