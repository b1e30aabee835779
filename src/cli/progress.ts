import { formatCount, formatTime } from '../report/format.js';
import { bar } from '../report/histogram.js';

/** Where a bar is drawn: stderr, when it is a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const EVERY_MS = 80;
/** A run that ends sooner shows no bar. */
const WAIT_MS = 200;

/** One line that is drawn over itself: share done, rows, and the time that is left. It removes itself at the end. */
export class Progress {
  readonly #terminal: Terminal | undefined;
  readonly #start = performance.now();
  #drawn = 0;

  constructor(terminal: Terminal, quiet: boolean) {
    this.#terminal = terminal.isTTY === true && !quiet ? terminal : undefined;
  }

  /** @param share from 0 to 1 */
  update(share: number, rows: number): void {
    const now = performance.now();
    const elapsed = now - this.#start;
    if (this.#terminal === undefined || elapsed < WAIT_MS || now - this.#drawn < EVERY_MS) return;
    this.#drawn = now;
    const left = share > 0 ? formatTime((elapsed / 1000) * (1 / share - 1)) : '';
    const text = ` ${String(Math.floor(100 * share)).padStart(3)} %  ${formatCount(rows)} rows  ${left} left`;
    const columns = this.#terminal.columns || 80;
    const room = Math.max(0, Math.min(40, columns - text.length - 2));
    const line = bar(share, 1, room).padEnd(room, '░') + text;
    this.#terminal.write(`\r${line.slice(0, columns - 1)}\x1b[K`); // a line that wraps could not be drawn over
  }

  /** Removes the line. */
  end(): void {
    if (this.#terminal !== undefined && this.#drawn > 0) this.#terminal.write('\r\x1b[K');
  }
}
