import { stdout } from 'node:process';
import pc from 'picocolors';
import type { backend } from '../index.js';
import { formatCount, formatName, formatNumber, formatRate, formatRows, formatTable, formatTime, plain, wrap } from '../report/format.js';
import { drawHistogram, histogram } from '../report/histogram.js';
import { QUANTILES } from '../report/summary.js';
import { TITLES } from './measures.js';
import type { Findings, Rows } from './pairsFindings.js';
import type { PairKind, PairMeasure } from './pairsOptions.js';
import { operandLines, sideJson, toJson } from './scoreReport.js';
import { chartWidth } from './terminal.js';

const paint = pc.createColors(stdout.isTTY === true && stdout.hasColors());

/** A row of P and its nearest of Q, nearest first. */
export interface Neighbours {
  readonly row: number;
  readonly neighbours: readonly { readonly row: number; readonly value: number }[];
}

/** What a run of `surprisal pairs` found, and how. */
export interface PairsRun {
  readonly kind: PairKind;
  readonly measure: PairMeasure;
  readonly base: number | undefined;
  readonly nearest: number | undefined;
  readonly p: Rows;
  readonly q: Rows | undefined;
  /** What a reader should know before the numbers. */
  readonly notes: readonly string[];
  readonly found: Findings;
  /** Where they are not written to a file. */
  readonly neighbours: readonly Neighbours[];
  readonly seconds: number;
  readonly out: string | undefined;
  readonly backend: ReturnType<typeof backend>;
}

/** The summary as people read it. */
export function printPairs(run: PairsRun): void {
  const { kind, measure, base, nearest, p, q, notes, found, seconds, out, backend } = run;
  const unit = { undefined: 'nats', 2: 'bits', 10: 'bans' }[String(base)] ?? `base ${base}`;
  const of = kind === 'gaussian' ? 'Gaussians' : kind;
  const lines = [paint.bold(`${TITLES[measure]} of all pairs of ${of}, in ${measure === 'js-distance' ? '√' : ''}${unit}`)];
  lines.push(...operandLines(p.side, undefined, p.rows));
  if (q !== undefined) lines.push(...operandLines(q.side, undefined, q.rows).map((line) => line.replace('P', 'Q')));
  for (const line of notes.flatMap((note) => wrap(note, chartWidth() - 2))) lines.push(`  ${paint.yellow(line)}`);
  const infinite = found.infinite === 0 ? '' : `, ${paint.yellow(`${formatCount(found.infinite)} of them Infinity`)}`;
  lines.push('', `  ${formatCount(found.cells)} pairs${q === undefined ? ' of different rows' : ''}${infinite}`);
  const summary = found.nearest.summary();
  const shown = histogram(summary.sorted);
  lines.push('', `  ${paint.dim('from each row of P to its nearest')}`);
  lines.push(...drawHistogram(shown, summary.infinite, chartWidth() - 2, paint.cyan).map((line) => `  ${line}`));
  const closest = found.closest();
  if (closest.length > 0) {
    const named = (side: Rows, row: number) => formatName(side.ids?.[row] ?? `row ${row}`);
    const rows = closest.map(({ row, other, value }) => [named(p, row), named(q ?? p, other), formatNumber(value, 6)]);
    lines.push('', `  ${paint.dim('closest pairs')}`);
    for (const line of formatTable(rows, [0, 1])) lines.push(`  ${line}`); // as many as --top says
  }
  lines.push('', paint.dim(`  ${formatTime(seconds)} on ${backend.name}: ${formatRate(found.cells / seconds)} pairs/s`));
  if (out !== undefined)
    lines.push(`  ${paint.green(nearest === undefined ? 'cells' : `${nearest} nearest of ${formatRows(p.rows)}`)} → ${plain(out)}`);
  console.log(lines.join('\n'));
}

/** The same for programs; numbers that JSON has no word for are strings. */
export function printPairsJson({ kind, measure, base, nearest, p, q, notes, found, neighbours, seconds, out, backend }: PairsRun): void {
  const { sorted: _, quantiles, largest: __, ...statistics } = found.nearest.summary();
  const id = (side: Rows, row: number) => side.ids?.[row];
  const others = q ?? p;
  console.log(
    toJson({
      measure,
      as: kind,
      base: base ?? 'e',
      p: sideJson(p.side, p.rows),
      q: q === undefined ? 'p' : sideJson(q.side, q.rows),
      notes,
      pairs: found.cells,
      infinite: nearest === undefined ? found.infinite : undefined,
      toNearest: { ...statistics, quantiles: Object.fromEntries(QUANTILES.map((percent, i) => [percent, quantiles[i]])) },
      closest: found.closest().map((pair) => ({ ...pair, id: id(p, pair.row), otherId: id(others, pair.other) })),
      nearest:
        nearest === undefined || out !== undefined
          ? undefined
          : neighbours.map(({ row, neighbours: own }) => ({
              row,
              id: id(p, row),
              neighbours: own.map((one) => ({ ...one, id: id(others, one.row) })),
            })),
      out,
      backend,
      seconds,
    }),
  );
}
