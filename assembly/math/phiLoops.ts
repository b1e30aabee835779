/**
 * φ(x, y) and log(x/y) of many entries, in two loops, that neither has a chain longer than a core looks ahead (measured: rows of KL in f64 take a fifth less time, in
 * f32 a tenth). The first leaves s and what does not wait for it at `side`, the second makes the rest of these. Formulas and bounds stand in logRatio.ts.
 */
import { one } from '../simd/lanes';
import { atanhTailBy, exponentStepBy, stepNumber, stepTimes, tailDenominator, tailNumber, tailNumerator, unshifted } from './logRatio';

/** Bytes that the loops take at a time; and of what stands at `side` for them: s, x − y', what no quotient is in, and k·ln2, or x where it is not at hand otherwise. */
export const PIECE: usize = 1024;
export const SIDE_BYTES: usize = 4 * PIECE;
export const APART: usize = 3 * PIECE;

/** What is made: φ(x, y); φ(x, y)/x, of f64; φ(x, y) beside log(x/y) − k·ln2; beside log(x/y); log(x/y), times an entry; by itself. */
export const PHI: i32 = 0;
export const PHI_RATIO: i32 = 1;
export const PHI_AND_REST: i32 = 2;
export const PHI_AND_LOG: i32 = 3;
export const LOG_TIMES: i32 = 4;
export const LOG: i32 = 5;

/** The first half. `isGiven`: x − y is known as `given`, better than it would be. The numbers are `stepNumber` 0 to 2: a loop that stores would load them again in each turn. */
@inline export function layPhi<T>(what: i32, x: v128, y: v128, isGiven: bool, given: v128, side: usize, half: v128, mask: v128, ln2: v128): void {
  const step = exponentStepBy(x, y, half, mask), near = i32x4.add(y, step);
  let d = v128.sub<T>(x, near), far = stepTimes<T>(step, ln2);
  if (isGiven) d = v128.bitselect(given, d, unshifted<T>(step));
  v128.store(side, v128.div<T>(d, v128.add<T>(x, near)));
  v128.store(side, d, PIECE);
  if (what == PHI_AND_LOG) v128.store(side, far, APART);
  if (what < LOG_TIMES) far = v128.add<T>(v128.mul<T>(x, far), v128.sub<T>(y, near));
  v128.store(side, far, 2 * PIECE);
}

/** One vector of the second half: see there. */
@inline function closed<T>(what: i32, a: v128, side: usize, logs: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128): v128 {
  const s = v128.load(side), z = v128.mul<T>(s, s), far = v128.load(side, 2 * PIECE);
  let tail: v128, times = a;
  if (sizeof<T>() == 8 && what == PHI_RATIO) {
    const low = tailDenominator(z, c2, c3, c4, c5), quotient = f64x2.div(one<f64>(), f64x2.mul(a, low));
    tail = f64x2.mul(tailNumerator(z, c0, c1), f64x2.mul(a, quotient));
    times = f64x2.mul(low, quotient);
  } else tail = atanhTailBy<T>(z, c0, c1, c2, c3, c4, c5);
  // log(x/y) − k·ln2
  const rest = v128.mul<T>(s, v128.add<T>(v128.add<T>(one<T>(), one<T>()), v128.mul<T>(z, tail)));
  if (what >= LOG_TIMES) {
    const log = v128.add<T>(rest, far);
    return what == LOG ? log : v128.mul<T>(a, log);
  }
  if (what == PHI_AND_REST) {
    v128.store(logs, rest);
    return v128.add<T>(v128.mul<T>(s, v128.add<T>(v128.load(side, PIECE), v128.mul<T>(a, v128.mul<T>(z, tail)))), far);
  }
  if (what == PHI_AND_LOG) v128.store(logs, v128.add<T>(rest, v128.load(side, APART)));
  const phi = v128.add<T>(v128.mul<T>(s, v128.add<T>(v128.load(side, PIECE), v128.mul<T>(v128.mul<T>(a, z), tail))), far);
  return sizeof<T>() == 8 && what == PHI_RATIO ? v128.mul<T>(phi, times) : phi;
}

/**
 * The second half, of `size` bytes to `to`. PHI_RATIO: R = N/D and 1/x are made of one quotient, 1/(x·D): a third of the divisions less, 2 ULP more. LOG_TIMES: times
 * what is at x. Logarithms beside φ go to `logs`. Two vectors a turn: up to 16 bytes behind `to` and `logs` are written, and as many read.
 * Branches that go one way for a whole call cost less than other loops in the module.
 */
export function closePhis<T>(what: i32, x: usize, side: usize, size: usize, to: usize, logs: usize): void {
  const c0 = tailNumber<T>(0), c1 = tailNumber<T>(1), c2 = tailNumber<T>(2), c3 = tailNumber<T>(3), c4 = tailNumber<T>(4), c5 = tailNumber<T>(5), end = to + size;
  do {
    const first = closed<T>(what, v128.load(x), side, logs, c0, c1, c2, c3, c4, c5), second = closed<T>(what, v128.load(x, 16), side + 16, logs + 16, c0, c1, c2, c3, c4, c5);
    v128.store(to, first);
    v128.store(to, second, 16);
    x += 32;
    side += 32;
    to += 32;
    logs += 32;
  } while (to < end);
}

/**
 * Of n entries at x and y, the differences x − y at t. `isMixed`: of x and ax + by, which differ by c·t. `times`: what LOG_TIMES is multiplied by, else x. To `to` and
 * `logs`; either may be t.
 */
export function phis<T>(
  what: i32, isMixed: bool, a: v128, b: v128, c: v128, x: usize, y: usize, t: usize, n: i32, times: usize, to: usize, logs: usize, side: usize,
): void {
  const half = stepNumber<T>(0), mask = stepNumber<T>(1), ln2 = stepNumber<T>(2), whole = <usize>n * sizeof<T>();
  for (let o: usize = 0; o < whole; o += PIECE) {
    const size = min(whole - o, PIECE);
    let i = o;
    do {
      const own = v128.load(x + i);
      let other = v128.load(y + i), d = v128.load(t + i);
      if (isMixed) {
        other = v128.add<T>(v128.mul<T>(a, own), v128.mul<T>(b, other));
        d = v128.mul<T>(c, d);
      }
      layPhi<T>(what, own, other, true, d, side + i - o, half, mask, ln2);
      i += 16;
    } while (i < o + size);
    closePhis<T>(what, times + o, side, size, to + o, logs + o);
  }
}
