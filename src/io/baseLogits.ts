import type { FileHandle } from 'node:fs/promises';
import { BASE_LOGITS_HEADER_BYTES, type BaseLogitsLayout, decodeRow, parseBaseLogits } from './baseLogitsLayout.js';
import { fileError } from './fault.js';
import { fill, roomOf } from './fill.js';
import type { RowBlock, RowSource } from './rows.js';

/** Rows of a base-logits file. */
export interface BaseLogitsBlock extends RowBlock {
  /** Log-probabilities, decoded. */
  readonly data: Float32Array;
  /** The token that came next in the text, of each row. */
  readonly targets: Int32Array;
  /** What code 0 stands for in each row: its least log-probability. */
  readonly floors: Float32Array;
  /** How far the codes of each row reach, from the least to the largest log-probability that they can hold. */
  readonly spans: Float32Array;
}

/** What log-probabilities may be beyond their bounds: rounding to float32 leaves far less. */
const SLACK = 1e-3;

/** Opens a base-logits file: its header must fit its size. */
export async function openBaseLogits(path: string, handle: FileHandle): Promise<BaseLogitsSource> {
  const header = new Uint8Array(BASE_LOGITS_HEADER_BYTES);
  const { bytesRead } = await handle.read(header, 0, header.length, 0);
  return new BaseLogitsSource(path, handle, parseBaseLogits(path, header.subarray(0, bytesRead), (await handle.stat()).size));
}

/** The rows of a base-logits file, decoded block by block: memory stays flat however many there are. */
export class BaseLogitsSource implements RowSource {
  readonly names = undefined;
  readonly dtype = 'float32';
  readonly rows: number;
  readonly cols: number;
  readonly bytes: number;
  bytesRead: number;
  readonly #handle: FileHandle;
  #row = 0;
  /** Codes as they are on disk; they are decoded before the next are read. */
  #codes = new Uint8Array(0);
  /** Two, so that one block can be read while the one before it is used. */
  readonly #blocks: [Room, Room] = [new Room(0, 0), new Room(0, 0)];

  constructor(
    readonly path: string,
    handle: FileHandle,
    readonly layout: BaseLogitsLayout,
  ) {
    this.#handle = handle;
    this.rows = layout.chunks * layout.rowsPerChunk;
    this.cols = layout.vocabulary;
    this.bytes = layout.bytes;
    this.bytesRead = layout.rowsAt;
  }

  /** @throws {SurprisalError} ERR_FILE for a row that no model wrote, and a token outside the vocabulary, with their chunk and place */
  async read(count: number): Promise<BaseLogitsBlock | undefined> {
    const first = this.#row;
    const rows = Math.min(count, this.rows - first);
    if (rows === 0) return undefined;
    const { rowBytes } = this.layout;
    if (this.#codes.length < rows * rowBytes) this.#codes = roomOf(this.path, rows * rowBytes, () => new Uint8Array(rows * rowBytes));
    this.#blocks.reverse();
    if (this.#blocks[0].rows < rows) this.#blocks[0] = roomOf(this.path, 4 * rows * this.cols, () => new Room(rows, this.cols));
    const room = this.#blocks[0];
    const from = this.bytesRead;
    this.#row += rows;
    this.bytesRead += rows * rowBytes;
    await fill(this.path, this.#handle, this.#codes.subarray(0, rows * rowBytes), from);
    await this.#readTargets(room.targets, first, rows);
    const uniform = -Math.log(this.cols);
    for (let row = 0; row < rows; row++) {
      const { scale, floor } = decodeRow(this.#codes.subarray(row * rowBytes), this.cols, room.data, row * this.cols);
      const span = scale * 65535;
      // Of V probabilities the least is at most 1/V and the largest at least that: rows of zero bytes, all of probability 1, are none.
      const most = floor + span;
      if (!(scale >= 0 && most <= SLACK && most >= uniform - SLACK && floor <= uniform + SLACK)) {
        const bounds = `of ${this.cols} the least is at most ${uniform.toFixed(3)}, and the largest at least that and at most 0`;
        const what = `least log-probability ${floor} and scale ${scale}, where ${bounds}`;
        throw fileError(this.path, `${this.placeOf(first + row)}, at byte ${from + row * rowBytes}, is damaged: ${what}`, {
          row: first + row,
        });
      }
      room.floors[row] = floor;
      room.spans[row] = span;
    }
    return {
      data: room.data.subarray(0, rows * this.cols),
      rows,
      first,
      targets: room.targets.subarray(0, rows),
      floors: room.floors.subarray(0, rows),
      spans: room.spans.subarray(0, rows),
    };
  }

  /** Targets of rows stand together within a chunk. */
  async #readTargets(into: Int32Array, first: number, rows: number): Promise<void> {
    const { rowsPerChunk, contextLength, firstTarget } = this.layout;
    const bytes = new Uint8Array(into.buffer, into.byteOffset, 4 * rows);
    for (let done = 0; done < rows; ) {
      const [chunk, row] = [Math.floor((first + done) / rowsPerChunk), (first + done) % rowsPerChunk];
      const length = Math.min(rows - done, rowsPerChunk - row);
      const token = firstTarget + row;
      const at = BASE_LOGITS_HEADER_BYTES + 4 * (chunk * contextLength + token);
      await fill(this.path, this.#handle, bytes.subarray(4 * done, 4 * (done + length)), at);
      for (let i = 0; i < length; i++) {
        const value = into[done + i] as number;
        if (value >= 0 && value < this.cols) continue;
        const where = `token ${token + i} of chunk ${chunk} (both counted from 0), at byte ${at + 4 * i}`;
        throw fileError(this.path, `${where}, is ${value}: the vocabulary has ${this.cols} tokens`, { row: first + done + i, value });
      }
      done += length;
    }
  }

  /** A row in words, by its chunk. */
  placeOf(row: number): string {
    const { rowsPerChunk } = this.layout;
    return `row ${row % rowsPerChunk} of chunk ${Math.floor(row / rowsPerChunk)} (both counted from 0)`;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** What one block is decoded into. */
class Room {
  readonly data: Float32Array;
  readonly targets: Int32Array;
  readonly floors: Float32Array;
  readonly spans: Float32Array;

  constructor(
    readonly rows: number,
    cols: number,
  ) {
    this.data = new Float32Array(rows * cols);
    this.targets = new Int32Array(rows);
    this.floors = new Float32Array(rows);
    this.spans = new Float32Array(rows);
  }
}
