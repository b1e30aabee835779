/** Bootstrap over observations: any statistic of a sample's indices. */
import { bcaInterval, type Interval, percentileInterval } from './intervals.js';
import { Random } from './random.js';

export interface BootstrapOptions {
  /** How many resamples; 2,000 when left out. */
  readonly replicates?: number | undefined;
  /** Of the interval; 0.95 when left out. */
  readonly level?: number | undefined;
  /** Of the random numbers; 1 when left out: the same call gives the same interval. */
  readonly seed?: number | undefined;
  /** Observations that follow each other and are drawn together, as tokens of a text are not independent; 1 when left out. */
  readonly block?: number | undefined;
  /** 'bca' (the default) or 'percentile'. */
  readonly method?: 'bca' | 'percentile' | undefined;
}

export interface Bootstrap {
  readonly estimate: number;
  readonly interval: Interval;
  /** Standard deviation of the replicates. */
  readonly standardError: number;
  readonly replicates: Float64Array;
}

/**
 * Bootstraps a statistic of n observations.
 *
 * @param n         how many observations there are
 * @param statistic of the observations whose indices it is handed; the array is reused and must not be kept
 *
 * Edge cases  blocks: the last one may be shorter, and a resample has as many blocks as the sample; the jackknife then leaves out blocks
 */
export function bootstrap(n: number, statistic: (indices: Int32Array) => number, options: BootstrapOptions = {}): Bootstrap {
  const { replicates = 2000, level = 0.95, seed = 1, block = 1, method = 'bca' } = options;
  const random = new Random(seed);
  const blocks = Math.ceil(n / block);
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const estimate = statistic(all);
  const values = new Float64Array(replicates);
  const drawn = new Int32Array(blocks * block);
  for (let r = 0; r < replicates; r++) {
    let length = 0;
    for (let b = 0; b < blocks; b++) {
      const from = random.below(blocks) * block;
      for (let i = from; i < Math.min(from + block, n); i++) drawn[length++] = i;
    }
    values[r] = statistic(drawn.subarray(0, length));
  }
  const interval =
    method === 'percentile'
      ? percentileInterval(values, level)
      : bcaInterval(values, estimate, jackknifeInfluence(n, block, statistic), level);
  return { estimate, interval, standardError: deviation(values), replicates: values };
}

/** The mean of the leave-one-out statistics, less each of them. */
function jackknifeInfluence(n: number, block: number, statistic: (indices: Int32Array) => number): Float64Array {
  const values = Float64Array.from({ length: Math.ceil(n / block) }, (_, left) => {
    const kept = Int32Array.from({ length: n - (Math.min((left + 1) * block, n) - left * block) }, (_value, i) =>
      i < left * block ? i : i + block,
    );
    return statistic(kept);
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => mean - value);
}

/** Sample standard deviation, with n − 1. */
export function deviation(values: ArrayLike<number>): number {
  let [mean, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const step = (values[i] as number) - mean;
    mean += step / (i + 1);
    squares += step * ((values[i] as number) - mean);
  }
  return Math.sqrt(squares / (values.length - 1));
}
