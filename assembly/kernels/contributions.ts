/**
 * What each class adds to the KL divergence of rows of masses.
 *
 * Method  q, times the power of two nearest to P/Q, is brought to the mass of p, q̃ = q·(1 + η) with η = Σ(p − q)/Q, and d = p − q̃ = (p − q) − q·η is
 *         taken without cancellation; then
 *         non-negative  φ(p, q̃; d)/P = p̂·log(p̂/q̂) − p̂ + q̂
 *         signed        p̂·log(p̂/q̂): (φ(p, q̃; d) + d)/P where d ≥ 0, else −(p/q̃)·(φ(q̃, p; −d) − d)/P: two parts of one sign each way.
 *         log ratio     log(p̂/q̂) from p, q̃ and d, 0 where p is 0. For products of all pairs, where q is one row of 24 bits: it is multiplied not by a power of
 *                       two but by 24 bits of P/Q, exactly, so that η is at most 2⁻²³ and takes no digits of close entries however unlike the masses.
 *         As given: η = 0, P = 1. All in f64, f32 rows are widened.
 * Error   each entry 22 ULP of f64 and what η's own rounding moves (12·2⁻⁵³·Σ|p − q|), for sums that are close; f32: what storing rounds. Rows out of the lanes' range are left to the twin (NaN).
 * Source  NUMERICS, sections 1 and 2.
 */
import { one, zero } from '../simd/lanes';
import { extremes, pair, pairBytes, pairSum, storeRowOf } from '../simd/pairs';
import { infinity, isModerate, isOrdinary, phiPair } from '../math/logRatio';
import { nearestPower } from '../math/massTile';
import { LOG, phis } from '../math/phiLoops';

/** 2⁶⁰⁰, and back: meanwhile no intermediate is subnormal. */
const SCALE: f64 = 4.149515568880993e180;
const UNSCALE: f64 = 2.409919865102884e-181;

/** What `contribution` says; 0 is non-negative, anything else signed. */
const LOG_RATIO: f64 = 2;

/** The first 24 bits of a number. */
@inline function upTo24Bits(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xffffffffe0000000);
}

/** A row times 2⁶⁰⁰; returns its unscaled sum, or NaN for a row with entries below 0. */
function read(double: bool, from: usize, n: i32, to: usize): f64 {
  const step: usize = double ? 16 : 8;
  let o: usize = 0;
  do {
    v128.store(to + o, f64x2.mul(double ? pair<f64>(from) : pair<f32>(from), f64x2.splat(SCALE)));
    o += 16;
    from += step;
  } while (o < pairBytes(n));
  return f64x2.extract_lane(extremes<f64>(to, n), 0) >= 0 ? pairSum(to, n) * UNSCALE : NaN;
}

/** d = x − y; returns their sum. */
function subtract(x: usize, y: usize, n: i32, d: usize): f64 {
  let o: usize = 0;
  do {
    v128.store(d + o, f64x2.sub(v128.load(x + o), v128.load(y + o)));
    o += 16;
  } while (o < pairBytes(n));
  return pairSum(d, n);
}

/** The contributions of a row of scaled entries, in place of x. */
function contribute(x: usize, y: usize, d: usize, n: i32, eta: f64, signed: bool, times: f64): void {
  const shrink = f64x2.splat(eta), growth = f64x2.splat(1 + eta), all = f64x2.splat(times), sign = i64x2.splat(signed ? -1 : 0);
  let o: usize = 0;
  do {
    const a = v128.load(x + o), q = v128.load(y + o), b = f64x2.mul(q, growth);
    const aZero = f64x2.eq(a, zero()), bZero = f64x2.eq(b, zero()), masked = v128.or(aZero, bZero);
    const e = v128.andnot(f64x2.sub(v128.load(d + o), f64x2.mul(q, shrink)), masked);
    const swaps = v128.and(f64x2.lt(e, zero()), sign);
    const p = v128.bitselect(one<f64>(), a, masked), r = v128.bitselect(one<f64>(), b, masked);
    const far = v128.bitselect(f64x2.neg(e), e, swaps);
    let t = phiPair<f64>(v128.bitselect(r, p, swaps), v128.bitselect(p, r, swaps), far);
    t = f64x2.add(t, v128.and(far, sign));
    t = f64x2.mul(t, v128.bitselect(f64x2.neg(f64x2.div(p, r)), one<f64>(), swaps));
    t = v128.bitselect(t, f64x2.pmax(t, zero()), sign);
    // Where one of them is 0: Infinity for mass that q lacks; q's mass, or nothing of the signed kind, where p lacks it.
    const alone = v128.bitselect(v128.andnot(b, sign), v128.andnot(infinity<f64>(), aZero), aZero);
    v128.store(x + o, f64x2.mul(v128.bitselect(alone, t, masked), all));
    o += 16;
  } while (o < pairBytes(n));
}

/** The logarithms of the ratios of a row of scaled entries, in place of x. */
function logarithms(x: usize, y: usize, d: usize, n: i32, eta: f64, side: usize): void {
  const shrink = f64x2.splat(eta), growth = f64x2.splat(1 + eta), size = pairBytes(n);
  let o: usize = 0;
  do {
    const q = v128.load(y + o);
    v128.store(d + o, f64x2.sub(v128.load(d + o), f64x2.mul(q, shrink)));
    v128.store(y + o, f64x2.mul(q, growth));
    o += 16;
  } while (o < size);
  phis<f64>(LOG, false, shrink, shrink, shrink, x, y, d, <i32>(size >> 3), x, d, d, side);
  o = 0;
  do {
    const none = f64x2.eq(v128.load(x + o), zero()), masked = v128.or(none, f64x2.eq(v128.load(y + o), zero()));
    v128.store(x + o, v128.bitselect(v128.andnot(infinity<f64>(), none), v128.load(d + o), masked));
    o += 16;
  } while (o < size);
}

/** One body for both dtypes: what it does goes over rows, not over entries. */
export function contribution_rows(
  double: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, contribution: f64, scratch: usize, out: usize,
): void {
  const x = scratch, y = x + pairBytes(cols), d = y + pairBytes(cols);
  for (let r = 0; r < rows; r++, p += pStep, q += qStep, out += <usize>cols << (double ? 3 : 2)) {
    const P = read(double, p, cols, x);
    let Q = read(double, q, cols, y);
    const ratio = P / Q;
    if (!(isOrdinary<f64>(P) && isOrdinary<f64>(Q) && isModerate<f64>(ratio))) {
      if (double) store<f64>(out, NaN);
      else store<f32>(out, NaN);
      continue;
    }
    const factor = normalize == 0 ? 1 : contribution == LOG_RATIO ? upTo24Bits(ratio) : nearestPower(ratio);
    if (factor != 1) {
      Q *= factor;
      let o: usize = 0;
      do {
        v128.store(y + o, f64x2.mul(v128.load(y + o), f64x2.splat(factor)));
        o += 16;
      } while (o < pairBytes(cols));
    }
    const E = subtract(x, y, cols, d) * UNSCALE;
    const eta = normalize != 0 ? E / Q : 0;
    if (contribution == LOG_RATIO) logarithms(x, y, d, cols, eta, d + pairBytes(cols) + 16);
    else contribute(x, y, d, cols, eta, contribution != 0, normalize != 0 ? UNSCALE / P : UNSCALE);
    storeRowOf(double, x, cols, out);
  }
}
