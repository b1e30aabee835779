/** What calls of the built entry leave behind in a process of their own. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './sources.js';

/** The built entry, as a script names it. */
export const BUILT = JSON.stringify(join(root, 'build/index.js'));

/**
 * Source of `peak()`: the kilobytes that a process ever had at once. On Linux `resourceUsage()` begins with what the process had that started it, here that of many tests;
 * the kernel's own mark does not.
 */
export const PEAK = `
  import { readFileSync as read } from 'node:fs';
  const peak = () => {
    try {
      return Number(/VmHWM:\\s+(\\d+)/.exec(read('/proc/self/status', 'utf8'))[1]);
    } catch {
      return process.resourceUsage().maxRSS;
    }
  };
`;

/** A module to import first, which prints a process's peak on its stderr when it ends. */
export const PRINTS_PEAK = `data:text/javascript,${encodeURIComponent(`${PEAK} process.on('exit', () => console.error(peak()));`)}`;

export function runWithGc(script: string): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], { encoding: 'utf8' });
}

/** Kilobytes, buffers included, that so many calls leave behind, one in ten with a resident matrix that comes and goes. */
export function kilobytesLeft(calls: number): number {
  const { stdout, stderr } = runWithGc(`
    import { createCore, klDivergence } from ${BUILT};
    const core = createCore({ backend: 'wasm' });
    const [P, Q] = [core.allocate(8, 64), core.allocate(8, 64)];
    P.data.fill(1);
    Q.data.fill(2);
    const out = new Float64Array(8);
    const run = (calls) => {
      for (let i = 0; i < calls; i++) {
        klDivergence(P, Q, { core, out });
        if (i % 10 === 0) core.allocate(20, 100, 'f32').dispose();
      }
    };
    const used = () => {
      for (let i = 0; i < 4; i++) gc();
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      return heapUsed + external + arrayBuffers;
    };
    run(20_000);
    const before = used();
    run(${calls});
    console.log(Math.max(0, (used() - before) / 1024));`);
  if (stderr !== '') throw new Error(stderr);
  return Number(stdout);
}
