/** Real classifiers of digits that learn 0 to 4 and then 5 to 9: the Fisher diagonal, the spring, what it approximates, and what is right before and after. */
import { ewcPenalty, FisherDiagonal, predictiveReport } from '../../src/applications/continualLearning.js';
import { readNpy } from './reference.js';
import { type Answers, matrixOf, mean, type Sources, type Wide } from './sources.js';

const [PIXELS, CLASSES, HIDDEN, OF_FISHER] = [64, 10, 16, 200];

/** Parameters as PyTorch lays them out: of each layer weights, a row an output, and then biases. */
interface Model {
  readonly isDeep: boolean;
  outputs(theta: Float64Array, x: Float64Array): { readonly hidden: Float64Array; readonly z: Float64Array };
  /** Of log p(y|x), by all parameters. */
  gradient(theta: Float64Array, x: Float64Array, y: number, p: Float64Array): Float64Array;
}

function layer(theta: Float64Array, at: number, x: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, k) => {
    let sum = theta[at + width * x.length + k] as number;
    for (const [j, value] of x.entries()) sum += (theta[at + k * x.length + j] as number) * value;
    return sum;
  });
}

const FIRST = HIDDEN * (PIXELS + 1);

/** Softmax regression, or one hidden layer of tanh before it. */
const modelOf = (isDeep: boolean): Model => ({
  isDeep,
  outputs(theta, x) {
    const hidden = isDeep ? layer(theta, 0, x, HIDDEN).map(Math.tanh) : x;
    return { hidden, z: layer(theta, isDeep ? FIRST : 0, hidden, CLASSES) };
  },
  gradient(theta, x, y, p) {
    const { hidden } = this.outputs(theta, x);
    const at = isDeep ? FIRST : 0;
    const slopes = new Float64Array(theta.length);
    const ofOutputs = p.map((share, k) => (k === y ? 1 : 0) - share);
    const add = (from: number, input: Float64Array, dz: Float64Array) => {
      for (const [k, slope] of dz.entries()) {
        for (const [j, value] of input.entries()) slopes[from + k * input.length + j] = slope * value;
        slopes[from + dz.length * input.length + k] = slope;
      }
    };
    add(at, hidden, ofOutputs);
    if (isDeep) {
      const ofHidden = hidden.map((h, j) => {
        const back = ofOutputs.reduce((sum, slope, k) => sum + slope * (theta[at + k * HIDDEN + j] as number), 0);
        return back * (1 - h * h);
      });
      add(0, x, ofHidden);
    }
    return slopes;
  },
});

/** The even-numbered images of examples/digits, by which these models were trained and are judged. */
function readDigits(): { readonly images: readonly Float64Array[]; readonly labels: readonly number[] } {
  const folder = 'examples/digits';
  const [pixels, labels] = [readNpy(folder, 'digits_images').data, readNpy(folder, 'digits_image_labels').data];
  const even = Array.from(labels.keys()).filter((row) => row % 2 === 0);
  return {
    images: even.map((row) => Float64Array.from(pixels.subarray(row * PIXELS, (row + 1) * PIXELS), (x) => x / 16)),
    labels: even.map((row) => labels[row] as number),
  };
}

/** The spring towards what task A needs, at parameters trained on task B with and without it. */
export function ewc({ library, options, array, expected }: Sources, name: string): Answers {
  const model = modelOf(name === 'ewc_mlp');
  const { images, labels } = readDigits();
  const theta = (run: string) => array(`${name}_theta_${run}`).data;
  const task = { optimum: theta('star'), fisher: array(`${name}_fisher`).data };
  const ofTask = (isFirst: boolean) => images.filter((_, i) => (labels[i] as number) < 5 === isFirst);
  const looked = ofTask(true).slice(0, OF_FISHER);
  const outputsAt = (parameters: Float64Array): Wide => ({
    data: Float64Array.from(looked.flatMap((x) => [...model.outputs(parameters, x).z])),
    shape: [OF_FISHER, CLASSES],
  });
  const right = (parameters: Float64Array, isFirst: boolean) => {
    const own = labels.filter((label) => label < 5 === isFirst);
    const hits = ofTask(isFirst).map((x, i) => {
      const { z } = model.outputs(parameters, x);
      return z.indexOf(Math.max(...z)) === own[i] ? 1 : 0;
    });
    return mean(hits);
  };

  const fisher = new FisherDiagonal(task.optimum.length);
  for (const x of looked) {
    const p = library.logits.softmax(model.outputs(task.optimum, x).z, options) as Float64Array;
    const gradients = Array.from(p.keys()).flatMap((y) => [...model.gradient(task.optimum, x, y, p)]);
    fisher.addExact(library.matrix(gradients, CLASSES, task.optimum.length), p);
  }
  const value = expected.value as Record<string, Record<string, number | number[]>>;
  const accuracies = (of: string) => value[of] as Record<string, number>;
  const answers: Answers = {
    'fisher, exactly over the classes': [fisher.value, task.fisher],
    accuracy_taskA: [
      ['star', 'plain', 'ewc'].map((run) => right(theta(run), true)),
      ['before', 'plain', 'ewc'].map((run) => accuracies('accuracy_taskA')[run] as number),
    ],
    accuracy_taskB: [
      ['plain', 'ewc'].map((run) => right(theta(run), false)),
      ['plain', 'ewc'].map((run) => accuracies('accuracy_taskB')[run] as number),
    ],
  };
  if (!model.isDeep) answers['inputs of the Fisher diagonal'] = [looked.flatMap((x) => [...x]), array(`${name}_x200`).data];
  for (const run of ['plain', 'ewc']) {
    const told = value[run] as Record<string, number | number[]>;
    const { value: penalty, gradient } = ewcPenalty(theta(run), [task], told['lam'] as number);
    answers[`${run} penalty`] = [[penalty], [told['penalty'] as number]];
    answers[`${run} grad_first10`] = [gradient.slice(0, 10), told['grad_first10'] as number[]];
    answers[`${run} grad_norm`] = [[Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0))], [told['grad_norm'] as number]];
    answers[`${run} grad_sum`] = [[gradient.reduce((sum, x) => sum + x, 0)], [told['grad_sum'] as number]];
    if (run === 'plain') answers['gradient'] = [gradient, array(`${name}_expected_grad`).data];
    const [before, now] = [outputsAt(task.optimum), outputsAt(theta(run))];
    const outputs = { old: matrixOf(library, before), new: matrixOf(library, now) };
    const { exact, quadratic, ratio } = predictiveReport(outputs, theta(run), task, options);
    const textbook = meanKl(before, now);
    const half = (told['penalty'] as number) / (told['lam'] as number);
    answers[`${run}, exact predictive KL`] = [[exact], [textbook]];
    answers[`${run}, quadratic and its ratio`] = [
      [quadratic, ratio],
      [half, half / textbook],
    ];
  }
  return answers;
}

/** Σ p·log(p/q) over rows of logits, in the mean: far from 0, where it keeps its digits. */
function meanKl(before: Wide, now: Wide): number {
  const logSoftmax = ({ data }: Wide, row: number) => {
    const z = Array.from(data.slice(row * CLASSES, (row + 1) * CLASSES));
    const most = Math.max(...z);
    const log = most + Math.log(z.reduce((sum, x) => sum + Math.exp(x - most), 0));
    return z.map((x) => x - log);
  };
  const rows = Array.from({ length: before.shape[0] as number }, (_, row) => {
    const [p, q] = [logSoftmax(before, row), logSoftmax(now, row)];
    return p.reduce((sum, x, k) => sum + Math.exp(x) * (x - (q[k] as number)), 0);
  });
  return mean(rows);
}
