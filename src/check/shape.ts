/** Rows and columns: of one matrix, and of the arguments of a call together. */
import { SurprisalError } from '../error.js';
import type { Dtype, Matrix, Vector } from '../types.js';
import { type Argument, describe, isMatrix, isNumericArray, isRecord, isVector, kindError, MATRIX_KINDS } from './kinds.js';

/** The arguments of one kernel call, with kinds and shapes in order. Entries are judged by the kernels as they run. */
export interface Batch {
  /** How messages name the inputs. */
  readonly names: readonly string[];
  readonly inputs: readonly Vector[];
  /** `cols`, or 0 where one vector serves every row. */
  readonly steps: readonly number[];
  readonly rows: number;
  readonly cols: number;
  /** What the kernel runs on: f32 where every input is a Float32Array. */
  readonly dtype: Dtype;
  /** True when every input is an array of that dtype already. */
  readonly asIs: boolean;
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
 * Reads kinds and shapes: every matrix rows × cols of the first one, every vector `cols` long and, beside matrices, the same for every row.
 * The path of valid arguments builds no string.
 */
export function checkBatch(names: readonly string[], values: readonly Argument[]): Batch {
  let rows = -1;
  let cols = -1;
  let f32 = 0;
  let f64 = 0;
  const inputs = new Array<Vector>(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const name = names[i] as string;
    let length: number;
    if (isVector(value)) {
      inputs[i] = value;
      length = value.length;
    } else if (isMatrix(value)) {
      checkMatrix(name, value);
      inputs[i] = value.data;
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
    if (inputs[i] instanceof Float64Array) f64++;
    else if (inputs[i] instanceof Float32Array) f32++;
  }
  const single = rows < 0;
  if (single) rows = 1;
  const steps = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) steps[i] = single || isMatrix(values[i]) ? cols : 0;
  const dtype = f32 === values.length ? 'f32' : 'f64';
  return { names, inputs, steps, rows, cols, dtype, asIs: dtype === 'f32' || f64 === values.length, single };
}

export function shapeError(argument: string, value: unknown, expected: string, got: string): SurprisalError {
  return new SurprisalError('ERR_SHAPE', `"${argument}" expected ${expected}, got ${got}`, { argument, value, expected });
}

function emptyError(argument: string, value: unknown): SurprisalError {
  const expected = 'at least one row and one column';
  return new SurprisalError('ERR_EMPTY', `"${argument}" expected ${expected}, got ${describe(value)}`, { argument, value, expected });
}

/** Tensors of other libraries come as {data, shape} or {data, dims}. */
function isWrappable(value: unknown): boolean {
  return isRecord(value) && 'data' in value && ('shape' in value || 'dims' in value);
}
