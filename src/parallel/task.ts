/** What a pool and its workers say to each other. */
import type { ErrorCode, SharedMemory, SurprisalError } from '../index.js';
import type { NumericArray } from '../types.js';
import type { Plan, Range } from './board.js';
import type { Cells } from './cells.js';
import type { Arguments } from './split.js';

/** Entries in the memory that the threads share. */
export interface Place {
  readonly at: number;
  /** The name of the typed array that they are entries of. */
  readonly type: string;
  readonly length: number;
}

/** The first of the slots by which the rows of ranges come, with `stride` bytes from each to the next. */
export interface Slots extends Place {
  readonly stride: number;
}

/** Where the entries of an argument are: all of them; of each range in a slot; or in an array that was posted. */
export type Source = Place | Slots | NumericArray;

/** The memory of the pool's core, with an arena for each worker; they take them in turn by counting up `taken`. */
export interface Commons {
  readonly arenas: readonly SharedMemory[];
  readonly taken: SharedArrayBuffer;
}

/** A call of the library: its name as the entry exports it ('klDivergence', 'logits.softmax'), and what it is given. */
export interface Call<Data> {
  readonly name: string;
  readonly args: Arguments<Data>;
  readonly options: object;
  /** What results are known to be, where no message copies them. */
  readonly cells?: Cells | undefined;
}

/** A call over all its rows, of which the worker takes ranges from a board until none is left; or over the one range whose rows were posted with it. */
export interface Task extends Call<Source> {
  readonly over: Plan | Range;
  /** Left out where the threads share nothing. */
  readonly commons: Commons | undefined;
}

/** A SurprisalError, in parts that can be posted. */
export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: NonNullable<ConstructorParameters<typeof SurprisalError>[2]>;
}

/** What a range came to. */
export type Outcome = Range & ({ readonly value: unknown } | { readonly fault: Fault });

/** Of some ranges; `isLast` when no other is left to take. */
export interface Reply {
  readonly outcomes: readonly Outcome[];
  readonly isLast: boolean;
}

/** A task by message, and what comes back. */
export interface Question {
  readonly id: number;
  readonly task: Task;
}
export type Answer = { readonly id: number } & ({ readonly reply: Reply } | { readonly failure: string });

/** Workers that take tasks one after the other. */
export interface Crew {
  readonly workers: number;
  /** Where the thread that asks computes too: lets it see to what else waits for it, between ranges. Left out where it must stay free, for a page. */
  readonly giveWay?: (() => Promise<void> | undefined) | undefined;
  run(task: Task, transfer: ArrayBuffer[]): Promise<Reply>;
  close(): Promise<void>;
}

/** Starts as many workers as `threads` asks for, where they share memory with the thread that asks and where they do not. */
export type Hire = (threads: number, isShared: boolean) => Promise<Crew>;
