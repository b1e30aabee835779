/**
 * Special functions from @stdlib (Apache-2.0), and the one file that imports it. The library's incomplete gamma function is off by up to 1 % from a = 1000
 * on: gamma.ts has another. Inverses are roots (roots.ts), as the library's lose half their digits for large parameters.
 */
import betainc from '@stdlib/math-base-special-betainc';
import digammaOf from '@stdlib/math-base-special-digamma';
import erfOf from '@stdlib/math-base-special-erf';
import erfcxOf from '@stdlib/math-base-special-erfcx';
import gammaln from '@stdlib/math-base-special-gammaln';
import trigammaOf from '@stdlib/math-base-special-trigamma';

/** log Γ(x), x > 0. */
export function logGamma(x: number): number {
  return gammaln(x);
}

/** ψ(x), the derivative of log Γ, x > 0. */
export function digamma(x: number): number {
  return digammaOf(x);
}

/** ψ′(x), x > 0. */
export function trigamma(x: number): number {
  return trigammaOf(x);
}

/** The error function. */
export function erf(x: number): number {
  return erfOf(x);
}

/** Iₓ(a, b), the regularised incomplete beta function. */
export function lowerBeta(x: number, a: number, b: number): number {
  return betainc(x, a, b, true, false);
}

/** 1 − Iₓ(a, b), with its own digits where it is small. */
export function upperBeta(x: number, a: number, b: number): number {
  return betainc(x, a, b, true, true);
}

/** exp(x²)·erfc(x): what is left of a normal tail when its exponential is taken out. */
export function erfcx(x: number): number {
  return erfcxOf(x);
}
