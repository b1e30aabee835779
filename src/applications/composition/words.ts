/** Results as sentences. */
import { formatNumber, formatShare } from '../../report/format.js';
import type { Interval } from '../statistics/intervals.js';

/** What a column had, has, and adds. */
export interface Told {
  readonly name: string;
  readonly p: number;
  readonly q: number;
  readonly added: number;
}

/** `p < 0.001`, `p = 0.012`. */
export function formatP(pValue: number): string {
  return pValue < 1e-4 ? `p < 0.0001` : `p = ${formatNumber(pValue, 2)}`;
}

export function formatInterval([low, high]: Interval, level: number): string {
  return `${formatShare(level)} interval ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
}

/**
 * `S fell from 31 % to 12 %: 0.21 of 0.28 nats, 95 % interval 0.11 to 0.52, p = 0.003.`
 *
 * @param top the column that adds most
 */
export function sentenceOf(
  top: Told,
  total: number,
  measure: string,
  interval: Interval | undefined,
  level: number,
  test: string | undefined,
): string {
  const tail = [interval === undefined ? undefined : formatInterval(interval, level), test].filter((text) => text !== undefined);
  const end = tail.length === 0 ? '.' : `, ${tail.join(', ')}.`;
  if (total === 0) return `No difference: ${measure} 0 nats${end}`;
  const verb = top.p > top.q ? 'rose' : 'fell';
  return `${top.name} ${verb} from ${formatShare(top.q)} to ${formatShare(top.p)}: ${formatNumber(top.added, 2)} of ${formatNumber(total, 2)} nats (${measure})${end}`;
}
