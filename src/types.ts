/** What the library takes and gives: vectors, matrices, and the names shared by every floor. Types only. */

/** The two dtypes that kernels compute on. */
export type Floats = Float32Array | Float64Array;

/** Float16Array, by its shape: neither every engine nor every compiler knows its name. */
export interface HalfArray extends ArrayBufferView {
  readonly [Symbol.toStringTag]: 'Float16Array';
  readonly BYTES_PER_ELEMENT: number;
  readonly length: number;
  [index: number]: number;
  subarray(begin?: number, end?: number): HalfArray;
  slice(begin?: number, end?: number): HalfArray;
  [Symbol.iterator](): IterableIterator<number>;
}

/** Typed arrays of floats that f32 holds. */
export type SingleArray = Float32Array | HalfArray;

/** Typed arrays of integers; they are widened to f64, as counts want their digits. */
export type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Typed arrays that are accepted as data. */
export type NumericArray = SingleArray | Float64Array | IntegerArray;

/** What the bits in a Uint16Array may be said to be. */
export type BitsDtype = 'float16' | 'bfloat16';

/** Floats of 16 bits where there is no array of them. Made by `vector`. */
export interface BitVector {
  readonly data: Uint16Array;
  readonly dtype: BitsDtype;
}

/** One distribution: a typed array, a plain array of numbers, or bits with a name. */
export type Vector = NumberArray | BitVector;

/** Numbers one after another. */
export type NumberArray = NumericArray | readonly number[];

/** A batch of distributions, row-major: row i is `data[i * cols]` to `data[(i + 1) * cols - 1]`. Made by `matrix`. */
export interface Matrix {
  readonly data: NumericArray;
  readonly rows: number;
  readonly cols: number;
  /** Sizes that were folded into rows, where it came from a tensor of more than two: [B, T] of [B, T, V]. See `unfold`. */
  readonly lead?: readonly number[];
  /** What the bits in a Uint16Array are; integers where left out. */
  readonly dtype?: BitsDtype | undefined;
}

/** How entries lie in memory. */
export type Storage = Dtype | 'f16' | 'bf16' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32';

/** Element type of a kernel call. */
export type Dtype = 'f32' | 'f64';

/** Which implementation runs the kernels. */
export type BackendName = 'wasm' | 'js';
