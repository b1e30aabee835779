import type { Dtype, Floats } from './types.js';

/** Zeros of a dtype. */
export function floatsOf(dtype: Dtype, length: number): Floats {
  return dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
}
