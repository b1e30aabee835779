/**
 * Unpacks the product's module, which the entry holds as LZMA: a fifth smaller than what gzip makes of its bytes, and back in a few milliseconds. A module of
 * its own, of a kilobyte, that is done when the other starts. It reads what esbuild.mjs writes (lc = 3, lp = 0, pb = 2, no header), and trusts it.
 *
 * Source  Igor Pavlov, "LZMA specification" (LZMA SDK, public domain)
 */

/** The unpacked bytes stand from 0 on; then the models of bits, 16 bits each; then the stream. */
const MODELS: usize = 0x10000;
const STREAM: usize = 0x14000;

// Where the models of each kind start. Those of a position are four, those of a state twelve.
const IS_MATCH: u32 = 0;
const IS_REPEATED: u32 = 192;
const IS_OLDER: u32 = 204;
const IS_THIRD: u32 = 216;
const IS_FOURTH: u32 = 228;
const IS_LONG: u32 = 240;
const SLOTS: u32 = 432;
const DISTANCES: u32 = 688;
const ALIGNED: u32 = 803;
const LENGTHS: u32 = 819;
const REPEATED_LENGTHS: u32 = 1333;
const LITERALS: u32 = 1847;
const ALL: u32 = 1847 + 8 * 768;

let at: usize = 0;
let range: u32 = 0;
let code: u32 = 0;

/** The next bit, 0 having the first `bound` of the range. */
function decide(bound: u32): u32 {
  const one = code >= bound;
  if (one) {
    range -= bound;
    code -= bound;
  } else range = bound;
  if (range < 1 << 24) {
    range <<= 8;
    code = (code << 8) | load<u8>(at++);
  }
  return u32(one);
}

function bit(model: u32): u32 {
  const place = MODELS + (model << 1);
  const chance: u32 = load<u16>(place);
  const one = decide((range >>> 11) * chance);
  store<u16>(place, one ? chance - (chance >>> 5) : chance + ((2048 - chance) >>> 5));
  return one;
}

/** Bits below `node` of a tree, the highest first, up to a leaf of `end`. */
function tree(start: u32, end: u32, node: u32): u32 {
  while (node < end) node = (node << 1) | bit(start + node);
  return node - end;
}

/** The lowest bit first. */
function reversed(start: u32, bits: u32): u32 {
  let node: u32 = 1;
  let value: u32 = 0;
  for (let i: u32 = 0; i < bits; i++) {
    const one = bit(start + node);
    node = (node << 1) | one;
    value |= one << i;
  }
  return value;
}

function length(start: u32, position: u32): u32 {
  if (!bit(start)) return 2 + tree(start + 2 + (position << 3), 8, 1);
  if (!bit(start + 1)) return 10 + tree(start + 130 + (position << 3), 8, 1);
  return 18 + tree(start + 258, 256, 1);
}

function distance(long: u32): u32 {
  const slot = tree(SLOTS + (min(long - 2, 3) << 6), 64, 1);
  if (slot < 4) return 1 + slot;
  let bits = (slot >>> 1) - 1;
  const high = (2 | (slot & 1)) << bits;
  if (slot < 14) return 1 + high + reversed(DISTANCES + high - slot - 1, bits);
  let even: u32 = 0;
  for (; bits > 4; bits--) {
    const half = range >>> 1;
    range = half << 1;
    even = (even << 1) | decide(half);
  }
  return 1 + high + (even << 4) + reversed(ALIGNED - 1, 4);
}

/** One byte at n; after a match, the byte that would have gone on with it tells of this one, up to where they part. */
function literal(n: u32, back: u32, isAfterMatch: bool): void {
  const start = LITERALS + (n > 0 ? 768 * (<u32>load<u8>(n - 1) >>> 5) : 0);
  let node: u32 = 1;
  let other: u32 = isAfterMatch ? load<u8>(n - back) : 0;
  while (isAfterMatch && node < 256) {
    const expected = (other >>> 7) & 1;
    const one = bit(start + ((1 + expected) << 8) + node);
    node = (node << 1) | one;
    other <<= 1;
    isAfterMatch = one === expected;
  }
  store<u8>(n, tree(start, 256, node));
}

/** The `size` bytes that the stream stands for. */
export function unpack(size: u32): void {
  for (let model: u32 = 0; model < ALL; model++) store<u16>(MODELS + (model << 1), 1024);
  range = u32.MAX_VALUE;
  code = bswap(load<u32>(STREAM + 1));
  at = STREAM + 5;
  let state: u32 = 0;
  let back: u32 = 1;
  let second: u32 = 1;
  let third: u32 = 1;
  let fourth: u32 = 1;
  for (let n: u32 = 0; n < size; ) {
    const position = n & 3;
    const isAfterLiteral = state < 7;
    if (!bit(IS_MATCH + (state << 4) + position)) {
      literal(n, back, !isAfterLiteral);
      n++;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let long: u32 = 0;
    const isRepeated = bit(IS_REPEATED + state);
    let next = back;
    if (!isRepeated || bit(IS_OLDER + state)) {
      // The distance that is taken up comes first; those before it move down.
      next = second;
      if (!isRepeated || bit(IS_THIRD + state)) {
        next = third;
        if (!isRepeated || bit(IS_FOURTH + state)) {
          next = fourth;
          fourth = third;
        }
        third = second;
      }
      second = back;
    } else if (!bit(IS_LONG + (state << 4) + position)) long = 1;
    if (isRepeated) {
      state = isAfterLiteral ? 8 + long : 11;
      if (!long) long = length(REPEATED_LENGTHS, position);
    } else {
      state = isAfterLiteral ? 7 : 10;
      long = length(LENGTHS, position);
      next = distance(long);
    }
    back = next;
    for (; long > 0; long--, n++) store<u8>(n, load<u8>(n - back));
  }
}
