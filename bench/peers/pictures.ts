/** The race's pictures, drawn by Observable Plot. */
import type { CaseResult } from '../measure.js';
import { load, loadModule } from './load.js';
import { type Group, groupOf, isRight, type Run, small, speed } from './report.js';

const COLORS: Readonly<Record<Group, string>> = {
  surprisal: '#d62728',
  'plain loop': '#7f7f7f',
  browser: '#1f77b4',
  node: '#2ca02c',
  python: '#9467bd',
};

/** What would look like another line of its group. */
const SHADES: Readonly<Record<string, string>> = {
  twin: '#ff9896',
  'onnxruntime-web': '#17becf',
  pool: COLORS.surprisal,
  'pool, resident': '#ff9896',
  'plain compute': COLORS['plain loop'],
};

/** Black on white, or the other way round where the page around it is dark. */
const PAPER = '<style>svg{color:#1f2328;background:#fff}@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}}</style>';

/** Plot with a document to draw in, and what it drew as a file of its own. */
async function plotter() {
  const Plot = await loadModule('@observablehq/plot');
  const { document } = load('linkedom').parseHTML('<html><body></body></html>');
  const style = { background: 'none', fontSize: '12px' };
  const draw = (options: object): string => {
    const { outerHTML } = Plot.plot({ document, style, ...options });
    return `${outerHTML.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace('</svg>', `${PAPER}</svg>`)}\n`;
  };
  return { Plot, draw };
}

/** A dot a contender: speed over the plain loop on a logarithmic axis, a line a workload; hollow where the answer is wrong. */
export async function raceOf({ results }: Run): Promise<string> {
  const { Plot, draw } = await plotter();
  const dots = results.flatMap(({ name, contenders }) =>
    contenders.map((measured) => ({
      workload: name,
      speed: measured.ratio,
      color: COLORS[groupOf(measured.contender)],
      fill: isRight(measured) ? COLORS[groupOf(measured.contender)] : 'none',
      r: measured.contender.startsWith('wasm') ? 6 : 3.5,
      title: `${measured.contender}: ${speed(measured)}, error ${small(measured.error)}`,
    })),
  );
  return draw({
    width: 1040,
    height: 70 + 24 * results.length,
    marginLeft: 390,
    marginRight: 20,
    marginBottom: 44,
    x: {
      type: 'log',
      label: 'times as fast as the plain loop',
      labelAnchor: 'center',
      labelOffset: 38,
      grid: true,
      tickFormat: (x: number) => `${x}×`,
    },
    y: { label: null, domain: results.map(({ name }) => name) },
    marks: [
      Plot.ruleX([1], { stroke: COLORS['plain loop'] }),
      Plot.dot(dots, { x: 'speed', y: 'workload', stroke: 'color', fill: 'fill', r: 'r', title: 'title' }),
    ],
  });
}

/** A line a contender: nanoseconds an entry over rows (of 10 classes), over classes, and over threads. */
export async function growthOf({ results }: Run): Promise<string> {
  const { Plot, draw } = await plotter();
  const points = results.flatMap(pointsOf);
  const last = points.filter(({ x, panel }) => points.every((other) => other.panel !== panel || other.x <= x));
  const names = [...new Set(last.map(({ panel }) => panel))].flatMap((panel) =>
    apart(
      last.filter((point) => point.panel === panel),
      points,
    ),
  );
  const axes = { x: 'x', y: 'ns', fx: 'panel' };
  return draw({
    width: 960,
    height: 440,
    marginTop: 50,
    marginRight: 150,
    x: { type: 'log', label: 'how many', grid: true },
    y: { type: 'log', label: 'nanoseconds an entry', grid: true },
    fx: { label: null, padding: 0.35 }, // room for names
    marks: [
      Plot.lineY(points, { ...axes, z: 'contender', stroke: 'color' }),
      Plot.dot(points, { ...axes, fill: 'color', r: 3 }),
      Plot.text(names, { ...axes, text: 'contender', fill: 'color', textAnchor: 'start', dx: 8 }),
    ],
  });
}

/** Names that would lie over each other, moved up: 12 of the 340 units that the axis is high between two of them. */
function apart<Point extends { readonly ns: number }>(last: readonly Point[], all: readonly Point[]): Point[] {
  const times = all.map(({ ns }) => ns);
  const least = (Math.max(...times) / Math.min(...times)) ** (12 / 340);
  let below = 0;
  return [...last]
    .sort((a, b) => a.ns - b.ns)
    .map((point) => {
      below = Math.max(point.ns, below * least);
      return { ...point, ns: below };
    });
}

function pointsOf({ name, contenders }: CaseResult) {
  const [, rows, cols, threads] = /(\d+)×(\d+)(?:, threads (\d+))?/.exec(name) ?? [];
  const [panel, x] =
    threads !== undefined
      ? ['threads, 65,536 rows of 128', threads]
      : cols === '10'
        ? ['rows of 10 classes', rows]
        : ['classes, 4 million entries in all', cols];
  return contenders.map(({ contender, ns }) => ({
    contender,
    ns,
    x: Number(x),
    panel,
    color: SHADES[contender] ?? COLORS[groupOf(contender)],
  }));
}
