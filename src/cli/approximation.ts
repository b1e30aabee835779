import { approximationTable, binomialNormal, binomialPoisson, type Distances, smallestN } from '../applications/approximation.js';
import { formatCount, formatNumber, formatShare, formatTable } from '../report/format.js';
import { bar } from '../report/histogram.js';
import { APPROXIMATION_GROUPS, APPROXIMATION_HELP, readApproximationSettings } from './approximationOptions.js';
import type { Command, Parsed } from './options.js';
import { toJson } from './scoreReport.js';

/** Factors around the n and p of the table. */
const AROUND = [0.1, 0.3, 1, 3, 10];
const BAR_WIDTH = 24;

/** `surprisal approximation`: exact distances of a binomial distribution to its two stand-ins, as a table or as JSON. */
export const approximation: Command = { groups: APPROXIMATION_GROUPS, help: APPROXIMATION_HELP, run };

async function run(options: Parsed): Promise<void> {
  const { n, p, rate, epsilon } = readApproximationSettings(options);
  const poisson = binomialPoisson(n, p, { rate });
  const normal = binomialNormal(n, p);
  const enough = { mean: n * p, poisson: smallestN(epsilon, { mean: n * p }), normal: smallestN(epsilon, { p }) };
  const ns = [...new Set(AROUND.map((x) => Math.max(1, Math.round(n * x))))].filter((x) => x <= 1e6 || x === n);
  const ps = AROUND.map((x) => (x === 1 ? p : Number((p * x).toPrecision(3)))).filter((x) => x < 1);
  const tables = { poisson: approximationTable(ns, ps, 'poisson'), normal: approximationTable(ns, ps, 'normal') };
  if (options.flag('json')) {
    const listed = Object.fromEntries(
      Object.entries(tables).map(([by, { data, cols }]) => [by, ns.map((_, i) => [...data.slice(i * cols, (i + 1) * cols)])]),
    );
    console.log(toJson({ n, p, rate: rate ?? n * p, epsilon, poisson, normal, enough, table: { n: ns, p: ps, totalVariation: listed } }));
    return;
  }
  const lines = [
    `Binomial(${formatCount(n)}, ${p}) beside what stands in for it`,
    '',
    ...formatTable(
      [
        ['', 'KL, nats', 'total variation', 'Le Cam', 'Pinsker', 'Bretagnolle–Huber'],
        distanceCells(`Poisson(${formatNumber(rate ?? n * p)})`, poisson),
        distanceCells(`normal(${formatNumber(n * p)}, ${formatNumber(Math.sqrt(n * p * (1 - p)))})`, normal),
      ],
      [0],
    ).map((line) => `  ${line}`),
    '',
    '  Total variation is the most by which the probability of any event is off; the last three say what it is at most.',
    `  ${verdict(poisson, normal)}`,
    '',
    `  Good to ${formatNumber(epsilon)} in total variation, at this n and at every later one`,
    `    Poisson, mean n·p = ${formatNumber(n * p)}: ${fromN(enough.poisson)}`,
    `    normal, p = ${p}: ${fromN(enough.normal)}`,
    '',
    ...tableLines('Poisson(n·p)', ns, ps, p, tables.poisson.data),
    '',
    ...tableLines('normal', ns, ps, p, tables.normal.data),
  ];
  console.log(lines.join('\n'));
}

function distanceCells(name: string, { kl, totalVariation, bounds }: Distances): string[] {
  const { leCam, pinsker, bretagnolleHuber } = bounds;
  return [name, kl, totalVariation, leCam, pinsker, bretagnolleHuber].map((cell) =>
    typeof cell === 'string' ? cell : cell === undefined ? '–' : formatNumber(cell),
  );
}

function verdict(poisson: Distances, normal: Distances): string {
  const [better, other, name] =
    poisson.totalVariation <= normal.totalVariation ? [poisson, normal, 'Poisson'] : [normal, poisson, 'normal'];
  const ratio = other.totalVariation / better.totalVariation; // of nothing, where the closer one is below the smallest double
  return `Here the ${name} distribution is ${ratio < Infinity ? `${formatNumber(ratio, 2)} times ` : ''}closer: off by ${formatShare(better.totalVariation)} at most.`;
}

const fromN = (n: number | undefined) => (n === undefined ? 'not from any n up to 10,000,000 on' : `from n = ${formatCount(n)} on`);

/** Total variation over n (down) and p (across), and a bar for the column of the p that was given. */
function tableLines(name: string, ns: readonly number[], ps: readonly number[], given: number, data: Float64Array): string[] {
  const cell = (i: number, j: number) => data[i * ps.length + j] as number;
  const own = ps.indexOf(given);
  const most = Math.max(...ns.map((_, i) => cell(i, own)));
  const rows = ns.map((n, i) => [
    `n = ${formatCount(n)}`,
    ...ps.map((_, j) => formatNumber(cell(i, j), 3)),
    bar(cell(i, own), most, BAR_WIDTH),
  ]);
  const head = [`${name}:`, ...ps.map((p) => `p = ${p}`), `at p = ${given}`];
  return formatTable([head, ...rows], [0, ps.length + 1]).map((line) => `  ${line}`);
}
