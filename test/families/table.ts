/** The tables of docs/families.md, from the registries; `node esbuild.mjs run test/families/writeTable.ts` puts them there. */
import { CLOSED, closedForm } from '../../src/families/closed.js';
import {
  type AnyDistribution,
  categorical,
  kl,
  laplace,
  type Pair,
  pairs,
  pareto,
  type Result,
  uniform,
} from '../../src/families/index.js';
import type { Family } from '../../src/families/family.js';
import { FAMILIES } from '../../src/families/law.js';
import { createRng, type Rng } from '../support/rng.js';
import { CIRCLE, DENSITIES, MASSES } from './pairs.js';

const BEGIN = '<!-- tables: written by test/families/writeTable.ts -->';
const END = '<!-- end of tables -->';

/** Members whose supports are as wide as what they stand beside, and a kink within all of them. */
const WIDE: Readonly<Record<string, AnyDistribution>> = {
  uniform: uniform(),
  pareto: pareto({ minimum: 0.01, shape: 2 }),
  laplace: laplace({ location: 0.4, scale: 1 }),
  categorical: categorical({ probabilities: new Float64Array(13).fill(1) }),
};

/** Random members of two families of numbers; undefined for others. */
export function membersOf(p: string, q: string, rng: Rng): [AnyDistribution, AnyDistribution] | undefined {
  const all = { ...DENSITIES, ...MASSES, ...CIRCLE };
  const [left, right] = [all[p], all[q]];
  return left && right && [left(rng), (p === q && q === 'categorical' ? undefined : WIDE[q]) ?? right(rng)];
}

/** How the pair of two names is found, as a sign: of the first members whose divergence is finite, if there are any. */
export function sign(p: string, q: string): string {
  if (p === q && (p in CLOSED || p === 'categorical')) return '=';
  const rng = createRng(p.length * 31 + q.length);
  const results = Array.from({ length: 20 }, () => kl(...(membersOf(p, q, rng) as [AnyDistribution, AnyDistribution])));
  const { method, value, supportViolation } = results.find((found) => found.value < Infinity) ?? (results[0] as Result);
  if (value === Infinity) return supportViolation === undefined ? '∞' : '–';
  if (method !== 'closed-form') return method === 'sum' ? 'Σ' : '∫';
  return closedForm(p, q) === undefined ? 'E' : '=';
}

/** Relative error of the closed forms of arrays and matrices. */
const VECTOR_ACCURACY = {
  categorical: '64·2⁻⁵³',
  multinomial: '64·2⁻⁵³',
  dirichlet: '1e-13',
  multivariateNormal: '64·2⁻⁵³, full: times cond(Σ)',
  wishart: '1e-13·cond(V)',
};

/** What PyTorch and TensorFlow Probability call the same; where only one of them has it, in brackets which. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  bernoulli: 'Bernoulli(probs)',
  binomial: 'Binomial(total_count, probs)',
  poisson: 'Poisson(rate)',
  geometric: 'Geometric(probs): failures before the first success, too',
  negativeBinomial: 'NegativeBinomial(total_count, probs), **p = 1 − probs**',
  uniform: 'Uniform(low, high)',
  beta: 'Beta(concentration1, concentration0)',
  continuousBernoulli: 'ContinuousBernoulli(probs)',
  exponential: 'Exponential(rate)',
  gamma: 'Gamma(concentration, rate)',
  inverseGamma: 'InverseGamma(concentration, rate), in TFP scale',
  chi: 'Chi(df) [TFP]',
  chiSquare: 'Chi2(df)',
  weibull: 'Weibull(scale, concentration), in TFP the other way round',
  pareto: 'Pareto(scale, alpha), in TFP (concentration, scale)',
  logNormal: 'LogNormal(loc, scale)',
  halfNormal: 'HalfNormal(scale)',
  normal: 'Normal(loc, scale)',
  laplace: 'Laplace(loc, scale)',
  gumbel: 'Gumbel(loc, scale)',
  logistic: 'Logistic(loc, scale) [TFP]',
  studentT: 'StudentT(df, loc, scale)',
  cauchy: 'Cauchy(loc, scale)',
  vonMises: 'VonMises(loc, concentration)',
};

/** Those of arrays, which are no entries of a registry. */
const OF_ARRAYS = [
  '| categorical | probabilities, on any scale | Categorical(probs) |',
  '| multinomial | n, probabilities | Multinomial(total_count, probs) |',
  '| poissonBinomial | probabilities | – |',
  '| dirichlet | concentration | Dirichlet(concentration) |',
  '| multivariateNormal | mean; std, variance, covariance (d·d entries, row after row), or factor with diagonal | MultivariateNormal(loc, covariance_matrix), Independent(Normal), LowRankMultivariateNormal(loc, cov_factor, cov_diag) |',
  '| wishart | degreesOfFreedom, scale (d·d entries) | Wishart(df, covariance_matrix) |',
  '| samples | an array of numbers, not a draw | Empirical [TFP] |',
];

/** Parameters in order, what may stand in for them, and what they are when left out. */
function parametersOf(name: string): string {
  const { parameters, aliases = {}, defaults = {} } = FAMILIES.get(name) as Family;
  return Object.keys(parameters)
    .map((parameter) => {
      const names = [parameter, ...Object.entries(aliases).flatMap(([alias, [of]]) => (of === parameter ? [alias] : []))].join(' or ');
      const left = (defaults as Readonly<Record<string, number>>)[parameter];
      return left === undefined ? names : `${names} (${left})`;
    })
    .join(', ');
}

const within = (name: string) => pairs.find(({ p, q }) => p === name && q === name) as Pair;

/** A bar would end the cell. */
const cell = (text: string) => text.replaceAll('|', '\\|');

function matrixOf(names: readonly string[]): string[] {
  const head = `| p ‖ q | ${names.join(' | ')} |`;
  const rule = `| --- |${names.map(() => ' --- |').join('')}`;
  return [head, rule, ...names.map((p) => `| **${p}** | ${names.map((q) => sign(p, q)).join(' | ')} |`)];
}

/** Everything between the two marks. */
export function tables(): string {
  const ofFamily = ({ p, formula }: Pair, accuracy: string) => `| ${p} | ${cell(formula)} | closed form | ${accuracy} |`;
  const own = pairs.flatMap((pair) => {
    const units = CLOSED[pair.p]?.units;
    return pair.by !== 'family' || units === undefined ? [] : [ofFamily(pair, units > 64 ? '1e-13' : '64·2⁻⁵³')];
  });
  const vectors = Object.entries(VECTOR_ACCURACY).map(([name, accuracy]) => ofFamily(within(name), accuracy));
  const views = pairs.flatMap(({ p, q, by, formula }) =>
    p === q || closedForm(p, q) === undefined
      ? []
      : [`| ${p} ‖ ${q} | ${formula} | ${by === 'sum' ? 'closed form or sum' : 'closed form'} | 1e-13 |`],
  );
  const cross = [...FAMILIES.values()].flatMap(({ name, crossEntropyText }) =>
    crossEntropyText === undefined ? [] : [`| ${name} | ${cell(crossEntropyText)} |`],
  );
  return [
    '## Parameters',
    '',
    'In brackets what is taken when left out; the last column has the order of PyTorch.',
    '',
    '| family | parameters | in PyTorch and TensorFlow Probability |',
    '| --- | --- | --- |',
    ...[...FAMILIES.keys()].map((name) => `| ${name} | ${parametersOf(name)} | ${ELSEWHERE[name]} |`),
    ...OF_ARRAYS,
    '',
    '## Within one family',
    '',
    '| family | KL | method | relative error |',
    '| --- | --- | --- | --- |',
    ...own,
    ...vectors,
    '| studentT, logistic | ∫ (q − p + p·log(p/q)) | quadrature | as stated with each result |',
    '| poissonBinomial, samples | Σ over the points | sum | as stated with each result |',
    '',
    '## Two families that are one',
    '',
    '| pair | KL | method | relative error |',
    '| --- | --- | --- | --- |',
    ...views,
    '',
    '## Any other pair: −h(p) − E log q',
    '',
    'Closed where p knows the means that q asks for (E in the tables below); −E log q is',
    '',
    '| q | −E log q |',
    '| --- | --- |',
    ...cross,
    '',
    '= one family · E by means, closed, ∞ where one is infinite · Σ sum · ∫ quadrature · – p has mass where q has none · ∞ a mean is infinite, whatever the parameters',
    '',
    ...matrixOf(Object.keys(DENSITIES)),
    '',
    ...matrixOf(Object.keys(MASSES)),
    '',
    `On the circle: ${Object.keys(CIRCLE).join(', ')}. A density beside masses, either way, is ∞.`,
  ].join('\n');
}

/** The page with its tables put in again. */
export function withTables(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error('docs/families.md has lost the marks of its tables');
  return `${page.slice(0, from + BEGIN.length)}\n\n${tables()}\n\n${page.slice(to)}`;
}
