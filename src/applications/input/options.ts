/** Checks of options and arguments that the uses share: one sentence for each mistake. */
import { SurprisalError } from '../../index.js';

/** What an option must be, in words and as a test; one that is required is tested where it is left out too. */
export interface OptionRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly required?: true;
}

/** A rule for each option that there is. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/** The error for an option that is unknown or whose value is not accepted. */
export function optionError(argument: string, value: unknown, expected: string): SurprisalError {
  return new SurprisalError('ERR_OPTION', `option "${argument}" expected ${expected}, got ${shown(value)}`, { argument, value, expected });
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
  const got = typeof value === 'object' && value !== null ? 'an object of another kind' : String(value);
  return new SurprisalError(code, `"${argument}"${where} expected ${expected}, got ${got}`, { argument, value, expected, ...place });
}

/**
 * Refuses options that are unknown or of values that are not accepted.
 *
 * @throws {SurprisalError} ERR_OPTION
 */
export function checkOptions(options: object | undefined, rules: OptionRules): void {
  checkNames(options, Object.keys(rules));
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  for (const [name, rule] of Object.entries(rules)) checkOption(name, given[name], rule);
}

/** @throws {SurprisalError} ERR_OPTION for what is no object, and for a name that is none of these */
export function checkNames(options: object | undefined, names: readonly string[]): void {
  if (options !== undefined && (typeof options !== 'object' || options === null))
    throw optionError('options', options, `an object with any of ${names.join(', ')}`);
  for (const [name, value] of Object.entries(options ?? {}))
    if (!names.includes(name)) throw optionError(name, value, `to be one of ${names.join(', ')}`);
}

/** @throws {SurprisalError} ERR_OPTION */
export function checkOption(name: string, value: unknown, { expected, accepts, required }: OptionRule): void {
  if ((value !== undefined || required) && !accepts(value)) throw optionError(name, value, expected);
}

/**
 * Refuses an option that another one has to stand beside: alone it would do nothing, and not say so.
 *
 * @param beside what it needs, in words
 * @throws {SurprisalError} ERR_OPTION
 */
export function checkBeside<Options extends object>(options: Options, name: keyof Options & string, beside: string, stands: boolean): void {
  if (options[name] !== undefined && !stands) throw optionError(name, options[name], `to stand beside ${beside}`);
}

/** An argument that has others by name. */
export function checkObject(name: string, value: unknown, expected: string): void {
  if (typeof value !== 'object' || value === null) throw argumentError('ERR_KIND', name, expected, value);
}

export function checkList(name: string, value: unknown, expected: string): void {
  if (!Array.isArray(value)) throw argumentError('ERR_KIND', name, expected, value);
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

/** A number of which this holds. */
function numberThat(expected: string, holds: (x: number) => boolean): OptionRule {
  return { expected, accepts: (value) => typeof value === 'number' && holds(value) };
}

/** A whole number, not below `least`. */
export function whole(least: number): OptionRule {
  return numberThat(`a whole number ≥ ${least}`, (x) => Number.isSafeInteger(x) && x >= least);
}

/** One of some values. */
export function oneOf(...values: readonly string[]): OptionRule {
  return { expected: values.map((value) => `'${value}'`).join(' or '), accepts: (value) => values.includes(value as string) };
}

export const anyWhole = numberThat('a whole number', Number.isSafeInteger);
export const anyNumber = numberThat('a finite number', Number.isFinite);
export const positive = numberThat('a finite number > 0', (x) => x > 0 && x < Infinity);
export const notNegative = numberThat('a finite number ≥ 0', (x) => x >= 0 && x < Infinity);
export const share = numberThat('a number from 0 to 1', (x) => x >= 0 && x <= 1);
/** Strictly between 0 and 1, as confidence levels and false-alarm rates are. */
export const openShare = numberThat('a number between 0 and 1', (x) => x > 0 && x < 1);
/** An array or a typed array, of what is looked at when it is read. */
export function listOf(expected: string): OptionRule {
  return { expected, accepts: (value) => typeof value === 'object' && value !== null && 'length' in value };
}

export const flag: OptionRule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const text: OptionRule = { expected: 'a string that is not empty', accepts: (value) => typeof value === 'string' && value !== '' };
/** What is looked at elsewhere, as `core` is by the library. */
export const unchecked: OptionRule = { expected: 'anything', accepts: () => true };

/** The same, and not to be left out. */
export function required(rule: OptionRule): OptionRule {
  return { ...rule, required: true };
}

/** Options of everything that has intervals. */
export const INTERVAL_RULES = { level: openShare, replicates: whole(100), seed: anyWhole } as const;

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
