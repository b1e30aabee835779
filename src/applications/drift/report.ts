/** What a monitor reports: features with the cells that make their drift, and a sentence. */
import { contributions } from '../../index.js';
import { formatNumber } from '../../report/format.js';
import type { Interval } from '../statistics/intervals.js';
import type { Thresholds } from './thresholds.js';

/** A cell that adds to a feature's drift. */
export interface CellReport {
  readonly cell: string;
  /** Shares. */
  readonly baseline: number;
  readonly window: number;
  /** What it adds to the Jensen–Shannon divergence, in nats. */
  readonly js: number;
}

export interface FeatureReport {
  readonly feature: string;
  readonly kind: 'numeric' | 'categorical';
  /** D(window‖baseline) and back, Jensen–Shannon, and the population stability index; Infinity where one side has a cell that the other lacks (js stays finite). */
  readonly kl: number;
  readonly klReverse: number;
  readonly js: number;
  readonly psi: number;
  /** 95 % interval for js. */
  readonly interval: Interval;
  /** Two-sample G-test of the counts, with a cell for each category, or 64 by a hash where not all are kept; of a decaying window's weighted counts as if of `size` rows. */
  readonly g: number;
  readonly df: number;
  readonly pValue: number;
  /** By Holm's method over all features: compare it with the false-alarm rate. */
  readonly adjusted: number;
  readonly drifted: boolean;
  readonly thresholds: Thresholds;
  readonly top: readonly CellReport[];
}

export interface DriftReport {
  /** Rows that were seen, what they are worth (sliding, decaying), and rows of the baseline. */
  readonly rows: number;
  readonly size: number;
  readonly baselineRows: number;
  readonly falseAlarmRate: number;
  readonly alarm: boolean;
  /** Strongest evidence first. */
  readonly features: readonly FeatureReport[];
  readonly sentence: string;
}

/** The cells that add most, of the shares p of a window and q of the baseline; column −1 stands for cells that neither has. */
export function topCells(p: Float64Array, q: Float64Array, columns: Int32Array, names: readonly string[], top: number): CellReport[] {
  const middle = p.map((share, i) => (share + (q[i] as number)) / 2);
  const [a, b] = [contributions(p, middle, { kind: 'nonNegative' }), contributions(q, middle, { kind: 'nonNegative' })];
  return Array.from(columns, (column, i) => ({
    cell: names[column] ?? '',
    baseline: q[i] as number,
    window: p[i] as number,
    js: ((a[i] as number) + (b[i] as number)) / 2,
  }))
    .filter(({ js }, i) => js > 0 && (columns[i] as number) >= 0)
    .sort((one, other) => other.js - one.js)
    .slice(0, top);
}

/** A smaller p-value has left the range of doubles on its way, and is told as below this one. */
const LEAST = 1e-300;

export function sentenceOf(drifted: readonly FeatureReport[], features: number): string {
  if (drifted.length === 0) return `None of ${features} features has drifted beyond chance.`;
  const percent = (share: number) => `${formatNumber(100 * share, 3)} %`;
  const told = drifted.slice(0, 3).map(({ feature, top: [cell], adjusted }) => {
    const change = cell === undefined ? '' : `: ${cell.cell} went from ${percent(cell.baseline)} to ${percent(cell.window)}`;
    return `${feature}${change} (p ${adjusted < LEAST ? `< ${LEAST}` : `= ${formatNumber(adjusted, 2)}`})`;
  });
  const rest = drifted.length > 3 ? ` and ${drifted.length - 3} more` : '';
  return `${drifted.length} of ${features} features drifted: ${told.join('; ')}${rest}.`;
}
