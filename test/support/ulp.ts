/** Distances and neighbours among floating-point numbers, through their bit patterns. */
import type { Floats } from '../../src/types.js';

const f64 = new Float64Array(1);
const u64 = new BigUint64Array(f64.buffer);
const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** The double whose bits are `steps` away from those of x, towards larger magnitude for steps > 0; x > 0. */
export function neighbour64(x: number, steps: number): number {
  f64[0] = x;
  u64[0] = (u64[0] as bigint) + BigInt(steps);
  return f64[0] as number;
}

/** The float32 whose bits are `steps` away from those of x; x > 0. */
export function neighbour32(x: number, steps: number): number {
  f32[0] = x;
  u32[0] = (u32[0] as number) + steps;
  return f32[0] as number;
}

/** The double with these 64 bits. */
export function double(bits: bigint): number {
  u64[0] = bits;
  return f64[0] as number;
}

/** The float32 with these 32 bits, as a number. */
export function single(bits: number): number {
  u32[0] = bits;
  return f32[0] as number;
}

/** Size of the last place of x in the given width: 2⁻⁵² (2⁻²³) of its binade, and the subnormal step below the normal range. */
export function ulp(x: number, dtype: 'f64' | 'f32'): number {
  const size = Math.abs(x);
  if (dtype === 'f64') {
    if (!(size >= 2 ** -1022)) return 2 ** -1074;
    f64[0] = size;
    const exponent = Number((u64[0] as bigint) >> 52n) - 1023;
    return exponent < -970 ? 2 ** -1074 * 2 ** (exponent + 1022) : 2 ** (exponent - 52);
  }
  if (!(size >= 2 ** -126)) return 2 ** -149;
  f32[0] = size;
  return 2 ** (((u32[0] as number) >>> 23) - 127 - 23);
}

/**
 * Index of the first entry whose bits differ, or −1. Two NaNs are equal whatever their payload: engines may choose it
 * when a script stores one, so only "NaN or not" is a promise.
 */
export function firstDifference(x: Floats, y: Floats): number {
  if (x.length !== y.length) return Math.min(x.length, y.length);
  for (let i = 0; i < x.length; i++) {
    if (!Object.is(x[i], y[i])) return i;
  }
  return -1;
}

/** A number with its bits, for messages. */
export function showBits(x: number, dtype: 'f64' | 'f32'): string {
  f64[0] = x;
  f32[0] = x;
  const hex = dtype === 'f64' ? (u64[0] as bigint).toString(16).padStart(16, '0') : (u32[0] as number).toString(16).padStart(8, '0');
  return `${x} (0x${hex})`;
}
