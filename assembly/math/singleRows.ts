/**
 * Rows of one f64 column as they are, φ(x, y) or φ(x, y)/x: each is its own term, and what a row costs elsewhere (its sums, its way, its mass) falls away:
 * 4 ns a row instead of 60 and more.
 *
 * Domain  A tile with an entry outside 2⁻⁴⁰⁰ … 2³⁰⁰ is gone through again, scaled, to the same bits. That leaves nothing for the twin but entries above 2³⁰⁰ and
 *         what is invalid (NaN).
 */
import { MOST, denseTile, startsDense } from './klTile';
import { mended, raised, scaled, unscaleFactor } from './logRatio';
import { PHI_RATIO } from './phiLoops';

/** Entries of a tile, a multiple of what is taken at a time. Five rooms and what phiLoops.ts takes fit the scratch of a kernel of rows (contract.ts). */
const TILE: i32 = 640;
const ROOM: usize = 640 * 8 + 64;
/** A reference row, repeated, for either side; entries that were scaled; terms of a tile that is not full. */
const GUARDED: usize = 2 * ROOM;
const TERMS: usize = 4 * ROOM;
const SIDE: usize = 5 * ROOM;

/** Where a tile of an input begins: a reference row is repeated. */
function laid(p: usize, step: usize, to: usize): usize {
  if (step != 0) return p;
  for (let i: usize = 0; i < ROOM; i += 16) v128.store(to + i, v128.load64_splat(p));
  return to;
}

/** Terms of any, by way of scaled copies of them; NaN where they are too large, or invalid. */
function guardedTile(what: i32, p: usize, q: usize, n: i32, t: usize, scratch: usize): void {
  const x = scratch + GUARDED, y = x + ROOM, size = <usize>n * 8;
  const most = f64x2.splat(MOST), least = f64x2.splat(what == PHI_RATIO ? 0 : -1), unscale = f64x2.splat(what == PHI_RATIO ? 1 : unscaleFactor<f64>());
  for (let i: usize = 0; i < size; i += 16) {
    v128.store(x + i, raised<f64>(scaled<f64>(v128.load(p + i))));
    v128.store(y + i, raised<f64>(scaled<f64>(v128.load(q + i))));
  }
  denseTile<f64>(false, what, x, y, n, t, scratch + SIDE);
  let i: usize = 0;
  do {
    const a = v128.load(p + i), b = v128.load(q + i), isOut = v128.or(f64x2.gt(f64x2.pmax(a, b), most), f64x2.le(f64x2.pmin(a, b), least));
    v128.store(t + i, v128.or(mended<f64>(f64x2.mul(v128.load(t + i), unscale), a, b), isOut));
    i += 16;
  } while (i < size);
}

/** Terms of rows; PHI, or PHI_RATIO of entries above 0. */
export function singleRows(what: i32, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, scratch: usize, out: usize): void {
  p = laid(p, pStep, scratch);
  q = laid(q, qStep, scratch + ROOM);
  let isQuick = true;
  for (; rows > 0; rows -= TILE) {
    const n = min(rows, TILE), size = <usize>n * 8;
    const t = n == TILE ? out : scratch + TERMS; // a full one goes to its place
    // Where the tile before was not, a look comes first: terms of zeros that are not scaled take 13 times as long.
    isQuick = (isQuick || startsDense<f64>(p, q, n)) && denseTile<f64>(true, what, p, q, n, t, scratch + SIDE);
    if (!isQuick) guardedTile(what, p, q, n, t, scratch);
    if (t != out) memory.copy(out, t, size);
    p += pStep * n;
    q += qStep * n;
    out += size;
  }
}
