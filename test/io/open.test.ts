import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { commandLine, score } from '../cli/run.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { readAll, readError } from './read.js';

const folder = temporaryFolder();
const TEXT = 'name,a,b\nx,0.25,0.75\ny,0.5,0.5\n';
const NPY = npyBytes('<f8', [2, 2], new Float64Array([0.25, 0.75, 0.5, 0.5]));
put(folder, 'plain.csv', TEXT);
put(folder, 'plain.npy', NPY);
put(folder, 'p.csv.gz', gzipSync(TEXT));
put(folder, 'p.npy.gz', gzipSync(NPY));

const temporary = temporaryFolder();

/** A shell command in a temporary folder of its own, in which nothing may be left behind. */
function shell(command: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temporary },
  });
  expect(readdirSync(temporary)).toEqual([]);
  return { status, stdout, stderr };
}

const mean = (text: string) => JSON.parse(text).summary.mean as number;
const expected = mean(score(folder, 'plain.csv', '--id', 'name', '--against', 'uniform', '--json').stdout);

it('has something to meet', () => {
  expect(expected).toBeGreaterThan(0);
});

describe('what is read from a copy: gzip and pipes (src/io/open.ts)', () => {
  it.each([
    ['tables', 'p.csv.gz', ['--id', 'name']],
    ['arrays', 'p.npy.gz', []],
  ])('takes %s with gzip', (_, file, options) => {
    const { status, stdout, stderr } = score(folder, file, ...options, '--against', 'uniform', '--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(mean(stdout)).toBe(expected);
  });

  it('takes a delimiter from the name before .gz, and what is compressed twice', async () => {
    const tsv = put(folder, 'twice.tsv.gz', gzipSync(gzipSync('a\tb\n1\t2\n')));
    expect(await readAll(tsv)).toMatchObject({ values: [1, 2], names: ['a', 'b'] });
    expect(await readAll(tsv)).toMatchObject({ values: [1, 2], names: ['a', 'b'] });
  });

  it.each([
    ['-', 'cat plain.csv |', '-'],
    ['- from a file', '', '- < plain.csv'],
    ['- with gzip', 'cat p.csv.gz |', '-'],
    ['a pipe of the shell', '', '<(cat plain.csv)'],
    ['a file of the system', 'cat plain.csv |', '/dev/stdin'],
  ])('takes %s', (_, before, p) => {
    const line = commandLine('--id', 'name', '--against', 'uniform', '--json');
    const { status, stdout, stderr } = shell(`${before} ${line} ${p}`);
    expect([status, stderr]).toEqual([0, '']);
    expect(mean(stdout)).toBe(expected);
  });

  it('reads a pipe as often as a command needs it', () => {
    const line = commandLine('-', '--columns', 'a,b', '--against-columns', 'b,a', '--json');
    const { status, stdout, stderr } = shell(`cat plain.csv | ${line}`);
    expect([status, stderr]).toEqual([0, '']);
    expect(mean(stdout)).toBeCloseTo((0.5 * Math.log(3)) / 2, 14);
  });

  it('leaves no copy behind where it is ended by a signal, nor a file on its way', () => {
    const line = commandLine('-', '--against', 'uniform', '--block', '1', '--out', 'never.csv', '--quiet');
    expect(shell(`yes 1,2 | timeout -s INT 1 ${line}`).status).toBe(124);
    expect(readdirSync(folder).filter((name) => name.includes('never') || name.endsWith('.tmp'))).toEqual([]);
  });

  it('says where it is the place of the copy that cannot take it', () => {
    const { stderr } = shell(`TMPDIR=/none ${commandLine('p.csv.gz', '--id', 'name', '--against', 'uniform')}`);
    expect(stderr).toBe(
      'surprisal score: /none, where a copy of p.csv.gz goes (the variable TMPDIR names another place): no such file or folder\n',
    );
  });

  it('says of damaged and of cut-off files what they are', async () => {
    const whole = gzipSync(Buffer.from(TEXT.repeat(100)));
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 12, 24);
    expect(await readError(put(folder, 'cut.csv.gz', whole.subarray(0, whole.length - 9)))).toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringMatching(/cut\.csv\.gz: is cut off/),
    });
    expect(await readError(put(folder, 'damaged.csv.gz', damaged))).toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringMatching(/damaged\.csv\.gz: its compressed data are damaged/),
    });
  });
});
