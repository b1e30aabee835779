/** Closed forms of beta and Dirichlet distributions, and of shares. */
import {
  binade,
  crossDifference,
  farBinades,
  hasAllDigits,
  logRatio,
  ratioExcess,
  relativeEntropy,
  sumRest,
  Total,
} from '../math/excess.js';
import { binetExcess, digammaDifference, digammaExcess, logGammaExcess, trigammaProduct, trigammaTimes } from '../math/gamma.js';
import { legendre } from '../math/tilted.js';
import { type Args, at, type Gradient } from './form.js';

/** The sum of entries, rounded once, with what that leaves: of what many roundings leave shares would be off by as much. */
function sumOf(x: Args): readonly [sum: number, rest: number] {
  let [sum, rest] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    rest += sumRest(sum, at(x, i));
    sum += at(x, i);
  }
  return [sum + rest, sumRest(sum, rest)];
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
    const [share, other] = [(at(y, i) / b) * times, (at(x, i) / a) * times];
    if (share > 0 && at(x, i) > 0 && !hasAllDigits(other)) {
      // A share of x below the range: what it is beside that of y is not.
      shares.add(share * (logRatio(at(y, i), b) - logRatio(at(x, i), a)) - share + other);
      continue;
    }
    const [from, to] = [at(x, i) / u, at(y, i) / v];
    const cross = crossDifference(to, a / u, from, b / v) + (to * (restA / u) - from * (restB / v));
    shares.add(relativeEntropy(share, other, (cross / ((a / u) * (b / v))) * times));
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
    const isClose = Math.abs(d) < x / 2;
    const height = isClose
      ? a2 * digammaExcess(y, x, d) - trigammaProduct(byA, d, x)
      : trigammaProduct(a1, d, x) - a2 * digammaDifference(y, x, d);
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
