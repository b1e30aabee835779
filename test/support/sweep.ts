/** Worst errors, in ULP of the exact result, of log and exp over arrays of points. */
import { em1mxOracle, expOracle, log1pOracle, logOracle, type Scaled, ulpError } from '../oracle/doubleDouble.js';
import type { Rng } from './rng.js';

/** The largest error met so far, and where. */
export interface Worst {
  ulp: number;
  at: number;
}

const wide = new Float64Array(1);
const words = new Int32Array(wide.buffer);

/** 1/ulp of the float binade 2ᵉ, e = −126 … 128, at e + 126. */
const PER_ULP = Float64Array.from({ length: 255 }, (_, i) => 2 ** (149 - i));

/** Takes float results against Math's doubles, whose own error is below 2⁻²⁸ of a float's ULP. A wrong special value is infinitely far. */
export function takeFloats(x: Float32Array, results: ArrayLike<number>, exact: (x: number) => number, worst: Worst): void {
  for (let i = 0; i < x.length; i++) {
    const truth = exact(x[i] as number);
    const result = results[i] as number;
    let error: number;
    if (truth > -1e37 && truth < 1e37 && result > -Infinity && result < Infinity) {
      wide[0] = truth;
      const e = (((words[1] as number) >>> 20) & 0x7ff) - 1023;
      error = (truth > result ? truth - result : result - truth) * (PER_ULP[e < -126 ? 0 : e + 126] as number);
    } else {
      error = errorAtEdge(result, truth);
    }
    if (!(error <= worst.ulp)) {
      worst.ulp = error;
      worst.at = x[i] as number;
    }
  }
}

/** Results near or beyond the largest float, and NaN. */
function errorAtEdge(result: number, truth: number): number {
  if (Number.isNaN(truth)) return Number.isNaN(result) ? 0 : Infinity;
  if (!Number.isFinite(truth)) return result === truth ? 0 : Infinity;
  // An overflow stands for 2¹²⁸, the next number if floats went on.
  const [a, b] = [result, truth].map((v) => Math.min(v, 2 ** 128)) as [number, number];
  return Math.abs(a - b) / 2 ** (Math.min(127, Math.floor(Math.log2(truth))) - 23);
}

/** What assembly/math states of a function of doubles: the bound in ULP; with the oracle, and points in every region that it treats apart. */
export interface Claim {
  readonly bound: number;
  readonly oracle: (x: number) => Scaled;
  readonly point: (rng: Rng) => number;
}

/** Results are finite, and arguments of log normal: other values are tested one by one. */
export const DOUBLES = {
  exp: {
    bound: 0.52,
    oracle: expOracle,
    point: (rng) => (2 * rng.fine() - 1) * rng.pick([0.01, 1, 30, 708]),
  },
  subnormalExp: {
    bound: 1,
    oracle: expOracle,
    point: (rng) => -708 - 37 * rng.fine(),
  },
  log: {
    bound: 0.9,
    oracle: (x) => ({ value: logOracle(x), k: 0 }),
    point: (rng) =>
      rng.pick([
        () => 1 + (rng.fine() - 0.5) * 2 ** (-30 * rng.uniform()),
        () => 0.6 + rng.fine(),
        () => (1 + rng.fine()) * 2 ** Math.floor(2044 * rng.uniform() - 1022),
      ])(),
  },
  log1p: {
    bound: 0.9,
    oracle: (x) => ({ value: log1pOracle(x), k: 0 }),
    point: (rng) =>
      rng.pick([
        () => (2 * rng.fine() - 1) * 2 ** (-40 * rng.uniform()),
        () => 3 * rng.fine() - 0.99,
        () => (1 + rng.fine()) * 2 ** Math.floor(1020 * rng.uniform()),
      ])(),
  },
  em1mx: {
    bound: 4,
    oracle: em1mxOracle,
    point: (rng) => (2 * rng.fine() - 1) * rng.pick([1e-8, 0.01, 0.61, 0.7, 1.3, 4, 30, 709]),
  },
} as const satisfies Readonly<Record<string, Claim>>;

/** The like for floats, over all of them. */
export const FLOATS = {
  exp: { bound: 0.97, exact: Math.exp },
  log: { bound: 0.91, exact: Math.log },
} as const;

/** Takes double results against the oracle. */
export function takeDoubles(x: Float64Array, results: ArrayLike<number>, oracle: (x: number) => Scaled, worst: Worst): void {
  for (let i = 0; i < x.length; i++) {
    const error = ulpError(results[i] as number, oracle(x[i] as number));
    if (!(error <= worst.ulp)) {
      worst.ulp = error;
      worst.at = x[i] as number;
    }
  }
}
