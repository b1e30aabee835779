/** What the functions of this sub-path may be told. */
import { anyWhole, checkOptions, type OptionRules, oneOf, unchecked, whole } from '../applications/input/options.js';
import { backend, type Core, SurprisalError } from '../index.js';
import type { Method } from './result.js';

export interface KlOptions {
  /** One way and no other: for checking one by another. The first that there is when left out. */
  readonly method?: Method | undefined;
  /** Draws of Monte Carlo; 100,000 when left out. */
  readonly draws?: number | undefined;
  /** Seed of Monte Carlo; 1 when left out. */
  readonly seed?: number | undefined;
  readonly core?: Core | undefined;
}

const METHODS: readonly Method[] = ['closed-form', 'sum', 'quadrature', 'monte-carlo'];

const RULES: OptionRules = { method: oneOf(...METHODS), draws: whole(2), seed: anyWhole, core: unchecked };

/** @throws {SurprisalError} ERR_OPTION · ERR_BACKEND */
export function checkKlOptions(options: KlOptions): void {
  checkOptions(options, RULES);
  checkCore(options.core);
}

/** Refuses what createCore() has not made, and what was disposed of, also where no core is needed: another pair would refuse it. */
export function checkCore(core: Core | undefined): void {
  if (core !== undefined) backend(core);
}

/** The error where the one way that was asked for does not lead to a number. */
export function methodError(method: Method, expected: string): SurprisalError {
  const place = { argument: 'method', value: method, expected };
  return new SurprisalError('ERR_OPTION', `option "method" expected ${expected}, got '${method}'`, place);
}
