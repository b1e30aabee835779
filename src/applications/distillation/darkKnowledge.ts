/** What a teacher knows beyond its labels: the chain rule splits each KL into the label against the rest, and the classes among the rest. */
import { type Core, contributions, type Floats, logits, type Matrix, SurprisalError } from '../../index.js';
import { anyWhole, argumentError, checkOptions, type OptionRules, positive, unchecked, whole } from '../input/options.js';
import { relocated } from '../input/relocated.js';
import { type RowsLike, sliceRows, toFloats, toMatrix } from '../input/tensor.js';
import { type KnowledgePair, LikelyPairs, PairTable, type Shares, weighted } from './pairTables.js';
import { type Counted, checkLabels, countedRows, type FloatRows, type Labels, placeIn } from './rows.js';

export type { KnowledgePair } from './pairTables.js';

export interface DarkKnowledgeOptions {
  /** Both logits are divided by it; 1 when left out. */
  readonly temperature?: number | undefined;
  /** The label of rows to leave out; −100 when left out. */
  readonly ignore?: number | undefined;
  /** How many pairs of classes to name; 10 when left out. */
  readonly pairs?: number | undefined;
  readonly core?: Core | undefined;
}

/** Means over the rows that are counted, in nats. kl = target + rest. */
export interface DarkKnowledgeReport {
  readonly rows: number;
  readonly temperature: number;
  /** KL(teacher ‖ student). */
  readonly kl: number;
  /** Of the label against all other classes together. */
  readonly target: number;
  /** Among the other classes, weighted by their mass under the teacher, 1 − p_label: what is in the teacher's outputs and in no label. */
  readonly rest: number;
  /** The same without the weight, and the mean weight: at temperature 1 it is small for a sure teacher, which is why the temperature is raised. */
  readonly restUnweighted: number;
  readonly restMass: number;
  /** The three of each row; 0 for rows that are left out. */
  readonly perRow: { readonly kl: Float64Array; readonly target: Float64Array; readonly rest: Float64Array };
  /**
   * The pairs that add most to `rest`, largest first; they and the others add up to it. Above 1,024 classes no table of all pairs is kept: they are of those that are among the 16 largest
   * of some row, which leaves out a pair only if it is small everywhere.
   */
  readonly pairs: readonly KnowledgePair[];
}

const RULES: OptionRules = {
  temperature: positive,
  ignore: anyWhole,
  pairs: whole(0),
  core: unchecked,
};

/** Beyond this many classes a table of all pairs is not kept, and rows are gone through twice. */
const MOST_CLASSES = 1024;
const BLOCK_ENTRIES = 2 ** 17;

/**
 * Splits KL(teacher ‖ student) by the chain rule: KL of the label against the rest, plus 1 − p_label times the KL among the rest.
 *
 * @param teacher logits, of the kinds that `distillationLoss` takes
 * @param student likewise, of the same shape
 * @param labels  one class a row
 * @param options temperature, ignore, pairs, core
 *
 * Shapes      teacher, student: rows × cols, cols ≥ 2 · labels: rows
 * Units       nats
 * Edge cases  two classes have a rest of one class: its part is 0 · a teacher that masks all but the label has no rest: 0 · a class of the rest that the
 *             student alone masks: Infinity · every row ignored: means are NaN, of no rows
 * Accuracy    parts as `logits.klDivergence`, each by itself and not as a difference, with the log-sum of the rest by the engine's exponential,
 *             rounded as a logit is: of models that are close `target` is right to about u/√target, relatively, u one rounding step of the largest logit over T
 *             (1.3e-5 at 2e-23)
 * Source      chain rule of relative entropy, T. M. Cover, J. A. Thomas, Elements of Information Theory, 2.5; as a view of distillation: B. Zhao et al.,
 *             arXiv:2203.08679 (2022)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * darkKnowledge([2, 1, 0], [2, 0, 1], [0]).target; // 0: both give the label the same share
 */
export function darkKnowledge(
  teacher: RowsLike,
  student: RowsLike,
  labels: Labels,
  options: DarkKnowledgeOptions = {},
): DarkKnowledgeReport {
  checkOptions(options, RULES);
  const { temperature = 1, ignore = -100, pairs = 10, core } = options;
  const [t, s] = [toMatrix('teacher', teacher), toMatrix('student', student)];
  const { rows, cols } = t;
  if (s.rows !== rows || s.cols !== cols || cols < 2)
    throw new SurprisalError('ERR_SHAPE', `"student" expected ${rows} × ${Math.max(2, cols)}, got ${s.rows} × ${s.cols}`, {
      argument: 'student',
    });
  if (rows === 0) throw argumentError('ERR_EMPTY', 'teacher', 'at least one row', `${rows} × ${cols}`);
  const read = checkLabels(labels, rows, cols, ignore);
  const perRow = { kl: new Float64Array(rows), target: new Float64Array(rows), rest: new Float64Array(rows) };
  let [count, unweighted, mass] = [0, 0, 0];
  const blocks = () => eachBlock(t, s, read, temperature, pairs > 0, core);
  const table = pairs > 0 && cols <= MOST_CLASSES ? new PairTable(cols) : undefined;
  const likely = pairs > 0 && cols > MOST_CLASSES ? new LikelyPairs(cols) : undefined;
  for (const { block, kl, binary, among, weights, hasRest, shares } of blocks()) {
    for (let i = 0; i < block.count; i++) {
      const row = block.row(i);
      const weight = weights[i] as number;
      perRow.kl[row] = kl[i] as number;
      perRow.target[row] = binary[i] as number;
      perRow.rest[row] = weighted(weight, among[i] as number);
      unweighted += among[i] as number;
      mass += weight;
      count++;
      if (shares !== undefined && hasRest(i)) (table ?? likely)?.add((block.labels as Int32Array)[i] as number, i * cols, weight, shares);
    }
  }
  // Once more, for those alone that may be the largest.
  const some = likely?.likeliest(pairs);
  if (some !== undefined) {
    for (const { block, weights, hasRest, shares } of blocks())
      for (let i = 0; i < block.count; i++)
        if (hasRest(i)) some.add((block.labels as Int32Array)[i] as number, i * cols, weights[i] as number, shares as Shares);
  }
  const mean = (values: Float64Array) => (count === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / count);
  return {
    ...{ rows: count, temperature },
    kl: mean(perRow.kl),
    target: mean(perRow.target),
    rest: mean(perRow.rest),
    restUnweighted: unweighted / count,
    restMass: mass / count,
    perRow,
    pairs: (table ?? some)?.largest(pairs, count) ?? [],
  };
}

/** The parts of some rows' divergences. */
interface Parts {
  readonly block: Counted;
  readonly kl: Float64Array;
  /** Of the label against the rest, and among the rest, which has this weight. */
  readonly binary: Float64Array;
  readonly among: Float64Array;
  readonly weights: Float64Array;
  /** Whether the teacher leaves another class than the label. */
  hasRest(i: number): boolean;
  readonly shares: Shares | undefined;
}

function* eachBlock(
  t: Matrix,
  s: Matrix,
  labels: Int32Array,
  temperature: number,
  withShares: boolean,
  core: Core | undefined,
): Generator<Parts> {
  const { rows, cols } = t;
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / cols));
  for (let start = 0; start < rows; start += step) {
    const size = Math.min(step, rows - start);
    const [ofTeacher, ofStudent] = [toFloats(sliceRows(t, start, size)), toFloats(sliceRows(s, start, size))];
    const block = countedRows(ofTeacher, ofStudent, { labels, mask: undefined }, start);
    if (block.count === 0) continue;
    const kl = relocated(() => logits.klDivergence(block.teacher, block.student, { temperature, core }), placeIn(block));
    const own = block.labels as Int32Array;
    const [restT, restS] = [split(block.teacher, own, temperature), split(block.student, own, temperature)];
    const binary = logits.klDivergence(restT.pair, restS.pair, { core });
    const hasRest = (i: number) => (restT.pair.data[2 * i + 1] as number) > -Infinity;
    const among = logits.klDivergence(restT.rest, restS.rest, { temperature, core }).map((value, i) => (hasRest(i) ? value : 0));
    // Of the two logits of the pair, by their difference: 1 − p keeps its digits.
    const weights = among.map((_, i) => 1 / (1 + Math.exp((restT.pair.data[2 * i] as number) - (restT.pair.data[2 * i + 1] as number))));
    yield {
      block,
      kl,
      binary,
      among,
      weights,
      hasRest,
      shares: withShares ? sharesOf(restT.rest, restS.rest, temperature, core) : undefined,
    };
  }
}

function sharesOf(teacher: FloatRows, student: FloatRows, temperature: number, core: Core | undefined): Shares {
  const [w, v] = [logits.softmax(teacher, { temperature, core }), logits.softmax(student, { temperature, core })];
  const kl = contributions(w, v, { kind: 'nonNegative', core });
  return { kl: kl.data as Floats, teacher: w.data as Floats, student: v.data as Floats };
}

/** The label's logit with that of the rest together, both over T; and the rest alone, the label masked. */
function split({ data, rows, cols }: FloatRows, labels: Int32Array, temperature: number): { pair: FloatRows; rest: FloatRows } {
  const rest = data.slice();
  const pair = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    const label = at + (labels[row] as number);
    pair[2 * row] = (data[label] as number) / temperature;
    rest[label] = -Infinity;
    let most = -Infinity;
    for (let i = at; i < at + cols; i++) if ((rest[i] as number) > most) most = rest[i] as number;
    if (most === -Infinity) {
      // No rest: as equal shares, which the teacher gives no weight, and which a student that has none is infinitely far from by its pair.
      pair[2 * row + 1] = -Infinity;
      rest.fill(0, at, at + cols);
      rest[label] = -Infinity;
      continue;
    }
    let sum = 0;
    for (let i = at; i < at + cols; i++) sum += Math.exp(((rest[i] as number) - most) / temperature);
    pair[2 * row + 1] = most / temperature + Math.log(sum);
  }
  return { pair: { data: pair, rows, cols: 2 }, rest: { data: rest, rows, cols } };
}
