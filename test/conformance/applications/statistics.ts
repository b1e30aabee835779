/** applications.json: information criteria, large deviations, Chernoff information, binomial tails. They run on the default core: its divergences are those of the other sections. */
import { binomialTail, chernoffInformation, cramerRate, type Family, sanovProjection } from '../../../src/applications/largeDeviations.js';
import { rankModels } from '../../../src/applications/modelSelection.js';
import { tolerance } from '../tolerance.js';
import { type ApplicationCase, type KindRunner, placeOf } from './kind.js';

type Check = (quantity: string, actual: number | ArrayLike<number>, expected: unknown, condition?: Condition) => void;
/** What the input itself amplifies, for all entries or for each. */
type Condition = number | ((i: number) => number);
type Kind = (c: ApplicationCase, check: Check) => void;

const number = (c: ApplicationCase, key: string) => c[key] as number;
const numbers = (c: ApplicationCase, key: string) => c[key] as readonly number[];
const EPSILON = 32 * 2 ** -53;

/** log(x/y) as a size. */
const logSize = (x: number, y: number) => Math.abs(Math.log(x) - Math.log(y));

function cramer(family: (c: ApplicationCase) => Family, tiltTerms: (c: ApplicationCase, x: number) => number): Kind {
  return (c, check) => {
    const x = number(c, 'x');
    const { rate, tilt } = cramerRate(family(c), x);
    check('rate', rate, c['rate']);
    // The tilt is a difference: its condition is the size of its terms over its own.
    check('theta', tilt, c['theta'], 1 + tiltTerms(c, x) / Math.abs(number(c, 'theta') || 1));
  };
}

/** Reference values of λ have as many digits as they say; its own condition is that of a root: what logarithms are off by over their spread. */
function chernoff(
  of: (c: ApplicationCase) => { information: number; lambda: number; bhattacharyya: number },
  spread: (c: ApplicationCase) => number,
): Kind {
  return (c, check) => {
    const { information, lambda, bhattacharyya } = of(c);
    check('value', information, c['value']);
    const digits = (c['lam_digits'] as number | undefined) ?? 17;
    if (typeof c['lam'] === 'number') check('lam', lambda, c['lam'], 1 + 1 / spread(c) + 10 ** -digits / EPSILON / number(c, 'lam'));
    check('bhattacharyya', bhattacharyya, c['bhattacharyya']);
  };
}

/** Standard deviation of log p/q under q: how sharply λ is determined. */
function spreadOf(p: readonly number[], q: readonly number[]): number {
  const both = [...p.keys()].filter((i) => (p[i] as number) > 0 && (q[i] as number) > 0);
  const logs = both.map((i) => Math.log(p[i] as number) - Math.log(q[i] as number));
  const total = both.reduce((sum, i) => sum + (q[i] as number), 0);
  const mean = both.reduce((sum, i, k) => sum + (q[i] as number) * (logs[k] as number), 0) / total;
  return Math.sqrt(both.reduce((sum, i, k) => sum + (q[i] as number) * ((logs[k] as number) - mean) ** 2, 0) / total);
}

/** Kinds that the library answers, each by its name in the file. */
const KINDS: Readonly<Record<string, Kind>> = {
  'information-criteria': (c, check) => {
    const models = numbers(c, 'log_likelihood').map((logLikelihood, i) => ({ logLikelihood, k: numbers(c, 'k')[i] as number }));
    const n = number(c, 'n');
    const ranked = (criterion: 'aic' | 'aicc' | 'bic') => [...rankModels(models, { n, criterion })].sort((a, b) => a.index - b.index);
    for (const criterion of ['aic', 'aicc', 'bic'] as const) {
      const table = ranked(criterion);
      check(
        criterion,
        table.map((row) => row[criterion]),
        c[criterion],
        (i) => 1 + (2 * Math.abs(models[i]?.logLikelihood as number)) / Math.abs(table[i]?.[criterion] || 1),
      );
      const weights = c[criterion === 'aic' ? 'akaike_weights' : `${criterion}_weights`];
      // A weight is e^(−Δ/2): it is off by what its exponent is, whose terms are differences of log-likelihoods and of penalties.
      const best = table.find(({ delta }) => delta === 0);
      const terms = (i: number) =>
        2 * Math.abs((table[i]?.logLikelihood as number) - (best?.logLikelihood as number)) +
        2 * Math.abs((table[i]?.k as number) - (best?.k as number)) * Math.log(n);
      check(
        `${criterion} weights`,
        table.map(({ weight }) => weight),
        weights,
        (i) => 1 + terms(i),
      );
      if (criterion !== 'aic') continue;
      check(
        'delta',
        table.map(({ delta }) => delta),
        c['delta_aic'],
        (i) => 1 + terms(i) / Math.abs(table[i]?.delta || 1),
      );
      check(
        'evidence ratio',
        table.map(({ evidenceRatio }) => evidenceRatio),
        c['evidence_ratio_best'],
        (i) => 1 + terms(i),
      );
    }
  },
  'cramer-bernoulli': cramer(
    (c) => ({ family: 'bernoulli', p: number(c, 'p') }),
    (c, x) => (x === 0 || x === 1 ? 0 : logSize(x, number(c, 'p')) + logSize(1 - x, 1 - number(c, 'p'))),
  ),
  'cramer-poisson': cramer(
    (c) => ({ family: 'poisson', rate: number(c, 'rate_param') }),
    () => 0,
  ),
  'cramer-gaussian': cramer(
    (c) => ({ family: 'gaussian', mean: number(c, 'mu'), std: number(c, 'sigma') }),
    () => 0,
  ),
  'cramer-exponential': cramer(
    (c) => ({ family: 'exponential', rate: number(c, 'rate_param') }),
    (c, x) => number(c, 'rate_param') + 1 / x,
  ),
  sanov: (c, check) => {
    const f = numbers(c, 'f');
    const { rate, q, tilts, certificate } = sanovProjection(numbers(c, 'p'), [{ f, atLeast: number(c, 'c') }]);
    const theta = number(c, 'theta');
    const wanted = (c['q'] ?? []) as readonly number[]; // none where nothing can satisfy the constraint
    // The mean of f is met to a rounding of its largest term, so θ to that over its variance; q and the rate follow.
    const target = number(c, 'c');
    const largest = Math.max(...f.map(Math.abs));
    const variance = wanted.reduce((sum, share, i) => sum + share * ((f[i] as number) - target) ** 2, 0);
    const step = variance > 0 ? largest / variance : 0;
    check('theta', tilts, [theta], 1 + step / Math.abs(theta || 1));
    check('q', q, c['q'], (i) => 1 + Math.abs((f[i] as number) - target) * (step + Math.abs(Number.isFinite(theta) ? theta : 0)));
    check('rate', rate, c['rate'], 1 + (Number.isFinite(theta) ? (Math.abs(theta) * variance * step) / (number(c, 'rate') || 1) : 0));
    check('certificate', c['q'] === null || (certificate.gap <= 1e-13 && certificate.violation <= 1e-13 * largest) ? 0 : 1, 0);
  },
  'chernoff-discrete': chernoff(
    (c) => chernoffInformation(numbers(c, 'p'), numbers(c, 'q')),
    (c) => spreadOf(numbers(c, 'p'), numbers(c, 'q')),
  ),
  'chernoff-gaussian': chernoff(
    (c) => {
      const member = (i: 1 | 2) => ({ family: 'gaussian', mean: number(c, `mu${i}`), std: number(c, `sigma${i}`) }) as const;
      return chernoffInformation(member(1), member(2));
    },
    () => 1,
  ),
  'chernoff-poisson': chernoff(
    (c) => chernoffInformation({ family: 'poisson', rate: number(c, 'rate1') }, { family: 'poisson', rate: number(c, 'rate2') }),
    () => 1,
  ),
  'chernoff-exponential': chernoff(
    (c) => chernoffInformation({ family: 'exponential', rate: number(c, 'rate1') }, { family: 'exponential', rate: number(c, 'rate2') }),
    () => 1,
  ),
  'binomial-tail': (c, check) => {
    const [n, k] = [number(c, 'n'), number(c, 'k')];
    const found = binomialTail(k, n, number(c, 'p'));
    check('log tail', found.logTail, c['log_tail_upper'], 4);
    // e to a power is off by what the power is.
    check('tail', found.tail, c['tail_upper'], 1 + 4 * Math.abs(number(c, 'log_tail_upper')));
    check('rate', found.rate, c['rate']);
    check('log Chernoff bound', found.logChernoffBound, c['log_chernoff_bound'], 2);
    check('Chernoff bound', found.chernoffBound, c['chernoff_bound'], 1 + 2 * Math.abs(number(c, 'log_chernoff_bound')));
    check('lower bound', found.lowerBound, c['lower_bound'], 4 + 2 * Math.abs(number(c, 'log_chernoff_bound')));
    check('empirical rate', found.empiricalRate, c['empirical_rate'], 4);
  },
};

/** Runs a case, each of its quantities in its own place. */
const runner =
  (kind: Kind): KindRunner =>
  (run, c) =>
    kind(c, (quantity, actual, expected, condition = 1) => {
      if (expected === null || expected === undefined) return; // what the case has no answer for
      const wanted = typeof expected === 'number' ? [expected] : Array.from(expected as readonly number[]);
      const allowed = (value: number, i: number) =>
        tolerance({ dtype: 'f64', expected: value, condition: typeof condition === 'number' ? condition : condition(i) });
      run.report.checkAll(placeOf(run, c, quantity), typeof actual === 'number' ? [actual] : actual, wanted, allowed);
    });

export const statistics: Readonly<Record<string, KindRunner>> = Object.fromEntries(
  Object.entries(KINDS).map(([name, kind]) => [name, runner(kind)]),
);
