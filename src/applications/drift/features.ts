/** Features of a baseline, their cells, and which of them a value falls into. */
import { parseNumber } from '../../io/csvNumber.js';
import { argumentError } from '../input/options.js';
import { above, binOf } from './bins.js';

export interface NumericFeature {
  readonly name: string;
  readonly kind: 'numeric';
  /** Ascending; cell 0 lies below the first, the last cell from the last one on. */
  readonly edges: readonly number[];
  /** A count a cell; then that of missing values. */
  readonly counts: readonly number[];
}

export interface CategoricalFeature {
  readonly name: string;
  readonly kind: 'categorical';
  readonly categories: readonly string[];
  /** A count a category; then those of other values, and of missing ones. */
  readonly counts: readonly number[];
  /** Where not all categories are kept: other values by a hash of their text. */
  readonly others?: readonly number[] | undefined;
}

export type BaselineFeature = NumericFeature | CategoricalFeature;

export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'number' && Number.isNaN(value));
}

export function cellsOf(feature: BaselineFeature): number {
  return feature.kind === 'numeric' ? feature.edges.length + 2 : feature.categories.length + 2;
}

/** Buckets of a hash, where not all categories are kept. */
export const BUCKETS = 64;
/** For each category that is kept: so many cells for what the baseline has never seen, and no fewer than for four. */
const FRESH = 16;
const FEWEST = 4;

/**
 * In how many cells other values are counted, by a hash of their text. A cell for all of them would be chosen by the very rows that are then counted: several rare
 * categories that missed the baseline by chance would look like one that is new and frequent.
 */
export function otherCellsOf(feature: BaselineFeature): number {
  if (feature.kind === 'numeric') return 1;
  return feature.counts.at(-2) === 0 ? FRESH * Math.max(FEWEST, feature.categories.length) : (feature.others?.length ?? 1);
}

/** Counts with all other values in one cell, as reports show them. */
export function shownCounts(counts: Float64Array, cells: number): Float64Array {
  const folded = counts.slice(0, cells);
  folded[cells - 2] = counts.subarray(cells).reduce((sum, count) => sum + count, folded[cells - 2] as number);
  return folded;
}

/**
 * Counts of a window and of the baseline in cells that the baseline's rows have not chosen, for the test. Where all of its categories are kept, each is a cell. Else the most
 * frequent ones are kept, and are so by luck, too: they are rarer ever after. Then all categories are counted by their hash.
 */
export function testedCounts(
  feature: BaselineFeature,
  counts: Float64Array,
): { readonly window: Float64Array; readonly baseline: Float64Array } {
  if (feature.kind === 'numeric' || feature.others === undefined)
    return { window: counts, baseline: Float64Array.from(counts, (_, cell) => feature.counts[cell] ?? 0) };
  const { categories, others } = feature;
  const own = categories.map((category) => bucketOf(category, others.length));
  const byHash = (kept: ArrayLike<number>, rest: ArrayLike<number>) => {
    const buckets = Float64Array.from(
      { length: others.length + 1 },
      (_, bucket) => rest[bucket] ?? (kept[categories.length + 1] as number),
    );
    for (const [i, bucket] of own.entries()) buckets[bucket] = (buckets[bucket] as number) + (kept[i] as number);
    return buckets;
  };
  const rest = [counts[categories.length] as number, ...counts.subarray(categories.length + 2)];
  return { window: byHash(counts, rest), baseline: byHash(feature.counts, others) };
}

/**
 * The cell of a value. Where numbers were, a text counts as the number that it says, as tables are read ('3', ' 3.5 ', '1e3'), and all else that is no number as
 * missing: spaces, true, [] and dates say none. Where categories were, a value counts as its text.
 *
 * @param others cells for other values: the first stands before the one of missing values, the rest after it
 */
export function cellFinder(feature: BaselineFeature, others: number): (value: unknown, row: number) => number {
  const missing = cellsOf(feature) - 1;
  if (feature.kind === 'numeric') {
    const { edges } = feature;
    return (value) => {
      const x = numberOf(value);
      return Number.isNaN(x) ? missing : binOf(edges, x);
    };
  }
  const places = new Map(feature.categories.map((category, i) => [category, i]));
  return (value, row) => {
    if (isMissing(value)) return missing;
    const text = textOf(value, feature.name, row);
    const place = places.get(text);
    if (place !== undefined) return place;
    const bucket = bucketOf(text, others);
    return bucket === 0 ? missing - 1 : missing + bucket;
  };
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' ? (parseNumber(value) ?? NaN) : NaN;
}

/** A short text that other features or cells have not. */
export function fingerprintOf(features: readonly BaselineFeature[]): string {
  const text = JSON.stringify(features.map((feature) => [feature.name, feature.kind === 'numeric' ? feature.edges : feature.categories]));
  return STARTS.map((start) => hashOf(text, start).toString(16).padStart(8, '0')).join('');
}

/** The first is FNV-1a's own. */
const STARTS = [0x811c9dc5, 0x9e3779b9] as const;

/** FNV-1a alone spreads short texts badly: its bits are mixed as those of MurmurHash3 are at its end. */
function bucketOf(text: string, buckets: number): number {
  let hash = hashOf(text, STARTS[0]);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % buckets;
}

/** FNV-1a of 32 bits. */
function hashOf(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Names of the cells, as a report shows them. */
export function cellNames(feature: BaselineFeature): string[] {
  if (feature.kind === 'categorical') return [...feature.categories, '(other)', '(missing)'];
  const { edges } = feature;
  const text = (x: number) => Number(x.toPrecision(4)).toString();
  if (edges.length === 0) return ['(any number)', '(missing)'];
  // Between two neighbours there is one value alone.
  const isAlone = (i: number) => edges[i + 1] === above(edges[i] as number);
  const from = (i: number) => text(edges[i] as number);
  const inner = edges.slice(1).map((edge, i) => (isAlone(i) ? from(i) : `${from(i)} to ${text(edge)}`));
  const last = edges.length - 1;
  const open = last > 0 && isAlone(last - 1) ? `> ${from(last - 1)}` : `≥ ${from(last)}`;
  return [`< ${from(0)}`, ...inner, open, '(missing)'];
}

/** Not every object has a text. */
export function textOf(value: unknown, name: string, row: number): string {
  try {
    return String(value);
  } catch {
    throw argumentError('ERR_KIND', 'rows', `a value with a text for "${name}"`, value, { row });
  }
}
