/** Where a likelihood-ratio test between two Gaussians decides for which, and with what errors: all in the log domain. */
import { logBetween, logOutside } from '../../families/math/normalBands.js';

/** One Gaussian in units of another: x is standard normal under that, and has this mean and standard deviation under the one. */
export interface Standard {
  readonly mean: number;
  readonly std: number;
  /** std − 1 by the difference of the two, and log std: of variances that all but agree they keep the digits that std has not. */
  readonly excess: number;
  readonly log: number;
}

/** Decides for H₁ above `from` and below `to` where `inside`, else below `from` or above `to`. */
export interface Region {
  readonly inside: boolean;
  readonly from: number;
  readonly to: number;
}

/** The same beside its middle, which two ends that nearly agree have lost. */
export interface Band extends Region {
  readonly centre: number;
  readonly reach: number;
}

/**
 * Where log(p₁/p₀) > threshold, in units of p₀. The boundary is a quadratic's roots, (x − c)² = (m² + 2(s² − 1)·(log s + threshold))·s²/(s² − 1)², c = −m/(s² − 1).
 *
 * Edge cases  equal variances: one boundary · a threshold that is never reached: nowhere, or everywhere
 */
export function bandOf({ mean, std, excess, log }: Standard, threshold: number): Band {
  if (excess === 0) {
    if (mean === 0) return threshold < 0 ? EVERYWHERE : NOWHERE;
    const at = mean / 2 + threshold / mean;
    return mean > 0
      ? { inside: true, from: at, to: Infinity, centre: Infinity, reach: Infinity }
      : { inside: true, from: -Infinity, to: at, centre: -Infinity, reach: Infinity };
  }
  const gain = log + threshold;
  // s² − 1 is excess·(2 + excess), whose product alone may be beyond the range.
  const width = Math.sqrt(2 * Math.abs(excess * gain)) * Math.sqrt(2 + excess);
  const grows = gain >= 0 === excess >= 0;
  // The larger variance wins far out.
  const inside = excess < 0;
  if (!grows && width >= Math.abs(mean)) return inside ? NOWHERE : EVERYWHERE;
  const root = grows ? Math.hypot(mean, width) : Math.sqrt(Math.abs(mean) - width) * Math.sqrt(Math.abs(mean) + width);
  const centre = -mean / excess / (2 + excess);
  const reach = (((std / (2 + excess)) * root) / excess) * Math.sign(excess);
  const far = centre < 0 ? centre - reach : centre + reach;
  const near = -(mean * (mean / far) + 2 * std * (std / far) * gain) / excess / (2 + excess);
  return { inside, from: Math.min(near, far), to: Math.max(near, far), centre, reach };
}

const EVERYWHERE: Band = { inside: true, from: -Infinity, to: Infinity, centre: 0, reach: Infinity };
const NOWHERE: Band = { inside: true, from: 0, to: 0, centre: 0, reach: 0 };

/** log P(the band) of a standard normal variable. */
export function logMass({ inside, from, to, centre, reach }: Band): number {
  return inside ? logBetween(from, to, centre, reach) : logOutside(from, to);
}
