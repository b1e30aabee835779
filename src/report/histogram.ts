import { quantile, type Sorted } from './distribution.js';
import { formatCount, formatNumber } from './format.js';

/** Counts of values between edges; bin i holds edges[i] ≤ x < edges[i + 1], the last bin its upper edge as well. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly scale: 'linear' | 'log';
  /** Values that are not above 0, where the scale is logarithmic. */
  readonly zeros: number;
}

/** Spread of the middle 80 % from which on a logarithmic scale shows more. */
const WIDE = 50;

/** Round numbers that edges step by, within a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/**
 * Chooses edges at round numbers, about `bins` of them, and counts.
 *
 * @param scale by default logarithmic when the values are wide apart and not negative
 */
export function histogram(sorted: Sorted, bins = 10, scale?: 'linear' | 'log'): Histogram {
  const { values } = sorted;
  if (values.length === 0) return { edges: [], counts: [], scale: 'linear', zeros: 0 };
  const min = values[0] as number;
  const max = values.at(-1) as number;
  const firstPositive = values.find((value) => value > 0) ?? 0;
  const wide = min >= 0 && firstPositive > 0 && quantile(sorted, 0.9) > WIDE * Math.max(quantile(sorted, 0.1), firstPositive);
  const chosen = scale ?? (wide ? 'log' : 'linear');
  const edges = chosen === 'log' ? logEdges(firstPositive, max, bins) : linearEdges(min, max, bins);
  return count(sorted, edges, chosen);
}

/** Counts values between given edges; those outside are left out, those not above 0 of a logarithmic scale are counted apart. */
export function count(sorted: Sorted, edges: readonly number[], scale: 'linear' | 'log' = 'linear'): Histogram {
  const counts = new Array<number>(edges.length - 1).fill(0);
  let zeros = 0;
  let bin = 0;
  for (const [i, value] of sorted.values.entries()) {
    const weight = sorted.weights?.[i] ?? 1;
    if (scale === 'log' && value <= 0) zeros += weight;
    else {
      while (bin < counts.length - 1 && value >= (edges[bin + 1] as number)) bin++;
      if (value >= (edges[0] as number) && value <= (edges[bin + 1] as number)) counts[bin] = (counts[bin] as number) + weight;
    }
  }
  return { edges, counts, scale, zeros };
}

function linearEdges(min: number, max: number, bins: number): number[] {
  if (max - min <= 1e-9 * Math.max(-min, max)) return [min, max]; // too close for round edges
  const rough = (max - min) / bins;
  const power = Number(`1e${Math.floor(Math.log10(rough))}`);
  const step = power * (STEPS.find((size) => size * power >= rough) ?? 10);
  const first = Math.floor(min / step);
  const last = Math.max(first + 1, Math.ceil(max / step));
  // Through decimal text, so that an edge is the double nearest to its round number.
  return Array.from({ length: last - first + 1 }, (_, i) => inRange(Number(((first + i) * step).toPrecision(12))));
}

/** Beyond the largest number there is no round one. */
const inRange = (edge: number): number => Math.min(edge, Number.MAX_VALUE);

/** Edges at powers of ten, every few of them when there are many, or also at 2 and 5 when there are few. */
function logEdges(min: number, max: number, bins: number): number[] {
  const low = Math.floor(Math.log10(min));
  const high = Math.max(low + 1, Math.ceil(Math.log10(max)));
  const digits = (high - low) * 3 <= bins ? [1, 2, 5] : [1];
  const stride = digits.length > 1 ? 1 : Math.ceil((high - low) / (1.5 * bins));
  const edges: number[] = [];
  for (let power = low; power < high + stride; power += stride)
    for (const digit of digits) edges.push(inRange(Number(`${digit}e${power}`)));
  const from = Math.max(0, edges.filter((edge) => edge <= min).length - 1);
  const to = edges.findIndex((edge) => edge >= max);
  return edges.slice(from, to < 0 ? undefined : Math.max(to, from + 1) + 1);
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of block characters, `width` cells when `value` is `max`; what is not 0 shows at least an eighth of a cell. */
export function bar(value: number, max: number, width: number): string {
  if (value <= 0 || max <= 0) return '';
  const eighths = Math.max(1, Math.round((8 * width * value) / max));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

/** One line a bin: its edges, a bar, its count; then the rows that have no place on the axis. */
export function drawHistogram(
  shown: Histogram,
  infinite: number,
  width: number,
  paint: (bar: string) => string = (text) => text,
): string[] {
  const lines: [label: string, count: number][] = shown.counts.map((n, i) => [label(shown.edges, i), n]);
  if (shown.zeros > 0) lines.unshift(['0', shown.zeros]);
  if (infinite > 0) lines.push(['Infinity', infinite]);
  const labels = Math.max(...lines.map(([text]) => text.length));
  const numbers = Math.max(...lines.map(([, n]) => formatCount(n).length));
  const most = Math.max(...lines.map(([, n]) => n));
  const room = width - labels - numbers - 4;
  return lines.map(([text, n]) => {
    const drawn = bar(n, most, room);
    return `${text.padStart(labels)} │${paint(drawn)}${' '.repeat(room - drawn.length)}  ${formatCount(n).padStart(numbers)}`;
  });
}

function label(edges: readonly number[], bin: number): string {
  const from = edges[bin] as number;
  const to = edges[bin + 1] as number;
  const [first, last] = [formatNumber(from), formatNumber(to)];
  return first === last ? first : `${first} – ${last}`;
}
