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
const columnOf = ([method, estimator]: (typeof METHODS)[number]) => `${method}${estimator === 'plugin' ? '' : `, ${estimator}`}`;

/** A line of a table: a cell a column, "–" where `only` is in neither the name of the line nor "line | column |"; undefined where it is in none. */
function lineOf(name: string, columns: readonly string[], only: string, cell: (column: number) => string): string | undefined {
  const isWanted = columns.map((column) => `${name} | ${column} |`.includes(only));
  if (!isWanted.includes(true)) return undefined;
  return `| ${name} | ${isWanted.map((wanted, i) => (wanted ? cell(i) : '–')).join(' | ')} |`;
}

export function runCoverage({ seed, rows, only = '' }: { seed: number; rows: number; only?: string | undefined }): string[] {
  const failures: string[] = [];
  const runs = rows < 1e7 ? Math.min(RUNS, rows) : RUNS;
  const table = (title: string, columns: readonly string[]) =>
    console.log(`\n| ${title} | ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length + 1)}`);
  const line = (name: string, columns: readonly string[], coverageOf: (column: number) => number) => {
    const text = lineOf(name, columns, only, (i) => {
      const covered = coverageOf(i);
      if (i === 0 && covered < LEAST) failures.push(`${name}: the default covers ${percent(covered)} %`);
      return i === 0 ? `**${percent(covered)}**` : percent(covered);
    });
    if (text !== undefined) console.log(text);
  };

  const columns = METHODS.map(columnOf);
  table('95 % interval, coverage in %', columns);
  for (const regime of REGIMES) {
    for (const effect of EFFECTS) {
      line(`${nameOf(regime)}, ${effect}`, columns, (i) =>
        coverage(regime, effect, ...(METHODS[i] as (typeof METHODS)[number]), runs, seed),
      );
    }
  }
  table('groups of samples (JS of means, K = 6, ρ = 1/41), coverage in %', MEANS);
  for (const samples of [4, 6, 10, 20]) {
    for (const effect of EFFECTS) {
      line(`${samples} a group, ${effect}`, MEANS, (i) => replicates(effect, samples, runs, seed, MEANS[i] as MeansMethod).coverage);
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
