import type { TestContext } from 'vitest';

/** Skips the test, saying what this machine lacks; under SURPRISAL_CI nothing may be lacking, so the test fails instead. */
export function need(context: TestContext, isThere: boolean, what: string): void {
  if (isThere) return;
  if (process.env.SURPRISAL_CI) throw new Error(`CI needs ${what}`);
  context.skip(`needs ${what}`);
}
