import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit } from '../../src/applications/audit.js';
import { matrix } from '../../src/index.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';
import { root } from '../support/sources.js';
import { surprisal } from './run.js';

const folder = temporaryFolder();
const ROWS = 60;
const COLS = 6;
const rng = createRng(11);
const Z = Float32Array.from({ length: ROWS * COLS }, () => 5 * rng.normal());
const NEAR = Z.map((x) => x * (1 + 2 ** -12 * rng.uniform()));
const put32 = (name: string, data: Float32Array, rows = ROWS) => put(folder, name, npyBytes('<f4', [rows, data.length / rows], data));
put32('z.npy', Z);
put32('near.npy', NEAR);
put32('row.npy', Z.slice(0, COLS), 1);
put32('short.npy', Z.slice(0, 3 * COLS), 3);
put(folder, 'counts.csv', 'day,p_a,p_b,q_a,q_b\nMonday,1,3,2,2\nTuesday,4,0,3,1\nWednesday,2,2,0,4\n');
put(folder, 'shares.csv', 'a,b\n0.5,0.5\n0.25,0.7\n');

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'build/cli.js'), 'audit', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function json(...args: string[]) {
  const { status, stdout, stderr } = run(...args, '--json');
  if (status !== 0 || stderr !== '') throw new Error(`exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** As JSON has it. */
const plain = (report: object) =>
  JSON.parse(JSON.stringify(report, (_key, value) => (Number.isFinite(value) || typeof value !== 'number' ? value : String(value))));

describe('surprisal audit', () => {
  it('prints as JSON what the library finds, whatever the blocks', () => {
    const expected = audit(matrix(Z, ROWS, COLS), matrix(NEAR, ROWS, COLS), { as: 'logits', threshold: 1e-7, worst: 2 });
    for (const block of [[], ['--block', '7']]) {
      const { p, q, ...report } = json('z.npy', 'near.npy', '--as', 'logits', '--threshold', '1e-7', '--worst', '2', ...block);
      expect(report).toEqual(plain(expected));
      expect([p, q]).toEqual([
        [{ path: 'z.npy', rows: ROWS, cols: COLS, dtype: 'float32' }],
        [{ path: 'near.npy', rows: ROWS, cols: COLS, dtype: 'float32' }],
      ]);
    }
  });

  it('reads P and Q from the columns of one CSV file, and names rows by their ids', () => {
    const report = json('counts.csv', '--columns', 'p_*', '--against-columns', 'q_*', '--id', 'day', '--as', 'counts');
    const { p: _, q: __, ...found } = report;
    expect(found).toMatchObject({ rows: 3, cols: 2, as: 'counts', dtype: 'f64', infinite: { kl: 1 } });
    const worst = report.conventions.find(({ name }: { name: string }) => name === 'ml-distance-kl').worst[0];
    expect(worst).toMatchObject({ row: 1, id: 'Tuesday', answer: 'NaN' });
    expect(run('counts.csv', '--columns', 'p_*', '--against-columns', 'q_*', '--id', 'day', '--as', 'counts').stdout).toMatch(
      /Tuesday: 0\.2877 → NaN|Tuesday: 0\.288 → NaN/,
    );
  });

  it('takes one Q for every row: a file with one row, or uniform', () => {
    const one = json('z.npy', '--against', 'row.npy', '--as', 'logits');
    const { p: _, q, ...report } = one;
    expect(q).toMatchObject([{ path: 'row.npy', rows: 1 }]);
    expect(report).toEqual(plain(audit(matrix(Z, ROWS, COLS), Z.slice(0, COLS), { as: 'logits' })));
    const { p: __, q: uniform, ...flat } = json('z.npy', '--against', 'uniform', '--as', 'logits', '--temperature', '2');
    expect(uniform).toBe('uniform');
    expect(flat).toEqual(plain(audit(matrix(Z, ROWS, COLS), new Float32Array(COLS), { as: 'logits', temperature: 2 })));
  });

  it('prints a report that fits 80 columns, and says in words what happened', () => {
    const { status, stdout, stderr } = run('z.npy', 'near.npy', '--as', 'logits', '--threshold', '1e-8');
    expect([status, stderr]).toEqual([0, '']);
    const zeros = run('counts.csv', '--columns', 'p_*', '--against-columns', 'q_*', '--id', 'day', '--as', 'counts').stdout;
    for (const line of [...stdout.split('\n'), ...zeros.split('\n')]) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(zeros).toMatch(/Keras kl_divergence +Wednesday: Infinity → 7\.37\n/);
    expect(stdout).toMatch(/\d+ of 60 rows negative/);
    expect(stdout).toMatch(/plain loop, float64 +0 +0 +0 +0 /);
    expect(stdout).toMatch(/F\.kl_div\(log_q, p\): its default 'mean' divides by rows × columns/);
    expect(stdout).toMatch(/Rows to look at/);
    expect(stdout).toMatch(/changed: decisions "value > 1e-8"/);
  });

  it('knows its help', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(/surprisal audit P Q/) });
    expect(surprisal('help', 'audit').stdout).toBe(run('--help').stdout);
    const unknown = surprisal('help', 'adit');
    expect([unknown.status, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toMatch(/^surprisal: there is no command 'adit'; there are score, /);
    for (const line of run('--help').stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it.each([
    [['z.npy', 'near.npy', '--tresh', '1'], 2, /no option --tresh/],
    [['z.npy', 'near.npy', '--base', '2'], 2, /no option --base$/m],
    [['z.npy', 'near.npy', '--threshold', '-1'], 2, /--threshold takes a value; one that begins with a dash is written --threshold=-…/],
    [['z.npy', 'near.npy', '--threshold=-1'], 2, /--threshold takes a number that is not negative; got '-1'/],
    [['z.npy', 'near.npy', '--threshold'], 2, /--threshold takes a value$/m],
    [['z.npy', 'near.npy', '--as', 'gaussian'], 2, /--as takes probabilities, counts, logits/],
    [['z.npy', 'near.npy', '--temperature', '2'], 2, /--temperature goes with --as logits/],
    [['z.npy'], 2, /against what\?/],
    [[], 2, /which file\?/],
    [['z.npy', 'short.npy', '--as', 'logits'], 1, /different numbers of rows: 60 and 3/],
    [['z.npy', 'near.npy'], 1, /z\.npy, row \d+, column \d+: expected a finite number ≥ 0, got -/],
    [
      ['shares.csv', '--against', 'uniform'],
      1,
      /shares\.csv, row 1 \(line 3\): expected a row that sums to 1 .*: counts go by --as counts, got 0\.95/,
    ],
  ])('refuses %j', (args, code, message) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(message);
  });
});
