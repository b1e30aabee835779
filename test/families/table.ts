/** The tables of docs/families.md, from the registries; `node esbuild.mjs run test/families/writeTable.ts` puts them there. */
import { CLOSED, closedForm } from '../../src/families/closed.js';
import { type AnyDistribution, kl, pareto, uniform } from '../../src/families/index.js';
import { FAMILIES } from '../../src/families/law.js';
import { createRng } from '../support/rng.js';
import { CIRCLE, DENSITIES, MASSES } from './pairs.js';

const BEGIN = '<!-- tables: written by test/families/writeTable.ts -->';
const END = '<!-- end of tables -->';

/** Members whose supports are as wide as what they stand beside. */
const WIDE: Readonly<Record<string, AnyDistribution>> = { uniform: uniform(), pareto: pareto({ minimum: 0.01, shape: 2 }) };

/** How the pair of two names is found, as a sign. */
function sign(p: string, q: string): string {
  const all = { ...DENSITIES, ...MASSES };
  const rng = createRng(p.length * 31 + q.length);
  const left = (all[p] as (typeof all)[string])(rng);
  const right = WIDE[q] ?? (all[q] as (typeof all)[string])(rng);
  if (p === q && (p in CLOSED || p === 'categorical')) return '=';
  const { method, value, supportViolation } = kl(left, right);
  if (value === Infinity) return supportViolation === undefined ? '∞' : '–';
  if (method !== 'closed-form') return method === 'sum' ? 'Σ' : '∫';
  return closedForm(p, q) === undefined ? 'E' : '=';
}

/** A bar would end the cell. */
const cell = (text: string) => text.replaceAll('|', '\\|');

function matrixOf(names: readonly string[]): string[] {
  const head = `| p ‖ q | ${names.join(' | ')} |`;
  const rule = `| --- |${names.map(() => ' --- |').join('')}`;
  return [head, rule, ...names.map((p) => `| **${p}** | ${names.map((q) => sign(p, q)).join(' | ')} |`)];
}

/** Everything between the two marks. */
export function tables(): string {
  const own = Object.entries(CLOSED).map(([name, { formula, units }]) => {
    const accuracy = units > 64 ? '1e-13' : '64·2⁻⁵³';
    return `| ${name} | ${cell(formula)} | closed form | ${accuracy} |`;
  });
  const views = [...FAMILIES.keys()].flatMap((p) =>
    [...FAMILIES.keys()].flatMap((q) => {
      const found = p === q ? undefined : closedForm(p, q);
      if (found?.views === undefined) return [];
      const [{ of, family }] = found.views;
      return [`| ${p} ‖ ${q} | as ${family} distributions${of === 'x' ? '' : ` of ${of}`} | closed form | 1e-13 |`];
    }),
  );
  const cross = [...FAMILIES.values()].flatMap(({ name, crossEntropyText }) =>
    crossEntropyText === undefined ? [] : [`| ${name} | ${cell(crossEntropyText)} |`],
  );
  return [
    '## Within one family',
    '',
    '| family | KL | method | relative error |',
    '| --- | --- | --- | --- |',
    ...own,
    '| categorical | Σ φ(p, q) of the shares, by the core | closed form | 32·2⁻⁵³ |',
    '| multinomial | n times that, equal n | closed form | 64·2⁻⁵³ |',
    '| dirichlet | as beta, of as many shares | closed form | 1e-13 |',
    '| multivariateNormal | by standard deviations, or covariances, by the core | closed form | 64·2⁻⁵³, full: times cond(Σ) |',
    '| wishart | n₂·normal KL of n₁V₁/n₂ and V₂ + Σ G((n₂ − i)/2, (n₁ − i)/2) − d/2·φ(n₂, n₁) | closed form | 1e-13·cond(V) |',
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
    '= one family · E by means, closed · Σ sum · ∫ quadrature · – p has mass where q has none · ∞ a mean is infinite',
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
