import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as library from '../src/index.js';
import { readJson, type VectorFile } from './conformance/reference.js';
import { createReport } from './conformance/report.js';
import { isReference, runFile, runFolder } from './conformance/sections.js';
import { normalisedCondition, tolerance } from './conformance/tolerance.js';
import * as exact from './oracle/discrete.js';
import { type Fixed, relativeError } from './oracle/fixed.js';
import { allocate, DTYPES } from './support/backends.js';
import { createRng, seedOr } from './support/rng.js';

const BACKENDS = ['wasm', 'js'] as const;
const SEED = seedOr(20261122);
const inTest = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

describe('law 1: right by construction, against 460-digit answers', () => {
  it.each(['discrete', 'logits', 'gaussian'])('cases of every regime of %s.json', (section) => {
    const report = createReport();
    runFile(library, readJson<VectorFile>(inTest(`fixtures/${section}.json`)), section, BACKENDS, report);
    expect(report.failures()).toEqual([]);
    expect(report.totals().passed).toBeGreaterThan(400);
  });

  it('the whole reference, where it stands beside the project', (context) => {
    const folder = inTest('../../shared/reference');
    if (!existsSync(folder) || !isReference(folder)) context.skip('no ../shared/reference on this machine; fixtures of every regime ran');
    const report = runFolder(library, folder, BACKENDS);
    expect(report.failures()).toEqual([]);
  });
});

/** p of random masses and q within ±δ of it, both of the dtype. */
function nearEqualRows(seed: number, dtype: 'f64' | 'f32', cols: number) {
  const rng = createRng(seed);
  const delta = 10 ** -(1 + (dtype === 'f64' ? 14 : 6) * rng.uniform());
  const [p, q] = [allocate(dtype, cols), allocate(dtype, cols)];
  for (let i = 0; i < cols; i++) {
    p[i] = rng.fine() + 1e-3;
    q[i] = (p[i] as number) * (1 + delta * (2 * rng.fine() - 1));
  }
  return { p, q };
}

/** Counts against probabilities, and the reverse: sums up to nine decades apart, with zeros in both. */
function offScaleRows(seed: number, dtype: 'f64' | 'f32', cols: number) {
  const rng = createRng(seed);
  const scale = 10 ** (9 * (2 * rng.uniform() - 1));
  const [p, q] = [allocate(dtype, cols), allocate(dtype, cols)];
  for (let i = 0; i < cols; i++) {
    q[i] = i > 0 && rng.uniform() < 0.1 ? 0 : rng.fine() ** 3 + 1e-6;
    p[i] = i > 0 && (q[i] === 0 || rng.uniform() < 0.1) ? 0 : scale * (rng.fine() ** 3 + 1e-6);
  }
  return { p, q };
}

/** What the conformance rule allows, relative. `asKl` is the divergence on the scale of KL. */
function allowedFor(p: ArrayLike<number>, q: ArrayLike<number>, dtype: 'f64' | 'f32', asKl: number): number {
  const total = (row: ArrayLike<number>) => Array.from(row).reduce((sum, x) => sum + x, 0);
  return tolerance({ dtype, expected: 1, condition: normalisedCondition(p, q, total(p), total(q), asKl) });
}

const ROWS = { 'near-equal': nearEqualRows, 'off-scale': offScaleRows };
const QUANTITIES: readonly {
  readonly name: string;
  readonly divergence: typeof library.klDivergence;
  readonly oracle: (p: ArrayLike<number>, q: ArrayLike<number>) => Fixed;
  readonly asKl: number;
}[] = [
  { name: 'KL', divergence: library.klDivergence, oracle: exact.kl, asKl: 1 },
  { name: 'Jensen–Shannon', divergence: library.jensenShannonDivergence, oracle: exact.jensenShannon, asKl: 4 },
  { name: 'Jeffreys', divergence: library.jeffreysDivergence, oracle: (p, q) => exact.kl(p, q) + exact.kl(q, p), asKl: 1 / 2 },
];

describe(`law 1: relatively accurate for near-equal rows and on any scale, against 320-bit arithmetic, seed ${SEED}`, () => {
  for (const [kind, make] of Object.entries(ROWS)) {
    for (const dtype of DTYPES) {
      it.each(QUANTITIES)(`$name, ${dtype}, ${kind}`, ({ name, divergence, oracle, asKl }) => {
        for (let i = 0; i < 300; i++) {
          const { p, q } = make(SEED + i, dtype, 2 + (i % 70));
          if (name === 'Jeffreys' && p.some((x, j) => x === 0 && (q[j] as number) > 0)) continue; // Infinity
          const answer = oracle(p, q);
          const actual = divergence(p, q);
          if (answer === 0n) expect(actual).toBe(0);
          else expect(relativeError(actual, answer), `row ${i}: ${actual}`).toBeLessThanOrEqual(allowedFor(p, q, dtype, actual * asKl));
        }
      });
    }
  }
});
