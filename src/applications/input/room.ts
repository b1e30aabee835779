/** Where gradients go: `out`, looked at before anything is computed, or new arrays. */
import { type Floats, type Matrix, SurprisalError } from '../../index.js';
import { overlap } from '../../rows/narrow.js';
import { sliceRows, toFloats } from './tensor.js';

/** Inputs by the names that messages have for them. */
export type NamedRows = Readonly<Record<string, Matrix>>;

/**
 * Where a gradient goes: `out`, or a new array; Float32Array where all the inputs are of single floats, else Float64Array.
 *
 * @param inPlace the input that `out` may be itself, entry for entry: each is read before its slope is written
 * @throws {SurprisalError} ERR_OUT: another kind or length, or memory of an input, which would be overwritten while it is still read
 */
export function roomFor(argument: string, out: Floats | undefined, inputs: NamedRows, length: number, inPlace?: string): Floats {
  const isSingle = Object.values(inputs).every((input) => toFloats(sliceRows(input, 0, 0)).data instanceof Float32Array);
  if (out === undefined) return isSingle ? new Float32Array(length) : new Float64Array(length);
  const kind = isSingle ? 'a Float32Array' : 'a Float64Array';
  if (!(out instanceof (isSingle ? Float32Array : Float64Array)) || out.length !== length)
    throw outError(argument, out, `${kind} of ${length} numbers`, shown(out));
  for (const [name, { data }] of Object.entries(inputs))
    if (overlap(out, data) && !(name === inPlace && isSame(out, data))) throw overlapError(argument, out, `"${name}"`);
  return out;
}

/** Refuses gradients that share memory. @throws {SurprisalError} ERR_OUT */
export function checkApart(argument: string, out: Floats, other: string, otherOut: Floats): void {
  if (overlap(out, otherOut)) throw overlapError(argument, out, `"${other}"`);
}

/** Refuses an `out` of several gradients that is none, and names in it that are none of theirs. @throws {SurprisalError} ERR_OUT */
export function checkOutNames(out: unknown, names: readonly string[]): void {
  if (out === undefined) return;
  const isOf = typeof out === 'object' && out !== null && Object.keys(out).every((name) => names.includes(name));
  if (!isOf) throw outError('out', out, `an object of ${names.join(', ')}, and of nothing else`, shown(out));
}

const isSame = (a: ArrayBufferView, b: ArrayBufferView): boolean => a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;

function shown(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Floats).length}`;
  return typeof value === 'object' && value !== null ? `an object of ${Object.keys(value).join(', ')}` : String(value);
}

function overlapError(argument: string, out: unknown, name: string): SurprisalError {
  return outError(argument, out, `memory of its own: it would overwrite ${name}`, 'an array that overlaps it');
}

function outError(argument: string, value: unknown, expected: string, got: string): SurprisalError {
  return new SurprisalError('ERR_OUT', `"${argument}" expected ${expected}, got ${got}`, { argument, value, expected });
}
