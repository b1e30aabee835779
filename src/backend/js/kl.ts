/** Twin of assembly/kernels/kl.ts: the same terms, sums and decisions, a tile of rows at a time (math/klTile.ts). Formulas and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { type EqualMass, equalMass32, equalMass64, equalMassRows32, equalMassRows64 } from './math/equalMass.js';
import { type KlTile, klTile32, klTile64, TILE } from './math/klTile.js';
import { isOrdinary32, isOrdinary64, phi64 } from './math/logRatio.js';
import { GIVEN, KL, robustDivergence } from './math/robust.js';
import { layMeans } from './math/means.js';
import { sumError } from './math/sums.js';

const BLOCK = 64;

const row = () => new Float64Array(TILE);
/** Sums over the blocks of rows in two parts. */
const runningSums = [0, 1, 2].map(() => ({ high: row(), low: row() }));
/** What the sums of terms are to be multiplied by, block by block. */
const factors = row();

/** Short rows lie end to end in a tile, a long row takes several in turn. As given, rows go through `given`. */
function klRows<A extends Floats>(loops: KlTile<A>, wide: boolean, equalMass: EqualMass<A>, given: Kernel): Kernel {
  const { tile, sumRows } = loops;
  const { sumF, sumP, sumE } = tile;
  const sums = [sumF, sumP, sumE];
  return (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as readonly [A, A];
    const [stepP, stepQ] = steps as readonly [number, number];
    if (params[0] === 0) {
      given(inputs, steps, rows, cols, params, out);
      return;
    }
    const group = cols < TILE ? Math.floor(TILE / Math.max(cols, 1)) : 1;
    for (let first = 0; first < rows; first += group) {
      const count = Math.min(group, rows - first);
      for (let c = 0; c === 0 || c < cols; c += TILE) {
        const width = Math.min(TILE, cols - c);
        const filled = count * width;
        fill(tile.p, p, first * stepP + c, stepP, width, filled);
        // A reference row that fits stays where the first group has put it.
        if (stepQ > 0 || first === 0 || cols > TILE) fill(tile.q, q, first * stepQ + c, stepQ, width, filled);
        const isScaled = makeTerms(loops, width, filled);
        const blocks = Math.ceil(width / BLOCK);
        for (let i = 0, k = 0; i === 0 || i < width; i += BLOCK, k++) {
          sumRows(i, Math.min(BLOCK, width - i), width, count);
          if (isScaled) for (let r = 0; r < count; r++) sumF[r] = (sumF[r] as number) * (factors[r * blocks + k] as number);
          if (cols <= BLOCK) continue;
          for (let j = 0; j < 3; j++) accumulate(sums[j] as Float64Array, j, count, c + i === 0);
        }
      }
      close(wide, tile, count);
      for (let r = 0; r < count; r++) {
        const row = first + r;
        let v = sumF[r] as number;
        if (v !== v) v = equalMass(KL, p, row * stepP, q, row * stepQ, cols, true, sumP[r] as number, sumE[r] as number);
        if (v !== v) v = robustDivergence(KL, p, row * stepP, q, row * stepQ, cols, true);
        out[row] = v;
      }
    }
  };
}

/** Makes the terms of a tile, those of a block with an entry that is too small from scaled entries; returns whether there is one, and `factors` are set. */
function makeTerms<A extends Floats>({ ratios, finish, guarded, unscale }: KlTile<A>, width: number, filled: number): boolean {
  let ready = ratios(0, filled); // terms up to here are made
  finish(0, ready);
  if (ready === filled) return false;
  for (let start = 0, k = 0; start < filled; start += width) {
    for (let i = 0; i < width; i += BLOCK, k++) {
      const at = start + i;
      const end = at + Math.min(BLOCK, width - i);
      if (end > ready) {
        ready = ratios(at, filled);
        finish(at, ready);
      }
      factors[k] = end > ready ? unscale : 1;
      if (end > ready) guarded(at, end);
    }
  }
  return true;
}

/** Puts rows of `width` entries end to end into a tile until `filled` entries are there. */
function fill<A extends Floats>(tile: A, data: A, from: number, step: number, width: number, filled: number): void {
  const run = step === width ? filled : width;
  for (let at = 0; at < filled; at += run) {
    const start = from + (at / width) * step;
    if (run > 32) tile.set(data.subarray(start, start + run), at);
    else for (let i = 0; i < run; i++) tile[at + i] = data[start + i] as number; // making a view costs more
  }
}

/** Puts the rows' sums so far in place of a block's, by TwoSum. */
function accumulate(sums: Float64Array, j: number, count: number, isFirst: boolean): void {
  const { high, low } = runningSums[j] as { high: Float64Array; low: Float64Array };
  if (isFirst) {
    for (let r = 0; r < count; r++) {
      high[r] = sums[r] as number;
      low[r] = 0;
    }
    return;
  }
  for (let r = 0; r < count; r++) {
    const block = sums[r] as number;
    const before = high[r] as number;
    const h = before + block;
    const l = (low[r] as number) + sumError(before, block, h);
    const sum = h + l;
    high[r] = h;
    low[r] = l;
    sums[r] = sum === sum ? sum : h; // an infinite term leaves NaN in the low part
  }
}

/** Puts the rows' values in place of F, or NaN where a row needs more. */
function close(wide: boolean, { sumF, sumP, sumE }: Readonly<Record<'sumF' | 'sumP' | 'sumE', Float64Array>>, count: number): void {
  const isOrdinary = wide ? isOrdinary64 : isOrdinary32;
  for (let r = 0; r < count; r++) {
    const terms = sumF[r] as number;
    const p = sumP[r] as number;
    const e = sumE[r] as number;
    const q = p - e;
    let v = NaN;
    if (isOrdinary(p) && isOrdinary(q) && q >= 0.5 * p && q <= 2 * p) {
      const s = e / (p + q);
      const z = s * s;
      // φ(P, Q); by its series where P and Q are close, which is nearly always
      const excess = z < 1e-6 ? s * (e + p * z * (0.6666666666666666 + z * (0.4 + z * 0.2857142857142857))) : phi64(p, q, e);
      if (excess <= 0.5 * terms) v = Math.max(0, (terms - excess) / p); // else they would cancel
    }
    sumF[r] = v;
  }
}

/** From the mean of each row's members, laid out a tile of rows at a time. */
function memberRows(kl: Kernel, make: new (length: number) => Floats): Kernel {
  let means = new make(TILE);
  return ([p], [step], rows, cols, [members = 1], out) => {
    const parts = cols % members === 0 ? members : 1;
    const group = Math.max(1, Math.floor(TILE / Math.max(cols, 1)));
    if (means.length < cols) means = new make(cols);
    for (let first = 0; first < rows; first += group) {
      const count = Math.min(group, rows - first);
      const from = first * (step as number);
      for (let r = 0; r < count; r++) layMeans(p as Floats, from + r * (step as number), parts, cols / parts, means, r * cols);
      kl([(p as Floats).subarray(from), means], [step as number, cols], count, cols, [1], out.subarray(first));
    }
  };
}

const rows = {
  f64: klRows(klTile64, true, equalMass64, equalMassRows64(GIVEN)),
  f32: klRows(klTile32, false, equalMass32, equalMassRows32(GIVEN)),
};

export const kl = {
  klRows: rows,
  memberKlRows: { f64: memberRows(rows.f64, Float64Array), f32: memberRows(rows.f32, Float32Array) },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
