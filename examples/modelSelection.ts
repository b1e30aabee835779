/**
 * `node esbuild.mjs run examples/modelSelection.ts`: which account of cells in their phases is nearest to the truth, on real counts; and where the truth is known, the KL
 * divergence of growing models beside what AIC says of it.
 */
import { crossEntropy, gaussian } from '../src/index.js';
import { readTextTable } from '../src/io/table.js';
import { formatNumber, formatTable } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';
import { comparePointwise, rankModels } from 'surprisal/model-selection';
import { Random } from '../src/applications/statistics/random.js';

const table = await readTextTable(new URL('../../../examples/composition/cellcycle.csv', import.meta.url).pathname);
const counts = table.rows.map((row) => row.slice(1).map(Number));
const sum = (rows: readonly number[][]) => (rows[0] as number[]).map((_, j) => rows.reduce((total, row) => total + (row[j] as number), 0));
const size = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);
const n = size(sum(counts));
/** Each group of hours has phases of its own: −N·(cross-entropy of the counts to the group's shares). */
const logLikelihood = (groups: readonly (readonly number[])[]) =>
  groups.reduce((total, group) => {
    const pooled = sum(group.map((i) => counts[i] as number[]));
    return total - group.reduce((nats, i) => nats + size(counts[i] as number[]) * crossEntropy(counts[i] as number[], pooled), 0);
  }, 0);
const models = Object.entries({
  'one mixture of phases for all hours': [[0, 1, 2, 3]],
  'growing, and differentiating': [[0], [1, 2, 3]],
  'growing, early, late': [[0], [1, 2], [3]],
  'each hour its own': [[0], [1], [2], [3]],
}).map(([name, groups]) => ({ name, logLikelihood: logLikelihood(groups), k: 2 * groups.length }));
const ranked = rankModels(models, { n });
const rows = ranked.map(({ name, k, aicc, delta, weight, cumulative, inSet }) => [
  `${inSet ? '*' : ' '} ${name}`,
  String(k),
  ...[aicc, delta, weight, cumulative].map((x) => formatNumber(x, 4)),
  bar(weight, 1, 20),
]);
console.log(formatTable([['  model', 'k', 'AICc', 'Δ', 'weight', 'cum.', ''], ...rows], [0, 6]).join('\n'));
console.log(`* the 95 % confidence set; ${n} cells. Phases were assigned, not measured: see composition/SOURCE.md.\n`);

// A cell's log-likelihood under two accounts that do not contain each other: is 72 h like the hours before, or like the start?
const under = (groups: readonly (readonly number[])[]) =>
  groups.flatMap((group) => {
    const pooled = sum(group.map((i) => counts[i] as number[]));
    return group.flatMap((i) =>
      (counts[i] as number[]).flatMap((c, j) => new Array<number>(c).fill(Math.log((pooled[j] as number) / size(pooled)))),
    );
  });
const { sentence, interval } = comparePointwise(
  under([[0], [1, 2, 3]]),
  under([
    [0, 3],
    [1, 2],
  ]),
  { k: [4, 4] },
);
console.log(`${sentence} 95 % interval ${interval.map((x) => formatNumber(x, 2)).join(' to ')}.`);

const random = new Random(1);
const SIZE = 60;
const truth = (t: number) => Math.sin(3 * t) + 0.5 * t;
const at = Float64Array.from({ length: SIZE }, (_, i) => -1 + (2 * i) / (SIZE - 1));
const y = at.map((t) => truth(t) + 0.3 * random.normal());
console.log(`\nA known truth, sin 3t + t/2 with noise of 0.3, ${SIZE} points: polynomials of growing degree (seed 1)`);
const entropy = 0.5 * Math.log(2 * Math.PI * Math.E * 0.09);
const lines = Array.from({ length: 9 }, (_, degree) => {
  const curve = polynomial(at, y, degree);
  const variance = at.reduce((total, t, i) => total + ((y[i] as number) - curve(t)) ** 2, 0) / SIZE;
  const [model] = rankModels([{ logLikelihood: -(SIZE / 2) * (Math.log(2 * Math.PI * variance) + 1), k: degree + 2 }], { n: SIZE });
  const divergences = gaussian.univariateKlDivergence(
    { mean: at.map(truth), std: new Float64Array(SIZE).fill(0.3) },
    { mean: at.map(curve), std: new Float64Array(SIZE).fill(Math.sqrt(variance)) },
  );
  const kl = divergences.reduce((total, x) => total + x, 0) / SIZE;
  return [String(degree), formatNumber(kl, 3), formatNumber((model?.aicc as number) / (2 * SIZE) - entropy, 3), bar(kl, 1, 20)];
});
console.log(formatTable([['degree', 'true KL', 'AICc/2n − h', ''], ...lines], [3]).join('\n'));

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
