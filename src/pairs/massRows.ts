/** Rows of masses on their way into products: their shares, and the logarithms of their shares over a center's. */
import { exponentOf, LN2_STEP_64, step64, twoAtanh } from '../backend/js/math/logRatio.js';
import { POWERS } from '../backend/js/math/powers.js';
import { largestMass, rowSum64 } from '../backend/js/math/sums.js';
import type { Floats } from '../types.js';
import type { Rows } from './cells.js';

/** Where a row's mass is between these, its entries need not be scaled. */
const SMALL = 1e-18;
const LARGE = 1e18;

/** What is smaller may have been rounded to a subnormal, or to nothing, where a row was scaled: the row kernel answers for such a row. */
const LEAST = 1e-307;

/** Loops over rows of so many columns, with rooms of their own. */
export function massRows(cols: number) {
  const xs = new Float64Array(cols);
  const ys = new Float64Array(cols);
  const differences = new Float64Array(cols);
  const wordsOfX = new Int32Array(xs.buffer);
  const wordsOfY = new Int32Array(ys.buffer);

  /** xs become the entries of a row times the power of two that brings the largest near 1, where it need be; returns their sum. */
  function fill(data: Floats, first: number, scale = 1): number {
    for (let k = 0; k < cols; k++) xs[k] = (data[first + k] as number) * scale;
    const mass = rowSum64(xs, 0, cols);
    if (scale !== 1 || (mass > SMALL && mass < LARGE)) return mass;
    return fill(data, first, 1 / (POWERS[Math.max(0, exponentOf(largestMass(data, first, cols)) + 1022)] as number));
  }

  return {
    /** Writes the shares of row i from `at` on, every `stride`-th entry. */
    shares({ data }: Rows, i: number, into: Floats, at: number, stride: number): void {
      const mass = fill(data, i * cols);
      for (let k = 0, to = at; k < cols; k++, to += stride) into[to] = (xs[k] as number) / mass;
    },

    /** Writes log(q̂/ĉ) of row i so, 0 where q̂ is 0. Returns min(max|l|, 2·max l); Infinity where an entry was too small to tell. */
    logs({ data }: Rows, i: number, center: Float64Array, into: Floats, at: number, stride: number): number {
      const first = i * cols;
      const mass = Math.fround(fill(data, first));
      for (let k = 0; k < cols; k++) {
        const y = (center[k] as number) * mass;
        ys[k] = y;
        differences[k] = (xs[k] as number) - y;
      }
      const eta = rowSum64(differences, 0, cols) / (mass * rowSum64(center, 0, cols));
      let least = 0;
      let most = 0;
      for (let k = 0; k < cols; k++) {
        const x = xs[k] as number;
        let l = 0;
        if (x >= LEAST) {
          const step = step64(wordsOfX[2 * k + 1] as number, wordsOfY[2 * k + 1] as number);
          const near = (ys[k] as number) * (POWERS[(step >> 20) + 1022] as number);
          const off = near * eta;
          l = twoAtanh((x - near - off) / (x + near + off)) + step * LN2_STEP_64;
        } else if (data[first + k] !== 0) most = Infinity;
        differences[k] = l;
      }
      // In the loop above, these would cost as much as the logarithms.
      for (let k = 0, to = at; k < cols; k++, to += stride) {
        const l = differences[k] as number;
        into[to] = l;
        if (l < least) least = l;
        else if (l > most) most = l;
      }
      return Math.min(Math.max(most, -least), 2 * most);
    },
  };
}

export type MassRows = ReturnType<typeof massRows>;
