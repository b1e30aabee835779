/** Rows and columns: of one matrix, and of the arguments of a call together. */
import type { Domain, Entries } from '../backend/contract.js';
import { mismatch, type SurprisalError } from '../error.js';
import { LazyRows } from '../rows/lazyRows.js';
import { isSingle, Narrow, storageOf } from '../rows/narrow.js';
import { ResidentMatrix } from '../rows/resident.js';
import type { Dtype, Floats, Matrix, NumericArray, Storage, Vector } from '../types.js';
import {
  type Argument,
  checkBits,
  describe,
  isBitVector,
  isMatrix,
  isNumberArray,
  isNumericArray,
  isRecord,
  kindError,
  MATRIX_KINDS,
} from './kinds.js';

/** The arguments of one kernel call, with kinds and shapes in order. Entries are judged by the kernels as they run. */
export interface Batch {
  /** How messages name the inputs. */
  readonly names: readonly string[];
  readonly inputs: readonly (Entries | readonly number[] | LazyRows)[];
  /** Entries in a row, `cols` or `cols`² of matrices; or 0 where one vector serves every row. */
  readonly steps: readonly number[];
  readonly rows: number;
  readonly cols: number;
  /** What the kernel runs on: f32 where every input is f32 or narrower, f64 beside f64, 32-bit integers and plain arrays. */
  readonly dtype: Dtype;
  /** True where a backend reads every input; a plain array of numbers has to be copied first. */
  readonly asIs: boolean;
  /** True where some rows are written out as they are needed. */
  readonly isLazy: boolean;
  /** True when no argument is a matrix: the caller wants one number. */
  readonly single: boolean;
}

/** A count of rows or columns. */
export function checkCount(argument: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return;
  throw mismatch('ERR_SHAPE', { argument, value, expected: 'a whole number ≥ 0' }, describe(value));
}

/** The parts of a matrix agree: also for one that was built by hand, or whose buffer has moved away since. */
export function checkMatrix(argument: string, value: Matrix): void {
  const { rows, cols, dtype } = value;
  const data = value instanceof ResidentMatrix ? value.view(argument) : value.data;
  if (dtype !== undefined) checkBits(argument, data, dtype);
  if (!isNumericArray(data)) throw kindError(`${argument}.data`, data, 'a typed array of numbers: matrix(data, rows, cols) makes one');
  checkCount(`${argument}.rows`, rows);
  checkCount(`${argument}.cols`, cols);
  if (data.length !== rows * cols) {
    throw shapeError(argument, data.length, `length ${rows * cols} (${rows} rows × ${cols} cols)`, `${data.length}`);
  }
}

const NONE: readonly boolean[] = [];

/**
 * Reads kinds and shapes: every matrix, or rows that stand for one, rows × cols of the first one, every vector `cols` long and, beside matrices, the same for every row.
 * The path of valid arguments builds no string.
 *
 * @param isSquare which arguments have cols × cols entries in a row; not the first
 */
export function checkBatch(names: readonly string[], values: readonly Argument[], isSquare = NONE): Batch {
  let rows = -1;
  let cols = -1;
  let isLazy = false;
  const inputs = new Array<Vector | LazyRows>(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const name = names[i] as string;
    let length: number;
    if (isNumberArray(value)) {
      inputs[i] = value;
      length = value.length;
    } else if (isBitVector(value)) {
      checkBits(name, value.data, value.dtype);
      inputs[i] = value;
      length = value.data.length;
    } else if (isRows(value)) {
      if (value instanceof LazyRows) {
        if (!value.isWhole) throw shapeError(name, value, 'rows whose arrays are as they were', 'one that was transferred or cut');
        isLazy = true;
        inputs[i] = value;
      } else {
        checkMatrix(name, value);
        inputs[i] = entriesOf(value);
      }
      length = value.cols;
      if (rows < 0) rows = value.rows;
      else if (rows !== value.rows) throw shapeError(name, value.rows, `${rows} rows, one for each row before it`, `${value.rows}`);
    } else {
      throw kindError(name, value, isWrappable(value) ? 'a Matrix: wrap it, matrix(x)' : MATRIX_KINDS);
    }
    if (length === 0 || rows === 0) throw emptyError(name, value);
    if (cols < 0) cols = length;
    else if (isSquare[i] === true) {
      if (length !== cols * cols)
        throw shapeError(name, length, `${cols} × ${cols} entries a row, as "${names[0]}" has ${cols}`, `${length}`);
    } else if (cols !== length) {
      throw shapeError(name, length, `${cols} entries a row, as in "${names[0]}"`, `${length}`);
    }
  }
  if (isLazy) checkLengths(names, inputs, rows);
  const single = rows < 0;
  if (single) rows = 1;
  const steps = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) steps[i] = single || isRows(values[i]) ? (isSquare[i] === true ? cols * cols : cols) : 0;
  const read = readEntries(inputs); // part by part: a spread costs 100 ns
  return { names, inputs: read.inputs, steps, rows, cols, dtype: read.dtype, asIs: read.asIs, isLazy, single };
}

/** The entries of a matrix as one vector. */
export function entriesOf({ data, dtype }: Matrix): Vector {
  return dtype === undefined ? data : { data: data as Uint16Array, dtype };
}

/** What the inputs of a call are to a kernel, and which dtype it has to have for them. */
export function readEntries(inputs: readonly (Vector | LazyRows)[]): Pick<Batch, 'inputs' | 'dtype' | 'asIs'> {
  let f64 = 0;
  let f32 = 0;
  for (let i = 0; i < inputs.length; i++) {
    if (inputs[i] instanceof Float64Array) f64++;
    else if (inputs[i] instanceof Float32Array) f32++;
  }
  if (f64 === inputs.length || f32 === inputs.length) return { inputs: inputs as Floats[], dtype: f64 === 0 ? 'f32' : 'f64', asIs: true };
  let dtype: Dtype = 'f32';
  let asIs = true;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i] as Vector | LazyRows;
    const storage = storageIn(input);
    if (!isSingle(storage)) dtype = 'f64';
    if (storage === undefined || input instanceof LazyRows) asIs = false;
  }
  return { inputs: inputs.map((input) => toEntries(input, dtype)), dtype, asIs };
}

/** Undefined for a plain array. */
function storageIn(input: Vector | LazyRows): Storage | undefined {
  if (Array.isArray(input)) return undefined;
  if (input instanceof LazyRows) return input.dtype;
  if (isBitVector(input)) return storageOf(input.data, input.dtype);
  return storageOf(input as NumericArray);
}

/** Arrays of the kernel's dtype stay, but for those of another realm: twins know f32 from f64 by instanceof. */
function toEntries(input: Vector | LazyRows, dtype: Dtype): Batch['inputs'][number] {
  const storage = storageIn(input);
  if (storage === undefined) return input as readonly number[];
  if (input instanceof LazyRows || input instanceof (dtype === 'f64' ? Float64Array : Float32Array)) return input;
  const data = isBitVector(input) ? input.data : (input as NumericArray);
  // A Float16Array hands out numbers: its bits are seen through another view.
  const isNumbers = storage === 'f16' && !isBitVector(input);
  return new Narrow(isNumbers ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data, storage);
}

/** Entries that a row of input k has: of unequal rows, those of this one. */
export function widthOf({ inputs, cols }: Batch, k: number, row: number): number {
  const input = inputs[k];
  return input instanceof LazyRows ? input.width(row) : cols;
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

/** A column of rows of unequal length is not the same class in each. */
export function refuseUnequal(argument: string, rows: unknown): void {
  if (rows instanceof LazyRows && rows.isRagged) throw shapeError(argument, rows, 'rows of one length', 'rows of unequal length');
}

export function shapeError(argument: string, value: unknown, expected: string, got: string, row?: number): SurprisalError {
  return mismatch('ERR_SHAPE', { argument, row, value, expected }, got, `"${argument}"`);
}

function emptyError(argument: string, value: unknown): SurprisalError {
  return mismatch('ERR_EMPTY', { argument, value, expected: 'at least one row and one column' }, describe(value));
}

/** Tensors of other libraries come as {data, shape} or {data, dims}. */
function isWrappable(value: unknown): boolean {
  return isRecord(value) && 'data' in value && ('shape' in value || 'dims' in value);
}
