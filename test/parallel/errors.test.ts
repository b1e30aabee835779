import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type * as library from '../../src/index.js';
import type * as parallel from '../../src/parallel/index.js';
import { built } from '../support/built.js';
import { temporaryFolder } from '../support/files.js';
import { createRng, seedOr } from '../support/rng.js';
import { thrownBy } from '../support/errors.js';

const SEED = seedOr(20261130);
const surprisal: typeof library = await import(built('index.js'));
const { createPool }: typeof parallel = await import(built('parallel.js'));
const { allocate, csr, gaussian, matrix, SurprisalError } = surprisal;
type Library = typeof surprisal;

/** Beyond what stays on one thread. */
const [ROWS, COLS] = [11_369, 187];
const rng = createRng(SEED);
function rows(): library.Matrix & { data: Float64Array } {
  const data = Float64Array.from({ length: ROWS * COLS }, () => 0.05 + rng.uniform());
  return { data, rows: ROWS, cols: COLS };
}
const [P, Q] = [rows(), rows()];

/** With one entry changed. */
function withEntry(M: typeof P, row: number, column: number, value: number): typeof P {
  const data = M.data.slice();
  data[row * COLS + column] = value;
  return { ...M, data };
}

/** Rows that sum to 1 but for two: one early, one late. */
function nearlyNormal(row: number): typeof P {
  const data = P.data.map((_, i) => (Math.floor(i / COLS) === row ? 1 : 1 / COLS));
  return { ...P, data };
}

const attempt = (run: () => unknown) => thrownBy(SurprisalError, run);

/** All that an error says; of objects their class, as millions of entries are compared slowly. */
const partsOf = ({ code, message, argument, row, column, value, expected }: library.SurprisalError) => {
  const named = typeof value === 'object' ? value?.constructor.name : value;
  return { code, message, argument, row, column, named, expected };
};

const pool = await createPool({ threads: 2 });
afterAll(() => pool.close());

describe(`law 4: a pool says what one thread says, seed ${SEED}`, () => {
  const disposed = allocate(ROWS, COLS);
  disposed.dispose();
  const core = surprisal.createCore({ backend: 'js' });
  const [two, mark] = [() => 2, Symbol('q')];
  const of = (call: (library: Library) => unknown) => call;
  it.each([
    ['a resident matrix that was disposed of', of((l) => l.klDivergence(P, disposed))],
    ['part of a Gaussian that was', of((l) => l.gaussian.klDivergence({ mean: disposed, variance: P }, gaussian.standard))],
    ['options that are null', of((l) => l.klDivergence(P, Q, null as never))],
    ['options that are a number', of((l) => l.klDivergence(P, Q, 5 as never))],
    ['options that are an array', of((l) => l.klDivergence(P, Q, [2] as never))],
    ['an out that is too short', of((l) => l.klDivergence(P, Q, { out: new Float64Array(ROWS - 1) }))],
    ['an out of another kind', of((l) => l.klDivergence(P, Q, { out: new Float32Array(ROWS) as never }))],
    ['an out of one value a row for one an entry', of((l) => l.logits.softmax(P, { out: new Float64Array(ROWS) }))],
    ['an out for gradients that is none', of((l) => l.klDivergenceWithGradient(P, Q, { out: new Float64Array(ROWS) as never }))],
    ['an out over an input', of((l) => l.klDivergence(P, Q, { out: P.data.subarray(COLS, COLS + ROWS) }))],
    ['a string for a number', of((l) => l.klDivergence(P, Q, { base: '2' as never }))],
    ['a function for a number', of((l) => l.klDivergence(P, Q, { base: two as never }))],
    ['a symbol for rows', of((l) => l.klDivergence(P, mark as never))],
    ['an object for names', of((l) => l.klDivergenceWithGradient(P, Q, { withRespectTo: ['r'] as never }))],
    ['no second batch', of((l) => l.klDivergence(P, undefined as never))],
    ['no labels', of((l) => l.surprisal(P, undefined as never))],
    ['labels of BigInt', of((l) => l.surprisal(P, new BigInt64Array(ROWS) as never))],
    ['no core', of((l) => l.klDivergence(P, Q, { core: 3 as never }))],
    [
      'a name beside those of a Gaussian',
      of((l) => l.gaussian.klDivergence({ mean: P, variance: Q, sigma: 1 } as never, gaussian.standard)),
    ],
    // Ranges have as many rows as this one has: 512.
    [
      'variances for fewer rows',
      of((l) =>
        l.gaussian.klDivergence(
          { mean: matrix(new Float64Array(2 ** 22), 8192, 512), variance: matrix(new Float64Array(2 ** 18).fill(1), 512, 512) },
          gaussian.standard,
        ),
      ),
    ],
    // These are looked through one after the other: the first row at fault is not the one that is named.
    ['a late label, and an early mass', of((l) => l.surprisal(withEntry(P, 10, 3, -1), new Int32Array(ROWS).fill(COLS, 9000)))],
    [
      'a late mass, and an early sum',
      of((l) => l.klDivergence(nearlyNormal(10), withEntry(nearlyNormal(-1), 9000, 5, -1), { normalize: 'require' })),
    ],
    ['a late sum of p, and an early one of q', of((l) => l.klDivergence(nearlyNormal(9000), nearlyNormal(10), { normalize: 'require' }))],
    ['a late NaN, and early logarithms of no distribution', of((l) => l.logProbabilities.klDivergence(withEntry(P, 9000, 3, NaN), Q))],
    [
      'entries of each, late and early',
      of((l) =>
        l.gaussian.univariateKlDivergence({ mean: withEntry(P, 9000, 3, NaN).data, std: withEntry(Q, 10, 5, -1) }, gaussian.standard),
      ),
    ],
    ['entries of fewer', of((l) => l.gaussian.univariateKlDivergence({ mean: P.data, std: Q.data.subarray(1) }, { mean: 0, std: 1 }))],
    ['a scale that is none', of((l) => l.gaussian.univariateKlDivergence({ mean: P.data, std: Q }, { mean: 0, std: -1 }))],
    ['a mean of text', of((l) => l.gaussian.univariateKlDivergence({ mean: P.data, std: Q }, { mean: '0' as never, std: 1 }))],
    ['rows of each, late and early', of((l) => l.klDivergence(withEntry(P, 9000, 3, -1), withEntry(Q, 10, 5, NaN)))],
  ])('%s', async (_, call) => {
    // biome-ignore format: one line
    const [expected, found] = [await attempt(() => call(surprisal)), await attempt(() => call(pool as never))];
    expect(partsOf(found)).toEqual(partsOf(expected));
  });

  it('computes on a core that is named, alone', async () => {
    expect(await pool.klDivergence(P, Q, { core } as never)).toEqual(surprisal.klDivergence(P, Q));
  });

  it.each([
    ['signal', { signal: 5 }],
    ['signal', { signal: null }],
    ['onProgress', { onProgress: 'bar' }],
  ])('of its own options it refuses a wrong %s', async (argument, options) => {
    expect(await attempt(() => pool.klDivergence(P, Q, options as never))).toMatchObject({ code: 'ERR_OPTION', argument });
  });

  it('refuses options that inherit: what is inherited would reach no worker', async () => {
    const inherits = Object.create({ base: 2 });
    expect(await attempt(() => pool.klDivergence(P, Q, inherits))).toMatchObject({
      code: 'ERR_KIND',
      argument: 'options',
      value: inherits,
    });
  });

  it.each([
    [5, 'options'],
    [null, 'options'],
    [{ thread: 3 }, 'thread'],
    [{ threads: '4' }, 'threads'],
    [{ threads: 1.5 }, 'threads'],
    [{ threads: Infinity }, 'threads'],
    [{ threads: 1025 }, 'threads'],
    [{ threads: 1e9 }, 'threads'],
  ])('createPool(%o) is refused', async (options, argument) => {
    const error = await attempt(() => createPool(options as never));
    expect([error.code, error.argument]).toEqual([argument === 'options' ? 'ERR_KIND' : 'ERR_OPTION', argument]);
  });
});

describe('a call whose arrays change owner meanwhile', () => {
  it('says that an array was transferred, as one thread does', async () => {
    const { data } = { ...P, data: P.data.slice() };
    const M = matrix(data, ROWS, COLS);
    const running = pool.klDivergence(M, Q);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    const found = await attempt(() => running);
    expect(partsOf(found)).toEqual(partsOf(await attempt(() => surprisal.klDivergence(M, Q))));
    expect(found).toMatchObject({ code: 'ERR_SHAPE', argument: 'p' });
  });

  it('follows resident matrices of a core whose memory grows', async () => {
    const core = surprisal.createCore({ backend: 'wasm' });
    const M = core.allocate(ROWS, COLS);
    M.data.set(P.data);
    const running = pool.klDivergence(M, Q);
    core.allocate(ROWS, 4 * COLS).dispose();
    expect(await running).toEqual(surprisal.klDivergence(P, Q));
    M.dispose();
  });

  it('does not answer for a matrix of its own that was disposed of: its memory may be another by then', async () => {
    const M = pool.allocate(ROWS, COLS);
    M.data.set(P.data);
    const running = pool.klDivergence(Q, M);
    M.dispose();
    expect(await attempt(() => running)).toMatchObject({ code: 'ERR_DISPOSED', argument: 'q' });
  });

  it('nor does it name a fault of the matrix that has its memory by then', async () => {
    const M = pool.allocate(ROWS, COLS);
    M.data.set(P.data);
    const { byteOffset } = M.data;
    const running = pool.klDivergence(M, Q);
    M.dispose();
    const other = pool.allocate(ROWS, COLS);
    other.data.fill(-1);
    expect(other.data.byteOffset).toBe(byteOffset);
    expect(await attempt(() => running)).toMatchObject({ code: 'ERR_DISPOSED', argument: 'p' });
    other.dispose();
  });

  it('copies of classes that slice without a copy, such as Buffer, without a warning', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const counts = Buffer.alloc(ROWS * COLS, 3);
    expect(await pool.entropy(matrix(counts, ROWS, COLS))).toEqual(surprisal.entropy(matrix(new Uint8Array(counts), ROWS, COLS)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('progress and aborts', () => {
  it('an error of onProgress is that of the call, whenever it comes: with the last row too', async () => {
    for (const when of [(done: number) => done > 0, (done: number, all: number) => done === all]) {
      const onProgress = (done: number, all: number) => {
        if (when(done, all)) throw new Error(`the bar at ${done === all ? 'its end' : 'some row'}`);
      };
      await expect(pool.klDivergence(P, Q, { onProgress })).rejects.toThrow('the bar at');
    }
    expect(await pool.klDivergence(P, Q)).toEqual(surprisal.klDivergence(P, Q));
  });

  it('law 4: leaves `out` as it was where a row is at fault, a signal or a callback stops the call, or an array is taken away meanwhile', async () => {
    const out = new Float64Array(ROWS).fill(7);
    const stop = new AbortController();
    const onProgress = () => {
      throw new Error('the bar');
    };
    await expect(pool.klDivergence(withEntry(P, ROWS - 1, 3, -1), Q, { out })).rejects.toMatchObject({ row: ROWS - 1 });
    await expect(pool.klDivergence(P, Q, { out, onProgress })).rejects.toThrow('the bar');
    await expect(pool.klDivergence(P, Q, { out, signal: stop.signal, onProgress: () => stop.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
    const own = pool.allocate(ROWS, COLS);
    own.data.set(P.data);
    const running = pool.klDivergence(own, Q, { out });
    own.dispose();
    await expect(running).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
    expect(out.every((value) => value === 7)).toBe(true);
    const room = new Float64Array(ROWS);
    const taken = pool.klDivergence(P, Q, { out: room });
    structuredClone(room, { transfer: [room.buffer] });
    await expect(taken).rejects.toMatchObject({ code: 'ERR_OUT', argument: 'out' });
  });

  it('calls that one thread computes end their progress too', async () => {
    const lazy = csr({ data: [1, 2], indices: [0, 1], indptr: [0, 1, 2], cols: 3 });
    const seen: number[][] = [];
    const onProgress = (...told: number[]) => void seen.push(told);
    await pool.entropy(lazy, { onProgress });
    await pool.entropy([1, 2], { onProgress });
    await pool.logits.softmax(P, { onProgress, out: new Float64Array(ROWS * COLS) });
    const single = await createPool({ threads: 1 });
    await single.entropy(P, { onProgress });
    await single.close();
    expect(seen).toEqual([[2, 2], [1, 1], [ROWS, ROWS], [ROWS, ROWS]]); // biome-ignore format: one line
  });

  it('one signal may stop many calls: it has one listener, and none when they are through', async () => {
    const stop = new AbortController();
    const added = vi.spyOn(stop.signal, 'addEventListener');
    const removed = vi.spyOn(stop.signal, 'removeEventListener');
    const calls = Array.from({ length: 12 }, () => pool.klDivergence(P, Q, { signal: stop.signal }));
    const through = await Promise.all(calls);
    expect(through[11]).toEqual(surprisal.klDivergence(P, Q));
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
    const rest = Array.from({ length: 3 }, () => pool.klDivergence(P, Q, { signal: stop.signal }));
    stop.abort('enough');
    for (const { status, ...end } of await Promise.allSettled(rest)) expect([status, end]).toEqual(['rejected', { reason: 'enough' }]);
    // Once their workers are through.
    await vi.waitFor(() => expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([2, 2]));
  });
});

it('a pool whose memory is full leaves a call to the thread that asks', async () => {
  const own = await createPool({ threads: 2 });
  const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('there is no more');
  });
  expect(await attempt(() => own.allocate(ROWS, COLS))).toMatchObject({ code: 'ERR_MEMORY' });
  expect(await own.klDivergence(P, Q)).toEqual(surprisal.klDivergence(P, Q));
  expect(grow).toHaveBeenCalled();
  grow.mockRestore();
  await own.close();
  expect(await attempt(() => own.allocate(1, 1))).toMatchObject({ code: 'ERR_DISPOSED', argument: 'pool' });
});

it('a worker that ends takes the call with it, and the pool answers the next', () => {
  const script = `
    import threads from 'node:worker_threads';
    import { syncBuiltinESMExports } from 'node:module';
    const made = [];
    threads.Worker = class extends threads.Worker { constructor(...args) { super(...args); made.push(this); } };
    syncBuiltinESMExports();
    const { createPool } = await import(${JSON.stringify(built('parallel.js'))});
    const { matrix } = await import(${JSON.stringify(built('index.js'))});
    const P = matrix(new Float64Array(90000 * 128).fill(1), 90000, 128);
    const pool = await createPool({ threads: 3 });
    await pool.entropy(P, { base: 2 });
    const running = pool.entropy(P, { base: 2 }).catch((error) => error);
    for (const worker of made.slice()) worker.terminate();
    const { code, message } = await running;
    console.log(code, message);
    console.log((await pool.entropy(P, { base: 2 }))[89999], made.length);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect([status, stdout, stderr]).toEqual([
    0,
    'ERR_BACKEND surprisal/parallel expected workers that answer, but one failed (worker exited with code: 1)\n7 4\n',
    '',
  ]);
});

describe('in a bundle, where no worker lies beside its script, it says what to leave outside', () => {
  const folder = temporaryFolder();
  const path = (name: string) => fileURLToPath(built(name));
  const script = `
    import { createPool } from ${JSON.stringify(path('parallel.js'))};
    import { matrix } from ${JSON.stringify(path('index.js'))};
    const P = matrix(new Float64Array(90000 * 128).fill(1), 90000, 128);
    let pool, told = 0;
    const call = async () => { pool ??= await createPool({ threads: 2 }); return pool.entropy(P); };
    // This thread may be through with all rows before a worker has not started.
    while (told < 2) await call().catch(({ code, message }) => console.log(code, message, told++));`;
  const dirname = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = new URL('.', import.meta.url).pathname;`;
  it.each([
    ['an ES module', { format: 'esm' }, [], /Dynamic require/],
    ['an ES module that gives packages their names of CommonJS', { format: 'esm', banner: { js: dirname } }, [], /parallel-worker\.js/],
    [
      'the same beside the script of its own workers',
      { format: 'esm', banner: { js: dirname } },
      ['parallel-worker'],
      /Cannot find module .*worker\.js/,
    ],
    ['CommonJS', { format: 'cjs' }, [], /Invalid URL/],
  ] as const)('%s', async (name, options, beside, cause) => {
    const outdir = join(folder, name.replaceAll(' ', '-'));
    const extension = options.format === 'cjs' ? '.cjs' : '.mjs';
    const text = options.format === 'cjs' ? script.replace(/while .*/s, (loop) => `(async () => { ${loop} })();`) : script;
    const made = { bundle: true, platform: 'node', external: ['@napi-rs/nice'], logLevel: 'error' } satisfies BuildOptions;
    const entry = { contents: text, resolveDir: folder };
    await build({ ...made, ...options, stdin: entry, outfile: join(outdir, `app${extension}`) });
    for (const own of beside) await build({ ...made, format: 'esm', entryPoints: [path(`${own}.js`)], outfile: join(outdir, `${own}.js`) });
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(outdir, `app${extension}`)], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(/^ERR_BACKEND surprisal\/parallel expected .*outside of bundles \(esbuild: --packages=external\)/);
      expect(line).toMatch(cause);
    }
  });
});
