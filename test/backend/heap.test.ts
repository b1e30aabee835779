import { describe, expect, it } from 'vitest';
import { createMemory } from '../../src/backend/wasm/arena.js';
import { Heap } from '../../src/backend/wasm/heap.js';
import { createRng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261128);
const MIB = 2 ** 20;

describe(`law 5: the heap above the arena, seed ${SEED}`, () => {
  it('gives aligned blocks that share no byte, over 20,000 random steps, and is whole again when all are back', () => {
    const rng = createRng(SEED);
    const memory = createMemory(MIB);
    const heap = new Heap(memory, 1_000_001);
    const taken: { at: number; bytes: number }[] = [];
    for (let step = 0; step < 20_000; step++) {
      // Up and down in waves, so that the list of free blocks grows long and short again.
      if (taken.length > 0 && rng.uniform() < (step % 4000 < 2000 ? 0.35 : 0.65)) {
        const [block] = taken.splice(rng.below(taken.length), 1) as [{ at: number; bytes: number }];
        heap.give(block.at, block.bytes);
      } else {
        const bytes = rng.below(2 ** rng.below(18));
        const at = heap.take(bytes);
        expect(at % 64).toBe(0);
        expect(at).toBeGreaterThanOrEqual(1_000_001);
        // Kernels may read 64 bytes past the end.
        expect(at + bytes + 64).toBeLessThanOrEqual(memory.buffer.byteLength);
        taken.push({ at, bytes });
      }
      if (step % 500 === 0) expectApart(taken);
    }
    expectApart(taken);
    for (const { at, bytes } of taken) heap.give(at, bytes);
    const whole = memory.buffer.byteLength - Math.ceil(1_000_001 / 64) * 64;
    expect(heap.free).toBe(whole);
    // One block again: all of it can be taken at once, without growth.
    const before = memory.buffer.byteLength;
    heap.take(whole - 64);
    expect(memory.buffer.byteLength).toBe(before);
    expect(heap.free).toBe(0);
  });

  it('takes the smallest free block that is large enough, so that large ones stay whole', () => {
    const heap = new Heap(createMemory(MIB), 0);
    const sizes = [4032, 960, 64];
    const blocks = sizes.map((bytes) => {
      const at = heap.take(bytes);
      heap.take(0); // a neighbour that stays
      return { at, bytes };
    });
    for (const { at, bytes } of blocks) heap.give(at, bytes);
    expect(heap.take(900)).toBe(blocks[1]?.at);
    expect(heap.take(3000)).toBe(blocks[0]?.at);
  });

  it('grows by what is missing behind the last free block, and an eighth more', () => {
    const memory = createMemory(MIB);
    const heap = new Heap(memory, 0);
    const before = memory.buffer.byteLength;
    expect(heap.take(before - 64 + 65536)).toBe(0);
    expect(memory.buffer.byteLength).toBe(before + 65536 + Math.floor(before / 65536 / 8) * 65536);
  });

  it('throws a RangeError at the maximum of the memory, and stays as it was', () => {
    const memory = createMemory(MIB);
    const heap = new Heap(memory, 0);
    const { free } = heap;
    expect(() => heap.take(2 ** 32 - 65536)).toThrow(RangeError);
    expect(() => heap.take(2 ** 40)).toThrow(RangeError);
    expect(heap.free).toBe(free);
  });
});

function expectApart(blocks: readonly { at: number; bytes: number }[]): void {
  const sorted = [...blocks].sort((a, b) => a.at - b.at);
  const clash = sorted.findIndex(({ at }, i) => i > 0 && at < (sorted[i - 1]?.at ?? 0) + (sorted[i - 1]?.bytes ?? 0) + 64);
  expect(clash).toBe(-1);
}
