import type { Narrow } from '../rows/narrow.js';
import type { Room } from '../rows/resident.js';
import type { Products } from './pack.js';
import type { BackendName, Dtype, Floats } from '../types.js';

/**
 * What the entries of an input may be. A backend answers NaN for a row that breaks this (`element`: in its first entry), and for no other.
 * A module's export answers NaN also for a row out of the lanes' range; its backend then asks the twin.
 *
 *   mass      finite and ≥ 0, not all zero where the kernel normalises
 *   logit     finite or −∞ (a masked class), not all −∞
 *   real      finite
 *   positive  finite and > 0
 *
 * and of the inputs that have a matrix of cols × cols in a row:
 *
 *   covariance  finite, symmetric, positive definite
 *   factor      finite, > 0 on the diagonal, 0 above it: the Cholesky factor of a covariance
 */
export type Domain = 'mass' | 'logit' | 'real' | 'positive' | 'covariance' | 'factor';

/** Entries of an input in a row. */
export function widthOf(domain: Domain, cols: number): number {
  return domain === 'covariance' || domain === 'factor' ? cols * cols : cols;
}

/**
 * One line of the registry: everything that binders, checks, tests and benches need to know of a kernel. Its name in snake case is the
 * module's export, for both dtypes: klRows is kl_rows.
 */
export interface KernelSpec {
  /** Inputs in ABI order, each with the domain of its entries. */
  readonly inputs: Readonly<Record<string, Domain>>;
  /** Scalar parameters in ABI order, all f64; flags are 0 or 1. */
  readonly params: readonly string[];
  /** `row`: one f64 a row. `element`: an array of the inputs' own shape and dtype. */
  readonly output: 'row' | 'element';
  /** Inputs, by name, whose gradient the kernel writes beside the value where it is asked to: of the input's own shape and dtype. */
  readonly gradients: readonly string[];
  /** A row may come in parts, all but the last of whole blocks: its first parameter is then 2 for the first of them and 3 for the others, and the result that of all so far. NaN where the row is needed as a whole. */
  readonly parts?: boolean;
  /** The module has no gradients of this kernel: where one is wanted, the twin answers. */
  readonly gradientsByTwin?: boolean;
  /** Scratch that a call needs, in f64 per column. */
  readonly scratch: number;
  /** And per square of the columns, where matrices are worked on. */
  readonly squareScratch?: number;
  /** And what it needs whatever the columns: tiles and the sums of a group of rows. */
  readonly fixedScratch: number;
}

/** An input of a call: entries of the kernel's dtype, or narrower ones, which a backend widens as it runs. */
export type Entries = Floats | Narrow;

/**
 * Runs one kernel over a batch. Twins take arrays of their dtype alone; a backend's kernels take narrower entries too.
 *
 * @param inputs entries of one dtype, in the registry's order; input k holds `rows · width` entries (`widthOf`), or `width` where `steps[k]` is 0
 * @param steps  entries from one row to the next: the width, or 0 for one row that serves as reference for all
 * @param params in the registry's order
 * @param out    rows entries (`row`, f64) or rows · cols entries of the inputs' dtype (`element`)
 * @param gradients in the registry's order, rows · width entries of the inputs' dtype each: row i is the derivative of result i by row i of that input (of a
 *                  reference row too); undefined, or none at all, where it is not wanted. A row whose result is NaN has NaN there
 * @returns true where it is known that no row is NaN; the caller looks otherwise
 */
export type Kernel<Input extends Entries = Floats> = (
  inputs: readonly Input[],
  steps: readonly number[],
  rows: number,
  cols: number,
  params: readonly number[],
  out: Floats,
  gradients?: Gradients,
) => boolean | undefined;

/** One array for each of a kernel's gradients, or undefined where it is not wanted. */
export type Gradients = readonly (Floats | undefined)[];

const pairOf = (domain: Domain) => ({ p: domain, q: domain });
const real = 'real';
const positive = 'positive';

/** Entries of each gradient in a row. */
export function gradientWidthsOf({ inputs, gradients }: KernelSpec, cols: number): number[] {
  return gradients.map((name) => widthOf(inputs[name] as Domain, cols));
}

/** Four tiles of 512 entries, what is known of a row, running sums, the sums of 128 rows and 512 more, or five tiles of 648 and these; and behind that a repeated reference row; in f64. */
const TILES = 3940 + 1032;

/** Four tiles of 512 entries, 512 more, a running sum, and the end of four rows of pairs. */
const TERM_TILES = 2648;

/** Seven tiles of 256 entries and a running sum, in f64. */
const GAUSSIAN_TILES = 1866;

/** Four tiles of 512 entries, 512 more, what is known of a row, two running sums, and the ends of two rows. */
const GRADIENT_TILES = 2668;

function discrete(inputs: KernelSpec['inputs'], more: readonly string[] = []): KernelSpec {
  return { inputs, params: ['normalize', ...more], output: 'row', gradients: [], scratch: 0, fixedScratch: TILES };
}

/** Three rows of pairs, and what log-ratios take beside them. */
function contributions(inputs: KernelSpec['inputs']): KernelSpec {
  return { inputs, params: ['normalize', 'contribution'], output: 'element', gradients: [], scratch: 3, fixedScratch: 520 };
}

/** What the weights of a row take behind it while they are made: PIECE of assembly/math/weights.ts. Where scratch has two rows and more the next one serves. */
const WEIGHTS_PIECE = 128;

function logits(inputs: KernelSpec['inputs'], scratch: number, output: KernelSpec['output'] = 'row'): KernelSpec {
  return { inputs, params: ['temperature'], output, gradients: [], scratch, fixedScratch: WEIGHTS_PIECE };
}

/** The same with the gradient of every input: each derivative of the value by a logit over T, times `gradientFactor`. */
function logitsWithGradient(inputs: KernelSpec['inputs'], scratch: number, fixedScratch = 0): KernelSpec {
  const params = ['temperature', 'gradientFactor'];
  return { inputs, params, output: 'row', gradients: Object.keys(inputs), scratch, fixedScratch };
}

function gaussian(inputs: KernelSpec['inputs']): KernelSpec {
  return { inputs, params: [], output: 'row', gradients: Object.keys(inputs), scratch: 0, fixedScratch: GAUSSIAN_TILES };
}

/** Two rows side by side: three matrices, four rows and three entries of pairs. */
function multivariate(inputs: KernelSpec['inputs']): KernelSpec {
  return {
    inputs,
    params: [],
    output: 'row',
    gradients: Object.keys(inputs),
    gradientsByTwin: true,
    squareScratch: 6,
    scratch: 8,
    fixedScratch: 6,
  };
}

/** Which divergence `divergenceRows` answers: its parameter `kind`. */
export const KINDS = { generalizedKl: 0, jeffreys: 1, totalVariation: 2, triangular: 3, pearson: 4, squaredHellinger: 5 } as const;

/** Which divergence `logitsDivergenceRows` answers: its parameter `measure`: a kind, the first of which is KL here, or one with a parameter. `weight` is of the mixtures, `alpha`, the order, of the last two. */
export const LOGIT_MEASURES = { ...KINDS, mixture: 6, skew: 7, tsallis: 8, renyi: 9 } as const;

/** What `contributionRows` answers: its parameter `contribution`. φ(p̂, q̂); p̂·log(p̂/q̂); log(p̂/q̂), 0 where p̂ is 0. */
export const CONTRIBUTIONS = { nonNegative: 0, signed: 1, logRatio: 2 } as const;

/** Of which divergence `divergenceGradientRows` answers the gradients: its parameter `divergence`. Where rows are normalised the last is the first. */
export const GRADIENTS = { kl: 0, jensenShannon: 1, generalizedKl: 2 } as const;

/** The registry: one line a kernel. The formula and accuracy of each stand above its body in `assembly/kernels/`. */
export const KERNELS = {
  // Rows of masses. normalize: 1 divides by the row's sum, 0 takes entries as given.
  klRows: { ...discrete(pairOf('mass')), parts: true },
  // Rows that hold the distributions of several members; scratch for the means of a group of them.
  memberKlRows: { inputs: { p: 'mass' }, params: ['members'], output: 'row', gradients: [], scratch: 1, fixedScratch: TILES + 1032 },
  divergenceRows: discrete(pairOf('mass'), ['kind']),
  mixtureRows: discrete(pairOf('mass'), ['weight', 'skew']),
  powerRows: discrete(pairOf('mass'), ['order', 'logarithm']),
  crossEntropyRows: discrete(pairOf('mass')),
  entropyRows: discrete({ p: 'mass' }),
  contributionRows: contributions(pairOf('mass')),
  itakuraSaitoRows: { inputs: pairOf(positive), params: [], output: 'row', gradients: [], scratch: 0, fixedScratch: TILES },
  // A divergence with its gradients. boundary: 1 leaves infinite slopes infinite, 0 makes them 0.
  divergenceGradientRows: {
    inputs: pairOf('mass'),
    params: ['normalize', 'divergence', 'boundary', 'gradientFactor'],
    output: 'row',
    gradients: ['p', 'q'],
    scratch: 2,
    fixedScratch: GRADIENT_TILES,
  },
  // Rows of unnormalised log-probabilities.
  logitsKlRows: logitsWithGradient({ a: 'logit', b: 'logit' }, 3),
  logitsJensenShannonRows: logitsWithGradient({ a: 'logit', b: 'logit' }, 4, TERM_TILES),
  logitsDivergenceRows: {
    inputs: { a: 'logit', b: 'logit' },
    params: ['temperature', 'measure', 'weight', 'alpha'],
    output: 'row',
    gradients: [],
    scratch: 3,
    fixedScratch: TERM_TILES,
  },
  logitsEntropyRows: logitsWithGradient({ z: 'logit' }, 2),
  logSumExpRows: logits({ z: 'logit' }, 1),
  softmaxRows: logits({ z: 'logit' }, 1, 'element'),
  logSoftmaxRows: logits({ z: 'logit' }, 1, 'element'),
  // Rows of diagonal Gaussians; with one column, univariate pairs.
  gaussianVarianceKlRows: gaussian({ mean0: real, variance0: positive, mean1: real, variance1: positive }),
  gaussianLogVarianceKlRows: gaussian({ mean0: real, logVariance0: real, mean1: real, logVariance1: real }),
  gaussianStdKlRows: gaussian({ mean0: real, std0: positive, mean1: real, std1: positive }),
  priorVarianceKlRows: gaussian({ mean: real, variance: positive }),
  priorLogVarianceKlRows: gaussian({ mean: real, logVariance: real }),
  priorStdKlRows: gaussian({ mean: real, std: positive }),
  // Rows of Gaussians with full covariances, one matrix of cols × cols a row.
  gaussianCovarianceKlRows: multivariate({ mean0: real, covariance0: 'covariance', mean1: real, covariance1: 'covariance' }),
  gaussianCholeskyKlRows: multivariate({ mean0: real, cholesky0: 'factor', mean1: real, cholesky1: 'factor' }),
} as const;

export type KernelName = keyof typeof KERNELS;

/** Kernels of diagonal Gaussians by the kind of their scale: from another row, and from the standard normal. */
export const DIAGONAL_KERNELS = {
  variance: { pair: 'gaussianVarianceKlRows', prior: 'priorVarianceKlRows' },
  logVariance: { pair: 'gaussianLogVarianceKlRows', prior: 'priorLogVarianceKlRows' },
  std: { pair: 'gaussianStdKlRows', prior: 'priorStdKlRows' },
} as const;

/** Up to this many results are kept aside in a room that stays. */
export const ASIDE_ENTRIES = 1048576;

/** A backend: every kernel for both dtypes. Twins return the same bits (law 2). */
export interface Backend {
  readonly name: BackendName;
  kernel(name: KernelName, dtype: Dtype): Kernel<Entries>;
  /** Products of every row with every row: what of all-pairs divergences is a matrix product. */
  readonly products: Readonly<Record<Dtype, Products>>;
  /** Zeros that kernels read and write without a copy. Throws a RangeError where there is no memory for them. */
  allocate(rows: number, cols: number, dtype: Dtype): Room;
  /**
   * Room for results that wait, in its memory, so that kernels write them where they stay; the next call may take the same. Undefined where it has none of that
   * size: an ordinary array does as well.
   */
  aside?(length: number): Float64Array | undefined;
  /** True where a quick look shows every row to be within its domain, so that none will be NaN. False says nothing, and so does a backend without it. */
  isPlain?(
    domains: readonly Domain[],
    inputs: readonly Entries[],
    steps: readonly number[],
    rows: number,
    cols: number,
    dtype: Dtype,
  ): boolean;
  /** A place in its memory for one more thread; undefined where threads cannot share it. */
  share?(): SharedMemory;
}

/** What a thread needs in order to compute in the memory of another one's core. It may be posted to a worker. */
export interface SharedMemory {
  /** A WebAssembly.Memory; not every compiler knows the name. */
  readonly memory: { readonly buffer: ArrayBufferLike; grow(pages: number): number };
  /** Where the thread's own arena begins. */
  readonly arena: number;
}
