/** Law: whatever is handed over in an argument's or an option's place, the answer is a result or a SurprisalError. */
import { expect, it } from 'vitest';
import * as approximation from '../src/applications/approximation.js';
import * as detection from '../src/applications/detection.js';
import * as largeDeviations from '../src/applications/largeDeviations.js';
import * as modelSelection from '../src/applications/modelSelection.js';
import * as families from '../src/families/index.js';
import * as core from '../src/index.js';
import { callsOf, floatForm, MODULES, type Modules } from './support/applicationCalls.js';
import { type Recorded, recorded } from './support/recorder.js';

const WRONG: readonly unknown[] = [
  ...[null, undefined, 5, -1, Number.NaN, Number.POSITIVE_INFINITY, 'x', '1', true, Symbol('s'), 1n, () => 1],
  ...[
    [],
    {},
    [Number.NaN],
    ['1'],
    [null],
    [
      [1, 2],
      [3, 4],
    ],
    new Date(0),
    new Map(),
    new Uint8Array(0),
  ],
  ...[null, [1, 2], new Float64Array(2)].map((data) => ({ data, rows: 1, cols: 2 })),
  ...[-1, '1', 2.5].map((rows) => ({ data: new Float64Array(4), rows, cols: 2 })),
];

const P = core.matrix(Float64Array.of(0.2, 0.3, 0.5, 0.1, 0.8, 0.1), 2, 3);
const Q = core.matrix(Float64Array.of(0.3, 0.3, 0.4, 0.2, 0.7, 0.1), 2, 3);
const LOGS = core.matrix(Float64Array.from(P.data, Math.log), 2, 3);
const [V, W] = [
  [0.2, 0.3, 0.5],
  [0.3, 0.3, 0.4],
];
const ORDERS = /renyi|tsallis|chernoff/;
const SHARES = /^skew|^generalizedJensen/;

type Loose = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Every function of rows by its kind, which its name says. */
function callAll(functions: Loose, names: readonly string[], p: core.Matrix, q: core.Matrix): void {
  for (const name of names) {
    const options = ORDERS.test(name) ? { alpha: 0.5 } : SHARES.test(name) ? { weight: 0.5 } : {};
    if (name === 'surprisal' || name === 'perplexity') functions[name]?.(p, [0, 1], {});
    else if (/^(entropy|klToUniform|logSumExp|softmax|logSoftmax)/.test(name)) functions[name]?.(p, options);
    else functions[name]?.(p, q, options);
  }
}

const functionsOf = (module: object, ...but: readonly string[]) =>
  Object.entries(module).flatMap(([name, value]) =>
    typeof value === 'function' && !/^class|^[A-Z]/.test(name) && !but.includes(name) ? [name] : [],
  );

const NOT_OF_ROWS = [
  ...['allocate', 'backend', 'createCore', 'csr', 'dense', 'handleZeros', 'maskClasses', 'matrix', 'multiwayJensenShannonDivergence'],
  ...['perplexity', 'ragged', 'supportViolations', 'unfold', 'vector', 'SurprisalError', 'ResidentMatrix'],
];

const CALLS: Readonly<Record<string, (records: Recorded[]) => void>> = {
  core: (records) => {
    const of = recorded(core, 'core', records);
    callAll(of as unknown as Loose, functionsOf(core, ...NOT_OF_ROWS), P, Q);
    of.klDivergence(V, W, { base: 2 });
    of.perplexity(P, [0, 1], { ignore: -1 });
    of.multiwayJensenShannonDivergence([P, Q], { weights: [0.5, 0.5] });
    of.handleZeros(P, Q, { method: 'pseudocount', alpha: 0.5 });
    of.supportViolations(P, Q);
    of.matrix([1, 2, 3, 4], 2, 2, {});
    of.vector(new Uint16Array(2), { dtype: 'float16' });
    of.dense(of.csr({ data: [1, 2], indices: [0, 1], indptr: [0, 1, 2], cols: 3 }));
    of.ragged({ data: [1, 2, 3], offsets: [0, 1, 3] });
    of.maskClasses(P, [true, false, true]);
    of.allocate(2, 3, 'f64').dispose();
    of.createCore({ backend: 'js' });
  },
  logits: (records) => callAll(recorded(core.logits, 'logits', records) as unknown as Loose, functionsOf(core.logits), P, Q),
  logProbabilities: (records) => {
    callAll(
      recorded(core.logProbabilities, 'logProbabilities', records) as unknown as Loose,
      functionsOf(core.logProbabilities),
      LOGS,
      LOGS,
    );
  },
  gaussian: (records) => {
    const of = recorded(core.gaussian, 'gaussian', records);
    const [p, q] = [
      { mean: P, variance: Q },
      { mean: Q, variance: P },
    ];
    const [x, y] = [
      { mean: V, std: W },
      { mean: W, std: V },
    ];
    of.klDivergence(p, q, { base: 2 });
    of.klDivergence(p, core.gaussian.standard, {});
    of.klDivergenceWithGradient(p, q, {});
    of.univariateKlDivergence(x, y, {});
    of.univariateKlDivergenceWithGradient(x, y, {});
  },
  pairwise: (records) => {
    const of = recorded(core.pairwise, 'pairwise', records);
    for (const name of ['klDivergence', 'jeffreysDivergence', 'crossEntropy', 'jensenShannonDivergence'] as const)
      of[name](P, Q, { base: 2 });
    of.gaussianKlDivergence({ mean: P, variance: Q }, { mean: Q, variance: P }, {});
    of.nearest(P, Q, 1, { measure: 'kl' });
  },
  families: (records) => {
    const of = recorded(families, 'families', records);
    const members = [
      ...[of.bernoulli({ p: 0.5 }), of.binomial({ n: 4, p: 0.5 }), of.poisson({ rate: 2 }), of.geometric({ p: 0.5 })],
      ...[of.normal({ mean: 0, std: 1 }), of.gamma({ shape: 2, rate: 1 }), of.beta({ alpha: 1, beta: 2 }), of.uniform({ low: 0, high: 1 })],
      ...[of.laplace({ location: 0, scale: 1 }), of.studentT({ degreesOfFreedom: 3 }), of.vonMises({ mean: 0, concentration: 1 })],
      ...[of.categorical({ probabilities: [0.5, 0.5] }), of.multinomial({ n: 3, probabilities: [0.5, 0.5] })],
      ...[of.poissonBinomial({ probabilities: [0.5, 0.2] }), of.dirichlet({ concentration: [1, 2] })],
      ...[of.multivariateNormal({ mean: [0, 0], covariance: [1, 0, 0, 1] }), of.wishart({ degreesOfFreedom: 4, scale: [1, 0, 0, 1] })],
    ];
    for (const member of members) {
      of.kl(member, member, {});
      of.entropy(member);
      of.crossEntropy(member, member);
    }
    of.klBatch({ family: 'normal', mean: V, std: 1 } as families.Members, { family: 'normal', mean: 0, std: W } as families.Members, {});
    of.klBatch({ family: 'gamma', shape: V, rate: 1 } as families.Members, { family: 'gamma', shape: 1, rate: W } as families.Members, {});
  },
  approximation: (records) => {
    const of = recorded(approximation, 'approximation', records);
    of.approximate(10, 0.1, 'poisson');
    of.approximationTable([5, 10], [0.1, 0.2], 'poisson');
    of.binomialPoisson(10, 0.1, { rate: 1 });
    of.binomialNormal(10, 0.1);
    of.poissonBinomialPoisson([0.1, 0.2]);
    of.smallestN(0.1, { p: 0.3 }, { upTo: 1000 });
  },
  detection: (records) => {
    const of = recorded(detection, 'detection', records);
    const [noise, signal] = [
      { mean: 0, std: 1 },
      { mean: 0.5, std: 1 },
    ];
    of.bpskErrorRate([0, 3]);
    of.detect(noise, signal, { prior: 0.5 });
    of.detectOverSnr([0, 3], { falseAlarm: 0.01, samples: 2 });
    of.detectionProbability(noise, signal, 0.01);
    of.errorRateInterval(3, 100, 0.95);
    of.rocCurve(noise, signal, [0.1, 0.2]);
    of.samplesToDecide(noise, signal, { falseAlarm: 0.01, miss: 0.01 });
  },
  'large deviations': (records) => {
    const of = recorded(largeDeviations, 'largeDeviations', records);
    of.bahadurRao({ family: 'bernoulli', p: 0.3 }, 0.5, 100);
    of.binomialTail(5, 10, 0.3);
    of.chernoffInformation([0.5, 0.5], [0.3, 0.7]);
    of.cramerRate({ family: 'bernoulli', p: 0.3 }, 0.5);
    of.cramerRateOfSample([1, 2, 3], 2.5);
    of.sampleSize([0.5, 0.5], [0.3, 0.7], { alpha: 0.05, beta: 0.1 });
    of.sanovProjection(V, [{ f: [1, 2, 3], atLeast: 2.5 }]);
    of.testingExponents([0.5, 0.5], [0.3, 0.7]);
  },
  'model selection': (records) => {
    const of = recorded(modelSelection, 'modelSelection', records);
    const ranked = of.rankModels(
      [
        { name: 'a', logLikelihood: -10, k: 2 },
        { name: 'b', logLikelihood: -11, k: 1 },
      ],
      { n: 50 },
    );
    of.formatRanking(ranked);
    of.comparePointwise([-1, -2, -3], [-1.5, -2, -2], { k: [2, 1], level: 0.9 });
    of.bootstrapWeights(
      [
        [-1, -2, -3],
        [-2, -1, -3],
      ],
      { replicates: 10 },
    );
  },
  applications: (records) => {
    const modules = Object.fromEntries(Object.entries(MODULES).map(([name, module]) => [name, recorded(module, name, records)]));
    for (const call of Object.values(callsOf(modules as unknown as Modules))) call(floatForm(Float64Array));
    const { activeLearning, drift, fairness, vae } = modules as unknown as Modules;
    activeLearning.betaBinomialGain(1, 2, 3);
    drift.driftThresholds({ n: 100, m: 100, cells: 4, falseAlarmRate: 0.01 });
    new drift.DriftMonitor(drift.fitBaseline([{ x: 1 }, { x: 2 }, { x: 3 }], { bins: 2 }), { replicates: 20 });
    fairness.intersections({ a: ['x', 'y'], b: ['u', 'v'] });
    vae.linearSchedule({ from: 0, to: 1, steps: 10 });
    vae.cyclicalSchedule({ from: 0, to: 1, period: 10, rise: 0.5 });
    vae.logisticSchedule({ from: 0, to: 1, midpoint: 5, width: 1 });
  },
};

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype && !('rows' in value && 'cols' in value);

const replaced = (args: readonly unknown[], at: number, by: unknown) => args.map((own, i) => (i === at ? by : own));

/** The arguments with one of them, or one property of one, replaced by each wrong value. */
function* spoiled(args: readonly unknown[]): Generator<readonly [place: string, args: readonly unknown[]]> {
  for (const [i, argument] of args.entries()) {
    for (const wrong of WRONG) yield [`argument ${i}`, replaced(args, i, wrong)];
    if (!isPlain(argument)) continue;
    for (const name of Object.keys(argument))
      for (const wrong of WRONG) yield [`argument ${i}.${name}`, replaced(args, i, { ...argument, [name]: wrong })];
  }
}

it.each(Object.entries(CALLS))('%s', (_, call) => {
  const records: Recorded[] = [];
  call(records);
  const found = new Set<string>();
  for (const { name, args, again } of records) {
    for (const [place, others] of spoiled(args)) {
      try {
        again(others);
      } catch (error) {
        if (!(error instanceof core.SurprisalError)) found.add(`${name}, ${place}: ${error}`);
      }
    }
  }
  expect(records.length).toBeGreaterThan(0);
  expect([...found]).toEqual([]);
});
