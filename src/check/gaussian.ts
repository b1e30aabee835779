/** Gaussians as arguments: a mean and one kind of scale, or the standard normal. */
import { SurprisalError } from '../error.js';
import { describe, isRecord, kindError } from './kinds.js';

/** The kinds of scale, as they are named. */
export const SCALES = ['variance', 'logVariance', 'std'] as const;
export type Scale = (typeof SCALES)[number];

export interface Parameters<Value> {
  readonly mean: Value;
  readonly scale: Value;
  readonly kind: Scale;
}

const FORM = `an object with mean and one of ${SCALES.join(', ')}`;

const formOf = (argument: string) => (argument === 'q' ? `${FORM}, or gaussian.standard` : FORM);

/** Reads {mean, variance | logVariance | std}. */
export function checkParameters<Value>(argument: string, value: unknown): Parameters<Value> {
  if (!isRecord(value)) throw kindError(argument, value, formOf(argument));
  const given = Object.keys(value).filter((name) => value[name] !== undefined);
  const unknown = given.find((name) => name !== 'mean' && !SCALES.includes(name as Scale));
  if (unknown !== undefined) throw formError(argument, value, `got "${unknown}" beside`);
  const kinds = SCALES.filter((name) => value[name] !== undefined);
  if (value['mean'] === undefined || kinds.length !== 1) throw formError(argument, value, `got ${describe(value)}`);
  const kind = kinds[0] as Scale;
  return { mean: value['mean'] as Value, scale: value[kind] as Value, kind };
}

/** Kernels take one kind of scale for both. */
export function checkSameScale(p: Parameters<unknown>, q: Parameters<unknown>): void {
  if (p.kind === q.kind) return;
  const expected = `"${p.kind}", as in "p": give both the same kind of scale`;
  throw new SurprisalError('ERR_OPTION', `"q" expected ${expected}, got "${q.kind}"`, { argument: 'q', value: q.kind, expected });
}

function formError(argument: string, value: unknown, got: string): SurprisalError {
  const expected = formOf(argument);
  return new SurprisalError('ERR_OPTION', `"${argument}" expected ${expected}, ${got}`, { argument, value, expected });
}
