/** Text as terminals show it: what stands in files has no power over the terminal, and columns meet whatever they hold. */
import { describe, expect, it } from 'vitest';
import { formatName, formatTable, isNarrow, plain, widthOf } from '../../src/report/format.js';

describe('text of others (src/report/format.ts)', () => {
  it('is written on one line, its control characters and turns of direction written out', () => {
    expect(plain('a\nb\r\tc\x1b[31m\x07\u009b1m\u202e\u2028é日👩‍👩‍👧')).toBe(
      'a\\nb\\r\\tc\\u001b[31m\\u0007\\u009b1m\\u202e\\u2028é日👩‍👩‍👧',
    );
  });

  it.each([
    ['abc', 3],
    ['Müller', 6],
    ['Mu\u0308ller', 6],
    ['日本', 4],
    ['ｶ', 1],
    ['Ａ', 2],
    ['👩‍👩‍👧', 2],
    ['☂️', 2],
    ['x → y', 5],
    ['', 0],
  ])('%j takes %i cells', (text, cells) => expect(widthOf(text)).toBe(cells));

  it('takes one cell for each character that it does not look at further: none joins another, and none is wide', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const quick = Array.from({ length: 0x3000 }, (_, unit) => String.fromCharCode(unit)).filter(isNarrow);
    expect(quick.length).toBeGreaterThan(1_400);
    for (const character of quick) {
      expect(character).not.toMatch(/\p{Emoji_Presentation}|\p{M}|[\ufe0f\u200d]/u);
      expect([...segmenter.segment(`a${character}b`)]).toHaveLength(3);
    }
  });

  it('names keep their end, and whole characters', () => {
    expect(formatName('short')).toBe('short');
    expect(formatName('a'.repeat(40))).toBe('a'.repeat(40));
    expect(formatName(`${'a'.repeat(5_000_000)}z`)).toBe(`…${'a'.repeat(38)}z`);
    expect(formatName('日'.repeat(30))).toBe(`…${'日'.repeat(19)}`);
    expect(formatName('👩‍👩‍👧'.repeat(30))).toBe(`…${'👩‍👩‍👧'.repeat(19)}`);
  });

  it('columns meet', () => {
    const lines = formatTable(
      [
        ['日本語', '1', 'x'],
        ['a\nb', '22', 'y'],
      ],
      [0, 2],
    );
    expect(lines).toEqual(['日本語   1  x', 'a\\nb    22  y']);
  });
});
