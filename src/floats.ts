import { mismatch } from './error.js';
import type { Dtype, Floats } from './types.js';

/** Zeros of a dtype. */
export function floatsOf(dtype: Dtype, length: number): Floats {
  return made<Floats>(dtype === 'f64' ? Float64Array : Float32Array, length);
}

/** Zeros for results. Throws ERR_MEMORY where an engine has no array of that length, or no memory for it. */
export function made<Made>(make: new (length: number) => Made, length: number): Made {
  try {
    return new make(length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const place = {
      argument: 'out',
      value: length,
      expected: 'as many results as there is memory for: go by blocks of rows (pairwise.blocks, of pairs)',
    };
    throw mismatch('ERR_MEMORY', place, `${length}`, 'results');
  }
}
