/** Checks of the options that the statistical uses share: one sentence for each mistake. */
import { SurprisalError } from '../../index.js';

/** The error for an option that is unknown or whose value is not accepted. */
export function optionError(argument: string, value: unknown, expected: string): SurprisalError {
  return new SurprisalError('ERR_OPTION', `option "${argument}" expected ${expected}, got ${String(value)}`, { argument, value, expected });
}

/** The error for an argument whose shape, kind or content is not accepted. */
export function argumentError(
  code: 'ERR_KIND' | 'ERR_SHAPE' | 'ERR_EMPTY' | 'ERR_DOMAIN' | 'ERR_ZERO_ROW',
  argument: string,
  expected: string,
  value: unknown,
  place: { row?: number | undefined; column?: number | undefined } = {},
): SurprisalError {
  const where = `${place.row === undefined ? '' : ` row ${place.row}`}${place.column === undefined ? '' : ` column ${place.column}`}`;
  const shown = typeof value === 'object' && value !== null ? 'an object of another kind' : String(value);
  return new SurprisalError(code, `"${argument}"${where} expected ${expected}, got ${shown}`, { argument, value, expected, ...place });
}

/** @throws {SurprisalError} ERR_OPTION for what is no object, and for a name that is none of these */
export function checkNames(options: object | undefined, names: readonly string[]): void {
  if (options !== undefined && (typeof options !== 'object' || options === null))
    throw optionError('options', options, `an object with any of ${names.join(', ')}`);
  for (const [name, value] of Object.entries(options ?? {}))
    if (!names.includes(name)) throw optionError(name, value, `to be one of ${names.join(', ')}`);
}

/** An option that has no default. */
export function checkGiven<Options extends object>(options: Options | undefined, name: keyof Options & string, expected: string): void {
  if (options?.[name] === undefined) throw optionError(name, undefined, expected);
}

/** An argument that has others by name. */
export function checkObject(name: string, value: unknown, expected: string): void {
  if (typeof value !== 'object' || value === null) throw argumentError('ERR_KIND', name, expected, value);
}

export function checkList(name: string, value: unknown, expected: string): void {
  if (!Array.isArray(value)) throw argumentError('ERR_KIND', name, expected, value);
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Strictly between 0 and 1, as confidence levels and false-alarm rates are. */
export function checkShare(name: string, value: number | undefined): void {
  if (value !== undefined && !(isNumber(value) && value > 0 && value < 1)) throw optionError(name, value, 'a number between 0 and 1');
}

export function checkWhole(name: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) throw optionError(name, value, `a whole number ≥ ${least}`);
}

export function checkPositive(name: string, value: number | undefined): void {
  if (value !== undefined && !(isNumber(value) && value > 0 && value < Infinity)) throw optionError(name, value, 'a finite number > 0');
}

export function checkChoice(name: string, value: unknown, choices: readonly unknown[]): void {
  if (value !== undefined && !choices.includes(value)) throw optionError(name, value, choices.map((choice) => `'${choice}'`).join(', '));
}

/** A finite number as an argument of its own. */
export function checkNumber(
  name: string,
  value: unknown,
  expected = 'a finite number',
  accepts: (x: number) => boolean = () => true,
): void {
  if (typeof value === 'number' && Number.isFinite(value) && accepts(value)) return;
  throw argumentError(typeof value === 'number' ? 'ERR_DOMAIN' : 'ERR_KIND', name, expected, value);
}
