/** Curves in a terminal: a grid of characters with an axis on the left. */
import { formatNumber } from '../src/report/format.js';

export interface Curve {
  readonly mark: string;
  readonly y: ArrayLike<number>;
  /** Drawn as a shade behind the marks. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> } | undefined;
}

/**
 * Points of each curve at even steps from left to right, joined in a straight line; where two meet, the later curve is seen.
 *
 * @param range the y at the bottom and at the top
 */
export function drawCurves(curves: readonly Curve[], range: readonly [low: number, high: number], width = 60, height = 14): string[] {
  const [bottom, top] = range;
  const grid = Array.from({ length: height }, () => new Array<string>(width).fill(' '));
  const lineOf = (y: number) => Math.round(((top - Math.min(top, Math.max(bottom, y))) / (top - bottom)) * (height - 1));
  const at = (y: ArrayLike<number>, column: number) => {
    const x = (column * (y.length - 1)) / (width - 1);
    const [from, to] = [Math.floor(x), Math.ceil(x)];
    return (y[from] as number) + (x - from) * ((y[to] as number) - (y[from] as number));
  };
  const put = (line: number, column: number, mark: string) => {
    (grid[line] as string[])[column] = mark;
  };
  for (let column = 0; column < width; column++) {
    for (const { band } of curves)
      if (band !== undefined)
        for (let line = lineOf(at(band.high, column)); line <= lineOf(at(band.low, column)); line++) put(line, column, '░');
    for (const { mark, y } of curves) put(lineOf(at(y, column)), column, mark);
  }
  const labelled = new Map([0, 0.5, 1].map((share) => [lineOf(bottom + share * (top - bottom)), bottom + share * (top - bottom)]));
  return grid.map((line, i) => {
    const label = labelled.get(i);
    return `${(label === undefined ? '' : formatNumber(label, 3)).padStart(6)} │${line.join('').trimEnd()}`;
  });
}
