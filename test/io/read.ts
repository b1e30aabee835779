import type { CsvOptions } from '../../src/io/csv.js';
import { openSource } from '../../src/io/source.js';

/** Everything that a file holds, read in blocks of `count` rows. */
export async function readAll(path: string, options: CsvOptions = {}, count = 3) {
  const source = await openSource(path, options);
  try {
    const values: number[] = [];
    const ids: string[] = [];
    const lines: number[] = [];
    let rows = 0;
    for (let block = await source.read(count); block !== undefined; block = await source.read(count)) {
      if (block.first !== rows) throw new Error(`block begins at ${block.first}, expected ${rows}`);
      for (const value of block.data) values.push(value);
      for (const id of block.ids ?? []) ids.push(id);
      for (const line of block.lines ?? []) lines.push(line);
      rows += block.rows;
    }
    return { values, ids, lines, rows, cols: source.cols, names: source.names, dtype: source.dtype };
  } finally {
    await source.close();
  }
}

/** The error that reading a file ends with. */
export async function readError(path: string, options?: CsvOptions): Promise<unknown> {
  return readAll(path, options).then(
    (all) => {
      throw new Error(`expected an error, read ${all.rows} rows`);
    },
    (error: unknown) => error,
  );
}
