/**
 * φ(x, y) and log(x/y) of many entries, in two loops, that neither has a chain longer than a core looks ahead (measured: rows of KL in f64 take a fifth less time, in
 * f32 a tenth). The first leaves s and what does not wait for it at `side`, the second makes the rest of these. Formulas and bounds stand in logRatio.ts.
 */
import { one } from '../simd/lanes';
import { atanhTailBy, exponentStepBy, stepLn2By, tailDenominator, tailNumber, tailNumerator, unshifted } from './logRatio';

/** Bytes that the loops take at a time; and of what stands at `side` for them: s, x − y', what no quotient is in, and x or y where it is not at hand otherwise. */
export const PIECE: usize = 1024;
export const SIDE_BYTES: usize = 4 * PIECE;
export const APART: usize = 3 * PIECE;

/** From the place of a term to that of another that is made with it: past the tile and what is kept of a row. */
export const OTHER: usize = 4416;

/** What is made: φ(x, y); φ(x, y)/x, of f64; log(x/y), times an entry; φ(x, y) and, OTHER bytes behind it, log(x/y) − k·ln2. */
export const PHI: i32 = 0;
export const PHI_RATIO: i32 = 1;
export const LOG_RATIO: i32 = 2;
export const PHI_AND_LOG: i32 = 3;

/** The first half. `isGiven`: x − y is known as `given`, better than it would be. The numbers are `stepNumber` 0 to 2: a loop that stores would load them again in each turn. */
@inline export function layPhi<T>(isLog: bool, x: v128, y: v128, isGiven: bool, given: v128, side: usize, half: v128, mask: v128, ln2: v128): void {
  const step = exponentStepBy(x, y, half, mask), near = i32x4.add(y, step);
  let d = v128.sub<T>(x, near), far = stepLn2By<T>(step, ln2);
  if (isGiven) d = v128.bitselect(given, d, unshifted<T>(step));
  v128.store(side, v128.div<T>(d, v128.add<T>(x, near)));
  v128.store(side, d, PIECE);
  if (!isLog) far = v128.add<T>(v128.mul<T>(x, far), v128.sub<T>(y, near));
  v128.store(side, far, 2 * PIECE);
}

@inline function closed<T>(what: i32, a: v128, side: usize, to: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128): v128 {
  const s = v128.load(side), z = v128.mul<T>(s, s), far = v128.load(side, 2 * PIECE);
  let tail: v128, times = a;
  if (sizeof<T>() == 4) tail = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(c2, z), c1), z), c0);
  else if (what != PHI_RATIO) tail = atanhTailBy(z, c0, c1, c2, c3, c4, c5);
  else {
    const low = tailDenominator(z, c2, c3, c4, c5), quotient = f64x2.div(one<f64>(), f64x2.mul(a, low));
    tail = f64x2.mul(tailNumerator(z, c0, c1), f64x2.mul(a, quotient));
    times = f64x2.mul(low, quotient);
  }
  if (what == LOG_RATIO) return v128.mul<T>(a, v128.add<T>(v128.mul<T>(s, v128.add<T>(v128.add<T>(one<T>(), one<T>()), v128.mul<T>(z, tail))), far));
  if (what == PHI_AND_LOG) {
    tail = v128.mul<T>(z, tail);
    v128.store(to, v128.mul<T>(s, v128.add<T>(v128.add<T>(one<T>(), one<T>()), tail)), OTHER);
    return v128.add<T>(v128.mul<T>(s, v128.add<T>(v128.load(side, PIECE), v128.mul<T>(a, tail))), far);
  }
  const phi = v128.add<T>(v128.mul<T>(s, v128.add<T>(v128.load(side, PIECE), v128.mul<T>(v128.mul<T>(a, z), tail))), far);
  return sizeof<T>() == 8 && what == PHI_RATIO ? v128.mul<T>(phi, times) : phi;
}

/**
 * The second half, of `size` bytes to `to`. PHI_RATIO: R = N/D and 1/x are made of one quotient, 1/(x·D): a third of the divisions less, 2 ULP more. LOG_RATIO: times
 * what is at x. Branches that go one way for a whole call cost less than other loops in the module.
 */
export function closePhis<T>(what: i32, x: usize, side: usize, size: usize, to: usize): void {
  const c0 = tailNumber<T>(0), c1 = tailNumber<T>(1), c2 = tailNumber<T>(2), c3 = tailNumber<T>(3), c4 = tailNumber<T>(4), c5 = tailNumber<T>(5), end = to + size;
  do {
    const first = closed<T>(what, v128.load(x), side, to, c0, c1, c2, c3, c4, c5), second = closed<T>(what, v128.load(x, 16), side + 16, to + 16, c0, c1, c2, c3, c4, c5);
    v128.store(to, first);
    v128.store(to, second, 16);
    x += 32;
    side += 32;
    to += 32;
  } while (to < end);
}
