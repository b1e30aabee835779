/** Twin of assembly/math/singleRows.ts: rows of one f64 column, by the loops of KL's tiles. Formulas and bounds stand there. */
import { klTile64, TILE } from './klTile.js';
import { SCALE_64, UNSCALE_64 } from './logRatio.js';

/** 2³⁰⁰. */
const MOST = 2.037035976334486e90;

const { tile, ratios, finish, guarded } = klTile64;

/** Puts the entries of `count` rows into a tile; one that serves them all is put there once. */
function lay(to: Float64Array, from: Float64Array, step: number, first: number, count: number): void {
  if (step !== 0) to.set(from.subarray(first, first + count));
  else if (first === 0) to.fill(from[0] as number);
}

/** The term of an entry that is no dense one; NaN for what is left to the robust way, which knows what is invalid. */
function guardedTerm(isRatio: boolean, i: number): number {
  const x = tile.p[i] as number;
  const y = tile.q[i] as number;
  if (!(x <= MOST && y <= MOST) || (isRatio && !(x > 0 && y > 0))) return NaN;
  guarded(i, i + 1);
  const term = tile.term[i] as number;
  return isRatio ? term / (x * SCALE_64) : term * UNSCALE_64;
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
    for (let i = 0; i < count; i++) {
      const end = ratios(i, count);
      finish(i, end);
      for (; i < end; i++) out[first + i] = isRatio ? (tile.term[i] as number) / (tile.p[i] as number) : (tile.term[i] as number);
      if (i === count) break;
      const term = guardedTerm(isRatio, i);
      out[first + i] = term === term ? term : robust(first + i);
    }
  }
}
