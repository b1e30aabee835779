import type { BackendName, Dtype, Floats } from '../types.js';

/**
 * What the entries of an input may be. A backend answers NaN for a row that breaks this (`element`: in its first entry), and for no other.
 * A module's export answers NaN also for a row out of the lanes' range; its backend then asks the twin.
 *
 *   mass      finite and ≥ 0, not all zero where the kernel normalises
 *   logit     finite or −∞ (a masked class), not all −∞
 *   real      finite
 *   positive  finite and > 0
 */
export type Domain = 'mass' | 'logit' | 'real' | 'positive';

/** One line of the registry: everything that binders, checks, tests and benches need to know of a kernel. */
export interface KernelSpec {
  /** Exported from the module as `${abi}_f64` and `${abi}_f32`. */
  readonly abi: string;
  /** Inputs in ABI order, each with the domain of its entries. */
  readonly inputs: Readonly<Record<string, Domain>>;
  /** Scalar parameters in ABI order, all f64; flags are 0 or 1. */
  readonly params: readonly string[];
  /** `row`: one f64 a row. `element`: an array of the inputs' own shape and dtype. */
  readonly output: 'row' | 'element';
  /** Scratch that a call needs, in f64 per column. */
  readonly scratch: number;
  /** And what it needs whatever the columns: tiles and the sums of a group of rows. */
  readonly fixedScratch?: number;
}

/**
 * Runs one kernel over a batch.
 *
 * @param inputs arrays of one dtype, in the registry's order; input k holds `rows · cols` entries, or `cols` where `steps[k]` is 0
 * @param steps  entries from one row to the next: `cols`, or 0 for one row that serves as reference for all
 * @param params in the registry's order
 * @param out    rows entries (`row`, f64) or rows · cols entries of the inputs' dtype (`element`)
 */
export type Kernel = (
  inputs: readonly Floats[],
  steps: readonly number[],
  rows: number,
  cols: number,
  params: readonly number[],
  out: Floats,
) => void;

const mass2 = { p: 'mass', q: 'mass' } as const;
const logits2 = { a: 'logit', b: 'logit' } as const;

/** Three tiles of 1024 entries, the sums of 128 rows, a repeated reference row; in f64. */
const TILES = 4608;

/** Five tiles of 256 entries and a running sum, in f64. */
const GAUSSIAN_TILES = 1322;

/** The registry: one line a kernel. The formula and accuracy of each stand above its body in `assembly/kernels/`. */
export const KERNELS = {
  // discrete: rows of masses. normalize: 1 divides by the row's sum, 0 takes entries as given.
  klRows: { abi: 'kl_rows', inputs: mass2, params: ['normalize'], output: 'row', scratch: 0, fixedScratch: TILES },
  jeffreysRows: { abi: 'jeffreys_rows', inputs: mass2, params: ['normalize'], output: 'row', scratch: 0, fixedScratch: TILES },
  jensenShannonRows: { abi: 'jensen_shannon_rows', inputs: mass2, params: ['normalize'], output: 'row', scratch: 0, fixedScratch: TILES },
  crossEntropyRows: { abi: 'cross_entropy_rows', inputs: mass2, params: ['normalize'], output: 'row', scratch: 0, fixedScratch: TILES },
  entropyRows: { abi: 'entropy_rows', inputs: { p: 'mass' }, params: ['normalize'], output: 'row', scratch: 0, fixedScratch: TILES },
  // logits: rows of unnormalised log-probabilities.
  logitsKlRows: { abi: 'logits_kl_rows', inputs: logits2, params: ['temperature'], output: 'row', scratch: 2 },
  logitsJensenShannonRows: { abi: 'logits_jensen_shannon_rows', inputs: logits2, params: ['temperature'], output: 'row', scratch: 3 },
  logitsEntropyRows: { abi: 'logits_entropy_rows', inputs: { z: 'logit' }, params: ['temperature'], output: 'row', scratch: 1 },
  logitsUniformKlRows: { abi: 'logits_uniform_kl_rows', inputs: { z: 'logit' }, params: ['temperature'], output: 'row', scratch: 2 },
  logSumExpRows: { abi: 'log_sum_exp_rows', inputs: { z: 'logit' }, params: ['temperature'], output: 'row', scratch: 1 },
  softmaxRows: { abi: 'softmax_rows', inputs: { z: 'logit' }, params: ['temperature'], output: 'element', scratch: 1 },
  logSoftmaxRows: { abi: 'log_softmax_rows', inputs: { z: 'logit' }, params: ['temperature'], output: 'element', scratch: 1 },
  // gaussian: rows are diagonal Gaussians; with one column they are univariate pairs.
  gaussianVarianceKlRows: {
    abi: 'gaussian_variance_kl_rows',
    inputs: { mean0: 'real', variance0: 'positive', mean1: 'real', variance1: 'positive' },
    params: [],
    output: 'row',
    scratch: 0,
    fixedScratch: GAUSSIAN_TILES,
  },
  gaussianLogVarianceKlRows: {
    abi: 'gaussian_log_variance_kl_rows',
    inputs: { mean0: 'real', logVariance0: 'real', mean1: 'real', logVariance1: 'real' },
    params: [],
    output: 'row',
    scratch: 0,
    fixedScratch: GAUSSIAN_TILES,
  },
  gaussianStdKlRows: {
    abi: 'gaussian_std_kl_rows',
    inputs: { mean0: 'real', std0: 'positive', mean1: 'real', std1: 'positive' },
    params: [],
    output: 'row',
    scratch: 0,
    fixedScratch: GAUSSIAN_TILES,
  },
  priorVarianceKlRows: {
    abi: 'prior_variance_kl_rows',
    inputs: { mean: 'real', variance: 'positive' },
    params: [],
    output: 'row',
    scratch: 0,
    fixedScratch: GAUSSIAN_TILES,
  },
  priorLogVarianceKlRows: {
    abi: 'prior_log_variance_kl_rows',
    inputs: { mean: 'real', logVariance: 'real' },
    params: [],
    output: 'row',
    scratch: 0,
    fixedScratch: GAUSSIAN_TILES,
  },
  priorStdKlRows: {
    abi: 'prior_std_kl_rows',
    inputs: { mean: 'real', std: 'positive' },
    params: [],
    output: 'row',
    scratch: 0,
    fixedScratch: GAUSSIAN_TILES,
  },
  // elementwise logarithm and exponential: useful by themselves, and how assembly/math is tested.
  logMap: { abi: 'log_map', inputs: { x: 'real' }, params: [], output: 'element', scratch: 0 },
  expMap: { abi: 'exp_map', inputs: { x: 'real' }, params: [], output: 'element', scratch: 0 },
} as const satisfies Record<string, KernelSpec>;

export type KernelName = keyof typeof KERNELS;

/** A backend: every kernel for both dtypes. Twins return the same bits (law 2). */
export interface Backend {
  readonly name: BackendName;
  kernel(name: KernelName, dtype: Dtype): Kernel;
}
