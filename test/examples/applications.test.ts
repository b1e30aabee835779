import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { root } from '../support/sources.js';

function run(name: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['esbuild.mjs', 'run', `examples/${name}.ts`], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

it('examples/distillation.ts: the loss falls, and the held-out divergence with it', () => {
  const text = run('distillation');
  const [from, to] = [/from ([\d.]+)/, /to ([\d.]+) in \d+ steps/].map((pattern) => Number(pattern.exec(text)?.[1])) as [number, number];
  expect(to).toBeLessThan(0.7 * from);
  const [, before, after] = [...text.matchAll(/KL\(teacher ‖ student\), nats +([\d.]+)/g)].map(([, value]) => Number(value)) as [
    number,
    number,
    number,
  ];
  expect(after).toBeLessThan(before);
});

it('examples/ood.ts: digits that were never seen are found, and known ones mostly left in peace', () => {
  const text = run('ood');
  const lines = [...text.matchAll(/^[a-z-]+ +(0\.\d+) \(.* ([\d.]+) % +([\d.]+) %$/gm)];
  expect(lines).toHaveLength(8);
  for (const [, auroc, caught, wrong] of lines) {
    expect(Number(auroc)).toBeGreaterThan(0.85);
    expect(Number(caught)).toBeGreaterThan(40);
    expect(Number(wrong)).toBeLessThan(10);
  }
});

/** A number in nats or a share, an interval, a p-value, and a picture of block characters. */
it.each(['modelSelection', 'largeDeviations', 'detection', 'composition', 'drift', 'approximation'])(
  'examples/%s.ts prints a number, an interval, a p-value and a picture',
  (name) => {
    const text = run(name);
    expect(text).toMatch(/nats|%/);
    expect(text).toMatch(/\d to \d/);
    expect(text).toMatch(/p = \d/);
    expect(text).toMatch(/[█▉▊▋▌▍▎▏]/);
    expect(text).not.toMatch(/NaN|undefined/);
  },
);
