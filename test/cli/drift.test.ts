import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { put, temporaryFolder } from '../support/files.js';
import { createRng } from '../support/rng.js';
import { surprisal } from './run.js';

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

  it('takes fixed cells of single columns', () => {
    const out = join(folder, 'fixed.json');
    expect(surprisal('drift', '--fit', january, '--out', out, '--edges', 'age=30, 50; zip=1.5').stderr).toBe('');
    const { features } = JSON.parse(readFileSync(out, 'utf8'));
    expect(features[0]).toMatchObject({ name: 'age', edges: [30, 50] });
    expect(features[1]).toMatchObject({ name: 'zip', edges: [1.5] });
  });

  it.each([
    [['--fit', january, '--out', baseline, '--edges', 'age=50,30'], /--edges: expected a column and rising numbers/, 2],
    [['--fit', january, '--out', baseline, '--edges', 'aged=30,50'], /aged/, 2],
    [['--fit', january, '--out', baseline, '--edges', 'city=30,50'], /expected a number for "city"/, 1],
    [[january], /a baseline and a window are expected/, 2],
    [['--fit', january], /--out names the file/, 2],
    [[put(folder, 'bad.json', '{'), march], /bad\.json: is no JSON/, 1],
    [[put(folder, 'other.json', '{"a": 1}'), march], /other\.json: .*baseline made by fitBaseline/, 1],
    [[january, join(folder, 'none.csv')], /no such file/, 1],
  ])('%s', (args, message, code) => {
    const { status, stderr } = surprisal('drift', ...(args as string[]));
    expect(stderr).toMatch(message as RegExp);
    expect(status).toBe(code);
  });
});
