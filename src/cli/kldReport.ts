import { compatibleText, type KldReport, LEAST_TOKENS } from '../applications/kld.js';
import type { BaseLogitsSource } from '../io/baseLogits.js';
import type { RowSource } from '../io/rows.js';
import { toJson } from './scoreReport.js';

/** What a comparison of files found. */
export interface KldRun {
  readonly base: BaseLogitsSource;
  readonly other: RowSource;
  readonly report: KldReport;
  readonly out: string | undefined;
}

/** The report as people read it. */
export function printKld({ report, out }: KldRun): void {
  const lines = compatibleText(report.compatible);
  const { tokens } = report.compatible;
  if (tokens < LEAST_TOKENS) lines.push('', `${tokens} tokens: the tool prints statistics of ${LEAST_TOKENS} and more; --json has them`);
  if (out !== undefined) lines.push('', `tokens → ${out}`);
  console.log(lines.join('\n'));
}

/** The same for programs; numbers that JSON has no word for are strings, as in `"NaN"`. */
export function printKldJson({ base, other, report, out }: KldRun): void {
  const { chunks, contextLength, rowsPerChunk, vocabulary } = base.layout;
  const layout = { path: base.path, chunks, contextLength, rowsPerChunk, vocabulary };
  console.log(toJson({ base: layout, other: { path: other.path, dtype: other.dtype }, perToken: out, ...report }));
}
