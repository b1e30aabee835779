import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PendingFile } from '../io/output.js';
import type { RowSource } from '../io/rows.js';
import { UsageError } from './options.js';

/** Signals after which the temporary file is removed before the process ends. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A command's one output file, from the moment it is asked for: it is removed when the command fails or is ended. */
export class Pending<File extends PendingFile> {
  /** A promise, so that a file is removed even when a signal comes while it is made. */
  #file: Promise<File> | undefined;

  readonly #stop = async (_signal: NodeJS.Signals, number: number): Promise<void> => {
    await this.#discard();
    process.exit(128 + number);
  };

  constructor() {
    for (const signal of ENDINGS) process.once(signal, this.#stop);
  }

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
    this.#file = make(path);
    return await this.#file;
  }

  async commit(): Promise<void> {
    await (await this.#file)?.commit();
  }

  /** To be called at the end in any case: what was not committed is removed. */
  async close(): Promise<void> {
    await this.#discard();
    for (const signal of ENDINGS) process.removeListener(signal, this.#stop);
  }

  /** Where the file was not made, its error is on the way already. */
  async #discard(): Promise<void> {
    await this.#file?.then((file) => file.discard()).catch(() => undefined);
  }
}

/** Refuses to write over what is read: @throws UsageError. */
export function refuseInput(option: string, path: string, inputs: readonly string[]): void {
  const target = realPath(path);
  if (inputs.some((input) => realPath(input) === target)) throw new UsageError(`--${option} ${path} would overwrite an input`);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
