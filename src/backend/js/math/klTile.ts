/**
 * Terms and block sums of KL, a tile of entries at a time: the hot loops of ../kl.ts. What makes them fast on V8:
 *
 *   Tiles   Entries are copied into arrays that the loops reach as constants: no check of their kind, no load of their address and length at
 *           each access. The bundler turns `const` into `var`, which to V8 is no constant, but a property of a function is one under the name
 *           that the function has for itself. 7.5 → 5.9 ns an entry.
 *   Passes  Terms are made in two or three loops: chains of operations are then short enough for a core to have several entries under way.
 *           f64 6.3 → 5.4 ns; f32, where every rounding is a conversion to f32 and back, 10.9 → 7.6 ns.
 *   Wide    f32 values that are read again are kept as f64: a load would convert them, and conversions are what f32 rows wait for. 20.4 → 17.4 ns (another machine).
 *   Rounded Terms are rounded to f32 by arithmetic (single.ts), sums, where much else is added, by conversions: 14.4 → 10.8 ns.
 *   Sums    A loop over all the rows of a tile, short steps written out: a call for each row would box what it returns. Rows of 10: 6.5 → 2.5 ns.
 */
import type { Floats } from '../../../types.js';
import { fround } from './bits.js';
import { LN2_32, phi32, phi64, SCALE_32, SCALE_64, tail64, UNSCALE_32, UNSCALE_64, ZERO_32, ZERO_64 } from './logRatio.js';
import { POWERS } from './powers.js';
import { single } from './single.js';
import { lane64 } from './sums.js';

/** Entries of a tile; its seven or eight arrays fit the first-level cache. */
export const TILE = 512;

/** Entries and their bits; what one pass leaves to the next; terms, p and differences p − q, and their sums for each row, of which there are no more than entries. */
function tileOf<A extends Floats>(make: new (length: number) => A) {
  const [p, q] = [new make(TILE), new make(TILE)];
  const row = () => new Float64Array(TILE);
  const between = { ratio: row(), square: row(), apart: row(), rest: row() };
  const made = { term: row(), wide: row(), difference: row() };
  const sums = { sumF: row(), sumP: row(), sumE: row() };
  return {
    p,
    q,
    bitsP: new Int32Array(p.buffer),
    bitsQ: new Int32Array(q.buffer),
    powers: POWERS,
    ln2: LN2_32,
    ...between,
    ...made,
    ...sums,
  };
}

/** A loop over the entries from `from` to `end` of the tile that it carries. */
interface Pass<A extends Floats> {
  (from: number, end: number): number;
  tile: ReturnType<typeof tileOf<A>>;
}
/** A loop over the rows of the tile that it carries. */
interface SumRows<A extends Floats> {
  (from: number, n: number, width: number, count: number): void;
  tile: ReturnType<typeof tileOf<A>>;
}
type Pass64 = Pass<Float64Array>;
type Pass32 = Pass<Float32Array>;

const tile64 = tileOf<Float64Array>(Float64Array);
const tile32 = tileOf<Float32Array>(Float32Array);
const on64 = (pass: (from: number, end: number) => number): Pass64 => Object.assign(pass, { tile: tile64 });
const on32 = (pass: (from: number, end: number) => number): Pass32 => Object.assign(pass, { tile: tile32 });

/** First pass of unscaled φ, up to the first entry that is too small for it (or no mass, or above all ordinary ones); returns where that is. */
const ratios64 = on64(function self(from, end) {
  const { p, q, bitsP, bitsQ, powers, ratio, apart, rest, difference } = (self as Pass64).tile;
  const least = 0x26f00000; // the high word of 2⁻⁴⁰⁰
  for (let i = from; i < end; i++) {
    const x = p[i] as number;
    const y = q[i] as number;
    const highX = bitsP[(i << 1) | 1] as number;
    const highY = bitsQ[(i << 1) | 1] as number;
    if (((highX - least) | (highY - least)) >>> 29 !== 0) return i;
    const step = (highX - highY + 0x80000) & 0xfff00000;
    const near = y * (powers[(step >> 20) + 1022] as number);
    const d = x - near;
    apart[i] = d;
    ratio[i] = d / (x + near);
    rest[i] = x * (step * 6.610366635894254e-7) + (y - near); // ln2·2⁻²⁰
    difference[i] = x - y;
  }
  return end;
});

const finish64 = on64(function self(from, end) {
  const { p, ratio, apart, rest, term } = (self as Pass64).tile;
  for (let i = from; i < end; i++) {
    const s = ratio[i] as number;
    const z = s * s;
    term[i] = s * ((apart[i] as number) + (p[i] as number) * z * tail64(z)) + (rest[i] as number);
  }
  return end;
});

const ratios32 = on32(function self(from, end) {
  const { p, q, bitsP, bitsQ, powers, ln2, ratio, square, apart, rest, wide, difference } = (self as Pass32).tile;
  const least = 0x21800000; // the bits of 2⁻⁶⁰
  for (let i = from; i < end; i++) {
    const x = p[i] as number;
    const y = q[i] as number;
    const bitsX = bitsP[i] as number;
    const bitsY = bitsQ[i] as number;
    if (((bitsX - least) | (bitsY - least)) >>> 30 !== 0) return i;
    const k = (bitsX - bitsY + 0x400000) >> 23;
    const near = y * (powers[k + 1022] as number);
    const d = x - near;
    const s = single(d / single(x + near));
    apart[i] = d;
    ratio[i] = s;
    square[i] = single(s * s);
    rest[i] = single(single(x * (ln2[k + 256] as number)) + single(y - near));
    wide[i] = x;
    difference[i] = single(x - y);
  }
  return end;
});

const finish32 = on32(function self(from, end) {
  const { wide, ratio, square, apart, rest, term } = (self as Pass32).tile;
  for (let i = from; i < end; i++) {
    const z = square[i] as number;
    const u = single(0.29959195852279663 * z) + 0.39978909492492676;
    const v = u + 201326592 - 201326592; // ½ > u ≥ ¼
    const w = single(v * z) + 0.6666671633720398;
    square[i] = single(single((wide[i] as number) * z) * (w + 402653184 - 402653184));
  }
  for (let i = from; i < end; i++) {
    const close = single((ratio[i] as number) * single((apart[i] as number) + (square[i] as number)));
    term[i] = single(close + (rest[i] as number));
  }
  return end;
});

/**
 * Sums of `count` rows of n entries, n at most a block, the first at `from` and the next `width` further: of terms, of p and of differences, in the lanes'
 * order. A loop over rows, for V8 boxes every double that a call returns.
 */
const sums64: SumRows<Float64Array> = Object.assign(
  function self(from: number, n: number, width: number, count: number): void {
    const { term: t, p, difference: d, sumF, sumP, sumE } = (self as SumRows<Float64Array>).tile;
    for (let r = 0; r < count; r++) {
      let f0 = 0;
      let f1 = 0;
      let p0 = 0;
      let p1 = 0;
      let d0 = 0;
      let d1 = 0;
      let i = from + r * width;
      const end = i + n;
      for (; i + 8 <= end; i += 8) {
        f0 += (t[i] as number) + (t[i + 2] as number) + ((t[i + 4] as number) + (t[i + 6] as number));
        f1 += (t[i + 1] as number) + (t[i + 3] as number) + ((t[i + 5] as number) + (t[i + 7] as number));
        p0 += (p[i] as number) + (p[i + 2] as number) + ((p[i + 4] as number) + (p[i + 6] as number));
        p1 += (p[i + 1] as number) + (p[i + 3] as number) + ((p[i + 5] as number) + (p[i + 7] as number));
        d0 += (d[i] as number) + (d[i + 2] as number) + ((d[i + 4] as number) + (d[i + 6] as number));
        d1 += (d[i + 1] as number) + (d[i + 3] as number) + ((d[i + 5] as number) + (d[i + 7] as number));
      }
      const left = end - i;
      if (left > 2) {
        f0 += lane64(t, i, end);
        f1 += lane64(t, i + 1, end);
        p0 += lane64(p, i, end);
        p1 += lane64(p, i + 1, end);
        d0 += lane64(d, i, end);
        d1 += lane64(d, i + 1, end);
      } else if (left > 0) {
        // a lane has one entry at most
        f0 += t[i] as number;
        p0 += p[i] as number;
        d0 += d[i] as number;
        if (left > 1) {
          f1 += t[i + 1] as number;
          p1 += p[i + 1] as number;
          d1 += d[i + 1] as number;
        }
      }
      sumF[r] = f0 + f1;
      sumP[r] = p0 + p1;
      sumE[r] = d0 + d1;
    }
  },
  { tile: tile64 },
);

/** f32 takes one quantity after the other, for their code together is more than V8 puts inline. */
function sumOf32(a: Float64Array, from: number, n: number, width: number, count: number, sums: Float64Array): void {
  const whole = n & -16;
  const vectors = (n >> 2) & 3;
  const last = n & 3;
  for (let r = 0; r < count; r++) {
    let i = from + r * width;
    let even = 0;
    let odd = 0;
    for (const end = i + whole; i < end; i += 16) {
      even += step32(a, i) + step32(a, i + 2);
      odd += step32(a, i + 1) + step32(a, i + 3);
    }
    // A short step: what it lacks counts as zero, and is left out where that is known.
    const k = i + 4 * vectors;
    let x0 = last > 0 ? (a[k] as number) : 0;
    let x1 = last > 1 ? (a[k + 1] as number) : 0;
    let x2 = last > 2 ? (a[k + 2] as number) : 0;
    let x3 = 0;
    if (vectors === 3) {
      x0 = fround((a[i + 8] as number) + x0);
      x1 = fround((a[i + 9] as number) + x1);
      x2 = fround((a[i + 10] as number) + x2);
      x3 = a[i + 11] as number;
    }
    if (vectors > 0) {
      let y0 = a[i] as number;
      let y1 = a[i + 1] as number;
      let y2 = a[i + 2] as number;
      let y3 = a[i + 3] as number;
      if (vectors > 1) {
        y0 = fround(y0 + (a[i + 4] as number));
        y1 = fround(y1 + (a[i + 5] as number));
        y2 = fround(y2 + (a[i + 6] as number));
        y3 = fround(y3 + (a[i + 7] as number));
      }
      x0 = fround(y0 + x0);
      x1 = fround(y1 + x1);
      x2 = x2 === 0 ? y2 : fround(y2 + x2);
      x3 = x3 === 0 ? y3 : fround(y3 + x3);
    }
    even += x0 + x2;
    odd += x1 + x3;
    sums[r] = even + odd;
  }
}

const sums32: SumRows<Float32Array> = Object.assign(
  (from: number, n: number, width: number, count: number): void => {
    sumOf32(tile32.term, from, n, width, count, tile32.sumF);
    sumOf32(tile32.wide, from, n, width, count, tile32.sumP);
    sumOf32(tile32.difference, from, n, width, count, tile32.sumE);
  },
  { tile: tile32 },
);

/** One lane of a whole step of four f32 vectors from i. */
function step32(a: Float64Array, i: number): number {
  const first = fround((a[i] as number) + (a[i + 4] as number));
  return fround(first + fround((a[i + 8] as number) + (a[i + 12] as number)));
}

/** Guarded terms: φ of scaled entries. */
function guarded64(from: number, end: number): void {
  const { p, q, term, difference } = tile64;
  for (let i = from; i < end; i++) {
    const x = (p[i] as number) * SCALE_64;
    const y = (q[i] as number) * SCALE_64;
    if (!(x >= 0 && y >= 0)) term[i] = NaN;
    else if (y === 0) term[i] = x === 0 ? 0 : Infinity;
    else term[i] = phi64(x < ZERO_64 ? ZERO_64 : x, y);
    difference[i] = (p[i] as number) - (q[i] as number);
  }
}

function guarded32(from: number, end: number): void {
  const { p, q, term, wide, difference } = tile32;
  for (let i = from; i < end; i++) {
    const x = fround((p[i] as number) * SCALE_32);
    const y = fround((q[i] as number) * SCALE_32);
    if (!(x >= 0 && y >= 0)) term[i] = NaN;
    else if (y === 0) term[i] = x === 0 ? 0 : Infinity;
    else term[i] = phi32(x < ZERO_32 ? ZERO_32 : x, y);
    wide[i] = p[i] as number;
    difference[i] = fround((p[i] as number) - (q[i] as number));
  }
}

/** The loops of one dtype, and what a sum of guarded terms is to be multiplied by. */
export interface KlTile<A extends Floats> {
  readonly tile: Pass<A>['tile'];
  readonly ratios: Pass<A>;
  readonly finish: Pass<A>;
  readonly sumRows: SumRows<A>;
  readonly guarded: (from: number, end: number) => void;
  readonly unscale: number;
}

export const klTile64: KlTile<Float64Array> = {
  tile: tile64,
  ratios: ratios64,
  finish: finish64,
  sumRows: sums64,
  guarded: guarded64,
  unscale: UNSCALE_64,
};
export const klTile32: KlTile<Float32Array> = {
  tile: tile32,
  ratios: ratios32,
  finish: finish32,
  sumRows: sums32,
  guarded: guarded32,
  unscale: UNSCALE_32,
};
