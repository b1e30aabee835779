/** Rows made of others as they are read. */
import { type Batch, checkBatch } from '../check.js';
import { readRow } from './blocks.js';
import { LazyRows, type MassRows } from './lazyRows.js';
import { ResidentMatrix } from './resident.js';
import type { Vector } from '../types.js';

export abstract class DerivedRows extends LazyRows {
  readonly rows: number;
  readonly #given: Vector | MassRows;
  #source: Batch;
  /** The row that was read last. */
  protected readonly own: Float64Array;

  /** @param given the one argument of `source` */
  constructor(given: Vector | MassRows, source: Batch) {
    super();
    this.rows = source.rows;
    this.#given = given;
    this.#source = source;
    this.own = new Float64Array(source.cols);
  }

  /** The view of a resident matrix is another once its memory has grown. */
  get source(): Batch {
    const given = this.#given;
    const { names, inputs } = this.#source;
    if (given instanceof ResidentMatrix && given.view(names[0] as string) !== inputs[0]) this.#source = checkBatch(names, [given]);
    return this.#source;
  }

  get parts(): readonly unknown[] {
    return this.source.inputs;
  }

  get isWhole(): boolean {
    const { inputs, rows, cols } = this.source;
    const input = inputs[0] as Batch['inputs'][number];
    return input instanceof LazyRows ? input.isWhole : input.length >= rows * cols;
  }

  /** Reads a row of the source. */
  protected read(row: number): void {
    readRow(this.source, 0, row, this.own, 0);
  }

  override column(row: number, column: number): number {
    const [input] = this.source.inputs;
    return input instanceof LazyRows ? input.column(row, column) : column;
  }
}
