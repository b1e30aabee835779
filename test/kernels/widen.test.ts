import { describe, expect, it } from 'vitest';
import { type Entries, gradientWidthsOf, KERNELS, type KernelSpec, widthOf } from '../../src/backend/contract.js';
import { kindOf } from '../../src/backend/wasm/abi.js';
import { createMemory } from '../../src/backend/wasm/arena.js';
import { moduleBytes } from '../../src/backend/wasm/bytes.js';
import { instantiate } from '../../src/backend/wasm/instantiate.js';
import { Narrow, WIDER } from '../../src/rows/narrow.js';
import type { Dtype, Floats, NumericArray, Storage } from '../../src/types.js';
import { allocate, createBackends, EVERY_KERNEL } from '../support/backends.js';
import { createRng, type Rng, seedOr } from '../support/rng.js';
import { randomParameters } from '../support/rows.js';

const SEED = seedOr(20261128);
const SIXTEEN_BITS = 65536;

/** IEEE 754-2019, 3.4, word for word: sign, biased exponent, trailing significand. */
function decode(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> fractionBits) % 2 ** exponentBits;
  const fraction = bits % 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * 2 ** (1 - bias) * (fraction / 2 ** fractionBits);
  return sign * 2 ** (exponent - bias) * (1 + fraction / 2 ** fractionBits);
}

interface Kind {
  readonly storage: Storage;
  /** Random entries, or all there are. */
  readonly make: (rng: Rng) => NumericArray;
  readonly value: (entry: number) => number;
}

const itself = (entry: number) => entry;
const words = (rng: Rng) => Uint32Array.from({ length: SIXTEEN_BITS }, () => rng.bits() >>> rng.below(32));
const all16 = () => Uint16Array.from({ length: SIXTEEN_BITS }, (_, i) => i);
const KINDS: readonly Kind[] = [
  { storage: 'f16', make: all16, value: (bits) => decode(bits, 5, 10) },
  { storage: 'bf16', make: all16, value: (bits) => decode(bits, 8, 7) },
  { storage: 'u16', make: all16, value: itself },
  { storage: 'i16', make: () => Int16Array.from(all16()), value: itself },
  { storage: 'u8', make: () => Uint8Array.from({ length: 256 }, (_, i) => i), value: itself },
  { storage: 'i8', make: () => Int8Array.from({ length: 256 }, (_, i) => i), value: itself },
  { storage: 'u32', make: (rng) => words(rng), value: itself },
  { storage: 'i32', make: (rng) => Int32Array.from(words(rng)), value: itself },
  { storage: 'f32', make: (rng) => new Float32Array(words(rng).buffer), value: itself },
];

const memory = createMemory(2 ** 20);
const exports = instantiate(moduleBytes(), memory);
const base = Math.ceil(exports('heap_base')() / 16) * 16 + 1024;

/** Widens in the module, with the entries at the end of the buffer that they are widened into. */
function widenInModule(narrow: Narrow): Floats {
  const wider = WIDER[narrow.storage] as Dtype;
  const padded = Math.ceil(narrow.length / 8) * 8;
  const end = base + padded * (wider === 'f64' ? 8 : 4);
  const from = end - padded * narrow.data.BYTES_PER_ELEMENT;
  new Uint8Array(memory.buffer).set(narrow.bytes(0, narrow.length), from);
  exports('widen')(kindOf(narrow.storage), from, base, narrow.length);
  return wider === 'f64' ? new Float64Array(memory.buffer, base, narrow.length) : new Float32Array(memory.buffer, base, narrow.length);
}

describe(`widening is exact, seed ${SEED}`, () => {
  it('there is one for every storage but f64', () => {
    expect(KINDS.map(({ storage }) => storage).sort()).toEqual(Object.keys(WIDER).sort());
  });

  it.each(KINDS.map((kind) => [kind.storage, kind] as const))('%s, every pattern of up to 16 bits, in both backends', (storage, kind) => {
    const data = kind.make(createRng(SEED));
    const narrow = new Narrow(data, storage);
    const dtype = WIDER[storage] as Dtype;
    const expected = allocate(dtype, data.length).map((_, i) => kind.value(data[i] as number));
    const twin = allocate(dtype, data.length);
    narrow.write(0, data.length, twin, 0);
    for (const widened of [widenInModule(narrow), twin]) {
      expect(widened.findIndex((x, i) => !Object.is(x, expected[i]))).toBe(-1);
    }
    expect(expected.findIndex((x, i) => !Object.is(narrow.at(i), x))).toBe(-1);
  });

  it.each(KINDS.map((kind) => [kind.storage, kind] as const))(
    '%s: no more than seven entries past the last are written',
    (storage, kind) => {
      const data = kind.make(createRng(SEED));
      const size = WIDER[storage] === 'f64' ? 8 : 4;
      const whole = new Uint8Array(memory.buffer);
      for (let n = 0; n <= 33; n++) {
        whole.fill(0xa5, base - 64, base + 1024);
        widenInModule(new Narrow(data.subarray(0, n), storage));
        const written = base + Math.ceil(n / 8) * 8 * size;
        const untouched = [...whole.subarray(base - 64, base), ...whole.subarray(written, base + 1024)];
        expect(untouched.every((byte) => byte === 0xa5)).toBe(true);
      }
    },
  );
});

/** Entries of a storage, most of them small and positive, with some of any bits where the domain is to be left now and then. */
function entries(rng: Rng, storage: Storage, length: number): Narrow {
  const wild = 0.002;
  const draw = (ordinary: () => number, any: () => number) => Array.from({ length }, () => (rng.uniform() < wild ? any() : ordinary()));
  const bits = () => rng.bits();
  switch (storage) {
    case 'f16': // from subnormals to 2
      return new Narrow(Uint16Array.from(draw(() => rng.below(0x4000), bits)), storage);
    case 'bf16': // from 2⁻³¹ to 2
      return new Narrow(Uint16Array.from(draw(() => 0x3000 + rng.below(0x1000), bits)), storage);
    case 'f32':
      return new Narrow(
        Float32Array.from(
          draw(
            () => Math.exp(rng.normal()),
            () => 0,
          ),
        ),
        storage,
      );
    case 'u8':
      return new Narrow(Uint8Array.from(draw(bits, bits)), storage);
    case 'i8':
      return new Narrow(Int8Array.from(draw(() => 1 + rng.below(127), bits)), storage);
    case 'u16':
      return new Narrow(Uint16Array.from(draw(() => rng.below(700), bits)), storage);
    case 'i16':
      return new Narrow(Int16Array.from(draw(() => rng.below(700), bits)), storage);
    case 'u32':
      return new Narrow(Uint32Array.from(draw(() => rng.below(70000), bits)), storage);
    case 'i32':
      return new Narrow(Int32Array.from(draw(() => rng.below(70000), bits)), storage);
    case 'f64':
      return new Narrow(
        Float64Array.from(
          draw(
            () => Math.exp(rng.normal()),
            () => 0,
          ),
        ),
        storage,
      );
  }
}

const OF_DTYPE: Readonly<Record<Dtype, readonly Storage[]>> = {
  f32: ['f16', 'bf16', 'f32'],
  f64: ['f16', 'bf16', 'u8', 'i8', 'u16', 'i16', 'f32', 'i32', 'u32', 'f64'],
};

describe(`law 2: narrow entries give the bits that the same numbers give as an array of the kernel's dtype, seed ${SEED}`, () => {
  const { wasm, js } = createBackends();

  it.each(EVERY_KERNEL)('%s %s, every storage in every input, on both backends', (name, dtype) => {
    const rng = createRng(SEED);
    const spec: KernelSpec = KERNELS[name];
    const domains = Object.values(spec.inputs);
    // One shape takes the twin several blocks; the largest, for one kernel, takes the binder several chunks. Matrices are as wide as the square of their columns.
    const isSquare = domains.some((domain) => widthOf(domain, 2) > 2);
    const shapes = [[9, 1] as const, [40, 3] as const, isSquare ? ([7, 12] as const) : ([7, 1300] as const)];
    for (const [rows, cols] of name === 'klRows' ? [[400, 130] as const, ...shapes] : shapes) {
      for (const storage of OF_DTYPE[dtype]) {
        const widths = domains.map((domain) => widthOf(domain, cols));
        const steps = widths.map((width, k) => (k > 0 && rng.uniform() < 0.3 ? 0 : width));
        const params = randomParameters(rng, spec);
        const others = OF_DTYPE[dtype];
        const narrow = steps.map((step, k) =>
          entries(rng, k === 0 ? storage : rng.pick(others), (step === 0 ? 1 : rows) * (widths[k] as number)),
        );
        const wide = narrow.map((input) => allocate(dtype, input.length).map((_, i) => input.at(i)));
        const width = spec.output === 'row' ? 1 : cols;
        /** The results, and the gradients behind them. */
        const run = (backend: typeof wasm, inputs: readonly Entries[]) => {
          const out = allocate(spec.output === 'row' ? 'f64' : dtype, rows * width).fill(-12345.678);
          const gradients = gradientWidthsOf(spec, cols).map((each) => allocate(dtype, rows * each).fill(-12345.678));
          backend.kernel(name, dtype)(inputs, steps, rows, cols, params, out, gradients);
          return [...out, ...gradients.flatMap((gradient) => [...gradient])];
        };
        const expected = run(js, wide);
        for (const backend of [wasm, js]) {
          for (const inputs of [narrow, narrow.map((input, k) => (k % 2 === 0 ? input : (wide[k] as Floats)))]) {
            const got = run(backend, inputs);
            const at = got.findIndex((x, i) => !Object.is(x, expected[i]));
            expect(at, `${backend.name} ${storage} ${rows} × ${cols}: ${got[at]} for ${expected[at]}`).toBe(-1);
          }
        }
      }
    }
  });
});
