/** Data of the cases: drawn from pools, because 10⁷ normals drawn one by one take longer than the benchmark. */
import type { Dtype, Floats } from '../src/types.js';
import { createRng, type Rng } from '../test/support/rng.js';
import type { Shape } from './case.js';

const POOL_BITS = 16;

export function allocate(dtype: Dtype, length: number): Floats {
  return dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
}

/** A function that draws from a pool of values made by `make`. */
export function pool(rng: Rng, make: () => number): () => number {
  const values = Float64Array.from({ length: 2 ** POOL_BITS }, make);
  return () => values[rng.bits() >>> (32 - POOL_BITS)] as number;
}

/** rows × cols values of a pool, for several arrays, row by row: fewer rows give a prefix. */
export function filled<Name extends string>(
  { rows, cols, dtype }: Shape,
  draw: Readonly<Record<Name, () => number>>,
): Record<Name, Floats> {
  const names = Object.keys(draw) as Name[];
  const arrays = Object.fromEntries(names.map((name) => [name, allocate(dtype, rows * cols)])) as Record<Name, Floats>;
  for (let r = 0; r < rows; r++) {
    for (const name of names) {
      const next = draw[name];
      const array = arrays[name];
      for (let i = r * cols; i < (r + 1) * cols; i++) array[i] = next();
    }
  }
  return arrays;
}

/** Divides every row by its sum. */
export function normaliseRows(data: Floats, cols: number): void {
  for (let start = 0; start < data.length; start += cols) {
    let sum = 0;
    for (let i = start; i < start + cols; i++) sum += data[i] as number;
    for (let i = start; i < start + cols; i++) data[i] = (data[i] as number) / sum;
  }
}

/** Rows p and q of a softmax of normals. */
export function probabilities(rng: Rng, shape: Shape): { p: Floats; q: Floats } {
  const lognormal = pool(rng, () => Math.exp(rng.normal()));
  const { p, q } = filled(shape, { p: lognormal, q: lognormal });
  normaliseRows(p, shape.cols);
  normaliseRows(q, shape.cols);
  return { p, q };
}

/** The same with a share of zeros in p; every second of them is a zero in q too. */
export const sparse =
  (share: number) =>
  (rng: Rng, shape: Shape): { p: Floats; q: Floats } => {
    const { uniform } = createRng(rng.bits()); // a source of its own, which goes row by row too
    const { p, q } = probabilities(rng, shape);
    for (let i = 0; i < p.length; i++) {
      const x = uniform();
      if (i % shape.cols === 0 || x >= share) continue;
      p[i] = 0;
      if (x < share / 2) q[i] = 0;
    }
    normaliseRows(p, shape.cols);
    normaliseRows(q, shape.cols);
    return { p, q };
  };

/** Values down to 1e-300 (1e-38 in f32), spread evenly over the decades; the first entry of each row holds most of the mass. */
export function tiny(rng: Rng, shape: Shape): { p: Floats; q: Floats } {
  const decades = shape.dtype === 'f64' ? 300 : 37.9;
  const wide = pool(rng, () => 10 ** (-decades * rng.uniform()));
  const { p, q } = filled(shape, { p: wide, q: wide });
  for (let start = 0; start < p.length; start += shape.cols) {
    p[start] = 0.5 + (p[start] as number) / 4;
    q[start] = 0.5 + (q[start] as number) / 4;
  }
  normaliseRows(p, shape.cols);
  normaliseRows(q, shape.cols);
  return { p, q };
}

/** q within one part in a million of p. */
export function nearEqual(rng: Rng, shape: Shape): { p: Floats; q: Floats } {
  const { uniform } = createRng(rng.bits());
  const { p } = probabilities(rng, shape);
  const q = p.slice();
  for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * (1 + 1e-6 * (2 * uniform() - 1));
  return { p, q };
}
