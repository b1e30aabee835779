/** The one output file of a command: where it goes, what it replaces, and what is left when the command is ended. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { surprisal } from '../cli/run.js';
import { npyBytes, put, temporaryFolder } from '../support/files.js';
import { createRng, seedOr } from '../support/rng.js';
import { root } from '../support/sources.js';

const folder = temporaryFolder();
const p = put(folder, 'p.csv', 'a,b\n1,3\n1,1\n');
const at = (name: string) => join(folder, name);
const score = (out: string) => surprisal('score', p, '--against', 'uniform', '--quiet', '--out', out);
const left = () => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

describe('where an output file goes (src/io/output.ts)', () => {
  it('through a link, to what it points to, and the link stays', () => {
    put(folder, 'target.csv', 'old');
    symlinkSync('target.csv', at('link.csv'));
    expect(score(at('link.csv'))).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(at('link.csv')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('target.csv'), 'utf8')).toMatch(/^row,kl\n/);
  });

  it('through a link, to what is not there yet; in a circle it leads nowhere', () => {
    mkdirSync(at('elsewhere'));
    symlinkSync('elsewhere', at('folder'));
    symlinkSync('../new.csv', at('folder/dangling.csv'));
    expect(score(at('folder/dangling.csv'))).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(at('elsewhere/dangling.csv')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('new.csv'), 'utf8')).toMatch(/^row,kl\n/);
    symlinkSync('circle.csv', at('circle.csv'));
    expect(score(at('circle.csv'))).toMatchObject({ status: 1, stderr: expect.stringMatching(/circle\.csv: its links lead in a circle/) });
    symlinkSync('nowhere/x.csv', at('lost.csv'));
    expect(score(at('lost.csv'))).toMatchObject({ status: 1, stderr: expect.stringMatching(/lost\.csv: no such file or folder/) });
  });

  it('with the permissions of the file that it replaces', () => {
    put(folder, 'secret.csv', 'old');
    chmodSync(at('secret.csv'), 0o600);
    expect(score(at('secret.csv')).status).toBe(0);
    expect(statSync(at('secret.csv')).mode & 0o777).toBe(0o600);
  });

  it('under a name as long as the system allows', () => {
    const name = `${'x'.repeat(251)}.csv`;
    expect(score(at(name))).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(at(name), 'utf8')).toMatch(/^row,kl\n/);
  });

  it('not over what comes in by standard input', () => {
    const own = put(folder, 'own.csv', 'a,b\n1,3\n1,1\n');
    const command = `'${process.execPath}' '${join(root, 'build/cli.js')}' score - --against uniform --header --out '${own}' < '${own}'`;
    const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/--out .*own\.csv would overwrite an input/)]);
    expect(readFileSync(own, 'utf8')).toBe('a,b\n1,3\n1,1\n');
  });

  it('not over a folder, which is said before anything is read', () => {
    mkdirSync(at('folder.csv'));
    const bad = put(folder, 'bad.csv', 'a,b\nx,1\n'); // its fault would be met first, were it read first
    const { status, stderr } = surprisal('score', bad, '--against', 'uniform', '--out', at('folder.csv'));
    expect([status, stderr]).toEqual([1, `surprisal score: ${at('folder.csv')}: is a folder, not a file\n`]);
    expect(left()).toEqual([]);
  });
});

describe('a command that is ended by a signal', () => {
  const seed = seedOr(3);

  it(`leaves nothing, and says nothing of what it was about to write (seed ${seed})`, async () => {
    const rng = createRng(seed);
    const [rows, cols] = [1500, 40];
    const many = put(
      folder,
      'many.npy',
      npyBytes(
        '<f8',
        [rows, cols],
        Float64Array.from({ length: rows * cols }, () => rng.uniform()),
      ),
    );
    const child = spawn(process.execPath, [join(root, 'build/cli.js'), 'pairs', many, '--out', at('cells.csv')]);
    let said = '';
    child.stderr.on('data', (data) => (said += data));
    const ended = new Promise((resolve) => child.once('close', resolve));
    const isOnItsWay = () => left().some((name) => (statSync(at(name), { throwIfNoEntry: false })?.size ?? 0) > 1e5);
    while (child.exitCode === null && !isOnItsWay()) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    expect([await ended, said]).toEqual([130, '']);
    expect(left()).toEqual([]);
    expect(readdirSync(folder)).not.toContain('cells.csv');
  });
});
