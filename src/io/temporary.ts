import { closeSync, openSync, rmSync } from 'node:fs';

/** Signals that end a process. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Files that go when the process ends: by itself, by an error or by a signal. */
const files = new Set<string>();

let isWatching = false;

/** Makes an empty file that goes when the process ends. It is made at once: no signal comes between the file and the note of it. */
export function makeTemporary(path: string, mode: number): void {
  watch();
  closeSync(openSync(path, 'wx', mode));
  files.add(path);
}

/** For a file that has another name by now, or is gone. */
export function releaseTemporary(path: string): void {
  files.delete(path);
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  process.once('exit', () => {
    for (const path of files) rmSync(path, { force: true });
  });
  for (const signal of ENDINGS) process.once(signal, (_: NodeJS.Signals, number: number) => process.exit(128 + number));
}
