/** What is counted for one convention while rows go by, in memory that does not grow with them. */
import { Distribution, quantile } from '../../report/distribution.js';
import { Leading } from '../../report/leading.js';

/** One of the rows to look at. */
export interface WorstRow {
  readonly row: number;
  readonly id?: string | undefined;
  /** What the tool answers, turned into nats. */
  readonly answer: number;
  readonly truth: number;
}

/** Decisions `value > threshold` that come out differently. */
export interface Decisions {
  readonly threshold: number;
  /** Rows above it by the tool; in truth as many, less those raised, plus those missed. */
  readonly above: number;
  readonly changed: number;
  /** Above by the tool, not above in truth. */
  readonly raised: number;
  /** Above in truth, not above by the tool; NaN is above nothing. */
  readonly missed: number;
}

export interface Counts {
  readonly rows: number;
  /** Below 0, whatever the truth is. */
  readonly negative: number;
  readonly nan: number;
  /** Infinite where the truth is finite. */
  readonly infinite: number;
  /** Finite where the truth is Infinity, but for what is below 0: each row is counted once. */
  readonly finite: number;
  /** Not 0 where p and q are the same distribution; not among the errors, for no number is near to 0 relatively. */
  readonly nonzero: number;
  /** Rows without one right digit: NaN, negative, wrongly finite or infinite, or off by more than 10 %. */
  readonly wrong: number;
  /** Rows that have a relative error: truth and answer finite, truth above 0. */
  readonly compared: number;
  /** Relative errors; NaN where no row has one. The median is exact up to 32,768 rows, then within 2 %. */
  readonly medianError: number;
  readonly worstError: number;
  readonly decisions?: Decisions | undefined;
  readonly worst: readonly WorstRow[];
}

const KEPT_ERRORS = 2 ** 15;
const ERROR_BITS = 17;

/** From which relative error on a row has no right digit. */
const NO_DIGIT = 0.1;

const NOTHING = { rows: 0, negative: 0, nan: 0, infinite: 0, finite: 0, nonzero: 0, wrong: 0, compared: 0, above: 0, raised: 0, missed: 0 };

/** Whether an answer has no right digit: NaN, negative, wrongly finite or infinite, or off by more than 10 %. */
export function isWrong(answer: number, truth: number): boolean {
  if (!(answer >= 0) || (answer === Infinity) !== (truth === Infinity)) return true;
  return truth > 0 && truth < Infinity && Math.abs(answer - truth) > NO_DIGIT * truth;
}

export class Tally {
  readonly #threshold: number | undefined;
  readonly #errors = new Distribution(KEPT_ERRORS, ERROR_BITS);
  readonly #counts = { ...NOTHING };
  #worstError = 0;
  /** By severity. */
  readonly #worst: Leading<WorstRow>;

  /** @param top how many of the worst rows to keep */
  constructor(threshold: number | undefined, top: number) {
    this.#threshold = threshold;
    this.#worst = new Leading(top);
  }

  add(row: number, id: string | undefined, answer: number, truth: number): void {
    const counts = this.#counts;
    counts.rows++;
    if (this.#threshold !== undefined) {
      if (answer > this.#threshold) counts.above++;
      if (answer > this.#threshold && !(truth > this.#threshold)) counts.raised++;
      if (truth > this.#threshold && !(answer > this.#threshold)) counts.missed++;
    }
    if (Object.is(answer, truth) || answer === truth) {
      if (truth > 0 && truth < Infinity) this.#addError(0);
      return;
    }
    const severity = this.#judge(answer, truth);
    if (severity > 0 && severity > this.#worst.least) this.#worst.add(severity, { row, id, answer, truth });
  }

  /** Counts a row that is not exactly right; the larger the result, the sooner someone should look at it. */
  #judge(answer: number, truth: number): number {
    const counts = this.#counts;
    if (isWrong(answer, truth)) counts.wrong++;
    if (Number.isNaN(answer)) counts.nan++;
    else if (!Number.isFinite(answer)) counts.infinite++;
    else if (answer < 0) counts.negative++;
    else if (truth === Infinity) counts.finite++;
    if (!Number.isFinite(answer) || truth === Infinity) return Infinity;
    if (truth === 0) {
      counts.nonzero++;
      return Math.abs(answer);
    }
    const error = Math.abs(answer - truth) / truth;
    this.#addError(error);
    return error;
  }

  #addError(error: number): void {
    this.#counts.compared++;
    this.#errors.add(error);
    if (error > this.#worstError) this.#worstError = error;
  }

  /** @param offset what the other's rows are to be counted on from */
  merge(other: Tally, offset: number): void {
    for (const name of Object.keys(NOTHING) as (keyof typeof NOTHING)[]) this.#counts[name] += other.#counts[name];
    this.#errors.merge(other.#errors);
    this.#worstError = Math.max(this.#worstError, other.#worstError);
    for (const { rank, item } of other.#worst.ranked()) this.#worst.add(rank, { ...item, row: item.row + offset });
  }

  report(): Counts {
    const { above, raised, missed, ...counts } = this.#counts;
    return {
      ...counts,
      medianError: quantile(this.#errors.sorted(), 0.5),
      worstError: counts.compared === 0 ? NaN : this.#worstError,
      decisions:
        this.#threshold === undefined ? undefined : { threshold: this.#threshold, above, changed: raised + missed, raised, missed },
      worst: this.#worst.items(),
    };
  }
}
