/**
 * Terms and block sums of KL, a tile of entries at a time: the hot loops of ../kl.ts. What makes them fast on V8:
 *
 *   Tiles   Entries are copied into arrays that the loops reach as constants: no check of their kind, no load of their address and length at
 *           each access. The bundler turns `const` into `var`, which to V8 is no constant, but a property of a function is one under the name
 *           that the function has for itself. 7.5 → 5.9 ns an entry.
 *   Passes  Terms are made in two or three loops: chains of operations are then short enough for a core to have several entries under way.
 *           f64 6.3 → 5.4 ns; f32, where every rounding is a conversion to f32 and back, 10.9 → 7.6 ns.
 *   Wide    f32 values that are read again are kept as f64: a load would convert them, and conversions are what f32 rows wait for. 20.4 → 17.4 ns (another machine).
 *   Sums    One loop for terms, p and differences. f64 has its full steps written out: rows of 10 take 8.5 ns an entry instead of 10.
 */
import type { Floats } from '../../../types.js';
import { LN2_32, phi32, phi64, SCALE_32, SCALE_64, tail32, tail64, UNSCALE_32, UNSCALE_64, ZERO_32, ZERO_64 } from './logRatio.js';
import { POWERS } from './powers.js';
import { lane64 } from './sums.js';

const fround = Math.fround;

/** Entries of a tile; its seven or eight arrays fit the first-level cache. */
export const TILE = 512;

/** Entries and their bits; what one pass leaves to the next; terms, p and differences p − q; their sums: of a block, and of a row in two parts. */
function tileOf<A extends Floats>(make: new (length: number) => A) {
  const [p, q] = [new make(TILE), new make(TILE)];
  const row = () => new Float64Array(TILE);
  const between = { ratio: row(), square: new Float32Array(TILE), apart: row(), rest: row() };
  const made = { term: row(), wide: row(), difference: row(), sums: new Float64Array(9) };
  return { p, q, bitsP: new Int32Array(p.buffer), bitsQ: new Int32Array(q.buffer), powers: POWERS, ln2: LN2_32, ...between, ...made };
}

/** A loop over the entries from `from` to `end` of the tile that it carries. */
interface Pass<A extends Floats> {
  (from: number, end: number): number;
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
    const s = fround(d / fround(x + near));
    apart[i] = d;
    ratio[i] = s;
    square[i] = s * s;
    rest[i] = fround(fround(x * (ln2[k + 256] as number)) + fround(y - near));
    wide[i] = x;
    difference[i] = fround(x - y);
  }
  return end;
});

/** `square` is f32, whose stores round; the first loop leaves x·z·tail(z) there in place of z. */
const finish32 = on32(function self(from, end) {
  const { wide, ratio, square, apart, rest, term } = (self as Pass32).tile;
  for (let i = from; i < end; i++) {
    const z = square[i] as number;
    square[i] = fround((wide[i] as number) * z) * tail32(z);
  }
  for (let i = from; i < end; i++) {
    const close = fround((ratio[i] as number) * fround((apart[i] as number) + (square[i] as number)));
    term[i] = fround(close + (rest[i] as number));
  }
  return end;
});

/** Sums of one block: of the terms, of p and of the differences. */
const sums64 = on64(function self(from, end) {
  const { term: t, p, difference: d, sums } = (self as Pass64).tile;
  let f0 = 0;
  let f1 = 0;
  let p0 = 0;
  let p1 = 0;
  let d0 = 0;
  let d1 = 0;
  let i = from;
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
  sums[0] = f0 + f1;
  sums[1] = p0 + p1;
  sums[2] = d0 + d1;
  return end;
});

const sums32 = on32(function self(from, end) {
  const { term: t, wide: p, difference: d, sums } = (self as Pass32).tile;
  let f0 = 0;
  let f1 = 0;
  let p0 = 0;
  let p1 = 0;
  let d0 = 0;
  let d1 = 0;
  let i = from;
  for (; i + 16 <= end; i += 16) {
    f0 += step32(t, i) + step32(t, i + 2);
    f1 += step32(t, i + 1) + step32(t, i + 3);
    p0 += step32(p, i) + step32(p, i + 2);
    p1 += step32(p, i + 1) + step32(p, i + 3);
    d0 += step32(d, i) + step32(d, i + 2);
    d1 += step32(d, i + 1) + step32(d, i + 3);
  }
  if (i < end) {
    f0 += rest32(t, i, end) + rest32(t, i + 2, end);
    f1 += rest32(t, i + 1, end) + rest32(t, i + 3, end);
    p0 += rest32(p, i, end) + rest32(p, i + 2, end);
    p1 += rest32(p, i + 1, end) + rest32(p, i + 3, end);
    d0 += rest32(d, i, end) + rest32(d, i + 2, end);
    d1 += rest32(d, i + 1, end) + rest32(d, i + 3, end);
  }
  sums[0] = f0 + f1;
  sums[1] = p0 + p1;
  sums[2] = d0 + d1;
  return end;
});

/** One lane of a whole step of four f32 vectors from i. */
function step32(a: Float64Array, i: number): number {
  const first = fround((a[i] as number) + (a[i + 4] as number));
  return fround(first + fround((a[i + 8] as number) + (a[i + 12] as number)));
}

/** The same of a short one: what lies at `end` or beyond counts as zero. */
function rest32(a: Float64Array, i: number, end: number): number {
  if (i >= end) return 0;
  const first = i + 4 < end ? fround((a[i] as number) + (a[i + 4] as number)) : (a[i] as number);
  if (i + 8 >= end) return first;
  return fround(first + (i + 12 < end ? fround((a[i + 8] as number) + (a[i + 12] as number)) : (a[i + 8] as number)));
}

/** Guarded terms: φ of scaled entries. */
function guarded64(from: number, end: number): void {
  const { p, q, term, difference } = tile64;
  for (let i = from; i < end; i++) {
    const x = (p[i] as number) * SCALE_64;
    const y = (q[i] as number) * SCALE_64;
    if (!(x >= 0 && y >= 0)) term[i] = Number.NaN;
    else if (y === 0) term[i] = x === 0 ? 0 : Number.POSITIVE_INFINITY;
    else term[i] = phi64(x < ZERO_64 ? ZERO_64 : x, y);
    difference[i] = (p[i] as number) - (q[i] as number);
  }
}

function guarded32(from: number, end: number): void {
  const { p, q, term, wide, difference } = tile32;
  for (let i = from; i < end; i++) {
    const x = fround((p[i] as number) * SCALE_32);
    const y = fround((q[i] as number) * SCALE_32);
    if (!(x >= 0 && y >= 0)) term[i] = Number.NaN;
    else if (y === 0) term[i] = x === 0 ? 0 : Number.POSITIVE_INFINITY;
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
  readonly sumBlock: Pass<A>;
  readonly guarded: (from: number, end: number) => void;
  readonly unscale: number;
}

export const klTile64: KlTile<Float64Array> = {
  tile: tile64,
  ratios: ratios64,
  finish: finish64,
  sumBlock: sums64,
  guarded: guarded64,
  unscale: UNSCALE_64,
};
export const klTile32: KlTile<Float32Array> = {
  tile: tile32,
  ratios: ratios32,
  finish: finish32,
  sumBlock: sums32,
  guarded: guarded32,
  unscale: UNSCALE_32,
};
