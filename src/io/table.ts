import { delimiterOf } from './csv.js';
import { CsvRecords } from './csvRecords.js';
import { asFileError, fileError } from './fault.js';
import { openInput } from './open.js';
import { binaryOf, headOf, refuseForeign } from './source.js';

/** A CSV or TSV file as text: names, and a cell for each in every row. */
export interface TextTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line on which each row begins. */
  readonly lines: readonly number[];
}

/**
 * Reads a table of text and numbers in full.
 *
 * @param delimiter between cells; by the extension when left out
 * @throws SurprisalError `ERR_FILE` when it cannot be read, is no text, has no rows, or a row has another number of cells than the header
 */
export async function readTextTable(path: string, delimiter?: string): Promise<TextTable> {
  const handle = await openInput(path);
  try {
    const head = await headOf(handle);
    const binary = binaryOf(head);
    if (binary !== undefined) throw fileError(path, `is ${binary.what}: a table with named columns is expected, CSV or TSV`);
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
        throw fileError(path, `line ${lines[0]}, row ${row}: has ${ids.length} cells where the header has ${names.length}`, { row });
      rows.push(ids);
      places.push(lines[0] as number);
    }
    if (rows.length === 0) throw fileError(path, 'has a header and no rows');
    return { names, rows, lines: places };
  } catch (error) {
    throw asFileError(path, error);
  } finally {
    await handle.close();
  }
}
