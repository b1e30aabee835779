/** Thresholds of divergences, from what they depend on. */
import { checkNumber, checkObject } from '../input/options.js';
import { chiSquareUpperQuantile } from '../statistics/chiSquare.js';

export interface Thresholds {
  /** What KL, Jensen–Shannon and PSI of equal distributions exceed with the false-alarm probability, at these sizes and cells. */
  readonly kl: number;
  readonly js: number;
  readonly psi: number;
}

/**
 * Thresholds from what they depend on: with equal distributions 2(n + m)·JS is about χ², so a fixed 0.1 or 0.2 means another false-alarm rate at every size.
 *
 * @param design n and m rows, cells with any count, features that are looked at together, falseAlarmRate
 * @returns      {kl, js, psi}: what each exceeds with that probability (Bonferroni over features)
 *
 * Units       nats
 * Accuracy    that of χ²: a few per cent of the rate from 10 expected rows a cell on; `DriftMonitor` tests smaller counts by Monte Carlo
 * Source      B. Yurdakul, J. Naranjo, J. Risk Model Validation 14 (2020): PSI is about χ²·(1/n + 1/m)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_DOMAIN
 * @example
 * driftThresholds({ n: 200, m: 200, cells: 10, features: 1, falseAlarmRate: 0.05 }).psi; // 0.169: 0.1 would cry wolf
 */
export function driftThresholds(design: {
  readonly n: number;
  readonly m: number;
  readonly cells: number;
  readonly features?: number | undefined;
  readonly falseAlarmRate: number;
}): Thresholds {
  checkObject('design', design, 'n, m, cells and falseAlarmRate');
  const { n, m, cells, features = 1, falseAlarmRate } = design;
  for (const [name, value] of Object.entries({ n, m, cells, features })) checkNumber(name, value, 'a finite number ≥ 1', (x) => x >= 1);
  checkNumber('falseAlarmRate', falseAlarmRate, 'a number above 0 and below 1', (x) => x > 0 && x < 1);
  const psi = chiSquareUpperQuantile(falseAlarmRate / features, cells - 1) * (1 / n + 1 / m);
  return { kl: psi / 2, js: psi / 8, psi };
}
