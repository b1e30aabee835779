/** Twin of assembly/kernels/products.ts: the same cells in the same order. */
import type { Dtype } from '../../types.js';
import { type Cells, type Products, QUAD, TILE } from '../pack.js';
import { fround } from './math/bits.js';

const BLOCK = 64;

/** A cell from its product. */
function settle({ start, offset, doubtP, doubtQ, out, at, stride, rows, from, to }: Cells, i: number, j: number, sum: number): void {
  const exact = (start[i] as number) + (offset[j] as number) - sum;
  const cell = out instanceof Float32Array ? fround(exact) : exact;
  if (!(cell > (doubtP[i] as number) + (doubtQ[j] as number))) doubtP[i] = Infinity;
  if (i < rows && j >= from && j < to) out[at + i * stride + j] = cell;
}

const products64: Products = (p, q, quads, tiles, cols, cells) => {
  const width = TILE.f64;
  for (let i = 0; i < QUAD * quads; i++) {
    const from = (i - (i % QUAD)) * cols + (i % QUAD);
    for (let j = 0; j < width * tiles; j++) {
      let sum = 0;
      for (let k = 0, a = from, b = (j - (j % width)) * cols + (j % width); k < cols; k++, a += QUAD, b += width) {
        sum += (p[a] as number) * (q[b] as number);
      }
      settle(cells, i, j, sum);
    }
  }
};

const products32: Products = (p, q, quads, tiles, cols, cells) => {
  const width = TILE.f32;
  for (let i = 0; i < QUAD * quads; i++) {
    const from = (i - (i % QUAD)) * cols + (i % QUAD);
    for (let j = 0; j < width * tiles; j++) {
      let sum = 0;
      for (let k = 0, a = from, b = (j - (j % width)) * cols + (j % width); k < cols; ) {
        let block = 0;
        for (const end = Math.min(cols, k + BLOCK); k < end; k++, a += QUAD, b += width) {
          block = fround(block + fround((p[a] as number) * (q[b] as number)));
        }
        sum += block;
      }
      settle(cells, i, j, sum);
    }
  }
};

export const products: Readonly<Record<Dtype, Products>> = { f64: products64, f32: products32 };
