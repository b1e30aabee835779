/** Twin of assembly/kernels/gradients.ts: formulas, conventions and bounds stand there. */
import type { Floats } from '../../types.js';
import { GRADIENTS, type Kernel } from '../contract.js';
import { admit, DENSE, facts, TWIN, unmask, type Width, width32, width64 } from './math/equalMass.js';
import { guardedGradients } from './math/gradientsGuarded.js';
import { LN2, logRatio32, logRatio64, phi32, phi64 } from './math/logRatio.js';
import { scratchRow, widen } from './math/pairs.js';
import { leastOf, Running } from './math/sums.js';
import { block32, block64, KL } from './math/terms.js';

const fround = Math.fround;
const BLOCK = 64;

/** What the types differ in, beside `Width`; `round` is to the type. */
interface Lanes<A extends Floats> {
  readonly width: Width<A>;
  readonly block: { readonly x: A; readonly y: A; readonly d: A; readonly term: A };
  readonly other: A;
  readonly phi: (x: number, y: number, d: number) => number;
  readonly logRatio: (x: number, y: number, d: number) => number;
  readonly round: (x: number) => number;
}

const lanes64: Lanes<Float64Array> = {
  width: width64,
  block: block64,
  other: new Float64Array(BLOCK),
  phi: phi64,
  logRatio: logRatio64,
  round: (x) => x,
};
const lanes32: Lanes<Float32Array> = {
  width: width32,
  block: block32,
  other: new Float32Array(BLOCK),
  phi: phi32,
  logRatio: logRatio32,
  round: fround,
};

const sumP = new Running();
const sumQ = new Running();

/** The slopes of a block to l and k from `to` on, and its terms. */
function slopes<A extends Floats>(
  { block, other, phi, logRatio, round }: Lanes<A>,
  jensenShannon: boolean,
  isExcess: boolean,
  n: number,
  factor: number,
  l: Floats,
  k: Floats,
  to: number,
): void {
  const { term } = block;
  for (let i = 0; i < n; i++) {
    const [x, y, d] = [block.x[i] as number, block.y[i] as number, block.d[i] as number];
    const m = jensenShannon ? round(round(x + y) * 0.5) : y;
    const e = jensenShannon ? round(d * 0.5) : d;
    l[to + i] = logRatio(x, m, e);
    term[i] = isExcess || jensenShannon ? phi(x, m, e) : x * (l[to + i] as number);
    if (jensenShannon) {
      k[to + i] = logRatio(y, m, -e);
      other[i] = phi(y, m, -e);
    } else k[to + i] = (0 - round((isExcess ? d : x) * factor)) / y;
  }
}

/** (l − less)·factor in the place of l; 0 where x is, `lone` where the other is. */
function finish(
  round: (x: number) => number,
  x: Floats,
  a: number,
  other: Floats,
  b: number,
  l: Floats,
  n: number,
  less: number,
  factor: number,
  lone: number,
): void {
  for (let i = 0; i < n; i++) {
    const slope = round((l[i] as number) - round(less)) * round(factor);
    l[i] = other[b + i] === 0 ? lone : x[a + i] === 0 ? 0 : slope;
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
  const { width, block, other, round } = lanes;
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
    slopes(lanes, jensenShannon, isExcess, n, round(timesQ), l, k, c);
    if (isLone) {
      unmask(block.term, n);
      unmask(other, n);
    }
    sumP.add(width.blockSum(block.term, 0, n));
    if (jensenShannon) sumQ.add(width.blockSum(other, 0, n));
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
  finish(round, p, a, q, b, l, cols, byP, timesP, jensenShannon ? (LN2 - byP) * timesP : 0);
  if (jensenShannon) finish(round, q, b, p, a, k, cols, byQ, timesQ, (LN2 - byQ) * timesQ);
  else if (facts.way !== DENSE) finish(round, q, b, p, a, k, cols, 0, 1, isExcess ? timesQ : 0);
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
