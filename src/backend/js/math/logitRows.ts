/** Twin of assembly/math/logitRows.ts: two rows of logits on their way to a divergence. */
import type { Floats } from '../../../types.js';
import { expNormal } from './exp.js';
import { type Extremes, finiteExtremes, indexOf, pairSum, scratchRow, widen } from './pairs.js';
import { excess32, excess64, perBit, perUnit, weight32 } from './weights.js';

const SPREAD = 300;

/** Rows of one call: weights, differences, terms. */
export interface Scratch {
  readonly w: Float64Array;
  readonly d: Float64Array;
  readonly terms: Float64Array;
}

function spreadOf(a: Extremes, b: Extremes, temperature: number): number {
  return Math.max(a.most - a.least, b.most - b.least) / temperature;
}

/** Row r of both inputs, widened to a and b; their extremes. */
export function widenRows(
  inputs: readonly Floats[],
  steps: readonly number[],
  r: number,
  cols: number,
  a: Float64Array,
  b: Float64Array,
): readonly [Extremes, Extremes] {
  const read = (k: number, to: Float64Array) => widen(inputs[k] as Floats, r * (steps[k] as number), cols, to);
  return [read(0, a), read(1, b)];
}

/** Fills w, δ (in units of ln2) and their products for rows of f64; `star` is the place of a's largest entry. */
function weigh64(a: Float64Array, b: Float64Array, n: number, star: number, temperature: number, { w, d, terms }: Scratch): void {
  const unit = perUnit(true, temperature);
  const bit = perBit(temperature);
  const top = a[star] as number;
  const beside = b[star] as number;
  const y = beside - top;
  const yy = y - beside;
  const ey = beside - (y - yy) + (-top - yy);
  for (let i = 0; i < n; i++) {
    const u = a[i] as number;
    const v = b[i] as number;
    const x = v - u;
    const xx = x - v;
    const delta = (x - y + (v - (x - xx) + (-u - xx) - ey)) * bit;
    const weight = expNormal((u - top) * unit);
    w[i] = weight;
    d[i] = delta;
    terms[i] = weight * delta;
  }
}

/** The same for rows of f32. */
function weigh32(a: Float64Array, b: Float64Array, n: number, star: number, temperature: number, { w, d, terms }: Scratch): void {
  const bit = perBit(temperature);
  const top = a[star] as number;
  const y = (b[star] as number) - top;
  for (let i = 0; i < n; i++) {
    const u = a[i] as number;
    const delta = ((b[i] as number) - u - y) * bit;
    const weight = weight32((u - top) * bit);
    w[i] = weight;
    d[i] = delta;
    terms[i] = weight * delta;
  }
}

/** Fills w, δ and their products where the rows are as the lanes take them, and returns the larger spread; NaN where they are not. */
export function weighRow(
  wide: boolean,
  a: Float64Array,
  b: Float64Array,
  [ofA, ofB]: readonly [Extremes, Extremes],
  n: number,
  temperature: number,
  scratch: Scratch,
): number {
  const weigh = wide ? weigh64 : weigh32;
  const whole = spreadOf(ofA, ofB, temperature);
  if (whole <= SPREAD) {
    weigh(a, b, n, indexOf(a, n, ofA.most), temperature, scratch);
    return whole;
  }
  if (!(ofA.least === -Infinity && ofB.least === -Infinity)) return NaN;
  const spread = spreadOf(finiteExtremes(a, b, n), finiteExtremes(b, a, n), temperature);
  if (!(spread <= SPREAD)) return NaN;
  // A class that is masked in both takes the place of the largest, for δ = 0, and then loses its weight.
  const star = indexOf(a, n, ofA.most);
  const masked: number[] = [];
  for (let i = 0; i < n; i++) {
    if (a[i] !== -Infinity) continue;
    masked.push(i);
    a[i] = a[star] as number;
    b[i] = b[star] as number;
  }
  weigh(a, b, n, star, temperature, scratch);
  for (const i of masked) scratch.w[i] = scratch.terms[i] = 0;
  return spread;
}

function excessTerms64(w: Float64Array, d: Float64Array, n: number, c: number, terms: Float64Array): void {
  for (let i = 0; i < n; i++) terms[i] = (w[i] as number) * excess64((d[i] as number) - c);
}

function excessTerms32(w: Float64Array, d: Float64Array, n: number, c: number, terms: Float64Array): void {
  for (let i = 0; i < n; i++) terms[i] = (w[i] as number) * excess32((d[i] as number) - c);
}

/** Σ of the products and KL of rows that are weighed; their terms are left in `terms`. */
export interface Summed {
  readonly z: number;
  readonly c: number;
  /** e^KL − 1. */
  readonly s: number;
}

export function sum(wide: boolean, n: number, { w, d, terms }: Scratch): Summed {
  const z = pairSum(w, n);
  const c = pairSum(terms, n) / z;
  if (wide) excessTerms64(w, d, n, c, terms);
  else excessTerms32(w, d, n, c, terms);
  return { z, c, s: pairSum(terms, n) / z };
}

export function scratchOf(n: number): Scratch {
  return { w: scratchRow(2, n), d: scratchRow(3, n), terms: scratchRow(4, n) };
}

/** w·(d − c)·factor + terms·last. */
export function combine({ w, d, terms }: Scratch, n: number, c: number, factor: number, last: number, to: Floats, at: number): void {
  for (let i = 0; i < n; i++) to[at + i] = (w[i] as number) * ((d[i] as number) - c) * factor + (terms[i] as number) * last;
}

/** w·(d − c)·factor. */
export function storeSlopes(w: Float64Array, d: Float64Array, n: number, c: number, factor: number, to: Floats, at: number): void {
  combine({ w, d, terms: w }, n, c, factor, 0, to, at);
}
