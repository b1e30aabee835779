/** Whether two groups' means differ by more than chance: relabelling with a studentised statistic. */
import { type PermutationTest, permutationTest } from '../statistics/permutation.js';
import { type Cell, meanOf } from './groups.js';

/** Square of what rounding may leave of a difference, in standard errors. */
const ROUNDING = 1e-24;

/**
 * Relabels the rows of two groups. The statistic is the squared difference of their means, over what their own scatter lets expect of it, columns weighed by
 * 1/mean as a divergence weighs them near 0; of two classes it is the square of Welch's t. So p-values are exact where all rows could have been
 * exchanged, and of two classes hold for large groups too where means are equal and scatters are not.
 *
 * Source  A. Janssen, Stat. Probab. Lett. 36 (1997); E. Chung, J. P. Romano, Ann. Stat. 41 (2013)
 */
export function meansTest(a: Cell, b: Cell, settings: { readonly permutations: number; readonly seed: number }): PermutationTest {
  const rows = [...a.rows, ...b.rows];
  const [n, m] = [a.rows.length, b.rows.length];
  const pooled = meanOf(rows);
  // What is the same in all rows says nothing, and of two classes one says all.
  const varied = Array.from(pooled.keys()).filter((i) => rows.some((row) => row[i] !== rows[0]?.[i]));
  const columns = pooled.length === 2 ? varied.slice(0, 1) : varied;
  // About the pooled mean sums are small, and differences of means keep their digits.
  const centred = columns.map((i) => Float64Array.from(rows, (row) => (row[i] as number) - (pooled[i] as number)));
  const totals = centred.map((column) => column.reduce((sum, x) => sum + x, 0));
  const squares = centred.map((column) => column.reduce((sum, x) => sum + x * x, 0));
  const statistic = (labels: Int32Array): number => {
    let [found, expected] = [0, 0];
    for (let c = 0; c < columns.length; c++) {
      const column = centred[c] as Float64Array;
      let [sum, square] = [0, 0];
      for (let i = 0; i < labels.length; i++) {
        if (labels[i] !== 0) continue;
        const x = column[i] as number;
        sum += x;
        square += x * x;
      }
      const rest = (totals[c] as number) - sum;
      const weight = 1 / (pooled[columns[c] as number] as number);
      found += weight * (sum / n - rest / m) ** 2;
      expected += weight * (scatter(sum, square, n) + scatter(rest, (squares[c] as number) - square, m));
    }
    // Rises with found/expected, and is 1 where groups do not scatter; what rounding leaves of equal means is nothing.
    return found <= ROUNDING * expected ? 0 : found / (found + expected);
  };
  return permutationTest(
    Int32Array.from(rows, (_, i) => (i < n ? 0 : 1)),
    statistic,
    settings,
  );
}

/** Variance of the mean of n ≥ 2 numbers, from their sum and sum of squares. */
function scatter(sum: number, square: number, n: number): number {
  return Math.max(0, square - (sum * sum) / n) / (n - 1) / n;
}
