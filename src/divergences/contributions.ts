/** What each class adds to a divergence. */
import { CONTRIBUTIONS } from '../backend/contract.js';
import { type ElementOptions, evaluateElements, type PairElementFunction } from '../call.js';
import { checkBatch, optionError } from '../check.js';
import { checkMassOptions, PAIR } from '../masses.js';
import type { MassRows } from '../rows/lazyRows.js';
import type { Vector } from '../types.js';

/**
 * signed: p̂·log(p̂/q̂), positive where p has more than q, negative where it has less. nonNegative: φ = p̂·log(p̂/q̂) − p̂ + q̂, 0 where both have the same,
 * positive elsewhere.
 */
export type ContributionKind = 'signed' | 'nonNegative';

export interface ContributionOptions extends ElementOptions {
  /** 'signed' when left out. */
  readonly kind?: ContributionKind | undefined;
  /** As in {@link klDivergence}. */
  readonly normalize?: boolean | 'require' | undefined;
  /** Unit of the result: 2 for bits, 10 for bans; nats when left out. */
  readonly base?: number | undefined;
}

const MORE = ['kind'];

/**
 * What each class adds to the Kullback–Leibler divergence of p from q, in one of two kinds that both add up to it.
 *
 * @param p       the reference: a vector, or a batch of rows; probabilities or counts, not modified
 * @param q       the approximation; a vector beside a batch serves every row
 * @param options kind ('signed' or 'nonNegative'), normalize, base, out, core
 * @returns       a typed array for vectors, else a matrix; f32 where every input fits in f32, else f64
 *
 * Shapes      p, q: rows × cols, or cols · result: rows × cols, or cols
 * Units       nats, or `base`. A row of either kind sums to klDivergence(p, q) with the same options; where rows are taken as given (`normalize: false`),
 *             non-negative ones sum to generalizedKlDivergence
 * Edge cases  pₖ = 0: 0 if signed, else q̂ₖ · qₖ = 0 < pₖ gives Infinity · both 0: 0 · equal rows give exactly 0
 * Accuracy    each entry: 44·2⁻⁵³ of itself, and of Σ|p̂ − q̂| 12·2⁻⁵³ times p̂ₖ (signed) or |p̂ₖ − q̂ₖ| (non-negative); stored as f32, 2⁻²³ of itself.
 *             Signed ones where p̂ₖ/q̂ₖ is subnormal: and 2⁻¹⁰⁷⁴·q̂ₖ·|log(p̂ₖ/q̂ₖ)|.
 *             So a row's sum meets the divergence D within 100·2⁻⁵³·D if non-negative, within 100·2⁻⁵³·Σ|entry| if signed (f32: 2⁻¹⁹).
 *             For rows that sum to the same; where they do not, as {@link totalVariation} has it; of counts beside probabilities as {@link klDivergence} of unlike masses
 * Source      derived in assembly/kernels/contributions.ts
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * contributions([0.5, 0.5], [0.25, 0.75], { base: 2 }); // Float64Array [0.5, -0.2924812503605781], of 0.2075187496394219
 */
export const contributions: PairElementFunction<ContributionOptions, MassRows> = ((
  p: Vector | MassRows,
  q: Vector | MassRows,
  options?: ContributionOptions,
) => {
  checkMassOptions(options, MORE);
  const { kind = 'signed', normalize = true, base } = options ?? {};
  if (kind !== 'signed' && kind !== 'nonNegative') throw optionError('kind', kind, "'signed' or 'nonNegative'");
  const params = [normalize === false ? 0 : 1, CONTRIBUTIONS[kind]];
  return evaluateElements('contributionRows', checkBatch(PAIR, [p, q]), params, options, { base, sums: normalize === 'require' });
}) as PairElementFunction<ContributionOptions, MassRows>;
