import { describe, expect, it } from 'vitest';
import { createCore, entropy, klDivergence, matrix, SurprisalError } from '../../src/index.js';
import { Board, type Plan } from '../../src/parallel/board.js';
import { FUNCTIONS } from '../../src/parallel/functions.js';
import { Rooms } from '../../src/parallel/rooms.js';
import { callShared } from '../../src/parallel/shared.js';
import { type Division, divide } from '../../src/parallel/split.js';
import type { Crew } from '../../src/parallel/task.js';
import { createRng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261129);
const [ROWS, COLS] = [4_001, 33];
const rng = createRng(SEED);
const P = matrix(
  Float32Array.from({ length: ROWS * COLS }, () => 0.05 + rng.uniform()),
  ROWS,
  COLS,
);
const Q = matrix(
  Float32Array.from({ length: ROWS * COLS }, () => 0.05 + rng.uniform()),
  ROWS,
  COLS,
);

/** A pool of this thread and workers that do what `run` does. */
function callWith(run: Crew['run'], { options = {}, q = Q }: { options?: object; q?: typeof Q } = {}) {
  const core = createCore({ backend: 'wasm', memory: 'shared' });
  const crew: Crew = { workers: 1, giveWay: () => undefined, run, close: async () => {} };
  const commons = { arenas: [core.share()], taken: new SharedArrayBuffer(4) };
  const division = divide([P, q], FUNCTIONS[''].klDivergence) as Division;
  const alone = () => klDivergence(P, q, options);
  const call = { name: 'klDivergence', ...division, options, signal: undefined, onProgress: undefined, alone, isRowByRow: true };
  return callShared(call, { crew, core, own: createCore(), commons, rooms: new Rooms(core) });
}

describe(`a call over threads that share memory, seed ${SEED}`, () => {
  const never: Crew['run'] = () => new Promise(() => {});

  it('does not wait for a worker that comes too late: the thread that asks computes its ranges', async () => {
    expect(await callWith(never)).toEqual(klDivergence(P, Q));
  });

  it('finds what a worker has left in shared memory, and does not wait for its message', async () => {
    const whole = klDivergence(P, Q);
    let placed = 0;
    const silent: Crew['run'] = async ({ over }) => {
      const board = new Board(over as Plan);
      for (let left = 3; left > 0; await null) {
        const range = board.take(false);
        if (range === undefined) continue;
        expect(board.place(range, { data: whole, rows: 1, cols: 1 })).toBe(false);
        expect(board.place(range, whole.slice(range.start, range.start + range.count))).toBe(true);
        placed += range.count;
        board.finish(range, false);
        left--;
      }
      return new Promise(() => {});
    };
    expect(await callWith(silent)).toEqual(whole);
    expect(placed).toBeGreaterThan(0);
  });

  it('law 4: names the first row, though later ones fail before it', async () => {
    const data = Q.data.slice() as Float32Array;
    data[3_900 * COLS] = -1;
    data[3_000 * COLS + 2] = NaN;
    const error = await callWith(never, { q: matrix(data, ROWS, COLS) }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(SurprisalError);
    expect(error).toMatchObject({ row: 3_000, column: 2 });
  });

  it('few rows of many entries take no more room than there are ranges', async () => {
    const core = createCore({ backend: 'wasm', memory: 'shared' });
    const entries = new Float64Array(2 ** 21).fill(1);
    const wide = matrix(entries, 2, 2 ** 20);
    const crew: Crew = { workers: 15, giveWay: () => undefined, run: never, close: async () => {} };
    const commons = { arenas: [core.share()], taken: new SharedArrayBuffer(4) };
    const alone = () => expect.unreachable();
    const division = divide([wide], FUNCTIONS[''].entropy) as Division;
    const call = { name: 'entropy', ...division, options: { base: 2 }, signal: undefined, onProgress: undefined, alone, isRowByRow: true };
    const before = commons.arenas[0]?.memory.buffer.byteLength as number;
    const together = { crew, core, own: createCore(), commons, rooms: new Rooms(core) };
    expect(await callShared(call, together)).toEqual(entropy(wide, { base: 2 }));
    expect((commons.arenas[0]?.memory.buffer.byteLength as number) - before).toBeLessThan(2 ** 26);
  });

  it('law 2: a thread that joins a memory leaves the tables there that others compute from', () => {
    const made = createCore({ backend: 'wasm', memory: 'shared' }).share();
    const constants = new Float64Array(made.memory.buffer, 0, 2 ** 17);
    const last = constants.findIndex((x) => Math.abs(x - 2 ** (127 / 128)) < 1e-12);
    expect(last).toBeGreaterThan(0);
    constants[last + 1] = 7;
    createCore({ backend: 'wasm', memory: made });
    expect(constants[last + 1]).toBe(7);
  });

  it('fails when a worker does, with its error', async () => {
    await expect(callWith(() => Promise.reject(new Error('the worker ended')))).rejects.toThrow('the worker ended');
  });

  it('a fault of the call itself, that all ranges share, is named once', async () => {
    await expect(callWith(never, { options: { base: -1 } })).rejects.toMatchObject({ code: 'ERR_OPTION', argument: 'base' });
  });
});
