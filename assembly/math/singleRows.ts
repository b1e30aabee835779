/**
 * Rows of one f64 column as they are, φ(x, y) or φ(x, y)/x: each is its own term, and what a row costs elsewhere (its sums, its way, its mass) falls away:
 * 5 ns a row instead of 60 and more. Dense or guarded as a tile of kl.ts, which leaves nothing for the twin but entries above 2³⁰⁰ and what is invalid (NaN).
 */
import { one } from '../simd/lanes';
import { DENSE, fillTile, unscaleOf } from './klTile';

/** Entries of a tile; a reference row, repeated, takes another for each side. Three of them fit the scratch of a kernel of rows (contract.ts). */
const TILE: i32 = 768;
const TILE_BYTES: usize = 768 * 8 + 64;

/** 2³⁰⁰: the guard's scale takes it to 2⁹⁰⁰. */
const MOST: f64 = 2.037035976334486e90;

/** Where a tile of an input begins: a reference row is repeated. */
function laid(p: usize, step: usize, to: usize): usize {
  if (step != 0) return p;
  for (let i: usize = 0; i < TILE_BYTES; i += 16) v128.store(to + i, v128.load64_splat(p));
  return to;
}

/** `ratio`: φ(x, y)/x, of entries above 0. */
export function singleRows(ratio: bool, p: usize, pStep: usize, q: usize, qStep: usize, rows: i32, scratch: usize, out: usize): void {
  const tile = scratch + 2 * TILE_BYTES, most = f64x2.splat(MOST), least = f64x2.splat(ratio ? 0 : -1);
  p = laid(p, pStep, scratch);
  q = laid(q, qStep, scratch + TILE_BYTES);
  let filled = DENSE;
  for (let left = rows; left > 0; left -= TILE) {
    const n = min(left, TILE), size = <usize>n * 8;
    const t = n == TILE ? out : tile; // a full one goes to its place
    filled = fillTile<f64>(filled, p, q, n, t);
    let far = most;
    if (filled == DENSE && !ratio) {
      // Nothing is left to do but where an entry is far out.
      far = least;
      for (let i: usize = 0; i < size; i += 16) far = f64x2.pmax(far, f64x2.pmax(v128.load(p + i), v128.load(q + i)));
    }
    if (v128.any_true(f64x2.ge(far, most))) {
      const unscale = f64x2.splat(unscaleOf<f64>(filled)), scale = f64x2.div(one<f64>(), unscale);
      for (let i: usize = 0; i < size; i += 16) {
        const x = v128.load(p + i), y = v128.load(q + i);
        let term = v128.load(t + i), isOut = f64x2.gt(f64x2.pmax(x, y), most), by = x;
        if (filled != DENSE) {
          isOut = v128.or(isOut, f64x2.le(f64x2.pmin(x, y), least));
          by = f64x2.mul(x, scale);
          if (!ratio) term = f64x2.mul(term, unscale);
        }
        if (ratio) term = f64x2.div(term, by);
        v128.store(t + i, v128.or(term, isOut));
      }
    }
    if (t != out) memory.copy(out, t, size);
    p += pStep * n;
    q += qStep * n;
    out += size;
  }
}
