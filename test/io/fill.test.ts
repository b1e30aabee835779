import { truncateSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fill } from '../../src/io/fill.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { readError } from './read.js';

const folder = temporaryFolder();

it('asks for no more bytes at a time than Node reads: 2^31 of them end the process', async () => {
  const asked: [number, number, number][] = [];
  const handle = {
    read: async (_: Uint8Array, at: number, length: number, from: number) => {
      asked.push([at, length, from]);
      return { bytesRead: asked.length === 1 ? 7 : length };
    },
  } as unknown as FileHandle;
  await fill('a.npy', handle, new Uint8Array(2 ** 31 + 5), 100); // never touched: no memory is taken for it
  expect(asked).toEqual([
    [0, 2 ** 30, 100],
    [7, 2 ** 30, 107],
    [2 ** 30 + 7, 2 ** 30 - 2, 2 ** 30 + 107],
  ]);
  const ended = { read: async () => ({ bytesRead: 0 }) } as unknown as FileHandle;
  await expect(fill('a.npy', ended, new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'ERR_FILE' });
});

it('rows that no memory holds at once are an error of the file', async () => {
  const header = npyBytes('<f4', [2, 2 ** 34], new Float32Array(0));
  const path = put(folder, 'vast.npy', header);
  truncateSync(path, header.length + 2 ** 37); // takes no room on the disk
  const message = expect.stringMatching(/vast\.npy: 137438953472 bytes of it do not go into memory at once: --block says/);
  expect(await readError(path)).toMatchObject({ code: 'ERR_FILE', message });
});
