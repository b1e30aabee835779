/**
 * KL divergence of rows.
 *
 *   normalize = 1: D(p̂ ‖ q̂) = (Σφ(p, q) − φ(P, Q))/P, P = Σp, Q = Σq, φ(P, Q) with its difference Σ(p − q) summed by itself; ≥ 0.
 *   normalize = 0: Σ p·log(p/q), entries as given, relatively accurate term by term; may be negative.
 *
 * p = 0 adds q (as given: 0); p > 0 with q = 0 gives Infinity; an entry negative, NaN or infinite, or a row that sums to 0, gives NaN.
 *
 * Three ways, chosen by speed where they agree bit by bit and by the row alone where they do not:
 *   dense    every entry ≥ DENSE: terms of the entries as they are.
 *   guarded  zeros masked, entries times 2⁶⁴ (f32) or 2⁶⁰⁰ (f64) so that no intermediate is subnormal. Powers of two are exact: a dense row gives the same bits.
 *   robust   sums outside [LEAST, MOST]: mantissas and exponents, in f64.
 * Where P and Q are so far apart that Σφ and φ(P, Q) would cancel (a factor 2 or more), q is brought to the mass of p: equalMass.ts.
 *
 * Error   f64: 6e-16 relative on ordinary rows, at most 32·2⁻⁵³; f32: 2⁻²⁰.
 * Source  NUMERICS, sections 1 and 2.
 */
import { addWide, firstLanes, lanes, one, smallest, sumPair, zero } from '../simd/lanes';
import { BLOCK, sumError } from '../simd/sum';
import { GROUP, TILE, TILE_BYTES, rowLeast, stepDifference, stepSum, maskOf, tailDifference, tailSum, vectorsOf } from '../simd/tile';
import { given, guardScale, guardedGiven, guardedPhi, isDense, isModerate, isOrdinary, phi, unscaleFactor } from '../math/logRatio';
import { phiOne } from '../math/scalar';
import { equalMassRow } from '../math/equalMass';
import { KL, robustDivergence } from '../math/robust';

/** Terms of n entries into the tile at t, dense; returns the smallest entry. */
@inline function denseTile<T>(normalize: bool, p: usize, q: usize, n: i32, t: usize): f64 {
  const L = lanes<T>();
  const end = t + <usize>n * sizeof<T>();
  const main = t + <usize>(n & ~(4 * L - 1)) * sizeof<T>();
  let least = one<T>();
  while (t < main) {
    // Four chains between the stores: as many as a core's window holds.
    const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = v128.load(p, 48);
    const y0 = v128.load(q), y1 = v128.load(q, 16), y2 = v128.load(q, 32), y3 = v128.load(q, 48);
    least = v128.pmin<T>(v128.pmin<T>(least, v128.pmin<T>(x0, y0)), v128.pmin<T>(x1, y1));
    least = v128.pmin<T>(v128.pmin<T>(least, v128.pmin<T>(x2, y2)), v128.pmin<T>(x3, y3));
    const t0 = denseTerm<T>(normalize, x0, y0), t1 = denseTerm<T>(normalize, x1, y1);
    const t2 = denseTerm<T>(normalize, x2, y2), t3 = denseTerm<T>(normalize, x3, y3);
    v128.store(t, t0);
    v128.store(t, t1, 16);
    v128.store(t, t2, 32);
    v128.store(t, t3, 48);
    p += 64;
    q += 64;
    t += 64;
  }
  while (t < end) {
    const m = firstLanes<T>(min(L, <i32>((end - t) / sizeof<T>())));
    const x = v128.bitselect(v128.load(p), one<T>(), m), y = v128.bitselect(v128.load(q), one<T>(), m);
    least = v128.pmin<T>(least, v128.pmin<T>(x, y));
    v128.store(t, denseTerm<T>(normalize, x, y));
    p += 16;
    q += 16;
    t += 16;
  }
  return smallest<T>(least);
}

@inline function denseTerm<T>(normalize: bool, x: v128, y: v128): v128 {
  return normalize ? phi<T>(x, y) : given<T>(x, y);
}

/** The same, guarded. */
function guardedTile<T>(normalize: bool, p: usize, q: usize, n: i32, t: usize): void {
  const end = t + <usize>n * sizeof<T>();
  for (; t < end; p += 16, q += 16, t += 16) {
    const x = v128.mul<T>(v128.load(p), guardScale<T>()), y = v128.mul<T>(v128.load(q), guardScale<T>());
    v128.store(t, normalize ? guardedPhi<T>(x, y) : guardedGiven<T>(x, y));
  }
}

/** Terms of n entries into the tile; returns what a sum of them is to be multiplied by. */
function fillTile<T>(normalize: bool, p: usize, q: usize, n: i32, t: usize): f64 {
  const least = denseTile<T>(normalize, p, q, n, t);
  if (isDense<T>(least)) return 1;
  guardedTile<T>(normalize, p, q, n, t);
  return unscaleFactor<T>();
}

/** The row's value from its sums, or NaN where the row needs `slow`. */
@inline function close<T>(normalize: bool, F: f64, P: f64, E: f64): f64 {
  const Q = P - E;
  if (!(isOrdinary<T>(P) && isOrdinary<T>(Q))) return NaN;
  if (!normalize) return F;
  const s = E / (P + Q), z = s * s;
  // φ(P, Q); by its series where P and Q are close, which is nearly always
  const excess = z < 1e-6 ? s * (E + P * z * (0.6666666666666666 + z * (0.4 + z * 0.2857142857142857))) : P > 0 && Q > 0 ? phiOne(P, Q, E) : NaN;
  if (!(excess <= 0.5 * F)) return NaN; // they would cancel
  const v = (F - excess) / P;
  return v < 0 ? 0 : v;
}

/** Rows that break their domain (NaN), whose sums differ as much as they do, or out of the lanes' range. */
function slow<T>(normalize: bool, p: usize, q: usize, cols: i32, P: f64, E: f64, scratch: usize): f64 {
  const Q = P - E;
  if (normalize && isOrdinary<T>(P) && isOrdinary<T>(Q) && isModerate<T>(P / Q) && rowLeast<T>(p, cols) >= 0 && rowLeast<T>(q, cols) >= 0) {
    const v = equalMassRow<T>(KL, p, q, cols, E / Q, scratch) / P;
    return v == v ? (v < 0 ? 0 : v) : NaN;
  }
  return robustDivergence<T>(KL, p, q, cols, normalize);
}

@inline function klRows<T>(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: bool, scratch: usize, out: usize): void {
  const L = lanes<T>();
  const size = <usize>cols * sizeof<T>();
  const tailLength = cols & (4 * L - 1);
  const tailVectors = vectorsOf<T>(tailLength);
  const tailMask = maskOf<T>(tailLength);
  const short = cols <= TILE;
  // Rows that lie end to end share tiles; a reference row is repeated so that it does, too.
  const flat = short && pStep == size;
  const group = min(flat ? TILE / max(cols, 1) : GROUP, GROUP);
  // Scratch: a tile and a running sum (see slow), the sums of a group, the repeated reference.
  const tile = scratch, sumsF = scratch + TILE_BYTES + 16, sumsP = sumsF + GROUP * 8, sumsE = sumsP + GROUP * 8;
  let repeated = q;
  if (flat && qStep == 0) {
    repeated = sumsE + GROUP * 8;
    for (let i = 0; i < group; i++) memory.copy(repeated + <usize>i * size, q, size);
  }

  for (let first = 0; first < rows; first += group) {
    const count = min(group, rows - first);
    let t = tile, unscale: f64 = 1;
    if (flat) unscale = fillTile<T>(normalize, p, qStep == 0 ? repeated : q, count * cols, tile);
    for (let r = 0; r < count; r++) {
      let a = p + <usize>r * pStep, b = q + <usize>r * qStep;
      let hi = zero(), lo = zero(), eHi = zero(), eLo = zero();
      for (let c = 0; c < cols; c += BLOCK) {
        if (!flat && (c & (TILE - 1)) == 0) {
          t = tile;
          unscale = fillTile<T>(normalize, a, b, min(TILE, cols - c), t);
        }
        let f = zero(), s = zero(), e = zero();
        let n = min(cols - c, BLOCK);
        for (; n >= 4 * L; n -= 4 * L) {
          f = addWide<T>(f, stepSum<T>(t));
          s = addWide<T>(s, stepSum<T>(a));
          e = addWide<T>(e, stepDifference<T>(a, b));
          a += 64;
          b += 64;
          t += 64;
        }
        if (n > 0) {
          f = addWide<T>(f, tailSum<T>(t, tailVectors, tailMask));
          s = addWide<T>(s, tailSum<T>(a, tailVectors, tailMask));
          e = addWide<T>(e, tailDifference<T>(a, b, tailVectors, tailMask));
          t += <usize>n * sizeof<T>();
        }
        let fs = sumPair(f, s);
        const ee = sumPair(e, e);
        if (unscale != 1) fs = f64x2.mul(fs, f64x2.replace_lane(f64x2.splat(1), 0, unscale));
        if (cols <= BLOCK) {
          hi = fs;
          eHi = ee;
        } else {
          const h = f64x2.add(hi, fs), g = f64x2.add(eHi, ee);
          lo = f64x2.add(lo, sumError(hi, fs, h));
          eLo = f64x2.add(eLo, sumError(eHi, ee, g));
          hi = h;
          eHi = g;
        }
      }
      const fs = f64x2.add(hi, lo);
      const slot = <usize>r * 8;
      const F = f64x2.extract_lane(fs, 0);
      // An infinite term leaves NaN in the low part.
      store<f64>(sumsF + slot, F == F ? F : f64x2.extract_lane(hi, 0));
      store<f64>(sumsP + slot, f64x2.extract_lane(fs, 1));
      store<f64>(sumsE + slot, f64x2.extract_lane(f64x2.add(eHi, eLo), 0));
    }
    for (let r = 0; r < count; r++) {
      const slot = <usize>r * 8;
      const F = load<f64>(sumsF + slot), P = load<f64>(sumsP + slot), E = load<f64>(sumsE + slot);
      let v = close<T>(normalize, F, P, E);
      if (v != v) v = slow<T>(normalize, p + <usize>r * pStep, q + <usize>r * qStep, cols, P, E, scratch);
      store<f64>(out + slot, v);
    }
    p += <usize>count * pStep;
    q += <usize>count * qStep;
    out += <usize>count * 8;
  }
}

export function kl_rows_f64(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  if (normalize != 0) klRows<f64>(p, pStep, q, qStep, rows, cols, true, scratch, out);
  else klRows<f64>(p, pStep, q, qStep, rows, cols, false, scratch, out);
}

export function kl_rows_f32(p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, cols: i32, normalize: f64, scratch: usize, out: usize): void {
  if (normalize != 0) klRows<f32>(p, pStep, q, qStep, rows, cols, true, scratch, out);
  else klRows<f32>(p, pStep, q, qStep, rows, cols, false, scratch, out);
}
