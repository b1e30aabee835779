import { expect, it } from 'vitest';
import { createRound } from '../../src/parallel/round.js';

const busy = (...usage: number[]) => usage.map((currentUsage, name) => ({ name, currentUsage }));

it('each worker gets a task before one gets two, whatever has been heard of the last', () => {
  const next = createRound(4);
  const workers = busy(0, 3, 1);
  expect([0, 1, 2, 3].map(() => next({}, workers)?.name)).toEqual([0, 1, 2, 0]);
});

it('those that have all they may are passed over, and nobody is asked where all have', () => {
  const next = createRound(4);
  expect(next({}, busy(4, 4, 2))?.name).toBe(2);
  expect(next({}, busy(4, 0, 0))?.name).toBe(1);
  expect(next({}, busy(4, 4, 4))).toBeNull();
});
