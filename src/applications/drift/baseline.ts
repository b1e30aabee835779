/** What a feature looked like when the model was deployed: cells and their counts, as plain data. */
import { argumentError, checkOptions, oneOf, optionError, type OptionRules, unchecked, whole } from '../input/options.js';
import { type Binning, BINNINGS, edgesOf } from './bins.js';
import { type BaselineFeature, BUCKETS, cellFinder, cellsOf, isMissing, shownCounts, textOf } from './features.js';

/** One observation: a value a feature. null, undefined, NaN and '' are missing. */
export type Row = Readonly<Record<string, unknown>>;

/** A baseline is JSON: store it beside the model, and load it anywhere. */
export interface Baseline {
  readonly format: 'surprisal-drift';
  readonly version: 1;
  readonly rows: number;
  readonly features: readonly BaselineFeature[];
}

export interface FeatureOptions {
  readonly kind?: 'numeric' | 'categorical' | undefined;
  /** 'fixed' where edges are given, else 'quantile': cells of about equal counts. */
  readonly binning?: Binning | undefined;
  /** Cells for 'quantile' alone; 10 when left out. */
  readonly bins?: number | undefined;
  /** For 'fixed' alone. */
  readonly edges?: readonly number[] | undefined;
}

export interface BaselineOptions extends Omit<FeatureOptions, 'kind' | 'edges'> {
  /** Options of single features, by name; only these are taken where `only` says so. */
  readonly features?: Readonly<Record<string, FeatureOptions>> | undefined;
  /** Categories that are kept, most frequent first; rarer ones are "other". 50 when left out. */
  readonly categories?: number | undefined;
}

/** Fits cells and counts to the rows of the baseline. */
export function fitCells(rows: readonly Row[], options: BaselineOptions): Baseline {
  checkOptions(options, { features: unchecked, categories: whole(1), ...BINNING_RULES });
  checkBinning(options);
  if (!Array.isArray(rows) || rows.length === 0) throw argumentError('ERR_EMPTY', 'rows', 'one row or more', 'none');
  const seen = new Set<string>();
  for (const [at, row] of rows.entries()) {
    checkRow(row, at);
    for (const name of Object.keys(row)) seen.add(name);
  }
  const names = [...seen];
  const own = new Map(Object.entries(options.features ?? {}));
  const unknown = [...own.keys()].find((name) => !seen.has(name));
  if (unknown !== undefined) throw optionError('features', unknown, `names of features: ${names.slice(0, 12).join(', ')}`);
  const features = names.map((name) => fitFeature(name, rows, own.get(name) ?? {}, options));
  return { format: 'surprisal-drift', version: 1, rows: rows.length, features };
}

const BINNING_RULES: OptionRules = { binning: oneOf(...BINNINGS), bins: whole(2) };

/** What is asked for must be heeded: the number of cells is for one binning, edges for another. */
function checkBinning({ binning, bins, edges }: FeatureOptions): void {
  if (bins !== undefined && (edges !== undefined || (binning !== undefined && binning !== 'quantile')))
    throw optionError(
      'bins',
      bins,
      `to be left out beside ${edges === undefined ? `binning '${binning}'` : 'edges'}: it is for 'quantile'`,
    );
  if (edges !== undefined && binning !== undefined && binning !== 'fixed')
    throw optionError('edges', edges, `to be left out beside binning '${binning}': they are for 'fixed'`);
}

export function checkRow(row: unknown, at: number): asserts row is Row {
  if (typeof row !== 'object' || row === null) throw argumentError('ERR_KIND', 'rows', 'objects {feature: value}', row, { row: at });
}

function fitFeature(name: string, rows: readonly Row[], own: FeatureOptions, options: BaselineOptions): BaselineFeature {
  checkOptions(own, { kind: oneOf('numeric', 'categorical'), ...BINNING_RULES, edges: unchecked });
  checkBinning(own);
  const values = rows.map((row) => ownValue(row, name));
  const present = values.filter((value) => !isMissing(value));
  const kind = own.kind ?? (present.length > 0 && present.every((value) => typeof value === 'number') ? 'numeric' : 'categorical');
  if (kind === 'numeric') {
    const at = values.findIndex((value) => !isMissing(value) && !(typeof value === 'number'));
    if (at >= 0) throw argumentError('ERR_KIND', 'rows', `a number for "${name}"`, values[at], { row: at });
    const binning =
      own.binning ?? (own.edges !== undefined ? 'fixed' : own.bins !== undefined ? 'quantile' : (options.binning ?? 'quantile'));
    const edges = edgesOf(Float64Array.from(present as number[]), { binning, bins: own.bins ?? options.bins ?? 10, edges: own.edges });
    return counted({ name, kind, edges, counts: [] }, values);
  }
  const idle = (['binning', 'bins', 'edges'] as const).find((option) => own[option] !== undefined);
  if (idle !== undefined) throw optionError(idle, own[idle], `to be left out for "${name}": it has categories`);
  const frequent = new Map<string, number>();
  for (const [at, value] of values.entries()) {
    if (isMissing(value)) continue;
    const text = textOf(value, name, at);
    frequent.set(text, (frequent.get(text) ?? 0) + 1);
  }
  const categories = [...frequent].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, options.categories ?? 50);
  return counted({ name, kind, categories: categories.map(([category]) => category), counts: [] }, values);
}

/** Of the row itself: every object has a `constructor`. */
export function ownValue(row: Row, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function counted(feature: BaselineFeature, values: readonly unknown[]): BaselineFeature {
  const cells = cellsOf(feature);
  const others = feature.kind === 'numeric' ? 1 : BUCKETS;
  const all = new Float64Array(cells + others - 1);
  const cell = cellFinder(feature, others);
  for (const [row, value] of values.entries()) {
    const at = cell(value, row);
    all[at] = (all[at] as number) + 1;
  }
  const counts = Array.from(shownCounts(all, cells));
  if (feature.kind === 'numeric' || counts.at(-2) === 0) return { ...feature, counts };
  return { ...feature, counts, others: [all[cells - 2] as number, ...all.subarray(cells)] };
}

/** @throws {SurprisalError} ERR_KIND where it is no baseline of this version */
export function checkBaseline(baseline: unknown): asserts baseline is Baseline {
  const { format, version, features, rows } = (baseline ?? {}) as Partial<Baseline>;
  if (format !== 'surprisal-drift' || version !== 1 || !Array.isArray(features))
    throw argumentError(
      'ERR_KIND',
      'baseline',
      "a baseline made by fitBaseline: format 'surprisal-drift', version 1",
      format === undefined ? baseline : `${String(format)} ${String(version)}`,
    );
  if (features.length === 0) throw argumentError('ERR_EMPTY', 'baseline', 'one feature or more', 'none');
  if (!Number.isSafeInteger(rows) || (rows as number) < 1)
    throw argumentError('ERR_DOMAIN', 'baseline', 'a whole number of rows, 1 or more', rows);
  for (const [row, feature] of (features as readonly BaselineFeature[]).entries())
    if (!isFeature(feature, rows as number))
      throw argumentError(
        'ERR_DOMAIN',
        'baseline',
        `a feature with a name, rising edges or categories, and a whole count ≥ 0 for each of its cells, ${rows} in all`,
        feature?.name,
        { row },
      );
}

/** JSON comes from anywhere. */
function isFeature(feature: BaselineFeature, rows: number): boolean {
  if (typeof feature !== 'object' || feature === null || typeof feature.name !== 'string') return false;
  const { kind, counts } = feature;
  if (kind !== 'numeric' && kind !== 'categorical') return false;
  const cells: readonly unknown[] = kind === 'numeric' ? feature.edges : feature.categories;
  if (!Array.isArray(cells) || !Array.isArray(counts) || counts.length !== cellsOf(feature)) return false;
  const rises = (edge: number, i: number) => Number.isFinite(edge) && (i === 0 || edge > (cells[i - 1] as number));
  const good = kind === 'numeric' ? feature.edges.every(rises) : feature.categories.every((name) => typeof name === 'string');
  if (kind === 'categorical' && feature.others !== undefined && !sumsTo(feature.others, counts.at(-2))) return false;
  return good && sumsTo(counts, rows);
}

function sumsTo(counts: unknown, all: number): boolean {
  const isCount = (count: unknown) => Number.isSafeInteger(count) && (count as number) >= 0;
  return Array.isArray(counts) && counts.length > 0 && counts.every(isCount) && counts.reduce((sum, count) => sum + count, 0) === all;
}
