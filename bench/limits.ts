/**
 * `npm run limits [-- FILTER ...] [--rounds N] [--seed N] [--docs FILE]`: what stops the kernels. Counts the operations that each workload of the race executes in the module,
 * times what this machine takes for them and for bytes that are read and copied, and prints the bounds that follow beside the library's own times; `--docs` puts
 * them into the page, docs/limits.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { PLAIN, RESIDENT, WASM } from './case.js';
import { CountingModule } from './limits/counts.js';
import { type Limits, measure, type Workload } from './limits/measure.js';
import type { Rates } from './limits/rates.js';

const WORKLOADS: readonly Workload[] = [
  { start: 'W1 ' },
  { start: 'W2 ' },
  { start: 'W3 KL rows f32' },
  { start: 'W3 KL rows f64' },
  { start: 'W4 KL, one pair, f32' },
  { start: 'W4 KL, one pair, f64' },
  { start: 'W5 ' },
  { start: 'W6 ' },
  { start: 'W7a ' },
  { start: 'W7b ' },
  { start: 'W8 standard-normal prior, log-variances, f32' },
  { start: 'W8 standard-normal prior, log-variances, f64' },
  { start: 'W9 diagonal Gaussians, variances, f32' },
  { start: 'W9 diagonal Gaussians, variances, f64' },
  { start: 'W10 ' },
  { start: 'W11 ' },
  { start: 'W11 ', copied: 'wasm, f64 products' },
  { start: 'W12 ' },
  { start: 'W13d8 ' },
  { start: 'W13d32 ' },
  { start: 'W14 ' },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '21' }, seed: { type: 'string', default: '20261122' }, docs: { type: 'string' } },
});

/** Between these the page has what is printed. */
const BEGINS = '<!-- npm run limits -->';
const ENDS = '<!-- end -->';

/** What is timed is the engine's best code from the first call on. */
setFlagsFromString('--no-liftoff');

const COLUMNS: readonly (readonly [string, (limits: Limits) => string])[] = [
  ['workload', ({ test, copied }) => `${test.name.replace(/,? \d+(×\d+)+$/, '')}${copied === WASM ? '' : `, ${copied}`}`],
  ['operations, divisions', ({ operations, divisions }) => `${operations.toFixed(1)}, ${divisions.toFixed(2)}`],
  ['ports, ns', ({ ports }) => short(ports)],
  ['replayed, ns', ({ replay }) => short(replay)],
  ['inputs read, copied in; results out, ns', ({ read, copyIn, results }) => [read, copyIn, results].map((ns) => ns.toFixed(2)).join(', ')],
  ['plain loop, ns', ({ plain }) => short(plain)],
  ['resident, in caches, long rows there, ns', ({ resident, cached, long }) => shorts(resident, cached, long)],
  ['wanted, is, at most', (limits) => ratios(limits, RESIDENT, limits.resident, (busy) => Math.max(busy, limits.read) + limits.results)],
  ['copied, ns', ({ wasm }) => short(wasm)],
  [
    'wanted, is, at most',
    (limits) => ratios(limits, limits.copied, limits.wasm, (busy) => Math.max(busy, limits.readAgain) + limits.copyIn + limits.results),
  ],
];

const short = (x: number): string => (x < 1000 ? x.toPrecision(3) : x.toFixed(0));
const shorts = (...some: readonly (number | undefined)[]): string =>
  some.flatMap((x) => (x === undefined ? [] : short(x))).join(', ') || '–';

/** How much faster than the plain loop: what is wanted, what is measured, and what `bound` leaves of replayed operations and of those that the ports take at least. */
function ratios(
  { test, plain, replay, ports }: Limits,
  contender: string,
  ns: number | undefined,
  bound: (busy: number) => number,
): string {
  if (ns === undefined) return '–';
  const wanted = test.targets.find(({ of, over }) => of === contender && over === PLAIN)?.atLeast ?? '–';
  return `${wanted}, **${short(plain / ns)}×**, ${short(plain / bound(replay))} to ${short(plain / bound(ports))}`;
}

function main(): void {
  const rounds = Number(values.rounds);
  const seed = Number(values.seed);
  const counting = new CountingModule(readFileSync('build/surprisal.wasm'));
  const isWanted = ({ start }: Workload) => positionals.length === 0 || positionals.some((filter) => start.startsWith(filter));
  const { rates, limits } = measure(WORKLOADS.filter(isWanted), counting, rounds, seed);
  const ns = (name: keyof Rates) => `${rates[name].toFixed(3)} ns`;
  const where = `${cpus()[0]?.model ?? 'unknown'} · Node ${process.version} · ${new Date().toISOString()} · seed ${seed}`;
  const lines = [
    `${where} · ${rounds} rounds, all in one process; of rates and replays the quickest, of the rest the first quartile:`,
    `an operation of the first two ports ${ns('first')}, of the last two ${ns('last')}, of all three ${ns('any')} · a division of f32x4 ${ns('divideSingle')}, of f64x2 ${ns('divideDouble')} ·`,
    `a byte read ${ns('read')}, copied in ${ns('copyIn')}, copied out ${ns('copyOut')}, from memory to memory ${ns('copyAcross')}.`,
    '',
    `| ${COLUMNS.map(([name]) => name).join(' | ')} |`,
    `| ${COLUMNS.map(() => '---').join(' | ')} |`,
    ...limits.map((each) => `| ${COLUMNS.map(([, cell]) => cell(each)).join(' | ')} |`),
  ];
  console.log(lines.join('\n'));
  if (values.docs === undefined) return;
  const page = readFileSync(values.docs, 'utf8');
  const [start, end] = [page.indexOf(BEGINS) + BEGINS.length, page.indexOf(ENDS)];
  writeFileSync(values.docs, `${page.slice(0, start)}\n${lines.join('\n')}\n${page.slice(end)}`);
}

main();
