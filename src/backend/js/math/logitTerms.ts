/** Twin of assembly/math/logitTerms.ts: sums of terms of two rows of logits that are weighed. */
import type { Scratch } from './logitRows.js';
import { logRatio32, logRatio64, ZERO_32, ZERO_64 } from './logRatio.js';
import { blockSum32, blockSum64, Running } from './sums.js';
import { block32, block64, LOOPS_32, LOOPS_64 } from './terms.js';
import { moved } from './weights.js';

const BLOCK = 64;
const NARROW = 64;
const TINY = 1e-26;
const running = new Running();

/** w·eᵈ goes to the terms' place, and w·(eᵈ − 1) takes that of δ = d + c. */
export function grow(wide: boolean, { w, d, terms }: Scratch, n: number, c: number): void {
  for (let i = 0; i < n; i++) moved(wide, w[i] as number, (d[i] as number) - c, i, terms, d);
}

/** Fills x, y and x − y of a block of rows that have grown, e^KL = 1 + s; `neutral` where w is 0. */
function lay(
  { w, d, terms }: Scratch,
  from: number,
  n: number,
  s: number,
  { x, y, d: differences }: typeof block32 | typeof block64,
  neutral: number,
): void {
  const times = 1 / (1 + s);
  for (let i = 0; i < n; i++) {
    const weight = w[from + i] as number;
    x[i] = weight === 0 ? neutral : weight;
    y[i] = weight === 0 ? neutral : (terms[from + i] as number) * times;
    differences[i] = (weight * s - (d[from + i] as number)) * times;
  }
}

function sumOf(isSingle: boolean, op: number, order: number, scratch: Scratch, n: number, s: number): number {
  const loop = (isSingle ? LOOPS_32 : LOOPS_64)[op] as (n: number, order: number) => void;
  running.clear();
  for (let c = 0; c < n; c += BLOCK) {
    const size = Math.min(BLOCK, n - c);
    if (isSingle) lay(scratch, c, size, s, block32, ZERO_32);
    else lay(scratch, c, size, s, block64, ZERO_64);
    loop(size, order);
    running.add(isSingle ? blockSum32(block32.term, 0, size) : blockSum64(block64.term, 0, size));
  }
  return running.value;
}

/** Of rows that have grown log(x/m) and log(y/m), m = (x + y)/2, one of which may go to the place of w·(eᵈ − 1); in f32 where `sum`, that of their terms, was. */
export function halfRatios(
  spread: number,
  sum: number,
  scratch: Scratch,
  n: number,
  s: number,
  ofX: Float64Array,
  ofY: Float64Array,
): void {
  const isSingle = spread <= NARROW && sum >= TINY;
  const block = isSingle ? block32 : block64;
  const { x, y, d, term: mean } = block;
  for (let c = 0; c < n; c += BLOCK) {
    const size = Math.min(BLOCK, n - c);
    lay(scratch, c, size, s, block, isSingle ? ZERO_32 : ZERO_64);
    for (let i = 0; i < size; i++) {
      mean[i] = 0.5 * ((x[i] as number) + (y[i] as number));
      d[i] = 0.5 * (d[i] as number);
      const [own, other, m, gap] = [x[i] as number, y[i] as number, mean[i] as number, d[i] as number];
      ofX[c + i] = isSingle ? logRatio32(own, m, gap) : logRatio64(own, m, gap);
      ofY[c + i] = isSingle ? logRatio32(other, m, -gap) : logRatio64(other, m, -gap);
    }
  }
}

/** The sum of the terms of rows that have grown; in f32 where they spread no further than that allows. */
export function termSum(spread: number, op: number, order: number, scratch: Scratch, n: number, s: number): number {
  if (spread <= NARROW) {
    const sum = sumOf(true, op, order, scratch, n, s);
    if (sum >= TINY && sum < Infinity) return sum;
  }
  return sumOf(false, op, order, scratch, n, s);
}
