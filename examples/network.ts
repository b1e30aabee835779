/** A small network for the examples, in plain arrays: dense layers, their gradients, Adam. Rows are samples. */
import { logits, matrix } from 'surprisal';
import type { Random } from '../src/applications/statistics/random.js';

/** Of each layer, inputs and outputs. */
export type Widths = readonly (readonly [inputs: number, outputs: number])[];

/** Parts of one array of parameters: outputs × inputs weights, and a bias an output. */
export interface Dense {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** Layers over one array of parameters. */
export function layersOver(theta: Float64Array, widths: Widths): Dense[] {
  let at = 0;
  const take = (length: number) => {
    at += length;
    return theta.subarray(at - length, at);
  };
  return widths.map(([inputs, outputs]) => ({ inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) }));
}

export const sizeOf = (widths: Widths): number => widths.reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0);

/** Normal weights of variance 1/inputs; biases 0. */
export function randomTheta(widths: Widths, random: Random): Float64Array {
  const theta = new Float64Array(sizeOf(widths));
  for (const { inputs, weights } of layersOver(theta, widths))
    for (let i = 0; i < weights.length; i++) weights[i] = random.normal() / Math.sqrt(inputs);
  return theta;
}

function forward({ inputs, outputs, weights, bias }: Dense, x: Float64Array): Float64Array {
  const rows = x.length / inputs;
  const y = new Float64Array(rows * outputs);
  for (let r = 0, to = 0; r < rows; r++) {
    for (let o = 0, w = 0; o < outputs; o++, to++) {
      let sum = bias[o] as number;
      for (let i = r * inputs, end = i + inputs; i < end; i++, w++) sum += (x[i] as number) * (weights[w] as number);
      y[to] = sum;
    }
  }
  return y;
}

/** Adds the derivatives by weights and bias to `slopes`. */
function addSlopes({ weights, bias, inputs, outputs }: Dense, x: Float64Array, dy: Float64Array): void {
  for (let at = 0, from = 0; at < dy.length; from += inputs) {
    for (let o = 0, w = 0; o < outputs; o++, at++) {
      const slope = dy[at] as number;
      bias[o] = (bias[o] as number) + slope;
      for (let i = from, end = from + inputs; i < end; i++, w++) weights[w] = (weights[w] as number) + slope * (x[i] as number);
    }
  }
}

function slopesByInput({ weights, inputs, outputs }: Dense, dy: Float64Array): Float64Array {
  const dx = new Float64Array((dy.length / outputs) * inputs);
  for (let at = 0, from = 0; at < dy.length; from += inputs) {
    for (let o = 0, w = 0; o < outputs; o++, at++) {
      const slope = dy[at] as number;
      for (let i = from, end = from + inputs; i < end; i++, w++) dx[i] = (dx[i] as number) + slope * (weights[w] as number);
    }
  }
  return dx;
}

/** The input, and what each layer makes of it: tanh between layers, the last one as it is. */
export function run(layers: readonly Dense[], x: Float64Array): Float64Array[] {
  const values = [x];
  for (const [i, layer] of layers.entries()) {
    const y = forward(layer, values.at(-1) as Float64Array);
    values.push(i < layers.length - 1 ? y.map(Math.tanh) : y);
  }
  return values;
}

export const outputOf = (layers: readonly Dense[], x: Float64Array): Float64Array => run(layers, x).at(-1) as Float64Array;

/** Adds to `slopes` the derivatives of what has the derivatives `dy` by the output of {@link run}; answers those by the input where they are wanted. */
export function runBack(
  layers: readonly Dense[],
  slopes: readonly Dense[],
  values: readonly Float64Array[],
  dy: Float64Array,
  wantsInput = false,
): Float64Array {
  let slope = dy;
  for (let i = layers.length - 1; i >= 0; i--) {
    addSlopes(slopes[i] as Dense, values[i] as Float64Array, slope);
    if (i === 0 && !wantsInput) break;
    slope = slopesByInput(layers[i] as Dense, slope);
    if (i > 0) slope = slope.map((s, k) => s * (1 - ((values[i] as Float64Array)[k] as number) ** 2));
  }
  return slope;
}

/** The derivatives of the mean cross-entropy with the labels. */
export function classifierGradient(widths: Widths, theta: Float64Array, x: Float64Array, labels: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(theta.length);
  const layers = layersOver(theta, widths);
  const values = run(layers, x);
  const z = values.at(-1) as Float64Array;
  const classes = z.length / labels.length;
  const slopes = logits.softmax(matrix(z, labels.length, classes)).data.map((p, i) => {
    const label = labels[Math.floor(i / classes)] as number;
    return (p - (i % classes === label ? 1 : 0)) / labels.length;
  });
  runBack(layers, layersOver(gradient, widths), values, slopes as Float64Array);
  return gradient;
}

/** Rows of a table by their numbers. */
export function rowsOf(data: Float64Array, cols: number, rows: ArrayLike<number>): Float64Array {
  const chosen = new Float64Array(rows.length * cols);
  for (let k = 0; k < rows.length; k++) chosen.set(data.subarray((rows[k] as number) * cols, ((rows[k] as number) + 1) * cols), k * cols);
  return chosen;
}

/** Share of rows whose largest entry is the label's. */
export function accuracy(outputs: Float64Array, labels: ArrayLike<number>): number {
  const cols = outputs.length / labels.length;
  let right = 0;
  for (let r = 0; r < labels.length; r++) {
    const row = outputs.subarray(r * cols, (r + 1) * cols);
    if (row.indexOf(row.reduce((a, b) => Math.max(a, b))) === labels[r]) right++;
  }
  return right / labels.length;
}

/** Source: D. Kingma, J. Ba, ICLR 2015. */
export class Adam {
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  #steps = 0;

  constructor(
    readonly theta: Float64Array,
    readonly rate = 0.01,
  ) {
    this.#mean = new Float64Array(theta.length);
    this.#square = new Float64Array(theta.length);
  }

  step(gradient: Float64Array): void {
    this.#steps++;
    const rate = (this.rate * Math.sqrt(1 - 0.999 ** this.#steps)) / (1 - 0.9 ** this.#steps);
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i] as number;
      const mean = 0.9 * (this.#mean[i] as number) + 0.1 * g;
      const square = 0.999 * (this.#square[i] as number) + 0.001 * g * g;
      this.#mean[i] = mean;
      this.#square[i] = square;
      this.theta[i] = (this.theta[i] as number) - (rate * mean) / (Math.sqrt(square) + 1e-8);
    }
  }
}
