/** What calls of the built entry leave behind in a process of their own. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './sources.js';

/** The built entry, as a script names it. */
export const BUILT = JSON.stringify(join(root, 'build/index.js'));

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
