/** Divergences of rows of masses in 320-bit fixed point, straight from their definitions. Entries are 0 or between 2⁻²⁰⁰ and 2²⁰⁰. */
import { divide, exp, type Fixed, fixed, log, logOfRatio, logRatio, multiply, ONE, toNumber } from './fixed.js';

/** φ(p, q) = p·log(p/q) − p + q. */
export function phi(p: number, q: number): Fixed {
  if (p === 0) return fixed(q);
  return multiply(fixed(p), logRatio(p, q)) - fixed(p) + fixed(q);
}

/** Σ φ(p, q). */
export function generalizedKl(p: ArrayLike<number>, q: ArrayLike<number>): Fixed {
  let sum = 0n;
  for (let i = 0; i < p.length; i++) sum += phi(p[i] as number, q[i] as number);
  return sum;
}

/** Σ p·log(p/q), as given; q > 0 wherever p > 0. */
export function klAsGiven(p: ArrayLike<number>, q: ArrayLike<number>): Fixed {
  let sum = 0n;
  for (let i = 0; i < p.length; i++) {
    if (p[i] !== 0) sum += multiply(fixed(p[i] as number), logRatio(p[i] as number, q[i] as number));
  }
  return sum;
}

/** Σ p̂·log(p̂/q̂) = Σ p·log(p/q) / P − log(P/Q). */
export function kl(p: ArrayLike<number>, q: ArrayLike<number>): Fixed {
  const [P, Q] = [total(p), total(q)];
  return divide(klAsGiven(p, q), P) - logOfRatio(P, Q);
}

/** (KL(p̂ ‖ m) + KL(q̂ ‖ m))/2 with m = (p̂ + q̂)/2. */
export function jensenShannon(p: ArrayLike<number>, q: ArrayLike<number>): Fixed {
  const [P, Q] = [total(p), total(q)];
  let sum = 0n;
  for (let i = 0; i < p.length; i++) {
    // Over the common denominator P·Q everything is an integer.
    const [a, b] = [fixed(p[i] as number) * Q, fixed(q[i] as number) * P];
    if (a !== 0n) sum += divide(multiply(fixed(p[i] as number), logOfRatio(2n * a, a + b)), P);
    if (b !== 0n) sum += divide(multiply(fixed(q[i] as number), logOfRatio(2n * b, a + b)), Q);
  }
  return sum / 2n;
}

/** −Σ p̂·log p̂. */
export function entropy(p: ArrayLike<number>): Fixed {
  const P = total(p);
  let sum = 0n;
  for (let i = 0; i < p.length; i++) {
    const x = fixed(p[i] as number);
    if (x !== 0n) sum += divide(multiply(x, logOfRatio(P, x)), P);
  }
  return sum;
}

/** Σ term(p̂, q̂); as given Σ term(p, q). */
export function sumOfTerms(p: ArrayLike<number>, q: ArrayLike<number>, term: (x: Fixed, y: Fixed) => Fixed, asGiven = false): Fixed {
  const [P, Q] = asGiven ? [ONE, ONE] : [total(p), total(q)];
  let sum = 0n;
  for (let i = 0; i < p.length; i++) sum += term(divide(fixed(p[i] as number), P), divide(fixed(q[i] as number), Q));
  return sum;
}

/** x^α·y^(1−α). */
export function affinityTerm(x: Fixed, y: Fixed, alpha: number): Fixed {
  if (x === 0n || y === 0n) return 0n;
  return exp(multiply(fixed(alpha), logOf(x)) + multiply(ONE - fixed(alpha), logOf(y)));
}

/** log of a fixed number above 0, by way of the double next to it. */
export function logOf(x: Fixed): Fixed {
  const near = toNumber(x);
  const rest = divide(x - fixed(near), fixed(near));
  const square = multiply(rest, rest);
  return log(near) + rest - square / 2n + multiply(square, rest) / 3n - multiply(square, square) / 4n;
}

function total(p: ArrayLike<number>): Fixed {
  let sum = 0n;
  for (let i = 0; i < p.length; i++) sum += fixed(p[i] as number);
  return sum;
}

/** (l − Σp̂·l)/P and (k − Σq̂·k)/Q: of KL l = log(p̂/q̂), k = −p̂/q̂; of Jensen–Shannon l = ½·log(p̂/m), k = ½·log(q̂/m). Entries are positive. */
export function gradient(jensenShannon: boolean, p: ArrayLike<number>, q: ArrayLike<number>): Record<'p' | 'q', number[]> {
  const [P, Q] = [total(p), total(q)];
  const pairs = Array.from(p, (x, i) => [fixed(x) * Q, fixed(q[i] as number) * P] as const);
  const l = pairs.map(([x, y]) => (jensenShannon ? logOfRatio(2n * x, x + y) / 2n : logOfRatio(x, y)));
  const k = pairs.map(([x, y]) => (jensenShannon ? logOfRatio(2n * y, x + y) / 2n : -divide(x, y)));
  const centred = (logs: readonly Fixed[], w: ArrayLike<number>, sum: Fixed) => {
    const mean = logs.reduce((acc, log, i) => acc + divide(multiply(fixed(w[i] as number), log), sum), 0n);
    return logs.map((log) => toNumber(divide(log - mean, sum)));
  };
  return { p: centred(l, p, P), q: centred(k, q, Q) };
}
