/** 10⁷ calls leave memory where it was. */
import { kilobytesLeft } from '../support/memory.js';

const CALLS = 1e7;
const MOST_KILOBYTES = 512;

export function runMemory(): string[] {
  const left = kilobytesLeft(CALLS);
  console.log(`  ${CALLS} calls, a million resident matrices: ${left.toFixed(0)} KB more`);
  return left <= MOST_KILOBYTES ? [] : [`${CALLS} calls left ${left.toFixed(0)} KB behind, ${MOST_KILOBYTES} are allowed`];
}
