/** Predictions of an ensemble, or of draws from a posterior, for many candidates: read block by block as masses on one scale. */
import { type Core, logits, type Matrix, matrix, type NumericArray, SurprisalError, type TensorLike } from '../../index.js';
import { binade } from '../../families/math/excess.js';
import { type DataSyncTensor, sliceRows, tensorOf, toFloats, toMatrix } from '../input/tensor.js';
import { argumentError, checkOptions, listOf, oneOf, type OptionRules, unchecked } from '../input/options.js';
import { sumOf } from '../statistics/sum.js';

/** Candidates × members × classes, row-major: as {data, shape} of tensor libraries. */
export interface Ensemble {
  readonly data: NumericArray;
  readonly shape: readonly [candidates: number, members: number, classes: number];
}

/** The same, or a tensor of another library: `dims` for `shape`, `dataSync()` for `data`. */
export type EnsembleLike = Ensemble | (TensorLike & { readonly data: NumericArray }) | DataSyncTensor;

export interface EnsembleOptions {
  /** What the entries are; 'probabilities' when left out. */
  readonly as?: 'probabilities' | 'logits' | undefined;
  /** A weight ≥ 0 for each member, divided by their sum; equal ones when left out. */
  readonly weights?: readonly number[] | undefined;
  readonly core?: Core | undefined;
}

export const ENSEMBLE_RULES: OptionRules = {
  as: oneOf('probabilities', 'logits'),
  weights: listOf('an array of numbers, one a member'),
  core: unchecked,
};

/** Candidates that are looked at together: memory stays flat however many there are. */
const BLOCK_ENTRIES = 2 ** 16;

/** A few candidates. Each member's row is brought to the mass of the candidate's first one, so that equal members stay equal bit by bit. */
export interface Block {
  readonly first: number;
  readonly candidates: number;
  /** Members of the block's candidates as they were given, (candidates · members) × classes: what divergences are taken of. */
  readonly given: Matrix;
  /** The same on one scale. */
  readonly scaled: Float64Array;
  /** Σ weight · member, a row a candidate. */
  readonly consensus: Float64Array;
}

export interface Checked {
  /** How errors name the ensemble. */
  readonly argument: string;
  /** (candidates · members) × classes, as they lie in memory: read through `eachGiven`. */
  readonly ensemble: { readonly rows: Matrix; readonly shape: Ensemble['shape'] };
  readonly weights: Float64Array;
  readonly core: Core | undefined;
  readonly as: 'probabilities' | 'logits';
}

const KIND = '{ data, shape: [candidates, members, classes] } over a typed array';

export function checkEnsemble(argument: string, given: EnsembleLike, options: EnsembleOptions): Checked {
  checkOptions(options, ENSEMBLE_RULES);
  if (typeof given !== 'object' || given === null) throw argumentError('ERR_KIND', argument, KIND, given);
  const tensor = tensorOf(given);
  const { data, shape } = tensor ?? {};
  if (!ArrayBuffer.isView(data) || !Array.isArray(shape) || shape.length !== 3) throw argumentError('ERR_KIND', argument, KIND, given);
  const [candidates, members, classes] = shape as unknown as Ensemble['shape'];
  if (![candidates, members, classes].every((n) => Number.isSafeInteger(n) && n > 0))
    throw argumentError('ERR_EMPTY', argument, 'a shape of whole numbers > 0', shape.join(' × '));
  if (data.length !== candidates * members * classes)
    throw argumentError('ERR_SHAPE', argument, `${candidates * members * classes} entries, as its shape says`, data.length);
  const ensemble = { rows: toMatrix(argument, tensor), shape: [candidates, members, classes] } as const;
  return { argument, ensemble, weights: checkWeights(options.weights, members), core: options.core, as: options.as ?? 'probabilities' };
}

function checkWeights(weights: readonly number[] | undefined, members: number): Float64Array {
  const given = weights ?? new Array<number>(members).fill(1);
  if (given.length !== members) throw argumentError('ERR_SHAPE', 'weights', `${members} numbers, one a member`, given.length);
  for (const [column, value] of Array.from(given).entries())
    if (!(typeof value === 'number' && value >= 0 && value < Infinity))
      throw argumentError('ERR_DOMAIN', 'weights', 'a finite number ≥ 0', value, { column });
  const total = sumOf(given);
  if (!(total > 0)) throw argumentError('ERR_DOMAIN', 'weights', 'a sum > 0', total);
  return Float64Array.from(given, (x) => x / total);
}

/** Hands out the candidates a block at a time, as rows that have been made into masses. Domains are checked by the divergences that are taken of these. */
export function eachGiven(
  { argument, ensemble, core, as }: Checked,
  use: (block: Pick<Block, 'first' | 'candidates' | 'given'>) => void,
): void {
  const [candidates, members, classes] = ensemble.shape;
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / (members * classes)));
  for (let first = 0; first < candidates; first += step) {
    const count = Math.min(step, candidates - first);
    const { data } = toFloats(sliceRows(ensemble.rows, first * members, count * members));
    const rows = matrix(Float64Array.from(data), count * members, classes);
    const given = as === 'logits' ? inEnsemble(() => logits.softmax(rows, { core }), argument, first, members) : rows;
    use({ first, candidates: count, given });
  }
}

/** Runs something over members from candidate `first` on; what is wrong with one of them is told in the user's words: its row is the candidate. */
export function inEnsemble<Result>(run: () => Result, argument: string, first: number, members: number): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SurprisalError) || error.row === undefined) throw error;
    const { code, message, column, value, expected } = error;
    const [row, member] = [first + Math.floor(error.row / members), error.row % members];
    const words = message.replace(/^"[\w.]+" row \d+/, `"${argument}" candidate ${row} member ${member}`);
    throw new SurprisalError(code, words, { argument, row, column, value, expected });
  }
}

/** The same, on one scale and beside their consensus. */
export function eachBlock(checked: Checked, use: (block: Block) => void): void {
  const [, members, classes] = checked.ensemble.shape;
  eachGiven(checked, (block) => {
    use({ ...block, ...oneScale(block.given.data as Float64Array, checked.weights, block.candidates, members, classes) });
  });
}

function oneScale(data: Float64Array, weights: Float64Array, candidates: number, members: number, classes: number) {
  const scaled = new Float64Array(data.length);
  const consensus = new Float64Array(candidates * classes);
  for (let c = 0; c < candidates; c++) {
    const start = c * members * classes;
    const mass = inUnits(data, start, classes, scaled);
    let equal = true;
    for (let m = 1; m < members; m++) {
      const at = start + m * classes;
      const factor = mass / inUnits(data, at, classes, scaled);
      for (let k = 0; k < classes; k++) {
        scaled[at + k] = (scaled[at + k] as number) * factor;
        equal &&= scaled[at + k] === scaled[start + k];
      }
    }
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let m = 0; m < members; m++) sum += (weights[m] as number) * (scaled[start + m * classes + k] as number);
      consensus[c * classes + k] = equal ? (scaled[start + k] as number) : sum;
    }
  }
  return { scaled, consensus };
}

/** Writes a row in units of a power of two near its largest entry, in which no mass is beyond the range, nor is a ratio of two; gives its mass in these. */
function inUnits(data: Float64Array, at: number, classes: number, into: Float64Array): number {
  let largest = 0;
  for (let k = 0; k < classes; k++) largest = Math.max(largest, data[at + k] as number);
  const unit = binade(largest / 2); // half, as log₂ of the largest double rounds up to 1024
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += into[at + k] = (data[at + k] as number) / unit;
  return sum;
}

/** Each row `times` times, one after the other. */
export function repeatRows(rows: Float64Array, cols: number, times: number): Float64Array {
  const repeated = new Float64Array(rows.length * times);
  for (let at = 0, to = 0; at < rows.length; at += cols)
    for (let i = 0; i < times; i++, to += cols) repeated.set(rows.subarray(at, at + cols), to);
  return repeated;
}
