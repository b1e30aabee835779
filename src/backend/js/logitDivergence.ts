/** Twin of assembly/kernels/logitDivergence.ts. Formulas and bounds stand there. */
import { type Kernel, LOGIT_MEASURES } from '../contract.js';
import { logOrder } from './math/equalMass.js';
import { log1p } from './math/log.js';
import { widenRows, type Scratch, scratchOf, sum, weighRow } from './math/logitRows.js';
import { LN2, TINY_64 } from './math/logRatio.js';
import { grow, termSum } from './math/logitTerms.js';
import { guardedDivergence } from './math/logitTermsGuarded.js';
import { pairSum, scratchRow } from './math/pairs.js';
import { leastOf } from './math/sums.js';
import { AFFINITY, atZeroX, atZeroY, HELLINGER, JENSEN_SHANNON, SKEW, TERM_OF_KIND, termOfOrder } from './math/terms.js';

function termOf(measure: number, order: number): number {
  if (measure === LOGIT_MEASURES.mixture) return JENSEN_SHANNON;
  if (measure === LOGIT_MEASURES.skew) return SKEW;
  return measure >= LOGIT_MEASURES.tsallis ? termOfOrder(order) : (TERM_OF_KIND[measure] as number);
}

/** A row that is weighed and spreads so far. */
function divergenceOf(wide: boolean, scratch: Scratch, n: number, spread: number, measure: number, order: number): number {
  const isOrder = measure >= LOGIT_MEASURES.tsallis;
  if (isOrder && (order === 0 || order === 1 || order === Infinity)) {
    const sums = sum(wide, n, scratch);
    const kl = log1p(sums.s);
    if (order === 1) return kl;
    return order === 0 ? 0 * kl : Math.max(0, (sums.c - leastOf(scratch.d, 0, n)) * LN2 + kl);
  }
  const op = termOf(measure, order);
  const z = pairSum(scratch.w, n);
  grow(wide, scratch, n, pairSum(scratch.terms, n) / z);
  const s = pairSum(scratch.d, n) / z;
  const lanes = wide ? Infinity : spread;
  const whole = termSum(lanes, op, order, scratch, n, s) / z;
  if (!(whole < Infinity)) return NaN;
  let value = Math.max(0, Math.min(whole, atZeroX(op, order) + atZeroY(op, order)));
  if (isOrder && op === HELLINGER) value *= 2;
  if (measure !== LOGIT_MEASURES.renyi || value === 0) return value;
  const rest = order - 1;
  const less = rest * value;
  if (less < -0.875) {
    return logOrder(termSum(lanes, AFFINITY, order, scratch, n, s) / z, rest, TINY_64);
  }
  return less === Infinity ? NaN : log1p(less) / rest;
}

function divergenceRows(wide: boolean): Kernel {
  return (inputs, steps, rows, cols, params, out) => {
    const [temperature, measure, weight, alpha] = params as [number, number, number, number];
    const flips = measure >= LOGIT_MEASURES.tsallis && alpha > 0 && alpha < 0.5;
    const order = measure < LOGIT_MEASURES.tsallis ? weight : flips ? 1 - alpha : alpha;
    const rest = flips ? alpha : 1 - order;
    const times = flips ? alpha / order : 1;
    const [from, stepsOf] = flips ? [[...inputs].reverse(), [...steps].reverse()] : [inputs, steps];
    const [a, b] = [scratchRow(0, cols), scratchRow(1, cols)];
    const scratch = scratchOf(cols);
    for (let r = 0; r < rows; r++) {
      const spread = weighRow(wide, a, b, widenRows(from, stepsOf, r, cols, a, b), cols, temperature, scratch);
      let value = spread >= 0 ? divergenceOf(wide, scratch, cols, spread, measure, order) : NaN;
      if (value !== value) {
        widenRows(from, stepsOf, r, cols, a, b); // masked classes may have been given the place of others
        value = guardedDivergence(a, b, cols, temperature, measure, order, rest);
      }
      out[r] = value * times;
    }
  };
}

export const logitDivergences = {
  logitsDivergenceRows: { f64: divergenceRows(true), f32: divergenceRows(false) },
} as const;
