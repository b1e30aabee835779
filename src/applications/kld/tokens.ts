/** What the perplexity tool computes of one token, step by step in its own arithmetic: float32 where it has float, float64 where it has double. */
import { expSingle } from './expSingle.js';

/** Base log-probabilities at or below this add nothing to the tool's divergence. */
const CUTOFF = -16;

/** One token, as the tool sees it, and what it leaves out. */
export interface TokenValues {
  /** −log of the target's probability under the second model, and as the base file has it. */
  nll: number;
  nllBase: number;
  /** Rows are not renormalised, and base log-probabilities at or below −16 are dropped: it may be below 0. */
  kld: number;
  /** Probability of the target under the second model less that of the base. */
  deltaP: number;
  /** Whether both have the same first largest entry. */
  sameTop: boolean;
  /** How many classes have code 0, which is whatever lies below the row's window, and their mass under the second model. */
  floors: number;
  floorMass: number;
}

export const emptyToken = (): TokenValues => ({
  nll: 0,
  nllBase: 0,
  kld: 0,
  deltaP: 0,
  sameTop: false,
  floors: 0,
  floorMass: 0,
});

const { fround } = Math;

/**
 * Compares one row of a base file with the second model's logits.
 *
 * @param base   decoded log-probabilities, row after row
 * @param logits of the second model, float32, likewise
 * @param at     where the row begins in both
 * @param floor  what code 0 stands for in this row
 * @param into   receives the values
 */
export function compareToken(
  base: Float32Array,
  logits: Float32Array,
  at: number,
  cols: number,
  target: number,
  floor: number,
  into: TokenValues,
): void {
  const end = at + cols;
  const top = firstLargest(logits, at, end);
  const largest = logits[top] as number;
  const { total, part, parts } = sumExp(logits, base, at, end, largest, floor);
  const normalizer = fround(largest + fround(Math.log(total)));
  into.nll = fround(normalizer - (logits[at + target] as number));
  into.nllBase = -(base[at + target] as number);
  into.deltaP = fround(expSingle(-into.nll) - expSingle(-into.nllBase));
  into.sameTop = top === firstLargest(base, at, end);
  into.floorMass = part / total;
  into.floors = parts;
  into.kld = sumKld(base, logits, at, end, normalizer);
}

function firstLargest(values: Float32Array, at: number, end: number): number {
  let place = at;
  let largest = values[at] as number;
  for (let i = at + 1; i < end; i++) {
    const value = values[i] as number;
    if (value > largest) {
      largest = value;
      place = i;
    }
  }
  return place;
}

/** Sums of e^(logit − largest): in total, and over the classes where the base has its floor. Loops are functions of their own, for engines optimise them as such. */
function sumExp(logits: Float32Array, base: Float32Array, at: number, end: number, largest: number, floor: number) {
  let total = 0;
  let part = 0;
  let parts = 0;
  for (let i = at; i < end; i++) {
    const e = expSingle(fround((logits[i] as number) - largest));
    total += e;
    if (base[i] === floor) {
      part += e;
      parts++;
    }
  }
  return { total, part, parts };
}

function sumKld(base: Float32Array, logits: Float32Array, at: number, end: number, normalizer: number): number {
  let kld = 0;
  for (let i = at; i < end; i++) {
    const logP = base[i] as number;
    if (logP > CUTOFF) kld += fround(expSingle(logP) * fround(fround(logP - (logits[i] as number)) + normalizer));
  }
  return kld;
}
