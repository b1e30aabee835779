/** What a closed form within one family is. */

/** Arguments in the order of the family's parameters. */
export type Args = ArrayLike<number>;

/** The derivative by each parameter of p, then of q; NaN for what is no continuous parameter (n, r). */
export type Gradient = readonly number[];

export interface ClosedForm {
  /** The divergence as the table in docs/families.md has it. */
  readonly formula: string;
  /** Relative error that is promised: multiples of 2⁻⁵³, larger where special functions are in it. */
  readonly units: number;
  /** What roundings of an exponent make of it where that is more, in 2⁻⁵³: the exponential times what its exponent is made of. */
  readonly ofExponent?: (p: Args, q: Args) => number;
  /** NaN where these members have no closed form. */
  readonly value: (p: Args, q: Args) => number;
  readonly gradient: (p: Args, q: Args) => Gradient;
}

export const at = (args: Args, i: number): number => args[i] as number;

/** What rounding took from the second argument, as a share of it: of a member of another family it is not as given. */
export const restOf = (args: Args): number => args[2] ?? 0;

/** Forms without special functions; with them 1e-13. */
export const PLAIN = 64;
export const SPECIAL = 900;
