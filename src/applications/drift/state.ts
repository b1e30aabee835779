/** Counters as plain data, and what is asked of them when they come from elsewhere. */
import { argumentError } from '../input/options.js';

/** Counters as plain data: they travel between workers and machines. */
export interface CounterState {
  /** Tells features and their cells from others. */
  readonly cells: string;
  readonly halfLife?: number | undefined;
  readonly rows: number;
  /** The newest row weighs 1. */
  readonly weights: readonly [sum: number, squares: number];
  readonly counts: readonly (readonly number[])[];
  /** The cells of the rows in a sliding window, oldest first. */
  readonly recent?: readonly (readonly number[])[] | undefined;
}

/** What a state must fit. */
interface Counting {
  /** Cells of each feature. */
  readonly lengths: readonly number[];
  readonly cells: string;
  readonly halfLife: number | undefined;
  readonly isSliding: boolean;
}

/** Of sums of weights: decaying ones have been rounded once a row. */
const ROUNDING = 1e-6;

/** @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_DOMAIN: nothing of a state that has come from elsewhere is taken as it is */
export function checkState(state: CounterState, own: Counting): void {
  const { rows, weights, counts, recent, cells, halfLife } = (state ?? {}) as Partial<CounterState>;
  const isMass = (x: unknown) => typeof x === 'number' && x >= 0 && x < Infinity;
  const isWhole = (x: unknown) => isMass(x) && Number.isSafeInteger(x);
  if (!isWhole(rows) || !Array.isArray(weights) || weights.length !== 2 || !weights.every(isMass) || !Array.isArray(counts))
    throw argumentError('ERR_KIND', 'other', 'what state() gives', state);
  const fits = (list: unknown, f: number) => Array.isArray(list) && list.length === own.lengths[f];
  if (cells !== own.cells || counts.length !== own.lengths.length || !counts.every(fits))
    throw argumentError('ERR_SHAPE', 'other', 'counters of the same baseline: the same features and cells', `${counts.length} features`);
  if (own.isSliding !== Array.isArray(recent) || (recent !== undefined && !Array.isArray(recent))) {
    const expected = own.isSliding ? 'counters with a sliding window, as here' : 'counters without a sliding window, as here';
    throw argumentError('ERR_KIND', 'other', expected, 'others');
  }
  if ((halfLife ?? undefined) !== own.halfLife)
    throw argumentError(
      'ERR_KIND',
      'other',
      own.halfLife === undefined ? 'counters that do not decay, as here' : `counters of halfLife ${own.halfLife}, as here`,
      `halfLife ${halfLife}`,
    );
  const isCount = own.halfLife === undefined ? isWhole : isMass;
  for (const [row, list] of (counts as readonly number[][]).entries())
    if (!list.every(isCount))
      throw argumentError(
        'ERR_DOMAIN',
        'other',
        own.halfLife === undefined ? 'whole counts ≥ 0' : 'counts ≥ 0',
        list.find((x) => !isCount(x)),
        { row },
      );
  for (const [row, found] of (recent ?? []).entries()) {
    const isCell = (cell: unknown, f: number) => isWhole(cell) && (cell as number) < (own.lengths[f] as number);
    if (!Array.isArray(found) || found.length !== own.lengths.length || !found.every(isCell))
      throw argumentError('ERR_DOMAIN', 'other', 'a cell a feature in "recent"', found, { row });
  }
  checkSums(state, own);
}

/** Each feature has counted each row; and weights are at most 1. */
function checkSums({ rows, weights: [sum, squares], counts, recent }: CounterState, { halfLife }: Counting): void {
  const near = (x: number, y: number) => Math.abs(x - y) <= ROUNDING * y;
  const counted = recent?.length ?? rows;
  const fits =
    halfLife === undefined
      ? sum === counted && squares === counted && counted <= rows
      : squares <= sum * (1 + ROUNDING) && sum * sum <= rows * squares * (1 + ROUNDING);
  if (!fits) throw argumentError('ERR_DOMAIN', 'other', `weights of ${counted} rows, as it says`, `${sum} and ${squares}`);
  for (const [row, list] of counts.entries()) {
    const all = list.reduce((total, count) => total + count, 0);
    if (!near(all, sum)) throw argumentError('ERR_DOMAIN', 'other', `counts that sum to ${sum}, as its weights do`, all, { row });
  }
}
