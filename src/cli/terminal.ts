import { stdout } from 'node:process';

/** Where no terminal says otherwise, as one that does not know says 0. */
const USUAL_WIDTH = 80;
/** Narrower than this no paragraph can be read, nor its numbers stay on a line. */
const LEAST_WIDTH = 40;

/** Columns that histograms are drawn in: longer bars say no more. */
export function chartWidth(): number {
  return Math.min(USUAL_WIDTH, terminalWidth());
}

/** Columns that texts are set in. */
export function terminalWidth(): number {
  return Math.max(LEAST_WIDTH, stdout.columns || USUAL_WIDTH);
}
