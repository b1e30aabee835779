/** A workload of the race, its floors and its times, all in one process and in turns. */
import { createRng } from '../../test/support/rng.js';
import { type Case, PLAIN, RESIDENT, WASM } from '../case.js';
import { timed } from '../clock.js';
import { cases as discrete } from '../kernels/discrete.bench.js';
import { cases as gaussian } from '../kernels/gaussian.bench.js';
import { cases as logits } from '../kernels/logits.bench.js';
import { cases as learning } from '../learning.bench.js';
import { cases as pairwise } from '../pairwise.bench.js';
import { type CountingModule, together } from './counts.js';
import { floorOf, loadOf } from './ports.js';
import { CLOCKS, type Rates } from './rates.js';
import { replayed } from './replay.js';

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
  /** What bytes take: inputs read where they are, and where they are copied to; inputs copied in; results looked at and copied out. */
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
/** Rounds before the first that counts. */
const WARM_ROUNDS = 4;
/** Entries that stay in a core's own caches, and how often they are taken at once. */
const CACHED_ENTRIES = 2 ** 15;
const CACHED_PASSES = 16;
/** A chunk has at least a row: a longer one is not in a core's own caches when it is read. */
const CACHE_BYTES = 2 ** 21;
/** Vectors side by side in a replay: the quickest counts. */
const ORDERS = [1, 2, 4];

/** What a quarter of the values are below: a neighbour on the same core makes half of a run slower, by half, and all contenders in turns. */
const quartile = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 2] as number;

/** Nanoseconds of each. All take turns all the time: what slows the machine for some seconds slows a few rounds of everything. */
function inTurns(runs: readonly (() => unknown)[], rounds: number): number[] {
  const times: number[][] = runs.map(() => []);
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const ms = timed(run);
      if (round >= 0) times[i]?.push(ms * 1e6);
    }
  }
  return times.map(quartile);
}

/** What is to be timed of a workload, and what follows from the times. */
interface Prepared {
  readonly runs: readonly (() => unknown)[];
  readonly conclude: (times: readonly number[], rates: Rates) => Limits;
}

function prepare({ start, copied = WASM }: Workload, counting: CountingModule, seed: number): Prepared {
  const test = CASES.find(({ name }) => name.startsWith(start)) as Case;
  const perRow = test.cols * (test.perEntry ?? 1);
  const some = Math.min(test.rows, Math.ceil(ENTRIES / perRow));
  // Of all pairs, a row alone meets so many that packing the others would be most of it.
  const shape = { ...test, rows: test.whole === undefined ? some : test.rows };
  const part = { ...test, rows: Math.ceil(some / PLAIN_SHARE) };
  const data = test.data(createRng(seed), shape);
  const passOf = (contender: string, of: Case, from = data) => {
    const found = test.contenders.find(({ name }) => name === contender);
    return found?.prepare(from, of) as (() => Float64Array) | undefined;
  };
  const plainPass = passOf(PLAIN, part) as () => unknown;
  const wasmPass = passOf(copied, shape) as () => Float64Array;
  const residentPass = copied === WASM ? passOf(RESIDENT, shape) : undefined;
  const few = { ...test, rows: Math.floor(CACHED_ENTRIES / perRow) };
  const one = { ...test, rows: 1, cols: CACHED_ENTRIES };
  // Of what is a row of entries: not an element, a matrix, an ensemble.
  const isRow = residentPass !== undefined && test.perEntry === undefined && few.rows > 0;
  const fewPass = isRow ? passOf(RESIDENT, few, test.data(createRng(seed), few)) : undefined;
  const onePass = isRow && test.cols > 1 ? passOf(RESIDENT, one, test.data(createRng(seed), one)) : undefined;
  const again = (pass?: () => unknown) => () => {
    for (let i = 0; pass !== undefined && i < CACHED_PASSES; i++) pass();
  };
  const portions = counting.executed(() => passOf(copied, shape) as () => unknown);
  const replays = [...portions.apart, portions.rest].map((portion) => ORDERS.map((abreast) => replayed(portion, abreast)));

  const entries = shape.rows * perRow;
  const { all, single, double } = loadOf(together([...portions.apart, portions.rest]));
  const inputs = Object.values(data).reduce((sum, { byteLength }) => sum + byteLength, 0) / entries;
  const isLong = inputs * perRow > CACHE_BYTES;
  const { length, BYTES_PER_ELEMENT } = wasmPass();
  // One a row is kept aside until nothing can fail (law 4), and copied once more then.
  const isPerRow = length === shape.rows;
  return {
    runs: [plainPass, wasmPass, residentPass ?? (() => {}), again(fewPass), again(onePass), ...replays.flat().map(({ run }) => run)],
    conclude: ([plain = 0, wasm = 0, resident = 0, cached = 0, long = 0, ...ofReplays], rates) => {
      const quickest = (i: number) => Math.min(...ORDERS.map((_, k) => (ofReplays[i * ORDERS.length + k] as number) / (replays[i]?.[k]?.share as number))); // biome-ignore format: one line
      return {
        test,
        copied,
        operations: all / entries,
        divisions: (single + double) / entries,
        ports: floorOf(portions, rates) / entries,
        replay: replays.reduce((sum, _, i) => sum + quickest(i), 0) / entries,
        read: inputs * rates.read,
        readAgain: isLong ? inputs * rates.read : 0,
        copyIn: inputs * (isLong ? rates.copyAcross : rates.copyIn),
        results: (length / entries) * (isPerRow ? rates.look + 2 * BYTES_PER_ELEMENT * rates.copyOut : BYTES_PER_ELEMENT * rates.copyOut),
        plain: plain / (part.rows * perRow),
        wasm: wasm / entries,
        resident: residentPass && resident / entries,
        cached: fewPass && cached / (few.rows * perRow) / CACHED_PASSES,
        long: onePass && long / CACHED_ENTRIES / CACHED_PASSES,
      };
    },
  };
}

/** The rates of this machine, and the limits that follow of each workload. */
export function measure(
  workloads: readonly Workload[],
  counting: CountingModule,
  rounds: number,
  seed: number,
): { rates: Rates; limits: Limits[] } {
  const prepared = workloads.map((workload) => prepare(workload, counting, seed));
  const clocks = Object.entries(CLOCKS);
  const times = inTurns([...clocks.map(([, { run }]) => run), ...prepared.flatMap(({ runs }) => runs)], rounds);
  const rates = Object.fromEntries(clocks.map(([name, clock], i) => [name, (times[i] as number) / clock.times])) as unknown as Rates;
  let at = clocks.length;
  const limits = prepared.map(({ runs, conclude }) => {
    at += runs.length;
    return conclude(times.slice(at - runs.length, at), rates);
  });
  return { rates, limits };
}
