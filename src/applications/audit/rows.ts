/** Rows as tools are handed them: what a user does before the call, in the tool's own floats. */
import type { Floats } from '../../types.js';
import type { PeerRow } from './peers/convention.js';
import { pairwiseSum } from './peers/sum.js';

/** What the numbers of p and q are. */
export type Kind = 'probabilities' | 'counts' | 'logits';

const exact = (x: number): number => x;

/** Prepares one row after another in the same arrays. */
export class RowMaker implements PeerRow {
  readonly p: Floats;
  readonly q: Floats;
  readonly logQ: Floats;
  readonly round: (x: number) => number;
  readonly #kind: Kind;
  readonly #temperature: number;

  constructor(kind: Kind, dtype: 'f32' | 'f64', cols: number, temperature: number) {
    const make = (): Floats => (dtype === 'f32' ? new Float32Array(cols) : new Float64Array(cols));
    [this.p, this.q, this.logQ] = [make(), make(), make()];
    this.round = dtype === 'f32' ? Math.fround : exact;
    this.#kind = kind;
    this.#temperature = temperature;
  }

  /** Takes the rows that begin at `fromP` and `fromQ`, of data widened to doubles. */
  set(p: Float64Array, fromP: number, q: Float64Array, fromQ: number): this {
    if (this.#kind === 'logits') {
      this.#softmax(p, fromP, this.p);
      this.#softmax(q, fromQ, this.q, this.logQ);
      return this;
    }
    this.#copy(p, fromP, this.p);
    this.#copy(q, fromQ, this.q);
    for (let i = 0; i < this.q.length; i++) this.logQ[i] = Math.log(this.q[i] as number);
    return this;
  }

  /** Probabilities as they are, counts as shares. */
  #copy(x: Float64Array, from: number, into: Floats): void {
    let total = 1;
    if (this.#kind === 'counts') {
      total = 0;
      for (let i = 0; i < into.length; i++) total += x[from + i] as number;
    }
    for (let i = 0; i < into.length; i++) into[i] = (x[from + i] as number) / total;
  }

  /** Softmax and log-softmax as array libraries take them: the maximum out, then exp, sum, division and logarithm, each rounded. */
  #softmax(x: Float64Array, from: number, into: Floats, logInto?: Floats): void {
    const { round } = this;
    const z = logInto ?? into;
    let max = -Infinity;
    for (let i = 0; i < z.length; i++) {
      z[i] = round(x[from + i] as number) / this.#temperature;
      max = Math.max(max, z[i] as number);
    }
    for (let i = 0; i < z.length; i++) {
      z[i] = (z[i] as number) - max;
      into[i] = Math.exp(z[i] as number);
    }
    const sum = pairwiseSum(into, round);
    const logSum = round(Math.log(sum));
    for (let i = 0; i < z.length; i++) {
      into[i] = (into[i] as number) / sum;
      if (logInto !== undefined) logInto[i] = (logInto[i] as number) - logSum;
    }
  }
}
