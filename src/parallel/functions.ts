/** The functions that a pool has, and what their arguments are to rows. */
import type * as surprisal from '../index.js';
import type { FloatMatrix, MassRows, Matrix, WithGradient } from '../index.js';
import type { Vector } from '../types.js';
import type { Signal } from './abort.js';
import type { Kind } from './split.js';

const ONE: readonly Kind[] = ['rows'];
const PAIR: readonly Kind[] = ['rows', 'rows'];
const LABELS: readonly Kind[] = ['rows', 'labels'];
const ENTRIES: readonly Kind[] = ['entries', 'entries'];
const GROUPS: readonly Kind[] = ['groups'];
const GAUSSIANS: readonly Kind[] = ['gaussian', 'gaussian'];
/** Symmetric measures of one batch with itself are computed once, and copied. Jeffreys' products are taken about the mean of both sides' rows, where no center is given. */
const EVERY: readonly Kind[] = ['rows', 'others'];
const APART: readonly Kind[] = ['rows', 'apart'];
const CENTERED: readonly Kind[] = ['rows', 'centered'];

/** Functions whose results are rows by rows: a mean over all rows, as `perplexity` is, is none. */
export const FUNCTIONS = {
  '': {
    klDivergence: PAIR,
    klDivergenceWithGradient: PAIR,
    generalizedKlDivergence: PAIR,
    generalizedKlDivergenceWithGradient: PAIR,
    jeffreysDivergence: PAIR,
    jensenShannonDivergence: PAIR,
    jensenShannonDivergenceWithGradient: PAIR,
    jensenShannonDistance: PAIR,
    multiwayJensenShannonDivergence: GROUPS,
    skewKlDivergence: PAIR,
    generalizedJensenShannonDivergence: PAIR,
    crossEntropy: PAIR,
    entropy: ONE,
    surprisal: LABELS,
    excessCodeLength: PAIR,
    contributions: PAIR,
    renyiDivergence: PAIR,
    tsallisDivergence: PAIR,
    chernoffDivergence: PAIR,
    bhattacharyyaDistance: PAIR,
    itakuraSaitoDivergence: PAIR,
    totalVariation: PAIR,
    squaredHellinger: PAIR,
    hellingerDistance: PAIR,
    pearsonChiSquare: PAIR,
    neymanChiSquare: PAIR,
    triangularDiscrimination: PAIR,
    populationStabilityIndex: PAIR,
  },
  logits: {
    klDivergence: PAIR,
    klDivergenceWithGradient: PAIR,
    distillationLoss: PAIR,
    distillationLossWithGradient: PAIR,
    jensenShannonDivergence: PAIR,
    jensenShannonDivergenceWithGradient: PAIR,
    entropy: ONE,
    klToUniform: ONE,
    klToUniformWithGradient: ONE,
    logSumExp: ONE,
    softmax: ONE,
    logSoftmax: ONE,
    jensenShannonDistance: PAIR,
    generalizedJensenShannonDivergence: PAIR,
    jeffreysDivergence: PAIR,
    populationStabilityIndex: PAIR,
    skewKlDivergence: PAIR,
    totalVariation: PAIR,
    squaredHellinger: PAIR,
    hellingerDistance: PAIR,
    pearsonChiSquare: PAIR,
    neymanChiSquare: PAIR,
    triangularDiscrimination: PAIR,
    renyiDivergence: PAIR,
    tsallisDivergence: PAIR,
    chernoffDivergence: PAIR,
    bhattacharyyaDistance: PAIR,
    surprisal: LABELS,
  },
  logProbabilities: {
    klDivergence: PAIR,
    jensenShannonDivergence: PAIR,
    entropy: ONE,
    klToUniform: ONE,
    surprisal: LABELS,
  },
  gaussian: {
    klDivergence: GAUSSIANS,
    klDivergenceWithGradient: GAUSSIANS,
    univariateKlDivergence: ENTRIES,
    univariateKlDivergenceWithGradient: ENTRIES,
  },
  pairwise: {
    klDivergence: EVERY,
    jeffreysDivergence: CENTERED,
    jensenShannonDivergence: APART,
    jensenShannonDistance: APART,
    crossEntropy: EVERY,
    gaussianKlDivergence: ['gaussian', 'others'],
    nearest: ['rows', 'others', 'neighbours'],
    nearestGaussians: ['gaussian', 'others', 'neighbours'],
  },
} as const;

/** Options of a call that goes over several threads. */
export interface ParallelOptions {
  /** An AbortSignal: it rejects the call with its reason. Rows that a worker is at are finished, and their results dropped. */
  readonly signal?: Signal | undefined;
  /** Told how many rows are done, of how many. */
  readonly onProgress?: ((done: number, rows: number) => void) | undefined;
}

type Optioned<Options> = Omit<NonNullable<Options>, 'core'> & ParallelOptions;
type Arguments<Given extends unknown[]> = Given extends [infer P, infer Q, (infer Options)?]
  ? undefined extends Given[2]
    ? [p: P, q: Q, options?: Optioned<Options>]
    : [p: P, q: Q, options: Optioned<Options>]
  : Given extends [infer P, (infer Options)?]
    ? [p: P, options?: Optioned<Options>]
    : never;
/** What a batch gives: not the one number, or array, of vectors. */
type Batched<Result> = [Extract<Result, Matrix>] extends [never] ? Exclude<Result, number> : Extract<Result, Matrix>;
/** Of gradients by two inputs, whose signatures are one for each kind of them. */
type PairGradient<Name extends string, Options> = <Wanted extends Name = Name>(
  p: Matrix | Vector,
  q: Matrix | Vector,
  options?: Optioned<Options & surprisal.GradientOptions<Name, Wanted>>,
) => Promise<WithGradient<Float64Array, FloatMatrix, Wanted>>;

/** The function with a promise of its results. Of an overloaded one the last signature counts, which takes what all others do. */
type Parallel<F> =
  F extends surprisal.PairGradientFunction<infer Name, infer Options>
    ? PairGradient<Name, Options>
    : F extends (...args: infer Given) => infer Result
      ? (...args: Arguments<Given>) => Promise<Batched<Result>>
      : never;

type Of<Names, From> = { readonly [Name in keyof Names & keyof From]: Parallel<From[Name]> };

/** Gradients by the names of the parameters, which depend on the kind of scale. */
type GaussianGradient = (
  p: surprisal.gaussian.Gaussian<Matrix>,
  q: surprisal.gaussian.Gaussian<Matrix | Vector> | surprisal.gaussian.StandardNormal,
  options?: Optioned<surprisal.GradientOptions<string>>,
) => Promise<WithGradient<Float64Array, FloatMatrix, string>>;

interface AllPairs {
  readonly gaussianKlDivergence: (
    p: surprisal.pairwise.GaussianRows,
    q?: surprisal.pairwise.GaussianRows,
    options?: Optioned<surprisal.pairwise.GaussianPairwiseOptions>,
  ) => Promise<FloatMatrix>;
  readonly nearest: (
    P: MassRows,
    Q: MassRows | undefined,
    k: number,
    options?: Optioned<surprisal.pairwise.BlockOptions>,
  ) => Promise<surprisal.pairwise.Nearest>;
  readonly nearestGaussians: (
    p: surprisal.pairwise.GaussianRows,
    q: surprisal.pairwise.GaussianRows | undefined,
    k: number,
    options?: Optioned<surprisal.pairwise.GaussianBlockOptions>,
  ) => Promise<surprisal.pairwise.Nearest>;
}
type Measures = 'klDivergence' | 'jeffreysDivergence' | 'jensenShannonDivergence' | 'jensenShannonDistance' | 'crossEntropy';
type Pairwise = AllPairs & {
  readonly [Name in Measures]: (P: MassRows, Q?: MassRows, options?: Optioned<surprisal.pairwise.PairwiseOptions>) => Promise<FloatMatrix>;
};

export type Functions = Of<(typeof FUNCTIONS)[''], typeof surprisal> & {
  readonly logits: Of<(typeof FUNCTIONS)['logits'], typeof surprisal.logits>;
  readonly logProbabilities: Of<(typeof FUNCTIONS)['logProbabilities'], typeof surprisal.logProbabilities>;
  readonly gaussian: Omit<Of<(typeof FUNCTIONS)['gaussian'], typeof surprisal.gaussian>, 'klDivergenceWithGradient'> & {
    readonly klDivergenceWithGradient: GaussianGradient;
  };
  readonly pairwise: Pairwise;
};
