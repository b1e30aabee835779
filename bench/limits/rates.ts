/** What this machine takes for an operation, when nothing waits for another, and for a byte. */
import binaryen from 'binaryen';
import type { PortRates } from './ports.js';

export interface Rates extends PortRates {
  /** A byte that the module reads from beyond the caches, in order. */
  readonly read: number;
  /** A byte that is copied from beyond the caches into the room of a chunk, and from there to beyond them. */
  readonly copyIn: number;
  readonly copyOut: number;
  /** A byte that is copied from beyond the caches to beyond them. */
  readonly copyAcross: number;
}

/** Something to time, and how often it does what its rate is of. */
export interface Clock {
  readonly run: () => void;
  readonly times: number;
}

const CHAINS = 12;
const ROUNDS = 4;
const TURNS = 10_000;
/** More than a core's own caches hold. */
const BYTES = 2 ** 25;
const CHUNK_BYTES = 2 ** 17;
const PAGE_BYTES = 2 ** 16;

/** What each chain does in a step, of its value ($x) and a constant ($k). */
const STEPS: Readonly<Record<keyof PortRates, string>> = {
  first: '(i32x4.shr_u (local.get $x) (i32.const 1))',
  last: '(f32x4.add (local.get $x) (local.get $k))',
  any: '(v128.xor (local.get $x) (local.get $k))',
  divideSingle: '(f32x4.div (local.get $k) (local.get $x))',
  divideDouble: '(f64x2.div (local.get $k) (local.get $x))',
};

const CHAIN = Array.from({ length: CHAINS }, (_, i) => `$c${i}`);

/** A function that takes `step` in independent chains, $n × ROUNDS times in each. */
function chains(name: string, step: string): string {
  const turn = CHAIN.map((chain) => `(local.set ${chain} ${step.replaceAll('$x', chain)})`).join('\n');
  return `(func (export "${name}") (param $n i32) (local $k v128) ${CHAIN.map((chain) => `(local ${chain} v128)`).join(' ')}
    (local.set $k (v128.load (i32.const 0)))
    ${CHAIN.map((chain, i) => `(local.set ${chain} (v128.load (i32.const ${16 * i})))`).join('\n')}
    (loop $turn ${turn.repeat(ROUNDS)} (br_if $turn (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ${CHAIN.map((chain, i) => `(v128.store (i32.const ${256 + 16 * i}) (local.get ${chain}))`).join('\n')})`;
}

/** Streams that are read side by side: as many as the inputs of a kernel may be. */
const STREAMS = [0, 1, 2, 3].map((k) => (k * BYTES) / 4);

/** Reads $n bytes of each stream, a line of the cache at a time, and stores what was read last. */
const READ = `(func (export "read") (param $n i32) (local $at i32) (local $a v128) (local $b v128)
  (loop $turn
    ${STREAMS.flatMap((start) => [0, 32].map((o) => start + o))
      .map(
        (o) => `(local.set $a (v128.xor (local.get $a) (v128.load offset=${o} (local.get $at))))
        (local.set $b (v128.xor (local.get $b) (v128.load offset=${o + 16} (local.get $at))))`,
      )
      .join('\n')}
    (br_if $turn (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $n))))
  (v128.store (i32.const 256) (v128.xor (local.get $a) (local.get $b))))`;

function clocks(): Record<keyof Rates, Clock> {
  const functions = Object.entries(STEPS).map(([name, step]) => chains(name, step));
  const text = `(module (memory (export "memory") ${BYTES / PAGE_BYTES}) ${functions.join('\n')} ${READ})`;
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module.emitBinary())));
  const run = exports as Record<string, (n: number) => void>;
  // Ordinary numbers in both types.
  new Float64Array((exports['memory'] as WebAssembly.Memory).buffer).fill(1.7);
  const [far, other, chunk] = [BYTES, BYTES, CHUNK_BYTES].map((size) => new Uint8Array(size).fill(1)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const each = (copy: (at: number) => void) => () => {
    for (let at = 0; at < BYTES; at += CHUNK_BYTES) copy(at);
  };
  const operation = (name: keyof PortRates, turns = TURNS): Clock => ({ run: () => run[name]?.(turns), times: turns * ROUNDS * CHAINS });
  return {
    first: operation('first'),
    last: operation('last'),
    any: operation('any'),
    divideSingle: operation('divideSingle', TURNS / 8),
    divideDouble: operation('divideDouble', TURNS / 8),
    read: { run: () => run['read']?.(BYTES / STREAMS.length), times: BYTES },
    copyIn: { run: each((at) => chunk.set(far.subarray(at, at + CHUNK_BYTES))), times: BYTES },
    copyOut: { run: each((at) => far.set(chunk, at)), times: BYTES },
    copyAcross: { run: () => other.set(far), times: BYTES },
  };
}

/** What to time for each rate. */
export const CLOCKS = clocks();
