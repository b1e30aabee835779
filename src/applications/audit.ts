/**
 * What the usual tools would have answered: each tool's convention, written out in a few lines, runs over the user's own rows and is compared with
 * surprisal's answer in the same quantity. Differences of unit and reduction are told as such and are no errors.
 */
import { type Core, klDivergence, logits, type Matrix, type Vector } from '../index.js';
import { type Arithmetic, type Convention, QUANTITIES, type Quantity, type Reading } from './audit/peers/convention.js';
import { CONVENTIONS, READINGS } from './audit/conventions.js';
import { isSingleFloat, sumGapOf, widen } from './audit/operands.js';
import { type Kind, RowMaker } from './audit/rows.js';
import { type Counts, Tally } from './audit/tally.js';
import { oneForAll, relocate, truthOf } from './audit/truth.js';
import { headline, oneNumber, verdict } from './audit/words.js';
import { type RowsLike, sliceRows, toMatrix } from './input/tensor.js';
import {
  argumentError,
  checkList,
  checkOptions,
  notNegative,
  oneOf,
  optionError,
  type OptionRules,
  unchecked,
  whole,
} from './input/options.js';

export type { Arithmetic, Convention, PeerRow, Quantity, Reading } from './audit/peers/convention.js';
export type { Kind } from './audit/rows.js';
export type { Counts, Decisions, WorstRow } from './audit/tally.js';
export { CONVENTIONS, READINGS };

export interface AuditOptions {
  /** What the numbers are; probabilities when left out. Tools that take no counts or logits are handed shares, or the softmax. */
  readonly as?: Kind | undefined;
  /** Logits are divided by it; 1 when left out. */
  readonly temperature?: number | undefined;
  /** Counts decisions `value > threshold` that change, in the nats of each quantity. */
  readonly threshold?: number | undefined;
  /** How many of the worst rows to name for each convention; 3 when left out. */
  readonly worst?: number | undefined;
  readonly core?: Core | undefined;
}

/** What became of one convention. Answers are compared in nats, whatever its unit. */
export interface ConventionReport extends Omit<Convention, 'answer'>, Counts {
  /** Mean of its answers over rows, in its own unit: the number its user would see. */
  readonly mean: number;
  /** The same in a sentence. */
  readonly verdict: string;
}

/** One number for the whole file, by a call that is easily taken for the mean. */
export interface ReadingReport extends Omit<Reading, 'part'> {
  readonly value: number;
  /** The mean KL divergence, in nats. */
  readonly expected: number;
}

export interface AuditReport {
  readonly rows: number;
  readonly cols: number;
  readonly as: Kind;
  readonly temperature: number;
  /** The floats of the data, 'f32' for narrower ones too: tools that follow them compute in these. */
  readonly dtype: 'f32' | 'f64';
  readonly headline: string;
  /** Means of surprisal's answers, in nats; Infinity where a row is. */
  readonly means: Readonly<Record<Quantity, number>>;
  /** Rows where surprisal's answer is Infinity. */
  readonly infinite: Readonly<Record<Quantity, number>>;
  /** How far the sum of a row of probabilities is from 1, at most; 0 for counts and logits. */
  readonly sumGap: number;
  /** Rows whose Σ p·log(p/q), taken as given, is truly below 0 as their sums differ: no arithmetic mends those, dividing by the sum does. */
  readonly negativeAsGiven: number;
  readonly conventions: readonly ConventionReport[];
  readonly readings: readonly ReadingReport[];
  /** surprisal's own answer for KL on float32 data, which float64 data do not need: there it is the reference itself. */
  readonly own?: Counts | undefined;
}

const KINDS: readonly Kind[] = ['probabilities', 'counts', 'logits'];
const RULES: OptionRules = { as: oneOf(...KINDS), temperature: unchecked, threshold: notNegative, worst: whole(0), core: unchecked };

/** Entries that are widened and looked at together: memory stays flat however many rows there are. */
const BLOCK_ENTRIES = 2 ** 14;

/**
 * Audits row blocks as they come: `add` them in order, then `report`. The report does not depend on how rows are cut into blocks, and auditors of
 * parts merge.
 *
 * @example
 * const auditor = new Auditor({ as: 'logits' });
 * for await (const { p, q } of blocks) auditor.add(p, q);
 * auditor.report().headline;
 */
export class Auditor {
  readonly #as: Kind;
  readonly #temperature: number;
  readonly #threshold: number | undefined;
  readonly #core: Core | undefined;
  readonly #tallies: ReadonlyMap<Convention, Tally>;
  readonly #own: Tally;
  readonly #means = new Map<Convention, number>();
  readonly #readings = new Map<Reading, number>();
  readonly #truths = new Map<Quantity, number>();
  readonly #infinite = new Map<Quantity, number>();
  #makers: Readonly<Record<'f32' | 'f64', RowMaker>> | undefined;
  #dtype: 'f32' | 'f64' | undefined;
  #rows = 0;
  #cols = 0;
  #sumGap = 0;
  #negativeAsGiven = 0;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor(options: AuditOptions = {}) {
    const { as, temperature, threshold, worst, core } = checkAuditOptions(options);
    this.#as = as ?? 'probabilities';
    this.#temperature = temperature ?? 1;
    this.#threshold = threshold;
    this.#core = core;
    const top = worst ?? 3;
    this.#tallies = new Map(CONVENTIONS.map((convention) => [convention, new Tally(threshold, top)]));
    this.#own = new Tally(threshold, top);
  }

  /**
   * Audits some rows; a vector for q serves every row.
   *
   * @param ids names of the rows, for the worst of them
   * @throws {SurprisalError} as {@link audit}; rows before the one at fault may have been counted
   */
  add(p: RowsLike, q: RowsLike, ids?: readonly string[]): this {
    const [P, Q] = [toMatrix('p', p), toMatrix('q', q)];
    const shared = isVector(q) && !isVector(p);
    if (P.cols !== Q.cols) throw argumentError('ERR_SHAPE', 'q', `${P.cols} columns, as in "p"`, Q.cols);
    if (!shared && P.rows !== Q.rows) throw argumentError('ERR_SHAPE', 'q', `${P.rows} rows, as in "p"`, Q.rows);
    if (ids !== undefined) {
      const expected = `an array of ${P.rows} names, one a row`;
      checkList('ids', ids, expected);
      if (ids.length !== P.rows) throw argumentError('ERR_SHAPE', 'ids', expected, ids.length);
    }
    if (this.#rows > 0 && P.cols !== this.#cols)
      throw argumentError('ERR_SHAPE', 'p', `${this.#cols} columns, as in the rows before`, P.cols);
    const dtype = isSingleFloat(P) && isSingleFloat(Q) ? 'f32' : 'f64';
    if (this.#dtype !== undefined && this.#dtype !== dtype)
      throw argumentError('ERR_SHAPE', 'p', `the dtype of the rows before, ${this.#dtype}`, dtype);
    this.#dtype = dtype;
    this.#cols = P.cols;
    const make = (of: 'f32' | 'f64') => new RowMaker(this.#as, of, P.cols, this.#temperature);
    this.#makers ??= { f32: make('f32'), f64: make('f64') };
    const count = Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(1, P.cols)));
    for (let start = 0; start < P.rows || start === 0; start += count) {
      const rows = Math.min(count, P.rows - start);
      try {
        this.#addBlock(sliceRows(P, start, rows), shared ? Q : sliceRows(Q, start, rows), shared, ids?.slice(start, start + rows));
      } catch (error) {
        throw relocate(error, start);
      }
    }
    return this;
  }

  #addBlock(p: Matrix, q: Matrix, shared: boolean, ids: readonly string[] | undefined): void {
    const [wideP, wideQ] = [widen(p), widen(q)];
    const against = shared ? oneForAll(wideQ) : wideQ;
    const truths = {} as Record<Quantity, Float64Array>;
    for (const quantity of QUANTITIES) truths[quantity] = truthOf(this.#as, quantity, wideP, against, this.#temperature, this.#core);
    if (this.#as === 'probabilities') {
      this.#sumGap = Math.max(this.#sumGap, sumGapOf('p', p, wideP, false), sumGapOf('q', q, wideQ, shared));
      for (const value of klDivergence(wideP, against, { normalize: false, core: this.#core })) if (value < 0) this.#negativeAsGiven++;
    }
    const dtype = this.#dtype as 'f32' | 'f64';
    const own = dtype === 'f32' ? this.#ownAnswers(p, shared ? oneForAll(q) : q) : undefined;
    const makers = this.#makers as Readonly<Record<'f32' | 'f64', RowMaker>>;
    /** What has been answered for a row: a reading may be made of the same. */
    const answers = new Map<Convention['answer'], number>();
    for (let i = 0; i < p.rows; i++) {
      const row = this.#rows++;
      for (const maker of Object.values(makers)) maker.set(wideP.data, i * p.cols, wideQ.data, shared ? 0 : i * p.cols);
      const made = (arithmetic: Arithmetic) => makers[arithmetic === 'data' ? dtype : arithmetic];
      for (const quantity of QUANTITIES) {
        const truth = truths[quantity][i] as number;
        addTo(this.#truths, quantity, truth);
        addTo(this.#infinite, quantity, truth === Infinity ? 1 : 0);
      }
      answers.clear();
      for (const [convention, tally] of this.#tallies) {
        const answer = convention.answer(made(convention.arithmetic));
        answers.set(convention.answer, answer);
        addTo(this.#means, convention, answer);
        tally.add(row, ids?.[i], convention.unit === 'bits' ? answer * Math.LN2 : answer, truths[convention.quantity][i] as number);
      }
      for (const reading of READINGS) addTo(this.#readings, reading, answers.get(reading.part) ?? reading.part(made(reading.arithmetic)));
      if (own !== undefined) this.#own.add(row, ids?.[i], own[i] as number, truths.kl[i] as number);
    }
  }

  #ownAnswers(p: Matrix, q: Matrix | Vector): Float64Array {
    if (this.#as !== 'logits') return klDivergence(p, q, { core: this.#core });
    return logits.klDivergence(p, q, { temperature: this.#temperature, core: this.#core });
  }

  /**
   * Takes in what another auditor of the same options has found; its rows count on from those here.
   *
   * @throws {SurprisalError} ERR_SHAPE where columns or dtype differ · ERR_KIND for anything but an auditor of the same `as`, `temperature` and `threshold`
   */
  merge(other: Auditor): this {
    const isAlike = other instanceof Auditor && other.#as === this.#as && other.#temperature === this.#temperature;
    if (!isAlike || other.#threshold !== this.#threshold) throw argumentError('ERR_KIND', 'other', 'an Auditor of the same options', other);
    if (other.#rows === 0) return this;
    if (this.#rows > 0 && (this.#cols !== other.#cols || this.#dtype !== other.#dtype))
      throw argumentError(
        'ERR_SHAPE',
        'other',
        `${this.#cols} columns of ${this.#dtype}, as in the rows before`,
        `${other.#cols} of ${other.#dtype}`,
      );
    for (const [convention, tally] of this.#tallies) tally.merge(other.#tallies.get(convention) as Tally, this.#rows);
    this.#own.merge(other.#own, this.#rows);
    for (const [key, value] of other.#means) addTo(this.#means, key, value);
    for (const [key, value] of other.#readings) addTo(this.#readings, key, value);
    for (const [key, value] of other.#truths) addTo(this.#truths, key, value);
    for (const [key, value] of other.#infinite) addTo(this.#infinite, key, value);
    this.#rows += other.#rows;
    this.#cols = other.#cols;
    this.#dtype = other.#dtype;
    this.#sumGap = Math.max(this.#sumGap, other.#sumGap);
    this.#negativeAsGiven += other.#negativeAsGiven;
    return this;
  }

  /** What has been found so far: plain data. */
  report(): AuditReport {
    const rows = this.#rows;
    const of = (make: (quantity: Quantity) => number) =>
      Object.fromEntries(QUANTITIES.map((quantity) => [quantity, make(quantity)])) as Record<Quantity, number>;
    const means = of((quantity) => (this.#truths.get(quantity) ?? NaN) / rows);
    const readings = READINGS.map((reading) => {
      const { part: _, ...told } = reading;
      const parts = reading.over === 'rows' ? rows : rows * this.#cols;
      return { ...told, value: (this.#readings.get(reading) ?? NaN) / parts, expected: means.kl };
    });
    const { call, value, expected } = readings.find(({ name }) => name === 'torch-mean') as ReadingReport;
    const counted = [...this.#tallies].map(([convention, tally]) => ({ ...convention, ...tally.report() }));
    return {
      rows,
      cols: this.#cols,
      as: this.#as,
      temperature: this.#temperature,
      dtype: this.#dtype ?? 'f64',
      headline: `${headline(counted)} ${oneNumber(call, value, expected)}`,
      means,
      infinite: of((quantity) => this.#infinite.get(quantity) ?? 0),
      sumGap: this.#sumGap,
      negativeAsGiven: this.#negativeAsGiven,
      conventions: CONVENTIONS.map((convention, i) => {
        const { answer: _, ...found } = counted[i] as Convention & Counts;
        return { ...found, mean: (this.#means.get(convention) ?? NaN) / rows, verdict: verdict(found) };
      }),
      readings,
      own: this.#dtype === 'f32' ? this.#own.report() : undefined,
    };
  }
}

/**
 * Says what the usual tools would have answered on these rows, beside surprisal's answer: rows negative, NaN, wrongly finite or infinite, errors,
 * changed decisions, and the rows to look at.
 *
 * @param p       the reference: a vector, or rows as matrices and tensors hold them; not modified
 * @param q       the approximation, likewise; a vector serves every row
 * @param options as, temperature, threshold, worst, core
 * @returns       a plain object: see AuditReport
 *
 * Shapes      p, q: rows × cols, or cols
 * Units       answers are compared in nats; a unit or reduction of its own is told with each convention and is no error
 * Edge cases  float32, float16 and bfloat16 data are handed as float32 to tools that follow the data; probabilities must sum to 1 within 1e-3
 * Accuracy    compared with surprisal in float64 over the same entries: relative error ≤ 32·2⁻⁵³ — npm run conformance
 * Source      each convention names its own; test/applications/audit.test.ts holds them against the tools that the machine has
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * audit([0.5, 0.5, 0], [0.5, 0.5, 0]).conventions.find(({ name }) => name === 'ml-distance-kl')?.verdict; // 'NaN in 1 of 1 row'
 */
export function audit(p: RowsLike, q: RowsLike, options?: AuditOptions): AuditReport {
  return new Auditor(options).add(p, q).report();
}

function addTo<Key>(sums: Map<Key, number>, key: Key, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

/** An array, or the bits of one with their name. */
function isVector(value: unknown): value is Vector {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return true;
  return typeof value === 'object' && value !== null && 'data' in value && 'dtype' in value && !('rows' in value);
}

function checkAuditOptions(options: AuditOptions): AuditOptions {
  checkOptions(options, RULES);
  const { as, temperature } = options;
  if (temperature !== undefined && (as !== 'logits' || !(temperature > 0 && temperature < Infinity)))
    throw optionError('temperature', temperature, "a finite number > 0, beside as: 'logits'");
  return options;
}
