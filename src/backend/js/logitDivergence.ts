/** Twin of assembly/kernels/logitDivergence.ts. Formulas and bounds stand there. */
import type { Floats } from '../../types.js';
import { type Kernel, LOGIT_MEASURES } from '../contract.js';
import { logOrder } from './math/equalMass.js';
import { log1p } from './math/log.js';
import { type Scratch, scratchOf, sum, weighRow } from './math/logitRows.js';
import { LN2, TINY_64, ZERO_64 } from './math/logRatio.js';
import { guardedDivergence } from './math/logitTermsGuarded.js';
import { pairSum, scratchRow, widen } from './math/pairs.js';
import { blockSum64, leastOf, Running } from './math/sums.js';
import { AFFINITY, atZeroX, atZeroY, block64, HELLINGER, JENSEN_SHANNON, LOOPS_64, SKEW, TERM_OF_KIND, termOfOrder } from './math/terms.js';
import { moved } from './math/weights.js';

const BLOCK = 64;
const running = new Running();

function termOf(measure: number, order: number): number {
  if (measure === LOGIT_MEASURES.mixture) return JENSEN_SHANNON;
  if (measure === LOGIT_MEASURES.skew) return SKEW;
  return measure >= LOGIT_MEASURES.tsallis ? termOfOrder(order) : (TERM_OF_KIND[measure] as number);
}

/** w·eᵈ goes to the terms' place, and w·(eᵈ − 1) takes that of δ = d + c. */
function grow(wide: boolean, { w, d, terms }: Scratch, n: number, c: number): void {
  for (let i = 0; i < n; i++) moved(wide, w[i] as number, (d[i] as number) - c, i, terms, d);
}

/** Fills x, y and x − y of a block of rows that have grown, e^KL = 1 + s; neutral where w is 0. */
function lay({ w, d, terms }: Scratch, from: number, n: number, s: number): void {
  const { x, y, d: differences } = block64;
  const times = 1 / (1 + s);
  for (let i = 0; i < n; i++) {
    const weight = w[from + i] as number;
    x[i] = weight === 0 ? ZERO_64 : weight;
    y[i] = weight === 0 ? ZERO_64 : (terms[from + i] as number) * times;
    differences[i] = (weight * s - (d[from + i] as number)) * times;
  }
}

function total(op: number, order: number, scratch: Scratch, n: number, s: number): number {
  const loop = LOOPS_64[op] as (n: number, order: number) => void;
  running.clear();
  for (let c = 0; c < n; c += BLOCK) {
    const size = Math.min(BLOCK, n - c);
    lay(scratch, c, size, s);
    loop(size, order);
    running.add(blockSum64(block64.term, 0, size));
  }
  return running.value;
}

/** A row that is weighed. */
function divergenceOf(wide: boolean, scratch: Scratch, n: number, measure: number, order: number): number {
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
  const whole = total(op, order, scratch, n, s) / z;
  if (!(whole < Infinity)) return NaN;
  let value = Math.max(0, Math.min(whole, atZeroX(op, order) + atZeroY(op, order)));
  if (isOrder && op === HELLINGER) value *= 2;
  if (measure !== LOGIT_MEASURES.renyi || value === 0) return value;
  const rest = order - 1;
  const less = rest * value;
  if (less < -0.875) {
    return logOrder(total(AFFINITY, order, scratch, n, s) / z, rest, TINY_64);
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
    const [first, second] = flips ? [1, 0] : [0, 1];
    const [a, b] = [scratchRow(0, cols), scratchRow(1, cols)];
    const scratch = scratchOf(cols);
    for (let r = 0; r < rows; r++) {
      const read = () => [widenRow(first, r, a), widenRow(second, r, b)] as const;
      const [ofA, ofB] = read();
      let value = NaN;
      if (weighRow(wide, a, b, ofA, ofB, cols, temperature, scratch)) value = divergenceOf(wide, scratch, cols, measure, order);
      if (value !== value) {
        read(); // masked classes may have been given the place of others
        value = guardedDivergence(a, b, cols, temperature, measure, order, rest);
      }
      out[r] = value * times;
    }
    function widenRow(k: number, r: number, to: Float64Array) {
      return widen(inputs[k] as Floats, r * (steps[k] as number), cols, to);
    }
  };
}

export const logitDivergences = {
  logitsDivergenceRows: { f64: divergenceRows(true), f32: divergenceRows(false) },
} as const;
