/** What the library takes and gives: vectors, matrices, and the names shared by every floor. Types only. */

/** The two dtypes that kernels compute on. */
export type Floats = Float32Array | Float64Array;

/** Typed arrays that are accepted as data; integers are widened to f64 exactly. */
export type NumericArray = Floats | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** One distribution: a typed array or a plain array of numbers. */
export type Vector = NumericArray | readonly number[];

/** A batch of distributions, row-major: row i is `data[i * cols]` to `data[(i + 1) * cols - 1]`. Made by `matrix`. */
export interface Matrix {
  readonly data: NumericArray;
  readonly rows: number;
  readonly cols: number;
  /** Sizes that were folded into rows, where it came from a tensor of more than two: [B, T] of [B, T, V]. See `unfold`. */
  readonly lead?: readonly number[];
}

/** Element type of a kernel call. */
export type Dtype = 'f32' | 'f64';

/** Which implementation runs the kernels. */
export type BackendName = 'wasm' | 'js';
