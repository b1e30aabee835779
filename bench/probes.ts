/** What a fresh process shows: the cost of the first call, and whether memory stays flat. */
import { execFileSync } from 'node:child_process';
import { createCore, klDivergence, logits, matrix } from 'surprisal';
import type { Dtype, Floats } from '../src/types.js';
import { createRng } from '../test/support/rng.js';
import { timed } from './clock.js';
import { probabilities } from './data.js';
import type { CaseResult } from './measure.js';

/** Measures something about the process it runs in. */
type Probe = (seed: number) => number;

interface ProbeCase {
  readonly name: string;
  readonly unit: string;
  readonly atMost: number;
  /** Processes whose median counts. */
  readonly processes: number;
  readonly probe: Probe;
}

/** Time of the first call on a fresh core over that of later ones. */
const firstCall =
  (dtype: Dtype, rows: number, cols: number): Probe =>
  (seed) => {
    const { p, q } = probabilities(createRng(seed), { rows, cols, dtype });
    // Pages of the result are touched before, as those of the inputs are: what is measured is the module.
    const options = { core: createCore({ backend: 'wasm' }), out: new Float64Array(rows).fill(1) };
    const [P, Q] = [matrix(p, rows, cols), matrix(q, rows, cols)];
    const times = Array.from({ length: 12 }, () => timed(() => klDivergence(P, Q, options)));
    const [first, ...later] = times as [number, ...number[]];
    const warm = later.slice(3).sort((a, b) => a - b)[4] as number;
    return first / warm;
  };

const CALLS = 1_000_000;

/** Kilobytes, buffers included, that a million calls leave behind after the first hundred thousand. */
const growth =
  (call: (core: ReturnType<typeof createCore>, p: Floats, q: Floats) => unknown): Probe =>
  (seed) => {
    const { p, q } = probabilities(createRng(seed), { rows: 1, cols: 64, dtype: 'f64' });
    const core = createCore({ backend: 'wasm' });
    const used = () => {
      for (let i = 0; i < 4; i++) globalThis.gc?.();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    for (let i = 0; i < CALLS / 10; i++) call(core, p, q);
    const before = used();
    for (let i = 0; i < CALLS; i++) call(core, p, q);
    return Math.max(0, (used() - before) / 1024);
  };

export const probes: readonly ProbeCase[] = [
  ...(['f64', 'f32'] as const).map((dtype) => ({
    name: `first call, KL rows ${dtype} 65536×128`,
    unit: '× a warm call',
    atMost: 1.5,
    processes: 5,
    probe: firstCall(dtype, 65536, 128),
  })),
  {
    name: `memory after ${CALLS} calls of KL`,
    unit: 'KB more',
    atMost: 256,
    processes: 1,
    probe: growth((core, p, q) => klDivergence(p, q, { core })),
  },
  {
    name: `memory after ${CALLS} calls of softmax`,
    unit: 'KB more',
    atMost: 256,
    processes: 1,
    probe: growth((core, p) => logits.softmax(p as Float64Array, { core })),
  },
];

/** Runs a probe in processes of its own. */
export function runProbe(script: string, { name, processes, atMost }: ProbeCase, seed: number): CaseResult {
  const values = Array.from({ length: processes }, () =>
    Number(execFileSync(process.execPath, ['--expose-gc', script, '--probe', name, '--seed', String(seed)], { encoding: 'utf8' })),
  ).sort((a, b) => a - b);
  const value = values[values.length >> 1] as number;
  return { name, contenders: [], targets: [{ of: name, over: 'nothing', atMost, value, met: value <= atMost }] };
}
