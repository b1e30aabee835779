import { describe, expect, it } from 'vitest';
import { createBackends, EVERY_KERNEL } from '../support/backends.js';
import { compareRandomRows, compareSpecials } from '../support/differential.js';
import { createRng, seedOr } from '../support/rng.js';

/** Rows for each kernel and dtype; `npm run nightly` compares a hundred times as many. */
const ROWS = 100_000;
const SEED = seedOr(20261122);

/** Lengths around the vectors, the steps of four vectors and the blocks of both dtypes. */
const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 67];

describe(`law 2: kernel and twin give the same bits, seed ${SEED}`, () => {
  const backends = createBackends();

  it.each(EVERY_KERNEL)(`%s %s, ${ROWS} random rows`, (name, dtype) => {
    const findings = compareRandomRows(backends, name, dtype, createRng(SEED), ROWS);
    expect(findings.firstDifference).toBe('');
    expect(findings.differences).toBe(0);
    expect(findings.firstWrongNaN).toBe('');
    expect(findings.rows).toBeGreaterThanOrEqual(ROWS);
  });

  it.each(EVERY_KERNEL)('%s %s, special values in every position', (name, dtype) => {
    const findings = compareSpecials(backends, name, dtype, createRng(SEED), LENGTHS);
    expect(findings.firstDifference).toBe('');
    expect(findings.firstWrongNaN).toBe('');
  });
});
