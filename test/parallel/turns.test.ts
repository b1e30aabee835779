import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from '../../src/parallel/turns.js';

function compute(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

it('a turn is due after the time since the loop had its last, however many calls have begun since', async () => {
  const turns = new Turns(50);
  await setImmediate();
  turns.start();
  compute(30);
  turns.start();
  compute(30);
  const turn = turns.give();
  expect(turn).toBeInstanceOf(Promise);
  await turn;
  // Given just now.
  expect(turns.give()).toBeUndefined();
});

it('a call that comes from the loop starts the time anew', async () => {
  const turns = new Turns(50);
  turns.start();
  compute(60);
  await setImmediate();
  await setImmediate();
  turns.start();
  expect(turns.give()).toBeUndefined();
});
