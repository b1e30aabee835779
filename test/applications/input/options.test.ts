import { expect, it } from 'vitest';
import { audit } from '../../../src/applications/audit.js';
import { compareGroups } from '../../../src/applications/composition.js';
import { distillationLoss } from '../../../src/applications/distillation.js';
import { DriftMonitor, fitBaseline } from '../../../src/applications/drift.js';
import { disparity } from '../../../src/applications/fairness.js';
import { KldComparison } from '../../../src/applications/kld.js';
import { sampleSize } from '../../../src/applications/largeDeviations.js';
import { cyclicalSchedule } from '../../../src/applications/vae.js';
import { kl, normal } from '../../../src/families/index.js';

const P = { data: Float64Array.of(1, 2, 3, 4), rows: 2, cols: 2 };
const baseline = fitBaseline([{ a: 1 }, { a: 2 }]);

const CASES: readonly (readonly [call: (options: never) => unknown, options: unknown, says: string])[] = [
  [(o) => new DriftMonitor(baseline, o), { seed: -1 }, '"seed" expected a whole number ≥ 0, got -1'],
  [(o) => new DriftMonitor(baseline, o), { halfLife: 'x' }, '"halfLife" expected a finite number > 0, got "x"'],
  [
    (o) => new DriftMonitor(baseline, o),
    { core: 1 },
    '"core" expected to be one of falseAlarmRate, replicates, seed, top, window, halfLife, got 1',
  ],
  [(o) => disparity(P, ['a', 'b'], o), { least: 1.5 }, '"least" expected a whole number ≥ 2, got 1.5'],
  [(o) => distillationLoss(P, P, o), { temperature: '4' }, '"temperature" expected a finite number > 0, got "4"'],
  [(o) => distillationLoss(P, P, o), 5, '"options" expected an object with any of temperature, '],
  [(o) => compareGroups({ rows: P, groups: ['a', 'b'] }, o), { unit: 'row' }, `"unit" expected 'sample' or 'observation', got "row"`],
  [(o) => sampleSize([0.5, 0.5], [0.4, 0.6], o), { alpha: 0.1 }, '"beta" expected a number between 0 and 1, got undefined'],
  [(o) => cyclicalSchedule(o), undefined, '"period" expected a whole number ≥ 1, got undefined'],
  [(o) => new KldComparison(o), undefined, '"rowsPerChunk" expected a whole number ≥ 1, got undefined'],
  [(o) => audit(P, P, o), { as: 'counts', threshold: {} }, '"threshold" expected a finite number ≥ 0, got an object'],
  [(o) => kl(normal(), normal(), o), { draws: null }, '"draws" expected a whole number ≥ 2, got null'],
];

it('the same mistake in an option gets the same sentence everywhere', () => {
  for (const [call, options, says] of CASES)
    expect(() => call(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining(`option ${says}`) }),
    );
});
