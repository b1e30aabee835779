/** Cells of a numeric feature. */
import { quantile } from '../../report/distribution.js';
import { optionError } from '../statistics/options.js';

/** quantile: about equal counts · freedman-diaconis, doane: equal widths, by spread and by skewness · fixed: the edges that are given. */
export type Binning = 'quantile' | 'freedman-diaconis' | 'doane' | 'fixed';

export const BINNINGS: readonly Binning[] = ['quantile', 'freedman-diaconis', 'doane', 'fixed'];

/** More cells than this cost power and tell nothing. */
const MOST = 100;

export interface BinOptions {
  readonly binning?: Binning | undefined;
  readonly bins?: number | undefined;
  readonly edges?: readonly number[] | undefined;
}

/**
 * Inner edges of the cells of finite values; the outer cells are open.
 *
 * Source D. Freedman, P. Diaconis, Z. Wahrscheinlichkeit 57 (1981); D. P. Doane, Am. Stat. 30 (1976)
 */
export function edgesOf(values: Float64Array, { binning, bins = 10, edges }: BinOptions): number[] {
  if (binning === 'fixed' || (binning === undefined && edges !== undefined)) {
    const rising = edges?.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number)));
    if (edges === undefined || edges.length === 0 || !rising)
      throw optionError('edges', edges, 'ascending finite numbers, for fixed cells');
    return [...edges];
  }
  const sorted = { values: values.filter(Number.isFinite).sort(), total: 0 };
  sorted.total = sorted.values.length;
  if (sorted.total === 0) return [];
  if (binning === undefined || binning === 'quantile') {
    const cuts = Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
    // Values that repeat share a cell: an edge that stands twice, or at the least value, cuts nothing off.
    return [...new Set(cuts)].filter((cut) => cut > (sorted.values[0] as number));
  }
  const [least, most] = [sorted.values[0] as number, sorted.values.at(-1) as number];
  const count =
    binning === 'doane'
      ? doane(sorted.values)
      : (most - least) / (2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) * sorted.total ** (-1 / 3));
  const cells = Math.min(MOST, Math.max(1, Math.ceil(count || 1)));
  return Array.from({ length: cells - 1 }, (_, i) => least + ((i + 1) * (most - least)) / cells);
}

function doane(values: Float64Array): number {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  if (spread === 0 || n < 3) return 1;
  const skewness = values.reduce((sum, x) => sum + ((x - mean) / spread) ** 3, 0) / n;
  const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  return 1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / error);
}

/** The cell of a number: how many edges are not above it. */
export function binOf(edges: readonly number[], x: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
