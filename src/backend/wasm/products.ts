/** The module's cells of all pairs: p stays in the arena, q goes through it in pieces that stay in cache beside their cells. */
import type { Dtype } from '../../types.js';
import { type Products, packedLength, QUAD, TILE } from '../pack.js';
import type { Exports } from './abi.js';
import { type Arena, BYTES, roomFor } from './arena.js';

/** What q's tiles and their cells take at a time; one tile at doubt. */
const PIECE_BYTES = 512 * 2 ** 10;

/** Rows that exceed the arena go to the twin, whose bits are equal (law 2). */
export function bindProducts(dtype: Dtype, exports: Exports, arena: Arena, twin: Products): Products {
  const run = exports('products');
  const size = BYTES[dtype];
  const tile = TILE[dtype];
  return (p, q, quads, tiles, cols, cells) => {
    const rows = QUAD * quads;
    const tileBytes = size * packedLength(tile, cols, tile) + 8 * rows * tile;
    const most = Math.max(1, Math.min(tiles, Math.floor(PIECE_BYTES / tileBytes)));
    const sizes = [
      size * rows * cols,
      8 * rows,
      8 * rows,
      size * most * tile * cols,
      8 * most * tile,
      8 * most * tile,
      8 * rows * most * tile,
    ];
    if (sizes.reduce((sum, bytes) => sum + roomFor(bytes), 0) > arena.capacity) {
      twin(p, q, quads, tiles, cols, cells);
      return;
    }
    const { start, offset, doubtP, doubtQ, out, at, stride, from, to } = cells;
    const [atP, atStart, atDoubtP, atQ, atOffset, atDoubtQ, atOut] = arena.layOut(sizes) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const entries = dtype === 'f64' ? arena.f64() : arena.f32();
    const wide = arena.f64();
    const isSingle = out instanceof Float32Array;
    const results = isSingle ? arena.f32() : wide;
    entries.set(p.subarray(0, rows * cols), atP / size);
    wide.set(start.subarray(0, rows), atStart / 8);
    wide.set(doubtP.subarray(0, rows), atDoubtP / 8);
    for (let first = 0; first < tiles; first += most) {
      const count = Math.min(most, tiles - first);
      entries.set(q.subarray(first * tile * cols, (first + count) * tile * cols), atQ / size);
      wide.set(offset.subarray(first * tile, (first + count) * tile), atOffset / 8);
      wide.set(doubtQ.subarray(first * tile, (first + count) * tile), atDoubtQ / 8);
      run(Number(dtype === 'f64'), atP, atQ, atStart, atOffset, atDoubtP, atDoubtQ, atOut, quads, count, cols, isSingle ? 1 : 0);
      const left = Math.max(from, first * tile);
      const right = Math.min(to, (first + count) * tile);
      for (let i = 0; i < cells.rows; i++) {
        const row = (atOut + 8 * i * count * tile) / (isSingle ? 4 : 8) - first * tile;
        out.set(results.subarray(row + left, row + right), at + i * stride + left);
      }
    }
    doubtP.set(wide.subarray(atDoubtP / 8, atDoubtP / 8 + rows));
  };
}
