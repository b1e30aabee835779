/**
 * Divergences between every row of one batch and every row of another. Meant to be imported as a whole: `import { pairwise } from 'surprisal'`.
 */
import { DIAGONAL_KERNELS } from '../backend/contract.js';
import { convert, type FloatMatrix } from '../call.js';
import {
  type Batch,
  checkBase,
  checkBatch,
  checkMatrix,
  checkNormalize,
  checkOptions,
  checkOut,
  checkParameters,
  checkSameScale,
  checkSums,
  DIAGONAL_SCALES,
  type DiagonalScale,
  optionError,
  refuseUnequal,
  shapeError,
} from '../check.js';
import { type Core, coreOf } from '../core.js';
import { floatsOf } from '../floats.js';
import { Again, byProducts, byRows, inUnit, type PairRows, type RowKernel, type Rows, type Unit } from '../pairs/cells.js';
import { blocksOf, collect, type Nearest, nearestOf } from '../pairs/collect.js';
import { gaussianForm } from '../pairs/gaussians.js';
import { massForm } from '../pairs/masses.js';
import { readRows } from '../rows/blocks.js';
import type { MassRows } from '../rows/lazyRows.js';
import { arrayOf, ResidentMatrix } from '../rows/resident.js';
import type { Dtype, Floats, Matrix, Vector } from '../types.js';

export type { Nearest } from '../pairs/collect.js';

/** A measure by name, for `blocks` and `nearest`. */
export type Measure = 'kl' | 'jeffreys' | 'jensenShannon' | 'jensenShannonDistance' | 'crossEntropy';

export interface PairwiseOptions {
  /** true (the default): rows are divided by their sums. 'require': rows whose sum is off 1 by more than 1e-3 are refused; the rest are normalised. */
  readonly normalize?: true | 'require' | undefined;
  /** What products are computed in: as the rows when left out; 'f64' gives f32 rows more digits for half the time again. Row kernels take them as f64 then. */
  readonly products?: Dtype | undefined;
  /**
   * A distribution near the rows, about which products are taken: the mean of Q's rows (for Jeffreys, of both batches') when left out, which gives a cell other last
   * bits when Q is a part of it. With one given, a cell depends on its own two rows alone.
   */
  readonly center?: Vector | undefined;
  /** Unit of the result: 2 for bits, 10 for bans; nats when left out. */
  readonly base?: number | undefined;
  /** Receives rows(P) × rows(Q) results, of either dtype; complete, or untouched where an error is thrown. */
  readonly out?: Floats | ResidentMatrix | undefined;
  readonly core?: Core | undefined;
}

export interface BlockOptions extends Omit<PairwiseOptions, 'out'> {
  /** 'kl' when left out. */
  readonly measure?: Measure | undefined;
}

export interface GaussianPairwiseOptions extends Omit<PairwiseOptions, 'normalize' | 'products'> {
  /** Means about which products are taken: the mean of q's when left out. As the center of masses. */
  readonly center?: Vector | undefined;
}

export interface GaussianBlockOptions extends Omit<GaussianPairwiseOptions, 'out'> {}

/** Rows of the result from row `first` of P on. */
export interface PairBlock {
  readonly first: number;
  readonly values: FloatMatrix;
}

/** Every row of P against every row of Q; against every row of P where Q is left out. */
export type PairwiseFunction = (P: MassRows, Q?: MassRows, options?: PairwiseOptions) => FloatMatrix;

/** A diagonal Gaussian a row. */
export type GaussianRows =
  | { readonly mean: Matrix; readonly variance: Matrix }
  | { readonly mean: Matrix; readonly logVariance: Matrix }
  | { readonly mean: Matrix; readonly std: Matrix };

const STREAM = ['measure', 'normalize', 'products', 'center', 'base', 'core'];
const OPTIONS = [...STREAM.slice(1), 'out'];
const GAUSSIAN_STREAM = ['center', 'base', 'core'];
const GAUSSIAN = [...GAUSSIAN_STREAM, 'out'];

/** What a measure is to the kernels. Symmetric ones of one batch with itself are computed once. */
const MEASURES: Readonly<
  Record<Measure, { readonly isSymmetric?: true; readonly root?: boolean; readonly exact: Pick<RowKernel, 'kernel' | 'params'> }>
> = {
  kl: { exact: { kernel: 'klRows', params: [1] } },
  crossEntropy: { exact: { kernel: 'crossEntropyRows', params: [1] } },
  jeffreys: { isSymmetric: true, exact: { kernel: 'divergenceRows', params: [1, 1] } },
  jensenShannon: { isSymmetric: true, exact: { kernel: 'mixtureRows', params: [1, 0.5, 0] } },
  jensenShannonDistance: { isSymmetric: true, root: true, exact: { kernel: 'mixtureRows', params: [1, 0.5, 0] } },
};

/**
 * KL divergence of every row of P from every row of Q, D(P_i ‖ Q_j). The other direction is `pairwise.klDivergence(Q, P)`.
 *
 * @param P       rows of probabilities or counts, not modified
 * @param Q       likewise; P itself when left out
 * @param options normalize, products, center, base, out, core
 * @returns       rows(P) × rows(Q): in f32 of what f32 holds, in f64 of anything else, or `out`
 *
 * Shapes      P: n × cols, Q: m × cols · result: n × m. `blocks` and `nearest` never hold it all
 * Units       nats, or `base`; 0 (equal rows) to Infinity
 * Edge cases  as `klDivergence`: equal rows give exactly 0, zeros of Q under mass of P Infinity
 * Accuracy    a matrix product whose close cells are computed again by the row kernel: relative error about 4e-7 (f32, the largest of 4 million cells of unrelated
 *             rows), 1e-13 (f64); certainly ≤ 2⁻¹⁴·⁶, (cols + 90)·2⁻⁴⁵, which rows of few different values come near. Below a value of about a tenth that of
 *             `klDivergence`. Never negative
 * Source      src/pairs/masses.ts
 *
 * @throws {SurprisalError} as `klDivergence`, naming "P" or "Q" · ERR_SHAPE where columns differ
 * @example
 * pairwise.klDivergence(matrix([0.5, 0.5, 0.9, 0.1], 2, 2)).data; // [0, 0.51…, 0.36…, 0]
 */
export const klDivergence: PairwiseFunction = (P, Q, options) => wholeOf('kl', P, Q, options);

/**
 * Jeffreys divergence of every pair, D(p‖q) + D(q‖p); as {@link klDivergence}. Of P with itself, cells below the diagonal are copies of those above: `nearest`
 * computes them, and exchanged arguments change a value's last digits.
 */
export const jeffreysDivergence: PairwiseFunction = (P, Q, options) => wholeOf('jeffreys', P, Q, options);

/** Cross-entropy of every pair, H(p) + D(p‖q); as {@link klDivergence}. */
export const crossEntropy: PairwiseFunction = (P, Q, options) => wholeOf('crossEntropy', P, Q, options);

/** Jensen–Shannon divergence of every pair. It is no matrix product: every pair goes through the row kernel, with its accuracy; otherwise as {@link jeffreysDivergence}. */
export const jensenShannonDivergence: PairwiseFunction = (P, Q, options) => wholeOf('jensenShannon', P, Q, options);

/** The square root of {@link jensenShannonDivergence}: a metric, for clustering and embedding. */
export const jensenShannonDistance: PairwiseFunction = (P, Q, options) => wholeOf('jensenShannonDistance', P, Q, options);

/**
 * KL divergence between every diagonal Gaussian of p and every one of q.
 *
 * @param p       {mean, variance}, {mean, logVariance} or {mean, std}: n × dimensions
 * @param q       the same kind of scale, m × dimensions; p itself when left out
 * @param options center, base, out, core
 * @returns       n × m
 *
 * Units       nats, or `base`
 * Edge cases  equal parameters give exactly 0
 * Accuracy    products in f64; cells that are small beside their terms are computed again by the row kernel: relative error ≤ 2⁻³³. So are all
 *             of a row near the ends of the range: a variance below 1e-150, a standard deviation or a mean's distance from the center above 1e75
 * Source      src/pairs/gaussians.ts
 *
 * @throws {SurprisalError} as `gaussian.klDivergence`
 * @example
 * pairwise.gaussianKlDivergence({ mean: matrix([0, 1], 2, 1), variance: matrix([1, 1], 2, 1) }).data; // [0, 0.5, 0.5, 0]
 */
export function gaussianKlDivergence(p: GaussianRows, q?: GaussianRows, options?: GaussianPairwiseOptions): FloatMatrix {
  checkOptions(options, GAUSSIAN);
  checkBase(options?.base);
  const core = coreOf(options?.core);
  const { pairs, dtype, batches } = gaussianPairs(p, q, options, core);
  return collect(inUnit(pairs, options ?? {}), roomFor(options, batches, pairs, dtype));
}

/**
 * The rows of the result, with its bits, a block at a time, in flat memory however many there are: the block that was handed out is overwritten by the next one.
 *
 * @param P       as in {@link klDivergence}
 * @param Q       likewise; P itself when left out
 * @param options measure, normalize, products, center, base, core
 *
 * @throws {SurprisalError} as {@link klDivergence}, before the first block
 * @example
 * for (const { first, values } of pairwise.blocks(P, Q, { measure: 'jeffreys' })) write(first, values); // values: a few rows × rows(Q)
 */
export function* blocks(P: MassRows, Q?: MassRows, options?: BlockOptions): Generator<PairBlock> {
  const { pairs, dtype, unit, isSymmetric } = streamed(P, Q, options);
  yield* blocksOf(inUnit(pairs, unit), dtype, isSymmetric);
}

/** {@link blocks} of the KL divergence between diagonal Gaussians, as in {@link gaussianKlDivergence}. */
export function* gaussianBlocks(p: GaussianRows, q?: GaussianRows, options?: GaussianBlockOptions): Generator<PairBlock> {
  const { pairs, dtype } = streamedGaussians(p, q, options);
  yield* blocksOf(inUnit(pairs, options ?? {}), dtype);
}

/**
 * The k nearest rows of Q for every row of P, without the n × m cells.
 *
 * @param P       as in {@link klDivergence}
 * @param Q       likewise; left out, or P once more: P itself, each row of which is then not its own neighbour (a copy of it is another batch)
 * @param k       how many
 * @param options measure, normalize, products, center, base, core
 * @returns       indices and values, rows(P) × k, nearest first; ties go to the lower index
 *
 * Accuracy    values and order are those of the row kernel, in f64 with `products: 'f64'`: all that may be among the k nearest are answered by it
 *
 * @throws {SurprisalError} as {@link klDivergence} · ERR_OPTION where there are fewer than k
 * @example
 * pairwise.nearest(queries, codebook, 1).indices;
 */
export function nearest(P: MassRows, Q: MassRows | undefined, k: number, options?: BlockOptions): Nearest {
  const { pairs, exact, core, unit } = streamed(P, Q, options);
  return nearestBy(pairs, exact, core, k, Q === undefined || Q === P, unit);
}

/** {@link nearest} by the KL divergence between diagonal Gaussians. */
export function nearestGaussians(p: GaussianRows, q: GaussianRows | undefined, k: number, options?: GaussianBlockOptions): Nearest {
  const { pairs, exact, core } = streamedGaussians(p, q, options);
  return nearestBy(pairs, exact, core, k, q === undefined || q === p, options ?? {});
}

function nearestBy(pairs: PairRows, exact: RowKernel, core: Core, k: number, skipSelf: boolean, { base, root = false }: Unit): Nearest {
  const there = pairs.others - (skipSelf ? 1 : 0);
  if (!(Number.isInteger(k) && k >= 1 && k <= there)) throw optionError('k', k, `a whole number from 1 to ${there}, the rows there are`);
  const again = new Again(exact, core);
  let values = new Float64Array(there);
  const answer = (i: number, js: readonly number[]): Float64Array => {
    if (values.length < js.length) values = new Float64Array(js.length);
    for (const [n, j] of js.entries()) again.add(i, j, values, n);
    again.finish(values);
    convert(values, js.length, base, { root });
    return values;
  };
  return nearestOf(pairs, k, answer, skipSelf);
}

function wholeOf(measure: Measure, P: MassRows, Q: MassRows | undefined, options: PairwiseOptions | undefined): FloatMatrix {
  checkOptions(options, OPTIONS);
  const { pairs, dtype, batches, unit, isSymmetric } = massPairs(measure, P, Q, options);
  return collect(inUnit(pairs, unit), roomFor(options, batches, pairs, dtype), isSymmetric);
}

function streamed(P: MassRows, Q: MassRows | undefined, options: BlockOptions | undefined) {
  checkOptions(options, STREAM);
  const { measure = 'kl' } = options ?? {};
  if (typeof measure !== 'string' || !Object.hasOwn(MEASURES, measure))
    throw optionError('measure', measure, Object.keys(MEASURES).join(', '));
  return massPairs(measure, P, Q, options);
}

function streamedGaussians(p: GaussianRows, q: GaussianRows | undefined, options: GaussianBlockOptions | undefined) {
  checkOptions(options, GAUSSIAN_STREAM);
  checkBase(options?.base);
  const core = coreOf(options?.core);
  return { ...gaussianPairs(p, q, options, core), core };
}

/** Checks rows and options; from here on nothing can fail. The cells are in nats: `unit` is what they are wanted in. */
function massPairs(measure: Measure, P: MassRows, Q: MassRows | undefined, options: Omit<PairwiseOptions, 'out'> | undefined) {
  checkNormalize(options?.normalize);
  if ((options?.normalize as unknown) === false)
    throw optionError('normalize', false, "true or 'require': pairs are between distributions");
  checkBase(options?.base);
  if (options?.products !== undefined && options.products !== 'f64' && options.products !== 'f32') {
    throw optionError('products', options.products, "'f64' or 'f32'");
  }
  const core = coreOf(options?.core);
  const sums = options?.normalize === 'require';
  const isSelf = Q === undefined || Q === P;
  const p = checkRows(core, 'P', P, sums);
  const q = isSelf ? p : checkRows(core, 'Q', Q, sums);
  if (p.cols !== q.cols) throw shapeError('Q', Q, `${p.cols} columns, as "P" has`, `${q.cols}`);
  const dtype: Dtype = p.dtype === 'f32' && q.dtype === 'f32' ? 'f32' : 'f64';
  // What goes into a cell is to be as exact as its product.
  const width: Dtype = options?.products === 'f64' ? 'f64' : dtype;
  const rowsP = writtenOut(p, width, P);
  const rows: RowKernel = { ...MEASURES[measure].exact, p: [rowsP], q: [isSelf ? rowsP : writtenOut(q, width, Q)] };
  const unit: Unit = { base: options?.base, root: MEASURES[measure].root };
  const isSymmetric = isSelf && MEASURES[measure].isSymmetric;
  const common = { dtype, batches: [p, q], core, unit, isSymmetric };
  const center = centerOf(options, p.cols, true);
  if (measure === 'jensenShannon' || measure === 'jensenShannonDistance') return { ...common, pairs: byRows(rows, core), exact: rows };
  const form = massForm(measure, rows, center, options?.products ?? dtype, core);
  return { ...common, pairs: byProducts(form, core, isSymmetric), exact: form.exact };
}

/** One argument; a pass of the entropy's kernel over it finds what is no distribution. */
function checkRows(core: Core, name: string, rows: MassRows, sums: boolean): Batch {
  const batch = checkBatch([name], [rows]);
  if (batch.single) throw shapeError(name, rows, 'a matrix of rows', 'one vector');
  refuseUnequal(name, rows);
  core.kernels.entropyRows(batch, [1], core.aside(batch.rows, 'f64'));
  if (sums) checkSums('entropyRows', batch);
  return batch;
}

/** Rows that are read where they lie, found anew when they are asked for. A class: an object literal with a getter is slow to ask for its other parts as well. */
class RowsInPlace implements Rows {
  constructor(
    readonly rows: number,
    readonly cols: number,
    readonly find: () => Floats,
  ) {}

  get data(): Floats {
    return this.find();
  }
}

/**
 * The rows as floats: their own array where it is one of the dtype, and no vector that serves all rows. Between two blocks a memory may grow, which gives it other
 * views, and an array may go: that is told as it is of any argument.
 */
function writtenOut(batch: Batch, dtype: Dtype, given: unknown): Rows {
  const { rows, cols } = batch;
  const [input] = batch.inputs;
  if (batch.steps[0] === 0 || !(dtype === 'f64' ? input instanceof Float64Array : input instanceof Float32Array))
    return { data: readRows(batch, dtype), rows, cols };
  const name = batch.names[0] as string;
  return new RowsInPlace(rows, cols, () => {
    const data = given instanceof ResidentMatrix ? given.view(name) : (input as Floats);
    if (data.length !== rows * cols) checkMatrix(name, { data, rows, cols });
    return data;
  });
}

/** The center that is asked for. */
function centerOf(options: { readonly center?: Vector | undefined } | undefined, cols: number, isMass: boolean): Float64Array | undefined {
  const center = options?.center;
  if (center === undefined) return undefined;
  const batch = checkBatch(['center'], [center]);
  const entries = readRows(batch, 'f64') as Float64Array;
  if (!batch.single || batch.cols !== cols || !entries.every((x) => Number.isFinite(x) && (!isMass || x > 0)))
    throw optionError('center', center, `one vector of ${cols} ${isMass ? 'entries above 0' : 'numbers'}`);
  return entries;
}

function roomFor(
  options: Pick<PairwiseOptions, 'out' | 'center'> | undefined,
  batches: readonly Batch[],
  { rows, others }: PairRows,
  dtype: Dtype,
): Floats {
  const out = arrayOf(options?.out);
  if (out === undefined) return floatsOf(dtype, rows * others);
  const center = { names: ['center'], inputs: [options?.center] } as unknown as Batch;
  for (const batch of [...batches, center]) checkOut(out, batch, rows * others, out instanceof Float32Array ? 'f32' : 'f64');
  return out;
}

function gaussianPairs(p: GaussianRows, q: GaussianRows | undefined, options: GaussianBlockOptions | undefined, core: Core) {
  const left = readGaussians(core, 'p', p);
  const right = q === undefined || q === p ? left : readGaussians(core, 'q', q);
  checkSameScale(left.parameters, right.parameters);
  if (left.batch.cols !== right.batch.cols)
    throw shapeError('q.mean', q, `${left.batch.cols} columns, as "p.mean" has`, `${right.batch.cols}`);
  const dtype: Dtype = left.batch.dtype === 'f32' && right.batch.dtype === 'f32' ? 'f32' : 'f64';
  const form = gaussianForm(
    left.of(dtype),
    right.of(dtype),
    DIAGONAL_KERNELS[left.parameters.kind].pair,
    centerOf(options, left.batch.cols, false),
  );
  return { pairs: byProducts(form, core), exact: form.exact, dtype, batches: [left.batch, right.batch] } as const;
}

/** A pass of the prior's kernel finds what is no Gaussian. */
function readGaussians(core: Core, name: 'p' | 'q', value: GaussianRows) {
  const parameters = checkParameters<Matrix, DiagonalScale>(name, value, DIAGONAL_SCALES);
  const batch = checkBatch([`${name}.mean`, `${name}.${parameters.kind}`], [parameters.mean, parameters.scale]);
  if (batch.single) throw shapeError(`${name}.mean`, value, 'a matrix of rows', 'one vector');
  core.kernels[DIAGONAL_KERNELS[parameters.kind].prior](batch, [], core.aside(batch.rows, 'f64'));
  const { mean, scale, kind } = parameters;
  const { names, inputs, steps } = batch;
  const part = (k: number, dtype: Dtype, given: Matrix) =>
    writtenOut({ ...batch, names: names.slice(k), inputs: inputs.slice(k), steps: steps.slice(k) }, dtype, given);
  return { parameters, batch, of: (dtype: Dtype) => ({ mean: part(0, dtype, mean), scale: part(1, dtype, scale), kind }) };
}
