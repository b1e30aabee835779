/** What went wrong, for programs. The message says the same to people. */
export type ErrorCode =
  /** An argument is not of a kind that is accepted. */
  | 'ERR_KIND'
  /** Lengths, or rows and columns, do not fit. */
  | 'ERR_SHAPE'
  /** There is nothing to compute on: no rows or no columns. */
  | 'ERR_EMPTY'
  /** An entry is outside its domain: negative, NaN, infinite, not positive. */
  | 'ERR_DOMAIN'
  /** A matrix is no covariance, or no Cholesky factor of one: not symmetric, not positive definite. */
  | 'ERR_COVARIANCE'
  /** A row has no mass, or all its classes are masked. */
  | 'ERR_ZERO_ROW'
  /** `out` is of the wrong kind, too short, or shares memory with an input. */
  | 'ERR_OUT'
  /** An option is unknown or its value is not accepted. */
  | 'ERR_OPTION'
  /** A resident matrix was used after it had been disposed of. */
  | 'ERR_DISPOSED'
  /** The memory of a core is full, or there is none for as many results. */
  | 'ERR_MEMORY'
  /** A backend was asked for that cannot run here, or the core was disposed of. */
  | 'ERR_BACKEND'
  /** A file cannot be read or written. */
  | 'ERR_FILE';

/** Where it went wrong; what does not apply is left out. Rows and columns count from 0. */
export interface ErrorPlace {
  readonly argument?: string | undefined;
  readonly row?: number | undefined;
  readonly column?: number | undefined;
  readonly value?: unknown;
  readonly expected?: string | undefined;
}

/** The one error that this library throws: a `code`, and the argument, row, column and value at fault with what was expected there. */
export class SurprisalError extends Error {
  override readonly name = 'SurprisalError';
  readonly code: ErrorCode;
  declare readonly argument?: string;
  declare readonly row?: number;
  declare readonly column?: number;
  declare readonly value?: unknown;
  declare readonly expected?: string;

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}) {
    super(message);
    this.code = code;
    for (const [key, value] of Object.entries(place)) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true });
    }
  }
}

/** How messages name a place: "q" row 3, column 1. */
export function nameOf({ argument, row, column }: ErrorPlace): string {
  let text = `"${argument}"`;
  if (row !== undefined) text += ` row ${row}`;
  if (column !== undefined) text += `${row === undefined ? '' : ','} column ${column}`;
  return text;
}

/** The error where something else was expected than was got; `name` where the place has another one than by argument, row and column. */
export function mismatch(code: ErrorCode, place: ErrorPlace, got: string, name = nameOf(place)): SurprisalError {
  return new SurprisalError(code, `${name} expected ${place.expected}, got ${got}`, place);
}
