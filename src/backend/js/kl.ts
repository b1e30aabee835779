/** Twin of assembly/kernels/kl.ts: the same terms, sums and decisions, a tile of rows at a time (math/klTile.ts). Formulas and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { type EqualMass, equalMass32, equalMass64, equalMassRows32, equalMassRows64 } from './math/equalMass.js';
import { type KlTile, klTile32, klTile64, TILE } from './math/klTile.js';
import { isOrdinary32, isOrdinary64, phi64 } from './math/logRatio.js';
import { GIVEN, KL, robustDivergence } from './math/robust.js';
import { sumError } from './math/sums.js';

const BLOCK = 64;

/** Short rows lie end to end in a tile, a long row takes several in turn. As given, rows go through `given`. */
function klRows<A extends Floats>(loops: KlTile<A>, wide: boolean, equalMass: EqualMass<A>, given: Kernel): Kernel {
  const { tile, ratios, finish, sumBlock, guarded, unscale } = loops;
  const { sums } = tile;
  return (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as readonly [A, A];
    const [stepP, stepQ] = steps as readonly [number, number];
    if (params[0] === 0) {
      given(inputs, steps, rows, cols, params, out);
      return;
    }
    const single = cols <= BLOCK;
    const group = cols < TILE ? Math.floor(TILE / Math.max(cols, 1)) : 1;
    for (let first = 0; first < rows; first += group) {
      const count = Math.min(group, rows - first);
      let c = 0;
      do {
        const width = Math.min(TILE, cols - c);
        const filled = count * width;
        fill(tile.p, p, first * stepP + c, stepP, width, filled);
        // A reference row that fits stays where the first group has put it.
        if (stepQ > 0 || first === 0 || cols > TILE) fill(tile.q, q, first * stepQ + c, stepQ, width, filled);
        let ready = 0; // terms up to here are made
        for (let r = 0; r < count; r++) {
          if (c === 0 && !single) sums.fill(0);
          let i = 0;
          do {
            const at = r * width + i;
            const end = at + Math.min(BLOCK, width - i);
            if (end > ready) {
              ready = ratios(at, filled);
              finish(at, ready);
            }
            const scaled = end > ready;
            if (scaled) guarded(at, end);
            sumBlock(at, end);
            if (scaled) sums[0] = (sums[0] as number) * unscale;
            if (!single) accumulate(sums);
            i += BLOCK;
          } while (i < width);
          if (c + width < cols) break; // the row goes on in the next tile
          if (!single) total(sums);
          close(wide, sums);
          const row = first + r;
          const a = row * stepP;
          const b = row * stepQ;
          let v = sums[0] as number;
          if (v !== v) v = equalMass(KL, p, a, q, b, cols, true, sums[1] as number, sums[2] as number);
          if (v !== v) v = robustDivergence(KL, p, a, q, b, cols, true);
          out[row] = v;
        }
        c += TILE;
      } while (c < cols);
    }
  };
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

/** Adds a block's three sums (entries 0 to 2) to the row's (high parts 3 to 5, low parts 6 to 8), by TwoSum. */
function accumulate(sums: Float64Array): void {
  for (let k = 0; k < 3; k++) {
    const block = sums[k] as number;
    const high = sums[k + 3] as number;
    const h = high + block;
    sums[k + 6] = (sums[k + 6] as number) + sumError(high, block, h);
    sums[k + 3] = h;
  }
}

function total(sums: Float64Array): void {
  for (let k = 0; k < 3; k++) {
    const high = sums[k + 3] as number;
    const sum = high + (sums[k + 6] as number);
    sums[k] = sum === sum ? sum : high; // an infinite term leaves NaN in the low part
  }
}

/** Puts the row's value in place of F, or NaN where the row needs more. In an array: V8 boxes every double that goes through a call. */
function close(wide: boolean, sums: Float64Array): void {
  const F = sums[0] as number;
  const P = sums[1] as number;
  const E = sums[2] as number;
  const Q = P - E;
  sums[0] = Number.NaN;
  if (!(wide ? isOrdinary64(P) && isOrdinary64(Q) : isOrdinary32(P) && isOrdinary32(Q))) return;
  if (!(Q >= 0.5 * P && Q <= 2 * P && P > 0)) return;
  const s = E / (P + Q);
  const z = s * s;
  // φ(P, Q); by its series where P and Q are close, which is nearly always
  const excess = z < 1e-6 ? s * (E + P * z * (0.6666666666666666 + z * (0.4 + z * 0.2857142857142857))) : phi64(P, Q, E);
  if (!(excess <= 0.5 * F)) return; // they would cancel
  const v = (F - excess) / P;
  sums[0] = v < 0 ? 0 : v;
}

export const kl = {
  klRows: {
    f64: klRows(klTile64, true, equalMass64, equalMassRows64(GIVEN)),
    f32: klRows(klTile32, false, equalMass32, equalMassRows32(GIVEN)),
  },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
