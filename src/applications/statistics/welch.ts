/** Do the means of groups differ, whatever each group scatters: the statistic of a permutation test. */

/** Square of what rounding may leave of a difference, relative. */
const ROUNDING = 1e-24;
/** Square of what rounding may leave of rows that are the same distribution. */
const SAME = (16 * Number.EPSILON) ** 2;

/**
 * W = Σ_g w_g·|m_g − m̄|², w_g = n_g/(trace of the group's covariance), m̄ the mean of the m_g by these weights; over columns weighed by 1/(mean + 1/(2N)), N rows in all.
 * Of two groups W = |m₁ − m₂|²/(s₁²/n₁ + s₂²/n₂), over shares of two columns the square of Welch's t. Each group's own scatter is in it, and it is quadratic in the rows: where means are
 * equal it is about 1 for each further group, however unequal sizes and scatters are, which is why relabelling then nearly keeps its level. A divergence of means does
 * neither. Weights of 1/mean alone, as a divergence has them near 0, would let columns that few rows have outweigh all others (docs/composition.md has figures).
 *
 * @param rows   distributions
 * @param groups how many there are
 * @param blocks within which labels are exchanged: rows count from their block's mean, which no relabelling changes
 * @returns      W/(1 + W) of a labelling, so that what rounding leaves of relabellings which tie is no more than a rounding
 *
 * Edge cases  a group of one row is taken to scatter as the others do · where no group scatters, and means differ: 1 · rows that are all the same: 0
 * Source      A. Janssen, Stat. Probab. Lett. 36 (1997); E. Chung, J. P. Romano, Ann. Stat. 41 (2013); A. V. Alekseyenko, Bioinformatics 32 (2016) and
 *             B. Hamidi et al., Microbiome 7 (2019): the same form over distances
 */
export function welchStatistic(rows: readonly Float64Array[], groups: number, blocks?: ArrayLike<number>): (labels: Int32Array) => number {
  const points = coordinates(deviations(rows, blocks));
  const cols = points.length / rows.length;
  if (cols === 0) return () => 0;
  const norms = rows.map((_, i) => points.subarray(i * cols, (i + 1) * cols).reduce((sum, x) => sum + x * x, 0));
  const all = norms.reduce((sum, norm) => sum + norm, 0);
  const [sums, squares, sizes] = [new Float64Array(groups * cols), new Float64Array(groups), new Float64Array(groups)];
  return (labels) => {
    for (const list of [sums, squares, sizes]) list.fill(0);
    for (let i = 0; i < labels.length; i++) {
      const g = labels[i] as number;
      sizes[g] = (sizes[g] as number) + 1;
      squares[g] = (squares[g] as number) + (norms[i] as number);
      for (let c = 0; c < cols; c++) sums[g * cols + c] = (sums[g * cols + c] as number) + (points[i * cols + c] as number);
    }
    const weights = weightsOf(sums, squares, sizes, ROUNDING * all);
    let [found, total] = [0, 0];
    for (let g = 0; g < groups; g++) {
      total += weights[g] as number;
      for (let h = 0; h < g; h++) {
        let distance = 0;
        for (let c = 0; c < cols; c++)
          distance += ((sums[g * cols + c] as number) / (sizes[g] as number) - (sums[h * cols + c] as number) / (sizes[h] as number)) ** 2;
        found += (weights[g] as number) * (weights[h] as number) * distance;
      }
    }
    return found <= ROUNDING * total ? 0 : found / (found + total);
  };
}

/** One over the variance of each group's mean, which is no less than `least`. */
function weightsOf(sums: Float64Array, squares: Float64Array, sizes: Float64Array, least: number): Float64Array {
  const cols = sums.length / sizes.length;
  let [scatter, freedom] = [0, 0];
  const own = sizes.map((size, g) => {
    let square = 0;
    for (let c = 0; c < cols; c++) square += (sums[g * cols + c] as number) ** 2;
    const within = Math.max(0, (squares[g] as number) - square / size);
    scatter += within;
    freedom += size - 1;
    return within / (size - 1);
  });
  const pooled = freedom === 0 ? 0 : scatter / freedom;
  return sizes.map((size, g) => size / Math.max(least, size > 1 ? (own[g] as number) : pooled));
}

/** Rows about their mean, or that of their block, over the roots of the columns' weights: small sums keep the digits of differences. */
function deviations(rows: readonly Float64Array[], blocks: ArrayLike<number> | undefined): Float64Array[] {
  const cols = (rows[0] as Float64Array).length;
  const means = new Map<number, { readonly mean: Float64Array; size: number }>();
  const weights = new Float64Array(cols).fill(1 / (2 * rows.length));
  for (const [i, row] of rows.entries()) {
    const block = blocks?.[i] ?? 0;
    const own = means.get(block) ?? { mean: new Float64Array(cols), size: 0 };
    means.set(block, own);
    own.size++;
    for (let c = 0; c < cols; c++) {
      const x = row[c] as number;
      own.mean[c] = (own.mean[c] as number) + (x - (own.mean[c] as number)) / own.size;
      weights[c] = (weights[c] as number) + x / rows.length;
    }
  }
  return rows.map((row, i) => {
    const { mean } = means.get(blocks?.[i] ?? 0) as { mean: Float64Array };
    return row.map((x, c) => (x - (mean[c] as number)) / Math.sqrt(weights[c] as number));
  });
}

/**
 * The same points in as few coordinates as hold them (Gram and Schmidt, twice): fewer than there are rows, and fewer than columns where rows have the same sum.
 *
 * @param points used up
 */
function coordinates(points: readonly Float64Array[]): Float64Array {
  const dot = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let c = 0; c < a.length; c++) sum += (a[c] as number) * (b[c] as number);
    return sum;
  };
  const largest = points.reduce((most, point) => Math.max(most, dot(point, point)), 0);
  const basis: Float64Array[] = [];
  const found = points.map((point) => {
    const along = new Float64Array(basis.length + 1);
    for (let pass = 0; pass < 2; pass++) {
      for (const [k, axis] of basis.entries()) {
        const step = dot(point, axis);
        along[k] = (along[k] as number) + step;
        for (let c = 0; c < point.length; c++) point[c] = (point[c] as number) - step * (axis[c] as number);
      }
    }
    const rest = Math.sqrt(dot(point, point));
    if (rest * rest > Math.max(SAME, ROUNDING * largest)) {
      along[basis.length] = rest;
      basis.push(point.map((x) => x / rest));
    }
    return along;
  });
  const flat = new Float64Array(points.length * basis.length);
  for (const [i, along] of found.entries()) flat.set(along.subarray(0, basis.length), i * basis.length);
  return flat;
}
