/**
 * `node esbuild.mjs run examples/fairness.ts`: a classifier of real loans (credit/SOURCE.md says what they are, and are not). Do its predictions differ between groups, do they move when an
 * attribute is flipped, and what does it cost to train that away? Every number that is printed is computed in this run, and for rows that the model has not seen.
 */
import { matrix } from 'surprisal';
import { distillationLossWithGradient } from 'surprisal/distillation';
import { attributeFlip, disparity, disparityPenalty, intersections } from 'surprisal/fairness';
import { binomialLogTail, rateInterval } from '../src/applications/statistics/binomial.js';
import { Random } from '../src/applications/statistics/random.js';
import { readTextTable } from '../src/io/table.js';
import { formatNumber, formatShare, formatTable } from '../src/report/format.js';

const [FOLDS, STEPS, RATE, RIDGE] = [5, 60, 0.05, 0.002];
/** How much the penalty counts beside the cross-entropy. */
const WEIGHTS = [0, 1, 2, 5, 10, 30, 100];

const table = await readTextTable(new URL('../../../examples/credit/german.csv', import.meta.url).pathname);
const column = (name: string) => table.rows.map((row) => row[table.names.indexOf(name)] as string);
const isGood = column('class').map((name) => (name === 'good' ? 1 : 0));
const N = isGood.length;

/** The two attributes are columns of their own, so that they can be flipped. */
const attributes = {
  recorded: column('personal').map((name) => (name.startsWith('female') ? 'female' : 'male')),
  age: column('age').map((years) => (Number(years) <= 25 ? 'to 25' : 'over 25')),
};
const groups = intersections(attributes);

const standardised = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / N;
  const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / N);
  return values.map((x) => (x - mean) / sd);
};
const numbers = ['duration', 'amount', 'rate', 'credits'].map((name) => standardised(column(name).map((x) => Math.log(Number(x)))));
const flags = ['checking', 'history', 'purpose', 'savings', 'employment', 'property', 'housing'].flatMap((name) =>
  [...new Set(column(name))].map((value) => column(name).map((own) => (own === value ? 1 : 0))),
);
type Attributes = { readonly recorded: readonly string[]; readonly age: readonly string[] };
const featuresWith = ({ recorded, age }: Attributes) => {
  const columns = [recorded.map((x) => (x === 'female' ? 1 : 0)), age.map((x) => (x === 'to 25' ? 1 : 0)), ...numbers, ...flags];
  return Array.from({ length: N }, (_, row) => Float64Array.from([1, ...columns.map((own) => own[row] as number)]));
};
const features = featuresWith(attributes);
const WIDTH = (features[0] as Float64Array).length;

function dot(w: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += (x[j] as number) * (w[j] as number);
  return sum;
}

/** Adam from `start` on: cross-entropy, a ridge, and the penalty times its weight. */
function train(rows: readonly number[], weight: number, start: Float64Array): Float64Array {
  const w = start.slice();
  const [first, second] = [new Float64Array(WIDTH), new Float64Array(WIDTH)];
  const [x, y, own] = [
    rows.map((row) => features[row] as Float64Array),
    rows.map((row) => isGood[row] as number),
    rows.map((row) => groups[row] as string),
  ];
  for (let step = 1; step <= STEPS; step++) {
    const z = Float64Array.from(x, (row) => dot(w, row));
    const both = matrix(Float64Array.from(x.flatMap((_, i) => [0, z[i] as number])), rows.length, 2);
    const loss = distillationLossWithGradient(both, both, { labels: y, alpha: 1 });
    const penalty = disparityPenalty(z, own);
    const slope = w.map((value, j) => (j === 0 ? 0 : RIDGE * value));
    for (const [i, row] of x.entries()) {
      const along = (loss.gradient.data[2 * i + 1] as number) + weight * (penalty.gradient.data[i] as number);
      for (let j = 0; j < WIDTH; j++) slope[j] = (slope[j] as number) + along * (row[j] as number);
    }
    for (let j = 0; j < WIDTH; j++) {
      const g = slope[j] as number;
      first[j] = 0.9 * (first[j] as number) + 0.1 * g;
      second[j] = 0.99 * (second[j] as number) + 0.01 * g * g;
      const size = Math.sqrt((second[j] as number) / (1 - 0.99 ** step)) + 1e-9;
      w[j] = (w[j] as number) - (RATE * (first[j] as number)) / (1 - 0.9 ** step) / size;
    }
  }
  return w;
}

const fold = new Random(1).shuffle(Int32Array.from({ length: N }, (_, row) => row % FOLDS));
const all = Array.from({ length: N }, (_, row) => row);
/** Weights of the model that has not seen a row's fold, by weight of the penalty and by fold; each starts from the one before. */
const models = WEIGHTS.map(() => [] as Float64Array[]);
for (let f = 0; f < FOLDS; f++) {
  let w: Float64Array = new Float64Array(WIDTH);
  for (const [k, weight] of WEIGHTS.entries()) {
    w = train(
      all.filter((row) => fold[row] !== f),
      weight,
      w,
    );
    models[k]?.push(w);
  }
}
const predict = (k: number, rows: readonly Float64Array[]) =>
  Float64Array.from(rows, (row, i) => dot(models[k]?.[fold[i] as number] as Float64Array, row));

const show = (interval: readonly [number, number], format: (x: number) => string) => `${format(interval[0])} … ${format(interval[1])}`;
const nats = (x: number) => formatNumber(x, 2);
const indent = (rows: readonly (readonly string[])[], left: readonly number[]) => formatTable(rows, left).map((line) => `  ${line}`);

const plain = predict(0, features);
const isRight = (z: Float64Array) => Array.from(z, (x, row) => (x >= 0 ? 1 : 0) === isGood[row]);
const count = (rights: readonly boolean[]) => rights.filter(Boolean).length;
const first = isRight(plain);
console.log(
  `${N} loans, each predicted by a logistic model that was trained without it: ${formatShare(count(first) / N)} right (${show(rateInterval(count(first), N), formatShare)}); "good" for all would be 70 %\n`,
);

console.log('Who is predicted to repay, in the mean');
const byGroup = disparity(plain, groups, { as: 'logits' });
const others = [{ of: 'decisions' }, { of: 'scores', bins: 5 }] as const;
console.log(
  indent(
    [
      ['', 'loans', 'predicted', 'repaid'],
      ...byGroup.groups.map(({ group, rows, mean }) => {
        const repaid = all.filter((row) => groups[row] === group && isGood[row] === 1).length;
        return [group, String(rows), formatShare(mean[1] as number), formatShare(repaid / rows)];
      }),
    ],
    [0],
  ).join('\n'),
);
console.log(`\n${byGroup.sentence}`);
for (const options of others) console.log(disparity(plain, groups, { as: 'logits', ...options }).sentence);
console.log(disparity(plain, groups, { as: 'logits', labels: column('class') }).sentence);

console.log('\nThe same loans with an attribute flipped (no counterfactual: all that goes with it stays)');
const flips = (['recorded', 'age'] as const).flatMap((name) => {
  const values = [...new Set(attributes[name])];
  const sides = values.map((value) => [value, predict(0, featuresWith({ ...attributes, [name]: attributes[name].map(() => value) }))]);
  return attributeFlip(Object.fromEntries(sides), { as: 'logits' }).slice(0, 1);
});
console.log(
  indent(
    [
      ['', 'mean KL, nats', '95 %', 'decided otherwise', '95 %', 'change'],
      ...flips.map(({ from, to, kl, changed, change }) => [
        `${from} → ${to}`,
        nats(kl.value),
        show(kl.interval, nats),
        formatShare(changed.share),
        show(changed.interval, formatShare),
        `${(change[1] as number) > 0 ? '+' : ''}${formatShare(change[1] as number)}`,
      ]),
    ],
    [0, 2, 4],
  ).join('\n'),
);

console.log('\nTrained with a penalty on what predictions tell about the four groups');
const curve = WEIGHTS.map((weight, k) => {
  const z = predict(k, features);
  const { overall, comparisons } = disparity(z, groups, { as: 'logits', permutations: 499 });
  const farthest = comparisons.reduce((most, one) => (one.js > most.js ? one : most));
  const right = isRight(z);
  const lost = count(right.map((own, row) => !own && (first[row] as boolean)));
  const won = count(right.map((own, row) => own && !first[row]));
  // The same loans under two models: of those that one of them gets right, as many to either side if they are equally good (McNemar, exact).
  const sameAccuracy = Math.min(1, 2 * Math.exp(binomialLogTail(Math.max(lost, won), lost + won, 0.5)));
  return { weight, accuracy: count(right) / N, lost, won, sameAccuracy, js: overall.js, farthest, adjusted: overall.adjusted };
});
console.log(
  indent(
    [
      ['weight', 'right', 'lost', 'won', 'p', 'disparity', 'farthest pair', 'JS', '95 %', 'least p'],
      ...curve.map(({ weight, accuracy, lost, won, sameAccuracy, js, farthest, adjusted }) => [
        String(weight),
        formatShare(accuracy),
        String(lost),
        String(won),
        formatNumber(sameAccuracy, 2),
        nats(js),
        `${farthest.group} / ${farthest.other}`,
        nats(farthest.js),
        show(farthest.intervals.js, nats),
        formatNumber(adjusted, 2),
      ]),
    ],
    [6, 8],
  ).join('\n'),
);

console.log(`\n${plot(curve.map(({ js, accuracy, weight }) => ({ x: js, y: accuracy, name: String(weight) })))}`);

/** Accuracy over disparity on a logarithmic scale: a mark for each weight, with its weight beside it. */
function plot(points: readonly { readonly x: number; readonly y: number; readonly name: string }[]): string {
  const [width, height] = [64, 9];
  const powers = points.map(({ x }) => Math.log10(x));
  const [left, right] = [Math.floor(Math.min(...powers)), Math.ceil(Math.max(...powers))];
  const [low, high] = [0.7, Math.max(...points.map(({ y }) => y))];
  const cells = Array.from({ length: height }, () => new Array<string>(width + 8).fill(' '));
  const place = (power: number) => Math.round(((power - left) / (right - left)) * width);
  for (const [i, { y, name }] of points.entries()) {
    const line = cells[Math.max(0, Math.min(height - 1, Math.round(((high - y) / (high - low)) * (height - 1))))] as string[];
    line.splice(place(powers[i] as number), name.length + 2, '●', ' ', ...name);
  }
  const labels = cells.map((_, i) => (i === 0 ? formatShare(high) : i === height - 1 ? formatShare(low) : ''));
  const wide = Math.max(...labels.map((text) => text.length));
  const ticks = new Array<string>(width + 8).fill(' ');
  for (let power = left; power <= right; power++) ticks.splice(place(power), 4, ...`1e${power}`.padEnd(4));
  return [
    'Right predictions over disparity in nats; at each mark the weight of the penalty',
    ...cells.map((line, i) => `${(labels[i] as string).padStart(wide)} ┤${line.join('').trimEnd()}`),
    `${' '.repeat(wide)} └${'─'.repeat(width)}`,
    `${' '.repeat(wide + 2)}${ticks.join('').trimEnd()}`,
  ].join('\n');
}
