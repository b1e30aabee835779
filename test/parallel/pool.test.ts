import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as library from '../../src/index.js';
import { FUNCTIONS } from '../../src/parallel/functions.js';
import { type Division, divide, rangeRowsOf } from '../../src/parallel/split.js';
import { cellsOf } from '../../src/parallel/cells.js';
import { ALONE_COPIED_TERMS } from '../../src/parallel/pool.js';
import { targetOf } from '../../src/parallel/target.js';
import type * as parallel from '../../src/parallel/index.js';
import type { Floats } from '../../src/types.js';
import { built } from '../support/built.js';
import { createRng, seedOr } from '../support/rng.js';
import { thrownBy } from '../support/errors.js';

const SEED = seedOr(20261128);
const surprisal: typeof library = await import(built('index.js'));
const { createPool }: typeof parallel = await import(built('parallel.js'));

const { matrix, gaussian, logits, logProbabilities, SurprisalError } = surprisal;
/** Odd sizes, beyond what stays on one thread. */
const [ROWS, COLS] = [11_369, 187];

const rng = createRng(SEED);
function entries(View: typeof Float32Array | typeof Float64Array, length: number): Floats {
  const data = new View(length);
  for (let i = 0; i < length; i++) data[i] = 0.05 + rng.uniform();
  return data;
}
const rowsOf = (View: typeof Float32Array | typeof Float64Array, rows = ROWS, cols = COLS) =>
  matrix(entries(View, rows * cols), rows, cols);

/** Every array of a result, by its name. */
function arraysOf(result: unknown, name = 'result'): [string, Floats][] {
  if (ArrayBuffer.isView(result)) return [[name, result as Floats]];
  return Object.entries(result as object).flatMap(([key, value]) =>
    typeof value === 'object'
      ? arraysOf(value, `${name}.${key}`)
      : ([[`${name}.${key}`, Float64Array.of(value as number)]] as [string, Floats][]),
  );
}

function expectSameBits(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [arraysOf(found), arraysOf(expected)];
  expect(a.map(([name, { length }]) => [name, length])).toEqual(b.map(([name, { length }]) => [name, length]));
  for (const [k, [name, array]] of a.entries()) {
    const other = (b[k] as [string, Floats])[1];
    const bytes = (of: Floats) => Buffer.from(of.buffer, of.byteOffset, of.byteLength);
    expect(bytes(array).equals(bytes(other)), `${what}: ${name}`).toBe(true);
  }
}

/** Groups of so many rows, as many as there are whole. */
function tensor({ data }: { data: ArrayLike<number> }, members: number): library.Matrix {
  const groups = Math.floor(ROWS / members);
  return matrix({ data: (data as Floats).subarray(0, groups * members * COLS), shape: [groups, members, COLS] });
}

/** Calls over every kernel of the registry, as (library or pool) => result. */
function callsOf(View: typeof Float32Array | typeof Float64Array): Record<string, (of: never) => unknown> {
  const [P, Q, R, S] = [rowsOf(View), rowsOf(View), rowsOf(View), rowsOf(View)];
  const q = entries(View, COLS);
  const labels = Int32Array.from({ length: ROWS }, () => rng.below(COLS));
  const [wide, narrow] = [90_007, 3];
  const m = rowsOf(View, wide, narrow);
  const squares = new View(wide * narrow * narrow);
  const factors = new View(squares.length);
  for (let i = 0; i < squares.length; i++) {
    const [row, column] = [Math.floor((i % 9) / 3), i % 3];
    squares[i] = row === column ? 1 + rng.uniform() : 0.125;
    factors[i] = row === column ? 1 + rng.uniform() : row > column ? 0.25 : 0;
  }
  const covariance = matrix(squares, wide, 9);
  const below = matrix(squares, wide * 3, 3);
  const cholesky = matrix(factors, wide, 9);
  const identity = matrix(View.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3, 3);
  const calls: Record<string, (of: typeof surprisal) => unknown> = {
    klRows: (of) => of.klDivergence(P, Q, { base: 2 }),
    'klRows, one reference': (of) => of.klDivergence(P, q),
    'klRows, one of all': (of) => of.klDivergence(q, P),
    divergenceRows: (of) => of.jeffreysDivergence(P, Q),
    mixtureRows: (of) => of.jensenShannonDistance(P, Q),
    powerRows: (of) => of.renyiDivergence(P, Q, { alpha: 1.5 }),
    crossEntropyRows: (of) => of.crossEntropy(P, Q),
    entropyRows: (of) => of.entropy(P),
    contributionRows: (of) => of.contributions(P, Q),
    itakuraSaitoRows: (of) => of.itakuraSaitoDivergence(P, Q),
    divergenceGradientRows: (of) => of.klDivergenceWithGradient(P, Q, { withRespectTo: ['q'] }),
    surprisal: (of) => of.surprisal(P, labels),
    logitsKlRows: (of) => of.logits.distillationLossWithGradient(P, Q, { temperature: 2 }),
    logitsJensenShannonRows: (of) => of.logits.jensenShannonDivergence(P, Q),
    logitsEntropyRows: (of) => of.logits.entropy(P),
    logSumExpRows: (of) => of.logits.logSumExp(P),
    softmaxRows: (of) => of.logits.softmax(P),
    logSoftmaxRows: (of) => of.logits.logSoftmax(P),
    logitsDivergenceRows: (of) => of.logits.renyiDivergence(P, Q, { alpha: 0.25 }),
    'logits, labels': (of) => of.logits.surprisal(P, labels),
    gaussianVarianceKlRows: (of) => of.gaussian.klDivergence({ mean: P, variance: Q }, { mean: R, variance: S }),
    gaussianLogVarianceKlRows: (of) => of.gaussian.klDivergenceWithGradient({ mean: P, logVariance: Q }, { mean: R, logVariance: S }),
    gaussianStdKlRows: (of) => of.gaussian.klDivergence({ mean: P, std: Q }, { mean: q, std: q }),
    priorVarianceKlRows: (of) => of.gaussian.klDivergence({ mean: P, variance: Q }, gaussian.standard),
    priorLogVarianceKlRows: (of) => of.gaussian.klDivergence({ mean: P, logVariance: Q }, gaussian.standard),
    priorStdKlRows: (of) => of.gaussian.klDivergence({ mean: P, std: Q }, gaussian.standard),
    univariate: (of) => of.gaussian.univariateKlDivergence({ mean: P, std: Q }, { mean: 0.5, std: S.data }),
    'univariate, gradients': (of) => of.gaussian.univariateKlDivergenceWithGradient({ mean: P, std: Q }, { mean: 0.5, std: S.data }),
    gaussianCovarianceKlRows: (of) => of.gaussian.klDivergence({ mean: m, covariance }, gaussian.standard),
    'covariances below each other': (of) => of.gaussian.klDivergence({ mean: m, covariance: below }, { mean: m, covariance: identity }),
    gaussianCholeskyKlRows: (of) => of.gaussian.klDivergence({ mean: m, cholesky }, { mean: m, cholesky: identity }),
    memberKlRows: (of) => of.multiwayJensenShannonDivergence(tensor(P, 4), { base: 2 }),
    'members, by weights': (of) => of.multiwayJensenShannonDivergence(tensor(P, 2), { weights: [1, 3] }),
  };
  return calls as Record<string, (of: never) => unknown>;
}

describe(`law 2: a pool gives the bits of one thread, seed ${SEED}`, () => {
  it('is asked for more than stays on one thread, here and for single inputs', () => {
    expect(ROWS * COLS).toBeGreaterThanOrEqual(ALONE_COPIED_TERMS);
  });

  it('has every function of rows: those are left that answer for all rows at once, or take no rows', () => {
    const left = Object.entries(FUNCTIONS).flatMap(([space, names]) => {
      const of = (space === '' ? surprisal : surprisal[space as 'logits']) as object;
      return Object.entries(of).filter(([name, value]) => typeof value === 'function' && !(name in names)).map(([name]) => `${space}${space && '.'}${name}`); // biome-ignore format: one line
    });
    const streams = ['pairwise.blocks', 'pairwise.gaussianBlocks'];
    const makers = [
      'SurprisalError',
      'allocate',
      'backend',
      'createCore',
      'csr',
      'dense',
      'maskClasses',
      'matrix',
      'ragged',
      'unfold',
      'vector',
    ];
    const reports = ['handleZeros', 'supportViolations', 'perplexity', 'logits.perplexity'];
    expect(left.sort()).toEqual([...makers, ...reports, ...streams].sort());
    const spaces = Object.keys(surprisal).filter((name) => typeof surprisal[name as 'logits'] === 'object' && !(name in FUNCTIONS));
    expect(spaces).toEqual([]);
  });

  it('its calls name every kernel of the registry', async () => {
    const { KERNELS } = await import('../../src/backend/contract.js');
    expect(Object.keys(callsOf(Float64Array))).toEqual(expect.arrayContaining(Object.keys(KERNELS)));
  });

  // Both dtypes on two threads; one of them, in turn, on the others.
  it.each([
    ['f64', Float64Array, [1, 2, 4]],
    ['f32', Float32Array, [2, 3]],
  ] as const)('for every kernel, %s', async (_, View, threads) => {
    const pools = await Promise.all(threads.map((count) => createPool({ threads: count })));
    try {
      for (const [k, pool] of pools.entries()) {
        expect(pool.threads).toBe(threads[k]);
        expect(pool.shared).toBe(true);
      }
      for (const [name, call] of Object.entries(callsOf(View))) {
        const expected = call(surprisal as never);
        for (const pool of pools) expectSameBits(await call(pool as never), expected, `${name} on ${pool.threads}`);
      }
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
    }
  });
});

describe(`law 2: all pairs on a pool, seed ${SEED}`, () => {
  /** Rows that are divided, against so many that they are worth it; some close, some with zeros. */
  const [N, M, K] = [1_307, 1_003, 37];
  const rowsFor = (View: typeof Float32Array | typeof Float64Array, rows: number) => {
    const made = rowsOf(View, rows, K);
    for (let r = 0; r < rows; r += 9) made.data[r * K + (r % K)] = 0;
    (made.data as Floats).copyWithin(K, 0, K);
    return made;
  };

  it.each([
    ['f64', Float64Array, 3],
    ['f32', Float32Array, 2],
  ] as const)('%s', async (dtype, View, threads) => {
    const pool = await createPool({ threads });
    try {
      const [P, Q] = [rowsFor(View, N), rowsFor(View, M)];
      const [ofP, ofQ] = [P, Q].map(({ rows }) => ({ mean: rowsOf(View, rows, K), std: rowsOf(View, rows, K) })) as [Pair, Pair];
      const here = [P, Q].map(({ data, rows }) => {
        const made = pool.allocate(rows, K, dtype);
        made.data.set(data);
        return made;
      }) as [library.ResidentMatrix, library.ResidentMatrix];
      const center = new Float64Array(K).fill(1);
      /** Every row is the same: more of them are as near as a row itself than are wanted. (Few columns: every cell is answered once more.) */
      const same = matrix(new View(N * 3).fill(1), N, 3);
      const narrow = rowsOf(View, 1_100, 3);
      type Name = keyof (typeof FUNCTIONS)['pairwise'];
      /** Whether rows stand by themselves, and may be divided. */
      const calls: readonly (readonly [boolean, Name, readonly unknown[], object?])[] = [
        [true, 'klDivergence', [P, Q], { base: 2 }],
        [true, 'klDivergence', here],
        [true, 'klDivergence', [P, undefined]],
        [true, 'klDivergence', [P, P], { products: 'f64' }],
        [true, 'crossEntropy', [P, Q]],
        [true, 'jeffreysDivergence', [P, Q], { center }],
        [false, 'jeffreysDivergence', [P, Q]],
        [false, 'jeffreysDivergence', [P, P], { center }],
        [true, 'jensenShannonDistance', [P, Q]],
        [false, 'jensenShannonDivergence', [P, undefined]],
        [true, 'gaussianKlDivergence', [ofP, ofQ]],
        [true, 'gaussianKlDivergence', [ofP, undefined]],
        [true, 'nearest', [P, Q, 3]],
        [true, 'nearest', [P, Q, 2], { measure: 'jeffreys' }],
        [true, 'nearest', [P, undefined, 2]],
        [true, 'nearest', [P, P, 4], { measure: 'crossEntropy', base: 2 }],
        [true, 'nearest', [narrow, undefined, 1_099], { measure: 'jensenShannon' }],
        [true, 'nearest', [same, undefined, 2]],
        [true, 'nearestGaussians', [ofP, ofQ, 1]],
        [true, 'nearestGaussians', [ofP, ofP, 1]],
        [true, 'klDivergence', [P, Q], { out: new Float64Array(N * M) }],
        [true, 'klDivergence', [matrix(P.data.subarray(0, 100 * K) as Floats, 100, K), Q]],
      ];
      for (const [standAlone, name, args, options = {}] of calls) {
        const what = `${name} ${Object.keys(options)}`;
        const given = [...args, options] as unknown as Parameters<typeof surprisal.pairwise.nearest>;
        const expected = (surprisal.pairwise[name] as typeof surprisal.pairwise.nearest)(...given);
        const found = await (pool.pairwise[name] as typeof pool.pairwise.nearest)(...given);
        expectSameBits(found, expected, what);
        expect(kindsOf(found), what).toEqual(kindsOf(expected));
        const division = divide(args, FUNCTIONS.pairwise[name], options);
        if (standAlone) expect(division, what).toMatchObject({ isPairs: true });
        else expect(division, what).toBeUndefined();
      }
      for (const one of here) one.dispose();
    } finally {
      await pool.close();
    }
  });

  it('law 4: `out` is filled from memory that the pool keeps, when all cells are there: of any kind, longer, resident; and stays as it was where a call ends early', async () => {
    const pool = await createPool({ threads: 2 });
    const [P, Q] = [rowsFor(Float32Array, N), rowsFor(Float32Array, M)];
    const counts = matrix(
      Uint8Array.from({ length: N * K }, () => 1 + rng.below(200)),
      N,
      K,
    );
    const kept = () => {
      const seen = pool.allocate(1, 1);
      const { byteLength } = seen.data.buffer;
      seen.dispose();
      return byteLength;
    };
    for (const given of [P, counts]) {
      for (const View of [Float32Array, Float64Array]) {
        const dtype = View === Float32Array ? 'f32' : 'f64';
        const expected = surprisal.pairwise.klDivergence(given, Q, { base: 2, out: new View(N * M) });
        const resident = pool.allocate(N, M, dtype);
        for (const out of [new View(N * M), new View(N * M + 7).fill(9), resident]) {
          const division = divide([given, Q], FUNCTIONS.pairwise.klDivergence) as Division;
          expect(targetOf(out, [given, Q], division, cellsOf(division, out)), 'goes over the workers').toBeDefined();
          const found = await pool.pairwise.klDivergence(given, Q, { base: 2, out });
          expectSameBits(found, expected, `out of ${dtype}`);
          const data = out === resident ? resident.data : (out as Floats);
          expect([found.data.buffer === data.buffer, data.length === N * M || data[N * M] === 9]).toEqual([true, true]);
        }
        resident.dispose();
      }
    }
    const calls = (count: number) => Promise.all(Array.from({ length: count }, () => pool.pairwise.klDivergence(P, Q)));
    await calls(2);
    const before = kept();
    await calls(9);
    expect(kept(), 'law 5: many at once take the memory of two').toBe(before);
    const out = new Float32Array(N * M).fill(7);
    const bad = { ...Q, data: Q.data.slice() as Floats };
    bad.data[(M - 1) * K] = NaN;
    const stop = new AbortController();
    const ends = [
      pool.pairwise.klDivergence(P, bad, { out }),
      pool.pairwise.klDivergence(P, Q, { out, signal: stop.signal, onProgress: () => stop.abort('enough') }),
      pool.pairwise.klDivergence(P, Q, { out, onProgress: () => JSON.parse('told') }),
    ];
    for (const { status } of await Promise.allSettled(ends)) expect(status).toBe('rejected');
    expect(out.every((x) => x === 7)).toBe(true);
    await pool.close();
  });

  it('law 4: an error is that of one thread, on either side', async () => {
    const pool = await createPool({ threads: 2 });
    const attempt = (run: () => unknown) => thrownBy(SurprisalError, run);
    for (const [side, row] of [
      [0, 1_100],
      [1, 900],
    ] as const) {
      // biome-ignore format: one line
      const sides = [rowsFor(Float64Array, N), rowsFor(Float64Array, M)] as const;
      sides[side].data[row * K + 5] = -1;
      const call = (of: typeof surprisal) => of.pairwise.klDivergence(...sides);
      const [expected, found] = [await attempt(() => call(surprisal)), await attempt(() => call(pool as never))];
      expect(expected).toMatchObject({ argument: 'PQ'[side], row, column: 5 });
      expect([found.message, found.row]).toEqual([expected.message, expected.row]);
    }
    const P = rowsFor(Float64Array, N);
    for (const k of [0, N, 1.5, NaN, '2']) {
      const call = (of: typeof surprisal) => of.pairwise.nearest(P, undefined, k as number);
      const [expected, found] = [await attempt(() => call(surprisal)), await attempt(() => call(pool as never))];
      expect([found.message, found.code]).toEqual([expected.message, expected.code]);
    }
    await pool.close();
  });
});

interface Pair {
  readonly mean: library.FloatMatrix;
  readonly std: library.FloatMatrix;
}

/** The kinds of a result's arrays. */
const kindsOf = (result: unknown) => arraysOf(result).map(([, array]) => array.constructor.name);

describe('a pool', () => {
  let pool: parallel.Pool;
  beforeAll(async () => {
    pool = await createPool({ threads: 2 });
  });
  afterAll(() => pool.close());

  it('takes resident matrices, memory that is shared, narrow entries, and two calls at a time', async () => {
    const plain = [rowsOf(Float32Array), rowsOf(Float32Array)] as const;
    const here = plain.map(({ data }) => {
      const made = pool.allocate(ROWS, COLS, 'f32');
      made.data.set(data);
      return made;
    }) as [library.ResidentMatrix, library.ResidentMatrix];
    const shared = plain.map(({ data }) => {
      const array = new Float32Array(new SharedArrayBuffer(data.byteLength));
      array.set(data);
      return matrix(array, ROWS, COLS);
    }) as [library.Matrix, library.Matrix];
    const counts = matrix(
      Uint8Array.from({ length: ROWS * COLS }, () => rng.below(200) + 1),
      ROWS,
      COLS,
    );
    const expected = surprisal.klDivergence(...plain);
    const found = await Promise.all([pool.klDivergence(...here), pool.klDivergence(...shared), pool.klDivergence(here[0], shared[1])]);
    for (const each of found) expectSameBits(each, expected, 'transport');
    expectSameBits(await pool.entropy(counts), surprisal.entropy(counts), 'counts');
    const many = await Promise.all([0, 1, 2, 3].map((k) => pool.klDivergence(plain[k % 2] as library.Matrix, plain[1], { base: 2 + k })));
    for (const [k, each] of many.entries()) {
      expectSameBits(each, surprisal.klDivergence(plain[k % 2] as library.Matrix, plain[1], { base: 2 + k }), `call ${k}`);
    }
    for (const each of here) each.dispose();
  });

  it('law 5: many calls at once take the memory of two', async () => {
    const own = await createPool({ threads: 2 });
    const [P, Q] = [rowsOf(Float64Array), rowsOf(Float64Array)];
    const calls = (count: number) => Promise.all(Array.from({ length: count }, () => own.klDivergence(P, Q)));
    const bytes = () => {
      const seen = own.allocate(1, 1);
      const { byteLength } = seen.data.buffer;
      seen.dispose();
      return byteLength;
    };
    await calls(2);
    const before = bytes();
    const stop = new AbortController();
    const stopped = [0, 1, 2].map(() => own.klDivergence(P, Q, { signal: stop.signal }));
    const found = calls(15);
    stop.abort('enough');
    for (const { status } of await Promise.allSettled(stopped)) expect(status).toBe('rejected');
    for (const each of await found) expectSameBits(each, surprisal.klDivergence(P, Q), 'one of many');
    expect(bytes()).toBe(before);
    await own.close();
  });

  it('law 4: names the first row that is wrong, as one thread does', async () => {
    const [P, Q] = [rowsOf(Float64Array), rowsOf(Float64Array)];
    const data = Q.data as Float64Array;
    data[2_600 * COLS + 1] = NaN;
    data[1_717 * COLS + 99] = -3;
    const attempt = (run: () => unknown) => thrownBy(SurprisalError, run);
    for (const call of [
      (of: typeof surprisal) => of.klDivergence(P, Q),
      (of: typeof surprisal) => of.klDivergence(P, Q, { base: -1 }),
      (of: typeof surprisal) => of.multiwayJensenShannonDivergence(tensor(Q, 3)),
      (of: typeof surprisal) => of.multiwayJensenShannonDivergence(tensor(P, 3), { weights: [1, 2] }),
      (of: typeof surprisal) => of.multiwayJensenShannonDivergence(P),
      (of: typeof surprisal) => of.klDivergence(P, matrix(data.subarray(COLS), ROWS - 1, COLS)),
      (of: typeof surprisal) => of.surprisal(P, new Int32Array(ROWS).fill(COLS, 900)),
      (of: typeof surprisal) => of.klDivergence(P, Q, { bases: 2 } as never),
    ]) {
      const [expected, found] = [await attempt(() => call(surprisal)), await attempt(() => call(pool as never))];
      const partsOf = ({ code, message, argument, row, column, value }: typeof found) => ({ code, message, argument, row, column, value });
      expect(partsOf(found)).toEqual(partsOf(expected));
    }
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const [P, Q] = [rowsOf(Float64Array, 20_011), rowsOf(Float64Array, 20_011)];
    const seen: number[] = [];
    await pool.klDivergence(P, Q, { onProgress: (done, rows) => seen.push(done / rows) });
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const stop = new AbortController();
    const running = pool.klDivergence(P, Q, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
    await expect(running).rejects.toThrow('enough');
    await expect(pool.klDivergence(P, Q, { signal: stop.signal })).rejects.toThrow('enough');
    // The next call is none the worse for it.
    expectSameBits(await pool.klDivergence(P, Q), surprisal.klDivergence(P, Q), 'after an abort');
  });

  it('of short calls, too: with the rows there are, and the end that a callback asks for', async () => {
    const told: unknown[] = [];
    const onProgress = (...args: unknown[]) => told.push(args);
    const ones = [1, 1, 1, 1, 1];
    const standard = { mean: [0, 0, 0, 0, 0], std: ones } as never;
    await pool.gaussian.univariateKlDivergence({ mean: [1, 2, 3, 4, 5], std: ones } as never, standard, { onProgress });
    const small = rowsOf(Float64Array, 8);
    await pool.multiwayJensenShannonDivergence([small, small] as never, { onProgress });
    expect(told).toEqual([
      [5, 5],
      [8, 8],
    ]);
    const stop = new AbortController();
    const running = pool.klDivergence(small, small, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
    await expect(running).rejects.toThrow('enough');
  });

  it('gives all pairs that are no products in short ranges, so that the thread that asks sees to what else waits for it', async () => {
    const [P, Q] = [rowsOf(Float32Array, 2048), rowsOf(Float32Array, 1024)];
    const cells = divide([P, Q], FUNCTIONS.pairwise.jensenShannonDivergence);
    const nearest = divide([P, Q, 3], FUNCTIONS.pairwise.nearest, { measure: 'jensenShannon' });
    for (const division of [cells, nearest]) {
      if (division === undefined) throw new Error('it can be divided');
      expect(rangeRowsOf(division, 2, 4) * division.rowTerms).toBeLessThanOrEqual(2 ** 20 + division.rowTerms);
    }
    const signal = AbortSignal.timeout(20);
    await expect(pool.pairwise.jensenShannonDivergence(P, Q, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('computes little, and what cannot be divided, on the thread that asks', async () => {
    expect(await pool.klDivergence([0.5, 0.5] as never, [0.25, 0.75] as never)).toBe(surprisal.klDivergence([0.5, 0.5], [0.25, 0.75]));
    const lazy = surprisal.csr({ data: [1, 2], indices: [0, 1], indptr: [0, 1, 2], cols: 3 });
    expect(await pool.entropy(lazy)).toEqual(surprisal.entropy(lazy));
    const out = new Float64Array(2);
    const small = matrix(Float64Array.of(1, 2, 3, 4), 2, 2);
    expect(await pool.entropy(small, { out })).toBe(out);
    expect(logProbabilities).toBeDefined();
    expect(logits).toBeDefined();
  });

  it('law 4: fills `out` when all rows are there: of any memory, and with what other calls have kept of the pool untouched', async () => {
    const [P, Q] = [rowsOf(Float64Array), rowsOf(Float64Array)];
    const expected = surprisal.klDivergence(P, Q);
    const own = new Float64Array(ROWS);
    const offset = new Float64Array(new SharedArrayBuffer(8 * ROWS + 64), 24, ROWS);
    const resident = pool.allocate(ROWS, 1);
    const first = await pool.klDivergence(P, Q);
    expect(await pool.klDivergence(P, Q, { out: own })).toBe(own);
    expect(await pool.klDivergence(P, Q, { out: offset })).toBe(offset);
    expect((await pool.klDivergence(P, Q, { out: resident })).buffer).toBe(resident.data.buffer);
    await Promise.all([pool.entropy(P), pool.entropy(Q, { out: new Float64Array(ROWS) }), pool.jeffreysDivergence(P, Q)]);
    for (const found of [first, own, offset, resident.data]) expectSameBits(found, expected, 'with out');
    resident.dispose();
  });

  it('is closed once, after the calls that are under way', async () => {
    const own = await createPool({ threads: 2 });
    const P = rowsOf(Float64Array);
    const running = own.entropy(P);
    let isThrough = false;
    void running.then(() => {
      isThrough = true;
    });
    void own.close();
    await own.close();
    expect(isThrough, 'the second waits for what the first does').toBe(true);
    expectSameBits(await running, surprisal.entropy(P), 'before close');
    await expect(own.entropy(P)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
    await expect(createPool({ threads: 0 })).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  it('leaves no worker behind: a process ends without close()', () => {
    const script = `
      import { createPool } from ${JSON.stringify(built('parallel.js'))};
      import { matrix } from ${JSON.stringify(built('index.js'))};
      const pool = await createPool({ threads: 2 });
      console.log((await pool.entropy(matrix(new Float64Array(9000 * 128).fill(1), 9000, 128), { base: 2 }))[8999]);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([status, stdout, stderr]).toEqual([0, '7\n', '']);
  });
});
