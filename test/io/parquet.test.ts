import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { scoreJson, surprisal } from '../cli/run.js';
import { readTextTable } from '../../src/io/table.js';
import { put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';
import { readAll, readError } from './read.js';

const folder = temporaryFolder();
let files = 0;
type Columns = ParquetWriteOptions['columnData'];
const parquet = (columnData: Columns, options: Partial<ParquetWriteOptions> = {}) =>
  put(folder, `${files++}.parquet`, new Uint8Array(parquetWriteBuffer({ columnData, ...options })));

/** The schema of lists, as Arrow and DuckDB write them. */
const lists = (...more: NonNullable<ParquetWriteOptions['schema']>): Partial<ParquetWriteOptions> => ({
  schema: [
    { name: 'root', num_children: 1 + more.length },
    { name: 'x', repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ...more,
  ],
});

const rng = createRng(20261129);
const ROWS = 1000;
const cells = Array.from({ length: ROWS }, () => [rng.uniform(), rng.uniform(), rng.uniform()]);
const column = (k: number) => cells.map((row) => row[k] as number);
const names = ['a', 'b', 'c'];
const ids = cells.map((_, row) => `row ${row}`);
const TYPES = ['DOUBLE', 'FLOAT', 'INT32', 'INT64', 'BOOLEAN'] as const;

describe('Parquet files', () => {
  it.each([
    ['one row group', {}],
    ['row groups of 7', { rowGroupSize: 7 }],
    ['pages of a few rows', { pageSize: 100 }],
    ['no compression', { codec: 'UNCOMPRESSED' as const }],
    ['gzip', { codec: 'GZIP' as const, compressors: { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)) } }],
  ])('are read with names and ids, in blocks of any size: %s', async (_, options) => {
    const columns: Columns = [
      { name: 'id', data: ids, type: 'STRING' },
      ...names.map((name, k) => ({ name, data: column(k), type: 'DOUBLE' as const })),
    ];
    const path = parquet(columns, options);
    for (const count of [1, 10, 999, 5000]) {
      const all = await readAll(path, { id: 'id', columns: 'c,a' }, count);
      expect(all).toMatchObject({ rows: ROWS, cols: 2, names: ['c', 'a'], dtype: 'float64', ids });
      expect(all.values).toEqual(cells.flatMap(([a, , c]) => [c, a]));
    }
  });

  it.each(TYPES)('takes columns of %s, with and without empty cells in the schema', async (type) => {
    const data =
      type === 'INT64'
        ? [1n, 2n, 3n]
        : type === 'FLOAT'
          ? [0.1, 0.2, 0.3].map(Math.fround)
          : type === 'INT32'
            ? [1, 2, 3]
            : type === 'BOOLEAN'
              ? [true, false, true]
              : [0.1, 0.2, 0.3];
    for (const nullable of [true, false]) {
      const all = await readAll(parquet([{ name: 'x', data, type, nullable }]));
      expect(all).toMatchObject({ values: data.map(Number), dtype: type === 'FLOAT' ? 'float32' : 'float64' });
    }
  });

  it('takes a column of lists for rows', async () => {
    const columns = [
      { name: 'x', data: cells },
      { name: 'id', data: ids },
    ];
    const text = { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
    const all = await readAll(parquet(columns, { ...lists(text), rowGroupSize: 300 }), { columns: 'x', id: 'id' }, 128);
    expect(all).toMatchObject({ rows: ROWS, cols: 3, names: undefined, dtype: 'float64', ids });
    expect(all.values).toEqual(cells.flat());
  });

  const y = { name: 'y', type: 'DOUBLE', repetition_type: 'REQUIRED' } as const;
  it.each<readonly [string, Columns, Partial<ParquetWriteOptions>, RegExp, object]>([
    ['text', [{ name: 'x', data: ['1', 'two'], type: 'STRING' }], {}, /row 0, column "x": expected a number, got "1"/, { row: 0 }],
    [
      'an empty cell',
      [{ name: 'x', data: [1, null, 3], type: 'DOUBLE' }],
      {},
      /row 1, column "x": expected a number, got an empty/,
      { row: 1 },
    ],
    ['lists of two lengths', [{ name: 'x', data: [[1, 2], [1]] }], lists(), /row 1, column "x": expected a list of 2 .* got 1/, { row: 1 }],
    ['an empty list', [{ name: 'x', data: [[], [1]] }], lists(), /row 0, column "x": expected a list of numbers, got none/, { row: 0 }],
    ['no list', [{ name: 'x', data: [[1, 2], null] }], lists(), /row 1, column "x": expected a list of 2 .* got none/, { row: 1 }],
    [
      'a hole',
      [
        {
          name: 'x',
          data: [
            [1, 2],
            [1, null],
          ],
        },
      ],
      lists(),
      /row 1, column "x\[1\]": expected a number, got an empty/,
      { row: 1 },
    ],
    [
      'lists beside numbers',
      [
        { name: 'x', data: [[1, 2]] },
        { name: 'y', data: [1] },
      ],
      lists(y),
      /column "x" holds lists: choose it alone/,
      {},
    ],
  ])('names the place of %s', async (_, columns, options, message, place) => {
    expect(await readError(parquet(columns, options))).toMatchObject({
      code: 'ERR_FILE',
      ...place,
      message: expect.stringMatching(message),
    });
  });

  it('says which columns there are', async () => {
    const error = await readError(parquet([{ name: 'x', data: [1], type: 'DOUBLE' }]), { columns: 'y' });
    expect(error).toMatchObject({ code: 'ERR_OPTION', message: expect.stringMatching(/has no column 'y'; it has x/) });
  });

  it('says of damaged and of cut-off files what they are', async () => {
    const whole = readFileSync(parquet([{ name: 'x', data: column(0), type: 'DOUBLE' }]));
    for (const [name, bytes] of [
      ['short', whole.subarray(0, 200)],
      ['head', whole.subarray(0, 4)],
    ] as const) {
      const error = await readError(put(folder, `${name}.parquet`, bytes));
      expect(error, name).toMatchObject({ code: 'ERR_FILE', message: expect.stringMatching(/is damaged, or no Parquet file: /) });
    }
    expect(await readError(parquet([{ name: 'x', data: [], type: 'DOUBLE' }]))).toMatchObject({
      message: expect.stringMatching(/without rows/),
    });
  });

  it('are tables of text too', async () => {
    const day = new Date('2026-11-29T00:00:00Z');
    const path = parquet([
      { name: 'n', data: [1.5, null], type: 'DOUBLE' },
      { name: 'city', data: ['Oslo', null], type: 'STRING' },
      { name: 'day', data: [day, day], type: 'TIMESTAMP' },
      { name: 'big', data: [2n ** 60n, 1n], type: 'INT64' },
    ]);
    expect(await readTextTable(path)).toEqual({
      names: ['n', 'city', 'day', 'big'],
      rows: [
        ['1.5', 'Oslo', '2026-11-29T00:00:00.000Z', '1152921504606846976'],
        ['', '', '2026-11-29T00:00:00.000Z', '1'],
      ],
    });
    await expect(readTextTable(parquet([{ name: 'x', data: [[1, 2]] }], lists()))).rejects.toMatchObject({
      message: expect.stringMatching(/column "x" holds lists/),
    });
  });

  it('with any byte of the footer changed are read in full, or refused by an error of ours', async () => {
    const rows = 40;
    const good = parquet(
      [
        { name: 'id', data: ids.slice(0, rows), type: 'STRING' },
        { name: 'a', data: column(0).slice(0, rows), type: 'DOUBLE' },
      ],
      { rowGroupSize: 16 },
    );
    const bytes = readFileSync(good);
    const footer = bytes.readUInt32LE(bytes.length - 8) + 8;
    for (let at = bytes.length - footer; at < bytes.length; at++) {
      for (const change of [0x01, 0x08, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ change;
        const path = put(folder, 'changed.parquet', changed);
        const tells = (error: unknown) => expect(error, `byte ${at} ^ ${change}: ${error}`).toMatchObject({ name: 'SurprisalError' });
        await readAll(path, { id: 'id' }).then(
          (all) => expect([all.rows, all.ids.length], `byte ${at} ^ ${change}`).toEqual([rows, rows]),
          tells,
        );
        await readTextTable(path).then((table) => expect(table.rows.length, `byte ${at} ^ ${change}`).toBe(rows), tells);
      }
    }
  });

  it('give the command line what CSV gives it', () => {
    const text = `id,a,b,c\n${cells.map((row, i) => `${ids[i]},${row.join(',')}\n`).join('')}`;
    const csv = put(folder, 'same.csv', text);
    const same = parquet(
      [{ name: 'id', data: ids, type: 'STRING' }, ...names.map((name, k) => ({ name, data: column(k), type: 'DOUBLE' as const }))],
      { rowGroupSize: 64 },
    );
    const options = ['--id', 'id', '--columns', 'a,b', '--against-columns', 'b,c', '--block', '100'];
    const summary = (path: string) => scoreJson(folder, path, ...options).summary;
    expect(summary(same)).toEqual(summary(csv));
    const drift = surprisal('drift', same, csv, '--columns', 'a,b,c', '--json');
    expect(JSON.parse(drift.stdout)).toMatchObject({ alarm: false, rows: ROWS });
  });
});
