/** Sums of many terms whose error does not grow with their number. */

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

/** A compensated sum for each column, grown term by term; terms are ≥ 0. */
export class ColumnSums {
  readonly #sums: Float64Array;
  readonly #rests: Float64Array;

  constructor(columns: number) {
    this.#sums = new Float64Array(columns);
    this.#rests = new Float64Array(columns);
  }

  add(column: number, x: number): void {
    const sum = this.#sums[column] as number;
    const next = sum + x;
    this.#rests[column] = (this.#rests[column] as number) + (sum >= x ? sum - next + x : x - next + sum);
    this.#sums[column] = next;
  }

  /** Every column's sum so far. */
  get values(): Float64Array {
    return this.#sums.map((sum, column) => (sum < Infinity ? sum + (this.#rests[column] as number) : sum));
  }
}

export function meanOf(values: ArrayLike<number> & Iterable<number>): number {
  return sumOf(values) / values.length;
}
