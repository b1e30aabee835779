/** Where results of one value a row, or of its cells, are wanted: the option `out`, as far as a pool takes it. */
import { overlap } from '../rows/narrow.js';
import type { Floats } from '../types.js';
import { type Cells, cellsBytes, KEPT_CELL_BYTES } from './cells.js';
import { type Division, holdDisposed, isMatrix, leavesOf } from './split.js';

/** Looked up when the results are there: a view of memory that has grown is made anew. Undefined where there is none any more. */
export type Target = () => Floats | undefined;

/** One value a row. */
export function isValues(value: unknown, rows: number): value is Float64Array {
  return value instanceof Float64Array && value.length === rows;
}

/** Room for the cells of all rows, which may wait elsewhere until all are there. */
function isForCells(value: unknown, cells: Cells, rows: number): value is Floats {
  const isKind = cells.isDouble ? value instanceof Float64Array : value instanceof Float32Array;
  return isKind && (value as Floats).length >= rows * cells.width && cellsBytes(cells, rows) <= KEPT_CELL_BYTES;
}

/** Undefined for what is no room for one value a row, or its cells, beside the arguments: the function itself then takes it, or says what is wrong. */
export function targetOf(out: unknown, given: readonly unknown[], { rows, args }: Division, cells: Cells | undefined): Target | undefined {
  const found = () => {
    const data = isMatrix(out) && 'disposed' in out ? out.data : out;
    return (cells === undefined ? isValues(data, rows) : isForCells(data, cells, rows)) && !holdDisposed(given)
      ? (data as Floats)
      : undefined;
  };
  const data = found();
  return data === undefined || leavesOf(args).some((leaf) => overlap(leaf.data, data)) ? undefined : found;
}
