import { type Alarm, Calibrator, detect, farthest, needsTemplates, OodMeter } from '../applications/ood.js';
import { type Matrix, SurprisalError } from '../index.js';
import type { CsvOptions } from '../io/csv.js';
import { openScores, type ScoreWriter } from '../io/output.js';
import type { RowBlock, RowSource } from '../io/rows.js';
import { openSource } from '../io/source.js';
import { checkIds } from './blocks.js';
import { OOD_GROUPS, OOD_HELP, readOodSettings } from './oodOptions.js';
import { printOod, printOodJson } from './oodReport.js';
import { columnsDiffer } from './operands.js';
import { type Command, type Parsed, UsageError } from './options.js';
import { Pending } from './pending.js';
import { Progress } from './progress.js';
import { readTextOptions, refuseIdleTextOptions } from './scoreOptions.js';
import { forEachStep } from './steps.js';

/** `surprisal ood`: calibrates on one file, holds another against it, lists the rows beyond. */
export const ood: Command = { groups: OOD_GROUPS, help: OOD_HELP, run };

async function run(options: Parsed): Promise<void> {
  const files = new Files(options);
  const output = new Pending<ScoreWriter>();
  try {
    const settings = readOodSettings(options);
    const { calibration, replicates, top } = settings;
    const { score, temperature, level, seed } = calibration;
    const [reference, current, ...more] = options.positionals;
    if (reference === undefined || current === undefined) throw new UsageError('which files? in-distribution logits, and the new ones');
    if (more.length > 0) throw new UsageError(`two files, in-distribution logits and the new ones; got ${options.positionals.length}`);
    const flags = await files.flags();
    const progress = new Progress(process.stderr, options.flag('quiet'));
    const each = async (source: RowSource, use: (rows: Matrix, first: number, ids?: readonly string[]) => void) => {
      const steps = { p: [{ name: '', source }], q: undefined, sources: [source], block: settings.block, swapped: false };
      await forEachStep(steps, progress, async ({ p, lead }) => use(p as Matrix, lead.first, lead.ids));
    };

    const calibrator = new Calibrator(calibration);
    if (needsTemplates(score)) await each(await files.reference(reference), (rows) => void calibrator.learn(rows));
    const first = await files.reference(reference);
    await each(first, (rows) => void calibrator.add(rows));
    const detector = calibrator.detector();

    const source = await files.current(current, first);
    refuseIdleTextOptions(options, files.sources);
    if (source.cols !== first.cols) throw columnsDiffer({ name: 'REFERENCE', source: first }, { name: 'NEW', source });
    const out = options.value('out');
    const writer = await output.open('out', out, files.sources, (path) => openScores(path, score ?? 'score', options.value('id')));
    const meter =
      flags === undefined ? undefined : new OodMeter({ score, temperature, templates: detector.templates, level, replicates, seed });
    let [rows, count] = [0, 0];
    let alarms: (Alarm & { id?: string | undefined })[] = [];
    const steps = { p: [{ name: '', source }], q: undefined, sources: [source], block: settings.block, swapped: false };
    await forEachStep(steps, progress, ({ p, lead }) => {
      const found = detect(detector, p as Matrix, { most: top });
      if (flags !== undefined) meter?.add(p as Matrix, flagsOf(flags, source, lead));
      const own = found.alarms.map((alarm) => ({ ...alarm, row: alarm.row + lead.first, id: lead.ids?.[alarm.row] }));
      alarms = farthest([...alarms, ...own], top);
      count += found.count;
      rows += found.rows;
      return writer?.write(found.scores, lead);
    });
    if (flags !== undefined && flags.values.length !== rows)
      throw new SurprisalError('ERR_SHAPE', `${options.value('flags')} has ${flags.values.length} flags, ${current} has ${rows} rows`);
    const metrics = meter?.metrics();
    await output.commit();
    const run = { reference, current, detector, rows, count, alarms, metrics, out };
    if (options.flag('json')) printOodJson(run);
    else printOod(run);
  } finally {
    await output.close();
    await files.close();
  }
}

class Files {
  readonly sources: RowSource[] = [];

  constructor(readonly options: Parsed) {}

  /** REFERENCE, which may have the column of ids that NEW has. */
  reference(path: string): Promise<RowSource> {
    return this.#open(path, { columns: this.options.value('columns'), beside: { id: this.options.value('id') } });
  }

  /** @param reference what the columns of this file must be, when they have names */
  current(path: string, reference: RowSource): Promise<RowSource> {
    return this.#open(path, { id: this.options.value('id'), beside: { columns: this.options.value('columns'), names: reference.names } });
  }

  /** A file of flags, in one column or one row; beside the column it may have the ids of NEW. */
  async flags(): Promise<Flags | undefined> {
    const path = this.options.value('flags');
    if (path === undefined) return undefined;
    const source = await this.#open(path, { beside: { id: this.options.value('id') } });
    const block = (await source.read(Number.MAX_SAFE_INTEGER)) as RowBlock;
    if (source.cols > 1 && block.rows > 1)
      throw new SurprisalError('ERR_SHAPE', `${path} has ${block.rows} × ${source.cols} numbers: flags are one column or one row`);
    const flags = Float64Array.from(block.data);
    const at = flags.findIndex((flag) => flag !== 0 && flag !== 1);
    if (at >= 0)
      throw new SurprisalError('ERR_DOMAIN', `${path}: flag ${at} expected 0 or 1, got ${flags[at]}`, { row: at, value: flags[at] });
    if (flags.every((flag) => flag === flags[0]))
      throw new SurprisalError('ERR_DOMAIN', `${path}: expected flags of both kinds, 0 and 1, got ${flags[0]} alone`, { value: flags[0] });
    return { source, block, values: flags };
  }

  async #open(path: string, csv: CsvOptions): Promise<RowSource> {
    const source = await openSource(path, { ...readTextOptions(this.options), ...csv });
    this.sources.push(source);
    return source;
  }

  async close(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.close()));
  }
}

interface Flags {
  readonly source: RowSource;
  readonly block: RowBlock;
  readonly values: Float64Array;
}

/** Flags of a block of NEW; where their file ends too soon, zeros, until the counts are held against each other. */
function flagsOf({ source, block, values }: Flags, current: RowSource, lead: RowBlock): Float64Array {
  const [from, to] = [lead.first, lead.first + lead.rows];
  const lines = block.lines && { lines: block.lines.subarray(from, to) };
  const own = { ...block, ...lines, first: from, ids: block.ids?.slice(from, to) };
  if (own.ids?.length === lead.rows) checkIds({ name: '', source: current }, lead, { name: '', source }, own);
  const flags = new Float64Array(lead.rows);
  flags.set(values.subarray(from, to));
  return flags;
}
