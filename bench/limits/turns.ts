/** Things that are timed together: all take turns all the time, so that what slows the machine for some seconds slows a few rounds of everything. */
import { timed } from '../clock.js';

/** Nanoseconds of one of what is done in a run. */
export class Timed {
  readonly #times: number[] = [];

  constructor(
    readonly run: () => unknown,
    readonly each: number,
  ) {}

  take(isCounted: boolean): void {
    const ms = timed(this.run);
    if (isCounted) this.#times.push((ms * 1e6) / this.each);
  }

  /** What a quarter of the rounds are below: a neighbour on the same core makes half of a run slower, by half. */
  get quartile(): number {
    return [...this.#times].sort((a, b) => a - b)[this.#times.length >> 2] as number;
  }

  /** The quickest round: of what is to bound others. */
  get least(): number {
    return Math.min(...this.#times);
  }
}

/** Rounds before the first that counts. */
const WARM_ROUNDS = 4;

export class Turns {
  readonly #all: Timed[] = [];

  /** Times `run`, which does something `each` times. */
  add(run: () => unknown, each: number): Timed {
    const added = new Timed(run, each);
    this.#all.push(added);
    return added;
  }

  take(rounds: number): void {
    for (let round = -WARM_ROUNDS; round < rounds; round++) for (const each of this.#all) each.take(round >= 0);
  }
}
