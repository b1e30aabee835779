/**
 * `npm run limits [-- --rounds N] [--seed N]`: what stops the kernels. Counts the operations on vectors in the loops that a workload of the bench runs through in the module, times
 * what this machine takes for each kind of them, and prints the floor that follows beside the kernel's own time, of resident matrices that the caches hold.
 * Loads and stores are not counted: they have ports of their own.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import binaryen from 'binaryen';
import { createRng } from '../test/support/rng.js';
import { type Case, PLAIN, RESIDENT, WASM } from './case.js';
import { timed } from './clock.js';
import { cases as discrete } from './kernels/discrete.bench.js';
import { cases as gaussian } from './kernels/gaussian.bench.js';

/** A loop of the module: the function of assembly/ that it stands in, which one of those that work on vectors it is there, and the entries that a turn takes. */
interface Loop {
  readonly of: string;
  readonly place: number;
  readonly entries: number;
}

/** Loops by the beginning of a case's name. What a row costs beside its entries is not in them. */
const LIMITS: Readonly<Record<string, readonly Loop[]>> = {
  'W1 ': [
    { of: 'math/klTile/fillTile<f32>', place: 0, entries: 16 },
    { of: 'kernels/kl/sumLong<f32>', place: 1, entries: 16 },
  ],
  'W2 ': [
    { of: 'math/klTile/fillTile<f64>', place: 0, entries: 4 },
    { of: 'kernels/kl/sumLong<f64>', place: 1, entries: 8 },
  ],
  'W8 standard-normal prior, log-variances, f32': [{ of: 'math/gaussianQuick/priorLog<f32>', place: 2, entries: 8 }],
  'W8 standard-normal prior, log-variances, f64': [{ of: 'math/gaussianQuick/priorLog<f64>', place: 2, entries: 4 }],
  'W9 diagonal Gaussians, variances, f32': [{ of: 'math/gaussianQuick/quickRatioRow<f32>', place: 1, entries: 16 }],
  'W12 ': [
    { of: 'math/equalMass/survey<f32>', place: 1, entries: 16 },
    { of: 'math/equalMass/spreadOf', place: 1, entries: 4 },
    { of: 'math/terms/fill<f32>', place: 3, entries: 4 },
    { of: 'simd/tile/addBlocks<f32>', place: 1, entries: 16 },
  ],
};
/** Loops with so few operations on vectors are of something else. */
const FEWEST = 3;
const ROWS = 512;
/** Passes that are timed together: a few milliseconds. */
const REPEATS = 8;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '31' }, seed: { type: 'string', default: '20261122' } } });

/** Compiles a file of assembly/ and reads it back. */
function compiled(entry: string, ...more: string[]): Uint8Array<ArrayBuffer> {
  const outFile = `build/dev/${entry}.wasm`;
  const args = ['node_modules/assemblyscript/bin/asc.js', `assembly/${entry}.ts`, '--target', 'release', '--outFile', outFile, ...more];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Uint8Array.from(readFileSync(outFile));
}

/** What takes more than one operation of the machine. */
const SEVERAL: Readonly<Record<string, number>> = { bitselect: 3, promote_low_f32x4: 2, convert_low_i32x4_s: 2 };

interface Operations {
  /** Additions, multiplications, comparisons, shuffles, logic. */
  simple: number;
  divisions: number;
}

/** A loop or a branch, with what stands in it and in nothing within. */
interface Block {
  readonly indent: number;
  readonly isLoop: boolean;
  readonly own: Operations;
  readonly within: Block[];
}

/** All that is in a block; of a loop whose branches `fewest` tells apart, without those that are its exceptions: the end of a row, what is kept for gradients. */
function totalOf({ own, within }: Block, fewest = 0): Operations {
  const all = { ...own };
  for (const block of within) {
    if (!block.isLoop && totalOf(block).simple < fewest) continue;
    const { simple, divisions } = totalOf(block, fewest);
    all.simple += simple;
    all.divisions += divisions;
  }
  return all;
}

/** The operations of each loop that works on vectors, by function, in the order in which they begin; of nested ones all that is inside. */
function loopsOf(module: Uint8Array): Map<string, Operations[]> {
  const functions = binaryen
    .readBinary(module)
    .emitText()
    .split(/\n (?=\(func )/);
  const found = new Map<string, Operations[]>();
  for (const text of functions.slice(1)) {
    const name = /^\(func \$assembly\/(\S+)/.exec(text)?.[1];
    if (name === undefined) continue;
    const open: Block[] = [];
    const loops: Block[] = [];
    for (const line of text.split('\n')) {
      const indent = line.search(/\S/);
      while (open.length > 0 && indent <= (open.at(-1)?.indent ?? 0)) open.pop();
      const kind = /\((loop|then|else)\b/.exec(line)?.[1];
      if (kind !== undefined) {
        const block: Block = { indent, isLoop: kind === 'loop', own: { simple: 0, divisions: 0 }, within: [] };
        open.at(-1)?.within.push(block);
        open.push(block);
        if (block.isLoop) loops.push(block);
      }
      const own = open.at(-1)?.own;
      if (own === undefined) continue;
      for (const [, operation] of line.matchAll(/\((?:[fi]\d\dx\d|v128|i8x16)\.(\w+)/g)) {
        if (/^(load|store|const)/.test(operation as string)) continue;
        own[operation === 'div' || operation === 'sqrt' ? 'divisions' : 'simple'] += SEVERAL[operation as string] ?? 1;
      }
    }
    found.set(
      name,
      loops.map((loop) => totalOf(loop, totalOf(loop).simple / 2)).filter(({ simple }) => simple > FEWEST),
    );
  }
  return found;
}

type Rate = (turns: number) => number;

/** More than caches hold, into the room of a chunk: what copying in is. */
const SOURCE_BYTES = 2 ** 26;
const source = new Uint8Array(SOURCE_BYTES).fill(1);
const chunk = new Uint8Array(2 ** 17);

function copyAll(): void {
  for (let at = 0; at < SOURCE_BYTES; at += chunk.length) chunk.set(source.subarray(at, at + chunk.length));
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] as number;

function main(): void {
  const rounds = Number(values.rounds);
  const seed = Number(values.seed);
  console.log(
    `${cpus()[0]?.model ?? 'unknown'} · Node ${process.version} · ${new Date().toISOString()} · seed ${seed} · medians of ${rounds} rounds, all in one process`,
  );
  const loops = loopsOf(compiled('index', '--debug', '--runPasses', 'merge-similar-functions,const-hoisting'));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(compiled('rates')));
  const rates = exports as Record<string, Rate>;
  const TURNS = 50_000;
  /** Nanoseconds of one operation, by how many there are in a turn. */
  const clocks: Record<string, { readonly run: () => void; readonly perTurn: number }> = {
    simple: { run: () => rates['mixture_f32']?.(TURNS), perTurn: 12 },
    f32: { run: () => rates['divide_f32']?.(TURNS), perTurn: 4 },
    f64: { run: () => rates['divide_f64']?.(TURNS), perTurn: 4 },
    copy: { run: () => copyAll(), perTurn: SOURCE_BYTES / TURNS },
  };
  const runs = new Map<string, { readonly run: () => unknown; readonly times: number[] }>();
  for (const [name, { run }] of Object.entries(clocks)) runs.set(name, { run, times: [] });
  const tests = Object.keys(LIMITS).map((start) => {
    const test = [...discrete, ...gaussian].find(({ name }) => name.startsWith(start)) as Case;
    const shape = { ...test, rows: ROWS };
    const data = test.data(createRng(seed), shape);
    for (const contender of [PLAIN, RESIDENT]) {
      const pass = test.contenders.find(({ name }) => name === contender)?.prepare(data, shape) as () => unknown;
      runs.set(`${start} ${contender}`, { run: pass, times: [] });
    }
    return { start, test, inputs: Object.keys(data).length };
  });
  for (let round = -5; round < rounds; round++) {
    for (const { run, times } of runs.values()) {
      const ms = timed(() => {
        for (let i = 0; i < REPEATS; i++) run();
      });
      if (round >= 0) times.push(ms / REPEATS);
    }
  }
  const time = (name: string) => median(runs.get(name)?.times ?? []) * 1e6;
  const rate = Object.fromEntries(Object.entries(clocks).map(([name, { perTurn }]) => [name, time(name) / TURNS / perTurn]));
  const [simple, f32, f64, copy] = ['simple', 'f32', 'f64', 'copy'].map((name) => (rate[name] as number).toFixed(3));
  console.log(`an operation on a vector ${simple} ns · a division of f32x4 ${f32} ns, of f64x2 ${f64} ns · a byte copied in ${copy} ns\n`);
  console.log(
    '| workload | operations an entry, divisions among them | floor, ns | kernel, ns | × floor | plain loop, ns | resident: wanted, at most | copied: wanted, at most |',
  );
  console.log('| --- | --- | ---: | ---: | ---: | ---: | --- | --- |');
  for (const { start, test, inputs } of tests) {
    const each = (kind: keyof Operations) =>
      (LIMITS[start] as readonly Loop[]).reduce((sum, { of, place, entries }) => {
        const operations = loops.get(of)?.[place];
        if (operations === undefined) throw new Error(`no loop ${place} in ${of}: the kernel has changed`);
        return sum + operations[kind] / entries;
      }, 0);
    // A division is one operation more for the ports, and keeps the divider for longer.
    const [operations, divisions] = [each('simple') + each('divisions'), each('divisions')];
    const floor = Math.max(operations * (rate['simple'] as number), divisions * (rate[test.dtype] as number));
    const [plain, kernel] = [PLAIN, RESIDENT].map((name) => time(`${start} ${name}`) / ROWS / test.cols) as [number, number];
    const bytes = inputs * (test.dtype === 'f64' ? 8 : 4);
    const wanted = (name: string) => test.targets.find(({ of, over }) => of === name && over === PLAIN)?.atLeast ?? '–';
    const most = (ns: number) => `${(plain / ns).toFixed(1)}×`;
    const cells = [
      test.name.replace(/ \d+×\d+$/, ''),
      `${operations.toFixed(1)}, ${divisions.toFixed(2)}`,
      floor.toFixed(2),
      kernel.toFixed(2),
      (kernel / floor).toFixed(2),
      plain.toFixed(1),
      `${wanted(RESIDENT)}, ${most(floor)}`,
      `${wanted(WASM)}, ${most(floor + bytes * (rate['copy'] as number))}`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

main();
