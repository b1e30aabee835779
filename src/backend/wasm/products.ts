/** The module's products of rows: p stays in the arena, q goes through it in pieces that stay in cache beside their results. */
import type { Dtype } from '../../types.js';
import { type Products, packedLength, QUAD, TILE } from '../pack.js';
import type { Exports } from './abi.js';
import { type Arena, roomFor } from './arena.js';

/** What q's tiles and their results take at a time; one tile at least. */
const PIECE_BYTES = 512 * 2 ** 10;

const BYTES: Readonly<Record<Dtype, number>> = { f64: 8, f32: 4 };

/** Rows that exceed the arena go to the twin, whose bits are equal (law 2). */
export function bindProducts(dtype: Dtype, exports: Exports, arena: Arena, twin: Products): Products {
  const run = exports[`products_${dtype}`];
  const size = BYTES[dtype];
  const tile = TILE[dtype];
  return (p, q, quads, tiles, cols, out) => {
    const rows = QUAD * quads;
    const tileBytes = size * packedLength(tile, cols, tile) + 8 * rows * tile;
    const most = Math.max(1, Math.min(tiles, Math.floor(PIECE_BYTES / tileBytes)));
    const sizes = [size * rows * cols, size * most * tile * cols, 8 * rows * most * tile];
    if (sizes.reduce((sum, bytes) => sum + roomFor(bytes), 0) > arena.capacity) {
      twin(p, q, quads, tiles, cols, out);
      return;
    }
    const [atP, atQ, atOut] = arena.layOut(sizes) as [number, number, number];
    const memory = dtype === 'f64' ? arena.f64() : arena.f32();
    memory.set(p.subarray(0, rows * cols), atP / size);
    const width = tile * tiles;
    for (let first = 0; first < tiles; first += most) {
      const count = Math.min(most, tiles - first);
      memory.set(q.subarray(first * tile * cols, (first + count) * tile * cols), atQ / size);
      run(atP, atQ, atOut, quads, count, cols);
      const results = arena.f64();
      for (let i = 0; i < rows; i++) {
        const from = atOut / 8 + i * count * tile;
        out.set(results.subarray(from, from + count * tile), i * width + first * tile);
      }
    }
  };
}
