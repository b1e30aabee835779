/** What a feature looked like when the model was deployed: cells and their counts, as plain data. */
import { argumentError, checkNames, checkWhole, optionError } from '../statistics/options.js';
import { type Binning, BINNINGS, binOf, edgesOf } from './bins.js';

/** One observation: a value a feature. null, undefined, NaN and '' are missing. */
export type Row = Readonly<Record<string, unknown>>;

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
}

export type BaselineFeature = NumericFeature | CategoricalFeature;

/** A baseline is JSON: store it beside the model, and load it anywhere. */
export interface Baseline {
  readonly format: 'surprisal-drift';
  readonly version: 1;
  readonly rows: number;
  readonly features: readonly BaselineFeature[];
}

export interface FeatureOptions {
  readonly kind?: 'numeric' | 'categorical' | undefined;
  /** 'quantile' when left out: cells of about equal counts. */
  readonly binning?: Binning | undefined;
  /** Cells for 'quantile'; 10 when left out. */
  readonly bins?: number | undefined;
  /** For 'fixed'. */
  readonly edges?: readonly number[] | undefined;
}

export interface BaselineOptions extends Omit<FeatureOptions, 'kind' | 'edges'> {
  /** Options of single features, by name; only these are taken where `only` says so. */
  readonly features?: Readonly<Record<string, FeatureOptions>> | undefined;
  /** Categories that are kept, most frequent first; rarer ones are "other". 50 when left out. */
  readonly categories?: number | undefined;
}

export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'number' && Number.isNaN(value));
}

/** Fits cells and counts to the rows of the baseline. */
export function fitCells(rows: readonly Row[], options: BaselineOptions): Baseline {
  checkNames(options, ['features', 'categories', 'binning', 'bins']);
  if (!Array.isArray(rows) || rows.length === 0) throw argumentError('ERR_EMPTY', 'rows', 'one row or more', 'none');
  const names = [...new Set(rows.flatMap((row: Row) => Object.keys(row)))];
  const unknown = Object.keys(options.features ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) throw optionError('features', unknown, `names of features: ${names.slice(0, 12).join(', ')}`);
  const features = names.map((name) =>
    fitFeature(name, rows, { binning: options.binning, bins: options.bins, ...options.features?.[name] }, options.categories ?? 50),
  );
  return { format: 'surprisal-drift', version: 1, rows: rows.length, features };
}

function fitFeature(name: string, rows: readonly Row[], options: FeatureOptions, most: number): BaselineFeature {
  checkNames(options, ['kind', 'binning', 'bins', 'edges']);
  checkWhole('bins', options.bins, 2);
  if (options.binning !== undefined && !BINNINGS.includes(options.binning))
    throw optionError('binning', options.binning, BINNINGS.join(', '));
  const values = rows.map((row) => row[name]);
  const present = values.filter((value) => !isMissing(value));
  const kind = options.kind ?? (present.length > 0 && present.every((value) => typeof value === 'number') ? 'numeric' : 'categorical');
  if (kind === 'numeric') {
    const at = values.findIndex((value) => !isMissing(value) && !(typeof value === 'number'));
    if (at >= 0) throw argumentError('ERR_KIND', 'rows', `a number for "${name}"`, values[at], { row: at });
    const edges = edgesOf(Float64Array.from(present as number[]), options);
    return counted({ name, kind, edges, counts: [] }, values);
  }
  const frequent = new Map<string, number>();
  for (const value of present) frequent.set(String(value), (frequent.get(String(value)) ?? 0) + 1);
  const categories = [...frequent].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most);
  return counted({ name, kind, categories: categories.map(([category]) => category), counts: [] }, values);
}

function counted(feature: BaselineFeature, values: readonly unknown[]): BaselineFeature {
  const counts = new Array<number>(cellsOf(feature)).fill(0);
  const cell = cellFinder(feature);
  for (const value of values) {
    const at = cell(value);
    counts[at] = (counts[at] as number) + 1;
  }
  return { ...feature, counts };
}

export function cellsOf(feature: BaselineFeature): number {
  return feature.kind === 'numeric' ? feature.edges.length + 2 : feature.categories.length + 2;
}

/** The cell of a value. A text where numbers were, or the other way round, counts as what it says, or as missing. */
export function cellFinder(feature: BaselineFeature): (value: unknown) => number {
  const missing = cellsOf(feature) - 1;
  if (feature.kind === 'numeric') {
    const { edges } = feature;
    return (value) => {
      const x = typeof value === 'number' ? value : isMissing(value) ? NaN : Number(value);
      return Number.isNaN(x) ? missing : binOf(edges, x);
    };
  }
  const places = new Map(feature.categories.map((category, i) => [category, i]));
  return (value) => (isMissing(value) ? missing : (places.get(String(value)) ?? missing - 1));
}

/** Names of the cells, as a report shows them. */
export function cellNames(feature: BaselineFeature): string[] {
  if (feature.kind === 'categorical') return [...feature.categories, '(other)', '(missing)'];
  const { edges } = feature;
  const text = (x: number) => Number(x.toPrecision(4)).toString();
  if (edges.length === 0) return ['(any number)', '(missing)'];
  const inner = edges.slice(1).map((edge, i) => `${text(edges[i] as number)} to ${text(edge)}`);
  return [`< ${text(edges[0] as number)}`, ...inner, `≥ ${text(edges.at(-1) as number)}`, '(missing)'];
}

/** @throws {SurprisalError} ERR_KIND where it is no baseline of this version */
export function checkBaseline(baseline: unknown): asserts baseline is Baseline {
  const { format, version, features } = (baseline ?? {}) as Partial<Baseline>;
  if (format !== 'surprisal-drift' || version !== 1 || !Array.isArray(features))
    throw argumentError(
      'ERR_KIND',
      'baseline',
      "a baseline made by fitBaseline: format 'surprisal-drift', version 1",
      format === undefined ? baseline : `${format} ${version}`,
    );
  if (features.length === 0) throw argumentError('ERR_EMPTY', 'baseline', 'one feature or more', 'none');
  for (const [row, feature] of (features as readonly BaselineFeature[]).entries())
    if (!isFeature(feature))
      throw argumentError(
        'ERR_DOMAIN',
        'baseline',
        'a feature with a name, rising edges or categories, and a count ≥ 0 for each of its cells',
        feature?.name,
        { row },
      );
}

/** JSON comes from anywhere. */
function isFeature(feature: BaselineFeature): boolean {
  if (typeof feature !== 'object' || feature === null || typeof feature.name !== 'string') return false;
  const { kind, counts } = feature;
  if (kind !== 'numeric' && kind !== 'categorical') return false;
  const cells: readonly unknown[] = kind === 'numeric' ? feature.edges : feature.categories;
  if (!Array.isArray(cells) || !Array.isArray(counts) || counts.length !== cellsOf(feature)) return false;
  const rises = (edge: number, i: number) => Number.isFinite(edge) && (i === 0 || edge > (cells[i - 1] as number));
  const good = kind === 'numeric' ? feature.edges.every(rises) : feature.categories.every((name) => typeof name === 'string');
  return good && counts.every((count) => count >= 0 && count < Infinity) && counts.some((count) => count > 0);
}
