import { describe, expect, it, vi } from 'vitest';
import { gradientWidthsOf, KERNELS, type KernelSpec } from '../src/backend/contract.js';
import { jsBackend } from '../src/backend/js/index.js';
import { createWasmBackend } from '../src/backend/wasm/index.js';
import {
  allocate,
  contributions,
  createCore,
  entropy,
  gaussian,
  handleZeros,
  klDivergence,
  klDivergenceWithGradient,
  logits,
  type Matrix,
  maskClasses,
  matrix,
  pairwise,
  type ResidentMatrix,
} from '../src/index.js';
import type { Dtype, Floats } from '../src/types.js';
import { allocate as arrayOf, DTYPES, EVERY_KERNEL } from './support/backends.js';
import { CORES } from './support/cores.js';
import { errorOf } from './support/errors.js';
import { BUILT, kilobytesLeft, runWithGc } from './support/memory.js';
import { createRng, seedOr } from './support/rng.js';
import { randomBatch } from './support/rows.js';

const SEED = seedOr(20261128);

/** Drops three matrices; a fourth is dropped too, but a view of it is held, and so is its memory. */
const LEAK = `
  import { createCore } from ${BUILT};
  const core = createCore({ backend: 'wasm' });
  (() => { for (let i = 0; i < 3; i++) core.allocate(2000, 1000); })();
  const view = (() => { const { data } = core.allocate(10, 10); return data.fill(3); })();
  const bytes = view.buffer.byteLength;
  for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 10)); }
  const again = [1, 2, 3].map(() => core.allocate(2000, 1000));
  const small = core.allocate(10, 10);
  console.log(small.data.buffer.byteLength === bytes, view.length === 100 && view.every((x) => x === 3));
`;

function masses(length: number, salt = 1): number[] {
  return Array.from({ length }, (_, i) => ((((i + salt) * 7919) % 997) + 1) / 499);
}

/** The same bits; element by element only where they are not. */
function expectSame(found: Floats, expected: Floats): void {
  const bytes = (array: Floats) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (Buffer.compare(bytes(found), bytes(expected)) !== 0) expect(found).toEqual(expected);
}

function filled(core: ReturnType<typeof createCore>, rows: number, cols: number, dtype: Dtype, salt = 1): ResidentMatrix {
  const made = core.allocate(rows, cols, dtype);
  made.data.set(masses(rows * cols, salt));
  return made;
}

describe.each(CORES)('resident matrices on %s', (_, core) => {
  it.each(DTYPES)('are zeros of %s, row by row, and stand wherever a Matrix does with its bits', (dtype) => {
    const [rows, cols] = [300, 37];
    const P = core.allocate(rows, cols, dtype);
    expect([P.rows, P.cols, P.data.length, P.disposed]).toEqual([rows, cols, rows * cols, false]);
    expect(P.data).toBeInstanceOf(dtype === 'f64' ? Float64Array : Float32Array);
    expect(P.data.every((x) => x === 0)).toBe(true);
    P.data.set(masses(rows * cols));
    const Q = filled(core, rows, cols, dtype, 5);
    const q = filled(core, 1, cols, dtype, 9);
    const [A, B, b] = [P, Q, q].map(({ data, rows: r }) => matrix(data.slice(), r, cols)) as [
      ReturnType<typeof matrix>,
      ReturnType<typeof matrix>,
      ReturnType<typeof matrix>,
    ];
    const options = { core };
    expect(klDivergence(P, Q, options)).toEqual(klDivergence(A, B, options));
    expect(klDivergence(P, q.data, options)).toEqual(klDivergence(A, b.data as Floats, options));
    expect(klDivergence(q.data, P, options)).toEqual(klDivergence(b.data as Floats, A, options));
    // One of two is resident; a part of one is; narrower entries beside wider ones are.
    expect(klDivergence(P, B, options)).toEqual(klDivergence(A, B, options));
    expect(klDivergence(A, Q, options)).toEqual(klDivergence(A, B, options));
    const part = (M: { data: ArrayLike<number> }) => matrix((M.data as Floats).subarray(7 * cols, 207 * cols), 200, cols);
    expect(klDivergence(part(P), part(Q), options)).toEqual(klDivergence(A, B, options).slice(7, 207));
    const wide = matrix(Float64Array.from(B.data), rows, cols);
    expect(klDivergence(P, wide, options)).toEqual(klDivergence(A, wide, options));
    expect(logits.softmax(P, options)).toEqual(logits.softmax(A, options));
    expect(contributions(P, Q, options)).toEqual(contributions(A, B, options));
    expect(klDivergenceWithGradient(P, Q, options)).toEqual(klDivergenceWithGradient(A, B, options));
    expect(gaussian.klDivergence({ mean: P, variance: Q }, gaussian.standard, options)).toEqual(
      gaussian.klDivergence({ mean: A, variance: B }, gaussian.standard, options),
    );
    for (const M of [P, Q, q]) M.dispose();
  });

  it('full covariances may lie below each other', () => {
    const [mean, covariance] = [core.allocate(3, 2), core.allocate(6, 2)];
    covariance.data.set([2, 0.5, 0.5, 1, 1, 0, 0, 1, 3, 1, 1, 3]);
    const copy = matrix(covariance.data.slice(), 6, 2);
    const of = (s: typeof copy) => gaussian.klDivergence({ mean, covariance: s }, gaussian.standard, { core });
    expect(of(covariance)).toEqual(of(copy));
    mean.dispose();
    covariance.dispose();
  });

  it.each(DTYPES)('take results of %s: rows, entries and gradients', (dtype) => {
    const [rows, cols] = [90, 33];
    const [P, Q] = [filled(core, rows, cols, dtype), filled(core, rows, cols, dtype, 5)];
    const into = core.allocate(rows, cols, dtype);
    const values = core.allocate(rows, 1);
    expect(klDivergence(P, Q, { core, out: values })).toBe(values.data);
    expect(values.data).toEqual(klDivergence(P, Q, { core }));
    expect(logits.softmax(P, { core, out: into }).data).toBe(into.data);
    expect(into.data).toEqual(logits.softmax(P, { core }).data);
    const expected = klDivergenceWithGradient(P, Q, { core });
    klDivergenceWithGradient(P, Q, { core, out: { value: values, gradient: { q: into } } });
    expect(into.data).toEqual(expected.gradient.q.data);
    expect(values.data).toEqual(expected.value);
    expect(errorOf(() => logits.softmax(P, { core, out: P })).code).toBe('ERR_OUT');
    for (const M of [P, Q, into, values]) M.dispose();
  });

  it('law 4: results beyond what is kept aside are written in place, after the last row has passed', () => {
    const [rows, cols] = [5000, 220];
    const P = filled(core, rows, cols, 'f32');
    const plain = matrix(P.data.slice(), rows, cols);
    const into = core.allocate(rows, cols, 'f32');
    into.data.fill(7);
    const data = P.data;
    data[4999 * cols + 3] = NaN;
    const error = errorOf(() => logits.softmax(P, { core, out: into }));
    expect([error.code, error.row, error.column]).toEqual(['ERR_DOMAIN', 4999, 3]);
    expectSame(into.data, new Float32Array(rows * cols).fill(7));
    data[4999 * cols + 3] = plain.data[4999 * cols + 3] as number;
    logits.logSoftmax(P, { core, out: into });
    expectSame(into.data, logits.logSoftmax(plain, { core }).data);
    contributions(P, plain, { core, out: into, base: 2 });
    expectSame(into.data, contributions(plain, plain, { core, base: 2 }).data);
    P.dispose();
    into.dispose();
  });

  it('name the row and column of what is wrong in them', () => {
    const P = filled(core, 40, 10, 'f64');
    P.data[235] = -1;
    const error = errorOf(() => entropy(P, { core }));
    expect([error.code, error.argument, error.row, error.column, error.value]).toEqual(['ERR_DOMAIN', 'p', 23, 5, -1]);
    P.dispose();
  });

  it('are given back once, and are then refused by name', () => {
    const P = filled(core, 4, 5, 'f64');
    const masked = maskClasses(P, [0, 1, 0, 0, 0]);
    P.dispose();
    P.dispose();
    expect(P.disposed).toBe(true);
    for (const call of [() => P.data, () => entropy(P, { core }), () => logits.softmax([1, 2], { core, out: P })]) {
      expect(errorOf(call).code).toBe('ERR_DISPOSED');
    }
    expect(errorOf(() => klDivergence([1], P, { core })).argument).toBe('q');
    const error = errorOf(() => entropy(masked, { core }));
    expect([error.code, error.argument]).toEqual(['ERR_DISPOSED', 'p']);
  });

  it('are disposed of by `using` where the engine has it', () => {
    const { dispose } = Symbol as { dispose?: symbol };
    const P = core.allocate(1, 1) as unknown as Record<symbol, (() => void) | undefined> & ResidentMatrix;
    if (dispose !== undefined) P[dispose]?.();
    else P.dispose();
    expect(P.disposed).toBe(true);
  });

  it('refuse sizes and dtypes that are none, and what does not fit', () => {
    expect(errorOf(() => core.allocate(-1, 2)).code).toBe('ERR_SHAPE');
    expect(errorOf(() => core.allocate(1, 2.5)).code).toBe('ERR_SHAPE');
    expect(errorOf(() => core.allocate(1, 2, 'f16' as 'f32')).code).toBe('ERR_KIND');
    expect(errorOf(() => core.allocate(2 ** 33, 2 ** 13))).toMatchObject({
      code: 'ERR_MEMORY',
      argument: 'rows',
      value: 2 ** 33,
      message: expect.stringMatching(/^"rows" × "cols" expected less than the memory has left: .*, got 8589934592 × 8192 of f64$/),
    });
    const none = core.allocate(0, 5);
    expect(errorOf(() => entropy(none, { core })).code).toBe('ERR_EMPTY');
    expect(errorOf(() => allocate(1, 1, 'f64', { cores: core } as never)).code).toBe('ERR_OPTION');
    const six = allocate(2, 3, 'f32', { core });
    expect(six.data).toEqual(new Float32Array(6));
    none.dispose();
    six.dispose();
  });
});

describe('resident matrices and their memory', () => {
  const core = createCore({ backend: 'wasm' });
  const backend = createWasmBackend({ twins: jsBackend });

  it('are read anew by rows made of them: after growth, and not at all once they were disposed of', () => {
    const core = createCore({ backend: 'wasm' });
    const P = core.allocate(2, 3, 'f64');
    P.data.set([0.5, 0.25, 0.25, 0, 0.5, 0.5]);
    const made = [maskClasses(P, [0, 1, 0]), handleZeros(P, { method: 'pseudocount', alpha: 0.5 }).p] as const;
    const before = made.map((rows) => entropy(rows as Matrix, { core }));
    const grown = core.allocate(2 ** 20, 8);
    P.data.reverse();
    expect(made.map((rows) => entropy(rows as Matrix, { core }))).not.toEqual(before);
    P.data.reverse();
    expect(made.map((rows) => entropy(rows as Matrix, { core }))).toEqual(before);
    for (const rows of made) expect(errorOf(() => entropy(rows as Matrix, { core, out: P.data as Float64Array })).code).toBe('ERR_OUT');
    P.dispose();
    for (const rows of made) expect(errorOf(() => entropy(rows as Matrix, { core })).code).toBe('ERR_DISPOSED');
    grown.dispose();
  });

  it.each(['wasm', 'js'] as const)('%s: pairs are handed out block by block also where memory grows between two blocks', (backend) => {
    const core = createCore({ backend });
    const [rows, cols] = [200, 5];
    const entries = Float64Array.from({ length: rows * cols }, (_, i) => 1 + ((7919 * i) % 13));
    const plain = matrix(entries, rows, cols);
    const m = core.allocate(rows, cols);
    m.data.set(entries);
    const calls = [
      (of: Matrix) => pairwise.blocks(of, undefined, { core }),
      (of: Matrix) => pairwise.blocks(of, undefined, { core, measure: 'jensenShannon' }),
      (of: Matrix) => pairwise.gaussianBlocks({ mean: of, std: of }, undefined, { core }),
    ];
    for (const call of calls) {
      const expected = Array.from(call(plain), ({ values }) => values.data.slice());
      const blocks: Floats[] = [];
      for (const { values } of call(m)) {
        blocks.push(values.data.slice());
        core.allocate(1024, 512).dispose();
      }
      expect(blocks).toEqual(expected);
    }
    const left = pairwise.blocks(m, undefined, { core });
    left.next();
    m.dispose();
    expect(errorOf(() => left.next())).toMatchObject({ code: 'ERR_DISPOSED', argument: 'P' });
  });

  it('law 5: growth by allocate detaches views, and `data` makes them anew with what was in them', () => {
    const P = filled(core, 10, 100, 'f64');
    const [before, expected] = [P.data, entropy(P, { core })];
    const large = core.allocate(3000, 1000);
    expect(before.length).toBe(0);
    expect(P.data.length).toBe(1000);
    expect(entropy(P, { core })).toEqual(expected);
    // Memory that was used before is zeros again.
    P.dispose();
    const again = core.allocate(10, 100);
    expect(again.data.every((x) => x === 0)).toBe(true);
    again.dispose();
    large.dispose();
  });

  it('are computed on without a copy, row by row', () => {
    const P = filled(core, 1000, 100, 'f32');
    const set = vi.spyOn(Float32Array.prototype, 'set');
    entropy(P, { core });
    expect(set).not.toHaveBeenCalled();
    entropy(matrix(P.data.slice(), 1000, 100), { core });
    expect(set).toHaveBeenCalled();
    set.mockRestore();
    P.dispose();
  });

  it('rows larger than the arena are computed on by the module', () => {
    const called = vi.fn(jsBackend.kernel);
    const small = createWasmBackend({ twins: { ...jsBackend, kernel: called }, arenaBytes: 128 * 2 ** 10 });
    const cols = 50_000;
    const [p, q] = [1, 2].map((salt) => {
      const view = () => room.view();
      const room = small.allocate(1, cols, 'f64');
      view().set(masses(cols, salt));
      return view;
    }) as [() => Floats, () => Floats];
    const [here, twin] = [new Float64Array(1), new Float64Array(1)];
    small.kernel('klRows', 'f64')([p(), q()], [cols, cols], 1, cols, [1], here);
    expect(called).not.toHaveBeenCalled();
    jsBackend.kernel('klRows', 'f64')([p(), q()], [cols, cols], 1, cols, [1], twin);
    expect(here).toEqual(twin);
  });

  it.each(DTYPES)('slopes of %s in a part of one leave what follows as it was', (dtype) => {
    const kernel = backend.kernel('divergenceGradientRows', dtype);
    const rng = createRng(SEED);
    for (let cols = 1; cols <= 9; cols++) {
      for (const rows of [1, 2, 5, 8]) {
        const n = rows * cols;
        const room = backend.allocate(4, 128, dtype);
        const part = (k: number) => room.view().subarray(128 * k, 128 * k + n);
        for (const k of [0, 1]) for (let i = 0; i < n; i++) part(k)[i] = rng.fine();
        const before = room.view().fill(7, 256).slice();
        kernel([part(0), part(1)], [cols, cols], rows, cols, [1, 0, 0, 1], new Float64Array(rows), [part(2), part(3)]);
        const touched = room.view().findIndex((x, i) => x !== before[i] && !(i >= 256 && i % 128 < n));
        expect(touched, `${rows} × ${cols}`).toBe(-1);
        room.free();
      }
    }
  });

  it.each(EVERY_KERNEL)('law 2: %s %s has the bits of copied rows, whichever buffers are resident', (kernel, dtype) => {
    const rng = createRng(SEED);
    const spec: KernelSpec = KERNELS[kernel];
    const cols = Object.values(spec.inputs).includes('covariance') || Object.values(spec.inputs).includes('factor') ? 9 : 131;
    for (const [shared, rows] of [
      [false, 300],
      [true, 3],
      [false, 1],
    ] as const) {
      const batch = randomBatch(rng, spec, dtype, rows, cols, shared);
      const outType = spec.output === 'row' ? 'f64' : dtype;
      const outLength = spec.output === 'row' ? rows : rows * cols;
      const lengths = gradientWidthsOf(spec, cols).map((width) => rows * width);
      const run = (place: (array: Floats, type: Dtype) => Floats) => {
        const inputs = batch.inputs.map((input) => place(input, dtype));
        const out = place(arrayOf(outType, outLength), outType);
        const gradients = lengths.map((length) => place(arrayOf(dtype, length), dtype));
        backend.kernel(kernel, dtype)(inputs, batch.steps, rows, cols, batch.params, out, gradients);
        return [out, ...gradients].map((array) => array.slice());
      };
      // All rooms are there before views are made: growth detaches those of before.
      const sizes = [
        ...batch.inputs.map((input) => [dtype, input.length] as const),
        [outType, outLength] as const,
        ...lengths.map((length) => [dtype, length] as const),
      ];
      const rooms = sizes.map(([type, length]) => backend.allocate(1, length, type));
      const expected = run((array) => array.slice());
      for (const isHere of [() => true, () => rng.uniform() < 0.5, () => rng.uniform() < 0.5]) {
        let next = 0;
        const found = run((array) => {
          const view = (rooms[next++] as (typeof rooms)[number]).view();
          if (!isHere()) return array.slice();
          view.set(array);
          return view;
        });
        for (const [k, array] of found.entries()) expectSame(array, expected[k] as Floats);
      }
      for (const room of rooms) room.free();
    }
  });

  it('are seen by a core of another thread, in an arena of its own, in a memory that is shared', () => {
    const owner = createCore({ backend: 'wasm', memory: 'shared' });
    const P = filled(owner, 200, 50, 'f32');
    expect(P.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    const [first, second] = [owner.share(), owner.share()];
    const other = createCore({ backend: 'wasm', memory: first });
    const third = createCore({ backend: 'wasm', memory: second });
    const { memory } = first;
    const there = matrix(new Float32Array(memory.buffer, P.data.byteOffset, 200 * 50), 200, 50);
    const expected = entropy(matrix(Float32Array.from(P.data), 200, 50), { core });
    for (const each of [owner, other, third]) expect(entropy(there, { core: each })).toEqual(expected);
    expect(errorOf(() => core.share()).code).toBe('ERR_BACKEND');
    expect(errorOf(() => createCore({ memory: {} as never })).code).toBe('ERR_OPTION');
    // Growth of a shared memory detaches nothing, and `data` sees all of it.
    const before = P.data;
    const large = owner.allocate(4096, 4096);
    expect(before.length).toBe(10_000);
    expect(P.data.buffer.byteLength).toBe(memory.buffer.byteLength);
    expect(entropy(P, { core: owner })).toEqual(expected);
    large.dispose();
    P.dispose();
  });

  it('of another core are copied, as any array', () => {
    const other = createCore({ backend: 'wasm' });
    const [P, Q] = [filled(core, 30, 40, 'f64'), filled(other, 30, 40, 'f64', 3)];
    const expected = klDivergence(matrix(P.data.slice(), 30, 40), matrix(Q.data.slice(), 30, 40), { core });
    expect(klDivergence(P, Q, { core })).toEqual(expected);
    expect(klDivergence(P, Q, { core: other })).toEqual(expected);
    expect(klDivergence(P, Q, { core: createCore({ backend: 'js' }) })).toEqual(expected);
    // They outlive their core.
    other.dispose();
    expect(errorOf(() => other.allocate(1, 1)).code).toBe('ERR_BACKEND');
    expect(klDivergence(P, Q, { core })).toEqual(expected);
    Q.dispose();
    P.dispose();
  });

  it(`law 5: 3,000 random matrices come and go in a memory that stays as large as their peak asks, seed ${SEED}`, () => {
    const rng = createRng(SEED);
    const own = createCore({ backend: 'wasm' });
    const held: { M: ResidentMatrix; mark: number }[] = [];
    let grown = 0;
    const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow');
    for (let step = 0; step < 3000; step++) {
      if (held.length > 20 || (held.length > 0 && rng.uniform() < 0.5)) {
        const [{ M, mark }] = held.splice(rng.below(held.length), 1) as [{ M: ResidentMatrix; mark: number }];
        expect(M.data.every((x) => x === mark)).toBe(true);
        M.dispose();
      } else {
        const M = own.allocate(1 + rng.below(50), 1 + rng.below(400), rng.pick(DTYPES));
        M.data.fill(step + 1);
        held.push({ M, mark: step + 1 });
      }
      if (step === 1000) grown = grow.mock.calls.length;
    }
    expect(grow.mock.calls.length - grown).toBeLessThanOrEqual(2);
    grow.mockRestore();
    for (const { M } of held) M.dispose();
  });

  it('law 5: 10⁵ calls, 10⁴ matrices among them, leave memory where it was', () => {
    expect(kilobytesLeft(1e5)).toBeLessThan(512);
  });

  it('one that was dropped is reported once, with its shape, and its memory is taken again', () => {
    const run = runWithGc(LEAK);
    expect(run.stdout).toBe('true true\n');
    expect(run.stderr.match(/2000 × 1000 f64/g)).toHaveLength(1);
  });
});

describe('pairs block by block, of which rows went away between two blocks', () => {
  const core = createCore({ backend: 'wasm' });
  const STREAMED = {
    kl: ['P', (P: Matrix) => pairwise.blocks(P, undefined, { core })],
    jeffreys: ['Q', (Q: Matrix, P: Matrix) => pairwise.blocks(P, Q, { core, measure: 'jeffreys' })],
    'Jensen–Shannon by rows of P': ['P', (P: Matrix, Q: Matrix) => pairwise.blocks(P, Q, { core, measure: 'jensenShannon' })],
    'Jensen–Shannon by rows of Q': ['Q', (Q: Matrix, P: Matrix) => pairwise.blocks(P, Q, { core, measure: 'jensenShannon' })],
    means: ['p.mean', (mean: Matrix, std: Matrix) => pairwise.gaussianBlocks({ mean, std }, undefined, { core })],
    variances: ['p.variance', (variance: Matrix, mean: Matrix) => pairwise.gaussianBlocks({ mean, variance }, undefined, { core })],
  } as const;

  it.each(Object.entries(STREAMED))('%s: refused by name', (_, [argument, stream]) => {
    const [rows, cols] = [300, 8];
    const entries = Float64Array.from(masses(rows * cols));
    const whole = matrix(entries, rows, cols);
    const met = (gone: Matrix, goes: () => unknown) => {
      const blocks = stream(gone, whole);
      blocks.next();
      goes();
      return errorOf(() => Array.from(blocks));
    };
    const disposed = core.allocate(rows, cols);
    disposed.data.set(entries);
    expect(met(disposed, () => disposed.dispose())).toMatchObject({ code: 'ERR_DISPOSED', argument });
    const expected = { code: 'ERR_SHAPE', argument, value: 0, expected: 'length 2400 (300 rows × 8 cols)' };
    const moved = entries.slice();
    expect(met(matrix(moved, rows, cols), () => structuredClone(moved, { transfer: [moved.buffer] }))).toMatchObject(expected);
    const own = core.allocate(rows, cols);
    const view = own.data;
    view.set(entries);
    expect(met(matrix(view, rows, cols), () => growUntil(() => view.length === 0))).toMatchObject(expected);
    own.dispose();
  });

  /** Takes memory, and gives it back once it has grown so that views were detached. */
  function growUntil(isDetached: () => boolean): void {
    const taken: ResidentMatrix[] = [];
    while (!isDetached()) taken.push(core.allocate(2 ** 18, 8));
    for (const M of taken) M.dispose();
  }
});

describe('a matrix that ends where the memory ends', () => {
  /** Bytes that one takes: whole lines, 64 bytes at least behind its last entry. */
  const lines = (bytes: number) => Math.ceil((bytes + 64) / 64) * 64;

  it.each(DTYPES.flatMap((dtype) => [1, 3, 10, 55, 1025, 1070].map((cols) => [dtype, cols] as const)))(
    'nothing is read behind it, %s, %i columns',
    (dtype, cols) => {
      const core = createCore({ backend: 'wasm' });
      const first = core.allocate(1, 1);
      const { buffer, byteOffset } = first.data;
      const left = buffer.byteLength - byteOffset - lines(8) - lines(cols * (dtype === 'f64' ? 8 : 4));
      const filler = core.allocate(1, (left - 64) / 8);
      const q = core.allocate(1, cols, dtype);
      const rng = createRng(SEED);
      for (let i = 0; i < cols; i++) q.data[i] = rng.fine();
      expect(q.data.byteOffset + q.data.byteLength).toBeGreaterThan(q.data.buffer.byteLength - 128);
      const p = arrayOf(dtype, cols).map(() => rng.fine());
      const expected = klDivergence(p, q.data.slice(), { core: createCore({ backend: 'js' }) });
      expect(klDivergence(p, q, { core })).toEqual(Float64Array.of(expected));
      for (const held of [first, filler, q]) held.dispose();
    },
  );
});
