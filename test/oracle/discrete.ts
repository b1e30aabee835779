/** Divergences of rows of masses in 320-bit fixed point, straight from their definitions. Entries are 0 or between 2⁻²⁰⁰ and 2²⁰⁰. */
import { divide, type Fixed, fixed, logOfRatio, logRatio, multiply } from './fixed.js';

/** φ(p, q) = p·log(p/q) − p + q. */
export function phi(p: number, q: number): Fixed {
  if (p === 0) return fixed(q);
  return multiply(fixed(p), logRatio(p, q)) - fixed(p) + fixed(q);
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

function total(p: ArrayLike<number>): Fixed {
  let sum = 0n;
  for (let i = 0; i < p.length; i++) sum += fixed(p[i] as number);
  return sum;
}
