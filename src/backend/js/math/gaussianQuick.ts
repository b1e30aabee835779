/** Twin of assembly/math/gaussianQuick.ts. Formulas, bounds and the reasons to decline stand there. */
import type { Floats } from '../../../types.js';
import { fround } from './bits.js';
import { em1mxNormal32, expm1Normal, expNormal, wholes32 } from './exp.js';
import { LOG_VARIANCE, STD } from './gaussianTerm.js';
import { log } from './log.js';
import { LN2 } from './logRatio.js';
import { blockSum32, blockSum64, Running } from './sums.js';

/** The answer that leaves a row to the precise way. */
export const DECLINED = -1;

const BLOCK = 64;

/** Terms and ratios of one block, in the dtype's own rounding. */
const terms64 = new Float64Array(BLOCK);
const ratios64 = new Float64Array(BLOCK);
const terms32 = new Float32Array(BLOCK);
const ratios32 = new Float32Array(BLOCK);

/** Two running products, and the exponents taken out of them. */
const product = new Float64Array(2);
const productWords = new Int32Array(product.buffer);
const sum = new Running();

/** Half the sum over one row, or DECLINED. Input k of the row starts at `at[k]`; a prior has two. Gradients by a log-variance go to `gx`, from `to` on, in passing. */
export function quickRow(
  kind: number,
  prior: boolean,
  inputs: readonly Floats[],
  at: readonly number[],
  cols: number,
  gx: Floats | undefined,
  to: number,
): number {
  const narrow = inputs[0] instanceof Float32Array;
  if (kind === LOG_VARIANCE) {
    if (!prior) return DECLINED;
    return narrow ? priorLog32(inputs as Float32Array[], at, cols, gx, to) : priorLog64(inputs as Float64Array[], at, cols, gx, to);
  }
  sum.clear();
  product.fill(1);
  const step = narrow ? 16 : 8;
  let holds = true;
  let exponents = 0;
  for (let start = 0; start < cols; start += BLOCK) {
    const n = cols - start < BLOCK ? cols - start : BLOCK;
    const from = start === 0 ? step : 0;
    if (narrow) {
      if (from > 0) {
        holds = ratios32Of(kind, prior, inputs as Float32Array[], at, start, 0, from);
        multiply32(0, from);
        if (startsNear(blockSum32(terms32, 0, from), from)) return DECLINED;
      }
      holds = ratios32Of(kind, prior, inputs as Float32Array[], at, start, from, n) && holds;
      multiply32(from, n);
      sum.add(blockSum32(terms32, 0, n));
    } else {
      if (from > 0) {
        holds = ratios64Of(kind, prior, inputs as Float64Array[], at, start, 0, from);
        multiply64(0, from);
        if (startsNear(blockSum64(terms64, 0, from), from)) return DECLINED;
      }
      holds = ratios64Of(kind, prior, inputs as Float64Array[], at, start, from, n) && holds;
      multiply64(from, n);
      sum.add(blockSum64(terms64, 0, n));
    }
    for (let high = 1; high < 4; high += 2) {
      const word = productWords[high] as number;
      exponents += (word >> 20) - 1023;
      productWords[high] = (word & 0x000fffff) | 0x3ff00000;
    }
  }
  const total = sum.value;
  const d = total - exponents * LN2 - log((product[0] as number) * (product[1] as number));
  return holds && total + cols <= 1073741824 && d >= 0.5 * cols ? 0.5 * d : DECLINED;
}

/** Whether the first step, of n entries, says that the row nearly agrees. */
function startsNear(total: number, n: number): boolean {
  return total - 1 + 1 / ((product[0] as number) * (product[1] as number)) < 0.125 * n;
}

/** Fills terms64 and ratios64 of a block, from `from` to n; whether ratios and inverses are large enough. */
function ratios64Of(
  kind: number,
  prior: boolean,
  inputs: readonly Float64Array[],
  at: readonly number[],
  start: number,
  from: number,
  n: number,
): boolean {
  const [m0, x, m1, y] = inputs as [Float64Array, Float64Array, Float64Array, Float64Array];
  const a = (at[0] as number) + start;
  const b = (at[1] as number) + start;
  const c = (at[2] as number) + start;
  const d = (at[3] as number) + start;
  let least = 1;
  let leastInverse = 1;
  for (let i = from; i < n; i++) {
    const gap = prior ? (m0[a + i] as number) : (m0[a + i] as number) - (m1[c + i] as number);
    const inverse = prior ? 1 : 1 / (y[d + i] as number);
    let r = (x[b + i] as number) * inverse;
    let shift = gap * inverse;
    if (inverse < leastInverse) leastInverse = inverse;
    if (r < least) least = r;
    if (kind === STD) {
      r *= r;
      shift *= shift;
    } else shift *= gap;
    ratios64[i] = r;
    terms64[i] = r - 1 + shift;
  }
  ratios64.fill(1, n);
  return least >= (kind === STD ? 3.0517578125e-5 : 9.313225746154785e-10) && leastInverse >= 7.888609052210118e-31;
}

/** The same of f32: what is stored is rounded by that. */
function ratios32Of(
  kind: number,
  prior: boolean,
  inputs: readonly Float32Array[],
  at: readonly number[],
  start: number,
  from: number,
  n: number,
): boolean {
  const [m0, x, m1, y] = inputs as [Float32Array, Float32Array, Float32Array, Float32Array];
  const a = (at[0] as number) + start;
  const b = (at[1] as number) + start;
  const c = (at[2] as number) + start;
  const d = (at[3] as number) + start;
  let least = 1;
  let leastInverse = 1;
  for (let i = from; i < n; i++) {
    const gap = prior ? (m0[a + i] as number) : fround((m0[a + i] as number) - (m1[c + i] as number));
    const inverse = prior ? 1 : fround(1 / (y[d + i] as number));
    let r = prior ? (x[b + i] as number) : fround((x[b + i] as number) * inverse);
    let shift = prior ? gap : fround(gap * inverse);
    if (inverse < leastInverse) leastInverse = inverse;
    if (r < least) least = r;
    if (kind === STD) {
      r = fround(r * r);
      shift = fround(shift * shift);
    } else shift = fround(shift * gap);
    ratios32[i] = r;
    terms32[i] = fround(r - 1) + shift;
  }
  ratios32.fill(1, n);
  return least >= (kind === STD ? 3.0517578125e-5 : 9.313225746154785e-10) && leastInverse >= 7.888609052210118e-31;
}

/** Multiplies the block's ratios from `from` to n into the two products, in the lanes' order. */
function multiply64(from: number, n: number): void {
  let even = product[0] as number;
  let odd = product[1] as number;
  for (let i = from; i < n; i += 8) {
    even *= (ratios64[i] as number) * (ratios64[i + 2] as number) * ((ratios64[i + 4] as number) * (ratios64[i + 6] as number));
    odd *= (ratios64[i + 1] as number) * (ratios64[i + 3] as number) * ((ratios64[i + 5] as number) * (ratios64[i + 7] as number));
  }
  product[0] = even;
  product[1] = odd;
}

function multiply32(from: number, n: number): void {
  let even = product[0] as number;
  let odd = product[1] as number;
  for (let i = from; i < n; i += 16) {
    even *= lane32(i) * lane32(i + 2);
    odd *= lane32(i + 1) * lane32(i + 3);
  }
  product[0] = even;
  product[1] = odd;
}

/** One lane of a step of four f32 vectors. */
function lane32(i: number): number {
  const low = fround((ratios32[i] as number) * (ratios32[i + 4] as number));
  return fround(low * fround((ratios32[i + 8] as number) * (ratios32[i + 12] as number)));
}

function priorLog64([m0, x]: readonly Float64Array[], at: readonly number[], cols: number, gx: Floats | undefined, to: number): number {
  const [a, b] = at as [number, number];
  sum.clear();
  for (let start = 0; start < cols; start += BLOCK) {
    const n = cols - start < BLOCK ? cols - start : BLOCK;
    for (let i = 0; i < n; i++) {
      const m = m0?.[a + start + i] as number;
      const v = x?.[b + start + i] as number;
      if (!(v <= 700 && v >= -700)) return DECLINED;
      terms64[i] = expNormal(v) - 1 - v + m * m;
      if (gx !== undefined) gx[to + start + i] = 0.5 * expm1Normal(v);
      if (start + i === 7 && blockSum64(terms64, 0, 8) < 0.5) return DECLINED;
    }
    sum.add(blockSum64(terms64, 0, n));
  }
  const total = sum.value;
  return total < Infinity && total >= 0.125 * cols ? 0.5 * total : DECLINED;
}

function priorLog32([m0, x]: readonly Float32Array[], at: readonly number[], cols: number, gx: Floats | undefined, to: number): number {
  const [a, b] = at as [number, number];
  sum.clear();
  for (let start = 0; start < cols; start += BLOCK) {
    const n = cols - start < BLOCK ? cols - start : BLOCK;
    for (let i = 0; i < n; i++) {
      const m = m0?.[a + start + i] as number;
      const v = x?.[b + start + i] as number;
      const k = wholes32(v);
      if (!(k >= -127 && k <= 127)) return DECLINED;
      terms32[i] = em1mxNormal32(v, k, v) + fround(m * m);
      if (gx !== undefined) gx[to + start + i] = 0.5 * em1mxNormal32(v, k, 0);
    }
    sum.add(blockSum32(terms32, 0, n));
  }
  const total = sum.value;
  return total < Infinity && total >= 8.077935669463161e-28 ? 0.5 * total : DECLINED;
}
