/** What becomes of the cells: one matrix, blocks of rows, or the nearest of each row. */
import type { FloatMatrix } from '../call.js';
import { floatsOf, made } from '../floats.js';
import type { Dtype, Floats } from '../types.js';
import { blockRows, type PairRows } from './cells.js';

/** Every cell. Where both sides are one and the measure is symmetric, cells beyond the diagonal are computed and the rest copied. */
export function collect(pairs: PairRows, out: Floats, isSymmetric?: boolean): FloatMatrix {
  const { rows, others } = pairs;
  const step = blockRows(others);
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    pairs.write(first, count, out, first * others, isSymmetric ? first : 0, others, others);
    if (!isSymmetric) continue;
    for (let i = first; i < first + count; i++) for (let j = i + 1; j < others; j++) out[j * others + i] = out[i * others + j] as number;
  }
  return matrixOf(out, rows, others);
}

function matrixOf(out: Floats, rows: number, cols: number): FloatMatrix {
  return { data: out.length === rows * cols ? out : (out.subarray(0, rows * cols) as Floats), rows, cols };
}

/**
 * Some rows after the others, in the memory of the first of them. Where both sides are one and the measure is symmetric, a cell below the diagonal is computed as that
 * beyond it: arguments exchanged change its last digits.
 */
export function* blocksOf(
  pairs: PairRows,
  dtype: Dtype,
  isSymmetric?: boolean,
): Generator<{ readonly first: number; readonly values: FloatMatrix }> {
  const { rows, others } = pairs;
  const step = blockRows(isSymmetric ? others / 4 : others); // what is turned comes in columns: a few at a time are slow
  const room = floatsOf(dtype, step * others);
  const turned = floatsOf(dtype, isSymmetric ? step * others : 0);
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    pairs.write(first, count, room, 0, isSymmetric ? first : 0, others, others);
    if (isSymmetric) {
      pairs.write(0, first, turned, -first, first, first + count, step);
      for (let i = 0; i < count; i++)
        for (let j = 0; j < first + i; j++)
          room[i * others + j] = (j < first ? turned[j * step + i] : room[(j - first) * others + first + i]) as number;
    }
    yield { first, values: matrixOf(room, count, others) };
  }
}

/** The k nearest of a row: indices of the other side, nearest first, and their values. */
export interface Nearest {
  /** rows × k; ties go to the lower index. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
  readonly k: number;
}

/**
 * What twice a cell's largest relative error stays below, the worst case and not the usual one, so that no neighbour is missed. f32: 82·2⁻²⁴·Σ|terms| in
 * cells above Σ|terms|/8, 2⁻¹⁴·⁶; f64 and Gaussians: less, up to a million columns.
 */
const SLACK = 1 + 2 ** -13;

/**
 * The k smallest cells of every row, in memory of a block. Cells come with an error, so that all which may be among the k smallest are answered by the row
 * kernel, in the unit that is wanted, and sorted by that.
 */
export function nearestOf(
  pairs: PairRows,
  k: number,
  again: (i: number, js: readonly number[]) => Float64Array,
  skipSelf: boolean,
): Nearest {
  const { rows, others } = pairs;
  const step = blockRows(others);
  const cells = made(Float64Array, step * others);
  const indices = made(Int32Array, rows * k);
  const values = made(Float64Array, rows * k);
  const sorted = new Float64Array(others);
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    pairs.write(first, count, cells, 0, 0, others, others);
    for (let i = 0; i < count; i++) {
      const row = cells.subarray(i * others, (i + 1) * others);
      if (skipSelf) row[first + i] = Infinity;
      sorted.set(row);
      const bound = kthSmallest(sorted, k) * SLACK;
      const candidates: number[] = [];
      for (let j = 0; j < others; j++) if ((row[j] as number) <= bound && !(skipSelf && j === first + i)) candidates.push(j);
      const exact = again(first + i, candidates);
      const order = Array.from(candidates.keys()).sort((a, b) => compare(exact[a] as number, exact[b] as number) || a - b);
      for (let n = 0; n < k; n++) {
        indices[(first + i) * k + n] = candidates[order[n] as number] as number;
        values[(first + i) * k + n] = exact[order[n] as number] as number;
      }
    }
  }
  return { indices, values, k };
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Hoare's selection: the k-th smallest, entries are moved about. */
function kthSmallest(a: Float64Array, k: number): number {
  let [low, high] = [0, a.length - 1];
  while (low < high) {
    const pivot = a[(low + high) >> 1] as number;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((a[i] as number) < pivot) i++;
      while ((a[j] as number) > pivot) j--;
      if (i <= j) {
        const x = a[i] as number;
        a[i++] = a[j] as number;
        a[j--] = x;
      }
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else break;
  }
  return a[k - 1] as number;
}
