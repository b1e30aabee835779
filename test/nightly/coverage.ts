/** The tables of docs/composition.md: coverage of intervals and rejections of tests, by simulation. */
import type { Estimator } from '../../src/applications/composition/estimators.js';
import type { MeansMethod } from '../../src/applications/composition/groups.js';
import type { IntervalMethod } from '../../src/applications/composition/uncertainty.js';
import { coverage, EFFECTS, nameOf, nullPValues, REGIMES, rejections, replicates } from '../support/calibration.js';

const METHODS: readonly (readonly [IntervalMethod, Estimator])[] = [
  ['inversion', 'plugin'],
  ['inversion', 'jeffreys'],
  ['delta', 'plugin'],
  ['delta', 'miller-madow'],
  ['percentile', 'plugin'],
  ['bca', 'plugin'],
  ['dirichlet', 'plugin'],
];
const MEANS: readonly MeansMethod[] = ['inversion', 'delta', 'percentile', 'bca'];
const RUNS = 2000;
/** What the default must cover. */
const LEAST = 0.93;

const percent = (share: number) => (100 * share).toFixed(1);

export function runCoverage({ seed, rows, only = '' }: { seed: number; rows: number; only?: string | undefined }): string[] {
  const failures: string[] = [];
  const runs = rows < 1e7 ? Math.min(RUNS, rows) : RUNS;
  console.log(
    `| 95 % interval, coverage in % | ${METHODS.map(([method, estimator]) => `${method}${estimator === 'plugin' ? '' : `, ${estimator}`}`).join(' | ')} |`,
  );
  console.log(`|${' --- |'.repeat(METHODS.length + 1)}`);
  for (const regime of REGIMES) {
    for (const effect of EFFECTS.filter((name) => `${nameOf(regime)}, ${name}`.includes(only))) {
      const cells = METHODS.map(([method, estimator], i) => {
        const covered = coverage(regime, effect, method, estimator, runs, seed);
        if (i === 0 && covered < LEAST) failures.push(`${nameOf(regime)}, ${effect}: the default covers ${percent(covered)} %`);
        return i === 0 ? `**${percent(covered)}**` : percent(covered);
      });
      console.log(`| ${nameOf(regime)}, ${effect} | ${cells.join(' | ')} |`);
    }
  }
  console.log(
    `\n| groups of samples (JS of means, K = 6, ρ = 1/41), coverage in % | ${MEANS.join(' | ')} |\n|${' --- |'.repeat(MEANS.length + 1)}`,
  );
  for (const samples of [4, 6, 10, 20]) {
    for (const effect of EFFECTS.filter((name) => `${samples} a group, ${name}`.includes(only))) {
      const cells = MEANS.map((method) => {
        const { coverage: covered } = replicates(effect, samples, runs, seed, method);
        if (method !== 'inversion') return percent(covered);
        if (covered < LEAST) failures.push(`${samples} samples a group, ${effect}: ${percent(covered)} %`);
        return `**${percent(covered)}**`;
      });
      console.log(`| ${samples} a group, ${effect} | ${cells.join(' | ')} |`);
    }
  }
  return [...failures, ...rejectionTable(runs, seed, only)];
}

function rejectionTable(runs: number, seed: number, only: string): string[] {
  const failures: string[] = [];
  console.log('\n| test, P(p ≤ α) in % without a difference | α = 10 % | 5 % | 1 % |\n| --- | --- | --- | --- |');
  const line = (name: string, simulate: () => Float64Array) => {
    if (!name.includes(only)) return;
    const pValues = simulate();
    const cells = [0.1, 0.05, 0.01].map((alpha) => {
      const { share, most } = rejections(pValues, alpha);
      if (share > most) failures.push(`${name}: rejects ${percent(share)} % at ${100 * alpha} %`);
      return percent(share);
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  };
  for (const [n, m] of [
    [200, Infinity],
    [200, 200],
    [5000, 500],
  ] as const) {
    for (const K of [4, 10, 50]) {
      const regime = { measure: 'kl', n, m, K } as const;
      line(`G, ${n} / ${m === Infinity ? 'known' : m}, K = ${K}`, () => nullPValues(regime, 2 * runs, seed));
    }
  }
  for (const samples of [4, 10]) line(`permutation, ${samples} samples a group`, () => replicates('none', samples, runs, seed).pValues);
  return failures;
}
