/**
 * Sums of smooth terms over a long run of whole numbers: blocks that double in length, each by a Gauss rule for sums, halved until two results agree. A tail of
 * 1e20 numbers takes a thousand terms.
 */
import { binade } from './math/excess.js';

/** Nodes of a rule. */
const NODES = 16;
/** Blocks up to this are added number by number. */
const SHORT = 2 * NODES;
/** And those shorter than this share of where they lie are not halved: nothing that is summed by blocks is as narrow. */
const FINEST = 2 ** -30;

/** From −1 to 1, and weights whose sum is 1. */
interface Rule {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The Gauss rule of `count` points that lie as far apart: exact for Σ f(k) of polynomials up to degree 2·16 − 1, for its nodes are the zeros of the discrete
 * Chebyshev polynomial, yₖ₊₁ = x·yₖ − βₖ·yₖ₋₁, βₖ = k²·(1 − k²/count²)/(4k² − 1); with ever more points that of Legendre. All weights are positive.
 *
 * Source  P. L. Chebyshev, 1875; W. Gautschi, Orthogonal Polynomials, 2004, 1.5.2
 */
function ruleOf(count: number): Rule {
  const beta = (k: number) => (k * k * (1 - (k / count) ** 2)) / (4 * k * k - 1);
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < NODES; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (NODES + 0.5));
    for (let step = 0; step < 12; step++) {
      let [y, before, slope, slopeBefore] = [1, 0, 0, 0];
      for (let k = 0; k < NODES; k++) {
        const b = k === 0 ? 0 : beta(k);
        [slope, slopeBefore] = [y + x * slope - b * slopeBefore, slope];
        [y, before] = [x * y - b * before, y];
      }
      // Newton's step away from the zeros that are known.
      x -= 1 / (slope / y - nodes.reduce((sum, other) => sum + 1 / (x - other), 0)) || 0;
    }
    let [y, before, scale, sum] = [1, 0, 1, 1];
    for (let k = 1; k < NODES; k++) {
      const b = k === 1 ? 0 : beta(k - 1);
      [y, before] = [x * y - b * before, y];
      scale *= beta(k);
      sum += (y * y) / scale;
    }
    nodes.push(x);
    weights.push(1 / sum);
  }
  return { nodes, weights };
}

const RULES = new Map<number, Rule>();

/** Rules of blocks that are halves of one another, made once. */
function knownRule(count: number): Rule {
  const rule = RULES.get(count) ?? ruleOf(count);
  RULES.set(count, rule);
  return rule;
}

/** What sums of blocks are to their caller. */
export interface Blocks<Sum> {
  readonly empty: () => Sum;
  /** Adds the term of the number x, which stands for `weight` of them. */
  readonly add: (sum: Sum, x: number, weight: number) => void;
  /** Adds a block to what has been added; `whole` is the same by half as many nodes. */
  readonly take: (block: Sum, whole?: Sum) => void;
  /** Whether the sum of two halves and that of the whole differ by no more than roundings, or by nothing beside what has been added. */
  readonly isSettled: (whole: Sum, halves: Sum) => boolean;
  /** Whether too many terms have been added to go on. */
  readonly isOver: () => boolean;
}

/** Numbers that stand for `count` of them from `from` on, and for how many each: all of a few. */
export function* nodesOf(from: number, count: number): Generator<readonly [x: number, weight: number]> {
  if (count <= SHORT) {
    for (let k = 0; k < count; k++) yield [from + k, 1];
    return;
  }
  const { nodes, weights } = knownRule(count);
  for (let i = 0; i < NODES; i++) yield [from + ((count - 1) / 2 + ((nodes[i] as number) / 2) * count), (weights[i] as number) * count];
}

/** The octave after the block from `from` on. */
export const octaveAfter = (from: number) => Math.max(SHORT, 2 * from);

function blockOf<Sum>(of: Blocks<Sum>, from: number, count: number): Sum {
  const sum = of.empty();
  for (const [x, weight] of nodesOf(from, count)) of.add(sum, x, weight);
  return sum;
}

/** Sums `count` numbers from `from` on, a power of two of them, halving blocks until they settle. */
function refine<Sum>(of: Blocks<Sum>, from: number, count: number, whole: Sum): void {
  const half = count / 2;
  if (count <= Math.max(SHORT, FINEST * from) || of.isOver()) {
    of.take(whole);
    return;
  }
  const both = of.empty();
  for (const start of [from, from + half]) for (const [x, weight] of nodesOf(start, half)) of.add(both, x, weight);
  if (of.isSettled(whole, both)) {
    of.take(both, whole);
    return;
  }
  refine(of, from, half, blockOf(of, from, half));
  refine(of, from + half, half, blockOf(of, from + half, half));
}

/**
 * Sums over 0, 1, 2 … of terms that are smooth in 0, 1, 2 … octaves: from the one around `middle` upwards until `isLast` says of the number where the next begins that
 * nothing is left, then down to 0.
 */
export function sumOverBlocks<Sum>(of: Blocks<Sum>, middle: number, isLast: (from: number) => boolean): void {
  const octave = (from: number) => refine(of, from, Math.max(SHORT, from), blockOf(of, from, Math.max(SHORT, from)));
  const start = middle < SHORT ? 0 : binade(Math.min(middle, Number.MAX_VALUE));
  for (let from = start; from < Infinity && !of.isOver(); from = octaveAfter(from)) {
    octave(from);
    if (isLast(octaveAfter(from))) break;
  }
  for (let from = start; from > 0 && !of.isOver(); ) {
    from = from === SHORT ? 0 : from / 2;
    octave(from);
  }
}
