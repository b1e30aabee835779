/**
 * Closed forms within one family, one entry a family: each is written as a sum of terms ≥ 0 (math/excess.ts, math/gamma.ts, math/tilted.ts), so that it is
 * exactly 0 for equal parameters and keeps its digits where they nearly agree. Sources: the forms are derived from the textbook ones in the comments.
 */
import { crossDifference, expExcess, logExcess, logRatio, ratioExcess, relativeEntropy, sumRest, Total } from './math/excess.js';
import {
  binetExcess,
  digammaDifference,
  digammaExcess,
  digammaRestDifference,
  EULER,
  gammaByPowers,
  logGammaExcess,
  trigammaRest,
  trigammaTimes,
} from './math/gamma.js';
import {
  besselExcess,
  besselMean,
  besselMeanDifference,
  besselVariance,
  legendre,
  tiltExcess,
  tiltMeanDifference,
  tiltMoments,
} from './math/tilted.js';
import { digamma, trigamma } from '../applications/statistics/special.js';

/** Arguments in the order of the family's parameters. */
export type Args = ArrayLike<number>;

/** The derivative by each parameter of p, then of q; NaN for what is no continuous parameter (n, r). */
export type Gradient = readonly number[];

export interface ClosedForm {
  /** The divergence as the table in docs/families.md has it. */
  readonly formula: string;
  /** Relative error that is promised: multiples of 2⁻⁵³, larger where special functions are in it. */
  readonly units: number;
  /** What roundings of an exponent make of it where that is more, in 2⁻⁵³: the exponential times what its exponent is made of. */
  readonly ofExponent?: (p: Args, q: Args) => number;
  /** NaN where these members have no closed form. */
  readonly value: (p: Args, q: Args) => number;
  readonly gradient: (p: Args, q: Args) => Gradient;
}

const at = (args: Args, i: number): number => args[i] as number;

/** Forms without special functions; with them 1e-13. */
const PLAIN = 64;
const SPECIAL = 900;

/** KL of Bernoulli distributions: φ(p, q) + φ(1 − p, 1 − q), the difference handed in. */
export function bernoulliKl(p: number, q: number): number {
  const d = p - q;
  return relativeEntropy(p, q, d) + relativeEntropy(1 - p, 1 - q, -d);
}

function bernoulliSlopes(p: number, q: number): [number, number] {
  const d = p - q;
  return [logRatio(p, q, d) - logRatio(1 - p, 1 - q, -d), -d / (q * (1 - q))];
}

/** (s₁/s₂)² − 1 − 2·log(s₁/s₂), by e = (s₁ − s₂)/s₂: e² + 2·(e − log(1 + e)). */
function squareExcess(s1: number, s2: number): number {
  const e = (s1 - s2) / s2;
  if (e < -0.3) return e * (2 + e) - 2 * logRatio(s1, s2);
  return e * e + 2 * logExcess(e);
}

/** Gaussian KL by standard deviations. */
function normalKl(p: Args, q: Args): number {
  const z = (at(p, 0) - at(q, 0)) / at(q, 1);
  return (squareExcess(at(p, 1), at(q, 1)) + z * z) / 2;
}

function normalGradient(p: Args, q: Args): Gradient {
  const [m1, s1, m2, s2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
  const z = (m1 - m2) / s2;
  const e = ((s1 - s2) / s2) * ((s1 + s2) / s2);
  return [z / s2, e / s1, -z / s2, -(e + z * z) / s2];
}

/**
 * Gamma by shape a and rate b. With the means s = (a₁/b₁)/(a₂/b₂), KL = a₂·IS(s, 1) + ½·IS(a₂, a₁) + μ's excess: the textbook form
 * (a₁ − a₂)ψ(a₁) − log Γ(a₁)/Γ(a₂) + a₂·log(b₁/b₂) + a₁(b₂ − b₁)/b₁ with φ(a₂, a₁) taken from log Γ's excess and put into the rates' part.
 */
function gammaKl(p: Args, q: Args): number {
  const [a1, b1, a2, b2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
  return a2 * productExcess(a1, b2, a2, b1) + ratioExcess(a2, a1) / 2 + binetExcess(a2, a1);
}

/** IS(a·b, c·d), the products not rounded where they nearly agree. */
function productExcess(a: number, b: number, c: number, d: number): number {
  const [x, y] = [(a / c) * (b / d), 1];
  if (x < 0.5 || x > 2) return x > 1e-300 && x < Infinity ? x - 1 - logRatio(x, y) : logProductExcess(a, b, c, d, x);
  const [u, v] = farBinades(c, d);
  const difference = crossDifference(a / u, b / v, c / u, d / v) / (c / u) / (d / v);
  return ratioExcess(x, y, difference);
}

function logProductExcess(a: number, b: number, c: number, d: number, x: number): number {
  return x - 1 - (Math.log(a) - Math.log(c)) - (Math.log(b) - Math.log(d));
}

function gammaGradient(p: Args, q: Args): Gradient {
  const [a1, b1, a2, b2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
  const cross = crossDifference(a1, b2, a2, b1);
  return [
    cross / a1 / b1 + (a1 - a2) * trigammaRest(a1),
    -cross / b1 / b1,
    logRatio(a2 / b2, a1 / b1, -cross / b1 / b2) + digammaRestDifference(a2, a1),
    cross / b1 / b2,
  ];
}

/** KL = log Γ's excess at half the degrees of freedom. */
const chiForm: ClosedForm = {
  formula: 'G(ν₂/2, ν₁/2)',
  units: SPECIAL,
  value: (p, q) => logGammaExcess(at(q, 0) / 2, at(p, 0) / 2),
  gradient: (p, q) => [trigammaTimes((at(p, 0) - at(q, 0)) / 4, at(p, 0) / 2), digammaDifference(at(q, 0) / 2, at(p, 0) / 2) / 2],
};

/**
 * Gumbel by r = b₁/b₂ and δ = (m₁ − m₂)/b₂: −log r + γ(r − 1) − 1 + δ + e^(−δ)·Γ(1 + r) = E(w) + G(r, 1), w = log Γ(1 + r) − δ, as ψ(1) = −γ. `h` is r − 1, and
 * `rest` what its rounding leaves.
 */
interface GumbelRatio {
  readonly r: number;
  readonly h: number;
  readonly rest: number;
  readonly delta: number;
}

const gumbelKl = (ratio: GumbelRatio) => powerExcess(ratio) + logGammaExcess(ratio.r, 1, ratio.h);

/** w, and e^w where it is large and Γ(1 + r) within the range: by that, which has fewer roundings than its logarithm. */
function gumbelPower({ h, rest, delta }: GumbelRatio): { readonly log: number; readonly w: number; readonly power: number | undefined } {
  const log = logGammaOfTwo(h);
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
  const byLogarithm = Math.exp(w);
  return byLogarithm === 0 ? 0 : 4 * byLogarithm * (Math.abs(log) + Math.abs(ratio.delta));
}

/** log Γ(2 + h), which is 0 at h = 0. */
const logGammaOfTwo = (h: number) => (1 - EULER) * h + logGammaExcess(2 + h, 2, h);

function gumbelSlopes({ r, h, delta }: GumbelRatio): [byR: number, byDelta: number] {
  const w = Math.expm1(logGammaOfTwo(h) - delta);
  return [digammaDifference(r, 1, h) + w * digamma(1 + r), -w];
}

/** Of scales a/b. */
function gumbelRatioOf(a: number, b: number, delta: number): GumbelRatio {
  const h = (a - b) / b;
  return { r: a / b, h, rest: (crossDifference(a - b, 1, h, b) + sumRest(a, -b)) / b, delta };
}

/** Of Weibull distributions: −log x is Gumbel of location −log λ and scale 1/k. */
const weibullRatio = (p: Args, q: Args) => gumbelRatioOf(at(q, 0), at(p, 0), at(q, 0) * logRatio(at(q, 1), at(p, 1)));

const gumbelRatio = (p: Args, q: Args) => gumbelRatioOf(at(p, 1), at(q, 1), (at(p, 0) - at(q, 0)) / at(q, 1));

/** The power of two at x or below it, so that x/that is from 1 to 2. */
const binade = (x: number) => 2 ** Math.max(-1022, Math.floor(Math.log2(x)));

/** Of a and b whose product is near an end of the range: divided by these it is not, and no digit is lost. */
const farBinades = (a: number, b: number): readonly [number, number] => (a * b > 1e-280 && a * b < 1e280 ? [1, 1] : [binade(a), binade(b)]);

/** The sum of entries with what its rounding leaves. */
function sumOf(x: Args): readonly [sum: number, rest: number] {
  let [sum, rest] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    rest += sumRest(sum, at(x, i));
    sum += at(x, i);
  }
  return [sum, rest];
}

/**
 * Σ φ(yᵢ/b, xᵢ/a), a and b the sums: the divergence of the shares of y from those of x, on whatever scale either is; what the rounded sums miss would put
 * shares off that nearly agree. `times`: a power of two that it is multiplied by, as that of small shares may be below the range.
 */
export function shareDivergence(y: Args, x: Args, times = 1): number {
  const [[a, restA], [b, restB]] = [sumOf(x), sumOf(y)];
  const [u, v] = farBinades(a, b);
  const shares = new Total();
  for (let i = 0; i < x.length; i++) {
    const [from, to] = [at(x, i) / u, at(y, i) / v];
    const cross = crossDifference(to, a / u, from, b / v) + (to * (restA / u) - from * (restB / v));
    shares.add(relativeEntropy((at(y, i) / b) * times, (at(x, i) / a) * times, (cross / (a / u) / (b / v)) * times));
  }
  return shares.value;
}

/** Σ G(βᵢ, αᵢ) − G(Σβ, Σα), with what the parts of G share taken together. φ: of the shares, so that nothing is subtracted; ½·IS and μ: each less its share of the sum's. */
function evenDirichletKl(alpha: Args, beta: Args): number {
  let [a, b, d, rest] = [0, 0, 0, 0];
  for (let i = 0; i < alpha.length; i++) {
    const [x, y] = [at(alpha, i), at(beta, i)];
    a += x;
    b += y;
    d += y - x;
    rest += ratioExcess(y, x) / 2 + binetExcess(y, x);
  }
  const scale = binade(b);
  return Math.max(0, (b / scale) * shareDivergence(beta, alpha, scale) + (rest - ratioExcess(b, a, d) / 2 - binetExcess(b, a, d)));
}

/** Where a is small beside b: what b's part of G and the sum's differ by is far smaller than both. */
const isSlim = (a: number, b: number) => a <= b / 8;
/** Above this the other form keeps its digits too, and takes less time. */
const SLIM = 0.1;

/** Exact to rounding for a ≤ b/8: what is integrated has its nearest pole eight lengths of [0, 1] away. */
const STEPS = legendre(8);

/**
 * Beta with slim a, byB = b₂ − b₁. With x = b₁ + t·a₁, y = b₂ + t·a₂ and d = y − x, G(y, x) has the slope a₂·(ψ(y) − ψ(x)) − a₁·d·ψ′(x) in t, so that
 *
 *   KL = G(a₂, a₁) + ∫₀¹ a₁·d·ψ′(x) − a₂·(ψ(y) − ψ(x)) dt,
 *
 * where, for x and y close, the two are a₂ times what ψ stays below its tangent, less (a₂ − a₁)·d·ψ′(x).
 */
function slimBetaKl(a1: number, b1: number, a2: number, b2: number, byB: number): number {
  const byA = a2 - a1;
  let sum = 0;
  for (const [i, t] of STEPS.s.entries()) {
    const x = b1 + t * a1;
    const y = b2 + t * a2;
    const d = byB + t * byA;
    const slope = d * trigamma(x);
    const isClose = Math.abs(d) < x / 2;
    const height = isClose ? a2 * digammaExcess(y, x, d) - byA * slope : a1 * slope - a2 * digammaDifference(y, x, d);
    sum += (STEPS.weight[i] as number) * height;
  }
  return Math.max(0, logGammaExcess(a2, a1) + sum);
}

/**
 * Beta and Dirichlet. A share and how the others divide the rest are independent, so that slim shares are split off one by one, the smallest first, each as a beta
 * distribution beside the sum of what is left.
 */
export function dirichletKl(alpha: Args, beta: Args): number {
  let least = Infinity;
  for (let i = 0; i < alpha.length; i++) least = Math.min(least, at(alpha, i));
  if (least > SLIM) return evenDirichletKl(alpha, beta);
  const indices = Array.from(alpha, (_, i) => i);
  const [[a], [b]] = [sumOf(alpha), sumOf(beta)];
  const share = indices.map((i) => Math.max(at(alpha, i) / a, at(beta, i) / b));
  const order = indices.sort((i, j) => at(share, i) - at(share, j));
  const [slim, kept]: [number[], number[]] = [[], []];
  let taken = 0;
  for (const i of order) {
    const rest = 1 - taken - at(share, i); // what is left of either sum at least
    if (at(alpha, i) <= SLIM && isSlim(at(share, i), rest)) {
      slim.push(i);
      taken += at(share, i);
    } else kept.push(i);
  }
  // Sums of what is left beside each slim share, from the last one backwards.
  const left = { a: 0, b: 0, d: 0 };
  const join = (i: number) => {
    left.a += at(alpha, i);
    left.b += at(beta, i);
    left.d += at(beta, i) - at(alpha, i);
  };
  for (const i of kept) join(i);
  let sum = 0;
  for (const i of slim.reverse()) {
    sum += slimBetaKl(at(alpha, i), left.a, at(beta, i), left.b, left.d);
    join(i);
  }
  const pick = (of: Args) => kept.map((i) => at(of, i));
  return kept.length === 1 ? sum : sum + evenDirichletKl(pick(alpha), pick(beta));
}

export function dirichletGradient(alpha: Args, beta: Args): Gradient {
  let [a, b, d] = [0, 0, 0];
  for (let i = 0; i < alpha.length; i++) {
    a += at(alpha, i);
    b += at(beta, i);
    d += at(beta, i) - at(alpha, i);
  }
  const total = digammaDifference(b, a, d);
  const slope = trigammaTimes(d, a);
  return [
    ...Array.from(alpha, (x, i) => slope - trigammaTimes(at(beta, i) - x, x)),
    ...Array.from(beta, (y, i) => digammaDifference(y, at(alpha, i)) - total),
  ];
}

/** Logit of a probability of the continuous Bernoulli distribution, and the difference of two. */
const logit = (p: number) => logRatio(p, 1 - p);
const logitDifference = (p: number, q: number) => logRatio(p, q) - logRatio(1 - p, 1 - q, q - p);

const exponentialForm: ClosedForm = {
  formula: 'IS(r₂, r₁)',
  units: PLAIN,
  value: (p, q) => ratioExcess(at(q, 0), at(p, 0)),
  gradient: (p, q) => {
    const [a, b] = [at(p, 0), at(q, 0)];
    return [(a - b) / a / a, (b - a) / a / b];
  },
};

const normalForm: ClosedForm = {
  formula: '½·[(σ₁/σ₂)² − 1 − 2·log(σ₁/σ₂) + (μ₁ − μ₂)²/σ₂²]',
  units: PLAIN,
  value: normalKl,
  gradient: normalGradient,
};

const gammaForm: ClosedForm = {
  formula: 'a₂·IS(a₁r₂, a₂r₁) + ½·IS(a₂, a₁) + M(a₂, a₁)',
  units: SPECIAL,
  value: gammaKl,
  gradient: gammaGradient,
};

/** Each family's own closed form. */
export const CLOSED: Readonly<Record<string, ClosedForm>> = {
  bernoulli: {
    formula: 'φ(p₁, p₂) + φ(1 − p₁, 1 − p₂)',
    units: PLAIN,
    value: (p, q) => bernoulliKl(at(p, 0), at(q, 0)),
    gradient: (p, q) => bernoulliSlopes(at(p, 0), at(q, 0)),
  },
  binomial: {
    formula: 'n·[φ(p₁, p₂) + φ(1 − p₁, 1 − p₂)], equal n',
    units: PLAIN,
    value: (p, q) => (at(p, 0) === at(q, 0) ? at(p, 0) * bernoulliKl(at(p, 1), at(q, 1)) : NaN),
    gradient: (p, q) => {
      const [x, y] = bernoulliSlopes(at(p, 1), at(q, 1));
      return [NaN, at(p, 0) * x, NaN, at(p, 0) * y];
    },
  },
  poisson: {
    formula: 'φ(λ₁, λ₂)',
    units: PLAIN,
    value: (p, q) => relativeEntropy(at(p, 0), at(q, 0)),
    gradient: (p, q) => [logRatio(at(p, 0), at(q, 0)), (at(q, 0) - at(p, 0)) / at(q, 0)],
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
    value: (p, q) => (at(p, 0) === at(q, 0) ? at(p, 0) * geometricKl(at(p, 1), at(q, 1)) : NaN),
    gradient: (p, q) => {
      const [x, y] = geometricGradient(at(p, 1), at(q, 1));
      return [NaN, at(p, 0) * x, NaN, at(p, 0) * y];
    },
  },
  uniform: {
    formula: 'log((h₂ − l₂)/(h₁ − l₁)), [l₁, h₁] within [l₂, h₂]',
    units: PLAIN,
    value: (p, q) => {
      const d = at(q, 1) - at(p, 1) + (at(p, 0) - at(q, 0));
      return logRatio(at(q, 1) - at(q, 0), at(p, 1) - at(p, 0), d);
    },
    gradient: (p, q) => {
      const [v, w] = [at(p, 1) - at(p, 0), at(q, 1) - at(q, 0)];
      return [1 / v, -1 / v, -1 / w, 1 / w];
    },
  },
  beta: {
    formula: '(a₂ + b₂)·KL of shares + ½·[IS(a₂, a₁) + IS(b₂, b₁) − IS(a₂ + b₂, a₁ + b₁)] + M(a₂, a₁) + M(b₂, b₁) − M(a₂ + b₂, a₁ + b₁)',
    units: SPECIAL,
    value: dirichletKl,
    gradient: dirichletGradient,
  },
  continuousBernoulli: {
    formula: 'log E₁[exp(z)], z = (t₂ − t₁)·(x − E₁x), t = log(p/(1 − p)); far apart K(t₂) − K(t₁) − (t₂ − t₁)·K′(t₁)',
    units: SPECIAL,
    value: (p, q) => tiltExcess(logit(at(q, 0)), logit(at(p, 0)), logitDifference(at(q, 0), at(p, 0))),
    gradient: (p, q) => {
      const [x, y] = [at(p, 0), at(q, 0)];
      const [first, second, d] = [logit(x), logit(y), logitDifference(y, x)];
      return [(-d * tiltMoments(first).variance) / (x * (1 - x)), tiltMeanDifference(second, first, d) / (y * (1 - y))];
    },
  },
  exponential: exponentialForm,
  gamma: gammaForm,
  inverseGamma: { ...gammaForm, formula: 'a₂·IS(a₁s₂, a₂s₁) + ½·IS(a₂, a₁) + M(a₂, a₁)' },
  chi: chiForm,
  chiSquare: chiForm,
  weibull: {
    formula: 'E(log Γ(1 + r) − δ) + G(r, 1), r = k₂/k₁, δ = k₂·log(λ₂/λ₁)',
    units: SPECIAL,
    ofExponent: (p, q) => gumbelExponent(weibullRatio(p, q)),
    value: (p, q) => gumbelKl(weibullRatio(p, q)),
    gradient: (p, q) => {
      const [k1, l1, k2, l2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
      const [byR, byDelta] = gumbelSlopes(weibullRatio(p, q));
      return [(-byR * k2) / k1 / k1, (-byDelta * k2) / l1, byR / k1 + byDelta * logRatio(l2, l1), (byDelta * k2) / l2];
    },
  },
  pareto: {
    formula: 'α₂·log(m₁/m₂) + IS(α₂, α₁), m₁ ≥ m₂',
    units: PLAIN,
    value: (p, q) => at(q, 1) * logRatio(at(p, 0), at(q, 0)) + ratioExcess(at(q, 1), at(p, 1)),
    gradient: (p, q) => {
      const [m1, a1, m2, a2] = [at(p, 0), at(p, 1), at(q, 0), at(q, 1)];
      return [a2 / m1, (a1 - a2) / a1 / a1, -a2 / m2, logRatio(m1, m2) + (a2 - a1) / a1 / a2];
    },
  },
  logNormal: normalForm,
  halfNormal: {
    formula: '½·[(σ₁/σ₂)² − 1 − 2·log(σ₁/σ₂)]',
    units: PLAIN,
    value: (p, q) => squareExcess(at(p, 0), at(q, 0)) / 2,
    gradient: (p, q) => {
      const [s1, s2] = [at(p, 0), at(q, 0)];
      const e = ((s1 - s2) / s2) * ((s1 + s2) / s2);
      return [e / s1, -e / s2];
    },
  },
  normal: normalForm,
  laplace: {
    formula: 'IS(b₁, b₂) + (b₁/b₂)·E(−|μ₁ − μ₂|/b₁)',
    units: PLAIN,
    value: (p, q) => {
      const [b1, b2] = [at(p, 1), at(q, 1)];
      return ratioExcess(b1, b2) + (b1 / b2) * expExcess(-Math.abs(at(p, 0) - at(q, 0)) / b1);
    },
    gradient: (p, q) => {
      const [b1, b2, gap] = [at(p, 1), at(q, 1), at(p, 0) - at(q, 0)];
      const u = Math.abs(gap) / b1;
      const byLocation = (Math.sign(gap) * -Math.expm1(-u)) / b2;
      const excess = expExcess(-u);
      const bent = u < 1 ? excess + u * Math.expm1(-u) : (1 + u) * Math.exp(-u) - 1; // (1 + u)·e^(−u) − 1
      return [byLocation, ((b1 - b2) / b1 + bent) / b2, -byLocation, ((b2 - b1) / b2 - (b1 / b2) * excess) / b2];
    },
  },
  gumbel: {
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
  },
  cauchy: {
    formula: 'log(1 + [(s₁ − s₂)² + (μ₁ − μ₂)²]/(4s₁s₂))',
    units: PLAIN,
    value: (p, q) => {
      const [s1, s2] = [at(p, 1), at(q, 1)];
      const [e, z] = [s1 - s2, at(p, 0) - at(q, 0)];
      const excess = ((e / s1) * (e / s2) + (z / s1) * (z / s2)) / 4;
      // Beyond the range of doubles only the logarithm is within it.
      return excess < Infinity ? Math.log1p(excess) : 2 * Math.log(Math.hypot(e / 2, z / 2)) - Math.log(s1) - Math.log(s2);
    },
    gradient: (p, q) => {
      const [s1, s2, z] = [at(p, 1), at(q, 1), at(p, 0) - at(q, 0)];
      // By the length of (s₁ + s₂, z): their squares may be beyond the range.
      const n = Math.hypot(s1 + s2, z);
      const [e, u] = [((s1 - s2) / n) * ((s1 + s2) / n), z / n];
      return [(2 * u) / n, (e - u * u) / s1, (-2 * u) / n, (-e - u * u) / s2];
    },
  },
  vonMises: {
    formula: 'B(κ₂, κ₁) + 2·A(κ₁)·κ₂·sin²((μ₁ − μ₂)/2), A = I₁/I₀, B what log I₀ rises above its tangent',
    units: SPECIAL,
    value: (p, q) => {
      const [sine] = halfTurn(at(p, 0), at(q, 0));
      return besselExcess(at(q, 1), at(p, 1)) + 2 * sine * sine * besselMean(at(p, 1)) * at(q, 1);
    },
    gradient: (p, q) => {
      const [k1, k2] = [at(p, 1), at(q, 1)];
      const [sine, cosine] = halfTurn(at(p, 0), at(q, 0));
      const turned = 2 * sine * sine;
      const mean = besselMean(k1);
      const byMean = mean * k2 * (2 * sine * cosine);
      return [byMean, besselVariance(k1) * (k1 - k2 + k2 * turned), -byMean, besselMeanDifference(k2, k1) + mean * turned];
    },
  },
};

/** Sine and cosine of half the angle between two, with what rounding of their difference leaves: many turns out, it would be all that is seen. */
function halfTurn(m1: number, m2: number): readonly [sine: number, cosine: number] {
  const gap = m1 / 2 - m2 / 2;
  const rest = sumRest(m1 / 2, -m2 / 2);
  const [s, c, u, v] = [Math.sin(gap), Math.cos(gap), Math.sin(rest), Math.cos(rest)];
  return [s * v + c * u, c * v - s * u];
}

/** φ(p, q)/p = IS(q, p): of small p, φ itself is below the range of doubles. */
function geometricKl(p: number, q: number): number {
  return ratioExcess(q, p) + relativeEntropy(1 - p, 1 - q, q - p) / p;
}

function geometricGradient(p: number, q: number): [number, number] {
  return [-logRatio(1 - p, 1 - q, q - p) / p / p, (q - p) / p / q / (1 - q)];
}

/** A distribution as one of a larger family, in x or in a monotone function of it, which changes no divergence. */
interface View {
  readonly of: 'x' | 'x²';
  readonly family: string;
  readonly args: (args: Args) => readonly number[];
  /** Slopes by the family's own parameters, from those by `args`; as they are when left out. */
  readonly slopes?: (gradient: Gradient, args: Args) => Gradient;
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
    { of: 'x', family: 'weibull', args: (a) => [1, 1 / at(a, 0)], slopes: (g, a) => [-at(g, 1) / at(a, 0) ** 2] },
  ],
  gamma: [{ of: 'x', family: 'gamma', args: Array.from }],
  chiSquare: [{ of: 'x', family: 'gamma', args: (a) => [at(a, 0) / 2, 0.5], slopes: halfOfFirst }],
  weibull: [{ of: 'x', family: 'weibull', args: Array.from }],
  chi: [{ of: 'x²', family: 'gamma', args: (a) => [at(a, 0) / 2, 0.5], slopes: halfOfFirst }],
  halfNormal: [{ of: 'x²', family: 'gamma', args: (a) => [0.5, 0.5 / at(a, 0) ** 2], slopes: (g, a) => [-at(g, 1) / at(a, 0) ** 3] }],
};

/** The closed form of a pair that are members of one family, by name or by a view; undefined where there is none. */
export function closedForm(p: string, q: string): { readonly form: ClosedForm; readonly views?: readonly [View, View] } | undefined {
  if (p === q) {
    const form = CLOSED[p];
    return form && { form };
  }
  for (const first of VIEWS[p] ?? []) {
    const second = VIEWS[q]?.find(({ of, family }) => of === first.of && family === first.family);
    if (second !== undefined) return { form: CLOSED[first.family] as ClosedForm, views: [first, second] };
  }
  return undefined;
}
