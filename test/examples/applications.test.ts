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

it('examples/fairness.ts: groups differ, and the penalty takes that away at a small cost', () => {
  const text = run('fairness');
  const lines = [...text.matchAll(/^ +(\d+) +([\d.]+) % .*? ([\d.e-]+) +(?:fe)?male, .* ([\d.]+)$/gm)];
  const [first, ...later] = lines.map((line) => line.slice(1).map(Number) as [number, number, number, number]);
  expect(later).toHaveLength(6);
  const [, accuracy, disparity, adjusted] = first as [number, number, number, number];
  expect(accuracy).toBeGreaterThan(72);
  expect(adjusted).toBeLessThan(0.05);
  const last = later.at(-1) as [number, number, number, number];
  expect(last[1]).toBeGreaterThan(accuracy - 3);
  expect(last[2]).toBeLessThan(disparity / 20);
  expect(last[3]).toBeGreaterThan(0.05);
  expect(text).toMatch(/male → female +0\.00\d/);
});
