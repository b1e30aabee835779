/**
 * φ of a tile's entries, dense or guarded as kl.ts has it: for rows of KL, and for rows of one column, of which φ is all there is.
 */
import { constant, firstLanes, lanes, largest, one, smallest, zero } from '../simd/lanes';
import { rowLeast } from '../simd/tile';
import { guardScale, guardedPhi, isDense, mended, phi, phiPair, scaled, unscaleFactor } from './logRatio';

/** 2³⁰⁰: the guard's scale takes it to 2⁹⁰⁰. Rows of KL whose sum is above it are the twin's. */
export const MOST: f64 = 2.037035976334486e90;

/** φ of n entries into the tile at t, unscaled; whether all entries are large enough for that, and of f64 none above MOST. */
export function denseTile<T>(p: usize, q: usize, n: i32, t: usize): bool {
  const L = lanes<T>();
  const end = t + <usize>n * sizeof<T>();
  const chains: i32 = sizeof<T>() == 8 ? 2 : 4; // between stores: as many as a core's window holds
  const main = t + <usize>(n & ~(chains * L - 1)) * sizeof<T>();
  let least = one<T>(), most = one<T>();
  while (t < main) {
    const x0 = v128.load(p), x1 = v128.load(p, 16), y0 = v128.load(q), y1 = v128.load(q, 16);
    least = v128.pmin<T>(v128.pmin<T>(least, v128.pmin<T>(x0, y0)), v128.pmin<T>(x1, y1));
    if (sizeof<T>() == 8) {
      most = v128.pmax<T>(v128.pmax<T>(most, v128.pmax<T>(x0, y0)), v128.pmax<T>(x1, y1));
      const t0 = phi<T>(x0, y0), t1 = phi<T>(x1, y1);
      v128.store(t, t0);
      v128.store(t, t1, 16);
    } else {
      const x2 = v128.load(p, 32), x3 = v128.load(p, 48), y2 = v128.load(q, 32), y3 = v128.load(q, 48);
      least = v128.pmin<T>(v128.pmin<T>(least, v128.pmin<T>(x2, y2)), v128.pmin<T>(x3, y3));
      const t0 = phi<T>(x0, y0), t1 = phi<T>(x1, y1), t2 = phi<T>(x2, y2), t3 = phi<T>(x3, y3);
      v128.store(t, t0);
      v128.store(t, t1, 16);
      v128.store(t, t2, 32);
      v128.store(t, t3, 48);
    }
    p += chains * 16;
    q += chains * 16;
    t += chains * 16;
  }
  while (t < end) {
    const m = firstLanes<T>(min(L, <i32>((end - t) / sizeof<T>())));
    const x = v128.bitselect(v128.load(p), one<T>(), m), y = v128.bitselect(v128.load(q), one<T>(), m);
    least = v128.pmin<T>(least, v128.pmin<T>(x, y));
    if (sizeof<T>() == 8) most = v128.pmax<T>(most, v128.pmax<T>(x, y));
    v128.store(t, sizeof<T>() == 8 ? phiPair<f64>(x, y, f64x2.sub(x, y)) : phi<T>(x, y)); // a call is nothing beside a tile, and its body stands already
    p += 16;
    q += 16;
    t += 16;
  }
  return isDense<T>(smallest<T>(least)) && largest<T>(most) <= MOST;
}

const SIGN_64: usize = memory.data<u64>([0x8000000000000000], 8);
const SIGN_32: usize = memory.data<u32>([0x80000000], 4);

/** The smaller of x and y, scaled, but below 0 where q = 0 < p. */
@inline function smaller<T>(x: v128, y: v128, q: v128): v128 {
  return v128.pmin<T>(v128.or(x, v128.and(constant<T>(SIGN_64, SIGN_32), v128.eq<T>(q, zero()))), y);
}

/** The same, guarded: scaled, two vectors at a time. */
@inline function guardedTile<T>(p: usize, q: usize, n: i32, t: usize): f64 {
  const end = t + <usize>n * sizeof<T>();
  let least = guardScale<T>();
  for (let i = t, a = p, b = q; i < end; i += 32, a += 32, b += 32) {
    const p0 = v128.load(a), p1 = v128.load(a, 16), q0 = v128.load(b), q1 = v128.load(b, 16);
    const x0 = scaled<T>(p0), x1 = scaled<T>(p1), y0 = scaled<T>(q0), y1 = scaled<T>(q1);
    // One after the other: a NaN, which may be another row's, would hide what it is compared with first.
    least = v128.pmin<T>(v128.pmin<T>(least, smaller<T>(x0, y0, q0)), smaller<T>(x1, y1, q1));
    const t0 = guardedPhi<T>(x0, y0), t1 = guardedPhi<T>(x1, y1);
    v128.store(i, t0);
    v128.store(i, t1, 16);
  }
  const smallestEntry = smallest<T>(least) * unscaleFactor<T>();
  if (smallestEntry < 0) mendTile<T>(p, q, n, t);
  return smallestEntry;
}

/** Infinity for the terms of p > 0 = q, NaN for those of negative entries. */
function mendTile<T>(p: usize, q: usize, n: i32, t: usize): void {
  const end = t + <usize>n * sizeof<T>();
  for (; t < end; p += 16, q += 16, t += 16) v128.store(t, mended<T>(v128.load(t), v128.load(p), v128.load(q)));
}

/** How a tile was filled, which is how the next one is begun: a sparse batch does not pay for dense attempts. */
export const DENSE: i32 = 0;
const GUARDED: i32 = 1;
/** Guarded, but dense would have done. */
const GUARDED_LAST: i32 = 2;

/** Entries that are looked at before a tile is tried as dense: unscaled terms of zeros are subnormal or worse, 13 times as slow. */
const PROBE: i32 = 64;

/** Whether the first entries are large enough. */
@inline export function startsDense<T>(p: usize, q: usize, n: i32): bool {
  const probe = min(n, PROBE);
  return isDense<T>(rowLeast<T>(p, probe)) && isDense<T>(rowLeast<T>(q, probe));
}

/** Terms of n entries into the tile. */
export function fillTile<T>(begin: i32, p: usize, q: usize, n: i32, t: usize): i32 {
  if (begin != GUARDED && startsDense<T>(p, q, n) && denseTile<T>(p, q, n, t)) return DENSE;
  return isDense<T>(guardedTile<T>(p, q, n, t)) ? GUARDED_LAST : GUARDED;
}

/** What a sum of such terms is to be multiplied by. */
@inline export function unscaleOf<T>(filled: i32): f64 {
  return filled == DENSE ? 1 : unscaleFactor<T>();
}
