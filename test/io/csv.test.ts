import { describe, expect, it } from 'vitest';
import type { CsvOptions } from '../../src/io/csv.js';
import { put, temporaryFolder } from '../support/files.js';
import { readAll, readError } from './read.js';

const folder = temporaryFolder();
let files = 0;
const csv = (text: string | Uint8Array, extension = 'csv') => put(folder, `${files++}.${extension}`, text);

describe('CSV and TSV files', () => {
  it('are read with names, in blocks of any size', async () => {
    const path = csv('a,b\n1,2\n3.5,-4e-3\n.5,6.\n');
    for (const count of [1, 2, 3, 100]) {
      expect(await readAll(path, {}, count)).toMatchObject({
        rows: 3,
        cols: 2,
        names: ['a', 'b'],
        values: [1, 2, 3.5, -0.004, 0.5, 6],
        lines: [2, 3, 4],
      });
    }
  });

  it.each([
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['no last line break', 'a,b\n1,2\n3,4'],
    ['CRLF and no last line break', 'a,b\r\n1,2\r\n3,4'],
    ['a byte-order mark', '\ufeffa,b\n1,2\n3,4\n'],
    ['empty lines', '\n\na,b\n\n1,2\r\n\r\n3,4\n\n\n'],
    ['spaces', ' a , b \n 1 ,2 \n3 , 4\n'],
    ['quotes', '"a","b"\n"1",2\n3,"4"\n'],
  ])('may have %s', async (_name, text) => {
    const read = await readAll(csv(text));
    expect(read.values).toEqual([1, 2, 3, 4]);
    expect(read.names).toEqual(['a', 'b']);
  });

  it('take the delimiter from the extension, or from an option', async () => {
    expect((await readAll(csv('a\tb\n1\t2\n', 'tsv'))).values).toEqual([1, 2]);
    expect((await readAll(csv('a;b\n1;2\n'), { delimiter: ';' })).values).toEqual([1, 2]);
    expect((await readAll(csv('a\tb\n1\t2\n'), { delimiter: 'tab' })).values).toEqual([1, 2]);
    expect(await readError(csv('a,b\n1,2\n'), { delimiter: 'ab' })).toMatchObject({ code: 'ERR_OPTION' });
  });

  it('give the columns that are named, and carry ids through', async () => {
    const path = csv('id,p_1,note,p_2,q\n"Smith, J.",0.25,x,0.75,9\n"a ""b""\nc",0.5,,0.5,8\n\u00e9,1,y,0,7\n');
    const read = await readAll(path, { columns: 'p_*', id: 'id' });
    expect(read).toMatchObject({
      names: ['p_1', 'p_2'],
      values: [0.25, 0.75, 0.5, 0.5, 1, 0],
      ids: ['Smith, J.', 'a "b"\nc', '\u00e9'],
      lines: [2, 3, 5],
    });
    expect((await readAll(path, { columns: 'q,p_?' })).names).toEqual(['q', 'p_1', 'p_2']);
    expect((await readAll(csv('id,a,b\nx,1,2\n'), { id: 'id' })).names).toEqual(['a', 'b']);
  });

  it('choose some thousands by name of a hundred thousand, as gene tables have them, at once', async () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `g${i}`);
    const wanted = Array.from({ length: 5000 }, (_, i) => `g${(7919 * i) % 100_000}`);
    const path = csv(`${names.join(',')}\n${names.map((name) => name.slice(1)).join(',')}\n`);
    const start = performance.now();
    expect((await readAll(path, { columns: wanted.join(',') })).values).toEqual(wanted.map((name) => Number(name.slice(1))));
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('put columns of the same names in the order of the file beside, and leave other names and lists as they are', async () => {
    const path = csv('b,c,a\n2,3,1\n');
    expect((await readAll(path, { beside: { names: ['a', 'b', 'c'] } })).values).toEqual([1, 2, 3]);
    expect((await readAll(path, { beside: { names: ['x', 'y', 'z'] } })).values).toEqual([2, 3, 1]);
    expect((await readAll(path, { columns: 'c,b,a', beside: { names: ['a', 'b', 'c'] } })).values).toEqual([3, 2, 1]);
    expect((await readAll(path, { beside: { columns: 'a,b', id: 'id' } })).values).toEqual([1, 2]);
  });

  it('put columns that globs found where their wildcards stand for the same, and those that were listed where they are listed', async () => {
    const path = csv('q_b,q_c,q_a,r_a,r_b\n2,3,1,10,20\n');
    const beside = { columns: 'p_*', names: ['p_a', 'p_b', 'p_c'] };
    expect((await readAll(path, { columns: 'q_*', beside })).values).toEqual([1, 2, 3]);
    expect((await readAll(path, { columns: 'q_?', beside })).values).toEqual([1, 2, 3]);
    expect((await readAll(path, { columns: 'q_c,q_b,q_a', beside })).values).toEqual([3, 2, 1]);
    expect((await readAll(path, { columns: 'q_*', beside: { names: ['a', 'b', 'c'] } })).values).toEqual([1, 2, 3]);
    expect((await readAll(path, { columns: 'q_*', beside: { columns: 'p_*', names: ['p_1', 'p_2', 'p_3'] } })).values).toEqual([2, 3, 1]);
    const two = { columns: 'p_*,s_*', names: ['p_a', 'p_b', 'p_c', 's_a', 's_b'] };
    expect((await readAll(path, { columns: 'q_*,r_*', beside: two })).values).toEqual([1, 2, 3, 10, 20]);
    expect(await readError(path, { columns: 'q_*', beside: { columns: 'p_*', names: ['p_a', 'p_b', 'p_d'] } })).toMatchObject({
      code: 'ERR_SHAPE',
      message: expect.stringMatching(/has no column for 'p_d', but 'q_c'/),
      value: 'q_c',
    });
  });

  it('are not put beside a file that has some of their names and not others', async () => {
    const path = csv('a,y,z\n1,2,3\n');
    expect(await readError(path, { beside: { names: ['x', 'y', 'a'] } })).toMatchObject({
      code: 'ERR_SHAPE',
      message: expect.stringMatching(/has no column for 'x', but 'z'/),
      value: 'z',
    });
    expect((await readAll(path, { beside: { names: ['x', 'y'] } })).values).toEqual([1, 2, 3]); // whoever compares the shapes says so
    const twins = csv('a,b,a\n1,2,3\n');
    expect((await readAll(twins, { beside: { names: ['a', 'b', 'a'] } })).values).toEqual([1, 2, 3]);
    expect(await readError(twins, { beside: { names: ['a', 'a', 'b'] } })).toMatchObject({ message: expect.stringMatching(/occur twice/) });
    expect(await readError(twins, { beside: { names: ['a', 'b', 'c'] } })).toMatchObject({
      message: expect.stringMatching(/no column for 'c'/),
    });
  });

  it('may have no header', async () => {
    expect(await readAll(csv('1,2\n3,4\n'), { header: false })).toMatchObject({ names: ['0', '1'], values: [1, 2, 3, 4], lines: [1, 2] });
    expect(await readError(csv('0.1,0.9\n0.5,0.5\n'))).toMatchObject({ code: 'ERR_FILE', message: expect.stringMatching(/--no-header/) });
    expect((await readAll(csv('0.1,0.9\n0.5,0.5\n'), { header: true })).rows).toBe(1);
    expect((await readAll(csv('0,1,2\n5,6,7\n'), { header: true })).values).toEqual([5, 6, 7]);
    for (const first of ['0,1', '1,2', '0,1,2', '1,2,3', '0', '1'])
      expect(await readError(csv(`${first}\n${first}\n`))).toMatchObject({
        message: expect.stringMatching(/the first line is all numbers/),
      });
  });

  it('are read in one block of any size, in memory for what they hold', async () => {
    for (const text of ['a,b\n1,2\n3,4\n', 'a,b\n1,2\n3,4', '1,2\n3,4'])
      for (const count of [99_999_999_999, Number.MAX_SAFE_INTEGER])
        expect((await readAll(csv(text), { header: text.startsWith('a') }, count)).values).toEqual([1, 2, 3, 4]);
  });

  it('read numbers as JavaScript reads them, to the last bit, and the words of NumPy and pandas', async () => {
    const texts = [
      '0.1',
      '1e22',
      '1e23',
      '123456789012345678',
      '0.12345678901234567',
      '2.2250738585072011e-308',
      '5e-324',
      '1.7976931348623157e308',
    ];
    texts.push('9007199254740993', '0.000001', '+1', '-0', '00012.50', '1E+2', '1e-400', '0.30000000000000004');
    expect((await readAll(csv(`x\n${texts.join('\n')}\n`))).values).toEqual(texts.map(Number));
    expect((await readAll(csv('x\ninf\n-inf\nInfinity\nnan\nNaN\n'))).values).toEqual([Infinity, -Infinity, Infinity, NaN, NaN]);
  });

  it('may have lines longer than the buffer, and records that straddle its end', async () => {
    const wide = Array.from({ length: 300_000 }, (_, i) => i);
    const path = csv(`${wide.map((i) => `c${i}`).join(',')}\n${wide.join(',')}\n${wide.map((i) => i / 8).join(',')}\n`);
    const { values } = await readAll(path);
    expect(values.length).toBe(600_000);
    expect(values.every((value, i) => value === (i < 300_000 ? i : (i - 300_000) / 8))).toBe(true);
    const rows = Array.from({ length: 200_000 }, (_, i) => `"r,${i}",${i / 64},${-i}`);
    const tall = await readAll(csv(`id,a,b\n${rows.join('\r\n')}`), { id: 'id' }, 1000);
    expect(tall.rows).toBe(200_000);
    expect(tall.values.every((value, i) => value === (i % 2 === 0 ? i / 128 : -(i - 1) / 2))).toBe(true);
    expect(tall.ids[199_999]).toBe('r,199999');
  });
});

describe('CSV files that cannot be read say where and what was expected', () => {
  it.each([
    ['a word', 'a,b\n1,2\n3,x7\n', { row: 1, column: 1 }, /line 3, row 1, column "b": expected a number, got "x7"/],
    ['an empty cell', 'a,b\n1,\n', { row: 0, column: 1 }, /line 2.*column "b".*an empty cell/],
    ['a number with a comma', 'a;b\n1,5;2\n', { row: 0 }, /got "1,5": numbers have a point before their decimals, and no other mark$/],
    ['hexadecimal', 'a,b\n0x10,1\n', {}, /got "0x10"/],
    ['a thousands separator', 'a,b\n1_000,1\n', {}, /got "1_000"/],
    ['two points', 'a,b\n1.2.3,1\n', {}, /got "1.2.3"/],
    ['an open exponent', 'a,b\n1e,1\n', {}, /got "1e"/],
    ['a row that is too short', 'a,b,c\n1,2,3\n1,2\n', { row: 1 }, /line 3, row 1: has 2 cells where the header has 3/],
    ['a row that is too long', 'a,b\n1,2\n1,2,3\n', { row: 1 }, /line 3, row 1: has 3 cells where the header has 2/],
    ['a line number after quoted line breaks', 'a,b\n1,"\n2"\n3,x\n', {}, /line 4, row 1/],
    ['an open quote', 'a,b\n1,"2\n', {}, /line 2: a quoted cell is never closed/],
    ['text after a quote', 'a,b\n1,"2"3\n', {}, /text stands after a closing quote/],
    ['no rows', 'a,b\n', {}, /has a header and no rows/],
  ])('%s', async (_name, text, place, message) => {
    const error = await readError(csv(text), { delimiter: text.startsWith('a;') ? ';' : ',' });
    expect(error).toMatchObject({ name: 'SurprisalError', code: 'ERR_FILE', message: expect.stringMatching(message), ...place });
  });

  it('text that is not UTF-8, whose names would run together', async () => {
    const latin = Buffer.from('id,a\nx,1\nM\xfcller,2\nM\xe4ller,3\n', 'latin1');
    expect(await readError(csv(latin), { id: 'id' })).toMatchObject({
      code: 'ERR_FILE',
      row: 1,
      message: expect.stringMatching(/line 3, row 1: column "id": expected UTF-8, got "M\ufffdller"/),
    });
    const names = csv(Buffer.from('a,M\xfcller\n1,2\n', 'latin1'));
    expect(await readError(names)).toMatchObject({
      message: expect.stringMatching(/line 1, the header: column 1 \(counted from 0\): expected UTF-8, got "M\ufffdller"/),
    });
    expect((await readAll(csv(latin), { columns: 'a' })).values).toEqual([1, 2, 3]); // a column that is not read may hold anything
    expect((await readAll(csv('id,a\n\ufffd,1\n'), { id: 'id' })).ids).toEqual(['\ufffd']); // the mark itself is a character
  });

  it('lines that end in CR alone, which would be one header', async () => {
    expect(await readError(csv('a,b\r1,2\r3,4\r'))).toMatchObject({ message: expect.stringMatching(/end in CR alone/) });
    expect(await readError(csv('a,"b\rc"\n'))).toMatchObject({ message: expect.stringMatching(/a header and no rows/) });
  });

  it.each<[string, CsvOptions, RegExp]>([
    ['a;b\n1;2\n', {}, /expected a number, got "1;2": if its cells are divided by ;, say --delimiter ';'$/],
    ['a;b\n1,5;2,5\n', {}, /has 3 cells where the header has 1: if .* say --delimiter ';'$/],
    ['a\tb\n1\t2\n', { columns: 'a' }, /has no column 'a'; it has a\tb: if its cells are divided by tabs, say --delimiter tab$/],
    ['a b\n0.1 0.9\n', {}, /got "0\.1 0\.9": if its cells are divided by spaces, say --delimiter ' '$/],
    ['0.1 0.9\n', { header: false }, /got "0\.1 0\.9": if its cells are divided by spaces, say --delimiter ' '$/],
    ['1;2\n', { header: false }, /got "1;2": if its cells are divided by ;, say --delimiter ';'$/],
    [
      '# made by a tool\n#OTU ID,a\nx,1\n',
      {},
      /line 2, row 0, .* got "#OTU ID": the first line is a comment, where names are expected: leave it out$/,
    ],
    ['# made by a tool\n#OTU ID,a\nx,1\n', { id: '#OTU ID' }, /it has # made by a tool: the first line is a comment/],
    ['name\nJane Doe\n', { id: 'id' }, /has no column 'id'; it has name$/],
    ['a,b|c\nx,2\n', {}, /got "x": a column that names the rows goes to --id$/],
    ...['NA', 'null', '-', '0x10'].map((cell) => [`a,b\n${cell},2\n`, {}, new RegExp(`got "${cell}"$`)] as [string, CsvOptions, RegExp]),
    ['a,b|c\n1,2\nx,2\n', {}, /got "x"$/],
  ])('%j: another delimiter, or a column of names', async (text, options, message) => {
    expect(await readError(csv(text), options)).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('a first name behind the # of np.savetxt, which a glob would leave out', async () => {
    const path = csv('# p_0,p_1,q\n1,2,3\n');
    for (const columns of ['p_*', 'q,p_?']) {
      const message = expect.stringMatching(
        /column "# p_0" would be one of '(p_\*|q,p_\?)' but for the # of a comment: leave that out \(np\.savetxt: comments=''\)$/,
      );
      expect(await readError(path, { columns })).toMatchObject({ code: 'ERR_OPTION', message });
    }
    for (const columns of ['# p_0,p_*', 'p_1', 'q*']) expect((await readAll(path, { columns })).cols).toBe(columns.startsWith('#') ? 2 : 1);
    expect((await readAll(path)).values).toEqual([1, 2, 3]);
  });

  it('an id of several columns', async () => {
    const path = csv('id,i,a\nx,1,2\n');
    for (const id of ['i*', 'id,i']) expect(await readError(path, { id })).toMatchObject({ code: 'ERR_OPTION' });
    expect((await readAll(csv('"i,d",a\nx,1\n'), { id: 'i,d' })).ids).toEqual(['x']); // a name may hold a comma
  });

  it('an index that was saved with the numbers, unless it is asked for', async () => {
    const path = csv(',a,b\n0,0.5,0.5\n1,0.25,0.75\n');
    expect(await readError(path)).toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringMatching(/column 0 has no name, as the index of a data frame: .*index=False.*--columns.*--id ''$/),
    });
    expect(await readError(csv('Unnamed: 0,a\n0,1\n'))).toMatchObject({
      message: expect.stringMatching(/column "Unnamed: 0" is the index of a data frame: .* --id 'Unnamed: 0'$/),
    });
    expect(await readError(csv('__index_level_0__,a\n0,1\n'))).toMatchObject({ code: 'ERR_OPTION' });
    expect((await readAll(path, { columns: 'a,b' })).values).toEqual([0.5, 0.5, 0.25, 0.75]);
    expect(await readAll(path, { id: '' })).toMatchObject({ ids: ['0', '1'], names: ['a', 'b'] });
  });

  it('columns that are not there, or there twice', async () => {
    const path = csv('a,b,b\n1,2,3\n');
    expect(await readError(path, { columns: 'p_*' })).toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringMatching(/no column 'p_\*'; it has a, b, b/),
    });
    expect(await readError(path, { columns: 'b' })).toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringMatching(/2 columns named 'b'/),
    });
    expect(await readError(path, { id: 'name' })).toMatchObject({ code: 'ERR_OPTION' });
    expect(await readError(csv('id\nx\n'), { id: 'id' })).toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringMatching(/no column of numbers/),
    });
  });
});
