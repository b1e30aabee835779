import type { NumericArray } from '../types.js';

/** Some rows of a file. The arrays are reused: a block is valid until the second read after it. */
export interface RowBlock {
  /** `rows · cols` entries, row-major. */
  readonly data: NumericArray;
  readonly rows: number;
  /** Number of the first row in the file, counted from 0. */
  readonly first: number;
  /** The id column, where one was asked for. */
  readonly ids?: readonly string[] | undefined;
  /** Line of the file, from 1, on which each row begins; binary files have none. */
  readonly lines?: Float64Array;
}

/** A file as rows of numbers, read forward in blocks with flat memory. */
export interface RowSource {
  readonly path: string;
  readonly cols: number;
  /** Element type as NumPy names it: what `data` holds; of float16 it holds the bits. */
  readonly dtype: string;
  /** Number of rows, where the file says so before it is read. */
  readonly rows: number | undefined;
  /** File size in bytes, and how many of them have been read. */
  readonly bytes: number;
  readonly bytesRead: number;
  /** Column names, where the file has them. */
  readonly names: readonly string[] | undefined;
  /** The next `count` rows, fewer at the end of the file, `undefined` after it. */
  read(count: number): Promise<RowBlock | undefined>;
  close(): Promise<void>;
}
