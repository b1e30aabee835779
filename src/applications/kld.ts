/**
 * A model against the base logits of another in llama.cpp's files: the perplexity tool's report in its own names, order and digits, and beside it what the
 * figures are when rows are distributions. Token by token, in memory that hardly grows. The reader of the files is `openSource` on the command line; `parseBaseLogits` and `decodeRow` serve other places.
 */
import { type Core, logits, type Matrix, matrix, SurprisalError } from '../index.js';
import { Narrow, storageOf } from '../rows/narrow.js';
import { argumentError, checkObject, checkOptions, INTERVAL_RULES, type OptionRules, required, unchecked, whole } from './input/options.js';
import { Compatible, type CompatibleReport } from './kld/compatible.js';
import { Corrected, type CorrectedReport, type TailMass } from './kld/corrected.js';
import { compareToken, emptyToken, type TokenValues } from './kld/tokens.js';
import { largestPlaces } from './input/largest.js';
import { type Fault, relocated } from './input/relocated.js';
import { toMatrix } from './input/tensor.js';

export { type BaseLogitsLayout, decodeRow, layOut, parseBaseLogits, type RowPrefix } from '../io/baseLogitsLayout.js';
export type { CompatibleReport, Ranks, Running, Uncertain } from './kld/compatible.js';
export type { CorrectedReport, TailMass, WorstToken } from './kld/corrected.js';
export type { Estimate } from './statistics/blockSums.js';
export type { Interval } from './statistics/intervals.js';
export { compatibleText, LEAST_TOKENS } from './kld/text.js';

export interface KldOptions {
  /** Rows that a chunk has: the tool's running figures are of whole chunks, and intervals come from drawing chunks anew. */
  readonly rowsPerChunk: number;
  /** Of intervals; 0.95 when left out. */
  readonly level?: number | undefined;
  /** How often chunks are drawn anew; 2,000 when left out. */
  readonly replicates?: number | undefined;
  /** Of the draws; 1 when left out: the same call gives the same intervals. */
  readonly seed?: number | undefined;
  /** How many of the worst tokens to name; 5 when left out. */
  readonly worst?: number | undefined;
  readonly core?: Core | undefined;
}

/** Rows of a base-logits file, as `openSource` reads them. */
export interface BaseRows {
  /** Decoded log-probabilities, row after row. */
  readonly data: Float32Array;
  readonly rows: number;
  /** The token that came next, of each row. */
  readonly targets: Int32Array;
  /** What code 0 stands for in each row. */
  readonly floors: Float32Array;
  /** How far the codes of each row reach: scale·65535. */
  readonly spans: Float32Array;
}

export interface KldReport {
  /** What the tool would print. */
  readonly compatible: CompatibleReport;
  readonly corrected: CorrectedReport;
}

/** What is told of a token, in this order; nats, and logarithms to base e. */
export const TOKEN_COLUMNS = [
  ...['chunk', 'row', 'target', 'nll', 'nll_base', 'kld', 'delta_p', 'same_top'],
  ...['kl', 'kl_with_tail', 'reverse_kl', 'js', 'tail_mass'],
] as const;

/** Windows of the codes in nats: upstream's, and a fork's. A row whose codes reach so far has been cut there. */
const WINDOWS = [16, 24];
const WINDOW_TOLERANCE = 1e-3;

/** Smaller masses of the second model's tail are added up anew: single floats lose digits of terms below 2⁻¹²⁶, and all of those below 2⁻¹⁵⁰. */
const LEAST_MASS = 2 ** -80;

const RULES: OptionRules = { rowsPerChunk: required(whole(1)), ...INTERVAL_RULES, worst: whole(0), core: unchecked };

/**
 * Compares rows of a base-logits file with another model's logits for the same tokens: `add` blocks in order, then `report`.
 *
 * @example
 * const comparison = new KldComparison({ rowsPerChunk: layout.rowsPerChunk });
 * for await (const { base, other } of blocks) comparison.add(base, other);
 * compatibleText(comparison.report().compatible).join('\n');
 */
export class KldComparison {
  readonly #rowsPerChunk: number;
  readonly #core: Core | undefined;
  readonly #compatible = new Compatible();
  readonly #corrected: Corrected;
  readonly #token = emptyToken();
  #singles = new Float32Array(0);
  /** A row's classes within the window, and one for those below: of the base, and of the other. */
  #heads: readonly [Float32Array, Float32Array] = [new Float32Array(0), new Float32Array(0)];
  #row = 0;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor(options: KldOptions) {
    checkOptions(options, RULES);
    const { rowsPerChunk, level = 0.95, replicates = 2000, seed = 1, worst = 5, core } = options;
    this.#rowsPerChunk = rowsPerChunk;
    this.#core = core;
    this.#corrected = new Corrected({ rowsPerChunk, level, replicates, seed, worst });
  }

  /**
   * Takes in the next rows.
   *
   * @param base  rows of the base file
   * @param other logits of the other model for the same rows, or its log-probabilities
   * @returns     what is told of each token: rows × TOKEN_COLUMNS
   *
   * @throws {SurprisalError} ERR_SHAPE · ERR_DOMAIN (NaN or Infinity, with row and column); nothing has been taken in then
   */
  add(base: BaseRows, other: Matrix): Float64Array {
    const { rows, cols } = toMatrix('other', other);
    checkBase(base, rows, cols);
    const { data, targets, floors } = base;
    checkTargets(targets, rows, cols);
    const options = { core: this.#core };
    const stored = matrix(data, rows, cols);
    const named = ({ argument, row, column }: Fault) => ({ argument: argument === 'a' ? 'base.data' : 'other', row, column });
    const kl = relocated(() => logits.klDivergence(stored, other, options), named);
    const reverse = logits.klDivergence(other, stored, options);
    const js = logits.jensenShannonDivergence(stored, other, options);
    const [normalizers, baseNormalizers] = [logits.logSumExp(other, options), logits.logSumExp(stored, options)];
    const singles = this.#toSingles(other);
    const token = this.#token;
    const told = new Float64Array(rows * TOKEN_COLUMNS.length);
    for (let i = 0, to = 0; i < rows; i++, to += TOKEN_COLUMNS.length) {
      const [at, target, floor] = [i * cols, targets[i] as number, floors[i] as number];
      compareToken(data, singles, at, cols, target, floor, token);
      this.#compatible.add(token);
      const rowSum = Math.exp(baseNormalizers[i] as number);
      const tail = isCut(base.spans[i] as number) ? tailOf(token, floor, rowSum) : undefined;
      const values = { kl: kl[i] as number, reverse: reverse[i] as number, js: js[i] as number };
      const withTail = tail === undefined ? values.kl : this.#klWithTail(data, singles, at, cols, floor, tail, normalizers[i] as number);
      const nll = (normalizers[i] as number) - (singles[at + target] as number);
      const nllBase = (baseNormalizers[i] as number) - (data[at + target] as number);
      const deltaP = Math.exp(-nll) - Math.exp(-nllBase);
      const squaredDeltaP = deltaP * deltaP;
      const [top5, top10] = topAgreement(data, singles, at, cols);
      const below = tail !== undefined && data[at + target] === floor;
      const { sameTop } = token;
      this.#corrected.add({
        ...{ ...values, withTail, nll, nllBase, deltaP, squaredDeltaP, top5, top10, target, below, rowSum, tail },
        sameTop: Number(sameTop),
      });
      const [chunk, row] = [Math.floor(this.#row / this.#rowsPerChunk), this.#row % this.#rowsPerChunk];
      told.set([chunk, row, target, token.nll, token.nllBase, token.kld, token.deltaP, Number(sameTop)], to);
      told.set([values.kl, withTail, values.reverse, values.js, tail?.base ?? 0], to + 8);
      this.#row++;
      if (row === this.#rowsPerChunk - 1) this.#compatible.endChunk();
    }
    return told;
  }

  /** The logits as float32, which the tool has. */
  #toSingles({ data, dtype }: Matrix): Float32Array {
    if (data instanceof Float32Array) return data;
    if (this.#singles.length < data.length) this.#singles = new Float32Array(data.length);
    new Narrow(data, storageOf(data, dtype)).write(0, data.length, this.#singles, 0);
    return this.#singles;
  }

  /** KL over the classes within the window and one that holds all others: by data processing it is at most that over all classes. */
  #klWithTail(
    base: Float32Array,
    other: Float32Array,
    at: number,
    cols: number,
    floor: number,
    tail: TailMass,
    normalizer: number,
  ): number {
    if (this.#heads[0].length <= cols) this.#heads = [new Float32Array(cols + 1), new Float32Array(cols + 1)];
    const [p, q] = this.#heads;
    const length = gather(base, other, at, cols, floor, p, q);
    p[length] = Math.log(tail.base);
    q[length] = tail.other > LEAST_MASS ? normalizer + Math.log(tail.other) : logSumBelow(base, other, at, cols, floor);
    return logits.klDivergence(p.subarray(0, length + 1), q.subarray(0, length + 1), { core: this.#core });
  }

  /** What has been found so far: plain data. */
  report(): KldReport {
    return { compatible: this.#compatible.report(), corrected: this.#corrected.report() };
  }
}

/** Puts the classes within the window side by side; returns how many they are. Those below are written over by the next. */
function gather(
  base: Float32Array,
  other: Float32Array,
  at: number,
  cols: number,
  floor: number,
  p: Float32Array,
  q: Float32Array,
): number {
  let length = 0;
  for (let i = at; i < at + cols; i++) {
    const logP = base[i] as number;
    p[length] = logP;
    q[length] = other[i] as number;
    length += logP === floor ? 0 : 1;
  }
  return length;
}

/** log Σ e^logit over the classes below the window, by the largest of them. */
function logSumBelow(base: Float32Array, other: Float32Array, at: number, cols: number, floor: number): number {
  let most = -Infinity;
  for (let i = at; i < at + cols; i++) if (base[i] === floor) most = Math.max(most, other[i] as number);
  if (most === -Infinity) return most;
  let sum = 0;
  for (let i = at; i < at + cols; i++) if (base[i] === floor) sum += Math.exp((other[i] as number) - most);
  return most + Math.log(sum);
}

function isCut(span: number): boolean {
  return WINDOWS.some((window) => Math.abs(span - window) < WINDOW_TOLERANCE);
}

/** The base's mass below the window is what the other classes leave of 1, and at most what it would be if all of them stood at the window's end. */
function tailOf({ floors, floorMass }: TokenValues, floor: number, rowSum: number): TailMass | undefined {
  if (floors === 0) return undefined;
  const atEnd = floors * Math.exp(floor);
  return { base: Math.min(Math.max(0, 1 - (rowSum - atEnd)), atEnd), stored: atEnd / rowSum, other: floorMass };
}

/** Share of the base's 5 and 10 most likely tokens that are among as many of the other's. */
function topAgreement(base: Float32Array, other: Float32Array, at: number, cols: number): [number, number] {
  const [p, q] = [largestPlaces(base, at, at + cols, 10), largestPlaces(other, at, at + cols, 10)];
  const common = (k: number) => {
    const [few, among] = [p.slice(0, k), q.slice(0, k)];
    return few.filter((place) => among.includes(place)).length / few.length;
  };
  return [common(5), common(10)];
}

function checkTargets(targets: Int32Array, rows: number, cols: number): void {
  for (let row = 0; row < rows; row++) {
    const value = targets[row] as number;
    if (value >= 0 && value < cols) continue;
    const place = { argument: 'base.targets', row, value, expected: `a token, 0 to ${cols - 1}` };
    throw new SurprisalError('ERR_DOMAIN', `"base.targets" row ${row} expected ${place.expected}, got ${value}`, place);
  }
}

/** One entry a row in each array, and `cols` in `data`. */
function checkBase(base: BaseRows, rows: number, cols: number): void {
  checkObject('base', base, 'rows of a base-logits file: { data, rows, targets, floors, spans }');
  if (base.rows !== rows) throw argumentError('ERR_SHAPE', 'other', `${String(base.rows)} rows, as the base has`, rows);
  const lengths = { data: rows * cols, targets: rows, floors: rows, spans: rows } as const;
  for (const [name, length] of Object.entries(lengths)) {
    const array = base[name as keyof typeof lengths];
    const expected = `a typed array of ${length}`;
    if (!(array instanceof Float32Array || array instanceof Int32Array)) throw argumentError('ERR_KIND', `base.${name}`, expected, array);
    if (array.length < length) throw argumentError('ERR_SHAPE', `base.${name}`, expected, array.length);
  }
}
