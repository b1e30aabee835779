import type { FileHandle } from 'node:fs/promises';
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { fileError } from './fault.js';

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
    const metadata = await parquetMetadataAsync(file).catch((error: unknown) => Promise.reject(damaged(path, error)));
    if (metadata.num_rows === 0n) throw fileError(path, 'is a Parquet file without rows');
    const columns = parquetSchema(metadata).children.map((tree) => ({
      name: tree.element.name,
      holds: isList(tree.element) ? ('lists' as const) : tree.children.length > 0 ? ('records' as const) : ('values' as const),
      type: leafOf(tree).type,
    }));
    return new ParquetFile(path, file, metadata, await compressorsFor(path, metadata), columns);
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
    await parquetRead({
      file: this.#file,
      metadata: this.#metadata,
      columns: [...new Set(names)],
      rowStart: before,
      rowEnd: before + rows,
      ...(this.#compressors !== undefined && { compressors: this.#compressors }),
      onChunk({ columnName, columnData, rowStart, rowEnd }) {
        if (rowStart === before && rowEnd - rowStart === rows) {
          values.set(columnName, columnData);
          return;
        }
        const all = (values.get(columnName) ?? new Array(rows)) as unknown[];
        for (let row = Math.max(rowStart, before); row < Math.min(rowEnd, before + rows); row++)
          all[row - before] = columnData[row - rowStart];
        values.set(columnName, all);
      },
    }).catch((error: unknown) => Promise.reject(damaged(this.#path, error)));
    return values;
  }
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
      const bytes = new Uint8Array(Math.max(0, end - start));
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) throw fileError(path, 'is cut off');
        filled += bytesRead;
      }
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
  return typeof code === 'string' ? error : fileError(path, `is damaged, or no Parquet file: ${message}`);
}

/** A value as the text of a cell; empty where there is none. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : String(value);
}
