import { SurprisalError } from '../index.js';

/** An `ERR_FILE` error: the message starts with the file's path, so that it can be shown as it is. */
export function fileError(
  path: string,
  message: string,
  place: { row?: number; column?: number; value?: unknown; expected?: string } = {},
): SurprisalError {
  return new SurprisalError('ERR_FILE', `${path}: ${message}`, place);
}

/** Puts the operating system's reason (`no such file`, `permission denied`) into one of ours; other errors pass through. */
export function asFileError(path: string, error: unknown): unknown {
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'string' || error instanceof SurprisalError) return error;
  return fileError(path, REASONS[code] ?? `the system said ${code}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'a part of this path is not a folder',
  ELOOP: 'its links lead in a circle',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the disk is read-only',
  Z_BUF_ERROR: 'is cut off: its compressed data have no end',
  Z_DATA_ERROR: 'its compressed data are damaged',
};
