/**
 * The operations of a kernel again, in the same proportions, with nothing to wait for: evenly mixed, in chains that do not meet, in a loop of their own. It takes
 * longer than the ports need, as far as the core shares its ports out unevenly, loads and stores get in the way, and the engine makes several instructions of one
 * operation.
 */
import binaryen from 'binaryen';
import type { Operations } from './counts.js';

/** What a chain holds. */
type Kind = 'f32' | 'f64' | 'int';
const KINDS = ['f32', 'f64', 'int'] as const;

/** Operations of a turn, and chains: as many as there are registers for, beside constants. */
const LENGTH = 300;
const CHAINS = 12;
const TURNS = 1000;

/** Where ones lie in the memory, by kind: with them no number grows small. Behind them is room for what is stored. */
const ONES: Readonly<Record<Kind, number>> = { f32: 0, f64: 1024, int: 2048 };
const STORED = 3072;

const BINARY = /\.(add|sub|mul|div|p?min|p?max|eq|ne|lt|le|gt|ge)(_[su])?$|^v128\.(and|or|xor|andnot)$/;
const UNARY = /\.(neg|abs|sqrt|trunc|not)$/;
/** What makes an operand of another kind: of which, and for which. */
const CONVERSIONS: readonly (readonly [RegExp, Kind, Kind])[] = [
  [/promote_low/, 'f32', 'f64'],
  [/demote_f64x2/, 'f64', 'f32'],
  [/f64x2\.convert_low/, 'int', 'f64'],
  [/f32x4\.convert_i32x4/, 'int', 'f32'],
];
/** Few, and without a place in a chain. */
const LEFT_OUT = /const|lane$|_true|bitmask|splat$(?<!load\d+_splat)|^f\d\d\./;

/** How many of them are to be under way so that none waits: their latency. */
function latencyOf(name: string): number {
  if (/div|sqrt/.test(name)) return 12;
  return /^f/.test(name) ? 4 : 1;
}

/** The operation on x, and on y where it takes two. */
function formOf(name: string, x: string, y: string): string {
  if (/\.div$/.test(name)) return `(${name} ${y} ${x})`;
  if (BINARY.test(name)) return `(${name} ${x} ${y})`;
  if (UNARY.test(name)) return `(${name} ${x})`;
  if (/\.sh[lr]/.test(name)) return `(${name} ${x} (i32.const 1))`;
  if (/bitselect/.test(name)) return `(${name} ${x} ${y} (local.get $one_f64))`;
  if (/shuffle/.test(name)) return `(${name} 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 ${x} ${y})`;
  throw new Error(`no replay of ${name}`);
}

/** Each name as often as its share of LENGTH, evenly mixed; `abreast` of it follow each other, as where a kernel takes so many vectors side by side. */
function mixed(operations: Operations, abreast: number): string[] {
  const due = [...operations].map(([name, times]) => ({ name, times, done: 0 }));
  const total = due.reduce((sum, { times }) => sum + times, 0);
  return Array.from({ length: LENGTH / abreast }, (_, i) => {
    const lag = ({ times, done }: (typeof due)[number]) => (times / total) * (i + 1) - done;
    const next = due.reduce((most, each) => (lag(each) > lag(most) ? each : most));
    next.done++;
    return Array<string>(abreast).fill(next.name);
  }).flat();
}

/** Writes a turn, operation by operation. */
class Turn {
  readonly lines: string[] = [];
  readonly chains: Readonly<Record<Kind, readonly string[]>>;
  readonly #main: Kind;
  readonly #taken: Record<Kind, number> = { f32: 0, f64: 0, int: 0 };
  /** Operands that wait to be used: converted ones by kind, loads of any. */
  readonly #made: Readonly<Record<Kind, string[]>> = { f32: [], f64: [], int: [] };
  readonly #loads: string[] = [];

  constructor(names: readonly string[]) {
    const count = (type: string) => names.filter((name) => name.startsWith(type)).length;
    this.#main = count('f64x2') > count('f32x4') ? 'f64' : 'f32';
    const weigh = (kind: Kind) =>
      names.reduce((sum, name) => sum + (!/load|store/.test(name) && this.#kindOf(name) === kind ? latencyOf(name) : 0), 0);
    const total = KINDS.reduce((sum, kind) => sum + weigh(kind), 0);
    const chainsOf = (kind: Kind) => Array.from({ length: Math.ceil((CHAINS * weigh(kind)) / total) }, (_, i) => `$${kind}_${i}`);
    this.chains = { f32: chainsOf('f32'), f64: chainsOf('f64'), int: chainsOf('int') };
    for (const name of names) this.#write(name);
  }

  #kindOf(name: string): Kind {
    if (/shuffle/.test(name)) return this.#main;
    return name.startsWith('f32x4') ? 'f32' : name.startsWith('f64x2') ? 'f64' : 'int';
  }

  /** The chain whose turn it is. */
  #next(kind: Kind): string {
    const chains = this.chains[kind];
    return chains[this.#taken[kind]++ % chains.length] ?? `$one_${kind}`;
  }

  #operand(kind: Kind): string {
    const made = this.#made[kind].pop();
    if (made !== undefined) return made;
    const load = this.#loads.pop();
    return load === undefined ? `(local.get $one_${kind})` : `(${load} offset=${ONES[kind]} (local.get $at))`;
  }

  #write(name: string): void {
    const [, from, to] = CONVERSIONS.find(([names]) => names.test(name)) ?? [];
    if (from !== undefined && to !== undefined) this.#made[to].push(`(${name} (local.get ${this.#next(from)}))`);
    else if (/load/.test(name)) this.#loads.push(/splat|zero/.test(name) ? name : 'v128.load');
    else if (/store/.test(name)) this.lines.push(`(v128.store offset=${STORED} (local.get $at) (local.get ${this.#next(this.#main)}))`);
    else {
      const chain = this.#next(this.#kindOf(name));
      this.lines.push(`(local.set ${chain} ${formOf(name, `(local.get ${chain})`, this.#operand(this.#kindOf(name)))})`);
    }
  }
}

function textOf({ lines, chains }: Turn): string {
  const one = (kind: Kind) => `(v128.load offset=${ONES[kind]} (i32.const 0))`;
  const all = KINDS.flatMap((kind) => [`$one_${kind}`, ...chains[kind]].map((local) => ({ kind, local })));
  return `(module (memory (export "memory") 1)
    (func (export "run") (param $n i32) (local $at i32) ${all.map(({ local }) => `(local ${local} v128)`).join(' ')}
      ${all.map(({ kind, local }) => `(local.set ${local} ${one(kind)})`).join('\n')}
      (loop $turn
        (local.set $at (i32.and (i32.shl (local.get $n) (i32.const 4)) (i32.const 255)))
        ${lines.join('\n')}
        (br_if $turn (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      ${all.map(({ local }, i) => `(v128.store (i32.const ${2 * STORED + 16 * i}) (local.get ${local}))`).join('\n')}))`;
}

/** Runs what is executed together TURNS × LENGTH times; `share`: of all that is executed, what a run does. */
export function replayed(operations: Operations, abreast: number): { readonly run: () => void; readonly share: number } {
  const used = new Map<string, number>();
  for (const [name, times] of operations) {
    // Of one number as of two: they take the same ports.
    const wide = name.replace(/^f64\.(?=add|sub|mul|div|min|max|eq|ne|lt|le|gt|ge|abs|neg|sqrt)/, 'f64x2.');
    if (times > 0 && !LEFT_OUT.test(wide)) used.set(wide, (used.get(wide) ?? 0) + times);
  }
  const total = [...used.values()].reduce((sum, times) => sum + times, 0);
  if (total === 0) return { run: () => {}, share: 1 };
  const module = binaryen.parseText(textOf(new Turn(mixed(used, abreast))));
  module.setFeatures(binaryen.Features.All);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module.emitBinary())));
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  new Float32Array(buffer, ONES.f32, 256).fill(1);
  new Float64Array(buffer, ONES.f64, 128).fill(1);
  new Int32Array(buffer, ONES.int, 256).fill(1);
  const run = exports['run'] as (turns: number) => void;
  return { run: () => run(TURNS), share: (TURNS * LENGTH) / total };
}
