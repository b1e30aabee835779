import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { openScores, type ScoreWriter } from '../io/output.js';
import type { RowSource } from '../io/rows.js';
import { Summarizer } from '../report/summary.js';
import { locate, readStep } from './blocks.js';
import { type Known, openOperands, type Side } from './operands.js';
import { parseOptions, UsageError } from './options.js';
import { Progress } from './progress.js';
import { readSettings, SCORE_GROUPS, SCORE_HELP, type Settings } from './scoreOptions.js';
import { printJson, printText, type Run } from './scoreReport.js';

/** Entries that a block holds when its rows are not given: 1 MB of float64, which stays in the cache between reading and scoring. */
const BLOCK_ENTRIES = 2 ** 17;

/** Signals after which the temporary file is removed before the process ends. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `surprisal score`: reads row blocks, scores them, keeps a summary, writes the scores. */
export async function score(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, SCORE_GROUPS);
  if (options.flag('help')) {
    console.log(SCORE_HELP);
    return;
  }
  const sources: RowSource[] = [];
  /** A promise, so that a file is removed even when a signal comes while it is made. */
  let writer: Promise<ScoreWriter> | undefined;
  const stop = async (_signal: NodeJS.Signals, number: number) => {
    await writer?.then((open) => open.discard()).catch(() => undefined);
    process.exit(128 + number);
  };
  for (const signal of ENDINGS) process.once(signal, stop);
  try {
    const settings = readSettings(options);
    const { p, q } = await openOperands(options, settings.kind, settings.measure, sources);
    const out = options.value('out');
    if (out !== undefined) {
      refuseInputAsOutput(out, sources);
      writer = openScores(out, settings.measure, options.value('id'));
    }
    const run = await scoreAll(settings, p, q, sources, await writer, new Progress(process.stderr, options.flag('quiet')));
    await (await writer)?.commit();
    if (options.flag('json')) printJson({ ...run, out });
    else if (!options.flag('quiet')) printText({ ...run, out });
  } finally {
    await writer?.then((open) => open.discard()).catch(() => undefined); // when it was not made, its error is on the way already
    await Promise.all(sources.map((source) => source.close()));
    for (const signal of ENDINGS) process.removeListener(signal, stop);
  }
}

function refuseInputAsOutput(out: string, sources: readonly RowSource[]): void {
  const target = realPath(out);
  if (sources.some(({ path }) => realPath(path) === target)) throw new UsageError(`--out ${out} would overwrite an input`);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
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
  const cols = p[0]?.source.cols ?? 1;
  const count = settings.block ?? Math.max(1, Math.floor(BLOCK_ENTRIES / cols));
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  let rows = 0;
  let scoring = 0;
  /** Reads ahead: the disk works while a block is scored. An error waits until its block's turn. */
  const ahead = (): ReturnType<typeof readStep> => {
    const step = readStep(p, q, count);
    step.catch(() => undefined);
    return step;
  };
  let next = ahead();
  try {
    for (;;) {
      const step = await next;
      if (step === undefined) break;
      next = ahead();
      const before = performance.now();
      let scores: Float64Array;
      try {
        scores = settings.score(step.p, step.q);
      } catch (error) {
        throw locate(error, p, q, step, settings.measure === 'reverse-kl');
      }
      scoring += performance.now() - before;
      summarizer.add(scores, step.lead.ids);
      await writer?.write(scores, step.lead);
      rows += scores.length;
      progress.update(sources.reduce((sum, source) => sum + source.bytesRead, 0) / bytes, rows);
    }
  } finally {
    await next.catch(() => undefined); // no read may outlive its file; the first error is the one to tell
    progress.end();
  }
  const seconds = (performance.now() - start) / 1000;
  return {
    ...settings,
    p,
    q,
    cols,
    bytes,
    seconds,
    scoring: scoring / 1000,
    summary: summarizer.summary(),
    backend: settings.core.backend,
  };
}
