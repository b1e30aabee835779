/** What of a module's memory lies above its arena: resident matrices. Freed blocks join their neighbours, and the smallest that is large enough is taken again. */
import { MAX_PAGES, PAGE_BYTES, SLACK_BYTES } from './arena.js';

/** Blocks begin on a cache line. */
const LINE_BYTES = 64;

/** The last page is left out: the end of a block is then never 2³², which is 0 in 32 bits. */
const MOST_PAGES = MAX_PAGES - 1;

interface Block {
  at: number;
  end: number;
}

export class Heap {
  readonly #memory: WebAssembly.Memory;
  /** Free blocks by address; no two of them touch. */
  readonly #free: Block[] = [];

  /** Owns the memory from `start` on. */
  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#release(Math.ceil(start / LINE_BYTES) * LINE_BYTES, memory.buffer.byteLength);
  }

  /** Bytes that are free without growth. */
  get free(): number {
    return this.#free.reduce((sum, { at, end }) => sum + end - at, 0);
  }

  /** A pointer to `bytes` that are nobody else's; grows the memory where no free block is large enough. Throws a RangeError at the memory's maximum. */
  take(bytes: number): number {
    const size = sizeOf(bytes);
    const fits = ({ at, end }: Block) => end - at >= size;
    const smallest = (best: Block | undefined, block: Block) =>
      fits(block) && (best === undefined || block.end - block.at < best.end - best.at) ? block : best;
    const block = this.#free.reduce(smallest, undefined) ?? this.#grow(size);
    const pointer = block.at;
    block.at += size;
    if (block.at === block.end) this.#free.splice(this.#free.indexOf(block), 1);
    return pointer;
  }

  /** Gives `bytes` back that `take` gave. */
  give(pointer: number, bytes: number): void {
    this.#release(pointer, pointer + sizeOf(bytes));
  }

  #release(at: number, end: number): void {
    const free = this.#free;
    let i = free.findIndex((block) => block.at > at);
    if (i < 0) i = free.length;
    const [before, after] = [free[i - 1], free[i]];
    if (after?.at === end) end = after.end;
    const joins = before?.end === at;
    if (joins) before.end = end;
    free.splice(i, after?.end === end ? 1 : 0, ...(joins ? [] : [{ at, end }]));
  }

  /** The last free block, now of `size` at least. An eighth of the memory is added beside what is asked for, so that many small matrices seldom detach views. */
  #grow(size: number): Block {
    const pages = this.#memory.buffer.byteLength / PAGE_BYTES;
    const last = this.#free.at(-1);
    const there = last?.end === pages * PAGE_BYTES ? last.end - last.at : 0;
    const needed = Math.ceil((size - there) / PAGE_BYTES);
    if (pages + needed > MOST_PAGES) throw new RangeError(`${size} bytes are more than a memory of 4 GB has left`);
    try {
      this.#memory.grow(Math.min(needed + (pages >> 3), MOST_PAGES - pages));
    } catch {
      this.#memory.grow(needed);
    }
    this.#release(pages * PAGE_BYTES, this.#memory.buffer.byteLength);
    return this.#free.at(-1) as Block;
  }
}

/** Kernels may read a little past the end. */
function sizeOf(bytes: number): number {
  return Math.ceil((bytes + SLACK_BYTES) / LINE_BYTES) * LINE_BYTES;
}
