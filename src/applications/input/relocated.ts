import { SurprisalError } from '../../index.js';

/**
 * Runs something over a block of rows; errors about a row are told of all rows.
 *
 * @param argument what the user calls the rows
 * @param start    the block's first row in the whole
 */
export function relocated<Result>(argument: string, start: number, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SurprisalError) || error.row === undefined) throw error;
    const { code, column, value, expected } = error;
    const row = error.row + start;
    const message = error.message.replace(/^"\w+" row \d+/, `"${argument}" row ${row}`);
    throw new SurprisalError(code, message, { argument, row, column, value, expected });
  }
}
