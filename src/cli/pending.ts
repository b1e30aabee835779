import { fstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PendingFile } from '../io/output.js';
import type { RowSource } from '../io/rows.js';
import { UsageError } from './options.js';

/** A command's one output file, from the moment it is asked for: it is removed when the command fails. */
export class Pending<File extends PendingFile> {
  #file: File | undefined;

  /**
   * Opens the file where one is wanted.
   *
   * @throws UsageError where it would overwrite an input
   */
  async open(option: string, path: string | undefined, inputs: readonly RowSource[], make: (path: string) => Promise<File>) {
    if (path === undefined) return undefined;
    refuseInput(
      option,
      path,
      inputs.map((input) => input.path),
    );
    this.#file = await make(path);
    return this.#file;
  }

  async commit(): Promise<void> {
    await this.#file?.commit();
  }

  /** To be called at the end in any case: what was not committed is removed. */
  async close(): Promise<void> {
    await this.#file?.discard();
  }
}

/** Refuses to write over what is read: @throws UsageError. */
export function refuseInput(option: string, path: string, inputs: readonly string[]): void {
  const target = realPath(path);
  const isTarget = (input: string) => (input === '-' ? isStandardInput(target) : realPath(input) === target);
  if (inputs.some(isTarget)) throw new UsageError(`--${option} ${path} would overwrite an input`);
}

/** Whether standard input comes from the file. */
function isStandardInput(path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const own = standardInput();
  return there !== undefined && own?.ino === there.ino && own.dev === there.dev;
}

function standardInput(): Stats | undefined {
  try {
    return fstatSync(0);
  } catch {
    return undefined; // it is closed
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
