/**
 * A contender in a process of its own, so that no other's data or types slow its code down. The parent says when a pass is run:
 * the passes of all contenders of a case take turns.
 */
import { fork } from 'node:child_process';
import { createRng } from '../test/support/rng.js';
import { type Case, type Child, type Contender, SAMPLE_ROWS } from './case.js';
import { timedPasses } from './clock.js';

/** What a child is asked: one pass, timed; or the results of the first rows. */
type Question = 'pass' | 'results';

/** What the child says: ready, milliseconds of a pass, or numbers. */
type Answer = { readonly ready: true } | { readonly ms: number } | { readonly results: readonly number[] } | { readonly error: string };

/** Passes, and milliseconds of them, before the first one that counts: enough for the engine to have its best code ready. */
const WARM_PASSES = 4;
const WARM_MS = 300;

/** What is timed at a time lasts about this long, so that a fast contender is measured as well as a slow one. */
const GOOD_LENGTH_MS = 100;
const MOST_REPEATS = 10_000;

/** Runs as a child until the parent lets go. */
export async function serveContender(test: Case, contender: Contender, seed: number): Promise<void> {
  const send = (answer: Answer) => process.send?.(answer);
  try {
    const data = (contender.data ?? test.data)(createRng(seed), test);
    const pass = await contender.prepare(data, test);
    for (let ms = await timedPasses(pass, WARM_PASSES); ms < WARM_MS; ) ms += await timedPasses(pass, WARM_PASSES);
    process.on('message', async (question: Question) => {
      if (question === 'results') {
        const results = await pass();
        const perRow = results.length / test.rows;
        send({ results: Array.from({ length: Math.min(SAMPLE_ROWS, test.rows) * perRow }, (_, i) => results[i] as number) });
        return;
      }
      // The others have had the caches since: one pass takes them back, and then as many are timed as make a good length.
      const first = await timedPasses(pass, 1);
      const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.round(GOOD_LENGTH_MS / first)));
      send({ ms: (await timedPasses(pass, repeats, test.isByWall)) / repeats });
    });
    send({ ready: true });
  } catch (error) {
    send({ error: (error as Error).message });
    process.disconnect();
  }
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
    pass: async () => ((await ask('pass')) as { ms: number }).ms,
    results: async () => ((await ask('results')) as { results: readonly number[] }).results,
    end: () => child.kill(),
  };
}
