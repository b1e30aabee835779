import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SurprisalError } from '../../src/index.js';
import { parseBaseLogits } from '../../src/io/baseLogitsLayout.js';
import { NumberScanner, parseNumber } from '../../src/io/csvNumber.js';
import { parseNpyHeader } from '../../src/io/npy.js';
import { baseLogits } from '../support/baseLogits.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { createRng, type Rng, seedOr } from '../support/rng.js';
import { readAll } from './read.js';

const folder = temporaryFolder();
const seed = seedOr(20261122);

/** Some bytes changed, cut out, doubled, or added. */
function damage(bytes: Buffer, rng: Rng): Buffer {
  let damaged = Buffer.from(bytes);
  for (let i = rng.below(4); i >= 0 && damaged.length > 0; i--) {
    const at = rng.below(damaged.length);
    const kind = rng.below(4);
    if (kind === 0) damaged[at] = rng.below(256);
    else if (kind === 1) damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + 1 + rng.below(8))]);
    else if (kind === 2) damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(Math.max(0, at - 5))]);
    else damaged = damaged.subarray(0, at);
  }
  return damaged;
}

/** True when the work ends well or with the library's own error. */
async function endsWell(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof SurprisalError) return true;
    throw error;
  }
}

describe(`damaged files end in rows or in a SurprisalError (SEED=${seed})`, () => {
  it('npy headers', async () => {
    const rng = createRng(seed);
    const good = npyBytes('<f4', [3, 2], new Float32Array(6));
    for (let i = 0; i < 20_000; i++) {
      const bytes = damage(good, rng);
      await endsWell(() => parseNpyHeader('x.npy', bytes));
    }
    for (let i = 0; i < 300; i++) await endsWell(() => readAll(put(folder, 'x.npy', damage(good, rng))));
  });

  it('base-logits files', async () => {
    const rng = createRng(seed + 3);
    const sizes = { contextLength: 9, vocabulary: 7, chunks: 3 };
    const rows = Float32Array.from({ length: 12 * 7 }, () => rng.normal());
    const good = baseLogits(sizes, new Int32Array(27), rows);
    for (let i = 0; i < 20_000; i++) {
      const bytes = damage(good, rng);
      await endsWell(() => parseBaseLogits('x.kld', bytes.subarray(0, 20), bytes.length));
    }
    for (let i = 0; i < 300; i++) await endsWell(() => readAll(put(folder, 'x.kld', damage(good, rng))));
  });

  it('CSV files', async () => {
    const rng = createRng(seed + 1);
    const good = Buffer.from('id,p_1,"p,2"\r\n"Smith, J.",0.25,"0.75"\n\nb,1e-5,-2.5E+3\r\nc,.5,0.12345678901234567\n');
    for (let i = 0; i < 1500; i++) {
      const path = put(folder, 'x.csv', damage(good, rng));
      await endsWell(() => readAll(path, rng.below(2) === 0 ? {} : { columns: 'p*', id: 'id' }, 1 + rng.below(3)));
    }
  });

  it('a CSV file reads the same whatever the block', async () => {
    const rng = createRng(seed + 2);
    const cell = () => rng.pick(['1', '-0.25', '1e-5', '"7"', ' 3', String(rng.fine()), String(rng.normal() * 10 ** (rng.below(40) - 20))]);
    const line = () => `${[cell(), cell(), cell()].join(',')}${rng.pick(['\n', '\r\n', '\n\n'])}`;
    const text = `a,b,c\n${Array.from({ length: 500 }, line).join('')}`;
    const path = put(folder, 'same.csv', text);
    const whole = await readAll(path, {}, 1000);
    const expected = text
      .trim()
      .split(/[\r\n]+/)
      .slice(1)
      .flatMap((row) => row.split(',').map((field) => Number(field.replaceAll('"', ''))));
    expect(whole.values).toEqual(expected);
    for (const count of [1, 7, 64]) expect((await readAll(path, {}, count)).values).toEqual(whole.values);
  });

  it('numbers from bytes have the bits of Number(text), or are left to it', () => {
    const rng = createRng(seed + 3);
    const scanner = new NumberScanner();
    const bytes = Buffer.alloc(64);
    const words = new Uint32Array(2);
    const makers = [
      () => String(rng.fine()),
      () => (rng.fine() * 10 ** (rng.below(40) - 20)).toPrecision(1 + rng.below(19)),
      () => String(Math.fround(rng.uniform())),
      () => `${2 ** 53 + rng.below(1e6) * 2 + 1}.${rng.below(3)}`,
      () => String(new Float64Array(words.fill(0).map(() => rng.bits()).buffer)[0]),
    ];
    let taken = 0;
    for (let i = 0; i < 200_000; i++) {
      const text = rng.pick(makers)();
      const length = bytes.write(`${text},`);
      const value = scanner.scan(bytes, 0);
      if (Number.isNaN(value)) expect(Object.is(parseNumber(text) ?? NaN, Number(text))).toBe(true);
      else if (!Object.is(value, Number(text)) || scanner.end !== length - 1) throw new Error(`${text} gave ${value}`);
      else taken++;
    }
    expect(taken).toBeGreaterThan(120_000);
  });
});

describe('the writer', () => {
  it('writes an .npy file that reads back', async () => {
    const { openScores } = await import('../../src/io/output.js');
    const path = `${folder}/scores.npy`;
    const writer = await openScores(path, 'kl', undefined);
    const block = { data: new Float64Array(0), rows: 2, first: 0 };
    await writer.write(Float64Array.of(0.1, Infinity), block);
    await writer.write(Float64Array.of(5e-324, 3), block);
    await writer.commit();
    expect((await readAll(path)).values).toEqual([0.1, Infinity, 5e-324, 3]);
    expect(readFileSync(path).length).toBe(128 + 32);
  });
});
