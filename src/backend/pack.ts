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

/** Writes a row into its place: row r of the packed rows is every `group`-th entry. Places that no row is written to are left 0. */
export function packRow(from: Floats, at: number, cols: number, into: Floats, row: number, group: number): void {
  const inGroup = row % group;
  for (let k = 0, to = (row - inGroup) * cols + inGroup; k < cols; k++, to += group) into[to] = from[at + k] as number;
}

/**
 * Products of rows: out[i · width + j] = Σ_k p_ik·q_jk, width being the tiles' rows.
 *
 * @param p     packed in groups of QUAD rows, `quads` of them
 * @param q     packed in groups of TILE rows, `tiles` of them
 * @param out   f64, QUAD · quads rows × TILE · tiles
 */
export type Products = (p: Floats, q: Floats, quads: number, tiles: number, cols: number, out: Float64Array) => void;
