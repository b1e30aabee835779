/** How the entries of a call's arguments reach the workers: where they lie, or by rooms in the memory that the threads share, a range at a time. */
import type { ResidentMatrix } from '../index.js';
import type { NumericArray } from '../types.js';
import type { Range } from './board.js';
import { partOf } from './outcome.js';
import { placeOf, put, type Rooms, toLines } from './rooms.js';
import type { Source } from './task.js';

/** An array whose rows are copied range by range. */
interface Staged {
  readonly data: NumericArray;
  readonly width: number;
  readonly room: ResidentMatrix;
  readonly stride: number;
}

export class Staging {
  readonly #rooms: Rooms;
  readonly #memory: ArrayBufferLike | undefined;
  readonly #rangeRows: number;
  readonly #slots: number;
  readonly #held: ResidentMatrix[] = [];
  readonly #staged: Staged[] = [];
  /** An array may be several arguments, row by row or as a whole. */
  readonly #sources: { readonly data: NumericArray; readonly width: number; readonly source: Source }[] = [];

  /** @param slots how many ranges there is room for at a time */
  constructor(rooms: Rooms, memory: ArrayBufferLike | undefined, rangeRows: number, slots: number) {
    this.#rooms = rooms;
    this.#memory = memory;
    this.#rangeRows = rangeRows;
    this.#slots = slots;
  }

  /** Slots that are in use: none where all rows lie where workers read them. */
  get slots(): number {
    return this.#staged.length > 0 ? this.#slots : 0;
  }

  source(data: NumericArray, width: number): Source {
    const known = this.#sources.find((one) => one.data === data && one.width === width);
    if (known !== undefined) return known.source;
    const source = this.#take(data, width);
    this.#sources.push({ data, width, source });
    return source;
  }

  /** Copies the rows of a range. */
  lay(range: Range, slot: number): void {
    for (const { data, width, room, stride } of this.#staged) put(partOf(data, width, range), room, slot * stride);
  }

  giveBack(): void {
    this.#rooms.giveBack(this.#held);
  }

  #take(data: NumericArray, width: number): Source {
    if (data.buffer === this.#memory) return placeOf(data);
    if (data.buffer instanceof SharedArrayBuffer) return data;
    const stride = width === 0 ? data.byteLength : toLines(this.#rangeRows * width * data.BYTES_PER_ELEMENT);
    const room = this.#rooms.take(width === 0 ? stride : stride * this.#slots);
    this.#held.push(room);
    const place = placeOf(data, room.data.byteOffset);
    if (width === 0) {
      put(data, room, 0);
      return place;
    }
    this.#staged.push({ data, width, room, stride });
    return { ...place, stride };
  }
}
