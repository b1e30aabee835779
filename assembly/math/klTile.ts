/**
 * φ of a tile's entries, dense or guarded as kl.ts has it: for rows of KL, and for rows of one column, of which φ is all there is.
 */
import { constant, firstLanes, lanes, largest, one, smallest, zero } from '../simd/lanes';
import { TILE_BYTES, rowLeast } from '../simd/tile';
import { LEAST_32, guardScale, guardedZero, isDense, mended, phiPair, scaleNumber, scaledBy, stepNumber, unscaleFactor } from './logRatio';
import { APART, PHI, PHI_RATIO, PIECE, closePhis, layPhi } from './phiLoops';

/** 2³⁰⁰: the guard's scale takes it to 2⁹⁰⁰. Rows of KL whose sum is above it are the twin's. */
export const MOST: f64 = 2.037035976334486e90;

/**
 * φ of n entries into the tile at t, unscaled; whether all entries are large enough for that, and of f64 none above MOST. PHI or, of f64 and up to
 * three entries more, PHI_RATIO. `isTried`: it may end where one is not. `side`: SIDE_BYTES of scratch.
 */
export function denseTile<T>(isTried: bool, what: i32, p: usize, q: usize, n: i32, t: usize, side: usize): bool {
  const L = lanes<T>(), half = stepNumber<T>(0), mask = stepNumber<T>(1), ln2 = stepNumber<T>(2);
  const end = t + <usize>n * sizeof<T>(), main = t + <usize>((what == PHI_RATIO ? n + 2 * L - 1 : n) & (-2 * L)) * sizeof<T>();
  let least = one<T>(), most = least;
  while (t < main) {
    const size = min(main - t, PIECE);
    let i: usize = 0;
    do {
      const x0 = v128.load(p + i), x1 = v128.load(p + i, 16), y0 = v128.load(q + i), y1 = v128.load(q + i, 16);
      least = v128.pmin<T>(v128.pmin<T>(least, v128.pmin<T>(x0, y0)), v128.pmin<T>(x1, y1));
      if (sizeof<T>() == 8) most = v128.pmax<T>(v128.pmax<T>(most, v128.pmax<T>(x0, y0)), v128.pmax<T>(x1, y1));
      layPhi<T>(PHI, x0, y0, false, y0, side + i, half, mask, ln2);
      layPhi<T>(PHI, x1, y1, false, y1, side + i + 16, half, mask, ln2);
      i += 32;
    } while (i < size);
    if (isTried && !holds<T>(least, most)) return false;
    closePhis<T>(what, p, side, size, t, t);
    p += size;
    q += size;
    t += size;
  }
  while (t < end) {
    const m = firstLanes<T>(min(L, <i32>((end - t) / sizeof<T>())));
    const x = v128.bitselect(v128.load(p), one<T>(), m), y = v128.bitselect(v128.load(q), one<T>(), m);
    least = v128.pmin<T>(least, v128.pmin<T>(x, y));
    if (sizeof<T>() == 8) most = v128.pmax<T>(most, v128.pmax<T>(x, y));
    v128.store(t, phiPair<T>(x, y, v128.sub<T>(x, y))); // a call is nothing beside a tile
    p += 16;
    q += 16;
    t += 16;
  }
  return holds<T>(least, most);
}

@inline function holds<T>(least: v128, most: v128): bool {
  return isDense<T>(smallest<T>(least)) && largest<T>(most) <= MOST;
}

const SIGN_64: usize = memory.data<u64>([0x8000000000000000], 8);
const SIGN_32: usize = memory.data<u32>([0x80000000], 4);

@inline function layGuarded<T>(x: v128, y: v128, floor: v128, side: usize, half: v128, mask: v128, ln2: v128): void {
  const raised = v128.pmax<T>(x, floor);
  v128.store(side, raised, APART);
  layPhi<T>(PHI, raised, v128.pmax<T>(y, floor), false, y, side, half, mask, ln2);
}

/** The same, guarded: scaled. */
function guardedTile<T>(p: usize, q: usize, n: i32, t: usize, side: usize): f64 {
  const half = stepNumber<T>(0), mask = stepNumber<T>(1), ln2 = stepNumber<T>(2), whole = <usize>n * sizeof<T>();
  const scale = scaleNumber<T>(), normal = v128.load32_splat(LEAST_32), none = zero(), floor = guardedZero<T>(), sign = constant<T>(SIGN_64, SIGN_32);
  let least = guardScale<T>();
  for (let o: usize = 0; o < whole; o += PIECE) {
    const size = min(whole - o, PIECE), a = p + o, b = q + o;
    let i: usize = 0;
    do {
      // Two vectors a turn. The smaller entry, but below 0 where q = 0 < p; one after the other: a NaN, which may be another row's, would hide what it is compared with first.
      const q0 = v128.load(b + i), x0 = scaledBy<T>(v128.load(a + i), scale, normal, none), y0 = scaledBy<T>(q0, scale, normal, none);
      const q1 = v128.load(b + i, 16), x1 = scaledBy<T>(v128.load(a + i, 16), scale, normal, none), y1 = scaledBy<T>(q1, scale, normal, none);
      least = v128.pmin<T>(least, v128.pmin<T>(v128.or(x0, v128.and(sign, v128.eq<T>(q0, none))), y0));
      least = v128.pmin<T>(least, v128.pmin<T>(v128.or(x1, v128.and(sign, v128.eq<T>(q1, none))), y1));
      layGuarded<T>(x0, y0, floor, side + i, half, mask, ln2);
      layGuarded<T>(x1, y1, floor, side + i + 16, half, mask, ln2);
      i += 32;
    } while (i < size);
    closePhis<T>(PHI, side + APART, side, size, t + o, t + o);
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

/** Terms of n entries into the tile, which has SIDE_BYTES of scratch behind it. */
export function fillTile<T>(begin: i32, p: usize, q: usize, n: i32, t: usize): i32 {
  const side = t + TILE_BYTES;
  if (begin != GUARDED && startsDense<T>(p, q, n) && denseTile<T>(true, PHI, p, q, n, t, side)) return DENSE;
  return isDense<T>(guardedTile<T>(p, q, n, t, side)) ? GUARDED_LAST : GUARDED;
}

/** What a sum of such terms is to be multiplied by. */
@inline export function unscaleOf<T>(filled: i32): f64 {
  return filled == DENSE ? 1 : unscaleFactor<T>();
}
