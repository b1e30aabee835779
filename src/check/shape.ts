/** Rows and columns: of one matrix, and of the arguments of a call together. */
import type { Domain } from '../backend/contract.js';
import { SurprisalError } from '../error.js';
import { LazyRows } from '../lazyRows.js';
import type { Dtype, Matrix, Vector } from '../types.js';
import { type Argument, describe, isMatrix, isNumericArray, isRecord, isVector, kindError, MATRIX_KINDS } from './kinds.js';

/** The arguments of one kernel call, with kinds and shapes in order. Entries are judged by the kernels as they run. */
export interface Batch {
  /** How messages name the inputs. */
  readonly names: readonly string[];
  readonly inputs: readonly (Vector | LazyRows)[];
  /** `cols`, or 0 where one vector serves every row. */
  readonly steps: readonly number[];
  readonly rows: number;
  readonly cols: number;
  /** What the kernel runs on: f32 where every input is a Float32Array. */
  readonly dtype: Dtype;
  /** True when every input is an array of that dtype already. */
  readonly asIs: boolean;
  /** True where some rows are written out as they are needed. */
  readonly isLazy: boolean;
  /** True when no argument is a matrix: the caller wants one number. */
  readonly single: boolean;
}

/** A count of rows or columns. */
export function checkCount(argument: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return;
  const expected = 'a whole number ≥ 0';
  throw new SurprisalError('ERR_SHAPE', `"${argument}" expected ${expected}, got ${describe(value)}`, { argument, value, expected });
}

/** The parts of a matrix agree: also for one that was built by hand, or whose buffer has moved away since. */
export function checkMatrix(argument: string, value: Matrix): void {
  const { data, rows, cols } = value;
  if (!isNumericArray(data)) throw kindError(`${argument}.data`, data, 'a typed array of numbers: matrix(data, rows, cols) makes one');
  checkCount(`${argument}.rows`, rows);
  checkCount(`${argument}.cols`, cols);
  if (data.length !== rows * cols) {
    throw shapeError(argument, data.length, `length ${rows * cols} (${rows} rows × ${cols} cols)`, `${data.length}`);
  }
}

/**
 * Reads kinds and shapes: every matrix, or rows that stand for one, rows × cols of the first one, every vector `cols` long and, beside matrices, the same for every row.
 * The path of valid arguments builds no string.
 */
export function checkBatch(names: readonly string[], values: readonly Argument[]): Batch {
  let rows = -1;
  let cols = -1;
  let f32 = 0;
  let f64 = 0;
  let isLazy = false;
  const inputs = new Array<Vector | LazyRows>(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const name = names[i] as string;
    let length: number;
    if (isVector(value)) {
      inputs[i] = value;
      length = value.length;
    } else if (isRows(value)) {
      if (value instanceof LazyRows) isLazy = true;
      else checkMatrix(name, value);
      inputs[i] = value instanceof LazyRows ? value : value.data;
      length = value.cols;
      if (rows < 0) rows = value.rows;
      else if (rows !== value.rows) throw shapeError(name, value.rows, `${rows} rows, one for each row before it`, `${value.rows}`);
    } else {
      throw kindError(name, value, isWrappable(value) ? 'a Matrix: wrap it, matrix(x)' : MATRIX_KINDS);
    }
    if (length === 0 || rows === 0) throw emptyError(name, value);
    if (cols < 0) cols = length;
    else if (cols !== length) {
      throw shapeError(name, length, `${cols} entries a row, as in "${names[0]}"`, `${length}`);
    }
    // Arrays of another realm are copied like other kinds: twins tell f32 from f64 by instanceof.
    const input = inputs[i];
    if (input instanceof Float64Array) f64++;
    else if (input instanceof Float32Array || (input instanceof LazyRows && input.dtype === 'f32')) f32++;
  }
  if (isLazy) checkLengths(names, inputs, rows);
  const single = rows < 0;
  if (single) rows = 1;
  const steps = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) steps[i] = single || isRows(values[i]) ? cols : 0;
  const dtype = f32 === values.length ? 'f32' : 'f64';
  return { names, inputs, steps, rows, cols, dtype, asIs: !isLazy && (dtype === 'f32' || f64 === values.length), isLazy, single };
}

/** Rows of unequal length meet rows of the same lengths alone: filled up, they would have classes that are not theirs. */
function checkLengths(names: readonly string[], inputs: readonly (Vector | LazyRows)[], rows: number): void {
  const k = inputs.findIndex((input) => input instanceof LazyRows && input.isRagged);
  if (k < 0) return;
  const ragged = inputs[k] as LazyRows;
  const refuse = (other: number, value: unknown, got: string, row?: number) => {
    const expected = `rows of the lengths that "${names[k]}" has${row === undefined ? '' : `: ${ragged.width(row)} in row ${row}`}`;
    return shapeError(names[other] as string, value, expected, got, row);
  };
  for (const [other, input] of inputs.entries()) {
    if (!(input instanceof LazyRows)) throw refuse(other, input, 'rows of one length');
    for (let row = 0; row < rows; row++) {
      const length = input.width(row);
      if (length !== ragged.width(row)) throw refuse(other, length, `${length}`, row);
    }
  }
}

/** Lazy rows are masses: what they leave out is 0, not a logit or a parameter. */
export function checkMasses(batch: Batch, domains: readonly Domain[]): void {
  const k = batch.inputs.findIndex((input, i) => input instanceof LazyRows && domains[i] !== 'mass');
  if (k >= 0) throw kindError(batch.names[k] as string, batch.inputs[k], MATRIX_KINDS);
}

/** True for a batch of rows, written out or not. */
function isRows(value: unknown): value is Matrix | LazyRows {
  return value instanceof LazyRows || isMatrix(value);
}

export function shapeError(argument: string, value: unknown, expected: string, got: string, row?: number): SurprisalError {
  return new SurprisalError('ERR_SHAPE', `"${argument}" expected ${expected}, got ${got}`, { argument, row, value, expected });
}

function emptyError(argument: string, value: unknown): SurprisalError {
  const expected = 'at least one row and one column';
  return new SurprisalError('ERR_EMPTY', `"${argument}" expected ${expected}, got ${describe(value)}`, { argument, value, expected });
}

/** Tensors of other libraries come as {data, shape} or {data, dims}. */
function isWrappable(value: unknown): boolean {
  return isRecord(value) && 'data' in value && ('shape' in value || 'dims' in value);
}
