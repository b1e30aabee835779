/** What the perplexity tool's figures are when rows are distributions and tokens of a chunk are not taken as independent. */
import { Leading } from '../../report/leading.js';
import { BlockSums, type Estimate } from '../statistics/blockSums.js';
import { Singles } from './singles.js';

/** What is added up of a chunk's tokens. */
const SUMS = ['kl', 'withTail', 'reverse', 'js', 'nll', 'nllBase', 'deltaP', 'squaredDeltaP', 'sameTop', 'top5', 'top10'] as const;
type Sum = (typeof SUMS)[number];

/** One token; what is of the tail only where the row has one. */
export type CorrectedToken = Readonly<Record<Sum, number>> & {
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

/** Takes tokens in order. Keeps 4 bytes a token, and a few sums a chunk. */
export class Corrected {
  readonly #options: CorrectedOptions;
  readonly #sums: BlockSums<Sum>;
  readonly #kls = new Singles();
  readonly #byPosition: Float64Array;
  readonly #worst: Leading<WorstToken>;
  #tokens = 0;
  #below = 0;
  #tails = 0;
  readonly #tailSum = { base: 0, stored: 0, other: 0 };
  readonly #tailMost = { base: 0, stored: 0, other: 0 };
  #rowSums: [number, number] = [Infinity, -Infinity];

  constructor(options: CorrectedOptions) {
    this.#options = options;
    this.#sums = new BlockSums(SUMS, { block: options.rowsPerChunk, ...options });
    this.#byPosition = new Float64Array(options.rowsPerChunk);
    this.#worst = new Leading(options.worst);
  }

  add(token: CorrectedToken): void {
    const { rowsPerChunk } = this.#options;
    const row = this.#tokens % rowsPerChunk;
    this.#sums.add(token);
    this.#byPosition[row] = (this.#byPosition[row] as number) + token.kl;
    this.#kls.push(token.kl);
    this.#worst.add(token.kl, { chunk: Math.floor(this.#tokens / rowsPerChunk), row, target: token.target, kl: token.kl });
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

  report(): CorrectedReport {
    const { level, replicates, seed, rowsPerChunk } = this.#options;
    const tokens = this.#tokens;
    const sums = this.#sums;
    const mean = (sum: Sum) => sums.mean(sum);
    const kls = this.#kls.values;
    const sorted = Float64Array.from(kls).sort();
    const tails = Math.max(1, this.#tails);
    const { base, stored, other } = this.#tailSum;
    const full = Math.floor(tokens / rowsPerChunk);
    const started = tokens % rowsPerChunk;
    return {
      ...{ tokens, chunks: Math.ceil(tokens / rowsPerChunk), level, replicates, seed },
      kl: mean('kl'),
      klWithTail: mean('withTail'),
      reverseKl: mean('reverse'),
      jensenShannon: mean('js'),
      perplexity: {
        q: sums.estimate((of, n) => Math.exp(of('nll') / n)),
        base: sums.estimate((of, n) => Math.exp(of('nllBase') / n)),
        ratio: sums.estimate((of, n) => Math.exp((of('nll') - of('nllBase')) / n)),
      },
      deltaP: { mean: mean('deltaP'), rms: sums.estimate((of, n) => Math.sqrt(of('squaredDeltaP') / n)) },
      sameTop: mean('sameTop'),
      topAgreement: { 5: mean('top5'), 10: mean('top10') },
      quantiles: Object.fromEntries(PERCENTAGES.map((percent) => [percent, sums.quantile(kls, sorted, percent / 100)])),
      minimum: sorted[0] ?? NaN,
      maximum: sorted.at(-1) ?? NaN,
      byPosition: this.#byPosition.map((sum, row) => sum / (full + (row < started ? 1 : 0))),
      worst: this.#worst.items(),
      tail: {
        rows: this.#tails,
        mean: { base: base / tails, stored: stored / tails, other: other / tails },
        most: { ...this.#tailMost },
      },
      targetsBelow: this.#below,
      rowSums: this.#rowSums,
    };
  }
}
