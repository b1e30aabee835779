import { stdout } from 'node:process';
import pc from 'picocolors';
import type { Alarm, Detector, Measured, OodMetrics, Threshold } from '../applications/ood.js';
import { formatCount, formatName, formatNumber, formatRows, formatShare, formatTable, plain } from '../report/format.js';
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
  const { score, temperature, classes, low, high, level, templates } = detector;
  const heat = temperature === 1 ? '' : ` at temperature ${temperature}`;
  const lines = [
    paint.bold(`Out of distribution? ${score}${heat}, ${classes} classes`),
    ...calibrationLines(reference, detector.rows, templates?.counts),
    '',
    ...thresholdLines('below', low, level, -Infinity),
    ...thresholdLines('above', high, level, Infinity),
    '',
    `  ${paint.cyan(`${formatCount(count)} of ${formatRows(rows)}`)} of ${plain(current)} raise an alarm: ${formatShare(count / rows)}`,
  ];
  if (alarms.length > 0) {
    const told = alarms.map(({ row, id, side, score: value, predicted }) => [
      `row ${row}`,
      formatName(id ?? ''),
      side,
      formatNumber(value, 6),
      `class ${predicted}`,
    ]);
    lines.push('', `  ${paint.dim('farthest beyond')}`);
    for (const line of formatTable(told, [0, 1, 2])) lines.push(`    ${line}`); // as many as --top says
  }
  if (metrics !== undefined) lines.push('', ...metricLines(metrics));
  if (out !== undefined) lines.push('', `  ${paint.green('scores')} → ${plain(out)}`);
  console.log(lines.join('\n'));
}

/** What each part of the rows was for, where there are parts. */
function calibrationLines(reference: string, rows: number, counts: readonly number[] | undefined): string[] {
  if (counts === undefined) return [`  calibrated on ${plain(reference)}, ${formatRows(rows)}`];
  const made = counts.reduce((sum, count) => sum + count, 0);
  const parts = `  ${formatCount(made)} make the templates, ${formatCount(rows)} set the threshold`;
  return [`  calibrated on ${plain(reference)}, ${formatRows(made + rows)}`, parts];
}

/** @param end beyond which no score can lie */
function thresholdLines(word: string, threshold: Threshold | undefined, level: number, end: number): string[] {
  if (threshold === undefined) return [];
  const { key, rate } = threshold;
  if (rate.expected === 0) return ['  too few rows for this rate: no alarms at this end'];
  const [value, from, to] = [threshold.value, ...threshold.interval].map(Number) as [number, number, number];
  if (Number(key) === end)
    return [`  no score can be ${word} ${formatNumber(value, 6)}, which is too frequent here: no alarms at this end`];
  return [
    `  alarm ${word} ${formatNumber(value, 6)}   (${formatShare(level)} interval ${formatNumber(from)} … ${formatNumber(to)})`,
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
    paint.dim(`    accepted from ${formatNumber(threshold, 6)} on`),
    paint.dim(`    ${formatShare(level)} intervals, all but AUROC’s from ${formatCount(replicates)} draws, seed ${seed}`),
  ];
}

/** The same for programs; numbers that JSON has no word for are strings, as in `"-Infinity"`. */
export function printOodJson(run: OodRun): void {
  console.log(toJson(run));
}
