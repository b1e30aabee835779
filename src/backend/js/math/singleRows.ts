/** Twin of assembly/math/singleRows.ts: rows of one f64 column, φ by the loops of KL's tiles. Formulas and bounds stand there. */
import { klTile64, TILE } from './klTile.js';
import { ratio64, SCALE_64, TINY_64, UNSCALE_64 } from './logRatio.js';

/** 2³⁰⁰. */
const MOST = 2.037035976334486e90;

const { tile, ratios, finish, guarded } = klTile64;

/** Puts the entries of `count` rows into a tile; one that serves them all is put there once. */
function lay(to: Float64Array, from: Float64Array, step: number, first: number, count: number): void {
  if (step !== 0) to.set(from.subarray(first, first + count));
  else if (first === 0) to.fill(from[0] as number);
}

/** φ of an entry of the tile that is no dense one; NaN for what is left to the robust way, which knows what is invalid. */
function guardedTerm(i: number): number {
  if (!((tile.p[i] as number) <= MOST && (tile.q[i] as number) <= MOST)) return NaN;
  guarded(i, i + 1);
  return (tile.term[i] as number) * UNSCALE_64;
}

/** φ of `count` entries of the tile. */
function fillTerms(count: number, out: Float64Array, first: number): void {
  for (let i = 0; i < count; i++) {
    const end = ratios(i, count);
    finish(i, end);
    for (; i < end; i++) out[first + i] = tile.term[i] as number;
    if (i < count) out[first + i] = guardedTerm(i);
  }
}

/** And φ(x, y)/x. */
function fillRatios(count: number, out: Float64Array, first: number): void {
  const { p, q } = tile;
  for (let i = 0; i < count; i++) {
    const x = p[i] as number;
    const y = q[i] as number;
    const scale = x >= TINY_64 && y >= TINY_64 ? 1 : SCALE_64;
    out[first + i] = x > 0 && y > 0 && x <= MOST && y <= MOST ? ratio64(x * scale, y * scale) : NaN;
  }
}

/** φ(x, y) of each row, or φ(x, y)/x; `robust` answers a row beyond the range. */
export function singleRows(
  isRatio: boolean,
  p: Float64Array,
  stepP: number,
  q: Float64Array,
  stepQ: number,
  rows: number,
  out: Float64Array,
  robust: (row: number) => number,
): void {
  for (let first = 0; first < rows; first += TILE) {
    const count = Math.min(TILE, rows - first);
    lay(tile.p, p, stepP, first, count);
    lay(tile.q, q, stepQ, first, count);
    if (isRatio) fillRatios(count, out, first);
    else fillTerms(count, out, first);
    for (let row = first; row < first + count; row++) {
      const term = out[row] as number;
      if (term !== term) out[row] = robust(row);
    }
  }
}
