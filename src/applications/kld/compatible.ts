/** The perplexity tool's statistics, by its own formulas and in its own arithmetic. */
import { Singles } from './singles.js';
import type { TokenValues } from './tokens.js';

/** A number and its uncertainty, one standard error, with tokens taken as independent (they are not). */
export interface Uncertain {
  readonly value: number;
  readonly uncertainty: number;
}

/** What the tool prints after a chunk, of all tokens up to its end. */
export interface Running {
  readonly perplexity: Uncertain;
  readonly logRatio: Uncertain;
  readonly kld: Uncertain;
  readonly rmsDeltaP: Uncertain;
  readonly sameTop: Uncertain;
}

/** Ranks beside the extremes and the median; the tool prints the quartiles of Δp alone. */
const PERCENTILES = [99.9, 99, 95, 90, 75, 25, 10, 5, 1, 0.1] as const;

/** Extremes, median and percentiles. */
export interface Ranks {
  readonly maximum: number;
  readonly median: number;
  readonly minimum: number;
  /** By the percentage: '99.9' … '0.1'. */
  readonly percentiles: Readonly<Record<string, number>>;
}

/** The tool's report. Probabilities and shares are of 1; the tool prints them in percent. */
export interface CompatibleReport {
  readonly tokens: number;
  readonly chunks: readonly Running[];
  readonly perplexity: {
    readonly q: Uncertain;
    readonly base: Uncertain;
    /** Of ln PPL(Q) and ln PPL(base). */
    readonly correlation: number;
    readonly logRatio: Uncertain;
    readonly ratio: Uncertain;
    readonly difference: Uncertain;
  };
  readonly kld: Ranks & { readonly mean: Uncertain };
  readonly deltaP: Ranks & { readonly mean: Uncertain; readonly rms: Uncertain };
  readonly sameTop: Uncertain;
}

const { fround } = Math;

/** Takes tokens in order; a chunk is closed by `endChunk`. Keeps 8 bytes a token, for the percentiles. */
export class Compatible {
  #count = 0;
  #sameTop = 0;
  readonly #nll = new Moments();
  readonly #nllBase = new Moments();
  readonly #kld = new Moments();
  readonly #deltaP = new Moments();
  readonly #squaredDeltaP = new Moments();
  #products = 0;
  readonly #chunks: Running[] = [];
  readonly #klds = new Singles();
  readonly #deltaPs = new Singles();

  add({ nll, nllBase, kld, deltaP, sameTop }: TokenValues): void {
    this.#count++;
    if (sameTop) this.#sameTop++;
    this.#nll.add(nll, fround(nll * nll));
    this.#nllBase.add(nllBase, fround(nllBase * nllBase));
    this.#products += fround(nll * nllBase);
    this.#kld.add(kld, kld * kld);
    const square = fround(deltaP * deltaP);
    this.#deltaP.add(deltaP, square);
    this.#squaredDeltaP.add(square, square * square);
    this.#klds.push(kld);
    this.#deltaPs.push(deltaP);
  }

  endChunk(): void {
    this.#chunks.push(this.#running());
  }

  #running(): Running {
    const count = this.#count;
    const { q, logRatio } = this.#perplexity();
    const meanSquare = this.#squaredDeltaP.mean(count);
    const rms = Math.sqrt(meanSquare.value);
    const top = this.#sameTop / count;
    return {
      perplexity: q,
      logRatio,
      kld: this.#kld.mean(count),
      rmsDeltaP: { value: rms, uncertainty: (0.5 / rms) * meanSquare.uncertainty },
      sameTop: { value: top, uncertainty: Math.sqrt((top * (1 - top)) / (count - 1)) },
    };
  }

  #perplexity(): CompatibleReport['perplexity'] {
    const count = this.#count;
    const [log, logBase] = [this.#nll.mean(count), this.#nllBase.mean(count)];
    const covariance = count < 10 ? 0 : (this.#products / count - log.value * logBase.value) / (count - 1);
    const [q, base] = [exponential(log), exponential(logBase)];
    const spread = log.uncertainty ** 2 + logBase.uncertainty ** 2 - 2 * covariance;
    const logRatio = { value: log.value - logBase.value, uncertainty: Math.sqrt(spread) };
    const squares = q.uncertainty ** 2 + base.uncertainty ** 2;
    return {
      q,
      base,
      correlation: covariance / (log.uncertainty * logBase.uncertainty),
      logRatio,
      ratio: exponential(logRatio),
      difference: {
        value: q.value - base.value,
        uncertainty: Math.sqrt(squares - 2 * q.value * base.value * covariance),
      },
    };
  }

  report(): CompatibleReport {
    const { kld, rmsDeltaP, sameTop } = this.#running();
    return {
      tokens: this.#count,
      chunks: [...this.#chunks],
      perplexity: this.#perplexity(),
      kld: { mean: kld, ...ranks(this.#klds.values) },
      deltaP: {
        mean: this.#deltaP.mean(this.#count),
        ...ranks(this.#deltaPs.values),
        rms: rmsDeltaP,
      },
      sameTop,
    };
  }
}

/** A sum and a sum of squares. */
class Moments {
  #sum = 0;
  #squares = 0;

  add(value: number, square: number): void {
    this.#sum += value;
    this.#squares += square;
  }

  mean(count: number): Uncertain {
    const value = this.#sum / count;
    const variance = this.#squares / count - value * value;
    return { value, uncertainty: variance > 0 && count > 10 ? Math.sqrt(variance / (count - 1)) : 0 };
  }
}

/** Of e^x, when x is uncertain. */
function exponential({ value, uncertainty }: Uncertain): Uncertain {
  const power = Math.exp(value);
  return { value: power, uncertainty: power * uncertainty };
}

function ranks(values: Float32Array): Ranks {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  const middle = sorted[half] as number;
  const median = sorted.length % 2 === 1 ? middle : fround(fround(middle + (sorted[half - 1] as number)) / 2);
  const percentiles = Object.fromEntries(PERCENTILES.map((percent) => [percent, percentile(sorted, fround(percent / 100))]));
  return { maximum: sorted.at(-1) as number, median, minimum: sorted[0] as number, percentiles };
}

/** Interpolated between neighbours, in float32. */
function percentile(sorted: Float32Array, fraction: number): number {
  const at = fround(fraction * fround(sorted.length - 1));
  const below = Math.floor(at);
  const part = fround(at - below);
  const above = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return fround(fround(fround(1 - part) * (sorted[below] as number)) + fround(part * above));
}
