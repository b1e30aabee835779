import { describe, expect, it } from 'vitest';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { readAll, readError } from './read.js';

const folder = temporaryFolder();
const six = [0, 1, 2, 3, 4, 5];

describe('npy files', () => {
  it.each([
    ['f8', Float64Array.from(six, (x) => x / 7)],
    ['f4', Float32Array.from(six, (x) => x / 7)],
    ['i1', Int8Array.from(six, (x) => x - 128)],
    ['u1', Uint8Array.from(six, (x) => 255 - x)],
    ['b1', Uint8Array.from(six, (x) => x % 2)],
    ['i2', Int16Array.from(six, (x) => x - 32768)],
    ['u2', Uint16Array.from(six, (x) => 65535 - x)],
    ['i4', Int32Array.from(six, (x) => x - 2147483648)],
    ['u4', Uint32Array.from(six, (x) => 4294967295 - x)],
  ] as const)('of %s are read in blocks of any size, to the last bit', async (type, data) => {
    const path = put(folder, `${type}.npy`, npyBytes(data.BYTES_PER_ELEMENT === 1 ? `|${type}` : `<${type}`, [3, 2], data));
    for (const count of [1, 2, 3, 100]) {
      const read = await readAll(path, {}, count);
      expect(read).toMatchObject({ rows: 3, cols: 2, values: [...data] });
    }
  });

  it('of f2 are handed on as bits, with the name by which matrix() knows them', async () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0xfc00, 0x8000, 0x3555);
    const { values, dtype } = await readAll(put(folder, 'f2.npy', npyBytes('<f2', [2, 4], halves)));
    expect(values).toEqual([...halves]);
    expect(dtype).toBe('float16');
  });

  it('of i8 and u8, as NumPy counts by default, become doubles', async () => {
    const signed = BigInt64Array.of(0n, -1n, 9007199254740992n, -9007199254740993n, 5n, 2n ** 62n);
    expect((await readAll(put(folder, 'i8.npy', npyBytes('<i8', [2, 3], signed)))).values).toEqual([...signed].map(Number));
    const unsigned = BigUint64Array.of(0n, 2n ** 64n - 1n, 12n);
    expect((await readAll(put(folder, 'u8.npy', npyBytes('<u8', [3], unsigned)))).values).toEqual([...unsigned].map(Number));
  });

  it('as Python 2 wrote them, sizes with an L', async () => {
    const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 1L), }";
    const path = put(folder, 'python2.npy', npyBytes('<f8', [2, 1], Float64Array.of(1, 2), { text }));
    expect(await readAll(path)).toMatchObject({ rows: 2, cols: 1, values: [1, 2] });
  });

  it.each([1, 2, 3] as const)('of format version %i', async (version) => {
    const path = put(folder, `v${version}.npy`, npyBytes('<f8', [2, 1], Float64Array.of(1, 2), { version }));
    expect((await readAll(path)).values).toEqual([1, 2]);
  });

  it('take the last dimension as a row, and one dimension as one row', async () => {
    const data = new Float32Array(24);
    expect(await readAll(put(folder, 'd3.npy', npyBytes('<f4', [2, 3, 4], data)))).toMatchObject({ rows: 6, cols: 4 });
    expect(await readAll(put(folder, 'd1.npy', npyBytes('<f4', [24], data)))).toMatchObject({ rows: 1, cols: 24 });
    // NumPy marks a vector as Fortran order at times: it is both.
    expect(await readAll(put(folder, 'd1f.npy', npyBytes('<f4', [24], data, { fortran: true })))).toMatchObject({ rows: 1 });
  });

  it('keep a block as it is until the second read after it, as reading ahead needs', async () => {
    const { openSource } = await import('../../src/io/source.js');
    const source = await openSource(put(folder, 'ahead.npy', npyBytes('<f8', [4, 1], Float64Array.of(1, 2, 3, 4))));
    const first = await source.read(1);
    await source.read(1);
    expect([...(first?.data ?? [])]).toEqual([1]);
    await source.close();
  });
});

describe('npy files that cannot be read say why and what to do', () => {
  const data = new Float32Array(6);
  const good = npyBytes('<f4', [3, 2], data);
  it.each([
    ['big-endian', npyBytes('>f4', [3, 2], data), /big-endian.*astype\('<f4'\)/],
    ['Fortran order', npyBytes('<f4', [3, 2], data, { fortran: true }), /Fortran order.*ascontiguousarray/],
    ['complex numbers', npyBytes('<c8', [3, 1], data), /dtype '<c8'.*astype\('float32'\)/],
    ['text', npyBytes('<U3', [2, 1], data), /dtype '<U3'/],
    ['objects', npyBytes('|O', [3, 2], data), /dtype '\|O'/],
    ['records', npyBytes('', [], data, { text: "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }" }), /records/],
    ['no rows', npyBytes('<f4', [0, 2], new Float32Array(0)), /is empty: shape \(0, 2\)/],
    ['a single number', npyBytes('<f4', [], data, { text: "{'descr': '<f4', 'fortran_order': False, 'shape': (), }" }), /shape \(\)/],
    ['data that are cut off', good.subarray(0, good.length - 1), /cut off: shape \(3, 2\) of float32 needs 24 bytes, 23 are there/],
    ['a header that is cut off', good.subarray(0, 40), /header is cut off/],
    ['eight bytes', good.subarray(0, 8), /cut off/],
    ['bytes left over', Buffer.concat([good, Buffer.alloc(4)]), /4 bytes after its array/],
    ['a header without shape', npyBytes('<f4', [], data, { text: "{'descr': '<f4', 'fortran_order': False}" }), /cannot be read/],
    ['an unknown version', Buffer.concat([good.subarray(0, 6), Buffer.of(9), good.subarray(7)]), /version 9/],
    ['a shape beyond all size', npyBytes('<f4', [1e15, 1e15], data), /cut off/],
  ])('%s', async (name, bytes, message) => {
    const error = await readError(put(folder, `${name.replaceAll(' ', '-')}.npy`, bytes));
    expect(error).toMatchObject({ name: 'SurprisalError', code: 'ERR_FILE', message: expect.stringMatching(message) });
  });

  it('a missing file, a folder, and files of other formats', async () => {
    expect(await readError(`${folder}/none.npy`)).toMatchObject({ code: 'ERR_FILE', message: expect.stringMatching(/no such file/) });
    expect(await readError(folder)).toMatchObject({ code: 'ERR_FILE', message: expect.stringMatching(/is a folder/) });
    const command = /PyTorch.*python3 -c '.*numpy\.save\(.*torch\.load\(/;
    expect(await readError(put(folder, 'x.pt', 'PK'))).toMatchObject({ message: expect.stringMatching(command) });
    expect(await readError(put(folder, 'x.bin', Buffer.of(1, 0, 2)))).toMatchObject({ message: expect.stringMatching(/neither/) });
    expect(await readError(put(folder, 'none.csv', ''))).toMatchObject({ message: expect.stringMatching(/is empty/) });
    expect(await readError(put(folder, 'rows.json', '[[0.1,0.9],[0.5,0.5]]'))).toMatchObject({ message: expect.stringMatching(/is JSON/) });
    expect(await readError(put(folder, 'zip.csv', 'PK\x03\x04'))).toMatchObject({ message: expect.stringMatching(/zip archive.*\.npz/) });
    for (const mark of [Buffer.of(0xff, 0xfe), Buffer.of(0xfe, 0xff)])
      expect(await readError(put(folder, 'utf16.csv', Buffer.concat([mark, Buffer.from('a,b', 'utf16le')])))).toMatchObject({
        message: expect.stringMatching(/is text in UTF-16: save it in UTF-8/),
      });
  });

  it('columns cannot be chosen by name in them', async () => {
    expect(await readError(put(folder, 'good.npy', good), { columns: 'a' })).toMatchObject({
      message: expect.stringMatching(/no named columns/),
    });
  });
});
