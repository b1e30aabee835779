/** Twin of assembly/math/means.ts. */
import type { Floats } from '../../../types.js';
import { fround } from './bits.js';
import { isOrdinary32, isOrdinary64 } from './logRatio.js';
import { blockSum32, blockSum64 } from './sums.js';

/** 2⁻⁵⁰ and 2⁻²². */
const FARTHEST_64 = 8.881784197001252e-16;
const FARTHEST_32 = 2.384185791015625e-7;

/** Writes the mean of a row's equal parts in the place of each of them; the row as it is where their masses differ or are out of range. */
export function layMeans(p: Floats, from: number, parts: number, width: number, to: Floats, at: number): void {
  const wide = p instanceof Float64Array;
  const size = parts * width;
  let least = Infinity;
  let most = 0;
  for (let start = from; start < from + size; start += width) {
    const mass = wide ? blockSum64(p, start, width) : blockSum32(p as Float32Array, start, width);
    least = Math.min(least, mass);
    most = Math.max(most, mass);
  }
  const isOrdinary = wide ? isOrdinary64(least) && isOrdinary64(most) : isOrdinary32(least) && isOrdinary32(most);
  if (!(isOrdinary && most - least <= (wide ? FARTHEST_64 : FARTHEST_32) * least)) {
    for (let i = 0; i < size; i++) to[at + i] = p[from + i] as number;
    return;
  }
  for (let k = 0; k < width; k++) {
    let sum = 0;
    for (let i = k; i < size; i += width) sum = wide ? sum + (p[from + i] as number) : fround(sum + (p[from + i] as number));
    const mean = sum / parts; // rounded to f32 where it is written
    for (let i = k; i < size; i += width) to[at + i] = mean;
  }
}
