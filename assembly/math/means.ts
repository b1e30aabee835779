/**
 * The mean of a row's equal parts (the members of an ensemble), in the place of each of them.
 *
 * Method  sums over the parts in index order in T's lanes, divided once; masses to two roundings of T and those of f64.
 * Error   (parts/2)·2⁻²⁴ (f32) or 2⁻⁵³, relative: KL against such means is off by half its square.
 */
import { addWide, sumBoth, zero } from '../simd/lanes';
import { maskOf, stepSum, tailSum, vectorsOf } from '../simd/tile';
import { isOrdinary } from './logRatio';

/** So far may the masses of parts be apart, relatively: what rounding to T leaves of distributions. */
@inline function farthest<T>(): f64 {
  return sizeof<T>() == 8 ? 8.881784197001252e-16 : 2.384185791015625e-7; // 2⁻⁵⁰, 2⁻²²
}

/** Writes them, or the row as it is where the masses of the parts differ or are out of range. Up to 16 bytes behind are written, and as many read. */
export function layMeans<T>(p: usize, parts: i32, width: i32, to: usize): void {
  const bytes = <usize>width * sizeof<T>(), size = <usize>parts * bytes, end = p + size;
  // A part's last step, of 1 to 4 vectors, and those before.
  const last = (bytes - 1) & ~63, rest = width - <i32>(last / sizeof<T>()), count = vectorsOf<T>(rest), mask = maskOf<T>(rest);
  if (size == 0) return;
  let lowest = f64x2.splat(Infinity), highest = zero(), a = p;
  do {
    let sum = zero();
    for (let k: usize = 0; k < last; k += 64) sum = addWide<T>(sum, stepSum<T>(a + k));
    const mass = sumBoth(addWide<T>(sum, tailSum<T>(a + last, count, mask)));
    lowest = f64x2.pmin(lowest, mass);
    highest = f64x2.pmax(highest, mass);
    a += bytes;
  } while (a < end);
  const least = f64x2.extract_lane(lowest, 0), most = f64x2.extract_lane(highest, 0);
  if (!(isOrdinary<T>(least) && isOrdinary<T>(most) && most - least <= farthest<T>() * least)) {
    memory.copy(to, p, size);
    return;
  }
  const members = v128.splat<T>(<T>parts);
  // Descending: what a vector writes behind its part is written over by the next part's first.
  for (let k = <isize>((bytes - 1) & ~15); k >= 0; k -= 16) {
    let sum = zero(), a = p + k, at = to + k;
    do {
      sum = v128.add<T>(sum, v128.load(a));
      a += bytes;
    } while (a < end);
    const mean = v128.div<T>(sum, members);
    do {
      v128.store(at, mean);
      at += bytes;
    } while (at < to + size);
  }
}
