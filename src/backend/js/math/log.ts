/** Twins of assembly/math/log.ts, one number at a time: method, bounds and source stand there. */

import { doubles, fround, singleWords, singles, words } from './bits.js';
import { tail64 } from './logRatio.js';

/** log x, f64. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const low = x < 2.2250738585072014e-308;
  doubles[0] = low ? x * 18014398509481984 : x;
  const high = (words[1] as number) + 0x00095f62;
  words[1] = (high & 0x000fffff) + 0x3fe6a09e;
  return assemble((doubles[0] as number) - 1, (high >> 20) - (low ? 1077 : 1023), 0);
}

/** log(1 + x), f64. */
export function log1p(x: number): number {
  if (x > -0.29289 && x < 0.41421) return assemble(x, 0, 0);
  const u = 1 + x;
  if (!(u > 0 && u < Infinity)) return log(u);
  const lost = (u >= 2 ? 1 - (u - x) : x - (u - 1)) / u;
  doubles[0] = u;
  const high = (words[1] as number) + 0x00095f62;
  words[1] = (high & 0x000fffff) + 0x3fe6a09e;
  return assemble((doubles[0] as number) - 1, (high >> 20) - 1023, lost);
}

/** log(1 + f) + k·ln2 + lost. */
function assemble(f: number, k: number, lost: number): number {
  const h = 0.5 * (f * f);
  const s = f / (2 + f);
  const z = s * s;
  const tail = tail64(z);
  return k * 0.6931471804855391 - (h - (s * (h + z * tail) + (k * 7.440617110012397e-11 + lost)) - f);
}

/** log x, f32. */
export function log32(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const low = x < 1.1754943508222875e-38;
  singles[0] = low ? x * 33554432 : x;
  const bits = (singleWords[0] as number) + 0x004afb0d;
  const k = (bits >> 23) - (low ? 152 : 127);
  singleWords[0] = (bits & 0x007fffff) + 0x3f3504f3;
  const f = (singles[0] as number) - 1;
  const h = fround(0.5 * fround(f * f));
  const s = fround(f / fround(2 + f));
  const z = fround(s * s);
  const tail = fround(fround(fround(fround(0.29959195852279663 * z) + 0.39978909492492676) * z) + 0.6666671633720398);
  const small = fround(fround(s * fround(h + fround(z * tail))) + fround(k * 1.428606765330187e-6));
  return fround(k * 0.693145751953125 - fround(fround(h - small) - f));
}
