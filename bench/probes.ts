/** What a fresh process shows: the cost of the first call, and whether memory stays flat. */
import { execFileSync } from 'node:child_process';
import { createCore, klDivergence, logits } from 'surprisal';
import { type Domain, KERNELS, KINDS, type KernelName, type KernelSpec, widthOf } from '../src/backend/contract.js';
import { floatsOf } from '../src/floats.js';
import type { Dtype, Floats } from '../src/types.js';
import { createBackends, EVERY_KERNEL } from '../test/support/backends.js';
import { createRng, type Rng } from '../test/support/rng.js';
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

/** Entries of each input of a first call: those of 65536 × 128, the shape of the core's other figures. */
const ENTRIES = 2 ** 23;

const SEED_ENTRIES = 2 ** 16;

const FILL: Readonly<Record<Domain, (rng: Rng, place: number, cols: number) => number>> = {
  mass: (rng) => Math.exp(rng.normal()),
  logit: (rng) => 2 * rng.normal(),
  real: (rng) => rng.normal(),
  positive: (rng) => Math.exp(0.7 * rng.normal()),
  covariance: (_rng, place, cols) => (place % (cols + 1) === 0 ? 2 : 0.1),
  factor: (_rng, place, cols) => (place % (cols + 1) === 0 ? 1.5 : place % cols > place / cols ? 0 : 0.1),
};

/** Parameters that are not 1. */
const PARAMS: Readonly<Record<string, number>> = { weight: 0.5, order: 1.5, kind: KINDS.jeffreys, members: 4 };

/** Time of a kernel's first call on a fresh module over that of later ones. */
const firstCall =
  (name: KernelName, dtype: Dtype): Probe =>
  (seed) => {
    const spec: KernelSpec = KERNELS[name];
    const domains = Object.values(spec.inputs);
    const isSquare = domains.some((domain) => widthOf(domain, 2) > 2);
    const cols = isSquare ? 16 : 128;
    const rows = ENTRIES / (isSquare ? 2 * cols * cols : cols);
    const rng = createRng(seed);
    const inputs = domains.map((domain) => {
      const width = widthOf(domain, cols);
      const array = floatsOf(dtype, rows * width);
      // Whole rows, over and over: random numbers take longer than the calls.
      for (let i = 0; i < SEED_ENTRIES; i++) array[i] = FILL[domain](rng, i % width, cols);
      for (let n = SEED_ENTRIES; n < array.length; n *= 2) array.copyWithin(n, 0, n);
      return array;
    });
    const steps = domains.map((domain) => widthOf(domain, cols));
    const params = spec.params.map((parameter) => PARAMS[parameter] ?? 1);
    // Pages of the results are touched before, as those of the inputs are: what is measured is the module.
    const out = spec.output === 'row' ? new Float64Array(rows).fill(1) : floatsOf(dtype, rows * cols).fill(1);
    const gradients = name === 'divergenceGradientRows' ? steps.map((width) => floatsOf(dtype, rows * width).fill(1) as Floats) : undefined;
    const kernel = createBackends().wasm.kernel(name, dtype);
    const times = Array.from({ length: 10 }, () => timed(() => kernel(inputs, steps, rows, cols, params, out, gradients)));
    const [first, ...later] = times as [number, ...number[]];
    const warm = later.slice(2).sort((a, b) => a - b)[3] as number;
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
  ...EVERY_KERNEL.map(([name, dtype]) => ({
    name: `first call of ${name} ${dtype}`,
    unit: '× a warm call',
    atMost: 1.5,
    processes: 3,
    probe: firstCall(name, dtype),
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
