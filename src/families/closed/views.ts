/** Families as parts of larger ones. */
import { crossDifference } from '../math/excess.js';
import { type Args, at, type Gradient } from './form.js';

/** A distribution as one of a larger family, in x or in a monotone function of it, which changes no divergence. */
export interface View {
  readonly of: 'x' | 'x²';
  readonly family: string;
  /** The family's own, and the rest of the second one (form.ts) where that is rounded. */
  readonly args: (args: Args) => readonly number[];
  /** Slopes by the family's own parameters, from those by `args`; as they are when left out. */
  readonly slopes?: (gradient: Gradient, args: Args) => Gradient;
}

/** 1/x, and what rounding took from it as a share of it. */
function inverse(x: number): readonly [number, number] {
  const y = 1 / x;
  return [y, crossDifference(1, 1, x, y)];
}

/** ½/s², likewise. */
function halfOfInverseSquare(s: number): readonly [number, number] {
  const [t, rest] = inverse(s);
  const square = t * t;
  return [square / 2, 2 * rest + crossDifference(t, t, square, 1) / square];
}

const second = (gradient: Gradient) => [at(gradient, 1)];
const halfOfFirst = (gradient: Gradient) => [at(gradient, 0) / 2];

/** What each family is a part of. */
export const VIEWS: Readonly<Record<string, readonly View[]>> = {
  bernoulli: [{ of: 'x', family: 'binomial', args: (a) => [1, at(a, 0)], slopes: second }],
  binomial: [{ of: 'x', family: 'binomial', args: Array.from }],
  geometric: [{ of: 'x', family: 'negativeBinomial', args: (a) => [1, at(a, 0)], slopes: second }],
  negativeBinomial: [{ of: 'x', family: 'negativeBinomial', args: Array.from }],
  exponential: [
    { of: 'x', family: 'gamma', args: (a) => [1, at(a, 0)], slopes: second },
    { of: 'x', family: 'weibull', args: (a) => [1, ...inverse(at(a, 0))], slopes: (g, a) => [-at(g, 1) / at(a, 0) ** 2] },
  ],
  gamma: [{ of: 'x', family: 'gamma', args: Array.from }],
  chiSquare: [{ of: 'x', family: 'gamma', args: (a) => [at(a, 0) / 2, 0.5], slopes: halfOfFirst }],
  weibull: [{ of: 'x', family: 'weibull', args: Array.from }],
  chi: [{ of: 'x²', family: 'gamma', args: (a) => [at(a, 0) / 2, 0.5], slopes: halfOfFirst }],
  halfNormal: [
    { of: 'x²', family: 'gamma', args: (a) => [0.5, ...halfOfInverseSquare(at(a, 0))], slopes: (g, a) => [-at(g, 1) / at(a, 0) ** 3] },
  ],
};
