/** log and exp entry by entry, from assembly/maps.ts and from the twins. */
import bytes from '../../build/maps.wasm';
import { exp, exp32 } from '../../src/backend/js/math/exp.js';
import { log, log32 } from '../../src/backend/js/math/log.js';
import type { Floats } from '../../src/types.js';
import { firstDifference } from './ulp.js';

export type MapName = 'log' | 'exp';
export type ElementMap = (name: MapName, x: Floats, out: Floats) => void;

const TWINS = { log_f64: log, log_f32: log32, exp_f64: exp, exp_f32: exp32 };

const exportOf = (name: MapName, x: Floats) => `${name}_${x instanceof Float64Array ? 'f64' : 'f32'}` as const;

export const mapTwin: ElementMap = (name, x, out) => {
  const f = TWINS[exportOf(name, x)];
  for (let i = 0; i < x.length; i++) out[i] = f(x[i] as number);
};

/** Arrays of up to 8 MiB. */
export function createMapModule(): ElementMap {
  const memory = new WebAssembly.Memory({ initial: 272, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes()), { env: { memory } });
  const run = exports as unknown as Record<ReturnType<typeof exportOf>, (x: number, n: number, out: number) => void>;
  const [from, to] = [1 << 17, (1 << 17) + (1 << 23)];
  return (name, x, out) => {
    const view = (at: number) =>
      x instanceof Float64Array ? new Float64Array(memory.buffer, at, x.length) : new Float32Array(memory.buffer, at, x.length);
    view(from).set(x);
    run[exportOf(name, x)](from, x.length, to);
    out.set(view(to));
  };
}

const wasm = createMapModule();

/** Both answers, which must have the same bits; returns the twin's. */
export function bothMaps<A extends Floats>(name: MapName, x: A): A {
  const [a, b] = [wasm, mapTwin].map((map) => {
    const out = x.slice() as A;
    map(name, x, out);
    return out;
  }) as [A, A];
  const i = firstDifference(a, b);
  if (i >= 0) throw new Error(`${name}(${x[i]}): wasm ${a[i]}, twin ${b[i]}`);
  return b;
}
