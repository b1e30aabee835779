/**
 * `npm run nightly [-- PART ...] [--rows N] [--kernel NAME] [--only TEXT] [--seed N]`: the long checks. Exit 1 when one of them fails.
 *
 *   differential  10⁷ random rows for each kernel (or the one named) and dtype, wasm against twin, bit by bit
 *   ulp           log and exp over all 2³² floats, and over N points among the doubles, as log1p and em1mx are
 *   families      closed forms of named distributions against sums and quadrature, 200 random members a pair
 *   base-logits   surprisal kld over a synthetic file of 8 GB, within 300 MB
 *   memory        10⁷ calls and what they leave behind
 *   coverage      intervals and tests of counts over named regimes: the tables of docs/composition.md
 *   drift         how often a monitor alarms while nothing drifts: the table of docs/drift.md
 *   fairness      intervals and p-values between groups of predictions: the tables of docs/fairness.md
 *
 * `--only TEXT` takes those lines of the tables of coverage and drift whose name holds the text, and of coverage also one column ("| inversion |"): hours in pieces.
 */
import { parseArgs } from 'node:util';
import { KERNELS } from '../../src/backend/contract.js';
import { runBaseLogits } from './baseLogits.js';
import { runCoverage } from './coverage.js';
import { runDifferential } from './differential.js';
import { runFairness } from './fairness.js';
import { runFamilies } from './families.js';
import { runMemory } from './memory.js';
import { runDrift } from './drift.js';
import { runUlp } from './ulp.js';

/** A part prints its progress and returns its failures in words. */
type Part = (settings: {
  rows: number;
  seed: number;
  kernel?: string | undefined;
  only?: string | undefined;
}) => Promise<readonly string[]> | readonly string[];

const PARTS: Readonly<Record<string, Part>> = {
  differential: runDifferential,
  ulp: runUlp,
  families: runFamilies,
  'base-logits': runBaseLogits,
  coverage: runCoverage,
  memory: runMemory,
  drift: runDrift,
  fairness: runFairness,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '1e7' },
      kernel: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    },
  });
  const settings = { rows: Number(values.rows), seed: Number(values.seed), kernel: values.kernel, only: values.only };
  const unknown = positionals.filter((name) => !(name in PARTS));
  const isKnown = values.kernel === undefined || values.kernel in KERNELS;
  if (unknown.length > 0 || !isKnown || !(settings.rows > 0) || !Number.isInteger(settings.seed)) {
    console.error(`usage: npm run nightly [-- ${Object.keys(PARTS).join(' | ')}] [--rows N] [--kernel NAME] [--only TEXT] [--seed N]`);
    return 2;
  }
  console.log(`seed ${settings.seed}`);
  const failures: string[] = [];
  const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
  for (const name of names) {
    const started = Date.now();
    console.log(`\n${name}`);
    const found = await (PARTS[name] as Part)(settings);
    for (const failure of found) console.log(`  FAILED ${failure}`);
    failures.push(...found);
    console.log(`${name}: ${found.length} failures, ${((Date.now() - started) / 1000).toFixed(0)} s`);
  }
  console.log(`\nnightly: ${names.join(', ')}: ${failures.length === 0 ? 'all passed' : `${failures.length} failed`}`);
  return failures.length > 0 ? 1 : 0;
}

process.exitCode = await main();
