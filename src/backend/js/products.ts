/** Twin of assembly/kernels/products.ts: the same sums in the same order. */
import type { Dtype } from '../../types.js';
import { type Products, QUAD, TILE } from '../pack.js';

const fround = Math.fround;
const BLOCK = 64;

const products64: Products = (p, q, quads, tiles, cols, out) => {
  const width = TILE.f64;
  for (let i = 0; i < QUAD * quads; i++) {
    const from = (i - (i % QUAD)) * cols + (i % QUAD);
    for (let j = 0; j < width * tiles; j++) {
      let sum = 0;
      for (let k = 0, a = from, b = (j - (j % width)) * cols + (j % width); k < cols; k++, a += QUAD, b += width) {
        sum += (p[a] as number) * (q[b] as number);
      }
      out[i * width * tiles + j] = sum;
    }
  }
};

const products32: Products = (p, q, quads, tiles, cols, out) => {
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
      out[i * width * tiles + j] = sum;
    }
  }
};

export const products: Readonly<Record<Dtype, Products>> = { f64: products64, f32: products32 };
