/** Law 2 for every kernel of one dtype: what the two files of test/kernels run side by side. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Domain, KERNELS, type KernelName } from '../../src/backend/contract.js';
import type { Dtype } from '../../src/types.js';
import { type Backends, EVERY_KERNEL } from './backends.js';
import { bundled } from './bundled.js';
import { createRng, seedOr } from './rng.js';
import type { RandomRows } from './rows.js';

/** Rows for each kernel and dtype; `npm run nightly` compares a hundred times as many. */
const ROWS = 100_000;
const SEED = seedOr(20261122);

/** Lengths around the vectors, the steps of four vectors and the blocks of both dtypes. */
const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 67];

const domainsOf = (name: KernelName): readonly Domain[] => Object.values(KERNELS[name].inputs);

export function describeBits(dtype: Dtype): void {
  // Kernels of the same domains behind each other: they are given the same rows, which take as long to draw as a kernel takes.
  const kernels = EVERY_KERNEL.filter(([, of]) => of === dtype).sort(([a], [b]) => `${domainsOf(a)}`.localeCompare(`${domainsOf(b)}`));

  describe(`law 2: kernel and twin give the same bits, seed ${SEED}`, () => {
    let sweep: typeof import('./differential.js');
    let backends: Backends;
    let drawn: { readonly domains: string; readonly rows: readonly RandomRows[] } | undefined;
    const rowsFor = (name: KernelName): readonly RandomRows[] => {
      const domains = domainsOf(name);
      if (drawn?.domains !== `${domains}`) {
        drawn = undefined; // its memory first
        drawn = { domains: `${domains}`, rows: [...sweep.drawRows(createRng(SEED), domains, dtype, ROWS)] };
      }
      return drawn.rows;
    };
    beforeAll(async () => {
      sweep = await bundled('differential');
      backends = sweep.createBackends();
    });
    afterAll(() => {
      drawn = undefined;
    });

    it.each(kernels)(`%s %s, ${ROWS} random rows`, (name) => {
      const findings = sweep.compareRows(backends, name, dtype, createRng(SEED), rowsFor(name));
      expect(findings.firstDifference).toBe('');
      expect(findings.differences).toBe(0);
      expect(findings.firstWrongNaN).toBe('');
      expect(findings.rows).toBeGreaterThanOrEqual(ROWS);
    });

    it.each(kernels)('%s %s, special values in every position', (name) => {
      const findings = sweep.compareSpecials(backends, name, dtype, createRng(SEED), LENGTHS);
      expect(findings.firstDifference).toBe('');
      expect(findings.firstWrongNaN).toBe('');
    });
  });
}
