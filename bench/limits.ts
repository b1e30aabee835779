/**
 * `npm run limits [-- FILTER ...] [--rounds N] [--seed N]`: what stops the kernels. Counts the operations that a workload of the race executes in the module, times
 * what this machine takes for each kind of them and for a byte that is read or copied, and prints the floors that follow beside the times of the library.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createRng } from '../test/support/rng.js';
import { type Case, PLAIN, RESIDENT, WASM } from './case.js';
import { timed } from './clock.js';
import { cases as discrete } from './kernels/discrete.bench.js';
import { cases as gaussian } from './kernels/gaussian.bench.js';
import { cases as logits } from './kernels/logits.bench.js';
import { cases as learning } from './learning.bench.js';
import { CountingModule } from './limits/counts.js';
import { floorOf } from './limits/ports.js';
import { clocks, type Rates } from './limits/rates.js';
import { cases as pairwise } from './pairwise.bench.js';

/** A case of the race by the beginning of its name, and which contenders are timed, where not the usual ones. */
interface Workload {
  readonly start: string;
  readonly copied?: string;
}

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
const CASES = [...discrete, ...gaussian, ...logits, ...learning, ...pairwise];
/** Entries of an input that are taken: tens of megabytes, as the race has them. The plain loop takes a part, since it takes so long. */
const ENTRIES = 2 ** 21;
const PLAIN_SHARE = 8;
/** Rounds before the first one that counts. */
const WARM_ROUNDS = 4;
/** Results are kept aside until nothing can fail (law 4), and copied then. */
const COPIES_OUT = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '11' }, seed: { type: 'string', default: '20261122' } },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] as number;

/** Nanoseconds of each, taken in turns. */
function times<Name extends string>(runs: Readonly<Record<Name, () => unknown>>): Record<Name, number> {
  const found = Object.fromEntries(Object.keys(runs).map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    for (const name of Object.keys(runs) as Name[]) {
      const ms = timed(() => runs[name]());
      if (round >= 0) found[name].push(ms * 1e6);
    }
  }
  return Object.fromEntries(Object.entries<number[]>(found).map(([name, each]) => [name, median(each)])) as Record<Name, number>;
}

interface Measured {
  readonly test: Case;
  readonly copied: string;
  readonly rates: Rates;
  /** All of an entry. */
  readonly operations: number;
  readonly divisions: number;
  /** Nanoseconds: of the ports, of bytes read, of bytes copied in and out. */
  readonly ports: number;
  readonly read: number;
  readonly copyIn: number;
  readonly copyOut: number;
  /** Of the plain loop, and of the library copied and resident. */
  readonly plain: number;
  readonly wasm: number;
  readonly resident: number | undefined;
}

function measure({ start, copied = WASM }: Workload, counting: CountingModule, timers: ReturnType<typeof clocks>): Measured {
  const test = CASES.find(({ name }) => name.startsWith(start)) as Case;
  const perRow = test.cols * (test.perEntry ?? 1);
  // All pairs are few entries that meet many.
  const rows = test.whole !== undefined ? test.rows : Math.max(1, Math.min(test.rows, Math.ceil(ENTRIES / perRow)));
  const shape = { ...test, rows };
  const part = { ...test, rows: Math.max(1, Math.min(Math.ceil(rows / PLAIN_SHARE), Math.ceil(ENTRIES / perRow))) };
  const data = test.data(createRng(seed), shape);
  const prepared = (name: string, of: typeof shape) => test.contenders.find((contender) => contender.name === name)?.prepare(data, of) as () => ArrayLike<number>;
  const hasResident = copied === WASM && test.contenders.some(({ name }) => name === RESIDENT);
  const passes = {
    plain: prepared(PLAIN, part),
    wasm: prepared(copied, shape),
    ...(hasResident && { resident: prepared(RESIDENT, shape) }),
  } as Record<'plain' | 'wasm' | 'resident', () => ArrayLike<number>>;
  const results = passes.wasm() as Float64Array;
  const entries = rows * perRow;
  const names = Object.keys(timers) as (keyof Rates)[];
  const ns = times({ ...passes, ...Object.fromEntries(names.map((name) => [name, timers[name].run])) } as Record<keyof Rates | keyof typeof passes, () => unknown>);
  const rates = Object.fromEntries(names.map((name) => [name, ns[name] / timers[name].times])) as unknown as Rates;
  const { load, floor } = floorOf(counting.executed(() => prepared(copied, shape)), rates);
  const bytes = Object.values(data).reduce((sum, array) => sum + array.byteLength, 0) / entries;
  return {
    test,
    copied,
    rates,
    operations: load.all / entries,
    divisions: (load.single + load.double) / entries,
    ports: floor / entries,
    read: bytes * rates.read,
    copyIn: bytes * rates.copyIn,
    copyOut: ((COPIES_OUT * results.byteLength) / entries) * rates.copyOut,
    plain: ns.plain / (part.rows * perRow),
    wasm: ns.wasm / entries,
    resident: hasResident ? ns.resident / entries : undefined,
  };
}

function rowOf({ test, copied, operations, divisions, ports, read, copyIn, copyOut, plain, wasm, resident }: Measured): string {
  const wanted = (name: string) => test.targets.find(({ of, over }) => of === name && over === PLAIN)?.atLeast ?? '–';
  const times = (ns: number | undefined) => (ns === undefined ? '–' : `${(plain / ns).toPrecision(3)}×`);
  const [inPlace, brought] = [Math.max(ports, read) + copyOut, ports + copyIn + copyOut];
  const cells = [
    test.name.replace(/ \d+(×\d+)+$/, '') + (copied === WASM ? '' : `, ${copied}`),
    `${operations.toFixed(1)}, ${divisions.toFixed(2)}`,
    ports.toPrecision(3),
    [read, copyIn, copyOut].map((ns) => ns.toFixed(2)).join(', '),
    plain.toFixed(1),
    `${resident?.toPrecision(3) ?? '–'} (${resident === undefined ? '–' : (resident / inPlace).toFixed(2)})`,
    `${wanted(RESIDENT)}, ${times(resident)}, ${times(inPlace)}`,
    `${wasm.toPrecision(3)} (${(wasm / brought).toFixed(2)})`,
    `${wanted(copied)}, ${times(wasm)}, ${times(brought)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function main(): void {
  const counting = new CountingModule(readFileSync('build/surprisal.wasm'));
  const timers = clocks();
  const measured = WORKLOADS.filter(({ start }) => positionals.length === 0 || positionals.some((filter) => start.startsWith(filter))).map((workload) => measure(workload, counting, timers));
  const rate = (name: keyof Rates) => median(measured.map(({ rates }) => rates[name])).toFixed(3);
  console.log(
    `${cpus()[0]?.model ?? 'unknown'} · Node ${process.version} · ${new Date().toISOString()} · seed ${seed} · medians of ${rounds} rounds, all in one process:`,
  );
  console.log(`an operation that two ports take ${rate('first')} and ${rate('last')} ns, one that all three take ${rate('any')} ns · a division of f32x4 ${rate('divideSingle')} ns, of f64x2 ${rate('divideDouble')} ns ·`);
  console.log(`a byte read ${rate('read')} ns, copied in ${rate('copyIn')} ns, copied out ${rate('copyOut')} ns.\n`);
  console.log(
    '| workload | operations an entry, divisions among them | ports, ns | bytes read, copied in, copied out, ns | plain loop, ns | resident, ns (× floor) | resident: wanted, is, at most | copied, ns (× floor) | copied: wanted, is, at most |',
  );
  console.log('| --- | --- | ---: | --- | ---: | --- | --- | --- | --- |');
  for (const each of measured) console.log(rowOf(each));
}

main();
