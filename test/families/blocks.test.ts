/** Sums over tails too long to be added number by number. */
import { describe, expect, it } from 'vitest';
import { nodesOf } from '../../src/families/blocks.js';
import { type AnyDistribution, crossEntropy, entropy, geometric, kl, negativeBinomial as make, poisson } from '../../src/families/index.js';

const negativeBinomial = (r: number, p: number) => make({ r, p });

/** Digits by mpmath at 40: sums to 1000, beyond it integrals by octaves with the terms of Euler and Maclaurin to the fifth derivative. */
const LONG: readonly (readonly [AnyDistribution, AnyDistribution, number])[] = [
  [negativeBinomial(1e-7, 1e-6), poisson({ rate: 4 }), 5.085172802971464],
  [negativeBinomial(1e-6, 1e-6), poisson({ rate: 4 }), 14.851761322822751],
  [geometric({ p: 1e-5 }), negativeBinomial(2, 0.5), 69291.96251404165],
  [negativeBinomial(1e-3, 1e-6), poisson({ rate: 4 }), 10857.499627794747],
  [negativeBinomial(1e-10, 1e-15), poisson({ rate: 0.001 }), 3986931.6019154671],
  // A narrow hill within an octave, of p or of q.
  [negativeBinomial(1500, 1e-4), poisson({ rate: 1.4e7 }), 39783.99738494864],
  [negativeBinomial(1500, 1e-4), negativeBinomial(1400, 1.1e-4), 19.977308082747186],
  [negativeBinomial(2, 1e-4), poisson({ rate: 1e7 }), 9860307.999100737],
  // A second tail that is far longer.
  [geometric({ p: 1e-3 }), negativeBinomial(2, 1e-15), 54.83617091963562],
  [geometric({ p: 1e-12 }), negativeBinomial(3, 1e-14), 14.67308906827283],
  // Close together: the form that does not cancel.
  [geometric({ p: 1e-6 }), negativeBinomial(1.0000001, 1e-6), 8.224595865571636e-15],
  [negativeBinomial(900, 1e-20), negativeBinomial(901, 1e-20), 0.0005556584362012905],
];

const ENTROPIES: readonly (readonly [AnyDistribution, number])[] = [
  [negativeBinomial(2, 1e-7), 17.695311265859836],
  [negativeBinomial(1e-7, 1e-6), 3.258708992089244e-5],
  [negativeBinomial(100, 1e-3), 10.6254369764689],
];

describe('law 1: right by construction', () => {
  it.each([33, 64, 1024, 2 ** 14])('the rule for %d numbers is exact for polynomials of degree 31', (count) => {
    const nodes = [...nodesOf(0, count)];
    expect(nodes).toHaveLength(16);
    for (const degree of [0, 1, 2, 17, 30, 31]) {
      const at = (k: number) => ((2 * k + 1) / count - 1 / 2) ** degree;
      let exact = 0;
      for (let k = 0; k < count; k++) exact += at(k);
      const sum = nodes.reduce((total, [x, weight]) => total + weight * at(x), 0);
      expect(Math.abs(sum / exact - 1), String(degree)).toBeLessThan(1e-12);
    }
  });

  it.each(LONG)('long sums: %o ‖ %o', (p, q, exact) => {
    const { value, method, errorBound } = kl(p, q);
    expect(method).toBe('sum');
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThanOrEqual(2.5e-14 * exact + 1e-15);
    const [cross, h] = [crossEntropy(p, q), entropy(p)];
    expect(Math.abs(cross.value - h.value - value)).toBeLessThanOrEqual(cross.errorBound + h.errorBound + errorBound);
  });

  it.each(ENTROPIES)('entropies: %o', (p, exact) => {
    const { value, method, errorBound } = entropy(p);
    expect(method).toBe('sum');
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThanOrEqual(2e-14 * (1 + exact));
  });
});
