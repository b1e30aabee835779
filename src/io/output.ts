import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { SurprisalError } from '../index.js';
import { asFileError } from './fault.js';
import { NPY_HEADER_BYTES, npyHeader } from './npy.js';
import type { RowBlock } from './rows.js';

/** Scores on their way into a file, which is complete or untouched: they go to a temporary file beside it, which takes its place at the end. */
export interface ScoreWriter {
  /** Appends the scores of one block of rows. */
  write(scores: Float64Array, block: RowBlock): Promise<void>;
  /** Flushes everything to the disk and puts the file in its place. */
  commit(): Promise<void>;
  /** Removes what was written; does nothing after `commit`. */
  discard(): Promise<void>;
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
  if (format === '.npy') return new NpyScores(await AtomicFile.create(path));
  if (format !== '.csv' && format !== '.tsv') {
    throw new SurprisalError('ERR_OPTION', `cannot write ${path}: scores go to .npy, .csv or .tsv`, { value: path });
  }
  const delimiter = format === '.csv' ? ',' : '\t';
  const file = await AtomicFile.create(path);
  await file.append(`${quote(idColumn ?? 'row', delimiter)}${delimiter}${column}\n`);
  return new CsvScores(file, delimiter);
}

class AtomicFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #open = true;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  static async create(path: string): Promise<AtomicFile> {
    const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
    const handle = await open(temporary, 'wx').catch((error) => Promise.reject(asFileError(path, error)));
    return new AtomicFile(path, temporary, handle);
  }

  async append(data: string | Uint8Array): Promise<void> {
    await this.#handle.appendFile(data).catch((error) => Promise.reject(asFileError(this.#path, error)));
  }

  /** Overwrites bytes at the start. */
  async patch(data: Uint8Array): Promise<void> {
    await this.#handle.write(data, 0, data.length, 0);
  }

  async commit(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#temporary, this.#path).catch((error) => Promise.reject(asFileError(this.#path, error)));
    this.#open = false;
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close().catch(() => undefined); // it may be closed already, when the renaming failed
    await rm(this.#temporary, { force: true });
  }
}

class NpyScores implements ScoreWriter {
  readonly #file: AtomicFile;
  #rows = 0;

  constructor(file: AtomicFile) {
    this.#file = file;
  }

  async write(scores: Float64Array): Promise<void> {
    if (this.#rows === 0) await this.#file.append(new Uint8Array(NPY_HEADER_BYTES));
    this.#rows += scores.length;
    await this.#file.append(new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength));
  }

  async commit(): Promise<void> {
    await this.#file.patch(npyHeader(this.#rows));
    await this.#file.commit();
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }
}

class CsvScores implements ScoreWriter {
  readonly #file: AtomicFile;
  readonly #delimiter: string;

  constructor(file: AtomicFile, delimiter: string) {
    this.#file = file;
    this.#delimiter = delimiter;
  }

  async write(scores: Float64Array, { ids, first }: RowBlock): Promise<void> {
    let text = '';
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

function quote(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
