import { describe, expect, it } from 'vitest';
import {
  bald,
  betaBinomialGain,
  committeeScores,
  diverseBatch,
  type Ensemble,
  expectedLabelEffect,
  linearGaussianGain,
  TopK,
} from '../../src/applications/activeLearning.js';
import { createCore, logits, matrix, multiwayJensenShannonDivergence, SurprisalError } from '../../src/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);

function draw(candidates: number, members: number, classes: number, spread = 1.5): Ensemble {
  const rng = createRng(seed);
  const scores = Float64Array.from({ length: candidates * members * classes }, () => spread * rng.normal());
  return { data: logits.softmax(matrix(scores, candidates * members, classes)).data, shape: [candidates, members, classes] };
}

describe(`BALD and the committee (seed ${seed})`, () => {
  it('is the weighted Jensen–Shannon divergence of the members, candidates over several blocks', () => {
    const ensemble = draw(2000, 7, 11);
    const weights = [1, 2, 3, 4, 0, 1, 2];
    const [candidates, members, classes] = ensemble.shape;
    const scores = bald(ensemble, { weights });
    for (let c = 0; c < candidates; c += 97) {
      const rows = Array.from({ length: members }, (_, m) => {
        const at = (c * members + m) * classes;
        return Float64Array.from({ length: classes }, (_, k) => ensemble.data[at + k] as number);
      });
      const expected = multiwayJensenShannonDivergence(rows, { weights });
      expect(Math.abs((scores[c] as number) / expected - 1)).toBeLessThan(64 * 2 ** -53);
    }
  });

  it('is exactly 0 for equal members, and relatively right for nearly equal ones', () => {
    const row = [0.1, 0.2, 0.7];
    expect(bald({ data: Float64Array.from([row, row, row].flat()), shape: [1, 3, 3] })[0]).toBe(0);
    const near = [0.1 * (1 + 1e-9), 0.2, 0.7 - 1e-10];
    const expected = multiwayJensenShannonDivergence([row, near]);
    const [value] = bald({ data: Float64Array.from([row, near].flat()), shape: [1, 2, 3] });
    expect(expected).toBeGreaterThan(0);
    expect(Math.abs((value as number) / expected - 1)).toBeLessThan(64 * 2 ** -53);
  });

  it('has one information gain, to its last digit, beside the other scores', () => {
    const near = draw(30, 4, 3);
    for (let i = 12; i < near.data.length; i++) near.data[i] = (near.data[i % 3] as number) * (1 + 1e-9 * (near.data[i] as number));
    for (const options of [{}, { weights: [1, 0, 2, 3] }, { as: 'logits' as const }])
      expect(committeeScores(near, options).informationGain).toEqual(bald(near, options));
  });

  it('is right in single floats, whether members nearly agree, are of other masses, or neither', () => {
    const [members, classes] = [6, 9];
    const rng = createRng(seed);
    const spreads = [1, 1e-2, 1e-4, 3e-6, 1e-7, 0];
    const candidates = 40 * spreads.length;
    const data = new Float32Array(candidates * members * classes);
    for (let c = 0; c < candidates; c++) {
      const common = Float64Array.from({ length: classes }, () => rng.normal());
      for (let m = 0; m < members; m++) {
        const scores = common.map((x) => x + (spreads[c % spreads.length] as number) * rng.normal());
        const mass = c % 4 === 0 ? 1 + m : 1;
        data.set(
          (logits.softmax(scores) as Float64Array).map((x) => x * mass),
          (c * members + m) * classes,
        );
      }
    }
    const scores = bald({ data, shape: [candidates, members, classes] });
    for (let c = 0; c < candidates; c++) {
      const rows = Array.from({ length: members }, (_, m) => data.slice((c * members + m) * classes, (c * members + m + 1) * classes));
      const expected = multiwayJensenShannonDivergence(rows);
      if (expected === 0) expect(scores[c]).toBe(0);
      else expect(Math.abs((scores[c] as number) / expected - 1), `candidate ${c}: ${expected}`).toBeLessThan(2 ** -19);
    }
  });

  it('is what separates the entropies, for members far apart', () => {
    const ensemble = draw(50, 5, 4);
    const { informationGain, predictiveEntropy, expectedEntropy, maxConsensusKl, voteEntropy } = committeeScores(ensemble);
    for (const [c, gain] of informationGain.entries()) {
      const difference = (predictiveEntropy[c] as number) - (expectedEntropy[c] as number);
      expect(Math.abs(gain - difference)).toBeLessThan(16 * 2 ** -53 * Math.log(4));
      expect(maxConsensusKl[c]).toBeGreaterThanOrEqual(gain);
      expect(voteEntropy[c]).toBeLessThanOrEqual(Math.log(4));
    }
  });

  it.each([
    [1e-200, 1e200],
    [1e200, 1e-200],
    [1e307, 1e307],
    [5e-324, 1e308 / 4],
    [1, Number.MAX_VALUE / 4],
    [5e-324, 5e-324],
  ])('is the same for masses of any size: %d and %d', (a, b) => {
    const of = (a: number, b: number): Ensemble => ({ data: Float64Array.of(a, 2 * a, 3 * b, b), shape: [1, 2, 2] });
    const [scores, expected] = [committeeScores(of(a, b)), committeeScores(of(1, 1))];
    for (const name of Object.keys(expected) as (keyof typeof expected)[])
      expect((scores[name][0] as number) / (expected[name][0] as number)).toBeCloseTo(1, 13);
    const [effect, usual] = [of(a, b), of(1, 1)].map((ensemble) => expectedLabelEffect(ensemble)[0] as number) as [number, number];
    expect(effect / usual).toBeCloseTo(1, 13);
  });

  it('takes logits, and gives the same bits on either backend', () => {
    const ensemble = draw(40, 3, 5);
    const scores = (['wasm', 'js'] as const).map((backend) => committeeScores(ensemble, { as: 'logits', core: createCore({ backend }) }));
    expect(scores[0]).toEqual(scores[1]);
  });

  it('names candidate, column and value of a bad entry', () => {
    const ensemble = draw(2000, 7, 11);
    ensemble.data[(1500 * 7 + 2) * 11 + 4] = -1;
    expect(() => bald(ensemble)).toThrow(
      expect.objectContaining({ code: 'ERR_DOMAIN', argument: 'ensemble', row: 1500, column: 4, value: -1 }),
    );
    const logitsOf = (): Ensemble => ({ data: Float64Array.from({ length: 80_000 }, (_, i) => i % 3), shape: [20_000, 2, 2] });
    const [sound, faulty] = [logitsOf(), logitsOf()];
    faulty.data[19_000 * 4 + 3] = Number.NaN; // member 1, column 1, in the second block
    for (const as of ['logits', 'probabilities'] as const) {
      const ofTargets = () => expectedLabelEffect({ data: sound.data.slice(0, 4), shape: [1, 2, 2] }, { as, targets: faulty });
      for (const call of [
        () => bald(faulty, { as }),
        () => committeeScores(faulty, { as }),
        () => expectedLabelEffect(faulty, { as }),
        ofTargets,
      ]) {
        const argument = call === ofTargets ? 'targets' : 'ensemble';
        const error = errorOf(call);
        expect(error).toMatchObject({ code: 'ERR_DOMAIN', argument, row: 19_000, column: 1, value: Number.NaN });
        expect(error.message).toMatch(new RegExp(`^"${argument}" candidate 19000 member 1, column 1 expected a finite number`));
      }
    }
    expect(() => bald({ data: new Float64Array(5), shape: [1, 2, 3] })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(() => bald(draw(1, 2, 2), { weights: [0, 0] })).toThrow(SurprisalError);
    expect(errorOf(() => bald(draw(1, 2, 2), { weights: '11' as never }))).toMatchObject({ code: 'ERR_OPTION', argument: 'weights' });
    const words = ['1', '1'] as never;
    expect(errorOf(() => bald(draw(1, 2, 2), { weights: words }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'weights', column: 0 });
  });
});

describe(`what a label would do to predictions (seed ${seed})`, () => {
  /** I(y; y*) straight from the joint distribution. */
  function mutual(p: Ensemble, c: number, q: Ensemble, t: number): number {
    const members = p.shape[1];
    const at = ({ data, shape }: Ensemble, i: number, m: number, k: number) => data[(i * members + m) * shape[2] + k] as number;
    let sum = 0;
    for (let y = 0; y < p.shape[2]; y++) {
      for (let z = 0; z < q.shape[2]; z++) {
        let [joint, left, right] = [0, 0, 0];
        for (let m = 0; m < members; m++) {
          joint += (at(p, c, m, y) * at(q, t, m, z)) / members;
          left += at(p, c, m, y) / members;
          right += at(q, t, m, z) / members;
        }
        sum += joint * Math.log(joint / (left * right));
      }
    }
    return sum;
  }

  it('is the mutual information of the two labels, on the candidate and over targets', () => {
    const [pool, targets] = [draw(6, 5, 3), draw(4, 5, 7)];
    const own = expectedLabelEffect(pool);
    const others = expectedLabelEffect(pool, { targets });
    const most = bald(pool);
    for (let c = 0; c < 6; c++) {
      expect((own[c] as number) / mutual(pool, c, pool, c)).toBeCloseTo(1, 12);
      const expected = [0, 1, 2, 3].reduce((sum, t) => sum + mutual(pool, c, targets, t) / 4, 0);
      expect((others[c] as number) / expected).toBeCloseTo(1, 12);
      expect(own[c]).toBeLessThanOrEqual(most[c] as number);
    }
  });

  it('keeps to its bound where members nearly agree: KL of ½ ± 2δ² from ½, which is 8δ⁴·(1 + 8δ⁴/3 + …)', () => {
    for (const delta of [2 ** -8, 2 ** -16, 2 ** -24, 2 ** -32]) {
      const [up, down] = [0.5 + delta, 0.5 - delta];
      const [value] = expectedLabelEffect({ data: Float64Array.of(up, down, down, up), shape: [1, 2, 2] });
      const expected = 8 * delta ** 4 * (1 + (8 * delta ** 4) / 3);
      expect(Math.abs((value as number) - expected)).toBeLessThan(64 * 2 ** -53 * (expected + Math.sqrt(expected)) + 64 * 2 ** -106);
    }
  });

  it('is exactly 0 where members agree, and takes impossible labels', () => {
    const same: Ensemble = { data: Float64Array.of(0.25, 0.75, 0.25, 0.75, 1, 0, 1, 0), shape: [2, 2, 2] };
    expect([...expectedLabelEffect(same)]).toEqual([0, 0]);
    expect(() => expectedLabelEffect(same, { targets: draw(1, 3, 2) })).toThrow(expect.objectContaining({ argument: 'targets' }));
  });
});

describe('designs with a closed form', () => {
  it('keep the digits of small gains', () => {
    expect(linearGaussianGain([1], 1, [1], 1)).toBe(Math.log(2) / 2);
    expect(linearGaussianGain([1e-9, 0, 0, 1e-9], 2, [1, 0, 0, 1], 1) / 1e-18).toBeCloseTo(1, 14);
    expect(() => linearGaussianGain([1, 2, 3], 2, [1, 0, 0, 1], 1)).toThrow(SurprisalError);
  });

  // mpmath at 1500 digits.
  it.each([
    [[1, 1.1, 1.3], 1, [1e16], 1, 19.101169020520167],
    [[1, 2, 3, 4, 5, 7], 3, [1e16, 0, 0, 0, 1, 0, 0, 0, 1], 1, 20.386593560314527],
    [[1, 0.3, 0.7, -2, 1.1, 0.2, 3, 1, 1], 3, [1e20, 2e9, 0, 2e9, 1, 1e-12, 0, 1e-12, 1e-10], 0.5, 25.521072665502913],
    [[1e-9, 2e-9, 3e-9, 1e-8], 2, [1, 0.5, 0.5, 1], 1, 7.3e-17],
    [[1, 2, 3, 4], 2, [1, 1, 1, 1], 1, 2.03876872195286],
    [[1e200, 1, 1, 2], 2, [1, 0, 0, 1], 1, 461.3217375550262],
    [[1, 2, 3, 4, 5, 6], 2, [1e300, 0, 0, 1e-8], 1e-8, 356.6368730430359],
    [[1, 0, 0, 1], 2, [0, 0, 0, 2], 1, 0.5493061443340549],
  ])('vague, singular and tight priors: design %j of %i, prior %j, noise %d', (design, d, prior, noise, exact) => {
    expect(Math.abs(linearGaussianGain(design, d, prior, noise) / exact - 1)).toBeLessThan(16 * 2 ** -53);
  });

  it('say which argument is at fault', () => {
    const unit = [1, 0, 0, 1];
    const gain = (design: unknown, prior: unknown) => errorOf(() => linearGaussianGain(design as number[], 2, prior as number[], 1));
    expect(gain([1, Number.NaN], unit)).toMatchObject({ code: 'ERR_DOMAIN', argument: 'design', row: 0, column: 1 });
    expect(gain([1, 2], [1, 0, Number.NaN, 1])).toMatchObject({ code: 'ERR_DOMAIN', argument: 'priorCovariance', row: 1, column: 0 });
    expect(gain(null, unit)).toMatchObject({ code: 'ERR_KIND', argument: 'design' });
    expect(gain([1, 2], undefined)).toMatchObject({ code: 'ERR_KIND', argument: 'priorCovariance' });
    expect(gain([1, 2], [1, 0.5, 0.2, 1]).message).toMatch(/^"priorCovariance" row 1 column 0 expected a symmetric matrix/);
    for (const prior of [
      [1, 2, 2, 1],
      [-1, 0, 0, 1],
      [0, 0.5, 0.5, 1],
    ])
      expect(gain([1, 2], prior).message).toMatch(/^"priorCovariance" .* expected a positive semi-definite matrix/);
    expect(errorOf(() => betaBinomialGain(1, 1, 1e12))).toMatchObject({ code: 'ERR_OPTION', argument: 'n' });
  });

  it('a toss of an unknown coin tells log 2 − ½', () => {
    expect(betaBinomialGain(1, 1, 1)).toBeCloseTo(Math.log(2) - 0.5, 15);
    expect(betaBinomialGain(3, 2, 0)).toBe(0);
    expect(() => betaBinomialGain(0, 1, 1)).toThrow(SurprisalError);
  });

  // mpmath at 60 digits.
  it.each([
    [1e6, 1e6, 1, 2.499999375e-7],
    [1e4, 2e4, 10, 0.00016663843217434027],
    [0.5, 0.5, 100, 2.081600475394821],
    [1e-3, 1e-3, 3, 0.7011006466225815],
    [1e6, 10, 1000, 0.0004914283897451448],
    [1e-8, 1e8, 2, 3.568693001679353e-15],
    [1e12, 1e12, 3, 7.499999999994375e-13],
  ])('prior Beta(%d, %d), %i draws: gains keep their digits', (a, b, n, exact) => {
    expect(Math.abs(betaBinomialGain(a, b, n) / exact - 1)).toBeLessThan(1e-13);
  });
});

describe(`choosing (seed ${seed})`, () => {
  it('keeps the k best of a stream, whatever its pieces', () => {
    const rng = createRng(seed);
    const scores = Array.from({ length: 1000 }, () => Math.round(40 * rng.uniform()) / 40);
    const top = new TopK(25);
    for (let i = 0; i < 1000; i += 37) top.add(scores.slice(i, i + 37));
    const expected = scores.map((score, index) => ({ index, score })).sort((a, b) => b.score - a.score || a.index - b.index);
    expect(top.chosen).toEqual(expected.slice(0, 25));
    for (const value of [Number.NaN, undefined, null, '0.5'])
      expect(errorOf(() => top.add([1, value as number]))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'scores', row: 1 });
    expect(top.seen).toBe(1000);
  });

  it('keeps the predictions of a stream for the batch, of the k best alone', () => {
    const top = new TopK(3);
    top.add([3, 0.1], matrix([0.9, 0.1, 0.5, 0.5], 2, 2)).add([2.9, 1], matrix([0.9, 0.1, 0.1, 0.9], 2, 2));
    expect(top.chosen.map(({ prediction }) => Array.from(prediction as Float64Array))).toEqual([
      [0.9, 0.1],
      [0.9, 0.1],
      [0.1, 0.9],
    ]);
    expect(diverseBatch(top.chosen, undefined, 2).map(({ index }) => index)).toEqual([0, 3]);
    expect(() => top.add([1], matrix([0.5, 0.5, 0.5, 0.5], 2, 2))).toThrow(/"predictions" expected 1 rows/);
    expect(() => diverseBatch(new TopK(1).add([1]).chosen, undefined, 1)).toThrow(SurprisalError);
  });

  it('takes scores and predictions as tensors, by their shape', () => {
    const data = Float32Array.of(0.75, 0.25, 0.5, 0.5);
    const tensors = [
      { data, dims: [2, 2] },
      { dataSync: () => data, shape: [2, 2] },
    ];
    for (const predictions of tensors) {
      const { chosen } = new TopK(2).add({ data: Float32Array.of(1, 3), dims: [2] }, predictions);
      expect(chosen.map(({ index, score, prediction }) => [index, score, ...Array.from(prediction as Float32Array)])).toEqual([
        [1, 3, 0.5, 0.5],
        [0, 1, 0.75, 0.25],
      ]);
      expect(() => new TopK(2).add([1], predictions)).toThrow(/"predictions" expected 1 rows/);
    }
    const { chosen } = new TopK(1).add([1], matrix(Uint16Array.of(0x3a00, 0x3400), 1, 2, { dtype: 'float16' }));
    expect(Array.from(chosen[0]?.prediction as Float32Array)).toEqual([0.75, 0.25]);
  });

  it('does not ask the same question twice while there is another', () => {
    const shortlist = [3, 2.9, 1, 0.5].map((score, index) => ({ index, score }));
    const predictions = [
      [0.9, 0.1],
      [0.9, 0.1],
      [0.1, 0.9],
      [0.5, 0.5],
    ];
    expect(diverseBatch(shortlist, predictions, 3).map(({ index }) => index)).toEqual([0, 2, 3]);
    expect(diverseBatch(shortlist, predictions, 2, { strength: 0 }).map(({ index }) => index)).toEqual([0, 1]);
    expect(diverseBatch(shortlist, predictions, 9)).toHaveLength(4);
  });

  it('names the prediction that is none', () => {
    const shortlist = [0, 1, 2, 3].map((index) => ({ index, score: 4 - index }));
    for (const row of shortlist.keys()) {
      const predictions = shortlist.map(({ index }) => [0.5, index === row ? Number.NaN : 0.5]);
      const error = errorOf(() => diverseBatch(shortlist, predictions, 2));
      expect(error).toMatchObject({ code: 'ERR_DOMAIN', argument: 'predictions', row, column: 1 });
      expect(error.message).toMatch(new RegExp(`^"predictions" row ${row},? column 1 expected`));
    }
  });

  it('copies come last, after scores of 0, and a score below 0 is refused', () => {
    const [A, B] = [
      [0.9, 0.1],
      [0.1, 0.9],
    ];
    const list = (...scores: number[]) => scores.map((score, index) => ({ index, score }));
    const order = (...scores: number[]) => diverseBatch(list(...scores), [A, A, B], 3).map(({ index }) => index);
    expect(order(3, 2, 0)).toEqual([0, 2, 1]);
    expect(order(0, 0, 0)).toEqual([0, 2, 1]);
    expect(order(Infinity, Infinity, 1)).toEqual([0, 2, 1]);
    expect(() => order(1, -0.5, 0)).toThrow(expect.objectContaining({ code: 'ERR_DOMAIN', argument: 'shortlist', row: 1, value: -0.5 }));
    expect(() => order(1, NaN, 0)).toThrow(expect.objectContaining({ code: 'ERR_DOMAIN', row: 1 }));
    expect(diverseBatch(list(-1.1, -1, -1.05), [A, A, B], 2, { strength: 0 }).map(({ index }) => index)).toEqual([1, 2]);
    expect(() => diverseBatch(list(1), [A], 1, { strengh: 0 } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', argument: 'strengh' }),
    );
    expect(() => diverseBatch([null as never], [A], 1)).toThrow(expect.objectContaining({ code: 'ERR_KIND', row: 0 }));
  });
});
