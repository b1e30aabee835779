/**
 * The one owner of a module's memory: a fixed arena above the module's constants (law 5). It is asked for once, and a kernel call never grows it.
 */
import type { Dtype } from '../../types.js';
import { ASIDE_ENTRIES } from '../contract.js';

/** Buffers start on a whole vector. */
export const ALIGN_BYTES = 16;

/** Kernels may read, and write in scratch, this far past a buffer's end. */
export const SLACK_BYTES = 64;

/** What a chunk takes in the arena, inputs and results together. From 64 KiB to 1 MiB a larger one gains 10 %; this one leaves half of a small second-level cache. */
export const CHUNK_BYTES = 256 * 2 ** 10;

/** Bytes of an entry. */
export const BYTES: Readonly<Record<Dtype, number>> = { f64: 8, f32: 4 };

export const PAGE_BYTES = 65536;

/** The module declares the same maximum: all that a 32-bit memory can have. */
export const MAX_PAGES = 65536;

/** Bytes that a buffer of `bytes` takes in the arena. */
export function roomFor(bytes: number): number {
  return Math.ceil((bytes + SLACK_BYTES) / ALIGN_BYTES) * ALIGN_BYTES;
}

/** What the module asks for itself (`initialMemory` in asconfig.json): its constants and tables stay below this. */
const MODULE_PAGES = 16;

/** Behind what calls use there is room for results that wait. */
const ASIDE_BYTES = ASIDE_ENTRIES * BYTES.f64 + SLACK_BYTES;

/** Memory for the module and an arena of `bytes`. */
export function createMemory(bytes: number, shared = false): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: MODULE_PAGES + Math.ceil((bytes + ASIDE_BYTES) / PAGE_BYTES), maximum: MAX_PAGES, shared });
}

export class Arena {
  /** Bytes that one call may use. */
  readonly capacity: number;
  readonly #memory: WebAssembly.Memory;
  readonly #base: number;
  #buffer: ArrayBufferLike;
  #f64: Float64Array;
  #f32: Float32Array;
  #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory, heapBase: number, bytes: number) {
    this.#memory = memory;
    this.#base = Math.ceil(heapBase / ALIGN_BYTES) * ALIGN_BYTES;
    this.capacity = bytes;
    this.#buffer = memory.buffer;
    this.#f64 = new Float64Array(memory.buffer);
    this.#f32 = new Float32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** The first byte above it and its room for results. */
  get end(): number {
    return this.#asideAt + ASIDE_BYTES;
  }

  /** Bytes from the first to the last. */
  get size(): number {
    return this.end - this.#base;
  }

  get #asideAt(): number {
    return this.#base + Math.ceil(this.capacity / ALIGN_BYTES) * ALIGN_BYTES;
  }

  /** Room for results that wait, for the call that asks. */
  aside(): Float64Array {
    const first = this.#asideAt / BYTES.f64;
    return this.f64().subarray(first, first + ASIDE_ENTRIES);
  }

  /** Pointers of buffers of these sizes, laid side by side from the arena's start. Their sum of `roomFor` is at most `capacity`. */
  layOut(sizes: readonly number[]): number[] {
    let next = this.#base;
    return sizes.map((bytes) => {
      const pointer = next;
      next += roomFor(bytes);
      return pointer;
    });
  }

  /** True for entries in this memory. Nothing lies at its first byte, where most arrays begin: few are asked for their buffer, which takes longer. */
  holds(entries: ArrayBufferView): boolean {
    return entries.byteOffset !== 0 && entries.buffer === this.#memory.buffer;
  }

  /** All memory as f64, f32 or bytes; made anew when the memory has grown, which detaches every view of before. */
  f64(): Float64Array {
    if (this.#buffer !== this.#memory.buffer) this.#renew();
    return this.#f64;
  }

  f32(): Float32Array {
    if (this.#buffer !== this.#memory.buffer) this.#renew();
    return this.#f32;
  }

  bytes(): Uint8Array {
    if (this.#buffer !== this.#memory.buffer) this.#renew();
    return this.#bytes;
  }

  #renew(): void {
    this.#buffer = this.#memory.buffer;
    this.#f64 = new Float64Array(this.#buffer);
    this.#f32 = new Float32Array(this.#buffer);
    this.#bytes = new Uint8Array(this.#buffer);
  }
}
