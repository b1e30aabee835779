import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsBackend } from '../../src/backend/js/index.js';
import { createLateBackend } from '../../src/backend/late.js';
import { selectBackend } from '../../src/backend/select.js';
import { createWasmBackend } from '../../src/backend/wasm/index.js';
import { whyNot } from '../../src/backend/wasm/probe.js';
import { backend, createCore, entropy, klDivergence, matrix, pairwise, type SurprisalError } from '../../src/index.js';
import { errorOf } from '../support/errors.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What a page's content security policy does. */
function refuseModules(): void {
  const refused = class {
    constructor() {
      throw new WebAssembly.CompileError('blocked by Content Security Policy');
    }
  };
  vi.stubGlobal('WebAssembly', { ...everyProperty(WebAssembly), Module: refused });
}

/** What an engine does whose address space is limited (ulimit -v), or taken. */
function refuseMemory(): void {
  const refused = class {
    constructor() {
      throw new RangeError('could not allocate memory');
    }
  };
  vi.stubGlobal('WebAssembly', { ...everyProperty(WebAssembly), Memory: refused });
}

function everyProperty(object: object): object {
  return Object.fromEntries(Object.getOwnPropertyNames(object).map((name) => [name, (object as Record<string, unknown>)[name]]));
}

describe('choosing a backend', () => {
  it('runs wasm on this runtime: every value test would pass as well with a backend that is not the expected one', () => {
    expect(whyNot()).toBeUndefined();
    expect(backend()).toEqual({ name: 'wasm', why: expect.stringContaining('SIMD') });
    expect(createCore().backend.name).toBe('wasm');
  });

  it.each(['wasm', 'js'] as const)('%s can be forced', (name) => {
    const core = createCore({ backend: name });
    expect(backend(core)).toEqual({ name, why: 'it was asked for' });
    expect(klDivergence([0.5, 0.5], [0.5, 0.5], { core })).toBe(0);
  });

  it('falls back to the twins where wasm is refused, says why, and answers', () => {
    refuseModules();
    const core = createCore();
    expect(core.backend.name).toBe('js');
    expect(core.backend.why).toContain('blocked by Content Security Policy');
    expect(klDivergence([1, 0], [0.5, 0.5], { core, base: 2 })).toBe(1);
  });

  it('falls back where there is no SIMD, and where there is no WebAssembly at all', () => {
    vi.stubGlobal('WebAssembly', { ...everyProperty(WebAssembly), validate: () => false });
    expect(selectBackend('auto').info).toMatchObject({ name: 'js', why: expect.stringContaining('no WebAssembly SIMD') });
    vi.stubGlobal('WebAssembly', undefined);
    expect(selectBackend('auto').info).toMatchObject({ name: 'js', why: expect.stringContaining('no WebAssembly') });
  });

  it('falls back where the module finds no memory at its start, in the middle of a run, and says so from then on', () => {
    const rows = 1000;
    const P = matrix(
      Float64Array.from({ length: 100 * rows }, (_, i) => 1 + (i % 7)),
      rows,
      100,
    );
    const expected = entropy(P, { core: createCore({ backend: 'js' }) });
    refuseMemory();
    const core = createCore();
    expect(entropy([1, 1], { core, base: 2 })).toBe(1);
    expect(backend(core).name).toBe('wasm');
    expect(entropy(P, { core })).toEqual(expected);
    expect(backend(core)).toEqual({ name: 'js', why: 'no wasm: could not allocate memory' });
    expect(entropy(P, { core })).toEqual(expected);

    const other = createCore();
    const resident = other.allocate(1, 2);
    resident.data.fill(1);
    expect(entropy(resident, { core: other, base: 2 })).toEqual(Float64Array.of(1));
    expect(other.backend.name).toBe('js');
    resident.dispose();
    expect(pairwise.klDivergence(P, matrix([...P.data.subarray(0, 100)], 1, 100), { core: createCore() }).data[0]).toBe(0);
    expect(errorOf(() => createCore({ backend: 'wasm' }))).toMatchObject({ code: 'ERR_BACKEND' });
  });

  it('throws where the forced backend cannot run, with the reason and a remedy', () => {
    refuseModules();
    const error = errorOf(() => createCore({ backend: 'wasm' }));
    expect(error).toMatchObject({ code: 'ERR_BACKEND', value: 'wasm' });
    expect(error.message).toContain('blocked by Content Security Policy');
    expect(error.message).toContain("ask for 'js'");
  });

  it.each([['webgpu'], [1], [null]])('refuses the unknown backend %j', (name) => {
    expect(errorOf(() => createCore({ backend: name as 'js' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'backend', value: name });
  });

  it('refuses a memory beside the twins, which have none that threads share', () => {
    const { memory, arena } = createCore({ backend: 'wasm', memory: 'shared' }).share();
    for (const given of ['shared', { memory, arena }] as const)
      expect(errorOf(() => createCore({ backend: 'js', memory: given }))).toMatchObject({
        code: 'ERR_OPTION',
        argument: 'memory',
        value: given,
      });
    expect(createCore({ backend: 'js', memory: undefined }).backend.name).toBe('js');
  });

  it('refuses an arena that share() did not give: results would be written over the module’s own data', () => {
    const { memory, arena } = createCore({ backend: 'wasm', memory: 'shared' }).share();
    for (const wrong of [undefined, NaN, 'x', -1, 8, 1e15, arena + 8])
      expect(errorOf(() => createCore({ backend: 'wasm', memory: { memory, arena: wrong as number } }))).toMatchObject({
        code: 'ERR_OPTION',
        argument: 'memory',
      });
    expect(createCore({ backend: 'wasm', memory: { memory, arena } }).backend.name).toBe('wasm');
  });

  it('a core whose memory is not shared says which would be, though it was asked to be: that one says why it cannot be', () => {
    refuseModules();
    const core = createCore({ memory: 'shared' });
    expect(core.backend.name).toBe('js');
    const asked = { backend: 'wasm', memory: 'shared' } as const;
    expect(errorOf(() => core.share()).message).toContain("createCore({ backend: 'wasm', memory: 'shared' })");
    expect(errorOf(() => createCore(asked)).message).toContain('blocked by Content Security Policy');
  });
});

describe('the module of a core that was not asked for by name', () => {
  const p = Float64Array.of(0.1, 0.9);
  const q = Float64Array.of(0.2, 0.8);
  const late = () => {
    const start = vi.fn(() => createWasmBackend({ twins: jsBackend }));
    const backend = createLateBackend(jsBackend, start);
    const run = (rows: number) => {
      const out = new Float64Array(rows);
      backend.kernel('klRows', 'f64')([new Float64Array(2 * rows).fill(0.5), q], [2, 0], rows, 2, [1], out);
      return out;
    };
    return { start, backend, run };
  };

  it('is started by a large call, by many short ones, by a matrix in its memory, and not before', () => {
    const { start, run } = late();
    run(1);
    expect(start).not.toHaveBeenCalled();
    run(20_000);
    expect(start).toHaveBeenCalledTimes(1);

    // A pair of full covariances takes as long as many more entries.
    const full = late();
    const pair = full.backend.kernel('gaussianCovarianceKlRows', 'f64');
    const unit = Float64Array.from({ length: 128 * 128 }, (_, k) => (k % 129 === 0 ? 1 : 0));
    const mean = new Float64Array(128);
    pair([mean, unit, mean, unit], [128, 128 * 128, 128, 128 * 128], 1, 128, [], new Float64Array(1));
    expect(full.start).toHaveBeenCalledTimes(1);

    const short = late();
    const kernel = short.backend.kernel('klRows', 'f64');
    const results = Array.from({ length: 600 }, () => {
      const out = new Float64Array(1);
      kernel([p, q], [2, 2], 1, 2, [1], out);
      return out[0];
    });
    expect(new Set(results).size).toBe(1);
    expect(short.start).toHaveBeenCalledTimes(1);

    const resident = late();
    resident.backend.allocate(1, 2, 'f64');
    resident.run(1);
    expect(resident.start).toHaveBeenCalledTimes(1);
  });

  it('is asked for its quick look once it runs: large results go to `out` at once (law 4)', () => {
    const { backend, run } = late();
    const look = () => backend.isPlain?.(['mass'], [new Float64Array(64).fill(1)], [64], 1, 64, 'f64');
    expect(look()).toBe(false);
    run(20_000);
    expect(look()).toBe(true);
  });
});

describe('a core', () => {
  it('says what to do once it was disposed of', () => {
    const core = createCore();
    core.dispose();
    expect(errorOf(() => klDivergence([1], [1], { core }))).toMatchObject({ code: 'ERR_BACKEND' } satisfies Partial<SurprisalError>);
  });

  it('is made by createCore and by nothing else', () => {
    expect(errorOf(() => klDivergence([1], [1], { core: { ...createCore() } }))).toMatchObject({ code: 'ERR_OPTION', argument: 'core' });
  });

  it('takes no buffers before it has computed: a thousand of them less than a MiB', () => {
    const before = process.memoryUsage().arrayBuffers;
    const cores = Array.from({ length: 1000 }, () => createCore({ backend: 'js' }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    expect(cores).toHaveLength(1000);
  });
});
