/** A quick look for entries that a kernel may refuse. */
import type { Floats } from '../../index.js';

/** Entries whose sum is looked at at once. */
const BLOCK_ENTRIES = 2 ** 14;

/** False where an entry is not finite, or where its square is not: what is made of the others is a number. */
export function areFinite(data: Floats): boolean {
  for (let from = 0; from < data.length; from += BLOCK_ENTRIES) if (zerosOf(data, from, from + BLOCK_ENTRIES) !== 0) return false;
  return true;
}

/** Σ 0·x², which is 0 of finite numbers; of two sums neither waits for the other. */
function zerosOf(data: Floats, from: number, to: number): number {
  let [even, odd] = [0.5, 0.5]; // never whole: an engine keeps them as floats throughout
  const end = Math.min(data.length, to);
  for (let i = from; i + 1 < end; i += 2) {
    const [x, y] = [data[i] as number, data[i + 1] as number];
    even += 0 * (x * x);
    odd += 0 * (y * y);
  }
  const last = data[end - 1] as number;
  return even + odd - 1 + 0 * (last * last);
}
