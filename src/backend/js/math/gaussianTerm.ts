/** Twin of assembly/math/gaussianTerm.ts: formulas, domains and bounds stand there. What is out of its domain is done here alone, by `guardedTerm`. */
import { em1mx, exp, expNormal } from './exp.js';
import { log } from './log.js';
import { LN2_STEP_64, stepOf, tail64 } from './logRatio.js';
import { POWERS } from './powers.js';
import { sumError } from './sums.js';

/** What x and y are. */
export const VARIANCE = 0;
export const STD = 1;
export const LOG_VARIANCE = 2;

const SMALLEST = 3.054936363499605e-151;
const LARGEST_GAP = 700;
const LARGEST_LOG = 1400;
const LARGEST = 2.5822498780869086e120;
const SMALL = 4.909093465297727e-91; // 2⁻³⁰⁰
const LARGE = 2.037035976334486e90; // 2³⁰⁰
const UP = 6.668014432879854e240; // 2⁸⁰⁰

/** Entries of up to a tile for `fill`; one more for `guardedSpread`. And the high words of x and y. */
export const TILE = 256;
export const means0 = new Float64Array(TILE + 1);
export const spreads0 = new Float64Array(TILE + 1);
export const means1 = new Float64Array(TILE + 1);
export const spreads1 = new Float64Array(TILE + 1);
const words0 = new Int32Array(spreads0.buffer);
const words1 = new Int32Array(spreads1.buffer);
const guarded = new Float64Array(TILE + 1);

/** Terms of the first n staged entries; whether `term` holds for all of them. For a prior the staged means1 and spreads1 are those of N(0, 1). */
export function fill(kind: number, prior: boolean, n: number, to: Float64Array): boolean {
  return kind === LOG_VARIANCE ? fillLog(prior, n, to) : fillSpread(kind, 0, n, to);
}

/** Formulas in full inside the loops: calls that the compiler does not inline would box every result. */
function fillSpread(kind: number, from: number, n: number, to: Float64Array): boolean {
  for (let i = from; i < n; i++) {
    const x = spreads0[i] as number;
    const y = spreads1[i] as number;
    const inverse = 1 / y;
    if (!(x >= SMALLEST && inverse >= SMALLEST)) return false;
    const step = ((words0[2 * i + 1] as number) - (words1[2 * i + 1] as number) + 0x80000) & 0xfff00000;
    const k = step >> 20;
    const near = y * (POWERS[k + 1022] as number);
    const scale = POWERS[1022 - k] as number;
    const d = x - near;
    const s = d / (x + near);
    const z = s * s;
    const eNear = d * (inverse * scale);
    const close = s * (eNear - z * tail64(z));
    const gap = (means0[i] as number) - (means1[i] as number);
    const shift = gap * inverse;
    const e = (x - y) * inverse;
    const far = e - eNear - step * LN2_STEP_64;
    const t = kind === VARIANCE ? 0.5 * (close + (far + shift * gap)) : close + (far + 0.5 * (e * e + shift * shift));
    if (!(t <= LARGEST)) return false;
    to[i] = t;
  }
  return true;
}

function fillLog(prior: boolean, n: number, to: Float64Array): boolean {
  for (let i = 0; i < n; i++) {
    const x = spreads0[i] as number;
    const y = spreads1[i] as number;
    const d = x - y;
    if (!(d <= LARGEST_GAP && d >= -LARGEST_GAP && y <= LARGEST_LOG && y >= -LARGEST_LOG)) return false;
    const g = em1mx(d);
    const gap = (means0[i] as number) - (means1[i] as number);
    const u = prior ? gap : gap * expNormal(-0.5 * y);
    const bb = d - x;
    const lost = x - (d - bb) - (y + bb); // sumError(x, −y, d)
    const t = 0.5 * (g + lost * (g + d) + u * u);
    if (!(t <= LARGEST)) return false;
    to[i] = t;
  }
  return true;
}

/** The divergence where x − y is known as `difference`; no log-variances. */
export function termGiven(kind: number, gap: number, x: number, y: number, inverse: number, difference: number): number {
  const step = stepOf(x, y);
  const k = step >> 20;
  const near = y * (POWERS[k + 1022] as number);
  const scale = POWERS[1022 - k] as number;
  const d = step === 0 ? difference : x - near;
  const s = d / (x + near);
  const z = s * s;
  const eNear = d * (inverse * scale);
  const close = s * (eNear - z * tail64(z));
  const e = difference * inverse;
  const far = e - eNear - step * LN2_STEP_64;
  const shift = gap * inverse;
  return kind === VARIANCE ? 0.5 * (close + (far + shift * gap)) : close + (far + 0.5 * (e * e + shift * shift));
}

const isReal = (x: number): boolean => x - x === 0;

/** The divergence for any numbers: NaN where a parameter is not one of a Gaussian. */
export function guardedTerm(kind: number, m0: number, x: number, m1: number, y: number): number {
  const valid = kind === LOG_VARIANCE || (x > 0 && y > 0);
  if (!(valid && isReal(x) && isReal(y) && isReal(m0) && isReal(m1))) return NaN;
  const gap = m0 - m1;
  const overflows = gap === Infinity || gap === -Infinity;
  // ½·δ² = c·a²: where δ overflows, a is half of it.
  const a = overflows ? 0.5 * m0 - 0.5 * m1 : gap;
  const c = overflows ? 2 : 0.5;
  if (kind === LOG_VARIANCE) {
    // In four factors: neither e^(−y/2) nor a product on the way overflows or vanishes before the result does.
    const root = exp(-0.125 * (y < -4000 ? -4000 : y > 4000 ? 4000 : y));
    const u = a * root * root * root * root;
    return guardedEm1mx(x, y) + c * u * u;
  }
  if (kind === STD) {
    const u = a / y;
    return guardedSpread(kind, x, y) + c * u * u;
  }
  // δ²/y with y brought to mid-range, δ by the square root of its factor.
  const up = y < SMALL;
  const down = y > LARGE;
  const b = up ? a * LARGE : down ? a * SMALL : a;
  const v = up ? y * LARGE * LARGE : down ? y * SMALL * SMALL : y;
  return guardedSpread(kind, x, y) + c * (b / v) * b;
}

/** ½·IS(x, y), or its like for standard deviations. */
function guardedSpread(kind: number, x: number, y: number): number {
  const r = x / y;
  // Above 2¹⁰⁰ the logarithm is below half an ULP; below 2⁻¹⁵⁰ it is above 104, and log x and log y are below 746.
  if (r > 1.2676506002282294e30) return kind === STD ? 0.5 * r * r : (0.5 * x) / y;
  if (r < 7.006492321624085e-46) {
    const difference = log(x) - log(y);
    return kind === STD ? -0.5 - difference : -0.5 - 0.5 * difference;
  }
  const factor = y < SMALL ? UP : y > LARGE ? SMALL * SMALL : 1;
  spreads0[TILE] = x * factor;
  spreads1[TILE] = y * factor;
  fillSpread(kind, TILE, TILE + 1, guarded);
  return guarded[TILE] as number;
}

/** ½·em1mx(x − y), also where x − y or e^(x−y) overflows. */
function guardedEm1mx(x: number, y: number): number {
  const d = x - y;
  if (d < -700) return 0.5 * y - 0.5 * x - 0.5;
  const lost = sumError(x, -y, d);
  if (d > 700) {
    const root = exp(0.5 * d);
    return 0.5 * root * root * (d < 1500 ? 1 + lost : 1);
  }
  const g = em1mx(d);
  return 0.5 * (g + lost * (g + d));
}
