import { describe, expect, it } from 'vitest';
import { rejections } from '../support/calibration.js';
import { FAIRNESS_REGIMES, fairnessCalibration, familyPValues } from '../support/fairnessCalibration.js';
import { seedOr } from '../support/rng.js';

/** The short form of `npm run nightly -- fairness`: fewer runs, and so wider bounds. */
const seed = seedOr(20261128);
const RUNS = 100;
/** 93 % less 3 Monte-Carlo standard errors. */
const LEAST = 0.93 - 3 * Math.sqrt((0.93 * 0.07) / RUNS);

describe(`fairness by simulation (seed ${seed})`, () => {
  const some = FAIRNESS_REGIMES.filter(({ K, sizes }) => K === 2 || sizes[0] === 300);

  it.each(some.map((regime) => [regime.name, regime] as const))(
    'without a difference intervals hold 0, and p-values are small no more often than α: %s',
    (_, regime) => {
      const { kl, js, pValues } = fairnessCalibration(regime, 'none', RUNS, seed);
      expect(Math.min(kl, js)).toBeGreaterThanOrEqual(LEAST);
      for (const alpha of [0.1, 0.05]) {
        const { share, most } = rejections(pValues, alpha);
        expect(share).toBeLessThanOrEqual(most);
      }
    },
  );

  it.each(some.slice(0, 3).map((regime) => [regime.name, regime] as const))(
    'with a large difference intervals cover, and it is found: %s',
    (_, regime) => {
      const { kl, js, pValues } = fairnessCalibration(regime, 'large', RUNS, seed);
      expect(Math.min(kl, js)).toBeGreaterThanOrEqual(LEAST);
      expect(rejections(pValues, 0.05).share).toBeGreaterThan(0.9);
    },
  );

  it('of four groups that are alike, Holm’s p-values raise a false alarm no more often than α', () => {
    const { share, most } = rejections(familyPValues(RUNS, seed), 0.05);
    expect(share).toBeLessThanOrEqual(most);
  });
});
