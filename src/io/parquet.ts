import type { FileHandle } from 'node:fs/promises';
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { SurprisalError } from '../index.js';
import { fileError } from './fault.js';
import { fill, roomOf } from './fill.js';

/** First bytes of every Parquet file. */
export const PARQUET_MAGIC = Buffer.from('PAR1');

/** What hyparquet unpacks by itself. */
const OWN_CODECS: readonly string[] = ['UNCOMPRESSED', 'SNAPPY'];

/** A column of the file's first level: one value a row, a list a row, or neither of these. */
export interface ParquetColumn {
  readonly name: string;
  readonly holds: 'values' | 'lists' | 'records';
  /** Type of its values on disk. */
  readonly type: string | undefined;
}

/** Values of some columns of a row group, by name. */
export type ParquetValues = ReadonlyMap<string, ArrayLike<unknown>>;

/** A Parquet file, read a row group at a time by hyparquet, an optional peer. */
export class ParquetFile {
  readonly columns: readonly ParquetColumn[];
  /** Rows of each row group. */
  readonly groups: readonly number[];
  readonly #path: string;
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;
  readonly #compressors: Compressors | undefined;

  private constructor(
    path: string,
    file: AsyncBuffer,
    metadata: FileMetaData,
    compressors: Compressors | undefined,
    columns: readonly ParquetColumn[],
  ) {
    this.#path = path;
    this.#file = file;
    this.#metadata = metadata;
    this.#compressors = compressors;
    this.columns = columns;
    this.groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  }

  /** @throws SurprisalError `ERR_FILE` where it is damaged or cut off, has no rows, or what reads it is not installed */
  static async open(path: string, handle: FileHandle): Promise<ParquetFile> {
    const { parquetMetadataAsync, parquetSchema } = await hyparquet(path);
    const file = await bufferOf(path, handle);
    try {
      const metadata = await parquetMetadataAsync(file);
      if (metadata.num_rows === 0n) throw fileError(path, 'is a Parquet file without rows');
      const columns = parquetSchema(metadata).children.map((tree) => ({
        name: tree.element.name,
        holds: isList(tree.element) ? ('lists' as const) : tree.children.length > 0 ? ('records' as const) : ('values' as const),
        type: leafOf(tree).type,
      }));
      checkRows(path, metadata, columns);
      return new ParquetFile(path, file, metadata, await compressorsFor(path, metadata), columns);
    } catch (error) {
      throw damaged(path, error); // what the footer lacks is met wherever it is looked for
    }
  }

  /** Number of a row group's first row in the file. */
  firstOf(group: number): number {
    return this.groups.slice(0, group).reduce((sum, rows) => sum + rows, 0);
  }

  /** What columns hold in one row group. */
  async read(group: number, names: readonly string[]): Promise<ParquetValues> {
    const { parquetRead } = await hyparquet(this.#path);
    const before = this.firstOf(group);
    const rows = this.groups[group] as number;
    const values = new Map<string, unknown[] | ArrayLike<unknown>>();
    const filled = new Map<string, number>();
    await parquetRead({
      file: this.#file,
      metadata: this.#metadata,
      columns: [...new Set(names)],
      rowStart: before,
      rowEnd: before + rows,
      ...(this.#compressors !== undefined && { compressors: this.#compressors }),
      onChunk({ columnName, columnData, rowStart, rowEnd }) {
        const [from, to] = [Math.max(rowStart, before), Math.min(rowEnd, rowStart + columnData.length, before + rows)];
        filled.set(columnName, (filled.get(columnName) ?? 0) + Math.max(0, to - from));
        if (rowStart === before && rowEnd - rowStart === rows) {
          values.set(columnName, columnData);
          return;
        }
        const all = (values.get(columnName) ?? new Array(rows)) as unknown[];
        for (let row = from; row < to; row++) all[row - before] = columnData[row - rowStart];
        values.set(columnName, all);
      },
    }).catch((error: unknown) => Promise.reject(damaged(this.#path, error)));
    for (const name of names) {
      const found = filled.get(name) ?? 0;
      if (found < rows) throw fileError(this.#path, `is damaged: row group ${group} has ${found} of its ${rows} rows in column "${name}"`);
    }
    return values;
  }
}

/** Sizes stand in several places: where they differ, no row can be trusted, nor memory be taken for them. */
function checkRows(path: string, { num_rows, row_groups }: FileMetaData, columns: readonly ParquetColumn[]): void {
  let sum = 0n;
  for (const [group, { num_rows: rows, columns: chunks }] of row_groups.entries()) {
    sum += rows;
    const odd = chunks.find(({ meta_data: chunk }) => {
      const column = columns.find(({ name }) => name === chunk?.path_in_schema[0]);
      return chunk !== undefined && (chunk.num_values < rows || (column?.holds === 'values' && chunk.num_values > rows));
    })?.meta_data;
    if (rows < 0n || odd !== undefined)
      throw fileError(
        path,
        `is damaged: row group ${group} is of ${rows} rows, its column "${odd?.path_in_schema[0]}" of ${odd?.num_values} values`,
      );
  }
  if (sum !== num_rows) throw fileError(path, `is damaged: it says ${num_rows} rows, its row groups ${sum}`);
}

/** The package that reads these files. */
async function hyparquet(path: string) {
  return await import('hyparquet').catch(() => {
    throw fileError(path, 'is a Parquet file, which the package hyparquet reads: npm install hyparquet');
  });
}

async function compressorsFor(path: string, { row_groups: groups }: FileMetaData): Promise<Compressors | undefined> {
  const codecs = new Set(groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec ?? 'UNCOMPRESSED')));
  const foreign = [...codecs].filter((codec) => !OWN_CODECS.includes(codec));
  if (foreign.length === 0) return undefined;
  const { compressors } = await import('hyparquet-compressors').catch(() => {
    throw fileError(
      path,
      `is compressed with ${foreign.join(', ')}, which the package hyparquet-compressors unpacks: npm install hyparquet-compressors`,
    );
  });
  return compressors;
}

/** A file as hyparquet takes one. */
async function bufferOf(path: string, handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const length = Math.max(0, end - start);
      const bytes = roomOf(path, length, () => new Uint8Array(length));
      await fill(path, handle, bytes, start, 'is cut off');
      return bytes.buffer;
    },
  };
}

const isList = ({ converted_type, logical_type, repetition_type }: SchemaElement): boolean =>
  converted_type === 'LIST' || logical_type?.type === 'LIST' || repetition_type === 'REPEATED';

/** What stands at the end of a column's first branch. */
const leafOf = ({ element, children: [first] }: SchemaTree): SchemaElement => (first === undefined ? element : leafOf(first));

function damaged(path: string, error: unknown): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  const isTold = error instanceof SurprisalError || (typeof code === 'string' && !code.startsWith('ERR_')); // Node's own are of arguments
  return isTold ? error : fileError(path, `is damaged, or no Parquet file: ${message}`);
}

/** A value as the text of a cell; empty where there is none. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : String(value);
}
