import { describe, expect, it } from 'vitest';
import { logits, SurprisalError } from '../../src/index.js';
import { type BaseLogitsBlock, BaseLogitsSource } from '../../src/io/baseLogits.js';
import { decodeRow, layOut, parseBaseLogits } from '../../src/io/baseLogitsLayout.js';
import { openSource } from '../../src/io/source.js';
import { baseHeader, baseLogits, baseRows, encodeRow } from '../support/baseLogits.js';
import { errorOf, thrownBy } from '../support/errors.js';
import { put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';

const folder = temporaryFolder();
const SIZES = { contextLength: 9, vocabulary: 7, chunks: 3 };
const ROWS = baseRows(SIZES);
const rng = createRng(5);
const TOKENS = new Int32Array(SIZES.chunks * SIZES.contextLength).map(() => rng.below(SIZES.vocabulary));
const LOGITS = Float32Array.from({ length: ROWS * SIZES.vocabulary }, () => 5 * rng.normal());
const BYTES = baseLogits(SIZES, TOKENS, LOGITS);
const ROW_BYTES = 24;

async function open(bytes: Uint8Array, name = 'x.kld'): Promise<BaseLogitsSource> {
  const source = await openSource(put(folder, name, bytes));
  if (!(source instanceof BaseLogitsSource)) throw new Error('another source');
  return source;
}

/** The error of reading a whole file in blocks of `count` rows. */
const failure = (bytes: Uint8Array, count = 4) =>
  thrownBy(SurprisalError, async () => {
    const source = await open(bytes);
    try {
      while ((await source.read(count)) !== undefined);
    } finally {
      await source.close();
    }
  });

describe('base-logits files', () => {
  it('are laid out as the tool lays them out, also where 32 bits overflow', () => {
    expect(layOut(9, 7, 3)).toMatchObject({ rowsPerChunk: 4, firstTarget: 5, rowBytes: ROW_BYTES, rowsAt: 128, bytes: BYTES.length });
    expect(layOut(512, 128256, 560).bytes).toBe(20 + 4 * 560 * 512 + 560 * 255 * 2 * (128256 + 4));
    const { contextLength, vocabulary, chunks } = { contextLength: 16384, vocabulary: 151936, chunks: 100 };
    const { bytes } = layOut(contextLength, vocabulary, chunks);
    expect(bytes).toBeGreaterThan(2 ** 37);
    expect(parseBaseLogits('x', baseHeader({ contextLength, vocabulary, chunks }), bytes).bytes).toBe(bytes);
  });

  it.each([1, 3, 4, 5, 100])('come as log-probabilities with their targets, in blocks of %i rows', async (count) => {
    const source = await open(BYTES);
    expect([source.rows, source.cols, source.dtype]).toEqual([ROWS, SIZES.vocabulary, 'float32']);
    const truth = logits.logSoftmax({ data: LOGITS, rows: ROWS, cols: SIZES.vocabulary }).data;
    let first = 0;
    for (let block: BaseLogitsBlock | undefined; ; first += block.rows) {
      block = await source.read(count);
      if (block === undefined) break;
      expect(block.first).toBe(first);
      for (let i = 0; i < block.rows; i++) {
        const [chunk, row] = [Math.floor((first + i) / 4), (first + i) % 4];
        expect(block.targets[i]).toBe(TOKENS[chunk * 9 + 5 + row]);
        const [floor, step] = [block.floors[i] as number, (block.spans[i] as number) / 65535];
        for (let k = 0; k < 7; k++) {
          const wanted = Math.max(truth[(first + i) * 7 + k] as number, floor);
          const got = block.data[i * 7 + k] as number;
          // Half a step of the codes, and six roundings to float32 of numbers up to the floor's size.
          expect(Math.abs(got - wanted)).toBeLessThanOrEqual(step / 2 + 6 * 2 ** -24 * Math.abs(floor));
        }
      }
    }
    expect(first).toBe(ROWS);
    expect(source.bytesRead).toBe(source.bytes);
    await source.close();
  });

  it('hold rows of equal logits, and rows whose window is not full', async () => {
    const equal = new Float32Array(ROWS * 7);
    const source = await open(baseLogits(SIZES, TOKENS, equal));
    const block = (await source.read(ROWS)) as BaseLogitsBlock;
    expect(Array.from(block.data)).toEqual(new Array(ROWS * 7).fill(Math.fround(-Math.log(7))));
    expect(Array.from(block.spans)).toEqual(new Array(ROWS).fill(0));
    await source.close();
  });
});

describe('a base-logits file that is none, or is damaged, is told where', () => {
  const edited = (edit: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(BYTES);
    edit(bytes);
    return bytes;
  };

  it.each<[string, Uint8Array, RegExp]>([
    [
      'cut within a row',
      BYTES.subarray(0, 128 + 6 * ROW_BYTES + 5),
      /cut off: 3 chunks of 9 tokens over a vocabulary of 7 need 416 bytes, 277 are there; it ends in chunk 1, row 2 of it .* after 6 whole rows/,
    ],
    ['cut before the first row', BYTES.subarray(0, 40), /it ends after 5 of its tokens, before any row/],
    ['cut by one byte', BYTES.subarray(0, BYTES.length - 1), /it ends in chunk 2, row 3 of it/],
    ['of a run that ended early', BYTES.subarray(0, 12), /cut off within its header, after 12 bytes: the run that wrote it ended early/],
    ['too long', Buffer.concat([BYTES, Buffer.alloc(3)]), /has 3 bytes too many/],
    ['of a fork with another magic', edited((b) => b.write('_logits2', 'latin1')), /a fork's second layout/],
    ['of a fork with a longer magic', edited((b) => b.write('_logits_v2', 'latin1')), /a fork's layout \(magic '_logits_v2'\)/],
    ['of another magic', edited((b) => b.write('_logitsX', 'latin1')), /is no base-logits file: it begins with "_logitsX"/],
    ['without chunks', edited((b) => b.writeInt32LE(0, 16)), /damaged header: 0 chunks/],
    ['with a negative vocabulary', edited((b) => b.writeInt32LE(-7, 12)), /damaged header: 3 chunks of 9 tokens over a vocabulary of -7/],
    ['with a context of one token', edited((b) => b.writeInt32LE(1, 8)), /damaged header/],
  ])('%s', async (_what, bytes, message) => {
    const error = await failure(bytes);
    expect(error.code).toBe('ERR_FILE');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('x.kld');
  });

  it('in a row: a scale or a least log-probability that no model has', async () => {
    const at = 128 + 6 * ROW_BYTES;
    const spoilt: readonly ((bytes: Buffer) => void)[] = [
      (b) => b.writeFloatLE(Number.NaN, at),
      (b) => b.writeFloatLE(-1e-4, at),
      (b) => b.writeFloatLE(1, at),
      (b) => b.writeFloatLE(Number.NEGATIVE_INFINITY, at + 4),
      (b) => b.writeFloatLE(0.5, at + 4),
      // Bytes that were never written, all of probability 1; a row whose masses are nothing together, or whose least is more than an equal share.
      (b) => b.fill(0, at, at + ROW_BYTES),
      (b) => b.writeFloatLE(-1e30, at + 4),
      (b) => b.writeFloatLE(0, at),
      (b) => b.fill(0, at, at + 4).writeFloatLE(-1, at + 4),
    ];
    for (const edit of spoilt) {
      const error = await failure(edited(edit));
      expect(error).toMatchObject({ code: 'ERR_FILE', row: 6 });
      expect(error.message).toMatch(/row 2 of chunk 1 .* at byte 272, is damaged/);
    }
  });

  it('in its tokens: one outside the vocabulary', async () => {
    const place = 20 + 4 * (9 + 6);
    for (const token of [7, -1, 32000]) {
      const error = await failure(edited((b) => b.writeInt32LE(token, place)));
      expect(error).toMatchObject({ code: 'ERR_FILE', value: token });
      expect(error.message).toMatch(new RegExp(`token 6 of chunk 1 .* at byte ${place}, is ${token}: the vocabulary has 7 tokens`));
    }
  });

  it('in a row of too few bytes; one that begins anywhere is read', () => {
    const row = encodeRow(LOGITS.subarray(0, 7));
    const [aligned, shifted] = [new Float32Array(7), new Float32Array(9)];
    const bytes = new Uint8Array(row.length + 1);
    bytes.set(row, 1);
    expect(decodeRow(bytes.subarray(1), 7, shifted, 2)).toEqual(decodeRow(row, 7, aligned, 0));
    expect(shifted.subarray(2)).toEqual(aligned);
    for (const length of [0, 4, 8, 21])
      expect(errorOf(() => decodeRow(row.subarray(0, length), 7, aligned, 0))).toMatchObject({ code: 'ERR_SHAPE', argument: 'bytes' });
    expect(errorOf(() => decodeRow(row, 7, aligned, 1))).toMatchObject({ code: 'ERR_SHAPE', argument: 'into', value: 7 });
  });

  it('columns cannot be chosen in it', async () => {
    await expect(openSource(put(folder, 'x.kld', BYTES), { columns: 'a' })).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  it('the codes’ encoder of these tests clips at its window', () => {
    const row = encodeRow(Float32Array.of(0, -30, -3));
    expect(row.readUInt16LE(8)).toBe(65535);
    expect(row.readUInt16LE(10)).toBe(0);
    expect(errorOf(() => parseBaseLogits('x', row, 3)).code).toBe('ERR_FILE');
  });
});
