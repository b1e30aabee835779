/** Two Gaussians as they are handed over, and one in units of the other; lists of rates and decibels. */
import { logRatio } from '../../families/math/excess.js';
import { argumentError, checkNumber } from '../input/options.js';
import { type Values, valuesOf } from '../input/tensor.js';
import type { Standard } from './regions.js';

export interface Normal {
  readonly mean: number;
  readonly std: number;
}

/** Numbers of an array or a tensor, each looked at. */
export function entriesOf(argument: string, values: Values, expected: string, accepts: (x: number) => boolean): Float64Array {
  return Float64Array.from(valuesOf(argument, values), (x, column) => {
    if (typeof x === 'number' && accepts(x)) return x;
    throw argumentError(typeof x === 'number' ? 'ERR_DOMAIN' : 'ERR_KIND', argument, expected, x, { column });
  });
}

export function checkGaussians(noise: Normal, signal: Normal): void {
  for (const [name, normal] of Object.entries({ noise, signal })) {
    if (typeof normal !== 'object' || normal === null) throw argumentError('ERR_KIND', name, '{mean, std}', normal);
    checkNumber(`${name}.mean`, normal.mean);
    checkNumber(`${name}.std`, normal.std, 'a finite number > 0', (std) => std > 0);
  }
}

export function standardOf(one: Normal, unit: Normal): Standard {
  const [mean, std] = [(one.mean - unit.mean) / unit.std, one.std / unit.std];
  return { mean, std, excess: (one.std - unit.std) / unit.std, log: logRatio(one.std, unit.std) };
}
