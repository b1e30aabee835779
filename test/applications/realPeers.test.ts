/** The conventions of an audit against the tools themselves: SciPy, PyTorch, and the packages of test/peers. What a machine lacks is skipped by name. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONVENTIONS, READINGS } from '../../src/applications/audit.js';
import { RowMaker } from '../../src/applications/audit/rows.js';
import { logits } from '../../src/index.js';
import { need } from '../support/need.js';
import { pythonWith } from '../support/python.js';
import { createRng, seedOr } from '../support/rng.js';
import { root } from '../support/sources.js';

const seed = seedOr(117);
const PEERS = join(root, 'test/peers');
const COLS = 11;

interface Pair {
  readonly p: number[];
  readonly q: number[];
}

/** Rows apart, near, with zeros in p, in q, and in both. */
function pairs(dtype: 'f32' | 'f64'): Pair[] {
  const rng = createRng(seed);
  return Array.from({ length: 120 }, (_, i) => {
    const make = (values: number[]) => (dtype === 'f32' ? Float32Array.from(values) : Float64Array.from(values));
    const a = Array.from({ length: COLS }, () => 3 * rng.normal());
    const b = a.map((x) => x + (i % 3 === 0 ? 3 : 1e-4) * rng.normal());
    if (i % 5 === 1) a[rng.below(COLS)] = -Infinity;
    if (i % 5 === 2) b[rng.below(COLS)] = -Infinity;
    if (i % 5 === 3) a[4] = b[4] = -Infinity;
    return { p: [...logits.softmax(make(a))], q: [...logits.softmax(make(b))] };
  });
}

const conventionOf = (name: string) => CONVENTIONS.find((one) => one.name === name) as (typeof CONVENTIONS)[number];

/** Our lines for the same rows. */
function ours(name: string, { p, q }: Pair, dtype: 'f32' | 'f64'): number {
  return conventionOf(name).answer(new RowMaker('probabilities', dtype, COLS, 1).set(Float64Array.from(p), 0, Float64Array.from(q), 0));
}

/**
 * Two ways to one sum may differ by the roundings of its terms, ε each for the ratio, the logarithm, the product and the addition: 16ε over the mass of
 * both, and of the terms. Under a root that is where the negative sums are: compared before it.
 */
function expectSame(name: string, pair: Pair, got: number, expected: number, epsilon: number): void {
  const isRoot = conventionOf(name).quantity === 'js-distance';
  const square = (x: number) => (Number.isNaN(x) ? 0 : x * x);
  const [a, b] = isRoot ? [square(got), square(expected)] : [got, expected];
  const where = `${name}: ${got}, the tool ${expected}, for ${JSON.stringify(pair)}`;
  if (!Number.isFinite(b)) expect(a, where).toBe(b);
  else expect(Math.abs(a - b), where).toBeLessThanOrEqual(16 * epsilon * (2 + Math.abs(b)));
}

describe(`SciPy (seed ${seed})`, () => {
  for (const dtype of ['f64', 'f32'] as const) {
    it(`${dtype}: entropy, rel_entr summed, jensenshannon`, (context) => {
      const rows = pairs(dtype);
      const asked = { dtype: dtype === 'f64' ? 'float64' : 'float32', p: rows.map(({ p }) => p), q: rows.map(({ q }) => q) };
      const python = pythonWith('scipy');
      need(context, python !== undefined, 'a Python with SciPy (python3-scipy)');
      const { stdout } = spawnSync(python as string, [join(PEERS, 'scipy_answers.py')], { input: JSON.stringify(asked), encoding: 'utf8' });
      const { answers } = JSON.parse(stdout) as { answers: Record<string, (number | string)[]> };
      for (const [name, values] of Object.entries(answers)) {
        for (const [i, pair] of rows.entries()) {
          expectSame(name, pair, ours(name, pair, dtype), Number(values[i]), dtype === 'f64' ? 2 ** -53 : 2 ** -24);
        }
      }
    });
  }
});

describe(`PyTorch (seed ${seed})`, () => {
  /** Rows that are reduced to one number. */
  const BATCH = 4;

  it('kl_div by row, and what its reductions and mistaken calls mean', (context) => {
    const python = pythonWith('torch');
    need(context, python !== undefined, 'a Python with PyTorch (python3-torch)');
    const asked = (['f64', 'f32'] as const).map((dtype) => ({ dtype, rows: pairs(dtype) }));
    const input = asked.map(({ dtype, rows }) => ({
      dtype: dtype === 'f64' ? 'float64' : 'float32',
      p: rows.map(({ p }) => p),
      q: rows.map(({ q }) => q),
      batch: BATCH,
    }));
    const { stdout } = spawnSync(python as string, [join(PEERS, 'torch_answers.py')], { input: JSON.stringify(input), encoding: 'utf8' });
    const { answers } = JSON.parse(stdout) as { answers: Record<string, (number | string)[]>[] };
    for (const [k, { dtype, rows }] of asked.entries()) {
      const epsilon = dtype === 'f64' ? 2 ** -53 : 2 ** -24;
      const theirs = (name: string, i: number) => Number(answers[k]?.[name]?.[i]);
      for (const [i, pair] of rows.entries())
        expectSame('torch-kl-div', pair, ours('torch-kl-div', pair, dtype), theirs('torch-kl-div', i), epsilon);
      for (const { name, part, over } of READINGS) {
        for (let first = 0; first < rows.length; first += BATCH) {
          const batch = rows.slice(first, first + BATCH);
          const maker = new RowMaker('probabilities', dtype, COLS, 1);
          const parts = batch.map(({ p, q }) => part(maker.set(Float64Array.from(p), 0, Float64Array.from(q), 0)));
          const count = over === 'rows' ? batch.length : batch.length * COLS;
          const got = parts.reduce((sum, x) => sum + x, 0) / count;
          const expected = theirs(name, first / BATCH);
          const where = `${dtype} ${name}, rows from ${first}: ${got}, PyTorch ${expected}`;
          // As in expectSame, a row at a time.
          const allowed = (16 * epsilon * parts.reduce((sum, x) => sum + 2 + Math.abs(x), 0)) / count;
          if (!Number.isFinite(expected)) expect(got, where).toBe(expected);
          else expect(Math.abs(got - expected), where).toBeLessThanOrEqual(allowed);
        }
      }
    }
  });
});

describe(`packages of JavaScript (seed ${seed})`, () => {
  const require = createRequire(join(PEERS, 'package.json'));
  const has = (name: string) => existsSync(join(PEERS, 'node_modules', name));
  const load = (name: string) => import(pathToFileURL(require.resolve(name)).href);

  it('ml-distance: to the bit', async (context) => {
    need(context, has('ml-distance'), 'ml-distance: npm ci --prefix test/peers');
    const { distance } = await load('ml-distance');
    for (const pair of pairs('f64')) {
      expect(ours('ml-distance-kl', pair, 'f64')).toBe(distance.kullbackLeibler(pair.p, pair.q));
      expect(ours('ml-distance-js', pair, 'f64')).toBe(distance.jensenShannon(pair.p, pair.q));
    }
  });

  it('SimSIMD, float64: to the rounding of its float32 logarithm', async (context) => {
    need(context, has('simsimd'), 'simsimd: npm ci --prefix test/peers');
    const { kullbackleibler } = await load('simsimd');
    for (const pair of pairs('f64')) {
      const expected = kullbackleibler(Float64Array.from(pair.p), Float64Array.from(pair.q));
      // Compilers may contract its products and sums: a few float32 roundings of the largest term.
      const [x] = pair.p.map((p, i) => p * Math.max(1, ((p + 1e-7) / ((pair.q[i] as number) + 1e-7)) ** 3)).sort((a, b) => b - a);
      expect(Math.abs(ours('simsimd-kl', pair, 'f64') - expected)).toBeLessThanOrEqual(8 * 2 ** -24 * (x as number));
    }
  });

  it('mathjs', async (context) => {
    need(context, has('mathjs'), 'mathjs: npm ci --prefix test/peers');
    const { kldivergence } = await load('mathjs');
    for (const pair of pairs('f64')) expectSame('mathjs', pair, ours('mathjs', pair, 'f64'), kldivergence(pair.p, pair.q), 2 ** -53);
  });

  it('TensorFlow.js on its CPU backend: to the bit', async (context) => {
    need(context, has('@tensorflow/tfjs-layers'), '@tensorflow/tfjs-layers: npm ci --prefix test/peers');
    const tf = require('@tensorflow/tfjs-core');
    require('@tensorflow/tfjs-backend-cpu');
    const { layers, sequential } = require('@tensorflow/tfjs-layers');
    await tf.setBackend('cpu');
    const model = sequential({ layers: [layers.activation({ activation: 'linear', inputShape: [COLS] })] });
    model.compile({ loss: 'kullbackLeiblerDivergence', optimizer: 'sgd' });
    for (const pair of pairs('f32')) {
      const loss = model.evaluate(tf.tensor2d([pair.q]), tf.tensor2d([pair.p]));
      expect(ours('tfjs', pair, 'f32')).toBe(loss.dataSync()[0]);
    }
  });
});
