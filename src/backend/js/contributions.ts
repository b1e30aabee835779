/** Twin of assembly/kernels/contributions.ts. Formulas and bounds stand there. */
import type { Floats } from '../../types.js';
import { CONTRIBUTIONS, type Kernel } from '../contract.js';
import { doubles, words } from './math/bits.js';
import {
  exponentOf,
  isModerate64,
  isOrdinary64,
  LN2,
  logRatio64,
  nearestExponentOf,
  phi64,
  SCALE_64,
  scale,
  times,
  UNSCALE_64,
} from './math/logRatio.js';
import { pairSum, scratchRow } from './math/pairs.js';
import { POWERS } from './math/powers.js';
import { largestMass } from './math/sums.js';

/** Binades apart from which the smaller of two is nothing beside the larger. */
const FAR = 900;

/** Reads a row, each entry by `how`; returns its sum, or NaN for a row with entries below 0. */
function read(from: Floats, start: number, n: number, to: Float64Array, how: (x: number) => number): number {
  let least = 0;
  for (let i = 0; i < n; i++) {
    const x = from[start + i] as number;
    if (x < least) least = x;
    to[i] = how(x);
  }
  return least < 0 ? NaN : pairSum(to, n);
}

function subtract(x: Float64Array, y: Float64Array, n: number, d: Float64Array): number {
  for (let i = 0; i < n; i++) d[i] = (x[i] as number) - (y[i] as number);
  return pairSum(d, n);
}

const { nonNegative, logRatio } = CONTRIBUTIONS;

/** One contribution of a kind from a and b = q̃, with a − b known as d. */
function contribution(a: number, b: number, d: number, kind: number): number {
  if (a === 0) return kind === nonNegative ? b : 0;
  if (b === 0) return Infinity;
  if (kind === logRatio) return logRatio64(a, b, d);
  if (kind === nonNegative) {
    const t = phi64(a, b, d);
    return t < 0 ? 0 : t;
  }
  return d < 0 ? (phi64(b, a, -d) + -d) * -(a / b) : phi64(a, b, d) + d;
}

/** The first 24 bits of a number above 0. */
function upTo24Bits(x: number): number {
  doubles[0] = x;
  words[0] = (words[0] as number) & 0xe0000000;
  return doubles[0];
}

const upscaled = (x: number): number => x * SCALE_64;

/** A row within the lanes' range; false for another one. */
function quick(p: Floats, a: number, q: Floats, b: number, n: number, normalize: boolean, kind: number, out: Floats, at: number): boolean {
  const [x, y, d] = [scratchRow(0, n), scratchRow(1, n), scratchRow(2, n)];
  const P = read(p, a, n, x, upscaled) * UNSCALE_64;
  let Q = read(q, b, n, y, upscaled) * UNSCALE_64;
  const ratio = P / Q;
  if (!(isOrdinary64(P) && isOrdinary64(Q) && isModerate64(ratio))) return false;
  const factor = !normalize ? 1 : kind === logRatio ? upTo24Bits(ratio) : (POWERS[nearestExponentOf(ratio) + 1022] as number);
  if (factor !== 1) {
    Q *= factor;
    for (let i = 0; i < n; i++) y[i] = (y[i] as number) * factor;
  }
  const E = subtract(x, y, n, d) * UNSCALE_64;
  const eta = normalize ? E / Q : 0;
  const times = kind === logRatio ? 1 : normalize ? UNSCALE_64 / P : UNSCALE_64;
  for (let i = 0; i < n; i++) {
    const each = (d[i] as number) - (y[i] as number) * eta;
    out[at + i] = contribution(x[i] as number, (y[i] as number) * (1 + eta), each, kind) * times;
  }
  return true;
}

/** The largest entry's exponent; −1074 for a row of zeros, NaN for one that is no row of masses. */
function topOf(row: Floats, at: number, n: number): number {
  const most = largestMass(row, at, n);
  return most > 0 ? exponentOf(most) : most - 1074; // NaN stays NaN
}

/** Any row: entry by entry on mantissas and exponents. False for one outside the domain. */
function robust(p: Floats, a: number, q: Floats, b: number, n: number, normalize: boolean, kind: number, out: Floats, at: number): boolean {
  const [x, y, d] = [scratchRow(0, n), scratchRow(1, n), scratchRow(2, n)];
  let ep = topOf(p, a, n);
  let eq = topOf(q, b, n);
  if (Number.isNaN(ep) || Number.isNaN(eq)) return false;
  let eta = 0;
  let mass = 1;
  let factor = 1;
  if (normalize) {
    mass = read(p, a, n, x, (v) => scale(v, -ep));
    const other = read(q, b, n, y, (v) => scale(v, -eq));
    if (mass === 0 || other === 0) return false;
    eq -= nearestExponentOf(mass / other);
    const Q = read(q, b, n, y, (v) => scale(v, -eq));
    if (kind === logRatio) factor = upTo24Bits(mass / Q);
    if (factor !== 1) for (let i = 0; i < n; i++) y[i] = (y[i] as number) * factor;
    eta = subtract(x, y, n, d) / (Q * factor);
  } else ep = eq = 0;
  for (let i = 0; i < n; i++) {
    const [u, v] = [p[a + i] as number, (q[b + i] as number) * factor];
    out[at + i] = u === 0 && v === 0 ? 0 : apart(u, v, ep, eq, eta, mass, kind);
  }
  return true;
}

/** One contribution of u and v, which are counted in 2^ep and 2^eq. */
function apart(u: number, v: number, ep: number, eq: number, eta: number, mass: number, kind: number): number {
  const eu = exponentOf(u === 0 ? v : u) - (u === 0 ? eq : ep);
  const ev = exponentOf(v === 0 ? u : v) - (v === 0 ? ep : eq);
  const e = eu > ev ? eu : ev;
  if (e - eu < FAR && e - ev < FAR) {
    // Both in units of about the larger one.
    const x = times(u, -ep - e);
    const y = times(v, -eq - e);
    const value = contribution(x, y * (1 + eta), x - y - y * eta, kind);
    return kind === logRatio ? value : times(value / mass, e);
  }
  const x = times(u, -ep - eu);
  const y = times(v, -eq - ev) * (1 + eta);
  if (kind === nonNegative && ev > eu) return times(y / mass, ev); // the rest is beyond its last bit
  const ratio = logRatio64(x, y) + (eu - ev) * LN2;
  return kind === logRatio ? ratio : times((x * (kind === nonNegative ? ratio - 1 : ratio)) / mass, eu);
}

function contributionRows(
  inputs: readonly Floats[],
  steps: readonly number[],
  rows: number,
  cols: number,
  params: readonly number[],
  out: Floats,
) {
  const [p, q] = inputs as readonly [Floats, Floats];
  const [stepP, stepQ] = steps as readonly [number, number];
  const [normalize, kind] = [params[0] !== 0, params[1] as number];
  for (let r = 0; r < rows; r++) {
    const at = r * cols;
    const done =
      quick(p, r * stepP, q, r * stepQ, cols, normalize, kind, out, at) ||
      robust(p, r * stepP, q, r * stepQ, cols, normalize, kind, out, at);
    if (!done) out.fill(NaN, at, at + cols);
  }
  return undefined;
}

export const contributions = {
  contributionRows: { f64: contributionRows, f32: contributionRows },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
