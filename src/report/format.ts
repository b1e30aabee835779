/** Numbers, times and lines as people read them. */

/** A number with `digits` significant digits and no idle zeros: `0.4236`, `12`, `1.2e-7`, `Infinity`. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  const [mantissa = '', exponent = '0'] = size.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 9) return `${value < 0 ? '-' : ''}${trimZeros(mantissa)}e${power}`;
  return trimZeros(value.toFixed(Math.max(0, digits - 1 - power)));
}

/** The same, and a dash for NaN: what cannot be told of so few values. */
export function formatKnown(value: number, digits?: number): string {
  return Number.isNaN(value) ? '–' : formatNumber(value, digits);
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A count with separators: `65,536`. Not by `Intl`, whose first use takes 30 ms, a tenth of a second on a slow machine. */
export function formatCount(value: number): string {
  return value.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 row`, `2 rows`. */
export function formatRows(value: number): string {
  return `${formatCount(value)} ${value === 1 ? 'row' : 'rows'}`;
}

/** `1 column`, `2 columns`. */
export function formatColumns(value: number): string {
  return `${formatCount(value)} ${value === 1 ? 'column' : 'columns'}`;
}

/** A share as a percentage: `95 %`, `0.3 %`. */
export function formatShare(value: number): string {
  return `${formatNumber(100 * value, Math.abs(value) < 0.1 ? 2 : 3)} %`;
}

/** A time with its unit: `0.8 ms`, `2.4 s`, `3 min 10 s`. */
export function formatTime(seconds: number): string {
  if (seconds < 1) return `${formatNumber(1000 * seconds, 2)} ms`;
  if (seconds < 120) return `${formatNumber(seconds, 3)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A rate with k, M or G: `12.3 M`. */
export function formatRate(value: number): string {
  for (const [size, unit] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const) {
    if (value >= size) return `${formatNumber(value / size, 3)}${unit}`;
  }
  return formatNumber(value, 3);
}

/** What moves the cursor, breaks the line or turns the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text of others on one line, without power over the terminal: such characters are written out, `\n`, `\u001b`. */
export function plain(text: string): string {
  return text.replace(UNPRINTABLE, (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Characters that a terminal draws two cells wide: East Asian ones and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
/** Each one cell, and none that changes another: Latin, Greek, dashes, arrows, signs of mathematics, boxes and blocks. Others wait for `Intl`, 30 ms at its first use. */
const NARROW = /^[\u0020-\u02ff\u0370-\u03ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u259f]*$/;

export const isNarrow = (text: string): boolean => NARROW.test(text);

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Cells that a text takes on a terminal. */
export function widthOf(text: string): number {
  if (isNarrow(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cells of a name in a table; longer ones lose their beginning. */
const LONGEST_NAME = 40;

/** A name or id of others as a cell of a table. */
export function formatName(text: string): string {
  const whole = plain(text);
  const end = whole.slice(-16 * LONGEST_NAME); // an id may be a megabyte; what a reader sees as one character may be 16 units
  if (end === whole && widthOf(whole) <= LONGEST_NAME) return whole;
  let [kept, room] = ['', LONGEST_NAME - 1];
  for (const { segment } of Array.from(graphemes(end)).reverse()) {
    room -= widthOf(segment);
    if (room < 0) break;
    kept = segment + kept;
  }
  return `…${kept}`;
}

/** Lines of a table: numbers to the right, texts to the left, two spaces between columns. */
export function formatTable(rows: readonly (readonly string[])[], left: readonly number[] = []): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths: number[] = [];
  for (const row of cells) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  return cells.map((row) =>
    row
      .map((cell, i) => {
        const gap = ' '.repeat((widths[i] as number) - widthOf(cell));
        return left.includes(i) ? cell + gap : gap + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Words on lines of at most `width`; a number and its % stay together. */
export function wrap(text: string, width: number): string[] {
  return fill(text.split(/ (?!%)/), width, ' ');
}

/** Puts pieces on lines of at most `width`. */
export function fill(pieces: readonly string[], width: number, between = '   '): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + between.length + piece.length <= width) lines[lines.length - 1] = last + between + piece;
    else lines.push(piece);
  }
  return lines;
}
