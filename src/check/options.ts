/** Options: their names, and the values that are accepted. */
import { mismatch, SurprisalError } from '../error.js';
import { LazyRows } from '../rows/lazyRows.js';
import { Narrow, overlap, typedArrayName } from '../rows/narrow.js';
import type { Dtype, Floats } from '../types.js';
import { describe, isNumericArray, isRecord, kindError } from './kinds.js';
import type { Batch } from './shape.js';

/** Refuses names outside `allowed`: a misspelt option would otherwise be a silent default. */
export function checkOptions(options: unknown, allowed: readonly string[]): void {
  if (options === undefined) return;
  if (!isRecord(options)) throw kindError('options', options, `an object with ${allowed.join(', ')}, as in { ${allowed[0]}: … }`);
  for (const name in options) {
    if (allowed.includes(name)) continue;
    const expected = `one of ${allowed.join(', ')}`;
    throw new SurprisalError('ERR_OPTION', `unknown option "${name}": expected ${expected}`, {
      argument: name,
      value: options[name],
      expected,
    });
  }
}

export function optionError(argument: string, value: unknown, expected: string): SurprisalError {
  return mismatch('ERR_OPTION', { argument, value, expected }, describe(value), `option "${argument}"`);
}

/** A base up to 1 would turn divergences negative. */
export function checkBase(base: unknown): void {
  if (base === undefined || (typeof base === 'number' && base > 1 && base < Infinity)) return;
  throw optionError('base', base, 'a finite number > 1 (2 for bits; left out for nats)');
}

/** Its square, which a loss is multiplied by, stays within the range: 0·∞ is no number. */
export function checkTemperature(temperature: unknown): void {
  if (temperature === undefined || (typeof temperature === 'number' && temperature > 1e-150 && temperature < 1e150)) return;
  throw optionError('temperature', temperature, 'a number > 0 (above 1e-150 and below 1e150)');
}

/** An order α from 0 to Infinity. */
export function checkOrder(alpha: unknown, upTo: 'finite' | 'infinite'): asserts alpha is number {
  if (typeof alpha === 'number' && alpha >= 0 && (alpha < Infinity || (upTo === 'infinite' && alpha === Infinity))) return;
  throw optionError('alpha', alpha, upTo === 'finite' ? 'a finite number ≥ 0' : 'a number ≥ 0, or Infinity');
}

/** A share of 1; `open` leaves out 0 and 1. */
export function checkShare(argument: string, value: unknown, open = false): asserts value is number {
  // Of a subnormal number products lose their digits.
  if (typeof value === 'number' && (value >= 2 ** -1022 || value === 0) && value <= 1 && !(open && value % 1 === 0)) return;
  throw optionError(argument, value, open ? 'a number above 0 and below 1' : '0, or a number from 2**-1022 to 1');
}

export function checkEndpoints(endpoints: unknown): void {
  if (endpoints === undefined || endpoints === 'limit' || endpoints === 'kl') return;
  throw optionError('endpoints', endpoints, "'limit' or 'kl'");
}

export function checkNormalize(normalize: unknown): void {
  if (normalize === undefined || typeof normalize === 'boolean' || normalize === 'require') return;
  throw optionError('normalize', normalize, "true, false or 'require'");
}

/** `out`, where given, takes `length` results of `dtype` and shares no byte with an input. */
export function checkOut(out: unknown, batch: Batch, length: number, dtype: Dtype, argument = 'out'): void {
  if (out === undefined) return;
  const kind = dtype === 'f32' ? 'Float32Array' : 'Float64Array';
  if (!isNumericArray(out) || typedArrayName(out) !== kind) throw outError(argument, out, `a ${kind}`, describe(out));
  if (out.length < length) throw outError(argument, out, `room for ${length} results`, `length ${out.length}`);
  for (const [k, input] of batch.inputs.entries()) {
    if (isReadFrom(input, out)) {
      throw outError(argument, out, `memory of its own: results would overwrite "${batch.names[k]}"`, 'an array that overlaps it');
    }
  }
}

/** A vector call answers with a number: an `out` there is a mistake that should not pass in silence. */
export function refuseOut(out: unknown, argument = 'out'): void {
  if (out === undefined) return;
  throw outError(argument, out, `no "${argument}" beside vectors: their result is returned as a number`, describe(out));
}

/** Arrays of several results share no byte with each other. */
export function checkApart(outs: readonly (Floats | undefined)[], names: readonly string[]): void {
  for (const [k, out] of outs.entries()) {
    const other = outs.findIndex((earlier, i) => i < k && earlier !== undefined && out !== undefined && overlap(earlier, out));
    if (other < 0) continue;
    throw outError(names[k] as string, out, `memory of its own: it would overwrite "${names[other]}"`, 'an array that overlaps it');
  }
}

/** The names of the inputs whose gradient is wanted: all where none is named. */
export function checkWanted(withRespectTo: unknown, names: readonly string[]): void {
  if (withRespectTo === undefined) return;
  const known = Array.isArray(withRespectTo) && withRespectTo.length > 0 && withRespectTo.every((name) => names.includes(name));
  if (known) return;
  throw optionError('withRespectTo', withRespectTo, `an array of ${names.map((name) => `'${name}'`).join(' and ')}, one at least`);
}

/** `out` of values with gradients has their form: {value, gradient: {…}}, with room for what is asked for and for nothing else. */
export function checkGradientOut(out: unknown, wanted: readonly string[]): void {
  if (out === undefined) return;
  const form = `{ value, gradient: { ${wanted.join(', ')} } }, each of them or none`;
  const isOf = (value: unknown, names: readonly string[]) => isRecord(value) && Object.keys(value).every((name) => names.includes(name));
  if (isOf(out, ['value', 'gradient'])) {
    const { gradient } = out as { gradient?: unknown };
    if (gradient === undefined || isOf(gradient, wanted)) return;
  }
  throw outError('out', out, form, describe(out));
}

function outError(argument: string, value: unknown, expected: string, got: string): SurprisalError {
  return mismatch('ERR_OUT', { argument, value, expected }, got);
}

/** True where an input lies in the memory of `out`, itself or with what its rows are written from. */
function isReadFrom(input: unknown, out: ArrayBufferView): boolean {
  if (input instanceof LazyRows) return input.parts.some((part) => isReadFrom(part, out));
  const data = input instanceof Narrow ? input.data : input;
  return ArrayBuffer.isView(data) && overlap(data, out);
}
