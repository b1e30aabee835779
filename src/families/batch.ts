/** Many pairs of one family on each side at once: arrays of parameters in, an array of divergences out. */
import { argumentError, checkNames } from '../applications/input/options.js';
import { type Core, gaussian, generalizedKlDivergence, itakuraSaitoDivergence, type Matrix, SurprisalError } from '../index.js';
import { overlap } from '../rows/narrow.js';
import type { NumberArray } from '../types.js';
import { closedForm } from './closed.js';
import { elementwise, isElementwise } from './elementwise.js';
import { type Domain, type Family, firstOutside, isNumbers, isWithin, shown, unknownParameter } from './family.js';
import { kl } from './kl.js';
import { checkCore } from './options.js';
import { type AnyDistribution, CONSTRUCTORS, FAMILIES } from './law.js';

/** Members of one univariate family: each parameter, by its own name, an array or one number for all. */
export interface Members {
  readonly family: string;
  readonly [parameter: string]: string | number | NumberArray;
}

export interface BatchOptions {
  /** Receives one divergence a pair and is returned: complete, or untouched where an error is thrown. */
  readonly out?: Float64Array | undefined;
  /** Where pairs of normal, log-normal, exponential, Poisson and Bernoulli distributions run. */
  readonly core?: Core | undefined;
}

/** Parameters in order, each an array; `step` is 0 for one that serves every pair. */
interface Columns {
  readonly side: 'p' | 'q';
  readonly of: Family;
  readonly data: readonly Float64Array[];
  readonly step: readonly (0 | 1)[];
  readonly rows: number;
}

function read(side: 'p' | 'q', members: Members): Columns {
  const of = FAMILIES.get(members?.family);
  if (of === undefined) {
    const expected = `{ family, … } with one of ${[...FAMILIES.keys()].join(', ')}`;
    throw new SurprisalError('ERR_KIND', `"${side}" expected ${expected}, got ${shown(members?.family ?? members)}`, {
      argument: side,
      value: members,
      expected,
    });
  }
  const names = Object.keys(of.parameters);
  const unknown = Object.keys(members).find((name) => name !== 'family' && !names.includes(name));
  if (unknown !== undefined) throw unknownParameter(side, unknown, members[unknown], names.join(', '));
  let longest = 1;
  const step: (0 | 1)[] = [];
  const data = names.map((name) => {
    const domain = of.parameters[name] as Domain;
    const given = members[name] === undefined ? of.defaults?.[name] : members[name]; // null is no parameter that was left out
    step.push(typeof given === 'number' ? 0 : 1);
    if (typeof given === 'number') return Float64Array.of(given);
    const array = toArray(`${side}.${name}`, given, domain.expected);
    if (array.length === 0) throw argumentError('ERR_EMPTY', `${side}.${name}`, 'one entry or more', 'none');
    longest = Math.max(longest, array.length);
    return array;
  });
  return { side, of, data, step, rows: longest };
}

/** Arrays are all of one length: one entry beside more is more likely a mistake than meant for every pair, which a number says. */
function checkLengths(sides: readonly Columns[], rows: number): void {
  for (const { side, of, data, step } of sides) {
    for (const [k, name] of Object.keys(of.parameters).entries()) {
      const { length } = data[k] as Float64Array;
      if (step[k] === 1 && length !== rows)
        throw argumentError('ERR_SHAPE', `${side}.${name}`, `${rows} entries, as in the longest array, or a number for all`, length);
    }
  }
}

/** Room for every result, that of no parameter: a kernel refuses what it would overwrite, and other ways are not to differ. */
function checkOut(out: unknown, rows: number, sides: readonly Columns[]): void {
  if (out === undefined) return;
  const error = (expected: string) =>
    new SurprisalError('ERR_OUT', `"out" expected ${expected}`, { argument: 'out', value: out, expected });
  if (!(out instanceof Float64Array && out.length >= rows)) throw error(`a Float64Array with room for ${rows} results`);
  for (const { side, of, data } of sides) {
    const at = data.findIndex((array) => overlap(array, out));
    if (at >= 0) throw error(`memory of its own: results would overwrite "${side}.${Object.keys(of.parameters)[at]}"`);
  }
}

function checkDomains({ side, of, data, step }: Columns): void {
  for (const [k, [name, domain]] of Object.entries<Domain>(of.parameters).entries()) {
    const array = data[k] as Float64Array;
    const outside = firstOutside(array, domain);
    if (outside >= 0)
      throw argumentError('ERR_DOMAIN', `${side}.${name}`, domain.expected, array[outside], step[k] === 0 ? {} : { row: outside });
  }
}

/** What each parameter may be beside the others: low below high. */
function checkTogether(columns: Columns): void {
  const { side, of, data, step, rows } = columns;
  if (of.refuse === undefined) return;
  const args = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    load(columns, i, args);
    const wrong = of.refuse(...args);
    if (wrong !== undefined) throw argumentError('ERR_DOMAIN', side, wrong, args.join(', '), step.includes(1) ? { row: i } : {});
  }
}

function toArray(argument: string, given: unknown, expected: string): Float64Array {
  if (given instanceof Float64Array) return given;
  if (isNumbers(given)) return Float64Array.from(given);
  if (!Array.isArray(given)) throw argumentError('ERR_DOMAIN', argument, `${expected}, or an array of them`, given);
  // Not by conversion: null would be 0, and true 1.
  const row = given.findIndex((value) => typeof value !== 'number');
  if (row >= 0) throw argumentError('ERR_DOMAIN', argument, expected, given[row], { row });
  return Float64Array.from(given);
}

/**
 * {@link kl} of many pairs: row i of p against row i of q.
 *
 * @param p       {family, and each parameter by its own name}: arrays, or a number for all pairs; not modified
 * @param q       likewise
 * @param options out, core
 * @returns       one divergence a pair
 *
 * Shapes      arrays of n entries each, n ≥ 1 · result: n
 * Units       nats; 0 (equal) to Infinity
 * Edge cases  pairs of families without a closed form go through kl() one by one
 * Accuracy    as {@link kl}; within the normal, log-normal, exponential, Poisson, Bernoulli, gamma and beta families by kernels and in blocks: as accurate, not of the same bits
 * Source      docs/families.md
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_BACKEND · ERR_EMPTY · ERR_SHAPE · ERR_OUT · ERR_DOMAIN (with the parameter, row and value)
 * @example
 * klBatch({ family: 'gamma', shape: shapes, rate: 1 }, { family: 'gamma', shape: 2, rate: 1 }); // Float64Array
 */
export function klBatch(p: Members, q: Members, options: BatchOptions = {}): Float64Array {
  checkNames(options, ['out', 'core']);
  const { out, core } = options;
  checkCore(core);
  const [left, right] = [read('p', p), read('q', q)];
  const rows = Math.max(left.rows, right.rows);
  checkLengths([left, right], rows);
  checkOut(out, rows, [left, right]);
  const isOne = left.of === right.of;
  if (isOne && left.of.name in ON_KERNEL) {
    return atPlaces(left, right, () => (ON_KERNEL[left.of.name] as OnKernel)(left, right, rows, { core, out }));
  }
  const values = out === undefined ? new Float64Array(rows) : aside(rows);
  if (isOne && isElementwise(left.of.name)) {
    const { name } = left.of;
    // A parameter outside its domain leaves NaN.
    if (atPlaces(left, right, () => elementwise(name, left, right, values, rows, core))) inLoop(left, right, values, rows, true);
  } else {
    check(left, right);
    inLoop(left, right, values, rows, false);
  }
  if (out === undefined) return values;
  out.set(values.length === rows ? values : values.subarray(0, rows));
  return out;
}

/** Where results wait until the last pair has passed: fresh pages cost more than results. */
let waiting = new Float64Array(0);
const MOST_WAITING = 2 ** 20;

function aside(rows: number): Float64Array {
  if (rows > MOST_WAITING) return new Float64Array(rows);
  if (waiting.length < rows) waiting = new Float64Array(rows);
  return waiting;
}

function check(p: Columns, q: Columns): void {
  checkDomains(p);
  checkDomains(q);
  checkTogether(p);
  checkTogether(q);
}

/** Runs kernels, whose errors name a row of theirs: the parameter and its pair are named instead. */
function atPlaces<Value>(p: Columns, q: Columns, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof SurprisalError && error.code === 'ERR_DOMAIN') check(p, q);
    throw error;
  }
}

type OnKernel = (p: Columns, q: Columns, rows: number, options: BatchOptions) => Float64Array;

/** A parameter as a row for every pair; one that serves them all is a row of its own. */
function rowsOf({ data }: Columns, k: number, rows: number): Matrix | Float64Array {
  const array = data[k] as Float64Array;
  return array.length === rows ? { data: array, rows, cols: 1 } : array;
}

/** And as elements. */
function elementsOf({ data }: Columns, k: number, rows: number): Float64Array | number {
  const array = data[k] as Float64Array;
  return array.length === rows ? array : (array[0] as number);
}

const normalOnKernel: OnKernel = (p, q, rows, options) => {
  const [left, right] = [p, q].map((of) => ({ mean: elementsOf(of, 0, rows), std: elementsOf(of, 1, rows) }));
  return gaussian.univariateKlDivergence(left as gaussian.Diagonal<Float64Array>, right as gaussian.Diagonal<number>, options);
};

/** Families whose divergence the core has: of numbers, not of distributions. */
const ON_KERNEL: Readonly<Record<string, OnKernel>> = {
  normal: normalOnKernel,
  logNormal: normalOnKernel,
  exponential: (p, q, rows, options) => itakuraSaitoDivergence(rowsOf(q, 0, rows), rowsOf(p, 0, rows), options) as Float64Array,
  poisson: (p, q, rows, options) => generalizedKlDivergence(rowsOf(p, 0, rows), rowsOf(q, 0, rows), options) as Float64Array,
};

const isInDomain = ({ parameters, refuse }: Family, args: Float64Array) =>
  Object.values<Domain>(parameters).every((domain, k) => isWithin(args[k], domain)) && refuse?.(...args) === undefined;

/** Pair by pair, the arguments in two arrays that are used again. `isLeft`: those alone whose value is NaN so far, which are looked at first. */
function inLoop(p: Columns, q: Columns, values: Float64Array, rows: number, isLeft: boolean): void {
  const found = closedForm(p.of.name, q.of.name);
  const [x, y] = [new Float64Array(p.data.length), new Float64Array(q.data.length)];
  const fixed = p.of.support.length === 0 && q.of.support.length === 0;
  const { form, views } = found ?? {};
  for (let i = 0; i < rows; i++) {
    if (isLeft && !Number.isNaN(values[i])) continue;
    load(p, i, x);
    load(q, i, y);
    if (isLeft && !(isInDomain(p.of, x) && isInDomain(q.of, y))) check(p, q);
    let value = NaN;
    if (form !== undefined && (fixed || isInside(p.of, q.of, x, y)))
      value = views === undefined ? form.value(x, y) : form.value(views[0].args(x), views[1].args(y));
    values[i] = value >= 0 && value < Infinity ? value : one(p.of, q.of, x, y, i); // something on the way is beyond the range: as kl()
  }
}

function load({ data, step, rows }: Columns, i: number, into: Float64Array): void {
  for (let k = 0; k < data.length; k++) into[k] = (data[k] as Float64Array)[rows === 1 ? 0 : i * (step[k] as number)] as number;
}

function isInside(p: Family, q: Family, x: Float64Array, y: Float64Array): boolean {
  const [s, t] = [p.support(...x), q.support(...y)];
  return s.from >= t.from && s.to <= t.to;
}

/** By kl(), of members made for it; parameters so far out that it has no number are those of this row. */
function one(p: Family, q: Family, x: Float64Array, y: Float64Array, row: number): number {
  const member = (of: Family, args: Float64Array) => {
    const make = CONSTRUCTORS.find((maker) => maker.of.name === of.name) as unknown as (given: object) => AnyDistribution;
    return make(Object.fromEntries(Object.keys(of.parameters).map((name, k) => [name, args[k]])));
  };
  const [left, right] = [member(p, x), member(q, y)];
  try {
    return kl(left, right).value;
  } catch (error) {
    if (!(error instanceof SurprisalError && error.code === 'ERR_DOMAIN')) throw error;
    throw argumentError('ERR_DOMAIN', error.argument as string, error.expected as string, error.value, { row });
  }
}
