/** What the perplexity tool's figures are when rows are distributions and tokens of a chunk are not taken as independent. */
import { quantile } from '../../report/distribution.js';
import { bootstrap } from '../statistics/bootstrap.js';
import type { Interval } from '../statistics/intervals.js';
import { normalQuantile } from '../statistics/normal.js';
import { Singles } from './singles.js';

/** What is added up of a chunk's tokens. */
const SUMS = ['count', 'kl', 'withTail', 'reverse', 'js', 'nll', 'nllBase', 'deltaP', 'squaredDeltaP', 'sameTop', 'top5', 'top10'] as const;
type Sum = (typeof SUMS)[number];

/** One token; what is of the tail only where the row has one. */
export type CorrectedToken = Readonly<Record<Exclude<Sum, 'count'>, number>> & {
  readonly target: number;
  /** Whether the target lies below the row's window. */
  readonly below: boolean;
  /** Σ of the row's probabilities as they stand in the file. */
  readonly rowSum: number;
  readonly tail?: TailMass | undefined;
};

/** Mass of the classes below a row's window. */
export interface TailMass {
  /** Of the base model: what its stored probabilities leave of 1. */
  readonly base: number;
  /** As the file has it: every one of them at the window's end. */
  readonly stored: number;
  /** Of the second model. */
  readonly other: number;
}

/** A mean over tokens with its interval over chunks. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

export interface WorstToken {
  readonly chunk: number;
  readonly row: number;
  readonly target: number;
  readonly kl: number;
}

export interface CorrectedReport {
  readonly tokens: number;
  readonly chunks: number;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
  /** KL(base ‖ Q) of the renormalised rows, in nats a token. */
  readonly kl: Estimate;
  /** The same with all classes below the window as one, of the mass that they truly have. */
  readonly klWithTail: Estimate;
  readonly reverseKl: Estimate;
  readonly jensenShannon: Estimate;
  readonly perplexity: { readonly q: Estimate; readonly base: Estimate; readonly ratio: Estimate };
  readonly deltaP: { readonly mean: Estimate; readonly rms: Estimate };
  readonly sameTop: Estimate;
  /** Share of the base's first 5 and 10 tokens that are among as many of Q. */
  readonly topAgreement: { readonly 5: Estimate; readonly 10: Estimate };
  /** KL(base ‖ Q) at these shares of tokens, by the percentage, with intervals by the spread of the share over chunks. */
  readonly quantiles: Readonly<Record<string, Estimate>>;
  readonly minimum: number;
  readonly maximum: number;
  /** Mean KL(base ‖ Q) by the place of the row in its chunk. */
  readonly byPosition: Float64Array;
  readonly worst: readonly WorstToken[];
  /** Rows whose window is full, with the mass below it, mean and most. */
  readonly tail: { readonly rows: number; readonly mean: TailMass; readonly most: TailMass };
  /** Targets below the window: their probability under the base is stored too high, so PPL(base) is too low. */
  readonly targetsBelow: number;
  readonly rowSums: readonly [least: number, most: number];
}

export interface CorrectedOptions {
  readonly rowsPerChunk: number;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
  readonly worst: number;
}

const PERCENTAGES = [99.9, 99, 95, 90, 50, 10, 5, 1, 0.1] as const;

/** Chunks beyond this many are drawn in groups of neighbours. */
const MOST_BLOCKS = 500;

/** Takes tokens in order. Keeps 4 bytes a token, and a few sums a chunk. */
export class Corrected {
  readonly #options: CorrectedOptions;
  readonly #chunks: Float64Array[] = [];
  readonly #kls = new Singles();
  readonly #byPosition: Float64Array;
  readonly #worst: WorstToken[] = [];
  #tokens = 0;
  #below = 0;
  #tails = 0;
  readonly #tailSum = { base: 0, stored: 0, other: 0 };
  readonly #tailMost = { base: 0, stored: 0, other: 0 };
  #rowSums: [number, number] = [Infinity, -Infinity];

  constructor(options: CorrectedOptions) {
    this.#options = options;
    this.#byPosition = new Float64Array(options.rowsPerChunk);
  }

  add(token: CorrectedToken): void {
    const { rowsPerChunk } = this.#options;
    const row = this.#tokens % rowsPerChunk;
    if (row === 0) this.#chunks.push(new Float64Array(SUMS.length));
    const sums = this.#chunks.at(-1) as Float64Array;
    sums[0] = (sums[0] as number) + 1;
    for (let k = 1; k < SUMS.length; k++) sums[k] = (sums[k] as number) + token[SUMS[k] as Exclude<Sum, 'count'>];
    this.#byPosition[row] = (this.#byPosition[row] as number) + token.kl;
    this.#kls.push(token.kl);
    this.#keepWorst({ chunk: this.#chunks.length - 1, row, target: token.target, kl: token.kl });
    if (token.below) this.#below++;
    if (token.tail !== undefined) {
      this.#tails++;
      for (const name of ['base', 'stored', 'other'] as const) {
        this.#tailSum[name] += token.tail[name];
        this.#tailMost[name] = Math.max(this.#tailMost[name], token.tail[name]);
      }
    }
    this.#rowSums = [Math.min(this.#rowSums[0], token.rowSum), Math.max(this.#rowSums[1], token.rowSum)];
    this.#tokens++;
  }

  #keepWorst(token: WorstToken): void {
    const worst = this.#worst;
    if (worst.length === this.#options.worst && !(token.kl > (worst.at(-1)?.kl ?? Infinity))) return;
    const at = worst.findIndex(({ kl }) => token.kl > kl);
    worst.splice(at < 0 ? worst.length : at, 0, token);
    if (worst.length > this.#options.worst) worst.pop();
  }

  report(): CorrectedReport {
    const { level, replicates, seed, rowsPerChunk } = this.#options;
    const tokens = this.#tokens;
    const blocks = grouped(this.#chunks, Math.ceil(this.#chunks.length / MOST_BLOCKS));
    const estimate = (statistic: (of: (sum: Sum) => number) => number) => this.#estimate(blocks, statistic);
    const mean = (sum: Sum) => estimate((of) => of(sum) / of('count'));
    const values = Float64Array.from(this.#kls.values).sort();
    const tails = Math.max(1, this.#tails);
    const { base, stored, other } = this.#tailSum;
    const full = Math.floor(tokens / rowsPerChunk);
    const started = tokens % rowsPerChunk;
    return {
      ...{ tokens, chunks: this.#chunks.length, level, replicates, seed },
      kl: mean('kl'),
      klWithTail: mean('withTail'),
      reverseKl: mean('reverse'),
      jensenShannon: mean('js'),
      perplexity: {
        q: estimate((of) => Math.exp(of('nll') / of('count'))),
        base: estimate((of) => Math.exp(of('nllBase') / of('count'))),
        ratio: estimate((of) => Math.exp((of('nll') - of('nllBase')) / of('count'))),
      },
      deltaP: { mean: mean('deltaP'), rms: estimate((of) => Math.sqrt(of('squaredDeltaP') / of('count'))) },
      sameTop: mean('sameTop'),
      topAgreement: { 5: mean('top5'), 10: mean('top10') },
      quantiles: Object.fromEntries(PERCENTAGES.map((percent) => [percent, this.#quantile(values, percent / 100)])),
      minimum: values[0] ?? NaN,
      maximum: values.at(-1) ?? NaN,
      byPosition: this.#byPosition.map((sum, row) => sum / (full + (row < started ? 1 : 0))),
      worst: [...this.#worst],
      tail: {
        rows: this.#tails,
        mean: { base: base / tails, stored: stored / tails, other: other / tails },
        most: { ...this.#tailMost },
      },
      targetsBelow: this.#below,
      rowSums: this.#rowSums,
    };
  }

  /** A function of sums over tokens, and its interval when blocks are drawn anew. */
  #estimate(blocks: readonly Float64Array[], statistic: (of: (sum: Sum) => number) => number): Estimate {
    const { level, replicates, seed } = this.#options;
    const totals = new Float64Array(SUMS.length);
    const of = (sum: Sum) => totals[SUMS.indexOf(sum)] as number;
    const ofBlocks = (indices: Int32Array): number => {
      totals.fill(0);
      for (const i of indices) add(totals, blocks[i] as Float64Array);
      return statistic(of);
    };
    const { estimate, interval } = bootstrap(blocks.length, ofBlocks, { level, replicates, seed });
    return { value: estimate, interval: blocks.length < 2 ? [NaN, NaN] : interval };
  }

  /**
   * A quantile, with the quantiles at the ends of its share's interval: the share of tokens below it varies from chunk to chunk.
   *
   * Source  R. S. Woodruff, J. Am. Stat. Assoc. 47 (1952)
   */
  #quantile(sorted: Float64Array, share: number): Estimate {
    const all = { values: sorted, total: sorted.length };
    const value = quantile(all, share);
    const { rowsPerChunk, level } = this.#options;
    const chunks = this.#chunks.length;
    const kls = this.#kls.values;
    let squares = 0;
    for (let from = 0; from < this.#tokens; from += rowsPerChunk) {
      const to = Math.min(this.#tokens, from + rowsPerChunk);
      let below = 0;
      for (let i = from; i < to; i++) if ((kls[i] as number) <= value) below++;
      squares += (below - share * (to - from)) ** 2;
    }
    const error = Math.sqrt((squares * chunks) / (chunks - 1)) / this.#tokens;
    const reach = normalQuantile((1 + level) / 2) * error;
    const at = (p: number) => (Number.isNaN(p) ? NaN : quantile(all, Math.min(1, Math.max(0, p))));
    return { value, interval: [at(share - reach), at(share + reach)] };
  }
}

function grouped(chunks: readonly Float64Array[], size: number): Float64Array[] {
  const groups: Float64Array[] = [];
  for (const [i, chunk] of chunks.entries()) {
    if (i % size === 0) groups.push(chunk.slice());
    else add(groups.at(-1) as Float64Array, chunk);
  }
  return groups;
}

function add(totals: Float64Array, sums: Float64Array): void {
  for (let k = 0; k < totals.length; k++) totals[k] = (totals[k] as number) + (sums[k] as number);
}
