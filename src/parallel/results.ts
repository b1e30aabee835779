/** What the ranges of a call come to, together. */
import { type FloatMatrix, type pairwise, SurprisalError } from '../index.js';
import type { Floats, NumericArray } from '../types.js';
import type { Range } from './board.js';
import type { ParallelOptions } from './functions.js';
import { cellsBytes, cellsIn } from './cells.js';
import { collect, type Division } from './split.js';
import { isValues, type Target } from './target.js';
import type { Call, Fault, Outcome } from './task.js';

/** A call that is divided. */
export interface DividedCall extends Call<NumericArray>, Division, ParallelOptions {
  /** The function over all rows on the thread that asks. */
  readonly alone: () => unknown;
  /** Where one value a row, or its cells, are wanted. */
  readonly target?: Target | undefined;
  /** Whether it is through with a row before it looks at the next: else the first row at fault need not be the one that it names. */
  readonly isRowByRow: boolean;
}

type Asked = Pick<DividedCall, 'rows' | 'cells' | 'alone' | 'isRowByRow' | 'target' | 'isAmongOwn'>;

export class Results {
  readonly #call: Asked;
  readonly #room: Floats | undefined;
  readonly #done: { readonly start: number; readonly count: number }[] = [];
  #whole: unknown;
  /** The first of those found. */
  #fault: { readonly start: number; readonly fault: Fault } | undefined;
  /** Rows before it that are still to come; all, where there is none. */
  #left: number;
  #settle = () => {};
  /** Fulfilled when nothing can change any more: with the last row, or the last before a fault. */
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  /** @param room where results of one value a row, or its cells, come together, until all are there */
  constructor(call: Asked, room?: Floats) {
    this.#call = call;
    this.#room = room;
    this.#left = call.rows;
    const { rows, cells, target } = call;
    if (cells === undefined) return;
    // What is handed over as it is belongs to nobody else.
    const data = target === undefined || room === undefined ? cellsIn(new ArrayBuffer(cellsBytes(cells, rows)), cells, rows) : room;
    this.#whole = { data, rows, cols: cells.width } satisfies FloatMatrix;
  }

  /** Where the cells of a range belong; undefined where results are others. */
  placeOf({ start, count }: Range): Floats | undefined {
    const { cells } = this.#call;
    return cells && ((this.#whole as FloatMatrix).data.subarray(start * cells.width, (start + count) * cells.width) as Floats);
  }

  get hasFault(): boolean {
    return this.#fault !== undefined;
  }

  add(outcome: Outcome): void {
    if ('fault' in outcome) {
      if (this.#fault !== undefined && this.#fault.start < outcome.start) return;
      this.#fault = outcome;
      this.#left = this.#done.reduce((left, { start, count }) => left - (start < outcome.start ? count : 0), outcome.start);
    } else {
      const { value, start, count } = outcome;
      if (isValues(value, count)) this.#whole ??= this.#room;
      if (!isValues(value, count) || value.buffer !== this.#room?.buffer)
        this.#whole = collect(this.#whole, value, this.#call.rows, start, count);
      this.#done.push({ start, count });
      if (this.#fault === undefined || start < this.#fault.start) this.#left -= count;
    }
    if (this.#left === 0) this.#settle();
  }

  /**
   * Those of all rows. Ranges are given out in order: those before a fault are done or at fault themselves, and the first of all is the one that a single thread would
   * name, unless that looks through all rows more than once. Then, and where no row is named, the function itself says what is wrong.
   */
  all(): unknown {
    if (this.#fault === undefined) return this.#handOver();
    const { fault, start } = this.#fault;
    return fault.place.row === undefined || !this.#call.isRowByRow ? this.#call.alone() : refuse(fault, start);
  }

  #handOver(): unknown {
    const { rows, cells, target, alone, isAmongOwn } = this.#call;
    const whole = this.#whole;
    if (isAmongOwn) return withoutSelf(whole as pairwise.Nearest);
    if (target === undefined) return isValues(whole, rows) && whole === this.#room ? whole.slice() : whole;
    const out = target();
    // Of another kind than the results, or taken away meanwhile: the function says so.
    if (out === undefined || (cells === undefined && !isValues(whole, rows))) return alone();
    if (cells === undefined) {
      out.set(whole as Floats);
      return out;
    }
    const { data, cols } = whole as FloatMatrix;
    out.set(data);
    return { data: out.length === data.length ? out : out.subarray(0, data.length), rows, cols };
  }
}

/** The others nearest to each row, of one more than are wanted: itself, or else the last, is none. */
function withoutSelf({ indices, values, k }: pairwise.Nearest): pairwise.Nearest {
  const rows = indices.length / k;
  const wanted = k - 1;
  const others = { indices: new Int32Array(rows * wanted), values: new Float64Array(rows * wanted), k: wanted };
  for (let row = 0, at = 0; row < rows; row++) {
    for (let from = row * k; at < (row + 1) * wanted; from++) {
      if (indices[from] === row) continue;
      others.indices[at] = indices[from] as number;
      others.values[at++] = values[from] as number;
    }
  }
  return others;
}

/** The error of some rows, as one of all. */
function refuse({ code, message, place }: Fault, start: number): never {
  const row = (place.row as number) + start;
  throw new SurprisalError(code, message.replace(`row ${place.row}`, `row ${row}`), { ...place, row });
}
