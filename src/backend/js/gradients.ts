/** Twin of assembly/kernels/gradients.ts: formulas, conventions and bounds stand there. */
import type { Floats } from '../../types.js';
import { GRADIENTS, type Kernel } from '../contract.js';
import { admit, DENSE, facts, TWIN, unmask, type Width, width32, width64 } from './math/equalMass.js';
import { guardedGradients } from './math/gradientsGuarded.js';
import { aligned32, aligned64, assemble32, assemble64, LN2, shift, step32Of, stepOf } from './math/logRatio.js';
import { scratchRow, widen } from './math/pairs.js';
import { leastOf, Running } from './math/sums.js';
import { block32, block64, KL } from './math/terms.js';

const BLOCK = 64;

/** What the types differ in, beside `Width`. */
interface Lanes<A extends Floats> {
  readonly width: Width<A>;
  readonly block: { readonly x: A; readonly y: A; readonly d: A; readonly term: A };
  /** y of a block, where its place is taken. */
  readonly other: A;
  /** Of n entries of the block log(x/y) to l from `to` on, and the terms φ(x, y), which have their quotients in common. */
  readonly excess: (n: number, l: A, to: number) => void;
  /** To the type. In loops storing does it: a function that both types call is called, with its doubles boxed. */
  readonly round: (x: number) => number;
}

const lanes64: Lanes<Float64Array> = {
  width: width64,
  block: block64,
  other: new Float64Array(BLOCK),
  excess(n, l, to) {
    for (let i = 0; i < n; i++) {
      const x = block64.x[i] as number;
      const y = block64.y[i] as number;
      const step = stepOf(x, y);
      const near = shift(y, step >> 20);
      const d = step === 0 ? (block64.d[i] as number) : x - near;
      l[to + i] = aligned64(x, step, near, d);
      block64.term[i] = assemble64(x, y, step, near, d);
    }
  },
  round: (x) => x,
};
const lanes32: Lanes<Float32Array> = {
  width: width32,
  block: block32,
  other: new Float32Array(BLOCK),
  excess(n, l, to) {
    for (let i = 0; i < n; i++) {
      const x = block32.x[i] as number;
      const y = block32.y[i] as number;
      const step = step32Of(x, y);
      const near = shift(y, step >> 23);
      const d = step === 0 ? (block32.d[i] as number) : x - near;
      l[to + i] = aligned32(x, step, near, d);
      block32.term[i] = assemble32(x, y, step, near, d);
    }
  },
  round: Math.fround,
};

const sumP = new Running();
const sumQ = new Running();

/** The block's slopes to k of KL from `to` on, and its terms of KL as given from l. */
function lower<A extends Floats>(
  { block: { x, y, d, term } }: Lanes<A>,
  isExcess: boolean,
  n: number,
  factor: number,
  l: A,
  k: A,
  to: number,
): void {
  const left = isExcess ? d : x;
  for (let i = 0; i < n; i++) {
    k[to + i] = (left[i] as number) * factor;
    k[to + i] = (0 - (k[to + i] as number)) / (y[i] as number);
    if (!isExcess) term[i] = (x[i] as number) * (l[to + i] as number);
  }
}

/** The mean of x and y in the place of y, which goes to `other`. */
function average<A extends Floats>({ block: { x, y, d }, other }: Lanes<A>, n: number): void {
  for (let i = 0; i < n; i++) {
    other[i] = y[i] as number;
    y[i] = ((x[i] as number) + (y[i] as number)) * 0.5;
    d[i] = (d[i] as number) * 0.5;
  }
}

/** Then y in the place of x. */
function exchange<A extends Floats>({ block: { x, d }, other }: Lanes<A>, n: number): void {
  for (let i = 0; i < n; i++) {
    x[i] = other[i] as number;
    d[i] = -(d[i] as number);
  }
}

/** (l − less)·factor in the place of l; 0 where x is, `lone` where the other is. */
function finish<A extends Floats>(x: A, a: number, other: A, b: number, l: A, n: number, less: number, factor: number, lone: number): void {
  for (let i = 0; i < n; i++) {
    l[i] = (l[i] as number) - less;
    l[i] = other[b + i] === 0 ? lone : x[a + i] === 0 ? 0 : (l[i] as number) * factor;
  }
}

/** One row, its slopes to l and k of the rows' own type; NaN where it is left to `guardedGradients`. */
function gradientRow<A extends Floats>(
  lanes: Lanes<A>,
  divergence: number,
  normalize: boolean,
  boundary: boolean,
  p: A,
  a: number,
  q: A,
  b: number,
  cols: number,
  factor: number,
  l: A,
  k: A,
): number {
  const { width, block, excess, round } = lanes;
  const jensenShannon = divergence === GRADIENTS.jensenShannon;
  const isExcess = normalize || divergence === GRADIENTS.generalizedKl;
  const mass = width.rowSum(p, a, cols);
  admit(width, KL, p, a, q, b, cols, normalize, mass, width.difference(p, a, q, b, cols));
  if (facts.way === TWIN || (boundary && Math.min(leastOf(p, a, cols), leastOf(q, b, cols)) === 0)) return NaN;
  const P = normalize ? mass : 1;
  const times = jensenShannon ? factor * 0.5 : factor;
  const timesP = times / P;
  const timesQ = normalize ? times / (P / (1 + facts.eta) / facts.factor) : times;
  facts.massX = facts.massY = 0;
  sumP.clear();
  sumQ.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    const isLone = width.lay(p, a + c, q, b + c, n);
    if (jensenShannon) average(lanes, n);
    excess(n, l, c);
    if (!jensenShannon) lower(lanes, isExcess, n, round(timesQ), l, k, c);
    if (isLone) unmask(block.term, n);
    sumP.add(width.blockSum(block.term, 0, n));
    if (!jensenShannon) continue;
    exchange(lanes, n);
    excess(n, k, c);
    if (isLone) unmask(block.term, n);
    sumQ.add(width.blockSum(block.term, 0, n));
  }
  let byP = sumP.value;
  let byQ = sumQ.value;
  if (facts.way !== DENSE) {
    const { massX, massY } = facts;
    if (jensenShannon) {
      byP += 0.5 * massY + (LN2 - 0.5) * massX;
      byQ += 0.5 * massX + (LN2 - 0.5) * massY;
    } else {
      if (massX > 0) return NaN;
      if (isExcess) byP += massY;
    }
    byP *= width.unscale;
    byQ *= width.unscale;
  }
  byP /= P;
  byQ /= P;
  let value = jensenShannon ? 0.5 * (byP + byQ) : byP;
  if (isExcess) value = jensenShannon && value > LN2 ? LN2 : value < 0 ? 0 : value;
  if (!normalize) {
    byP = jensenShannon || isExcess ? 0 : -1;
    byQ = 0;
  }
  finish(p, a, q, b, l, cols, round(byP), round(timesP), jensenShannon ? (LN2 - byP) * timesP : 0);
  if (jensenShannon) finish(q, b, p, a, k, cols, round(byQ), round(timesQ), (LN2 - byQ) * timesQ);
  else if (facts.way !== DENSE) finish(q, b, p, a, k, cols, 0, 1, isExcess ? timesQ : 0);
  return value < Infinity ? value : NaN;
}

function kernelOf<A extends Floats>(lanes: Lanes<A>, make: new (length: number) => A): Kernel {
  let rowP = new make(0);
  let rowQ = new make(0);
  return (inputs, steps, rows, cols, params, out, gradients) => {
    const [normalize, divergence, boundary, factor] = params as [number, number, number, number];
    const [p, q] = inputs as readonly [A, A];
    if (rowP.length < cols) [rowP, rowQ] = [new make(cols), new make(cols)];
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      let value = gradientRow(lanes, divergence, normalize !== 0, boundary !== 0, p, a, q, b, cols, factor, rowP, rowQ);
      let found: readonly Floats[] = [rowP, rowQ];
      if (value !== value) {
        const [x, y, l, k] = [0, 1, 2, 3].map((i) => scratchRow(i, cols)) as [Float64Array, Float64Array, Float64Array, Float64Array];
        widen(p, a, cols, x);
        widen(q, b, cols, y);
        value = guardedGradients(divergence, x, y, l, k, cols, normalize !== 0, boundary !== 0, factor);
        found = [l, k];
      }
      out[r] = value;
      for (const [i, slope] of found.entries()) gradients?.[i]?.set(slope.subarray(0, cols), r * cols);
    }
  };
}

export const gradients = {
  divergenceGradientRows: { f64: kernelOf(lanes64, Float64Array), f32: kernelOf(lanes32, Float32Array) },
} as const;
