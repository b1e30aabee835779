/** Twins of assembly/kernels/logits.ts: formulas, method and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { log1p } from './math/log.js';
import { LN2 } from './math/logRatio.js';
import { guardedKl } from './math/logitsGuarded.js';
import { combine, type Scratch, type Summed, scratchOf, storeSlopes, sum, weighRow, widenRows } from './math/logitRows.js';
import { grow, halfRatios, termSum } from './math/logitTerms.js';
import { guardedJensenShannon } from './math/logitTermsGuarded.js';
import { pairSum, scratchRow } from './math/pairs.js';
import { JENSEN_SHANNON } from './math/terms.js';

const LOG2E = 1.4426950408889634;

function klGradient({ z, c, s }: Summed, n: number, scratch: Scratch, factor: number, at: number, ofA?: Floats, ofB?: Floats): void {
  const each = factor / z;
  const less = each / (1 + s);
  if (ofB !== undefined) combine(scratch, n, c + s * LOG2E, less * LN2, less, ofB, at);
  if (ofA !== undefined) storeSlopes(scratch.w, scratch.d, n, c, -each * LN2, ofA, at);
}

/** ½·w·(l − Σw·l)·factor over z, the sum of w, l being a row of logarithms. */
function pull(w: Float64Array, logs: Float64Array, n: number, z: number, factor: number, to: Floats, at: number): void {
  const products = scratchRow(6, n);
  for (let i = 0; i < n; i++) products[i] = (w[i] as number) * (logs[i] as number);
  storeSlopes(w, logs, n, pairSum(products, n) / z, (0.5 * factor) / z, to, at);
}

function klRows(wide: boolean): Kernel {
  return (inputs, steps, rows, cols, params, out, gradients) => {
    const [temperature, factor] = params as [number, number];
    const [ofA, ofB] = gradients ?? [];
    const a = scratchRow(0, cols);
    const b = scratchRow(1, cols);
    const scratch = scratchOf(cols);
    for (let r = 0; r < rows; r++) {
      const extremes = widenRows(inputs, steps, r, cols, a, b);
      let value = NaN;
      if (weighRow(wide, a, b, extremes, cols, temperature, scratch) >= 0) {
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
    const kept = scratchRow(5, cols);
    const { w, d, terms } = scratch;
    for (let r = 0; r < rows; r++) {
      const at = r * cols;
      const spread = weighRow(wide, a, b, widenRows(inputs, steps, r, cols, a, b), cols, temperature, scratch);
      let value = NaN;
      if (spread >= 0) {
        const z = pairSum(w, cols);
        const c = pairSum(terms, cols) / z;
        grow(wide, scratch, cols, c);
        const s = pairSum(d, cols) / z;
        const lanes = wide ? Infinity : spread;
        const sum = termSum(lanes, JENSEN_SHANNON, 0.5, scratch, cols, s);
        value = Math.max(0, Math.min(sum / z, LN2));
        if (value === value && (ofA !== undefined || ofB !== undefined)) {
          halfRatios(lanes, sum, scratch, cols, s, kept, d);
          if (ofA !== undefined) pull(w, kept, cols, z, factor, ofA, at);
          if (ofB !== undefined) pull(terms, d, cols, z * (1 + s), factor, ofB, at);
        }
      }
      if (value !== value) {
        widenRows(inputs, steps, r, cols, a, b); // masked classes may have been given the place of others
        value = guardedJensenShannon(a, b, cols, temperature, factor, at, ofA, ofB);
      }
      out[r] = value;
    }
  };
}

export const logits = {
  logitsKlRows: { f64: klRows(true), f32: klRows(false) },
  logitsJensenShannonRows: { f64: jensenShannonRows(true), f32: jensenShannonRows(false) },
} as const;
