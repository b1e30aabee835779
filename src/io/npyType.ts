import type { NumericArray } from '../types.js';

/** One element type that `.npy` files may hold, little-endian. */
export interface ElementType {
  /** As NumPy names it. */
  readonly name: string;
  readonly bytes: number;
  /** The numbers in the first `length` elements of a buffer, as a view where JavaScript has one; of float16 the bits. */
  view(buffer: ArrayBuffer, length: number): NumericArray;
}

const VIEWS = {
  f8: ['float64', Float64Array],
  f4: ['float32', Float32Array],
  f2: ['float16', Uint16Array],
  i4: ['int32', Int32Array],
  u4: ['uint32', Uint32Array],
  i2: ['int16', Int16Array],
  u2: ['uint16', Uint16Array],
  i1: ['int8', Int8Array],
  u1: ['uint8', Uint8Array],
  b1: ['bool', Uint8Array], // 0 and 1, a byte each
} as const;

/** The types by the name that `descr` gives them, without the byte order. */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ...Object.entries(VIEWS).map(([code, [name, View]]): [string, ElementType] => [
    code,
    { name, bytes: View.BYTES_PER_ELEMENT, view: (buffer, length) => new View(buffer, 0, length) },
  ]),
  ['i8', { name: 'int64', bytes: 8, view: (buffer, length) => widenInt64(buffer, length, new Int32Array(buffer, 0, 2 * length)) }],
  ['u8', { name: 'uint64', bytes: 8, view: (buffer, length) => widenInt64(buffer, length, new Uint32Array(buffer, 0, 2 * length)) }],
]);

/**
 * 64-bit integers to doubles in place: exact up to 2^53, correctly rounded above it.
 *
 * @param high the buffer as 32-bit words, signed or not as the integers are; the upper word of each pair carries the sign
 */
function widenInt64(buffer: ArrayBuffer, length: number, high: Int32Array | Uint32Array): Float64Array {
  const low = new Uint32Array(buffer, 0, 2 * length);
  const doubles = new Float64Array(buffer, 0, length);
  for (let i = 0; i < length; i++) doubles[i] = (high[2 * i + 1] as number) * 2 ** 32 + (low[2 * i] as number);
  return doubles;
}
