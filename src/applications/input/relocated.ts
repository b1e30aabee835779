import { SurprisalError } from '../../index.js';

/** Where a fault stands in the rows that the user gave. */
export interface Place {
  readonly argument: string | undefined;
  readonly row: number;
  readonly column: number | undefined;
}

/** A fault in a row of a block. */
export type Fault = SurprisalError & { readonly row: number };

/**
 * Runs something over a block of rows; errors about a row are told of all rows.
 *
 * @param placeOf where a fault stands there, and what the user calls the rows; undefined for one that is told as it is
 */
export function relocated<Result>(run: () => Result, placeOf: (fault: Fault) => Place | undefined): Result {
  try {
    return run();
  } catch (error) {
    const place = isFault(error) ? placeOf(error) : undefined;
    if (place === undefined) throw error;
    const { code, message, value, expected } = error as Fault;
    const words = (_: string, column: string | undefined) =>
      `"${place.argument}" row ${place.row}${column === undefined ? '' : `, column ${place.column}`}`;
    throw new SurprisalError(code, message.replace(/^"[\w.]+" row \d+(, column \d+)?/, words), { ...place, value, expected });
  }
}

const isFault = (error: unknown): error is Fault => error instanceof SurprisalError && error.row !== undefined;

/** Of a block of successive rows, the first of which is row `start` of what the user calls `argument`. */
export function rowsFrom(argument: string, start: number): (fault: Fault) => Place {
  return ({ row, column }) => ({ argument, row: start + row, column });
}
