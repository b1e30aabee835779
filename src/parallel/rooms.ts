/** Rooms in the memory that the threads share, by which entries of other arrays reach the workers. */
import type { Core, ResidentMatrix } from '../index.js';
import type { Floats, NumericArray } from '../types.js';
import type { Place } from './task.js';
import { viewOf } from './views.js';

/** Places start on a cache line of their own. */
const LINE_BYTES = 64;

export const toLines = (bytes: number): number => Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;

/** Rooms that no call uses stay: fresh pages cost more than what is computed on them. */
export class Rooms {
  readonly #core: Core;
  readonly #idle: ResidentMatrix[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  take(bytes: number): ResidentMatrix {
    // The smallest that is large enough: room for cells, which few calls need, is not taken for a few rows.
    const idle = this.#idle.sort((one, other) => one.cols - other.cols);
    const found = idle.findIndex(({ data }) => data.byteLength >= bytes);
    if (found >= 0) return idle.splice(found, 1)[0] as ResidentMatrix;
    // The largest gives way: calls that grow would leave one of each size.
    idle.pop()?.dispose();
    // Sizes go by halves, so that calls that grow little by little find what those before have left.
    const step = 2 ** Math.max(16, Math.floor(Math.log2(bytes)) - 1);
    return this.#core.allocate(1, (Math.ceil(bytes / step) * step) / 8);
  }

  giveBack(rooms: readonly ResidentMatrix[]): void {
    this.#idle.push(...rooms);
  }

  dispose(): void {
    for (const room of this.#idle) room.dispose();
  }
}

/** Copies entries into a room, `at` bytes from its start. */
export function put(data: NumericArray, room: ResidentMatrix, at: number): void {
  const { buffer, byteOffset } = room.data;
  (new (viewOf(data))(buffer, byteOffset + at, data.length) as Floats).set(data as Floats);
}

/** @param at where the entries lie, or will: where they do when they lie in the memory already */
export function placeOf(data: NumericArray, at = data.byteOffset): Place {
  return { at, type: data[Symbol.toStringTag], length: data.length };
}
