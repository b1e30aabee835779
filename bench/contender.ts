/**
 * A contender in a process of its own, so that no other's data or types slow its code down. The parent says when a pass is run:
 * the passes of all contenders of a case take turns.
 */
import { fork } from 'node:child_process';
import { createRng } from '../test/support/rng.js';
import type { Case, Contender } from './case.js';
import { timed } from './clock.js';

/** What a child is asked: one pass, timed; or the results of the first rows. */
type Question = 'pass' | 'results';

/** What the child says: ready, milliseconds of a pass, or numbers. */
type Answer = { readonly ready: true } | { readonly ms: number } | { readonly results: readonly number[] } | { readonly error: string };

/** Rows whose results are held against accurate answers. */
export const SAMPLE_ROWS = 8;

/** Passes before the first one that counts: enough for the engine to have its best code ready. */
const WARM_PASSES = 4;

/** What is timed at a time lasts about this long, so that a fast contender is measured as well as a slow one. */
const GOOD_LENGTH_MS = 100;
const MOST_REPEATS = 16;

/** Runs as a child until the parent lets go. */
export function serveContender(test: Case, contender: Contender, seed: number): void {
  const send = (answer: Answer) => process.send?.(answer);
  try {
    const data = (contender.data ?? test.data)(createRng(seed), test);
    const pass = contender.prepare(data, test);
    let results = pass();
    for (let i = 1; i < WARM_PASSES; i++) results = pass();
    process.on('message', (question: Question) => {
      if (question === 'results') {
        const perRow = results.length / test.rows;
        send({ results: Array.from({ length: SAMPLE_ROWS * perRow }, (_, i) => results[i] as number) });
        return;
      }
      // The others have had the caches since: one pass takes them back, and then as many are timed as make a good length.
      const first = timed(pass);
      const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.round(GOOD_LENGTH_MS / first)));
      const ms = timed(() => {
        for (let i = 0; i < repeats; i++) results = pass();
      });
      send({ ms: ms / repeats });
    });
    send({ ready: true });
  } catch (error) {
    send({ error: (error as Error).message });
    process.disconnect();
  }
}

/** The parent's end of a child. */
export interface Child {
  readonly contender: Contender;
  pass(): Promise<number>;
  results(): Promise<readonly number[]>;
  end(): void;
}

/** Starts a contender and waits until it is warm. */
export async function startContender(script: string, test: Case, contender: Contender, seed: number): Promise<Child> {
  const child = fork(script, ['--contender', test.name, contender.name, '--seed', String(seed)], { serialization: 'advanced' });
  let settle: (answer: Answer) => void = () => {};
  child.on('message', (answer: Answer) => settle(answer));
  child.on('exit', (code) => settle({ error: `ended with code ${code}` }));
  const ask = async (question?: Question): Promise<Answer> => {
    const answer = await new Promise<Answer>((resolve) => {
      settle = resolve;
      if (question !== undefined) child.send(question);
    });
    if ('error' in answer) throw new Error(`${test.name}, ${contender.name}: ${answer.error}`);
    return answer;
  };
  await ask();
  return {
    contender,
    pass: async () => ((await ask('pass')) as { ms: number }).ms,
    results: async () => ((await ask('results')) as { results: readonly number[] }).results,
    end: () => child.kill(),
  };
}
