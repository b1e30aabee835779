/** Twin of assembly/math/equalMass.ts: rows of q brought to the mass of p. Formulas and bounds stand there. */
import {
  exponentOf,
  isModerate32,
  isModerate64,
  isOrdinary32,
  isOrdinary64,
  logRatio32,
  logRatio64,
  phi32,
  phi64,
  SCALE_32,
  SCALE_64,
  UNSCALE_32,
  UNSCALE_64,
} from './logRatio.js';
import { POWERS } from './powers.js';
import type { Kernel } from '../../contract.js';
import { GIVEN, JEFFREYS, JENSEN_SHANNON, KL, robustDivergence } from './robust.js';
import { blockSum32, blockSum64, leastOf, Running, rowDifference32, rowDifference64, rowSum32, rowSum64 } from './sums.js';

const fround = Math.fround;
const BLOCK = 64;
const LN2 = 0.6931471805599453;

const terms64 = new Float64Array(BLOCK);
const terms32 = new Float32Array(BLOCK);
const running = new Running();

type Term = (x: number, y: number, d: number) => number;

const given64: Term = (x, y, d) => (y === 0 ? (x === 0 ? 0 : Number.POSITIVE_INFINITY) : x === 0 ? 0 : x * logRatio64(x, y, d));

const given32: Term = (x, y, d) => (y === 0 ? (x === 0 ? 0 : Number.POSITIVE_INFINITY) : x === 0 ? 0 : x * logRatio32(x, y, d));

const kl64: Term = (x, y, d) => (y === 0 ? (x === 0 ? 0 : Number.POSITIVE_INFINITY) : x === 0 ? y : phi64(x, y, d));

const kl32: Term = (x, y, d) => (y === 0 ? (x === 0 ? 0 : Number.POSITIVE_INFINITY) : x === 0 ? y : phi32(x, y, d));

const jeffreys64: Term = (x, y, d) => {
  if (x === 0 || y === 0) return x === y ? 0 : Number.POSITIVE_INFINITY;
  return d * logRatio64(x, y, d);
};

const jeffreys32: Term = (x, y, d) => {
  if (x === 0 || y === 0) return x === y ? 0 : Number.POSITIVE_INFINITY;
  return fround(d * logRatio32(x, y, d));
};

/** φ(x, m) + φ(y, m). */
const jensenShannon64: Term = (x, y, d) => {
  const m = 0.5 * (x + y);
  if (m === 0) return 0;
  const h = 0.5 * d;
  return (x === 0 ? m : phi64(x, m, h)) + (y === 0 ? m : phi64(y, m, -h));
};

const jensenShannon32: Term = (x, y, d) => {
  const m = fround(0.5 * fround(x + y));
  if (m === 0) return 0;
  const h = fround(0.5 * d);
  return fround((x === 0 ? m : phi32(x, m, h)) + (y === 0 ? m : phi32(y, m, -h)));
};

const term64 = (op: number): Term => (op === GIVEN ? given64 : op === KL ? kl64 : op === JEFFREYS ? jeffreys64 : jensenShannon64);
const term32 = (op: number): Term => (op === GIVEN ? given32 : op === KL ? kl32 : op === JEFFREYS ? jeffreys32 : jensenShannon32);

/** Not a divergence: the difference itself. */
const subtract: Term = (_x, _y, d) => d;

function finish(op: number, sum: number, normalize: boolean, P: number): number {
  const scaled = op === JENSEN_SHANNON ? 0.5 * sum : sum;
  const v = normalize ? scaled / P : scaled;
  if (v < 0 && op !== GIVEN) return 0;
  return op === JENSEN_SHANNON && normalize && v > LN2 ? LN2 : v; // rounding or not
}

/** The divergence of one row from P = Σp and E = Σ(p − q), or NaN where sums or entries are out of the lanes' range. */
export function equalMass64(
  op: number,
  p: Float64Array,
  a: number,
  q: Float64Array,
  b: number,
  cols: number,
  normalize: boolean,
  P: number,
  E: number,
): number {
  let Q = P - E;
  let eta = 0;
  if (!(Q >= 0.5 * P && Q <= 2 * P)) Q = rowSum64(q, b, cols);
  if (!(isOrdinary64(P) && isOrdinary64(Q) && leastOf(p, a, cols) >= 0 && leastOf(q, b, cols) >= 0)) return Number.NaN;
  let scale = SCALE_64;
  if (normalize) {
    const ratio = P / Q;
    if (!isModerate64(ratio)) return Number.NaN;
    let difference = E;
    if (!(ratio >= 0.5 && ratio <= 2)) {
      const factor = POWERS[exponentOf(ratio) + 1022] as number;
      scale *= factor;
      Q *= factor;
      difference = sumOf64(subtract, p, a, q, b, cols, scale, 0);
    }
    eta = difference / Q;
  }
  return finish(op, sumOf64(term64(op), p, a, q, b, cols, scale, eta), normalize, P);
}

function sumOf64(term: Term, p: Float64Array, a: number, q: Float64Array, b: number, cols: number, scale: number, ratio: number): number {
  const eta = ratio;
  const growth = 1 + eta;
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) {
      const x = (p[a + c + i] as number) * SCALE_64;
      const y = (q[b + c + i] as number) * scale;
      terms64[i] = term(x, y * growth, x - y - y * eta);
    }
    running.add(blockSum64(terms64, 0, n));
  }
  return running.value * UNSCALE_64;
}

/** The divergence of one row from P = Σp and E = Σ(p − q), or NaN where sums or entries are out of the lanes' range. */
export function equalMass32(
  op: number,
  p: Float32Array,
  a: number,
  q: Float32Array,
  b: number,
  cols: number,
  normalize: boolean,
  P: number,
  E: number,
): number {
  let Q = P - E;
  let eta = 0;
  if (!(Q >= 0.5 * P && Q <= 2 * P)) Q = rowSum32(q, b, cols);
  if (!(isOrdinary32(P) && isOrdinary32(Q) && leastOf(p, a, cols) >= 0 && leastOf(q, b, cols) >= 0)) return Number.NaN;
  let scale = SCALE_32;
  if (normalize) {
    const ratio = P / Q;
    if (!isModerate32(ratio)) return Number.NaN;
    let difference = E;
    if (!(ratio >= 0.5 && ratio <= 2)) {
      const factor = POWERS[exponentOf(ratio) + 1022] as number;
      scale *= factor;
      Q *= factor;
      difference = sumOf32(subtract, p, a, q, b, cols, scale, 0);
    }
    eta = difference / Q;
  }
  return finish(op, sumOf32(term32(op), p, a, q, b, cols, scale, eta), normalize, P);
}

function sumOf32(term: Term, p: Float32Array, a: number, q: Float32Array, b: number, cols: number, scale: number, ratio: number): number {
  const eta = fround(ratio);
  const growth = fround(1 + eta);
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) {
      const x = fround((p[a + c + i] as number) * SCALE_32);
      const y = fround((q[b + c + i] as number) * scale);
      terms32[i] = term(x, fround(y * growth), fround(fround(x - y) - fround(y * eta)));
    }
    running.add(blockSum32(terms32, 0, n));
  }
  return running.value * UNSCALE_32;
}

/** Rows of one divergence. */
export const equalMassRows64 =
  (op: number): Kernel =>
  (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as [Float64Array, Float64Array];
    const normalize = params[0] !== 0;
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      const v = equalMass64(op, p, a, q, b, cols, normalize, rowSum64(p, a, cols), rowDifference64(p, a, q, b, cols));
      out[r] = Number.isNaN(v) ? robustDivergence(op, p, a, q, b, cols, normalize) : v;
    }
  };

/** Rows of one divergence. */
export const equalMassRows32 =
  (op: number): Kernel =>
  (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as [Float32Array, Float32Array];
    const normalize = params[0] !== 0;
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      const v = equalMass32(op, p, a, q, b, cols, normalize, rowSum32(p, a, cols), rowDifference32(p, a, q, b, cols));
      out[r] = Number.isNaN(v) ? robustDivergence(op, p, a, q, b, cols, normalize) : v;
    }
  };
