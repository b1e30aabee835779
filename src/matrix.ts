import { checkCount, checkMatrix, describe, isNumericArray, isRecord, kindError } from './check.js';
import { SurprisalError } from './error.js';
import type { Matrix, NumericArray, Vector } from './types.js';

/** A tensor of another library: its flat data, and two sizes under either name. */
export interface TensorLike {
  readonly data: Vector;
  readonly shape?: readonly number[] | undefined;
  readonly dims?: readonly number[] | undefined;
}

/**
 * A batch of rows as a view over flat, row-major data: row i is `data[i·cols]` to `data[(i+1)·cols − 1]`.
 *
 * @param data typed array, used in place and not copied; a plain array of numbers is copied to f64
 * @param rows number of rows
 * @param cols entries in a row
 *
 * Shapes      data: rows × cols · also {data, shape: [rows, cols]} and {data, dims: [rows, cols]}, as tensors of other libraries come
 * Edge cases  0 rows or 0 columns make a matrix; functions that need entries refuse it with ERR_EMPTY
 *
 * @throws {SurprisalError} ERR_KIND for other data · ERR_SHAPE where rows × cols is not the length
 * @example
 * matrix(Float32Array.of(0.1, 0.9, 0.5, 0.5), 2, 2); // two distributions over two classes
 */
export function matrix(data: Vector, rows: number, cols: number): Matrix;
export function matrix(tensor: TensorLike): Matrix;
export function matrix(source: Vector | TensorLike, rows?: number, cols?: number): Matrix {
  if (isRecord(source)) {
    if (rows !== undefined || cols !== undefined)
      throw kindError('data', source, 'a typed array before rows and cols, or {data, shape} alone');
    const [r, c] = sizes(source);
    return matrix(source.data as Vector, r, c);
  }
  const made = { data: flat(source as Vector), rows: rows as number, cols: cols as number };
  checkMatrix('matrix', made);
  return made;
}

function sizes(tensor: Record<string, unknown>): [number, number] {
  const name = tensor['shape'] === undefined ? 'dims' : 'shape';
  const value = tensor[name];
  if (!Array.isArray(value) && !isNumericArray(value))
    throw kindError(`data.${name}`, value, 'two sizes, [rows, cols], in "shape" or "dims"');
  if (value.length !== 2) {
    const expected = 'two sizes, [rows, cols]: fold further dimensions into rows';
    throw new SurprisalError('ERR_SHAPE', `"data.${name}" expected ${expected}, got ${value.length}`, {
      argument: `data.${name}`,
      value,
      expected,
    });
  }
  checkCount(`data.${name}[0]`, value[0]);
  checkCount(`data.${name}[1]`, value[1]);
  return [value[0], value[1]];
}

function flat(data: Vector): NumericArray {
  if (isNumericArray(data)) return data;
  if (!Array.isArray(data)) throw kindError('data', data, 'a typed array, or an array of numbers');
  const column = data.findIndex((x) => typeof x !== 'number');
  if (column < 0) return Float64Array.from(data);
  const expected = Array.isArray(data[column]) ? 'one flat array, row after row: data.flat()' : 'a number';
  throw new SurprisalError('ERR_KIND', `"data"[${column}] expected ${expected}, got ${describe(data[column])}`, {
    argument: 'data',
    column,
    value: data[column],
    expected,
  });
}
