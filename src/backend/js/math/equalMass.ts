/** Twin of assembly/math/equalMass.ts: rows of q brought to the mass of p. Formulas and bounds stand there. */
import type { Floats } from '../../../types.js';
import type { Kernel } from '../../contract.js';
import { fround } from './bits.js';
import { log, log1p } from './log.js';
import {
  FOUR_THIRDS,
  nearestExponentOf,
  isModerate32,
  isModerate64,
  isOrdinary32,
  isOrdinary64,
  SCALE_32,
  SCALE_64,
  TINY_32,
  TINY_64,
  UNSCALE_32,
  UNSCALE_64,
} from './logRatio.js';
import { POWERS } from './powers.js';
import { robustDivergence, robustLogAffinity } from './robust.js';
import { singleRows } from './singleRows.js';
import { blockSum32, blockSum64, leastOf, Running, rowDifference32, rowDifference64, rowSum32, rowSum64 } from './sums.js';
import {
  AFFINITY,
  atZeroX,
  atZeroY,
  block32,
  block64,
  COVERED,
  GIVEN,
  HELLINGER,
  ITAKURA_SAITO,
  isAffinity,
  KL,
  LOOPS_32,
  LOOPS_64,
  RATIO,
  SUPPORT,
} from './terms.js';

const BLOCK = 64;

const CLOSE = 0.6666666666666667;

export const TWIN = 0;
export const DENSE = 1;
const GUARDED = 2;

/** What becomes of the sums: themselves, or of an order's: Tsallis or Rényi. */
export const PLAIN = 0;
export const TSALLIS = 1;
export const RENYI = 2;

/** Differences of a block; the masses that stand alone in it, with three zeros behind them, for f32 takes four entries at a time. */
const terms64 = new Float64Array(BLOCK);
const terms32 = new Float32Array(BLOCK);
const masked = new Uint8Array(BLOCK);
const loneX = new Float64Array(BLOCK + 3);
const loneY = new Float64Array(BLOCK + 3);
const running = new Running();

/** Which way a row goes, and the masses at zeros of the other row. In one object, for V8 boxes every double that goes through a call. */
export const facts = { way: TWIN, factor: 1, eta: 0, massX: 0, massY: 0 };

type Rows<A> = (p: A, a: number, q: A, b: number, cols: number) => number;
type Sum<A> = (op: number, order: number, p: A, a: number, q: A, b: number, cols: number) => number;

/** What the widths differ in. */
export interface Width<A extends Floats> {
  readonly rowSum: (p: A, a: number, cols: number) => number;
  readonly difference: Rows<A>;
  readonly isOrdinary: (sum: number) => boolean;
  readonly isModerate: (ratio: number) => boolean;
  /** What is smaller may be made of subnormal parts. */
  readonly tiny: number;
  readonly distance: Rows<A>;
  readonly total: Sum<A>;
  readonly lay: (p: A, a: number, q: A, b: number, n: number) => boolean;
  readonly blockSum: (x: A, from: number, n: number) => number;
  readonly unscale: number;
}

/** The power of two that q is multiplied by, 0 where a row is done robustly. */
function powerFor<A extends Floats>(width: Width<A>, normalize: boolean, P: number, E: number, q: A, b: number, cols: number): number {
  let Q = P - E;
  const isNear = Q >= CLOSE * P && Q <= FOUR_THIRDS * P;
  if (!isNear) Q = width.rowSum(q, b, cols);
  if (!(width.isOrdinary(P) && width.isOrdinary(Q))) return 0;
  if (isNear || !normalize) return 1;
  const ratio = P / Q;
  return width.isModerate(ratio) ? (POWERS[nearestExponentOf(ratio) + 1022] as number) : 0;
}

export function admit<A extends Floats>(
  width: Width<A>,
  op: number,
  p: A,
  a: number,
  q: A,
  b: number,
  cols: number,
  normalize: boolean,
  P: number,
  E: number,
): void {
  const leastP = leastOf(p, a, cols);
  const leastQ = leastOf(q, b, cols);
  facts.way = TWIN;
  facts.factor = powerFor(width, normalize, P, E, q, b, cols);
  facts.eta = 0;
  if (facts.factor === 0 || !(leastP >= 0 && leastQ >= 0)) return;
  if (op === ITAKURA_SAITO && !(leastP > 0 && leastQ > 0)) return;
  if (normalize) {
    const difference = facts.factor === 1 ? E : width.distance(p, a, q, b, cols);
    facts.eta = difference / (P - difference);
  }
  facts.way = leastP >= width.tiny && leastQ * facts.factor >= width.tiny ? DENSE : GUARDED;
}

/** Σ(p − q·factor). */
function distance64(p: Float64Array, a: number, q: Float64Array, b: number, cols: number): number {
  const { factor } = facts;
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) terms64[i] = (p[a + c + i] as number) - (q[b + c + i] as number) * factor;
    running.add(blockSum64(terms64, 0, n));
  }
  return running.value;
}

function distance32(p: Float32Array, a: number, q: Float32Array, b: number, cols: number): number {
  const { factor } = facts;
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) terms32[i] = (p[a + c + i] as number) - fround((q[b + c + i] as number) * factor);
    running.add(blockSum32(terms32, 0, n));
  }
  return running.value;
}

/** Fills x, q̃ and d of a block; true where some of them are masked. */
function lay64(p: Float64Array, a: number, q: Float64Array, b: number, n: number): boolean {
  const { way, factor, eta } = facts;
  const scale = way === DENSE ? 1 : SCALE_64;
  const scaleQ = scale * factor;
  const growth = 1 + eta;
  let isLone = false;
  for (let i = 0; i < n; i++) {
    const x = (p[a + i] as number) * scale;
    const y = (q[b + i] as number) * scaleQ;
    block64.x[i] = x;
    block64.y[i] = y * growth;
    block64.d[i] = x - y - y * eta;
    if (x === 0 || y === 0) isLone = true;
  }
  if (!isLone) return false;
  mask(block64, n);
  facts.massX += pairSum64(loneX, n);
  facts.massY += pairSum64(loneY, n);
  return true;
}

/** The sum of a row's terms (RATIO: the largest), NaN where it is out of range. */
function total64(op: number, order: number, p: Float64Array, a: number, q: Float64Array, b: number, cols: number): number {
  if (facts.way === TWIN) return NaN;
  const loop = LOOPS_64[op] as (n: number, order: number) => void;
  let most = -Infinity;
  facts.massX = facts.massY = 0;
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    const isLone = lay64(p, a + c, q, b + c, n);
    loop(n, order);
    if (isLone) unmask(block64.term, n);
    if (op === RATIO) most = Math.max(most, largest(block64.term, n));
    else running.add(blockSum64(block64.term, 0, n));
  }
  return close(op, most, atZeroY(op, order), atZeroX(op, order), facts.way === DENSE ? 1 : UNSCALE_64);
}

function lay32(p: Float32Array, a: number, q: Float32Array, b: number, n: number): boolean {
  const { way, factor } = facts;
  const eta = fround(facts.eta);
  const scale = way === DENSE ? 1 : SCALE_32;
  const scaleQ = scale * factor;
  const growth = fround(1 + eta);
  let isLone = false;
  for (let i = 0; i < n; i++) {
    const x = fround((p[a + i] as number) * scale);
    const y = fround((q[b + i] as number) * scaleQ);
    block32.x[i] = x;
    block32.y[i] = y * growth;
    block32.d[i] = fround(x - y) - fround(y * eta);
    if (x === 0 || y === 0) isLone = true;
  }
  if (!isLone) return false;
  mask(block32, n);
  facts.massX += pairSum32(loneX, n);
  facts.massY += pairSum32(loneY, n);
  return true;
}

/** The sum of a row's terms (RATIO: the largest), NaN where it is out of range. */
function total32(op: number, order: number, p: Float32Array, a: number, q: Float32Array, b: number, cols: number): number {
  if (facts.way === TWIN) return NaN;
  const loop = LOOPS_32[op] as (n: number, order: number) => void;
  let most = -Infinity;
  facts.massX = facts.massY = 0;
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    const isLone = lay32(p, a + c, q, b + c, n);
    loop(n, order);
    if (isLone) unmask(block32.term, n);
    if (op === RATIO) most = Math.max(most, largest(block32.term, n));
    else running.add(blockSum32(block32.term, 0, n));
  }
  return close(op, most, atZeroY(op, order), atZeroX(op, order), facts.way === DENSE ? 1 : UNSCALE_32);
}

/** Puts 1 in place of zeros and what stands beside them, and that into `loneX` and `loneY`. */
function mask({ x, y, d }: { readonly x: Floats; readonly y: Floats; readonly d: Floats }, n: number): void {
  loneX.fill(0);
  loneY.fill(0);
  for (let i = 0; i < n; i++) {
    const isMasked = x[i] === 0 || y[i] === 0;
    masked[i] = isMasked ? 1 : 0;
    if (!isMasked) continue;
    loneX[i] = x[i] as number;
    loneY[i] = y[i] as number;
    x[i] = 1;
    y[i] = 1;
    d[i] = 0;
  }
}

export function unmask(term: Floats, n: number): void {
  for (let i = 0; i < n; i++) if (masked[i] === 1) term[i] = 0;
}

function largest(term: Floats, n: number): number {
  let most = -Infinity;
  for (let i = 0; i < n; i++) if ((term[i] as number) > most) most = term[i] as number;
  return most;
}

/** Sum of n entries, lane by lane. */
function pairSum64(a: Float64Array, n: number): number {
  let [even, odd] = [0, 0];
  for (let i = 0; i < n; i += 2) {
    even += a[i] as number;
    odd += a[i + 1] as number;
  }
  return even + odd;
}

function pairSum32(a: Float64Array, n: number): number {
  let [even, odd] = [0, 0];
  for (let i = 0; i < n; i += 4) {
    even += (a[i] as number) + (a[i + 2] as number);
    odd += (a[i + 1] as number) + (a[i + 3] as number);
  }
  return even + odd;
}

function close(op: number, most: number, onlyX: number, onlyY: number, unscale: number): number {
  const { massX, massY } = facts;
  const lone = (massX > 0 ? massX * onlyX : 0) + (massY > 0 ? massY * onlyY : 0);
  if (lone === Infinity) return lone;
  if (op === RATIO) return most;
  // A ratio is of degree 0: scaled entries have the same.
  const sum = unscale === 1 || op === ITAKURA_SAITO ? running.value : (running.value + lone) * unscale;
  return sum < Infinity ? sum : NaN;
}

export const width64: Width<Float64Array> = {
  rowSum: rowSum64,
  difference: rowDifference64,
  isOrdinary: isOrdinary64,
  isModerate: isModerate64,
  tiny: TINY_64,
  distance: distance64,
  total: total64,
  lay: lay64,
  blockSum: blockSum64,
  unscale: UNSCALE_64,
};
export const width32: Width<Float32Array> = {
  rowSum: rowSum32,
  difference: rowDifference32,
  isOrdinary: isOrdinary32,
  isModerate: isModerate32,
  tiny: TINY_32,
  distance: distance32,
  total: total32,
  lay: lay32,
  blockSum: blockSum32,
  unscale: UNSCALE_32,
};

function conclude(way: number, op: number, order: number, sum: number, mass: number, normalize: boolean): number {
  const v = op === RATIO ? sum : sum / mass;
  // Where some entries are neutral, the largest ratio is known only if it is above theirs.
  if (op === RATIO && !normalize && way === GUARDED && v <= 0) return NaN;
  if (op === GIVEN || isAffinity(op) || (op === RATIO && !normalize) || v !== v) return v;
  const most = atZeroY(op, order) + atZeroX(op, order);
  return v < 0 ? 0 : normalize && v > most ? most : v; // rounding or not
}

export type EqualMass<A> = (op: number, p: A, a: number, q: A, b: number, cols: number, normalize: boolean, P: number, E: number) => number;

/** The divergence of one row from P = Σp and E = Σ(p − q), or NaN where sums or entries are out of the lanes' range. */
function equalMassOf<A extends Floats>(width: Width<A>): EqualMass<A> {
  return (op, p, a, q, b, cols, normalize, P, E) => {
    admit(width, op, p, a, q, b, cols, normalize, P, E);
    return conclude(facts.way, op, 1, width.total(op, 1, p, a, q, b, cols), normalize ? P : 1, normalize);
  };
}
export const equalMass64 = equalMassOf(width64);
export const equalMass32 = equalMassOf(width32);

/** log S/(α − 1); NaN where terms of S may have been subnormal, or 0. */
export const logOrder = (S: number, rest: number, least: number): number => (S >= least ? log(S) / rest : NaN);

/** Tsallis or Rényi from what the terms come to; Σ x^α·y^β beside it where little is in common. */
function entropic(use: number, op: number, order: number, v: number, least: number, affinity: (direct: number) => number): number {
  if (op === KL || op === GIVEN || op === RATIO) return v;
  const rest = order - 1;
  if (isAffinity(op)) return v === 1 ? 0 : use === TSALLIS ? (v - 1) / rest : logOrder(v, rest, least);
  const tsallis = op === HELLINGER ? v * 2 : v;
  if (use === TSALLIS || !(tsallis > 0)) return tsallis;
  const less = rest * tsallis;
  if (less < -0.5) return logOrder(affinity(op === SUPPORT ? COVERED : AFFINITY), rest, least);
  return less === Infinity && tsallis < Infinity ? NaN : log1p(less) / rest;
}

/** Rows of one divergence, on the kernel's way first. */
function rowsOf<A extends Floats>(width: Width<A>, use: number, op: number, order: number, normalize: boolean): Kernel {
  return (inputs, steps, rows, cols, _params, out) => {
    const [p, q] = inputs as readonly [A, A];
    if (cols === 1 && p instanceof Float64Array && !normalize && (op === KL || op === ITAKURA_SAITO)) {
      const [stepP, stepQ] = steps as readonly [number, number];
      const robust = (r: number) => robustDivergence(op, p, r * stepP, q, r * stepQ, 1, false);
      singleRows(op === ITAKURA_SAITO, p, stepP, q as Float64Array, stepQ, rows, out as Float64Array, robust);
      return;
    }
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      const P = width.rowSum(p, a, cols);
      admit(width, op, p, a, q, b, cols, normalize, P, width.difference(p, a, q, b, cols));
      let v = conclude(facts.way, op, order, width.total(op, order, p, a, q, b, cols), normalize ? P : 1, normalize);
      if (use !== PLAIN) v = entropic(use, op, order, v, width.tiny, (direct) => width.total(direct, order, p, a, q, b, cols) / P);
      if (v !== v) {
        const sum = robustDivergence(op, p, a, q, b, cols, normalize, order);
        v = sum;
        if (use !== PLAIN)
          v = entropic(use, op, order, v, TINY_64, (direct) => robustDivergence(direct, p, a, q, b, cols, normalize, order));
        const isOut = use === RENYI && order !== 1 && order < Infinity && !(Math.abs(v) < Infinity) && sum === sum;
        if (isOut) v = robustLogAffinity(p, a, q, b, cols, normalize, order) / (order - 1);
      }
      out[r] = v;
    }
  };
}
export const termRows64 = (use: number, op: number, order: number, normalize: boolean): Kernel =>
  rowsOf(width64, use, op, order, normalize);
export const termRows32 = (use: number, op: number, order: number, normalize: boolean): Kernel =>
  rowsOf(width32, use, op, order, normalize);

/** Rows of a divergence that stands for itself. */
export const equalMassRows64 =
  (op: number): Kernel =>
  (inputs, steps, rows, cols, params, out) =>
    termRows64(PLAIN, op, 0.5, params[0] !== 0)(inputs, steps, rows, cols, params, out);
export const equalMassRows32 =
  (op: number): Kernel =>
  (inputs, steps, rows, cols, params, out) =>
    termRows32(PLAIN, op, 0.5, params[0] !== 0)(inputs, steps, rows, cols, params, out);
