/** Rows of masses on their way into products: their shares, and the logarithms of their shares over a center's. */
import { CONTRIBUTIONS } from '../backend/contract.js';
import { placeOf } from '../backend/pack.js';
import { exponentOf } from '../backend/js/math/logRatio.js';
import { POWERS } from '../backend/js/math/powers.js';
import { largestMass, rowSum64 } from '../backend/js/math/sums.js';
import { checkBatch } from '../check.js';
import type { Core } from '../core.js';
import type { Dtype, Floats } from '../types.js';
import type { Rows } from './cells.js';

/** Where a row's mass is between these, its entries need not be scaled. */
const SMALL = 1e-18;
const LARGE = 1e18;

/** Logarithms that are computed together; they stay in a core's own cache until they are packed. */
const TOGETHER = 16384;

/** Where rows are packed: entry k of row i at `placeOf(i − first, width, group) + from + k · group`. */
export interface Packing {
  readonly into: Floats;
  readonly width: number;
  readonly group: number;
  readonly from?: number;
}

/** Packs the shares of rows from `first` on. */
export function packShares(rows: Rows, first: number, count: number, { into, width, group, from = 0 }: Packing): void {
  const { data, cols } = rows;
  const x = new Float64Array(cols);
  for (let i = 0; i < count; i++) {
    const mass = fill(x, data, (first + i) * cols);
    for (let k = 0, to = placeOf(i, width, group) + from * group; k < cols; k++, to += group) into[to] = (x[k] as number) / mass;
  }
}

/** The mean of the shares of all rows. */
export function meanShares(all: readonly Rows[], cols: number): Float64Array {
  const [sums, x] = [new Float64Array(cols), new Float64Array(cols)];
  let count = 0;
  for (const { data, rows } of all) {
    for (let i = 0; i < rows; i++) {
      const times = 1 / fill(x, data, i * cols);
      for (let k = 0; k < cols; k++) sums[k] = (sums[k] as number) + (x[k] as number) * times;
    }
    count += rows;
  }
  return sums.map((sum) => sum / count);
}

/**
 * Packs log(q̂/ĉ) of rows from `first` on, 0 where q̂ is 0. Of each row `size` becomes min(max|l|, 2·max l).
 *
 * @param center of the rows' dtype, above 0 everywhere
 */
export function packLogs(rows: Rows, first: number, count: number, center: Floats, core: Core, packing: Packing, size: Float64Array): void {
  const { data, cols } = rows;
  const { into, width, group, from = 0 } = packing;
  const most = Math.max(1, Math.floor(TOGETHER / cols));
  const dtype: Dtype = data instanceof Float32Array ? 'f32' : 'f64';
  const logs = core.aside(Math.min(most, count) * cols, dtype);
  for (let done = 0; done < count; done += most) {
    const block = Math.min(most, count - done);
    const start = (first + done) * cols;
    const batch = checkBatch(['p', 'q'], [{ data: data.subarray(start, start + block * cols), rows: block, cols }, center]);
    core.kernels.contributionRows(batch, [1, CONTRIBUTIONS.logRatio], logs);
    for (let i = 0; i < block; i++)
      size[first + done + i] = pack(logs, i * cols, cols, into, placeOf(done + i, width, group) + from * group, group);
  }
}

function pack(logs: Floats, first: number, cols: number, into: Floats, at: number, stride: number): number {
  let least = 0;
  let most = 0;
  for (let k = 0, to = at; k < cols; k++, to += stride) {
    const l = logs[first + k] as number;
    into[to] = l;
    if (l < least) least = l;
    else if (l > most) most = l;
  }
  return Math.min(Math.max(most, -least), 2 * most);
}

/** x become the entries of a row times the power of two that brings the largest near 1, where it need be; returns their sum. */
function fill(x: Float64Array, data: Floats, first: number, scale = 1): number {
  const cols = x.length;
  for (let k = 0; k < cols; k++) x[k] = (data[first + k] as number) * scale;
  const mass = rowSum64(x, 0, cols);
  if (scale !== 1 || (mass > SMALL && mass < LARGE)) return mass;
  return fill(x, data, first, 1 / (POWERS[Math.max(0, exponentOf(largestMass(data, first, cols)) + 1022)] as number));
}
