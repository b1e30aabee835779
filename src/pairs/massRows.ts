/** Rows of masses on their way into products: their shares, and the logarithms of their shares over a center's. */
import { exponentOf, LN2_STEP_64, step64, twoAtanh } from '../backend/js/math/logRatio.js';
import { POWERS } from '../backend/js/math/powers.js';
import { largestMass, rowSum64 } from '../backend/js/math/sums.js';
import type { Floats } from '../types.js';
import type { Rows } from './cells.js';

/** A distribution that has mass wherever a row has, and the sum of its entries. */
export interface Center {
  readonly entries: Float64Array;
  readonly sum: number;
}

/** Where a row's mass is between these, its entries need not be scaled. */
const SMALL = 1e-18;
const LARGE = 1e18;

/** What is smaller may have been rounded to a subnormal, or to nothing, where a row was scaled: the row kernel answers for such a row. */
const LEAST = 1e-307;

/** Loops over rows of so many columns, with rooms of their own. They are named again in each loop's function: what a loop has to fetch at every entry doubles its time. */
export class MassRows {
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #z: Float64Array;
  readonly #wordsOfX: Int32Array;
  readonly #wordsOfY: Int32Array;

  constructor(cols: number) {
    [this.#x, this.#y, this.#z] = [new Float64Array(cols), new Float64Array(cols), new Float64Array(cols)];
    [this.#wordsOfX, this.#wordsOfY] = [new Int32Array(this.#x.buffer), new Int32Array(this.#y.buffer)];
  }

  /** Writes the shares of row i from `at` on, every `stride`-th entry. */
  shares({ data, cols }: Rows, i: number, into: Floats, at: number, stride: number): void {
    const x = this.#x;
    const mass = fill(x, data, i * cols, cols);
    for (let k = 0, to = at; k < cols; k++, to += stride) into[to] = (x[k] as number) / mass;
  }

  /** Writes log(q̂/ĉ) of row i so, 0 where q̂ is 0. Returns min(max|l|, 2·max l); Infinity where an entry was too small to tell. */
  logs({ data, cols }: Rows, i: number, { entries, sum }: Center, into: Floats, at: number, stride: number): number {
    const [x, y, z, wordsOfX, wordsOfY] = [this.#x, this.#y, this.#z, this.#wordsOfX, this.#wordsOfY];
    const first = i * cols;
    const mass = Math.fround(fill(x, data, first, cols));
    for (let k = 0; k < cols; k++) {
      const c = (entries[k] as number) * mass;
      y[k] = c;
      z[k] = (x[k] as number) - c;
    }
    const eta = rowSum64(z, 0, cols) / (mass * sum);
    let least = 0;
    let most = 0;
    for (let k = 0; k < cols; k++) {
      const q = x[k] as number;
      let l = 0;
      if (q >= LEAST) {
        const step = step64(wordsOfX[2 * k + 1] as number, wordsOfY[2 * k + 1] as number);
        const near = (y[k] as number) * (POWERS[(step >> 20) + 1022] as number);
        const off = near * eta;
        l = twoAtanh((q - near - off) / (q + near + off)) + step * LN2_STEP_64;
      } else if (data[first + k] !== 0) most = Infinity;
      z[k] = l;
    }
    // In the loop above, these would cost as much as the logarithms.
    for (let k = 0, to = at; k < cols; k++, to += stride) {
      const l = z[k] as number;
      into[to] = l;
      if (l < least) least = l;
      else if (l > most) most = l;
    }
    return Math.min(Math.max(most, -least), 2 * most);
  }
}

/** x become the entries of a row times the power of two that brings the largest near 1, where it need be; returns their sum. */
function fill(x: Float64Array, data: Floats, first: number, cols: number, scale = 1): number {
  for (let k = 0; k < cols; k++) x[k] = (data[first + k] as number) * scale;
  const mass = rowSum64(x, 0, cols);
  if (scale !== 1 || (mass > SMALL && mass < LARGE)) return mass;
  return fill(x, data, first, cols, 1 / (POWERS[Math.max(0, exponentOf(largestMass(data, first, cols)) + 1022)] as number));
}
