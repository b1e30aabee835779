/** A square of shares as a picture: rows add up to 1, and are put beside the rows that they are like. */

const CELL = 14;
const MARGIN = 56;

/** @param shares names × names, row by row */
export function heatMap(names: readonly string[], shares: Float64Array): string {
  const n = names.length;
  const order = chain(n, shares);
  const size = MARGIN + n * CELL + 16;
  const labels: string[] = [];
  /** Squares of one strength are one path. */
  const strengths = new Map<string, string>();
  for (const [i, row] of order.entries()) {
    const y = MARGIN + i * CELL;
    const x = y + CELL - 4;
    labels.push(
      `<text x="${MARGIN - 6}" y="${y + CELL - 4}" text-anchor="end">${names[row]}</text>`,
      `<text transform="translate(${x} ${MARGIN - 6}) rotate(-90)">${names[row]}</text>`,
    );
    for (const [j, col] of order.entries()) {
      const share = shares[row * n + col] as number;
      const strength = Math.sqrt(share).toFixed(2);
      const square = `M${MARGIN + j * CELL} ${y}h${CELL - 1}v${CELL - 1}h${1 - CELL}z`;
      if (share > 0) strengths.set(strength, (strengths.get(strength) ?? '') + square);
    }
  }
  const paths = [...strengths].map(([strength, path]) => `<path fill-opacity="${strength}" d="${path}"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" font-family="system-ui, sans-serif" font-size="10">
<title>Whose Gaussian is the nearest: of each phone (row), the share that has its nearest in another phone (column)</title>
<rect width="${size}" height="${size}" fill="#fff"/>
<rect x="${MARGIN}" y="${MARGIN}" width="${n * CELL}" height="${n * CELL}" fill="#f4f5f7"/>
<g fill="#1f4e9c">
${paths.join('\n')}
</g>
<g fill="#333">
${labels.join('\n')}
</g>
</svg>
`;
}

/** Each next to the one that it shares most with, of those that are left: both directions count. */
function chain(n: number, shares: Float64Array): number[] {
  const left = new Set(Array.from({ length: n }, (_, i) => i));
  const both = (a: number, b: number) => (shares[a * n + b] as number) + (shares[b * n + a] as number);
  let last = 0;
  const order: number[] = [];
  while (left.size > 0) {
    left.delete(last);
    order.push(last);
    let next = -1;
    for (const other of left) if (next < 0 || both(last, other) > both(last, next)) next = other;
    // Where nothing is shared, with the strongest pair that is left.
    if (next >= 0 && both(last, next) === 0) {
      for (const a of left) for (const b of left) if (a !== b && both(a, b) > both(next, [...left][0] as number)) next = a;
    }
    last = next;
  }
  return order;
}
