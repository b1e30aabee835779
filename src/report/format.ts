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

/** A count with separators: `65,536`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `1 row`, `2 rows`. */
export function formatRows(value: number): string {
  return `${formatCount(value)} ${value === 1 ? 'row' : 'rows'}`;
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

/** Lines of a table: numbers to the right, texts to the left, two spaces between columns. */
export function formatTable(rows: readonly (readonly string[])[], left: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (left.includes(i) ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
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
