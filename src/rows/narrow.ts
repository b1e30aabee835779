/** Entries in a narrower form than a kernel computes on. Backends widen them as they run (assembly/kernels/widen.ts); here is what one entry means. */
import type { BitsDtype, Dtype, Floats, NumericArray, Storage } from '../types.js';

/** What each storage is widened to, step by step; every step is exact. Integers go to f64 in one: none is computed in f32. */
export const WIDER: Readonly<Partial<Record<Storage, Dtype>>> = {
  f16: 'f32',
  bf16: 'f32',
  f32: 'f64',
  i16: 'f64',
  u16: 'f64',
  i8: 'f64',
  u8: 'f64',
  i32: 'f64',
  u32: 'f64',
};

/** True for floats that f32 holds. Integers are counts: they keep the digits of f64, however few bits they have. */
export function isSingle(storage: Storage | undefined): boolean {
  return storage === 'f32' || storage === 'f16' || storage === 'bf16';
}

/** The dtype as the constructor names it: 'Float32Array', also across realms. */
export function typedArrayName(value: ArrayBufferView): string {
  return (value as unknown as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '';
}

/** True where two arrays share a byte. */
export function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** What typed arrays hold, by the name of their kind. */
export const STORAGES: Readonly<Record<string, Storage>> = {
  Float64Array: 'f64',
  Float32Array: 'f32',
  Float16Array: 'f16',
  Int8Array: 'i8',
  Uint8Array: 'u8',
  Uint8ClampedArray: 'u8',
  Int16Array: 'i16',
  Uint16Array: 'u16',
  Int32Array: 'i32',
  Uint32Array: 'u32',
};

export const BITS: Readonly<Record<BitsDtype, Storage>> = { float16: 'f16', bfloat16: 'bf16' };

/** What lies in an array whose bits may have a name. */
export function storageOf(data: NumericArray, dtype?: BitsDtype): Storage {
  return dtype === undefined ? (STORAGES[typedArrayName(data)] as Storage) : BITS[dtype];
}

/** Up to this many entries are copied by a loop: making a view costs more. */
const FEW = 32;

/** Numbers, or the bits of float16 and bfloat16, as they lie in memory. */
export class Narrow {
  constructor(
    readonly data: NumericArray,
    readonly storage: Storage,
  ) {}

  get length(): number {
    return this.data.length;
  }

  subarray(from: number, to: number): Narrow {
    return new Narrow(this.data.subarray(from, to), this.storage);
  }

  /** Widens `count` entries from `start` on: the twin of assembly/kernels/widen.ts. */
  write(start: number, count: number, into: Floats, at: number): void {
    const { data, storage } = this;
    if (storage === 'f16') for (let i = 0; i < count; i++) into[at + i] = float16(data[start + i] as number);
    else if (storage === 'bf16') for (let i = 0; i < count; i++) into[at + i] = bfloat16(data[start + i] as number);
    else if (count > FEW) into.set(data.subarray(start, start + count) as Floats, at);
    else for (let i = 0; i < count; i++) into[at + i] = data[start + i] as number;
  }

  /** `count` entries from `start` on, as they lie in memory. */
  bytes(start: number, count: number): Uint8Array {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = this.data;
    return new Uint8Array(buffer, byteOffset + start * BYTES_PER_ELEMENT, count * BYTES_PER_ELEMENT);
  }

  /** Entry i as the number that it is. */
  at(i: number): number {
    const entry = this.data[i] as number;
    return this.storage === 'f16' ? float16(entry) : this.storage === 'bf16' ? bfloat16(entry) : entry;
  }
}

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** The number with these 16 bits of bfloat16: the upper half of a float32. */
export function bfloat16(bits: number): number {
  word[0] = bits << 16;
  return single[0] as number;
}

/** The number with these 16 bits of float16. The exponent is rebiased by 112 binades, that of infinity and NaN by as many again; a subnormal is m·2⁻²⁴. */
export function float16(bits: number): number {
  const rest = bits & 0x7fff;
  const sign = bits & 0x8000;
  if (rest < 0x0400) return (sign === 0 ? rest : -rest) / 16777216;
  word[0] = (sign << 16) | ((rest << 13) + (rest < 0x7c00 ? 0x38000000 : 0x70000000));
  return single[0] as number;
}
