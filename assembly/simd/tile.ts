/**
 * Tiles: terms are computed into a small buffer first and summed from there.
 *
 * Two reasons. A store after each vector keeps the compiler from interleaving four terms, which spills 70 registers for 16 elements
 * (measured 1.3×); and short rows lie end to end in a tile, so their terms need no masked tails.
 */
import { addWide, firstLanes, lanes, largest, one, smallest, sumBoth, zero } from './lanes';
import { BLOCK, sumError } from './sum';

/** Elements of a tile: 8 KiB of f64, in the first-level cache with its inputs. A multiple of BLOCK. */
export const TILE: i32 = 1024;

/** Bytes of a tile buffer with the slack that full vectors may write. */
export const TILE_BYTES: usize = 1024 * 8 + 64;

/** Rows whose sums are kept before they are closed together. */
export const GROUP: i32 = 128;

/** (t0 + t1) + (t2 + t3): one step of 4 vectors. */
@inline export function stepSum<T>(t: usize): v128 {
  return v128.add<T>(v128.add<T>(v128.load(t), v128.load(t, 16)), v128.add<T>(v128.load(t, 32), v128.load(t, 48)));
}

/** The same of the entrywise difference a − b. */
@inline export function stepDifference<T>(a: usize, b: usize): v128 {
  return v128.add<T>(
    v128.add<T>(v128.sub<T>(v128.load(a), v128.load(b)), v128.sub<T>(v128.load(a, 16), v128.load(b, 16))),
    v128.add<T>(v128.sub<T>(v128.load(a, 32), v128.load(b, 32)), v128.sub<T>(v128.load(a, 48), v128.load(b, 48))),
  );
}

/** A short step of `count` vectors, 1 … 4, the last under `mask`. */
@inline export function tailSum<T>(t: usize, count: i32, mask: v128): v128 {
  if (count == 1) return v128.and(v128.load(t), mask);
  if (count == 2) return v128.add<T>(v128.load(t), v128.and(v128.load(t, 16), mask));
  const u = v128.add<T>(v128.load(t), v128.load(t, 16));
  if (count == 3) return v128.add<T>(u, v128.and(v128.load(t, 32), mask));
  return v128.add<T>(u, v128.add<T>(v128.load(t, 32), v128.and(v128.load(t, 48), mask)));
}

@inline export function tailDifference<T>(a: usize, b: usize, count: i32, mask: v128): v128 {
  const d0 = v128.sub<T>(v128.load(a), v128.load(b));
  if (count == 1) return v128.and(d0, mask);
  const d1 = v128.sub<T>(v128.load(a, 16), v128.load(b, 16));
  if (count == 2) return v128.add<T>(d0, v128.and(d1, mask));
  const u = v128.add<T>(d0, d1);
  const d2 = v128.sub<T>(v128.load(a, 32), v128.load(b, 32));
  if (count == 3) return v128.add<T>(u, v128.and(d2, mask));
  return v128.add<T>(u, v128.add<T>(d2, v128.and(v128.sub<T>(v128.load(a, 48), v128.load(b, 48)), mask)));
}

/** Adds the blocks of n entries from a to the running sum at `state` (high part, low part; both 0 at first). n is a multiple of BLOCK but at a row's end. */
export function addBlocks<T>(a: usize, n: i32, state: usize): void {
  let hi = v128.load64_zero(state), lo = v128.load64_zero(state, 8);
  for (let left = n; left > 0; left -= BLOCK) {
    let acc = zero();
    let m = min(left, BLOCK);
    for (; m >= 4 * lanes<T>(); m -= 4 * lanes<T>(), a += 64) acc = addWide<T>(acc, stepSum<T>(a));
    if (m > 0) acc = addWide<T>(acc, tailSum<T>(a, vectorsOf<T>(m), maskOf<T>(m)));
    const block = sumBoth(acc), h = f64x2.add(hi, block);
    lo = f64x2.add(lo, sumError(hi, block, h));
    hi = h;
  }
  v128.store64_lane(state, hi, 0);
  v128.store64_lane(state, lo, 0, 8);
}

/** Starts a running sum. */
@inline export function clearSum(state: usize): void {
  v128.store(state, zero());
}

/** The value of a running sum. */
@inline export function sumAt(state: usize): f64 {
  const hi = load<f64>(state), sum = hi + load<f64>(state, 8);
  return sum == sum ? sum : hi; // an infinite term leaves NaN in the low part
}

/** Sum of n entries from a, f64 or f32; `state` is 16 bytes of scratch. */
export function rowSum(double: bool, a: usize, n: i32, state: usize): f64 {
  clearSum(state);
  if (double) addBlocks<f64>(a, n, state);
  else addBlocks<f32>(a, n, state);
  return sumAt(state);
}

/** The smallest of n entries (NaN entries may be passed over). */
export function rowLeast<T>(a: usize, n: i32): f64 {
  let least = one<T>();
  const end = a + <usize>n * sizeof<T>();
  // In a tree: one after the other they would be a chain.
  for (; a + 64 <= end; a += 64) {
    const first = v128.pmin<T>(v128.load(a), v128.load(a, 16)), second = v128.pmin<T>(v128.load(a, 32), v128.load(a, 48));
    least = v128.pmin<T>(least, v128.pmin<T>(first, second));
  }
  for (; a + 16 <= end; a += 16) least = v128.pmin<T>(least, v128.load(a));
  if (a < end) least = v128.pmin<T>(least, v128.bitselect(v128.load(a), one<T>(), maskOf<T>(<i32>((end - a) / sizeof<T>()))));
  return smallest<T>(least);
}

export function leastOf(double: bool, a: usize, n: i32): f64 {
  return double ? rowLeast<f64>(a, n) : rowLeast<f32>(a, n);
}

/** The largest of n entries, at least 0 (NaN entries may be passed over). */
export function rowLargest<T>(a: usize, n: i32): f64 {
  let most = zero();
  const end = a + <usize>n * sizeof<T>();
  for (; a + 16 <= end; a += 16) most = v128.pmax<T>(most, v128.load(a));
  if (a < end) most = v128.pmax<T>(most, v128.and(v128.load(a), maskOf<T>(<i32>((end - a) / sizeof<T>()))));
  return largest<T>(most);
}

/** Vectors of a short step of m entries, and the mask of its last one. */
@inline export function vectorsOf<T>(m: i32): i32 {
  return (m + lanes<T>() - 1) / lanes<T>();
}
@inline export function maskOf<T>(m: i32): v128 {
  return firstLanes<T>(m - (vectorsOf<T>(m) - 1) * lanes<T>());
}
