/** Twins of assembly/kernels/softmax.ts: formulas, method and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { exp } from './math/exp.js';
import { log1p } from './math/log.js';
import { storeSlopes } from './math/logitRows.js';
import { LN2 } from './math/logRatio.js';
import { perUnit, weight32 } from './math/weights.js';
import { indexOf, pairSum, scratchRow, widen } from './math/pairs.js';

/** Where w is 0 already, in units of t. */
const DEEPEST = 1100;
/** Up to here weights of f32 rows are normal. */
const NORMAL_32 = 1021;

/** Fills w and −t (in units, at most 1100). */
function weigh64(z: Float64Array, n: number, top: number, unit: number, w: Float64Array, depths: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const x = (top - (z[i] as number)) * unit;
    const depth = DEEPEST < x ? DEEPEST : x;
    w[i] = exp(-depth);
    depths[i] = depth;
  }
}

function weigh32(z: Float64Array, n: number, top: number, unit: number, w: Float64Array, depths: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const x = (top - (z[i] as number)) * unit;
    const depth = DEEPEST < x ? DEEPEST : x;
    w[i] = depth <= NORMAL_32 ? weight32(-depth) : exp(-depth * LN2);
    depths[i] = depth;
  }
}

/** One row: z widened, w and −t filled. */
interface Weighed {
  readonly z: Float64Array;
  readonly w: Float64Array;
  readonly depths: Float64Array;
  readonly cols: number;
  /** The place of the largest. */
  readonly star: number;
  readonly top: number;
  readonly temperature: number;
  readonly wide: boolean;
}

/** Σw without the largest's own 1; w of that one is left 0. */
function restSum({ w, star, cols }: Weighed): number {
  w[star] = 0;
  return pairSum(w, cols);
}

/** Σw·(−t) in units. */
function depthSum({ w, depths, cols }: Weighed): number {
  const terms = scratchRow(3, cols);
  for (let i = 0; i < cols; i++) terms[i] = (w[i] as number) * (depths[i] as number);
  return pairSum(terms, cols);
}

function logSumExpRow(row: Weighed): number {
  return row.top / row.temperature + log1p(restSum(row));
}

function entropyRow(row: Weighed, factor: number, at: number, ofZ?: Floats): number {
  const rest = restSum(row);
  const { w, star, depths, cols } = row;
  const unit = row.wide ? 1 : LN2;
  const sum = 1 + rest;
  const c = depthSum(row) / sum;
  if (ofZ !== undefined) {
    w[star] = 1;
    storeSlopes(w, depths, cols, c, (factor / sum) * unit, ofZ, at);
  }
  return log1p(rest) + c * unit;
}

/** Weighs row r; undefined where its largest entry shows that it is no row of logits. */
function weighed(input: Floats, start: number, cols: number, temperature: number): Weighed | undefined {
  const z = scratchRow(0, cols);
  // −0 counts as 0.
  const top = widen(input, start, cols, z).most + 0;
  if (!(top > -Infinity && top < Infinity)) return undefined;
  const wide = input instanceof Float64Array;
  const w = scratchRow(1, cols);
  const depths = scratchRow(2, cols);
  const unit = perUnit(wide, temperature);
  if (wide) weigh64(z, cols, top, unit, w, depths);
  else weigh32(z, cols, top, unit, w, depths);
  return { z, w, depths, cols, star: indexOf(z, cols, top), top, temperature, wide };
}

function rowsOf(value: (row: Weighed, factor: number, at: number, ofZ?: Floats) => number): { f64: Kernel; f32: Kernel } {
  const kernel: Kernel = (inputs, steps, rows, cols, params, out, gradients) => {
    const [temperature, factor] = params as [number, number];
    const ofZ = gradients?.[0];
    for (let r = 0; r < rows; r++) {
      const row = weighed(inputs[0] as Floats, r * (steps[0] as number), cols, temperature);
      const at = r * cols;
      const result = row === undefined ? NaN : value(row, factor, at, ofZ);
      out[r] = result;
      if (result !== result) ofZ?.fill(NaN, at, at + cols);
    }
  };
  return { f64: kernel, f32: kernel };
}

function elementsOf(log: boolean): { f64: Kernel; f32: Kernel } {
  const kernel: Kernel = (inputs, steps, rows, cols, params, out) => {
    for (let r = 0; r < rows; r++) {
      const row = weighed(inputs[0] as Floats, r * (steps[0] as number), cols, params[0] as number);
      const o = r * cols;
      const sum = row === undefined ? NaN : log ? restSum(row) : pairSum(row.w, cols);
      if (row === undefined || sum !== sum) out.fill(NaN, o, o + cols);
      else if (log) logarithms(row, sum, out, o);
      else divide(row, sum, out, o);
    }
  };
  return { f64: kernel, f32: kernel };
}

function divide({ w, cols }: Weighed, sum: number, out: Floats, o: number): void {
  const factor = 1 / sum;
  for (let i = 0; i < cols; i++) out[o + i] = (w[i] as number) * factor;
}

function logarithms({ z, cols, top, temperature }: Weighed, rest: number, out: Floats, o: number): void {
  const factor = perUnit(true, temperature);
  const log = log1p(rest);
  for (let i = 0; i < cols; i++) out[o + i] = ((z[i] as number) - top) * factor - log;
}

export const softmax = {
  logitsEntropyRows: rowsOf(entropyRow),
  logSumExpRows: rowsOf(logSumExpRow),
  softmaxRows: elementsOf(false),
  logSoftmaxRows: elementsOf(true),
} as const;
