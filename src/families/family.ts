/** What a family is to the library, and how its members are made: plain frozen values of checked parameters. */
import { SurprisalError } from '../index.js';
import type { NumericArray } from '../types.js';
import type { Random } from '../applications/statistics/random.js';

/** What a parameter may be: the words of its error, and the doubles from `low` to `high`, whole ones alone where it counts. */
export interface Domain {
  readonly expected: string;
  readonly low: number;
  readonly high: number;
  readonly isWhole?: boolean;
}

const { MAX_VALUE, MIN_VALUE } = Number;
export const REAL: Domain = { expected: 'a finite number', low: -MAX_VALUE, high: MAX_VALUE };
export const POSITIVE: Domain = { expected: 'a finite number > 0', low: MIN_VALUE, high: MAX_VALUE };
export const NOT_NEGATIVE: Domain = { expected: 'a finite number ≥ 0', low: 0, high: MAX_VALUE };
export const SHARE: Domain = { expected: 'a number from 0 to 1', low: 0, high: 1 };
export const OPEN_SHARE: Domain = { expected: 'a number above 0 and below 1', low: MIN_VALUE, high: 1 - 2 ** -53 };
export const SUCCESS: Domain = { expected: 'a number above 0, at most 1', low: MIN_VALUE, high: 1 };
export const COUNT: Domain = { expected: 'a whole number from 0 to 2⁵³ − 1', low: 0, high: Number.MAX_SAFE_INTEGER, isWhole: true };

/** The first of the values that is outside; −1 where there is none. */
export function firstOutside(values: ArrayLike<number>, { low, high, isWhole = false }: Domain): number {
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (!(x >= low && x <= high) || (isWhole && x !== Math.floor(x))) return i;
  }
  return -1;
}

export function isWithin(value: unknown, domain: Domain): value is number {
  return typeof value === 'number' && firstOutside([value], domain) < 0;
}

/** Whether it is a typed array of numbers, of whatever width. */
export const isNumbers = (value: unknown): value is NumericArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array);

/** Where mass lies. */
export interface Support {
  /** Numbers with a density, whole numbers with masses, angles, or points of a space that only families of one kind share. */
  readonly kind: 'density' | 'masses' | 'circle' | 'simplex' | 'counts' | 'space' | 'matrices';
  readonly from: number;
  readonly to: number;
}

/**
 * Means that cross-entropies are made of. Infinity where the mean is infinite; undefined (or a function that answers undefined) where it has no closed form.
 */
export interface Expectations {
  readonly mean?: number;
  /** E x − c, where that is by parameters and E x is rounded. */
  readonly above?: (c: number) => number;
  /** Where the mean is rounded, and with it what is made of x − c: at numbers of this size, which may be far larger than the spread. Left out where x − c is by parameters. */
  readonly roundedAt?: number;
  /** E ((x − c)/unit)², unit as of `power`. */
  readonly square?: (c: number, unit?: number) => number | undefined;
  /** E |x − c|. */
  readonly absolute?: (c: number) => number | undefined;
  /** E (x/unit)ᵏ on x ≥ 0, unit 1 when left out: beyond the range of doubles neither is xᵏ multiplied by unit⁻ᵏ nor the other way round. */
  readonly power?: (k: number, unit?: number) => number | undefined;
  /**
   * E e^(−(x − c)/unit), c 0 when left out: far out neither e^(−x/unit) nor e^(c/unit) is within the range of doubles. By unit, as it is infinite where that is no
   * larger than a scale of x, which −1/unit would not tell.
   */
  readonly exponential?: (unit: number, c?: number) => number | undefined;
  /** E log x. */
  readonly log?: number;
  /** How large what that is made of is together; its own size when left out. */
  readonly logRoundedAt?: number;
  /** Variance of log x. */
  readonly logVariance?: number;
  /** E log(1 − x). */
  readonly logComplement?: number;
}

/** How far E x and E log x may be off, and a ratio of two scales as a share of itself. */
export interface MeansOff {
  readonly mean: number;
  readonly log: number;
  readonly ratio: number;
}

/** How far z²/2 may be off where z is by so much. */
export const squareOff = (z: number, by: number): number => (Math.abs(z) + by / 2) * by;

/** A family of univariate distributions; arguments come in the order of `parameters`. */
export interface Family<Parameter extends string = string> {
  readonly name: string;
  readonly parameters: Readonly<Record<Parameter, Domain>>;
  /** What may stand in for a parameter: its name, its domain, and what it means. */
  readonly aliases?: Readonly<Record<string, readonly [parameter: Parameter, from: Domain, to: (value: number) => number]>>;
  /** Parameters that may be left out. */
  readonly defaults?: Readonly<Partial<Record<Parameter, number>>>;
  /** Parameters that say where it lies: moved by as much each, all of it moves so. */
  readonly places?: readonly string[];
  /** And how far it reaches, beside those; other parameters are the same in any unit of x. */
  readonly scale?: string;
  /** What is wrong with parameters that are each in their domain. */
  readonly refuse?: (...args: number[]) => string | undefined;
  readonly support: (...args: number[]) => Support;
  /** Log density, or log mass at a whole number, within the support. */
  readonly logDensity: (x: number, ...args: number[]) => number;
  /** Terms of the entropy in nats, where it has a closed form; undefined for members that have none. */
  readonly entropy?: (...args: number[]) => readonly number[] | undefined;
  /** A point in the middle and a width, for quadrature; where masses are largest and how far they reach, for sums. */
  readonly centre: (...args: number[]) => readonly [middle: number, width: number];
  /** Standard deviation of masses that are as smooth as a normal density: both ends are forty of them away at least. Undefined elsewhere. */
  readonly spread?: (...args: number[]) => number | undefined;
  /** Where the density has kinks. */
  readonly kinks?: (...args: number[]) => readonly number[];
  readonly expectations?: (...args: number[]) => Expectations;
  /** Terms of −E log q, each as it is, by means under another distribution. */
  readonly crossEntropy?: (e: Expectations, ...args: number[]) => readonly (number | undefined)[];
  /** How far those terms may be off where means are, and with them what is made of x − c; left out where log q is not made of these. */
  readonly offBy?: (by: MeansOff, e: Expectations, ...args: number[]) => number;
  /** The terms as words, for the table in docs/families.md. */
  readonly crossEntropyText?: string;
  readonly draw: (random: Random, ...args: number[]) => number;
}

/** A member of a family: plain data. */
export type Distribution<Name extends string = string, Parameter extends string = string> = { readonly family: Name } & {
  readonly [K in Parameter]: K extends 'family' ? Name : number;
};

/** What constructors have made, and need not check again: freezing alone anyone can do. */
const MADE = new WeakSet<object>();

/** Frozen, and known to be checked. */
export function made<T extends object>(value: T): T {
  MADE.add(Object.freeze(value));
  return value;
}

export const isMade = (value: object) => MADE.has(value);

/** As text, of whatever kind and size. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value)}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `an array of ${(value as { length?: number }).length ?? 'bytes'}`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object of another kind' : String(value);
}

export function domainError(argument: string, value: unknown, expected: string, got: string = shown(value)): SurprisalError {
  return new SurprisalError('ERR_DOMAIN', `"${argument}" expected ${expected}, got ${got}`, { argument, value, expected });
}

/** What an alias stands for does not say which parameters there are. NoInfer says so from TypeScript 5.4 on; this in older ones, too. */
type Uninferred<T> = [T][T extends unknown ? 0 : never];

type Specification<Name extends string, Parameter extends string, Alias extends string, Default extends Parameter> = Omit<
  Family<Parameter>,
  'name' | 'aliases' | 'defaults'
> & {
  readonly name: Name;
  readonly aliases?: Readonly<Record<Alias, readonly [parameter: Uninferred<Parameter>, from: Domain, to: (value: number) => number]>>;
  readonly defaults?: Readonly<Record<Default, number>>;
};

/** Makes members of one family, and carries what is known of it. */
export interface Constructor<Name extends string, Parameter extends string, Alias extends string = never> {
  (parameters?: Readonly<Partial<Record<Parameter | Alias, number>>>): Distribution<Name, Parameter>;
  readonly of: Family<Parameter>;
}

/** A family and the function that makes its members: every parameter once, by its own name or by one of its aliases. */
export function family<
  const Name extends string,
  Parameter extends string,
  Alias extends string = never,
  Default extends Parameter = never,
>(spec: Specification<Name, Parameter, Alias, Default>): Constructor<Name, Parameter, Alias> {
  const of = spec as unknown as Family<Parameter>;
  const make = (given: Readonly<Partial<Record<string, number>>> = {}) => {
    checkObject(spec.name, given, namesOf(of));
    const values: Record<string, number | string> = { family: spec.name };
    for (const name of Object.keys(of.parameters)) values[name] = NaN;
    for (const [key, value] of Object.entries(given)) {
      if (key === 'family' && (value as unknown) === spec.name) continue;
      if (value === undefined) continue;
      const alias = of.aliases?.[key];
      const name = alias?.[0] ?? key;
      const from: Domain | undefined = alias?.[1] ?? of.parameters[key as Parameter];
      if (from === undefined) throw unknownParameter(spec.name, key, value, namesOf(of));
      if (!isWithin(value, from)) throw domainError(`${spec.name}.${key}`, value, from.expected);
      if (!Number.isNaN(values[name])) throw optionError(spec.name, key, value, `"${name}" once, by one of its names`);
      values[name] = alias === undefined ? value : alias[2](value);
      if (alias !== undefined && !isWithin(values[name], of.parameters[name as Parameter]))
        throw domainError(`${spec.name}.${key}`, value, `${from.expected} within the range of doubles`);
    }
    for (const name of Object.keys(of.parameters)) {
      if (Number.isNaN(values[name])) values[name] = of.defaults?.[name as Parameter] ?? NaN;
      if (Number.isNaN(values[name])) throw domainError(`${spec.name}.${name}`, undefined, of.parameters[name as Parameter].expected);
    }
    const wrong = of.refuse?.(...argumentsOf(of, values));
    if (wrong !== undefined) throw domainError(spec.name, values, wrong, JSON.stringify(values));
    return made(values);
  };
  return Object.assign(make, { of }) as unknown as Constructor<Name, Parameter, Alias>;
}

const namesOf = (of: Family) => [...Object.keys(of.parameters), ...Object.keys(of.aliases ?? {})].join(', ');

/** Refuses what holds no parameters at all. */
export function checkObject(name: string, given: unknown, names: string): void {
  if (typeof given !== 'object' || given === null) throw domainError(name, given, `an object with ${names}`);
}

export function optionError(name: string, key: string, value: unknown, expected: string): SurprisalError {
  const argument = `${name}.${key}`;
  return new SurprisalError('ERR_OPTION', `"${argument}": expected ${expected}`, { argument, value, expected });
}

export function unknownParameter(name: string, key: string, value: unknown, names: string): SurprisalError {
  const [argument, expected] = [`${name}.${key}`, `one of ${names}`];
  return new SurprisalError('ERR_OPTION', `"${argument}" is no parameter: expected ${expected}`, { argument, value, expected });
}

/** The parameters in order. */
export function argumentsOf(of: Family, values: object): number[] {
  return Object.keys(of.parameters).map((name) => (values as Record<string, number>)[name] as number);
}
