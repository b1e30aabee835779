import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { SurprisalError } from '../index.js';
import { asFileError, fileError } from './fault.js';
import { NPY_HEADER_BYTES, npyHeader } from './npy.js';
import type { RowBlock } from './rows.js';
import { makeTemporary, releaseTemporary } from './temporary.js';

/** A file on its way, which is complete or untouched: what is written goes to a temporary file beside it, which takes its place at the end. */
export interface PendingFile {
  /** Flushes everything to the disk and puts the file in its place. */
  commit(): Promise<void>;
  /** Removes what was written; does nothing after `commit`. */
  discard(): Promise<void>;
}

export interface ScoreWriter extends PendingFile {
  /** Appends the scores of one block of rows. */
  write(scores: Float64Array, block: RowBlock): Promise<void>;
}

export interface TableWriter extends PendingFile {
  /** Appends whole rows of numbers. */
  write(numbers: Float64Array): Promise<void>;
}

/**
 * Opens a writer by the file's extension: `.npy` gets one float64 array, `.csv` and `.tsv` two columns, the id (or the row number) and the score.
 *
 * @param column name of the score column
 * @param idColumn name of the id column, where the input has one
 * @throws SurprisalError `ERR_OPTION` for another extension, `ERR_FILE` when the file cannot be written
 */
export async function openScores(path: string, column: string, idColumn: string | undefined): Promise<ScoreWriter> {
  const format = extname(path).toLowerCase();
  if (format === '.npy') return new NpyNumbers(await AtomicFile.create(path));
  const delimiter = delimiterOf(path, format, 'scores');
  return new CsvScores(await AtomicFile.create(path), delimiter, column, idColumn);
}

/** How the ids of rows go into a table of text; `.npy` has numbers alone. */
export interface TableIds {
  /** A first column of ids, one for each row of the table. */
  readonly lead?: { readonly name: string; readonly ids: readonly string[] } | undefined;
  /** Of each column that holds row numbers, the ids that are written for them. */
  readonly columns?: readonly (readonly string[] | undefined)[] | undefined;
}

/**
 * Opens a writer of numbers by the file's extension: `.npy` gets one float64 array of rows × columns, `.csv` and `.tsv` the columns under their names.
 *
 * @throws SurprisalError `ERR_OPTION` for another extension, `ERR_FILE` when the file cannot be written
 */
export async function openTable(path: string, columns: readonly string[], ids: TableIds = {}): Promise<TableWriter> {
  const format = extname(path).toLowerCase();
  if (format === '.npy') return new NpyNumbers(await AtomicFile.create(path), columns.length);
  const delimiter = delimiterOf(path, format, 'tables');
  const file = await AtomicFile.create(path);
  const names = ids.lead === undefined ? columns : [ids.lead.name, ...columns];
  await file.append(`${names.map((name) => quote(name, delimiter)).join(delimiter)}\n`);
  return new CsvTable(file, delimiter, columns.length, ids);
}

function delimiterOf(path: string, format: string, what: string): string {
  if (format === '.csv') return ',';
  if (format === '.tsv') return '\t';
  throw new SurprisalError('ERR_OPTION', `cannot write ${path}: ${what} go to .npy, .csv or .tsv`, { value: path });
}

/** Writes a text file, complete or not at all. */
export async function writeText(path: string, text: string): Promise<void> {
  const file = await AtomicFile.create(path);
  try {
    await file.append(text);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** Where links lead to, and be it to a file that is not there yet. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : await targetOf(resolve(await realpath(dirname(path)), link));
  }
}

class AtomicFile {
  readonly #path: string;
  /** Where links lead to. */
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #open = true;

  private constructor(path: string, target: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  static async create(path: string): Promise<AtomicFile> {
    try {
      const target = await targetOf(path);
      const known = await stat(target).catch(() => undefined);
      // Said before hours of work, not at the renaming after them.
      if (known?.isFile() === false)
        throw fileError(path, known.isDirectory() ? 'is a folder, not a file' : 'is a pipe or a device, not a file');
      const temporary = join(dirname(target), `.surprisal-${randomUUID()}.tmp`);
      makeTemporary(temporary, known === undefined ? 0o666 : known.mode & 0o777); // who could not read the old file cannot read the new one
      return new AtomicFile(path, target, temporary, await open(temporary, 'r+'));
    } catch (error) {
      throw asFileError(path, error);
    }
  }

  async append(data: string | Uint8Array): Promise<void> {
    await this.#handle.appendFile(data).catch((error) => Promise.reject(asFileError(this.#path, error)));
  }

  /** Overwrites bytes at the start. */
  async patch(data: Uint8Array): Promise<void> {
    await this.#handle.write(data, 0, data.length, 0).catch((error) => Promise.reject(asFileError(this.#path, error)));
  }

  async commit(): Promise<void> {
    try {
      await this.#handle.sync(); // a full disk may say so only now
      await this.#handle.close();
      await rename(this.#temporary, this.#target);
      releaseTemporary(this.#temporary);
    } catch (error) {
      throw asFileError(this.#path, error);
    }
    this.#open = false;
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close().catch(() => undefined); // it may be closed already, when the renaming failed
    await rm(this.#temporary, { force: true });
    releaseTemporary(this.#temporary);
  }
}

class NpyNumbers implements ScoreWriter, TableWriter {
  readonly #file: AtomicFile;
  readonly #cols: number | undefined;
  #rows = 0;

  /** @param cols numbers in a row of a table; none for one dimension */
  constructor(file: AtomicFile, cols?: number) {
    this.#file = file;
    this.#cols = cols;
  }

  async write(numbers: Float64Array): Promise<void> {
    if (this.#rows === 0) await this.#file.append(new Uint8Array(NPY_HEADER_BYTES));
    this.#rows += numbers.length / (this.#cols ?? 1);
    await this.#file.append(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }

  async commit(): Promise<void> {
    await this.#file.patch(npyHeader(this.#rows, this.#cols));
    await this.#file.commit();
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }
}

class CsvScores implements ScoreWriter {
  readonly #file: AtomicFile;
  readonly #delimiter: string;
  readonly #column: string;
  readonly #idColumn: string;

  constructor(file: AtomicFile, delimiter: string, column: string, idColumn = 'row') {
    this.#file = file;
    this.#delimiter = delimiter;
    this.#column = column;
    this.#idColumn = idColumn;
  }

  async write(scores: Float64Array, { ids, first }: RowBlock): Promise<void> {
    const lead = quote(ids === undefined ? 'row' : this.#idColumn, this.#delimiter);
    let text = first === 0 ? `${lead}${this.#delimiter}${this.#column}\n` : '';
    for (let i = 0; i < scores.length; i++) {
      const id = ids === undefined ? first + i : quote(ids[i] as string, this.#delimiter);
      text += `${id}${this.#delimiter}${scores[i]}\n`; // the shortest digits that read back as the same double; or Infinity
    }
    await this.#file.append(text);
  }

  commit(): Promise<void> {
    return this.#file.commit();
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }
}

class CsvTable implements TableWriter {
  readonly #file: AtomicFile;
  readonly #delimiter: string;
  readonly #cols: number;
  readonly #ids: TableIds;
  #rows = 0;

  constructor(file: AtomicFile, delimiter: string, cols: number, ids: TableIds) {
    this.#file = file;
    this.#delimiter = delimiter;
    this.#cols = cols;
    this.#ids = ids;
  }

  async write(numbers: Float64Array): Promise<void> {
    const { lead, columns } = this.#ids;
    let text = '';
    for (let i = 0; i < numbers.length; i++) {
      const column = i % this.#cols;
      if (column === 0 && lead !== undefined) text += this.#id(lead.ids, this.#rows) + this.#delimiter;
      const ids = columns?.[column];
      const number = numbers[i] as number;
      text += `${ids === undefined ? number : this.#id(ids, number)}${column + 1 === this.#cols ? '\n' : this.#delimiter}`;
      if (column + 1 === this.#cols) this.#rows++;
    }
    await this.#file.append(text);
  }

  #id(ids: readonly string[], row: number): string {
    return quote(ids[row] as string, this.#delimiter);
  }

  commit(): Promise<void> {
    return this.#file.commit();
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }
}

function quote(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
