import { openScores, type ScoreWriter } from '../io/output.js';
import type { RowSource } from '../io/rows.js';
import { Summarizer } from '../report/summary.js';
import { type Known, openOperands, type Side } from './operands.js';
import type { Command, Parsed } from './options.js';
import { Pending } from './pending.js';
import { Progress } from './progress.js';
import { readSettings, SCORE_GROUPS, SCORE_HELP, type Settings } from './scoreOptions.js';
import { printJson, printText, type Run } from './scoreReport.js';
import { forEachStep } from './steps.js';
import { notesOnSums } from './sums.js';

/** `surprisal score`: reads row blocks, scores them, keeps a summary, writes the scores. */
export const score: Command = { groups: SCORE_GROUPS, help: SCORE_HELP, run };

async function run(options: Parsed): Promise<void> {
  const sources: RowSource[] = [];
  const output = new Pending<ScoreWriter>();
  try {
    const settings = readSettings(options);
    const { p, q } = await openOperands(options, settings.kind, settings.measure, sources);
    const out = options.value('out');
    const writer = await output.open('out', out, sources, (path) => openScores(path, settings.measure, options.value('id')));
    const run = await scoreAll(settings, p, q, sources, writer, new Progress(process.stderr, options.flag('quiet')));
    await output.commit();
    if (options.flag('json')) printJson({ ...run, out });
    else if (!options.flag('quiet')) printText({ ...run, out });
  } finally {
    await output.close();
    await Promise.all(sources.map((source) => source.close()));
  }
}

async function scoreAll(
  settings: Settings,
  p: Side,
  q: Side | Known | undefined,
  sources: readonly RowSource[],
  writer: ScoreWriter | undefined,
  progress: Progress,
): Promise<Run> {
  const start = performance.now();
  const summarizer = new Summarizer(settings.top);
  let scoring = 0;
  let notes: readonly string[] | undefined;
  const swapped = settings.measure === 'reverse-kl';
  await forEachStep({ p, q, sources, block: settings.block, swapped }, progress, (step) => {
    const before = performance.now();
    const scores = settings.score(step.p, step.q);
    scoring += performance.now() - before;
    notes ??= settings.dividesProbabilities ? notesOnSums(step, 'counts go by --as counts, logits by --as logits') : [];
    summarizer.add(scores, step.lead.ids);
    return writer?.write(scores, step.lead);
  });
  const seconds = (performance.now() - start) / 1000;
  return {
    ...settings,
    p,
    q,
    cols: p[0]?.source.cols ?? 1,
    bytes: sources.reduce((sum, source) => sum + source.bytes, 0),
    seconds,
    scoring: scoring / 1000,
    summary: summarizer.summary(),
    notes: notes ?? [],
    backend: settings.core.backend,
  };
}
