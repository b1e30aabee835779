/** The methods of handling zeros: what each does to one row. */
import { checkOptions, optionError } from '../check.js';
import { mismatch, type SurprisalError } from '../error.js';

/** What is done about zeros. Where a figure is left out it is that of the tool that the method is known from. */
export type ZeroOptions =
  /** Nothing: mass where q has none makes a divergence infinite, as it is by definition. */
  | { readonly method?: 'strict' | undefined }
  /** A zero in q where p has mass is refused (of one argument: any zero). */
  | { readonly method: 'error' }
  /** alpha (½) is added to every entry as it is given: for counts. */
  | { readonly method: 'pseudocount'; readonly alpha?: number | undefined }
  /** Zeros become delta (1/K², as in scikit-bio), and the other entries shrink in proportion: rows sum to 1, ratios between other entries stay. */
  | { readonly method: 'multiplicative'; readonly delta?: number | undefined }
  /** Zeros of q, the denominator, become epsilon (1e-5, as in philentropy); p stays as it is, counts too: for `normalize: false` it has to be shares. */
  | { readonly method: 'denominator'; readonly epsilon?: number | undefined }
  /** Entries below epsilon (1e-7, as in Keras) become epsilon. */
  | { readonly method: 'clip'; readonly epsilon?: number | undefined }
  /** Zeros become floor (1e-4, as in evidently); entries between 0 and the floor stay. */
  | { readonly method: 'floor'; readonly floor?: number | undefined };

/** Changes row `at`, of whose entries it is given a copy, and their sum. */
export type Change = (row: Float64Array, sum: number, at: number) => Touched;

/** Entries that were touched in a row, and the share of its new total that was put there. */
export interface Touched {
  readonly count: number;
  readonly mass: number;
}

export interface Rule {
  /** Left out where nothing is done. */
  readonly ofP?: Change;
  /** Of q, or of p where it stands alone. */
  readonly ofOne?: Change;
  /** Zeros are an error. */
  readonly refuses?: boolean;
  /** A row of zeros has a meaning. */
  readonly allowsEmpty?: boolean;
}

/** The methods: each with the name of its figure, what that is where it is left out (0: 1/K²), and the rule that it makes. */
const METHODS: Readonly<
  Record<NonNullable<ZeroOptions['method']>, readonly [figure?: string, usual?: number, rule?: (figure: number) => Rule]>
> = {
  strict: [],
  error: [],
  pseudocount: ['alpha', 0.5, (alpha) => ({ ...both(pseudocount(alpha)), allowsEmpty: true })],
  multiplicative: ['delta', 0, (delta) => both(multiplicative(delta))],
  denominator: ['epsilon', 1e-5, (epsilon) => ({ ofOne: fill(epsilon) })],
  clip: ['epsilon', 1e-7, (epsilon) => both(clip(epsilon))],
  floor: ['floor', 1e-4, (floor) => both(fill(floor))],
};

/** What a method does, its figure checked. */
export function ruleOf(options: ZeroOptions | undefined): Rule {
  const { method = 'strict' } = options ?? {};
  if (typeof method !== 'string' || !Object.hasOwn(METHODS, method)) throw optionError('method', method, Object.keys(METHODS).join(', '));
  const [name, usual, rule] = METHODS[method];
  checkOptions(options, name === undefined ? ['method'] : ['method', name]);
  const figure = (options as Record<string, number | undefined> | undefined)?.[name as string];
  if (figure !== undefined && !(typeof figure === 'number' && figure > 0 && figure < Infinity))
    throw optionError(name as string, figure, 'a finite number > 0');
  return rule?.(figure ?? (usual as number)) ?? { refuses: method === 'error' };
}

function both(change: Change): Rule {
  return { ofP: change, ofOne: change };
}

const pseudocount =
  (alpha: number): Change =>
  (row, sum) => {
    const mass = partOf((alpha * row.length) / sum);
    const count = zeros(row);
    for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) + alpha;
    return { count, mass };
  };

const multiplicative =
  (figure: number): Change =>
  (row, sum, at) => {
    const delta = figure || 1 / row.length / row.length;
    share(row, sum);
    const count = zeros(row);
    const rest = 1 - count * delta;
    if (!(rest > 0)) throw deltaError(delta, at, count);
    for (let i = 0; i < row.length; i++) row[i] = row[i] === 0 ? delta : (row[i] as number) * rest;
    return { count, mass: count * delta };
  };

const fill =
  (value: number): Change =>
  (row, sum) => {
    share(row, sum);
    const count = zeros(row);
    for (let i = 0; i < row.length; i++) if (row[i] === 0) row[i] = value;
    return { count, mass: partOf(count * value) };
  };

const clip =
  (epsilon: number): Change =>
  (row, sum) => {
    share(row, sum);
    let count = 0;
    let added = 0;
    for (let i = 0; i < row.length; i++) {
      const x = row[i] as number;
      if (x >= epsilon) continue;
      count++;
      added += epsilon - x;
      row[i] = epsilon;
    }
    return { count, mass: partOf(added) };
  };

/** The share of the new total that was added, from its ratio to the old one: also where that is infinite. */
function partOf(added: number): number {
  return 1 / (1 + 1 / added);
}

function zeros(row: Float64Array): number {
  let count = 0;
  for (let i = 0; i < row.length; i++) if (row[i] === 0) count++;
  return count;
}

/** Divides a row by its sum. A share that underflows is a zero like any other, so zeros are looked for afterwards. */
function share(row: Float64Array, sum: number): void {
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) / sum;
}

function deltaError(delta: number, row: number, count: number): SurprisalError {
  const expected = `less than 1/${count}: row ${row} has ${count} zeros, which would take all its mass`;
  return mismatch('ERR_OPTION', { argument: 'delta', row, value: delta, expected }, `${delta}`, 'option "delta"');
}
