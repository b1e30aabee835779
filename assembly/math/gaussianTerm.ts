/**
 * The divergence of two univariate Gaussians, KL(N(m₀, ·) ‖ N(m₁, ·)), from variances, standard deviations or log-variances x and y.
 *
 * Method  variances: ½·[IS(x, y) + δ²/y]; standard deviations: IS(x, y) + ½·[e² + (δ/y)²], e = (x − y)/y; log-variances: ½·[em1mx(x − y) + (δ·e^(−y/2))²],
 *         with δ = m₀ − m₁ and IS(x, y) = x/y − 1 − log(x/y). Every summand is ≥ 0, and 0 for equal parameters: nothing cancels.
 *         IS: y' = y·2ᵏ, s and R as in logRatio, e' = (x − y')/y'; because 2s = e' − e'·s,
 *         IS = s·(e' − z·R(z)) + (e − e' − k·ln2), the second half exactly 0 for k = 0.
 *         Log-variances: what x − y lost is worth lost·(e^(x−y) − 1).
 * Domain  x, 1/y ≥ 2⁻⁵⁰⁰, log-variances |x − y| ≤ 700, |y| ≤ 1400; where the result is not below 2⁴⁰⁰ it may be wrong.
 *         Beyond, the twin has formulas that neither overflow nor vanish on the way.
 * Error   relative, in units of 2⁻⁵³: IS 7 for k = 0, 21 for |k| = 1, where e − e' and k·ln2 cancel to 0.07; beyond 8. Log-variances 8.
 */
import { half, one } from '../simd/lanes';
import { sumError } from '../simd/sum';
import { em1mxBeside, expNormal } from './exp';
import { atanhTailBy, exponentStep, stepLn2, unshifted } from './logRatio';

/** What x and y are. */
export const VARIANCE: i32 = 0;
export const STD: i32 = 1;
export const LOG_VARIANCE: i32 = 2;

/** Entries of a tile, a multiple of BLOCK, and its bytes. */
export const TILE: i32 = 256;
export const TILE_BYTES: usize = 256 * 8 + 64;

const MINUS_HALF: usize = memory.data<f64>([-0.5], 8);

/** Where terms hold: x and 1/y; |x − y| and |y| of log-variances, where eˣ⁻ʸ and e^(−y/2) are normal; and the result, so that y ≥ 2⁻⁹⁰⁰ and no sum overflows. */
export const SMALLEST: f64 = 3.054936363499605e-151; // 2⁻⁵⁰⁰
export const LARGEST_GAP: f64 = 700;
export const LARGEST_LOG: f64 = 1400;
const LARGEST: usize = memory.data<u64>([0x58f00000], 8); // the upper word of 2⁴⁰⁰

/**
 * All ones in the lanes whose result holds, or all results of which the largest words are given: bits of what is negative, infinite or NaN are larger than any.
 * (Where x/y is beyond all exponents the result is one of these.)
 */
@inline export function isUsable(result: v128): v128 {
  return i64x2.gt_s(v128.load64_splat(LARGEST), i64x2.shr_u(result, 32));
}

/** ½·[em1mx(x − y) + (δ·e^(−y/2))²]. e^(x−y) − 1 goes to `kept` where it `isKept`, and e^(−y/2) a tile further. */
@inline export function logTerm(m0: v128, x: v128, m1: v128, y: v128, isKept: bool, kept: usize): v128 {
  const d = f64x2.sub(x, y);
  const lost = sumError(x, f64x2.neg(y), d);
  const root = expNormal<f64>(f64x2.mul(y, v128.load64_splat(MINUS_HALF)));
  const g = em1mxBeside(d, d, root, isKept, kept, TILE_BYTES);
  const u = f64x2.mul(f64x2.sub(m0, m1), root);
  return f64x2.mul(half<f64>(), f64x2.add(f64x2.add(g, f64x2.mul(lost, f64x2.add(g, d))), f64x2.mul(u, u)));
}

/**
 * The divergence by variances or standard deviations, in two halves, so that neither has a chain longer than a core looks ahead (measured 1.4×). The first leaves
 * s, e' and what does not wait for them at three places. x − y = `difference`, δ = `gap`, inverse = 1/y. `isGiven`: the difference is known better than x − y would give it.
 */
@inline export function layRatio(
  std: bool, isGiven: bool, gap: v128, x: v128, y: v128, inverse: v128, difference: v128, toS: usize, toNear: usize, toRest: usize,
): void {
  const shift = f64x2.mul(gap, inverse), step = exponentStep<f64>(x, y), near = i32x4.add(y, step);
  const scale = i32x4.sub(one<f64>(), step); // 2⁻ᵏ
  let d = f64x2.sub(x, near);
  if (isGiven) d = v128.bitselect(difference, d, unshifted<f64>(step));
  const eNear = f64x2.mul(d, f64x2.mul(inverse, scale));
  v128.store(toS, f64x2.div(d, f64x2.add(x, near)));
  v128.store(toNear, eNear);
  // A branch that goes one way for a whole call costs less than a second body in the module, and a fifth less time than a mask. Halves are exact.
  const e = f64x2.mul(difference, inverse);
  let square = f64x2.mul(shift, gap);
  if (std) square = f64x2.mul(half<f64>(), f64x2.add(f64x2.mul(e, e), f64x2.mul(shift, shift)));
  v128.store(toRest, f64x2.add(f64x2.sub(f64x2.sub(e, eNear), stepLn2<f64>(step)), square));
}

/** The other half, from there; `unit` is 1 for standard deviations, ½ for variances; the others are numbers of the tail. */
@inline export function closeRatio(
  unit: v128, atS: usize, atNear: usize, atRest: usize, n0: v128, n1: v128, d0: v128, d1: v128, d2: v128, d3: v128,
): v128 {
  const s = v128.load(atS), z = f64x2.mul(s, s), rest = v128.load(atRest);
  return f64x2.mul(unit, f64x2.add(f64x2.mul(s, f64x2.sub(v128.load(atNear), f64x2.mul(z, atanhTailBy<f64>(z, n0, n1, d0, d1, d2, d3)))), rest));
}

/** See there. */
@inline export function unitOf(std: bool): v128 {
  return f64x2.splat(std ? 1 : 0.5);
}
