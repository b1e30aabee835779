import { describe, expect, it } from 'vitest';
import { Board, planOf, type Range } from '../../src/parallel/board.js';

const indices = (board: Board) => {
  const found: number[] = [];
  for (let range = board.take(false); range !== undefined; range = board.take(false)) found.push(range.index);
  return found;
};

describe('a board', () => {
  it('gives every range once, the last with what is left', () => {
    const board = new Board(planOf(10, 3, 0, false, new Float64Array(10)));
    expect([board.take(true), board.take(true)]).toEqual([
      { index: 0, start: 0, count: 3, slot: 0 },
      { index: 1, start: 3, count: 3, slot: 0 },
    ]);
    expect(indices(board)).toEqual([2, 3]);
    expect(board.range(3)).toEqual({ index: 3, start: 9, count: 1, slot: 0 });
    expect(board.take(true)).toBeUndefined();
  });

  it('gives what was laid out, in slots that are free again when their range is done', () => {
    const board = new Board(planOf(10, 2, 2, false, new Float64Array(10)));
    expect(board.take(false)).toBeUndefined();
    const lay = (index: number) => board.lay(index, board.freeSlot() as number);
    lay(0);
    lay(2); // range 1 was computed elsewhere
    expect(board.freeSlot()).toBeUndefined();
    const [first, second] = [board.take(true), board.take(true)];
    expect([first, second]).toMatchObject([
      { index: 0, slot: 0 },
      { index: 2, slot: 1, start: 4 },
    ]);
    board.finish(second as NonNullable<typeof second>, false);
    expect(board.freeSlot()).toBeUndefined(); // slots are laid in turn
    board.finish(first as NonNullable<typeof first>, false);
    lay(3);
    board.close();
    expect(board.take(true)).toMatchObject({ index: 3, slot: 0 });
    expect(board.take(true)).toBeUndefined();
  });

  it('after a fault gives no range behind it, and every one before it', () => {
    const board = new Board(planOf(10, 2, 3, false, new Float64Array(10)));
    for (const index of [3, 1, 4]) board.lay(index, board.freeSlot() as number);
    const third = board.take(true) as NonNullable<ReturnType<Board['take']>>;
    board.finish(third, true);
    expect(board.isEnding).toBe(true);
    expect([board.isBeyondFault(4), board.isBeyondFault(3), board.isBeyondFault(1)]).toEqual([true, false, false]);
    expect(board.take(true)).toMatchObject({ index: 1 });
    expect(board.take(true)).toBeUndefined();
    // An earlier one takes its place; a later one does not.
    board.finish(board.range(1), true);
    board.finish(board.range(4), true);
    expect([board.isBeyondFault(2), board.isBeyondFault(1)]).toEqual([true, false]);
  });

  it('tells of a slot that became free between the look and the sleep, though nothing else will be done', async () => {
    const board = new Board(planOf(8, 2, 2, false, new Float64Array(8)));
    board.lay(0, 0);
    board.lay(1, 1);
    const [first, second] = [board.take(true), board.take(true)] as [Range, Range];
    board.finish(second, false);
    const look = board.freeSlot.bind(board);
    let looks = 0;
    board.freeSlot = () => {
      const slot = look();
      if (++looks === 1) board.finish(first, false); // as another thread may
      return slot;
    };
    await board.slotFreed();
    expect(look()).toBe(0);
  }, 2_000);

  it('gives nothing once it is stopped, and wakes who waits', async () => {
    const board = new Board(planOf(10, 2, 0, false, new Float64Array(10)));
    const waiting = board.done(5);
    board.finish(board.take(true) as NonNullable<ReturnType<Board['take']>>, false);
    board.stop();
    await waiting;
    expect([board.take(true), board.isStopped, board.rowsDone]).toEqual([undefined, true, 2]);
  });
});
