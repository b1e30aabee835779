/**
 * The quick ways of a row of diagonal Gaussians: terms with absolute errors, for rows that do not nearly agree. They decline (−1) where the result
 * is too small against that error, or where a value is too far out for T's lanes; the row is then done precisely.
 *
 * Errors below count every rounding at its worst and all of one sign, in units of 2⁻⁵³ (f32: 2⁻²⁴) a column; 32 (16) times the result is allowed.
 */
import { addWide, highHalf, highHalves, lanes, largest, lowHalves, one, smallest, sumBoth, zero } from '../simd/lanes';
import { BLOCK, sumError } from '../simd/sum';
import { excess32, excessOfTwo, exponentBy, number32 } from './exp';
import { logPair } from './log';

/** The answer that leaves a row to the precise way. */
export const DECLINED: f64 = -1;

/** A step of N(0, 1)'s parameters: read again and again, they are the row of a prior. */
export const ZEROS: usize = memory.data<f64>([0, 0, 0, 0, 0, 0, 0, 0], 16);
export const ONES_64: usize = memory.data<f64>([1, 1, 1, 1, 1, 1, 1, 1], 16);
export const ONES_32: usize = memory.data<f32>([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 16);

/** Half the sums over rows of log-variances against N(0, 1), or DECLINED each. `wide`: inputs are f64. Gradients go to g0 and gx, where they are not 0. */
export function quickLogRows(wide: bool, m0: usize, m0Step: usize, x: usize, xStep: usize, rows: i32, cols: i32, scratch: usize, out: usize, g0: usize, gx: usize): void {
  const size = <usize>cols << (wide ? 3 : 2), end = out + 8 * <usize>rows;
  do {
    store<f64>(out, priorLog(wide, m0, x, cols, scratch, g0, gx));
    m0 += m0Step;
    x += xStep;
    out += 8;
    if (g0) g0 += size;
    if (gx) gx += size;
  } while (out < end);
}

/** Rows that are closed together, and where what is left of each stands meanwhile: behind what is padded. */
export const QUICK_ROWS: i32 = 64;
const ENDS: usize = 512;

/** Half the sums over at most QUICK_ROWS rows of variances or standard deviations, or DECLINED each. `prior`: m1 and y are those of N(0, 1). */
export function quickRatioRows(
  std: bool, prior: bool, wide: bool, m0: usize, m0Step: usize, x: usize, xStep: usize, m1: usize, m1Step: usize, y: usize, yStep: usize,
  rows: i32, cols: i32, scratch: usize, out: usize,
): void {
  const ends = scratch + ENDS, last = ends + ((<usize>rows - 1) << 4), least = f64x2.splat(0.5 * <f64>cols);
  for (let end = ends; end <= last; end += 16, m0 += m0Step, x += xStep, m1 += m1Step, y += yStep) {
    v128.store(end, f64x2.replace_lane(one<f64>(), 0, NaN));
    if (wide) quickRatioRow<f64>(std, m0, x, m1, y, prior ? 0 : 64, cols, scratch, end);
    else quickRatioRow<f32>(std, m0, x, m1, y, prior ? 0 : 64, cols, scratch, end);
  }
  for (let end = ends; end <= last; end += 32, out += 16) {
    const first = v128.load(end), second = v128.load(min(end + 16, last));
    const d = f64x2.sub(lowHalves(first, second), logPair(highHalves(first, second)));
    const v = v128.bitselect(f64x2.mul(f64x2.splat(0.5), d), f64x2.splat(DECLINED), f64x2.ge(d, least));
    v128.store64_lane(out, v, 0);
    if (end < last) v128.store64_lane(out, v, 1, 8);
  }
}

const MANTISSA: usize = memory.data<u64>([0x000fffffffffffff], 8);

/**
 * The product form: ½·[Σ(r − 1 + δ²/y) − log Πr] with r = x/y, for standard deviations r = (x/y)² and δ²/y²: one logarithm a row. To `end` go what it is
 * taken from and its argument, but for a row that is declined.
 *
 * Error   What r lost moves both parts alike. Left are one rounding a factor in the product, and in the sum that of r − 1, of a tree of 3 + 8 additions,
 *         and δ²/y's own: with ρ the mean of |r − 1|, 1 + 11ρ. It takes ρ = 1.36 at most for terms that are ½ on average, so 32 is kept from there on.
 *         In f32 (8 of the additions and half the product are f64) 0.75 + 5ρ: 16.
 */
function quickRatioRow<T>(std: bool, m0: usize, x: usize, m1: usize, y: usize, move: usize, cols: i32, scratch: usize, end: usize): void {
  const L = lanes<T>();
  const isStd = std ? i8x16.splat(-1) : zero(); // a mask instead of a second body
  let least = one<T>(), leastInverse = one<T>();
  let hi = zero(), lo = zero();
  let product = one<f64>(), exponents = zero();
  let isFirst = true;
  for (let left = cols; left > 0; left -= BLOCK) {
    let sum = zero();
    let n = min(left, BLOCK);
    do {
      if (n < 4 * L) {
        const bytes = <usize>n * sizeof<T>();
        m0 = padded(m0, bytes, zero(), scratch);
        x = padded(x, bytes, one<T>(), scratch + 64);
        m1 = padded(m1, bytes, zero(), scratch + 128);
        y = padded(y, bytes, one<T>(), scratch + 192);
      }
      const w0 = v128.div<T>(one<T>(), v128.load(y)), w1 = v128.div<T>(one<T>(), v128.load(y, 16));
      const w2 = v128.div<T>(one<T>(), v128.load(y, 32)), w3 = v128.div<T>(one<T>(), v128.load(y, 48));
      const x0 = v128.mul<T>(v128.load(x), w0), x1 = v128.mul<T>(v128.load(x, 16), w1);
      const x2 = v128.mul<T>(v128.load(x, 32), w2), x3 = v128.mul<T>(v128.load(x, 48), w3);
      least = v128.pmin<T>(least, v128.pmin<T>(v128.pmin<T>(x0, x1), v128.pmin<T>(x2, x3)));
      leastInverse = v128.pmin<T>(leastInverse, v128.pmin<T>(v128.pmin<T>(w0, w1), v128.pmin<T>(w2, w3)));
      const r0 = ratio<T>(isStd, x0), r1 = ratio<T>(isStd, x1), r2 = ratio<T>(isStd, x2), r3 = ratio<T>(isStd, x3);
      product = mulWide<T>(product, v128.mul<T>(v128.mul<T>(r0, r1), v128.mul<T>(r2, r3)));
      const g0 = v128.sub<T>(v128.load(m0), v128.load(m1)), g1 = v128.sub<T>(v128.load(m0, 16), v128.load(m1, 16));
      const g2 = v128.sub<T>(v128.load(m0, 32), v128.load(m1, 32)), g3 = v128.sub<T>(v128.load(m0, 48), v128.load(m1, 48));
      const u = v128.add<T>(excess<T>(isStd, g0, w0, r0), excess<T>(isStd, g1, w1, r1));
      sum = addWide<T>(sum, v128.add<T>(u, v128.add<T>(excess<T>(isStd, g2, w2, r2), excess<T>(isStd, g3, w3, r3))));
      m0 += 64;
      x += 64;
      m1 += move;
      y += move;
      if (isFirst) {
        // −log P ≤ 1/P − 1: a row that starts near its reference is left at once.
        const p = f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1);
        if (both(sum) - 1 + 1 / p < 0.125 * <f64>(4 * L)) return;
        isFirst = false;
      }
      n -= 4 * L;
    } while (n > 0);
    // |log₂| of a lane's product is at most 32·30 a block: its exponent goes out before the next.
    exponents = i64x2.add(exponents, i64x2.shr_u(product, 52));
    product = v128.or(v128.and(product, v128.load64_splat(MANTISSA)), one<f64>());
    const block = sumBoth(sum), h = f64x2.add(hi, block);
    if (left < cols) lo = f64x2.add(lo, sumError(hi, block, h));
    hi = h;
  }
  const total = f64x2.extract_lane(f64x2.add(hi, lo), 0);
  const blocks = <i64>((cols + BLOCK - 1) / BLOCK);
  const exponent = <f64>(i64x2.extract_lane(exponents, 0) + i64x2.extract_lane(exponents, 1) - 2046 * blocks);
  // 2⁻³⁰ ≤ r ≤ 2³⁰: below by `least`, above because every term is ≥ −1. y in (0, 2¹⁰⁰]. NaN declines.
  const holds = smallest<T>(least) >= (std ? 3.0517578125e-5 : 9.313225746154785e-10) && smallest<T>(leastInverse) >= 7.888609052210118e-31;
  if (!(holds && total + <f64>cols <= 1073741824)) return;
  store<f64>(end, total - exponent * 0.6931471805599453);
  store<f64>(end, f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1), 8);
}

/** r, the ratio of variances, from x/y. */
@inline function ratio<T>(isStd: v128, x: v128): v128 {
  return v128.mul<T>(x, v128.bitselect(x, one<T>(), isStd));
}

/** r − 1 + δ²/y (δ²/y² for standard deviations). */
@inline function excess<T>(isStd: v128, gap: v128, inverse: v128, r: v128): v128 {
  const shift = v128.mul<T>(gap, inverse);
  return v128.add<T>(v128.sub<T>(r, one<T>()), v128.mul<T>(shift, v128.bitselect(shift, gap, isStd)));
}

/**
 * Log-variances against N(0, 1): ½·Σ[eˣ − 1 − x + μ²], gradients μ and ½·(eˣ − 1). (Against a pair the precise terms are nearly as fast, and the module is 4 KB smaller.)
 *
 * Error   f64, eˣ − 1 − x from eˣ: for terms that are ⅛ on average (x = 0.46) eˣ 1.6, eˣ − 1 0.6, the sum 13·⅛. Gradients 3 relative.
 *         f32, em1mx: relative. Squares below 2⁻¹⁴⁹ are lost, hence the least result.
 */
@inline function priorLog(wide: bool, m0: usize, x: usize, cols: i32, scratch: usize, g0: usize, gx: usize): f64 {
  const step = wide ? 8 : 16, isKept = gx != 0;
  if (g0) memory.copy(g0, m0, <usize>cols << (wide ? 3 : 2));
  let most = zero();
  let hi = zero(), lo = zero();
  let isFirst = wide;
  const perLn2 = number32(0), high = number32(1), low = number32(2), magic = number32(3), biased = number32(4), unit = number32(5);
  const q0 = number32(6), q1 = number32(7), q2 = number32(8), q3 = number32(9), q4 = number32(10), q5 = number32(11), q6 = number32(12);
  for (let left = cols; left > 0; left -= BLOCK) {
    let sum = zero();
    let n = min(left, BLOCK);
    if (!wide && !isKept && n >= step) {
      // All four vectors at once: by a loop as below they take a fourteenth longer. (In f64 that is all the same.)
      do {
        const x0 = v128.load(x), e0 = exponentBy(x0, perLn2, magic, biased);
        const t0 = excess32(x0, m0, e0, false, 0, perLn2, high, low, unit, q0, q1, q2, q3, q4, q5, q6);
        const x1 = v128.load(x, 16), e1 = exponentBy(x1, perLn2, magic, biased);
        const t1 = excess32(x1, m0 + 16, e1, false, 0, perLn2, high, low, unit, q0, q1, q2, q3, q4, q5, q6);
        const x2 = v128.load(x, 32), e2 = exponentBy(x2, perLn2, magic, biased);
        const t2 = excess32(x2, m0 + 32, e2, false, 0, perLn2, high, low, unit, q0, q1, q2, q3, q4, q5, q6);
        const x3 = v128.load(x, 48), e3 = exponentBy(x3, perLn2, magic, biased);
        const t3 = excess32(x3, m0 + 48, e3, false, 0, perLn2, high, low, unit, q0, q1, q2, q3, q4, q5, q6);
        most = v128.or(most, v128.or(v128.or(e0, e1), v128.or(e2, e3)));
        sum = addWide<f32>(sum, f32x4.add(f32x4.add(t0, t1), f32x4.add(t2, t3)));
        m0 += 64;
        x += 64;
        n -= 16;
      } while (n >= 16);
    }
    if (n > 0) do {
      const bytes = <usize>n << (wide ? 3 : 2), isShort = n < step;
      if (isShort) {
        m0 = padded(m0, bytes, zero(), scratch);
        x = padded(x, bytes, zero(), scratch + 64);
      }
      // A short step takes no whole vectors.
      const k = isShort ? scratch + 128 : gx;
      let t = zero(), v: usize = 0;
      if (wide) {
        do {
          const a = v128.load(x + v), b = v128.load(x + v, 16);
          most = f64x2.pmax(most, f64x2.pmax(f64x2.abs(a), f64x2.abs(b)));
          t = f64x2.add(t, excessOfTwo(a, b, m0 + v, isKept, k + v));
          v += 32;
        } while (v < 64);
        sum = f64x2.add(sum, t);
      } else {
        do {
          const a = v128.load(x + v), b = v128.load(x + v, 16), e = exponentOf32(a), f = exponentOf32(b);
          most = v128.or(most, v128.or(e, f));
          t = f32x4.add(t, f32x4.add(termOf(a, m0 + v, e, isKept, k + v), termOf(b, m0 + v + 16, f, isKept, k + v + 16)));
          v += 32;
        } while (v < 64);
        sum = addWide<f32>(sum, t);
      }
      m0 += 64;
      x += 64;
      if (isKept && isShort) memory.copy(gx, k, bytes);
      gx += 64;
      if (isFirst) {
        if (both(sum) < 0.5) return DECLINED;
        isFirst = false;
      }
      n -= step;
    } while (n > 0);
    const block = sumBoth(sum), h = f64x2.add(hi, block);
    if (left < cols) lo = f64x2.add(lo, sumError(hi, block, h));
    hi = h;
  }
  const total = f64x2.extract_lane(f64x2.add(hi, lo), 0);
  const holds = wide ? largest<f64>(most) <= 700 : !v128.any_true(i32x4.shr_u(most, 8));
  return holds && total < Infinity && total >= (wide ? 0.125 * <f64>cols : 8.077935669463161e-28) ? 0.5 * total : DECLINED;
}

/** Of rows whose gradients are kept, and of a row's end: one vector, its numbers loaded where they are used. */
@inline function exponentOf32(x: v128): v128 {
  return exponentBy(x, number32(0), number32(3), number32(4));
}
@inline function termOf(x: v128, gap: usize, n: v128, isKept: bool, to: usize): v128 {
  return excess32(
    x, gap, n, isKept, to, number32(0), number32(1), number32(2), number32(5),
    number32(6), number32(7), number32(8), number32(9), number32(10), number32(11), number32(12),
  );
}

/** The sum of both lanes. */
@inline function both(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** The bytes at p, fewer than four vectors', followed by `rest`, at `to`. */
function padded(p: usize, bytes: usize, rest: v128, to: usize): usize {
  for (let i: usize = 0; i < 64; i += 16) v128.store(to + i, rest);
  for (let i: usize = 0; i < bytes; i += 4) store<u32>(to + i, load<u32>(p + i));
  return to;
}

/** acc · t in f64: f64x2 lanes as they are; f32x4 lanes widened, 0 · 2 and 1 · 3. */
@inline function mulWide<T>(acc: v128, t: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.mul(acc, t);
  return f64x2.mul(acc, f64x2.mul(f64x2.promote_low_f32x4(t), f64x2.promote_low_f32x4(highHalf(t))));
}
