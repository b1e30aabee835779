/** Which in-distribution rows make templates, and which set the threshold. */
import { Random } from '../statistics/random.js';

/**
 * A fair coin a row, of a seed. The coin sees no row: given how many fall on each side, either side is a random sample of all rows. This holds for one seed where
 * rows come in random order, and over the coins where they come sorted, by class say: every second row of such would be no random sample. So, given the templates,
 * a new row is exchangeable with those that set the threshold, and their order statistics keep the rate. Were rows to set the threshold that are part of their own
 * templates, they would score higher than new ones do.
 *
 * Source  split conformal prediction: H. Papadopoulos et al., ECML 2002; J. Lei et al., J. Am. Stat. Assoc. 113 (2018)
 */
export class Split {
  readonly #random: Random;
  #rows = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** Rows that were asked about. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether the next row makes templates; else it sets the threshold. */
  makesTemplates(): boolean {
    this.#rows++;
    return this.#random.bits() >>> 31 === 1;
  }
}
