/** Columns and offsets of sparse and ragged rows. */
import { mismatch, nameOf, type SurprisalError } from '../error.js';
import type { Indices } from '../rows/lazyRows.js';
import { describe, isNumericArray, kindError } from './kinds.js';
import { shapeError } from './shape.js';

/** Columns are compared by the sign of a 32-bit difference. */
export const MOST_COLUMNS = 2 ** 31 - 1;

/** Whole numbers: 32-bit arrays are used in place, others are copied. */
export function checkIndices(argument: string, value: unknown): Indices {
  if (value instanceof Int32Array || value instanceof Uint32Array) return value;
  if (!Array.isArray(value) && !isNumericArray(value)) {
    throw kindError(argument, value, 'an array of whole numbers (of BigInt: Int32Array.from(x, Number))');
  }
  const from = value as ArrayLike<number>;
  for (let i = 0; i < from.length; i++) {
    if (!(Number.isInteger(from[i]) && (from[i] as number) >= 0 && (from[i] as number) <= MOST_COLUMNS)) {
      throw indexError(`${argument}[${i}]`, undefined, undefined, from[i], `a whole number from 0 to ${MOST_COLUMNS}`);
    }
  }
  return Int32Array.from(from);
}

/** Offsets begin at 0, never go down, and end at the number of values. */
export function checkOffsets(argument: string, offsets: Indices, values: number): void {
  if (offsets.length === 0) throw shapeError(argument, offsets, 'one offset more than there are rows, the first 0', 'none');
  if (offsets[0] !== 0) throw indexError(argument, 0, undefined, offsets[0], 'a first offset of 0');
  for (let row = 0; row + 1 < offsets.length; row++) {
    const [start, end] = [offsets[row] as number, offsets[row + 1] as number];
    if (end < start) throw indexError(argument, row, undefined, end, `offsets that never go down: ${start} or more after row ${row}`);
  }
  const last = offsets[offsets.length - 1] as number;
  if (last !== values) throw shapeError(argument, last, `a last offset of ${values}, as many as there are values`, `${last}`);
}

/** Columns ascend within a row and are below `cols`. */
export function checkColumns(argument: string, columns: Indices, offsets: Indices, cols: number): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = offsets[row + 1] as number;
    let last = -1;
    for (let i = offsets[row] as number; i < end; i++) {
      const column = columns[i] as number;
      if (column > last && column < cols) {
        last = column;
        continue;
      }
      const expected = column >= cols || column < 0 ? `a column from 0 to ${cols - 1}` : `columns that ascend: above ${last}, each once`;
      throw indexError(argument, row, i, column, expected);
    }
  }
}

function indexError(argument: string, row: number | undefined, at: number | undefined, value: unknown, expected: string): SurprisalError {
  const place = { argument, row, value, expected };
  return mismatch('ERR_SHAPE', place, describe(value), nameOf(place) + (at === undefined ? '' : `, at ${at}`));
}
