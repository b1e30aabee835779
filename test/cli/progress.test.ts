import { afterEach, expect, it, vi } from 'vitest';
import { Progress } from '../../src/cli/progress.js';

afterEach(() => vi.restoreAllMocks());

/** Runs a bar over faked time, one update each 50 ms, and returns what it wrote. */
function draw(isTTY: boolean, quiet: boolean, updates: number, columns = 60): string[] {
  const written: string[] = [];
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const progress = new Progress({ isTTY, columns, write: (text: string) => written.push(text) }, quiet);
  for (let i = 1; i <= updates; i++) {
    now += 50;
    progress.update(i / updates, i * 1000);
  }
  progress.end();
  return written;
}

it('the bar is drawn on a terminal, within its width, and removed', () => {
  const written = draw(true, false, 40);
  expect(written.length).toBeGreaterThan(10);
  expect(written.at(-1)).toBe('\r\x1b[K');
  expect(written[5]).toMatch(/^\r█+.?░+ +\d+ % {2}[\d,]+ rows {2}.* left/);
  for (const text of written) expect(text.replaceAll('\r', '').replaceAll('\x1b[K', '').length).toBeLessThanOrEqual(60);
});

it.each([8, 20, 30])('on a terminal of %i columns nothing wraps', (columns) => {
  for (const text of draw(true, false, 40, columns))
    expect(text.replaceAll('\r', '').replaceAll('\x1b[K', '').length).toBeLessThan(columns);
});

it('there is no bar without a terminal, with --quiet, or for a run that is over at once', () => {
  expect(draw(false, false, 40)).toEqual([]);
  expect(draw(true, true, 40)).toEqual([]);
  expect(draw(true, false, 3)).toEqual([]);
});
