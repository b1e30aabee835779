import type { FileHandle } from 'node:fs/promises';
import { delimiterHint, refuseTwins } from './columns.js';
import { delimiterOf } from './csv.js';
import { CsvRecords } from './csvRecords.js';
import { fileError } from './fault.js';
import { withInput } from './open.js';
import { PARQUET_MAGIC, ParquetFile, textOf } from './parquet.js';
import { binaryOf, headOf, refuseForeign } from './source.js';

/** A CSV, TSV or Parquet file as text: names, and a cell for each in every row. */
export interface TextTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line on which each row begins, where the file has lines. */
  readonly lines?: readonly number[] | undefined;
}

/** `line 3, row 1, column "age"`; rows count from 0, and files without lines have none. */
export function placeIn({ names, lines }: Pick<TextTable, 'names' | 'lines'>, row: number, column?: number): string {
  const line = lines === undefined ? '' : `line ${lines[row]}, `;
  return `${line}row ${row}${column === undefined ? '' : `, column ${JSON.stringify(names[column])}`}`;
}

/**
 * Reads a table of text and numbers in full.
 *
 * @param delimiter between cells; by the extension when left out
 * @throws SurprisalError `ERR_FILE` when it cannot be read, is no text, has no rows, or a row has another number of cells than the header
 */
export async function readTextTable(path: string, delimiter?: string): Promise<TextTable> {
  return await withInput(path, (handle) => readAll(path, handle, delimiter));
}

async function readAll(path: string, handle: FileHandle, delimiter: string | undefined): Promise<TextTable> {
  const head = await headOf(handle);
  const binary = binaryOf(head);
  if (binary?.magic === PARQUET_MAGIC) return await readParquetTable(path, handle);
  if (binary !== undefined) throw fileError(path, `is ${binary.what}: a table with named columns is expected, CSV, TSV or Parquet`);
  refuseForeign(path, head);
  const records = new CsvRecords(path, handle, delimiterOf(path, delimiter));
  const names = (await records.first())?.map((name) => name.trim());
  if (names === undefined) throw fileError(path, 'has no lines');
  const rows: string[][] = [];
  const places: number[] = [];
  const [data, lines] = [new Float64Array(1), new Float64Array(1)];
  for (;;) {
    const ids: string[] = [];
    if ((await records.read({ data, lines, ids, first: rows.length, count: 1 })) === 0) break;
    const row = rows.length;
    if (ids.length !== names.length)
      throw fileError(
        path,
        `line ${lines[0]}, row ${row}: has ${ids.length} cells where the header has ${names.length}${delimiterHint(names)}`,
        { row },
      );
    rows.push(ids);
    places.push(lines[0] as number);
  }
  if (rows.length === 0) throw fileError(path, 'has a header and no rows');
  return { names, rows, lines: places };
}

async function readParquetTable(path: string, handle: FileHandle): Promise<TextTable> {
  const file = await ParquetFile.open(path, handle);
  const names = file.columns.map(({ name }) => name);
  const odd = file.columns.find(({ holds }) => holds !== 'values');
  if (odd !== undefined) throw fileError(path, `column "${odd.name}" holds ${odd.holds}: a table with one value a cell is expected`);
  refuseTwins(path, names, [...names.keys()]);
  const rows: string[][] = [];
  for (const [group, count] of file.groups.entries()) {
    const values = await file.read(group, names);
    const columns = names.map((name) => values.get(name) as ArrayLike<unknown>);
    for (let row = 0; row < count; row++) rows.push(columns.map((column) => textOf(column[row])));
  }
  return { names, rows };
}
