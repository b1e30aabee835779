/** gaussian.json: univariate and diagonal Gaussians, from standard deviations or log-variances, and the standard-normal prior. */
import type { Floats } from '../../src/types.js';
import { asDtype, type Case, type Run, type VectorFile } from './reference.js';
import { tolerance } from './tolerance.js';

interface GaussianCase extends Case {
  readonly kind: string;
  readonly kl: number;
  readonly per_dim?: readonly number[];
}

type Parameters = { mean: Floats; std: Floats } | { mean: Floats; logVariance: Floats };

/** The two Gaussians of a case, as the facade takes them; the second is null for the standard normal. */
const KINDS: Readonly<Record<string, (c: GaussianCase) => readonly [Parameters, Parameters | null]>> = {
  univariate: (c) => [byStd(c, 'mu1', 'sigma1'), byStd(c, 'mu2', 'sigma2')],
  'equal-variance': (c) => [byStd(c, 'mu1', 'sigma'), byStd(c, 'mu2', 'sigma')],
  diagonal: (c) => [byStd(c, 'mu1', 'sigma1'), byStd(c, 'mu2', 'sigma2')],
  'univariate-logvar': (c) => [byLogVariance(c, 'mu1', 'logvar1'), byLogVariance(c, 'mu2', 'logvar2')],
  'standard-normal-prior': (c) => [byLogVariance(c, 'mu', 'logvar'), null],
};

/** Runs every case as vectors, as a one-row batch (same bits), and dimension by dimension. */
export function runGaussian(run: Run, file: VectorFile): void {
  for (const c of file.cases as readonly GaussianCase[]) {
    const parameters = KINDS[c.kind];
    if (parameters === undefined) continue;
    const [p, q] = parameters(c);
    const options = { core: run.core };
    const { gaussian } = run.library;
    const place = { backend: run.backend, section: 'gaussian', quantity: `${c.kind} kl`, dtype: c.dtype, id: c.id };
    const kl = gaussian.klDivergence(p, q ?? gaussian.standard, options);
    run.report.check(place, kl, c.kl, tolerance({ dtype: c.dtype, expected: c.kl }));

    const row = gaussian.klDivergence(asRow(run, p), q === null ? gaussian.standard : asRow(run, q), options)[0];
    run.report.assert({ ...place, quantity: 'batch = single' }, Object.is(kl, row), `${row} in a batch, ${kl} alone`);

    const perDimension = gaussian.univariateKlDivergence(p, q ?? gaussian.standard, options);
    run.report.checkAll({ ...place, quantity: `${c.kind} per_dim` }, perDimension, c.per_dim ?? [c.kl], (expected) =>
      tolerance({ dtype: c.dtype, expected }),
    );
  }
}

export function skipGaussian(report: Run['report'], file: VectorFile): void {
  for (const c of file.cases as readonly GaussianCase[]) {
    if (!(c.kind in KINDS)) report.skip('gaussian', `${c.kind} kl`, 'no full covariances yet', 1);
    if (c['grad'] !== undefined) report.skip('gaussian', `${c.kind} grad`, 'no gradients yet', 1);
  }
}

function byStd(c: GaussianCase, mean: string, std: string): Parameters {
  return { mean: numbers(c, mean), std: numbers(c, std) };
}

function byLogVariance(c: GaussianCase, mean: string, logVariance: string): Parameters {
  return { mean: numbers(c, mean), logVariance: numbers(c, logVariance) };
}

function numbers(c: GaussianCase, key: string): Floats {
  const value = c[key] as number | readonly number[];
  return asDtype(typeof value === 'number' ? [value] : value, c.dtype);
}

/** The same Gaussian as a batch of one row. */
function asRow(run: Run, p: Parameters) {
  const row = (data: Floats) => run.library.matrix(data, 1, data.length);
  return 'std' in p ? { mean: row(p.mean), std: row(p.std) } : { mean: row(p.mean), logVariance: row(p.logVariance) };
}
