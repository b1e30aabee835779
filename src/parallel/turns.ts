/// <reference types="node" />
/** When a thread that computes sees to what else waits for it. */
import { setImmediate } from 'node:timers/promises';

export class Turns {
  readonly #most: number;
  #since = 0;
  #isTimed = false;

  /** @param most milliseconds between two turns of the loop: to look takes as long as a tenth of a range */
  constructor(most: number) {
    this.#most = most;
  }

  /** A call begins. The first since the loop's last turn starts the time; others may follow it without a turn between. */
  start(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#since = performance.now();
    void setImmediate(undefined, { ref: false }).then(() => {
      this.#isTimed = false;
    });
  }

  /** Waits for a turn where one is due. */
  give(): Promise<void> | undefined {
    return performance.now() - this.#since < this.#most ? undefined : this.#wait();
  }

  async #wait(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
