/**
 * `node esbuild.mjs run examples/activeLearning.ts [SEEDS]`: which images of real digits are worth a label? Most that come in are zeros and ones; the classifier is to know all ten.
 * A committee of small classifiers asks for five labels at a time, by four rules, over 20 seeds; every rule starts from the same ten images. Bands are 95 % intervals of the mean.
 */
import { logits, matrix } from 'surprisal';
import { bald, committeeScores, diverseBatch, type Ensemble, expectedLabelEffect, TopK } from 'surprisal/active-learning';
import { Random } from '../src/applications/statistics/random.js';
import { formatNumber, formatShare, formatTable } from '../src/report/format.js';
import { type Curve, drawCurves } from './curves.js';
import { Adam, accuracy, classifierGradient, layersOver, outputOf, rowsOf, sizeOf, type Widths } from './network.js';
import { readImages } from './read.js';

const SEEDS = Number(process.argv[2] ?? 20);
const [PIXELS, CLASSES, MEMBERS, START, BATCH, ROUNDS, STEPS] = [64, 10, 5, 10, 5, 10, 40];
const WIDTHS: Widths = [[PIXELS, CLASSES]];
/** Of the digits 2 to 9, the share that is left in the stream. */
const RARE = 0.15;
const { pixels, labels, count } = await readImages();

/** Scores of the candidates; a chance of its own for the one that looks at nothing. */
type Rule = (pool: Ensemble, targets: Ensemble, random: Random) => Float64Array;
const RULES: Readonly<Record<string, Rule>> = {
  random: (pool, _, random) => Float64Array.from({ length: pool.shape[0] }, () => random.uniform()),
  entropy: (pool) => committeeScores(pool).predictiveEntropy,
  BALD: (pool) => bald(pool),
  EPIG: (pool, targets) => expectedLabelEffect(pool, { targets }),
};

const labelsOf = (rows: ArrayLike<number>) => Float64Array.from(rows, (row) => labels[row] as number);

/** A member learns from labels drawn anew, so that members differ where there is little to learn from. */
function learn(theta: Float64Array, known: readonly number[], random: Random): void {
  const drawn = known.map(() => known[random.below(known.length)] as number);
  const [x, y] = [rowsOf(pixels, PIXELS, drawn), labelsOf(drawn)];
  const adam = new Adam(theta, 0.1);
  for (let step = 0; step < STEPS; step++) {
    const gradient = classifierGradient(WIDTHS, theta, x, y);
    adam.step(gradient.map((slope, i) => slope + 0.001 * (theta[i] as number)));
  }
}

/** Predictions of the committee: images × members × classes. */
function predict(members: readonly Float64Array[], rows: ArrayLike<number>): Ensemble {
  const x = rowsOf(pixels, PIXELS, rows);
  const data = new Float64Array(rows.length * members.length * CLASSES);
  for (const [m, theta] of members.entries()) {
    const p = logits.softmax(matrix(outputOf(layersOver(theta, WIDTHS), x), rows.length, CLASSES)).data;
    for (let r = 0; r < rows.length; r++) data.set(p.subarray(r * CLASSES, (r + 1) * CLASSES), (r * members.length + m) * CLASSES);
  }
  return { data, shape: [rows.length, members.length, CLASSES] };
}

function meanOf({ data, shape: [candidates, members] }: Ensemble): Float64Array {
  return Float64Array.from({ length: candidates * CLASSES }, (_, i) => {
    let sum = 0;
    for (let m = 0; m < members; m++) sum += data[(Math.floor(i / CLASSES) * members + m) * CLASSES + (i % CLASSES)] as number;
    return sum / members;
  });
}

/** Accuracy after each round. */
function course(rule: Rule, seed: number): number[] {
  const random = new Random(seed);
  const order = Array.from(random.shuffle(Int32Array.from({ length: count }, (_, i) => i)));
  const [held, wanted] = [order.slice(0, 400), order.slice(400, 420)];
  // What comes in is mostly zeros and ones; what is asked of the classifier is not.
  const stream = order.slice(420).filter((row) => (labels[row] as number) < 2 || random.uniform() < RARE);
  const known = stream.slice(0, START);
  let pool = stream.slice(START);
  const right: number[] = [];
  for (let round = 0; ; round++) {
    const members = Array.from({ length: MEMBERS }, () => new Float64Array(sizeOf(WIDTHS)));
    for (const theta of members) learn(theta, known, random);
    right.push(accuracy(meanOf(predict(members, held)), labelsOf(held)));
    if (round === ROUNDS) return right;
    const candidates = predict(members, pool);
    const shortlist = new TopK(4 * BATCH).add(rule(candidates, predict(members, wanted), random)).chosen;
    const mean = meanOf(candidates);
    const predictions = shortlist.map(({ index }) => mean.slice(index * CLASSES, (index + 1) * CLASSES));
    const asked = diverseBatch(shortlist, predictions, BATCH, { strength: rule === RULES['random'] ? 0 : 0.5 }).map(({ index }) => index);
    known.push(...asked.map((index) => pool[index] as number));
    pool = pool.filter((_, index) => !asked.includes(index));
  }
}

const courses = Object.entries(RULES).map(([name, rule]) => {
  const all = Array.from({ length: SEEDS }, (_, i) => course(rule, i + 1));
  const mean = (of: (right: readonly number[]) => number) => all.reduce((sum, right) => sum + of(right), 0) / SEEDS;
  const rounds = Array.from({ length: ROUNDS + 1 }, (_, round) => {
    const value = mean((right) => right[round] as number);
    const spread = Math.sqrt(mean((right) => ((right[round] as number) - value) ** 2) / Math.max(1, SEEDS - 1));
    return { value, low: value - 1.96 * spread, high: value + 1.96 * spread };
  });
  return { name, all, rounds };
});

const curveOf = (name: string, mark: string): Curve => {
  const rounds = courses.find((one) => one.name === name)?.rounds ?? [];
  return { mark, y: rounds.map(({ value }) => value), band: { low: rounds.map(({ low }) => low), high: rounds.map(({ high }) => high) } };
};
console.log(
  `Share of 400 held-out digits that is right, after ${START} to ${START + ROUNDS * BATCH} labels: ○ random, ● BALD, ◆ entropy; ${SEEDS} seeds, ░ 95 % of the mean`,
);
console.log(
  [
    ...drawCurves([curveOf('random', '○'), curveOf('BALD', '●'), curveOf('entropy', '◆')], [0.2, 1]),
    `${' '.repeat(7)}└${'─'.repeat(60)} labels`,
  ].join('\n'),
);

const shown = [0, 2, 4, 6, 8, 10];
const [chance] = courses as [(typeof courses)[0]];
const rows = courses.map(({ name, all, rounds }) => {
  // Seed by seed: every rule has the same images to start from, and the same to be tried on.
  const gains = all.map((right, i) => (right.at(-1) as number) - (chance.all[i]?.at(-1) as number));
  const gain = gains.reduce((a, b) => a + b, 0) / SEEDS;
  const error = 1.96 * Math.sqrt(gains.reduce((sum, x) => sum + (x - gain) ** 2, 0) / SEEDS / Math.max(1, SEEDS - 1));
  const cells = shown.map((round) => formatShare(rounds[round]?.value as number));
  return [name, ...cells, name === 'random' ? '' : `${formatNumber(100 * gain, 2)} ± ${formatNumber(100 * error, 2)} points`];
});
console.log('');
console.log(formatTable([['', ...shown.map((round) => `${START + round * BATCH} labels`), 'over random'], ...rows], [0]).join('\n'));
