/** Law 2 for every kernel of one dtype: what the two files of test/kernels run side by side. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dtype } from '../../src/types.js';
import { type Backends, EVERY_KERNEL } from './backends.js';
import { bundled } from './bundled.js';
import { createRng, seedOr } from './rng.js';

/** Rows for each kernel and dtype; `npm run nightly` compares a hundred times as many. */
const ROWS = 100_000;
const SEED = seedOr(20261122);

/** Lengths around the vectors, the steps of four vectors and the blocks of both dtypes. */
const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 67];

export function describeBits(dtype: Dtype): void {
  const kernels = EVERY_KERNEL.filter(([, of]) => of === dtype);

  describe(`law 2: kernel and twin give the same bits, seed ${SEED}`, () => {
    let sweep: typeof import('./differential.js');
    let backends: Backends;
    beforeAll(async () => {
      sweep = await bundled('differential');
      backends = sweep.createBackends();
    });

    it.each(kernels)(`%s %s, ${ROWS} random rows`, (name) => {
      const findings = sweep.compareRandomRows(backends, name, dtype, createRng(SEED), ROWS);
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
