import type { RowBlock } from '../io/rows.js';
import { Leading } from '../report/leading.js';
import { Summarizer } from '../report/summary.js';
import type { Part, Side } from './operands.js';

/** One side, read in full. */
export interface Rows {
  readonly side: Side;
  readonly blocks: ReadonlyMap<Part, RowBlock>;
  readonly rows: number;
  readonly ids: readonly string[] | undefined;
}

/** A pair of rows and what is between them. */
export interface ClosePair {
  readonly row: number;
  readonly other: number;
  readonly value: number;
}

/** What is known of the cells when they have gone by. */
export class Findings {
  readonly #closest: Leading<ClosePair>;
  /** Of each row of P, the value of its nearest. */
  readonly nearest: Summarizer;
  cells = 0;
  infinite = 0;

  constructor(
    readonly p: Rows,
    readonly others: Rows,
    readonly isSelf: boolean,
    top: number,
  ) {
    // A pair in both orders counts once, by the smaller value.
    this.#closest = new Leading(top, isSelf ? ({ row, other }) => `${Math.min(row, other)},${Math.max(row, other)}` : undefined);
    this.nearest = new Summarizer(0);
  }

  /** A row of cells, whose own place is left out where both sides are one. */
  add(row: number, cells: ArrayLike<number>): void {
    let least = Infinity;
    for (let j = 0; j < cells.length; j++) {
      if (this.isSelf && j === row) continue;
      const value = cells[j] as number;
      this.cells++;
      if (value === Infinity) this.infinite++;
      if (value < least) least = value;
      this.addPair(row, j, value);
    }
    this.nearest.add(Float64Array.of(least));
  }

  addPair(row: number, other: number, value: number): void {
    if (-value > this.#closest.least) this.#closest.add(-value, { row, other, value });
  }

  /** The closest pairs of those that went by; of equal ones the earlier. */
  closest(): readonly ClosePair[] {
    return this.#closest.items();
  }
}
