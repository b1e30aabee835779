import { SurprisalError } from '../../src/index.js';

/** The SurprisalError that a call throws; anything else fails the test. */
export function errorOf(call: () => unknown): SurprisalError {
  try {
    call();
  } catch (error) {
    if (error instanceof SurprisalError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
