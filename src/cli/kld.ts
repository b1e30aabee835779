import { KldComparison, TOKEN_COLUMNS } from '../applications/kld.js';
import { type Matrix, SurprisalError } from '../index.js';
import { type BaseLogitsBlock, BaseLogitsSource } from '../io/baseLogits.js';
import { openTable, type TableWriter } from '../io/output.js';
import type { RowBlock, RowSource } from '../io/rows.js';
import { openSource } from '../io/source.js';
import { KLD_GROUPS, KLD_HELP, readKldSettings } from './kldOptions.js';
import { printKld, printKldJson } from './kldReport.js';
import type { Part } from './operands.js';
import { type Command, type Parsed, UsageError } from './options.js';
import { Pending } from './pending.js';
import { Progress } from './progress.js';
import { forEachStep } from './steps.js';
import { terminalWidth } from './terminal.js';

/** `surprisal kld`: reads a base-logits file beside another model, prints the perplexity tool's report. Nothing is printed before the last row was read. */
export const kld: Command = { groups: KLD_GROUPS, help: KLD_HELP, run };

async function run(options: Parsed): Promise<void> {
  const sources: RowSource[] = [];
  const output = new Pending<TableWriter>();
  try {
    const settings = readKldSettings(options);
    const [file, otherFile, ...more] = options.positionals;
    if (file === undefined || otherFile === undefined) throw new UsageError('which files? the base logits, and the other model');
    if (more.length > 0) throw new UsageError(`two files, the base logits and the other model; got ${options.positionals.length}`);
    const open = async (path: string) => {
      const source = await openSource(path);
      sources.push(source);
      return source;
    };
    const base = await open(file);
    if (!(base instanceof BaseLogitsSource)) {
      const hint = "the first file is what llama.cpp's perplexity tool writes with --kl-divergence-base";
      throw new SurprisalError('ERR_FILE', `${file}: is no base-logits file: ${hint}`);
    }
    const other = await open(otherFile);
    checkPair(base, other);
    const out = options.value('per-token');
    const writer = await output.open('per-token', out, sources, (path) => openTable(path, TOKEN_COLUMNS));
    const comparison = new KldComparison({ rowsPerChunk: base.layout.rowsPerChunk, ...settings.comparison });
    const [p, q]: [Part, Part] = [
      { name: '', source: base },
      { name: '', source: other },
    ];
    const steps = { p: [p], q: [q], sources, block: settings.block, swapped: false };
    await forEachStep(steps, new Progress(process.stderr, options.flag('quiet')), (step) => {
      const rows = step.lead as BaseLogitsBlock;
      checkTargets(base, rows, other, step.blocks.get(q) as RowBlock);
      const told = comparison.add(rows, step.q as Matrix);
      return writer?.write(told);
    });
    await output.commit();
    const run = { base, other, report: comparison.report(), out };
    if (options.flag('json')) printKldJson(run);
    else printKld(run, terminalWidth(), options.flag('compatible'));
  } finally {
    await output.close();
    await Promise.all(sources.map((source) => source.close()));
  }
}

/** What can be known before reading. */
function checkPair(base: BaseLogitsSource, other: RowSource): void {
  const { chunks, rowsPerChunk, vocabulary, contextLength } = base.layout;
  if (other.cols !== vocabulary) {
    const message = `${base.path} has a vocabulary of ${vocabulary} tokens, ${other.path} one of ${other.cols}: they must be the same`;
    throw new SurprisalError('ERR_SHAPE', message);
  }
  if (other instanceof BaseLogitsSource) {
    const { layout } = other;
    if (layout.chunks === chunks && layout.contextLength === contextLength) return;
    const sizes = `${chunks} chunks of ${contextLength} tokens, ${other.path} has ${layout.chunks} of ${layout.contextLength}`;
    throw new SurprisalError('ERR_SHAPE', `${base.path} has ${sizes}: they must be over the same text, cut in the same way`);
  }
  if (other.rows !== undefined && other.rows !== base.rows) {
    const sizes = `${base.rows} rows (${chunks} chunks of ${rowsPerChunk}), ${other.path} has ${other.rows}`;
    throw new SurprisalError('ERR_SHAPE', `${base.path} has ${sizes}: one row of logits is needed for each`);
  }
}

/** Two base files must be over the same tokens. */
function checkTargets(base: BaseLogitsSource, block: BaseLogitsBlock, other: RowSource, otherBlock: RowBlock): void {
  if (!(other instanceof BaseLogitsSource)) return;
  const { targets } = otherBlock as BaseLogitsBlock;
  const at = block.targets.findIndex((target, i) => target !== targets[i]);
  if (at < 0) return;
  const message = `${base.placeOf(block.first + at)} predicts token ${block.targets[at]} in ${base.path}, ${targets[at]} in ${other.path}: they must be over the same tokens`;
  throw new SurprisalError('ERR_SHAPE', message, { row: block.first + at });
}
