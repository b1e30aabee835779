import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../support/sources.js';

export const CLI = join(root, 'build/cli.js');

/** Runs the built `surprisal score` in a folder, as a program does: no terminal. */
export function score(folder: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'score', ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The JSON of a run that must end well. */
export function scoreJson(folder: string, ...args: string[]) {
  const { status, stdout, stderr } = score(folder, ...args, '--json');
  if (status !== 0 || stderr !== '') throw new Error(`exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A run that goes on while the test looks at it. */
export function startScore(folder: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [CLI, 'score', ...args], { cwd: folder, stdio: 'ignore' });
}

/** `surprisal` with any arguments. */
export function surprisal(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The same as one line for a shell. */
export function commandLine(...args: string[]): string {
  return [process.execPath, CLI, 'score', ...args].map((part) => `'${part}'`).join(' ');
}
