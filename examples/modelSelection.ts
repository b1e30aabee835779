/**
 * `node esbuild.mjs run examples/modelSelection.ts`: which of five laws is nearest to the amounts of real loans; and where the truth is known, the KL divergence of
 * growing models from it beside what AIC says of it.
 */
import { gaussian } from '../src/index.js';
import { readTextTable } from '../src/io/table.js';
import { formatNumber, formatTable } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';
import { bootstrapWeights, comparePointwise, formatRanking, rankModels } from 'surprisal/model-selection';
import { Random } from '../src/applications/statistics/random.js';
import { rootAbove } from '../src/applications/statistics/roots.js';
import { digamma, logGamma } from '../src/applications/statistics/special.js';
import { drawCurves } from './curves.js';

const table = await readTextTable(new URL('../../../examples/credit/german.csv', import.meta.url).pathname);
const column = table.names.indexOf('amount');
const amounts = Float64Array.from(table.rows, (row) => Number(row[column]));
const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;
const [average, logs] = [mean(amounts), amounts.map(Math.log)];
const logMean = mean(logs);
const deviation = (values: Float64Array, from: number) => Math.sqrt(mean(values.map((x) => (x - from) ** 2)));
const [std, logStd] = [deviation(amounts, average), deviation(logs, logMean)];
const normalLog = (x: number, middle: number, spread: number) =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(spread) - ((x - middle) / spread) ** 2 / 2;
// Both shapes are roots of the likelihood's slope.
const gammaShape = rootAbove((a) => digamma(a) - Math.log(a) + Math.log(average) - logMean, 1e-3, 1);
const weibullShape = rootAbove(
  (k) => mean(amounts.map((x) => (x / average) ** k * (Math.log(x) - logMean))) / mean(amounts.map((x) => (x / average) ** k)) - 1 / k,
  0.1,
  1,
);
const weibullScale = average * mean(amounts.map((x) => (x / average) ** weibullShape)) ** (1 / weibullShape);
const densities: Record<string, { k: number; log: (x: number) => number }> = {
  exponential: { k: 1, log: (x) => -Math.log(average) - x / average },
  normal: { k: 2, log: (x) => normalLog(x, average, std) },
  Weibull: {
    k: 2,
    log: (x) =>
      Math.log(weibullShape / weibullScale) + (weibullShape - 1) * Math.log(x / weibullScale) - (x / weibullScale) ** weibullShape,
  },
  gamma: {
    k: 2,
    log: (x) =>
      gammaShape * Math.log(gammaShape / average) - logGamma(gammaShape) + (gammaShape - 1) * Math.log(x) - (gammaShape * x) / average,
  },
  'log-normal': { k: 2, log: (x) => normalLog(Math.log(x), logMean, logStd) - Math.log(x) },
};
const names = Object.keys(densities);
const pointwise = Object.values(densities).map(({ log }) => amounts.map(log));
const models = names.map((name, i) => ({
  name,
  k: densities[name]?.k as number,
  logLikelihood: (pointwise[i] as Float64Array).reduce((sum, x) => sum + x, 0),
}));
const ranked = rankModels(models, { n: amounts.length });
console.log(`Amounts of ${amounts.length} loans (credit/german.csv), five laws at their maximum likelihood:\n${formatRanking(ranked)}`);
console.log('* the 95 % confidence set\n');

const [first, second] = ranked.map(({ index }) => pointwise[index] as Float64Array) as [Float64Array, Float64Array];
const { sentence, interval } = comparePointwise(first, second);
console.log(
  `a is ${ranked[0]?.name}, b ${ranked[1]?.name}. ${sentence} 95 % interval ${interval.map((x) => formatNumber(x, 2)).join(' to ')}.`,
);
const { weights } = bootstrapWeights(pointwise, { replicates: 500 });
console.log('Weights over resampled loans:');
console.log(
  formatTable(
    ranked.map(({ name, index }) => [`  ${name}`, formatNumber(weights[index] as number, 2), bar(weights[index] as number, 1, 30)]),
    [0, 2],
  ).join('\n'),
);

const [SIZE, SETS, DEGREES] = [60, 200, 9];
const truth = (t: number) => Math.sin(3 * t) + 0.5 * t;
const at = Float64Array.from({ length: SIZE }, (_, i) => -1 + (2 * i) / (SIZE - 1));
const entropy = 0.5 * Math.log(2 * Math.PI * Math.E * 0.09);
const random = new Random(1);
/** Of one data set: the KL divergence of each fitted polynomial from the truth, and AIC and AICc over 2n less the truth's entropy. */
function oneSet() {
  const y = at.map((t) => truth(t) + 0.3 * random.normal());
  return Array.from({ length: DEGREES }, (_, degree) => {
    const curve = polynomial(at, y, degree);
    const variance = at.reduce((total, t, i) => total + ((y[i] as number) - curve(t)) ** 2, 0) / SIZE;
    const [model] = rankModels([{ logLikelihood: -(SIZE / 2) * (Math.log(2 * Math.PI * variance) + 1), k: degree + 2 }], { n: SIZE });
    const divergences = gaussian.univariateKlDivergence(
      { mean: at.map(truth), std: new Float64Array(SIZE).fill(0.3) },
      { mean: at.map(curve), std: new Float64Array(SIZE).fill(Math.sqrt(variance)) },
    );
    return [
      mean(divergences as Float64Array),
      (model?.aic as number) / (2 * SIZE) - entropy,
      (model?.aicc as number) / (2 * SIZE) - entropy,
    ] as const;
  });
}
const sets = Array.from({ length: SETS }, oneSet);
const over = (degree: number, which: 0 | 1 | 2) => Float64Array.from(sets, (set) => set[degree]?.[which] as number);
const degrees = Array.from({ length: DEGREES }, (_, degree) => degree);
console.log(
  `\nA known truth, sin 3t + t/2 with noise of 0.3, ${SIZE} points; polynomials of growing degree, mean of ${SETS} data sets (seed 1), in nats a point:`,
);
const rows = degrees.map((degree) => {
  const [kl, aic, aicc] = ([0, 1, 2] as const).map((which) => mean(over(degree, which))) as [number, number, number];
  return [String(degree), formatNumber(kl, 3), formatNumber(aic, 3), formatNumber(aicc, 3), bar(kl, 1.3, 14), bar(aicc, 1.3, 14)];
});
console.log(formatTable([['degree', 'true KL', 'AIC/2n − h', 'AICc/2n − h', 'true KL', 'AICc/2n − h'], ...rows], [4, 5]).join('\n'));
console.log('\nDegrees 3 to 8 from left to right: ● true KL, ○ AICc/2n − h, and a shade over nine in ten data sets of AICc:');
const late = degrees.slice(3);
const share = (degree: number, q: number) => over(degree, 2).sort()[Math.round(q * (SETS - 1))] as number;
const curves = [
  {
    mark: '○',
    y: late.map((degree) => mean(over(degree, 2))),
    band: { low: late.map((d) => share(d, 0.05)), high: late.map((d) => share(d, 0.95)) },
  },
  { mark: '●', y: late.map((degree) => mean(over(degree, 0))) },
];
console.log(drawCurves(curves, [-0.1, 0.3], 66, 13).join('\n'));
console.log(
  'Over many data sets AIC is right in the mean. Of one it is off by more than most models differ: read Δ, and the interval above.',
);

/** Least squares on an orthogonal basis. */
function polynomial(x: Float64Array, values: Float64Array, degree: number): (t: number) => number {
  const basis: { values: Float64Array; of: (t: number) => number }[] = [];
  for (let d = 0; d <= degree; d++) {
    let column = x.map((t) => t ** d);
    let of = (t: number) => t ** d;
    for (const other of basis) {
      const c = column.reduce((s, v, i) => s + v * (other.values[i] as number), 0);
      const [before, minus] = [of, other.of];
      column = column.map((v, i) => v - c * (other.values[i] as number));
      of = (t) => before(t) - c * minus(t);
    }
    const norm = Math.sqrt(column.reduce((s, v) => s + v * v, 0));
    const unscaled = of;
    basis.push({ values: column.map((v) => v / norm), of: (t) => unscaled(t) / norm });
  }
  const weights = basis.map((b) => b.values.reduce((s, v, i) => s + v * (values[i] as number), 0));
  return (t) => basis.reduce((s, b, i) => s + (weights[i] as number) * b.of(t), 0);
}
