/** A workload of the race, its floors and its times, all in one process and in turns. */
import { createRng } from '../../test/support/rng.js';
import { type Case, PLAIN, RESIDENT, WASM } from '../case.js';
import { cases as discrete } from '../kernels/discrete.bench.js';
import { cases as gaussian } from '../kernels/gaussian.bench.js';
import { cases as logits } from '../kernels/logits.bench.js';
import { cases as learning } from '../learning.bench.js';
import { cases as pairwise } from '../pairwise.bench.js';
import { type CountingModule, together } from './counts.js';
import { floorOf, loadOf } from './ports.js';
import { CLOCKS, type Rates } from './rates.js';
import { replayed } from './replay.js';
import { Turns } from './turns.js';

/** A case by the beginning of its name, and which contender stands for arrays that are copied in, if not the usual one. */
export interface Workload {
  readonly start: string;
  readonly copied?: string;
}

/** All times are nanoseconds an entry. */
export interface Limits {
  readonly test: Case;
  readonly copied: string;
  readonly operations: number;
  readonly divisions: number;
  /** What the ports take at least, and the same operations replayed. */
  readonly ports: number;
  readonly replay: number;
  /** What bytes take: inputs read where they are, and where they are copied to; inputs copied in; results copied out. */
  readonly read: number;
  readonly readAgain: number;
  readonly copyIn: number;
  readonly results: number;
  /** The plain loop's time, and the library's. */
  readonly plain: number;
  readonly wasm: number;
  readonly resident: number | undefined;
  /** The last one again of rows that stay in the caches, and of one long row that does. */
  readonly cached: number | undefined;
  readonly long: number | undefined;
}

const CASES: readonly Case[] = [...discrete, ...gaussian, ...logits, ...learning, ...pairwise];
/** Entries that are taken: more than a core's own caches hold, as in the race. The plain loop, which takes so long, gets a part of the rows. */
const ENTRIES = 2 ** 20;
const PLAIN_SHARE = 8;
/** Entries that stay in a core's own caches, and how often they are taken at once. */
const CACHED_ENTRIES = 2 ** 15;
const CACHED_PASSES = 16;
/** A chunk has at least a row: a longer one is not in a core's own caches when it is read. */
const CACHE_BYTES = 2 ** 21;
/** Vectors side by side in a replay: the quickest counts. */
const ORDERS = [1, 2, 4];

/** Has a workload timed; what follows from the times is asked for later. */
function prepare({ start, copied = WASM }: Workload, counting: CountingModule, seed: number, turns: Turns): (rates: Rates) => Limits {
  const test = CASES.find(({ name }) => name.startsWith(start)) as Case;
  const perRow = test.cols * (test.perEntry ?? 1);
  const some = Math.min(test.rows, Math.ceil(ENTRIES / perRow));
  // Of all pairs, a row alone meets so many that packing the others would be most of it.
  const shape = { ...test, rows: test.whole === undefined ? some : test.rows };
  const entries = shape.rows * perRow;
  const data = test.data(createRng(seed), shape);
  const passOf = (contender: string, of: Case, from = data) =>
    test.contenders.find(({ name }) => name === contender)?.prepare(from, of) as () => Float64Array;

  const part = { ...test, rows: Math.ceil(some / PLAIN_SHARE) };
  const plain = turns.add(passOf(PLAIN, part), part.rows * perRow);
  const pass = passOf(copied, shape);
  const wasm = turns.add(pass, entries);
  const hasResident = copied === WASM && test.contenders.some(({ name }) => name === RESIDENT);
  const resident = hasResident ? turns.add(passOf(RESIDENT, shape), entries) : undefined;
  const cachedOf = (rows: number, cols: number) => {
    const of = { ...test, rows, cols };
    const each = passOf(RESIDENT, of, test.data(createRng(seed), of));
    const run = () => {
      for (let i = 0; i < CACHED_PASSES; i++) each();
    };
    return turns.add(run, CACHED_PASSES * rows * cols);
  };
  // Of what is a row of entries: not an element, a matrix, an ensemble.
  const isShort = hasResident && test.perEntry === undefined && test.cols <= CACHED_ENTRIES;
  const cached = isShort ? cachedOf(Math.floor(CACHED_ENTRIES / test.cols), test.cols) : undefined;
  const long = isShort && test.cols > 1 ? cachedOf(1, CACHED_ENTRIES) : undefined;

  const portions = counting.executed(() => passOf(copied, shape));
  const replays = [...portions.apart, portions.rest].map((portion) =>
    ORDERS.map((abreast) => {
      const { run, share } = replayed(portion, abreast);
      return turns.add(run, share * entries);
    }),
  );

  const { all, single, double } = loadOf(together([...portions.apart, portions.rest]));
  const inputs = Object.values(data).reduce((sum, { byteLength }) => sum + byteLength, 0) / entries;
  const isLong = inputs * perRow > CACHE_BYTES;
  const { length, BYTES_PER_ELEMENT } = pass();
  // One a row is kept aside until nothing can fail (law 4), and copied once more then.
  const isPerRow = length === shape.rows;
  return (rates) => ({
    test,
    copied,
    operations: all / entries,
    divisions: (single + double) / entries,
    ports: floorOf(portions, rates) / entries,
    replay: replays.reduce((sum, orders) => sum + Math.min(...orders.map(({ least }) => least)), 0),
    read: inputs * rates.read,
    readAgain: isLong ? inputs * rates.read : 0,
    copyIn: inputs * (isLong ? rates.copyAcross : rates.copyIn),
    results: (length / entries) * (isPerRow ? 2 : 1) * BYTES_PER_ELEMENT * rates.copyOut,
    plain: plain.quartile,
    wasm: wasm.quartile,
    resident: resident?.quartile,
    cached: cached?.quartile,
    long: long?.quartile,
  });
}

/** The rates of this machine, and the limits of each workload that follow. */
export function measure(
  workloads: readonly Workload[],
  counting: CountingModule,
  rounds: number,
  seed: number,
): { rates: Rates; limits: Limits[] } {
  const turns = new Turns();
  const clocks = Object.entries(CLOCKS).map(([name, { run, times }]) => [name, turns.add(run, times)] as const);
  const prepared = workloads.map((workload) => prepare(workload, counting, seed, turns));
  turns.take(rounds);
  const rates = Object.fromEntries(clocks.map(([name, { least }]) => [name, least])) as unknown as Rates;
  return { rates, limits: prepared.map((conclude) => conclude(rates)) };
}
