import { describe, expect, it } from 'vitest';
import {
  ewcPenalty,
  FisherDiagonal,
  normalizeImportance,
  OnlineEwc,
  predictiveReport,
  sampleLabels,
} from '../../src/applications/continualLearning.js';
import { createCore, logits, matrix, SurprisalError } from '../../src/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);

/** Softmax regression of one input: gradient of log p(y|x) by the weights, classes × inputs row-major. */
function gradientOf(x: Float64Array, p: ArrayLike<number>, y: number): Float64Array {
  const classes = p.length;
  return Float64Array.from({ length: classes * x.length }, (_, i) => {
    const k = Math.floor(i / x.length);
    return (Number(k === y) - (p[k] as number)) * (x[i % x.length] as number);
  });
}

describe(`Fisher information (seed ${seed})`, () => {
  const rng = createRng(seed);
  const [inputs, classes, samples] = [3, 4, 50];
  const weights = Float64Array.from({ length: classes * inputs }, () => rng.normal());
  const xs = Array.from({ length: samples }, () => Float64Array.from({ length: inputs }, () => rng.normal()));
  const outputs = (w: Float64Array) =>
    matrix(
      Float64Array.from({ length: samples * classes }, (_, i) => {
        const x = xs[Math.floor(i / classes)] as Float64Array;
        return x.reduce((sum, value, j) => sum + value * (w[(i % classes) * inputs + j] as number), 0);
      }),
      samples,
      classes,
    );
  const predictions = logits.softmax(outputs(weights));
  const rowOf = (n: number) => predictions.data.subarray(n * classes, (n + 1) * classes);

  it('of a softmax regression is E p(1 − p)x², exactly over the classes', () => {
    const fisher = new FisherDiagonal(classes * inputs);
    for (const [n, x] of xs.entries()) {
      const gradients = Array.from({ length: classes }, (_, y) => [...gradientOf(x, rowOf(n), y)]).flat();
      fisher.addExact(matrix(gradients, classes, classes * inputs), rowOf(n));
    }
    const expected = Float64Array.from({ length: classes * inputs }, (_, i) => {
      const k = Math.floor(i / inputs);
      const terms = xs.map((x, n) => (rowOf(n)[k] as number) * (1 - (rowOf(n)[k] as number)) * (x[i % inputs] as number) ** 2);
      return terms.reduce((sum, x) => sum + x, 0) / samples;
    });
    expect(fisher.samples).toBe(samples);
    for (const [i, value] of fisher.value.entries()) expect(value / (expected[i] as number)).toBeCloseTo(1, 12);
  });

  it('gives the quadratic that the exact predictive divergence tends to', () => {
    const fisher = new FisherDiagonal(classes * inputs);
    for (const [n, x] of xs.entries()) {
      const gradients = Array.from({ length: classes }, (_, y) => [...gradientOf(x, rowOf(n), y)]).flat();
      fisher.addExact(matrix(gradients, classes, classes * inputs), rowOf(n));
    }
    // One parameter alone: the diagonal is the whole of the curvature in that direction.
    for (const step of [1e-3, 1e-5]) {
      const theta = weights.map((w, i) => (i === 4 ? w + step : w));
      const task = { optimum: weights, fisher: fisher.value };
      const { ratio } = predictiveReport({ old: outputs(weights), new: outputs(theta) }, theta, task);
      expect(Math.abs(ratio - 1)).toBeLessThan(2 * step);
    }
  });

  it('by sampling labels from the model tends to the one exactly over the classes, and by the labels of the data does not', () => {
    const parameters = classes * inputs;
    const draws = 400;
    const [sampled, exact, empirical] = [0, 1, 2].map(() => new FisherDiagonal(parameters)) as [
      FisherDiagonal,
      FisherDiagonal,
      FisherDiagonal,
    ];
    const gradientsAt = (labels: ArrayLike<number>) =>
      matrix(
        xs.flatMap((x, n) => [...gradientOf(x, rowOf(n), labels[n] as number)]),
        samples,
        parameters,
      );
    for (let seedOfDraw = 0; seedOfDraw < draws; seedOfDraw++)
      sampled.add(gradientsAt(sampleLabels(outputs(weights), { seed: seed + seedOfDraw })));
    const fourth = new Float64Array(parameters);
    const second = new Float64Array(parameters);
    for (const [n, x] of xs.entries()) {
      const gradients = Array.from({ length: classes }, (_, y) => gradientOf(x, rowOf(n), y));
      exact.addExact(
        matrix(
          gradients.flatMap((g) => [...g]),
          classes,
          parameters,
        ),
        rowOf(n),
      );
      for (let j = 0; j < parameters; j++) {
        const mean = (power: number) => gradients.reduce((sum, g, y) => sum + (rowOf(n)[y] as number) * (g[j] as number) ** power, 0);
        fourth[j] = (fourth[j] as number) + mean(4);
        second[j] = (second[j] as number) + mean(2) ** 2;
      }
    }
    // The model's surest class in place of labels that it fits.
    empirical.add(gradientsAt(Array.from(xs, (_, n) => rowOf(n).indexOf(Math.max(...rowOf(n))))));
    expect(sampled.samples).toBe(draws * samples);
    for (let j = 0; j < parameters; j++) {
      // Var of the mean over draws and samples of g², whose moments under the model are known: five deviations.
      const deviation = Math.sqrt(((fourth[j] as number) - (second[j] as number)) / draws) / samples;
      expect(Math.abs((sampled.value[j] as number) - (exact.value[j] as number))).toBeLessThan(5 * deviation);
    }
    const trace = ({ value }: FisherDiagonal) => value.reduce((sum, x) => sum + x, 0);
    expect(trace(empirical)).toBeLessThan(0.6 * trace(exact));
  });

  it('does not change when a batch is refused', () => {
    const fisher = new FisherDiagonal(2).add(matrix([1, 0, 3, 2], 2, 2));
    expect([...fisher.value]).toEqual([5, 2]);
    expect(() => fisher.add(matrix([1, 2, 3, Number.NaN], 2, 2))).toThrow(
      expect.objectContaining({ code: 'ERR_DOMAIN', row: 1, column: 1 }),
    );
    expect(() => fisher.add(matrix([1, 2, 3], 1, 3))).toThrow(SurprisalError);
    expect(() => fisher.addExact(matrix([1, 2, 3, 4], 2, 2), [0.5, 0.6])).toThrow(/sum of 1/);
    expect([...fisher.value]).toEqual([5, 2]);
  });

  it('a class of probability 0 adds nothing, whatever its gradient', () => {
    expect([...new FisherDiagonal(2).addExact(matrix([1e200, 0, 1, 2], 2, 2), [0, 1]).value]).toEqual([1, 4]);
  });
});

describe(`labels drawn from the model (seed ${seed})`, () => {
  it('come as often as the model says, from logits and from probabilities, whatever their scale', () => {
    const rows = 20000;
    const p = [0.5, 0, 0.3, 0.15, 0.05];
    const repeat = (row: readonly number[]) => matrix(Array.from({ length: rows }, () => row).flat(), rows, p.length);
    const given = [
      [repeat(p.map((x) => 7 + Math.log(x))), {}],
      [repeat(p), { as: 'probabilities' }],
      [repeat(p.map((x) => x * 3e307)), { as: 'probabilities' }],
      [repeat(p.map((x) => 2 * Math.log(x))), { temperature: 2 }],
    ] as const;
    for (const [outputs, options] of given) {
      const counts = new Float64Array(p.length);
      for (const label of sampleLabels(outputs, { seed, ...options })) counts[label] = (counts[label] as number) + 1;
      for (const [k, share] of p.entries())
        expect(Math.abs((counts[k] as number) - rows * share)).toBeLessThanOrEqual(5 * Math.sqrt(rows * share * (1 - share)));
    }
    expect([...sampleLabels(matrix([0, 5e-324, 0], 1, 3), { seed, as: 'probabilities' })]).toEqual([1]);
  });

  it('repeat by the seed, at both backends, and say what is wrong, and where', () => {
    const rng = createRng(seed);
    const [rows, cols] = [3, 60000]; // more than one block
    const data = Float32Array.from({ length: rows * cols }, () => rng.normal());
    const labels = (by: number, backend: 'wasm' | 'js') =>
      sampleLabels(matrix(data, rows, cols), { seed: by, core: createCore({ backend }) });
    expect(labels(4, 'wasm')).toEqual(labels(4, 'js'));
    expect(labels(4, 'wasm')).not.toEqual(labels(5, 'wasm'));
    const spoilt = data.slice();
    spoilt[2 * cols + 7] = Number.NaN;
    for (const as of ['logits', 'probabilities'] as const)
      expect(
        errorOf(() => sampleLabels(matrix(spoilt.map(as === 'logits' ? (x) => x : Math.abs), rows, cols), { seed, as })),
      ).toMatchObject({
        code: 'ERR_DOMAIN',
        argument: 'outputs',
        row: 2,
        column: 7,
      });
    expect(errorOf(() => sampleLabels(matrix([], 0, 3), { seed }))).toMatchObject({ code: 'ERR_EMPTY', argument: 'outputs' });
    expect(errorOf(() => sampleLabels([0, 0], { seed, as: 'probabilities' }))).toMatchObject({ code: 'ERR_ZERO_ROW', row: 0 });
    for (const wrong of [{}, { seed: 0.5 }, { seed, as: 'x' }, { seed, temperature: 0 }, { seed, as: 'probabilities', temperature: 2 }])
      expect(errorOf(() => sampleLabels([0, 0], wrong as never)).code).toBe('ERR_OPTION');
  });
});

it('a predictive report names the outputs as the user does', () => {
  const [sound, spoilt] = [matrix([1, 2, 3, 4], 2, 2), matrix([1, 2, Number.NaN, 4], 2, 2)];
  const task = { optimum: [0], fisher: [1] };
  for (const as of ['logits', 'probabilities'] as const) {
    const report = (old: typeof sound, now: typeof sound) => errorOf(() => predictiveReport({ old, new: now }, [1], task, { as }));
    expect(report(spoilt, sound)).toMatchObject({ code: 'ERR_DOMAIN', argument: 'old', row: 1, column: 0 });
    expect(report(sound, spoilt)).toMatchObject({ code: 'ERR_DOMAIN', argument: 'new', row: 1, column: 0 });
    expect(report(sound, matrix([1, 2], 1, 2))).toMatchObject({ code: 'ERR_SHAPE', argument: 'new' });
    expect(report(matrix([], 0, 2), matrix([], 0, 2))).toMatchObject({ code: 'ERR_EMPTY', argument: 'old' });
  }
});

describe('the EWC penalty', () => {
  it('adds up over tasks, with its gradient', () => {
    const tasks = [
      { optimum: [0, 2], fisher: [3, 1] },
      { optimum: [1, 0], fisher: [10, 0.5] },
    ];
    expect(ewcPenalty([1, 2], tasks, 2)).toEqual({ value: 5, gradient: Float64Array.of(6, 2) });
    expect(ewcPenalty([0, 2], tasks.slice(0, 1), 7)).toEqual({ value: 0, gradient: Float64Array.of(0, 0) });
  });

  it('of strength or importance 0 is 0, however far the parameters have gone', () => {
    expect(ewcPenalty([1e200], [{ optimum: [0], fisher: [1] }], 0)).toEqual({ value: 0, gradient: Float64Array.of(0) });
    expect(ewcPenalty([1e308, 1], [{ optimum: [-1e308, 0], fisher: [0, 1] }], 2)).toEqual({ value: 1, gradient: Float64Array.of(0, 2) });
    expect(ewcPenalty([1e200], [{ optimum: [0], fisher: [1] }], 1).value).toBe(Infinity);
  });

  it('says which entry is wrong', () => {
    const task = { optimum: [0, 0], fisher: [1, -1] };
    expect(() => ewcPenalty([0, 0], [task], 1)).toThrow(expect.objectContaining({ argument: 'tasks[0].fisher', column: 1, value: -1 }));
    expect(() => ewcPenalty([0], [task], 1)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(() => ewcPenalty([0], [], -1)).toThrow(expect.objectContaining({ argument: 'lambda' }));
  });

  it('online: decays what was held, around the last optimum', () => {
    expect(errorOf(() => new OnlineEwc({ gamma: 0.5 } as never))).toMatchObject({ code: 'ERR_OPTION', argument: 'gamma' });
    const spring = new OnlineEwc({ decay: 0.5 });
    expect(spring.penalty([1], 1).value).toBe(0);
    spring.consolidate({ optimum: [0], fisher: [4] }).consolidate({ optimum: [1], fisher: [1] });
    expect(spring.task).toEqual({ optimum: Float64Array.of(1), fisher: Float64Array.of(3) });
    expect(spring.penalty([3], 2)).toEqual({ value: 12, gradient: Float64Array.of(12) });
    expect(() => spring.consolidate({ optimum: [1], fisher: [Number.NaN] })).toThrow(SurprisalError);
    expect(spring.task?.fisher).toEqual(Float64Array.of(3));
  });

  it('puts the importance of tasks on one scale', () => {
    expect([...normalizeImportance([1, 3])]).toEqual([0.5, 1.5]);
    expect([...normalizeImportance([1, 4], { by: 'max' })]).toEqual([0.25, 1]);
    expect([...normalizeImportance([1e308, 1e308, 1e308])]).toEqual([1, 1, 1]);
    expect(errorOf(() => normalizeImportance([0, 0]))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'fisher' });
    expect(errorOf(() => normalizeImportance([]))).toMatchObject({ code: 'ERR_EMPTY', argument: 'fisher' });
  });
});
