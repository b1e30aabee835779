import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { asFileError } from './fault.js';
import { makeTemporary } from './temporary.js';

/** First bytes of gzip data. */
const GZIP_MAGIC = 0x1f8b;

/** Temporary files with what came through a pipe or was compressed, by the path that was asked for: one file may be wanted twice. */
const copies = new Map<string, Promise<string>>();

/**
 * Opens an input that can be read at any place: a file, and of pipes (`-` is standard input) and gzip a copy, which is removed when the process ends.
 *
 * @throws SurprisalError `ERR_FILE` when it cannot be read, or its compressed data are damaged or cut off
 */
export async function openInput(path: string): Promise<FileHandle> {
  try {
    const handle = await openWhole(path);
    if (!(await isGzip(handle))) return handle;
    keep(path, handle.createReadStream({ start: 0 }), true);
    return await openInput(path); // it may be compressed twice
  } catch (error) {
    throw asFileError(path, error);
  }
}

/** Opens an input as {@link openInput} does for as long as it is used; what fails meanwhile is an error of the file. */
export async function withInput<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await openInput(path);
  try {
    return await use(handle);
  } catch (error) {
    throw asFileError(path, error);
  } finally {
    await handle.close();
  }
}

async function openWhole(path: string): Promise<FileHandle> {
  const known = copies.get(path);
  if (known !== undefined) return await open(await known);
  if (path !== '-') {
    const handle = await open(path);
    if ((await handle.stat()).isFile()) return handle;
    keep(path, handle.createReadStream());
  } else keep(path, process.stdin);
  return await openWhole(path);
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(2);
  await handle.read(head, 0, 2, 0);
  return head.readUInt16BE(0) === GZIP_MAGIC;
}

/**
 * Lets a copy of what is still to come stand for a path.
 *
 * @throws SurprisalError `ERR_FILE`, here or at the copy's end, where it is the folder of temporary files that cannot take it
 */
function keep(path: string, from: Readable, isCompressed = false): void {
  const folder = tmpdir();
  const refused = (error: unknown) =>
    asFileError(`${folder}, where a copy of ${path} goes (the variable TMPDIR names another place)`, error);
  const copy = join(folder, `surprisal-${randomUUID()}`);
  try {
    makeTemporary(copy, 0o600);
  } catch (error) {
    throw refused(error);
  }
  const to = createWriteStream(copy);
  const written = isCompressed ? pipeline(from, createGunzip(), to) : pipeline(from, to);
  copies.set(
    path,
    written.then(
      () => copy,
      (error: NodeJS.ErrnoException) => Promise.reject(error.syscall === 'write' ? refused(error) : error),
    ),
  );
}
