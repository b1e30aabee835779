/** How far a student agrees with its teacher, row by row and in the whole. */
import { Leading } from '../../report/leading.js';
import { quantile } from '../../report/distribution.js';
import { type Core, type Floats, logits, SurprisalError } from '../../index.js';
import { largestPlaces } from '../input/largest.js';
import { anyWhole, checkBeside, checkOptions, INTERVAL_RULES, type OptionRules, positive, unchecked, whole } from '../input/options.js';
import { relocated } from '../input/relocated.js';
import { type RowsLike, toRows } from '../input/tensor.js';
import { BlockSums, type Estimate } from '../statistics/blockSums.js';
import { checkLabels, countedRows, type Labels, placeIn } from './rows.js';

export interface AgreementOptions {
  /** Both logits are divided by it; 1 when left out. */
  readonly temperature?: number | undefined;
  /** Rows that go together, the tokens of a text: intervals come from drawing such blocks anew. 1 when left out. */
  readonly block?: number | undefined;
  /** How many of the largest classes are compared, beside the largest alone; 5 when left out. */
  readonly topK?: number | undefined;
  /** How many of the worst rows to name; 5 when left out. */
  readonly worst?: number | undefined;
  /** The label of rows to leave out; −100 when left out. */
  readonly ignore?: number | undefined;
  /** Of intervals; 0.95 when left out. */
  readonly level?: number | undefined;
  /** How often blocks are drawn anew; 2,000 when left out. */
  readonly replicates?: number | undefined;
  /** Of the draws; 1 when left out. */
  readonly seed?: number | undefined;
  readonly core?: Core | undefined;
}

/** One of the rows where the student is farthest from its teacher. */
export interface WorstRow {
  readonly row: number;
  readonly kl: number;
  readonly teacherTop: number;
  readonly studentTop: number;
  readonly label?: number | undefined;
}

export interface AgreementReport {
  readonly rows: number;
  readonly temperature: number;
  /** KL(teacher ‖ student), in nats a row. */
  readonly kl: Estimate;
  readonly reverseKl: Estimate;
  readonly jensenShannon: Estimate;
  /** Share of rows with the same largest class. */
  readonly sameTop: Estimate;
  /** Share of the teacher's k largest classes that are among the student's. */
  readonly topAgreement: Estimate;
  readonly topK: number;
  /** Entropy of the student less that of the teacher: below 0 where the student is surer. */
  readonly entropyGap: Estimate;
  /** Of the label's probability, student less teacher: mean and root mean square; of labelled rows alone. */
  readonly deltaP?: { readonly mean: Estimate; readonly rms: Estimate } | undefined;
  /** KL(teacher ‖ student) at these shares of rows, by the percentage. */
  readonly quantiles: Readonly<Record<string, number>>;
  readonly worst: readonly WorstRow[];
}

const RULES: OptionRules = {
  temperature: positive,
  block: whole(1),
  topK: whole(1),
  worst: whole(0),
  ignore: anyWhole,
  ...INTERVAL_RULES,
  core: unchecked,
};

const NAMES = ['kl', 'reverse', 'js', 'sameTop', 'topAgreement', 'entropyGap', 'deltaP', 'squaredDeltaP'] as const;
const PERCENTAGES = [1, 5, 25, 50, 75, 95, 99] as const;

/**
 * Compares student and teacher block by block: `add` rows in order, then `report`. Keeps 8 bytes a row, for the quantiles.
 *
 * @example
 * new Agreement().add(teacher, student, labels).report().sameTop; // { value: 0.96, interval: [0.95, 0.97] }
 */
export class Agreement {
  readonly #options: AgreementOptions;
  readonly #sums: BlockSums<(typeof NAMES)[number]>;
  readonly #topK: number;
  readonly #kls: number[] = [];
  readonly #worst: Leading<WorstRow>;
  #given = 0;
  #labelled = true;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor(options: AgreementOptions = {}) {
    checkOptions(options, RULES);
    this.#options = options;
    this.#topK = options.topK ?? 5;
    const { block = 1, level = 0.95, replicates = 2000, seed = 1 } = options;
    this.#sums = new BlockSums(NAMES, { block, level, replicates, seed });
    this.#worst = new Leading(options.worst ?? 5);
  }

  /**
   * Takes in the next rows.
   *
   * @param teacher logits, of the kinds that `distillationLoss` takes
   * @param student likewise
   * @param labels  one class a row; rows whose label is `ignore` are left out
   *
   * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_DOMAIN · ERR_ZERO_ROW, rows counted from the first of these; none of them has been taken in then
   */
  add(teacher: RowsLike, student: RowsLike, labels?: Labels): this {
    const { temperature = 1, ignore = -100, core } = this.#options;
    const [t, s] = [toRows('teacher', teacher), toRows('student', student)];
    if (t.rows !== s.rows || t.cols !== s.cols)
      throw new SurprisalError('ERR_SHAPE', `"student" expected ${t.rows} × ${t.cols}, as "teacher" has, got ${s.rows} × ${s.cols}`, {
        argument: 'student',
      });
    checkBeside(this.#options, 'ignore', 'labels', labels !== undefined);
    const read = labels === undefined ? undefined : checkLabels(labels, t.rows, t.cols, ignore);
    const rows = countedRows(t, s, { labels: read, mask: undefined }, 0);
    if (rows.count > 0) {
      const options = { temperature, core };
      const pair = [rows.teacher, rows.student] as const;
      const values = {
        kl: relocated(() => logits.klDivergence(...pair, options), placeIn(rows)), // which looks both through
        reverse: logits.klDivergence(rows.student, rows.teacher, options),
        js: logits.jensenShannonDivergence(...pair, options),
        entropy: logits.entropy(rows.teacher, options),
        studentEntropy: logits.entropy(rows.student, options),
      };
      const [ofTeacher, ofStudent] = pair.map((side) =>
        rows.labels === undefined ? undefined : logits.surprisal(side, rows.labels, options),
      );
      this.#labelled &&= rows.labels !== undefined;
      for (let i = 0; i < rows.count; i++) {
        const [p, q] = pair.map(({ data, cols }) => largestPlaces(data as Floats, i * cols, (i + 1) * cols, Math.max(this.#topK, 1))) as [
          number[],
          number[],
        ];
        const kl = values.kl[i] as number;
        const deltaP = Math.exp(-(ofStudent?.[i] ?? NaN)) - Math.exp(-(ofTeacher?.[i] ?? NaN));
        this.#sums.add({
          kl,
          reverse: values.reverse[i] as number,
          js: values.js[i] as number,
          sameTop: Number(p[0] === q[0]),
          topAgreement: p.filter((place) => q.includes(place)).length / p.length,
          entropyGap: (values.studentEntropy[i] as number) - (values.entropy[i] as number),
          deltaP,
          squaredDeltaP: deltaP * deltaP,
        });
        this.#kls.push(kl);
        const [teacherTop, studentTop] = [p[0] as number, q[0] as number];
        this.#worst.add(kl, { row: this.#given + rows.row(i), kl, teacherTop, studentTop, label: rows.labels?.[i] });
      }
    }
    this.#given += t.rows;
    return this;
  }

  /** What has been found so far: plain data. */
  report(): AgreementReport {
    const sums = this.#sums;
    const sorted = { values: Float64Array.from(this.#kls).sort(), total: this.#kls.length };
    return {
      rows: sums.rows,
      temperature: this.#options.temperature ?? 1,
      kl: sums.mean('kl'),
      reverseKl: sums.mean('reverse'),
      jensenShannon: sums.mean('js'),
      sameTop: sums.mean('sameTop'),
      topAgreement: sums.mean('topAgreement'),
      topK: this.#topK,
      entropyGap: sums.mean('entropyGap'),
      deltaP: this.#labelled
        ? { mean: sums.mean('deltaP'), rms: sums.estimate((of, rows) => Math.sqrt(of('squaredDeltaP') / rows)) }
        : undefined,
      quantiles: Object.fromEntries(PERCENTAGES.map((percent) => [percent, quantile(sorted, percent / 100)])),
      worst: this.#worst.items(),
    };
  }
}
