import {
  type Core,
  crossEntropy,
  entropy,
  gaussian,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
  logits,
  type Floats,
  type Matrix,
  type Vector,
} from '../index.js';
import { UsageError } from './options.js';

/** What the numbers of a file are. */
export const KINDS = ['probabilities', 'counts', 'logits', 'gaussian'] as const;
export type Kind = (typeof KINDS)[number];

export const MEASURES = ['kl', 'reverse-kl', 'jeffreys', 'js', 'js-distance', 'entropy', 'cross-entropy'] as const;
export type MeasureName = (typeof MEASURES)[number];

/** How people read a measure: in the headline, with a unit where it has one that `base` sets. */
export const TITLES: Readonly<Record<MeasureName, string>> = {
  kl: 'KL(P ‖ Q)',
  'reverse-kl': 'KL(Q ‖ P)',
  jeffreys: 'Jeffreys divergence KL(P ‖ Q) + KL(Q ‖ P)',
  js: 'Jensen–Shannon divergence of P and Q',
  'js-distance': 'Jensen–Shannon distance of P and Q',
  entropy: 'entropy H(P)',
  'cross-entropy': 'cross-entropy H(P, Q)',
};

/** Rows of one side: a matrix, or a vector that serves every row; a Gaussian's in two parts, by the names that the library gives them. */
export type Rows = Matrix | Vector;
export type Parts = Readonly<Record<string, Rows>>;
/** `uniform` and `standard-normal` are known without numbers. */
export type Operand = Rows | Parts | 'uniform' | 'standard-normal';

export interface MeasureOptions {
  readonly normalize: boolean | 'require';
  readonly temperature: number;
  readonly base: number | undefined;
  readonly core: Core;
}

/** Scores a block of rows. */
export type Measure = (p: Operand, q: Operand | undefined) => Float64Array;

/** The function that scores blocks of a kind by a measure. */
export function measureOf(kind: Kind, name: MeasureName, options: MeasureOptions): Measure {
  if (kind === 'gaussian') return gaussianMeasure(name, options);
  return kind === 'logits' ? logitsMeasure(name, options) : discreteMeasure(name, options);
}

function discreteMeasure(name: MeasureName, { normalize, base, core }: MeasureOptions): Measure {
  const options = { normalize, base, core };
  const uniform = (p: Matrix): Vector => {
    // In float32 the shares of many classes need not sum to 1: they do where rows are normalised.
    return normalize === true ? rowInFloatsOf(p, 1) : new Float64Array(p.cols).fill(1 / p.cols);
  };
  const functions = {
    kl: klDivergence,
    jeffreys: jeffreysDivergence,
    js: jensenShannonDivergence,
    'js-distance': jensenShannonDistance,
    'cross-entropy': crossEntropy,
  };
  return (p, q) => {
    const rows = p as Matrix;
    if (name === 'entropy') return entropy(rows, options);
    const other = q === 'uniform' ? uniform(rows) : (q as Matrix);
    return name === 'reverse-kl' ? (klDivergence(other, rows, options) as Float64Array) : functions[name](rows, other as Matrix, options);
  };
}

/** One row of equal entries, in the floats of P. */
export function rowInFloatsOf({ data, dtype, cols }: Matrix, entry: number): Floats {
  return new (data instanceof Float32Array || dtype !== undefined ? Float32Array : Float64Array)(cols).fill(entry);
}

function logitsMeasure(name: MeasureName, { temperature, base, core }: MeasureOptions): Measure {
  const options = { temperature, base, core };
  return (p, q) => {
    const a = p as Matrix;
    if (name === 'entropy') return logits.entropy(a, options);
    if (name === 'kl' && q === 'uniform') return logits.klToUniform(a, options);
    const b = (q === 'uniform' ? rowInFloatsOf(a, 0) : q) as Matrix;
    switch (name) {
      case 'kl':
        return logits.klDivergence(a, b, options);
      case 'reverse-kl':
        return logits.klDivergence(b, a, options);
      case 'jeffreys':
        return sum(logits.klDivergence(a, b, options), logits.klDivergence(b, a, options));
      case 'js':
        return logits.jensenShannonDivergence(a, b, options);
      case 'js-distance':
        return logits.jensenShannonDivergence(a, b, options).map(Math.sqrt);
      case 'cross-entropy':
        return sum(logits.klDivergence(a, b, options), logits.entropy(a, options));
    }
  };
}

function gaussianMeasure(name: MeasureName, { base, core }: MeasureOptions): Measure {
  const options = { base, core };
  type Diagonal = gaussian.Diagonal<Vector | Matrix>;
  const kl = (p: Operand, q: Operand) =>
    gaussian.klDivergence(p as Diagonal, q === 'standard-normal' ? gaussian.standard : (q as Diagonal), options) as Float64Array;
  if (name === 'kl') return (p, q) => kl(p, q as Operand);
  if (name !== 'reverse-kl' && name !== 'jeffreys') {
    throw new UsageError(`--measure ${name} is not defined for --as gaussian: kl, reverse-kl and jeffreys are`);
  }
  return (p, q) => {
    const other = q === 'standard-normal' ? standardLike(p as Parts) : (q as Operand);
    return name === 'reverse-kl' ? kl(other, p) : sum(kl(p, other), kl(other, p));
  };
}

/** N(0, I) with the parts of another Gaussian, as one row for all. */
function standardLike(parts: Parts): Parts {
  const { cols } = parts['mean'] as Matrix;
  return Object.fromEntries(
    Object.keys(parts).map((part) => [part, new Float64Array(cols).fill(part === 'variance' || part === 'std' ? 1 : 0)]),
  );
}

function sum(into: Float64Array, other: Float64Array): Float64Array {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + (other[i] as number);
  return into;
}
