/** Closed forms of Gumbel distributions, and of Weibull ones, which they are in −log x. */
import { digamma } from '../../applications/statistics/special.js';
import { crossDifference, expExcess, hasAllDigits, logRatio, sumRest } from '../math/excess.js';
import { digammaDifference, EULER, gammaByPowers, logGammaExcess } from '../math/gamma.js';
import { type Args, at, type ClosedForm, restOf, SPECIAL } from './form.js';

/**
 * Gumbel by r = b₁/b₂ and δ = (m₁ − m₂)/b₂: −log r + γ(r − 1) − 1 + δ + e^(−δ)·Γ(1 + r) = E(w) + G(r, 1), w = log Γ(1 + r) − δ, as ψ(1) = −γ. `h` is r − 1, and
 * `rest` what its rounding leaves; r = a/b.
 */
interface GumbelRatio {
  readonly a: number;
  readonly b: number;
  readonly r: number;
  readonly h: number;
  readonly rest: number;
  readonly delta: number;
}

/** Where r or δ is beyond the range of doubles so is the sum: G grows faster than r, and E as fast as δ at least. */
const gumbelKl = (ratio: GumbelRatio) =>
  Number.isFinite(ratio.r) && Number.isFinite(ratio.delta) ? powerExcess(ratio) + scaleExcess(ratio) : Infinity;

/** G(r, 1); below the range of doubles r has its logarithm alone, and log Γ(r) = −log r. */
const scaleExcess = ({ a, b, r, h }: GumbelRatio) => (r > 1 || hasAllDigits(r) ? logGammaExcess(r, 1, h) : logRatio(b, a) - EULER);

/** w, and e^w where it is large and Γ(1 + r) within the range: by that, which has fewer roundings than its logarithm. */
function gumbelPower({ r, h, rest, delta }: GumbelRatio): { readonly log: number; readonly w: number; readonly power: number | undefined } {
  const log = logGammaOfTwo(h, r);
  const w = log - delta;
  const x = 2 + h;
  const power = w > 4 && x >= 10 && x <= 170 ? gammaByPowers(x, sumRest(2, h) + rest) * Math.exp(-delta) : undefined;
  return { log, w, power };
}

/** E(w). */
function powerExcess(ratio: GumbelRatio): number {
  const { w, power } = gumbelPower(ratio);
  return power === undefined ? expExcess(w) : power - 1 - w;
}

function gumbelExponent(ratio: GumbelRatio): number {
  const { log, w, power } = gumbelPower(ratio);
  if (power !== undefined) return 4 * power * Math.abs(ratio.delta);
  const byLogarithm = Math.abs(Math.expm1(w)); // E′(w)
  return byLogarithm === 0 ? 0 : 4 * byLogarithm * (Math.abs(log) + Math.abs(ratio.delta));
}

/** log Γ(2 + h), which is 0 at h = 0 and at h = −1: by the nearer of the two, as r = 1 + h, where it is next to nothing. */
const logGammaOfTwo = (h: number, r: number) =>
  h < -0.5 ? logGammaExcess(1 + r, 1, r) - EULER * r : (1 - EULER) * h + logGammaExcess(2 + h, 2, h);

function gumbelSlopes({ r, h, delta }: GumbelRatio): [byR: number, byDelta: number] {
  const w = Math.expm1(logGammaOfTwo(h, r) - delta);
  return [digammaDifference(r, 1, h) + w * digamma(1 + r), -w];
}

/** Of scales a/b. */
function gumbelRatioOf(a: number, b: number, delta: number): GumbelRatio {
  const h = (a - b) / b;
  return { a, b, r: a / b, h, rest: (crossDifference(a - b, 1, h, b) + sumRest(a, -b)) / b, delta };
}

/** Of Weibull distributions: −log x is Gumbel of location −log λ and scale 1/k. */
const weibullRatio = (p: Args, q: Args) =>
  gumbelRatioOf(at(q, 0), at(p, 0), at(q, 0) * (logRatio(at(q, 1), at(p, 1)) + restOf(q) - restOf(p)));

const gumbelRatio = (p: Args, q: Args) => gumbelRatioOf(at(p, 1), at(q, 1), (at(p, 0) - at(q, 0)) / at(q, 1));

export const gumbelForm: ClosedForm = {
  formula: 'E(log Γ(1 + r) − δ) + G(r, 1), r = b₁/b₂, δ = (μ₁ − μ₂)/b₂',
  units: SPECIAL,
  ofExponent: (p, q) => gumbelExponent(gumbelRatio(p, q)),
  value: (p, q) => gumbelKl(gumbelRatio(p, q)),
  gradient: (p, q) => {
    const b2 = at(q, 1);
    const ratio = gumbelRatio(p, q);
    const [byR, byDelta] = gumbelSlopes(ratio);
    return [byDelta / b2, byR / b2, -byDelta / b2, -(ratio.r * byR + ratio.delta * byDelta) / b2];
  },
};

export const weibullForm: ClosedForm = {
  formula: 'E(log Γ(1 + r) − δ) + G(r, 1), r = k₂/k₁, δ = k₂·log(λ₂/λ₁)',
  units: SPECIAL,
  ofExponent: (p, q) => gumbelExponent(weibullRatio(p, q)),
  value: (p, q) => gumbelKl(weibullRatio(p, q)),
  gradient: (p, q) => {
    const [k1, l1, k2, l2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
    const [byR, byDelta] = gumbelSlopes(weibullRatio(p, q));
    return [(-byR * k2) / k1 / k1, (-byDelta * k2) / l1, byR / k1 + byDelta * logRatio(l2, l1), (byDelta * k2) / l2];
  },
};
