/** The table of pairs: which two families `kl` answers for, how, and whether with gradients. */
import { CLOSED, closedForm } from './closed.js';
import { type CONSTRUCTORS, FAMILIES } from './law.js';
import type { Method } from './result.js';
import type { VectorDistribution } from './vectors.js';

/** Every family that has a constructor here. */
export type FamilyName = ReturnType<(typeof CONSTRUCTORS)[number]>['family'] | VectorDistribution['family'];

/** How a pair is found: in the closed form of its family, or of one that holds both; by means of log q under p; as a sum; by quadrature; as ∞ by the supports. */
export type Basis = 'family' | 'larger family' | 'means' | 'sum' | 'quadrature' | 'support';

/** A line of the table. */
export interface Pair {
  readonly p: FamilyName;
  readonly q: FamilyName;
  readonly by: Basis;
  /** What `kl` says of most members; a mean may have a closed form for some alone, and a point lie within any support. */
  readonly method: Method;
  /** In the notation of docs/families.md. */
  readonly formula: string;
  /** Whether `klWithGradient` has the slopes, where the divergence is finite and found by `method`, and they are finite: of a uniform `low` of 0, where q has no density, they are not. */
  readonly hasGradient: boolean;
}

/**
 * A row for each p, a column for each q in the same order. = closed form of one family or of a larger one · E by means · ∞ by means of which one is infinite,
 * whatever the parameters · Σ sum · ∫ quadrature · – p has mass where q has none, so that it is ∞ (but for binomials of one trial).
 * Tests hold it against what `kl` does, and docs/families.md against it.
 */
const DENSITIES: Readonly<Partial<Record<FamilyName, string>>> = {
  uniform: '=EEEEEEEEEEEEEE∫∫∫',
  beta: 'E=EEEEEEE–EEEE∫∫∫∫',
  continuousBernoulli: 'E∫=E∫∞∫∫∫–∫EEEE∫∫∫',
  exponential: '–––==∞E==–EEEEE∫∫∫',
  gamma: '–––==EE=E–EEEEE∫∫∫',
  inverseGamma: '–––EE=EEE–EEE∫∫∫∫∫',
  chi: '–––EEE=EE–E=E∫∫∫∫∫',
  chiSquare: '–––==EE=E–EEEEE∫∫∫',
  weibull: '–––=EEEE=–EEE∫∫∫∫∫',
  pareto: '–––EEEEEE=EEEE∫∫∫∫',
  logNormal: '–––EEEEEE–=EEE∫∫∫∫',
  halfNormal: '–––EE∞=EE–E=E∫E∫∫∫',
  normal: '––––––––––––=EE∫∫∫',
  laplace: '––––––––––––E=E∫∫∫',
  gumbel: '––––––––––––EE=∫∫∫',
  logistic: '––––––––––––EEE∫∫∫',
  studentT: '––––––––––––E∫∞∫∫∫',
  cauchy: '––––––––––––∞∞∞∫∫=',
};
const MASSES: typeof DENSITIES = {
  bernoulli: '=ΣΣΣΣΣ',
  binomial: '–=ΣΣΣΣ',
  poisson: '––=ΣΣ–',
  geometric: '––Σ=Σ–',
  negativeBinomial: '––ΣΣ=–',
  categorical: '–ΣΣΣΣ=',
};
/** And those that stand beside their own family alone. */
const ALONE: typeof DENSITIES = {
  vonMises: '=',
  multinomial: '=',
  dirichlet: '=',
  multivariateNormal: '=',
  wishart: '=',
  poissonBinomial: 'Σ',
  samples: 'Σ',
};

/** The closed forms of arrays and matrices; those of numbers stand beside their functions. */
const VECTOR_FORMULAS: Readonly<Partial<Record<FamilyName, string>>> = {
  categorical: 'Σ φ(p, q) of the shares, by the core',
  multinomial: 'n times that, equal n',
  dirichlet: 'as beta, of as many shares',
  multivariateNormal: 'by standard deviations, or covariances, by the core',
  wishart: 'n₂·normal KL of n₁V₁/n₂ and V₂ + Σ G((n₂ − i)/2, (n₁ − i)/2) − d/2·φ(n₂, n₁)',
};

const BASES: Readonly<Record<string, Basis>> = { '=': 'family', E: 'means', '∞': 'means', Σ: 'sum', '∫': 'quadrature', '–': 'support' };

/** As members of a larger family, in words; undefined where there is none. */
function viewed(p: FamilyName, q: FamilyName): string | undefined {
  const views = closedForm(p, q)?.views;
  return views && `as ${views[0].family} distributions${views[0].of === 'x' ? '' : ` of ${views[0].of}`}`;
}

const SUM = 'Σ p·log(p/q)';

function formulaOf(p: FamilyName, q: FamilyName, by: Basis, sign: string): string {
  const larger = viewed(p, q);
  if (larger !== undefined && sign !== '=') return `${larger} where their first parameters are equal, else ${sign === 'Σ' ? SUM : '∞'}`;
  if (by === 'support') return '∞: p has mass where q has none';
  if (by === 'sum') return SUM;
  if (by === 'quadrature') return '∫ (q − p + p·log(p/q))';
  if (by === 'means') return `${FAMILIES.get(q)?.crossEntropyText} − h(p)`;
  return larger ?? CLOSED[p]?.formula ?? (VECTOR_FORMULAS[p] as string);
}

function pairOf(p: FamilyName, q: FamilyName, sign: string): Pair {
  const isLarger = sign === '=' ? p !== q : sign === '–' && viewed(p, q) !== undefined;
  const by = isLarger ? 'larger family' : (BASES[sign] as Basis);
  const method = by === 'sum' || by === 'quadrature' ? by : 'closed-form';
  const hasGradient = method === 'closed-form' && by !== 'support';
  return { p, q, by, method, formula: formulaOf(p, q, by, sign), hasGradient };
}

function pairsOf(table: typeof DENSITIES): Pair[] {
  const names = Object.keys(table) as FamilyName[];
  return names.flatMap((p) => Array.from(table[p] as string, (sign, k) => Object.freeze(pairOf(p, names[k] as FamilyName, sign))));
}

/**
 * Every two families of one space; beside families of another, masses beside a density say, a divergence is ∞.
 *
 * Source      docs/families.md is the same table
 *
 * @example
 * pairs.filter(({ q, method }) => q === 'laplace' && method === 'closed-form').map(({ p }) => p); // ['uniform', 'beta', …]
 */
export const pairs: readonly Pair[] = /* @__PURE__ */ Object.freeze([
  ...pairsOf(MASSES),
  ...pairsOf(DENSITIES),
  ...Object.entries(ALONE).map(([name, sign]) => Object.freeze(pairOf(name as FamilyName, name as FamilyName, sign))),
]);
