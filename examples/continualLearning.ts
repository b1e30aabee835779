/**
 * `node esbuild.mjs run examples/continualLearning.ts`: a network learns real digits (task A), and then the same digits with their pixels in another order (task B). How fast
 * does it forget A, with the spring and without; and what is the spring's quadratic worth, beside the KL divergence that it stands for?
 */
import { logits, matrix } from 'surprisal';
import { ewcPenalty, FisherDiagonal, predictiveReport, sampleLabels, type Task } from 'surprisal/continual-learning';
import { Random } from '../src/applications/statistics/random.js';
import { formatNumber, formatShare, formatTable } from '../src/report/format.js';
import { drawCurves } from './curves.js';
import { Adam, accuracy, classifierGradient, layersOver, outputOf, randomTheta, rowsOf, run, runBack, type Widths } from './network.js';
import { readImages } from './read.js';

const [SEED, PIXELS, CLASSES, BATCH] = [1, 64, 10, 60];
const WIDTHS: Widths = [
  [PIXELS, 40],
  [40, CLASSES],
];
const STEPS = 300;
const EVERY = 15;
const LAMBDAS = [0, 10, 100, 1000];

const random = new Random(SEED);
const { pixels, labels, count } = await readImages();
const order = random.shuffle(Int32Array.from({ length: count }, (_, i) => i));
const [training, held] = [order.slice(0, 1200), order.slice(1200)];
/** Images of task A by which the Fisher information is found, and the KL divergence that it approximates. */
const looked = training.slice(0, 200);
const newPlaces = random.shuffle(Int32Array.from({ length: PIXELS }, (_, i) => i));
const other = pixels.map((_, i) => pixels[i - (i % PIXELS) + (newPlaces[i % PIXELS] as number)] as number);

const labelsOf = (rows: ArrayLike<number>) => Float64Array.from(rows, (row) => labels[row] as number);
const outputs = (theta: Float64Array, images: Float64Array, rows: ArrayLike<number>) =>
  outputOf(layersOver(theta, WIDTHS), rowsOf(images, PIXELS, rows));
const right = (theta: Float64Array, images: Float64Array) => accuracy(outputs(theta, images, held), labelsOf(held));

/** Trains in place; `spring` adds its part of the gradient. */
function train(
  theta: Float64Array,
  images: Float64Array,
  spring: (theta: Float64Array) => Float64Array | undefined,
  look: () => void,
): void {
  const [adam, batches] = [new Adam(theta, 0.005), new Random(SEED)];
  for (let step = 0; step < STEPS; step++) {
    if (step % EVERY === 0) look();
    const rows = Int32Array.from({ length: BATCH }, () => training[batches.below(training.length)] as number);
    const gradient = classifierGradient(WIDTHS, theta, rowsOf(images, PIXELS, rows), labelsOf(rows));
    const pull = spring(theta);
    adam.step(pull === undefined ? gradient : gradient.map((slope, i) => slope + (pull[i] as number)));
  }
  look();
}

/** Calls back with each image that is looked at, the model's logits, and a function that gives the gradient of log p at a class. */
function eachLooked(theta: Float64Array, use: (row: number, z: Float64Array, gradientAt: (label: number) => Float64Array) => void): void {
  const layers = layersOver(theta, WIDTHS);
  for (const row of looked) {
    const values = run(layers, rowsOf(pixels, PIXELS, [row]));
    const z = values.at(-1) as Float64Array;
    const p = logits.softmax(z) as Float64Array;
    use(row, z, (label) => {
      const gradient = new Float64Array(theta.length);
      const ofClass = p.map((x, j) => (j === label ? 1 : 0) - x);
      runBack(layers, layersOver(gradient, WIDTHS), values, ofClass);
      return gradient;
    });
  }
}

/** The true Fisher information, exactly over the classes: of each image, the gradient of log p at every class. */
function exactFisher(theta: Float64Array): Float64Array {
  const fisher = new FisherDiagonal(theta.length);
  eachLooked(theta, (_row, z, gradientAt) => {
    const gradients = new Float64Array(CLASSES * theta.length);
    for (let k = 0; k < CLASSES; k++) gradients.set(gradientAt(k), k * theta.length);
    fisher.addExact(matrix(gradients, CLASSES, theta.length), logits.softmax(z) as Float64Array);
  });
  return fisher.value;
}

/** At `draws` labels of each image: drawn from the model, or those of the data. */
function fisherAtLabels(theta: Float64Array, labelOf: (row: number, z: Float64Array, draw: number) => number, draws: number): Float64Array {
  const fisher = new FisherDiagonal(theta.length);
  eachLooked(theta, (row, z, gradientAt) => {
    for (let draw = 0; draw < draws; draw++) fisher.add(gradientAt(labelOf(row, z, draw)));
  });
  return fisher.value;
}

const optimum = randomTheta(WIDTHS, random);
train(
  optimum,
  pixels,
  () => undefined,
  () => {},
);
const task: Task = { optimum: optimum.slice(), fisher: exactFisher(optimum) };
const before = matrix(outputs(optimum, pixels, looked), looked.length, CLASSES);
/** What the predictions on task A have moved. */
const movedTo = (theta: Float64Array) =>
  predictiveReport({ old: before, new: matrix(outputs(theta, pixels, looked), looked.length, CLASSES) }, theta, task);
console.log(
  `Task A, ${training.length} images, ${optimum.length} parameters, seed ${SEED}: ${formatShare(right(optimum, pixels))} right of ${held.length} held out`,
);

const drawn = (row: number, z: Float64Array, draw: number) => sampleLabels(z, { seed: SEED + row * 1000 + draw })[0] as number;
const beside = [
  ['one label of each image, drawn from the model', fisherAtLabels(task.optimum as Float64Array, drawn, 1)],
  ['thirty of each', fisherAtLabels(task.optimum as Float64Array, drawn, 30)],
  ['empirical: the labels of the data', fisherAtLabels(task.optimum as Float64Array, (row) => labels[row] as number, 1)],
] as const;
console.log(`\nThe Fisher diagonal beside the one exactly over the classes, ${looked.length} images:`);
const against = beside.map(([name, fisher]) => {
  const exact = task.fisher as Float64Array;
  const sum = (of: (i: number) => number) => exact.reduce((total, _, i) => total + of(i), 0);
  const [a, b] = [(i: number) => fisher[i] as number, (i: number) => exact[i] as number];
  const cosine = sum((i) => a(i) * b(i)) / Math.sqrt(sum((i) => a(i) ** 2) * sum((i) => b(i) ** 2));
  return [name, formatNumber(sum(a) / sum(b), 2), formatNumber(cosine, 2)];
});
console.log(formatTable([['', 'sum, over its sum', 'cosine'], ...against], [0]).join('\n'));

const runs = LAMBDAS.map((lambda) => {
  const theta = optimum.slice();
  const [a, b]: [number[], number[]] = [[], []];
  train(
    theta,
    other,
    (now) => (lambda === 0 ? undefined : ewcPenalty(now, [task], lambda).gradient),
    () => {
      a.push(right(theta, pixels));
      b.push(right(theta, other));
    },
  );
  return { lambda, a, b, theta };
});

const [free, , held100] = runs as [(typeof runs)[0], unknown, (typeof runs)[0]];
console.log(
  `\nWhile task B is learnt, share of A that is right: ○ without the spring, ● with it (λ = ${held100.lambda}); of B: · without, + with it`,
);
const shown = [
  { mark: '·', y: free.b },
  { mark: '+', y: held100.b },
  { mark: '○', y: free.a },
  { mark: '●', y: held100.a },
];
console.log([...drawCurves(shown, [0, 1]), `${' '.repeat(7)}└${'─'.repeat(60)} ${STEPS} steps`].join('\n'));

console.log('\nAfter task B; what A’s predictions have moved: KL(before ‖ after), exactly, and ½·δᵀFδ in its place');
const signs = new Random(SEED);
const table = runs.map(({ lambda, a, b, theta }) => {
  const said = movedTo(theta);
  const anySigns = theta.map((x, i) => (optimum[i] as number) + (x - (optimum[i] as number)) * (signs.uniform() < 0.5 ? -1 : 1));
  return [
    lambda === 0 ? 'no spring' : `λ = ${lambda}`,
    formatShare(a.at(-1) as number),
    formatShare(b.at(-1) as number),
    formatNumber(said.exact, 2),
    formatNumber(said.quadratic, 2),
    formatNumber(said.ratio, 2),
    formatNumber(movedTo(anySigns).ratio, 2),
  ];
});
console.log(formatTable([['', 'A right', 'B right', 'KL, nats', '½·δᵀFδ', 'ratio', 'ratio, signs at random'], ...table], [0]).join('\n'));
