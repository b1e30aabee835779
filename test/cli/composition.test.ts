import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { root } from '../support/sources.js';
import { surprisal } from './run.js';

const folder = temporaryFolder();
const mice = join(root, 'examples/composition/mice.csv');
const cells = join(root, 'examples/composition/cellcycle.csv');
const metadata = put(folder, 'metadata.csv', 'id,site\nb,x\na,y\nc,x\nd,y\n');
const taxa = put(folder, 'taxa.tsv', 'id\tA;a\tA;b\tB\na\t5\t3\t2\nb\t1\t2\t9\nc\t2\t1\t8\nd\t6\t3\t1\n');

describe('surprisal composition', () => {
  it('says what differs between groups of samples, with its p-value and picture', () => {
    const { status, stdout, stderr } = surprisal('composition', mice, '--group', 'period', '--pair', 'mouse');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/the unit is the sample/);
    expect(stdout).toMatch(/Bacilli rose from 0\.028 % to 4\.8 %: .* p = 0\.031 by relabelling samples/);
    expect(stdout).toMatch(/█/);
  });

  it('gives the same to programs, and infinite numbers as strings', () => {
    const { stdout } = surprisal('composition', mice, '--group', 'period', '--pair', 'mouse', '--json', '--distances');
    const report = JSON.parse(stdout);
    expect(report.overall).toMatchObject({ pValue: 0.03125, exact: true, permutations: 64 });
    expect(report.comparisons[0].kl).toBe('Infinity');
    expect(report.distances.order).toHaveLength(12);
  });

  it('tests observations where a group has one sample', () => {
    const { status, stdout } = surprisal('composition', cells, '--group', 'hours', '--reference', '0');
    expect(status).toBe(0);
    expect(stdout).toMatch(/24 against 0: G1 rose from 28\.6 % to 87\.1 %/);
  });

  it('meets its metadata by id, and adds up levels of a taxonomy', () => {
    const { status, stdout } = surprisal(
      'composition',
      taxa,
      '--metadata',
      metadata,
      '--id',
      'id',
      '--group',
      'site',
      '--taxonomy',
      ';',
      '--json',
    );
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.groups.map(({ name }: { name: string }) => name)).toEqual(['y', 'x']);
    expect(report.levels[0].levels.map(({ groups }: { groups: number }) => groups)).toEqual([2, 3]);
  });

  it('draws the distances of many samples, and as many columns as are asked for', () => {
    const rows = Array.from({ length: 400 }, (_, i) => `${i % 2 === 0 ? 'x' : 'y'},${1 + (i % 7)},${2 + (i % 5)}\n`);
    const many = put(folder, 'many.csv', `g,a,b\n${rows.join('')}`);
    const run = surprisal('composition', many, '--group', 'g', '--permutations', '99', '--distances', '--top', '130000');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/distances: blank is 0, full 0\.\d+/);
  });

  it('tells a p-value below the range as such, and takes counts as large as doubles count', () => {
    const { stdout, stderr } = surprisal(
      'composition',
      put(folder, 'large.csv', 'g,a,b\nx,9007199254740992,3\ny,3e15,1e15\n'),
      '--group',
      'g',
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/between groups \S+ nats, p < 0\.0001$/m);
    expect(stdout).not.toMatch(/NaN/);
  });

  it('draws a dash for what one sample does not tell', () => {
    const { stdout } = surprisal('composition', put(folder, 'single.csv', 'g,a,b\nx,1,2\ny,3,4\ny,4,4\n'), '--group', 'g');
    expect(stdout).toMatch(/^ +x +1 +\S+ +–$/m);
    expect(stdout).not.toMatch(/NaN/);
  });

  const twice = put(folder, 'twice.csv', 'id,site\na,x\nb,y\n\nb,x\nc,x\nd,y\ne,x\ne,y\n');
  const npy = put(folder, 'table.npy', npyBytes('<f4', [1, 2], Float32Array.of(1, 2)));
  it.each([
    [[taxa, '--group', 'site', '--metadata', twice, '--id', 'id', '--delimiter', ','], /no column 'id'/, 2],
    [
      [put(folder, 'taxa.csv', 'id,A,B\na,5,3\nb,1,2\nc,2,1\nd,6,3\n'), '--group', 'site', '--metadata', twice, '--id', 'id'],
      /twice\.csv: has id "b" twice, in lines 3 and 5: expected one row of it/,
      1,
    ],
    [
      [put(folder, 'unnamed.csv', 'g,a,b\nx,1,2\n,3,4\n'), '--group', 'g'],
      /unnamed\.csv: line 3, row 1, column "g": expected a name, got an empty cell/,
      1,
    ],
    [[put(folder, 'index.csv', ',g,a,b\n0,x,1,2\n1,y,3,4\n'), '--group', 'g'], /column 0 has no name, as the index of a data frame/, 2],
    [[npy, '--group', 'g'], /table\.npy: is a \.npy file: a table with named columns is expected, CSV, TSV or Parquet/, 1],
    [[put(folder, 'empty.csv', ''), '--group', 'g'], /empty\.csv: is empty/, 1],
    [[put(folder, 'table.xlsx', 'PK'), '--group', 'g'], /table\.xlsx: is a spreadsheet: export it as CSV/, 1],
    [[cells], /which groups\? --group/, 2],
    [[cells, '--group', 'hour'], /has no column 'hour'/, 2],
    [[mice, '--group', 'period'], /line 2, row 0, column "mouse": expected a number, got "PM1"/, 1],
    [[mice, '--group', 'period,mouse'], /has no column 'period,mouse'/, 2],
    [[mice, '--group', '*o*'], /has \d+ columns '\*o\*', where one is meant/, 2],
    [[mice, '--group', 'period', '--pair', 'period'], /--pair period is --group/, 2],
    [
      [put(folder, 'latin.csv', Buffer.from('g,a,b\nM\xfcnchen,1,2\nM\xe4nchen,3,4\n', 'latin1')), '--group', 'g'],
      /latin\.csv: line 2, row 0: column 0 \(counted from 0\): expected UTF-8, got "M\ufffdnchen"/,
      1,
    ],
    [[put(folder, 'semicolons.csv', 'g;a;b\nx;1;2\n'), '--group', 'g'], /no column 'g'; it has g;a;b: .*--delimiter ';'/, 2],
    [[mice, '--group', 'period', '--pair', 'mouse', '--reference', 'before'], /one of the groups: baseline, later/, 2],
    [
      [put(folder, 'bad.csv', 'g,a,b\nx,1,2\ny,3,-1\n'), '--group', 'g'],
      /bad\.csv: line 3, row 1, column "b": expected a finite number ≥ 0, got -1$/m,
      1,
    ],
    [
      [put(folder, 'huge.csv', 'g,a,b\nx,1,2\ny,3,1e155\n'), '--group', 'g'],
      /huge\.csv: line 3, row 1, column "b": expected whole counts up to 2\^53 .*, got 1e\+155$/m,
      1,
    ],
    [[put(folder, 'none.csv', 'g,a,b\nx,1,2\ny,0,0\n'), '--group', 'g'], /none\.csv: line 3, row 1: expected a row with some mass/, 1],
    [[taxa, '--group', 'site', '--metadata', put(folder, 'short.csv', 'id,site\na,x\n'), '--id', 'id'], /has no row of id "b"/, 1],
  ])('%s', (args, message, code) => {
    const { status, stderr } = surprisal('composition', ...(args as string[]));
    expect(stderr).toMatch(message as RegExp);
    expect(status).toBe(code);
  });
});
