import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';
import { CLI, surprisal } from './run.js';

const folder = temporaryFolder();
const rng = createRng(5);
const csv = (name: string, n: number, shift: number) =>
  put(
    folder,
    name,
    `age,zip,city\n${Array.from({ length: n }, () => `${(40 + 12 * rng.normal() + shift).toFixed(1)},${rng.pick([1, 2, 3])},${rng.pick(['Oslo', 'Lima', ''])}\n`).join('')}`,
  );
const january = csv('january.csv', 1000, 0);
const february = csv('february.csv', 500, 0);
const march = csv('march.csv', 500, 8);
const baseline = join(folder, 'baseline.json');

/** A baseline of January. */
function baselineIn(name: string): string {
  expect(surprisal('drift', '--fit', january, '--out', join(folder, name)).status).toBe(0);
  return join(folder, name);
}

const report = (...args: string[]) => {
  const { status, stdout, stderr } = surprisal('drift', ...args, '--json');
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};

describe('surprisal drift', () => {
  it('fits a baseline to a file that is complete or not there, and checks windows against it', () => {
    const fitted = surprisal('drift', '--fit', january, '--out', baseline, '--categorical', 'zip');
    expect([fitted.status, fitted.stderr]).toEqual([0, '']);
    expect(fitted.stdout).toMatch(/baseline\.json: 3 features of 1,000 rows/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(surprisal('drift', baseline, february).stdout).toMatch(/None of 3 features has drifted/);
    const { stdout } = surprisal('drift', baseline, march);
    expect(stdout).toMatch(/1 of 3 features drifted: age/);
    expect(stdout).toMatch(/█/);
  });

  it('takes a table for a baseline, and gives the report to programs', () => {
    const report = JSON.parse(surprisal('drift', january, march, '--json', '--false-alarms', '0.001').stdout);
    expect(report).toMatchObject({ alarm: true, rows: 500, baselineRows: 1000, falseAlarmRate: 0.001 });
    expect(report.features[0].feature).toBe('age');
  });

  it('of a fitted baseline checks the columns that are chosen, and says which the window has or lacks', () => {
    const own = baselineIn('columns.json');
    const some = report(own, february, '--columns', 'age,z*');
    expect(some.features.map(({ feature }: { feature: string }) => feature).sort()).toEqual(['age', 'zip']);
    expect(some).toMatchObject({ alarm: false, notes: [] });
    const ages = readFileSync(february, 'utf8').replace(/^([^,]*),.*$/gm, '$1,x');
    const other = put(folder, 'other.csv', ages.replace('age,x', 'age,size'));
    const notes = [
      'The window lacks columns of the baseline, which count as missing in every row: zip, city.',
      'The window has columns that the baseline does not know, which are left out: size.',
    ];
    expect(report(own, other)).toMatchObject({ alarm: true, notes });
    expect(report(january, other)).toMatchObject({ alarm: true, notes });
    expect(surprisal('drift', own, other).stdout.replace(/\s+/g, ' ')).toContain(notes.join(' '));
  });

  it('takes a baseline with gzip, and through a pipe', () => {
    const own = baselineIn('piped.json');
    const { baseline: _, ...expected } = report(own, march);
    const { baseline: __, ...zipped } = report(put(folder, 'piped.json.gz', gzipSync(readFileSync(own))), march);
    expect(zipped).toEqual(expected);
    const { stdout } = spawnSync(process.execPath, [CLI, 'drift', '-', march, '--json'], { input: readFileSync(own), encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({ baseline: '-', ...expected });
  });

  it('takes fixed cells of single columns', () => {
    const out = join(folder, 'fixed.json');
    expect(surprisal('drift', '--fit', january, '--out', out, '--edges', 'age=30, 50; zip=1.5').stderr).toBe('');
    const { features } = JSON.parse(readFileSync(out, 'utf8'));
    expect(features[0]).toMatchObject({ name: 'age', edges: [30, 50] });
    expect(features[1]).toMatchObject({ name: 'zip', edges: [1.5] });
  });

  const tables = put(folder, 'tables.json', readFileSync(january)); // a table by a name for baselines
  const fitted = put(folder, 'fitted.json', '{}');
  const packed = put(folder, 'packed.gz', gzipSync(readFileSync(baselineIn('packed.json'))));
  const twins = put(folder, 'twins.csv', 'a,b,a\n1,2,3\n');
  const index = put(folder, 'index.csv', ',a,b\n0,2,3\n');
  it.each<readonly [readonly string[], RegExp, number]>([
    [['--fit', january, '--out', baseline, '--edges', 'age=50,30'], /--edges: expected a column and rising numbers/, 2],
    [['--fit', january, '--out', baseline, '--edges', 'aged=30,50'], /aged/, 2],
    [
      ['--fit', january, '--out', baseline, '--edges', 'city=30,50'],
      /january\.csv: line 2, row 0, column "city": expected a number, which --edges are for, got "/,
      1,
    ],
    [['--fit', january, '--out', baseline, '--edges', 'age=30;age=50'], /--edges names a column twice/, 2],
    [['--fit', january, '--out', baseline, '--edges', '*=30'], /columns '\*', where one is meant/, 2],
    [['--fit', january, '--out', baseline, '--edges', 'zip=30', '--categorical', 'zip'], /--edges and --categorical both name "zip"/, 2],
    [['--fit', tables, '--out', tables], /--out .*tables\.json would overwrite an input/, 2],
    [
      ['--fit', january, '--out', join(folder, 'never.json'), '--binning', 'doane', '--bins', '7'],
      /--bins does not go with --binning doane/,
      2,
    ],
    [['--fit', january, '--out', january], /--out takes a name that ends in \.json, .*got '.*january\.csv'/, 2],
    ...['--bins=3', '--binning=doane', '--edges=age=30,50', '--categorical=zip'].map(
      (option) => [[fitted, february, option], /--\w+ does not go with .*fitted\.json: a baseline has been fitted already/, 2] as const,
    ),
    ...['--false-alarms=0.1', '--top=3', '--seed=2', '--json'].map(
      (option) => [['--fit', january, '--out', join(folder, 'never.json'), option], /--[\w-]+ does not go with --fit/, 2] as const,
    ),
    [[index, index], /index\.csv: column 0 has no name, as the index of a data frame: .*choose columns by --columns$/m, 2],
    [[twins, twins], /twins\.csv: has 2 columns named 'a'; it has a, b, a/, 2],
    [['--fit', twins, '--out', join(folder, 'never.json')], /2 columns named 'a'/, 2],
    [[put(folder, 'empty.csv', ''), january], /empty\.csv: is empty/, 1],
    [[january], /a baseline and a window are expected/, 2],
    [[january, fitted], /fitted\.json is a baseline, .*BASELINE comes first/, 2],
    [['--fit', january], /--out names the file/, 2],
    [[put(folder, 'bad.json', '{'), march], /bad\.json: is no JSON/, 1],
    [[packed, march, '--bins', '3'], /--bins does not go with .*packed\.gz: a baseline has been fitted already/, 2],
    [[january, packed], /packed\.gz is a baseline, .*BASELINE comes first/, 2],
    [[packed, march, '--columns', 'age,size'], /packed\.gz: has no column 'size'; it has age, zip, city/, 2],
    [[put(folder, 'other.json', '{"a": 1}'), march], /other\.json: .*baseline made by fitBaseline/, 1],
    [[january, join(folder, 'none.csv')], /no such file/, 1],
  ])('%s', (args, message, code) => {
    const { status, stderr } = surprisal('drift', ...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(code);
    expect(readFileSync(tables)).toEqual(readFileSync(january));
  });

  it('takes one of two columns of a name when --columns leaves both out', () => {
    expect(surprisal('drift', twins, twins, '--columns', 'b').status).toBe(0);
  });
});
