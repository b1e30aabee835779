import { stdout } from 'node:process';
import pc from 'picocolors';
import { type CorrectedReport, compatibleText, type Estimate, type Interval, type KldReport, LEAST_TOKENS } from '../applications/kld.js';
import type { BaseLogitsSource } from '../io/baseLogits.js';
import type { RowSource } from '../io/rows.js';
import { formatCount, formatNumber, formatShare, formatTable, plain, wrap } from '../report/format.js';
import { toJson } from './scoreReport.js';

/** What a comparison of files found. */
export interface KldRun {
  readonly base: BaseLogitsSource;
  readonly other: RowSource;
  readonly report: KldReport;
  readonly out: string | undefined;
}

/** Ranges of places in a chunk that the report shows. */
const RANGES = 8;

/** Below so many chunks, intervals are rough. */
const FEW_CHUNKS = 20;

const paint = pc.createColors(stdout.isTTY === true && stdout.hasColors());

/**
 * The report as people read it: the tool's own first.
 *
 * @param alone whether the tool's is all
 */
export function printKld({ report, out }: KldRun, width: number, alone: boolean): void {
  const { compatible, corrected } = report;
  const lines = compatibleText(compatible);
  if (!alone) {
    if (compatible.tokens < LEAST_TOKENS) {
      lines.push('', paint.dim(`${compatible.tokens} tokens: the tool prints statistics of ${LEAST_TOKENS} and more; --json has them`));
    }
    lines.push('', ...correctedLines(corrected, width));
    if (out !== undefined) lines.push('', `  ${paint.green('tokens')} → ${plain(out)}`);
  }
  console.log(lines.join('\n'));
}

function correctedLines(report: CorrectedReport, width: number): string[] {
  const { tokens, chunks, level, replicates, seed, perplexity, deltaP, topAgreement } = report;
  const rows: [name: string, estimate: Estimate, format?: (value: number) => string][] = [
    ['KL(base ‖ Q)', report.kl],
    ['  with the tail as one class', report.klWithTail],
    ['KL(Q ‖ base)', report.reverseKl],
    ['Jensen–Shannon', report.jensenShannon],
    ['PPL(Q)', perplexity.q],
    ['PPL(base)', perplexity.base],
    ['PPL(Q)/PPL(base)', perplexity.ratio],
    ['Δp, mean', deltaP.mean, formatShare],
    ['Δp, root mean square', deltaP.rms, formatShare],
    ['same top token', report.sameTop, formatShare],
    ['top 5 in common', topAgreement[5], formatShare],
    ['top 10 in common', topAgreement[10], formatShare],
  ];
  const table = rows.map(([name, { value, interval }, format = formatNumber]) => [name, format(value), range(interval, format)]);
  const quantiles = Object.entries(report.quantiles)
    .sort(([a], [b]) => Number(b) - Number(a))
    .map(([percent, { value, interval }]) => [`${percent} %`, formatNumber(value), range(interval, formatNumber)]);
  const { worst } = report;
  return [
    paint.bold('Corrected: rows are distributions, and tokens of a chunk are not independent'),
    paint.dim(`  ${formatCount(tokens)} tokens in ${formatCount(chunks)} chunks, nats a token; ${100 * level} % intervals over chunks`),
    paint.dim(`  (${formatCount(replicates)} draws, seed ${seed})`),
    '',
    ...indented(formatTable(table, [0])),
    '',
    paint.cyan('  Quantiles of KL(base ‖ Q)'),
    ...indented(formatTable([['largest', formatNumber(report.maximum), ''], ...quantiles, ['smallest', formatNumber(report.minimum), '']])),
    '',
    paint.cyan('  Mean KL(base ‖ Q) by the place in the chunk'),
    ...indented(formatTable(positions(report.byPosition))),
    ...(worst.length === 0 ? [] : ['', paint.cyan('  Largest KL(base ‖ Q)')]),
    ...indented(
      formatTable(
        worst.map(({ chunk, row, target, kl }) => [`chunk ${chunk}`, `row ${row}`, `token ${target}`, formatNumber(kl)]),
        [0, 1, 2],
      ),
    ),
    '',
    ...notes(report).flatMap((note) => wrap(note, width - 2).map((line) => paint.dim(`  ${line}`))),
  ];
}

function notes({ tail, tokens, targetsBelow, chunks, rowSums }: CorrectedReport): string[] {
  const { mean, most } = tail;
  const rows = `${formatCount(tail.rows)} of ${formatCount(tokens)} rows have mass below their window`;
  const masses = `the base ${formatShare(mean.base)} in the mean and ${formatShare(most.base)} at most, the file ${formatShare(mean.stored)} and ${formatShare(most.stored)}, Q ${formatShare(mean.other)} and ${formatShare(most.other)}`;
  return [
    ...(tail.rows === 0
      ? []
      : [
          `${rows}: ${masses}. KL with the tail as one class is a lower bound of the divergence over all, up to the rounding of the codes.`,
        ]),
    ...(targetsBelow === 0
      ? []
      : [
          `${formatCount(targetsBelow)} targets lie below the window, where their probability under the base is stored too high: PPL(base) and the ratio are off, here and in the tool's report. Take PPL(base) from the run that wrote the file.`,
        ]),
    `Stored rows sum to ${formatNumber(rowSums[0], 6)} to ${formatNumber(rowSums[1], 6)}: the tool takes them as they are, which is where a divergence below 0 comes from.`,
    ...(chunks < FEW_CHUNKS ? [`${chunks} chunks are few to draw from: the intervals are rough.`] : []),
  ];
}

/** At most RANGES parts of the chunk, with the mean of each. */
function positions(byPosition: Float64Array): string[][] {
  const parts = Math.min(RANGES, byPosition.length);
  const heads: string[] = [];
  const means: string[] = [];
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((k) => Math.round((k * byPosition.length) / parts)) as [number, number];
    heads.push(to - from === 1 ? `${from}` : `${from}–${to - 1}`);
    means.push(formatNumber(byPosition.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from), 3));
  }
  return [heads, means];
}

function range([low, high]: Interval, format: (value: number) => string): string {
  return Number.isNaN(low) ? '' : `${format(low)} … ${format(high)}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

/** The same for programs; numbers that JSON has no word for are strings, as in `"NaN"`. */
export function printKldJson({ base, other, report, out }: KldRun): void {
  const { chunks, contextLength, rowsPerChunk, vocabulary } = base.layout;
  const layout = { path: base.path, chunks, contextLength, rowsPerChunk, vocabulary };
  const { compatible, corrected } = report;
  const plain = { ...corrected, byPosition: Array.from(corrected.byPosition) };
  console.log(toJson({ base: layout, other: { path: other.path, dtype: other.dtype }, perToken: out, compatible, corrected: plain }));
}
