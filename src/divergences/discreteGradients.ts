/** Discrete divergences with their gradients by probabilities or counts, in one pass. */
import { GRADIENTS } from '../backend/contract.js';
import { unitOf } from '../call.js';
import { checkBase, checkBatch, checkNormalize, checkOptions, optionError } from '../check.js';
import { evaluateWithGradient, GRADIENT_OPTIONS, type GradientOptions, type MassGradientFunction } from '../gradient.js';
import type { MassRows } from '../rows/lazyRows.js';
import type { Vector } from '../types.js';

export interface DiscreteGradientOptions {
  /** As in {@link klDivergence}: true (the default, but for generalised KL) divides rows by their sums, and gradients are by the entries before that; false takes them as given. */
  readonly normalize?: boolean | 'require' | undefined;
  /**
   * What stands where a slope is infinite, as at pₖ = 0 < qₖ. 'zero' (the default): 0, as a class without mass is left alone. 'infinite': the slope itself,
   * −Infinity where more of the class would lessen the divergence, +Infinity where it would make it infinite.
   */
  readonly atZero?: 'zero' | 'infinite' | undefined;
}

const OPTIONS = ['normalize', 'atZero', ...GRADIENT_OPTIONS];
const PAIR = ['p', 'q'] as const;

function gradient(divergence: number): MassGradientFunction<'p' | 'q', DiscreteGradientOptions> {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options?: DiscreteGradientOptions & GradientOptions<'p' | 'q'>) => {
    checkOptions(options, OPTIONS);
    checkNormalize(options?.normalize);
    checkBase(options?.base);
    const { atZero = 'zero' } = options ?? {};
    if (atZero !== 'zero' && atZero !== 'infinite') throw optionError('atZero', atZero, "'zero' or 'infinite'");
    const normalize = (options?.normalize ?? divergence !== GRADIENTS.generalizedKl) === false ? 0 : 1;
    const params = [normalize, divergence, atZero === 'zero' ? 0 : 1, 1 / unitOf(options?.base)];
    const sums = options?.normalize === 'require';
    return evaluateWithGradient('divergenceGradientRows', checkBatch(PAIR, [p, q]), params, PAIR, options, { sums });
  };
  return run as MassGradientFunction<'p' | 'q', DiscreteGradientOptions>;
}

/**
 * Kullback–Leibler divergence with its gradients: ∂/∂pⱼ = (log(p̂ⱼ/q̂ⱼ) − D)/Σp and ∂/∂qⱼ = (1 − p̂ⱼ/q̂ⱼ)/Σq, p̂ and q̂ being p and q over their sums;
 * as given (`normalize: false`) log(pⱼ/qⱼ) + 1 and −pⱼ/qⱼ.
 *
 * @param p       the reference: a vector, or a matrix of rows; probabilities or counts, not modified
 * @param q       the approximation, likewise; a vector beside a matrix serves every row
 * @param options normalize, atZero, withRespectTo (['p'], ['q'] or both; both when left out), base, out ({value, gradient: {p, q}}), core
 * @returns       {value, gradient: {p, q}}: a number and arrays for vectors, else one value a row and matrices
 *
 * Shapes      p, q: rows × cols, or cols · value: rows · gradients: rows × cols, for one vector beside a matrix too: row i by that vector
 *             Rows may be sparse, ragged or masked. Of `csr` and `ragged` rows the gradient is by the entries that are stored: {data, indices, indptr} or
 *             {data, offsets}, in the order of their own data; entries that are not stored are left out. Of other rows: by the classes left, rows × cols
 * Units       nats (or `base`) a unit of mass
 * Edge cases  pⱼ = 0 < qⱼ: −∞ by p, 0 unless `atZero` asks for it · both 0: likewise +∞ by p, 1/Σq by q (as given 0) · qⱼ = 0 < pⱼ (the value is Infinity): 0 by all of p
 *             and by that qⱼ, or +∞ and −∞ · equal rows give exactly 0 where they are normalised
 * Accuracy    value as {@link klDivergence}, perhaps another last bit; entry j within 32ε of |log(p̂ⱼ/q̂ⱼ)| + D, or of the size of pⱼ/qⱼ − 1: near-equal rows
 *             keep their digits (ε = 2⁻⁵³; f32: 2⁻²⁰ in place of 32ε) — npm run conformance. Sparse rows have the bits of full ones. A ratio p̂ⱼ/q̂ⱼ above
 *             1.8e308 is an infinite slope, whatever Σq would bring it back to; as given, rows are worked on in units of the largest entry of both, and a
 *             value below 1e-290 of it may have lost its digits
 * Source      derived in assembly/kernels/gradients.ts
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * klDivergenceWithGradient([0.5, 0.5], [0.25, 0.75]).gradient.q; // [-1, 0.33333333333333326]
 */
export const klDivergenceWithGradient: MassGradientFunction<'p' | 'q', DiscreteGradientOptions> = /* @__PURE__ */ gradient(GRADIENTS.kl);

/**
 * Jensen–Shannon divergence with its gradients: ∂/∂pⱼ = ½·(log(p̂ⱼ/mⱼ) − D(p̂‖m))/Σp with m = (p̂ + q̂)/2, by q likewise; as given (`normalize: false`)
 * ½·log(pⱼ/mⱼ).
 *
 * @param p       first distributions, as in {@link klDivergenceWithGradient}
 * @param q       second distributions; exchanging both exchanges the gradients
 * @param options normalize, atZero, withRespectTo, base, out, core: as in {@link klDivergenceWithGradient}
 * @returns       {value, gradient: {p, q}}, as in {@link klDivergenceWithGradient}
 *
 * Shapes      p, q: rows × cols, or cols · value: rows · gradients: rows × cols
 * Units       nats (or `base`) a unit of mass
 * Edge cases  pⱼ = 0 < qⱼ: −∞ by p, 0 unless `atZero` asks for it; so by q · both 0: as at any equal masses growing from there, ½·log 2 in place of ½·log(pⱼ/mⱼ)
 * Accuracy    as {@link klDivergenceWithGradient}
 * Source      derived in assembly/kernels/gradients.ts
 *
 * @throws {SurprisalError} as {@link klDivergenceWithGradient}
 * @example
 * jensenShannonDivergenceWithGradient([0.5, 0.5], [0.25, 0.75], { withRespectTo: ['q'] }).gradient.q;
 */
export const jensenShannonDivergenceWithGradient: MassGradientFunction<'p' | 'q', DiscreteGradientOptions> = /* @__PURE__ */ gradient(
  GRADIENTS.jensenShannon,
);

/**
 * Generalised Kullback–Leibler divergence of masses that need not sum to one, with its gradients: ∂/∂pⱼ = log(pⱼ/qⱼ) and ∂/∂qⱼ = 1 − pⱼ/qⱼ.
 *
 * @param p       first masses, as in {@link klDivergenceWithGradient}
 * @param q       second masses
 * @param options normalize (false unless asked for: then it is the KL divergence), atZero, withRespectTo, base, out, core
 * @returns       {value, gradient: {p, q}}, as in {@link klDivergenceWithGradient}
 *
 * Shapes      p, q: rows × cols, or cols · value: rows · gradients: rows × cols
 * Units       nats (or `base`) a unit of mass
 * Edge cases  pⱼ = 0 < qⱼ: −∞ by p, 0 unless `atZero` asks for it, and 1 by q · both 0: likewise +∞ by p, 1 by q · qⱼ = 0 < pⱼ (the value is Infinity): as in
 *             {@link klDivergenceWithGradient} · equal rows give exactly 0
 * Accuracy    entry j within 32ε of log(pⱼ/qⱼ), and of 1 − pⱼ/qⱼ: near-equal masses keep their digits (ε = 2⁻⁵³; f32: 2⁻²⁰ in place of 32ε). Those below
 *             1e-290 of the largest entry, in rows with entries beyond 2^±250: 1 − pⱼ/qⱼ within 4ε of 1. Ratios above 1.8e308 are infinite slopes
 * Source      derived in assembly/kernels/gradients.ts
 *
 * @throws {SurprisalError} as {@link klDivergenceWithGradient}
 * @example
 * generalizedKlDivergenceWithGradient([1, 2], [2, 2]).gradient.q; // [0.5, 0]
 */
export const generalizedKlDivergenceWithGradient: MassGradientFunction<'p' | 'q', DiscreteGradientOptions> = /* @__PURE__ */ gradient(
  GRADIENTS.generalizedKl,
);
