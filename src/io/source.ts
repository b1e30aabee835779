import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { SurprisalError } from '../index.js';
import { openBaseLogits } from './baseLogits.js';
import { BASE_LOGITS_MAGIC } from './baseLogitsLayout.js';
import { type CsvOptions, openCsv } from './csv.js';
import { asFileError, fileError } from './fault.js';
import { NPY_MAGIC, openNpy } from './npy.js';
import { openInput, withInput } from './open.js';
import { PARQUET_MAGIC } from './parquet.js';
import { openParquet } from './parquetRows.js';
import type { RowSource } from './rows.js';

/** Of a file that holds a tensor; one of several tensors is asked for by its name, `torch.load(…)["logits"]`. */
const PYTORCH =
  'is a PyTorch file: write its tensor as .npy, python3 -c \'import sys, numpy, torch; numpy.save(sys.argv[2], torch.load(sys.argv[1], map_location="cpu").detach().float().numpy())\' FILE.pt FILE.npy';

const JSON_ROWS = 'is JSON: write its rows as CSV, a line of names and a line for each row';

/** Formats that people will try, each with the way out. */
const FOREIGN: Readonly<Record<string, string>> = {
  '.npz': 'is a .npz archive: save its array alone, np.save("p.npy", archive["p"])',
  '.safetensors': 'is a safetensors file: save its tensor alone, np.save("p.npy", tensor.numpy())',
  '.pt': PYTORCH,
  '.pth': PYTORCH,
  '.zip': 'is compressed: unpack it first',
  '.zst': 'is compressed: unpack it first',
  '.xlsx': 'is a spreadsheet: export it as CSV',
  '.json': JSON_ROWS,
  '.jsonl': JSON_ROWS,
  '.ndjson': JSON_ROWS,
};

/** Formats that no name tells of: through a pipe, or named .csv. */
const NO_TEXT: readonly { readonly magic: Buffer; readonly what: string }[] = [
  { magic: Buffer.from([0xff, 0xfe]), what: 'is text in UTF-16: save it in UTF-8' },
  { magic: Buffer.from([0xfe, 0xff]), what: 'is text in UTF-16: save it in UTF-8' },
  { magic: Buffer.from('PK\x03\x04'), what: 'is a zip archive, as .npz and .xlsx are: save the array in it as .npy, the sheet as CSV' },
];

/** Formats that are known by their first bytes; variants of base logits are opened too, to say which they are. */
const BINARY: readonly Binary[] = [
  { magic: NPY_MAGIC, what: 'a .npy file', open: openNpy },
  { magic: Buffer.from(BASE_LOGITS_MAGIC.slice(0, -1)), what: 'a base-logits file', open: openBaseLogits },
  { magic: PARQUET_MAGIC, what: 'a Parquet file', hasNames: true, open: openParquet },
];

interface Binary {
  readonly magic: Buffer;
  readonly what: string;
  /** Columns have names, by which they can be chosen. */
  readonly hasNames?: true;
  readonly open: (path: string, handle: FileHandle, options: CsvOptions) => Promise<RowSource>;
}

/**
 * Opens a file of rows: `.npy`, Parquet and llama.cpp's base logits by their first bytes, CSV or TSV otherwise; each through a pipe or with gzip, too.
 *
 * @throws SurprisalError `ERR_FILE` when the file cannot be read, is of another format, or its header does not fit its contents;
 *   `ERR_OPTION` when a named column is not there
 */
export async function openSource(path: string, options: CsvOptions = {}): Promise<RowSource> {
  const handle = await openInput(path);
  try {
    const head = await headOf(handle);
    const binary = binaryOf(head);
    if (binary !== undefined) {
      if (binary.hasNames !== true && (options.columns !== undefined || options.id !== undefined))
        throw new SurprisalError('ERR_OPTION', `${path}: ${binary.what} has no named columns; CSV, TSV and Parquet files have them`);
      return await binary.open(path, handle, options);
    }
    refuseForeign(path, head);
    return await openCsv(path, handle, options);
  } catch (error) {
    await handle.close();
    throw asFileError(path, error);
  }
}

/** Whether the columns of a file have names, by which they and the ids are chosen. */
export async function hasNames(path: string): Promise<boolean> {
  const binary = binaryOf(await withInput(path, headOf));
  return binary === undefined || binary.hasNames === true;
}

/** The first bytes of a file, by which its format is known. */
export async function headOf(handle: FileHandle): Promise<Buffer> {
  const start = Buffer.alloc(4096);
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  return start.subarray(0, bytesRead);
}

/** What the file is when it is not text. */
export function binaryOf(head: Buffer) {
  return BINARY.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
}

/** Refuses what is no text, with the way out. */
export function refuseForeign(path: string, head: Buffer): void {
  const foreign = FOREIGN[extname(path).toLowerCase()];
  if (foreign !== undefined) throw fileError(path, foreign);
  if (head.length === 0) throw fileError(path, 'is empty');
  const known = NO_TEXT.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  if (known !== undefined) throw fileError(path, known.what);
  if (head.includes(0)) throw fileError(path, 'is neither .npy nor CSV or TSV text');
}
