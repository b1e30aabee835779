/** Cramér's rate of an empirical distribution: Sanov's projection of the sample onto mean x. */
import { argumentError, checkNumber } from '../input/options.js';
import type { Cramer } from './families.js';
import { project } from './sanov.js';

/** Rate, tilt and tilted variance of the values in a sample, each with probability 1/n. */
export function sampleCramer(sample: Float64Array, x: number): Cramer & { readonly q: Float64Array } {
  checkNumber('x', x);
  const n = sample.length;
  let [least, most] = [Infinity, -Infinity];
  for (const [column, value] of sample.entries()) {
    if (!Number.isFinite(value)) throw argumentError('ERR_DOMAIN', 'sample', 'a finite number', value, { column });
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (n === 0) throw argumentError('ERR_EMPTY', 'sample', 'at least one value', 'none');
  if (x < least || x > most) return { rate: Infinity, tilt: NaN, variance: 0, span: 0, q: new Float64Array(n) };
  if (x === least || x === most) {
    const count = sample.filter((value) => value === x).length;
    const q = sample.map((value) => (value === x ? 1 / count : 0));
    return { rate: -Math.log(count / n), tilt: least === most ? 0 : x === most ? Infinity : -Infinity, variance: 0, span: 0, q };
  }
  const { rate, q, tilts } = project(new Float64Array(n).fill(1 / n), [{ f: Array.from(sample), equals: x }]);
  const variance = q.reduce((sum, share, i) => sum + share * ((sample[i] as number) - x) ** 2, 0);
  return { rate, tilt: tilts[0] as number, variance, span: 0, q };
}
