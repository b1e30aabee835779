/**
 * The mean of a row's equal parts (the members of an ensemble), in the place of each of them.
 *
 * Method  sums over the parts in index order in T's lanes, divided once.
 * Error   (parts/2)·2⁻²⁴ (f32) or 2⁻⁵³, relative: KL against such means is off by half its square.
 */
import { addWide, sumBoth, zero } from '../simd/lanes';
import { maskOf } from '../simd/tile';
import { isOrdinary } from './logRatio';

/** So far may the masses of parts be apart, relatively: what rounding to T leaves of distributions. */
@inline function farthest<T>(): f64 {
  return sizeof<T>() == 8 ? 8.881784197001252e-16 : 2.384185791015625e-7; // 2⁻⁵⁰, 2⁻²²
}

/** Writes them, or the row as it is where the masses of the parts differ or are out of range. Up to 16 bytes behind are written, and as many read. */
export function layMeans<T>(p: usize, parts: i32, width: i32, to: usize): void {
  const bytes = <usize>width * sizeof<T>(), size = <usize>parts * bytes, end = p + size, mask = maskOf<T>(width);
  let lowest = f64x2.splat(Infinity), highest = zero();
  for (let a = p; a < end; ) {
    const last = a + bytes - 16;
    let sum = zero();
    for (; <isize>a < <isize>last; a += 16) sum = addWide<T>(sum, v128.load(a));
    sum = addWide<T>(sum, v128.and(v128.load(a), mask));
    a = last + 16;
    const mass = sumBoth(sum);
    lowest = f64x2.pmin(lowest, mass);
    highest = f64x2.pmax(highest, mass);
  }
  const least = f64x2.extract_lane(lowest, 0), most = f64x2.extract_lane(highest, 0);
  if (!(isOrdinary<T>(least) && isOrdinary<T>(most) && most - least <= farthest<T>() * least)) {
    memory.copy(to, p, size);
    return;
  }
  const count = v128.splat<T>(<T>parts);
  for (let k: usize = 0; k < bytes; k += 16) {
    let sum = zero();
    for (let a = p + k; a < end; a += bytes) sum = v128.add<T>(sum, v128.load(a));
    v128.store(to + k, v128.div<T>(sum, count));
  }
  // Ascending: what a vector writes behind its part is written over by the next one.
  for (let at = bytes; at < size; at += bytes) {
    for (let k: usize = 0; k < bytes; k += 16) v128.store(to + at + k, v128.load(to + k));
  }
}
