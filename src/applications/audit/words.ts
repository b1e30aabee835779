/** What an audit found, in sentences. */
import { formatCount, formatNumber, formatRows } from '../../report/format.js';
import type { Convention } from './peers/convention.js';
import type { Counts } from './tally.js';

/** Relative errors up to this one leave six digits. */
const SIX_DIGITS = 5e-7;

/** A relative error in two digits: `3.1e-7`, `38 %`, `27,000 ×`. */
export function formatError(error: number): string {
  if (Number.isNaN(error)) return '';
  if (error === 0) return '0';
  if (error < 0.001 || error >= 1e6) return `${error.toExponential(1).replace('e+', 'e')}${error < 1 ? '' : ' ×'}`;
  return error < 10 ? `${formatNumber(100 * error, 2)} %` : `${formatCount(Number(error.toPrecision(2)))} ×`;
}

/** Right in every row, to six digits at least. */
export function isRight({ wrong, nonzero, compared, worstError }: Counts): boolean {
  return wrong === 0 && nonzero === 0 && (compared === 0 || worstError <= SIX_DIGITS);
}

/** What happened to one convention: `177 of 466 rows negative, half of the rows off by more than 38 %`. */
export function verdict(counts: Counts): string {
  const { rows, negative, nan, infinite, finite, nonzero, wrong, compared, medianError, worstError, decisions } = counts;
  const parts: string[] = [];
  /** All rows are told once. */
  const of = (n: number, what = '') => `${formatCount(n)}${parts.length === 0 ? ` of ${formatRows(rows)}` : what}`;
  if (nan > 0) parts.push(`NaN in ${of(nan)}`);
  if (negative > 0) parts.push(`${of(negative)} negative`);
  if (infinite > 0) parts.push(`Infinity in ${of(infinite, ' rows')} where the answer is finite`);
  if (finite > 0) parts.push(`a finite number in ${of(finite, ' rows')} where the answer is Infinity`);
  if (compared > 0) {
    if (medianError > 0.1) parts.push(`half of the rows off by more than ${formatError(medianError).replace('×', 'times')}`);
    else if (wrong > nan + negative + infinite + finite) parts.push(`${of(wrong - nan - infinite - finite)} off by more than 10 %`);
    else if (worstError > SIX_DIGITS) parts.push(`off by at most ${formatError(worstError)}`);
    else parts.push(`${nan + infinite + finite > 0 ? 'else ' : ''}right to ${digits(worstError)} digits`);
  }
  if (nonzero > 0) parts.push(`not 0 in ${formatRows(nonzero)} where p and q are equal`);
  if (decisions !== undefined && decisions.changed > 0)
    parts.push(
      `${formatCount(decisions.changed)} ${decisions.changed === 1 ? 'decision changes' : 'decisions change'} at ${formatNumber(decisions.threshold)}`,
    );
  return parts.join(', ') || 'right';
}

/** Decimal digits that a relative error leaves right: 16 at most. */
export function digits(error: number): number {
  return error <= 1e-16 ? 16 : Math.max(0, Math.floor(-Math.log10(2 * error)));
}

type Audited = Convention & Counts;

/** Answers that no distribution has: NaN, below 0, or infinite on one side alone. */
const impossible = ({ nan, negative, infinite, finite }: Counts): number => nan + negative + infinite + finite;

/** Worst first: by impossible answers, by wrong rows, by the median error. */
export function byHarm(a: Counts, b: Counts): number {
  return impossible(b) - impossible(a) || b.wrong - a.wrong || (b.medianError || 0) - (a.medianError || 0);
}

/** The worst KL and the worst of the others, where any row is wrong, and how many are right. Tools that ours were held against are named first. */
export function headline(audited: readonly Audited[]): string {
  const sentences: string[] = [];
  for (const isKl of [true, false]) {
    const group = audited.filter(({ quantity, wrong }) => (quantity === 'kl') === isKl && wrong > 0).sort(byHarm);
    const worst = group.find(({ checked }) => checked === 'tool') ?? group[0];
    if (worst !== undefined) sentences.push(`${worst.title}: ${verdict(worst)}.`);
  }
  const all = audited.length;
  const failing = audited.filter(({ wrong }) => wrong > 0).length;
  const right = audited.filter(isRight).length;
  if (right === all) return `All ${all} conventions are right to 6 digits in every row.`;
  const who = failing === 0 ? 'none has wrong rows' : `${failing} ${failing === 1 ? 'has' : 'have'} wrong rows`;
  sentences.push(
    `Of ${all} conventions ${who}, and ${right === 0 ? 'none' : right} ${right > 1 ? 'are' : 'is'} right to 6 digits in every row.`,
  );
  return sentences.join(' ');
}

/** What the default call of the most used tool says of the whole file. */
export function oneNumber(call: string, value: number, mean: number): string {
  return `As one number for the file, ${call} gives ${formatNumber(value)} where the mean KL is ${formatNumber(mean)}.`;
}
