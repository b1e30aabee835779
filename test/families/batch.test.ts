import { describe, expect, it } from 'vitest';
import {
  type AnyDistribution,
  bernoulli,
  exponential,
  gamma,
  kl,
  klBatch,
  type Members,
  normal,
  poisson,
} from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';
import { DENSITIES, MASSES } from './pairs.js';

const seed = seedOr(62);

/** Members of a family as arrays. */
function gather(members: readonly AnyDistribution[]): Members {
  const first = members[0] as unknown as Record<string, number>;
  const arrays = Object.keys(first)
    .filter((name) => name !== 'family')
    .map((name) => [name, Float64Array.from(members, (member) => (member as unknown as Record<string, number>)[name] as number)]);
  return { family: first['family'] as unknown as string, ...Object.fromEntries(arrays) };
}

describe('klBatch', () => {
  it(`gives what kl() gives pair by pair, on kernels, in loops, by views and without closed form (seed ${seed})`, () => {
    const rng = createRng(seed);
    const all = { ...DENSITIES, ...MASSES };
    const names = Object.keys(all).filter((name) => name !== 'categorical');
    const across = [
      ['exponential', 'gamma'],
      ['chiSquare', 'gamma'],
      ['normal', 'laplace'],
      ['normal', 'cauchy'],
      ['uniform', 'beta'],
      ['binomial', 'poisson'],
    ] as const;
    for (const [a, b] of [...names.map((name) => [name, name] as const), ...across]) {
      const make = (name: string) => Array.from({ length: 6 }, () => (all[name] as (typeof all)[string])(rng));
      const [left, right] = [make(a), make(b)];
      const values = klBatch(gather(left), gather(right));
      for (const [i, value] of values.entries()) {
        const alone = kl(left[i] as AnyDistribution, right[i] as AnyDistribution).value;
        if (alone === Infinity) expect(value).toBe(Infinity);
        else expect(Math.abs(value - alone), `${a} ‖ ${b}`).toBeLessThanOrEqual(1e-13 * alone);
      }
    }
  });

  it(`on kernels, gives what kl() gives at zeros, ones, far out and close together, over several blocks (seed ${seed})`, () => {
    const rng = createRng(seed);
    const size = 20_000;
    const rate = () => (rng.uniform() < 0.01 ? 0 : 10 ** (6 * rng.uniform() - 3));
    const makers = {
      poisson: { name: 'rate', make: poisson, draw: rate, far: 1e200 },
      exponential: { name: 'rate', make: exponential, draw: () => rate() || 1, far: 1e-250 },
      bernoulli: {
        name: 'p',
        make: bernoulli,
        draw: () => [0, 1, rng.uniform(), rng.uniform() ** 20, 1 - rng.uniform() ** 20][rng.bits() % 5] as number,
        far: 1e-200,
      },
    };
    for (const [family, { name, make, draw, far }] of Object.entries(makers)) {
      for (const isFar of [false, true]) {
        const p = Float64Array.from({ length: size }, draw);
        const q = p.map((x) => (rng.uniform() < 0.4 ? x * (1 - 10 ** (-16 * rng.uniform())) : draw()));
        if (family === 'exponential') for (let i = 0; i < size; i++) q[i] = q[i] || 1;
        if (isFar) p[size - 5] = far;
        const values = klBatch({ family, [name]: p }, { family, [name]: q });
        for (let i = isFar ? size - 40 : 0; i < size; i += isFar ? 1 : 37) {
          const alone = kl(make({ [name]: p[i] } as never), make({ [name]: q[i] } as never)).value;
          if (alone === Infinity) expect(values[i]).toBe(Infinity);
          else expect(Math.abs((values[i] as number) - alone), `${family} ${p[i]} ‖ ${q[i]}`).toBeLessThanOrEqual(128 * 2 ** -53 * alone);
        }
      }
    }
    // Far apart, where p − q and (1 − q) − (1 − p) fall on different sides of a tie: neither knows more of φ(1 − p, 1 − q) than its own two numbers.
    const [tiny, nearOne] = [2 ** -54, 1 - 2 ** -53];
    const far = kl(bernoulli({ p: tiny }), bernoulli({ p: nearOne })).value;
    const [batched] = klBatch({ family: 'bernoulli', p: [tiny] }, { family: 'bernoulli', p: [nearOne] });
    expect(Math.abs((batched as number) - far)).toBeLessThanOrEqual(128 * 2 ** -53 * far);
    const p = new Float64Array(size).fill(0.5);
    p[size - 1] = 1.5;
    const out = new Float64Array(size).fill(7);
    expect(errorOf(() => klBatch({ family: 'bernoulli', p }, { family: 'bernoulli', p: 0.25 }, { out }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'p.p',
      row: size - 1,
      value: 1.5,
    });
    expect(out.every((x) => x === 7)).toBe(true);
    expect(errorOf(() => klBatch({ family: 'normal', mean: 0, std: p }, { family: 'normal', std: [1, -2] }, { out }))).toMatchObject({
      code: 'ERR_SHAPE',
    });
    expect(
      errorOf(() => klBatch({ family: 'logNormal', logMean: 0, logStd: [1, -2] }, { family: 'logNormal', logMean: 0, logStd: 1 })),
    ).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'p.logStd',
      row: 1,
      value: -2,
    });
    expect(errorOf(() => klBatch({ family: 'normal', std: [1, -2] }, { family: 'normal' }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'p.std',
      row: 1,
      value: -2,
    });
  });

  it('refuses what is no number, arrays of different lengths, empty ones and unknown options, alike in every family, and leaves out untouched', () => {
    // The divergence of exponential distributions is that of rates the other way round.
    const rate = Float64Array.of(1, 2);
    expect(errorOf(() => klBatch({ family: 'exponential', rate: 1 }, { family: 'exponential', rate }, { out: rate })).message).toContain(
      '"q.rate"',
    );
    const families = {
      normal: ['mean', 'std'],
      gamma: ['shape', 'rate'],
      beta: ['alpha', 'beta'],
      laplace: ['location', 'scale'],
      weibull: ['shape', 'scale'],
      cauchy: ['location', 'scale'],
      logistic: ['location', 'scale'],
    };
    for (const [family, [first, second]] of Object.entries(families) as [string, [string, string]][]) {
      const q = { family, [first]: 1, [second]: 1 };
      const out = new Float64Array(3).fill(7);
      const error = (one: unknown, two: unknown, options: unknown = { out }) =>
        errorOf(() => klBatch({ family, [first]: one, [second]: two } as Members, q as Members, options as { out: Float64Array }));
      expect(error([1], [1, 2, 3])).toMatchObject({ code: 'ERR_SHAPE', argument: `p.${first}`, value: 1 });
      expect(error([1, 2, 3], Float64Array.of(1))).toMatchObject({ code: 'ERR_SHAPE', argument: `p.${second}`, value: 1 });
      expect(errorOf(() => klBatch({ ...q, [first]: [1, 2, 3] }, { ...q, [second]: [1] }, { out }))).toMatchObject({
        code: 'ERR_SHAPE',
        argument: `q.${second}`,
      });
      const same = Float64Array.of(1, 2, 3);
      expect(error(1, same, { out: same })).toMatchObject({ code: 'ERR_OUT', message: expect.stringContaining(`"p.${second}"`) });
      expect(same).toEqual(Float64Array.of(1, 2, 3));
      expect(error([], [])).toMatchObject({ code: 'ERR_EMPTY', argument: `p.${first}` });
      for (const wrong of [null, true, '7', []])
        expect(error([1, wrong, 1], 1)).toMatchObject({ code: 'ERR_DOMAIN', argument: `p.${first}`, row: 1, value: wrong });
      expect(error([1, 2, 3], [1, 2, NaN])).toMatchObject({ code: 'ERR_DOMAIN', argument: `p.${second}`, row: 2 });
      for (const options of [{ out, base: 2 }, { oot: 1 }, 5, null]) expect(error(1, 1, options)).toMatchObject({ code: 'ERR_OPTION' });
      expect([...out]).toEqual([7, 7, 7]);
      expect(klBatch({ family, [first]: [1], [second]: [2] }, { family, [first]: [1], [second]: [2] })).toEqual(Float64Array.of(0));
    }
  });

  it('what parameters may be beside each other is looked at, whatever the other side is', () => {
    const low = { family: 'uniform', low: [0, 1, 0], high: [1, 0, 2] };
    const large = { family: 'beta', alpha: [1, 1e308], beta: [2, 1e308] };
    for (const [p, q, place] of [
      [low, low, { argument: 'p', row: 1, value: '1, 0' }],
      [low, { family: 'normal' }, { argument: 'p', row: 1 }],
      [{ family: 'uniform', low: 1, high: 2 }, low, { argument: 'q', row: 1 }],
      [{ family: 'uniform', low: 3, high: 2 }, { family: 'normal' }, { argument: 'p' }],
      [large, large, { argument: 'p', row: 1 }],
      [large, { family: 'uniform' }, { argument: 'p', row: 1 }],
    ] as const) {
      const out = new Float64Array(3).fill(7);
      expect(errorOf(() => klBatch(p, q, { out }))).toMatchObject({ code: 'ERR_DOMAIN', ...place });
      expect([...out]).toEqual([7, 7, 7]);
    }
  });

  it('a number serves every pair, and out is complete or untouched', () => {
    const shape = Float64Array.of(1, 2, 3);
    const out = new Float64Array(4).fill(7);
    expect(klBatch({ family: 'gamma', shape, rate: 1 }, { family: 'gamma', shape: 2, rate: 1 }, { out })).toBe(out);
    for (const [i, given] of [1, 2, 3].entries()) {
      const alone = kl(gamma({ shape: given, rate: 1 }), gamma({ shape: 2, rate: 1 })).value;
      expect(Math.abs((out[i] as number) - alone)).toBeLessThanOrEqual(1e-13 * alone);
    }
    expect(out[3]).toBe(7);
    expect(klBatch({ family: 'normal', std: [1, 2] }, { family: 'normal' })[1]).toBe(kl(normal({ std: 2 }), normal()).value);
    out.fill(7);
    const wrong = errorOf(() => klBatch({ family: 'gamma', shape: [1, 2, -3], rate: 1 }, { family: 'gamma', shape: 2, rate: 1 }, { out }));
    expect(wrong).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.shape', row: 2, value: -3 });
    expect([...out]).toEqual([7, 7, 7, 7]);
    expect(errorOf(() => klBatch({ family: 'gamma', shape, rate: [1, 2] }, { family: 'gamma', shape: 2, rate: 1 }))).toMatchObject({
      code: 'ERR_SHAPE',
    });
    expect(errorOf(() => klBatch({ family: 'gama' }, { family: 'gamma' }))).toMatchObject({ code: 'ERR_KIND', argument: 'p' });
    expect(errorOf(() => klBatch({ family: 'normal', sigma: 1 }, { family: 'normal' }))).toMatchObject({
      code: 'ERR_OPTION',
      argument: 'p.sigma',
    });
    expect(errorOf(() => klBatch({ family: 'normal' }, { family: 'normal' }, { out: new Float64Array(0) }))).toMatchObject({
      code: 'ERR_OUT',
    });
  });

  it('takes typed arrays of every width', () => {
    const expected = klBatch({ family: 'binomial', n: [1, 2], p: 0.5 }, { family: 'binomial', n: [1, 2], p: 0.25 });
    for (const make of [Uint8Array, Int16Array, Uint32Array, Float32Array]) {
      const n = make.of(1, 2);
      expect(klBatch({ family: 'binomial', n, p: 0.5 }, { family: 'binomial', n, p: 0.25 })).toEqual(expected);
    }
    const n = BigInt64Array.of(1n, 2n) as never;
    expect(errorOf(() => klBatch({ family: 'binomial', n, p: 0.5 }, { family: 'binomial', n: 1, p: 0.25 }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'p.n',
    });
  });
});
