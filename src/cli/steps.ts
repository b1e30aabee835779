import type { RowSource } from '../io/rows.js';
import { locate, readStep, type StepBlocks } from './blocks.js';
import type { Known, Side } from './operands.js';
import type { Progress } from './progress.js';

/** Entries that a block holds when its rows are not given: 1 MB of float64, which stays in the cache between reading and computing. */
const BLOCK_ENTRIES = 2 ** 17;

/** What is read in step. */
export interface Steps {
  readonly p: Side;
  readonly q: Side | Known | undefined;
  readonly sources: readonly RowSource[];
  /** Rows in a block, where they are given. */
  readonly block: number | undefined;
  /** Whether the library is called with Q first: its errors then mean the other side. */
  readonly swapped: boolean;
}

/**
 * Hands every block to `use`, with flat memory and a progress bar; errors of the library are told of the files. The next block is read
 * meanwhile.
 */
export async function forEachStep(
  { p, q, sources, block, swapped }: Steps,
  progress: Progress,
  use: (step: StepBlocks) => Promise<void> | undefined,
): Promise<void> {
  const count = block ?? Math.max(1, Math.floor(BLOCK_ENTRIES / (p[0]?.source.cols ?? 1)));
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  let rows = 0;
  /** An error waits until its block's turn. */
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
      try {
        await use(step);
      } catch (error) {
        throw locate(error, p, q, step, swapped, ': if these are logits, say --as logits');
      }
      rows += step.lead.rows;
      progress.update(sources.reduce((sum, source) => sum + source.bytesRead, 0) / bytes, rows);
    }
  } finally {
    await next.catch(() => undefined); // no read may outlive its file; the first error is the one to tell
    progress.end();
  }
}
