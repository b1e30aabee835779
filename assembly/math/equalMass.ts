/**
 * Divergences of a row by bringing q to the mass of p. With η = Σ(p − q)/Q:
 *   q̃ = q·(1 + η), so that Σq̃ = P;   d = (p − q) − q·η, so that p − q̃ = d without cancellation.
 * Then D(p̂ ‖ q̂) = Σφ(p, q̃; d)/P, and likewise the symmetric divergences: sums of non-negative terms with nothing to subtract.
 *
 * Error   each term as φ or the log-ratio with its difference handed in; q̃'s rounding does not enter d. 5 ULP of the row, however close p̂ and q̂.
 * Source  NUMERICS, section 2.
 */
import { one, zero } from '../simd/lanes';
import { TILE, TILE_BYTES, addBlocks, clearSum, sumAt } from '../simd/tile';
import { guardScale, infinity, logRatio, phiGiven, unscaleFactor } from './logRatio';
import { JEFFREYS, KL } from './robust';

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
 * Σ terms of one row (Jensen–Shannon: Σ[φ(p, m) + φ(q̃, m)]). Sums ordinary, entries ≥ 0. Entries are scaled by a power of two meanwhile, so that
 * no intermediate is subnormal. Scratch: a tile and a running sum.
 */
@inline export function equalMassRow<T>(op: i32, p: usize, q: usize, cols: i32, eta: f64, scratch: usize): f64 {
  const tile = scratch, state = scratch + TILE_BYTES;
  const shrink = v128.splat<T>(<T>eta), growth = v128.add<T>(one<T>(), shrink);
  clearSum(state);
  for (let c = 0; c < cols; c += TILE) {
    const n = min(TILE, cols - c);
    const end = <usize>n * sizeof<T>(), from = <usize>c * sizeof<T>();
    for (let i: usize = 0; i < end; i += 16) {
      const x = v128.mul<T>(v128.load(p + from + i), guardScale<T>());
      const y = v128.mul<T>(v128.load(q + from + i), guardScale<T>());
      const d = v128.sub<T>(v128.sub<T>(x, y), v128.mul<T>(y, shrink));
      const z = v128.mul<T>(y, growth);
      v128.store(tile + i, op == KL ? klTerm<T>(x, z, d) : op == JEFFREYS ? jeffreysTerm<T>(x, z, d) : jensenShannonTerm<T>(x, z, d));
    }
    addBlocks<T>(tile, n, state);
  }
  return sumAt(state) * unscaleFactor<T>();
}
