/** Twin of assembly/simd/pairs.ts: rows widened to f64, their extremes, and sums in the order of the lanes. */
import type { Floats } from '../../../types.js';

const BLOCK = 64;

/** Scratch rows, kept between calls and grown as needed. */
const kept: Float64Array[] = [];

/** Scratch row k with room for n entries; its content is arbitrary. */
export function scratchRow(k: number, n: number): Float64Array {
  const row = kept[k];
  if (row !== undefined && row.length >= n) return row;
  const grown = new Float64Array(n);
  kept[k] = grown;
  return grown;
}

/** Smallest and largest entry. */
export interface Extremes {
  readonly least: number;
  readonly most: number;
}

/** Copies n entries from x[start], widened; returns their extremes, NaN for none. NaN entries are passed over, but for the first. */
export function widen(x: Floats, start: number, n: number, into: Float64Array): Extremes {
  let least = n > 0 ? (x[start] as number) : NaN;
  let most = least;
  for (let i = 0; i < n; i++) {
    const v = x[start + i] as number;
    into[i] = v;
    if (v < least) least = v;
    if (v > most) most = v;
  }
  return { least, most };
}

/** The like over the entries above −∞; ∓∞ where x has −∞ elsewhere than `other`. */
export function finiteExtremes(x: Float64Array, other: Float64Array, n: number): Extremes {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < n; i++) {
    const v = x[i] as number;
    if ((v === -Infinity) !== (other[i] === -Infinity)) return { least: -Infinity, most: Infinity };
    if (v > -Infinity && v < least) least = v;
    if (v > most) most = v;
  }
  return { least, most };
}

/** Index of the first entry that equals v; n where none does. */
export function indexOf(x: Float64Array, n: number, v: number): number {
  let i = 0;
  while (i < n && x[i] !== v) i++;
  return i;
}

/** Sum of n entries: even and odd entries side by side, blocks of 64 by TwoSum. */
export function pairSum(x: Float64Array, n: number): number {
  let hi = 0;
  let lo = 0;
  for (let start = 0; start < n; start += BLOCK) {
    const end = start + BLOCK < n ? start + BLOCK : n;
    let even = 0;
    let odd = 0;
    let i = start;
    for (; i + 8 <= end; i += 8) {
      even += (x[i] as number) + (x[i + 2] as number) + ((x[i + 4] as number) + (x[i + 6] as number));
      odd += (x[i + 1] as number) + (x[i + 3] as number) + ((x[i + 5] as number) + (x[i + 7] as number));
    }
    if (i < end) {
      even += at(x, i, end) + at(x, i + 2, end) + (at(x, i + 4, end) + at(x, i + 6, end));
      odd += at(x, i + 1, end) + at(x, i + 3, end) + (at(x, i + 5, end) + at(x, i + 7, end));
    }
    const block = even + odd;
    const h = hi + block;
    const b = h - hi;
    lo += hi - (h - b) + (block - b);
    hi = h;
  }
  return hi + lo;
}

/** The same of entries of which none is NaN: where one is infinite, or the sum beyond the range, its corrections are. */
export function wholeSum(x: Float64Array, n: number): number {
  const sum = pairSum(x, n);
  return sum === sum ? sum : Infinity;
}

function at(x: Float64Array, i: number, end: number): number {
  return i < end ? (x[i] as number) : 0;
}
