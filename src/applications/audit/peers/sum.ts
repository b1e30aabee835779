import type { Floats } from '../../../types.js';

/** Beyond this many entries the sum is split in halves. */
const BLOCK = 128;

/** The running sums; no call leaves anything in them. */
const lanes = new Float64Array(8);

/**
 * A sum as NumPy 2.4 takes it along a row: eight running sums up to 128 entries, halves beyond. Written out because the order decides which digits
 * are left. NumPy 1.24 cuts rows of more than 8,192 entries into pieces of as many and adds these one after the other.
 *
 * @param round rounds every addition
 */
export function pairwiseSum(x: Floats, round: (x: number) => number, from = 0, count = x.length): number {
  if (count > BLOCK) {
    const half = Math.floor(count / 2);
    const left = half - (half % 8);
    return round(pairwiseSum(x, round, from, left) + pairwiseSum(x, round, from + left, count - left));
  }
  const whole = count - (count % 8);
  let sum = 0;
  if (whole > 0) {
    for (let lane = 0; lane < 8; lane++) lanes[lane] = x[from + lane] as number;
    for (let i = 8; i < whole; i++) lanes[i % 8] = round((lanes[i % 8] as number) + (x[from + i] as number));
    for (let step = 1; step < 8; step *= 2)
      for (let lane = 0; lane < 8; lane += 2 * step) lanes[lane] = round((lanes[lane] as number) + (lanes[lane + step] as number));
    sum = lanes[0] as number;
  }
  for (let i = whole; i < count; i++) sum = round(sum + (x[from + i] as number));
  return sum;
}

/** Terms added one after the other, in float64. */
export function sumOf(x: Floats, term: (value: number, i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += term(x[i] as number, i);
  return sum;
}
