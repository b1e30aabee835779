import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOKEN_COLUMNS } from '../../src/applications/kld.js';
import { logits } from '../../src/index.js';
import { baseLogits, baseRows, writeBaseLogits } from '../support/baseLogits.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { PRINTS_PEAK } from '../support/memory.js';
import { createRng } from '../support/rng.js';
import { root } from '../support/sources.js';

const folder = temporaryFolder();
const FIXTURES = join(root, 'test/fixtures/kld');
const SIZES = { contextLength: 33, vocabulary: 40, chunks: 8 };
const ROWS = baseRows(SIZES);
const rng = createRng(17);
const TOKENS = new Int32Array(SIZES.chunks * SIZES.contextLength).map(() => rng.below(SIZES.vocabulary));
const A = Float32Array.from({ length: ROWS * SIZES.vocabulary }, () => 4 * rng.normal());
const B = A.map((x) => x + 0.3 * rng.normal());
put(folder, 'a.kld', baseLogits(SIZES, TOKENS, A));
put(folder, 'b.kld', baseLogits(SIZES, TOKENS, B));
const logitsFile = (name: string, data: Float32Array, cols = SIZES.vocabulary) =>
  put(folder, name, npyBytes('<f4', [data.length / cols, cols], data));
logitsFile('b.npy', B);
logitsFile('narrow.npy', A.slice(0, ROWS * 39), 39);
logitsFile('few.npy', A.slice(0, 40 * 16));
logitsFile(
  'nan.npy',
  B.map((x, i) => (i === 100 * 40 + 3 ? Number.NaN : x)),
);
put(folder, 'half.kld', baseLogits({ ...SIZES, chunks: 4 }, TOKENS.slice(0, 4 * 33), A));
const OTHER_TOKENS = TOKENS.map((token, i) => (i === 33 * 5 + 20 ? (token + 1) % 40 : token));
put(folder, 'text.kld', baseLogits(SIZES, OTHER_TOKENS, A));
const WIDE = { ...SIZES, vocabulary: 41 };
put(folder, 'wide.kld', baseLogits(WIDE, TOKENS, new Float32Array(ROWS * 41)));
put(folder, 'long.kld', Buffer.concat([baseLogits(SIZES, TOKENS, A), Buffer.alloc(88)]));
put(folder, 'magic.kld', Buffer.concat([Buffer.from('_logitsX'), baseLogits(SIZES, TOKENS, A).subarray(8)]));
put(folder, 'cut.kld', baseLogits(SIZES, TOKENS, A).subarray(0, 5000));

function kld(...args: string[]) {
  const line = [join(root, 'build/cli.js'), 'kld', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, line, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function json(...args: string[]) {
  const { status, stdout, stderr } = kld(...args, '--json');
  if (status !== 0 || stderr !== '') throw new Error(`exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

describe('surprisal kld', () => {
  it('prints a chunk as the real tool did, to the character', () => {
    const { stdout, status } = kld(join(FIXTURES, 'chunk.kld'), join(FIXTURES, 'chunk_other_logits.npy'));
    expect(status).toBe(0);
    expect(stdout.startsWith(readFileSync(join(FIXTURES, 'chunk.report.txt'), 'utf8'))).toBe(true);
    expect(stdout).toMatch(/31 tokens: the tool prints statistics of 100 and more/);
  });

  it('prints the whole report of enough tokens, whatever the block', () => {
    const { stdout } = kld('a.kld', 'b.npy');
    expect(stdout).toMatch(/^chunk +PPL .*\n( +\d .*\n){8}\n\n====== Perplexity statistics ======\nMean PPL\(Q\) +: /);
    for (const block of ['1', '7', '1000']) expect(kld('a.kld', 'b.npy', '--block', block).stdout).toBe(stdout);
  });

  it('says below it what the figures are of rows as distributions; --compatible leaves that out', () => {
    const { stdout } = kld('a.kld', 'b.npy', '--worst', '3');
    const [tool, corrected] = stdout.split(/\nCorrected: rows are distributions/) as [string, string];
    expect(kld('a.kld', 'b.npy', '--compatible').stdout).toBe(tool);
    expect(corrected).toMatch(/128 tokens in 8 chunks.*\n +\(2,000 draws, seed 1\)/);
    expect(corrected).toMatch(/ KL\(base ‖ Q\) +0\.\d+ +0\.\d+ … 0\.\d+\n/);
    expect(corrected.match(/ +chunk \d+ +row \d+ +token \d+ +\d/g)).toHaveLength(3);
    expect(stdout.split('\n').every((line) => line.length <= 80 || /^chunk| ± /.test(line))).toBe(true);
    expect(json('a.kld', 'b.npy').corrected).toMatchObject({ tokens: ROWS, chunks: 8, level: 0.95, replicates: 2000, seed: 1 });
    expect(json('a.kld', 'b.npy', '--level', '0.5', '--seed', '7').corrected).toMatchObject({ level: 0.5, seed: 7 });
    expect(kld('a.kld', 'b.npy', '--level', '2')).toMatchObject({ status: 2 });
  });

  it('takes a second base file, and finds nothing between a file and itself', () => {
    const { compatible } = json('a.kld', 'a.kld');
    expect(compatible).toMatchObject({ tokens: ROWS, sameTop: { value: 1 }, deltaP: { maximum: expect.closeTo(0, 5) } });
    const two = json('a.kld', 'b.kld').compatible.kld.mean.value;
    expect(two).toBeCloseTo(json('a.kld', 'b.npy').compatible.kld.mean.value, 4);
  });

  it('writes what is found of each token', () => {
    const wanted = logits.klDivergence({ data: A, rows: ROWS, cols: 40 }, { data: B, rows: ROWS, cols: 40 });
    const { perToken } = json('a.kld', 'b.npy', '--per-token', 'tokens.csv');
    expect(perToken).toBe('tokens.csv');
    const [head, ...lines] = readFileSync(join(folder, 'tokens.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe(TOKEN_COLUMNS.join(','));
    expect(lines.length).toBe(ROWS);
    for (const [i, line] of lines.entries()) {
      const cells = Object.fromEntries(line.split(',').map((cell, k) => [TOKEN_COLUMNS[k], Number(cell)]));
      expect([cells['chunk'], cells['row']]).toEqual([Math.floor(i / 16), i % 16]);
      expect(cells['target']).toBe(TOKENS[Math.floor(i / 16) * 33 + 17 + (i % 16)]);
      // The codes are steps of 16/65535 of a logit.
      expect(Math.abs((cells['kl'] as number) - (wanted[i] as number))).toBeLessThan(1e-4 + 1e-3 * (wanted[i] as number));
    }
    kld('a.kld', 'b.npy', '--per-token', 'tokens.npy');
    const array = readFileSync(join(folder, 'tokens.npy'));
    expect(array.toString('latin1', 10, 100)).toContain(`'shape': (${ROWS}, ${TOKEN_COLUMNS.length})`);
    const numbers = new Float64Array(array.buffer.slice(array.byteOffset + 128, array.byteOffset + array.length));
    expect(Array.from(numbers)).toEqual(lines.flatMap((line) => line.split(',').map(Number)));
  });

  it.each<[string, string[], RegExp, number]>([
    ['one file', ['a.kld'], /which files\?/, 2],
    ['three files', ['a.kld', 'b.kld', 'b.npy'], /two files/, 2],
    ['a first file of another kind', ['b.npy', 'a.kld'], /b\.npy: is no base-logits file/, 1],
    ['another vocabulary', ['a.kld', 'narrow.npy'], /a vocabulary of 40 tokens, narrow\.npy one of 39/, 1],
    ['other sizes', ['a.kld', 'half.kld'], /8 chunks of 33 tokens, half\.kld has 4 of 33/, 1],
    ['too few rows', ['a.kld', 'few.npy'], /128 rows \(8 chunks of 16\), few\.npy has 16/, 1],
    ['other tokens', ['a.kld', 'text.kld'], /row 3 of chunk 5 .* predicts token \d+ in a\.kld, \d+ in text\.kld/, 1],
    ['a truncated file', ['cut.kld', 'b.npy'], /cut\.kld: is cut off/, 1],
    ['a truncated second file', ['a.kld', 'cut.kld'], /cut\.kld: is cut off/, 1],
    ['a file that is too long', ['long.kld', 'b.npy'], /long\.kld: has 88 bytes too many/, 1],
    ['another magic', ['magic.kld', 'b.npy'], /magic\.kld: is no base-logits file: it begins with "_logitsX"/, 1],
    ['two base files of two vocabularies', ['a.kld', 'wide.kld'], /a vocabulary of 40 tokens, wide\.kld one of 41/, 1],
    ['NaN among the logits', ['a.kld', 'nan.npy'], /nan\.npy, row 100, column 3: expected .*, got NaN/, 1],
  ])('refuses %s, with nothing on its output', (_what, args, message, code) => {
    const { status, stdout, stderr } = kld(...args, '--per-token', 'never.csv');
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([]);
  });

  it('refuses to write over an input, and extensions that it does not write', () => {
    expect(kld('a.kld', 'b.npy', '--per-token', 'b.npy')).toMatchObject({ status: 2, stderr: expect.stringMatching(/overwrite an input/) });
    expect(kld('a.kld', 'b.npy', '--per-token', 'b.txt')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/\.npy, \.csv or \.tsv/),
    });
  });

  it('keeps its memory flat: a file of 64 MB against itself within 150 MB', () => {
    const path = join(folder, 'large.kld');
    expect(writeBaseLogits(path, { contextLength: 128, vocabulary: 32000, chunks: 16 }, 3)).toBeGreaterThan(64e6);
    const line = ['--import', PRINTS_PEAK, join(root, 'build/cli.js'), 'kld', path, path, '--json'];
    const { stdout, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' });
    expect(JSON.parse(stdout).compatible.tokens).toBe(16 * 63);
    expect(Number(stderr) / 1024).toBeLessThan(150);
  });
});
