import { stdout } from 'node:process';
import pc from 'picocolors';
import type { Alarm, Detector, Measured, OodMetrics, Threshold } from '../applications/ood.js';
import { formatCount, formatNumber, formatRows, formatShare, formatTable } from '../report/format.js';
import { toJson } from './scoreReport.js';

/** What a run of `surprisal ood` found. */
export interface OodRun {
  readonly reference: string;
  readonly current: string;
  readonly detector: Detector;
  readonly rows: number;
  readonly count: number;
  readonly alarms: readonly (Alarm & { readonly id?: string | undefined })[];
  readonly metrics: OodMetrics | undefined;
  readonly out: string | undefined;
}

const paint = pc.createColors(stdout.isTTY === true && stdout.hasColors());

/** The report as people read it, 80 columns wide. */
export function printOod({ reference, current, detector, rows, count, alarms, metrics, out }: OodRun): void {
  const { score, temperature, classes, low, high, level } = detector;
  const heat = temperature === 1 ? '' : ` at temperature ${temperature}`;
  const lines = [
    paint.bold(`Out of distribution? ${score}${heat}, ${classes} classes`),
    `  calibrated on ${reference}, ${formatRows(detector.rows)}`,
    '',
    ...thresholdLines('below', low, level),
    ...thresholdLines('above', high, level),
    '',
    `  ${paint.cyan(`${formatCount(count)} of ${formatRows(rows)}`)} of ${current} raise an alarm: ${formatShare(count / rows)}`,
  ];
  if (alarms.length > 0) {
    const told = alarms.map(({ row, id, side, score: value, predicted }) => [
      `row ${row}`,
      id ?? '',
      side,
      formatNumber(value, 6),
      `class ${predicted}`,
    ]);
    lines.push('', `  ${paint.dim('farthest beyond')}`);
    for (const line of formatTable(told, [0, 1, 2])) lines.push(`    ${line}`); // as many as --top says
  }
  if (metrics !== undefined) lines.push('', ...metricLines(metrics));
  if (out !== undefined) lines.push('', `  ${paint.green('scores')} → ${out}`);
  console.log(lines.join('\n'));
}

function thresholdLines(word: string, threshold: Threshold | undefined, level: number): string[] {
  if (threshold === undefined) return [];
  const { value, interval, rate } = threshold;
  if (!Number.isFinite(value)) return ['  too few rows for this rate: no alarms at this end'];
  const percent = formatShare(level);
  return [
    `  alarm ${word} ${formatNumber(value, 6)}   (${percent} interval ${formatNumber(interval[0])} … ${formatNumber(interval[1])})`,
    `  false alarms: ${formatShare(rate.expected)} in expectation; this sample leaves open ${formatShare(rate.interval[0])} … ${formatShare(rate.interval[1])}`,
  ];
}

function metricLines(metrics: OodMetrics): string[] {
  const { inDistribution, outOfDistribution, tpr, threshold, level, replicates, seed } = metrics;
  const rows: [string, Measured][] = [
    ['AUROC', metrics.auroc],
    ['AUPR, inside', metrics.auprIn],
    ['AUPR, outside', metrics.auprOut],
    [`FPR at ${formatShare(tpr)} accepted`, metrics.fprAtTpr],
  ];
  const table = rows.map(([name, { value, interval }]) => [
    name,
    formatNumber(value),
    `${formatNumber(interval[0])} … ${formatNumber(interval[1])}`,
  ]);
  return [
    `  ${paint.cyan('By the flags')}: ${formatCount(inDistribution)} rows inside, ${formatCount(outOfDistribution)} outside`,
    ...formatTable(table, [0]).map((line) => `    ${line}`),
    paint.dim(
      `    accepted from ${formatNumber(threshold, 6)} on; ${formatShare(level)} intervals from ${formatCount(replicates)} draws, seed ${seed}`,
    ),
  ];
}

/** The same for programs; numbers that JSON has no word for are strings, as in `"-Infinity"`. */
export function printOodJson(run: OodRun): void {
  const { templates, ...detector } = run.detector;
  const plain = templates === undefined ? undefined : { ...templates, means: [...templates.means], counts: [...templates.counts] };
  console.log(toJson({ ...run, detector: { ...detector, templates: plain } }));
}
