/** The tables of docs/fairness.md: coverage of intervals, and how often p-values are small without a difference. */
import { EFFECTS, rejections } from '../support/calibration.js';
import { FAIRNESS_REGIMES, fairnessCalibration, familyPValues } from '../support/fairnessCalibration.js';

const RUNS = 1000;
/** What intervals must cover. */
const LEAST = 0.93;

const percent = (share: number) => (100 * share).toFixed(1);

export function runFairness({ seed, rows }: { seed: number; rows: number }): string[] {
  const failures: string[] = [];
  const runs = rows < 1e7 ? Math.min(RUNS, rows) : RUNS;
  const slack = 3 * Math.sqrt((LEAST * (1 - LEAST)) / runs);
  const tested: [name: string, pValues: Float64Array][] = [];
  console.log('| 95 % interval, coverage in % | KL | Jensen–Shannon |\n| --- | --- | --- |');
  for (const regime of FAIRNESS_REGIMES) {
    for (const effect of EFFECTS) {
      const { kl, js, pValues } = fairnessCalibration(regime, effect, runs, seed);
      console.log(`| ${regime.name}, ${effect} | ${percent(kl)} | ${percent(js)} |`);
      for (const [name, covered] of Object.entries({ KL: kl, JS: js }))
        if (covered < LEAST - slack) failures.push(`${regime.name}, ${effect}: ${name} covers ${percent(covered)} %`);
      if (effect === 'none') tested.push([regime.name, pValues]);
    }
  }
  tested.push(['four groups alike, smallest of 6 after Holm', familyPValues(runs, seed)]);
  console.log('\n| P(p ≤ α) in % without a difference | α = 10 % | 5 % | 1 % |\n| --- | --- | --- | --- |');
  for (const [name, pValues] of tested) {
    const cells = [0.1, 0.05, 0.01].map((alpha) => {
      const { share, most } = rejections(pValues, alpha);
      if (share > most) failures.push(`${name}: rejects ${percent(share)} % at ${100 * alpha} %`);
      return percent(share);
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  return failures;
}
