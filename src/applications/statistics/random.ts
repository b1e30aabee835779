/**
 * Seeded random numbers (sfc32): the same seed gives the same sequence of bits everywhere, and the same numbers wherever the engine's logarithm and
 * exponential agree.
 */
import { logGamma } from './special.js';

export class Random {
  #a = 0x9e3779b9 | 0;
  #b = 0x243f6a88 | 0;
  #c: number;
  #d = 1;
  #spare = NaN;

  constructor(readonly seed: number) {
    this.#c = seed | 0;
    for (let i = 0; i < 16; i++) this.bits();
  }

  /** 32 random bits, unsigned. */
  bits(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** Uniform in (0, 1), 52 bits and a half: never 0, so that it has a logarithm. */
  uniform(): number {
    return ((this.bits() >>> 6) * 2 ** 26 + (this.bits() >>> 6) + 0.5) * 2 ** -52;
  }

  /** A whole number in [0, n), n ≤ 2³². */
  below(n: number): number {
    return Math.floor(this.bits() * 2 ** -32 * n);
  }

  /** Standard normal, by the polar method. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = NaN;
      return spare;
    }
    for (;;) {
      const [x, y] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = y * scale;
      return x * scale;
    }
  }

  /** Exponential of mean 1. */
  exponential(): number {
    return -Math.log(this.uniform());
  }

  /** Gamma of the given shape and scale 1. Source: G. Marsaglia, W. W. Tsang, ACM Trans. Math. Softw. 26 (2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * this.uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const z = this.normal();
      const v = (1 + c * z) ** 3;
      if (v > 0 && Math.log(this.uniform()) < (z * z) / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Poisson of the given mean: by inversion where it is small, by transformed rejection above (W. Hörmann, Insur. Math. Econ. 12, 1993). */
  poisson(mean: number): number {
    if (mean < 10) {
      let k = 0;
      for (let product = this.uniform(), least = Math.exp(-mean); product > least; product *= this.uniform()) k++;
      return k;
    }
    const root = Math.sqrt(mean);
    const b = 0.931 + 2.53 * root;
    const a = -0.059 + 0.02483 * b;
    const inverse = 1.1239 + 1.1328 / (b - 3.4);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (Math.log((v * inverse) / (a / (us * us) + b)) <= k * Math.log(mean) - mean - logGamma(k + 1)) return k;
    }
  }

  /** Puts the items into random order, in place. */
  shuffle<Items extends { length: number; [index: number]: number }>(items: Items): Items {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = items[i] as number;
      items[i] = items[j] as number;
      items[j] = item;
    }
    return items;
  }
}
