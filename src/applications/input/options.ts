import { SurprisalError } from '../../index.js';

/** What an option must be, in words and as a test; one that is required is tested where it is left out too. */
export interface OptionRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly required?: true;
}

export type OptionRules = Readonly<Record<string, OptionRule>>;

/** The error for an option that is not accepted. */
export function optionError(argument: string, value: unknown, expected: string): SurprisalError {
  return new SurprisalError('ERR_OPTION', `option "${argument}" expected ${expected}, got ${shown(value)}`, { argument, value, expected });
}

/**
 * Refuses options that are unknown or of values that are not accepted; `core` is looked at by the library.
 *
 * @throws {SurprisalError} ERR_OPTION
 */
export function checkOptions(options: object, rules: OptionRules): void {
  const names = [...Object.keys(rules), 'core'];
  if (typeof options !== 'object' || options === null) throw optionError('options', options, `an object with any of ${names.join(', ')}`);
  const given = options as Readonly<Record<string, unknown>>;
  for (const name in given) if (!names.includes(name)) throw optionError(name, given[name], `to be one of ${names.join(', ')}`);
  for (const [name, { expected, accepts, required }] of Object.entries(rules)) {
    const value = given[name];
    if ((value !== undefined || required) && !accepts(value)) throw optionError(name, value, expected);
  }
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

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A whole number from `least` on. */
export function whole(least: number): OptionRule {
  const expected = least === 0 ? 'a whole number that is not negative' : `a whole number from ${least} on`;
  return { expected, accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least };
}

export const anyWhole: OptionRule = { expected: 'a whole number', accepts: Number.isSafeInteger };
export const share: OptionRule = { expected: 'a number from 0 to 1', accepts: (value) => isNumber(value) && value >= 0 && value <= 1 };
export const openShare: OptionRule = {
  expected: 'a number between 0 and 1',
  accepts: (value) => isNumber(value) && value > 0 && value < 1,
};
export const positive: OptionRule = {
  expected: 'a finite number above 0',
  accepts: (value) => isNumber(value) && value > 0 && value < Infinity,
};
export const flag: OptionRule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };

/** One of some names. */
export function oneOf(...names: readonly string[]): OptionRule {
  return { expected: names.map((name) => `'${name}'`).join(' or '), accepts: (value) => names.includes(value as string) };
}

/** Options of everything that has intervals. */
export const INTERVAL_RULES = { level: openShare, replicates: whole(100), seed: anyWhole } as const;

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
