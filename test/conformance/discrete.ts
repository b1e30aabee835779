/** discrete.json: rows of masses, as given (`raw`) and normalised. */
import type { Floats } from '../../src/types.js';
import { asDtype, type Case, groupBy, type Library, type Run, stack, type VectorFile } from './reference.js';
import { massGradientTolerance, normalisedCondition, tolerance } from './tolerance.js';

interface DiscreteCase extends Case {
  readonly K: number;
  readonly p: readonly number[];
  readonly q: readonly number[];
  readonly sum_p: number;
  readonly sum_q: number;
  readonly raw: Readonly<Record<string, number>>;
  readonly normalized: Readonly<Record<string, number>>;
}

type Input = 'p' | 'q';
type Score = (...inputsAndOptions: readonly unknown[]) => number | Float64Array;

interface Quantity {
  readonly score: (library: Library) => unknown;
  readonly inputs: readonly Input[];
  /** What scales it to KL, for the condition. */
  readonly asKl?: number;
  /** The order of Σ p^α·q^(1−α), of which it is made. */
  readonly alpha?: number;
}

/** Rényi and Tsallis are α·KL where p and q are close. */
function ofOrder(score: (library: Library) => unknown, alpha: number): Quantity {
  const withAlpha = (library: Library) => {
    const divergence = score(library) as (...inputsAndOptions: readonly unknown[]) => unknown;
    return (...args: readonly unknown[]) => divergence(...args.slice(0, -1), { ...(args.at(-1) as object), alpha });
  };
  return { score: withAlpha, inputs: ['p', 'q'], asKl: 1 / alpha, alpha };
}

/** Every quantity that the library answers. */
const QUANTITIES: Readonly<Record<string, Quantity>> = {
  kl: { score: (l) => l.klDivergence, inputs: ['p', 'q'], asKl: 1 },
  gkl: { score: (l) => l.generalizedKlDivergence, inputs: ['p', 'q'] },
  kl_reverse: { score: (l) => l.klDivergence, inputs: ['q', 'p'], asKl: 1 },
  jeffreys: { score: (l) => l.jeffreysDivergence, inputs: ['p', 'q'], asKl: 1 / 2 },
  psi: { score: (l) => l.populationStabilityIndex, inputs: ['p', 'q'], asKl: 1 / 2 },
  js: { score: (l) => l.jensenShannonDivergence, inputs: ['p', 'q'], asKl: 4 },
  hellinger2: { score: (l) => l.squaredHellinger, inputs: ['p', 'q'], asKl: 4 },
  tv: { score: (l) => l.totalVariation, inputs: ['p', 'q'] },
  chi2: { score: (l) => l.pearsonChiSquare, inputs: ['p', 'q'], asKl: 1 / 2 },
  'renyi_0.5': ofOrder((l) => l.renyiDivergence, 0.5),
  renyi_2: ofOrder((l) => l.renyiDivergence, 2),
  renyi_5: ofOrder((l) => l.renyiDivergence, 5),
  'tsallis_0.5': ofOrder((l) => l.tsallisDivergence, 0.5),
  tsallis_2: ofOrder((l) => l.tsallisDivergence, 2),
  tsallis_5: ofOrder((l) => l.tsallisDivergence, 5),
  cross_entropy: { score: (l) => l.crossEntropy, inputs: ['p', 'q'] },
  entropy_p: { score: (l) => l.entropy, inputs: ['p'] },
  entropy_q: { score: (l) => l.entropy, inputs: ['q'] },
};

const READINGS = [
  { key: 'raw', normalize: false },
  { key: 'normalized', normalize: true },
] as const;

/** Runs every case as a pair of vectors, and all cases of one length in one batch, which must give the same bits. */
export function runDiscrete(run: Run, file: VectorFile): void {
  const cases = file.cases as readonly DiscreteCase[];
  for (const c of cases) runGradients(run, c);
  for (const { key, normalize } of READINGS) {
    for (const [quantity, { score, inputs }] of Object.entries(QUANTITIES)) {
      const divergence = score(run.library) as Score;
      const known = cases.filter((c) => c[key][quantity] !== undefined);
      for (const group of groupBy(known, (c) => `${c.K} ${c.dtype}`)) {
        const columns = inputs.map((input) => group.map((c) => asDtype(c[input], c.dtype)));
        const batch = scoreBatch(run, divergence, columns, normalize);
        for (const [i, c] of group.entries()) {
          const place = { backend: run.backend, section: 'discrete', quantity: `${key} ${quantity}`, dtype: c.dtype, id: c.id };
          const vectors = columns.map((rows) => rows[i] as Floats);
          const expected = c[key][quantity] as number;
          const actual = divergence(...vectors, { normalize, core: run.core }) as number;
          run.report.check(place, actual, expected, allowed(c, quantity, expected, normalize));
          const same = Object.is(actual, batch[i]);
          run.report.assert({ ...place, quantity: 'batch = single' }, same, `${key} ${quantity}: ${batch[i]} in a batch, ${actual} alone`);
        }
      }
    }
  }
}

/** Gradients in both readings, and the values that come beside them. */
function runGradients(run: Run, c: DiscreteCase): void {
  const { dtype, id } = c;
  const [p, q] = [asDtype(c.p, dtype), asDtype(c.q, dtype)];
  for (const { key, normalize } of READINGS) {
    const options = { core: run.core, normalize };
    const placeOf = (quantity: string) => ({ backend: run.backend, section: 'discrete', quantity, dtype, id });
    const kl = run.library.klDivergenceWithGradient(p, q, options);
    const js = run.library.jensenShannonDivergenceWithGradient(p, q, options);
    for (const [quantity, { value }] of [
      ['kl', kl],
      ['js', js],
    ] as const) {
      const expected = c[key][quantity];
      if (expected === undefined) continue;
      const limit = allowed(c, quantity, expected, normalize);
      run.report.check(placeOf(`${key} ${quantity} beside gradient`), value, expected, limit);
    }
    const tolerances = massGradientTolerance({ dtype, p, q, normalize, kl: c[key]['kl'] as number });
    for (const side of ['p', 'q'] as const) {
      const name = `grad_${side}_${key}`;
      if (c[name] !== undefined) run.report.checkAll(placeOf(name), kl.gradient[side], c[name] as readonly number[], tolerances[side]);
    }
  }
}

/** Names what the file holds and the library does not answer. */
export function skipDiscrete(report: Run['report'], file: VectorFile): void {
  for (const c of file.cases as readonly DiscreteCase[]) {
    for (const { key } of READINGS) {
      for (const name of Object.keys(c[key])) {
        if (!(name in QUANTITIES)) report.skip('discrete', `${key} ${name}`, 'not in the library yet', 1);
      }
    }
  }
}

function scoreBatch(run: Run, divergence: Score, columns: readonly (readonly Floats[])[], normalize: boolean): Float64Array {
  const matrices = columns.map((rows) => {
    const dtype = rows[0] instanceof Float32Array ? 'f32' : 'f64';
    return run.library.matrix(stack(rows, dtype), rows.length, (rows[0] as Floats).length);
  });
  return divergence(...matrices, { normalize, core: run.core }) as Float64Array;
}

function allowed(c: DiscreteCase, quantity: string, expected: number, normalize: boolean): number {
  const { inputs, asKl, alpha } = QUANTITIES[quantity] as Quantity;
  const question = { dtype: c.dtype, expected };
  if (!normalize) {
    if (alpha !== undefined) return tolerance({ ...question, absTerms: affinityTerms(alpha, quantity.startsWith('renyi'), expected) });
    return tolerance(quantity === 'kl' || quantity === 'kl_reverse' ? { ...question, absTerms: absoluteTerms(c, quantity) } : question);
  }
  // Total variation is of the size of √KL: 2·TV² ≤ KL.
  const kl = quantity === 'tv' ? 2 * expected * expected : asKl === undefined ? undefined : expected * asKl;
  if (kl === undefined) return tolerance(question);
  const [x, y] = inputs as [Input, Input];
  const sums = { p: c.sum_p, q: c.sum_q };
  return tolerance({ ...question, condition: normalisedCondition(c[x], c[y], sums[x], sums[y], kl) });
}

/** As given, S = Σ p^α·q^(1−α) stands as it is summed, and 1 is taken from it: (S + 1)/|α − 1|, and for its logarithm that over S. */
function affinityTerms(alpha: number, isLogarithm: boolean, expected: number): number {
  const rest = alpha - 1;
  return (isLogarithm ? 1 + Math.exp(-rest * expected) : 2 + rest * expected) / Math.abs(rest);
}

/** Σ|pᵢ·log(pᵢ/qᵢ)|: from the file for `kl`; computed for the other direction, which it does not list. */
function absoluteTerms(c: DiscreteCase, quantity: string): number {
  if (quantity === 'kl') return (c['abs_terms_raw'] as number | undefined) ?? 0;
  let sum = 0;
  for (let i = 0; i < c.K; i++) {
    const [p, q] = [c.p[i] as number, c.q[i] as number];
    if (q > 0 && p > 0) sum += Math.abs(q * (Math.log(q) - Math.log(p)));
  }
  return sum;
}
