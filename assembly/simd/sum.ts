/**
 * Row sums. A row is summed in blocks of 64 elements: inside a block by lanes, across blocks in index order with TwoSum. The first block loses nothing, and kernels
 * of short rows leave its TwoSum out: a row of one block would wait for it (the prior's of 64 columns 6 % of their time, of 32 a tenth).
 * The bits depend on the row alone: not on the batch, the chunk or the thread (law 2).
 */

/** Elements in a block. Rows are cut between chunks at multiples of it. */
export const BLOCK: i32 = 64;

/** The rounding error of a + b, given s = fl(a + b) (Knuth's TwoSum; exact). */
@inline export function sumError(a: v128, b: v128, s: v128): v128 {
  const bb = f64x2.sub(s, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(s, bb)), f64x2.sub(b, bb));
}
