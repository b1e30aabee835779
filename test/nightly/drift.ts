/** How often a drift monitor cries wolf: the table of docs/drift.md. */
import { DriftMonitor, fitBaseline, type Row } from '../../src/applications/drift.js';
import { Random } from '../../src/applications/statistics/random.js';

const RUNS = 10_000;

const numbers = (random: Random): Row => ({ age: random.normal(), income: random.gamma(2) });

/** A category of half, the next of half of what is left, and so on: of the last ones few are expected. */
const category = (random: Random) => Math.min(7, Math.floor(random.exponential() / Math.LN2)).toString();
const categories = (random: Random): Row => ({ country: category(random), browser: category(random) });
const forty = (random: Random): Row => ({ shop: String(random.below(40)) });
/** More than are kept. */
const thousand = (random: Random): Row => ({ shop: String(random.below(1000)) });

const REGIMES = [
  ['two numbers', numbers, 200, 200, {}],
  ['two numbers', numbers, 1000, 200, {}],
  ['two numbers', numbers, 5000, 500, {}],
  ['two categories, some rare', categories, 200, 200, {}],
  ['two categories, some rare', categories, 5000, 500, {}],
  ['forty equal categories, half-life 20', forty, 2000, 300, { halfLife: 20 }],
  ['two categories, some rare, half-life 100', categories, 2000, 800, { halfLife: 100 }],
  ['forty equal categories, few rows', forty, 60, 60, {}],
  ['a thousand equal categories', thousand, 2000, 500, {}],
] as const;

export function runDrift({ seed, rows, only = '' }: { seed: number; rows: number; only?: string | undefined }): string[] {
  const failures: string[] = [];
  const runs = rows < 1e7 ? Math.min(RUNS, rows) : RUNS;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    '| features | baseline / window | nominal 5 % | nominal 1 % | PSI > 0.1 | PSI > 0.2 |\n| --- | --- | --- | --- | --- | --- |',
  );
  for (const [name, draw, n, m, options] of REGIMES.filter(([name, , n, m]) => `${name}, ${n} / ${m}`.includes(only))) {
    const random = new Random(seed);
    const some = (count: number) => Array.from({ length: count }, () => draw(random));
    const counts = [0, 0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const baseline = fitBaseline(some(n));
      const { features } = new DriftMonitor(baseline, { replicates: 999, seed: run, ...options }).update(some(m)).check();
      const least = Math.min(...features.map(({ adjusted }) => adjusted));
      const most = Math.max(...features.map(({ psi }) => psi));
      for (const [i, alarm] of [least <= 0.05, least <= 0.01, most > 0.1, most > 0.2].entries())
        if (alarm) counts[i] = (counts[i] as number) + 1;
    }
    const shares = counts.map((count) => count / runs);
    const [five, one, tenth, fifth] = shares.map(percent);
    console.log(`| ${name} | ${n} / ${m} | **${five}** | **${one}** | ${tenth} | ${fifth} |`);
    for (const [i, rate] of [0.05, 0.01].entries()) {
      const spread = 3 * Math.sqrt((rate * (1 - rate)) / runs);
      if (Math.abs((shares[i] as number) - rate) > 0.2 * rate + spread)
        failures.push(`${name}, ${n} / ${m}: ${percent(shares[i] as number)} alarms at a nominal ${percent(rate)}`);
    }
  }
  return failures;
}
