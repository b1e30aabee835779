/** Results of all pairs, a row of cells for each row. */
import type { Floats } from '../types.js';
import { type Division, isMatrix, leavesOf } from './split.js';

/** So many values a row: known beforehand, so that ranges need not be copied to where they belong. */
export interface Cells {
  readonly width: number;
  readonly isDouble: boolean;
}

/**
 * What all pairs of a division come to, where each row gives a row of them. Undefined where neither arrays nor `out` say whether it is single or double.
 *
 * @param out where they are wanted, if anywhere: cells are of its kind
 */
export function cellsOf({ args }: Division, out: unknown): Cells | undefined {
  const leaves = leavesOf(args);
  const other = leaves.find(({ width, form }) => width === 0 && form.of === 'rows');
  const kinds = isMatrix(out) ? [out.data] : out === undefined ? leaves.map(({ data }) => data) : [out];
  const isDouble = kinds.some((data) => data instanceof Float64Array);
  if (other?.form.of !== 'rows' || !(isDouble || kinds.every((data) => data instanceof Float32Array))) return undefined;
  return { width: other.form.each, isDouble };
}

/** Up to here cells come together in memory that the pool keeps. */
export const KEPT_CELL_BYTES = 2 ** 28;

export const cellsBytes = ({ width, isDouble }: Cells, rows: number): number => rows * width * (isDouble ? 8 : 4);

/** Cells of some rows, in a buffer from `at` bytes on. */
export function cellsIn(buffer: ArrayBufferLike, { width, isDouble }: Cells, rows: number, at = 0): Floats {
  return isDouble ? new Float64Array(buffer, at, rows * width) : new Float32Array(buffer, at, rows * width);
}
