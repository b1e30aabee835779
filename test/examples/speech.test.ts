/** The reader of Sphinx's files and the example over it, on a model of three phones: the real one is not in this repository. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findModel, readDensities, readPhones } from '../../examples/speech/sphinx.js';
import { put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';
import { root } from '../support/sources.js';

const folder = temporaryFolder();
const [CODEBOOKS, STREAMS, DENSITIES, DIMENSIONS] = [3, 2, 4, 3];
const COUNT = CODEBOOKS * STREAMS * DENSITIES * DIMENSIONS;

/** A file of densities by the format's description. */
function s3(data: Float32Array, isLittle: boolean): Buffer {
  const header = Buffer.from('s3\nversion 1.0\nchksum0 yes\n      endhdr\n');
  const words = [CODEBOOKS, STREAMS, DENSITIES, ...new Array<number>(STREAMS).fill(DIMENSIONS), COUNT, ...new Uint32Array(data.buffer)];
  const sum = words.reduce((sum, word) => (((sum << 20) | (sum >>> 12)) + word) >>> 0, 0);
  const body = Buffer.alloc(4 * (words.length + 2));
  for (const [k, word] of [0x11223344, ...words, sum].entries())
    isLittle ? body.writeUInt32LE(word, 4 * k) : body.writeUInt32BE(word, 4 * k);
  return Buffer.concat([header, body]);
}

const rng = createRng(3);
const means = Float32Array.from({ length: COUNT }, rng.normal);
const variances = Float32Array.from({ length: COUNT }, (_, i) => (i < DIMENSIONS ? 0 : 0.5 + rng.uniform()));
const path = put(folder, 'means', s3(means, true));
put(folder, 'variances', s3(variances, true));
const description = Buffer.from('names of phones');
const mdef = Buffer.concat([
  Buffer.from('BMDF'),
  Buffer.from(Int32Array.of(1, description.length).buffer),
  description,
  Buffer.from(Int32Array.of(CODEBOOKS, 0, 0, 0, 0, 0, 0, 0, 0, 0).buffer),
  Buffer.from('AA\0B\0SIL\0'),
]);
put(folder, 'mdef', mdef);

it('reads densities in either order of bytes, and refuses damaged ones', () => {
  for (const isLittle of [true, false]) {
    const read = readDensities(put(folder, 'other', s3(means, isLittle)));
    expect(read).toEqual({ codebooks: CODEBOOKS, streams: STREAMS, densities: DENSITIES, dimensions: DIMENSIONS, data: means });
  }
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(120) ^ 1, 120);
  expect(() => readDensities(put(folder, 'flipped', bytes))).toThrow(/flipped: is damaged, its checksum differs/);
  expect(() => readDensities(put(folder, 'short', bytes.subarray(0, 200)))).toThrow(/short: is cut off/);
  expect(() => readDensities(put(folder, 'text', 'hello'))).toThrow(/is no file of Sphinx's s3 format/);
  expect(readPhones(join(folder, 'mdef'))).toEqual(['AA', 'B', 'SIL']);
});

it('says what to install where there is no model', () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  expect(() => findModel(empty)).toThrow(/apt-get install pocketsphinx-en-us/);
  expect(findModel(folder)).toBe(folder);
});

it('examples/speech.ts runs from files to picture', () => {
  const svg = join(folder, 'speech.svg');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['esbuild.mjs', 'run', 'examples/speech.ts', folder, '--svg', svg], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/24 Gaussians of 3 dimensions, 3 phones × 2 streams × 4; 1 never trained/);
  expect(stdout).toMatch(/576 divergences in blocks/);
  expect(stdout).toMatch(/^ {2}AA +█/m);
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*\n[\s\S]*<path fill-opacity[\s\S]*<\/svg>\n$/);
});
