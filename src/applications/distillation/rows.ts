/** Labels, and the rows of a block that count, with the classes that are out masked. */
import { type Floats, SurprisalError } from '../../index.js';
import type { Fault, Place } from '../input/relocated.js';
import type { FloatRows } from '../input/tensor.js';
import { checkObject } from '../input/options.js';

export type { FloatRows } from '../input/tensor.js';

/** One number a row; gradients are of a unit of logit, rows × cols. */
export interface RowValues {
  readonly value: Float64Array;
  readonly gradient?: Floats | undefined;
}

/** One class a row, as whole numbers in any array. */
export type Labels = ArrayLike<number>;

/**
 * Reads labels: a class each, or `ignore`, which becomes −1.
 *
 * @param mask classes that are out: no label may be one of them
 * @throws {SurprisalError} ERR_SHAPE · ERR_DOMAIN (with the row)
 */
export function checkLabels(labels: Labels, rows: number, cols: number, ignore: number, mask?: Uint8Array): Int32Array {
  checkObject('labels', labels, `${rows} labels, one a row`);
  if (labels.length !== rows) {
    const expected = `${rows} labels, one a row`;
    throw new SurprisalError('ERR_SHAPE', `"labels" expected ${expected}, got ${labels.length}`, { argument: 'labels', expected });
  }
  const read = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const given: unknown = labels[row];
    const value = (typeof given === 'bigint' ? Number(given) : given) as number; // int64 tensors have BigInts; null is no class, though Number(null) is 0
    const isOut = value !== ignore && mask?.[value] === 1;
    if (value === ignore) read[row] = -1;
    else if (Number.isInteger(value) && value >= 0 && value < cols && !isOut) read[row] = value;
    else {
      const expected = isOut ? 'a class that is not masked' : `a class, 0 to ${cols - 1}, or ${ignore} for a row to leave out`;
      const message = `"labels" row ${row} expected ${expected}, got ${value}`;
      throw new SurprisalError('ERR_DOMAIN', message, { argument: 'labels', row, value, expected });
    }
  }
  return read;
}

/** Rows of a block that are not left out. */
export interface Counted {
  readonly teacher: FloatRows;
  readonly student: FloatRows;
  readonly labels: Int32Array | undefined;
  readonly count: number;
  /** The row of the whole that row i of these is. */
  row(i: number): number;
  /** Writes gradients of these rows, times `scale`, to their place in the whole; rows that are left out get 0. */
  scatter(gradient: Floats, scale: number, into: Floats): void;
}

/**
 * Where a fault of these rows stands in the whole, and whose it is: the first call that looks rows through names its sides a and b.
 *
 * @param teacher which of the two the teacher was there
 */
export function placeIn(rows: Counted, teacher: 'a' | 'b' = 'a'): (fault: Fault) => Place {
  return ({ argument, row, column }) => ({ argument: argument === teacher ? 'teacher' : 'student', row: rows.row(row), column });
}

/** @param start the block's first row in the whole */
export function countedRows(
  teacher: FloatRows,
  student: FloatRows,
  { labels, mask }: { readonly labels: Int32Array | undefined; readonly mask: Uint8Array | undefined },
  start: number,
): Counted {
  const { rows, cols } = student;
  const own = labels?.subarray(start, start + rows);
  const kept: number[] = [];
  for (let i = 0; i < rows; i++) if (own === undefined || (own[i] as number) >= 0) kept.push(i);
  const isWhole = kept.length === rows;
  const gather = (side: FloatRows): FloatRows => {
    if (isWhole && mask === undefined) return side;
    const data = side.data instanceof Float32Array ? new Float32Array(kept.length * cols) : new Float64Array(kept.length * cols);
    for (const [to, row] of kept.entries()) data.set(side.data.subarray(row * cols, (row + 1) * cols), to * cols);
    if (mask !== undefined) for (let i = 0; i < data.length; i++) if (mask[i % cols] === 1) data[i] = -Infinity;
    return { data, rows: kept.length, cols };
  };
  return {
    teacher: gather(teacher),
    student: gather(student),
    labels: own === undefined ? undefined : Int32Array.from(kept, (row) => own[row] as number),
    count: kept.length,
    row: (i) => start + (kept[i] as number),
    scatter(gradient, scale, into) {
      if (!isWhole) into.fill(0, start * cols, (start + rows) * cols);
      for (const [from, row] of kept.entries()) {
        const at = (start + row) * cols;
        for (let i = 0; i < cols; i++) into[at + i] = scale * (gradient[from * cols + i] as number);
      }
    },
  };
}
