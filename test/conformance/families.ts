/** families.json and cross_families.json: KL of named distributions, its gradients, and what each result says of its own error. */
import { binomialPoisson } from '../../src/applications/approximation.js';
import * as families from '../../src/families/index.js';
import type { Case, Run, VectorFile } from './reference.js';

type Parameters = Readonly<Record<string, number | readonly number[]>>;
type Distribution = families.AnyDistribution;

/** The reference's families and their parameters, as the library has them. `rest` holds what both sides share. */
const MAKERS: Readonly<Record<string, (p: Parameters, rest: Parameters) => Distribution>> = {
  bernoulli: ({ p }) => families.bernoulli({ p: n(p) }),
  binomial: ({ n: trials, p }, rest) => families.binomial({ n: n(trials ?? rest['n']), p: n(p) }),
  poisson: ({ rate }) => families.poisson({ rate: n(rate) }),
  geometric: ({ p }) => families.geometric({ p: n(p) }),
  geometric0: ({ p }) => families.geometric({ p: n(p) }),
  'negative-binomial': ({ r, p }, rest) => families.negativeBinomial({ r: n(r ?? rest['r']), p: n(p) }),
  exponential: ({ rate }) => families.exponential({ rate: n(rate) }),
  gamma: ({ shape, rate }) => families.gamma({ shape: n(shape), rate: n(rate) }),
  'inverse-gamma': ({ shape, scale }) => families.inverseGamma({ shape: n(shape), scale: n(scale) }),
  beta: ({ a, b }) => families.beta({ alpha: n(a), beta: n(b) }),
  laplace: ({ loc, scale }) => families.laplace({ location: n(loc), scale: n(scale) }),
  gumbel: ({ loc, scale }) => families.gumbel({ location: n(loc), scale: n(scale) }),
  logistic: ({ loc, scale }) => families.logistic({ location: n(loc), scale: n(scale) }),
  weibull: ({ shape, scale }) => families.weibull({ shape: n(shape), scale: n(scale) }),
  pareto: ({ scale, alpha }) => families.pareto({ minimum: n(scale), shape: n(alpha) }),
  lognormal: ({ mu, sigma }) => families.logNormal({ logMean: n(mu), logStd: n(sigma) }),
  normal: ({ mu, sigma }) => families.normal({ mean: n(mu), std: n(sigma) }),
  uniform: ({ a, b }) => families.uniform({ low: n(a), high: n(b) }),
  vonmises: ({ mu, kappa }) => families.vonMises({ mean: n(mu), concentration: n(kappa) }),
  'chi-square': ({ k }) => families.chiSquare({ degreesOfFreedom: n(k) }),
  categorical: ({ probs }) => families.categorical({ probabilities: list(probs) }),
  multinomial: ({ probs }, rest) => families.multinomial({ n: n(rest['n']), probabilities: list(probs) }),
  dirichlet: ({ alpha }) => families.dirichlet({ concentration: list(alpha) }),
  'student-t': ({ df, loc, scale }) => families.studentT({ degreesOfFreedom: n(df), location: n(loc), scale: n(scale) }),
  cauchy: ({ loc, scale }) => families.cauchy({ location: n(loc), scale: n(scale) }),
  wishart: ({ df, scale }) => families.wishart({ degreesOfFreedom: n(df), scale: list(scale) }),
};

const n = (value: unknown): number => value as number;
const list = (value: unknown): readonly number[] => value as readonly number[];

function make(name: string, parameters: Parameters, rest: Parameters): Distribution {
  const maker = MAKERS[name];
  if (maker === undefined) throw new Error(`no form for ${name}`);
  return maker(parameters, rest);
}

/** Families whose closed forms have special functions: 1e-13 there, 64ε elsewhere. */
const SPECIAL = new Set(['gamma', 'inverse-gamma', 'beta', 'gumbel', 'weibull', 'vonmises', 'chi-square', 'dirichlet', 'wishart']);
const UNIT = 2 ** -53;

/**
 * A closed form within one family: 64ε, 1e-13 with special functions; those of matrices times the condition that they state. Across families, and of sums and
 * quadrature, the error that the result states, which must be worth something itself: closed forms across families 1e-13 of what is added, the others 1e-9.
 */
export function runFamilies(run: Run, file: VectorFile): void {
  for (const c of file.cases as readonly (Case & { readonly kl: number })[]) {
    const across = c['p_family'] !== undefined;
    const name = (c['family'] ?? c['p_family']) as string;
    const p = make(name, c['p'] as Parameters, c as unknown as Parameters);
    const q = make((c['family'] ?? c['q_family']) as string, c['q'] as Parameters, c as unknown as Parameters);
    const result = families.kl(p, q, { core: run.core });
    const { value, method, errorBound } = result;
    const place = { backend: run.backend, section: file.section, dtype: 'f64' as const, id: c.id };
    const quantity = across ? `${method}` : `${name} kl${method === 'closed-form' ? '' : `, ${method}`}`;
    const exact = c.kl === 0 || c.kl === Infinity;
    const own =
      method === 'closed-form' && !across
        ? Math.abs(c.kl) * (name === 'wishart' ? errorBound / c.kl : SPECIAL.has(name) ? 1e-13 : 64 * UNIT)
        : errorBound;
    run.report.check({ ...place, quantity }, value, c.kl, exact ? 0 : own + 2 ** -1074);
    const worth =
      c.kl === Infinity ? result.why !== undefined : exact || errorBound <= (method === 'closed-form' ? 1e-13 : 1e-9) * (1 + c.kl);
    run.report.assert(
      { ...place, quantity: 'bound is worth something, ∞ says why' },
      worth || name === 'wishart',
      `${errorBound}, ${result.why}`,
    );
    const within = exact || Math.abs(value - c.kl) <= errorBound;
    run.report.assert({ ...place, quantity: 'within its own bound' }, within, `${value} ± ${errorBound}, expected ${c.kl}`);
    if (p.family === 'binomial' && q.family === 'poisson') {
      const { n: trials, p: chance } = p as ReturnType<typeof families.binomial>;
      const { kl } = binomialPoisson(trials, chance, { rate: (q as ReturnType<typeof families.poisson>).rate });
      run.report.check({ ...place, quantity: 'approximation kl' }, kl, c.kl, 1e-13 * c.kl);
    }
    runGradients(run, file.section, name, c, p, q);
  }
}

/** The reference's names of parameters, where the library has others. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  beta: { a: 'alpha', b: 'beta' },
  uniform: { a: 'low', b: 'high' },
  laplace: { loc: 'location' },
  gumbel: { loc: 'location' },
  pareto: { scale: 'minimum', alpha: 'shape' },
  lognormal: { mu: 'logMean', sigma: 'logStd' },
  vonmises: { mu: 'mean', kappa: 'concentration' },
  'chi-square': { k: 'degreesOfFreedom' },
  dirichlet: { alpha: 'concentration' },
  cauchy: { loc: 'location' },
};

function runGradients(run: Run, section: string, name: string, c: Case, p: Distribution, q: Distribution): void {
  if (c['grad_p'] === undefined) return;
  const { gradient } = families.klWithGradient(p, q, { core: run.core });
  for (const side of ['p', 'q'] as const) {
    for (const [key, expected] of Object.entries(c[`grad_${side}`] as Parameters)) {
      const actual = [gradient[side][NAMES[name]?.[key] ?? key] ?? NaN].flatMap((x) => (typeof x === 'number' ? [x] : [...x]));
      const place = { backend: run.backend, section, dtype: 'f64' as const, id: `${c.id} ${side}.${key}`, quantity: `${name} grad` };
      run.report.checkAll(place, actual, [expected].flat(), (x) => (Number.isFinite(x) ? 1e-12 * Math.abs(x) + 2 ** -1074 : 0));
    }
  }
}

/** Nothing of these sections is left out. */
export function skipFamilies(): void {}
