/** Matrices in the memory that kernels work on: nothing is copied before they are computed on. */
import { SurprisalError } from '../error.js';
import type { Floats } from '../types.js';

/** Memory of a backend, until it is freed. */
export interface Room {
  /** The entries; another view after the memory has grown. */
  view(): Floats;
  free(): void;
}

/** `[Symbol.dispose]` for whose engine and types have it, so that `using` frees the memory. */
type Disposal = {
  readonly [K in SymbolConstructor extends { readonly dispose: infer D extends symbol } ? D : never]: () => void;
};

/**
 * A batch of rows in a core's memory. It stands wherever a Matrix does, and the core that made it computes on it where it lies; another core copies it as any
 * array. Made by `allocate`, and its memory is taken until `dispose()`.
 */
class Resident {
  readonly rows: number;
  readonly cols: number;
  #room: Room | undefined;

  constructor(rows: number, cols: number, room: Room) {
    this.rows = rows;
    this.cols = cols;
    this.#room = room;
  }

  /**
   * The entries, row-major: to be filled and read. The view is the memory itself, and growth of the memory (by `allocate` alone) detaches it: ask for it
   * again rather than keep it.
   *
   * @throws {SurprisalError} ERR_DISPOSED
   */
  get data(): Floats {
    return this.view('data');
  }

  /** True once the memory was given back. */
  get disposed(): boolean {
    return this.#room === undefined;
  }

  /** Gives the memory back; a second time does nothing. */
  dispose(): void {
    this.#room?.free();
    this.#room = undefined;
  }

  /** @internal The entries, for an argument of that name. */
  view(argument: string): Floats {
    if (this.#room !== undefined) return this.#room.view();
    const expected = 'a resident matrix that has not been disposed of';
    throw new SurprisalError('ERR_DISPOSED', `"${argument}" expected ${expected}`, { argument, value: this, expected });
  }

  static {
    const { dispose } = Symbol as { dispose?: symbol };
    if (dispose !== undefined) Object.defineProperty(Resident.prototype, dispose, { value: Resident.prototype.dispose });
  }
}

export type ResidentMatrix = Resident & Disposal;
export const ResidentMatrix = Resident as new (rows: number, cols: number, room: Room) => ResidentMatrix;

/** An array for results: a resident matrix stands for its entries. */
export function arrayOf<Results extends Floats>(out: Results | ResidentMatrix | undefined, argument = 'out'): Results | undefined {
  return (out instanceof ResidentMatrix ? out.view(argument) : out) as Results | undefined;
}
