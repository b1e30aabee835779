/** gaussian.json: univariate, diagonal and full-covariance Gaussians, and the standard-normal prior. */
import type { Floats } from '../../src/types.js';
import { asDtype, type Case, type Run, type VectorFile } from './reference.js';
import { gaussianGradientTolerance, tolerance } from './tolerance.js';

interface GaussianCase extends Case {
  readonly kind: string;
  readonly kl: number;
  readonly per_dim?: readonly number[];
  /** Condition number of the covariances. */
  readonly cond?: number;
}

type Diagonal = { mean: Floats; std: Floats } | { mean: Floats; logVariance: Floats };
type Full = { mean: Floats; covariance: Floats } | { mean: Floats; cholesky: Floats };
type Parameters = Diagonal | Full;

/** The two Gaussians of a case, as the facade takes them; the second is null for the standard normal. */
const KINDS: Readonly<Record<string, (c: GaussianCase) => readonly [Parameters, Parameters | null]>> = {
  univariate: (c) => [byStd(c, 'mu1', 'sigma1'), byStd(c, 'mu2', 'sigma2')],
  'equal-variance': (c) => [byStd(c, 'mu1', 'sigma'), byStd(c, 'mu2', 'sigma')],
  diagonal: (c) => [byStd(c, 'mu1', 'sigma1'), byStd(c, 'mu2', 'sigma2')],
  'univariate-logvar': (c) => [byLogVariance(c, 'mu1', 'logvar1'), byLogVariance(c, 'mu2', 'logvar2')],
  'standard-normal-prior': (c) => [byLogVariance(c, 'mu', 'logvar'), null],
  'full-cov': (c) => [byCovariance(c, 'mu1', 'cov1'), byCovariance(c, 'mu2', 'cov2')],
  'full-chol': (c) => [byCholesky(c, 'mu1', 'L1'), byCholesky(c, 'mu2', 'L2')],
};

/** Runs every case as vectors, as a one-row batch (same bits), and dimension by dimension. */
export function runGaussian(run: Run, file: VectorFile): void {
  for (const c of file.cases as readonly GaussianCase[]) {
    const parameters = KINDS[c.kind];
    if (parameters === undefined) throw new Error(`${c.id}: no form for ${c.kind}`);
    const [p, q] = parameters(c);
    const options = { core: run.core };
    const { gaussian } = run.library;
    const place = { backend: run.backend, section: 'gaussian', quantity: `${c.kind} kl`, dtype: c.dtype, id: c.id };
    const kl = gaussian.klDivergence(p, q ?? gaussian.standard, options);
    run.report.check(place, kl, c.kl, tolerance({ dtype: c.dtype, expected: c.kl, condition: conditionOf(c) }));

    const row = gaussian.klDivergence(asRow(run, p), q === null ? gaussian.standard : asRow(run, q), options)[0];
    run.report.assert({ ...place, quantity: 'batch = single' }, Object.is(kl, row), `${row} in a batch, ${kl} alone`);

    runGradients(run, c, p, q, kl);
    if (isFull(p) || (q !== null && isFull(q))) continue;
    const perDimension = gaussian.univariateKlDivergence(p, q ?? gaussian.standard, options);
    run.report.checkAll({ ...place, quantity: `${c.kind} per_dim` }, perDimension, c.per_dim ?? [c.kl], (expected) =>
      tolerance({ dtype: c.dtype, expected }),
    );
  }
}

/** Nothing of this section is left out. */
export function skipGaussian(): void {}

/** The reference's names of parameters, as the library has them. */
const NAMES: Readonly<Record<string, string>> = {
  mu: 'p.mean',
  mu1: 'p.mean',
  mu2: 'q.mean',
  sigma1: 'p.std',
  sigma2: 'q.std',
  logvar: 'p.logVariance',
  logvar1: 'p.logVariance',
  logvar2: 'q.logVariance',
  cov1: 'p.covariance',
  cov2: 'q.covariance',
  L1: 'p.cholesky',
  L2: 'q.cholesky',
};

type WithGradients = (p: Parameters, q: unknown, options: object) => { value: number; gradient: Readonly<Record<string, Floats>> };

/** Gradients by name; the value beside them has the bits of the value alone. */
function runGradients(run: Run, c: GaussianCase, p: Parameters, q: Parameters | null, kl: number): void {
  const expected = c['grad'] as Readonly<Record<string, number | readonly number[]>> | undefined;
  if (expected === undefined) return;
  const { gaussian } = run.library;
  const withGradient = gaussian.klDivergenceWithGradient as unknown as WithGradients;
  const { value, gradient } = withGradient(p, q ?? gaussian.standard, { core: run.core });
  const place = { backend: run.backend, section: 'gaussian', dtype: c.dtype, id: c.id };
  run.report.assert({ ...place, quantity: 'value beside gradient = alone' }, Object.is(value, kl), `${value}, ${kl} alone`);
  for (const [key, answer] of Object.entries(expected)) {
    // A gradient has the dtype of its input: beyond the range of f32 it is infinite there.
    const answers = ([answer].flat() as number[]).map((x) =>
      c.dtype === 'f32' && Math.fround(x) === Math.sign(x) * Infinity ? Math.fround(x) : x,
    );
    const allowed = gaussianGradientTolerance(c.dtype, conditionOf(c), answers, isFull(p) ? undefined : termsOf(c, key));
    run.report.checkAll({ ...place, quantity: `${c.kind} grad` }, gradient[NAMES[key] as string] as Floats, answers, allowed);
  }
}

/** The larger summand of each entry of a diagonal gradient, where there are two: they may cancel. */
function termsOf(c: GaussianCase, key: string): readonly number[] | undefined {
  const at = (name: string) => [c[name] as number | readonly number[]].flat();
  if (key === 'sigma2')
    return at('sigma1').map((s, i) => larger(s ** 2 - (at('sigma2')[i] as number) ** 2, gapOf(c, i)) / (at('sigma2')[i] as number) ** 3);
  if (key !== 'logvar2') return undefined;
  return at('logvar1').map((l, i) => {
    const y = at('logvar2')[i] as number;
    return 0.5 * Math.max(Math.abs(Math.expm1(l - y)), gapOf(c, i) ** 2 * Math.exp(-y));
  });
}

const larger = (x: number, gap: number) => Math.max(Math.abs(x), gap ** 2);

function gapOf(c: GaussianCase, i: number): number {
  return ([c['mu1'] as number | number[]].flat()[i] as number) - ([c['mu2'] as number | number[]].flat()[i] as number);
}

/** What the form of the parameters costs (the end of NUMERICS.md). */
function conditionOf({ kind, cond = 1 }: GaussianCase): number {
  return kind === 'full-cov' ? cond : kind === 'full-chol' ? Math.sqrt(cond) : 1;
}

function isFull(p: Parameters): p is Full {
  return 'covariance' in p || 'cholesky' in p;
}

function byCovariance(c: GaussianCase, mean: string, covariance: string): Full {
  return { mean: numbers(c, mean), covariance: numbers(c, covariance) };
}

function byCholesky(c: GaussianCase, mean: string, cholesky: string): Full {
  return { mean: numbers(c, mean), cholesky: numbers(c, cholesky) };
}

function byStd(c: GaussianCase, mean: string, std: string): Diagonal {
  return { mean: numbers(c, mean), std: numbers(c, std) };
}

function byLogVariance(c: GaussianCase, mean: string, logVariance: string): Diagonal {
  return { mean: numbers(c, mean), logVariance: numbers(c, logVariance) };
}

function numbers(c: GaussianCase, key: string): Floats {
  const value = c[key] as number | readonly number[];
  return asDtype(typeof value === 'number' ? [value] : value, c.dtype);
}

/** The same Gaussian as a batch of one row. */
function asRow(run: Run, p: Parameters) {
  const row = (data: Floats) => run.library.matrix(data, 1, data.length);
  if ('covariance' in p) return { mean: row(p.mean), covariance: row(p.covariance) };
  if ('cholesky' in p) return { mean: row(p.mean), cholesky: row(p.cholesky) };
  return 'std' in p ? { mean: row(p.mean), std: row(p.std) } : { mean: row(p.mean), logVariance: row(p.logVariance) };
}
