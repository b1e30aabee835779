/**
 * What users of other libraries ran into, each with the thread that tells it: the convention's wrong answer beside the right one. The conventions are
 * held against the real tools in test/applications/realPeers.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { audit, CONVENTIONS, READINGS } from '../src/applications/audit.js';
import { RowMaker } from '../src/applications/audit/rows.js';
import { bald } from '../src/applications/activeLearning.js';
import { rankModels } from '../src/applications/modelSelection.js';
import {
  bernoulli,
  beta,
  binomial,
  continuousBernoulli,
  exponential,
  kl,
  klWithGradient,
  laplace,
  normal,
  pareto,
  poisson,
  studentT,
  uniform,
} from '../src/families/index.js';
import {
  entropy,
  gaussian,
  generalizedKlDivergenceWithGradient,
  handleZeros,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  jensenShannonDivergenceWithGradient,
  klDivergence,
  klDivergenceWithGradient,
  logits,
  matrix,
  perplexity,
} from '../src/index.js';
import { createRng, seedOr } from './support/rng.js';

const seed = seedOr(20083);

/** What a tool answers for a pair of rows, in its own unit. */
function tool(
  name: string,
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  dtype: 'f32' | 'f64' = 'f64',
  as: 'probabilities' | 'logits' = 'probabilities',
) {
  const found = [...CONVENTIONS.map((one) => ({ ...one, part: one.answer })), ...READINGS].find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  const own = found.arithmetic === 'data' ? dtype : found.arithmetic;
  return found.part(new RowMaker(as, own, p.length, 1).set(Float64Array.from(p), 0, Float64Array.from(q), 0));
}

/** Many pairs of float32 rows that differ in their last digits. */
function nearRows(count: number, cols: number, step: number) {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const a = Float32Array.from({ length: cols }, () => 4 * rng.normal());
    const b = a.map((x) => x + step * rng.normal());
    return { a, b, p: logits.softmax(a), q: logits.softmax(b) };
  });
}

describe(`NaN where the answer is finite (seed ${seed})`, () => {
  it('scipy/scipy#20083, #20779: the Jensen–Shannon distance of near rows is the root of a negative sum', () => {
    let nan = 0;
    for (const { p, q } of nearRows(200, 10, 2e-4)) {
      if (Number.isNaN(tool('scipy-jensenshannon', p, q, 'f32'))) nan++;
      expect(jensenShannonDistance(p, q)).toBeGreaterThan(0);
      expect(jensenShannonDistance(p, p)).toBe(0);
    }
    expect(nan).toBeGreaterThan(5);
  });

  it('ml-distance, mathjs (josdejong/mathjs#415), drostlab/philentropy#10, BlackHC/batchbald_redux: 0·log 0', () => {
    for (const name of ['ml-distance-kl', 'ml-distance-js', 'mathjs']) expect(tool(name, [0, 1], [0.5, 0.5])).toBeNaN();
    expect(klDivergence([0, 1], [0.5, 0.5])).toBe(Math.LN2);
    expect(jensenShannonDivergence([0, 1], [0.5, 0.5])).toBeGreaterThan(0);
    expect(entropy([0, 1])).toBe(0);
  });

  it('JuliaStats/Distributions.jl#793, pytorch/pytorch#89558: a class that neither has', () => {
    const [p, q] = [
      [0.5, 0.5, 0],
      [0.25, 0.75, 0],
    ];
    for (const name of ['torch-kl-div', 'ml-distance-kl', 'mathjs']) expect(tool(name, p as number[], q as number[])).toBeNaN();
    expect(klDivergence(p as number[], q as number[])).toBe(klDivergence([0.5, 0.5], [0.25, 0.75]));
  });

  it('google-deepmind/optax#473, #1786: masked logits are 0·(−∞)', () => {
    const [a, b] = [
      [0, 1, -Infinity],
      [1, 0, -Infinity],
    ];
    expect(tool('torch-kl-div', a as number[], b as number[], 'f64', 'logits')).toBeNaN();
    expect(logits.klDivergence(a as number[], b as number[])).toBeCloseTo(logits.klDivergence([0, 1], [1, 0]), 15);
  });

  it('linkedin/Liger-Kernel#1453: both sides underflow', () => {
    const z = [0, -2000, -4000];
    expect(tool('ml-distance-js', z, z, 'f64', 'logits')).toBeNaN();
    expect(logits.jensenShannonDivergence(z, [0, -3000, -2000])).toBe(0);
    expect(logits.klDivergence(z, z)).toBe(0);
  });

  it('allenai/allennlp#5458, kkirchheim/pytorch-ood#84: a group or a row that never gets a class', () => {
    const K = 4;
    expect(tool('ml-distance-kl', [1, 0, 0, 0], new Array(K).fill(1 / K))).toBeNaN();
    expect(logits.klToUniform([0, -Infinity, -Infinity, -Infinity])).toBe(klDivergence([1, 0, 0, 0], [1, 1, 1, 1]));
    expect(klDivergence([1, 0, 0, 0], [1, 1, 1, 1])).toBeCloseTo(Math.log(K), 15);
  });
});

describe('negative, where no divergence is', () => {
  it('pytorch/pytorch#80488, #32520, keras-team/keras#13747, Distances.jl#170: near rows in float32', () => {
    const names = ['loop-f32', 'torch-kl-div', 'keras', 'tfjs', 'numkong-kl', 'scipy-entropy'];
    const negative = Object.fromEntries(names.map((name) => [name, 0]));
    for (const { a, b, p, q } of nearRows(200, 10, 2e-4)) {
      for (const name of names) if (tool(name, p, q, 'f32') < 0) negative[name] = (negative[name] ?? 0) + 1;
      expect(klDivergence(p, q)).toBeGreaterThan(0);
      expect(logits.klDivergence(a, b)).toBeGreaterThan(0);
    }
    for (const name of names) expect(negative[name], name).toBeGreaterThan(10);
  });

  it('entropies of members that nearly agree, subtracted: BALD is below 0', () => {
    const rng = createRng(seed);
    let negative = 0;
    for (let n = 0; n < 100; n++) {
      const p = Float64Array.from({ length: 10 }, () => rng.uniform());
      const members = [p, p.map((x) => x * (1 + 1e-9 * rng.normal()))].map((x) => x.map((y) => y / x.reduce((a, b) => a + b)));
      const [a, b] = members as [Float64Array, Float64Array];
      if (entropy(a.map((x, k) => (x + (b[k] as number)) / 2)) - (entropy(a) + entropy(b)) / 2 < 0) negative++;
      expect(bald({ data: Float64Array.of(...a, ...b), shape: [1, 2, 10] })[0]).toBeGreaterThan(0);
    }
    expect(negative).toBeGreaterThan(10);
  });

  it('drostlab/philentropy#26: an epsilon in the place of a 0 is more than what stands there', () => {
    const [p, q] = [
      [1e-6, 1 - 1e-6],
      [0, 1],
    ];
    expect(tool('philentropy-kl', p as number[], q as number[])).toBeLessThan(0);
    expect(klDivergence(p as number[], q as number[])).toBe(Infinity);
    expect(jensenShannonDivergence(p as number[], q as number[])).toBeGreaterThan(0);
  });

  it('keras-team/keras#19520: rows clipped from below are no distributions any more', () => {
    // 1,000 classes of 1e-9 are lifted to 1e-7 in q alone where p has none of them.
    const p = [1, ...new Array(1000).fill(0)];
    const q = [1, ...new Array(1000).fill(1e-6 / 1000)];
    const [got, truth] = [tool('keras', p, q), klDivergence(p, q)];
    expect(truth).toBeCloseTo(1e-6, 12);
    expect(Math.abs(got - truth) / truth).toBeGreaterThan(0.5);
  });

  it('pytorch/pytorch#43348: q where log q is meant', () => {
    expect(tool('torch-no-log', [0.5, 0.5], [0.25, 0.75])).toBeLessThan(0);
    expect(klDivergence([0.5, 0.5], [0.25, 0.75])).toBeCloseTo(0.5 * Math.log(4 / 3), 15);
  });
});

describe('Infinity where the answer is finite, and the other way round', () => {
  it('scipy/scipy#19436: a ratio that overflows although its logarithm does not', () => {
    const [p, q] = [
      [0.5, 0.5],
      [5e-324, 1],
    ];
    for (const name of ['loop-f64', 'ml-distance-kl']) expect(tool(name, p as number[], q as number[])).toBe(Infinity);
    const expected = 0.5 * (Math.log(0.5) - Math.log(5e-324)) + 0.5 * Math.log(0.5);
    expect(klDivergence(p as number[], q as number[], { normalize: false })).toBeCloseTo(expected, 12);
    expect(tool('scipy-rel-entr', p as number[], q as number[])).toBeCloseTo(expected, 12);
  });

  it('a q of 0 under a p: what epsilon, clip and fill answer is a number of their own', () => {
    const [p, q] = [
      [0.5, 0.5],
      [0, 1],
    ];
    const answers = ['keras', 'tfjs', 'numkong-kl', 'philentropy-kl'].map((name) => tool(name, p as number[], q as number[]));
    expect(answers.every((value) => Number.isFinite(value) && value > 3)).toBe(true);
    expect(new Set(answers.map((value) => value.toPrecision(3))).size).toBeGreaterThan(2);
    expect(klDivergence(p as number[], q as number[])).toBe(Infinity);
  });

  it('ing-bank/probatus#115, evidentlyai/evidently#334, #1878: the PSI of an empty bin', () => {
    const [p, q] = [
      [0.5, 0.5, 0],
      [0.25, 0.5, 0.25],
    ];
    expect(tool('evidently-psi', p as number[], q as number[])).toBeCloseTo(2.1287, 3);
    expect(jeffreysDivergence(p as number[], q as number[])).toBe(Infinity);
    expect(jensenShannonDivergence(p as number[], q as number[])).toBeLessThan(Math.LN2);
  });
});

describe('gradients: NaN where the slope is finite', () => {
  const finite = (...slopes: ArrayLike<number>[]) => expect(slopes.flatMap((slope) => Array.from(slope)).every(Number.isFinite)).toBe(true);
  const [p, q] = [
    [0, 0.5, 0.5, 0],
    [0.25, 0.25, 0.5, 0],
  ] as const;

  it('pytorch/pytorch#89558, #115588, optax#1786: by what is 0, and by what both lack', () => {
    expect(p.map((x, k) => Math.log(x) - Math.log(q[k] as number)).some(Number.isNaN)).toBe(true);
    for (const of of [klDivergenceWithGradient, jensenShannonDivergenceWithGradient, generalizedKlDivergenceWithGradient]) {
      const { value, gradient } = of(p, q);
      expect(value).toBeGreaterThan(0);
      finite(gradient.p, gradient.q);
    }
    // Where more of a class would lessen the divergence without bound, the slope is −∞ by name, not by chance.
    expect(klDivergenceWithGradient(p, q, { atZero: 'infinite' }).gradient.p[0]).toBe(-Infinity);
  });

  it('optax#1786, linkedin/Liger-Kernel#1453, #769: by logits that are masked, or underflow on both sides', () => {
    const pairs = [
      [
        [0, 1, -Infinity],
        [1, 0, -Infinity],
      ],
      [
        [0, 1, -Infinity],
        [1, 0, 0],
      ],
      [
        [0, -2000, -4000],
        [0, -3000, -2000],
      ],
    ] as const;
    for (const [a, b] of pairs) {
      for (const { gradient } of [logits.klDivergenceWithGradient(a, b), logits.jensenShannonDivergenceWithGradient(a, b)])
        finite(gradient.a, gradient.b);
      const { value, gradient } = logits.distillationLossWithGradient(a, b, { temperature: 2 });
      expect(value).toBeGreaterThanOrEqual(0);
      finite(gradient.teacher, gradient.student);
      finite(logits.klToUniformWithGradient(a).gradient.z);
    }
  });

  it('pytorch/pytorch#15288: a Bernoulli that is certain', () => {
    const { value, gradient } = klWithGradient(bernoulli({ p: 1 }), bernoulli({ p: 0.5 }));
    expect([value, gradient.q['p']]).toEqual([Math.LN2, -2]);
  });
});

describe('named distributions: NaN, below 0, infinite or not to be had', () => {
  const near = (p: number) => kl(continuousBernoulli({ p }), continuousBernoulli({ p: p + 1e-9 })).value;

  it.each([
    ['pytorch#144279: uniform beside beta(1, 1), the same', kl(uniform(), beta({ alpha: 1, beta: 1 })), 0],
    ['torch and its comparison signs: uniform beside continuous Bernoulli(½), the same', kl(uniform(), continuousBernoulli({ p: 0.5 })), 0],
    ['the same the other way', kl(continuousBernoulli({ p: 0.5 }), uniform()), 0],
    ['torch: binomials of 7 and 5 trials', kl(binomial({ n: 7, p: 0.3 }), binomial({ n: 5, p: 0.3 })), Infinity],
    [
      'torch has no mean: Pareto of shape ½ beside the exponential',
      kl(pareto({ minimum: 1, shape: 0.5 }), exponential({ rate: 1 })),
      Infinity,
    ],
    ['Cauchy beside normal', kl(studentT({ degreesOfFreedom: 1 }), normal()), Infinity],
  ])('%s', (_, { value, errorBound }, wanted) => {
    expect(value === wanted || Math.abs(value - wanted) <= errorBound, `${value}`).toBe(true);
  });

  it('pytorch#72525, tensorflow/probability#1511: near continuous Bernoullis are above 0', () => {
    for (const p of [1e-3, 0.1, 0.4999, 0.5, 0.5001, 0.9]) expect(near(p), `${p}`).toBeGreaterThan(0);
  });

  it('pytorch#68746, #145729, tensorflow/probability#1168, Distributions.jl#1443: pairs that are missing, or on which quadrature dies', () => {
    const T = studentT({ degreesOfFreedom: 3 });
    const pairs = [
      [normal(), laplace()],
      [uniform(), laplace()],
      [T, normal()],
      [normal(), T],
      [T, studentT({ degreesOfFreedom: 5 })],
    ] as const;
    for (const [p, q] of [
      ...pairs,
      [binomial({ n: 5, p: 0.3 }), binomial({ n: 7, p: 0.3 })],
      [binomial({ n: 5, p: 0.3 }), poisson({ rate: 1.5 })],
    ] as const) {
      const { value, errorBound } = kl(p, q);
      expect(value, `${p.family} ${q.family}`).toBeGreaterThan(0);
      expect(errorBound / value).toBeLessThan(1e-6);
    }
  });
});

describe('what goes unseen elsewhere is refused', () => {
  const refused = (run: () => unknown, wanted: object) => expect(run).toThrow(expect.objectContaining(wanted));

  it('JuliaStats/Distances.jl#259: NaN was skipped', () =>
    refused(() => klDivergence([Number.NaN, 1], [1, 1]), { code: 'ERR_DOMAIN', column: 0 }));
  it('mathjs compares the number of dimensions, not the lengths', () =>
    refused(() => klDivergence([1, 2], [1, 2, 3]), { code: 'ERR_SHAPE' }));
  it('huggingface/trl#2215: two vocabularies', () => refused(() => logits.distillationLoss([1, 2], [1, 2, 3]), { code: 'ERR_SHAPE' }));
  it('scikit-bio#1241: a sample without counts', () => {
    refused(() => klDivergence(matrix([1, 2, 0, 0], 2, 2), [1, 1]), { code: 'ERR_ZERO_ROW', row: 1 });
    expect(klDivergence(handleZeros([0, 0], { method: 'pseudocount' }).p, [1, 1])).toBe(0);
  });
  it('linkedin/Liger-Kernel#974: a label to ignore is left out, and another that is no class is refused', () => {
    expect(perplexity(matrix([0.5, 0.5, 0.9, 0.1], 2, 2), [0, -100], { ignore: -100 })).toBe(2);
    refused(() => perplexity(matrix([0.5, 0.5, 0.9, 0.1], 2, 2), [0, -100]), { code: 'ERR_DOMAIN', row: 1 });
  });
  it('piecewiseSEM#213: AICc of too few observations rewards larger models', () => {
    const models = [
      { name: 'small', logLikelihood: -10, k: 2 },
      { name: 'large', logLikelihood: -9, k: 9 },
    ];
    expect(-2 * -9 + 2 * 9 + (2 * 9 * 10) / (8 - 9 - 1)).toBeLessThan(24);
    expect(rankModels(models, { n: 8, criterion: 'aicc' }).map(({ name }) => name)).toEqual(['small', 'large']);
  });
});

describe('another quantity under the same name', () => {
  it('pytorch/pytorch#57459, #6622: order and reduction', () => {
    const [p, q] = [matrix([0.5, 0.5, 0.9, 0.1], 2, 2), matrix([0.25, 0.75, 0.5, 0.5], 2, 2)];
    const readings = Object.fromEntries(audit(p, q).readings.map(({ name, value }) => [name, value]));
    const mean = (values: Float64Array) => ((values[0] as number) + (values[1] as number)) / 2;
    expect(readings['torch-batchmean']).toBeCloseTo(mean(klDivergence(p, q)), 15);
    expect(readings['torch-mean']).toBeCloseTo(mean(klDivergence(p, q)) / 2, 15);
    expect(readings['torch-exchanged']).toBeCloseTo(mean(klDivergence(q, p)), 15);
  });

  it('drostlab/philentropy#36, ashvardanian/NumKong#207, facebookresearch/faiss#2947: divergence or distance, nats or bits', () => {
    const [p, q] = [
      [0.5, 0.5],
      [0.25, 0.75],
    ] as const;
    expect(tool('scipy-jensenshannon', p, q)).toBeCloseTo(jensenShannonDistance(p, q), 15);
    expect(tool('numkong-js', p, q)).toBeCloseTo(jensenShannonDistance(p, q), 14);
    expect(tool('ml-distance-js', p, q)).toBeCloseTo(jensenShannonDivergence(p, q), 15);
    expect(tool('philentropy-js', p, q)).toBeCloseTo(jensenShannonDivergence(p, q, { base: 2 }), 15);
  });
});

it('SimSIMD 6.5.5 in float64: three terms of a series around 1 are taken for the logarithm', () => {
  const [p, q] = [
    [0.5, 0.5],
    [0.25, 0.75],
  ] as const;
  expect(tool('simsimd-kl', p, q)).toBeCloseTo(0.216049, 6);
  expect(klDivergence(p, q)).toBe(0.14384103622589045);
});

it('the Gaussian of two nearly equal scales is never negative (pytorch/pytorch#80488 in closed form)', () => {
  const rng = createRng(seed);
  for (let i = 0; i < 100; i++) {
    const std = [Math.fround(1 + rng.uniform())];
    const near = [(std[0] as number) * (1 + 1e-9)];
    expect(gaussian.klDivergence({ mean: [0], std }, { mean: [0], std: near })).toBeGreaterThan(0);
  }
});
