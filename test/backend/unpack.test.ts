import { compress } from 'lzma1';
import { describe, expect, it } from 'vitest';
import { moduleBytes } from '../../src/backend/wasm/bytes.js';
import { unpack } from '../../src/backend/wasm/unpack.js';
import { createRng } from '../support/rng.js';

/** As esbuild.mjs packs: LZMA without its header. */
function packed(bytes: Uint8Array): string {
  return Buffer.from(Uint8Array.from(compress(bytes, 9)).subarray(13)).toString('base64');
}

describe('the packed module comes out as it went in (src/backend/wasm/unpack.ts)', () => {
  const rng = createRng(20261128);
  const noise = (n: number, top: number) => Uint8Array.from({ length: n }, () => Math.floor(top * rng.uniform()));
  const far = noise(60_000, 256);
  far.copyWithin(50_000, 10, 5000); // a match some 50,000 bytes back: a distance of even bits
  const words = [noise(5, 256), noise(9, 256), noise(300, 256), noise(2, 256), noise(33, 256)];
  const text = Uint8Array.from(
    Array.from({ length: 900 }, () => words[Math.floor(5 * rng.uniform())] as Uint8Array).flatMap((word) => [...word]),
  );

  it.each([
    ['the module itself', moduleBytes()],
    ['zeros: one match', new Uint8Array(65_536)],
    ['noise: literals', noise(3000, 256)],
    ['few symbols: short matches, after which a literal leans on the byte it misses', noise(20_000, 3)],
    ['far matches', far],
    ['repeated distances, the four last ones', text.subarray(0, 65_000)],
    ['one byte', Uint8Array.of(7)],
  ])('%s', (_, bytes) => {
    expect(Buffer.from(unpack(packed(bytes), bytes.length)).equals(Buffer.from(bytes))).toBe(true);
  });
});
