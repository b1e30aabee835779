import { describe, expect, it, vi } from 'vitest';
import {
  type Backend,
  type Domain,
  type Entries,
  gradientWidthsOf,
  KERNELS,
  type KernelName,
  type KernelSpec,
  widthOf,
} from '../../src/backend/contract.js';
import { argumentCount, exportOf, scratchEntries, takesScratch } from '../../src/backend/wasm/abi.js';
import { Arena, createMemory, roomFor } from '../../src/backend/wasm/arena.js';
import { moduleBytes } from '../../src/backend/wasm/bytes.js';
import { createWasmBackend } from '../../src/backend/wasm/index.js';
import { instantiate } from '../../src/backend/wasm/instantiate.js';
import { createCore, klDivergence, matrix } from '../../src/index.js';
import type { Dtype, Floats } from '../../src/types.js';
import { allocate, createBackends, DTYPES, EVERY_KERNEL } from '../support/backends.js';

const MIB = 2 ** 20;

/** Masses, positive numbers and reals alike. */
function entries(dtype: Dtype, length: number, salt = 1): Floats {
  const data = allocate(dtype, length);
  for (let i = 0; i < length; i++) data[i] = (((i + salt) * 7919) % 997) / 499 + 0.001;
  return data;
}

/** The like on the diagonals of matrices, and little elsewhere: nothing above the diagonal of factors. */
function matrices(domain: Domain, dtype: Dtype, rows: number, cols: number, salt: number): Floats {
  const data = allocate(dtype, rows * cols * cols);
  const diagonals = entries(dtype, rows * cols, salt);
  for (let i = 0; i < rows * cols; i++) {
    for (let j = 0; j < cols; j++) {
      const beside = domain === 'covariance' || j < i % cols ? 0.001 / cols : 0;
      data[i * cols + j] = j === i % cols ? (diagonals[i] as number) + 0.01 : beside;
    }
  }
  return data;
}

function inputsOf(name: KernelName, dtype: Dtype, rows: number, cols: number): Floats[] {
  return domainsOf(name).map((domain, k) =>
    domain === 'covariance' || domain === 'factor'
      ? matrices(domain, dtype, rows, cols, 31 * k + 1)
      : entries(dtype, rows * cols, 31 * k + 1),
  );
}

const domainsOf = (name: KernelName): readonly Domain[] => Object.values(KERNELS[name].inputs);
const widthsOf = (name: KernelName, cols: number) => domainsOf(name).map((domain) => widthOf(domain, cols));
const hasMatrices = (name: KernelName) => widthsOf(name, 2).includes(4);

it("a pair of four million entries is the module's: no row of an ordinary size is the slower twin's", () => {
  const { js } = createBackends();
  const twins = {
    ...js,
    kernel: () => {
      throw new Error('the twin was asked');
    },
  };
  const row = new Float64Array(4_194_304).fill(0.25);
  const out = new Float64Array(1);
  const kernel = createWasmBackend({ twins }).kernel('klRows', 'f64');
  kernel([row, row], [row.length, row.length], 1, row.length, [1], out);
  expect(out[0]).toBe(0);
});

describe('arena', () => {
  it('lays buffers out aligned, apart by their slack, and above the module', () => {
    const arena = new Arena(createMemory(MIB), 1234, MIB);
    const sizes = [8, 24, 0, 1000];
    const pointers = arena.layOut(sizes);
    expect(pointers[0]).toBeGreaterThanOrEqual(1234);
    pointers.forEach((pointer, i) => {
      expect(pointer % 16).toBe(0);
      if (i > 0) expect(pointer).toBeGreaterThanOrEqual((pointers[i - 1] as number) + (sizes[i - 1] as number) + 64);
    });
    expect(roomFor(8)).toBe(80);
  });

  it('law 5: views are made anew after the memory has grown, as growth detaches those of before', () => {
    const memory = createMemory(MIB);
    const arena = new Arena(memory, 0, MIB);
    const before = arena.f64();
    before[9] = 1.5;
    expect(arena.f64()).toBe(before);
    memory.grow(1);
    expect(before.length).toBe(0);
    expect(arena.f64()[9]).toBe(1.5);
    expect(arena.f32().buffer).toBe(memory.buffer);
  });
});

describe('the module', () => {
  const memory = createMemory(4 * MIB);
  const exports = instantiate(moduleBytes(), memory);

  it('imports its memory alone', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(moduleBytes()))).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });

  it.each(Object.keys(KERNELS) as KernelName[])('%s is exported with the arguments of its registry line', (name) => {
    expect(exportOf(exports, name)).toBeTypeOf('function');
    expect(exportOf(exports, name).length).toBe(argumentCount(KERNELS[name]));
  });

  it.each(EVERY_KERNEL)('law 5: %s %s writes its results and its scratch, and nothing else', (name, dtype) => {
    const spec: KernelSpec = KERNELS[name];
    const size = dtype === 'f64' ? 8 : 4;
    const base = Math.ceil(exports('heap_base')() / 16) * 16;
    for (const [rows, cols] of [
      [3, 5],
      [200, 3],
      [2, hasMatrices(name) ? 60 : 1500],
    ] as const) {
      const whole = new Uint8Array(memory.buffer);
      whole.fill(0xa5, base);
      let next = base + 4096;
      const take = (length: number) => {
        const at = next;
        next += roomFor(length) + 4096;
        return at;
      };
      const pointers = inputsOf(name, dtype, rows, cols).map((input) => {
        const at = take(input.byteLength);
        whole.set(new Uint8Array(input.buffer), at);
        return at;
      });
      const outBytes = rows * (spec.output === 'row' ? 8 : cols * size);
      const scratchBytes = scratchEntries(spec, cols) * 8;
      const scratch = take(scratchBytes);
      const out = take(outBytes);
      const gradientBytes = spec.gradientsByTwin === true ? [] : gradientWidthsOf(spec, cols).map((width) => rows * width * size);
      const gradients = gradientBytes.map(take);
      const before = whole.slice();
      const scratchArguments = takesScratch(spec) ? [scratch] : [];
      const steps = pointers.flatMap((pointer, k) => [pointer, (widthsOf(name, cols)[k] as number) * size]);
      exportOf(exports, name)(
        Number(dtype === 'f64'),
        ...steps,
        rows,
        cols,
        ...spec.params.map(() => 1),
        ...scratchArguments,
        out,
        ...gradients,
      );
      const changed = (from: number, to: number) => Buffer.compare(whole.subarray(from, to), before.subarray(from, to)) !== 0;
      expect(changed(out, out + outBytes), `${rows} × ${cols}: results`).toBe(true);
      expect(changed(0, scratch), `${rows} × ${cols}: constants, inputs`).toBe(false);
      expect(changed(scratch + scratchBytes + (takesScratch(spec) ? 64 : 0), out), `${rows} × ${cols}: after the scratch`).toBe(false);
      let end = out + outBytes;
      for (const [k, gradient] of gradients.entries()) {
        expect(changed(end, gradient), `${rows} × ${cols}: before gradient ${k}`).toBe(false);
        end = gradient + (gradientBytes[k] as number);
        expect(changed(gradient, end), `${rows} × ${cols}: gradient ${k}`).toBe(true);
      }
      expect(changed(end, whole.length), `${rows} × ${cols}: after the results`).toBe(false);
    }
  });
});

describe('binder', () => {
  const { wasm, js } = createBackends();

  it.each(EVERY_KERNEL)('law 2: %s %s over a batch larger than a chunk has the bits of its rows alone', (name, dtype) => {
    const [rows, cols] = [700, hasMatrices(name) ? 11 : 130];
    const spec: KernelSpec = KERNELS[name];
    const inputs = inputsOf(name, dtype, rows, cols);
    const params = spec.params.map(() => 1);
    const widths = widthsOf(name, cols);
    const gradientWidths = gradientWidthsOf(spec, cols);
    const steps = widths.map((step, k) => (k > 0 && k === inputs.length - 1 ? 0 : step)); // the last of several is a reference row
    const width = spec.output === 'row' ? 1 : cols;
    const outType = spec.output === 'row' ? 'f64' : dtype;
    const batch = allocate(outType, rows * width);
    const gradients = gradientWidths.map((length) => allocate(dtype, rows * length));
    wasm.kernel(name, dtype)(inputs, steps, rows, cols, params, batch, gradients);
    for (const row of [0, 1, 63, 64, 125, 126, 127, 128, 129, 255, 256, rows - 1]) {
      const alone = allocate(outType, width);
      const its = inputs.map((input, k) => input.subarray(row * (steps[k] as number), row * (steps[k] as number) + (widths[k] as number)));
      const itsGradients = gradientWidths.map((length) => allocate(dtype, length));
      wasm.kernel(name, dtype)(its, steps, 1, cols, params, alone, itsGradients);
      expect(batch.subarray(row * width, (row + 1) * width), `row ${row}`).toEqual(alone);
      for (const [k, gradient] of gradients.entries()) {
        const length = gradientWidths[k] as number;
        expect(gradient.subarray(row * length, (row + 1) * length), `gradient ${k}, row ${row}`).toEqual(itsGradients[k]);
      }
    }
  });

  const differentiable = EVERY_KERNEL.filter(([name]) => KERNELS[name].gradients.length > 0);
  it.each(differentiable)('law 2: %s %s has the same value and the same gradient, whichever others are asked for', (name, dtype) => {
    const spec: KernelSpec = KERNELS[name];
    const [rows, cols] = [150, hasMatrices(name) ? 13 : 131];
    const inputs = inputsOf(name, dtype, rows, cols);
    const params = spec.params.map(() => 1);
    const run = (wanted: readonly boolean[] | undefined) => {
      const value = new Float64Array(rows);
      const widths = gradientWidthsOf(spec, cols);
      const gradients = wanted?.map((is, k) => (is ? allocate(dtype, rows * (widths[k] as number)) : undefined));
      wasm.kernel(name, dtype)(inputs, widthsOf(name, cols), rows, cols, params, value, gradients);
      return { value, gradients };
    };
    const whole = run(spec.gradients.map(() => true));
    expect(run(undefined).value).toEqual(whole.value);
    for (const k of spec.gradients.keys()) {
      const alone = run(spec.gradients.map((_, i) => i === k));
      expect(alone.value).toEqual(whole.value);
      expect(alone.gradients?.[k]).toEqual(whole.gradients?.[k]);
    }
  });

  it('hands a row that exceeds the arena to its twin, and takes the next call again', () => {
    const called = vi.fn(js.kernel('klRows', 'f64'));
    const small = createWasmBackend({ twins: { ...js, kernel: () => called }, arenaBytes: 128 * 2 ** 10 });
    const run = (cols: number) => {
      const out = new Float64Array(2);
      small.kernel('klRows', 'f64')(inputsOf('klRows', 'f64', 2, cols), [cols, cols], 2, cols, [1], out);
      return out;
    };
    const expected = new Float64Array(2);
    wasm.kernel('klRows', 'f64')(inputsOf('klRows', 'f64', 2, 20_000), [20_000, 20_000], 2, 20_000, [1], expected);
    expect(run(20_000)).toEqual(expected);
    expect(called).toHaveBeenCalledTimes(1);
    run(2000);
    expect(called).toHaveBeenCalledTimes(1);
  });

  describe.each(DTYPES)('klRows %s of rows that come in parts', (dtype) => {
    const most = dtype === 'f64' ? 1e300 : 1e35;
    const least = dtype === 'f64' ? 5e-324 : 1e-45;
    const cases: readonly (readonly [name: string, change: (p: Floats, q: Floats) => void])[] = [
      ['as they are', () => {}],
      ['equal', (p, q) => q.set(p)],
      ['nearly equal', (p, q) => q.set(p.map((x, i) => (i % 1000 === 0 ? x * 1.0000002 : x)))],
      ['with zeros of both', (...rows) => rows.forEach((x) => void x.fill(0, 16_300, 16_500))],
      ['with zeros of p', (p) => p.fill(0, 5)],
      ['with a zero of q', (_, q) => q.fill(0, 16_400, 16_401)],
      ['with subnormal entries', (...rows) => rows.forEach((x) => void x.fill(least, 100, 17_000))],
      ['with masses of another size', (_, q) => q.set(q.map((x) => 10 * x))],
      ['of which the first parts differ more than the rows', (p) => p.fill(most, 0, 1)],
      ['with a negative entry of the last part', (p) => p.fill(-1, p.length - 1)],
      ['with a NaN of the first part', (_, q) => q.fill(NaN, 7, 8)],
      ['without mass', (p) => p.fill(0)],
    ];
    it.each(cases)("law 2: %s have the twin's bits", (_, change) => {
      for (const cols of [16_385, 32_768, 50_001]) {
        const [rows, p, q] = [3, entries(dtype, 3 * cols), entries(dtype, 3 * cols, 7)];
        change(p.subarray(cols, 2 * cols), q.subarray(cols, 2 * cols));
        const run = (backend: Backend, inputs: readonly Entries[]) => {
          const out = new Float64Array(rows);
          backend.kernel('klRows', dtype)(inputs, [cols, cols], rows, cols, [1], out);
          return out;
        };
        expect(run(wasm, [p, q]), `${cols}`).toEqual(run(js, [p, q]));
      }
    });

    it('law 2: narrow ones have the bits of those that were widened before', () => {
      const cols = 40_001;
      const counts = Uint16Array.from({ length: cols }, (_, i) => (i * 7919) % 997);
      const half = new Uint16Array(cols).map((_, i) => 0x3c00 + (i % 512));
      const narrow = dtype === 'f64' ? matrix(counts, 1, cols) : matrix(half, 1, cols, { dtype: 'float16' });
      const wide = matrix(entries(dtype, cols), 1, cols);
      const widened = allocate(dtype, cols);
      widened.set(dtype === 'f64' ? counts : Array.from(half, (_, i) => 1 + (i % 512) / 1024));
      expect(klDivergence(narrow, wide)).toEqual(klDivergence(matrix(widened, 1, cols), wide));
    });
  });

  it('a row in parts may exceed the arena', () => {
    const twins = { ...js, kernel: () => () => expect.unreachable('the twin was asked') };
    const small = createWasmBackend({ twins, arenaBytes: MIB });
    const [p, q] = inputsOf('klRows', 'f64', 1, 200_000) as [Floats, Floats];
    const [out, expected] = [new Float64Array(1), new Float64Array(1)];
    small.kernel('klRows', 'f64')([p, q], [200_000, 200_000], 1, 200_000, [1], out);
    js.kernel('klRows', 'f64')([p, q], [200_000, 200_000], 1, 200_000, [1], expected);
    expect(out).toEqual(expected);
  });

  it('law 5: runs a batch larger than the arena, and memory stays flat over 10⁵ calls', () => {
    const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow');
    const core = createCore({ backend: 'wasm' });
    const large = matrix(entries('f64', 3_000_000), 30_000, 100);
    const p = entries('f64', 60);
    const q = entries('f64', 60, 7);
    const first = klDivergence(p, q, { core });
    klDivergence(large, large, { core });
    const before = process.memoryUsage();
    for (let i = 0; i < 100_000; i++) klDivergence(p, q, { core });
    const after = process.memoryUsage();
    expect(klDivergence(p, q, { core })).toBe(first);
    expect(grow).not.toHaveBeenCalled();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(MIB);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(64 * MIB);
    grow.mockRestore();
  });
});
