import type { FileHandle } from 'node:fs/promises';
import { fileError } from './fault.js';
import { fill, roomOf } from './fill.js';
import { ELEMENT_TYPES, type ElementType } from './npyType.js';
import type { RowBlock, RowSource } from './rows.js';

/** First bytes of every `.npy` file. */
export const NPY_MAGIC = Buffer.from('\x93NUMPY', 'latin1');

const MAX_HEADER = 1 << 20;

/** What an `.npy` header says. */
export interface NpyHeader {
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** Where the data begin. */
  readonly offset: number;
}

/**
 * Reads the header of an `.npy` file of version 1, 2 or 3.
 *
 * @param bytes the whole header, or as much of it as the file has
 * @throws SurprisalError `ERR_FILE` when it is not such a header, or says what cannot be read: the message tells how to save the array instead
 */
export function parseNpyHeader(path: string, bytes: Buffer): NpyHeader {
  const { start, end } = headerExtent(path, bytes);
  if (bytes.length < end) throw fileError(path, 'the .npy header is cut off');
  const text = bytes.toString('latin1', start, end); // sizes are 6L where Python 2 wrote them
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dims = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (/'descr'\s*:\s*\[/.test(text)) throw fileError(path, 'holds records (a structured dtype): save one array of plain numbers');
  if (descr === undefined || order === undefined || dims === undefined) {
    throw fileError(path, 'the .npy header cannot be read: descr, fortran_order or shape is missing');
  }
  const element = ELEMENT_TYPES.get(descr.slice(1));
  if (element === undefined) throw fileError(path, `has dtype '${descr}': save it as floats, np.save(path, x.astype('float32'))`);
  if (descr.startsWith('>')) throw fileError(path, `is big-endian ('${descr}'): save it as np.save(path, x.astype('<${descr.slice(1)}'))`);
  const shape = (dims.match(/\d+/g) ?? []).map(Number);
  if (shape.length === 0) throw fileError(path, 'holds a single number, shape (): rows of numbers are needed');
  if (order === 'True' && shape.length > 1) {
    throw fileError(path, 'is in Fortran order, column by column: save it as np.save(path, np.ascontiguousarray(x))');
  }
  return { element, shape, offset: end };
}

/** Where the header's text stands; version 1 gives its length in 2 bytes, later ones in 4. */
function headerExtent(path: string, bytes: Buffer): { start: number; end: number } {
  if (bytes.length < 12 || !bytes.subarray(0, 6).equals(NPY_MAGIC)) throw fileError(path, 'is not an .npy file, or is cut off');
  const version = bytes.readUInt8(6);
  if (version < 1 || version > 3) throw fileError(path, `is .npy of version ${version}: versions 1, 2 and 3 can be read`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > MAX_HEADER) throw fileError(path, `the .npy header claims ${length} bytes: the file is damaged`);
  return { start, end: start + length };
}

/** Rows of an `.npy` file: the last dimension is a row and all others count rows; an array of one dimension is one row. */
export async function openNpy(path: string, handle: FileHandle): Promise<RowSource> {
  const prefix = Buffer.alloc(12);
  const { bytesRead } = await handle.read(prefix, 0, 12, 0);
  const bytes = Buffer.alloc(headerExtent(path, prefix.subarray(0, bytesRead)).end);
  const got = await handle.read(bytes, 0, bytes.length, 0);
  const { element, shape, offset } = parseNpyHeader(path, bytes.subarray(0, got.bytesRead));
  const cols = shape.at(-1) as number;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const what = `shape (${shape.join(', ')}) of ${element.name}`;
  if (rows * cols === 0) throw fileError(path, `is empty: ${what}`);
  const needed = rows * cols * element.bytes;
  const found = (await handle.stat()).size - offset;
  if (!Number.isSafeInteger(needed) || found < needed)
    throw fileError(path, `is cut off: ${what} needs ${needed} bytes, ${found} are there`);
  if (found > needed) throw fileError(path, `has ${found - needed} bytes after its array: ${what} needs ${needed} bytes`);
  return new NpySource(path, handle, element, rows, cols, offset);
}

class NpySource implements RowSource {
  readonly names = undefined;
  readonly dtype: string;
  readonly bytes: number;
  bytesRead: number;
  readonly #handle: FileHandle;
  readonly #element: ElementType;
  #row = 0;
  /** Two, so that one block can be read while the one before it is scored. */
  readonly #buffers: [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] = [new Uint8Array(0), new Uint8Array(0)];

  constructor(
    readonly path: string,
    handle: FileHandle,
    element: ElementType,
    readonly rows: number,
    readonly cols: number,
    offset: number,
  ) {
    this.#handle = handle;
    this.#element = element;
    this.dtype = element.name;
    this.bytes = offset + rows * cols * element.bytes;
    this.bytesRead = offset;
  }

  async read(count: number): Promise<RowBlock | undefined> {
    const first = this.#row;
    const rows = Math.min(count, this.rows - first);
    if (rows === 0) return undefined;
    const length = rows * this.cols;
    const size = length * this.#element.bytes;
    this.#buffers.reverse();
    if (this.#buffers[0].length < size) this.#buffers[0] = roomOf(this.path, size, () => new Uint8Array(size));
    const [bytes] = this.#buffers;
    this.#row += rows;
    const from = this.bytesRead;
    this.bytesRead += size;
    await fill(this.path, this.#handle, bytes.subarray(0, size), from);
    return { data: this.#element.view(bytes.buffer, length), rows, first };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Length of the headers that are written: fixed, so that the number of rows can be filled in at the end. A multiple of 64, as the format asks. */
export const NPY_HEADER_BYTES = 128;

/** The header of an `.npy` file that holds `rows` float64 numbers in one dimension, or rows of `cols` in two. */
export function npyHeader(rows: number, cols?: number): Buffer {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows},${cols === undefined ? '' : ` ${cols}`}), }`;
  const start = Buffer.from([...NPY_MAGIC, 1, 0, NPY_HEADER_BYTES - 10, 0]);
  return Buffer.concat([start, Buffer.from(`${text.padEnd(NPY_HEADER_BYTES - 11)}\n`, 'latin1')]);
}
