/** Twins of assembly/kernels/logits.ts: formulas, method and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { expNormal } from './math/exp.js';
import { jensen } from './math/jensen.js';
import { log1p } from './math/log.js';
import { LN2 } from './math/logRatio.js';
import { guardedJensenShannon, guardedKl } from './math/logitsGuarded.js';
import { type Scratch, type Summed, scratchOf, sum, weighRow } from './math/logitRows.js';
import { pairSum, scratchRow, widen } from './math/pairs.js';

/** What a weight of 0 counts as in a divisor: 2⁻¹⁰⁰⁰. */
const LEAST = 9.332636185032189e-302;
const LOG2E = 1.4426950408889634;

function jensenShannonOf({ z, c }: Summed, kl: number, n: number, { w, d }: Scratch, last: Float64Array): number {
  for (let i = 0; i < n; i++) last[i] = jensen(w[i] as number, ((d[i] as number) - c) * LN2 - kl);
  const value = (0.5 * pairSum(last, n)) / z;
  return value > LN2 ? LN2 : value;
}

/** w·(d − c)·factor + terms·last. */
function combine({ w, d, terms }: Scratch, n: number, c: number, factor: number, last: number, to: Floats, at: number): void {
  for (let i = 0; i < n; i++) to[at + i] = (w[i] as number) * ((d[i] as number) - c) * factor + (terms[i] as number) * last;
}

function klGradient({ z, c, s }: Summed, n: number, scratch: Scratch, factor: number, at: number, ofA?: Floats, ofB?: Floats): void {
  const each = factor / z;
  const less = each / (1 + s);
  if (ofB !== undefined) combine(scratch, n, c + s * LOG2E, less * LN2, less, ofB, at);
  if (ofA !== undefined) combine({ ...scratch, terms: scratch.w }, n, c, -each * LN2, 0, ofA, at);
}

/** From w, d and v − w (over one sum, in `terms`): log(m/w) takes the place of d, v of the differences, log(m/v) goes to `last`. */
function halfRatios({ w, d, terms }: Scratch, n: number, c: number, kl: number, last: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const p = w[i] as number;
    const t = ((d[i] as number) - c) * LN2 - kl;
    const e = expNormal(-Math.abs(t));
    const q = t > 0 ? p / e : p * e;
    const larger = p < q ? q : p;
    const both = log1p((Math.abs(terms[i] as number) / (larger < LEAST ? LEAST : larger)) * -0.5);
    d[i] = both + (t > 0 ? t : 0);
    terms[i] = q;
    last[i] = both - (t > 0 ? 0 : t);
  }
}

/** ½·w·(Σw·l − l)·factor over z, l being a row of logarithms. */
function pull(w: Float64Array, logs: Float64Array, n: number, z: number, factor: number, to: Floats, at: number): void {
  const products = scratchRow(6, n);
  for (let i = 0; i < n; i++) products[i] = (w[i] as number) * (logs[i] as number);
  combine({ w, d: logs, terms: w }, n, pairSum(products, n) / z, (-0.5 * factor) / z, 0, to, at);
}

function klRows(wide: boolean): Kernel {
  return (inputs, steps, rows, cols, params, out, gradients) => {
    const [temperature, factor] = params as [number, number];
    const [ofA, ofB] = gradients ?? [];
    const a = scratchRow(0, cols);
    const b = scratchRow(1, cols);
    const scratch = scratchOf(cols);
    for (let r = 0; r < rows; r++) {
      const extremesA = widen(inputs[0] as Floats, r * (steps[0] as number), cols, a);
      const extremesB = widen(inputs[1] as Floats, r * (steps[1] as number), cols, b);
      let value = NaN;
      if (weighRow(wide, a, b, extremesA, extremesB, cols, temperature, scratch)) {
        const sums = sum(wide, cols, scratch);
        value = log1p(sums.s);
        if (value === value) klGradient(sums, cols, scratch, factor, r * cols, ofA, ofB);
      }
      if (value !== value) value = guardedKl(a, b, cols, temperature, factor, r * cols, ofA, ofB);
      out[r] = value;
    }
  };
}

function jensenShannonRows(wide: boolean): Kernel {
  return (inputs, steps, rows, cols, params, out, gradients) => {
    const [temperature, factor] = params as [number, number];
    const [ofA, ofB] = gradients ?? [];
    const a = scratchRow(0, cols);
    const b = scratchRow(1, cols);
    const scratch = scratchOf(cols);
    const last = scratchRow(5, cols);
    for (let r = 0; r < rows; r++) {
      const extremesA = widen(inputs[0] as Floats, r * (steps[0] as number), cols, a);
      const extremesB = widen(inputs[1] as Floats, r * (steps[1] as number), cols, b);
      const at = r * cols;
      let value = NaN;
      if (weighRow(wide, a, b, extremesA, extremesB, cols, temperature, scratch)) {
        const sums = sum(wide, cols, scratch);
        const { z, c, s } = sums;
        const kl = log1p(s);
        value = jensenShannonOf(sums, kl, cols, scratch, last);
        if (value === value && (ofA !== undefined || ofB !== undefined)) {
          const each = 1 / (1 + s);
          combine(scratch, cols, c + s * LOG2E, each * LN2, each, scratch.terms, 0);
          halfRatios(scratch, cols, c, kl, last);
          if (ofA !== undefined) pull(scratch.w, scratch.d, cols, z, factor, ofA, at);
          if (ofB !== undefined) pull(scratch.terms, last, cols, z, factor, ofB, at);
        }
      }
      out[r] = value === value ? value : guardedJensenShannon(a, b, cols, temperature, factor, at, ofA, ofB);
    }
  };
}

export const logits = {
  logitsKlRows: { f64: klRows(true), f32: klRows(false) },
  logitsJensenShannonRows: { f64: jensenShannonRows(true), f32: jensenShannonRows(false) },
} as const;
