/** What a pool and its workers say to each other. */
import type { ErrorCode, SharedMemory, SurprisalError } from '../index.js';
import type { Dtype } from '../types.js';

/** Entries in the memory that the threads share. */
export interface Place {
  readonly at: number;
  readonly length: number;
  readonly dtype: Dtype;
}

/** The memory of the pool's core, with an arena for each worker; they take them in turn by counting up `taken`. */
export interface Commons {
  readonly arenas: readonly SharedMemory[];
  readonly taken: SharedArrayBuffer;
}

/** One call over some rows. Arguments are those of the function, but for arrays that are places. */
export interface Task {
  /** As the entry exports it: 'klDivergence', 'logits.softmax'. */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly options: object;
  /** Left out where the threads share nothing. */
  readonly commons: Commons | undefined;
}

/** A SurprisalError, in parts that can be posted. */
export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: NonNullable<ConstructorParameters<typeof SurprisalError>[2]>;
}

export type Reply = { readonly value: unknown } | { readonly fault: Fault };

/** A task by message, and what comes back. */
export interface Question {
  readonly id: number;
  readonly task: Task;
}
export type Answer = { readonly id: number } & ({ readonly reply: Reply } | { readonly failure: string });

/** Workers that take tasks as they are free. */
export interface Crew {
  run(task: Task, transfer: ArrayBuffer[]): Promise<Reply>;
  close(): Promise<void>;
}

export function isPlace(value: object): value is Place {
  return 'at' in value && 'length' in value && 'dtype' in value;
}
