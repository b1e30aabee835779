import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calibrate, detect, oodMetrics, oodScores } from '../../src/applications/ood.js';
import { matrix } from '../../src/index.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';
import { root } from '../support/sources.js';

const folder = temporaryFolder();
const [ROWS, NEW, COLS] = [150, 90, 4];
const rng = createRng(23);
const draw = (rows: number, sharpness: (row: number) => number) =>
  Float32Array.from(
    { length: rows * COLS },
    (_, i) => rng.normal() + (i % COLS === Math.floor(i / COLS) % COLS ? sharpness(Math.floor(i / COLS)) : 0),
  );
const REFERENCE = draw(ROWS, () => 5);
const MIXED = draw(NEW, (row) => (row % 3 === 0 ? 1 : 5));
const FLAGS = Float32Array.from({ length: NEW }, (_, row) => Number(row % 3 === 0));
const write = (name: string, data: Float32Array, shape: number[]) => put(folder, name, npyBytes('<f4', shape, data));
write('reference.npy', REFERENCE, [ROWS, COLS]);
write('new.npy', MIXED, [NEW, COLS]);
write('flags.npy', FLAGS, [NEW]);
write('few.npy', FLAGS.slice(0, 5), [5]);
write('folded.npy', FLAGS, [9, 10]);
write('twos.npy', new Float32Array(NEW).fill(2), [NEW]);
write(
  'ones.npy',
  FLAGS.map(() => 1),
  [FLAGS.length],
);
write('wide.npy', MIXED, [NEW / 3, 3 * COLS]);
write(
  'nan.npy',
  MIXED.map((x, i) => (i === 41 * COLS + 2 ? Number.NaN : x)),
  [NEW, COLS],
);
const lines = Array.from({ length: NEW }, (_, row) => [`image ${row}`, ...MIXED.subarray(row * COLS, (row + 1) * COLS)].join(','));
put(folder, 'new.csv', `name,a,b,c,d\n${lines.join('\n')}\n`);

function ood(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'build/cli.js'), 'ood', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function json(...args: string[]) {
  const { status, stdout, stderr } = ood(...args, '--json');
  if (status !== 0 || stderr !== '') throw new Error(`exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

const [reference, mixed] = [matrix(REFERENCE, ROWS, COLS), matrix(MIXED, NEW, COLS)];

describe('surprisal ood', () => {
  it.each(['kl-to-uniform', 'energy', 'kl-matching'] as const)('finds what the library finds, whatever the block: %s', (score) => {
    const detector = calibrate(reference, { score, rate: 0.1 });
    const found = detect(detector, mixed);
    for (const block of ['7', '1000']) {
      const run = json(
        'reference.npy',
        'new.npy',
        '--score',
        score,
        '--rate',
        '0.1',
        '--flags',
        'flags.npy',
        '--block',
        block,
        '--top',
        '4',
      );
      expect(run).toMatchObject({ rows: NEW, count: found.count });
      expect(run.alarms.map(({ row }: { row: number }) => row)).toEqual(found.alarms.slice(0, 4).map(({ row }) => row));
      expect(run.detector.low.value).toBeCloseTo(detector.low?.value as number, 12);
      expect(detect(run.detector, mixed).alarms).toEqual(found.alarms);
      expect(run.detector.rows).toBe(detector.rows);
      const { auroc } = oodMetrics(mixed, FLAGS, { score, templates: detector.templates });
      expect(run.metrics.auroc.value).toBeCloseTo(auroc.value, 12);
    }
  });

  it('takes flags as a mask of NumPy is saved', () => {
    put(folder, 'mask.npy', npyBytes('|b1', [NEW], Uint8Array.from(FLAGS)));
    const metrics = (flags: string) => json('reference.npy', 'new.npy', '--flags', flags).metrics;
    expect(metrics('mask.npy')).toEqual(metrics('flags.npy'));
  });

  it('prints thresholds, alarms and metrics in 80 columns, and writes the scores', () => {
    const { status, stdout } = ood(
      'reference.npy',
      'new.csv',
      '--columns',
      'a,b,c,d',
      '--id',
      'name',
      '--side',
      'two-sided',
      '--out',
      'scores.csv',
    );
    expect([status, stdout]).toEqual([2, '']); // a .npy file has no named columns
    const run = ood('reference.npy', 'new.npy', '--side', 'two-sided', '--flags', 'flags.npy', '--out', 'scores.npy');
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/alarm below 0\.\d+ .*interval/);
    expect(run.stdout).toMatch(/alarm above 1\.\d+/);
    expect(run.stdout).toMatch(/\d+ of 90 rows of new\.npy raise an alarm/);
    expect(run.stdout).toMatch(/AUROC +0\.9\d+ +0\.\d+ … /);
    expect(run.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
    const bytes = readFileSync(join(folder, 'scores.npy'));
    const scores = new Float64Array(bytes.buffer.slice(bytes.byteOffset + 128, bytes.byteOffset + bytes.length));
    expect(Array.from(scores)).toEqual(Array.from(oodScores(mixed)));
  });

  it('parts the rows of the reference for kl-matching, by the seed', () => {
    const args = ['reference.npy', 'new.npy', '--score', 'kl-matching'];
    const { templates, rows } = calibrate(reference, { score: 'kl-matching', seed: 7 });
    const made = templates?.counts.reduce((a, b) => a + b) as number;
    expect(made + rows).toBe(ROWS);
    expect(json(...args, '--seed', '7').detector).toMatchObject({ rows, templates: { counts: templates?.counts } });
    expect(ood(...args, '--seed', '7').stdout).toContain(`${made} make the templates, ${rows} set the threshold`);
  });

  it('says where no alarm can be: too few rows, or a score that none is below', () => {
    write('flat.npy', new Float32Array(60 * COLS), [60, COLS]);
    expect(ood('flat.npy', 'new.npy').stdout).toContain('  no score can be below 0, which is too frequent here: no alarms at this end\n');
    expect(ood('reference.npy', 'new.npy', '--rate', '0.001').stdout).toContain('  too few rows for this rate: no alarms at this end\n');
  });

  it('names rows by their ids', () => {
    put(folder, 'reference.csv', readFileSync(join(folder, 'new.csv')));
    const { alarms } = json('reference.csv', 'new.csv', '--columns', 'a,b,c,d', '--id', 'name', '--rate', '0.2');
    for (const { row, id } of alarms) expect(id).toBe(`image ${row}`);
    // The column of ids is none of the others in the reference either, and in flags it says whose they are.
    const own = ['new.csv', '--id', 'name', '--rate', '0.2'];
    expect(json('reference.csv', ...own).alarms).toEqual(alarms);
    const flagged = (rows: readonly number[]) => `name,is_ood\n${rows.map((row) => `image ${row},${FLAGS[row]}`).join('\n')}\n`;
    const order = [...FLAGS.keys()];
    put(folder, 'named.csv', flagged(order));
    expect(json('reference.npy', ...own, '--flags', 'named.csv', '--block', '7').metrics).toEqual(
      json('reference.npy', ...own, '--flags', 'flags.npy').metrics,
    );
    put(folder, 'turned.csv', flagged([...order.slice(0, 60), 61, 60, ...order.slice(62)]));
    const { status, stderr } = ood('reference.npy', ...own, '--flags', 'turned.csv', '--block', '7');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /new\.csv, row 60 \(line 62\) has id "image 60", turned\.csv, row 60 \(line 62\) has "image 61": rows are matched/,
      ),
    ]);
  });

  it('reads flags from CSV as it reads the rows, and blocks of any size', () => {
    const numbers = (name: string, data: Float32Array) =>
      put(
        folder,
        name,
        Array.from({ length: data.length / COLS }, (_, i) => `${data.subarray(i * COLS, (i + 1) * COLS).join(';')}\n`).join(''),
      );
    numbers('reference.txt', REFERENCE);
    numbers('new.txt', MIXED);
    put(folder, 'flags.txt', FLAGS.join(';'));
    put(folder, 'flags.csv', `is_ood\n${FLAGS.join('\n')}\n`);
    const { metrics } = json('reference.npy', 'new.npy', '--flags', 'flags.npy');
    expect(json('reference.npy', 'new.npy', '--flags', 'flags.csv').metrics).toEqual(metrics);
    const options = ['--no-header', '--delimiter', ';', '--block', '99999999999'];
    expect(json('reference.txt', 'new.txt', '--flags', 'flags.txt', ...options).metrics.auroc).toEqual(metrics.auroc);
  });

  it('matches columns by their names', () => {
    put(folder, 'abc.csv', `a,b,c\n${'5,0,1\n0,5,1\n1,0,5\n'.repeat(40)}`);
    put(folder, 'cab.csv', `c,a,b\n${'1,5,0\n1,0,5\n5,1,0\n'.repeat(40)}`);
    const run = (file: string) => json('abc.csv', file, '--score', 'kl-matching');
    expect(run('cab.csv').count).toBe(run('abc.csv').count);
  });

  it.each<[string, string[], RegExp, number]>([
    ['one file', ['new.npy'], /which files\?/, 2],
    ['other columns', ['reference.npy', 'wide.npy'], /REFERENCE \(reference\.npy\) has 4 columns, NEW \(wide\.npy\) has 12 columns/, 1],
    ['too few flags', ['reference.npy', 'new.npy', '--flags', 'few.npy'], /few\.npy has 5 flags, new\.npy has 90 rows/, 1],
    ['flags that are none', ['reference.npy', 'new.npy', '--flags', 'twos.npy'], /twos\.npy: flag 0 expected 0 or 1/, 1],
    ['flags in a matrix', ['reference.npy', 'new.npy', '--flags', 'folded.npy'], /folded\.npy has 9 × 10 numbers: flags are one column/, 1],
    [
      'flags of one kind',
      ['reference.npy', 'new.npy', '--flags', 'ones.npy'],
      /ones\.npy: expected flags of both kinds, 0 and 1, got 1/,
      1,
    ],
    ['a header and none', ['reference.npy', 'new.npy', '--header', '--no-header'], /--header and --no-header exclude each other/, 2],
    ['NaN', ['reference.npy', 'nan.npy'], /nan\.npy, row 41, column 2: expected .*, got NaN/, 1],
    [
      'what the score does not take',
      ['reference.npy', 'new.npy', '--score', 'max-logit', '--temperature', '3'],
      /--temperature does not go with --score max-logit/,
      2,
    ],
    ['a rate of 1', ['reference.npy', 'new.npy', '--rate', '1'], /--rate takes a number between 0 and 1/, 2],
  ])('refuses %s, with nothing on its output', (_what, args, message, code) => {
    const { status, stdout, stderr } = ood(...args);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(message);
  });
});
