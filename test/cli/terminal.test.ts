/** What a terminal is given: lines that fit where they can, one line for an error, and nothing that stands in a file as it stands there. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../../src/report/format.js';
import { put, temporaryFolder } from '../support/files.js';
import { root } from '../support/sources.js';
import { surprisal } from './run.js';

const folder = temporaryFolder();
const rows = put(folder, 'rows.csv', '"id\n",a,b\n"\x1b[2Jx\ny",1,2\nz,3,4\n');

/** The lines of a run on a terminal of so many columns. */
function linesAt(columns: number, ...args: string[]): string[] {
  const terminal = `data:text/javascript,Object.defineProperty(process.stdout,'columns',{value:${columns}})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', terminal, join(root, 'build/cli.js'), ...args], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n');
}

const auditOf = (columns: number) =>
  linesAt(columns, 'audit', rows, '--as', 'counts', '--columns', 'a,b', '--against', 'uniform', '--threshold', '0.01');
const widest = (lines: readonly string[]) => Math.max(...lines.map(widthOf));

describe('on a terminal', () => {
  it.each([80, 100, 120, 140, 200])('of %i columns an audit fits', (columns) => {
    const lines = auditOf(columns);
    expect(widest(lines.slice(4))).toBeLessThanOrEqual(columns);
    expect(lines.some((line) => line.includes('scipy.stats.entropy('))).toBe(columns >= 140);
  });

  it.each([40, 60, 80, 120])('of %i columns a score and pairs fit, with long counts', (columns) => {
    const many = put(folder, 'many.csv', `a,b\n${Array.from({ length: 2000 }, (_, i) => `${i + 1},${2003 - (i % 7)}\n`).join('')}2,0\n`);
    const scored = linesAt(columns, 'score', many, '--against', 'uniform', '--measure', 'reverse-kl');
    expect(scored.join('\n')).toMatch(/Infinity in 1 row, left out here/);
    const paired = linesAt(columns, 'pairs', many, '--nearest', '1');
    // Without the paths at the top and the time at the end, which are not broken.
    for (const lines of [scored.slice(3, -3), paired.slice(3, -3)]) expect(widest(lines)).toBeLessThanOrEqual(Math.min(80, columns));
  });

  it('that does not know its width, an audit is set in 80 columns', () => expect(auditOf(0)).toEqual(auditOf(80)));

  it('of hardly any columns, in 40', () => expect(auditOf(3)).toEqual(auditOf(40)));

  it('an error is one line, whatever is in the names', () => {
    for (const column of ['no\nsuch', '*nothing']) {
      const { status, stderr } = surprisal('score', rows, '--columns', column, '--against', 'uniform');
      expect([status, stderr.split('\n').length]).toEqual([2, 3]); // the error, and where to find the options
    }
    const { stderr } = surprisal('score', join(folder, 'no\x1b[31m\nfile.npy'), '--against', 'uniform');
    expect(stderr).toMatch(/^surprisal score: .*no\\u001b\[31m\\nfile\.npy: no such file or folder\n$/);
  });

  it('ids are written out in tables, and stand as they are in JSON', () => {
    const args = ['score', rows, '--id', 'id', '--columns', 'a,b', '--against', 'uniform'];
    expect(surprisal(...args).stdout).toMatch(/^ {2}row 0 +\S+ {2}\\u001b\[2Jx\\ny$/m);
    expect(JSON.parse(surprisal(...args, '--json').stdout).summary.largest[0].id).toBe('\x1b[2Jx\ny');
  });
});
