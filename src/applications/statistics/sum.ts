/** A sum of many terms whose error does not grow with their number. */

/** Σ x, compensated (Neumaier): relative error ≤ 2·2⁻⁵³ where no terms cancel. */
export function sumOf(values: Iterable<number>): number {
  let sum = 0;
  let rest = 0;
  for (const x of values) {
    const next = sum + x;
    rest += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return Number.isFinite(sum) ? sum + rest : sum;
}

export function meanOf(values: ArrayLike<number> & Iterable<number>): number {
  return sumOf(values) / values.length;
}
