/**
 * The least time that operations on vectors and floating-point numbers take: each occupies one of three ports of the core for a cycle. Which ones it may take is so
 * on Intel's cores from Golden Cove on; how long that is in nanoseconds is measured (rates.ts).
 */
import { type Operations, type Portions, together } from './counts.js';

/** Nanoseconds an operation, as many side by side as the ports take. */
export interface PortRates {
  /** Of those that the first two ports alone take. */
  readonly first: number;
  /** Of those that the last two alone take. */
  readonly last: number;
  /** Of those that all three take: no mixture is quicker. */
  readonly any: number;
  /** Of divisions, for which there is one unit. */
  readonly divideSingle: number;
  readonly divideDouble: number;
}

/**
 * Micro-operations by the name of what they are of: F for the first two ports, L for the last two, A for any, / for the divider. Where an engine has a choice,
 * the fewest. The first line that matches holds.
 */
const TAKES: readonly (readonly [RegExp, string])[] = [
  [/\.(load|store|const)|^v128\.const|f64x2\.extract_lane|reinterpret/, ''],
  [/^f\d+(x\d)?\.(add|sub)$/, 'L'],
  [/^f\d+(x\d)?\.(mul|p?min|p?max|eq|ne|lt|le|gt|ge|trunc)$/, 'F'],
  [/^f\d+(x\d)?\.(div|sqrt)$/, 'F/'], // a root takes the divider for as long
  [/^f\d+x\d\.(neg|abs)$/, 'AAA'],
  [/^f\d+\.(neg|abs)$/, 'A'],
  [/promote|demote|convert_low|f64\.convert|_true$/, 'FL'],
  [/convert/, 'F'],
  [/shuffle|splat|replace_lane/, 'L'],
  [/^i\d+x\d+\.(shl|shr|eq|ne|lt|gt|min|max|bitmask|extract_lane|le|ge)|^f32x4\.extract_lane/, 'F'],
  [/^i\d+x\d+\.(add|sub)$|^v128\.(and|or|xor|not|andnot)$/, 'A'],
  [/^v128\.bitselect$/, 'AAA'],
];

/** What is executed together, by port. */
export interface Load {
  first: number;
  last: number;
  all: number;
  single: number;
  double: number;
}

export function loadOf(operations: Operations): Load {
  const load: Load = { first: 0, last: 0, all: 0, single: 0, double: 0 };
  for (const [name, times] of operations) {
    if (times === 0) continue;
    const takes = TAKES.find(([names]) => names.test(name))?.[1];
    if (takes === undefined) throw new Error(`ports of ${name} are not known`);
    for (const port of takes) {
      if (port === '/') load[name.startsWith('f32') ? 'single' : 'double'] += times;
      else load.all += times;
      if (port === 'F') load.first += times;
      if (port === 'L') load.last += times;
    }
  }
  return load;
}

/** Nanoseconds of what may all overlap. */
function busy({ first, last, all, single, double }: Load, rates: PortRates): number {
  return Math.max(first * rates.first, last * rates.last, all * rates.any, single * rates.divideSingle + double * rates.divideDouble);
}

/** Nanoseconds that portions take at least: each alone, or all of them and the rest, overlapping. */
export function floorOf({ apart, rest }: Portions, rates: PortRates): number {
  const each = apart.reduce((sum, portion) => sum + busy(loadOf(portion), rates), 0);
  return Math.max(each, busy(loadOf(together([...apart, rest])), rates));
}
