import type { FileHandle } from 'node:fs/promises';
import { fileError } from './fault.js';

/** What one call asks for: from 2^31 bytes on Node ends the process. */
const MOST_BYTES = 2 ** 30;

/**
 * Fills an array with the bytes of a file from `from` on.
 *
 * @param ended what is wrong where the file ends before
 * @throws SurprisalError `ERR_FILE` where it does
 */
export async function fill(
  path: string,
  handle: FileHandle,
  into: Uint8Array,
  from: number,
  ended = 'became shorter while it was read',
): Promise<void> {
  for (let filled = 0; filled < into.length; ) {
    const { bytesRead } = await handle.read(into, filled, Math.min(MOST_BYTES, into.length - filled), from + filled);
    if (bytesRead === 0) throw fileError(path, ended);
    filled += bytesRead;
  }
}

/**
 * Memory for what is read of a file at once.
 *
 * @param make takes it
 * @throws SurprisalError `ERR_FILE` where so much is not to be had
 */
export function roomOf<Room>(path: string, bytes: number, make: () => Room): Room {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw fileError(
      path,
      `${bytes} bytes of it do not go into memory at once: --block says how many rows are read at a time, where a command has it`,
    );
  }
}
