/** What a pool itself is told, apart from what its functions are. */
import { SurprisalError } from '../index.js';
import type { ParallelOptions } from './functions.js';

/** The options of a call: those of the pool, and the rest, which are the function's. */
export interface Split extends ParallelOptions {
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Undefined for what holds no options: the function says so.
 *
 * @throws {SurprisalError} ERR_OPTION · ERR_KIND for an object with a prototype of its own: what it inherits is not posted to workers
 */
export function splitOptions(given: unknown): Split | undefined {
  if (given === undefined) return { options: {} };
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(given);
  // That of every realm's plain objects has none itself.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw errorOf('ERR_KIND', 'options', given, 'a plain object, all of which can be posted to workers');
  const { signal, onProgress, ...options } = given as ParallelOptions & Record<string, unknown>;
  const isSignal = typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal;
  if (signal !== undefined && !isSignal) throw errorOf('ERR_OPTION', 'signal', signal, 'an AbortSignal');
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw errorOf('ERR_OPTION', 'onProgress', onProgress, 'a function of rows done and rows');
  return { signal, onProgress, options };
}

/** More than machines have processors. Each thread takes 11 MB in Node: a billion of them would be started for ever. */
const MOST_THREADS = 1024;

/**
 * How many threads `createPool` is asked for.
 *
 * @throws {SurprisalError} ERR_OPTION · ERR_KIND
 */
export function threadsOf(given: unknown, available: number): number {
  const usual = Math.min(available, MOST_THREADS);
  if (given === undefined) return usual;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw errorOf('ERR_KIND', 'options', given, 'an object with threads, as in { threads: 4 }');
  for (const [name, value] of Object.entries(given))
    if (name !== 'threads') throw errorOf('ERR_OPTION', name, value, 'no option but threads');
  const { threads = usual } = given as { threads?: unknown };
  if (typeof threads === 'number' && Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw errorOf('ERR_OPTION', 'threads', threads, `a whole number from 1 to ${MOST_THREADS}`);
}

function errorOf(code: 'ERR_OPTION' | 'ERR_KIND', argument: string, value: unknown, expected: string): SurprisalError {
  const name = code === 'ERR_KIND' ? `"${argument}"` : `option "${argument}"`;
  const got = typeof value === 'object' && value !== null ? 'an object' : typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new SurprisalError(code, `${name} expected ${expected}, got ${got}`, { argument, value, expected });
}
