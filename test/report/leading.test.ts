import { describe, expect, it } from 'vitest';
import { Leading } from '../../src/report/leading.js';
import { createRng, seedOr } from '../support/rng.js';

const rng = createRng(seedOr(20261130));

describe('the highest ranks of what goes by', () => {
  it('are those of all that was sorted: ties by what came earlier, one of a name', () => {
    for (const [count, most, of] of [
      [2000, 3, 50],
      [2000, 500, 40],
      [2000, 1999, 2],
      [300, 1000, 300],
      [1000, 0, 9],
    ] as const) {
      // Few different ranks, and Infinity among them.
      const items = Array.from({ length: count }, (_, at) => ({
        at,
        rank: [rng.below(of), Infinity][Number(rng.below(50) === 0)] as number,
      }));
      const sorted = [...items].sort((a, b) => (a.rank === b.rank ? a.at - b.at : b.rank - a.rank));
      const nameOf = ({ at }: { readonly at: number }) => at % 700;
      const seen = new Set<number>();
      const named = sorted.filter((item) => !seen.has(nameOf(item)) && seen.add(nameOf(item)));
      const [plain, ofNames] = [new Leading<(typeof items)[number]>(most), new Leading<(typeof items)[number]>(most, nameOf)];
      for (const item of items) for (const leading of [plain, ofNames]) leading.add(item.rank, item);
      expect(plain.items()).toEqual(sorted.slice(0, most));
      expect(ofNames.items()).toEqual(named.slice(0, most));
      for (const item of items.slice(0, 99)) plain.add(item.rank, item); // asked for once before the end
      expect(plain.items()).toEqual(
        [...sorted, ...items.slice(0, 99)].sort((a, b) => (a.rank === b.rank ? 0 : b.rank - a.rank)).slice(0, most),
      );
    }
  });

  it('are 200,000 of 400,000 at the price of sorting: inserted one by one they take a minute', () => {
    const leading = new Leading<number>(200_000);
    const start = performance.now();
    for (let i = 0; i < 400_000; i++) leading.add(rng.below(2 ** 30), i);
    expect(leading.items()).toHaveLength(200_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
