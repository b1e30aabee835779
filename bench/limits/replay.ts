/**
 * The operations of a kernel again, in the same proportions, with nothing to wait for: evenly mixed, in chains that do not meet, in a loop of their own. Not below
 * what ports allow, and above it as far as this core fails to share its ports out evenly, and as its engine makes several instructions of one operation.
 */
import binaryen from 'binaryen';
import type { Operations } from './counts.js';

/** What a chain holds. */
type Kind = 'f32' | 'f64' | 'int';

/** Operations of a turn, and the chains: as many as registers hold beside constants. */
const LENGTH = 300;
const CHAINS = 12;
const TURNS = 1000;

/** Constants by kind: ones, so that no number grows small. Two pages of memory hold them, too, for what is loaded. */
const ONES: Readonly<Record<Kind, number>> = { f32: 0, f64: 1024, int: 2048 };

/** How many operations of a kind are to be under way so that none waits: their latencies. */
function latencyOf(name: string): number {
  if (/div|sqrt/.test(name)) return 12;
  return /^f/.test(name) ? 4 : 1;
}

const BINARY = /\.(add|sub|mul|div|p?min|p?max|eq|ne|lt|le|gt|ge)$|^v128\.(and|or|xor|andnot)$/;
const UNARY = /\.(neg|abs|sqrt|not)$/;
/** What makes an operand of another kind: that which it is made of, and that which it is for. */
const CONVERSIONS: readonly (readonly [RegExp, Kind, Kind])[] = [
  [/promote_low/, 'f32', 'f64'],
  [/demote_f64x2/, 'f64', 'f32'],
  [/f64x2\.convert_low/, 'int', 'f64'],
  [/f32x4\.convert_i32x4/, 'int', 'f32'],
];
/** The high half of a chain, and the low one of another value. */
const HALVES = 'i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23';

/** Of one number as of two: they take the same ports. */
const widened = (name: string): string => name.replace(/^f64\.(?=add|sub|mul|div|min|max|eq|ne|lt|le|gt|ge|abs|neg|sqrt)/, 'f64x2.');

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

/** A function that takes a turn $n times. */
function turn(names: readonly string[], main: Kind): string {
  const kindOf = (name: string): Kind =>
    name.startsWith('f32x4') ? 'f32' : name.startsWith('f64x2') ? 'f64' : /shuffle/.test(name) ? main : 'int';
  const kinds = (['f32', 'f64', 'int'] as const).map((kind) => ({
    kind,
    weight: names.filter((name) => kindOf(name) === kind && !/load|store/.test(name)).reduce((sum, name) => sum + latencyOf(name), 0),
  }));
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  const chains = {} as Record<Kind, string[]>;
  for (const { kind, weight } of kinds) {
    const count = weight === 0 ? 0 : Math.max(2, Math.round((CHAINS * weight) / total));
    chains[kind] = Array.from({ length: count }, (_, i) => `$${kind}_${i}`);
  }
  const taken: Record<Kind, number> = { f32: 0, f64: 0, int: 0 };
  const next = (kind: Kind): string =>
    chains[kind].length === 0 ? `$one_${kind}` : (chains[kind][taken[kind]++ % chains[kind].length] as string);
  /** Operands that are ready, by kind; what was loaded is of any. */
  const ready: Record<Kind, string[]> = { f32: [], f64: [], int: [] };
  const loads: string[] = [];
  const operand = (kind: Kind): string => {
    const made = ready[kind].pop();
    if (made !== undefined) return made;
    const load = loads.pop();
    return load === undefined ? `(local.get $one_${kind})` : `(${load} offset=${ONES[kind]} (local.get $n16))`;
  };
  const lines = names.flatMap((name) => {
    const conversion = CONVERSIONS.find(([names]) => names.test(name));
    const kind = kindOf(name);
    if (conversion !== undefined) {
      const [, from, to] = conversion;
      ready[to].push(`(${name} (local.get ${next(from)}))`);
      return [];
    }
    if (/load/.test(name)) {
      loads.push(/splat|zero/.test(name) ? name : 'v128.load');
      return [];
    }
    if (/store/.test(name)) return [`(v128.store offset=3072 (local.get $n16) (local.get ${next(main)}))`];
    const chain = next(kind);
    const x = `(local.get ${chain})`;
    if (/\.div$/.test(name)) return [`(local.set ${chain} (${name} ${operand(kind)} ${x}))`];
    if (BINARY.test(name)) return [`(local.set ${chain} (${name} ${x} ${operand(kind)}))`];
    if (UNARY.test(name)) return [`(local.set ${chain} (${name} ${x}))`];
    if (/\.sh[lr]/.test(name)) return [`(local.set ${chain} (${name} ${x} (i32.const 1)))`];
    if (/bitselect/.test(name)) return [`(local.set ${chain} (${name} ${x} ${operand(kind)} (local.get $one_f64)))`];
    if (/shuffle/.test(name)) return [`(local.set ${chain} (${HALVES} ${x} ${operand(kind)}))`];
    return [];
  });
  const all = Object.values(chains).flat();
  const constants = (['f32', 'f64', 'int'] as const).map((kind) => `$one_${kind}`);
  return `(func (export "run") (param $n i32) (local $n16 i32) ${[...all, ...constants].map((name) => `(local ${name} v128)`).join(' ')}
    ${constants.map((name) => `(local.set ${name} (v128.load offset=${ONES[name.slice(5) as Kind]} (i32.const 0)))`).join('\n')}
    ${all.map((name) => `(local.set ${name} (v128.load offset=${ONES[name.slice(1).split('_')[0] as Kind]} (i32.const 0)))`).join('\n')}
    (loop $turn
      (local.set $n16 (i32.and (i32.shl (local.get $n) (i32.const 4)) (i32.const 255)))
      ${lines.join('\n')}
      (br_if $turn (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ${all.map((name, i) => `(v128.store (i32.const ${8192 + 16 * i}) (local.get ${name}))`).join('\n')})`;
}

/** Runs what is executed together TURNS × LENGTH times; `share`: of all operations, those of a run. */
export function replayed(operations: Operations, abreast: number): { readonly run: () => void; readonly share: number } {
  const used = new Map<string, number>();
  for (const [name, times] of operations) {
    const wide = widened(name);
    if (times > 0 && !/const|extract_lane|^f\d\d\.|^[if]32\./.test(wide)) used.set(wide, (used.get(wide) ?? 0) + times);
  }
  const total = [...used.values()].reduce((sum, times) => sum + times, 0);
  const of = (type: string) => [...used].filter(([name]) => name.startsWith(type)).reduce((sum, [, times]) => sum + times, 0);
  const text = `(module (memory (export "memory") 1) ${turn(mixed(used, abreast), of('f64x2') > of('f32x4') ? 'f64' : 'f32')})`;
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module.emitBinary())));
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  new Float32Array(buffer, ONES.f32, 256).fill(1);
  new Float64Array(buffer, ONES.f64, 128).fill(1);
  new Int32Array(buffer, ONES.int, 256).fill(1);
  const run = exports['run'] as (turns: number) => void;
  return { run: () => run(TURNS), share: (TURNS * LENGTH) / total };
}
