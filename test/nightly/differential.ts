/** Wasm against twin over many rows for each kernel: 0 differences are expected. */
import { KERNELS } from '../../src/backend/contract.js';
import { createBackends, EVERY_KERNEL } from '../support/backends.js';
import { compareRows, compareSpecials, drawRows, type Findings } from '../support/differential.js';
import { createRng } from '../support/rng.js';

/** Rows between two progress lines. */
const ROUND = 1_000_000;

const LENGTHS = Array.from({ length: 67 }, (_, i) => i + 1);

export function runDifferential({ rows, seed, kernel }: { rows: number; seed: number; kernel?: string | undefined }): string[] {
  const backends = createBackends();
  const failures: string[] = [];
  let total = 0;
  let differences = 0;
  for (const [name, dtype] of EVERY_KERNEL) {
    if (kernel !== undefined && kernel !== name) continue;
    const rng = createRng(seed);
    const started = Date.now();
    let done = 0;
    const take = (found: Findings) => {
      done += found.rows;
      differences += found.differences;
      for (const words of [found.firstDifference, found.firstWrongNaN]) if (words !== '') failures.push(`${name} ${dtype}: ${words}`);
    };
    take(compareSpecials(backends, name, dtype, rng, LENGTHS));
    while (done < rows) {
      take(
        compareRows(backends, name, dtype, rng, drawRows(rng, Object.values(KERNELS[name].inputs), dtype, Math.min(ROUND, rows - done))),
      );
      if (process.stderr.isTTY) process.stderr.write(`\r  ${name} ${dtype} ${((100 * Math.min(done, rows)) / rows).toFixed(0)} %  `);
    }
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    console.log(`  ${`${name} ${dtype}`.padEnd(34)} ${done} rows, ${((Date.now() - started) / 1000).toFixed(1)} s`);
    total += done;
  }
  console.log(`  ${total} rows, ${differences} differences`);
  return failures;
}
