import type { RowBlock } from '../io/rows.js';
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

/** The closest pairs of those that go by; of equal ones the earlier. A pair in both orders counts once, by the smaller value. */
export class ClosestPairs {
  readonly pairs: ClosePair[] = [];
  readonly #isSelf: boolean;
  readonly #top: number;
  /** What a value must be below. */
  #most: number;

  constructor(top: number, isSelf: boolean) {
    this.#top = top;
    this.#isSelf = isSelf;
    this.#most = top === 0 ? -Infinity : Infinity;
  }

  add(row: number, other: number, value: number): void {
    if (!(value < this.#most)) return;
    const twin = this.#isSelf ? this.pairs.findIndex((pair) => pair.row === other && pair.other === row) : -1;
    if (twin >= 0) {
      if ((this.pairs[twin] as ClosePair).value <= value) return;
      this.pairs.splice(twin, 1);
    }
    const place = this.pairs.findIndex((pair) => value < pair.value);
    this.pairs.splice(place < 0 ? this.pairs.length : place, 0, { row, other, value });
    if (this.pairs.length > this.#top) this.pairs.pop();
    if (this.pairs.length === this.#top) this.#most = (this.pairs.at(-1) as ClosePair).value;
  }
}

/** What is known of the cells when they have gone by. */
export class Findings {
  readonly closest: ClosestPairs;
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
    this.closest = new ClosestPairs(top, isSelf);
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
      this.closest.add(row, j, value);
    }
    this.nearest.add(Float64Array.of(least));
  }
}
