/** Closed forms of masses on the whole numbers. */
import { logRatio, ratioExcess, relativeEntropy } from '../math/excess.js';
import { at, type ClosedForm, PLAIN } from './form.js';

/** KL of Bernoulli distributions: φ(p, q) + φ(1 − p, 1 − q), the difference handed in. */
function bernoulliKl(p: number, q: number): number {
  const d = p - q;
  return relativeEntropy(p, q, d) + relativeEntropy(1 - p, 1 - q, -d);
}

/** What φ(x, y) rises by in x: where both are 0 by ∞, as beside no mass at all every x > 0 is infinitely far. */
const massSlope = (x: number, y: number, d: number) => (x === 0 && y === 0 ? Infinity : logRatio(x, y, d));

function bernoulliSlopes(p: number, q: number): [number, number] {
  const d = p - q;
  const byQ = p === 0 ? 1 / (1 - q) : p === 1 ? -1 / q : -d / (q * (1 - q)); // q may be at an end where p is there, too
  return [massSlope(p, q, d) - massSlope(1 - p, 1 - q, -d), byQ];
}

/** Of n trials: by what is expected of them, as of one trial of small p φ may be below the range of doubles. */
function binomialKl(n: number, p: number, q: number): number {
  const d = n * (p - q);
  return relativeEntropy(n * p, n * q, d) + relativeEntropy(n * (1 - p), n * (1 - q), -d);
}

/** φ(p, q)/p = IS(q, p): of small p, φ itself is below the range of doubles. */
function geometricKl(p: number, q: number): number {
  return ratioExcess(q, p) + relativeEntropy(1 - p, 1 - q, q - p) / p;
}

/** r times that; beyond the range it is so beside q alone, and φ of p and q is not small. */
function negativeBinomialKl(r: number, p: number, q: number): number {
  const one = geometricKl(p, q);
  return one < Infinity ? r * one : r * ((bernoulliKl(p, q) * 2 ** -64) / p) * 2 ** 64;
}

function geometricGradient(p: number, q: number): [number, number] {
  return [-massSlope(1 - p, 1 - q, q - p) / p / p, p === 1 ? -1 / q : (q - p) / p / q / (1 - q)];
}

/** Of each family. */
export const DISCRETE: Readonly<Record<string, ClosedForm>> = {
  bernoulli: {
    formula: 'φ(p₁, p₂) + φ(1 − p₁, 1 − p₂)',
    units: PLAIN,
    value: (p, q) => bernoulliKl(at(p, 0), at(q, 0)),
    gradient: (p, q) => bernoulliSlopes(at(p, 0), at(q, 0)),
  },
  binomial: {
    formula: 'n·[φ(p₁, p₂) + φ(1 − p₁, 1 − p₂)], equal n',
    units: PLAIN,
    value: (p, q) => (at(p, 0) === at(q, 0) ? binomialKl(at(p, 0), at(p, 1), at(q, 1)) : NaN),
    gradient: (p, q) => {
      const n = at(p, 0);
      const [x, y] = n === 0 ? [0, 0] : bernoulliSlopes(at(p, 1), at(q, 1));
      return [NaN, n * x, NaN, n * y];
    },
  },
  poisson: {
    formula: 'φ(λ₁, λ₂)',
    units: PLAIN,
    value: (p, q) => relativeEntropy(at(p, 0), at(q, 0)),
    gradient: (p, q) => {
      const [x, y] = [at(p, 0), at(q, 0)];
      return [massSlope(x, y, x - y), x === 0 ? 1 : (y - x) / y];
    },
  },
  geometric: {
    formula: '[φ(p₁, p₂) + φ(1 − p₁, 1 − p₂)]/p₁',
    units: PLAIN,
    value: (p, q) => geometricKl(at(p, 0), at(q, 0)),
    gradient: (p, q) => geometricGradient(at(p, 0), at(q, 0)),
  },
  negativeBinomial: {
    formula: 'r·[φ(p₁, p₂) + φ(1 − p₁, 1 − p₂)]/p₁, equal r',
    units: PLAIN,
    value: (p, q) => (at(p, 0) === at(q, 0) ? negativeBinomialKl(at(p, 0), at(p, 1), at(q, 1)) : NaN),
    gradient: (p, q) => {
      const [x, y] = geometricGradient(at(p, 1), at(q, 1));
      return [NaN, at(p, 0) * x, NaN, at(p, 0) * y];
    },
  },
};
