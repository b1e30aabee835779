/** Every pair of named distributions that has a closed form, against its sum or quadrature, and moved; those of vectors, against what they are on numbers. */
import { checkInvariance, checkPair, PAIRS, VECTOR_CHECKS } from '../families/pairs.js';
import { createRng } from '../support/rng.js';

const MEMBERS = 200;

export function runFamilies({ seed }: { readonly seed: number }): readonly string[] {
  const rng = createRng(seed);
  const checks = [
    ...PAIRS.flatMap(([p, q]) => [() => checkPair(rng, p, q), () => checkInvariance(rng, p, q)]),
    ...Object.values(VECTOR_CHECKS).map((check) => () => check(rng)),
  ];
  return checks.flatMap((check) => Array.from({ length: MEMBERS }, check).filter((text) => text !== undefined));
}
