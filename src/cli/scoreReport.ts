import { stdout } from 'node:process';
import pc from 'picocolors';
import type { backend } from '../index.js';
import {
  fill,
  formatCount,
  formatKnown,
  formatName,
  formatNumber,
  formatRate,
  formatRows,
  formatTable,
  formatTime,
  plain,
  wrap,
} from '../report/format.js';
import { drawHistogram, histogram } from '../report/histogram.js';
import { QUANTILES, type Summary } from '../report/summary.js';
import { type Kind, type MeasureName, TITLES } from './measures.js';
import type { Known, Side } from './operands.js';
import { chartWidth } from './terminal.js';

/** What a run of `surprisal score` found, and how. */
export interface Run {
  readonly kind: Kind;
  readonly measure: MeasureName;
  readonly temperature: number;
  readonly base: number | undefined;
  readonly p: Side;
  readonly q: Side | Known | undefined;
  readonly cols: number;
  /** Bytes read. */
  readonly bytes: number;
  /** Wall time, and the part of it within the kernels and their checks. */
  readonly seconds: number;
  readonly scoring: number;
  readonly summary: Summary;
  /** What a reader should know before the numbers. */
  readonly notes: readonly string[];
  readonly backend: ReturnType<typeof backend>;
  readonly out?: string | undefined;
}

/** JSON as people read it; numbers that it has no word for are strings. */
export function toJson(report: unknown): string {
  return JSON.stringify(report, (_key, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value), 2);
}

/** Colours where the terminal shows them and NO_COLOR is not set. */
const paint = pc.createColors(stdout.isTTY === true && stdout.hasColors());

/** The summary as people read it. */
export function printText(run: Run): void {
  const { summary } = run;
  const width = chartWidth();
  const lines = [paint.bold(headline(run)), ...operandLines(run.p, run.q, summary.rows)];
  for (const line of run.notes.flatMap((note) => wrap(note, width - 2))) lines.push(`  ${paint.yellow(line)}`);
  lines.push('');
  const numbers = { mean: summary.mean, sd: summary.sd, min: summary.min, max: summary.max };
  const pieces = Object.entries(numbers).map(([name, value]) => `${name} ${formatKnown(value)}`);
  const infinite = `Infinity in ${formatRows(summary.infinite)}`;
  if (summary.infinite > 0) pieces.push(`${infinite}, left out here`);
  for (const line of fill(pieces, width - 2))
    lines.push(`  ${line.replace(infinite, paint.yellow).replace(/\b(mean|sd|min|max)(?= )/g, paint.dim)}`);
  lines.push('', ...quantileLines(summary.quantiles, width));
  if (!summary.exact) lines.push(paint.dim('             (rounded to 0.1 %: too many rows to keep)'));
  const shown = histogram(summary.sorted);
  lines.push('', `  ${paint.dim(shown.scale === 'log' ? 'histogram, logarithmic bins' : 'histogram')}`);
  lines.push(...drawHistogram(shown, summary.infinite, width - 2, paint.cyan).map((line) => `  ${line}`));
  if (summary.largest.length > 0) {
    const rows = summary.largest.map(({ row, id, score }) => [`row ${row}`, formatNumber(score, 6), formatName(id ?? '')]);
    lines.push('', `  ${paint.dim('largest')}`);
    for (const line of formatTable(rows, [0, 2])) lines.push(`  ${line}`); // as many as --top says
  }
  lines.push('', ...footer(run));
  console.log(lines.join('\n'));
}

/** Side by side, or one a line where the terminal is too narrow for that. */
function quantileLines(quantiles: readonly number[], width: number): string[] {
  const heads = QUANTILES.map((percent) => `${percent} %`);
  const values = quantiles.map((value) => formatKnown(value));
  const beside = formatTable([heads, values]);
  const isWide = Math.max(...beside.map((line) => line.length)) + QUANTILE_INDENT <= width;
  const [first = '', ...others] = isWide ? beside : formatTable(heads.map((head, i) => [head, values[i] as string]));
  const indent = ' '.repeat(QUANTILE_INDENT);
  return [`  ${paint.dim('quantiles')}  ${isWide ? paint.dim(first) : first}`, ...others.map((line) => indent + line)];
}

/** What stands before quantiles, '  quantiles  '. */
const QUANTILE_INDENT = 13;

function headline({ kind, measure, temperature, base }: Run): string {
  const from =
    kind === 'logits' ? `logits${temperature === 1 ? '' : ` at temperature ${temperature}`}` : kind === 'gaussian' ? 'Gaussians' : kind;
  const unit = { undefined: 'nats', 2: 'bits', 10: 'bans' }[String(base)] ?? `base ${base}`;
  return `${TITLES[measure]} of ${from}, in ${measure === 'js-distance' ? '√' : ''}${unit}`;
}

export function operandLines(p: Side, q: Side | Known | undefined, rowCount: number): string[] {
  const rows: string[][] = [];
  for (const [side, parts] of [
    ['P', p],
    ['Q', q],
  ] as const) {
    if (parts === undefined) continue;
    if (typeof parts === 'string') rows.push([side, parts === 'uniform' ? 'uniform' : 'standard normal', 'for every row', '']);
    else
      for (const { name, source, reference } of parts) {
        const shape = reference === undefined ? `${formatCount(rowCount)} × ${source.cols}` : `1 × ${source.cols}, for every row`;
        rows.push([side, `${name === '' ? '' : `${name} `}${source.path}`, shape, source.dtype]);
      }
  }
  return formatTable(rows, [0, 1, 2, 3]).map((line) => `  ${line}`);
}

function footer({ summary, bytes, seconds, scoring, backend, out }: Run): string[] {
  const speed = `${formatRate(summary.rows / seconds)} rows/s, ${formatRate(bytes / seconds)}B/s`;
  const lines = [paint.dim(`  ${formatTime(seconds)} (${formatTime(scoring)} of it scoring, on ${backend.name}): ${speed}`)];
  if (out !== undefined) lines.push(`  ${paint.green('scores')} → ${plain(out)}`);
  return lines;
}

export function sideJson(side: Side | Known | undefined, rowCount: number) {
  if (typeof side !== 'object') return side;
  return side.map(({ name, source, reference }) => ({
    ...(name === '' ? {} : { part: name }),
    path: source.path,
    rows: reference === undefined ? rowCount : 1,
    cols: source.cols,
    dtype: source.dtype,
  }));
}

/** The same for programs; numbers that JSON has no word for are strings, as in `"Infinity"`. */
export function printJson(run: Run): void {
  const { summary, p, q } = run;
  const { edges, counts, scale, zeros } = histogram(summary.sorted);
  const { sorted: _, quantiles, ...statistics } = summary;
  const report = {
    measure: run.measure,
    as: run.kind,
    temperature: run.kind === 'logits' ? run.temperature : undefined,
    base: run.base ?? 'e',
    p: sideJson(p, summary.rows),
    q: sideJson(q, summary.rows),
    notes: run.notes,
    summary: { ...statistics, quantiles: Object.fromEntries(QUANTILES.map((percent, i) => [percent, quantiles[i]])) },
    histogram: { scale, edges, counts, zeros },
    out: run.out,
    backend: run.backend,
    seconds: run.seconds,
    scoringSeconds: run.scoring,
  };
  console.log(toJson(report));
}
