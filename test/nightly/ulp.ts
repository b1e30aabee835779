/** log and exp over all 2³² floats, and dense points among the doubles, against the bounds that assembly/math states. */
import { em1mx } from '../../src/backend/js/math/exp.js';
import { log1p } from '../../src/backend/js/math/log.js';
import { createMapModule } from '../support/maps.js';
import { createRng } from '../support/rng.js';
import { type Claim, DOUBLES, FLOATS, takeDoubles, takeFloats, type Worst } from '../support/sweep.js';

/** Points in one call. */
const ROUND = 2 ** 16;

type Compute = (x: Float64Array, out: Float64Array) => void;

const each =
  (f: (x: number) => number): Compute =>
  (x, out) => {
    for (let i = 0; i < x.length; i++) out[i] = f(x[i] as number);
  };

export function runUlp({ rows, seed }: { rows: number; seed: number }): string[] {
  const wasm = createMapModule();
  const failures: string[] = [];
  const report = (name: string, count: number, { ulp, at }: Worst, bound: number) => {
    console.log(`  ${name.padEnd(34)} ${count} points, at most ${ulp.toFixed(4)} ULP, at ${at}`);
    if (!(ulp <= bound)) failures.push(`${name}: ${ulp} ULP at ${at}, stated ${bound}`);
  };

  // Functions that the module does not export are taken from the twins.
  const computes: Readonly<Record<keyof typeof DOUBLES, Compute>> = {
    exp: (x, out) => wasm('exp', x, out),
    subnormalExp: (x, out) => wasm('exp', x, out),
    log: (x, out) => wasm('log', x, out),
    log1p: each(log1p),
    em1mx: each(em1mx),
  };
  const x = new Float64Array(ROUND);
  const out = new Float64Array(ROUND);
  for (const [name, { bound, oracle, point }] of Object.entries(DOUBLES) as [keyof typeof DOUBLES, Claim][]) {
    const rng = createRng(seed);
    const worst: Worst = { ulp: 0, at: 0 };
    let count = 0;
    for (; count < rows; count += ROUND) {
      for (let i = 0; i < ROUND; i++) x[i] = point(rng);
      computes[name](x, out);
      takeDoubles(x, out, oracle, worst);
    }
    report(`${name} f64`, count, worst, bound);
  }

  const floats = new Float32Array(ROUND);
  const patterns = new Uint32Array(floats.buffer);
  const results = new Float32Array(ROUND);
  for (const name of ['exp', 'log'] as const) {
    const worst: Worst = { ulp: 0, at: 0 };
    for (let start = 0; start < 2 ** 32; start += ROUND) {
      for (let i = 0; i < ROUND; i++) patterns[i] = start + i;
      wasm(name, floats, results);
      takeFloats(floats, results, FLOATS[name].exact, worst);
    }
    report(`${name} f32`, 2 ** 32, worst, FLOATS[name].bound);
  }
  return failures;
}
