import { stdout } from 'node:process';
import pc from 'picocolors';
import { type Baseline, DriftMonitor, type DriftReport, fitBaseline } from '../applications/drift.js';
import { checkBaseline } from '../applications/drift/baseline.js';
import { findColumn, findColumns, refuseIndex, refuseTwins } from '../io/columns.js';
import { parseNumber } from '../io/csvNumber.js';
import { fileError } from '../io/fault.js';
import { withInput } from '../io/open.js';
import { writeText } from '../io/output.js';
import { headOf } from '../io/source.js';
import { placeIn, readTextTable, type TextTable } from '../io/table.js';
import { formatCount, formatName, formatNumber, formatShare, formatTable, plain, wrap } from '../report/format.js';
import { bar } from '../report/histogram.js';
import { DRIFT_GROUPS, DRIFT_HELP, isBaseline, readDriftSettings, refuseFitting, refuseSecond } from './driftOptions.js';
import { type Command, type Parsed, UsageError } from './options.js';
import { refuseInput } from './pending.js';
import { toJson } from './scoreReport.js';
import { chartWidth } from './terminal.js';

const paint = pc.createColors(stdout.isTTY === true && stdout.hasColors());

/** `surprisal drift`: fits a baseline, or checks a window against one. */
export const drift: Command = { groups: DRIFT_GROUPS, help: DRIFT_HELP, run };

async function run(options: Parsed): Promise<void> {
  const settings = readDriftSettings(options);
  const [first, second] = options.positionals as [string, string];
  if (settings.out !== undefined) {
    refuseInput('out', settings.out, [first]);
    const baseline = await fitTable(first, options, settings);
    await writeText(settings.out, `${JSON.stringify(baseline)}\n`);
    console.log(`${plain(settings.out)}: ${baseline.features.length} features of ${formatCount(baseline.rows)} rows`);
    return;
  }
  const isFitted = isBaseline(first) || (await isObject(first));
  if (isFitted) refuseFitting(options, first);
  if (await isObject(second)) refuseSecond(second);
  const baseline = isFitted ? await readBaseline(first, options.value('columns')) : await fitTable(first, options, settings);
  const { falseAlarmRate, seed, top } = settings;
  const monitor = new DriftMonitor(baseline, { falseAlarmRate, seed });
  const kinds = new Map(baseline.features.map(({ name, kind }) => [name, kind]));
  const table = await readRows(second, options);
  monitor.update(recordsOf(table, (name) => kinds.get(name) === 'numeric'));
  const report = monitor.check();
  const notes = notesOn(new Set(kinds.keys()), new Set(table.names));
  if (options.flag('json')) console.log(toJson({ baseline: first, window: second, notes, ...report }));
  else printDrift(report, notes, top);
}

/** A window with other columns than the baseline's is told as such: what it lacks is missing in every row, and alarms. */
function notesOn(known: ReadonlySet<string>, there: ReadonlySet<string>): string[] {
  const beyond = (names: ReadonlySet<string>, others: ReadonlySet<string>) => [...names].filter((name) => !others.has(name));
  const list = (names: readonly string[]) =>
    names.slice(0, 12).map(formatName).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : '');
  const [lacking, strange] = [beyond(known, there), beyond(there, known)];
  return [
    ...(lacking.length === 0 ? [] : [`The window lacks columns of the baseline, which count as missing in every row: ${list(lacking)}.`]),
    ...(strange.length === 0 ? [] : [`The window has columns that the baseline does not know, which are left out: ${list(strange)}.`]),
  ];
}

async function fitTable(path: string, options: Parsed, { binning, bins, edges }: ReturnType<typeof readDriftSettings>): Promise<Baseline> {
  const table = await readRows(path, options);
  const { names, rows } = table;
  const list = options.value('categorical');
  const fixed = new Map(Array.from(edges, ([name, own]) => [names[findColumn(path, names, name)] as string, own]));
  const categorical = new Set(list === undefined ? [] : findColumns(path, names, list).map((column) => names[column]));
  const firstText = (column: number) => rows.findIndex((row) => row[column] !== '' && parseNumber(row[column] as string) === undefined);
  // A column is numeric where every cell that is not empty is a number.
  const numeric = new Set(names.filter((name, column) => !categorical.has(name) && firstText(column) < 0));
  for (const name of fixed.keys()) {
    if (categorical.has(name)) throw new UsageError(`--edges and --categorical both name ${JSON.stringify(name)}`);
    if (numeric.has(name)) continue;
    const column = names.indexOf(name);
    const row = firstText(column);
    const value = rows[row]?.[column];
    const what = `expected a number, which --edges are for, got ${JSON.stringify(value)}`;
    throw fileError(path, `${placeIn(table, row, column)}: ${what}`, { row, column, value, expected: 'a number' });
  }
  return fitBaseline(
    recordsOf(table, (name) => numeric.has(name)),
    {
      binning,
      bins,
      features: Object.fromEntries(
        names.map((name) => {
          if (!numeric.has(name)) return [name, { kind: 'categorical' }];
          const given = fixed.get(name);
          return [name, given === undefined ? { kind: 'numeric' } : { kind: 'numeric', binning: 'fixed', edges: given }];
        }),
      ),
    },
  );
}

/** A row as the library has it. Made once: objects of many names take longer than their cells took to read. */
function recordsOf({ names, rows }: TextTable, isNumeric: (name: string) => boolean): Record<string, unknown>[] {
  const numeric = names.map(isNumeric);
  const cellOf = (text: string, column: number) => {
    if (!numeric[column]) return text;
    return text === '' ? null : (parseNumber(text) ?? text);
  };
  return rows.map((cells) => Object.fromEntries(names.map((name, column) => [name, cellOf(cells[column] as string, column)])));
}

/** A table, or those of its columns that are asked for. */
async function readRows(path: string, options: Parsed): Promise<TextTable> {
  const table = await readTextTable(path, options.value('delimiter'));
  const { names, rows } = table;
  const list = options.value('columns');
  const columns = list === undefined ? [...names.keys()] : findColumns(path, names, list);
  if (list === undefined) refuseIndex(path, names, columns, false);
  refuseTwins(path, names, columns); // a row becomes an object: the last of two would stand for both
  if (list === undefined) return table;
  const chosen = <Value>(from: readonly Value[]) => columns.map((column) => from[column] as Value);
  return { ...table, names: chosen(names), rows: rows.map(chosen) };
}

/** Whether a file begins as a baseline does, and no table. */
async function isObject(path: string): Promise<boolean> {
  return await withInput(path, async (handle) => /^\s*\{/.test((await headOf(handle)).toString('latin1')));
}

/** @param list the features that are wanted; all when left out */
async function readBaseline(path: string, list: string | undefined): Promise<Baseline> {
  const text = await withInput(path, (handle) => handle.readFile('utf8'));
  let baseline: unknown;
  try {
    baseline = JSON.parse(text);
  } catch {
    throw fileError(path, 'is no JSON');
  }
  try {
    checkBaseline(baseline);
  } catch (error) {
    throw fileError(path, (error as Error).message);
  }
  if (list === undefined) return baseline;
  const { features } = baseline;
  const columns = findColumns(
    path,
    features.map(({ name }) => name),
    list,
  );
  return { ...baseline, features: columns.map((column) => features[column] as Baseline['features'][number]) };
}

function printDrift(report: DriftReport, notes: readonly string[], top: number): void {
  const { rows, baselineRows, falseAlarmRate, alarm, features, sentence } = report;
  const lines = [
    paint.bold(
      `${formatCount(rows)} rows against a baseline of ${formatCount(baselineRows)}; false alarms: ${formatShare(falseAlarmRate)} of checks`,
    ),
    '',
    `  ${(alarm ? paint.yellow : paint.green)(plain(sentence))}`,
    ...notes.flatMap((note) => wrap(note, chartWidth() - 2)).map((line) => `  ${paint.yellow(line)}`),
    '',
  ];
  const table = features.map(({ feature, js, interval, psi, thresholds, adjusted, drifted }) => [
    `${drifted ? '!' : ' '} ${formatName(feature)}`,
    formatNumber(js, 3),
    `${formatNumber(interval[0], 2)} to ${formatNumber(interval[1], 2)}`,
    formatNumber(psi, 3),
    formatNumber(thresholds.psi, 2),
    formatNumber(adjusted, 2),
  ]);
  for (const line of formatTable([['  feature', 'JS, nats', '95 %', 'PSI', 'beyond', 'p, adjusted'], ...table], [0]))
    lines.push(`  ${line}`);
  for (const { feature, top: cells } of features.filter(({ drifted }) => drifted).slice(0, top)) {
    lines.push('', paint.cyan(`  ${formatName(feature)}`));
    const drawn = cells.flatMap(({ cell, baseline, window }) => [
      [formatName(cell), 'baseline', formatShare(baseline), bar(baseline, 1, 30)],
      ['', 'window', formatShare(window), bar(window, 1, 30)],
    ]);
    lines.push(...formatTable(drawn, [0, 1, 3]).map((line) => `    ${line}`));
  }
  console.log(lines.join('\n'));
}
