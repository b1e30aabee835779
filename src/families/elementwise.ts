/**
 * Batches of families whose divergence is made of IS(y, x) = y/x − 1 − log(y/x) alone. That is twice the divergence of two Gaussians of the same mean with the variances
 * y and x, which the core's kernel answers several at a time; φ(x, y) = x·log(x/y) − x + y is x times as much.
 */
import { type Core, contributions, gaussian, matrix } from '../index.js';
import { bernoulliKl } from './closed.js';

/** Pairs that are taken together: what is written stays in the nearest caches. */
const BLOCK = 2 ** 13;
/** Between these nothing overflows or loses digits on its way through the kernel. */
const [LEAST, MOST] = [1e-100, 1e100];
/** Where p and q are closer than this share of q, 1 − p and 1 − q as rounded move φ(1 − p, 1 − q) by more than 32·2⁻⁵³ of the whole. */
const CLOSE = 1 / 16;

export interface Elementwise {
  /** The largest entry of its domain that `run` takes, and whether 0 is one. */
  readonly most: number;
  readonly zero: boolean;
  /** Divergences of at most a block of pairs, where there may be zeros or are none. */
  readonly run: (p: Float64Array, q: Float64Array, out: Float64Array, core: Core | undefined, zeros: boolean) => void;
}

/** Whether the kernel may take them: as they are, as zeros among others, or not. */
function lookThrough(arrays: readonly Float64Array[], { most, zero }: Elementwise): 'positive' | 'zeros' | 'far' {
  let zeros = false;
  for (const x of arrays) {
    for (let i = 0; i < x.length; i++) {
      const value = x[i] as number;
      if (value >= LEAST && value <= most) continue;
      if (!zero || value !== 0) return 'far';
      zeros = true;
    }
  }
  return zeros ? 'zeros' : 'positive';
}

/** IS(y, x)/2 of positive entries. */
function halfExcess(y: Float64Array, x: Float64Array, out: Float64Array, core: Core | undefined): void {
  gaussian.univariateKlDivergence({ mean: 0, variance: y }, { mean: 0, variance: x }, { core, out });
}

/** φ(x, y). */
function phi(x: Float64Array, y: Float64Array, out: Float64Array, core: Core | undefined, zeros: boolean): void {
  if (zeros) {
    const row = (array: Float64Array) => matrix(array, 1, array.length);
    contributions(row(x), row(y), { kind: 'nonNegative', normalize: false, core, out });
    return;
  }
  halfExcess(y, x, out, core);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * 2 * (x[i] as number);
}

/** log(a/b) + b/a − 1. */
const exponential: Elementwise = {
  most: MOST,
  zero: false,
  run: (p, q, out, core) => {
    halfExcess(q, p, out, core);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * 2;
  },
};

/** φ(λ, μ). */
const poisson: Elementwise = { most: MOST, zero: true, run: phi };

const aside = new Float64Array(3 * BLOCK);

/** φ(p, q) + φ(1 − p, 1 − q), where the second is taken of rounded entries only as long as that does not show. */
const bernoulli: Elementwise = {
  most: 1,
  zero: true,
  run: (p, q, out, core, zeros) => {
    const [x, y, rest] = [0, 1, 2].map((k) => aside.subarray(k * BLOCK, k * BLOCK + p.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < p.length; i++) {
      x[i] = 1 - (p[i] as number);
      y[i] = 1 - (q[i] as number);
    }
    phi(p, q, out, core, zeros);
    // 1 is as usual as 0.
    phi(x, y, rest, core, x.includes(0) || y.includes(0));
    for (let i = 0; i < p.length; i++) {
      const a = p[i] as number;
      const b = q[i] as number;
      // From ½ on the complement is exact.
      const shows = (a < 0.5 || b < 0.5) && Math.abs(a - b) < CLOSE * b;
      out[i] = shows ? bernoulliKl(a, b) : (out[i] as number) + (rest[i] as number);
    }
  },
};

/** By the family of both sides. */
export const ELEMENTWISE: Readonly<Record<string, Elementwise>> = { poisson, exponential, bernoulli };

/**
 * A form over pairs p[i], q[i], block by block.
 *
 * @param check    throws where an entry is outside its domain; not called where all are far inside
 * @param oneByOne answers entries `from` to `to`, of which some are out of the kernel's range
 */
export function inBlocks(
  form: Elementwise,
  p: Float64Array,
  q: Float64Array,
  out: Float64Array,
  core: Core | undefined,
  check: () => void,
  oneByOne: (from: number, to: number) => void,
): void {
  const all = lookThrough([p, q], form);
  if (all === 'far') check();
  for (let from = 0; from < p.length; from += BLOCK) {
    const to = Math.min(p.length, from + BLOCK);
    const [x, y] = [p.subarray(from, to), q.subarray(from, to)];
    const found = all === 'positive' ? all : lookThrough([x, y], form);
    if (found === 'far') oneByOne(from, to);
    else form.run(x, y, out.subarray(from, to), core, found === 'zeros');
  }
}
