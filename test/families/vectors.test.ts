import { describe, expect, it } from 'vitest';
import {
  type AnyDistribution,
  beta,
  binomial,
  categorical,
  chi,
  chiSquare,
  crossEntropy,
  dirichlet,
  entropy,
  gamma,
  geometric,
  inverseGamma,
  kl,
  klWithGradient,
  logNormal,
  multinomial,
  multivariateNormal,
  normal,
  poisson,
  poissonBinomial,
  samples,
  uniform,
  weibull,
  wishart,
} from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(71);
const within = (found: { value: number; errorBound: number }, exact: number) =>
  expect(Math.abs(found.value - exact), `${found.value} ± ${found.errorBound}, expected ${exact}`).toBeLessThanOrEqual(found.errorBound);
const S = [2, 0.3, 0.3, 1];
const hilbert = (d: number) => Array.from({ length: d * d }, (_, k) => 1 / (Math.floor(k / d) + (k % d) + 1));

describe('law 1: right by construction', () => {
  // Digits by mpmath. log Γ of the sum and of its largest part agree in all digits but a few.
  it.each([
    [[1e-5, 1e-5, 1e5], [1e-5, 1e-5, 2e5], 6.137106388009415e-6],
    [[1e-12, 1e-12, 3], [1e-12, 1e-12, 2], 2.1013186630335535e-13],
    [[1e-15, 1, 1], [1e-15, 1, 1.0001], 4.999666691663568e-9],
    [[1e-15, 1e-15, 1e8], [1e-15, 1e-15, 1e8 + 1], 1.0000000033333333e-31],
    [[1e-9, 0.3, 1e-6, 1e10], [3e-9, 0.3, 1e-6, 1e10 + 2], 0.9013877113318902],
  ])('Dirichlet keeps its digits where entries are small beside one: %j ‖ %j', (a, b, exact) => {
    for (const turn of [(x: number[]) => x, (x: number[]) => [...x].reverse()]) {
      const found = kl(dirichlet({ concentration: turn(a) }), dirichlet({ concentration: turn(b) }));
      expect(Math.abs(found.value / exact - 1)).toBeLessThan(1e-13);
    }
  });

  it(`Dirichlet distributions of many small entries are as those of sums say (seed ${seed})`, () => {
    // A share split in two by a beta distribution of its own: KL is the sum of both.
    const rng = createRng(seed);
    for (let i = 0; i < 40; i++) {
      const draw = () => Array.from({ length: 2 + rng.below(8) }, () => 10 ** (6 * rng.fine() - 5));
      const a = draw();
      const b = a.map((x) => x * (1 + 10 ** (-6 * rng.fine()) * (rng.fine() - 0.5)));
      const merged = (x: number[]) => [(x[0] as number) + (x[1] as number), ...x.slice(2)];
      const of = (x: number[]) => dirichlet({ concentration: x });
      const split = kl(of(a.slice(0, 2)), of(b.slice(0, 2)));
      const rest = a.length === 2 ? { value: 0, errorBound: 0 } : kl(of(merged(a)), of(merged(b)));
      const sum = split.value + rest.value;
      // Sums of two entries are rounded: by slopes of the divergence in relative terms, √(2·KL·Σα).
      const off = 4 * 2 ** -53 * Math.sqrt(2 * sum * (1 + a.reduce((x, y) => x + y, 0)));
      const found = kl(of(a), of(b));
      expect(Math.abs(found.value - sum), `${a} ‖ ${b}`).toBeLessThanOrEqual(found.errorBound + split.errorBound + rest.errorBound + off);
    }
  });

  // Digits by mpmath.
  it.each([
    [[3, 5, 2], [0.3, 0.5, 0.2000001], 1.9999991995602215e-14],
    [[1e-200, 2e-200], [1e200, 2.00000001e200], 2.7777777428363076e-18],
  ])('shares keep their digits on whatever scale they are given: %j ‖ %j', (p, q, exact) => {
    within(kl(categorical({ probabilities: p }), categorical({ probabilities: q })), exact);
    within(kl(multinomial({ n: 4, probabilities: p }), multinomial({ n: 4, probabilities: q })), 4 * exact);
    expect(kl(categorical({ probabilities: [...p, 1] }), categorical({ probabilities: [...q, 0] })).value).toBe(Infinity);
  });

  it('shares below the range of doubles are shares, and no holes', () => {
    // log(2·10⁴⁰⁰)/2 − ½·log 2: q's first share is 1e-400, and p was said to have mass at −1, where q had none.
    const [p, q] = [
      [1, 1],
      [1e-200, 1e200],
    ] as const;
    within(kl(categorical({ probabilities: p }), categorical({ probabilities: q })), 459.8238714182493);
    within(kl(multinomial({ n: 3, probabilities: p }), multinomial({ n: 3, probabilities: q })), 3 * 459.8238714182493);
    within(crossEntropy(categorical({ probabilities: p }), categorical({ probabilities: q })), 460.5170185988092);
    // Of sums that differ by 1e-14 the rounding is all that is left where one share is next to all.
    within(
      kl(
        categorical({ probabilities: [1.763168804810837e119, 4.1357263994210775e-108, 5.799333774890297e-54] }),
        categorical({ probabilities: [1.7631688048108535e119, 4.1357263994210775e-108, 5.799333774890297e-54] }),
      ),
      0,
    );
    // A share of 7.4e-316 has six digits.
    const [wide, slim] = [
      [0, 9.753293234389276e149, 2.2089227940887214e149],
      [1, 9.753293234389277e144, 7.206378331145138e-171],
    ] as const;
    within(kl(categorical({ probabilities: wide }), categorical({ probabilities: slim })), 133.5128262886104);
    // An entry of 5e258 beside 7.8e-132 is beyond the range by its divergence, 6.4e389, not by its form.
    const beyond = kl(
      dirichlet({ concentration: [7.8e-132, 9.5e-215, 4e197, 2e-4] }),
      dirichlet({ concentration: [5e258, 3e139, 5e37, 3e-124] }),
    );
    expect(beyond).toMatchObject({ value: Infinity, why: 'the divergence is beyond the range of doubles' });
  });

  it('entropies of large parameters, and of covariances that are nearly singular, stay within their bound', () => {
    // Digits by mpmath.
    within(entropy(dirichlet({ concentration: [1e8, 1e8] })), -8.831122612111429);
    within(entropy(dirichlet({ concentration: Array(5).fill(1e4) })), -19.98751722108718);
    within(entropy(dirichlet({ concentration: [1e-8, 1e8] })), -99999999.57721563);
    // The next double above d − 1 is one that is above it, and was refused as none.
    within(
      entropy(wishart({ degreesOfFreedom: 3 + 2 ** -51, scale: Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)) })),
      -4503599627370445,
    );
    within(entropy(wishart({ degreesOfFreedom: 5, scale: S })), 7.781203242421553);
    within(entropy(wishart({ degreesOfFreedom: 1e6, scale: S })), 26.6438811468731);
    within(entropy(wishart({ degreesOfFreedom: 1e12, scale: S })), 47.36714931715226);
    within(entropy(wishart({ degreesOfFreedom: 10, scale: hilbert(8) })), -250.61157387425996);
    within(entropy(multivariateNormal({ mean: Array(8).fill(0), covariance: hilbert(8) })), -26.137705397487967);
    expect(entropy(dirichlet({ concentration: [1e8, 1e8] })).errorBound).toBeLessThan(1e-12);
  });

  // Digits by mpmath.
  it.each([
    [10, S, 10 + 1e-9, S, 5.875601706770493e-20],
    [10, S, 10.001, [2.0002, 0.3, 0.3, 1], 1.3851469122635286e-7],
    [1e6, S, 1e6 + 1, S, 5.00000583334e-7],
  ])('Wishart keeps its digits where the means nearly agree: %d, %j ‖ %d, %j', (n, scale, m, other, exact) => {
    within(kl(wishart({ degreesOfFreedom: n, scale }), wishart({ degreesOfFreedom: m, scale: other })), exact);
  });

  it('Wishart distributions that differ in their last digits have what slopes leave in the bound', () => {
    const near = (degreesOfFreedom: number, entry: number) => wishart({ degreesOfFreedom, scale: [entry] });
    const { value, errorBound } = kl(near(2.7287551927207194, 0.23004253117193188), near(2.7287551927230154, 0.23004253117297283));
    expect(Math.abs(value - 1.9862522532817954e-23)).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThanOrEqual(1e-8 * value);
  });

  it('a covariance put together from a factor has its rounding in the bound', () => {
    // Digits by mpmath.
    const [factor, diagonal] = [
      [1e4, 2e4, -3e4],
      [1, 2, 0.5],
    ];
    const found = kl(
      multivariateNormal({ mean: [0, 0, 0], factor, diagonal }),
      multivariateNormal({ mean: [0, 0, 0], factor, diagonal: [1, 2, 0.500001] }),
    );
    within(found, 2.0408155608561945e-14);
  });
});

describe('masses beyond the range of doubles', () => {
  it('are masses: Poisson-binomial distributions of equal trials are binomial ones', () => {
    const [n, p] = [2000, binomial({ n: 2000, p: 0.5 })];
    const equal = (share: number) => poissonBinomial({ probabilities: Array(n).fill(share) });
    for (const share of [0.01, 0.3, 0.997]) {
      const exact = kl(p, binomial({ n, p: share }));
      for (const left of [p, equal(0.5)]) {
        const found = kl(left, equal(share));
        expect(found.method).toBe('sum');
        expect(Math.abs(found.value - exact.value)).toBeLessThanOrEqual(found.errorBound + exact.errorBound);
      }
    }
    const tiny = kl(poissonBinomial({ probabilities: [0.5, 0.5, 1] }), poissonBinomial({ probabilities: [1e-200, 1e-300, 1] }));
    within(tiny, 517.0419251528203); // by mpmath
  });

  it('trials that are certain, or never succeed, leave none', () => {
    const found = kl(poissonBinomial({ probabilities: [0.5, 0.5] }), poissonBinomial({ probabilities: [1, 0.5] }));
    expect(found).toMatchObject({ value: Infinity, supportViolation: { from: 0, to: 0 } });
    expect(kl(poissonBinomial({ probabilities: [0, 0.3, 1] }), poissonBinomial({ probabilities: [0.3, 1, 0] })).value).toBe(0);
    expect(entropy(poissonBinomial({ probabilities: [1, 0] })).value).toBe(0);
  });

  // As SciPy's logpdf has it at the end of the support.
  it.each([
    [gamma({ shape: 1, rate: 2 }), -Math.LN2],
    [chiSquare({ degreesOfFreedom: 2 }), Math.LN2],
    [chi({ degreesOfFreedom: 1 }), Math.log(Math.PI / 2) / 2],
    [weibull({ shape: 1, scale: 3 }), Math.log(3)],
    [beta({ alpha: 1, beta: 4 }), -Math.log(4)],
    [gamma({ shape: 2, rate: 2 }), Infinity],
    [gamma({ shape: 20, rate: 2 }), Infinity],
    [chi({ degreesOfFreedom: 30 }), Infinity],
    [inverseGamma({ shape: 1, scale: 2 }), Infinity],
    [inverseGamma({ shape: 10, scale: 2 }), Infinity],
    [logNormal({ logMean: 0, logStd: 1 }), Infinity],
    [beta({ alpha: 15, beta: 14 }), Infinity],
    [gamma({ shape: 0.5, rate: 2 }), -Infinity],
    [beta({ alpha: 0.5, beta: 14 }), -Infinity],
  ])('a sample at 0 is as likely as the density says: %o, %d', (q, expected) => {
    const found = crossEntropy(samples([0]), q);
    if (Number.isFinite(expected)) within(found, expected);
    else expect([found.value, found.why !== undefined]).toEqual([expected, true]);
  });

  // Digits by mpmath.
  it.each([
    [100010000, gamma({ shape: 1e8, rate: 1 }), 10.62934557018099],
    [1.001, gamma({ shape: 1e6, rate: 1e6 }), -5.4881502456443245],
    [2.001e6, chiSquare({ degreesOfFreedom: 2e6 }), 8.645299300073825],
    [1415, chi({ degreesOfFreedom: 2e6 }), 1.1912905104882934],
    [1.001, inverseGamma({ shape: 1e6, scale: 1e6 }), -5.488483079576992],
    [0.2501, beta({ alpha: 1e6, beta: 3e6 }), -7.412037764708458],
    [0.25, beta({ alpha: 10, beta: 30 }), -1.753464462213318],
  ])('densities of large parameters keep their digits at a sample: %d, %o', (x, q, exact) => {
    within(crossEntropy(samples([x]), q), exact);
  });

  it('a table without mass between its ends has none for what is beyond the range of doubles', () => {
    const gap = Float64Array.from({ length: 2001 }, (_, i) => (i === 5 ? 0 : 1));
    expect(kl(binomial({ n: 2000, p: 0.5 }), categorical({ probabilities: gap }))).toMatchObject({
      value: Infinity,
      supportViolation: { from: 5, to: 5 },
    });
  });

  it('samples between whole numbers have no mass beside them, in cross-entropy as in KL', () => {
    const found = crossEntropy(samples([1, 1.5]), poisson({ rate: 2 }));
    expect(found).toMatchObject({ value: Infinity, supportViolation: { from: 1.5, to: 1.5 } });
    expect(kl(samples([1, 1.5]), poisson({ rate: 2 })).value).toBe(Infinity);
    expect(crossEntropy(samples([1, 1.5]), normal()).value).toBeLessThan(Infinity);
  });
});

describe('Poisson distributions of large rates', () => {
  it('have an entropy, and a cross-entropy, in closed form', () => {
    for (const rate of [1e4, 3e4, 2e5]) {
      const [p, q] = [poisson({ rate }), poisson({ rate: 1.01 * rate })];
      expect(entropy(p).method).toBe('closed-form');
      for (const of of [
        (method: 'closed-form' | 'sum') => entropy(p, { method }),
        (method: 'closed-form' | 'sum') => crossEntropy(p, q, { method }),
      ]) {
        const [closed, sum] = [of('closed-form'), of('sum')];
        expect(Math.abs(closed.value - sum.value)).toBeLessThanOrEqual(closed.errorBound + sum.errorBound);
      }
    }
    expect(entropy(poisson({ rate: 1e300 })).value).toBeCloseTo((1 + Math.log(2 * Math.PI) + 300 * Math.LN10) / 2, 12);
    expect(entropy(poisson({ rate: 100 })).method).toBe('sum');
  });
});

describe('where a divergence is infinite', () => {
  const far = (n: number) => multinomial({ n, probabilities: [1, 1] });
  it.each([
    [categorical({ probabilities: [1, 1, 1] }), categorical({ probabilities: [1, 1] })],
    [categorical({ probabilities: [1, 1] }), categorical({ probabilities: [1, 0] })],
    [far(3), far(4)],
  ] as const)('its gradient is NaN: %o, %o', (p, q) => {
    const { value, gradient } = klWithGradient(p, q);
    expect(value).toBe(Infinity);
    expect(gradient.p).toEqual({ probabilities: new Float64Array(p.probabilities.length).fill(NaN) });
    expect(gradient.q).toEqual({ probabilities: new Float64Array(q.probabilities.length).fill(NaN) });
  });

  it('cross-entropy is, whatever the entropy takes', () => {
    expect(crossEntropy(far(1e12), far(4))).toMatchObject({ value: Infinity, why: /add up to/ });
  });

  it('slopes of equal tiny concentrations are 0', () => {
    const p = dirichlet({ concentration: [1e-200, 1] });
    const { gradient } = klWithGradient(p, dirichlet({ concentration: [1e-200, 1] }));
    expect(gradient).toEqual({ p: { concentration: Float64Array.of(0, 0) }, q: { concentration: Float64Array.of(0, 0) } });
  });
});

describe('Monte Carlo', () => {
  it(`says how far it is off where q lies beyond the draws (seed ${seed})`, () => {
    const options = { method: 'monte-carlo', draws: 20_000, seed } as const;
    for (const mean of [1e-3, 0.5, 3, 5, 7, 10, 20]) {
      const found = kl(normal(), normal({ mean }), options);
      expect(Math.abs(found.value - (mean * mean) / 2), `${mean}: ${found.value} ± ${found.errorBound}`).toBeLessThanOrEqual(
        found.errorBound,
      );
    }
    // Their entropies have no closed form, and the form that does not cancel may be taken.
    for (const rate of [100 + 1e-6, 101, 150, 200, 400]) {
      const [p, q] = [poisson({ rate: 100 }), poisson({ rate })];
      const [found, exact] = [kl(p, q, options), kl(p, q).value];
      expect(Math.abs(found.value - exact), `${rate}: ${found.value} ± ${found.errorBound}`).toBeLessThanOrEqual(found.errorBound);
      if (rate < 101) expect(Math.abs(found.value / exact - 1)).toBeLessThan(0.05);
    }
    // Nearly all draws of p are where q has next to nothing: −log q is nearly constant, and what e^(−t) misses is 1.
    const flat = kl(poisson({ rate: 1e12 }), geometric({ p: 1e-12 }), options);
    expect(Math.abs(flat.value - 13.39657202476018)).toBeLessThanOrEqual(flat.errorBound); // by mpmath
  });

  it('refuses draws that doubles cannot tell apart, whose standard error would be 0', () => {
    expect(errorOf(() => kl(poisson({ rate: 1e300 }), geometric({ p: 1e-300 })))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'p',
      value: 'poisson',
    });
  });
});

describe('law 4: bad input gets one clear error', () => {
  const indefinite = [1, 2, 2, 1];
  const cases: readonly (readonly [string, () => unknown, object])[] = [
    [
      'a covariance that is none',
      () => entropy(multivariateNormal({ mean: [0, 0], covariance: indefinite })),
      { code: 'ERR_COVARIANCE', argument: 'p.covariance', value: -3 },
    ],
    [
      'one that is not symmetric',
      () => entropy(multivariateNormal({ mean: [0, 0], covariance: [1, 0.5, 0, 1] })),
      { code: 'ERR_COVARIANCE' },
    ],
    [
      'a scale that is none',
      () => entropy(wishart({ degreesOfFreedom: 3, scale: indefinite })),
      { code: 'ERR_COVARIANCE', argument: 'p.scale' },
    ],
    [
      'beside another',
      () => kl(wishart({ degreesOfFreedom: 3, scale: S }), wishart({ degreesOfFreedom: 3, scale: indefinite })),
      { code: 'ERR_COVARIANCE', argument: 'q.scale' },
    ],
    [
      'two scales',
      () => multivariateNormal({ mean: [0], std: [1], covariance: [1] } as never),
      { code: 'ERR_OPTION', argument: 'multivariateNormal.covariance' },
    ],
    ['no scale', () => multivariateNormal({ mean: [0] } as never), { code: 'ERR_OPTION', argument: 'multivariateNormal.std' }],
    [
      'an unknown name',
      () => categorical({ probabilities: [1], logits: [0] } as never),
      { code: 'ERR_OPTION', argument: 'categorical.logits', message: /is no parameter: expected one of probabilities$/ },
    ],
    ['nothing', () => (dirichlet as () => unknown)(), { code: 'ERR_DOMAIN', argument: 'dirichlet' }],
    ['null', () => normal(null as never), { code: 'ERR_DOMAIN', argument: 'normal' }],
    ['an entry that is no number', () => samples([1, null] as never), { code: 'ERR_DOMAIN', argument: 'samples[1]', value: null }],
    ['big integers', () => samples(new BigInt64Array(2) as never), { code: 'ERR_DOMAIN', argument: 'samples' }],
    [
      'a sum beyond the range',
      () => categorical({ probabilities: [1e308, 1e308] }),
      { code: 'ERR_DOMAIN', argument: 'categorical.probabilities', value: Infinity },
    ],
    [
      'concentrations whose ratios are beyond the range',
      () => kl(dirichlet({ concentration: [1e-300, 1e-300] }), dirichlet({ concentration: [1e300, 1e300] })),
      { code: 'ERR_DOMAIN', argument: 'p' },
    ],
    ['no distribution', () => kl(5n as never, normal()), { code: 'ERR_KIND', argument: 'p', value: 5n }],
    ['its constructor', () => kl(normal as never, normal()), { code: 'ERR_KIND', argument: 'p' }],
    [
      'ends the wrong way round',
      () => uniform({ low: 1, high: 0 }),
      { code: 'ERR_DOMAIN', argument: 'uniform', message: /got \{"family":"uniform","low":1,"high":0\}$/ },
    ],
  ];
  it.each(cases)('%s', (_, run, expected) => {
    const { message, ...rest } = expected as { message?: RegExp };
    const error = errorOf(run);
    expect(error).toMatchObject(rest);
    if (message !== undefined) expect((error as Error).message).toMatch(message);
  });

  it('a member spread with another parameter is one more', () => {
    const w = wishart({ degreesOfFreedom: 3, scale: S });
    expect(wishart({ ...w, degreesOfFreedom: 4 })).toMatchObject({ degreesOfFreedom: 4 });
    const all: readonly AnyDistribution[] = [
      categorical({ ...categorical({ probabilities: [1, 2] }) }),
      dirichlet({ ...dirichlet({ concentration: [1, 2] }) }),
    ];
    for (const p of all) expect(Object.isFrozen(p)).toBe(true);
  });
});
