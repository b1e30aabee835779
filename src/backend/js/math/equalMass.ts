/** Twin of assembly/math/equalMass.ts: rows of q brought to the mass of p. Formulas and bounds stand there. */
import { logRatio32, logRatio64, phi32, phi64, SCALE_32, SCALE_64, UNSCALE_32, UNSCALE_64 } from './logRatio.js';
import { JEFFREYS, KL } from './robust.js';
import { blockSum32, blockSum64, Running } from './sums.js';

const fround = Math.fround;
const BLOCK = 64;

const terms64 = new Float64Array(BLOCK);
const terms32 = new Float32Array(BLOCK);
const running = new Running();

type Term = (x: number, y: number, d: number) => number;

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

const term64 = (op: number): Term => (op === KL ? kl64 : op === JEFFREYS ? jeffreys64 : jensenShannon64);
const term32 = (op: number): Term => (op === KL ? kl32 : op === JEFFREYS ? jeffreys32 : jensenShannon32);

/** Σ terms of one row (Jensen–Shannon: Σ[φ(p, m) + φ(q̃, m)]). */
export function equalMassRow64(op: number, p: Float64Array, a: number, q: Float64Array, b: number, cols: number, eta: number): number {
  const term = term64(op);
  const growth = 1 + eta;
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) {
      const x = (p[a + c + i] as number) * SCALE_64;
      const y = (q[b + c + i] as number) * SCALE_64;
      terms64[i] = term(x, y * growth, x - y - y * eta);
    }
    running.add(blockSum64(terms64, 0, n));
  }
  return running.value * UNSCALE_64;
}

export function equalMassRow32(op: number, p: Float32Array, a: number, q: Float32Array, b: number, cols: number, ratio: number): number {
  const term = term32(op);
  const eta = fround(ratio);
  const growth = fround(1 + eta);
  running.clear();
  for (let c = 0; c < cols; c += BLOCK) {
    const n = Math.min(BLOCK, cols - c);
    for (let i = 0; i < n; i++) {
      const x = fround((p[a + c + i] as number) * SCALE_32);
      const y = fround((q[b + c + i] as number) * SCALE_32);
      terms32[i] = term(x, fround(y * growth), fround(fround(x - y) - fround(y * eta)));
    }
    running.add(blockSum32(terms32, 0, n));
  }
  return running.value * UNSCALE_32;
}
