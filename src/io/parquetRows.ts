import type { FileHandle } from 'node:fs/promises';
import type { SurprisalError } from '../index.js';
import { type ColumnChoice, chooseColumns, refuseTwins } from './columns.js';
import { fileError } from './fault.js';
import { roomOf } from './fill.js';
import { type ParquetColumn, ParquetFile, textOf } from './parquet.js';
import type { RowBlock, RowSource } from './rows.js';

/** Rows of a Parquet file: columns of numbers side by side, or one column of lists of one length, each a row. */
export async function openParquet(path: string, handle: FileHandle, options: ColumnChoice): Promise<RowSource> {
  const file = await ParquetFile.open(path, handle);
  const names = file.columns.map(({ name }) => name);
  const { columns: chosen, id } = chooseColumns(path, names, options);
  refuseTwins(path, names, id < 0 ? chosen : [...chosen, id]);
  const columns = chosen.map((column) => file.columns[column] as ParquetColumn);
  const odd = columns.find(({ holds }) => holds === 'records' || (holds === 'lists' && columns.length > 1));
  if (odd?.holds === 'records') throw fileError(path, `column "${odd.name}" holds records: choose columns of numbers, --columns`);
  if (odd !== undefined) throw fileError(path, `column "${odd.name}" holds lists: choose it alone, --columns ${odd.name}`);
  const source = new ParquetSource(path, handle, file, columns, names[id], (await handle.stat()).size);
  await source.begin();
  return source;
}

class ParquetSource implements RowSource {
  readonly rows: number;
  readonly dtype: 'float32' | 'float64';
  cols = 0;
  readonly #handle: FileHandle;
  readonly #file: ParquetFile;
  readonly #columns: readonly ParquetColumn[];
  readonly #id: string | undefined;
  /** The row group at hand, how many have been read, and how many of its rows were given. */
  #data: Float32Array | Float64Array = new Float64Array(0);
  #ids: string[] = [];
  #group = 0;
  #given = 0;
  #row = 0;

  constructor(
    readonly path: string,
    handle: FileHandle,
    file: ParquetFile,
    columns: readonly ParquetColumn[],
    id: string | undefined,
    readonly bytes: number,
  ) {
    this.#handle = handle;
    this.#file = file;
    this.#columns = columns;
    this.#id = id;
    this.rows = file.firstOf(file.groups.length);
    this.dtype = columns.every(({ type }) => type === 'FLOAT') ? 'float32' : 'float64';
  }

  get names(): readonly string[] | undefined {
    return this.#isLists ? undefined : this.#columns.map(({ name }) => name);
  }

  get bytesRead(): number {
    return Math.round((this.bytes * this.#row) / this.rows);
  }

  get #isLists(): boolean {
    return this.#columns[0]?.holds === 'lists';
  }

  /** Reads the first row group: lists say only there how long they are. */
  async begin(): Promise<void> {
    await this.#next();
  }

  async read(count: number): Promise<RowBlock | undefined> {
    const first = this.#row;
    const rows = Math.min(count, this.rows - first);
    if (rows === 0) return undefined;
    const { cols } = this;
    const data = this.#make(rows * cols);
    const ids: string[] = [];
    for (let filled = 0; filled < rows; ) {
      const here = this.#data.length / cols - this.#given;
      if (here === 0) {
        await this.#next();
        continue;
      }
      const taken = Math.min(here, rows - filled);
      data.set(this.#data.subarray(this.#given * cols, (this.#given + taken) * cols), filled * cols);
      for (let i = this.#given; i < this.#given + taken && this.#id !== undefined; i++) ids.push(this.#ids[i] as string);
      this.#given += taken;
      filled += taken;
    }
    this.#row += rows;
    return { data, rows, first, ids: this.#id === undefined ? undefined : ids };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #make(length: number): Float32Array | Float64Array {
    const Floats = this.dtype === 'float32' ? Float32Array : Float64Array;
    return roomOf(this.path, Floats.BYTES_PER_ELEMENT * length, () => new Floats(length));
  }

  async #next(): Promise<void> {
    const group = this.#group++;
    const rows = this.#file.groups[group] as number;
    const names = this.#columns.map(({ name }) => name);
    const values = await this.#file.read(group, this.#id === undefined ? names : [...names, this.#id]);
    const valuesOf = (name: string) => values.get(name) as ArrayLike<unknown>;
    if (this.#isLists) this.#takeLists(valuesOf(names[0] as string), rows);
    else {
      this.cols = names.length;
      this.#data = this.#make(rows * this.cols);
      for (const [column, name] of names.entries()) this.#take(valuesOf(name), rows, column, name);
    }
    if (this.#id !== undefined) this.#ids = Array.from(valuesOf(this.#id), textOf);
    this.#given = 0;
  }

  #take(values: ArrayLike<unknown>, rows: number, column: number, name: string): void {
    const { cols } = this;
    for (let row = 0; row < rows; row++) this.#data[row * cols + column] = this.#number(values[row], row, name);
  }

  #takeLists(lists: ArrayLike<unknown>, rows: number): void {
    const [{ name }] = this.#columns as [ParquetColumn];
    for (let row = 0; row < rows; row++) {
      const list = (lists[row] ?? []) as ArrayLike<unknown>;
      if (this.cols === 0) this.cols = list.length;
      if (list.length === 0 || list.length !== this.cols) {
        const expected = this.cols === 0 ? 'a list of numbers' : `a list of ${this.cols} numbers, as in row 0`;
        throw this.#fault(row, name, `expected ${expected}, got ${list.length === 0 ? 'none' : list.length}`, lists[row], expected);
      }
      if (row === 0) this.#data = this.#make(rows * this.cols);
      for (let k = 0; k < list.length; k++) this.#data[row * this.cols + k] = this.#number(list[k], row, `${name}[${k}]`);
    }
  }

  #number(value: unknown, row: number, name: string): number {
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
    const got = value === null || value === undefined ? 'an empty cell' : JSON.stringify(textOf(value).slice(0, 40));
    throw this.#fault(row, name, `expected a number, got ${got}`, value, 'a number');
  }

  /** @param row counted in the row group at hand, which is not given yet */
  #fault(row: number, name: string, what: string, value: unknown, expected: string): SurprisalError {
    const at = this.#file.firstOf(this.#group - 1) + row;
    return fileError(this.path, `row ${at}, column "${name}": ${what}`, { row: at, value, expected });
  }
}
