/** Every pair of named distributions that has a closed form, against its sum or quadrature. */
import { checkPair, PAIRS } from '../families/pairs.js';
import { createRng } from '../support/rng.js';

const MEMBERS = 200;

export function runFamilies({ seed }: { readonly seed: number }): readonly string[] {
  const rng = createRng(seed);
  return PAIRS.flatMap(([p, q]) => Array.from({ length: MEMBERS }, () => checkPair(rng, p, q)).filter((text) => text !== undefined));
}
