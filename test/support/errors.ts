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

/** The error of a kind that a call ends with; any other, and none at all, is an error of the test. */
export async function thrownBy<Kind extends Error>(Class: abstract new (...args: never[]) => Kind, run: () => unknown): Promise<Kind> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Class) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
