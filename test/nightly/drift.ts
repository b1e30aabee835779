/** How often a drift monitor cries wolf: the table of docs/drift.md. */
import { DriftMonitor, fitBaseline, type Row } from '../../src/applications/drift.js';
import { Random } from '../../src/applications/statistics/random.js';

const RUNS = 3000;

const draw = (n: number, random: Random): Row[] => Array.from({ length: n }, () => ({ age: random.normal(), income: random.gamma(2) }));

export function runDrift({ seed, rows }: { seed: number; rows: number }): string[] {
  const failures: string[] = [];
  const runs = rows < 1e7 ? Math.min(RUNS, rows) : RUNS;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log('| baseline / window | nominal 5 % | nominal 1 % | PSI > 0.1 | PSI > 0.2 |\n| --- | --- | --- | --- | --- |');
  for (const [n, m] of [
    [200, 200],
    [1000, 200],
    [5000, 500],
  ] as const) {
    const random = new Random(seed);
    const counts = [0, 0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const baseline = fitBaseline(draw(n, random));
      const { features } = new DriftMonitor(baseline, { replicates: 999, seed: run }).update(draw(m, random)).check();
      const least = Math.min(...features.map(({ adjusted }) => adjusted));
      const most = Math.max(...features.map(({ psi }) => psi));
      for (const [i, alarm] of [least <= 0.05, least <= 0.01, most > 0.1, most > 0.2].entries())
        if (alarm) counts[i] = (counts[i] as number) + 1;
    }
    const shares = counts.map((count) => count / runs);
    console.log(
      `| ${n} / ${m} | **${percent(shares[0] as number)}** | **${percent(shares[1] as number)}** | ${percent(shares[2] as number)} | ${percent(shares[3] as number)} |`,
    );
    for (const [i, rate] of [0.05, 0.01].entries()) {
      const spread = 3 * Math.sqrt((rate * (1 - rate)) / runs);
      if (Math.abs((shares[i] as number) - rate) > 0.2 * rate + spread)
        failures.push(`${n} / ${m}: ${percent(shares[i] as number)} alarms at a nominal ${percent(rate)}`);
    }
  }
  return failures;
}
