/**
 * Divergences of Gaussians with full covariances, two rows side by side, one in each lane: no row needs a reduction over lanes, or a tail.
 *
 * Method  Σ₁ = L₁D₁L₁ᵀ by elimination (L unit lower; from Cholesky factors, D = diag²), multipliers mₖⱼ = (L₁)ⱼₖ; Σ₀ likewise, in one of three ways that
 *         all end in its pivots, their differences qₖ = d₀ₖ − d₁ₖ, and columns rₖ = d₀ₖ·(L₀ − L₁)ₖ:
 *           far      Σ₀ eliminated itself:            r = c₀ − m·d₀
 *           near     T = Σ₀ − Σ₁ eliminated instead:  r = t − m·q,  T' = T − m·tᵀ − r·(m + r/d₀)ᵀ,  q the pivots of T
 *           factors  T = L₀ − L₁ as it is:            r = t − m·q
 *         G = L₁⁻¹·R and v = L₁⁻¹(μ₀ − μ₁) ride along in the elimination of Σ₁, and
 *         KL = Σₖ ½·[IS(d₀ₖ, d₁ₖ; qₖ) + vₖ²/d₁ₖ] + ½·Σ_{h<k} gₕₖ²/(d₀ₕ·d₁ₖ)   (factors: pivots are standard deviations, and the last sum is gₕₖ²/d₁ₖ²).
 *         The trace, the log-determinants and d cancel on paper; every term is ≥ 0, and 0 for equal parameters.
 * Near    where, in units in which Σ₁ has a unit diagonal, ‖Σ₀ − Σ₁‖ < ‖Σ₁‖/10 and < 0.7 (Frobenius): the pivots of Σ₀ then lose nothing worth mentioning
 *         in d₁ + q, and beyond KL is so large that the far way's cond·ε/√KL is cond·ε.
 * Domain  entries finite; covariances symmetric to 2⁻³⁰ (f32 2⁻¹³) of √(ΣᵢᵢΣⱼⱼ), the upper triangle is read; factors 0 above the diagonal; pivots (of factors:
 *         diagonals) from 2⁻³⁰⁰ to 2³⁰⁰, the result up to 2⁴⁰⁰. Anything else is NaN here, and the twin looks closer.
 */
import { half, lowHalves, one, zero } from '../simd/lanes';
import { notANumber } from './constants';
import { tailNumber } from './logRatio';
import { STD, closeRatio, isUsable, layRatio, unitOf } from './gaussianTerm';

const SMALLEST: usize = memory.data<f64>([4.909093465297727e-91], 8); // 2⁻³⁰⁰
const SYMMETRY_64: f64 = 8.673617379884035e-19; // 2⁻⁶⁰
const SYMMETRY_32: f64 = 1.4901161193847656e-8; // 2⁻²⁶
const HUNDREDTH: usize = memory.data<f64>([0.01], 8);

/** The kernels' body. `wide`: inputs are f64. kind: VARIANCE for covariances, STD for factors. */
export function multivariateRows(
  kind: i32, wide: bool, m0: usize, m0Step: usize, x: usize, xStep: usize, m1: usize, m1Step: usize, y: usize, yStep: usize,
  rows: i32, d: i32, scratch: usize, out: usize,
): void {
  const isShared = yStep == 0;
  for (let r = 0; r < rows; r += 2) {
    // The last of an odd number stands in both lanes.
    const next: usize = r + 1 < rows ? 1 : 0;
    const v = rowPair(
      kind, wide, m0, m0 + next * m0Step, x, x + next * xStep, m1, m1 + next * m1Step, y, y + next * yStep, d, isShared, isShared && r > 0, scratch,
    );
    v128.store64_lane(out, v, 0);
    if (next) v128.store64_lane(out, v, 1, 8);
    m0 += 2 * m0Step;
    x += 2 * xStep;
    m1 += 2 * m1Step;
    y += 2 * yStep;
    out += 16;
  }
}

/** Rows a and b. `isKnown`: the reference that all rows share was eliminated before. */
function rowPair(
  kind: i32, wide: bool, m0a: usize, m0b: usize, xa: usize, xb: usize, m1a: usize, m1b: usize, ya: usize, yb: usize,
  d: i32, isShared: bool, isKnown: bool, scratch: usize,
): v128 {
  // Triangles by rows of vectors, upper: Σ₁, later m; a row of r, which also makes numbers of rows even; μ₀ − μ₁; Σ₀ or T, later R; Σ₁ as it was, where it is
  // shared. Two rows and a vector besides.
  const row = <usize>d << 4, square = row * <usize>d, diagonal = row + 16;
  const s1 = scratch, spare = s1 + square, gap = spare + row, s0 = gap + row, kept = s0 + square + 16, w = kept + square + 16, c = w + row, state = c + row;
  const raw = isShared ? kept : s1;
  const isFactor = kind == STD;
  if (!isKnown) v128.store(state, interleave(isFactor, wide, ya, yb, d, raw));
  let ok = v128.load(state);
  for (let j: usize = 0; j < <usize>d; j++) {
    const o = j << (wide ? 3 : 2);
    v128.store(gap + (j << 4), f64x2.sub(both(wide, m0a, m0b, o), both(wide, m1a, m1b, o)));
  }
  ok = v128.and(ok, interleave(isFactor, wide, xa, xb, d, s0));
  const near = isFactor ? 3 : i64x2.bitmask(isNear(s0, raw, d, w));
  if (near == 1 || near == 2) {
    const a = rowPair(kind, wide, m0a, m0a, xa, xa, m1a, m1a, ya, ya, d, isShared, isKnown, scratch);
    const b = rowPair(kind, wide, m0b, m0b, xb, xb, m1b, m1b, yb, yb, d, isShared, isShared, scratch);
    return lowHalves(a, b);
  }
  const isFar = near == 0;
  for (let i: usize = 0; i < <usize>d; i++) {
    const at = i * row;
    if (isFactor) v128.store(w + (i << 4), v128.load(s0 + i * diagonal));
    for (let o = at + (i << 4), end = at + row; o < end; o += 16) {
      const y = v128.load(raw + o);
      if (!isKnown) v128.store(s1 + o, y);
      if (!isFar) v128.store(s0 + o, f64x2.sub(v128.load(s0 + o), y));
    }
  }
  const least = v128.load64_splat(SMALLEST);
  let total = zero();
  for (let k: usize = 0; k < <usize>d; k++) {
    const p1 = s1 + k * row, p0 = s0 + k * row, o = k << 4;
    const d1 = v128.load(p1 + o), q = v128.load(p0 + o), inverse1 = f64x2.div(one<f64>(), d1);
    const d0 = isFactor ? v128.load(w + o) : isFar ? q : f64x2.add(d1, q), inverse0 = f64x2.div(one<f64>(), d0);
    ok = v128.and(ok, v128.and(f64x2.ge(f64x2.pmin(d0, inverse0), least), f64x2.ge(f64x2.pmin(d1, inverse1), least)));
    for (let j = o + 16; j < row; j += 16) {
      let m = v128.load(p1 + j);
      if (!isKnown) {
        v128.store(c + j, m);
        m = f64x2.mul(m, inverse1);
        v128.store(p1 + j, m);
      }
      if (!isFactor) {
        let t = v128.load(p0 + j);
        if (isFar) t = f64x2.mul(t, inverse0);
        else {
          t = f64x2.sub(t, f64x2.mul(m, q));
          v128.store(spare + j, t);
          t = f64x2.add(m, f64x2.mul(t, inverse0));
        }
        v128.store(w + j, t);
      }
    }
    if (!isFactor) {
      if (!isKnown) eliminate(s1, c, p1, o, row);
      if (!isFar) eliminate(s0, p1, p0, o, row);
      eliminate(s0, isFar ? p0 : spare, w, o, row);
    }
    let sum = zero();
    for (let h = s0, e = s0; h < p0; h += row, e += diagonal) {
      const g = v128.load(h + o);
      sum = f64x2.add(sum, f64x2.mul(f64x2.mul(g, isFactor ? inverse1 : v128.load(e)), g));
    }
    // v and columns of G, r among them as q stands at its head.
    for (let h = k & 1 ? spare : gap; h < p0 + row; h += 2 * row) subtract(h, row, p1, v128.load(h + o), v128.load(h + row + o), o + 16, row);
    v128.store(p0 + o, inverse0);
    // In places that are not needed any more; the second half of a term waits long for itself, and many are under way at a time when they follow each other.
    layRatio(isFactor, true, v128.load(gap + o), d0, d1, inverse1, isFar ? f64x2.sub(d0, d1) : q, w + o, c + o, gap + o);
    v128.store(spare + o, f64x2.mul(half<f64>(), f64x2.mul(sum, inverse1)));
  }
  const unit = unitOf(isFactor), n0 = tailNumber<f64>(0), n1 = tailNumber<f64>(1), d0 = tailNumber<f64>(2), d1 = tailNumber<f64>(3), d2 = tailNumber<f64>(4), d3 = tailNumber<f64>(5);
  let o: usize = 0;
  do {
    total = f64x2.add(total, f64x2.add(closeRatio(unit, w + o, c + o, gap + o, n0, n1, d0, d1, d2, d3), v128.load(spare + o)));
    o += 16;
  } while (o < row);
  return v128.bitselect(total, notANumber<f64>(), v128.and(ok, isUsable(total)));
}

/** From offset `from` to `end`, the row at x less f·y, and the row behind it less g·y. */
@inline function subtract(x: usize, row: usize, y: usize, f: v128, g: v128, from: usize, end: usize): void {
  for (let j = from; j < end; j += 16) {
    const v = v128.load(y + j);
    v128.store(x + j, f64x2.sub(v128.load(x + j), f64x2.mul(f, v)));
    v128.store(x + row + j, f64x2.sub(v128.load(x + row + j), f64x2.mul(g, v)));
  }
}

/** One step of elimination, at offset o: row i of s less aᵢ·b, from the diagonal on; two rows at a time. */
function eliminate(s: usize, a: usize, b: usize, o: usize, row: usize): void {
  let to = s + (o >> 4) * row;
  for (let i = o + 16; i < row; i += 32) {
    to += row;
    const f = v128.load(a + i);
    v128.store(to + i, f64x2.sub(v128.load(to + i), f64x2.mul(f, v128.load(b + i))));
    // Of the last row nothing is left, and nothing of what lies behind it is touched.
    subtract(to, row, b, f, v128.load(a + i, 16), i + 16, row);
    to += row;
  }
}

/** Entries at offset o from a and from b in lanes, widened. */
@inline function both(wide: bool, a: usize, b: usize, o: usize): v128 {
  return wide ? v128.load64_lane(b + o, v128.load64_zero(a + o), 1) : f64x2.promote_low_f32x4(v128.load32_lane(b + o, v128.load32_zero(a + o), 1));
}

/** The upper triangles of matrices a and b (of factors: of their transposes) in lanes; all ones in the lanes of symmetric ones (of factors: lower triangles). */
function interleave(isFactor: bool, wide: bool, a: usize, b: usize, d: i32, to: usize): v128 {
  const size: usize = wide ? 8 : 4, pitch = <usize>d * size;
  const kept = i64x2.splat(isFactor ? 0 : -1);
  let differs = zero(), t = to;
  // From a diagonal entry to the right and down: what lies below is laid, and for the most part equals what lies above.
  for (let i: usize = 0, end = pitch; i < pitch; i += size, end += pitch) {
    let right = end - pitch + i;
    v128.store(t, both(wide, a, b, right));
    for (let down = right, o = t; (right += size) < end; ) {
      const l = both(wide, a, b, (down += pitch));
      v128.store((o += 16), l);
      differs = v128.or(differs, f64x2.ne(both(wide, a, b, right), v128.and(l, kept)));
    }
    t += (<usize>d << 4) + 16;
  }
  return isFactor || !v128.any_true(differs) ? v128.not(differs) : mirror(wide, a, b, d, to);
}

/** Lays what lies above the diagonals of a and b; all ones where what {@link interleave} has laid differs from it by no more than it may. */
function mirror(wide: bool, a: usize, b: usize, d: i32, to: usize): v128 {
  const n = <usize>d, row = n << 4, diagonal = row + 16, size: usize = wide ? 8 : 4;
  const tolerance = f64x2.splat(wide ? SYMMETRY_64 : SYMMETRY_32);
  let ok = f64x2.eq(zero(), zero());
  for (let i: usize = 0; i < n; i++) {
    const limit = f64x2.mul(tolerance, v128.load(to + i * diagonal));
    for (let j: usize = 0; j < i; j++) {
      const at = to + j * row + (i << 4), u = both(wide, a, b, (j * n + i) * size), e = f64x2.sub(v128.load(at), u);
      v128.store(at, u);
      ok = v128.and(ok, f64x2.le(f64x2.mul(e, e), f64x2.mul(limit, v128.load(to + j * diagonal))));
    }
  }
  return ok;
}

/** All ones where Σ₀ is near Σ₁ (see above); w is a row of scratch. */
function isNear(s0: usize, s1: usize, d: i32, w: usize): v128 {
  const row = <usize>d << 4, end = w + row;
  let apart = zero(), size = zero();
  for (let u = w, p = s1; u < end; u += 16, p += row + 16) {
    const y = v128.load(p), v = f64x2.div(one<f64>(), y), e = f64x2.mul(f64x2.sub(v128.load(p + (s0 - s1)), y), v);
    v128.store(u, v);
    apart = f64x2.add(apart, f64x2.mul(e, e));
  }
  // Most often diagonals tell: the rest only adds.
  const near = f64x2.lt(apart, half<f64>());
  if (!v128.any_true(near)) return near;
  for (let i: usize = 0; i < row; i += 16, s0 += row, s1 += row) {
    const u = v128.load(w + i);
    let gaps = zero(), squares = zero();
    for (let j = i + 16; j < row; j += 16) {
      const y = v128.load(s1 + j), f = f64x2.sub(v128.load(s0 + j), y), v = v128.load(w + j);
      gaps = f64x2.add(gaps, f64x2.mul(f64x2.mul(f, f), v));
      squares = f64x2.add(squares, f64x2.mul(f64x2.mul(y, y), v));
    }
    apart = f64x2.add(apart, f64x2.mul(u, f64x2.add(gaps, gaps)));
    size = f64x2.add(size, f64x2.add(one<f64>(), f64x2.mul(u, f64x2.add(squares, squares))));
  }
  return f64x2.lt(apart, f64x2.pmin(f64x2.mul(v128.load64_splat(HUNDREDTH), size), half<f64>()));
}
