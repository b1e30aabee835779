import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/files.js';
import { root } from '../support/sources.js';

it('npm run demo fits a terminal, and says what the data say', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['esbuild.mjs', 'run', 'examples/demo.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(48);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  // Found apart from this library, with NumPy in float64.
  expect(stdout).toMatch(/KL at T = 1 +0\.424 +0\.326/);
  expect(stdout).toMatch(/KL at T = 4 +0\.522 +0\.529 .* 8\.35\n/);
  expect(stdout).toMatch(/AUROC 0\.938\. A threshold of 2\.283/);
  // Found apart from this library, with NumPy 2.4.6 and SciPy 1.17.1 in float32: 196 and 46 rows negative, 87 and 22 NaN. Their exp rounds otherwise.
  expect(stdout).toMatch(/plain loop, float32 +19\d +0 +\d\d × +4\d +0/);
  expect(stdout).toMatch(/SciPy jensenshannon +0 +[89]\d .* 0 +2\d/);
  expect(stdout).toMatch(/surprisal, float32 +0 +0 .* 0 +0 /);
  expect(stdout).toMatch(/surprisal, wasm +[\d.]+ [kMG] +[\d.]+×/);
});

const temporary = temporaryFolder();

it('npm run demo ends without a word when its reader has seen enough, and leaves nothing behind', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `'${process.execPath}' esbuild.mjs run examples/demo.ts | head -n 1`], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temporary },
  });
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toHaveLength(2);
  expect(readdirSync(temporary)).toEqual([]);
});
