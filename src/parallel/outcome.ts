/** What the rows of a range come to, on whichever thread. */
import * as surprisal from '../index.js';
import type { Floats, NumericArray } from '../types.js';
import type { Range } from './board.js';
import { callOf } from './split.js';
import type { Call, Outcome } from './task.js';

type Callable = (...args: unknown[]) => unknown;

/**
 * @param room for the results, where it is known what they are: new arrays cost more than what is computed on them
 * @throws what is no SurprisalError
 */
export function outcomeOf<Data>(
  { name, args, options }: Call<Data>,
  range: Range,
  entriesOf: (data: Data, width: number) => NumericArray,
  core: surprisal.Core,
  room?: Floats,
): Outcome {
  try {
    return {
      ...range,
      value: functionOf(name)(...callOf(args, range.count, entriesOf), { ...options, core, ...(room !== undefined && { out: room }) }),
    };
  } catch (error) {
    if (!(error instanceof surprisal.SurprisalError)) throw error;
    const { code, message, argument, row, column, value, expected } = error;
    const place = { argument, row, column, value: typeof value === 'number' ? value : undefined, expected };
    return { ...range, fault: { code, message, place } };
  }
}

export function functionOf(name: string): Callable {
  return name.split('.').reduce<unknown>((from, part) => (from as Record<string, unknown>)[part], surprisal) as Callable;
}

/** The entries of a range in an array of all rows; all of them where `width` is 0, as they serve every row. */
export function partOf(data: NumericArray, width: number, { start, count }: Range): NumericArray {
  return width === 0 ? data : (data.subarray(start * width, (start + count) * width) as NumericArray);
}
