/** Results of all pairs, a row of cells for each row. */
import type { Floats } from '../types.js';
import { type Division, leavesOf } from './split.js';

/** So many values a row: known beforehand, so that ranges need not be copied to where they belong. */
export interface Cells {
  readonly width: number;
  readonly isDouble: boolean;
}

/** What all pairs of a division come to, where each row gives a row of them. Undefined where arrays do not say whether it is single or double. */
export function cellsOf({ args }: Division): Cells | undefined {
  const leaves = leavesOf(args);
  const other = leaves.find(({ width, form }) => width === 0 && form.of === 'rows');
  const isDouble = leaves.some(({ data }) => data instanceof Float64Array);
  if (other?.form.of !== 'rows' || !(isDouble || leaves.every(({ data }) => data instanceof Float32Array))) return undefined;
  return { width: other.form.each, isDouble };
}

/** Room for those of some rows. */
export function cellsRoom({ width, isDouble }: Cells, rows: number, isShared: boolean): Floats {
  const bytes = rows * width * (isDouble ? 8 : 4);
  const buffer: ArrayBufferLike = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return isDouble ? new Float64Array(buffer) : new Float32Array(buffer);
}
