import { stdout } from 'node:process';
import pc from 'picocolors';
import { type CompositionTable, compareGroups, distanceMatrix, type GroupsReport, taxonomyLevels } from '../applications/composition.js';
import { formatP } from '../applications/composition/words.js';
import { SurprisalError } from '../index.js';
import { findColumn, findColumns, refuseIndex } from '../io/columns.js';
import { parseNumber } from '../io/csvNumber.js';
import { fileError } from '../io/fault.js';
import { placeIn, readTextTable, type TextTable } from '../io/table.js';
import { formatKnown, formatName, formatNumber, formatShare, formatTable, plain, widthOf } from '../report/format.js';
import { bar } from '../report/histogram.js';
import { COMPOSITION_GROUPS, COMPOSITION_HELP, readCompositionSettings } from './compositionOptions.js';
import type { Command, Parsed } from './options.js';
import { toJson } from './scoreReport.js';

interface Table extends CompositionTable {
  readonly columns: readonly string[];
  readonly samples: readonly string[];
  readonly rows: readonly Float64Array[];
  /** Of the file: line on which each row begins. */
  readonly lines: readonly number[] | undefined;
}

const paint = pc.createColors(stdout.isTTY === true && stdout.hasColors());

/** `surprisal composition`: reads a table, compares its groups, says what differs. */
export const composition: Command = { groups: COMPOSITION_GROUPS, help: COMPOSITION_HELP, run };

async function run(options: Parsed): Promise<void> {
  const { path, group, top, settings } = readCompositionSettings(options);
  const table = await readComposition(path, group, options);
  const report = located(path, table, () => compareGroups(table, { ...settings, top: Math.max(top, 1) }));
  const distances = options.flag('distances') ? distanceMatrix(table.rows) : undefined;
  const levels = levelsOf(table, report, options.value('taxonomy'));
  if (options.flag('json'))
    console.log(
      toJson({ table: path, ...report, levels, distances: distances && { ...distances, samples: table.samples, ...lists(distances) } }),
    );
  else printComposition(table, report, top, { distances, levels });
}

/** An error about a count is told of the file: its row and the name of its column. */
function located<T>(path: string, { columns, lines }: Table, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SurprisalError) || error.argument !== 'rows' || error.row === undefined) throw error;
    const { code, row, column, value, expected } = error;
    const place = placeIn({ names: columns, lines }, row, column);
    const got = value === undefined ? '' : `, got ${value}`;
    throw new SurprisalError(code, `${path}: ${place}: expected ${expected}${got}`, { argument: path, row, column, value, expected });
  }
}

async function readComposition(path: string, group: string, options: Parsed): Promise<Table> {
  const text = await readTextTable(path, options.value('delimiter'));
  const beside = options.value('metadata');
  const id = options.value('id');
  const known = beside === undefined ? text : await readBeside(beside, path, text, id, options.value('delimiter'));
  const pair = options.value('pair');
  const one = (table: TextTable, file: string, name: string) => findColumn(file, table.names, name);
  const labels = (name: string) => labelsIn(beside ?? path, known, one(known, beside ?? path, name));
  const groups = labels(group);
  const pairs = pair === undefined ? undefined : labels(pair);
  const named = new Set<number>();
  for (const name of beside === undefined ? [group, pair, id] : [id]) if (name !== undefined) named.add(one(text, path, name));
  const ignored = options.value('ignore');
  if (ignored !== undefined) for (const column of findColumns(path, text.names, ignored)) named.add(column);
  const list = options.value('columns');
  const columns = (list === undefined ? [...text.names.keys()] : findColumns(path, text.names, list)).filter(
    (column) => !named.has(column),
  );
  if (columns.length === 0) throw new SurprisalError('ERR_OPTION', `${path}: no column of counts is left`);
  if (list === undefined) refuseIndex(path, text.names, columns, true);
  const rows = text.rows.map((cells, row) => Float64Array.from(columns, (column) => numberAt(path, text, cells, row, column)));
  const samples = text.rows.map((cells, row) => (id === undefined ? String(row) : (cells[one(text, path, id)] as string)));
  return { rows, groups, pairs, samples, lines: text.lines, columns: columns.map((column) => text.names[column] as string) };
}

/** A column of groups or subjects: samples of which it is not known are no group of their own. */
function labelsIn(path: string, table: TextTable, column: number): string[] {
  return table.rows.map((cells, row) => {
    const value = cells[column] as string;
    if (value.trim() !== '') return value;
    throw fileError(path, `${placeIn(table, row, column)}: expected a name, got an empty cell`, { row, column, value, expected: 'a name' });
  });
}

/** The metadata in the order of the table's rows. */
async function readBeside(
  beside: string,
  path: string,
  text: TextTable,
  id: string | undefined,
  delimiter: string | undefined,
): Promise<TextTable> {
  const known = await readTextTable(beside, delimiter);
  if (id === undefined) {
    if (known.rows.length === text.rows.length) return known;
    throw fileError(beside, `has ${known.rows.length} rows, ${path} has ${text.rows.length}: name the column by which they meet, --id`);
  }
  const [mine, theirs] = [findColumn(path, text.names, id), findColumn(beside, known.names, id)];
  const byId = new Map<string, number[]>();
  for (const [at, cells] of known.rows.entries()) byId.set(cells[theirs] as string, [...(byId.get(cells[theirs] as string) ?? []), at]);
  const places = text.rows.map((cells, row) => {
    const [first, second] = byId.get(cells[mine] as string) ?? [];
    const told = `${id} ${JSON.stringify(cells[mine])}`;
    if (first === undefined) throw fileError(beside, `has no row of ${told}, which ${path} has in row ${row}`);
    if (second === undefined) return first;
    const { lines } = known;
    const where = lines === undefined ? `rows ${first} and ${second}` : `lines ${lines[first]} and ${lines[second]}`;
    throw fileError(beside, `has ${told} twice, in ${where}: expected one row of it`, { row: second, column: theirs, value: cells[mine] });
  });
  const inOrder = <T>(list: readonly T[]) => places.map((at) => list[at] as T);
  return { names: known.names, rows: inOrder(known.rows) };
}

function numberAt(path: string, table: TextTable, cells: readonly string[], row: number, column: number): number {
  const text = cells[column] as string;
  const value = parseNumber(text);
  if (value !== undefined) return value;
  const hint = 'is it one of --group, --pair, --id, --ignore?';
  throw fileError(path, `${placeIn(table, row, column)}: expected a number, got ${JSON.stringify(text)} (${hint})`, {
    row,
    column,
    value: text,
  });
}

/** Levels of the first comparison: means of samples as they were compared. */
function levelsOf(table: Table, report: GroupsReport, separator: string | undefined) {
  if (separator === undefined) return undefined;
  return report.comparisons.map(({ group, reference }) => {
    const mean = (name: string) => {
      const total = new Float64Array(table.columns.length);
      for (const [i, row] of table.rows.entries()) {
        if (table.groups[i] !== name) continue;
        const sum = report.unit === 'sample' ? row.reduce((a, b) => a + b, 0) : 1;
        for (const [j, value] of row.entries()) total[j] = (total[j] as number) + value / sum;
      }
      return total;
    };
    return {
      group,
      reference,
      measure: 'js',
      levels: taxonomyLevels(mean(group), mean(reference), table.columns, { separator, measure: 'js' }),
    };
  });
}

/** Typed arrays as lists, which JSON has. */
function lists({ distances, order }: ReturnType<typeof distanceMatrix>) {
  return { distances: Array.from(distances), order: Array.from(order) };
}

interface Extras {
  readonly distances: ReturnType<typeof distanceMatrix> | undefined;
  readonly levels: ReturnType<typeof levelsOf>;
}

function printComposition(table: Table, report: GroupsReport, top: number, { distances, levels }: Extras): void {
  const { overall, unit } = report;
  const lines = [
    paint.bold(`${table.rows.length} samples × ${table.columns.length} columns, ${report.groups.length} groups; the unit is the ${unit}`),
  ];
  const share = overall.total === 0 ? '' : ` (${formatShare(overall.between / overall.total)} of ${formatNumber(overall.total, 3)})`;
  lines.push('', `  between groups ${formatNumber(overall.between, 3)} nats${unit === 'sample' ? share : ''}, ${formatP(overall.pValue)}`);
  if (unit === 'sample') {
    const rows = report.groups.map(({ name, samples, within, overdispersion }) => [
      formatName(name),
      String(samples),
      formatNumber(within, 2),
      formatKnown(overdispersion, 3),
    ]);
    lines.push('');
    for (const line of formatTable([['group', 'samples', 'within', 'overdispersion'], ...rows], [0])) lines.push(`  ${line}`);
  }
  for (const one of report.comparisons) {
    lines.push('', paint.cyan(`  ${plain(one.sentence)}`), '');
    const span = (interval: readonly [number, number] | undefined) =>
      interval === undefined ? '' : `${formatNumber(interval[0], 3)} to ${formatNumber(interval[1], 3)}`;
    const values = [
      ['KL(group‖reference)', formatNumber(one.kl, 4), span(one.intervals.kl)],
      ['KL(reference‖group)', formatNumber(one.klReverse, 4), span(one.intervals.klReverse)],
      ['Jensen–Shannon', formatNumber(one.js, 4), span(one.intervals.js)],
    ];
    lines.push(...formatTable([['', 'nats', formatShare(report.level)], ...values], [0]).map((line) => `  ${line}`), '');
    for (const line of columnLines(one.contributions.slice(0, top), Number.isFinite(one.kl) ? 'kl' : 'js')) lines.push(line);
  }
  for (const { group, reference, levels: found } of levels ?? []) {
    lines.push('', paint.cyan(`  By level, ${formatName(group)} against ${formatName(reference)} (Jensen–Shannon):`));
    const rows = found.map(({ level, groups, divergence, added }) => [
      String(level),
      String(groups),
      formatNumber(divergence, 3),
      formatNumber(added, 3),
    ]);
    lines.push(...formatTable([['level', 'groups', 'nats', 'added'], ...rows]).map((line) => `  ${line}`));
  }
  if (distances !== undefined) {
    lines.push('');
    for (const line of distanceLines(table, distances)) lines.push(line);
  }
  lines.push(...report.caveats.flatMap((caveat) => ['', paint.dim(`  ${plain(caveat)}`)]));
  console.log(lines.join('\n'));
}

/** A column a line: its shares, and a bar of what it adds. */
function columnLines(columns: GroupsReport['comparisons'][number]['contributions'], measure: 'kl' | 'js'): string[] {
  const most = largest(columns, (column) => column[measure]);
  const rows = columns.map((column) => [
    formatName(column.name),
    `${formatShare(column.q)} → ${formatShare(column.p)}`,
    formatNumber(column[measure], 2),
    bar(column[measure], most, 24),
  ]);
  return formatTable([['column', 'share', 'adds', ''], ...rows], [0, 3]).map((line) => `  ${line}`);
}

/** As arguments of Math.max, long lists would overflow the stack. */
function largest<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, of(item)), 0);
}

const SHADES = ' ░▒▓█';

/** Distances as shades, samples in the order of their tree. */
function distanceLines({ samples, groups }: Table, { distances, order }: ReturnType<typeof distanceMatrix>): string[] {
  const n = order.length;
  const most = distances.reduce((most, distance) => Math.max(most, distance), 0) || 1;
  const labels = Array.from(order, (i) => `${formatName(samples[i] as string)} (${formatName(groups[i] as string)})`);
  const width = largest(labels, widthOf);
  const cell = (i: number, j: number) => (SHADES[Math.round(((distances[i * n + j] as number) / most) * 4)] as string).repeat(2);
  const rows = Array.from(
    order,
    (i, at) => `  ${labels[at]}${' '.repeat(width - widthOf(labels[at] as string))} ${Array.from(order, (j) => cell(i, j)).join('')}`,
  );
  return [paint.cyan(`  Jensen–Shannon distances: blank is 0, full ${formatNumber(most, 3)}`), ...rows];
}
