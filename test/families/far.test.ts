/** Law 1 far out and close together: digits by mpmath at 120 to 700 digits; each answer is a closed form within the error that it states. */
import { describe, expect, it } from 'vitest';
import * as families from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';

const {
  beta,
  binomial,
  cauchy,
  chi,
  continuousBernoulli,
  crossEntropy,
  entropy,
  exponential,
  gamma,
  geometric,
  gumbel,
  halfNormal,
  kl,
  inverseGamma,
  laplace,
  logistic,
  logNormal,
  normal,
  pareto,
  studentT,
} = families;
const { multinomial, negativeBinomial, poisson, samples, uniform, vonMises, weibull } = families;
const CLOSE = 1 + 2 ** -40;

type Line = readonly [families.AnyDistribution, families.AnyDistribution, number];

const WITHIN: readonly Line[] = [
  // The steep end keeps the difference of logits; small scales that of themselves.
  [continuousBernoulli({ p: 1e-120 }), continuousBernoulli({ p: 1e-120 * CLOSE }), 5.416302839523843e-30],
  [laplace({ scale: 1e-300 }), laplace({ scale: 1e-300 * CLOSE }), 4.1357159978322865e-25],
  [geometric({ p: 1e-299 }), geometric({ p: 1e-299 * CLOSE }), 4.136319113659992e-25],
  [gamma({ shape: 1e174, rate: 1e292 }), gamma({ shape: 1e174, rate: 1e292 * CLOSE }), 4.136836592229058e149],
  [beta({ alpha: 1e300, beta: 33.5 }), beta({ alpha: 1e300 * CLOSE, beta: 33.5 }), 1.3854204006838858e-23],
  // A product on the way is beyond the range, the divergence is not.
  [cauchy({ scale: 1e-20 }), cauchy({ location: 1e300 }), 1426.2164632951883],
  [cauchy({ location: 1e227 }), cauchy({ location: 1.0000000000001e227 }), 984.1189767531126],
  // A part of the sum is below or beyond the range, the divergence is not: the first and the fifth were 0 or off, others ∞, the sixth and seventh off by a thousandth.
  [binomial({ n: 2 ** 53 - 1, p: 6e-287 }), binomial({ n: 2 ** 53 - 1, p: 6e-287 * CLOSE }), 2.2354124076035057e-295],
  [negativeBinomial({ r: 1e-16, p: 1e-310 }), negativeBinomial({ r: 1e-16, p: 0.5 }), 6.931471805599474e293],
  [gamma({ shape: 1e98, rate: 1e-238 }), gamma({ shape: 6e-151, rate: 1.6e-117 }), 1.6e219],
  [gamma({ shape: 1e179, rate: 9e-298 }), gamma({ shape: 1e179 * CLOSE, rate: 9e-298 }), 4.135300347225263e154],
  [beta({ alpha: 1e-155, beta: 1e-156 }), beta({ alpha: 1e-155, beta: 1e-156 * CLOSE }), 4.1022439372764847e-25],
  [weibull({ shape: 1e289, scale: 5e-116 }), weibull({ shape: 1e-33, scale: 4e-27 }), 740.8551842791812],
  [gumbel({ scale: 1e-274 }), gumbel({ scale: 1e42 }), 727.0396737212169],
  // Places farther apart than the range, in units of the scales not far.
  [normal({ mean: -1e308, std: 1e308 }), normal({ mean: 1e308, std: 1e308 }), 2],
  [laplace({ location: -1e308, scale: 1e308 }), laplace({ location: 1e308, scale: 1e308 }), 1 + Math.exp(-2)],
  [gumbel({ location: -1e308, scale: 1e308 }), gumbel({ location: 1e308, scale: 1e308 }), Math.exp(2) - 3],
  [cauchy({ location: -1e308, scale: 1e308 }), cauchy({ location: 1e308, scale: 1e308 }), Math.LN2],
  // Angles many turns out.
  [vonMises({ mean: 1000.1, concentration: 300 }), vonMises({ mean: 0.9396, concentration: 800 }), 7.496240512202247],
  [vonMises({ mean: 5e244, concentration: 3 }), vonMises({ mean: 1, concentration: 5 }), 4.285798666220026],
  // Of two families: 1/rate and ½/σ² are rounded, which would be a ten-thousandth and more of these.
  [exponential({ rate: 3 }), weibull({ shape: 1, scale: (1 / 3) * (1 + 1e-12) }), 4.999778785238971e-25],
  [weibull({ shape: 1, scale: (1 / 3) * (1 + 1e-12) }), exponential({ rate: 3 }), 4.999778785242305e-25],
  [chi({ degreesOfFreedom: 1 }), halfNormal({ scale: 1 + 1e-10 }), 1.000000165314082e-20],
  [halfNormal({ scale: 1 + 1e-10 }), chi({ degreesOfFreedom: 1 }), 1.0000001654474155e-20],
];

const BY_MEANS: readonly Line[] = [
  // Within one family, where its own form has a product beyond the range.
  [gamma({ shape: 1e100, rate: 1e-8 }), gamma({ shape: 1e-12, rate: 1e191 }), 1e299],
  [laplace({ location: 1e240, scale: 1e-200 }), laplace({ scale: 1e45 }), 1e195],
  // e^(−x/b) and e^(μ/b) apart are beyond the range; the first of these was off by 1.
  [normal({ mean: 341.4, std: 0.0038 }), gumbel({ location: 341.4, scale: 0.0359 }), 1.8324154835005935],
  [normal({ mean: 2000, std: 1 }), gumbel({ location: 2001, scale: 2 }), 0.6424546047874949],
  [gumbel({ location: 298, scale: 0.85 }), laplace({ location: 298, scale: 0.022 }), 34.71564687583634],
  [gumbel({ location: 5.7, scale: 0.0037 }), laplace({ location: 2.1, scale: 35 }), 8.373620199278646],
  // Narrow distributions: differences of squares, powers and logarithms would leave little.
  [uniform({ low: 0.99999985, high: 1 }), beta({ alpha: 16.5, beta: 0.27 }), 3.9682539762076097],
  [uniform({ low: 1, high: 1.0001 }), logNormal({ logMean: 0, logStd: 3e-5 }), 1.5667287003592323],
  [chi({ degreesOfFreedom: 1e10 }), normal({ mean: 1e5, std: 0.7 }), 0.00010272798418245397],
  [weibull({ shape: 1e8, scale: 2 }), normal({ mean: 2, std: 3e-8 }), 0.18676841245172798],
  [gamma({ shape: 1e6, rate: 1 }), weibull({ shape: 5, scale: 1e6 }), 4.879391166712114],
  [logNormal({ logMean: 5, logStd: 1e-4 }), normal({ mean: 148.4, std: 0.015 }), 0.3849601213496162],
  [gamma({ shape: 1e12, rate: 3 }), normal({ mean: 3.3e11, std: 1e9 }), 13.061923178761692],
  // A mean of xᵏ that is below the range.
  [
    beta({ alpha: 1.1716922215309278e-10, beta: 2.60380395145914e-11 }),
    weibull({ shape: 8342.726980351075, scale: 97.24908156437202 }),
    12977485789760.76,
  ],
  // k² is beyond the range, (k·s)² is not: that was ∞.
  [logNormal({ logMean: 0, logStd: 1e-200 }), weibull({ shape: 1e160, scale: 10 }), 2.302585092994046e160],
  // A ratio to q's scale is beyond the range, its power is not: the first lost E xᵏ, the second was Infinity.
  [gamma({ shape: 0.3811522788178523, rate: 1e300 }), weibull({ shape: 0.021005915716095426, scale: 1e150 }), 23.427054214688702],
  [uniform({ low: 1e300, high: 2e300 }), weibull({ shape: 0.561072031744174, scale: 0.009838890030424758 }), 3.5033667332675596e169],
  [logistic({ location: 1e300, scale: 1e-300 }), laplace({ location: 1.2, scale: 0.4 }), 2.5e300],
  [normal({ mean: 1e-300, std: 1e-100 }), laplace({ location: 1e300 }), 1e300],
  // Next to the scale at which E e^(−x/b) becomes infinite, −1/b would not tell how near.
  [laplace(), gumbel({ scale: 1 + 1e-10 }), 4999999585.355032],
  [logistic(), gumbel({ scale: 1 + 1e-10 }), 9999999170.59636],
  // E log x is the difference of 690 and 0.4, and is divided by σ².
  [pareto({ minimum: 1e-300, shape: 2.2917358822410416 }), logNormal({ logMean: -690, logStd: 0.03079947496730342 }), 158.26345329549292],
  // Roundings of x/λ, and of E log x, k times: it was 4e-12 off and stated 2e-13.
  [gamma({ shape: 1e8, rate: 1e8 }), weibull({ shape: 1e4, scale: 1 }), 0.22972283023611237],
  // log x is far below the range of draws.
  [beta({ alpha: 0.0037, beta: 3.88 }), logNormal({ logMean: -3.7, logStd: 0.0386 }), 48681359.34804308],
];

/** Large counts, where a rounded n·p is a share of the width: sums of 221 points over 28 standard deviations, 50 digits. */
const COUNTS: readonly Line[] = [
  [negativeBinomial({ r: 2538428046.1815166, p: 0.9147338867187501 }), poisson({ rate: 236590492.2664933 }), 1.5245851670804615],
  [binomial({ n: 2891482748, p: 0.03132638369966893 }), poisson({ rate: 90595094.0456024 }), 1.3085492669265848],
  [binomial({ n: 1059252363, p: 0.508810491725164 }), binomial({ n: 1059252364, p: 0.5088184373267965 }), 0.13380444829320268],
  [
    negativeBinomial({ r: 5081754.489320351, p: 0.2523338317871094 }),
    negativeBinomial({ r: 28839304.2875449, p: 0.6568739186077576 }),
    1.486139917663873,
  ],
];

/** And ones of which every h-th number is added: a direct sum would not end. */
const HUGE: readonly Line[] = [
  [poisson({ rate: 1e20 }), negativeBinomial({ r: 3e20, p: 0.75 }), 0.01884103622589046],
  [binomial({ n: 1e15, p: 0.3 }), poisson({ rate: 3.00000001e14 }), 0.030004138669336596],
  [poisson({ rate: 1600 }), negativeBinomial({ r: 50, p: 0.03 }), 1.2674247661251803],
];

/** Heavy tails beside ones as e^(−|x|): what is far out is little mass with large log ratios, and it is the nodes' ends that bound it. 34 digits, with nodes to e^6000. */
const HEAVY: readonly Line[] = [
  [studentT({ degreesOfFreedom: 1.5 }), logistic(), 0.5684596417485709],
  [studentT({ degreesOfFreedom: 1.5 }), laplace({ location: 0.25 }), 0.6090120607805894],
  [pareto({ minimum: 1, shape: 1.25 }), logistic(), 3.7276079527591275],
  [inverseGamma({ shape: 1.25, scale: 0.5 }), gumbel(), 1.5520516514346239],
];

/**
 * What q has lies where no node of p does, or a node of p's is nothing there: the form that does not cancel lacked all or half of q's mass, 1 or ½. By closed forms: of Cauchy
 * distributions, and log s + log π − 2 + 2·(log(π/2) − γ) of logistic ones of scale s.
 */
const UNSEEN: readonly Line[] = [
  [cauchy({ scale: 7.841292669160979 }), studentT({ degreesOfFreedom: 1, scale: 1e300 }), 687.3298298350524],
  [cauchy({ scale: 1e300 }), studentT({ degreesOfFreedom: 1, scale: 7.841292669160979 }), 687.3298298350524],
  [logistic({ location: 30, scale: 1e300 }), cauchy({ location: -10.862259440779608, scale: 1 }), 689.668991864839],
];

/** Γ(1 + r) beyond e³⁰⁰: the logarithm's roundings would be a thousand of the value's. */
const BY_GAMMA: readonly Line[] = [
  [gumbel({ scale: 5 }), gumbel({ scale: 0.05 }), 9.332621544394176e157],
  [weibull({ shape: 0.0131, scale: 44.1 }), exponential({ rate: 77 }), 2.750145044055694e115],
];

describe('law 1: right by construction', () => {
  it.each(BY_GAMMA)('scales far apart have the digits of Γ: %o ‖ %o', (p, q, exact) => {
    const { value, errorBound } = kl(p, q);
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(2 ** -48 * exact);
    expect(errorBound).toBeLessThanOrEqual(1e-13 * exact);
  });

  it.each(WITHIN)('within one family: %o ‖ %o', (p, q, exact) => {
    const { value, method, errorBound } = kl(p, q);
    expect(method).toBe('closed-form');
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound + exact * 2 ** -52);
    expect(errorBound).toBeLessThanOrEqual(3e-13 * exact);
  });

  it.each(BY_MEANS)('by means: %o ‖ %o', (p, q, exact) => {
    const { value, method, errorBound } = kl(p, q);
    expect(method).toBe('closed-form');
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound + exact * 2 ** -52);
    expect(errorBound).toBeLessThanOrEqual(1e-6 * exact);
  });

  it.each([...COUNTS, ...HUGE])('sums: %o ‖ %o', (p, q, exact) => {
    const { value, method, errorBound } = kl(p, q);
    expect(method).toBe('sum');
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThanOrEqual(1e-13 * (1 + exact));
  });

  it.each(HEAVY)('heavy tails: %o ‖ %o', (p, q, exact) => {
    const { value, method, errorBound } = kl(p, q);
    expect(method).toBe('quadrature');
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThanOrEqual(1e-13 * (1 + exact));
  });

  it.each(UNSEEN)('q out of sight: %o ‖ %o', (p, q, exact) => {
    const { value, method, errorBound } = kl(p, q);
    expect(method).toBe('quadrature');
    expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThanOrEqual(1e-4);
  });

  it('a mean that lies farther out than doubles is refused, not estimated without it', () => {
    // E x/b is 5.8e185, most of it at 1e365: 7.4e119 ± 1e129 was answered.
    expect(errorOf(() => kl(logNormal({ logMean: 0.95, logStd: 29 }), gumbel({ scale: 0.47 })))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'p',
    });
    const batch = () =>
      families.klBatch({ family: 'logNormal', logMean: 0.95, logStd: [1, 1, 29] }, { family: 'gumbel', location: 0, scale: 0.47 });
    expect(errorOf(batch)).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', row: 2 });
  });

  it('and where they go on beyond the nodes, the bound says by how much', () => {
    const { value, errorBound } = kl(studentT({ degreesOfFreedom: 1.03125 }), logistic());
    expect(Math.abs(value - 19.257414118868905)).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThanOrEqual(1e-3);
  });

  it('a q far from the whole of p is no tail, and needs no draws', () => {
    // 7.54983752384320… and 998 by mpmath.
    const near = kl(normal({ std: 0.5 }), cauchy({ location: 25, scale: 0.5 }));
    expect(near.method).toBe('quadrature');
    expect(Math.abs(near.value - 7.549837523843204)).toBeLessThanOrEqual(1e-13);
    const far = kl(exponential({ rate: 1 }), logistic({ location: 1000 }));
    expect(far.method).toBe('quadrature');
    expect(Math.abs(far.value - 998)).toBeLessThanOrEqual(far.errorBound);
    expect(far.errorBound).toBeLessThanOrEqual(1e-10);
  });

  it('heavy tails with a mean close to infinite have a bound, not a refusal', () => {
    for (const shape of [1.003, 1.01, 1.02, 1.03, 1.07]) {
      expect(kl(studentT({ degreesOfFreedom: shape }), logistic()).method).toBe('quadrature');
      expect(kl(pareto({ minimum: 1, shape }), logistic()).method).toBe('quadrature');
    }
  });

  it('nodes whose weight is beyond the range, where the distance is not, are added up', () => {
    // E x = e^(m + σ²/2) is next to all of it.
    const { value, errorBound } = kl(logNormal({ logMean: 4.6, logStd: 23.4 }), logistic());
    expect(Math.abs(value - 7.923149894530906e120)).toBeLessThanOrEqual(errorBound + 1e-13 * value);
  });

  it('what q has beside a single point is within the bound', () => {
    const { value, errorBound } = kl(geometric({ p: 1 }), poisson({ rate: 4.346567442873387e-285 }));
    expect(Math.abs(value - 4.346567442873387e-285)).toBeLessThanOrEqual(errorBound);
  });

  it('entropies of counts of two outcomes are binomial ones, to the largest n', () => {
    for (const n of [7, 1000, 1e9, 9e15]) {
      const [a, b] = [entropy(multinomial({ n, probabilities: [0.2, 0.8] })), entropy(binomial({ n, p: 0.2 }))];
      expect(Math.abs(a.value - b.value), String(n)).toBeLessThanOrEqual(a.errorBound + b.errorBound);
      expect(a.errorBound).toBeLessThanOrEqual(1e-12);
    }
  });

  it('a batch answers as kl() does where a product is beyond the range', () => {
    const [value] = families.klBatch(
      { family: 'laplace', location: [1e240], scale: 1e-200 },
      { family: 'laplace', location: 0, scale: 1e45 },
    );
    expect(value).toBe(kl(laplace({ location: 1e240, scale: 1e-200 }), laplace({ scale: 1e45 })).value);
  });

  it('places farther apart than the range of doubles are as near as their scales say: those pairs were ∞', () => {
    const [left, right] = [
      { location: -1e308, scale: 1e308 },
      { location: 1e308, scale: 1e308 },
    ];
    const [p, q] = [normal({ mean: -1e308, std: 1e308 }), normal({ mean: 1e308, std: 1e308 })];
    const lines: readonly (readonly [families.AnyDistribution, families.AnyDistribution, number, number])[] = [
      [p, laplace(right), 1.2911900525889317, 1e-10],
      [p, gumbel(right), 8.763555427498801, 1e-10],
      [laplace({ location: -1e308, scale: 1e307 }), q, 3.538376445638773, 1e-10],
      [p, cauchy(right), 1.2636552618387376, 1e-11],
      [logistic(left), logistic(right), 0.6260705709986626, 1e-11],
      [studentT({ degreesOfFreedom: 3, ...left }), studentT({ degreesOfFreedom: 4, ...right }), 1.1547789334888374, 1e-11],
    ];
    for (const [a, b, exact, most] of lines) {
      const { value, errorBound } = kl(a, b);
      expect(Math.abs(value - exact), `${a.family} ‖ ${b.family}: ${value}`).toBeLessThanOrEqual(errorBound);
      expect(errorBound).toBeLessThan(most);
    }
    const cross = crossEntropy(p, q);
    expect(Math.abs(cross.value - 712.6151471753708)).toBeLessThanOrEqual(cross.errorBound);
    const { gradient } = families.klWithGradient(p, q);
    expect(gradient.p).toEqual({ mean: -2e-308, std: 0 });
    expect(gradient.q).toEqual({ mean: 2e-308, std: -4e-308 });
    expect(families.klBatch({ family: 'laplace', location: [-1e308], scale: 1e308 }, { family: 'laplace', ...right })[0]).toBe(
      kl(laplace(left), laplace(right)).value,
    );
  });

  it('entropies far out: Student’s t goes over to the normal distribution, ratios of parameters may be beyond the range', () => {
    const far = entropy(studentT({ degreesOfFreedom: 1e290, scale: 0.5 }));
    expect(Math.abs(far.value - 0.7257913526447274)).toBeLessThanOrEqual(far.errorBound);
    const ratio = entropy(weibull({ shape: 1e250, scale: 1e-250 }));
    expect(Math.abs(ratio.value - (1 + 0.5772156649015329 - 500 * Math.LN10))).toBeLessThanOrEqual(ratio.errorBound);
  });

  it('Infinity by means does not claim that a mean is infinite where it may only be large', () => {
    expect(kl(weibull({ shape: 0.004, scale: 1 }), normal()).why).toMatch(/beyond the range of doubles/);
    expect(kl(cauchy({ scale: 0.002 }), gumbel({ location: -2, scale: 0.002 })).value).toBe(Infinity);
  });

  it.each([1, 0.1, 49, 1e-300])('e^(−x/b) has no mean under a scale of b: 49·(1/49) is below 1 (%o)', (scale) => {
    expect(kl(laplace({ scale }), gumbel({ scale })).value).toBe(Infinity);
    expect(kl(logistic({ scale }), gumbel({ scale })).value).toBe(Infinity);
  });

  it('densities of shapes far apart keep the digits of log B, of which log Γ(10⁸) would be all roundings', () => {
    const { value, errorBound } = crossEntropy(
      continuousBernoulli({ p: 0.9999946608565509 }),
      beta({ alpha: 1e8, beta: 0.513871342267627 }),
    );
    expect(Math.abs(value - 9070929.112266442), String(value)).toBeLessThanOrEqual(errorBound);
    expect(Math.abs(value - 9070929.112266442)).toBeLessThanOrEqual(1e-15 * value); // 9.5e-15 before
  });

  it('a sample where a density is 0 is said to be there; one where it is only small is not', () => {
    for (const q of [gamma({ shape: 30, rate: 1 }), logNormal({ logMean: 0, logStd: 1 }), beta({ alpha: 2, beta: 2 })])
      expect(crossEntropy(samples([0, 0.5]), q)).toMatchObject({ value: Infinity, supportViolation: { from: 0, to: 0 } });
    for (const x of [0.5, 3]) {
      const { value, supportViolation, why } = crossEntropy(samples([x]), normal({ std: 1e-200 }));
      expect({ value, supportViolation, why }).toEqual({
        value: Infinity,
        supportViolation: undefined,
        why: expect.stringMatching(/range/),
      });
    }
  });

  it('entropies whose terms nearly cancel are off by the roundings of the terms, and say so', () => {
    for (const [p, exact] of [
      [gamma({ shape: 0.0014796436982463174, rate: 3.392738255236148e-294 }), 6.842647433451608],
      [inverseGamma({ shape: 0.0023031774774669783, scale: 3.021648598169219e-189 }), 7.749197874955134],
      [logNormal({ logMean: -592.24834, logStd: 1.6225047554476045e257 }), 1.418938533204673],
      [weibull({ shape: 1.6225047554476045e257, scale: 1.6225047554476045e257 }), 1.577215664901533],
    ] as const) {
      const { value, errorBound } = entropy(p);
      expect(Math.abs(value - exact), `${p.family}: ${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
      expect(errorBound).toBeLessThanOrEqual(1e-11);
    }
  });

  it('cross-entropies within one family go by the divergence where means would cancel', () => {
    for (const [p, q, exact] of [
      [gumbel({ location: 1e16, scale: 12.514194816450274 }), gumbel({ location: 1e16, scale: 12.514194816450274 }), 4.104079250236523],
      [gamma({ shape: 1e8, rate: 1.513932128524869 }), gamma({ shape: 1e8, rate: 1.513932128524869 }), 10.214568577080938],
      [gumbel({ location: -1e300, scale: 0.909 }), gumbel({ location: -1e300, scale: 0.909 }), 1.4818054800968745],
      [weibull({ shape: 7.090937524672487, scale: 1e100 }), weibull({ shape: 1e-8, scale: 1e-300 }), 249.59778816065912],
      // And by means where the entropy and the divergence would.
      [gamma({ shape: 1e-8, rate: 0.6772019851659046 }), exponential({ rate: 0.47272985582180777 }), 0.7492311899681132],
    ] as const) {
      const { value, errorBound } = crossEntropy(p, q);
      expect(Math.abs(value - exact), `${value}, expected ${exact}`).toBeLessThanOrEqual(errorBound);
      expect(errorBound).toBeLessThanOrEqual(1e-11);
    }
  });
});
