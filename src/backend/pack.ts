/** Rows as the products of all pairs want them: in groups, a group's entries of one column side by side. */
import type { Dtype, Floats } from '../types.js';

/** Rows of p in a group. */
export const QUAD = 4;

/** Rows of q in a group: two vectors. */
export const TILE: Readonly<Record<Dtype, number>> = { f64: 4, f32: 8 };

/** Entries that so many rows take, the last group filled up. */
export function packedLength(rows: number, cols: number, group: number): number {
  return Math.ceil(rows / group) * group * cols;
}

/** Where the first entry of a row is, the next ones each `group` further on. Places that no row is written to are to be 0. */
export function placeOf(row: number, cols: number, group: number): number {
  const inGroup = row % group;
  return (row - inGroup) * cols + inGroup;
}

/** What products become: cell_ij = (start_i + offset_j) − Σ_k p_ik·q_jk. */
export interface Cells {
  /** QUAD · quads, and TILE · tiles, of f64. */
  readonly start: Float64Array;
  readonly offset: Float64Array;
  /** As many. `doubtP[i]` becomes Infinity where a cell of the row, as `out` holds it and in a column that is skipped too, is not above `doubtP[i] + doubtQ[j]`. */
  readonly doubtP: Float64Array;
  readonly doubtQ: Float64Array;
  /** Row i is written from `at + i · stride` on: `rows` rows, of each the cells of columns `from` to `to` at the places of their columns. */
  readonly out: Floats;
  readonly at: number;
  readonly stride: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Cells of every row with every row.
 *
 * @param p     packed in groups of QUAD rows, `quads` of them
 * @param q     packed in groups of TILE rows, `tiles` of them
 */
export type Products = (p: Floats, q: Floats, quads: number, tiles: number, cols: number, cells: Cells) => void;
