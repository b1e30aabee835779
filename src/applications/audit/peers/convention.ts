/** What a convention is: a tool's way to a divergence, written out in our own lines, with all that differs between tools said of it. */
import type { Floats } from '../../../types.js';

/** What an answer claims to be. The same names stand for surprisal's own functions: see truth.ts. */
export const QUANTITIES = ['kl', 'js', 'js-distance', 'jeffreys'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** In which floats a tool computes: its own, or those of the data it is handed ('data': f32 where p and q both are). */
export type Arithmetic = 'f64' | 'f32' | 'data';

/** One pair of rows as a tool is handed it: distributions already, for logits their softmax, for counts their shares. */
export interface PeerRow {
  readonly p: Floats;
  readonly q: Floats;
  /** Logarithms of q, for tools that ask for them: for logits the log-softmax. */
  readonly logQ: Floats;
  /** Rounds a step to the floats that p and q are in. */
  readonly round: (x: number) => number;
}

/** How a tool answers for one pair of rows. */
export interface Convention {
  readonly name: string;
  /** As people know it. */
  readonly title: string;
  /** The call that it stands for. */
  readonly call: string;
  /** Where the convention was read, and which version that was. */
  readonly source: string;
  /** Whether our lines were held against the tool itself (test/applications/realPeers.test.ts), or follow its source alone. */
  readonly checked: 'tool' | 'source';
  readonly quantity: Quantity;
  readonly unit: 'nats' | 'bits';
  /** What becomes of many rows. */
  readonly reduction: string;
  readonly arithmetic: Arithmetic;
  /** Whether it divides rows by their sum itself. */
  readonly normalizes: boolean;
  /** What it does about zeros. */
  readonly zeros: string;
  /** Its answer, in its unit. */
  readonly answer: (row: PeerRow) => number;
}

/** How one number for the whole file is made of rows, by a call that is easily taken for the mean. */
export interface Reading {
  readonly name: string;
  readonly call: string;
  /** What it is, in words that follow the call. */
  readonly means: string;
  readonly source: string;
  /** Its part of the sum, from one pair of rows. */
  readonly part: (row: PeerRow) => number;
  readonly arithmetic: Arithmetic;
  /** By what the sum is divided. */
  readonly over: 'rows' | 'entries';
}
