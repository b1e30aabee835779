import type { FileHandle } from 'node:fs/promises';
import { SurprisalError } from '../index.js';
import { type ColumnChoice, chooseColumns } from './columns.js';
import { parseNumber } from './csvNumber.js';
import { CsvRecords } from './csvRecords.js';
import { fileError } from './fault.js';
import { roomOf } from './fill.js';
import type { RowBlock, RowSource } from './rows.js';

/** How to read a CSV or TSV file. */
export interface CsvOptions extends ColumnChoice {
  /** One character; by default a tab for `.tsv`, `.tab` and these with `.gz` behind, else a comma. */
  readonly delimiter?: string | undefined;
  /** Whether the first line names the columns; by default it does, and a first line of numbers is refused as unclear. */
  readonly header?: boolean | undefined;
}

/** Rows of a CSV or TSV file: RFC 4180 quoting, UTF-8 with or without a byte-order mark, LF or CRLF; empty lines are passed over. */
export async function openCsv(path: string, handle: FileHandle, options: CsvOptions): Promise<RowSource> {
  const records = new CsvRecords(path, handle, delimiterOf(path, options.delimiter));
  const hasHeader = options.header ?? true;
  const first = await records.first(hasHeader);
  if (first === undefined) throw fileError(path, 'has no lines');
  if (options.header === undefined) refuseNumbers(path, first);
  if (!hasHeader) records.rewind();
  const names = first.map((name, column) => (hasHeader ? name.trim() : String(column)));
  const { columns, id } = chooseColumns(path, names, options);
  records.choose(names, columns, id);
  const { size } = await handle.stat();
  return new CsvSource(
    path,
    handle,
    records,
    columns.map((column) => names[column] as string),
    id >= 0,
    size,
  );
}

/** The character between cells: as given, or by the extension. */
export function delimiterOf(path: string, given: string | undefined): string {
  const byName = /\.(tsv|tab)(\.gz)?$/i.test(path) ? '\t' : ',';
  const delimiter = given === undefined ? byName : given === 'tab' || given === '\\t' ? '\t' : given;
  if (delimiter.length === 1 && /[\t -~]/.test(delimiter) && !/["\w.+-]/.test(delimiter)) return delimiter;
  throw new SurprisalError('ERR_OPTION', `a delimiter is one character such as , ; | or tab, got '${given}'`, { value: given });
}

/** A first line of numbers may be data, 0, 1, 2… too: taken as names it would be missing in every result. */
function refuseNumbers(path: string, first: readonly string[]): void {
  if (!first.every((cell) => parseNumber(cell) !== undefined)) return;
  throw fileError(path, 'the first line is all numbers: say --no-header if it is data, --header if these are names');
}

class CsvSource implements RowSource {
  readonly dtype = 'float64';
  readonly rows = undefined;
  readonly cols: number;
  readonly #handle: FileHandle;
  readonly #records: CsvRecords;
  readonly #hasIds: boolean;
  #row = 0;
  /** Two of each, so that one block can be read while the one before it is scored. */
  readonly #data: [Float64Array, Float64Array] = [new Float64Array(0), new Float64Array(0)];
  readonly #lines: [Float64Array, Float64Array] = [new Float64Array(0), new Float64Array(0)];

  constructor(
    readonly path: string,
    handle: FileHandle,
    records: CsvRecords,
    readonly names: readonly string[],
    hasIds: boolean,
    readonly bytes: number,
  ) {
    this.#handle = handle;
    this.#records = records;
    this.#hasIds = hasIds;
    this.cols = names.length;
  }

  get bytesRead(): number {
    return this.#records.bytesRead;
  }

  async read(count: number): Promise<RowBlock | undefined> {
    this.#data.reverse();
    this.#lines.reverse();
    const room = this.#roomFor(count);
    if (this.#lines[0].length < room) {
      this.#data[0] = roomOf(this.path, 8 * room * this.cols, () => new Float64Array(room * this.cols));
      this.#lines[0] = new Float64Array(room);
    }
    const [data] = this.#data;
    const [lines] = this.#lines;
    const ids: string[] = [];
    const first = this.#row;
    const rows = await this.#records.read({ data, lines, ids, first, count: room });
    if (rows === 0) {
      if (first === 0) throw fileError(this.path, 'has a header and no rows');
      return undefined;
    }
    this.#row += rows;
    return { data: data.subarray(0, rows * this.cols), rows, first, lines: lines.subarray(0, rows), ids: this.#hasIds ? ids : undefined };
  }

  /** No more rows than the file has bytes for, two for each cell: the count may be any number. */
  #roomFor(count: number): number {
    return Math.min(count, Math.ceil((this.bytes + 1) / (2 * this.cols)));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
