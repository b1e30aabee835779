/** Sanov's projection of masses, some of which may be 0. */
import type { Vector } from '../../index.js';
import { argumentError, checkNames, optionError } from '../input/options.js';
import { isArray, masses, shares } from './masses.js';
import { type Constraint, edgeOf, type Projection, project } from './sanov.js';

/**
 * Sanov's projection: of all distributions q with Σ q·f as asked for, the one with the least KL(q‖p). Samples of p that look as asked for look like q, and have
 * probability e^(−n·rate) to the first order.
 *
 * @param p           masses, divided by their sum; not modified
 * @param constraints each {f, atLeast | atMost | equals}
 * @returns           {rate, q, tilts, certificate}: certificate.gap is rate less a bound that no q can beat, violation how far a constraint is missed
 *
 * Shapes      p and each f: the same number of entries
 * Units       nats
 * Edge cases  p satisfies them: rate 0, q = p · nothing can: rate Infinity · only the largest values of f can: q is p on these
 * Accuracy    gap and violation are printed with the answer; 1e-13 for well-posed constraints, of any size of f and whatever its values have in common
 * Source      I. N. Sanov (1957); I. Csiszár, Ann. Probab. 3 (1975)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * sanovProjection([1, 1, 1, 1, 1, 1], [{ f: [1, 2, 3, 4, 5, 6], atLeast: 4.5 }]).rate; // 0.178…
 */
export function sanovProjection(p: Vector, constraints: readonly Constraint[]): Projection {
  const given = shares(masses('p', p));
  if (!Array.isArray(constraints) || constraints.length === 0)
    throw argumentError('ERR_EMPTY', 'constraints', 'one constraint or more', 'none');
  for (const [row, constraint] of constraints.entries()) checkConstraint(row, constraint, given.length);
  const kept = [...given.keys()].filter((i) => (given[i] as number) > 0);
  const on = constraints.map((c) => ({ ...c, f: kept.map((i) => c.f[i] as number) }));
  const inside = Float64Array.from(kept, (i) => given[i] as number);
  const spread = (q: Float64Array) => {
    const wide = new Float64Array(given.length);
    for (const [k, i] of kept.entries()) wide[i] = q[k] as number;
    return wide;
  };
  const edge = on.length === 1 ? edgeOf(inside, on[0] as Constraint) : undefined;
  if (edge !== undefined) return { ...edge, q: spread(edge.q) };
  const found = project(inside, on);
  return { ...found, q: spread(found.q) };
}

function checkConstraint(row: number, constraint: Constraint, length: number): void {
  if (typeof constraint !== 'object' || constraint === null)
    throw argumentError('ERR_KIND', 'constraints', '{f, atLeast | atMost | equals}', constraint, { row });
  checkNames(constraint, ['f', 'atLeast', 'atMost', 'equals']);
  const { f, atLeast, atMost, equals } = constraint;
  if (!isArray(f)) throw argumentError('ERR_KIND', 'constraints', 'f, an array of numbers', f, { row });
  if (f.length !== length) throw argumentError('ERR_SHAPE', 'constraints', `f of ${length} entries, as "p" has`, f.length, { row });
  for (const [column, value] of Array.from(f).entries())
    if (!Number.isFinite(value)) throw argumentError('ERR_DOMAIN', 'constraints', 'a finite number', value, { row, column });
  const given = [atLeast, atMost, equals].filter((value) => value !== undefined);
  if (given.length !== 1 || !Number.isFinite(given[0]))
    throw optionError('constraints', given.join(', ') || 'none', 'one finite number: atLeast, atMost or equals');
}
