/** Whether two groups' means differ by more than chance. */
import { permutationTest } from '../statistics/permutation.js';
import { welchStatistic } from '../statistics/welch.js';
import type { Cell } from './groups.js';

/** By relabelling the rows of both: exact where all rows could have been exchanged, and for large groups where means are equal and scatters are not. */
export function meansPValue(a: Cell, b: Cell, settings: { readonly permutations: number; readonly seed: number }): number {
  const rows = [...a.rows, ...b.rows];
  const labels = Int32Array.from(rows, (_, i) => (i < a.rows.length ? 0 : 1));
  return permutationTest(labels, welchStatistic(rows, 2), settings).pValue;
}
