/**
 * Divergences of a row by bringing q to the mass of p. With η = Σ(p − q)/Q:
 *   q̃ = q·(1 + η), so that Σq̃ = P;   d = (p − q) − q·η, so that p − q̃ = d without cancellation.
 * Then D(p̂ ‖ q̂) = Σφ(p, q̃; d)/P, and likewise the symmetric divergences: sums of non-negative terms with nothing to subtract.
 *
 * Error   each term as φ or the log-ratio with its difference handed in; q̃'s rounding does not enter d. 5 ULP of the row, however close p̂ and q̂.
 * Source  NUMERICS, section 2.
 */
import { one, zero } from '../simd/lanes';
import { TILE, TILE_BYTES, addBlocks, clearSum, rowDifference, rowLeast, rowSum, sumAt } from '../simd/tile';
import { guardScale, infinity, isModerate, isOrdinary, logRatio, phiGiven, unscaleFactor } from './logRatio';

/** Which divergence. */
export const KL: i32 = 0;
export const JEFFREYS: i32 = 1;
export const JENSEN_SHANNON: i32 = 2;
/** KL as given, Σ p·log(p/q). */
export const GIVEN: i32 = 3;
/** Not a divergence: the sum of d itself. */
const DIFFERENCE: i32 = 4;

const LN2: f64 = 0.6931471805599453;

/** x·log(x/y), zeros included. */
@inline function givenTerm<T>(x: v128, y: v128, d: v128): v128 {
  const xZero = v128.eq<T>(x, zero()), yZero = v128.eq<T>(y, zero());
  const masked = v128.or(xZero, yZero);
  const ratio = logRatio<T>(v128.bitselect(one<T>(), x, masked), v128.bitselect(one<T>(), y, masked), v128.andnot(d, masked));
  return v128.add<T>(v128.mul<T>(x, ratio), v128.and(v128.andnot(yZero, xZero), infinity<T>()));
}

/** φ(x, y), zeros included. */
@inline function klTerm<T>(x: v128, y: v128, d: v128): v128 {
  const xZero = v128.eq<T>(x, zero()), yZero = v128.eq<T>(y, zero());
  const masked = v128.or(xZero, yZero);
  const t = phiGiven<T>(v128.bitselect(one<T>(), x, masked), v128.bitselect(one<T>(), y, masked), v128.andnot(d, masked));
  return v128.add<T>(t, v128.and(masked, v128.bitselect(y, infinity<T>(), xZero)));
}

@inline function jeffreysTerm<T>(x: v128, y: v128, d: v128): v128 {
  const xZero = v128.eq<T>(x, zero()), yZero = v128.eq<T>(y, zero());
  const masked = v128.or(xZero, yZero);
  const e = v128.andnot(d, masked);
  const t = v128.mul<T>(e, logRatio<T>(v128.bitselect(one<T>(), x, masked), v128.bitselect(one<T>(), y, masked), e));
  return v128.add<T>(t, v128.and(v128.xor(xZero, yZero), infinity<T>()));
}

/** φ(x, m) + φ(y, m). */
@inline function jensenShannonTerm<T>(x: v128, y: v128, d: v128): v128 {
  const half = v128.splat<T>(<T>0.5);
  const xZero = v128.eq<T>(x, zero()), yZero = v128.eq<T>(y, zero());
  const m = v128.mul<T>(half, v128.add<T>(x, y));
  const safe = v128.bitselect(one<T>(), m, v128.and(xZero, yZero));
  const h = v128.mul<T>(half, d);
  const a = phiGiven<T>(v128.bitselect(safe, x, xZero), safe, v128.andnot(h, xZero));
  const b = phiGiven<T>(v128.bitselect(safe, y, yZero), safe, v128.andnot(v128.neg<T>(h), yZero));
  // φ(0, m) = m
  return v128.add<T>(v128.add<T>(a, v128.and(m, xZero)), v128.add<T>(b, v128.and(m, yZero)));
}

/**
 * The divergence of one row from P = Σp and E = Σ(p − q), or NaN where sums or entries are out of the lanes' range. As given, η = 0 and nothing is divided.
 * Where the masses differ by more than a factor 2, a power of two brings them that close first: E, or d, would lose the smaller side otherwise.
 * Entries are scaled by a power of two meanwhile, so that no intermediate is subnormal. Scratch: a tile and a running sum.
 */
export function equalMass<T>(op: i32, p: usize, q: usize, cols: i32, normalize: bool, P: f64, E: f64, scratch: usize): f64 {
  const state = scratch + TILE_BYTES;
  let Q = P - E, eta: f64 = 0;
  if (!(Q >= 0.5 * P && Q <= 2 * P)) Q = rowSum<T>(q, cols, state);
  if (!(isOrdinary<T>(P) && isOrdinary<T>(Q) && rowLeast<T>(p, cols) >= 0 && rowLeast<T>(q, cols) >= 0)) return NaN;
  let scale = guardScale<T>();
  if (normalize) {
    const ratio = P / Q;
    if (!isModerate<T>(ratio)) return NaN;
    if (!(ratio >= 0.5 && ratio <= 2)) {
      const factor = reinterpret<f64>(reinterpret<u64>(ratio) & 0x7ff0000000000000);
      scale = v128.mul<T>(scale, v128.splat<T>(<T>factor));
      Q *= factor;
      E = terms<T>(DIFFERENCE, p, q, cols, scale, 0, scratch);
    }
    eta = E / Q;
  }
  let v = terms<T>(op, p, q, cols, scale, eta, scratch);
  if (op == JENSEN_SHANNON) v *= 0.5;
  if (normalize) v /= P;
  if (v < 0 && op != GIVEN) return 0;
  return v == v ? v : NaN;
}

/** Rows of one divergence; NaN where the twin is needed. */
export function equalMassRows<T>(
  op: i32, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: bool, scratch: usize, out: usize,
): void {
  const state = scratch + TILE_BYTES;
  for (let r = 0; r < rows; r++, p += pStep, q += qStep, out += 8) {
    const v = equalMass<T>(op, p, q, cols, normalize, rowSum<T>(p, cols, state), rowDifference<T>(p, q, cols), scratch);
    store<f64>(out, op == JENSEN_SHANNON && normalize && v > LN2 ? LN2 : v); // rounding or not
  }
}

/** Σ terms of one row, with q times `scale`. */
function terms<T>(op: i32, p: usize, q: usize, cols: i32, scale: v128, eta: f64, scratch: usize): f64 {
  const tile = scratch, state = scratch + TILE_BYTES;
  const shrink = v128.splat<T>(<T>eta), growth = v128.add<T>(one<T>(), shrink);
  clearSum(state);
  for (let c = 0; c < cols; c += TILE) {
    const n = min(TILE, cols - c);
    const end = <usize>n * sizeof<T>(), from = <usize>c * sizeof<T>();
    for (let i: usize = 0; i < end; i += 16) {
      const x = v128.mul<T>(v128.load(p + from + i), guardScale<T>()), y = v128.mul<T>(v128.load(q + from + i), scale);
      const d = v128.sub<T>(v128.sub<T>(x, y), v128.mul<T>(y, shrink));
      const z = v128.mul<T>(y, growth);
      let t = d;
      if (op == KL) t = klTerm<T>(x, z, d);
      else if (op == JEFFREYS) t = jeffreysTerm<T>(x, z, d);
      else if (op == JENSEN_SHANNON) t = jensenShannonTerm<T>(x, z, d);
      else if (op == GIVEN) t = givenTerm<T>(x, z, d);
      v128.store(tile + i, t);
    }
    addBlocks<T>(tile, n, state);
  }
  return sumAt(state) * unscaleFactor<T>();
}
