import { stdout } from 'node:process';
import pc from 'picocolors';
import type { AuditReport, ConventionReport, Counts, Quantity } from '../applications/audit.js';
import { isWrong } from '../applications/audit/tally.js';
import { byHarm, formatError } from '../applications/audit/words.js';
import { fill, formatCount, formatName, formatNumber, formatRows, formatTable, widthOf, wrap } from '../report/format.js';
import type { Known, Side } from './operands.js';
import { operandLines, sideJson, toJson } from './scoreReport.js';

/** What an audit of files found. */
export interface AuditRun {
  readonly p: Side;
  readonly q: Side | Known | undefined;
  readonly report: AuditReport;
}

/** Quantities as headings, in the order in which they are shown. */
const HEADINGS: Readonly<Record<Quantity, string>> = {
  kl: 'KL divergence of P from Q',
  js: 'Jensen–Shannon divergence',
  'js-distance': 'Jensen–Shannon distance, √JS',
  jeffreys: 'PSI, which is the Jeffreys divergence',
};

/** The table's last column. */
const CALL = 8;

const paint = pc.createColors(stdout.isTTY === true && stdout.hasColors());

/**
 * The report as people read it, in `width` columns.
 *
 * @param allWorst whether every row to look at is shown, or as many as fit on a line
 */
export function printAudit({ p, q, report }: AuditRun, width: number, allWorst: boolean): void {
  const { conventions, rows, cols, as, dtype } = report;
  const floats = dtype === 'f32' ? 'float32' : 'float64';
  const lines = [
    paint.bold(`What the usual tools answer: ${formatCount(rows)} × ${formatCount(cols)} ${as}, in ${floats}`),
    ...operandLines(p, q, rows),
    '',
    ...wrap(report.headline, width).map((line) => paint.yellow(line)),
  ];
  lines.push('', ...tableLines(report, width), '', ...readingLines(report, width), ...worstLines(conventions, width, allWorst));
  lines.push(...notes(report, width));
  console.log(lines.join('\n'));
}

/** A line a tool under its quantity; where there is room for them, with the calls. */
function tableLines(report: AuditReport, width: number): string[] {
  const { conventions } = report;
  const decides = conventions.some(({ decisions }) => decisions !== undefined);
  const table: string[][] = [['', 'wrong', 'below 0', 'NaN', '∞', 'median', 'worst', decides ? 'changed' : '', 'call']];
  const headings = new Map<number, string>();
  for (const [quantity, heading] of Object.entries(HEADINGS) as [Quantity, string][]) {
    const group = conventions.filter((convention) => convention.quantity === quantity);
    const infinite = report.infinite[quantity];
    const rest = infinite === 0 ? '' : `: infinite in ${formatRows(infinite)}`;
    headings.set(table.length, `  ${heading}, mean ${formatNumber(report.means[quantity])}${rest}`);
    table.push(['']);
    for (const found of [...group].sort(byHarm)) table.push([...cells(found.title, found), found.call]);
    if (quantity === 'kl' && report.own !== undefined) table.push(cells('surprisal, float32', report.own));
  }
  const draw = (rows: readonly string[][]) => formatTable(rows, [0, CALL]).map((line) => `  ${line}`);
  const wide = draw(table);
  const drawn = wide.every((line) => widthOf(line) <= width) ? wide : draw(table.map((row) => row.slice(0, CALL)));
  return drawn.map((line, i) => (i === 0 ? paint.dim(line) : headings.has(i) ? paint.cyan(headings.get(i) as string) : line));
}

function cells(title: string, found: Counts): string[] {
  const { wrong, negative, nan, infinite, finite, medianError, worstError, decisions } = found;
  const counts = [wrong, negative, nan, infinite + finite].map(formatCount);
  const changed = decisions === undefined ? '' : formatCount(decisions.changed);
  return [`  ${title}`, ...counts, formatError(medianError), formatError(worstError), changed];
}

/** Calls whose one number for the file is another one than the mean: by reduction, order, unit or root. */
function readingLines({ conventions, readings, means }: AuditReport, width: number): string[] {
  const rows = readings.map(({ call, value, means: what }) => [formatNumber(value), `${call}: ${what}`]);
  const roots: Readonly<Record<Quantity, string>> = { kl: '', js: 'JS', 'js-distance': '√JS', jeffreys: '' };
  for (const { title, quantity, unit, mean } of conventions) {
    const what = [roots[quantity], unit === 'bits' ? 'in bits' : ''].filter((text) => text !== '');
    if (what.length > 0) rows.push([formatNumber(mean), `${title}: ${what.join(', ')}`]);
  }
  const truths = `mean KL is ${formatNumber(means.kl)} nats, mean JS ${formatNumber(means.js)}, mean √JS ${formatNumber(means['js-distance'])}`;
  const numbers = Math.max(...rows.map(([number = '']) => number.length));
  const lines: string[] = [];
  for (const [number = '', what = ''] of rows) {
    const [first = '', ...rest] = wrap(what, width - numbers - 6);
    lines.push(`    ${number.padStart(numbers)}  ${first}`, ...rest.map((line) => ' '.repeat(numbers + 6) + line));
  }
  return [...wrap(`One number for the file: ${truths}`, width - 2).map((line) => `  ${paint.cyan(line)}`), ...lines, ''];
}

/** For each tool with wrong rows: where to look, what is true there, and what it answers. */
function worstLines(conventions: readonly ConventionReport[], width: number, all: boolean): string[] {
  const lines: string[] = [];
  for (const found of [...conventions].sort(byHarm)) {
    const wrong = found.worst.filter(({ answer, truth }) => isWrong(answer, truth));
    if (wrong.length === 0) continue;
    const [first = '', ...rest] = fill(
      wrong.map(
        ({ row, id, truth, answer }) =>
          `${id === undefined ? row : formatName(id)}: ${formatNumber(truth, 3)} → ${formatNumber(answer, 3)}`,
      ),
      width - 27,
    );
    lines.push(`    ${found.title.padEnd(23)}${first}`, ...(all ? rest.map((line) => ' '.repeat(27) + line) : []));
  }
  return lines.length === 0 ? [] : [`  ${paint.cyan('Rows to look at: what is true → what the tool answers, in nats')}`, ...lines, ''];
}

function notes({ conventions, negativeAsGiven, rows, sumGap, dtype }: AuditReport, width: number): string[] {
  const threshold = conventions[0]?.decisions?.threshold;
  const text = [
    'wrong: rows that are NaN, below 0, ∞ on one side alone, or off by more than 10 %.',
    'median, worst: errors relative to surprisal in float64 over the same entries.',
    ...(threshold === undefined ? [] : [`changed: decisions "value > ${formatNumber(threshold)}" in nats that come out differently.`]),
    ...(dtype === 'f32'
      ? ['SciPy, PyTorch and NumKong follow the data and compute in float32 here; on a float64 copy they compute in float64.']
      : []),
    ...(negativeAsGiven === 0
      ? []
      : [
          `In ${formatCount(negativeAsGiven)} of ${formatCount(rows)} rows Σ p·log(p/q) of the entries as given is truly below 0, for sums of rows are off 1 by up to ${formatNumber(sumGap, 2)}: dividing by the sum mends that, better arithmetic does not.`,
        ]),
  ];
  return text.flatMap((note) => wrap(note, width - 2)).map((line) => paint.dim(`  ${line}`));
}

/** The same for programs; numbers that JSON has no word for are strings, as in `"NaN"`. */
export function printAuditJson({ p, q, report }: AuditRun): void {
  console.log(toJson({ p: sideJson(p, report.rows), q: sideJson(q, report.rows), ...report }));
}
